/* commit.c - what waits in memory becomes durable: each month in a transaction
 * of its own, then the catalogue, which makes the commit count. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/fronts.h"
#include "store/writer.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

bool writer_context(uint32_t month, struct err *e)
{
    char name[ENVS_NAME];

    envs_name(name, month);
    return err_context(e, "%s", name);
}

/* ---- what was begun ---- */

/* A tail much larger than what comes to it stays as it is, so that a capture
 * that jumps between months cannot have the same rows written again and
 * again. */
static bool worth_merging(const struct builder *b)
{
    return b->tail_rows <= 4 * b->n + 4096;
}

static bool seal_month(struct store_writer *w, uint32_t month, bool merge,
                       struct err *e)
{
    for (uint32_t i = 0; i < w->builders; i++) {
        struct builder *b = w->builder[i];
        if (b->month != month || b->n == 0)
            continue;
        if (!merge && !worth_merging(b))
            b->tail_id = b->tail_rows = 0;
        b->spare = NULL; /* nobody takes rows meanwhile: they may go */
        if (!writer_seal(w, b, e))
            return false;
    }
    return true;
}

/* ---- one month ---- */

static void add_dead(struct month_head *h, uint64_t id, uint64_t sequence)
{
    h->dead = memory_resize(h->dead, (h->dead_n + 1) * sizeof *h->dead);
    h->dead[h->dead_n++] = (struct month_dead){id, sequence};
}

static bool put_blocks(struct store_writer *w, struct kv_txn *t, uint32_t month,
                       struct month_head *h, struct err *e)
{
    uint64_t id, first, least;

    if (!month_purge(t, h, w->head.sequence, &least, e) ||
        !month_next_id(t, &id, e))
        return false;
    h->previous = h->sequence;
    h->sequence = w->head.sequence + 1;
    first = id;
    for (uint32_t i = 0; i < w->blocks; i++) {
        const struct writer_block *b = &w->block[i];
        if (b->month != month)
            continue;
        if (!month_block_put(t, id++, (struct kv_bytes){b->data, b->len}, e))
            return false;
        if (b->replaces)
            add_dead(h, b->replaces, h->sequence);
    }
    return index_add(t, first, e) &&
           fronts_write(t, least < first ? least : first, e);
}

static bool put_rows(struct store_writer *w, struct kv_txn *t, uint32_t month,
                     struct err *e)
{
    for (uint32_t i = 0; i < w->tracks; i++) {
        const struct writer_track *track = w->track[i];
        struct month_row old, row = track->row;
        if (track->month != month || !track->dirty)
            continue;
        if (!month_row_read(t, row.capture, &old, &row.has_before, e))
            return false;
        row.before = old.now;
        row.sequence = w->head.sequence + 1;
        if (!month_row_write(t, &row, e))
            return false;
    }
    return true;
}

static bool put_month(struct store_writer *w, struct kv_txn *t, uint32_t month,
                      struct err *e)
{
    struct month_head h;
    bool good = month_head_read(t, &h, e) && put_blocks(w, t, month, &h, e) &&
                put_rows(w, t, month, e) && month_head_write(t, &h, e);

    month_head_free(&h);
    return good;
}

static uint64_t month_bytes(const struct store_writer *w, uint32_t month)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < w->blocks; i++)
        if (w->block[i].month == month)
            n += w->block[i].len + KV_PAGE;
    return n + INDEX_BYTES_MAX + fronts_room(w->blocks) +
           (uint64_t)w->tracks * sizeof(struct month_row);
}

static bool try_month(struct store_writer *w, struct kv *k, uint32_t month,
                      struct err *e)
{
    struct kv_txn *t =
        kv_room(k, month_bytes(w, month), e) ? kv_begin(k, true, e) : NULL;

    if (!t)
        return false;
    if (put_month(w, t, month, e))
        return kv_commit(t, e);
    kv_abort(t);
    return false;
}

