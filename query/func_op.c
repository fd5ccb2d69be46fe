/* func_op.c - kernels of the operators, one set a way of computing. */
#include <math.h>
#include <string.h>

#include "query/bind.h"
#include "query/func_lookup.h"

static bool is_absent(const struct func_frame *f, uint32_t row)
{
    return f->absent[row / 64] >> (row % 64) & 1;
}

static void mark_absent(struct func_frame *f, uint32_t row, bool absent)
{
    f->absent[row / 64] |= (uint64_t)absent << (row % 64);
}

static void fail_overflow(struct func_frame *f)
{
    if (f->ev->e->code == ERR_NONE)
        err_query(f->ev->e, f->call->at,
                  "the result of `%s` does not fit in 64 bits",
                  f->call->func->name);
}

/* The body of a kernel of two numbers: l, r and row are set, and `step` fills
 * in `out`. */
#define EACH_ROW(f, step)                                                      \
    const int64_t *left = (f)->arg[0].column.i;                                \
    const int64_t *right = (f)->arg[1].column.i;                               \
    const uint32_t lm = (f)->arg[0].mask, rm = (f)->arg[1].mask;               \
                                                                               \
    for (uint32_t i = 0; i < (f)->rows->n; i++) {                              \
        const uint32_t row = (f)->rows->row[i];                                \
        const int64_t l = left[row & lm], r = right[row & rm];                 \
        int64_t out;                                                           \
        step;                                                                  \
        (f)->out.i[row] = out;                                                 \
    }

/* Operators that can leave 64 bits: an error, if the row has both values. */
#define CHECKED(name, builtin)                                                 \
    static void int_##name(struct func_frame *f)                               \
    {                                                                          \
        bool over = false;                                                     \
                                                                               \
        EACH_ROW(f, over |= builtin(l, r, &out) && !is_absent(f, row));        \
        if (over)                                                              \
            fail_overflow(f);                                                  \
    }

CHECKED(add, __builtin_add_overflow)
CHECKED(sub, __builtin_sub_overflow)
CHECKED(mul, __builtin_mul_overflow)

/* INT64_MIN / -1 is the one quotient that does not fit. */
static bool div_overflow(int64_t l, int64_t r, int64_t *out)
{
    bool over = l == INT64_MIN && r == -1;

    *out = r == 0 || over ? 0 : l / r;
    return over;
}

static void int_div(struct func_frame *f)
{
    bool over = false;

    EACH_ROW(f, over |= div_overflow(l, r, &out) && !is_absent(f, row);
             mark_absent(f, row, r == 0));
    if (over)
        fail_overflow(f);
}

static void int_mod(struct func_frame *f)
{
    EACH_ROW(f, out = r == 0 || r == -1 ? 0 : l % r;
             mark_absent(f, row, r == 0));
}

static bool shl_overflow(int64_t l, int64_t r, int64_t *out)
{
    *out = r < 0 || r > 63 ? 0 : (int64_t)((uint64_t)l << r);
    if (l == 0)
        return false;
    return r < 0 || r > 62 || *out >> r != l;
}

CHECKED(shl, shl_overflow)

static int64_t shift_right(int64_t l, int64_t r)
{
    if (r < 0 || r > 63)
        return l < 0 ? -1 : 0;
    return l >> r;
}

static void int_shr(struct func_frame *f)
{
    EACH_ROW(f, out = shift_right(l, r));
}

#define SIMPLE(name, expression)                                               \
    static void name(struct func_frame *f)                                     \
    {                                                                          \
        EACH_ROW(f, out = (expression));                                       \
    }

#define U32(v) ((uint32_t)(uint64_t)(v))

SIMPLE(int_and, (l & r))
SIMPLE(int_or, l | r)
SIMPLE(int_xor, l ^ r)
SIMPLE(u32_add, U32(l) + U32(r))
SIMPLE(u32_sub, U32(l) - U32(r))
SIMPLE(u32_mul, (int64_t)(uint32_t)(U32(l) * U32(r)))
SIMPLE(u32_shl, U32(r) > 31 ? 0 : U32(l) << U32(r))
SIMPLE(u32_shr, U32(r) > 31 ? 0 : U32(l) >> U32(r))

static void u32_div(struct func_frame *f)
{
    EACH_ROW(f, out = U32(r) == 0 ? 0 : U32(l) / U32(r);
             mark_absent(f, row, U32(r) == 0));
}

