/* func_bounds.c - bounds of the operators: interval arithmetic, and the bits
 * that some or every value has. */
#include "query/func_bounds.h"

/* All bits up to the highest one of v. */
static uint64_t bits_below(uint64_t v)
{
    return v ? UINT64_MAX >> __builtin_clzll(v) : 0;
}

void func_bounds_range(struct func_bounds *out, int64_t lo, int64_t hi)
{
    uint64_t differ = bits_below((uint64_t)lo ^ (uint64_t)hi);

    out->known = true;
    out->range = (struct range){lo, hi};
    out->some = (uint64_t)lo | differ;
    out->every = (uint64_t)lo & ~differ;
}

static int64_t least(const int64_t *v)
{
    int64_t m = v[0];

    for (int i = 1; i < 4; i++)
        m = v[i] < m ? v[i] : m;
    return m;
}

static int64_t greatest(const int64_t *v)
{
    int64_t m = v[0];

    for (int i = 1; i < 4; i++)
        m = v[i] > m ? v[i] : m;
    return m;
}

/* Lifts an overflow-checked operation that is monotone in each operand to
 * ranges: the ends lie in the corners. False: one of them does not fit. */
#define CORNERS(builtin, x, y, v)                                              \
    (!builtin((x).lo, (y).lo, &(v)[0]) && !builtin((x).lo, (y).hi, &(v)[1]) && \
     !builtin((x).hi, (y).lo, &(v)[2]) && !builtin((x).hi, (y).hi, &(v)[3]))

/* Results that fit in 32 bits stand; others could be anything there. */
static void within_32(struct func_bounds *out, const int64_t *v)
{
    int64_t lo = least(v), hi = greatest(v);

    if (lo >= 0 && hi <= UINT32_MAX)
        func_bounds_range(out, lo, hi);
    else
        func_bounds_range(out, 0, UINT32_MAX);
}

#define ARITHMETIC(name, builtin)                                              \
    FUNC_BOUNDS(name)                                                          \
    {                                                                          \
        int64_t v[4];                                                          \
                                                                               \
        (void)call;                                                            \
        if (CORNERS(builtin, arg[0].range, arg[1].range, v))                   \
            func_bounds_range(out, least(v), greatest(v));                     \
    }                                                                          \
    FUNC_BOUNDS(name##32)                                                      \
    {                                                                          \
        int64_t v[4];                                                          \
                                                                               \
        (void)call;                                                            \
        if (CORNERS(builtin, arg[0].range, arg[1].range, v))                   \
            within_32(out, v);                                                 \
        else                                                                   \
            func_bounds_range(out, 0, UINT32_MAX);                             \
    }

ARITHMETIC(add, __builtin_add_overflow)
ARITHMETIC(sub, __builtin_sub_overflow)
ARITHMETIC(mul, __builtin_mul_overflow)

static bool div_fails(int64_t l, int64_t r, int64_t *out)
{
    if (r == 0 || (l == INT64_MIN && r == -1))
        return true;
    *out = l / r;
    return false;
}

/* A divisor that may be zero gives rows without a value. */
FUNC_BOUNDS(div)
{
    struct range d = arg[1].range;
    int64_t v[4];

    (void)call;
    if (d.lo <= 0 && d.hi >= 0)
        out->absent = true;
    else if (CORNERS(div_fails, arg[0].range, d, v))
        func_bounds_range(out, least(v), greatest(v));
}

FUNC_BOUNDS(mod)
{
    struct range n = arg[0].range, d = arg[1].range;

    (void)call;
    if (d.lo <= 0 && d.hi >= 0)
        out->absent = true;
    else if (d.lo > 0 && n.lo >= 0)
        func_bounds_range(out, 0, n.hi < d.hi - 1 ? n.hi : d.hi - 1);
}

/* Sets bits; the range is what they allow where no value is negative. */
static void from_bits(struct func_bounds *out, uint64_t some, uint64_t every)
{
    out->known = true;
    out->some = some;
    out->every = every;
    out->range = (struct range){INT64_MIN, INT64_MAX};
    if (some <= INT64_MAX)
        out->range = (struct range){(int64_t)every, (int64_t)some};
}

FUNC_BOUNDS(and)
{
    (void)call;
    from_bits(out, arg[0].some & arg[1].some, arg[0].every & arg[1].every);
    for (int i = 0; i < 2; i++)
        if (arg[i].range.lo >= 0 && arg[i].range.hi < out->range.hi) {
            out->range.hi = arg[i].range.hi;
            if (out->range.lo < 0)
                out->range.lo = 0;
        }
}

FUNC_BOUNDS(or)
{
    (void)call;
    from_bits(out, arg[0].some | arg[1].some, arg[0].every | arg[1].every);
    for (int i = 0; i < 2; i++)
        if (out->range.lo >= 0 && arg[i].range.lo > out->range.lo)
            out->range.lo = arg[i].range.lo;
}

FUNC_BOUNDS(xor)
{
    (void)call;
    from_bits(out, (arg[0].some | arg[1].some) & ~(arg[0].every & arg[1].every),
              (arg[0].every & ~arg[1].some) | (arg[1].every & ~arg[0].some));
}

static bool shl_fails(int64_t l, int64_t r, int64_t *out)
{
    if (r < 0 || r > 62 || l < 0 || l > INT64_MAX >> r)
        return true;
    *out = (int64_t)((uint64_t)l << r);
    return false;
}

static void shift_bits_left(const struct func_bounds *arg,
                            struct func_bounds *out)
{
    if (arg[1].range.lo != arg[1].range.hi)
        return;
    out->some &= arg[0].some << arg[1].range.lo;
    out->every |= arg[0].every << arg[1].range.lo;
}

FUNC_BOUNDS(shl)
{
    int64_t v[4];

    (void)call;
    if (!CORNERS(shl_fails, arg[0].range, arg[1].range, v))
        return;
    func_bounds_range(out, least(v), greatest(v));
    shift_bits_left(arg, out);
}

FUNC_BOUNDS(shl32)
{
    int64_t v[4];

    (void)call;
    func_bounds_range(out, 0, UINT32_MAX);
    if (arg[1].range.hi > 31 ||
        !CORNERS(shl_fails, arg[0].range, arg[1].range, v) ||
        greatest(v) > UINT32_MAX)
        return;
    func_bounds_range(out, least(v), greatest(v));
    shift_bits_left(arg, out);
}

FUNC_BOUNDS(shr)
{
    struct range n = arg[0].range, d = arg[1].range;

    (void)call;
    if (n.lo < 0 || d.lo < 0 || d.hi > 31)
        return;
    func_bounds_range(out, n.lo >> d.hi, n.hi >> d.lo);
    if (d.lo != d.hi)
        return;
    out->some &= arg[0].some >> d.lo;
    out->every |= arg[0].every >> d.lo;
}
