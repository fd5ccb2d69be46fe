/* bind_arith.c - arithmetic: types, how it is computed, constants. */
#include <string.h>

#include "query/bind.h"

static const char *const signs[] = {
    [OP_ADD] = "+",  [OP_SUB] = "-",  [OP_MUL] = "*", [OP_DIV] = "/",
    [OP_MOD] = "%",  [OP_AND] = "&",  [OP_OR] = "|",  [OP_XOR] = "^",
    [OP_SHL] = "<<", [OP_SHR] = ">>",
};

/* Operands and results other than numbers; REAL is computed as such. */
static const struct typed {
    enum ast_op op;
    enum type left, right, result;
} typed[] = {
    {OP_ADD, TYPE_TIME,     TYPE_DURATION, TYPE_TIME    },
    {OP_ADD, TYPE_DURATION, TYPE_TIME,     TYPE_TIME    },
    {OP_SUB, TYPE_TIME,     TYPE_DURATION, TYPE_TIME    },
    {OP_SUB, TYPE_TIME,     TYPE_TIME,     TYPE_DURATION},
    {OP_ADD, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION},
    {OP_SUB, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION},
    {OP_MUL, TYPE_DURATION, TYPE_INT,      TYPE_DURATION},
    {OP_MUL, TYPE_INT,      TYPE_DURATION, TYPE_DURATION},
    {OP_DIV, TYPE_DURATION, TYPE_INT,      TYPE_DURATION},
    {OP_MOD, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION},
    {OP_DIV, TYPE_DURATION, TYPE_DURATION, TYPE_REAL    },
    {OP_AND, TYPE_FLAGS,    TYPE_FLAGS,    TYPE_FLAGS   },
    {OP_OR,  TYPE_FLAGS,    TYPE_FLAGS,    TYPE_FLAGS   },
    {OP_XOR, TYPE_FLAGS,    TYPE_FLAGS,    TYPE_FLAGS   },
};

static const struct typed *find_typed(enum ast_op op, enum type left,
                                      enum type right)
{
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        if (typed[i].op == op && typed[i].left == left &&
            typed[i].right == right)
            return &typed[i];
    return NULL;
}

static bool is_number(const struct expr *x)
{
    return x->type.type == TYPE_INT || x->type.type == TYPE_REAL;
}

static struct expr *const_result(struct bind *b, const struct expr *call,
                                 union cell value)
{
    struct expr *x = node_make(b->a, NODE_CONST, call->at, 0);

    x->type = call->type;
    x->constant = true;
    x->value = value;
    x->value32 = node_lane(x) == LANE_INT ? (uint32_t)value.i : 0;
    return x;
}

struct expr *bind_fold(struct bind *b, struct expr *call)
{
    struct arena tmp = {0};
    struct expr_eval ev = {.tmp = &tmp, .text = b->s->text, .e = b->e};
    struct sel row = {.n = 1};
    struct column c = expr_value(call, NULL, &row, &ev);
    struct value v = value_at(&c, node_lane(call), 0);
    struct expr *x = NULL;

    if (b->e->code != ERR_NONE)
        x = NULL;
    else if (v.absent)
        err_query(b->e, call->at, "this has no value: it divides by zero");
    else
        x = const_result(b, call, v.cell);
    arena_free(&tmp);
    return x;
}

struct expr *bind_real(struct bind *b, struct expr *x)
{
    struct vtype real = {.type = TYPE_REAL};

    if (x->type.type == TYPE_REAL)
        return x;
    if (x->kind == NODE_CONST)
        return node_real(b->a, (double)x->value.i, x->at);
    return node_call(b->a, &func_real, real, x, NULL);
}

struct expr *bind_in_32(struct bind *b, struct expr *x)
{
    return x->kind == NODE_CONST ? node_int(b->a, TYPE_INT, x->value32, x->at)
                                 : x;
}

static void *fail_types(struct bind *b, const struct ast *n,
                        const struct expr *l, const struct expr *r)
{
    char left[80], right[80];

    bind_fail(b, n->at, "`%s` takes numbers, not %s and %s", signs[n->op],
              bind_type_text(l, left), bind_type_text(r, right));
    if (l->type.type == TYPE_TIME || r->type.type == TYPE_TIME ||
        l->type.type == TYPE_DURATION || r->type.type == TYPE_DURATION)
        err_hint(b->e, "a length of time needs a unit, as in 10s or 2h");
    else if (l->type.type == TYPE_FLAGS || r->type.type == TYPE_FLAGS)
        err_hint(b->e, "compare flags with letters, as in `flags S/SA`, or "
                       "use tcp[tcpflags]");
    return NULL;
}

/* Among accessors and constants; a constant alone stays what it is. */
static bool in_32_bits(const struct expr *l, const struct expr *r)
{
    return (l->accessor || r->accessor) && (l->accessor || l->constant) &&
           (r->accessor || r->constant);
}

static enum func_mode mode_of(enum ast_op op, const struct expr *l,
                              const struct expr *r)
{
    if (l->type.type == TYPE_REAL || r->type.type == TYPE_REAL)
        return MODE_REAL;
    if (in_32_bits(l, r))
        return MODE_U32;
    if ((op == OP_ADD || op == OP_SUB) && (l->modulo || r->modulo))
        return MODE_MODULO;
    return MODE_INT;
}

