/* chain.c - conditions joined by `and` or `or`. A bare value takes the
 * qualifiers of the primitive directly before it, not its `not`, as in
 * libpcap: `port 80 or 443`, `not src net 10 and not 172.16/12`. */
#include "grammar/chain.h"

#include <string.h>

#include "grammar/literal.h"

static const char *const kind_names[] = {"host",  "net",  "port",   "portrange",
                                         "proto", "less", "greater"};

static bool fits(enum ast_primitive_kind kind, enum ast_kind value)
{
    switch (kind) {
    case PRIM_HOST: return value == AST_ADDR;
    case PRIM_NET: return value == AST_ADDR || value == AST_NET;
    case PRIM_PORT:
    case PRIM_PORTRANGE: return value == AST_NUM || value == AST_STRING;
    default: return value == AST_NUM;
    }
}

static void refuse(struct parse *ps, const struct ast *x,
                   enum ast_primitive_kind kind)
{
    parse_fail(ps, x->at, "`%s` is no value for `%s`", parse_text_at(ps, x->at),
               kind_names[kind]);
}

struct ast *chain_primitive(struct parse *ps, struct span at,
                            enum ast_primitive_kind kind, struct ast *values)
{
    struct ast *x = tree_over(ps, AST_PRIMITIVE, at, values);

    x->primitive.kind = kind;
    for (const struct ast *v = values; v; v = v->next) {
        if (v->kind != AST_NAME && v->kind != AST_PARAM && !fits(kind, v->kind))
            refuse(ps, v, kind);
        if (kind == PRIM_HOST && v->kind == AST_NET)
            parse_advise(ps, v->at, "`net` takes networks");
    }
    return x;
}

struct ast *chain_place(struct parse *ps, struct span at, struct ast *value)
{
    bool net = value->kind == AST_NET;

    return chain_primitive(ps, at, net ? PRIM_NET : PRIM_HOST, value);
}

static struct ast *without_not(struct ast *x)
{
    while (x->kind == AST_NOT && !x->bracketed)
        x = x->arg;
    return x;
}

/* What x hands on to a bare value after it; NULL: nothing. */
static const struct ast_primitive *qualifiers(const struct ast *x)
{
    if (x->bracketed)
        return NULL;
    if (x->kind == AST_NAME || x->kind == AST_PARAM)
        return x->primitive.taken ? &x->primitive : NULL;
    bool typed = x->kind == AST_PRIMITIVE && x->primitive.kind != PRIM_LESS &&
                 x->primitive.kind != PRIM_GREATER;
    return typed ? &x->primitive : NULL;
}

/* After `net` a number is a network: `net 10 or 172`, `net 10.1 or 192.168`. */
static void read_as_net(struct parse *ps, struct ast *x)
{
    struct parse_piece p = {ps->text + x->at.from, x->at.to - x->at.from,
                            x->at};
    const struct ast *net = literal_net(ps, p);

    if (!net)
        return;
    x->kind = AST_NET;
    x->addr = net->addr;
    x->bits = net->bits;
}

static bool is_bare(const struct ast *x)
{
    switch (x->kind) {
    case AST_NUM:
    case AST_REAL:
    case AST_ADDR:
    case AST_NET:
    case AST_STRING: return !x->bracketed;
    default: return false;
    }
}

/* Turns the value x into a primitive with the qualifiers q. */
static void take_over(struct parse *ps, struct ast *x, struct ast_primitive q)
{
    if (q.kind == PRIM_NET && (x->kind == AST_NUM || x->kind == AST_REAL))
        read_as_net(ps, x);
    if (q.kind == PRIM_HOST && x->kind == AST_NET)
        q.kind = PRIM_NET;
    if (!fits(q.kind, x->kind)) {
        refuse(ps, x, q.kind);
        parse_advise(ps, x->at, "it takes over `%s` from the condition before",
                     kind_names[q.kind]);
        return;
    }
    struct ast *value = arena_new(ps->arena, struct ast);
    *value = *x;
    if (q.kind == PRIM_PORTRANGE) {
        value->next = arena_new(ps->arena, struct ast);
        *value->next = *x;
    }
    *x = *chain_primitive(ps, x->at, q.kind, value);
    x->primitive = q;
    x->primitive.taken = true;
}

static void inherit(struct parse *ps, struct ast *before, struct ast *x)
{
    const struct ast_primitive *q = qualifiers(before);

    if (!q || x->bracketed)
        return;
    if (x->kind == AST_NAME || x->kind == AST_PARAM) {
        x->primitive = *q;
        x->primitive.taken = true;
    } else if (is_bare(x)) {
        take_over(ps, x, *q);
    }
}

/* `src or dst port 53` is not what it is for tcpdump. */
static void refuse_direction(struct parse *ps, const struct ast *x,
                             const struct ast *next)
{
    bool bare = x->kind == AST_NAME &&
                (strcmp(x->text, "src") == 0 || strcmp(x->text, "dst") == 0);

    if (!bare)
        return;
    parse_fail(ps, x->at, "a bare `%s` is no condition", x->text);
    if (!next || next->kind != AST_PRIMITIVE ||
        next->primitive.direction == DIR_ANY) {
        parse_advise(ps, x->at, "compare it: `%s = 10.0.0.1`, `%s in {...}`",
                     x->text, x->text);
        return;
    }
    struct span values = {next->arg->at.from, next->at.to};
    parse_advise(ps, x->at,
                 "write `%s %s`: without `src` or `dst` it means either",
                 kind_names[next->primitive.kind], parse_text_at(ps, values));
}

void chain_add(struct parse *ps, struct tree_list *chain, struct ast *x)
{
    struct ast *before = without_not(chain->last), *value = without_not(x);

    inherit(ps, before, value);
    refuse_direction(ps, before, value);
    TREE_APPEND(chain, x);
}

struct tree_list chain_begin(struct parse *ps, struct ast *a, struct ast *b)
{
    struct tree_list chain = {a, a};

    chain_add(ps, &chain, b);
    return chain;
}

struct ast *chain_end(struct parse *ps, const struct tree_list *chain)
{
    refuse_direction(ps, without_not(chain->last), NULL);
    return chain->first;
}
