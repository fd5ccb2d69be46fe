/* eval_sets.c - comparisons of sets, and members of sets that are no ranges. */
#include "query/eval.h"

/* What decides every comparison: how many members each side has, and how many
 * both have. */
static bool holds(enum ast_op op, int64_t left, int64_t right, int64_t both)
{
    switch (op) {
    case OP_EQ: return both == left && both == right;
    case OP_NE: return both != left || both != right;
    case OP_LE: return both == left;
    case OP_LT: return both == left && left < right;
    case OP_GE: return both == right;
    default: return both == right && right < left;
    }
}

static int64_t count_in(const struct set *s, const struct sets *in)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < s->n; i++)
        n += sets_has(in, s->member[i]);
    return n;
}

struct sides {
    enum ast_op op;
    struct func_arg arg[2];
    const struct sets *large[2]; /* a constant that is not listed */
    const struct strtab *text;
};

static bool compare_row(const struct sides *s, uint32_t row)
{
    const struct set *set[2] = {NULL, NULL};
    int64_t n[2], both;

    for (int i = 0; i < 2; i++) {
        if (!s->large[i])
            set[i] = s->arg[i].column.set[row & s->arg[i].mask];
        n[i] = s->large[i] ? sets_size(s->large[i]) : set[i]->n;
    }
    if (s->large[0] || s->large[1])
        both =
            count_in(set[s->large[0] ? 1 : 0], s->large[s->large[0] ? 0 : 1]);
    else
        both = value_merge_sets(set[0], set[1], KEEP_BOTH, s->text, NULL);
    return holds(s->op, n[0], n[1], both);
}

void eval_compare_sets(const struct expr *x, struct batch *b, struct sel *rows,
                       struct expr_eval *ev)
{
    struct sides s = {.op = x->op, .text = ev->text};
    uint32_t kept = 0;

    for (int i = 0; i < 2; i++) {
        const struct expr *arg = x->arg[i];
        if (arg->kind == NODE_SET && !arg->set->members)
            s.large[i] = arg->set;
        s.arg[i] = eval_arg(arg, b, rows, ev);
        eval_drop_absent(rows, s.arg[i].column.absent);
    }
    for (uint32_t i = 0; i < rows->n; i++) {
        if (compare_row(&s, rows->row[i]))
            rows->row[kept++] = rows->row[i];
    }
    rows->n = kept;
}

/* ---- members ---- */

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

static int cmp_tuple(const struct set *s, uint32_t i, const union cell *tuple,
                     const struct strtab *text)
{
    uint32_t members = s->type.members;
    int order = 0;

    for (uint32_t m = 0; m < members && order == 0; m++)
        order = value_cmp(s->type.member[m], s->member[(size_t)i * members + m],
                          tuple[m], text);
    return order;
}

static bool set_has(const struct set *s, const union cell *tuple,
                    const struct strtab *text)
{
    uint32_t lo = 0, hi = s->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = cmp_tuple(s, mid, tuple, text);
        if (order == 0)
            return true;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

void eval_member(const struct expr *x, struct batch *b, struct sel *rows,
                 struct expr_eval *ev)
{
    struct func_arg arg[SET_TUPLE_MAX + 1];
    union cell tuple[SET_TUPLE_MAX];
    uint32_t last = x->args - 1, kept = 0;

    for (uint32_t i = 0; i <= last; i++) {
        arg[i] = eval_arg(x->arg[i], b, rows, ev);
        eval_drop_absent(rows, arg[i].column.absent);
    }
    for (uint32_t k = 0; k < rows->n; k++) {
        uint16_t row = rows->row[k];
        for (uint32_t i = 0; i < last; i++)
            tuple[i] = cell_at(&arg[i], node_lane(x->arg[i]), row);
        if (set_has(arg[last].column.set[row & arg[last].mask], tuple,
                    ev->text) == (x->op == OP_EQ))
            rows->row[kept++] = row;
    }
    rows->n = kept;
}
