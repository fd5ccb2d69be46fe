/* scan_merge.c - a heap of open blocks. A batch whose rows all come before
 * those of any other block goes through as it is; only rows that interleave
 * are gathered into batches of their own. */
#include "query/scan_merge.h"

#include <stdlib.h>

#include "base/memory.h"
#include "query/vec.h"

struct merge {
    const struct scan *scan;
    struct run *run;
    struct stage_run *first;
    struct scan_counts *counts;
    struct scan_cursor **heap; /* the earliest row first */
    uint32_t n, cap;
    uint32_t unopened; /* next block of the scan */
    /* The batch of gathered rows. */
    struct batch batch;
    struct column column[FIELD_COUNT];
    bool loaded[FIELD_COUNT];
    struct scan_cursor *from[BATCH_ROWS];
    uint16_t row[BATCH_ROWS];
    struct vec buffer[FIELD_COUNT];
};

/* ---- the order ---- */

static bool is_order_before(const struct scan_cursor *a,
                            const struct scan_cursor *b)
{
    struct store_order x, y;
    struct err *e = a->run->e;

    if (e->code != ERR_NONE ||
        !store_block_order(a->block, a->window + a->batch.sel.row[a->pos], &x,
                           e) ||
        !store_block_order(b->block, b->window + b->batch.sel.row[b->pos], &y,
                           e))
        return false;
    if (x.capture.hi != y.capture.hi)
        return x.capture.hi < y.capture.hi;
    if (x.capture.lo != y.capture.lo)
        return x.capture.lo < y.capture.lo;
    return x.position < y.position;
}

static bool is_before(const struct scan_cursor *a, const struct scan_cursor *b)
{
    int64_t s = scan_cursor_time(a), t = scan_cursor_time(b);

    if (s != t)
        return s < t;
    if (a->sensor != b->sensor)
        return strtab_cmp(a->run->text, a->sensor, b->sensor) < 0;
    return is_order_before(a, b);
}

static void sift_down(struct merge *m)
{
    struct scan_cursor *x = m->heap[0];
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= m->n)
            break;
        if (child + 1 < m->n && is_before(m->heap[child + 1], m->heap[child]))
            child++;
        if (!is_before(m->heap[child], x))
            break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = x;
}

static void sift_up(struct merge *m, uint32_t at)
{
    struct scan_cursor *x = m->heap[at];

    while (at > 0 && is_before(x, m->heap[(at - 1) / 2])) {
        m->heap[at] = m->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    m->heap[at] = x;
}

/* ---- gathered rows ---- */

static void load(struct batch *b, uint32_t i)
{
    struct merge *m = b->source;
    struct vec *v = &m->buffer[i];

    vec_room(v, schema_types[schema_fields[i].type].lane);
    vec_start(v, b->rows);
    for (uint32_t k = 0; k < b->rows; k++) {
        const struct column *c = batch_column(&m->from[k]->batch, i);
        struct value x = value_at(c, v->lane, m->row[k]);
        if (x.absent)
            vec_mark_absent(v, k);
        else
            vec_put(v, k, x.cell);
    }
    b->col[i] = (struct column){.i = v->i, .absent = v->absent};
    b->loaded[i] = true;
}

static void places(struct batch *b, const struct sel *rows, uint64_t *out)
{
    const struct merge *m = b->source;

    for (uint32_t k = 0; k < rows->n; k++) {
        uint32_t i = rows->row[k];
        out[k] = scan_cursor_place(m->from[i], m->row[i]);
    }
}

static bool push_gathered(struct merge *m)
{
    bool more;

    if (m->batch.rows == 0)
        return true;
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        m->loaded[i] = false;
    batch_select_all(&m->batch);
    expr_start_batch(&m->run->eval);
    more = stage_push(m->first, &m->batch);
    m->batch.rows = 0;
    return more && m->run->e->code == ERR_NONE;
}

/* ---- merging ---- */

static bool open_next(struct merge *m)
{
    struct scan_cursor *c =
        scan_cursor_open(m->scan, m->unopened++, m->run, m->counts);

    if (!c)
        return false;
    if (!scan_cursor_next(c, true)) {
        scan_cursor_close(c);
        return m->run->e->code == ERR_NONE;
    }
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->heap = (struct scan_cursor **)memory_resize(
            (void *)m->heap, m->cap * sizeof(struct scan_cursor *));
    }
    m->heap[m->n++] = c;
    sift_up(m, m->n - 1);
    return true;
}

