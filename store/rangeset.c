/* rangeset.c - sorted disjoint ranges. Questions search the two kinds as they
 * are; set algebra maps both to one kind of 128-bit ranges and back. */
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

/* The ranges of a set as stretches, with room for `more`. */
static struct stretch *unpack(struct arena *a, const struct rangeset *s,
                              bool addr, uint32_t more)
{
    struct stretch *out = arena_array(a, struct stretch, (size_t)s->n + more);

    for (uint32_t i = 0; i < s->n; i++) {
        if (addr)
            out[i] = (struct stretch){point_of_addr(s->addr[i].lo),
                                      point_of_addr(s->addr[i].hi)};
        else
            out[i] = (struct stretch){point_of(s->range[i].lo),
                                      point_of(s->range[i].hi)};
    }
    return out;
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

struct rangeset rangeset_union(struct arena *a, const struct rangeset *x,
                               const struct rangeset *y, bool addr)
{
    struct stretch *s = unpack(a, x, addr, y->n);
    const struct stretch *t = unpack(a, y, addr, 0);

    for (uint32_t i = 0; i < y->n; i++)
        s[x->n + i] = t[i];
    return pack(a, s, normalise(s, x->n + y->n), addr);
}

static struct stretch common(struct stretch x, struct stretch y)
{
    return (struct stretch){x.lo > y.lo ? x.lo : y.lo,
                            x.hi < y.hi ? x.hi : y.hi};
}

struct rangeset rangeset_intersect(struct arena *a, const struct rangeset *x,
                                   const struct rangeset *y, bool addr)
{
    const struct stretch *s = unpack(a, x, addr, 0);
    const struct stretch *t = unpack(a, y, addr, 0);
    struct stretch *out = arena_array(a, struct stretch, (size_t)x->n + y->n);
    uint32_t n = 0;

    for (uint32_t i = 0, k = 0; i < x->n && k < y->n;) {
        struct stretch both = common(s[i], t[k]);
        if (both.lo <= both.hi)
            out[n++] = both;
        if (s[i].hi < t[k].hi)
            i++;
        else
            k++;
    }
    return pack(a, out, n, addr);
}

/* What lies outside `s`, up to the largest point of the space. */
static uint32_t complement(const struct stretch *s, uint32_t n, point max,
                           struct stretch *out)
{
    uint32_t found = 0;
    point from = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (s[i].lo > from)
            out[found++] = (struct stretch){from, s[i].lo - 1};
        if (s[i].hi == max)
            return found;
        from = s[i].hi + 1;
    }
    out[found++] = (struct stretch){from, max};
    return found;
}

struct rangeset rangeset_subtract(struct arena *a, const struct rangeset *x,
                                  const struct rangeset *y, bool addr)
{
    const struct stretch *t = unpack(a, y, addr, 0);
    struct stretch *out = arena_array(a, struct stretch, (size_t)y->n + 1);
    point max = addr ? POINT_MAX : (point)UINT64_MAX;
    struct rangeset rest = pack(a, out, complement(t, y->n, max, out), addr);

    return rangeset_intersect(a, x, &rest, addr);
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
