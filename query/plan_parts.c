/* plan_parts.c - splicing lets into the query that names them. */
#include "query/plan_parts.h"

enum { STEPS_MAX = 1000 };

void plan_enter(struct planner *p, const struct scope_let *let,
                struct plan_text *saved)
{
    *saved = (struct plan_text){p->source, p->source_len, p->scope->lets};
    p->source = let->source;
    p->source_len = let->source_len;
    p->scope->lets = let->next;
}

void plan_leave(struct planner *p, const struct scope_let *let,
                const struct plan_text *saved, struct span use, struct err *e)
{
    bool other = p->source != saved->source;

    p->source = saved->source;
    p->source_len = saved->source_len;
    p->scope->lets = saved->lets;
    if (!other || e->code != ERR_QUERY)
        return;
    e->at = use;
    err_context(e, "in `%s`", let->name);
}

struct stage_bind plan_stage_bind(const struct planner *p,
                                  const struct columns *in)
{
    return (struct stage_bind){.scope = p->scope,
                               .source = p->source,
                               .source_len = p->source_len,
                               .in = in,
                               .packets = p->packets,
                               .keep_unknown = p->keep_unknown,
                               .writer = p->writer};
}

static bool add(struct planner *p, struct plan_steps *out,
                struct plan_step step, struct err *e)
{
    if (out->n == STEPS_MAX)
        return err_query(e, step.use, "more than %d stages, lets included",
                         STEPS_MAX);
    if (out->n == out->cap) {
        uint32_t cap = out->cap ? out->cap * 2 : 16;
        struct plan_step *more =
            arena_array(p->scope->arena, struct plan_step, cap);
        for (uint32_t i = 0; i < out->n; i++)
            more[i] = out->step[i];
        out->step = more;
        out->cap = cap;
    }
    out->step[out->n++] = step;
    return true;
}

/* The steps of a text; `at` is what each of them has in common. */
static bool add_query(struct planner *p, const struct ast_query *q,
                      struct plan_step at, struct plan_steps *out,
                      struct err *e);

static bool add_let(struct planner *p, struct scope_let *let,
                    struct plan_step at, struct plan_steps *out, struct err *e)
{
    struct scope_let *lets = p->scope->lets;
    bool ok;

    at.let = let;
    p->scope->lets = let->next;
    ok = add_query(p, let->query, at, out, e);
    p->scope->lets = lets;
    return ok;
}

static bool add_stages(struct planner *p, const struct ast_stage *n,
                       struct plan_step at, struct plan_steps *out,
                       struct err *e)
{
    bool last = at.may_set;

    for (; n; n = n->next) {
        struct scope_let *let =
            n->call ? scope_find_let(p->scope, n->name) : NULL;
        struct plan_step step = at;
        step.stage = n;
        step.may_set = last && !n->next;
        if (!at.let)
            step.use = n->at;
        if (let && let->kind == LET_PIECE) {
            step.stage = NULL;
            if (!add_let(p, let, step, out, e))
                return false;
        } else if (!add(p, out, step, e)) {
            return false;
        }
    }
    return true;
}

static struct scope_let *source_of(const struct planner *p,
                                   const struct ast *filter)
{
    struct scope_let *let;

    if (!filter || filter->kind != AST_NAME)
        return NULL;
    let = scope_find_let(p->scope, filter->text);
    return let && let->kind == LET_SOURCE ? let : NULL;
}

static bool add_source(struct planner *p, const struct ast_query *q,
                       struct scope_let *let, struct plan_step at,
                       struct plan_steps *out, struct err *e)
{
    at.may_set = false;
    if (!at.let)
        at.use = q->filter->at;
    if (!add_let(p, let, at, out, e))
        return false;
    if (q->range.kind == RANGE_NONE || !out->range) {
        return true;
    }
    err_query(e, at.use, "`%s` has a range of its own", let->name);
    err_hint(e, "leave one of the two ranges out");
    return false;
}

static bool add_query(struct planner *p, const struct ast_query *q,
                      struct plan_step at, struct plan_steps *out,
                      struct err *e)
{
    struct scope_let *source = source_of(p, q->filter);

    if (source && !add_source(p, q, source, at, out, e))
        return false;
    if (q->range.kind != RANGE_NONE)
        out->range = &q->range;
    if (q->filter && !source) {
        struct plan_step step = at;
        step.filter = q->filter;
        if (!add(p, out, step, e))
            return false;
    }
    return add_stages(p, q->stages, at, out, e);
}

bool plan_steps_of(struct planner *p, const struct ast_query *q,
                   struct plan_steps *out, struct err *e)
{
    struct plan_step at = {.use = q->at, .may_set = true};

    return add_query(p, q, at, out, e);
}