static int64_t unopened_time(const struct merge *m)
{
    uint32_t i = m->scan->block[m->unopened];
    const struct zone *z = store_reader_block(m->scan->reader, i).zone;

    return z->field[FIELD_TIME].range.lo;
}

/* Opens every block that may hold the earliest row. */
static bool open_due(struct merge *m)
{
    while (m->unopened < m->scan->n &&
           (m->n == 0 || unopened_time(m) <= scan_cursor_time(m->heap[0]))) {
        if (!open_next(m))
            return false;
    }
    return true;
}

/* Before this time only the block on top has rows. */
static int64_t alone_until(const struct merge *m)
{
    int64_t limit = INT64_MAX;

    for (uint32_t i = 1; i <= 2 && i < m->n; i++) {
        if (scan_cursor_time(m->heap[i]) < limit)
            limit = scan_cursor_time(m->heap[i]);
    }
    if (m->unopened < m->scan->n && unopened_time(m) < limit)
        limit = unopened_time(m);
    return limit;
}

/* The block on top has no more rows in hand: its next batch, or its end. Rows
 * that were gathered from it must be out of the way. */
static bool advance_top(struct merge *m)
{
    struct scan_cursor *c = m->heap[0];

    if (scan_cursor_next(c, true)) {
        sift_down(m);
        return true;
    }
    scan_cursor_close(c);
    m->heap[0] = m->heap[--m->n];
    if (m->n > 0)
        sift_down(m);
    return m->run->e->code == ERR_NONE;
}

static bool push_through(struct merge *m)
{
    struct scan_cursor *c = m->heap[0];
    struct sel *sel = &c->batch.sel;

    if (!push_gathered(m))
        return false;
    for (uint32_t k = c->pos; k < sel->n; k++)
        sel->row[k - c->pos] = sel->row[k];
    sel->n -= c->pos;
    return stage_push(m->first, &c->batch) && m->run->e->code == ERR_NONE &&
           advance_top(m);
}

static bool take_one(struct merge *m)
{
    struct scan_cursor *c = m->heap[0];

    m->from[m->batch.rows] = c;
    m->row[m->batch.rows++] = c->batch.sel.row[c->pos++];
    if (m->batch.rows == BATCH_ROWS && !push_gathered(m))
        return false;
    if (c->pos < c->batch.sel.n) {
        sift_down(m);
        return true;
    }
    /* The batch in hand is about to go, and gathered rows point into it. */
    return push_gathered(m) && advance_top(m);
}

static bool step(struct merge *m)
{
    const struct scan_cursor *c = m->heap[0];

    if (c->time[c->batch.sel.n - 1] < alone_until(m))
        return push_through(m);
    return take_one(m);
}

void scan_merge(const struct scan *s, struct run *run, struct stage_run *first,
                struct scan_counts *out)
{
    struct merge *m = memory_zeroed(1, sizeof *m);
    struct budget none = {0};

    m->scan = s;
    m->run = run;
    m->first = first;
    m->counts = out;
    m->batch = (struct batch){.cols = FIELD_COUNT,
                              .col = m->column,
                              .loaded = m->loaded,
                              .load = load,
                              .source = m,
                              .places = places,
                              .e = run->e};
    while (open_due(m) && m->n > 0 && step(m))
        continue;
    while (m->n > 0)
        scan_cursor_close(m->heap[--m->n]);
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        vec_free(&m->buffer[i], &none);
    free((void *)m->heap);
    free(m);
}