static void u32_mod(struct func_frame *f)
{
    EACH_ROW(f, out = U32(r) == 0 ? 0 : U32(l) % U32(r);
             mark_absent(f, row, U32(r) == 0));
}

/* What no finite number can say is absent. */
#define REAL(name, expression)                                                 \
    static void real_##name(struct func_frame *f)                              \
    {                                                                          \
        const double *left = f->arg[0].column.r, *right = f->arg[1].column.r;  \
                                                                               \
        for (uint32_t i = 0; i < f->rows->n; i++) {                            \
            const uint32_t row = f->rows->row[i];                              \
            const double l = left[row & f->arg[0].mask];                       \
            const double r = right[row & f->arg[1].mask];                      \
            f->out.r[row] = (expression);                                      \
            mark_absent(f, row, !isfinite(f->out.r[row]));                     \
        }                                                                      \
    }

REAL(add, l + r)
REAL(sub, l - r)
REAL(mul, l *r)
REAL(div, l / r)

static void real_from_int(struct func_frame *f)
{
    const int64_t *v = f->arg[0].column.i;

    for (uint32_t i = 0; i < f->rows->n; i++)
        f->out.r[f->rows->row[i]] = (double)v[f->rows->row[i] & f->arg[0].mask];
}

static uint32_t word_of(struct addr a, int64_t n)
{
    uint64_t half = n < 2 ? a.hi : a.lo;

    return (uint32_t)(n % 2 ? half : half >> 32);
}

static void eval_word(struct func_frame *f)
{
    int64_t n = f->call->arg[1]->value.i;

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        f->out.i[row] = word_of(f->arg[0].column.a[row & f->arg[0].mask], n);
    }
}

/* Bounds of a word are those of the address where all before it is equal. */
static void bounds_word(const struct expr *call, const struct func_bounds *arg,
                        struct func_bounds *out)
{
    struct addr_range r = arg[0].addr;
    int64_t n = call->arg[1]->value.i;

    for (int64_t i = 0; i < n; i++) {
        if (word_of(r.lo, i) != word_of(r.hi, i)) {
            func_bounds_range(out, 0, UINT32_MAX);
            return;
        }
    }
    func_bounds_range(out, word_of(r.lo, n), word_of(r.hi, n));
}

/* ---- sets ---- */

static const struct set *set_merge(struct func_frame *f, const struct set *l,
                                   const struct set *r, uint32_t keep)
{
    struct set *out = arena_new(f->ev->tmp, struct set);
    size_t bytes = ((size_t)l->n + r->n) * l->type.members * sizeof(union cell);

    out->type = l->type;
    if (!expr_take(f->ev, bytes, f->call->func->name))
        return out;
    union cell *cell = arena_alloc_raw(f->ev->tmp, bytes);
    out->n = value_merge_sets(l, r, keep, f->ev->text, cell);
    out->member = cell;
    return out;
}

/* The members of `l` that are in a constant set too large to be listed, or are
 * not in it. */
static const struct set *set_filter(struct func_frame *f, const struct set *l,
                                    const struct sets *r, bool in)
{
    struct set *out = arena_new(f->ev->tmp, struct set);
    size_t bytes = (size_t)l->n * sizeof(union cell);

    out->type = l->type;
    if (!expr_take(f->ev, bytes, f->call->func->name))
        return out;
    union cell *cell = arena_alloc_raw(f->ev->tmp, bytes);
    for (uint32_t i = 0; i < l->n; i++) {
        if (sets_has(r, l->member[i]) == in)
            cell[out->n++] = l->member[i];
    }
    out->member = cell;
    return out;
}

static const struct set *set_arg(const struct func_frame *f, int i,
                                 uint32_t row)
{
    return f->arg[i].column.set[row & f->arg[i].mask];
}

/* A large constant on either side leaves the other one's members: `&` takes
 * both sides alike, and resolving has refused the rest. */
static void set_rows(struct func_frame *f, uint32_t keep)
{
    const struct sets *large = NULL;
    int rest = 0;

    for (int i = 0; i < 2; i++) {
        if (f->call->arg[i]->kind == NODE_SET &&
            !f->call->arg[i]->set->members) {
            large = f->call->arg[i]->set;
            rest = 1 - i;
        }
    }
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        if (is_absent(f, row))
            continue;
        f->out.set[row] =
            large
                ? set_filter(f, set_arg(f, rest, row), large, keep == KEEP_BOTH)
                : set_merge(f, set_arg(f, 0, row), set_arg(f, 1, row), keep);
    }
}

