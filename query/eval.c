/* eval.c - the first reading of the tree: values and conditions over rows. */
#include <string.h>

#include "query/eval.h"

static struct column const_column(const struct expr *x)
{
    switch (node_lane(x)) {
    case LANE_REAL: return (struct column){.r = &x->value.r};
    case LANE_ADDR: return (struct column){.a = &x->value.a};
    case LANE_SET: return (struct column){.set = &x->set->members};
    case LANE_INT: break;
    }
    return (struct column){.i = &x->value.i};
}

struct func_arg eval_arg(const struct expr *x, struct batch *b,
                         const struct sel *rows, struct expr_eval *ev)
{
    if (x->kind == NODE_CONST || x->kind == NODE_SET)
        return (struct func_arg){const_column(x), 0};
    return (struct func_arg){expr_value(x, b, rows, ev), UINT32_MAX};
}

static const size_t cell_size[] = {
    [LANE_INT] = sizeof(int64_t),
    [LANE_REAL] = sizeof(double),
    [LANE_ADDR] = sizeof(struct addr),
    [LANE_SET] = sizeof(struct set *),
};

static struct column spread_const(const struct expr *x, const struct sel *rows,
                                  struct expr_eval *ev)
{
    struct column one = const_column(x);
    size_t size = cell_size[node_lane(x)];
    char *out = arena_alloc_raw(ev->tmp, BATCH_ROWS * size);

    for (uint32_t i = 0; i < rows->n; i++)
        memcpy(out + rows->row[i] * size, (const char *)one.i, size);
    return (struct column){.i = (const int64_t *)(const void *)out};
}

static void add_absent(uint64_t *out, const uint64_t *more)
{
    if (!more)
        return;
    for (uint32_t i = 0; i < BATCH_WORDS; i++)
        out[i] |= more[i];
}

static bool any_absent(const uint64_t *bits)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < BATCH_WORDS; i++)
        all |= bits[i];
    return all != 0;
}

static struct column eval_call(const struct expr *x, struct batch *b,
                               const struct sel *rows, struct expr_eval *ev)
{
    struct func_frame f = {.call = x, .rows = rows, .ev = ev};

    f.absent = arena_array(ev->tmp, uint64_t, BATCH_WORDS);
    for (uint32_t i = 0; i < x->args && i < FUNC_ARGS_MAX; i++) {
        f.arg[i] = eval_arg(x->arg[i], b, rows, ev);
        add_absent(f.absent, f.arg[i].column.absent);
    }
    f.out.i = arena_alloc_raw(ev->tmp, BATCH_ROWS * cell_size[node_lane(x)]);
    x->func->eval(&f);
    return (struct column){.i = f.out.i,
                           .absent = any_absent(f.absent) ? f.absent : NULL};
}

/* Rows ascend, so that a word is written once. */
static void mark_rows(uint64_t *bits, const struct sel *rows)
{
    uint64_t word = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        if (row / 64 != at) {
            bits[at] |= word;
            word = 0;
            at = row / 64;
        }
        word |= UINT64_C(1) << (row % 64);
    }
    bits[at] |= word;
}

/* The rows of `rows` for which x holds; memory is ev->tmp. */
static struct sel *rows_where(const struct expr *x, struct batch *b,
                              const struct sel *rows, struct expr_eval *ev)
{
    struct sel *held = arena_alloc_raw(ev->tmp, sizeof *held);

    held->n = rows->n;
    memcpy(held->row, rows->row, rows->n * sizeof rows->row[0]);
    expr_filter(x, b, held, ev);
    return held;
}

static struct column eval_guard(const struct expr *x, struct batch *b,
                                const struct sel *rows, struct expr_eval *ev)
{
    const struct sel *held = rows_where(x->arg[1], b, rows, ev);
    uint64_t *absent = arena_array(ev->tmp, uint64_t, BATCH_WORDS);
    struct column c = expr_value(x->arg[0], b, held, ev);

    mark_rows(absent, held);
    for (uint32_t i = 0; i < BATCH_WORDS; i++)
        absent[i] = ~absent[i] | (c.absent ? c.absent[i] : 0);
    c.absent = absent;
    return c;
}