static struct expr *fold_or_keep(struct bind *b, struct expr *call)
{
    for (uint32_t i = 0; i < call->args; i++)
        if (call->arg[i]->kind != NODE_CONST)
            return call;
    return bind_fold(b, call);
}

/* A constant keeps beside its value what it would be in 32 bits. */
static struct expr *fold_ints(struct bind *b, struct expr *call)
{
    struct expr *l = node_int(b->a, TYPE_INT, call->arg[0]->value32, call->at);
    struct expr *r = node_int(b->a, TYPE_INT, call->arg[1]->value32, call->at);
    struct expr *x = fold_or_keep(b, call);

    if (!x || x->kind != NODE_CONST || x->type.type != TYPE_INT)
        return x;
    for (size_t op = OP_ADD; op <= OP_SHR; op++) {
        if (func_operator((enum ast_op)op, MODE_INT) != call->func)
            continue;
        struct expr *narrow = bind_fold(
            b, node_call(b->a, func_operator((enum ast_op)op, MODE_U32),
                         call->type, l, r));
        if (!narrow)
            return NULL;
        x->value32 = (uint32_t)narrow->value.i;
    }
    return x;
}

static struct expr *number_op(struct bind *b, const struct ast *n,
                              struct expr *l, struct expr *r)
{
    enum func_mode mode = mode_of(n->op, l, r);
    const struct func *f = func_operator(n->op, mode);
    struct vtype type = {.type = mode == MODE_REAL ? TYPE_REAL : TYPE_INT};

    if (!f) {
        bind_fail(b, n->at, "`%s` takes whole numbers", signs[n->op]);
        err_hint(b->e, "make one with round()");
        return NULL;
    }
    if (mode == MODE_REAL) {
        l = bind_real(b, l);
        r = bind_real(b, r);
    } else if (mode == MODE_U32) {
        l = bind_in_32(b, l);
        r = bind_in_32(b, r);
    }
    struct expr *x = node_call(b->a, f, type, l, r);
    x->at = bind_place(b, n->at);
    x->accessor = mode == MODE_U32;
    x->modulo = mode == MODE_MODULO;
    return fold_ints(b, x);
}

static struct expr *typed_op(struct bind *b, const struct ast *n,
                             struct expr *l, struct expr *r)
{
    const struct typed *t = find_typed(n->op, l->type.type, r->type.type);

    if (!t)
        return fail_types(b, n, l, r);
    if (t->result == TYPE_REAL) {
        l = bind_real(b, l);
        r = bind_real(b, r);
    }
    enum func_mode mode = t->result == TYPE_REAL ? MODE_REAL : MODE_INT;
    struct expr *x = node_call(b->a, func_operator(n->op, mode),
                               (struct vtype){.type = t->result}, l, r);
    x->at = bind_place(b, n->at);
    return fold_or_keep(b, x);
}

static struct expr *set_op(struct bind *b, const struct ast *n, struct expr *l,
                           struct expr *r)
{
    const struct func *f = func_operator(n->op, MODE_SET);
    char left[80], right[80];

    if (!f) {
        bind_fail(b, n->at, "`%s` is no operation on sets", signs[n->op]);
        err_hint(b->e, "sets have + (union), & (intersection), - (difference)");
        return NULL;
    }
    if (!value_same_type(&l->type, &r->type))
        return bind_fail(b, n->at, "%s and %s do not go together",
                         bind_type_text(l, left), bind_type_text(r, right));
    if (l->kind == NODE_SET && r->kind == NODE_SET)
        return bind_set_of(b, sets_algebra(b->a, n->op, l->set, r->set), n->at);
    struct expr *x = node_call(b->a, f, l->type, l, r);
    x->at = bind_place(b, n->at);
    return x;
}

static bool is_named(const struct ast *n)
{
    return n->kind == AST_NAME || n->kind == AST_SET;
}

struct expr *bind_arith(struct bind *b, const struct ast *n)
{
    const struct ast *left = n->arg, *right = n->arg->next;
    struct expr *l, *r;

    if (is_named(left) && !is_named(right) && right->kind == AST_LETTERS) {
        r = bind_value(b, right);
        l = r ? bind_beside(b, left, r) : NULL;
    } else {
        l = bind_value(b, left);
        r = l ? bind_beside(b, right, l) : NULL;
    }
    if (!l || !r)
        return NULL;
    if (l->type.type == TYPE_SET || r->type.type == TYPE_SET)
        return set_op(b, n, l, r);
    if (is_number(l) && is_number(r))
        return number_op(b, n, l, r);
    return typed_op(b, n, l, r);
}

struct expr *bind_negate(struct bind *b, const struct ast *n)
{
    struct ast sub = *n;
    struct expr *x = bind_value(b, n->arg), *zero;
    char type[80];

    if (!x)
        return NULL;
    sub.op = OP_SUB;
    zero = node_int(b->a, x->type.type, 0, x->at);
    if (is_number(x)) {
        zero->type.type = TYPE_INT;
        return number_op(b, &sub, zero, x);
    }
    if (x->type.type == TYPE_DURATION)
        return typed_op(b, &sub, zero, x);
    return bind_fail(b, n->at, "`-` takes a number, not %s",
                     bind_type_text(x, type));
}
