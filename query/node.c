/* node.c - building blocks of the bound tree. */
#include "query/node.h"

enum { BITMAP_BITS = 65536 };

struct expr *node_make(struct arena *a, enum node_kind kind, struct span at,
                       uint32_t args)
{
    struct expr *x = arena_new(a, struct expr);

    x->kind = kind;
    x->at = at;
    x->args = args;
    x->arg = arena_array(a, const struct expr *, args);
    if (node_is_condition(x))
        x->type.type = TYPE_BOOL;
    return x;
}

struct expr *node_int(struct arena *a, enum type type, int64_t value,
                      struct span at)
{
    struct expr *x = node_make(a, NODE_CONST, at, 0);

    x->type.type = type;
    x->constant = true;
    x->value.i = value;
    x->value32 = (uint32_t)value;
    return x;
}

struct expr *node_real(struct arena *a, double value, struct span at)
{
    struct expr *x = node_make(a, NODE_CONST, at, 0);

    x->type.type = TYPE_REAL;
    x->constant = true;
    x->value.r = value;
    return x;
}

struct expr *node_addr(struct arena *a, struct addr value, struct span at)
{
    struct expr *x = node_make(a, NODE_CONST, at, 0);

    x->type.type = TYPE_ADDR;
    x->constant = true;
    x->value.a = value;
    return x;
}

/* No operands: all of them hold, or one of them. */
struct expr *node_truth(struct arena *a, bool truth, struct span at)
{
    return node_make(a, truth ? NODE_AND : NODE_OR, at, 0);
}

struct expr *node_column(struct arena *a, const struct columns *c, uint32_t i,
                         struct span at)
{
    struct expr *x = node_make(a, NODE_COLUMN, at, 0);

    x->type = c->col[i].type;
    x->column = i;
    x->packets = c->packets && i < FIELD_COUNT;
    bool field = x->packets;
    if (c->row && i >= FIELD_COUNT) {
        i -= FIELD_COUNT;
        field = c->row->packets && i < FIELD_COUNT;
    }
    x->modulo = field && (i == FIELD_SEQ || i == FIELD_ACKNO ||
                          i == FIELD_TSVAL || i == FIELD_TSECR);
    return x;
}

struct expr *node_call(struct arena *a, const struct func *f, struct vtype type,
                       const struct expr *left, const struct expr *right)
{
    struct span at = left->at;

    if (right)
        at.to = right->at.to > at.to ? right->at.to : at.to;
    struct expr *x = node_make(a, NODE_CALL, at, right ? 2 : 1);
    x->func = f;
    x->type = type;
    x->arg[0] = left;
    if (right)
        x->arg[1] = right;
    return x;
}

struct expr *node_not(struct arena *a, const struct expr *x)
{
    struct expr *n = node_make(a, NODE_NOT, x->at, 1);

    n->arg[0] = x;
    return n;
}

static void set_bits(uint64_t *bitmap, int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i <= hi; i++)
        bitmap[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Does each range lie in [0, 65535], or reach past an end of it to the end of
 * all numbers? */
static bool fits_bitmap(const struct rangeset *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        const struct range *r = &s->range[i];
        if ((r->lo < 0 && r->lo != INT64_MIN) ||
            (r->hi >= BITMAP_BITS && r->hi != INT64_MAX))
            return false;
        if (r->hi < -1 || r->lo > BITMAP_BITS)
            return false;
    }
    return true;
}

static void fill_bitmap(struct arena *a, struct node_in *in)
{
    in->bitmap = arena_array(a, uint64_t, BITMAP_BITS / 64);
    for (uint32_t i = 0; i < in->ranges.n; i++) {
        const struct range *r = &in->ranges.range[i];
        in->below |= r->lo < 0;
        in->above |= r->hi >= BITMAP_BITS;
        set_bits(in->bitmap, r->lo < 0 ? 0 : r->lo,
                 r->hi >= BITMAP_BITS ? BITMAP_BITS - 1 : r->hi);
    }
}

static enum node_shape shape_int(struct node_in *in)
{
    const struct range *r = in->ranges.range;

    if (in->ranges.n == 0)
        return SHAPE_NONE;
    in->one = r[0];
    if (in->ranges.n == 1)
        return SHAPE_ONE;
    if (in->ranges.n > 2 || r[0].lo != INT64_MIN || r[1].hi != INT64_MAX)
        return SHAPE_MANY;
    in->one = (struct range){r[0].hi + 1, r[1].lo - 1};
    return SHAPE_OUTSIDE;
}

static enum node_shape shape_addr(struct node_in *in)
{
    const struct addr_range *r = in->ranges.addr;
    struct addr lo, hi;

    if (in->ranges.n == 0)
        return SHAPE_NONE;
    in->one_addr = r[0];
    if (in->ranges.n == 1)
        return SHAPE_ONE;
    lo = r[0].hi;
    hi = r[1].lo;
    struct addr before = r[0].lo, after = r[1].hi;
    if (in->ranges.n > 2 || addr_prev(&before) || addr_next(&after))
        return SHAPE_MANY;
    addr_next(&lo);
    addr_prev(&hi);
    in->one_addr = (struct addr_range){lo, hi};
    return SHAPE_OUTSIDE;
}

