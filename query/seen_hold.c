/* seen_hold.c - the rows of a chunk: what later stages touch of them, their
 * times, places and keys. */
#include <stdlib.h>

#include "query/seen.h"

static bool hold_column(struct seen_state *s, struct vec *v,
                        const struct expr *x, struct batch *b)
{
    struct run *r = s->stage->run;
    struct column c = expr_value(x, b, &b->sel, &r->eval);

    return r->e->code == ERR_NONE && held_values(&s->held, v, &c, &b->sel, r);
}

static bool hold_places(struct seen_state *s, struct batch *b)
{
    uint64_t place[BATCH_ROWS];
    struct vec *v = &s->place;

    s->placed = s->placed && b->places;
    if (!s->placed)
        return true;
    if (!vec_reserve(v, v->n + b->sel.n, s->stage->run->budget))
        return false;
    b->places(b, &b->sel, place);
    for (uint32_t k = 0; k < b->sel.n; k++)
        v->i[v->n++] = (int64_t)place[k];
    return true;
}

static bool hold_values(struct seen_state *s, struct batch *b)
{
    const struct seen *seen = s->seen;
    struct run *r = s->stage->run;

    for (uint32_t i = 0; i < seen->sides; i++) {
        if (!hold_column(s, &s->time[i], seen->side[i].time, b))
            return false;
    }
    for (uint32_t i = 0; i < seen->these; i++) {
        if (!hold_column(s, &s->this[i], seen -> this[i].value, b))
            return false;
    }
    if (seen->sensor != SEEN_NONE &&
        !vec_append_rows(&s->sensor, batch_column(b, seen->sensor), &b->sel,
                         r->budget))
        return false;
    return !seen->covered_in ||
           vec_append_rows(&s->covered, batch_column(b, seen->covered), &b->sel,
                           r->budget);
}

/* Rows that nothing can match have no group. */
static bool hold_groups(struct seen_state *s, struct batch *b)
{
    struct run *r = s->stage->run;
    struct sel rows = b->sel;
    uint32_t id[BATCH_ROWS], n = s->held.n, at = 0;

    if (!vec_grow((void **)&s->group, &s->group_cap, n + b->sel.n,
                  sizeof *s->group, r->budget))
        return false;
    if (!seen_keys_find(s, &s->own, b, &rows, id))
        return false;
    for (uint32_t k = 0; k < b->sel.n; k++) {
        bool has = at < rows.n && rows.row[at] == b->sel.row[k];
        s->group[n + k] = has ? id[at++] : SEEN_NONE;
    }
    return true;
}

/* What the times of the rows from `from` on have between them. */
static void note_times(struct seen_state *s, uint32_t side, uint32_t from)
{
    const struct vec *v = &s->time[side];

    for (uint32_t i = from; i < v->n; i++) {
        int64_t t = v->i[i];
        if (vec_absent(v, i)) {
            s->sorted[side] = false;
            continue;
        }
        if (i > 0 && t < v->i[i - 1])
            s->sorted[side] = false;
        if (s->group[i] == SEEN_NONE)
            continue;
        s->low[side] = t < s->low[side] ? t : s->low[side];
        s->high[side] = t > s->high[side] ? t : s->high[side];
    }
}

bool seen_hold(struct seen_state *s, struct batch *b)
{
    uint32_t from = s->held.n;

    if (!hold_places(s, b) || !hold_values(s, b) || !hold_groups(s, b) ||
        !held_append(&s->held, b, s->stage->run))
        return false;
    for (uint32_t i = 0; i < s->seen->sides; i++)
        note_times(s, i, from);
    return true;
}

bool seen_hold_briefly(struct seen_state *s, struct batch *b)
{
    return hold_places(s, b) && hold_values(s, b) && hold_groups(s, b);
}

void seen_forget_briefly(struct seen_state *s)
{
    for (uint32_t i = 0; i < SEEN_SIDES; i++)
        vec_clear(&s->time[i]);
    vec_clear(&s->place);
    vec_clear(&s->sensor);
    vec_clear(&s->covered);
    s->placed = true;
}

void seen_forget(struct seen_state *s)
{
    struct budget *budget = s->stage->run->budget;

    seen_forget_briefly(s);
    held_clear(&s->held, budget);
    keytab_clear(&s->keys, budget);
    seen_keys_use(&s->own, &s->keys, true);
    for (uint32_t i = 0; i < s->seen->these; i++)
        vec_clear(&s->this[i]);
    for (uint32_t i = 0; i < SEEN_SIDES; i++) {
        s->sorted[i] = true;
        s->low[i] = INT64_MAX;
        s->high[i] = INT64_MIN;
    }
}
