/* places.c - columns begin with their first value; places before are absent. */
#include "query/places.h"

#include <stdlib.h>

#include "base/memory.h"

void places_open(struct places *h, const struct stage_run *r, uint32_t cols)
{
    *h = (struct places){.cols = cols, .need = r->stage->need, .run = r->run};
    h->col = memory_zeroed(cols + 1, sizeof *h->col);
    for (uint32_t i = 0; i < cols; i++)
        h->col[i].lane = schema_types[r->stage->out->col[i].type.type].lane;
}

void places_close(struct places *h)
{
    for (uint32_t i = 0; i < h->cols; i++)
        vec_free(&h->col[i], h->run->budget);
    budget_give(h->run->budget, h->sets_charged);
    arena_free(&h->sets);
    free(h->col);
}

static bool has_value(const struct column *c, const uint16_t *row, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        if (!column_absent(c, row[k]))
            return true;
    }
    return false;
}

/* Room for `n` places; those that are new are absent. */
static bool room(struct places *h, struct vec *v, uint32_t n)
{
    static const struct value none = {.absent = true};

    if (n <= v->n)
        return true;
    if (!vec_reserve(v, n, h->run->budget))
        return false;
    while (v->n < n)
        vec_append(v, none, h->run->budget);
    return true;
}

static bool keep_set(struct places *h, struct value *v)
{
    size_t before = h->sets.bytes;

    v->cell.set = vec_copy_set(&h->sets, v->cell.set);
    size_t more = h->sets.bytes - before;
    if (!budget_take(h->run->budget, more))
        return false;
    h->sets_charged += more;
    return true;
}

static bool put_column(struct places *h, struct vec *v, const struct column *c,
                       const uint16_t *row, const uint32_t *place, uint32_t n)
{
    uint32_t most = 0;

    if (v->cap == 0 && !has_value(c, row, n))
        return true;
    for (uint32_t k = 0; k < n; k++)
        most = place[k] > most ? place[k] : most;
    if (!room(h, v, most + 1))
        return false;
    for (uint32_t k = 0; k < n; k++) {
        struct value x = value_at(c, v->lane, row[k]);
        if (v->lane == LANE_SET && !x.absent && !keep_set(h, &x))
            return false;
        vec_replace(v, place[k], x, h->run->budget);
    }
    return true;
}

bool places_put(struct places *h, struct batch *b, const uint16_t *row,
                const uint32_t *place, uint32_t n)
{
    for (uint32_t i = 0; n > 0 && i < h->cols; i++) {
        if (!(h->need[i / 64] >> (i % 64) & 1))
            continue;
        if (!put_column(h, &h->col[i], batch_column(b, i), row, place, n))
            return false;
    }
    return true;
}

void places_gather(const struct places *h, uint32_t col, const uint32_t *place,
                   uint32_t n, struct vec *out)
{
    const struct vec *v = &h->col[col];

    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++) {
        if (place[k] >= v->n || vec_absent(v, place[k]))
            vec_mark_absent(out, k);
        else
            vec_put(out, k, vec_cell(v, place[k]));
    }
}
