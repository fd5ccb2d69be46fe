/* beat.h - do times lie on a steady beat, t = a + kT, with ticks left out, and
 * would chance do so too? */
#ifndef QUERY_BEAT_H
#define QUERY_BEAT_H

#include "query/run.h"

enum { BEAT_TICKS_MAX = 64 };

/* The first and the last of n different times are ticks 0 and m of a beat of
 * period (last - first) / m; each time lies at a tick of its own, the worst
 * `residual` away from it, at most a quarter of the period. m is from n - 1 to
 * BEAT_TICKS_MAX * (n - 1).
 *
 * If the times between lie anywhere by chance, all n - 2 are that near to ticks
 * with a chance of at most ((2 residual + q) / period)^(n - 2), where q is the
 * coarsest of 1 ns, 10 ns, ... 1 s that all times are multiples of. Beats of m
 * ticks are charged log2(m (m + 1) / (n - 1)) bits, which over all m comes to
 * one. `bits` is what is left of the two, for the m that leaves most. */
struct beat {
    bool found; /* bits is above 0 */
    uint32_t n; /* times */
    int64_t first;
    double period, residual; /* ns */
    double bits;
};

/* The times ascend; equal ones count once. False: interrupted. */
bool beat_find(int64_t *time, uint32_t n, struct run *r,
               struct beat *out) MUST_CHECK;

#endif
