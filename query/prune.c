/* prune.c - the second reading of the tree: what a block's summary says. */
#include "query/node.h"

struct block {
    const struct zone *zone;
    uint32_t sensor;
};

static enum tri prune(const struct expr *x, const struct block *b);
static struct func_bounds bounds_of(const struct expr *x,
                                    const struct block *b);

static struct func_bounds bounds_const(const struct expr *x)
{
    struct func_bounds out = {.any = true};

    if (node_lane(x) == LANE_ADDR) {
        out.known = true;
        out.addr = (struct addr_range){x->value.a, x->value.a};
    } else if (node_lane(x) == LANE_INT) {
        func_bounds_range(&out, x->value.i, x->value.i);
    }
    return out;
}

static struct func_bounds bounds_column(const struct expr *x,
                                        const struct block *b)
{
    struct func_bounds out = {.any = true, .absent = true};

    if (!x->packets)
        return out;
    if (x->column == FIELD_SENSOR) {
        out.absent = false;
        if (b->sensor != UINT32_MAX)
            func_bounds_range(&out, b->sensor, b->sensor);
        return out;
    }
    const struct zone_field *f = &b->zone->field[x->column];
    out.any = f->any;
    out.absent = f->absent;
    if (!f->any || x->column == FIELD_OPTSIG)
        return out;
    out.known = true;
    if (node_lane(x) == LANE_ADDR) {
        out.addr = f->addr;
        return out;
    }
    out.range = f->range;
    out.some = f->some;
    out.every = f->every;
    return out;
}

static struct func_bounds bounds_call(const struct expr *x,
                                      const struct block *b)
{
    struct func_bounds out = {.any = true}, arg[FUNC_ARGS_MAX];
    bool known = x->func->bounds != NULL;

    for (uint32_t i = 0; i < x->args && i < FUNC_ARGS_MAX; i++) {
        arg[i] = bounds_of(x->arg[i], b);
        known = known && arg[i].known;
        out.any = out.any && arg[i].any;
        out.absent = out.absent || arg[i].absent;
    }
    if (known && out.any)
        x->func->bounds(x, arg, &out);
    else
        out.absent = true;
    return out;
}

static struct func_bounds bounds_guard(const struct expr *x,
                                       const struct block *b)
{
    struct func_bounds out = bounds_of(x->arg[0], b);
    enum tri held = prune(x->arg[1], b);

    out.any = out.any && held != TRI_NEVER;
    out.absent = out.absent || held != TRI_ALWAYS;
    return out;
}

static struct func_bounds bounds_of(const struct expr *x, const struct block *b)
{
    struct func_bounds out = {.any = true, .absent = true};
    enum tri t;

    switch (x->kind) {
    case NODE_CONST: return bounds_const(x);
    case NODE_COLUMN: return bounds_column(x, b);
    case NODE_CALL: return bounds_call(x, b);
    case NODE_GUARD: return bounds_guard(x, b);
    case NODE_PICK:
    case NODE_SET: return out;
    default: break;
    }
    t = prune(x, b);
    out.absent = false;
    func_bounds_range(&out, t == TRI_ALWAYS, t != TRI_NEVER);
    return out;
}

/* Can a value whose bits lie between `every` and `some` be in one of the
 * ranges? Only single values are tried. */
static bool bits_allow(const struct rangeset *s, const struct func_bounds *v)
{
    for (uint32_t i = 0; i < s->n; i++) {
        uint64_t value = (uint64_t)s->range[i].lo;
        if (s->range[i].lo != s->range[i].hi)
            return true;
        if ((value & ~v->some) == 0 && (v->every & ~value) == 0)
            return true;
    }
    return false;
}

static enum tri prune_in(const struct expr *x, const struct block *b)
{
    struct func_bounds v = bounds_of(x->arg[0], b);
    const struct node_in *in = x->in;
    enum tri t;

    if (!v.any || (in->ready && in->ranges.n == 0))
        return TRI_NEVER;
    if (!v.known || !in->ready)
        return TRI_MAYBE;
    t = in->addr ? rangeset_covers_addr(&in->ranges, v.addr)
                 : rangeset_covers(&in->ranges, v.range);
    if (t == TRI_MAYBE && !in->addr && !bits_allow(&in->ranges, &v))
        return TRI_NEVER;
    return t == TRI_ALWAYS && v.absent ? TRI_MAYBE : t;
}

