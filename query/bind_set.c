/* bind_set.c - set literals and lists. */
#include <string.h>

#include "query/bind.h"

struct expr *bind_set_of(struct bind *b, struct sets *set, struct span at)
{
    struct expr *x = node_make(b->a, NODE_SET, bind_place(b, at), 0);

    x->type = set->type;
    x->constant = true;
    x->set = set;
    return x;
}

static enum type member_type(const struct expr *x)
{
    enum type t = x->kind == NODE_SET ? x->set->member : x->type.type;

    return t == TYPE_NET ? TYPE_ADDR : t;
}

static bool check_member(struct bind *b, const struct ast *n,
                         const struct expr *x, const struct sets *before)
{
    char type[80];

    if (x->kind != NODE_CONST && x->kind != NODE_SET) {
        bind_fail(b, n->at, "a set holds constants, and this is %s of each row",
                  bind_type_text(x, type));
        err_hint(b->e, "compare with `=` and `or` instead");
        return false;
    }
    if (x->kind == NODE_SET && sets_is_listed(x->set)) {
        bind_fail(b, n->at, "braces hold values, and this is %s",
                  bind_type_text(x, type));
        err_hint(b->e, "join sets with +");
        return false;
    }
    if (x->type.type == TYPE_REAL) {
        bind_fail(b, n->at, "a set cannot hold numbers with a fraction");
        return false;
    }
    if (before && before->member != member_type(x)) {
        bind_fail(b, n->at, "this is %s in a set of %s",
                  bind_type_text(x, type), schema_types[before->member].name);
        if (x->type.type == TYPE_STRING && before->member == TYPE_INT)
            err_hint(b->e, "a service is written without quotes, as in "
                           "(80, https)");
        return false;
    }
    return true;
}

/* Constants are gathered and made into ranges at once. */
struct gather {
    struct range *range;
    struct addr_range *addr;
    uint32_t n;
    struct sets *set; /* members that are sets */
    enum type member;
};

static void gather_const(struct bind *b, struct gather *g, const struct expr *x)
{
    struct rangeset one = bind_ranges(b, x);

    if (sets_is_addr(g->member))
        g->addr[g->n++] = one.addr[0];
    else
        g->range[g->n++] = one.range[0];
}

static struct sets *gathered(struct bind *b, const struct gather *g,
                             struct span at)
{
    struct rangeset ranges = sets_is_addr(g->member)
                                 ? rangeset_make_addr(b->a, g->addr, g->n)
                                 : rangeset_make(b->a, g->range, g->n);
    struct sets *x = sets_literal(b->a, g->member, ranges, at);

    return g->set ? sets_algebra(b->a, OP_ADD, x, g->set) : x;
}

/* `SF` where nothing else has that name. */
static bool is_letters(struct bind *b, const struct ast *n)
{
    return n->kind == AST_NAME && !bind_is_known(b, n->text) &&
           n->text[strspn(n->text, "SFRPAUECNW.")] == '\0';
}

static bool gather_member(struct bind *b, struct gather *g, const struct ast *n,
                          const struct expr *beside)
{
    static const struct expr flags = {.type = {.type = TYPE_FLAGS}};
    if (!beside && is_letters(b, n))
        beside = &flags;
    struct expr *x = beside ? bind_beside(b, n, beside) : bind_value(b, n);
    struct sets before = {.member = g->member};

    if (!x || !check_member(b, n, x, g->n || g->set ? &before : NULL))
        return false;
    g->member = member_type(x);
    if (x->kind != NODE_SET) {
        gather_const(b, g, x);
        b->steps--; /* a long list is no large expression */
    } else {
        g->set = g->set ? sets_algebra(b->a, OP_ADD, g->set, x->set) : x->set;
    }
    return true;
}

struct expr *bind_set(struct bind *b, const struct ast *n,
                      const struct expr *beside)
{
    struct gather g = {0};
    uint32_t members = 0;

    for (const struct ast *m = n->arg; m; m = m->next)
        members++;
    g.range = arena_alloc_raw(b->a, members * sizeof *g.range);
    g.addr = arena_alloc_raw(b->a, members * sizeof *g.addr);
    for (const struct ast *m = n->arg; m; m = m->next) {
        if (!gather_member(b, &g, m, beside))
            return NULL;
    }
    return bind_set_of(b, gathered(b, &g, bind_place(b, n->at)), n->at);
}
