/* ingest.c - the whole of an ingest: its files in order, its commits, its
 * report. */
#include "ingest/ingest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "ingest/pipeline.h"
#include "ingest/report.h"
#include "ingest/sensor.h"

/* A commit costs several flushes of the disk. */
#define COMMIT_EVERY   (4 * TIMESTAMP_SECOND)
#define PROGRESS_EVERY (TIMESTAMP_SECOND / 5)

enum { COMMIT_PACKETS = 1000000, TICK_PACKETS = 4096 };

/* Who is busy with n jobs: 1 everything; 2 an encoder beside it; 3 and more one
 * that reads ahead, and encoders. */
enum { AHEAD_JOBS = 3 };

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * TIMESTAMP_SECOND + t.tv_nsec;
}

static void release_held(struct pipeline *u)
{
    while (u->n_held)
        free(u->held[--u->n_held]);
}

bool pipeline_commit(struct pipeline *u, struct err *e)
{
    if (u->writer && !store_writer_commit(u->writer, e))
        return false;
    release_held(u);
    u->uncommitted = 0;
    u->commit_at = clock_ns(CLOCK_MONOTONIC) + COMMIT_EVERY;
    return true;
}

static void show_progress(struct pipeline *u, const struct feed *f)
{
    u->progress.bytes = u->bytes_done + (f ? feed_bytes_in(f) : 0);
    if (u->o->progress)
        u->o->progress(u->o->ctx, &u->progress);
}

bool pipeline_tick(struct pipeline *u, const struct feed *f, bool now,
                   struct err *e)
{
    u->progress.packets += f ? 1 : 0;
    if (!now && u->progress.packets % TICK_PACKETS)
        return true;
    int64_t t = clock_ns(CLOCK_MONOTONIC);

    if (t >= u->progress_at) {
        show_progress(u, f);
        u->progress_at = t + PROGRESS_EVERY;
    }
    if (u->o->stop && *u->o->stop)
        return err_set(e, ERR_STOPPED, "interrupted");
    if (u->uncommitted >= COMMIT_PACKETS || u->n_held == PIPELINE_HELD_MAX ||
        (t >= u->commit_at && (u->uncommitted || u->n_held)))
        return pipeline_commit(u, e);
    return true;
}

static bool list_paths(struct pipeline *u, const char *const *paths, size_t n,
                       struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (u->o->stop && *u->o->stop)
            return err_set(e, ERR_STOPPED, "interrupted");
        if (!paths_add(&u->paths, paths[i], e))
            return false;
    }
    paths_sort(&u->paths);
    u->progress.files = u->paths.n;
    u->progress.bytes_total = u->paths.bytes;
    return true;
}

static uint32_t count_jobs(const struct ingest_options *o)
{
    long cores = o->jobs ? o->jobs : sysconf(_SC_NPROCESSORS_ONLN);

    return cores > 0 ? (uint32_t)cores : 1;
}

static bool open_store(struct pipeline *u, struct err *e)
{
    if (!u->store)
        return u->o->dry_run ||
               err_set(e, ERR_USAGE, "no store to ingest into");
    struct store_options options = store_options_of(u->store);

    u->decode.macs = options.macs;
    u->decode.tunnels_inner = options.tunnels_inner;
    u->report->store_before = store_bytes_on_disk(u->store);
    if (u->o->dry_run) {
        u->reader = store_reader_open(u->store, &u->text, false, e);
        return u->reader;
    }
    u->writer = store_writer_open(u->store, u->o->lock_wait_ms, u->o->waiting,
                                  u->o->ctx, e);
    if (u->writer)
        overlaps_begin(&u->overlaps, u->store);
    if (u->writer)
        store_writer_threads(u->writer, u->jobs - 1 - (u->jobs >= AHEAD_JOBS));
    return u->writer;
}

static bool read_all(struct pipeline *u, struct err *e)
{
    char path[PATHS_MAX];

    if (u->jobs >= AHEAD_JOBS)
        u->ahead = ahead_new(&u->paths, &u->decode);

    for (uint32_t i = 0; i < u->paths.n; i++) {
        paths_get(&u->paths, i, path);
        if (!pipeline_tick(u, NULL, true, e) || !pipeline_file(u, path, e))
            return false;
        u->progress.files_done++;
    }
    return true;
}

/* What was read before an interruption is kept. */
static bool finish(struct pipeline *u, bool ok, struct err *e)
{
    struct err failed = {0};

    if ((ok || e->code == ERR_STOPPED) && !pipeline_commit(u, &failed)) {
        *e = failed;
        ok = false;
    }
    show_progress(u, NULL);
    return ok;
}

static void close_store(struct pipeline *u)
{
    if (u->writer) {
        overlaps_end(&u->overlaps, u->store, u->report);
        store_writer_close(u->writer);
    }
    if (u->reader)
        store_reader_close(u->reader);
    strtab_free(&u->text);
    release_held(u);
    if (u->store)
        u->report->store_after = store_bytes_on_disk(u->store);
}

bool ingest_run(struct store *s, const struct ingest_options *o,
                const char *const *paths, size_t n, struct ingest_report *r,
                struct err *e)
{
    struct pipeline *u = calloc(1, sizeof *u);

    *r = (struct ingest_report){0};
    if (!u)
        return err_set(e, ERR_SYSTEM, "out of memory");
    if (o->sensor && (!*o->sensor || strlen(o->sensor) >= SENSOR_MAX)) {
        free(u);
        return err_set(e, ERR_USAGE, "a sensor's name has 1 to %d bytes",
                       SENSOR_MAX - 1);
    }
    int64_t now = o->now ? o->now : clock_ns(CLOCK_REALTIME);

    u->store = s;
    u->o = o;
    u->report = r;
    u->jobs = count_jobs(o);
    u->odd_from = timestamp_days(1990, 1, 1) * TIMESTAMP_DAY;
    u->odd_to = now + TIMESTAMP_DAY;
    bool ok = open_store(u, e) && list_paths(u, paths, n, e) && read_all(u, e);

    if (u->writer || u->reader || !s)
        ok = finish(u, ok, e);
    ahead_free(u->ahead);
    close_store(u);
    paths_free(&u->paths);
    free(u);
    return ok;
}
