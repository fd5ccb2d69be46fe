/* spill_runs.c - a heap of runs by their next rows. */
#include "query/spill_runs.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FAN_LEAST = 4, FAN_MOST = 512 };

struct spill_stream *spill_runs_add(struct spill_runs *m)
{
    m->run = memory_grow(m->run, m->n, sizeof *m->run);
    m->run[m->n] = (struct spill_stream){0};
    return &m->run[m->n++];
}

/* ---- order ---- */

static int compare_cells(const struct spill_runs *m, uint32_t k,
                         const struct value *a, const struct value *b)
{
    enum type type = m->layout.type[k].type;

    if (type == TYPE_ADDR)
        return addr_cmp(a->cell.a, b->cell.a);
    return value_cmp(type, a->cell, b->cell, m->spill->run->text);
}

static int compare_rows(const struct spill_runs *m, const struct value *a,
                        const struct value *b)
{
    for (uint32_t k = 0; k < m->keys; k++) {
        if (a[k].absent || b[k].absent) {
            if (a[k].absent != b[k].absent)
                return a[k].absent ? 1 : -1;
            continue;
        }
        int order = compare_cells(m, k, &a[k], &b[k]);
        if (order)
            return m->desc && m->desc[k] ? -order : order;
    }
    return 0;
}

static struct value *row_of(const struct spill_runs *m, uint32_t i)
{
    return m->row + (size_t)i * m->layout.cols;
}

static bool is_before(const struct spill_runs *m, uint32_t a, uint32_t b)
{
    int order = compare_rows(m, row_of(m, a), row_of(m, b));

    return order ? order < 0 : a < b;
}