/* How the values of two columns lie to each other: `below`, every left value
 * is below every right one, and so on. */
struct order {
    bool below, below_equal, above, above_equal, same;
};

static struct order order_int(const struct range *l, const struct range *r)
{
    return (struct order){l->hi<r->lo, l->hi <= r->lo, l->lo> r->hi,
                          l->lo >= r->hi,
                          l->lo == l->hi && r->lo == r->hi && l->lo == r->lo};
}

static struct order order_addr(const struct addr_range *l,
                               const struct addr_range *r)
{
    int under = addr_cmp(l->hi, r->lo), over = addr_cmp(l->lo, r->hi);

    return (struct order){under<0, under <= 0, over> 0, over >= 0,
                          addr_eq(l->lo, l->hi) && addr_eq(r->lo, r->hi) &&
                              addr_eq(l->lo, r->lo)};
}

static enum tri verdict(bool always, bool never)
{
    return always ? TRI_ALWAYS : never ? TRI_NEVER : TRI_MAYBE;
}

static enum tri compare_order(enum ast_op op, struct order o)
{
    bool apart = o.below || o.above;

    switch (op) {
    case OP_EQ: return verdict(o.same, apart);
    case OP_NE: return verdict(apart, o.same);
    case OP_LT: return verdict(o.below, o.above_equal);
    case OP_LE: return verdict(o.below_equal, o.above);
    case OP_GT: return verdict(o.above, o.below_equal);
    default: return verdict(o.above_equal, o.below);
    }
}

static enum tri prune_compare(const struct expr *x, const struct block *b)
{
    struct func_bounds l = bounds_of(x->arg[0], b), r = bounds_of(x->arg[1], b);
    enum tri t;

    if (!l.any || !r.any)
        return TRI_NEVER;
    if (!l.known || !r.known || x->arg[0]->type.type == TYPE_STRING)
        return TRI_MAYBE;
    t = compare_order(x->op, node_lane(x->arg[0]) == LANE_ADDR
                                 ? order_addr(&l.addr, &r.addr)
                                 : order_int(&l.range, &r.range));
    return t == TRI_ALWAYS && (l.absent || r.absent) ? TRI_MAYBE : t;
}

static enum tri prune_has(const struct expr *x, const struct block *b)
{
    struct func_bounds v = bounds_of(x->arg[0], b);

    return verdict(v.any && !v.absent, !v.any);
}

static enum tri prune_chain(const struct expr *x, const struct block *b)
{
    bool and = x->kind == NODE_AND;
    enum tri t = and? TRI_ALWAYS : TRI_NEVER;

    for (uint32_t i = 0; i < x->args; i++) {
        enum tri u = prune(x->arg[i], b);
        if (and? u < t : u > t)
            t = u;
    }
    return t;
}

/* AND is the least, OR the greatest, NOT the mirror image of its operands. */
static enum tri prune(const struct expr *x, const struct block *b)
{
    switch (x->kind) {
    case NODE_AND:
    case NODE_OR: return prune_chain(x, b);
    case NODE_NOT: return (enum tri)(TRI_ALWAYS - prune(x->arg[0], b));
    case NODE_IN: return prune_in(x, b);
    case NODE_COMPARE: return prune_compare(x, b);
    case NODE_HAS: return prune_has(x, b);
    default: return TRI_MAYBE;
    }
}

enum tri expr_prune(const struct expr *x, const struct zone *z, uint32_t sensor)
{
    struct block b = {z, sensor};

    return prune(x, &b);
}

bool expr_prune_reason(const struct expr *x, const struct zone *z,
                       uint32_t sensor, struct span *part)
{
    struct block b = {z, sensor};

    if (prune(x, &b) != TRI_NEVER)
        return false;
    while (x->kind == NODE_AND) {
        uint32_t i = 0;
        while (prune(x->arg[i], &b) != TRI_NEVER)
            i++;
        x = x->arg[i];
    }
    *part = x->at;
    return true;
}
