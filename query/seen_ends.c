/* seen_ends.c - where neither `within` nor a residual asks for more, the
 * earliest and the latest packet of each key answer for all of them: one
 * reading of the store, then one look-up a row. */
#include "query/seen.h"

#include <stdlib.h>

#include "base/memory.h"

/* ---- making ---- */

/* Is packet a before packet b? */
static bool is_before(struct seen_state *s, int64_t time_a, uint64_t a,
                      int64_t time_b, uint64_t b)
{
    if (time_a != time_b)
        return time_a < time_b;
    return seen_order_cmp(&s->order, a, b) < 0;
}

static void add(struct seen_state *s, struct seen_end *x, int64_t t,
                uint64_t place)
{
    if (is_before(s, t, place, x->first, x->first_place)) {
        x->first = t;
        x->first_place = place;
    } else if (is_before(s, x->last, x->last_place, t, place)) {
        x->last = t;
        x->last_place = place;
    }
}

static bool make_room(struct seen_state *s)
{
    struct seen_ends *x = &s->ends;

    return vec_grow((void **)&x->end, &x->cap, x->keys.n, sizeof *x->end,
                    s->run.budget);
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct seen_state *s = r->state;
    struct sel rows = b->sel;
    uint32_t id[BATCH_ROWS], known = s->ends.keys.n;
    uint64_t place[BATCH_ROWS];

    if (known > s->ends_limit || !seen_keys_find(s, &s->others, b, &rows, id) ||
        !make_room(s)) {
        s->ends.failed = s->run.e->code == ERR_NONE;
        return false;
    }
    for (uint32_t k = 0; k < rows.n; k++)
        __builtin_prefetch(&s->ends.end[id[k]]);
    b->places(b, &rows, place);
    const int64_t *time = batch_column(b, FIELD_TIME)->i;
    for (uint32_t k = 0; k < rows.n; k++) {
        int64_t t = time[rows.row[k]];
        if (id[k] < known)
            add(s, &s->ends.end[id[k]], t, place[k]);
        else
            s->ends.end[known++] = (struct seen_end){t, t, place[k], place[k]};
    }
    return s->run.e->code == ERR_NONE;
}

static const struct stage_kind making = {.name = "seen", .push = push};

void seen_ends_drop(struct seen_state *s)
{
    struct seen_ends *x = &s->ends;

    keytab_close(&x->keys, s->run.budget);
    budget_give(s->run.budget, x->cap * sizeof *x->end);
    free(x->end);
    x->end = NULL;
    x->cap = 0;
    x->made = false;
}

bool seen_ends_make(struct seen_state *s)
{
    const struct seen *seen = s->seen;
    enum type type[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < seen->keys; k++)
        type[k] = seen->key[k].type;
    keytab_open(&s->ends.keys, type, seen->keys);
    seen_keys_use(&s->others, &s->ends.keys, true);
    if (!seen_scan(s, (struct time_range){INT64_MIN, INT64_MAX}, false,
                   &making))
        return false;
    s->ends.made = !s->ends.failed;
    if (s->ends.failed)
        seen_ends_drop(s);
    return true;
}

/* ---- asking ---- */

bool seen_ends_hit(struct seen_state *s, uint32_t id, uint32_t side, int64_t t,
                   const uint64_t *place)
{
    const struct seen_end *x = &s->ends.end[id];
    bool before = s->seen->side[side].before;
    int64_t end = before ? x->first : x->last;

    if (end != t)
        return before ? end < t : end > t;
    if (!place)
        return false;
    int order = seen_order_cmp(&s->order,
                               before ? x->first_place : x->last_place, *place);
    return before ? order < 0 : order > 0;
}

/* The key of each group of the chunk, as the ends number them. */
static void find_groups(struct seen_state *s, uint32_t *id)
{
    const struct keytab *t = &s->keys;
    struct column key[KEYTAB_KEYS_MAX];
    struct sel rows;

    for (uint32_t at = 0; at < t->n; at += BATCH_ROWS) {
        rows.n = t->n - at < BATCH_ROWS ? t->n - at : BATCH_ROWS;
        for (uint32_t i = 0; i < rows.n; i++)
            rows.row[i] = (uint16_t)i;
        for (uint32_t k = 0; k < t->keys; k++) {
            const struct vec *v = &t->key[k];
            key[k] = (struct column){.absent = v->absent ? v->absent + at / 64
                                                         : NULL};
            if (v->lane == LANE_ADDR)
                key[k].a = v->a + at;
            else
                key[k].i = v->i + at;
        }
        keytab_find(&s->ends.keys, key, &rows, id + at);
    }
}

static bool any_side(struct seen_state *s, uint32_t id, uint32_t row)
{
    uint64_t place = s->placed ? (uint64_t)s->place.i[row] : 0;

    for (uint32_t i = 0; i < s->seen->sides; i++) {
        if (!vec_absent(&s->time[i], row) &&
            seen_ends_hit(s, id, i, s->time[i].i[row],
                          s->placed ? &place : NULL))
            return true;
    }
    return false;
}

static void mark(struct seen_state *s, uint32_t row, uint32_t id)
{
    if (id == SEEN_NONE || !any_side(s, id, row))
        return;
    s->matched[row / 64] |= UINT64_C(1) << (row % 64);
    s->counts.matches++;
}

void seen_ends_mark(struct seen_state *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (s->group[i] != SEEN_NONE)
            __builtin_prefetch(&s->ends.end[s->group[i]]);
    for (uint32_t i = 0; i < n; i++)
        mark(s, i, s->group[i]);
}

bool seen_ends_match(struct seen_state *s)
{
    size_t bytes = (size_t)s->keys.n * sizeof(uint32_t);

    if (!budget_take(s->run.budget, bytes))
        return false;
    uint32_t *id = memory_zeroed(s->keys.n + 1, sizeof *id);
    find_groups(s, id);
    for (uint32_t i = 0; i < s->held.n; i++) {
        uint32_t group = s->group[i];
        mark(s, i, group == SEEN_NONE ? SEEN_NONE : id[group]);
    }
    free(id);
    budget_give(s->run.budget, bytes);
    return s->run.e->code == ERR_NONE;
}
