/* expr.c - what stages and plans ask of an expression. */
#include "query/expr.h"

#include "query/bind.h"
#include "query/expr_warn.h"
#include "query/run.h"

const struct expr *expr_bind_condition(struct scope *s, const struct ast *n,
                                       struct err *e)
{
    struct bind b = {.s = s, .a = s->arena, .e = e};
    struct expr *x = bind_condition(&b, n);

    if (x)
        expr_warn_never(s, x);
    return x;
}

const struct expr *expr_bind_value(struct scope *s, const struct ast *n,
                                   struct err *e)
{
    struct bind b = {.s = s, .a = s->arena, .e = e};

    return bind_value(&b, n);
}

const struct expr *expr_column(struct arena *a, const struct columns *c,
                               uint32_t i)
{
    return node_column(a, c, i, (struct span){0, 0});
}

const struct expr *expr_dir(struct scope *s, struct span at, struct err *e)
{
    struct bind b = {.s = s, .a = s->arena, .e = e};

    return bind_dir(&b, at);
}

struct vtype expr_type(const struct expr *x)
{
    return x->type;
}

void expr_needs(const struct expr *x, uint64_t need[], uint32_t words)
{
    if (x->kind == NODE_COLUMN && x->column / 64 < words)
        need[x->column / 64] |= UINT64_C(1) << (x->column % 64);
    for (uint32_t i = 0; i < x->args; i++)
        expr_needs(x->arg[i], need, words);
}

void expr_slots(const struct expr *x,
                void (*f)(void *ctx, struct scope_slot *slot), void *ctx)
{
    if (x->kind == NODE_IN && x->in->source)
        sets_slots(x->in->source, f, ctx);
    if (x->kind == NODE_SET)
        sets_slots(x->set, f, ctx);
    for (uint32_t i = 0; i < x->args; i++)
        expr_slots(x->arg[i], f, ctx);
}

/* Which questions can be answered from the ranges of a set, when it has too
 * many members to list them: size(), comparisons with a row's set, what a row's
 * set has in common with it or not. */
static bool takes_ranges(const struct expr *x, const struct expr *parent)
{
    if (!parent || sets_size(x->set) <= SETS_MEMBERS_MAX)
        return false;
    if (parent->kind == NODE_COMPARE)
        return parent->arg[0]->kind != NODE_SET ||
               parent->arg[1]->kind != NODE_SET;
    if (parent->kind != NODE_CALL)
        return false;
    return parent->func == func_operator(OP_AND, MODE_SET) ||
           (parent->func == func_operator(OP_SUB, MODE_SET) &&
            parent->arg[1] == x);
}

/* size() asks for no members; nearly everything else takes sets apart. */
static bool resolve_set(const struct expr *x, const struct expr *parent,
                        struct scope *s, struct err *e)
{
    if (!sets_resolve(x->set, s, e))
        return false;
    if (parent && parent->kind == NODE_CALL && parent->type.type == TYPE_INT)
        return true;
    return takes_ranges(x, parent) || sets_members(x->set, s, e);
}

static bool resolve(const struct expr *x, const struct expr *parent,
                    struct scope *s, struct err *e)
{
    if (x->kind == NODE_IN && !bind_in_resolve(x->in, s, e))
        return false;
    if (x->kind == NODE_SET && !resolve_set(x, parent, s, e))
        return false;
    for (uint32_t i = 0; i < x->args; i++)
        if (!resolve(x->arg[i], x, s, e))
            return false;
    return true;
}

bool expr_resolve(const struct expr *x, struct scope *s, struct err *e)
{
    return resolve(x, NULL, s, e);
}

bool expr_take(struct expr_eval *ev, size_t bytes, const char *what)
{
    if (!ev->run)
        return true;
    if (!budget_take(ev->run->budget, bytes))
        return run_over(ev->run, what, "the sets of one batch of rows");
    ev->charged += bytes;
    return true;
}

void expr_start_batch(struct expr_eval *ev)
{
    arena_reset(ev->tmp);
    if (ev->run)
        budget_give(ev->run->budget, ev->charged);
    ev->charged = 0;
}

const struct expr *expr_and(struct arena *a, const struct expr *x,
                            const struct expr *y)
{
    return !x ? y : !y ? x : node_and(a, x, y);
}

const struct expr *expr_time_range(struct arena *a, int64_t from, int64_t to)
{
    struct expr *x = node_make(a, NODE_COLUMN, (struct span){0, 0}, 0);

    x->type.type = TYPE_TIME;
    x->column = FIELD_TIME;
    x->packets = true;
    if (to == INT64_MIN)
        return node_truth(a, false, x->at);
    return node_between(a, x, from, to == INT64_MAX ? to : to - 1, x->at);
}
