/* aggregate.c - the table of aggregates, and binding a call to a row of it. */
#include "query/aggregate.h"

#include <string.h>

#include "base/suggest.h"
#include "query/aggregate_kinds.h"

static const struct aggregate kinds[] = {
#define AGGREGATE(id, least, most, usage, help)                                \
    {#id, least, most, &aggregate_##id},
#include "query/aggregates.def"
#undef AGGREGATE
};

const struct query_word query_aggregates[] = {
#define AGGREGATE(id, least, most, usage, help) {#id, usage, help},
#include "query/aggregates.def"
#undef AGGREGATE
};

const uint32_t query_aggregate_count =
    sizeof query_aggregates / sizeof query_aggregates[0];

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct aggregate *find(const struct ast *call, struct err *e)
{
    struct suggest near = {.wrong = call->text};

    for (uint32_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, call->text) == 0)
            return &kinds[i];
        suggest_try(&near, kinds[i].name);
    }
    err_query(e, call->name_at, "`%s` is no aggregate", call->text);
    if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    else
        err_hint(e, "count distinct set union sum min max avg pct first last "
                    "span pace jitter pattern");
    return NULL;
}

static bool check_arguments(const struct aggregate *kind,
                            const struct ast *call, struct err *e)
{
    uint32_t n = stage_list_length(call->arg);

    if (n >= kind->least && n <= kind->most)
        return true;
    if (kind->least == 0)
        return err_query(e, call->at,
                         "`%s` takes at most %u argument%s, not %u", kind->name,
                         kind->most, kind->most == 1 ? "" : "s", n);
    if (kind->least == kind->most)
        return err_query(e, call->at, "`%s` takes %u argument%s, not %u",
                         kind->name, kind->least, kind->least == 1 ? "" : "s",
                         n);
    return err_query(e, call->at, "`%s` takes %u to %u arguments, not %u",
                     kind->name, kind->least, kind->most, n);
}

static bool bind_arguments(struct stage_bind *b, struct stage *s,
                           const struct ast *call, struct aggregate_call *c,
                           struct err *e)
{
    for (const struct ast *n = call->arg; n; n = n->next) {
        const struct expr *x = c->kind->ops->condition
                                   ? stage_condition(b, s, n, e)
                                   : stage_value(b, s, n, e);
        if (!x)
            return false;
        if (c->args == 0) {
            c->in = expr_type(x);
            c->of = stage_text(b, n->at);
        }
        c->arg[c->args++] = x;
    }
    return true;
}

bool aggregate_bind(struct stage_bind *b, struct stage *s, const struct ast *n,
                    struct aggregate_call *c, struct err *e)
{
    struct stage_named item = stage_name(b, n);
    const struct ast *call = item.value;

    *c = (struct aggregate_call){.name = item.name, .at = call->at};
    c->text = stage_text(b, call->at);
    c->kind = find(call, e);
    if (!c->kind || !check_arguments(c->kind, call, e) ||
        !bind_arguments(b, s, call, c, e))
        return false;
    c->weighs = c->kind->ops->weighs;
    return c->kind->ops->type(c, call, e);
}

void aggregate_open(struct aggregate_state *s, const struct aggregate_call *c,
                    struct run *r, bool lone)
{
    enum type type[SET_TUPLE_MAX];

    *s = (struct aggregate_state){.call = c, .run = r, .lone = lone};
    for (uint32_t i = 0; i < c->args; i++)
        type[i] = expr_type(c->arg[i]).type;
    s->value.lane = s->value2.lane = schema_types[c->in.type].lane;
    s->rsum.lane = LANE_REAL;
    if (c->kind->ops->values)
        c->kind->ops->values(s, type);
}

void aggregate_close(struct aggregate_state *s)
{
    struct budget *b = s->run->budget;

    vec_free(&s->count, b);
    vec_free(&s->value, b);
    vec_free(&s->value2, b);
    vec_free(&s->rsum, b);
    budget_give(b, s->sums * sizeof *s->sum + s->list_bytes);
    free(s->sum);
    free(s->list);
    s->sum = NULL;
    s->list = NULL;
    s->sums = s->groups = 0;
    s->list_bytes = 0;
    keytab_close(&s->values, b);
    pairs_close(&s->pairs, b);
    lists_close(&s->lists, s->run);
}

bool aggregate_prepare(struct aggregate_state *s,
                       const struct aggregate_rows *in)
{
    const struct aggregate_ops *ops = s->call->kind->ops;

    if (!aggregate_reserve(s, in->groups))
        return false;
    if (ops->condition && s->call->args > 0) {
        s->some = *in->rows;
        expr_filter(s->call->arg[0], in->batch, &s->some, &s->run->eval);
    }
    for (uint32_t i = 0; i < s->call->args && !ops->condition; i++)
        s->column[i] =
            expr_value(s->call->arg[i], in->batch, in->rows, &s->run->eval);
    return s->run->e->code == ERR_NONE && (!ops->room || ops->room(s, in));
}

bool aggregate_add(struct aggregate_state *s, const struct aggregate_rows *in)
{
    return s->call->kind->ops->update(s, in);
}

bool aggregate_update(struct aggregate_state *s,
                      const struct aggregate_rows *in)
{
    return aggregate_prepare(s, in) && aggregate_add(s, in);
}

bool aggregate_finish(struct aggregate_state *s, uint32_t groups)
{
    const struct aggregate_ops *ops = s->call->kind->ops;

    if (!aggregate_reserve(s, groups))
        return false;
    return !ops->finish || ops->finish(s);
}

void aggregate_result(struct aggregate_state *s, const uint32_t *id, uint32_t n,
                      struct vec *out)
{
    vec_start(out, n);
    s->call->kind->ops->result(s, id, n, out);
}

const char *aggregate_weight(const struct aggregate_state *s, char out[96])
{
    char n[32];
    size_t held = s->pairs.n > s->values.n ? s->pairs.n : s->values.n;

    if (s->lists.value.n > held)
        held = s->lists.value.n;
    out[0] = '\0';
    if (held > s->groups)
        snprintf(out, 96, "%s values of %.48s", run_number(n, held),
                 s->call->text);
    return out;
}

bool aggregate_has_zero(const struct aggregate_call *c)
{
    static const char *const names[] = {"count", "distinct", "set", "union",
                                        "sum"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], c->kind->name) == 0)
            return true;
    }
    return false;
}
