/* bind_compare.c - comparisons and membership. Against a constant both become
 * a question for a range set. */
#include <string.h>

#include "query/bind.h"
#include "query/names.h"

static const enum ast_op mirrored[] = {
    [OP_EQ] = OP_EQ, [OP_NE] = OP_NE, [OP_LT] = OP_GT,
    [OP_LE] = OP_GE, [OP_GT] = OP_LT, [OP_GE] = OP_LE,
};

static const char *const signs[] = {
    [OP_EQ] = "=",  [OP_NE] = "!=", [OP_LT] = "<",
    [OP_LE] = "<=", [OP_GT] = ">",  [OP_GE] = ">=",
};

struct rangeset bind_ranges(struct bind *b, const struct expr *x)
{
    struct range one = {x->value.i, x->value.i};
    struct addr_range net = {x->value.a, x->value.a};

    if (node_lane(x) != LANE_ADDR)
        return rangeset_make(b->a, &one, 1);
    if (x->type.type == TYPE_NET)
        net = addr_net_range(x->value.a, (uint8_t)x->value32);
    return rangeset_make_addr(b->a, &net, 1);
}

static bool below(enum ast_op op)
{
    return op == OP_LT || op == OP_LE || op == OP_NE;
}

static bool above(enum ast_op op)
{
    return op == OP_GT || op == OP_GE || op == OP_NE;
}

static bool equal(enum ast_op op)
{
    return op == OP_EQ || op == OP_LE || op == OP_GE;
}

static struct rangeset int_ranges(struct bind *b, enum ast_op op, int64_t k)
{
    struct range r[3];
    uint32_t n = 0;

    if (below(op) && k > INT64_MIN)
        r[n++] = (struct range){INT64_MIN, k - 1};
    if (equal(op))
        r[n++] = (struct range){k, k};
    if (above(op) && k < INT64_MAX)
        r[n++] = (struct range){k + 1, INT64_MAX};
    return rangeset_make(b->a, r, n);
}

static struct rangeset addr_ranges(struct bind *b, enum ast_op op,
                                   struct addr_range k)
{
    const struct addr first = {0, 0}, last = {UINT64_MAX, UINT64_MAX};
    struct addr before = k.lo, after = k.hi;
    struct addr_range r[3];
    uint32_t n = 0;

    if (below(op) && addr_prev(&before))
        r[n++] = (struct addr_range){first, before};
    if (equal(op))
        r[n++] = k;
    if (above(op) && addr_next(&after))
        r[n++] = (struct addr_range){after, last};
    return rangeset_make_addr(b->a, r, n);
}

/* How a constant of a type is written. */
static const char *const written[TYPE_COUNT] = {
    [TYPE_BOOL] = "true or false",
    [TYPE_INT] = "80 or 0x50",
    [TYPE_REAL] = "0.5",
    [TYPE_ADDR] = "192.0.2.1",
    [TYPE_NET] = "192.0.2.0/24",
    [TYPE_MAC] = "00:11:22:aa:bb:cc",
    [TYPE_TIME] = "2026-08-15T10:00",
    [TYPE_DURATION] = "10s or 2h",
    [TYPE_STRING] = "\"edge1\"",
    [TYPE_FLAGS] = "SF, or with a mask, as in `flags S/SA`",
};

static const char ask_address[] =
    "a network holds addresses: write src in {10.0.0.0/8}";

static void hint_set(struct bind *b, const struct expr *l, const struct expr *r)
{
    bool net = l->type.type == TYPE_NET || r->type.type == TYPE_NET;

    err_hint(b->e, "%s",
             net ? ask_address : "`in` asks for a member, size() for how many");
}