static void set_add(struct func_frame *f)
{
    set_rows(f, KEEP_LEFT | KEEP_BOTH | KEEP_RIGHT);
}

static void set_and(struct func_frame *f)
{
    set_rows(f, KEEP_BOTH);
}

static void set_sub(struct func_frame *f)
{
    set_rows(f, KEEP_LEFT);
}

void func_eval_jaccard(struct func_frame *f)
{
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        if (is_absent(f, row))
            continue;
        const struct set *l = set_arg(f, 0, row), *r = set_arg(f, 1, row);
        double common = value_merge_sets(l, r, KEEP_BOTH, f->ev->text, NULL);
        double all = (double)l->n + r->n - common;
        f->out.r[row] = common / all;
        mark_absent(f, row, all == 0);
    }
}

bool func_prepare_jaccard(struct bind *b, struct expr *call)
{
    const struct expr *l = call->arg[0], *r = call->arg[1];
    char left[80], right[80];

    if (value_same_type(&l->type, &r->type))
        return true;
    bind_fail(b, call->at, "%s and %s have no members in common",
              bind_type_text(l, left), bind_type_text(r, right));
    return false;
}

#include "query/func_bounds.h"

enum { OPS = OP_SHR + 1, MODES = MODE_SET + 1 };

#define ROW(text, kernel, bound)                                               \
    {                                                                          \
        .name = (text), .eval = (kernel), .bounds = (bound)                    \
    }

static const struct func operators[MODES][OPS] = {
    [MODE_INT] = {[OP_ADD] = ROW("+", int_add, func_bounds_add),
                  [OP_SUB] = ROW("-",                                           int_sub, func_bounds_sub),
                  [OP_MUL] = ROW("*",                                                                                       int_mul, func_bounds_mul),
                  [OP_DIV] = ROW("/", int_div, func_bounds_div),
                  [OP_MOD] = ROW("%", int_mod, func_bounds_mod),
                  [OP_AND] = ROW("&", int_and, func_bounds_and),
                  [OP_OR] = ROW("|", int_or, func_bounds_or),
                  [OP_XOR] = ROW("^", int_xor, func_bounds_xor),
                  [OP_SHL] = ROW("<<", int_shl, func_bounds_shl),
                  [OP_SHR] = ROW(">>", int_shr, func_bounds_shr)},
    [MODE_U32] = {[OP_ADD] = ROW("+",           u32_add,  func_bounds_add32),
                  [OP_SUB] = ROW("-",                                  u32_sub,                         func_bounds_sub32),
                  [OP_MUL] = ROW("*",                                                                              u32_mul,                                                                     func_bounds_mul32),
                  [OP_DIV] = ROW("/", u32_div, func_bounds_div),
                  [OP_MOD] = ROW("%", u32_mod, func_bounds_mod),
                  [OP_AND] = ROW("&", int_and, func_bounds_and),
                  [OP_OR] = ROW("|", int_or, func_bounds_or),
                  [OP_XOR] = ROW("^", int_xor, func_bounds_xor),
                  [OP_SHL] = ROW("<<", u32_shl, func_bounds_shl32),
                  [OP_SHR] = ROW(">>", u32_shr, func_bounds_shr)},
    [MODE_MODULO] = {[OP_ADD] = ROW("+",   u32_add,          func_bounds_add32),
                  [OP_SUB] = ROW("-",                u32_sub,                                                   func_bounds_sub32)                                                           },
    [MODE_REAL] = {[OP_ADD] = ROW("+",                  real_add,        NULL),
                  [OP_SUB] = ROW("-", real_sub,                                                    NULL),
                  [OP_MUL] = ROW("*",                                                           real_mul,                                                                                               NULL),
                  [OP_DIV] = ROW("/", real_div, NULL)},
    [MODE_SET] = {[OP_ADD] = ROW("+", set_add, NULL),
                  [OP_SUB] = ROW("-",                                           set_sub,                                           NULL),
                  [OP_AND] = ROW("&", set_and,                                                                                                NULL)                           },
};

const struct func func_real = ROW("real", real_from_int, NULL);
const struct func func_word = ROW("word", eval_word, bounds_word);

const struct func *func_operator(enum ast_op op, enum func_mode mode)
{
    if ((unsigned)op >= OPS || !operators[mode][op].name)
        return NULL;
    return &operators[mode][op];
}
