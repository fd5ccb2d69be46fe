/* stage_similar.c - `similar SETCOL … by KEY, …`: rows in, held until all are
 * there; groups out, most bits first. */
#include "query/stage_similar.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/similar_parts.h"
#include "query/similar_sweep.h"

enum { SWEEP_BIT = UINT32_C(1) << 31 };

static void begin(struct stage_run *r)
{
    static const enum type sweep[] = {TYPE_INT, TYPE_ADDR};
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = memory_zeroed(1, sizeof *s);

    keytab_open(&s->items, bound->type.member, bound->type.members);
    keytab_open(&s->sweeps, sweep, 2);
    s->held = memory_zeroed(bound->n + 1, sizeof *s->held);
    for (uint32_t i = 0; i < bound->n; i++)
        s->held[i].lane = schema_types[bound->held_type[i].type].lane;
    s->memory = memory_zeroed(1, sizeof *s->memory);
    s->memory->run = r->run;
    r->state = s;
    emit_open(&s->emit, r, stage_similar_fill);
}

static bool over(struct stage_run *r)
{
    const struct similar_state *s = r->state;
    char rows[32], items[32];

    return run_over(r->run, "similar", "%s rows of %s items",
                    run_number(rows, s->n), run_number(items, s->items_n));
}

/* ---- items of a row ---- */

static bool add_item(struct stage_run *r, struct keytab *t,
                     const struct value *tuple, uint32_t bit)
{
    struct similar_state *s = r->state;
    void *list = s->item;
    uint32_t id;

    if (!keytab_tuple(t, tuple, &id, r->run) || id >= SWEEP_BIT ||
        s->items_n == UINT32_MAX ||
        !vec_grow(&list, &s->item_cap, s->items_n + 1, sizeof *s->item,
                  r->run->budget))
        return false;
    s->item = list;
    s->item[s->items_n++] = id | bit;
    return true;
}

static bool add_tuples(struct stage_run *r, const struct set *set)
{
    struct similar_state *s = r->state;
    uint32_t members = set->type.members;
    struct value tuple[SET_TUPLE_MAX];

    for (uint32_t i = 0; i < set->n; i++) {
        for (uint32_t m = 0; m < members; m++)
            tuple[m] =
                (struct value){.cell = set->member[(size_t)i * members + m]};
        if (!add_item(r, &s->items, tuple, 0))
            return false;
    }
    return true;
}

static bool add_sweep(struct stage_run *r, const struct similar_sweep *w)
{
    struct similar_state *s = r->state;
    const struct value tuple[] = {{.cell = {.i = w->kind}},
                                  {.cell = {.a = w->at}}};

    return add_item(r, &s->sweeps, tuple, SWEEP_BIT);
}

static bool add_hosts(struct stage_run *r, const struct set *set)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct similar_sweep sweep[SIMILAR_SWEEPS_MAX];
    uint32_t n = set->n, sweeps;
    void *list = s->host;

    if (!vec_grow(&list, &s->host_cap, 2 * n, sizeof *s->host, r->run->budget))
        return false;
    s->host = list;
    for (uint32_t i = 0; i < n; i++)
        s->host[i] = set->member[i].a;
    sweeps =
        similar_sweep_take(s->host, &n, bound->octets, s->host + set->n, sweep);
    for (uint32_t i = 0; i < n; i++) {
        struct value host = {.cell = {.a = s->host[i]}};
        if (!add_item(r, &s->items, &host, 0))
            return false;
    }
    for (uint32_t i = 0; i < sweeps; i++) {
        if (!add_sweep(r, &sweep[i]))
            return false;
    }
    return true;
}

static bool add_set(struct stage_run *r, const struct set *set)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    void *list = s->from;

    if (!vec_grow(&list, &s->from_cap, s->n + 2, sizeof *s->from,
                  r->run->budget))
        return false;
    s->from = list;
    s->from[s->n] = s->items_n;
    if (!(bound->sweeps ? add_hosts(r, set) : add_tuples(r, set)))
        return false;
    s->from[++s->n] = s->items_n;
    return true;
}

/* ---- rows in ---- */

/* Keeps rows that have items, and not more than a mass scanner. */
static void keep_rows(struct stage_run *r, const struct column *c,
                      struct sel *rows)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    uint32_t n = 0;

    for (uint32_t k = 0; k < rows->n; k++) {
        uint32_t row = rows->row[k];
        if (column_absent(c, row) || c->set[row]->n == 0)
            continue;
        if (c->set[row]->n > bound->most)
            s->mass++;
        else
            rows->row[n++] = (uint16_t)row;
    }
    rows->n = n;
}

/* Sets of a batch die with it. */
static bool keep_sets(struct stage_run *r, struct vec *v, uint32_t from)
{
    struct similar_state *s = r->state;
    size_t before = s->sets.bytes;

    for (uint32_t i = from; v->lane == LANE_SET && i < v->n; i++) {
        if (!vec_absent(v, i))
            v->set[i] = vec_copy_set(&s->sets, v->set[i]);
    }
    if (!budget_take(r->run->budget, s->sets.bytes - before))
        return false;
    s->sets_charged += s->sets.bytes - before;
    return true;
}

static bool hold_columns(struct stage_run *r, struct batch *b)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;

    for (uint32_t i = 0; i < bound->n; i++) {
        uint32_t from = s->held[i].n;
        struct column c = expr_value(bound->held[i], b, &b->sel, &r->run->eval);
        if (r->run->e->code != ERR_NONE ||
            !vec_append_rows(&s->held[i], &c, &b->sel, r->run->budget) ||
            !keep_sets(r, &s->held[i], from))
            return false;
    }
    return true;
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct column set = expr_value(bound->set, b, &b->sel, &r->run->eval);

    if (r->run->e->code != ERR_NONE)
        return false;
    keep_rows(r, &set, &b->sel);
    if (s->n > UINT32_MAX - 2 * BATCH_ROWS || !run_check(r->run) ||
        !hold_columns(r, b))
        return over(r);
    for (uint32_t k = 0; k < b->sel.n; k++) {
        if (!add_set(r, set.set[b->sel.row[k]]))
            return over(r);
    }
    return true;
}

/* ---- rows out ---- */

static void finish(struct stage_run *r)
{
    struct similar_state *s = r->state;
    uint32_t *id;

    if (!stage_similar_search(r)) {
        over(r);
        return;
    }
    stage_similar_foot(r);
    id = similar_array(s->memory, s->shows, sizeof *id);
    if (!id) {
        over(r);
        return;
    }
    for (uint32_t i = 0; i < s->shows; i++)
        id[i] = i;
    (void)emit_rows(&s->emit, id, s->shows);
}

static void end(struct stage_run *r)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct budget *b = r->run->budget;

    for (uint32_t i = 0; i < bound->n; i++)
        vec_free(&s->held[i], b);
    keytab_close(&s->items, b);
    keytab_close(&s->sweeps, b);
    similar_close(s->search);
    similar_release(s->memory);
    arena_free(&s->sets);
    budget_give(b, s->sets_charged + s->from_cap * sizeof *s->from +
                       s->item_cap * sizeof *s->item +
                       s->host_cap * sizeof *s->host +
                       s->show_cap * sizeof *s->shown);
    if (s->from_cap > 0) /* else they are s->memory's, or nothing */
        free(s->from);
    if (s->item_cap > 0)
        free(s->item);
    free(s->host);
    free(s->shown);
    free(s->held);
    free(s->memory);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_similar = {.name = "similar",
                                         .bind = stage_similar_bind,
                                         .open = begin,
                                         .push = push,
                                         .finish = finish,
                                         .close = end};
