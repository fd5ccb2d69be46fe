/* eval_rows.c - comparisons over selected rows, without a branch for each. */
#include "query/eval.h"

/* Keeps the rows for which `test` holds; inside it `row` is the row. */
#define KEEP(rows, test)                                                       \
    do {                                                                       \
        uint32_t kept = 0;                                                     \
        for (uint32_t i = 0; i < (rows)->n; i++) {                             \
            const uint16_t row = (rows)->row[i];                               \
            (rows)->row[kept] = row;                                           \
            kept += (test) ? 1 : 0;                                            \
        }                                                                      \
        (rows)->n = kept;                                                      \
    } while (0)

void eval_drop_absent(struct sel *rows, const uint64_t *absent)
{
    if (absent)
        KEEP(rows, !(absent[row / 64] >> (row % 64) & 1));
}

static void in_one(const struct node_in *in, struct sel *rows, const int64_t *v,
                   uint32_t mask)
{
    uint64_t lo = (uint64_t)in->one.lo, width = (uint64_t)in->one.hi - lo;

    if (in->shape == SHAPE_ONE)
        KEEP(rows, (uint64_t)v[row & mask] - lo <= width);
    else
        KEEP(rows, (uint64_t)v[row & mask] - lo > width);
}

static bool bitmap_has(const struct node_in *in, int64_t v)
{
    if (v < 0)
        return in->below;
    if (v > UINT16_MAX)
        return in->above;
    return in->bitmap[v / 64] >> (v % 64) & 1;
}

static void in_int(const struct node_in *in, struct sel *rows,
                   const struct func_arg *arg)
{
    const int64_t *v = arg->column.i;
    uint32_t mask = arg->mask;

    switch (in->shape) {
    case SHAPE_NONE: rows->n = 0; return;
    case SHAPE_ONE:
    case SHAPE_OUTSIDE: in_one(in, rows, v, mask); return;
    case SHAPE_BITMAP: KEEP(rows, bitmap_has(in, v[row & mask])); return;
    case SHAPE_MANY: break;
    }
    KEEP(rows, rangeset_has(&in->ranges, v[row & mask]));
}

static unsigned __int128 wide(struct addr a)
{
    return (unsigned __int128)a.hi << 64 | a.lo;
}

static void in_one_addr(const struct node_in *in, struct sel *rows,
                        const struct addr *v, uint32_t mask)
{
    unsigned __int128 lo = wide(in->one_addr.lo);
    unsigned __int128 width = wide(in->one_addr.hi) - lo;

    if (in->shape == SHAPE_ONE)
        KEEP(rows, wide(v[row & mask]) - lo <= width);
    else
        KEEP(rows, wide(v[row & mask]) - lo > width);
}

static void in_addr(const struct node_in *in, struct sel *rows,
                    const struct func_arg *arg)
{
    const struct addr *v = arg->column.a;
    uint32_t mask = arg->mask;

    if (in->shape == SHAPE_NONE)
        rows->n = 0;
    else if (in->shape == SHAPE_ONE || in->shape == SHAPE_OUTSIDE)
        in_one_addr(in, rows, v, mask);
    else
        KEEP(rows, rangeset_has_addr(&in->ranges, v[row & mask]));
}

void eval_in(const struct expr *x, struct batch *b, struct sel *rows,
             struct expr_eval *ev)
{
    struct func_arg arg = eval_arg(x->arg[0], b, rows, ev);

    eval_drop_absent(rows, arg.column.absent);
    if (x->in->addr)
        in_addr(x->in, rows, &arg);
    else
        in_int(x->in, rows, &arg);
}

/* One loop for each operator, over whatever LEFT and RIGHT are. */
#define COMPARE_ROWS(rows, op, LEFT, RIGHT)                                    \
    do {                                                                       \
        switch (op) {                                                          \
        case OP_EQ: KEEP(rows, (LEFT) == (RIGHT)); break;                      \
        case OP_NE: KEEP(rows, (LEFT) != (RIGHT)); break;                      \
        case OP_LT: KEEP(rows, (LEFT) < (RIGHT)); break;                       \
        case OP_LE: KEEP(rows, (LEFT) <= (RIGHT)); break;                      \
        case OP_GT: KEEP(rows, (LEFT) > (RIGHT)); break;                       \
        default: KEEP(rows, (LEFT) >= (RIGHT)); break;                         \
        }                                                                      \
    } while (0)

struct pair {
    struct func_arg left, right;
    enum ast_op op;
};

static void compare_int(const struct pair *p, struct sel *rows)
{
    const int64_t *l = p->left.column.i, *r = p->right.column.i;
    uint32_t lm = p->left.mask, rm = p->right.mask;

    COMPARE_ROWS(rows, p->op, l[row & lm], r[row & rm]);
}