static struct column eval_pick(const struct expr *x, struct batch *b,
                               const struct sel *rows, struct expr_eval *ev)
{
    int64_t *out = arena_alloc_raw(ev->tmp, BATCH_ROWS * sizeof *out);
    uint64_t *absent = arena_array(ev->tmp, uint64_t, BATCH_WORDS);

    for (uint32_t i = x->args; i-- > 0;) {
        const struct sel *held = rows_where(x->arg[i], b, rows, ev);
        mark_rows(absent, held);
        for (uint32_t k = 0; k < held->n; k++)
            out[held->row[k]] = x->label[i];
    }
    for (uint32_t i = 0; i < BATCH_WORDS; i++)
        absent[i] = ~absent[i];
    return (struct column){.i = out, .absent = absent};
}

static struct column eval_condition(const struct expr *x, struct batch *b,
                                    const struct sel *rows,
                                    struct expr_eval *ev)
{
    int64_t *out = arena_array(ev->tmp, int64_t, BATCH_ROWS);
    const struct sel *held = rows_where(x, b, rows, ev);

    for (uint32_t i = 0; i < held->n; i++)
        out[held->row[i]] = 1;
    return (struct column){.i = out};
}

struct column expr_value(const struct expr *x, struct batch *b,
                         const struct sel *rows, struct expr_eval *ev)
{
    switch (x->kind) {
    case NODE_CONST:
    case NODE_SET: return spread_const(x, rows, ev);
    case NODE_COLUMN: return *batch_column(b, x->column);
    case NODE_CALL: return eval_call(x, b, rows, ev);
    case NODE_GUARD: return eval_guard(x, b, rows, ev);
    case NODE_PICK: return eval_pick(x, b, rows, ev);
    default: return eval_condition(x, b, rows, ev);
    }
}

/* Removes the rows of `gone` from `rows`. */
static void subtract_rows(struct sel *rows, const struct sel *gone)
{
    uint64_t bits[BATCH_WORDS] = {0};

    if (gone->n == 0)
        return;
    mark_rows(bits, gone);
    eval_drop_absent(rows, bits);
}

static void filter_and(const struct expr *x, struct batch *b, struct sel *rows,
                       struct expr_eval *ev)
{
    for (uint32_t i = 0; i < x->args && rows->n > 0; i++)
        expr_filter(x->arg[i], b, rows, ev);
}

/* Each operand sees only the rows that no operand before it has kept. */
static void filter_or(const struct expr *x, struct batch *b, struct sel *rows,
                      struct expr_eval *ev)
{
    struct sel *rest = arena_alloc_raw(ev->tmp, sizeof *rest);
    uint64_t held[BATCH_WORDS] = {0};

    rest->n = rows->n;
    memcpy(rest->row, rows->row, rows->n * sizeof rows->row[0]);
    for (uint32_t i = 0; i < x->args && rest->n > 0; i++) {
        const struct sel *more = rows_where(x->arg[i], b, rest, ev);
        if (more->n == 0)
            continue;
        mark_rows(held, more);
        eval_drop_absent(rest, held);
    }
    eval_keep_marked(rows, held);
}

static void filter_has(const struct expr *x, struct batch *b, struct sel *rows,
                       struct expr_eval *ev)
{
    struct func_arg arg = eval_arg(x->arg[0], b, rows, ev);

    eval_drop_absent(rows, arg.column.absent);
}

void expr_filter(const struct expr *x, struct batch *b, struct sel *rows,
                 struct expr_eval *ev)
{
    switch (x->kind) {
    case NODE_AND: filter_and(x, b, rows, ev); return;
    case NODE_OR: filter_or(x, b, rows, ev); return;
    case NODE_NOT:
        subtract_rows(rows, rows_where(x->arg[0], b, rows, ev));
        return;
    case NODE_HAS: filter_has(x, b, rows, ev); return;
    case NODE_IN: eval_in(x, b, rows, ev); return;
    case NODE_MEMBER: eval_member(x, b, rows, ev); return;
    default: eval_compare(x, b, rows, ev); return;
    }
}
