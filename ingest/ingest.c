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

/* A commit costs several flushes of the disk. From a pipe. */
#define COMMIT_EVERY   (4 * TIMESTAMP_SECOND)
#define PROGRESS_EVERY (TIMESTAMP_SECOND / 5)

enum {
    COMMIT_PACKETS = 1000000,
    TICK_PACKETS = 4096,
    FOLLOW_NAP_MS = 50, /* with --follow: between two looks at the stop flag, */
    FOLLOW_NAPS = 20    /* and of these between two looks at the paths */
};

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

/* Of files by what was read alone, so that what the store holds does not depend
 * on the clock; packets of a pipe may come slowly, and shall be seen. */
static bool is_due(const struct pipeline *u, const struct feed *f, int64_t now)
{
    if (u->uncommitted >= COMMIT_PACKETS || u->n_held == PIPELINE_HELD_MAX)
        return true;
    return f && feed_is_stream(f) && now >= u->commit_at && u->uncommitted;
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
    return !is_due(u, f, t) || pipeline_commit(u, e);
}

static void on_passed(void *ctx, const char *path)
{
    struct pipeline *u = ctx;

    u->report->files_passed++;
    if (u->o->passed)
        u->o->passed(u->o->ctx, path);
}

static void on_too_long(void *ctx, const char *dir, const char *name)
{
    struct pipeline *u = ctx;

    u->report->files[INGEST_REFUSED]++;
    u->report->incomplete = true;
    report_warn(u->report, name,
                "its path would be longer than %d bytes, in a folder of %zu",
                PATHS_MAX - 1, strlen(dir));
}

static bool list_paths(struct pipeline *u, const char *const *paths, size_t n,
                       struct err *e)
{
    u->paths.hooks = &u->hooks;
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

    for (uint32_t i = 0; i < u->paths.n; i++) {
        int64_t began = clock_ns(CLOCK_MONOTONIC);
        paths_get(&u->paths, i, path);
        if (!pipeline_tick(u, NULL, true, e) || !pipeline_file(u, path, e))
            return false;
        u->progress.files_done++;
        if (u->o->follow)
            follow_read(&u->follow, path, began, clock_ns(CLOCK_MONOTONIC));
    }
    return true;
}

static bool read_listed(struct pipeline *u, const char *const *paths, size_t n,
                        struct err *e)
{
    if (!list_paths(u, paths, n, e))
        return false;
    if (u->jobs >= AHEAD_JOBS)
        u->ahead = ahead_new(&u->paths, &u->decode);
    bool ok = read_all(u, e);

    ahead_free(u->ahead);
    u->ahead = NULL;
    return ok;
}

/* ---- going on ---- */

static bool as_it_was(void *ctx, const struct stat *st)
{
    struct pipeline *u = ctx;

    if (!st)
        return u->follow.round > 0;
    return follow_unchanged(&u->follow, st, clock_ns(CLOCK_MONOTONIC));
}

static bool stopped(const struct pipeline *u)
{
    return u->o->stop && *u->o->stop;
}

/* A signal ends the pause too, or it is over soon. */
static void pause_between(const struct pipeline *u)
{
    const struct timespec t = {.tv_nsec = FOLLOW_NAP_MS * 1000000L};

    for (int i = 0; i < FOLLOW_NAPS && !stopped(u); i++)
        nanosleep(&t, NULL);
}

/* Every round commits: what a sensor wrote is soon to be asked for. */
static bool follow_on(struct pipeline *u, const char *const *paths, size_t n,
                      struct err *e)
{
    bool ok = true;

    while (ok && !stopped(u)) {
        ok = (!u->uncommitted && !u->n_held) || pipeline_commit(u, e);
        show_progress(u, NULL);
        if (ok)
            pause_between(u);
        paths_free(&u->paths);
        u->progress.files_done = 0;
        follow_begin(&u->follow);
        ok = ok && (stopped(u) || read_listed(u, paths, n, e));
    }
    return ok;
}

static bool read_paths(struct pipeline *u, const char *const *paths, size_t n,
                       struct err *e)
{
    bool ok = read_listed(u, paths, n, e);

    if (!u->o->follow)
        return ok;
    ok = ok && follow_on(u, paths, n, e);
    if (!ok && e->code == ERR_STOPPED) {
        *e = (struct err){0};
        return true;
    }
    return ok;
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
    u->hooks = (struct paths_hooks){.skip = o->follow ? as_it_was : NULL,
                                    .passed = on_passed,
                                    .too_long = on_too_long,
                                    .ctx = u};
    u->jobs = count_jobs(o);
    u->odd_from = timestamp_days(1990, 1, 1) * TIMESTAMP_DAY;
    u->odd_to = now + TIMESTAMP_DAY;
    bool ok = open_store(u, e) && read_paths(u, paths, n, e);

    if (u->writer || u->reader || !s)
        ok = finish(u, ok, e);
    close_store(u);
    follow_free(&u->follow);
    paths_free(&u->paths);
    free(u);
    return ok;
}