static void work_out_shape(struct arena *a, struct node_in *in)
{
    if (in->shape != SHAPE_NONE)
        return; /* known already */
    in->shape = in->addr ? shape_addr(in) : shape_int(in);
    if (in->shape == SHAPE_MANY && !in->addr && fits_bitmap(&in->ranges)) {
        in->shape = SHAPE_BITMAP;
        fill_bitmap(a, in);
    }
}

void node_in_ready(struct arena *a, struct node_in *in)
{
    in->ready = true;
    work_out_shape(a, in);
}

static struct expr *make_in(struct arena *a, const struct expr *x,
                            struct span at)
{
    struct expr *n = node_make(a, NODE_IN, at, 1);

    n->arg[0] = x;
    n->in = arena_new(a, struct node_in);
    n->in->addr = node_lane(x) == LANE_ADDR;
    return n;
}

struct expr *node_in_ranges(struct arena *a, const struct expr *x,
                            struct rangeset ranges, struct span at)
{
    struct expr *n = make_in(a, x, at);

    n->in->ranges = ranges;
    node_in_ready(a, n->in);
    return n;
}

struct rangeset node_all_ranges(struct arena *a, bool addr)
{
    static const struct range all = {INT64_MIN, INT64_MAX};
    static const struct addr_range all_addr = {
        {0,          0         },
        {UINT64_MAX, UINT64_MAX}
    };

    return addr ? rangeset_make_addr(a, &all_addr, 1)
                : rangeset_make(a, &all, 1);
}

struct expr *node_in_sets(struct arena *a, const struct expr *x,
                          struct sets *source, bool negated, struct span at)
{
    struct expr *n = make_in(a, x, at);

    n->in->source = source;
    n->in->negated = negated;
    return n;
}

struct expr *node_between(struct arena *a, const struct expr *x, int64_t lo,
                          int64_t hi, struct span at)
{
    struct range r = {lo, hi};

    return node_in_ranges(a, x, rangeset_make(a, &r, lo <= hi), at);
}

static bool is_open(const struct expr *x, enum node_kind kind)
{
    return x->kind == kind && x->args > 0;
}

static struct span join(struct span x, struct span y)
{
    return (struct span){x.from < y.from ? x.from : y.from,
                         x.to > y.to ? x.to : y.to};
}

/* What is joined is copied, so it must not be long. */
enum { JOINED_MAX = 64 };

/* Do both ask for ranges of the same column? Slots are not filled yet. */
static bool same_column(const struct expr *x, const struct expr *y)
{
    if (x->kind != NODE_IN || y->kind != NODE_IN || !x->in->ready ||
        !y->in->ready || x->in->ranges.n + y->in->ranges.n > JOINED_MAX)
        return false;
    const struct expr *l = x->arg[0], *r = y->arg[0];
    return l->kind == NODE_COLUMN && r->kind == NODE_COLUMN &&
           l->column == r->column && l->packets == r->packets;
}

static const struct expr *merge(struct arena *a, enum node_kind kind,
                                const struct expr *x, const struct expr *y)
{
    bool addr = x->in->addr;
    const struct rangeset *l = &x->in->ranges, *r = &y->in->ranges;
    struct rangeset both = kind == NODE_AND ? rangeset_intersect(a, l, r, addr)
                                            : rangeset_union(a, l, r, addr);

    struct expr *n = make_in(a, x->arg[0], join(x->at, y->at));

    n->in->ranges = both;
    n->in->ready = true; /* its shape follows when the chain is whole */
    return n;
}

/* Adds y to the operands of x; no more than a few are looked at, so that a
 * chain of any length takes time in proportion. */
static void add_operand(struct arena *a, struct expr *x, const struct expr *y)
{
    enum { LOOKED_AT = 8 };
    uint32_t from = x->args > LOOKED_AT ? x->args - LOOKED_AT : 0;

    for (uint32_t i = from; i < x->args; i++) {
        if (same_column(x->arg[i], y)) {
            x->arg[i] = merge(a, x->kind, x->arg[i], y);
            return;
        }
    }
    x->arg[x->args++] = y;
}

struct expr *node_chain(struct arena *a, enum node_kind kind, struct span at,
                        const struct expr **arg, uint32_t n)
{
    uint32_t room = 0;

    for (uint32_t i = 0; i < n; i++)
        room += is_open(arg[i], kind) ? arg[i]->args : 1;
    struct expr *x = node_make(a, kind, at, room);
    x->args = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_open(arg[i], kind)) {
            add_operand(a, x, arg[i]);
            continue;
        }
        for (uint32_t k = 0; k < arg[i]->args; k++)
            add_operand(a, x, arg[i]->arg[k]);
    }
    for (uint32_t i = 0; i < x->args; i++)
        if (x->arg[i]->kind == NODE_IN && x->arg[i]->in->ready)
            work_out_shape(a, x->arg[i]->in);
    return x;
}

struct expr *node_and(struct arena *a, const struct expr *x,
                      const struct expr *y)
{
    const struct expr *both[] = {x, y};

    return node_chain(a, NODE_AND, join(x->at, y->at), both, 2);
}

struct expr *node_or(struct arena *a, const struct expr *x,
                     const struct expr *y)
{
    const struct expr *both[] = {x, y};

    return node_chain(a, NODE_OR, join(x->at, y->at), both, 2);
}