static void sift_down(struct spill_runs *m, uint32_t at)
{
    uint32_t *heap = m->heap, x = heap[at];

    for (uint32_t child; (child = 2 * at + 1) < m->live; at = child) {
        if (child + 1 < m->live && is_before(m, heap[child + 1], heap[child]))
            child++;
        if (is_before(m, x, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = x;
}

/* ---- one merge ---- */

static bool load(struct spill_runs *m, uint32_t i)
{
    arena_reset(&m->sets[i]);
    return spill_peek(m->spill, &m->run[i]) >= 0 &&
           spill_get(m->spill, &m->run[i], &m->layout, row_of(m, i),
                     &m->sets[i]);
}

static void end_merge(struct spill_runs *m)
{
    for (uint32_t i = 0; m->row && i < m->n; i++)
        arena_free(&m->sets[i]);
    budget_give(m->spill->run->budget, m->charged);
    free(m->row);
    free(m->sets);
    free(m->heap);
    m->row = NULL;
    m->sets = NULL;
    m->heap = NULL;
    m->charged = 0;
}

static size_t row_bytes(const struct spill_runs *m)
{
    return m->layout.cols * sizeof *m->row + sizeof *m->sets + sizeof *m->heap;
}

static bool begin_merge(struct spill_runs *m)
{
    m->charged = m->n * row_bytes(m);
    budget_force(m->spill->run->budget, m->charged);
    m->row =
        memory_zeroed(((size_t)m->n + 1) * m->layout.cols + 1, sizeof *m->row);
    m->sets = memory_zeroed(m->n + 1, sizeof *m->sets);
    m->heap = memory_zeroed(m->n + 1, sizeof *m->heap);
    m->live = 0;
    m->started = false;
    for (uint32_t i = 0; i < m->n; i++) {
        if (load(m, i))
            m->heap[m->live++] = i;
    }
    for (uint32_t i = m->live; i-- > 0;)
        sift_down(m, i);
    return m->spill->run->e->code == ERR_NONE;
}

static void move_on(struct spill_runs *m)
{
    if (!load(m, m->heap[0]))
        m->heap[0] = m->heap[--m->live];
    if (m->live > 0)
        sift_down(m, 0);
}

/* What the last call put out is the first row still. */
static void leave_last(struct spill_runs *m)
{
    struct value *last = row_of(m, m->n);

    for (uint32_t i = 0; m->unique && i < m->layout.cols; i++)
        last[i] = row_of(m, m->heap[0])[i];
    do
        move_on(m);
    while (m->unique && m->live > 0 &&
           compare_rows(m, last, row_of(m, m->heap[0])) == 0);
}

const struct value *spill_runs_next(struct spill_runs *m)
{
    if (m->live > 0 && m->started)
        leave_last(m);
    m->started = true;
    if (m->live == 0 || m->spill->run->e->code != ERR_NONE)
        return NULL;
    return row_of(m, m->heap[0]);
}

/* ---- fewer runs ---- */

static uint32_t fan_in(const struct spill_runs *m)
{
    size_t limit = m->spill->run->budget->limit / 8;
    size_t n = limit / (spill_buffer(m->spill) + row_bytes(m));

    return n < FAN_LEAST ? FAN_LEAST : n > FAN_MOST ? FAN_MOST : (uint32_t)n;
}

/* Runs from, from + 1, … to one. */
static bool merge(struct spill_runs *m, uint32_t from, uint32_t n,
                  struct spill_stream *to)
{
    struct spill_runs part = *m;
    const struct value *row;

    part.run = m->run + from;
    part.n = n;
    bool ok = begin_merge(&part);
    while (ok && (row = spill_runs_next(&part)))
        ok = spill_put(m->spill, to, 0, &m->layout, row);
    ok = ok && m->spill->run->e->code == ERR_NONE && spill_seal(m->spill, to);
    end_merge(&part);
    return ok;
}

/* Runs are merged with their neighbours, so that they stay in order. */
static bool merge_pass(struct spill_runs *m, uint32_t fan)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->n; i += fan) {
        struct spill_stream to = {0};
        uint32_t some = m->n - i < fan ? m->n - i : fan;
        bool ok = merge(m, i, some, &to);
        for (uint32_t k = 0; k < some; k++)
            spill_drop(m->spill, &m->run[i + k]);
        m->run[n++] = to;
        if (!ok)
            return false;
    }
    m->n = n;
    return true;
}

bool spill_runs_begin(struct spill_runs *m)
{
    uint32_t fan = fan_in(m);

    while (m->n > fan) {
        if (!merge_pass(m, fan))
            return false;
    }
    return begin_merge(m);
}

bool spill_runs_unite(struct spill_runs *m, uint64_t *rows)
{
    while (m->n > 1) {
        if (!merge_pass(m, fan_in(m)))
            return false;
    }
    *rows = m->n ? m->run[0].rows : 0;
    return begin_merge(m);
}

/* ---- rows in hand ---- */

static void open_columns(struct spill_runs *m)
{
    if (!m->col)
        m->col = memory_zeroed(m->layout.cols + 1, sizeof *m->col);
    for (uint32_t i = 0; i < m->layout.cols; i++)
        vec_room(&m->col[i], schema_types[m->layout.type[i].type].lane);
}

static void hold_row(struct spill_runs *m, uint32_t at, const struct value *row)
{
    for (uint32_t i = 0; i < m->layout.cols; i++) {
        struct vec *v = &m->col[i];
        struct value x = row[i];
        if (v->lane == LANE_SET && !x.absent)
            x.cell.set = vec_copy_set(&m->held, x.cell.set);
        vec_set(v, at, x);
    }
}

uint32_t spill_runs_fill(struct spill_runs *m, uint64_t most)
{
    struct budget *b = m->spill->run->budget;
    size_t enough = b->limit / 16;
    const struct value *row;
    uint32_t n = 0;

    open_columns(m);
    if (m->held.bytes > enough)
        arena_free(&m->held);
    arena_reset(&m->held);
    while (n < BATCH_ROWS && n < most && (n == 0 || m->held.bytes <= enough) &&
           (row = spill_runs_next(m)))
        hold_row(m, n++, row);
    budget_give(b, m->held_charged);
    m->held_charged = m->held.bytes;
    budget_force(b, m->held_charged);
    return m->spill->run->e->code == ERR_NONE ? n : 0;
}

void spill_runs_close(struct spill_runs *m)
{
    struct budget none = {0};

    if (!m->spill)
        return;
    end_merge(m);
    for (uint32_t i = 0; i < m->n; i++)
        spill_drop(m->spill, &m->run[i]);
    for (uint32_t i = 0; m->col && i < m->layout.cols; i++)
        vec_free(&m->col[i], &none);
    budget_give(m->spill->run->budget, m->held_charged);
    arena_free(&m->held);
    free(m->col);
    free(m->run);
    *m = (struct spill_runs){0};
}