static void *fail_types(struct bind *b, const struct ast *n,
                        const struct expr *l, const struct expr *r)
{
    const struct ast *left = n->arg, *right = n->arg->next;
    char is[80], other[80];

    if (left->kind != AST_NAME && right->kind == AST_NAME) {
        const struct ast *swap = left;
        const struct expr *x = l;
        left = right;
        right = swap;
        l = r;
        r = x;
    }
    bind_type_text(l, is);
    bind_type_text(r, other);
    if (left->kind == AST_NAME)
        bind_fail(b, right->at, "`%s` is %s, and cannot be compared with %s",
                  left->text, is, other);
    else
        bind_fail(b, n->at, "%s and %s cannot be compared", is, other);
    if (l->type.type == TYPE_SET || r->type.type == TYPE_SET)
        hint_set(b, l, r);
    else
        err_hint(b->e, "%s is written as in %s", is, written[l->type.type]);
    return NULL;
}

/* A network that cidr() made, against one that is written out: both must have
 * as many bits. */
static bool check_net_bits(struct bind *b, const struct expr *x,
                           const struct expr *k)
{
    bool v4 = addr_is_v4(k->value.a);
    uint32_t bits = v4 ? k->value32 - 96 : k->value32;
    uint32_t has = v4 ? x->type.bits4 : x->type.bits6;

    if (bits == has)
        return true;
    bind_fail(b, k->at,
              "this network has %u bits, and those compared with it "
              "have %u",
              bits, has);
    return false;
}

static bool check_net(struct bind *b, const struct ast *n, const struct expr *x,
                      const struct expr *k)
{
    if (k->type.type != TYPE_NET)
        return true;
    if (n->op != OP_EQ && n->op != OP_NE) {
        bind_fail(b, n->at, "`%s` does not order networks", signs[n->op]);
        err_hint(b->e, "use = or in");
        return false;
    }
    return x->type.type != TYPE_NET || check_net_bits(b, x, k);
}

static bool comparable(const struct expr *x, const struct expr *k)
{
    if (x->type.type == k->type.type)
        return true;
    return x->type.type == TYPE_ADDR && k->type.type == TYPE_NET;
}

/* No value, no comparison: so the guard is as good beside it, where rows that
 * it takes away are never looked at. */
static struct expr *behind_guard(struct bind *b, const struct expr *guarded,
                                 struct rangeset ranges, struct span at)
{
    struct expr *in = node_in_ranges(b->a, guarded->arg[0], ranges, at);
    struct expr *x = node_and(b->a, guarded->arg[1], in);

    x->at = at;
    return x;
}

/* x op k, k a constant. */
static struct expr *against_const(struct bind *b, const struct ast *n,
                                  enum ast_op op, struct expr *x,
                                  struct expr *k)
{
    struct span at = bind_place(b, n->at);
    struct ast turned = *n;

    turned.op = op;
    if (!check_net(b, &turned, x, k))
        return NULL;
    if (x->accessor)
        k = bind_in_32(b, k);
    if (node_lane(x) == LANE_ADDR) {
        struct rangeset one =
            x->type.type == TYPE_NET ? (struct rangeset){0} : bind_ranges(b, k);
        struct addr_range r =
            one.n ? one.addr[0] : (struct addr_range){k->value.a, k->value.a};
        return node_in_ranges(b->a, x, addr_ranges(b, op, r), at);
    }
    struct rangeset ranges = int_ranges(b, op, k->value.i);
    if (x->kind == NODE_PICK)
        return bind_dir_in(b, x, &ranges, at);
    if (x->kind == NODE_GUARD)
        return behind_guard(b, x, ranges, at);
    return node_in_ranges(b->a, x, ranges, at);
}

static bool ordered_text(enum ast_op op, const struct expr *x)
{
    return x->type.type == TYPE_STRING && op != OP_EQ && op != OP_NE;
}

static struct expr *against_value(struct bind *b, const struct ast *n,
                                  struct expr *l, struct expr *r)
{
    struct expr *x = node_make(b->a, NODE_COMPARE, bind_place(b, n->at), 2);

    x->op = n->op;
    x->arg[0] = l;
    x->arg[1] = r;
    return x;
}

