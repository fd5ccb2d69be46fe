/* plan.c - from the tree of one query to its plan: sources and pieces are
 * spliced in, conditions before the first stage join the filter, sets that
 * queries make get plans of their own. */
#include "query/plan.h"

#include <string.h>

#include "base/suggest.h"
#include "grammar/parse.h"
#include "query/plan_parts.h"
#include "query/stage_window.h"

const struct columns *plan_packets(struct arena *a)
{
    struct columns *c = arena_new(a, struct columns);

    c->n = FIELD_COUNT;
    c->packets = true;
    c->col = arena_array(a, struct column_def, FIELD_COUNT);
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        c->col[i].name = schema_fields[i].name;
        c->col[i].type.type = schema_fields[i].type;
    }
    return c;
}

/* ---- sets that queries make ---- */

static bool same_range(struct time_range a, struct time_range b)
{
    return a.from == b.from && a.to == b.to;
}

static struct scope_slot *slot_for(struct planner *p, struct scope_let *let,
                                   struct time_range range)
{
    if (let->query->range.kind != RANGE_NONE)
        range = (struct time_range){0, 0};
    for (struct plan_made *m = p->made; m; m = m->next) {
        if (m->let == let && same_range(m->range, range))
            return &m->slot;
    }
    struct plan_made *m = arena_new(p->scope->arena, struct plan_made);
    *m = (struct plan_made){.let = let, .range = range, .next = p->made};
    m->slot.name = let->name;
    m->slot.type = let->type;
    p->made = m;
    return &m->slot;
}

/* Names of sets mean, from here on, those that this range makes. */
static void set_slots(struct planner *p, struct time_range range)
{
    for (struct scope_let *l = p->scope->lets; l; l = l->next) {
        if (l->kind == LET_SET && l->query)
            l->slot = slot_for(p, l, range);
    }
}

struct collector {
    struct planner *planner;
    struct plan *plan;
};

static void collect(void *ctx, struct scope_slot *slot)
{
    struct collector *c = ctx;
    struct plan *plan = c->plan;

    for (uint32_t i = 0; i < plan->slots; i++) {
        if (plan->slot[i] == slot)
            return;
    }
    struct scope_slot **list = (struct scope_slot **)arena_alloc(
        c->planner->scope->arena,
        (plan->slots + 1) * sizeof(struct scope_slot *));
    for (uint32_t i = 0; i < plan->slots; i++)
        list[i] = plan->slot[i];
    list[plan->slots++] = slot;
    plan->slot = list;
}

static struct plan_made *made_of(struct planner *p,
                                 const struct scope_slot *slot)
{
    struct plan_made *m = p->made;

    while (m && &m->slot != slot)
        m = m->next;
    return m;
}

/* Binds the query behind a slot that is used for the first time. */
static bool bind_maker(struct planner *p, struct scope_slot *slot,
                       const struct plan *user, struct err *e)
{
    struct plan_made *m = made_of(p, slot);
    struct plan_text saved;

    if (!m || slot->maker)
        return true;
    struct time_range range = p->range;
    p->range = user->range;
    plan_enter(p, m->let, &saved);
    slot->maker = plan_bind(p, m->let->query, e);
    plan_leave(p, m->let, &saved, user->at, e);
    p->range = range;
    return slot->maker != NULL;
}

static bool bind_makers(struct planner *p, struct plan *plan, struct err *e)
{
    struct collector c = {p, plan};

    if (plan->filter)
        expr_slots(plan->filter, collect, &c);
    for (uint32_t i = 0; i < plan->stages; i++) {
        for (uint32_t k = 0; k < plan->stage[i].exprs; k++)
            expr_slots(plan->stage[i].expr[k], collect, &c);
        for (uint32_t k = 0; k < plan->stage[i].askeds; k++)
            expr_slots(plan->stage[i].asked[k], collect, &c);
    }
    for (uint32_t i = 0; i < plan->slots; i++) {
        if (!bind_maker(p, plan->slot[i], plan, e))
            return false;
    }
    return true;
}

