/* eval_rows.c - comparisons over selected rows, without a branch for each. */
#include "query/eval.h"

/* A pass over selected rows that keeps those for which `test` holds; in it
 * `row` is the row. SETUP declares what `test` needs. */
#define KEEPER(name, parameters, SETUP, test)                                  \
    static void name parameters                                                \
    {                                                                          \
        SETUP;                                                                 \
        uint32_t kept = 0;                                                     \
                                                                               \
        for (uint32_t i = 0; i < rows->n; i++) {                               \
            const uint16_t row = rows->row[i];                                 \
            rows->row[kept] = row;                                             \
            kept += (test);                                                    \
        }                                                                      \
        rows->n = kept;                                                        \
    }

KEEPER(keep_present, (struct sel * rows, const uint64_t *absent), ,
       !(absent[row / 64] >> (row % 64) & 1))

KEEPER(keep_marked, (struct sel * rows, const uint64_t *bits), ,
       bits[row / 64] >> (row % 64) & 1)

void eval_keep_marked(struct sel *rows, const uint64_t *bits)
{
    keep_marked(rows, bits);
}

void eval_drop_absent(struct sel *rows, const uint64_t *absent)
{
    if (absent)
        keep_present(rows, absent);
}

/* ---- in ---- */

typedef void in_keeper(const struct node_in *in, struct sel *rows,
                       const struct func_arg *arg);

#define IN_PARAMETERS                                                          \
    (const struct node_in *in, struct sel *rows, const struct func_arg *arg)
#define IN_INTS                                                                \
    const int64_t *v = arg->column.i;                                          \
    const uint32_t mask = arg->mask
#define IN_ONE                                                                 \
    IN_INTS;                                                                   \
    const uint64_t lo = (uint64_t)in->one.lo;                                  \
    const uint64_t width = (uint64_t)in->one.hi - lo
#define IN_ADDRS                                                               \
    const struct addr *v = arg->column.a;                                      \
    const uint32_t mask = arg->mask
#define IN_ONE_ADDR                                                            \
    IN_ADDRS;                                                                  \
    const unsigned __int128 lo = wide(in->one_addr.lo);                        \
    const unsigned __int128 width = wide(in->one_addr.hi) - lo

static unsigned __int128 wide(struct addr a)
{
    return (unsigned __int128)a.hi << 64 | a.lo;
}

static bool bitmap_has(const struct node_in *in, int64_t v)
{
    if (v < 0)
        return in->below;
    if (v > UINT16_MAX)
        return in->above;
    return in->bitmap[v / 64] >> (v % 64) & 1;
}

static void in_none(const struct node_in *in, struct sel *rows,
                    const struct func_arg *arg)
{
    (void)in, (void)arg;
    rows->n = 0;
}

KEEPER(in_one, IN_PARAMETERS, IN_ONE, (uint64_t)v[row & mask] - lo <= width)
KEEPER(in_outside, IN_PARAMETERS, IN_ONE, (uint64_t)v[row & mask] - lo > width)
KEEPER(in_bitmap, IN_PARAMETERS, IN_INTS, bitmap_has(in, v[row & mask]))
KEEPER(in_many, IN_PARAMETERS, IN_INTS,
       rangeset_has(&in->ranges, v[row & mask]))
KEEPER(in_one_addr, IN_PARAMETERS, IN_ONE_ADDR,
       wide(v[row & mask]) - lo <= width)
KEEPER(in_outside_addr, IN_PARAMETERS, IN_ONE_ADDR,
       wide(v[row & mask]) - lo > width)
KEEPER(in_many_addr, IN_PARAMETERS, IN_ADDRS,
       rangeset_has_addr(&in->ranges, v[row & mask]))

static in_keeper *const in_keepers[2][SHAPE_MANY + 1] = {
    {[SHAPE_NONE] = in_none,
     [SHAPE_ONE] = in_one,
     [SHAPE_OUTSIDE] = in_outside,
     [SHAPE_BITMAP] = in_bitmap,
     [SHAPE_MANY] = in_many     },
    {[SHAPE_NONE] = in_none,
     [SHAPE_ONE] = in_one_addr,
     [SHAPE_OUTSIDE] = in_outside_addr,
     [SHAPE_BITMAP] = in_many_addr,
     [SHAPE_MANY] = in_many_addr},
};

void eval_in(const struct expr *x, struct batch *b, struct sel *rows,
             struct expr_eval *ev)
{
    struct func_arg arg = eval_arg(x->arg[0], b, rows, ev);

    eval_drop_absent(rows, arg.column.absent);
    in_keepers[x->in->addr][x->in->shape](x->in, rows, &arg);
}

/* ---- compare ---- */