static bool both_numbers(const struct expr *l, const struct expr *r)
{
    return (l->type.type == TYPE_INT || l->type.type == TYPE_REAL) &&
           (r->type.type == TYPE_INT || r->type.type == TYPE_REAL);
}

static struct expr *compare(struct bind *b, const struct ast *n, struct expr *l,
                            struct expr *r)
{
    if (l->type.type != r->type.type && both_numbers(l, r)) {
        l = bind_real(b, l);
        r = bind_real(b, r);
    }
    if (!comparable(l, r) && !comparable(r, l))
        return fail_types(b, n, l, r);
    enum lane lane = node_lane(l);
    bool ranged =
        (lane == LANE_INT || lane == LANE_ADDR) && !ordered_text(n->op, l);
    if (ranged && r->kind == NODE_CONST)
        return against_const(b, n, n->op, l, r);
    if (ranged && l->kind == NODE_CONST)
        return against_const(b, n, mirrored[n->op], r, l);
    if (!value_same_type(&l->type, &r->type))
        return fail_types(b, n, l, r);
    return against_value(b, n, l, r);
}

static bool takes_a_hint(const struct ast *n)
{
    return n->kind == AST_NAME || n->kind == AST_SET ||
           n->kind == AST_LETTERS || n->kind == AST_PARAM;
}

struct expr *bind_compare(struct bind *b, const struct ast *n)
{
    const struct ast *left = n->arg, *right = n->arg->next;
    struct expr *l, *r;

    if (takes_a_hint(left) && !takes_a_hint(right)) {
        r = bind_value(b, right);
        l = r ? bind_beside(b, left, r) : NULL;
    } else {
        l = bind_value(b, left);
        r = l ? bind_beside(b, right, l) : NULL;
    }
    return l && r ? compare(b, n, l, r) : NULL;
}

struct expr *bind_in_set(struct bind *b, struct expr *x, struct sets *set,
                         bool negated, struct span at)
{
    struct expr *in = node_in_sets(b->a, x, set, negated, at);

    if (!sets_has_slot(set) && !bind_in_resolve(in->in, b->s, b->e))
        return NULL;
    if (x->kind == NODE_PICK && in->in->ready)
        return bind_dir_in(b, x, &in->in->ranges, at);
    return in;
}

bool bind_in_resolve(struct node_in *in, struct scope *s, struct err *e)
{
    if (!in->source || in->ready)
        return true;
    if (!sets_resolve(in->source, s, e))
        return false;
    in->ranges = in->source->ranges;
    if (in->negated && !sets_outside(in->source, s, &in->ranges, e))
        return false;
    node_in_ready(s->arena, in);
    return true;
}

/* Values, one or a tuple of them, in a set that is no range set. */
static struct expr *in_listed(struct bind *b, const struct ast *n,
                              struct expr *const *x, uint32_t values,
                              struct expr *set)
{
    struct expr *in =
        node_make(b->a, NODE_MEMBER, bind_place(b, n->at), values + 1);

    in->op = n->kind == AST_IN ? OP_EQ : OP_NE;
    for (uint32_t i = 0; i < values; i++)
        in->arg[i] = x[i];
    in->arg[values] = set;
    return in;
}

static bool same_nets(const struct vtype *x, const struct vtype *y)
{
    return x->bits4 == y->bits4 && x->bits6 == y->bits6;
}

/* A network is in a set of addresses if all of it is; an address in a set of
 * networks if one of them holds it. NULL: neither. */
static struct sets *as_nets(struct bind *b, const struct expr *x,
                            const struct expr *set)
{
    enum type member = set->type.member[0];

    if (set->kind != NODE_SET || set->type.members != 1)
        return NULL;
    if (x->type.type == TYPE_NET && member == TYPE_ADDR)
        return sets_nets(b->a, SETS_STARTS, set->set, x->type);
    if (x->type.type == TYPE_ADDR && member == TYPE_NET)
        return sets_nets(b->a, SETS_COVERED, set->set, set->type);
    if (x->type.type == TYPE_NET && member == TYPE_NET &&
        !same_nets(&x->type, &set->type))
        return sets_nets(b->a, SETS_STARTS,
                         sets_nets(b->a, SETS_COVERED, set->set, set->type),
                         x->type);
    return NULL;
}