/* ---- the filter ---- */

static bool add_filter(struct planner *p, struct plan *plan,
                       const struct ast *n, struct err *e)
{
    struct stage_bind b = plan_stage_bind(p, plan->packets);

    p->scope->columns = plan->packets;
    const struct expr *x = expr_bind_condition(p->scope, n, e);
    if (!x)
        return false;
    plan->filter = expr_and(p->scope->arena, plan->filter, x);
    if (plan->filters < PLAN_FILTERS_MAX)
        plan->filter_text[plan->filters++] = stage_text(&b, n->at);
    return true;
}

/* ---- stages ---- */

static bool unknown_stage(struct planner *p, const struct ast_stage *n,
                          struct err *e)
{
    struct suggest near = {.wrong = n->name};
    const struct scope_let *let = scope_find_let(p->scope, n->name);

    if (let) {
        err_query(e, n->at, "`%s` is no stage: its `let` begins without `|`",
                  n->name);
        return false;
    }
    for (uint32_t i = 0; i < parse_stage_count; i++)
        suggest_try(&near, parse_stages[i].name);
    for (const struct scope_let *l = p->scope->lets; l; l = l->next) {
        if (l->kind == LET_PIECE)
            suggest_try(&near, l->name);
    }
    err_query(e, n->at, "`%s` is no stage", n->name);
    if (schema_find(n->name) != FIELD_COUNT)
        err_hint(e, "a bit-or stands in parentheses: (a | %s)", n->name);
    else if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    else
        err_hint(e, "where stats distinct add show sort head top, or a `let` "
                    "that begins with `|`");
    return false;
}

/* No stage so far has put its rows into another order. */
static bool is_in_order(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->stages; i++) {
        if (plan->stage[i].holds)
            return false;
    }
    return true;
}

/* Adds the stages of keys that need one; *n becomes the stage without them. */
static bool bind_windows(struct planner *p, struct plan *plan,
                         const struct ast_stage **n, struct err *e)
{
    const struct stage_kind *kind;
    const struct ast *call;

    for (;;) {
        struct stage_bind b = plan_stage_bind(p, plan->out);
        kind = stage_window_find(&b, *n, &call);
        if (!kind)
            return true;
        if (plan->stages + 1 == plan->room)
            return err_query(e, call->at, "there are too many such keys");
        struct stage *s = &plan->stage[plan->stages];
        *s = (struct stage){.kind = kind, .at = call->at, .in = plan->out};
        if (!stage_window_bind(&b, *n, call, s, e))
            return false;
        *n = stage_window_named(&b, *n, call);
        plan->out = s->out;
        plan->stages++;
    }
}

static bool bind_stage(struct planner *p, struct plan *plan,
                       const struct plan_step *step, struct err *e)
{
    const struct ast_stage *n = step->stage;
    const struct stage_kind *kind = stage_find(n->name);

    if (n->call)
        return unknown_stage(p, n, e);
    if (!kind)
        return err_query(e, n->at, "`%s` is not built in this version",
                         n->name);
    if (kind == &stage_set && !step->may_set) {
        err_query(e, n->at, "`set` can only end a `let`");
        err_hint(e, "write let NAME = ... | set COLUMN");
        return false;
    }
    if (kind == &stage_where && plan->stages == 0)
        return add_filter(p, plan, n->filter, e);
    if (!bind_windows(p, plan, &n, e))
        return false;
    struct stage *s = &plan->stage[plan->stages];
    struct stage_bind b = plan_stage_bind(p, plan->out);
    *s = (struct stage){.kind = kind, .at = n->at, .in = plan->out};
    b.in_order = is_in_order(plan);
    b.from = plan->range.from;
    b.to = plan->range.to;
    if (!kind->bind(&b, n, s, e))
        return false;
    plan->out = s->out;
    plan->stages++;
    return true;
}

