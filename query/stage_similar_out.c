/* stage_similar_out.c - the columns of groups: what their rows have in common.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strtab.h"
#include "query/order.h"
#include "query/stage_similar.h"

/* ---- sets ---- */

static struct set *new_set(struct stage_run *r, const struct vtype *type,
                           size_t most, union cell **cell)
{
    struct expr_eval *ev = &r->run->eval;
    size_t bytes = (most * type->members + 1) * sizeof **cell;
    struct set *set;

    if (!expr_take(ev, bytes, "similar"))
        return NULL;
    set = arena_new(ev->tmp, struct set);
    *cell = arena_alloc_raw(ev->tmp, bytes);
    *set = (struct set){.type = *type, .member = *cell};
    return set;
}

static bool same_names(const struct similar_state *s,
                       const struct similar_bound *bound, uint32_t a,
                       uint32_t b)
{
    for (uint32_t k = bound->keys; k < bound->keys + bound->names; k++) {
        if (!value_eq(bound->held_type[k].type, vec_cell(&s->held[k], a),
                      vec_cell(&s->held[k], b)))
            return false;
    }
    return true;
}

static bool has_names(const struct similar_state *s,
                      const struct similar_bound *bound, uint32_t row)
{
    for (uint32_t k = bound->keys; k < bound->keys + bound->names; k++) {
        if (vec_absent(&s->held[k], row))
            return false;
    }
    return true;
}

/* Members come in the order of their names. */
static const struct set *members_of(struct stage_run *r,
                                    const struct similar_shown *g)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    union cell *cell;
    struct set *set = new_set(r, &bound->member, g->group.size, &cell);
    uint32_t last = UINT32_MAX;

    for (uint32_t i = 0; set && i < g->group.size; i++) {
        uint32_t row = stage_similar_row(s, g, i);
        if (!has_names(s, bound, row) ||
            (last != UINT32_MAX && same_names(s, bound, last, row)))
            continue;
        for (uint32_t k = 0; k < bound->names; k++)
            *cell++ = vec_cell(&s->held[bound->keys + k], row);
        set->n++;
        last = row;
    }
    return set;
}

/* The hosts among items, which ascend; sweeps are no members of a set. */
static const struct set *set_of(struct stage_run *r, const uint32_t *item,
                                uint32_t n)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    union cell *cell;
    struct set *set = new_set(r, &bound->type, n, &cell);

    for (uint32_t i = 0; set && i < n && item[i] < s->hosts; i++) {
        for (uint32_t m = 0; m < bound->type.members; m++)
            *cell++ = vec_cell(&s->items.key[m], s->value[item[i]]);
        set->n++;
    }
    return set;
}

static uint32_t *room_for(struct stage_run *r, uint32_t n)
{
    size_t bytes = ((size_t)n + 1) * sizeof(uint32_t);

    if (!expr_take(&r->run->eval, bytes, "similar"))
        return NULL;
    return arena_alloc_raw(r->run->eval.tmp, bytes);
}

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

static const struct set *core_of(struct stage_run *r,
                                 const struct similar_shown *g)
{
    uint32_t n = g->group.cores, *item = room_for(r, n);

    if (!item)
        return NULL;
    memcpy(item, g->group.core, n * sizeof *item);
    qsort(item, n, sizeof *item, by_number);
    return set_of(r, item, n);
}

static uint32_t keep_shared(uint32_t *list, uint32_t n, const uint32_t *item,
                            uint32_t items)
{
    uint32_t kept = 0;

    for (uint32_t i = 0, j = 0; i < n && j < items;) {
        if (list[i] == item[j])
            list[kept++] = list[i];
        uint32_t left = list[i], right = item[j];
        i += left <= right;
        j += right <= left;
    }
    return kept;
}

/* What every member holds. */
static const struct set *all_of(struct stage_run *r,
                                const struct similar_shown *g)
{
    const struct similar_state *s = r->state;
    uint32_t n, items;
    const uint32_t *item = stage_similar_items(s, g, 0, &n);
    uint32_t *list = room_for(r, n);

    if (!list)
        return NULL;
    memcpy(list, item, n * sizeof *list);
    for (uint32_t i = 1; i < g->group.size; i++) {
        item = stage_similar_items(s, g, i, &items);
        n = keep_shared(list, n, item, items);
    }
    return set_of(r, list, n);
}