static void drop_blocks(struct store_writer *w, uint32_t month)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < w->blocks; i++) {
        if (w->block[i].month == month) {
            w->block_bytes -= w->block[i].len;
            free(w->block[i].data);
        } else {
            w->block[kept++] = w->block[i];
        }
    }
    w->blocks = kept;
    if (kept == 0) {
        free(w->block);
        w->block = NULL;
    }
}

static bool commit_month(struct store_writer *w, uint32_t month, bool merge,
                         struct err *e)
{
    if (!seal_month(w, month, merge, e) || !writer_collect(w, 0, e))
        return false;
    struct kv *k = envs_get(&w->s->envs, month, e);
    bool good = k && try_month(w, k, month, e);
    while (!good && k && kv_full(k) && kv_grow(k, e)) {
        e->code = ERR_NONE;
        good = try_month(w, k, month, e);
    }
    envs_put(&w->s->envs, k);
    if (!good)
        return writer_context(month, e);
    drop_blocks(w, month);
    months_note(&w->listed, month, w->head.sequence + 1);
    index_note(&w->written, month);
    return true;
}

/* Is anything new for this month? */
static bool next_month(const struct store_writer *w, uint64_t from,
                       uint32_t *month)
{
    uint64_t best = UINT64_MAX;

    for (uint32_t i = 0; i < w->tracks; i++) {
        uint64_t m = w->track[i]->month;
        if (w->track[i]->dirty && m >= from && m < best)
            best = m;
    }
    *month = (uint32_t)best;
    return best != UINT64_MAX;
}

/* ---- the catalogue ---- */

static bool put_catalogue(struct store_writer *w, struct kv_txn *t,
                          struct err *e)
{
    struct catalogue_head h = w->head;

    h.sequence++;
    h.format = store_format; /* of the blocks that it makes count */
    for (uint32_t i = 0; i < w->captures; i++)
        if (!catalogue_put(t, w->capture[i].c, e))
            return false;
    return months_write(t, &w->listed, e) && catalogue_write(t, &h, e);
}

static bool commit_catalogue(struct store_writer *w, struct err *e)
{
    struct kv *k = envs_get(&w->s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t =
        k && kv_room(k, w->captures * sizeof(struct store_capture), e)
            ? kv_begin(k, true, e)
            : NULL;
    bool good = t && put_catalogue(w, t, e);

    if (good)
        good = kv_commit(t, e);
    else
        kv_abort(t);
    envs_put(&w->s->envs, k);
    return good;
}

static void forget_captures(struct store_writer *w)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < w->captures; i++)
        if (!w->capture[i].ended)
            w->capture[kept++] = w->capture[i];
    w->captures = kept;
    w->ended = 0;
}

void writer_drop(struct store_writer *w)
{
    for (uint32_t i = 0; i < w->builders; i++)
        builder_free(w->builder[i]);
    for (uint32_t i = 0; i < w->tracks; i++)
        free(w->track[i]);
    for (uint32_t i = 0; i < w->blocks; i++)
        free(w->block[i].data);
    free(w->block);
    w->block = NULL;
    w->builders = w->tracks = w->blocks = 0;
    w->rows = w->block_bytes = 0;
    memset(&w->last, 0, sizeof w->last);
}

static bool commit_all(struct store_writer *w, bool merge, struct err *e)
{
    uint32_t month;

    builder_drop_spare(&w->spare);
    for (uint64_t from = 0; next_month(w, from, &month);
         from = (uint64_t)month + 1)
        if (!commit_month(w, month, merge, e))
            return false;
    return commit_catalogue(w, e);
}

/* Rows and blocks come in all sizes; what they leave behind would lie about in
 * pieces too small for the next ones. */
static void give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

bool writer_commit(struct store_writer *w, bool merge, struct err *e)
{
    if (w->captures == 0)
        return true;
    if (!commit_all(w, merge, e)) {
        w->failed = true;
        w->why = *e;
        return false;
    }
    w->head.sequence++;
    writer_drop(w);
    forget_captures(w);
    give_back();
    return true;
}
