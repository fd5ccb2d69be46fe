/* rangeset.c - sorted disjoint ranges. Questions search the two kinds as they
 * are; set algebra maps both to one kind of 128-bit points and back. */
#include "store/rangeset.h"

#include <stdlib.h>

/* Order-preserving image of a number or an address. */
typedef unsigned __int128 point;

struct stretch {
    point lo, hi;
};

#define POINT_MAX (~(point)0)

static point point_of(int64_t v)
{
    return (uint64_t)v ^ UINT64_C(1) << 63;
}

static int64_t point_int(point p)
{
    return (int64_t)((uint64_t)p ^ UINT64_C(1) << 63);
}

static point point_of_addr(struct addr a)
{
    return (point)a.hi << 64 | a.lo;
}

static struct addr point_addr(point p)
{
    return (struct addr){(uint64_t)(p >> 64), (uint64_t)p};
}

/* Index of the first range that does not end before `value`. */
static uint32_t seek(const struct rangeset *s, int64_t value)
{
    uint32_t at = 0;

    for (uint32_t n = s->n; n > 0;) {
        uint32_t half = n / 2;
        bool right = s->range[at + half].hi < value;
        at += right ? half + 1 : 0;
        n = right ? n - half - 1 : half;
    }
    return at;
}

static uint32_t seek_addr(const struct rangeset *s, struct addr value)
{
    uint32_t at = 0;

    for (uint32_t n = s->n; n > 0;) {
        uint32_t half = n / 2;
        bool right = addr_cmp(s->addr[at + half].hi, value) < 0;
        at += right ? half + 1 : 0;
        n = right ? n - half - 1 : half;
    }
    return at;
}

bool rangeset_has(const struct rangeset *s, int64_t value)
{
    uint32_t i = seek(s, value);

    return i < s->n && s->range[i].lo <= value;
}

bool rangeset_has_addr(const struct rangeset *s, struct addr value)
{
    uint32_t i = seek_addr(s, value);

    return i < s->n && addr_cmp(s->addr[i].lo, value) <= 0;
}

enum tri rangeset_covers(const struct rangeset *s, struct range r)
{
    uint32_t i = seek(s, r.lo);

    if (i == s->n || s->range[i].lo > r.hi)
        return TRI_NEVER;
    return s->range[i].lo <= r.lo && s->range[i].hi >= r.hi ? TRI_ALWAYS
                                                            : TRI_MAYBE;
}

enum tri rangeset_covers_addr(const struct rangeset *s, struct addr_range r)
{
    uint32_t i = seek_addr(s, r.lo);

    if (i == s->n || addr_cmp(s->addr[i].lo, r.hi) > 0)
        return TRI_NEVER;
    return addr_cmp(s->addr[i].lo, r.lo) <= 0 &&
                   addr_cmp(s->addr[i].hi, r.hi) >= 0
               ? TRI_ALWAYS
               : TRI_MAYBE;
}