static void *fail_member(struct bind *b, const struct ast *n, const char *left,
                         const struct expr *set)
{
    char right[80];

    return bind_fail(b, n->at, "%s cannot be in %s", left,
                     bind_type_text(set, right));
}

static bool check_set(struct bind *b, const struct ast *n,
                      const struct expr *set)
{
    char type[80];

    if (set->type.type == TYPE_SET)
        return true;
    bind_fail(b, n->arg->next->at, "`in` needs a set, and this is %s",
              bind_type_text(set, type));
    err_hint(b->e, "write a list, as in (80, 443), or `=`");
    return false;
}

static struct expr *in_set(struct bind *b, const struct ast *n, struct expr *x,
                           struct expr *set)
{
    struct sets *nets;
    char left[80];

    if (!check_set(b, n, set))
        return NULL;
    if ((nets = as_nets(b, x, set)))
        return bind_in_set(b, x, nets, n->kind == AST_NOT_IN,
                           bind_place(b, n->at));
    if (set->type.members != 1 || x->type.type != set->type.member[0]) {
        fail_member(b, n, bind_type_text(x, left), set);
        if (x->type.type == TYPE_NET && set->type.member[0] == TYPE_ADDR)
            err_hint(b->e, "%s", ask_address);
        return NULL;
    }
    if (set->kind != NODE_SET || sets_is_listed(set->set))
        return in_listed(b, n, &x, 1, set);
    return bind_in_set(b, x, set->set, n->kind == AST_NOT_IN,
                       bind_place(b, n->at));
}

/* (src, dst) in pairs */
static struct expr *bind_tuple_in(struct bind *b, const struct ast *n)
{
    struct expr *x[SET_TUPLE_MAX], *set = bind_value(b, n->arg->next);
    struct vtype tuple = {.type = TYPE_SET};
    char left[64], of[80];
    uint32_t values = 0;

    if (!set || !check_set(b, n, set))
        return NULL;
    for (const struct ast *m = n->arg->arg; m; m = m->next) {
        if (values == SET_TUPLE_MAX)
            return bind_fail(b, n->arg->at, "a tuple has at most %d values",
                             SET_TUPLE_MAX);
        if (!(x[values] = bind_value(b, m)))
            return NULL;
        if (!value_add_member(&tuple, &x[values++]->type))
            return bind_fail(b, m->at, "nets of another length in a tuple");
    }
    if (value_same_type(&tuple, &set->type))
        return in_listed(b, n, x, values, set);
    value_type_text(&tuple, left);
    snprintf(of, sizeof of, "a tuple %s", left + strlen("set of "));
    return fail_member(b, n, of, set);
}

struct expr *bind_in(struct bind *b, const struct ast *n)
{
    const struct ast *choice = n->arg->next;

    if (n->arg->kind == AST_LIST)
        return bind_tuple_in(b, n);
    struct expr *x = bind_value(b, n->arg), *set;

    if (!x)
        return NULL;
    if (x->type.type == TYPE_SET) {
        char type[80];
        bind_fail(b, n->arg->at, "%s cannot be in a set",
                  bind_type_text(x, type));
        err_hint(b->e, "A <= B asks whether all of A is in B");
        return NULL;
    }
    set = choice->kind == AST_LIST ? bind_set(b, choice, x)
                                   : bind_beside(b, choice, x);
    if (!set)
        return NULL;
    if (set->kind == NODE_CONST && set->type.type == TYPE_NET)
        set = bind_set_of(b,
                          sets_literal(b->a, TYPE_ADDR, bind_ranges(b, set),
                                       bind_place(b, choice->at)),
                          choice->at);
    return in_set(b, n, x, set);
}
