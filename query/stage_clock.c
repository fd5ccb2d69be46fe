/* stage_clock.c - `clock [by KEY, …]`: the beat of the times of each group, in
 * the order of the keys; groups without one are left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/beat.h"
#include "query/emit.h"
#include "query/grouped.h"
#include "query/lists.h"
#include "query/order.h"

struct bound {
    struct grouped by;
    const struct expr *time;
};

struct state {
    struct keytab groups;
    struct lists times;
    struct beat *beat; /* of each group */
    size_t beat_bytes;
    struct emit emit;
};

enum { PERIOD, PHASE, TIMES, RESIDUAL, BITS, OWN_COLUMNS };

static const struct column_def own[OWN_COLUMNS] = {
    [PERIOD] = {"period",   {.type = TYPE_DURATION}},
    [PHASE] = {"phase",    {.type = TYPE_TIME}    },
    [TIMES] = {"n",        {.type = TYPE_INT}     },
    [RESIDUAL] = {"residual", {.type = TYPE_DURATION}},
    [BITS] = {"bits",     {.type = TYPE_REAL}    },
};

/* ---- binding ---- */

/* `time`, or the `first` of rows that have none. */
static bool bind_time(struct stage_bind *b, const struct ast_stage *n,
                      struct stage *s, struct err *e)
{
    static const char *const names[] = {"time", "first"};
    struct bound *bound = s->bound;

    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < b->in->n; i++) {
            struct ast name = {.kind = AST_NAME, .at = n->at, .text = names[k]};
            if (strcmp(b->in->col[i].name, names[k]) != 0 ||
                b->in->col[i].type.type != TYPE_TIME)
                continue;
            bound->time = stage_value(b, s, &name, e);
            return bound->time != NULL;
        }
    }
    err_query(e, n->at, "`clock` needs times, and these rows have none");
    err_hint(e, "a column `time`, or `first`, as in first = min(time)");
    return false;
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct bound *bound = arena_new(a, struct bound);
    struct columns *c = arena_new(a, struct columns);

    c->col = arena_array(a, struct column_def,
                         stage_list_length(n->by) + OWN_COLUMNS);
    s->bound = bound;
    s->out = c;
    s->holds = true;
    if (!grouped_bind(b, n->by, s, c, &bound->by, e) || !bind_time(b, n, s, e))
        return false;
    for (int i = 0; i < OWN_COLUMNS; i++) {
        if (!stage_add_column(b, c, own[i].name, own[i].type, n->at, e))
            return false;
    }
    return true;
}

/* ---- running ---- */

static void put_own(struct vec *out, uint32_t k, const struct beat *t, int what)
{
    switch (what) {
    case PERIOD: out->i[k] = llround(t->period); break;
    case PHASE: out->i[k] = t->first; break;
    case TIMES: out->i[k] = t->n; break;
    case RESIDUAL: out->i[k] = llround(ceil(t->residual)); break;
    default: out->r[k] = t->bits; break;
    }
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    if (i < bound->by.keys) {
        vec_gather(&s->groups.key[i], id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        put_own(out, k, &s->beat[id[k]], (int)(i - bound->by.keys));
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    keytab_open(&s->groups, bound->by.type, bound->by.keys);
    s->times.lone = bound->by.keys == 0;
    s->times.value.lane = LANE_INT;
    r->state = s;
    emit_open(&s->emit, r, fill);
}

static bool over(struct stage_run *r)
{
    const struct state *s = r->state;
    char times[32], groups[32];

    return run_over(r->run, "clock", "%s times of %s groups",
                    run_number(times, s->times.value.n),
                    run_number(groups, s->groups.n));
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct column time;
    uint32_t group[BATCH_ROWS];

    time = expr_value(bound->time, b, &b->sel, &r->run->eval);
    if (r->run->e->code != ERR_NONE)
        return false;
    return (grouped_rows(&bound->by, &s->groups, b, &b->sel, group, r->run) &&
            lists_add(&s->times, &time, &b->sel, group, r->run)) ||
           over(r);
}

/* The beat of every group; each is charged for the groups that were tried. */
static bool find_beats(struct stage_run *r)
{
    struct state *s = r->state;
    uint32_t tried = 0;

    for (uint32_t g = 0; g < s->groups.n; g++) {
        uint32_t n;
        int64_t *time = lists_of(&s->times, g, &n).i;
        if (!lists_sort_int(time, n, r->run) ||
            !beat_find(time, n, r->run, &s->beat[g]))
            return false;
        tried += s->beat[g].n > 2;
    }
    for (uint32_t g = 0; g < s->groups.n; g++)
        s->beat[g].bits -= log2(tried ? tried : 1);
    return true;
}

static bool make_beats(struct stage_run *r)
{
    struct state *s = r->state;
    size_t bytes = s->groups.n * sizeof *s->beat;

    if (!lists_deal(&s->times, s->groups.n, r->run) ||
        !budget_take(r->run->budget, bytes))
        return false;
    s->beat_bytes = bytes;
    s->beat = memory_zeroed(s->groups.n + 1, sizeof *s->beat);
    return find_beats(r);
}

static uint32_t keep_found(const struct state *s, uint32_t *id)
{
    uint32_t kept = 0;

    for (uint32_t k = 0; k < s->groups.n; k++) {
        const struct beat *t = &s->beat[id[k]];
        if (t->found && t->bits > 0)
            id[kept++] = id[k];
    }
    return kept;
}

static void finish(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    uint32_t *id = NULL;

    if (make_beats(r))
        id = grouped_order(&bound->by, &s->groups, r->run);
    if (id)
        emit_rows(&s->emit, id, keep_found(s, id));
    else
        over(r);
    order_free(id, s->groups.n, r->run);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    keytab_close(&s->groups, r->run->budget);
    lists_close(&s->times, r->run);
    budget_give(r->run->budget, s->beat_bytes);
    free(s->beat);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_clock = {.name = "clock",
                                       .bind = bind,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