struct pair {
    struct func_arg left, right;
    enum ast_op op;
    bool flip; /* != >= > are the other way of = < <= */
    const struct strtab *text;
};

typedef void pair_keeper(const struct pair *p, struct sel *rows);

#define PAIR_PARAMETERS (const struct pair *p, struct sel *rows)
#define PAIR_OF(type, member)                                                  \
    type const *const l = p->left.column.member;                               \
    type const *const r = p->right.column.member;                              \
    const uint32_t lm = p->left.mask, rm = p->right.mask;                      \
    const bool flip = p->flip
#define PAIR_INT  PAIR_OF(int64_t, i)
#define PAIR_REAL PAIR_OF(double, r)
#define PAIR_ADDR PAIR_OF(struct addr, a)

KEEPER(int_eq, PAIR_PARAMETERS, PAIR_INT, (l[row & lm] == r[row & rm]) != flip)
KEEPER(int_lt, PAIR_PARAMETERS, PAIR_INT, (l[row & lm] < r[row & rm]) != flip)
KEEPER(int_le, PAIR_PARAMETERS, PAIR_INT, (l[row & lm] <= r[row & rm]) != flip)
KEEPER(real_eq, PAIR_PARAMETERS, PAIR_REAL,
       (l[row & lm] == r[row & rm]) != flip)
KEEPER(real_lt, PAIR_PARAMETERS, PAIR_REAL, (l[row & lm] < r[row & rm]) != flip)
KEEPER(real_le, PAIR_PARAMETERS, PAIR_REAL,
       (l[row & lm] <= r[row & rm]) != flip)
KEEPER(addr_eq_rows, PAIR_PARAMETERS, PAIR_ADDR,
       (wide(l[row & lm]) == wide(r[row & rm])) != flip)
KEEPER(addr_lt_rows, PAIR_PARAMETERS, PAIR_ADDR,
       (wide(l[row & lm]) < wide(r[row & rm])) != flip)
KEEPER(addr_le_rows, PAIR_PARAMETERS, PAIR_ADDR,
       (wide(l[row & lm]) <= wide(r[row & rm])) != flip)

static int text_order(const struct pair *p, int64_t l, int64_t r)
{
    return strtab_cmp(p->text, (uint32_t)l, (uint32_t)r);
}

KEEPER(text_lt, PAIR_PARAMETERS, PAIR_INT,
       (text_order(p, l[row & lm], r[row & rm]) < 0) != flip)
KEEPER(text_le, PAIR_PARAMETERS, PAIR_INT,
       (text_order(p, l[row & lm], r[row & rm]) <= 0) != flip)

enum { EQUAL, BELOW, BELOW_EQUAL, TESTS };
enum { ROW_INT, ROW_REAL, ROW_ADDR, ROW_TEXT, ROWS };

static pair_keeper *const pair_keepers[ROWS][TESTS] = {
    [ROW_INT] = {int_eq,       int_lt,       int_le      },
    [ROW_REAL] = {real_eq,      real_lt,      real_le     },
    [ROW_ADDR] = {addr_eq_rows, addr_lt_rows, addr_le_rows},
    [ROW_TEXT] = {int_eq,       text_lt,      text_le     },
};

static int row_of(const struct expr *x)
{
    static const int rows[] = {
        [LANE_INT] = ROW_INT, [LANE_REAL] = ROW_REAL, [LANE_ADDR] = ROW_ADDR};

    return x->type.type == TYPE_STRING ? ROW_TEXT : rows[node_lane(x)];
}

static int test_of(struct pair *p)
{
    static const struct {
        int test;
        bool flip;
    } tests[] = {
        [OP_EQ] = {EQUAL,       false},
          [OP_NE] = {EQUAL,       true },
        [OP_LT] = {BELOW,       false},
          [OP_GE] = {BELOW,       true },
        [OP_LE] = {BELOW_EQUAL, false},
          [OP_GT] = {BELOW_EQUAL, true },
    };

    p->flip = tests[p->op].flip;
    return tests[p->op].test;
}

void eval_compare(const struct expr *x, struct batch *b, struct sel *rows,
                  struct expr_eval *ev)
{
    struct pair p = {.op = x->op, .text = ev->text};

    if (node_lane(x->arg[0]) == LANE_SET) {
        eval_compare_sets(x, b, rows, ev);
        return;
    }
    int row = row_of(x->arg[0]);

    p.left = eval_arg(x->arg[0], b, rows, ev);
    eval_drop_absent(rows, p.left.column.absent);
    p.right = eval_arg(x->arg[1], b, rows, ev);
    eval_drop_absent(rows, p.right.column.absent);
    pair_keepers[row][test_of(&p)](&p, rows);
}