static void put_set(struct stage_run *r, enum stage_similar_kind kind,
                    const struct similar_shown *g, struct vec *out, uint32_t k)
{
    out->set[k] = kind == SIMILAR_MEMBERS ? members_of(r, g)
                  : kind == SIMILAR_CORE  ? core_of(r, g)
                                          : all_of(r, g);
    if (!out->set[k])
        vec_mark_absent(out, k);
}

/* ---- values of the members ---- */

/* Rows of members that have a value, in its order. NULL: error. */
static uint32_t *sorted(struct stage_run *r, const struct similar_shown *g,
                        uint32_t held, uint32_t *n)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct order_key key = {.value = &s->held[held],
                            .type = bound->held_type[held].type};
    uint32_t *list = room_for(r, g->group.size);

    *n = 0;
    for (uint32_t i = 0; list && i < g->group.size; i++) {
        uint32_t row = stage_similar_row(s, g, i);
        if (!vec_absent(&s->held[held], row))
            list[(*n)++] = row;
    }
    if (list && order_list(&key, 1, list, *n, r->run))
        return list;
    run_over(r->run, "similar", "the members of a group");
    return NULL;
}

/* The most common value, of equally common ones the lowest. */
static uint32_t most_common(const struct vec *v, enum type type,
                            const uint32_t *list, uint32_t n, uint32_t *times)
{
    uint32_t best = 0, run;

    *times = 0;
    for (uint32_t i = 0; i < n; i += run) {
        for (run = 1; i + run < n && value_eq(type, vec_cell(v, list[i]),
                                              vec_cell(v, list[i + run]));)
            run++;
        if (run <= *times)
            continue;
        *times = run;
        best = list[i];
    }
    return best;
}

static void put_value(struct stage_run *r, struct stage_similar_column c,
                      const struct similar_shown *g, struct vec *out,
                      uint32_t k)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    const struct vec *v = &s->held[c.held];
    uint32_t n, times, *list = sorted(r, g, c.held, &n);

    if (!list || n == 0) {
        vec_set(out, k, (struct value){.absent = true});
        return;
    }
    uint32_t row = list[(n - 1) / 2];
    if (c.kind == SIMILAR_FIRST)
        row = list[0];
    if (c.kind == SIMILAR_LAST)
        row = list[n - 1];
    if (c.kind == SIMILAR_COMMON || c.kind == SIMILAR_SHARE)
        row = most_common(v, bound->held_type[c.held].type, list, n, &times);
    if (c.kind == SIMILAR_SHARE)
        out->r[k] = (double)times / g->group.size;
    else
        vec_put(out, k, vec_cell(v, row));
}

/* ---- columns ---- */

static void put_text(struct stage_run *r, enum stage_similar_kind kind,
                     const struct similar_shown *g, struct vec *out, uint32_t k)
{
    struct buf text = {0};

    stage_similar_text(r, g, kind, &text);
    out->i[k] = strtab_intern(r->run->text, (const char *)text.data, text.len);
    buf_free(&text);
}

static void put(struct stage_run *r, struct stage_similar_column c,
                uint32_t number, struct vec *out, uint32_t k)
{
    const struct similar_state *s = r->state;
    const struct similar_shown *g = &s->shown[number];

    switch (c.kind) {
    case SIMILAR_GROUP: out->i[k] = number + 1; return;
    case SIMILAR_SIZE: out->i[k] = g->group.size; return;
    case SIMILAR_BITS: out->r[k] = g->group.bits; return;
    case SIMILAR_MEAN: out->r[k] = g->group.mean; return;
    case SIMILAR_LOW: out->r[k] = g->group.low; return;
    case SIMILAR_MEMBERS:
    case SIMILAR_CORE:
    case SIMILAR_ALL: put_set(r, c.kind, g, out, k); return;
    case SIMILAR_KEY:
        vec_set(out, k,
                vec_value(&s->held[c.held], stage_similar_row(s, g, 0)));
        return;
    case SIMILAR_SEEN:
    case SIMILAR_MISSES:
    case SIMILAR_CHANCE: put_text(r, c.kind, g, out, k); return;
    default: put_value(r, c, g, out, k); return;
    }
}

void stage_similar_fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                        uint32_t n, struct vec *out)
{
    const struct similar_bound *bound = r->stage->bound;

    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        put(r, bound->column[i], id[k], out, k);
}