static bool bind_step(struct planner *p, struct plan *plan,
                      const struct plan_step *step, struct err *e)
{
    struct plan_text saved;
    bool ok;

    if (step->let)
        plan_enter(p, step->let, &saved);
    ok = step->stage ? bind_stage(p, plan, step, e)
                     : add_filter(p, plan, step->filter, e);
    if (step->let)
        plan_leave(p, step->let, &saved, step->use, e);
    return ok;
}

/* ---- what follows from the stages ---- */

static uint64_t *mask_of(struct planner *p, const struct columns *c)
{
    return arena_array(p->scope->arena, uint64_t, (c->n + 63) / 64 + 1);
}

static void set_bits(uint64_t *mask, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        mask[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Rows that `write` took last are not shown as well; and what `chart` draws
 * must come to an end as it was. */
static bool end_rows(struct planner *p, struct plan *plan, struct err *e)
{
    const struct stage *last =
        plan->stages ? &plan->stage[plan->stages - 1] : NULL;

    if (last && last->kind == &stage_write) {
        struct columns *c = arena_new(p->scope->arena, struct columns);

        *c = *plan->out;
        c->aside = true;
        plan->out = c;
    }
    for (uint32_t i = 0; i < plan->stages && !plan->out->chart; i++) {
        if (plan->stage[i].kind != &stage_chart)
            continue;
        err_query(e, plan->stage[i].at, "what `chart` draws is changed later");
        err_hint(e, "put it last, or before where, sort, head and write");
        return false;
    }
    return true;
}

/* What each stage's rows are asked for, from the last stage back. */
static void work_out_needs(struct planner *p, struct plan *plan)
{
    uint64_t *need = mask_of(p, plan->out);

    set_bits(need, plan->out->n);
    for (uint32_t i = plan->stages; i > 0; i--) {
        struct stage *s = &plan->stage[i - 1];
        uint32_t words = (s->in->n + 63) / 64;
        uint64_t *before = mask_of(p, s->in);
        s->need = need;
        for (uint32_t k = 0; s->passes && k < s->in->n; k++)
            before[k / 64] |= need[k / 64] & UINT64_C(1) << (k % 64);
        for (uint32_t k = 0; k < s->exprs; k++)
            expr_needs(s->expr[k], before, words);
        need = before;
    }
    plan->need = need;
}

/* Do stages from number `first` on want packet order? */
static bool wants_order(const struct plan *plan, uint32_t first)
{
    for (uint32_t i = first; i < plan->stages; i++) {
        if (plan->stage[i].ordered)
            return true;
        if (plan->stage[i].holds)
            return false;
    }
    return true;
}

static bool bind_range(struct planner *p, struct plan *plan,
                       const struct plan_steps *steps, struct err *e)
{
    plan->range = p->range;
    if (!steps->range)
        return true;
    plan->words = *steps->range;
    return range_resolve(p->scope, steps->range, &plan->range, e);
}

struct plan *plan_bind(struct planner *p, const struct ast_query *q,
                       struct err *e)
{
    struct arena *a = p->scope->arena;
    struct plan *plan = arena_new(a, struct plan);
    struct plan_steps steps = {0};

    plan->at = q->at;
    plan->packets = plan->out = p->packets;
    if (!plan_steps_of(p, q, &steps, e) || !bind_range(p, plan, &steps, e))
        return NULL;
    set_slots(p, plan->range);
    plan->room = steps.n + PLAN_WINDOWS_MAX;
    plan->stage = arena_array(a, struct stage, plan->room);
    for (uint32_t i = 0; i < steps.n; i++) {
        if (!bind_step(p, plan, &steps.step[i], e))
            return NULL;
    }
    if (!end_rows(p, plan, e))
        return NULL;
    work_out_needs(p, plan);
    plan->ordered = wants_order(plan, 0);
    for (uint32_t i = 0; i < plan->stages; i++)
        plan->stage[i].any_order = !wants_order(plan, i + 1);
    return bind_makers(p, plan, e) ? plan : NULL;
}