static void compare_real(const struct pair *p, struct sel *rows)
{
    const double *l = p->left.column.r, *r = p->right.column.r;
    uint32_t lm = p->left.mask, rm = p->right.mask;

    COMPARE_ROWS(rows, p->op, l[row & lm], r[row & rm]);
}

static void compare_addr(const struct pair *p, struct sel *rows)
{
    const struct addr *l = p->left.column.a, *r = p->right.column.a;
    uint32_t lm = p->left.mask, rm = p->right.mask;

    COMPARE_ROWS(rows, p->op, wide(l[row & lm]), wide(r[row & rm]));
}

static void compare_text(const struct pair *p, struct sel *rows,
                         const struct strtab *text)
{
    const int64_t *l = p->left.column.i, *r = p->right.column.i;
    uint32_t lm = p->left.mask, rm = p->right.mask;

    COMPARE_ROWS(rows, p->op,
                 strtab_cmp(text, (uint32_t)l[row & lm], (uint32_t)r[row & rm]),
                 0);
}

/* Is every tuple of `a` in `b`? Both ascend. */
static bool is_subset(const struct set *a, const struct set *b,
                      const struct strtab *text)
{
    uint32_t k = 0;

    if (a->n > b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++, k++) {
        struct set one = {a->type, 1, a->member + i * a->type.members};
        struct set other = {b->type, 1, b->member + k * b->type.members};
        while (k < b->n && value_cmp_set(&other, &one, text) < 0)
            other.member = b->member + ++k * b->type.members;
        if (k == b->n || value_cmp_set(&other, &one, text) != 0)
            return false;
    }
    return true;
}

static bool compare_sets(enum ast_op op, const struct set *l,
                         const struct set *r, const struct strtab *text)
{
    union cell a = {.set = l}, b = {.set = r};

    switch (op) {
    case OP_EQ: return value_eq(TYPE_SET, a, b);
    case OP_NE: return !value_eq(TYPE_SET, a, b);
    case OP_LE: return is_subset(l, r, text);
    case OP_LT: return l->n < r->n && is_subset(l, r, text);
    case OP_GE: return is_subset(r, l, text);
    default: return r->n < l->n && is_subset(r, l, text);
    }
}

static void compare_set_rows(const struct pair *p, struct sel *rows,
                             const struct strtab *text)
{
    const struct set *const *l = p->left.column.set;
    const struct set *const *r = p->right.column.set;
    uint32_t lm = p->left.mask, rm = p->right.mask;

    KEEP(rows, compare_sets(p->op, l[row & lm], r[row & rm], text));
}

void eval_compare(const struct expr *x, struct batch *b, struct sel *rows,
                  struct expr_eval *ev)
{
    struct pair p = {.op = x->op};

    p.left = eval_arg(x->arg[0], b, rows, ev);
    eval_drop_absent(rows, p.left.column.absent);
    p.right = eval_arg(x->arg[1], b, rows, ev);
    eval_drop_absent(rows, p.right.column.absent);
    switch (node_lane(x->arg[0])) {
    case LANE_REAL: compare_real(&p, rows); return;
    case LANE_ADDR: compare_addr(&p, rows); return;
    case LANE_SET: compare_set_rows(&p, rows, ev->text); return;
    case LANE_INT: break;
    }
    if (x->arg[0]->type.type == TYPE_STRING)
        compare_text(&p, rows, ev->text);
    else
        compare_int(&p, rows);
}

static bool set_has(const struct set *s, union cell v,
                    const struct strtab *text)
{
    uint32_t lo = 0, hi = s->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = value_cmp(s->type.member[0], s->member[mid], v, text);
        if (order == 0)
            return true;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

static union cell cell_at(const struct func_arg *arg, enum lane lane,
                          uint32_t row)
{
    union cell c = {0};

    switch (lane) {
    case LANE_INT: c.i = arg->column.i[row & arg->mask]; break;
    case LANE_REAL: c.r = arg->column.r[row & arg->mask]; break;
    case LANE_ADDR: c.a = arg->column.a[row & arg->mask]; break;
    case LANE_SET: c.set = arg->column.set[row & arg->mask]; break;
    }
    return c;
}

void eval_member(const struct expr *x, struct batch *b, struct sel *rows,
                 struct expr_eval *ev)
{
    struct func_arg arg = eval_arg(x->arg[0], b, rows, ev);
    enum lane lane = node_lane(x->arg[0]);
    bool wanted = x->op == OP_EQ;

    eval_drop_absent(rows, arg.column.absent);
    struct func_arg set = eval_arg(x->arg[1], b, rows, ev);
    eval_drop_absent(rows, set.column.absent);
    KEEP(rows, set_has(set.column.set[row & set.mask], cell_at(&arg, lane, row),
                       ev->text) == wanted);
}
