/* writer.c - taking rows in: which month, which builder, seen before or not. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "store/retention.h"
#include "store/writer.h"

enum { PATH_LEN = 4200, POLL_MS = 20 };

/* ---- the lock ---- */

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static bool wait_lock(int fd, int wait_ms, void (*waiting)(void *), void *ctx)
{
    for (int spent = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; spent += POLL_MS) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || spent >= wait_ms)
            return false;
        if (spent == 0 && waiting)
            waiting(ctx);
        pause_ms(POLL_MS);
    }
    return true;
}

static int open_lock(const struct store *s, struct err *e)
{
    char path[PATH_LEN];
    int n = snprintf(path, sizeof path, "%s/lock", s->dir), fd = -1;

    if (n > 0 && n < PATH_LEN)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(e, ERR_STORE, "cannot write to %s: %m", s->dir);
    return fd;
}

static int take_lock(const struct store *s, int wait_ms,
                     void (*waiting)(void *), void *ctx, struct err *e)
{
    int fd = open_lock(s, e);

    if (fd >= 0 && !wait_lock(fd, wait_ms, waiting, ctx)) {
        err_set(e, ERR_STORE, "another process is writing to %s", s->dir);
        close(fd);
        fd = -1;
    }
    return fd;
}

/* ---- opening ---- */

/* What the catalogue knows of must be there, before anything is made anew. */
static bool hold_month(struct store_writer *w, struct kv *k, uint32_t month,
                       struct err *e)
{
    struct kv_txn *t = kv_begin(k, false, e);
    struct month_head h = {0};
    bool good = t && month_head_read(t, &h, e) &&
                months_hold(&w->listed, month, h.sequence, e);

    if (good && !w->listed.known && h.sequence > 0)
        months_note(&w->listed, month, h.sequence);
    month_head_free(&h);
    kv_abort(t);
    return good;
}

/* A month that cannot be written on. True: the writer is only to remove it. */
static bool lose(struct store_writer *w, uint32_t month, struct err *e)
{
    writer_context(month, e);
    if (!w->lenient)
        return false;
    months_note(&w->lost, month, 1);
    w->failed = true;
    w->why = *e;
    *e = (struct err){0};
    return true;
}

static bool all_there(struct store_writer *w, struct err *e)
{
    for (uint32_t i = 0; i < w->listed.n; i++) {
        uint32_t month = w->listed.entry[i].month;
        if (envs_exists(&w->s->envs, month) ||
            !months_expected(&w->listed, i, &w->pruned))
            continue;
        months_missing(e);
        if (!lose(w, month, e))
            return false;
    }
    return true;
}

static bool repair(struct store_writer *w, struct err *e)
{
    uint32_t *month, n;

    if (!envs_list(&w->s->envs, &month, &n, e))
        return false;
    bool good = true;
    for (uint32_t i = 0; i < n && good; i++) {
        struct kv *k = envs_get(&w->s->envs, month[i], e);
        good = k && month_roll_back(k, w->head.sequence, e) &&
               hold_month(w, k, month[i], e);
        envs_put(&w->s->envs, k);
        good = good || lose(w, month[i], e);
    }
    free(month);
    good = good && all_there(w, e);
    w->listed.known = true;
    return good;
}

/* Takes the lock over. */
static struct store_writer *open_locked(struct store *s, int lock, bool lenient,
                                        struct err *e)
{
    struct store_writer *w = memory_zeroed(1, sizeof *w);

    w->s = s;
    w->lock = lock;
    w->lenient = lenient;
    queue_init(&w->spare, WRITER_SPARE);
    if (envs_set_write(&s->envs, e) && inside_read_head(s, &w->head, e) &&
        retention_finish(w, e) && repair(w, e)) {
        w->sealer = sealer_new();
        return w;
    }
    store_writer_close(w);
    return NULL;
}

struct store_writer *store_writer_open(struct store *s, int wait_ms,
                                       void (*waiting)(void *), void *ctx,
                                       struct err *e)
{
    int lock = take_lock(s, wait_ms, waiting, ctx, e);

    return lock < 0 ? NULL : open_locked(s, lock, false, e);
}

struct store_writer *retention_writer(struct store *s, int wait_ms,
                                      void (*waiting)(void *), void *ctx,
                                      struct err *e)
{
    int lock = take_lock(s, wait_ms, waiting, ctx, e);

    return lock < 0 ? NULL : open_locked(s, lock, true, e);
}

