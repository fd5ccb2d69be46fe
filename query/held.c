/* held.c - a column begins with its first value. */
#include "query/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void held_open(struct held *h, const struct columns *c, const uint64_t *need)
{
    *h = (struct held){.columns = c, .need = need};
    h->col = memory_zeroed(c->n + 1, sizeof *h->col);
    for (uint32_t i = 0; i < c->n; i++)
        h->col[i].lane = schema_types[c->col[i].type.type].lane;
}

void held_close(struct held *h, struct budget *b)
{
    for (uint32_t i = 0; h->col && i < h->columns->n; i++)
        vec_free(&h->col[i], b);
    budget_give(b, h->sets_charged);
    arena_free(&h->sets);
    free(h->col);
    *h = (struct held){0};
}

/* Sets of a batch die with it. */
static bool keep_sets(struct held *h, struct vec *v, uint32_t from,
                      struct run *r)
{
    size_t before = h->sets.bytes;

    for (uint32_t i = from; v->lane == LANE_SET && i < v->n; i++) {
        if (!vec_absent(v, i))
            v->set[i] = vec_copy_set(&h->sets, v->set[i]);
    }
    if (!budget_take(r->budget, h->sets.bytes - before))
        return false;
    h->sets_charged += h->sets.bytes - before;
    return true;
}

bool held_values(struct held *h, struct vec *v, const struct column *c,
                 const struct sel *rows, struct run *r)
{
    uint32_t from = v->n;

    return vec_append_rows(v, c, rows, r->budget) && keep_sets(h, v, from, r);
}

static bool has_value(const struct column *c, const struct sel *rows)
{
    for (uint32_t k = 0; k < rows->n; k++) {
        if (!column_absent(c, rows->row[k]))
            return true;
    }
    return false;
}

/* The rows before the first value are absent. */
static bool begin_column(struct held *h, struct vec *v, struct run *r)
{
    const struct value none = {.absent = true};

    if (!vec_reserve(v, h->n + 1, r->budget))
        return false;
    while (v->n < h->n)
        vec_append(v, none, r->budget);
    return true;
}

static bool append_column(struct held *h, uint32_t i, struct batch *b,
                          struct run *r)
{
    struct vec *v = &h->col[i];
    const struct column *c = batch_column(b, i);

    if (v->n == 0 && !has_value(c, &b->sel))
        return true;
    if (v->n == 0 && !begin_column(h, v, r))
        return false;
    return held_values(h, v, c, &b->sel, r);
}

bool held_append(struct held *h, struct batch *b, struct run *r)
{
    for (uint32_t i = 0; i < b->cols; i++) {
        if (!run_check(r))
            return false;
        if ((h->need[i / 64] >> (i % 64) & 1) && !append_column(h, i, b, r))
            return false;
    }
    h->n += b->sel.n;
    return r->e->code == ERR_NONE;
}

void held_clear(struct held *h, struct budget *b)
{
    for (uint32_t i = 0; i < h->columns->n; i++)
        vec_clear(&h->col[i]);
    budget_give(b, h->sets_charged);
    h->sets_charged = 0;
    arena_reset(&h->sets);
    h->n = 0;
}

void held_fill(const struct held *h, uint32_t i, const uint32_t *id, uint32_t n,
               struct vec *out)
{
    if (h->col[i].n > 0) {
        vec_gather(&h->col[i], id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        vec_mark_absent(out, k);
}
