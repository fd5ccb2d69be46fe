/* pattern.c - the most common value at each place of a unit, and a bound on
 * the chance of as many fits: with c places and n_a values a in the sequence,
 * the sum over ways to choose m places that fit is a coefficient of a product
 * of polynomials, and a polynomial with positive coefficients divided by x^m
 * is no less than its m-th for any x > 0. */
#include "query/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/lists.h"

/* The sequence as numbers 0 .. k-1 of its values, which ascend. */
struct sequence {
    uint32_t n, k, lengths;
    uint32_t *id;
    int64_t *value;
    uint32_t *count; /* of each value in all */
    uint32_t *here;  /* of each value at one place of the unit */
    double *term;    /* n + PATTERN_UNIT_MAX of them */
    struct run *run;
};

static double log2_factorial(uint32_t n)
{
    int sign;

    return lgamma_r((double)n + 1, &sign) / M_LN2;
}

static double log2_falling(uint32_t n, uint32_t s)
{
    return log2_factorial(n) - log2_factorial(n - s);
}

/* ---- the sequence ---- */

static uint32_t drop_repeats(int64_t *value, uint32_t n)
{
    uint32_t k = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (k == 0 || value[k - 1] != value[i])
            value[k++] = value[i];
    }
    return k;
}

static uint32_t find_value(const struct sequence *q, int64_t v)
{
    uint32_t lo = 0, hi = q->k;

    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (q->value[mid] <= v)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static bool read_sequence(struct sequence *q, const int64_t *value, uint32_t n)
{
    struct arena *a = q->run->eval.tmp;
    size_t each = sizeof *q->id + sizeof *q->value + sizeof *q->count +
                  sizeof *q->here + sizeof *q->term;

    if (!expr_take(&q->run->eval, (n + (size_t)PATTERN_UNIT_MAX) * each,
                   "pattern"))
        return false;
    q->n = n;
    q->value = arena_alloc_raw(a, n * sizeof *value);
    memcpy(q->value, value, n * sizeof *value);
    if (!lists_sort_int(q->value, n, q->run))
        return false;
    q->k = drop_repeats(q->value, n);
    q->id = arena_alloc_raw(a, n * sizeof *q->id);
    q->count = arena_array(a, uint32_t, q->k);
    q->here = arena_array(a, uint32_t, q->k);
    q->term =
        arena_alloc_raw(a, (n + (size_t)PATTERN_UNIT_MAX) * sizeof *q->term);
    for (uint32_t i = 0; i < n; i++) {
        q->id[i] = find_value(q, value[i]);
        q->count[q->id[i]]++;
    }
    return true;
}

/* ---- a unit ---- */

struct unit {
    uint32_t length, fits;
    uint32_t id[PATTERN_UNIT_MAX];
};

/* The most common value at place `at` of the unit; the smallest of several. */
static void fill_place(struct sequence *q, struct unit *u, uint32_t at)
{
    uint32_t best = q->id[at];

    for (uint32_t i = at; i < q->n; i += u->length)
        q->here[q->id[i]]++;
    for (uint32_t i = at; i < q->n; i += u->length) {
        uint32_t id = q->id[i];
        if (q->here[id] > q->here[best] ||
            (q->here[id] == q->here[best] && id < best))
            best = id;
    }
    u->id[at] = best;
    u->fits += q->here[best];
    for (uint32_t i = at; i < q->n; i += u->length)
        q->here[q->id[i]] = 0;
}

static bool is_steady(const struct unit *u)
{
    for (uint32_t i = 1; i < u->length; i++) {
        if (u->id[i] != u->id[0])
            return false;
    }
    return true;
}

/* ---- its chance ---- */

/* log2 of the coefficients of one value's polynomial. */
struct poly {
    const double *term;
    uint32_t n;
};

static struct poly make_poly(uint32_t places, uint32_t values, double *term)
{
    uint32_t most = places < values ? places : values;

    for (uint32_t s = 0; s <= most; s++)
        term[s] = log2_falling(places, s) - log2_factorial(s) +
                  log2_falling(values, s);
    return (struct poly){term, most + 1};
}

/* log2 of the polynomial at x = 2^y. */
static double value_at_power(const struct poly *p, double y)
{
    double top = -INFINITY, sum = 0;

    for (uint32_t s = 0; s < p->n; s++)
        top = fmax(top, p->term[s] + s * y);
    for (uint32_t s = 0; s < p->n; s++)
        sum += exp2(p->term[s] + s * y - top);
    return top + log2(sum);
}

struct product {
    struct poly poly[PATTERN_UNIT_MAX];
    uint32_t n, fits;
};

static double bound_at(const struct product *p, double y)
{
    double sum = -(double)p->fits * y;

    for (uint32_t i = 0; i < p->n; i++)
        sum += value_at_power(&p->poly[i], y);
    return sum;
}

/* The least bound: it is convex in y. */
static double least_bound(const struct product *p, struct run *r)
{
    enum { STEPS = 40 };
    const double golden = 0.6180339887498949;
    double lo = -100, hi = 100;
    double l = hi - golden * (hi - lo), h = lo + golden * (hi - lo);
    double at_l = bound_at(p, l), at_h = bound_at(p, h);

    for (int i = 0; i < STEPS && run_check(r); i++) {
        if (at_l < at_h) {
            hi = h;
            h = l;
            at_h = at_l;
            l = hi - golden * (hi - lo);
            at_l = bound_at(p, l);
        } else {
            lo = l;
            l = h;
            at_l = at_h;
            h = lo + golden * (hi - lo);
            at_h = bound_at(p, h);
        }
    }
    return fmin(fmin(at_l, at_h), bound_at(p, 100));
}

static bool seen_before(const struct unit *u, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (u->id[i] == u->id[at])
            return true;
    }
    return false;
}