static int by_lo(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;

    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static bool is_sorted(const struct stretch *s, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (s[i].lo < s[i - 1].lo)
            return false;
    return true;
}

/* Sorts and joins in place; returns how many are left. The values of a query
 * come sorted, millions of them, and nobody could stop a sort. */
static uint32_t normalise(struct stretch *s, uint32_t n)
{
    uint32_t out = 0;

    if (n == 0)
        return 0;
    if (!is_sorted(s, n))
        qsort(s, n, sizeof *s, by_lo);
    for (uint32_t i = 1; i < n; i++) {
        if (s[out].hi == POINT_MAX || s[i].lo <= s[out].hi + 1) {
            if (s[i].hi > s[out].hi)
                s[out].hi = s[i].hi;
        } else {
            s[++out] = s[i];
        }
    }
    return out + 1;
}

static struct rangeset pack(struct arena *a, const struct stretch *s,
                            uint32_t n, bool addr)
{
    struct rangeset out = {.n = n};

    if (addr)
        out.addr = arena_array(a, struct addr_range, n);
    else
        out.range = arena_array(a, struct range, n);
    for (uint32_t i = 0; i < n; i++) {
        if (addr)
            out.addr[i] =
                (struct addr_range){point_addr(s[i].lo), point_addr(s[i].hi)};
        else
            out.range[i] =
                (struct range){point_int(s[i].lo), point_int(s[i].hi)};
    }
    return out;
}

struct rangeset rangeset_make(struct arena *a, const struct range *r,
                              uint32_t n)
{
    struct stretch *s = arena_array(a, struct stretch, n);

    for (uint32_t i = 0; i < n; i++)
        s[i] = (struct stretch){point_of(r[i].lo), point_of(r[i].hi)};
    return pack(a, s, normalise(s, n), false);
}

struct rangeset rangeset_make_addr(struct arena *a, const struct addr_range *r,
                                   uint32_t n)
{
    struct stretch *s = arena_array(a, struct stretch, n);

    for (uint32_t i = 0; i < n; i++)
        s[i] = (struct stretch){point_of_addr(r[i].lo), point_of_addr(r[i].hi)};
    return pack(a, s, normalise(s, n), true);
}

/* ---- algebra ---- */

/* The ends of a set's ranges in order: even ones begin, odd ones lie behind
 * the last point. */
struct ends {
    const struct rangeset *set;
    bool addr;
    size_t n, of; /* the next end, and how many there are */
    bool inside;
    point at;
};

static void read_end(struct ends *x)
{
    const struct rangeset *s = x->set;
    size_t i = x->n / 2;
    point last;

    if (x->n == x->of)
        return;
    if (x->n % 2 == 0) {
        x->at =
            x->addr ? point_of_addr(s->addr[i].lo) : point_of(s->range[i].lo);
        return;
    }
    last = x->addr ? point_of_addr(s->addr[i].hi) : point_of(s->range[i].hi);
    x->at = last + 1;
    if (last == POINT_MAX)
        x->of = x->n; /* nothing lies behind */
}

static void pass_end(struct ends *x, point at)
{
    if (x->n == x->of || x->at != at)
        return;
    x->inside = !x->inside;
    x->n++;
    read_end(x);
}

static void put_range(struct rangeset *out, bool addr, point lo, point hi)
{
    if (addr)
        out->addr[out->n++] =
            (struct addr_range){point_addr(lo), point_addr(hi)};
    else
        out->range[out->n++] = (struct range){point_int(lo), point_int(hi)};
}

static bool is_kept(enum rangeset_op op, bool x, bool y)
{
    switch (op) {
    case RANGESET_UNION: return x || y;
    case RANGESET_INTERSECT: return x && y;
    case RANGESET_SUBTRACT: break;
    }
    return x && !y;
}

static struct ends ends_of(const struct rangeset *s, bool addr)
{
    struct ends x = {.set = s, .addr = addr, .of = (size_t)s->n * 2};

    read_end(&x);
    return x;
}

static point next_end(const struct ends *x, const struct ends *y)
{
    if (x->n == x->of)
        return y->at;
    return y->n == y->of || x->at < y->at ? x->at : y->at;
}

enum { CHECK_EVERY = 1 << 16 };

static bool may_go_on(const struct rangeset_guard *g, size_t step)
{
    return !g || step % CHECK_EVERY || g->go_on(g->ctx);
}

size_t rangeset_bytes(size_t n, bool addr)
{
    return n * (addr ? sizeof(struct addr_range) : sizeof(struct range));
}

static struct rangeset room_for(struct arena *a, size_t n, bool addr)
{
    void *p = arena_alloc_raw(a, rangeset_bytes(n, addr));

    return addr ? (struct rangeset){.addr = p} : (struct rangeset){.range = p};
}

bool rangeset_combine(struct arena *a, enum rangeset_op op,
                      const struct rangeset *const side[2], bool addr,
                      const struct rangeset_guard *g, struct rangeset *out)
{
    struct ends x = ends_of(side[0], addr), y = ends_of(side[1], addr);
    point lo = 0, max = addr ? POINT_MAX : (point)UINT64_MAX;
    bool open = false;

    *out = room_for(a, (size_t)side[0]->n + side[1]->n, addr);
    for (size_t step = 1; x.n < x.of || y.n < y.of; step++) {
        point at = next_end(&x, &y);
        pass_end(&x, at);
        pass_end(&y, at);
        bool kept = is_kept(op, x.inside, y.inside);
        if (kept && !open)
            lo = at;
        else if (open && !kept)
            put_range(out, addr, lo, at - 1);
        open = kept;
        if (!may_go_on(g, step))
            return false;
    }
    if (open)
        put_range(out, addr, lo, max);
    return true;
}

static struct rangeset combine(struct arena *a, enum rangeset_op op,
                               const struct rangeset *x,
                               const struct rangeset *y, bool addr)
{
    const struct rangeset *const side[2] = {x, y};
    struct rangeset out;

    if (!rangeset_combine(a, op, side, addr, NULL, &out))
        out.n = 0; /* nobody said to stop */
    return out;
}

struct rangeset rangeset_union(struct arena *a, const struct rangeset *x,
                               const struct rangeset *y, bool addr)
{
    return combine(a, RANGESET_UNION, x, y, addr);
}

struct rangeset rangeset_intersect(struct arena *a, const struct rangeset *x,
                                   const struct rangeset *y, bool addr)
{
    return combine(a, RANGESET_INTERSECT, x, y, addr);
}

struct rangeset rangeset_subtract(struct arena *a, const struct rangeset *x,
                                  const struct rangeset *y, bool addr)
{
    return combine(a, RANGESET_SUBTRACT, x, y, addr);
}

bool rangeset_subset(const struct rangeset *x, const struct rangeset *y,
                     bool addr)
{
    for (uint32_t i = 0; i < x->n; i++) {
        enum tri t = addr ? rangeset_covers_addr(y, x->addr[i])
                          : rangeset_covers(y, x->range[i]);
        if (t != TRI_ALWAYS)
            return false;
    }
    return true;
}
