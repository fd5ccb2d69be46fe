/* tree.c - building nodes and bounding how deep they hang below each other. */
#include "grammar/tree.h"

static uint8_t leaf_marks(enum ast_kind kind)
{
    return kind == AST_NUM || kind == AST_PARAM ? 0 : MARK_OTHER;
}

struct ast *tree_leaf(struct parse *ps, enum ast_kind kind, struct span at)
{
    struct ast *x = arena_new(ps->arena, struct ast);

    x->kind = kind;
    x->at = at;
    x->depth = 1;
    x->marks = leaf_marks(kind);
    return x;
}

struct ast *tree_word(struct parse *ps, enum ast_kind kind, struct span at,
                      const char *text)
{
    struct ast *x = tree_leaf(ps, kind, at);

    x->text = text;
    return x;
}

struct ast *tree_over(struct parse *ps, enum ast_kind kind, struct span at,
                      struct ast *arg)
{
    struct ast *x = tree_leaf(ps, kind, at);

    x->arg = arg;
    for (const struct ast *m = arg; m; m = m->next) {
        if (m->depth >= x->depth)
            x->depth = (uint16_t)(m->depth + 1);
    }
    if (x->depth > AST_DEPTH_MAX) {
        parse_fail(ps, at, "this expression is nested deeper than %d",
                   AST_DEPTH_MAX);
        x->depth = AST_DEPTH_MAX;
    }
    return x;
}

struct ast *tree_pair(struct parse *ps, enum ast_kind kind, struct span at,
                      struct ast *a, struct ast *b)
{
    a->next = b;
    return tree_over(ps, kind, at, a);
}

static bool is_odd(enum ast_op op)
{
    return op == OP_MOD || op == OP_XOR;
}

/* Would libpcap, for which `%` and `^` take all to their right, read the
 * operand x of op differently? */
static bool is_loose(enum ast_op op, const struct ast *x)
{
    if (x->bracketed)
        return false;
    if (x->kind == AST_NEGATE)
        return is_odd(op);
    if (x->kind != AST_ARITH || (op == OP_XOR && x->op == OP_XOR))
        return false;
    return is_odd(op) || is_odd(x->op);
}

struct ast *tree_arith(struct parse *ps, struct span at, enum ast_op op,
                       struct ast *a, struct ast *b)
{
    struct ast *x = tree_pair(ps, AST_ARITH, at, a, b);

    x->op = op;
    x->marks = a->marks | b->marks;
    if (is_loose(op, a) || is_loose(op, b))
        x->marks |= MARK_LOOSE;
    return x;
}

struct ast *tree_settle(struct parse *ps, struct ast *a, const struct ast *b)
{
    unsigned marks = a->marks | (b ? b->marks : 0u);
    const struct ast *loose = a->marks & MARK_LOOSE ? a : b;

    if (marks == (MARK_ACCESSOR | MARK_LOOSE)) {
        parse_fail(ps, loose->at,
                   "`%%` or `^` beside another operator needs parentheses");
        parse_advise(ps, loose->at,
                     "tcpdump reads all to their right as one operand");
    }
    return a;
}

struct ast *tree_compare(struct parse *ps, struct span at, enum ast_op op,
                         struct ast *a, struct ast *b)
{
    tree_settle(ps, a, b);
    struct ast *x = tree_pair(ps, AST_COMPARE, at, a, b);
    x->op = op;
    return x;
}

/* `in (a)` is `in {a}`. */
struct ast *tree_in(struct parse *ps, enum ast_kind kind, struct span at,
                    struct ast *a, struct ast *set)
{
    tree_settle(ps, a, NULL);
    if (set->bracketed)
        set = tree_over(ps, AST_LIST, set->at, set);
    return tree_pair(ps, kind, at, a, set);
}

struct ast *tree_named(struct parse *ps, enum ast_kind kind, struct span at,
                       const char *name, struct span name_at, struct ast *arg)
{
    struct ast *x = tree_over(ps, kind, at, arg);

    x->text = name;
    x->name_at = name_at;
    return x;
}

struct ast *tree_accessor(struct parse *ps, struct span at, const char *header,
                          struct ast *offset, struct ast *bytes)
{
    tree_settle(ps, offset, NULL);
    struct ast *x = tree_over(ps, AST_ACCESSOR, at, offset);
    x->text = header;
    x->number = bytes ? bytes->number : 1;
    x->marks = MARK_ACCESSOR;
    if (x->number != 1 && x->number != 2 && x->number != 4)
        parse_fail(ps, bytes->at, "an accessor reads 1, 2 or 4 bytes, not %s",
                   parse_text_at(ps, bytes->at));
    return x;
}

struct ast_stage *tree_stage(struct parse *ps, struct span at)
{
    struct ast_stage *s = arena_new(ps->arena, struct ast_stage);

    s->at = at;
    s->name = parse_text_at(ps, at);
    return s;
}

struct ast_stage *tree_match(struct parse *ps, struct span at,
                             enum ast_match match)
{
    struct ast_stage *s = tree_stage(ps, at);

    s->match = match;
    s->match_at = at;
    return s;
}

struct ast_item *tree_item(struct parse *ps, enum ast_item_kind kind,
                           struct span at)
{
    struct ast_item *item = arena_new(ps->arena, struct ast_item);

    item->kind = kind;
    item->at = at;
    return item;
}

struct ast_range *tree_range(struct parse *ps, enum ast_range_kind kind,
                             struct span at, struct ast *a, struct ast *b)
{
    struct ast_range *r = arena_new(ps->arena, struct ast_range);

    *r = (struct ast_range){.kind = kind, .at = at, .a = a, .b = b};
    return r;
}

struct ast_query *tree_query(struct parse *ps, struct span at,
                             const struct ast_range *range, struct ast *filter,
                             struct ast_stage *stages)
{
    struct ast_query *q = arena_new(ps->arena, struct ast_query);

    q->at = at;
    if (range)
        q->range = *range;
    q->filter = filter;
    q->stages = stages;
    return q;
}

struct ast_calendar_span *tree_span(struct parse *ps, enum ast_span_kind kind,
                                    struct span at)
{
    struct ast_calendar_span *s =
        arena_new(ps->arena, struct ast_calendar_span);

    s->kind = kind;
    s->at = at;
    return s;
}