void store_writer_close(struct store_writer *w)
{
    if (!w)
        return;
    sealer_free(w->sealer);
    writer_drop(w);
    builder_drop_spare(&w->spare);
    queue_free(&w->spare);
    free(w->builder);
    free(w->track);
    free(w->capture);
    pruned_free(&w->pruned);
    months_free(&w->listed);
    months_free(&w->lost);
    close(w->lock); /* and with it the flock */
    free(w);
}

/* ---- captures ---- */

struct known {
    struct store_writer *w;
    struct store_capture *out;
    uint32_t n, max;
};

static void known_add(struct known *k, const struct store_capture *c)
{
    if (k->n < k->max)
        k->out[k->n] = *c;
    k->n++;
}

/* What ended since the last commit is fresher than the catalogue. */
static bool known_row(void *ctx, const struct store_capture *c)
{
    struct known *k = ctx;

    for (uint32_t i = 0; i < k->w->captures; i++)
        if (k->w->capture[i].ended && k->w->capture[i].c->id == c->id)
            return true;
    known_add(k, c);
    return true;
}

static bool digest_eq(struct digest a, struct digest b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static bool fail(struct store_writer *w, const struct err *e)
{
    w->failed = true;
    w->why = *e;
    return false;
}

uint32_t store_writer_known(struct store_writer *w, struct digest first,
                            struct store_capture *out, uint32_t max)
{
    struct known known = {w, out, 0, max};
    struct err e = {0};
    struct kv *k = envs_get(&w->s->envs, ENVS_CATALOGUE, &e);
    struct kv_txn *t = k ? kv_begin(k, false, &e) : NULL;

    /* Not to know would be to add a capture twice: nothing goes in then. */
    if (!t || !catalogue_each(t, &first, known_row, &known, &e))
        fail(w, &e);
    kv_abort(t);
    envs_put(&w->s->envs, k);
    for (uint32_t i = 0; i < w->captures; i++)
        if (w->capture[i].ended && digest_eq(w->capture[i].c->first, first))
            known_add(&known, w->capture[i].c);
    return known.n;
}

static bool check(const struct store_writer *w, struct err *e)
{
    if (w->failed)
        *e = w->why;
    return !w->failed;
}

bool store_writer_begin(struct store_writer *w, struct store_capture *c,
                        struct err *e)
{
    if (!check(w, e))
        return false;
    if (c->sensor[0] == 0)
        return err_set(e, ERR_USAGE, "a sensor needs a name");
    if (w->ended >= WRITER_CAPTURES && !writer_commit(w, false, e))
        return false;
    w->capture = memory_grow(w->capture, w->captures, sizeof *w->capture);
    if (c->id == 0)
        c->id = w->head.next_id++;
    w->capture[w->captures++] = (struct writer_capture){c, false};
    return true;
}

bool store_writer_end(struct store_writer *w, struct store_capture *c,
                      struct err *e)
{
    if (!check(w, e))
        return false;
    for (uint32_t i = 0; i < w->captures; i++) {
        if (w->capture[i].c != c || w->capture[i].ended)
            continue;
        w->capture[i].ended = true;
        w->ended++;
        return true;
    }
    return err_set(e, ERR_USAGE, "capture %s was not begun", c->name);
}

/* ---- rows ---- */

/* The times that lie in a month, ends included. */
static void month_bounds(uint32_t month, int64_t *from, int64_t *to)
{
    struct civil c = {.year = (int32_t)(month / 12),
                      .month = (int32_t)(month % 12 + 1),
                      .day = 1};

    if (!timestamp_from_civil(&c, from))
        *from = INT64_MIN;
    c.year = (int32_t)((month + 1) / 12);
    c.month = (int32_t)((month + 1) % 12 + 1);
    if (timestamp_from_civil(&c, to))
        --*to;
    else
        *to = INT64_MAX;
}

static struct builder *find_builder(struct store_writer *w, uint32_t month,
                                    const char *sensor)
{
    for (uint32_t i = 0; i < w->builders; i++)
        if (w->builder[i]->month == month &&
            strcmp(w->builder[i]->sensor, sensor) == 0)
            return w->builder[i];
    return NULL;
}

static struct writer_track *find_track(struct store_writer *w, uint32_t month,
                                       uint64_t capture)
{
    for (uint32_t i = w->tracks; i > 0; i--)
        if (w->track[i - 1]->month == month &&
            w->track[i - 1]->row.capture == capture)
            return w->track[i - 1];
    return NULL;
}

static bool new_builder(struct store_writer *w, struct kv_txn *t,
                        uint32_t month, const char *sensor, struct err *e)
{
    struct builder *b = builder_new(month, sensor, &w->spare);

    if (!month_tail(t, sensor, &b->tail_id, &b->tail_rows, e)) {
        builder_free(b);
        return false;
    }
    w->builder = memory_grow(w->builder, w->builders, sizeof(struct builder *));
    w->builder[w->builders++] = b;
    return true;
}

static bool new_track(struct store_writer *w, struct kv_txn *t, uint32_t month,
                      const struct store_capture *c, struct err *e)
{
    struct writer_track *track = memory_zeroed(1, sizeof *track);
    bool found;

    track->month = month;
    if (!month_row_read(t, c->id, &track->row, &found, e)) {
        free(track);
        return false;
    }
    if (!found)
        track->row.now.next = pruned_next(&w->pruned, month, c->id);
    track->row.capture = c->id;
    track->row.first = c->first;
    memcpy(track->row.sensor, c->sensor, sizeof track->row.sensor);
    memcpy(track->row.name, c->name, sizeof track->row.name);
    w->track = memory_grow(w->track, w->tracks, sizeof(struct writer_track *));
    w->track[w->tracks++] = track;
    return true;
}

/* Makes what is missing for rows of this capture in this month. */
static bool prepare(struct store_writer *w, uint32_t month,
                    const struct store_capture *c, struct err *e)
{
    bool track = find_track(w, month, c->id) != NULL;
    bool builder = find_builder(w, month, c->sensor) != NULL;

    if (track && builder)
        return true;
    struct kv *k = envs_get(&w->s->envs, month, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    bool good = t && (track || new_track(w, t, month, c, e)) &&
                (builder || new_builder(w, t, month, c->sensor, e));
    kv_abort(t);
    envs_put(&w->s->envs, k);
    return good ? true : writer_context(month, e);
}

/* Points w->last at the place of this packet. */
static bool find_place(struct store_writer *w, const struct store_capture *c,
                       int64_t time, bool odd, struct err *e)
{
    bool same = w->last.c == c && odd == (w->last.month == ENVS_ODD);

    if (same && (odd || (time >= w->last.from && time <= w->last.to)))
        return true;
    uint32_t month = odd ? ENVS_ODD : envs_month(time);
    if (!prepare(w, month, c, e))
        return false;
    w->last.c = c;
    w->last.month = month;
    w->last.builder = find_builder(w, month, c->sensor);
    w->last.track = find_track(w, month, c->id);
    month_bounds(month, &w->last.from, &w->last.to);
    return true;
}

static void note_time(uint64_t kept, int64_t *first, int64_t *last, int64_t t)
{
    if (kept == 0 || t < *first)
        *first = t;
    if (kept == 0 || t > *last)
        *last = t;
}

static void take_row(struct store_writer *w, struct store_capture *c,
                     const struct record *r, uint64_t position)
{
    struct block_origin origin = {c->first, c->id, position};
    struct month_count *n = &w->last.track->row.now;

    builder_add(w->last.builder, r, &origin);
    note_time(n->kept, &n->first_time, &n->last_time, r->TIME);
    note_time(c->kept, &c->first_time, &c->last_time, r->TIME);
    n->next = position + 1;
    n->kept++;
    w->last.track->dirty = true;
    c->kept++;
    w->rows++;
}

/* With a guess at those that are being encoded: what they come to is not known
 * at the same packet in every run. */
static size_t block_bytes(const struct store_writer *w)
{
    size_t guess = w->largest ? w->largest : WRITER_BLOCK_BYTES / SEALER_AHEAD;

    return w->block_bytes + guess * sealer_pending(w->sealer);
}

static bool is_full(const struct store_writer *w)
{
    return w->rows >= WRITER_ROWS || w->builders >= WRITER_BUILDERS ||
           w->tracks >= WRITER_TRACKS ||
           w->blocks + sealer_pending(w->sealer) >= WRITER_BLOCKS ||
           block_bytes(w) >= WRITER_BLOCK_BYTES;
}

/* NOLINTNEXTLINE(readability-function-size): all there is about a packet */
bool store_writer_add(struct store_writer *w, struct store_capture *c,
                      const struct record *r, uint64_t position, bool odd,
                      bool *added, struct err *e)
{
    *added = false;
    if (!check(w, e))
        return false;
    if (!find_place(w, c, r->TIME, odd, e))
        return fail(w, e);
    if (position >= w->last.track->row.now.next) {
        take_row(w, c, r, position);
        *added = true;
    }
    struct builder *b = w->last.builder;
    if (b->n + b->tail_rows >= BLOCK_ROWS && !writer_seal(w, b, e))
        return fail(w, e);
    return is_full(w) ? writer_commit(w, false, e) : true;
}

bool store_writer_commit(struct store_writer *w, struct err *e)
{
    if (!check(w, e) || !writer_commit(w, true, e))
        return false;
    index_close(&w->s->envs, &w->written);
    return true;
}