static double unit_bits(struct sequence *q, const struct unit *u)
{
    struct product p = {.fits = u->fits};
    double *term = q->term;

    for (uint32_t at = 0; at < u->length; at++) {
        uint32_t places = 0;
        if (seen_before(u, at))
            continue;
        for (uint32_t i = at; i < u->length; i++) {
            if (u->id[i] == u->id[at])
                places += (q->n - i + u->length - 1) / u->length;
        }
        p.poly[p.n] = make_poly(places, q->count[u->id[at]], term);
        term += p.poly[p.n++].n;
    }
    return log2_falling(q->n, u->fits) - least_bound(&p, q->run) -
           u->length * log2(q->k) - log2(q->lengths);
}

static void keep(const struct sequence *q, const struct unit *u, double bits,
                 struct pattern *out)
{
    *out = (struct pattern){
        .length = u->length, .n = q->n, .fits = u->fits, .bits = bits};
    for (uint32_t i = 0; i < u->length; i++)
        out->unit[i] = q->value[u->id[i]];
}

bool pattern_find(const int64_t *value, uint32_t n, struct run *r,
                  struct pattern *out)
{
    struct sequence q = {.run = r};
    double best = -INFINITY;

    *out = (struct pattern){.n = n};
    if (n < 4)
        return true;
    if (!read_sequence(&q, value, n))
        return false;
    q.lengths = (n / 2 < PATTERN_UNIT_MAX ? n / 2 : PATTERN_UNIT_MAX) - 1;
    for (uint32_t length = 2; length <= q.lengths + 1 && q.k > 1; length++) {
        struct unit u = {.length = length};
        for (uint32_t at = 0; at < length; at++)
            fill_place(&q, &u, at);
        if (is_steady(&u))
            continue;
        double bits = unit_bits(&q, &u);
        if (bits > best)
            keep(&q, &u, bits, out);
        best = fmax(best, bits);
    }
    out->bits = fmax(out->bits, 0);
    return run_check(r);
}
