/* reader.c - a snapshot over all months, and the list of its blocks. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/fronts.h"
#include "store/index.h"
#include "store/reader.h"

enum { TRIES = 1000 };

static bool month_context(uint32_t month, struct err *e)
{
    char name[ENVS_NAME];

    envs_name(name, month);
    return err_context(e, "%s", name);
}

bool reader_context(const struct store_reader *r, uint32_t block, struct err *e)
{
    const struct reader_block *b = r->block[block];

    err_context(e, "block %llu", (unsigned long long)b->id);
    return month_context(r->month[b->month].month, e);
}

/* ---- the snapshot ---- */

static bool add_capture(void *ctx, const struct store_capture *c)
{
    struct store_reader *r = ctx;

    r->capture = memory_grow(r->capture, r->captures, sizeof *r->capture);
    r->capture[r->captures++] = *c;
    return true;
}

static bool read_catalogue(struct store_reader *r, struct err *e)
{
    struct kv *k = envs_get(&r->s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    struct catalogue_head h = {0};
    bool good = t && catalogue_read(t, &h, e) &&
                pruned_read(t, &r->pruned, e) &&
                months_read(t, &r->listed, e) &&
                catalogue_each(t, NULL, add_capture, r, e);

    r->sequence = h.sequence;
    kv_abort(t);
    envs_put(&r->s->envs, k);
    return good;
}

static void close_month(const struct store_reader *r, struct reader_month *m)
{
    kv_abort(m->txn);
    envs_put(&r->s->envs, m->kv);
    m->txn = NULL;
    m->kv = NULL;
}

void reader_snapshot_drop(struct store_reader *r)
{
    for (uint32_t i = 0; i < r->months; i++)
        close_month(r, &r->month[i]);
    pruned_free(&r->pruned);
    months_free(&r->listed);
    free(r->month);
    free(r->capture);
    free(r->clock);
    r->month = NULL;
    r->capture = NULL;
    r->clock = NULL;
    r->months = r->captures = 0;
}

/* Closes the month not asked for since longest, if too many are open. */
static void close_idle(const struct store_reader *r)
{
    struct reader_month *oldest = NULL;
    uint32_t open = 0;

    for (uint32_t i = 0; i < r->months; i++) {
        struct reader_month *m = &r->month[i];
        open += m->kv != NULL;
        if (m->kv && m->users == 0 && (!oldest || m->used < oldest->used))
            oldest = m;
    }
    if (oldest && open >= READER_OPEN_MAX)
        close_month(r, oldest);
}

/* How a month stands to the snapshot. */
enum standing {
    STANDS,
    LATE,    /* a block of our sequence may be gone already */
    LEFTOVER /* it was pruned before, and its folder is about to go */
};

static enum standing standing_of(const struct store_reader *r,
                                 const struct reader_month *m,
                                 const struct month_head *h)
{
    uint64_t pruned = pruned_when(&r->pruned, m->month);

    if (pruned && h->sequence <= pruned)
        return LEFTOVER;
    return h->purged > r->sequence ? LATE : STANDS;
}

static bool open_month(const struct store_reader *r, struct reader_month *m,
                       enum standing *standing, struct err *e)
{
    struct month_head h = {0};

    close_idle(r);
    m->kv = envs_get(&r->s->envs, m->month, e);
    m->txn = m->kv ? kv_begin(m->kv, false, e) : NULL;
    bool good = m->txn && month_head_read(m->txn, &h, e);
    uint64_t sequence = h.sequence;
    *standing = standing_of(r, m, &h);
    month_head_free(&h);
    if (good && *standing == STANDS)
        good = months_hold(&r->listed, m->month, sequence, e);
    if (good)
        m->opened = m->used = ++*r->clock;
    else
        close_month(r, m);
    return good ? true : month_context(m->month, e);
}

/* Has the month (ENVS_CATALOGUE: any) gone since our commit? What was opened
 * before it went is whole; what is opened later is not what we want. */
static bool pruned_since(const struct store_reader *r, uint32_t month,
                         bool *since, struct err *e)
{
    struct kv *k = envs_get(&r->s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    struct pruned now = {0};
    bool good = t && pruned_read(t, &now, e);

    if (month == ENVS_CATALOGUE)
        *since = good && pruned_after(&now, r->sequence);
    else
        *since = good && pruned_when(&now, month) > r->sequence;
    pruned_free(&now);
    kv_abort(t);
    envs_put(&r->s->envs, k);
    return good;
}

static bool changed(uint32_t month, struct err *e)
{
    err_set(e, ERR_STORE, "changed while it was read");
    month_context(month, e);
    err_hint(e, "ask again");
    return false;
}

static bool reopen_month(const struct store_reader *r, struct reader_month *m,
                         struct err *e)
{
    enum standing standing = STANDS;
    struct err ignored = {0};
    bool pruned = false, good = open_month(r, m, &standing, e);

    (void)!pruned_since(r, m->month, &pruned, &ignored);
    if (good && standing == STANDS && !pruned)
        return true;
    close_month(r, m);
    return good || pruned ? changed(m->month, e) : false;
}

struct kv_txn *reader_txn(const struct store_reader *r, uint32_t month,
                          struct err *e)
{
    struct reader_month *m = &r->month[month];

    if (!m->txn && !reopen_month(r, m, e))
        return NULL;
    m->used = ++*r->clock;
    return m->txn;
}

static bool list_months(struct store_reader *r, bool odd, struct err *e)
{
    uint32_t *month, n;

    if (!envs_list(&r->s->envs, &month, &n, e))
        return false;
    r->month = memory_zeroed(n, sizeof *r->month);
    r->clock = memory_zeroed(1, sizeof *r->clock);
    for (uint32_t i = 0; i < n; i++)
        if (odd || month[i] != ENVS_ODD)
            r->month[r->months++].month = month[i];
    free(month);
    return true;
}

/* Not what only went away meanwhile: that is not damaged. */
static bool leave_month(struct store_reader *r, const struct reader_month *m,
                        struct err *e)
{
    struct err ignored = {0};
    bool pruned = false;

    return pruned_since(r, m->month, &pruned, &ignored) && !pruned &&
           reader_leave(r, 0, e);
}

/* Opens the months; those that are left over leave the list. */
static bool open_listed(struct store_reader *r, bool *late, struct err *e)
{
    uint32_t listed = r->months, i = 0;
    enum standing standing = STANDS;
    bool good = true;

    for (r->months = 0; i < listed && good && standing != LATE; i++) {
        struct reader_month *m = &r->month[r->months];
        *m = r->month[i];
        good = open_month(r, m, &standing, e);
        if (good && standing == LEFTOVER)
            close_month(r, m);
        else if (good)
            r->months++;
        else if (r->left)
            good = leave_month(r, m, e);
    }
    *late = standing == LATE;
    return good;
}

static bool is_open(const struct store_reader *r, uint32_t month)
{
    for (uint32_t i = 0; i < r->months; i++)
        if (r->month[i].month == month)
            return true;
    return false;
}

/* What the catalogue knows of must be there, whatever lies in the folder. */
static bool all_there(struct store_reader *r, bool odd, struct err *e)
{
    for (uint32_t i = 0; i < r->listed.n; i++) {
        uint32_t month = r->listed.entry[i].month;
        if ((month == ENVS_ODD && !odd) || is_open(r, month) ||
            !months_expected(&r->listed, i, &r->pruned) ||
            envs_exists(&r->s->envs, month))
            continue;
        months_missing(e);
        month_context(month, e);
        if (!reader_leave(r, 0, e))
            return false;
        e->code = ERR_NONE;
    }
    return true;
}

static bool open_months(struct store_reader *r, bool odd, bool *late,
                        struct err *e)
{
    struct err ignored = {0};
    bool pruned = false;

    *late = false;
    if (!list_months(r, odd, e))
        return false;
    bool good = open_listed(r, late, e);
    if (!pruned_since(r, ENVS_CATALOGUE, &pruned, good ? e : &ignored))
        return false;
    *late = *late || pruned;
    return *late || (good && all_there(r, odd, e));
}

bool reader_snapshot(struct store_reader *r, bool odd, struct err *e)
{
    bool late = true;

    envs_tidy(&r->s->envs);
    for (uint32_t i = 0; i < TRIES; i++) {
        if (!read_catalogue(r, e) || !open_months(r, odd, &late, e))
            return false;
        if (!late)
            return true;
        reader_snapshot_drop(r);
    }
    return err_set(e, ERR_STORE, "%s changes too fast to be read", r->s->dir);
}

/* ---- its blocks ---- */

struct listing {
    struct store_reader *r;
    uint32_t month;
    uint32_t first; /* of this month's blocks in r->block */
};

static void add_block(struct store_reader *r, struct reader_block *b)
{
    if (r->blocks == r->block_cap) {
        r->block_cap = r->block_cap ? r->block_cap * 2 : 64;
        r->block = memory_resize(r->block,
                                 r->block_cap * sizeof(struct reader_block *));
    }
    r->block[r->blocks++] = b;
}

static bool read_front(const struct fronts_block *b, struct block_head *h,
                       struct err *e)
{
    return b->whole
               ? block_head_read(b->front.data, b->bytes, h, e)
               : block_front_parse(b->front.data, b->front.len, b->bytes, h, e);
}

static bool list_block(void *ctx, const struct fronts_block *f, struct err *e)
{
    struct listing *l = ctx;
    struct store_reader *r = l->r;
    struct block_head h;

    if (!read_front(f, &h, e)) {
        err_context(e, "block %llu", (unsigned long long)f->id);
        month_context(r->month[l->month].month, e);
        return reader_leave(r, 0, e);
    }
    if (h.sequence > r->sequence)
        return true;
    struct reader_block *b = memory_zeroed(1, sizeof *b);
    *b = (struct reader_block){
        .month = l->month,
        .sensor = strtab_intern(r->text, h.sensor, strlen(h.sensor)),
        .id = f->id,
        .bytes = h.bytes,
        .sequence = h.sequence,
        .replaces = h.replaces,
        .sum = index_block_sum(f->front),
        .zone = h.zone};
    add_block(r, b);
    return true;
}

/* Within a month blocks are listed by id. */
static struct reader_block **find_id(const struct listing *l, uint64_t id)
{
    uint32_t lo = l->first, hi = l->r->blocks;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (l->r->block[mid]->id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < l->r->blocks && l->r->block[lo]->id == id ? &l->r->block[lo]
                                                          : NULL;
}

static void drop_replaced(struct listing *l)
{
    struct store_reader *r = l->r;
    uint32_t kept = l->first;
    bool *gone = memory_zeroed(r->blocks - l->first, sizeof *gone);

    for (uint32_t i = l->first; i < r->blocks; i++) {
        struct reader_block **b =
            r->block[i]->replaces ? find_id(l, r->block[i]->replaces) : NULL;
        if (b)
            gone[b - r->block - l->first] = true;
    }
    for (uint32_t i = l->first; i < r->blocks; i++) {
        if (gone[i - l->first])
            free(r->block[i]);
        else
            r->block[kept++] = r->block[i];
    }
    r->blocks = kept;
    free(gone);
}

/* The month in front of an error that does not begin with it. */
static struct err *month_context_once(const struct store_reader *r,
                                      uint32_t month, struct err *e)
{
    char name[ENVS_NAME];

    envs_name(name, r->month[month].month);
    if (strncmp(e->text, name, strlen(name)) != 0)
        err_context(e, "%s", name);
    return e;
}

/* A list with other blocks than were written is no use. */
static bool leave_listed(struct listing *l, struct err *e)
{
    struct store_reader *r = l->r;

    if (!r->left)
        return false;
    while (r->blocks > l->first)
        free(r->block[--r->blocks]);
    return reader_leave(r, 0, e);
}

static bool list_blocks(struct store_reader *r, struct err *e)
{
    for (uint32_t i = 0; i < r->months; i++) {
        struct listing l = {r, i, r->blocks};
        struct kv_txn *t = reader_txn(r, i, e);
        if (!t)
            return false;
        e->code = ERR_NONE;
        if (!fronts_each(t, list_block, &l, e) &&
            !leave_listed(&l, month_context_once(r, i, e)))
            return false;
        drop_replaced(&l);
    }
    e->code = ERR_NONE;
    return true;
}

struct sorting {
    int64_t time;
    const char *sensor;
    struct reader_block *block;
};

static int by_order(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    int order = strcmp(x->sensor, y->sensor);
    if (order)
        return order;
    if (x->block->month != y->block->month)
        return x->block->month < y->block->month ? -1 : 1;
    return x->block->id < y->block->id ? -1 : x->block->id > y->block->id;
}

static void sort_blocks(struct store_reader *r)
{
    struct sorting *s = memory_zeroed(r->blocks, sizeof *s);

    for (uint32_t i = 0; i < r->blocks; i++) {
        struct reader_block *b = r->block[i];
        s[i] = (struct sorting){b->zone.field[FIELD_TIME].range.lo,
                                strtab_text(r->text, b->sensor, NULL), b};
    }
    qsort(s, r->blocks, sizeof *s, by_order);
    for (uint32_t i = 0; i < r->blocks; i++)
        r->block[i] = s[i].block;
    free(s);
}

struct store_reader *
reader_open(struct store *s, struct strtab *t, bool odd,
            void (*left)(void *ctx, const struct store_left_out *what),
            void *ctx, struct err *e)
{
    struct store_reader *r = memory_zeroed(1, sizeof *r);

    *r =
        (struct store_reader){.s = s, .text = t, .left = left, .left_ctx = ctx};
    if (reader_snapshot(r, odd, e) && list_blocks(r, e)) {
        sort_blocks(r);
        return r;
    }
    store_reader_close(r);
    return NULL;
}

struct store_reader *store_reader_open(struct store *s, struct strtab *t,
                                       bool odd, struct err *e)
{
    return reader_open(s, t, odd, NULL, NULL, e);
}

void store_reader_close(struct store_reader *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->blocks; i++)
        free(r->block[i]);
    free(r->block);
    reader_index_free(r);
    reader_snapshot_drop(r);
    free(r);
}

uint64_t store_reader_sequence(const struct store_reader *r)
{
    return r->sequence;
}

uint32_t store_reader_blocks(const struct store_reader *r)
{
    return r->blocks;
}

struct store_block_info store_reader_block(const struct store_reader *r,
                                           uint32_t i)
{
    const struct reader_block *b = r->block[i];

    return (struct store_block_info){.zone = &b->zone,
                                     .sensor = b->sensor,
                                     .month = r->month[b->month].month,
                                     .id = b->id,
                                     .bytes = b->bytes};
}

uint32_t store_reader_captures(const struct store_reader *r)
{
    return r->captures;
}

const struct store_capture *store_reader_capture(const struct store_reader *r,
                                                 uint32_t i)
{
    return &r->capture[i];
}

bool reader_bytes(const struct store_reader *r, uint32_t block,
                  struct kv_bytes *v, struct err *e)
{
    const struct reader_block *b = r->block[block];
    struct kv_txn *t = reader_txn(r, b->month, e);

    if (!t)
        return false;
    if (!month_block_get(t, b->id, v, e) ||
        (!v->data && !err_set(e, ERR_STORE, "is missing")) ||
        (index_block_sum(*v) != b->sum &&
         !err_set(e, ERR_STORE, "has a damaged header")))
        return reader_context(r, block, e);
    return true;
}
