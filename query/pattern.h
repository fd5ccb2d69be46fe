/* pattern.h - does a sequence of counts repeat a unit, such as 1-2-1-2, and
 * would chance do so too? */
#ifndef QUERY_PATTERN_H
#define QUERY_PATTERN_H

#include "query/run.h"

enum { PATTERN_UNIT_MAX = 8 };

/* The unit of 2 to 8 values, not all the same, that fits best: value i of the
 * sequence fits where it is unit[i % length]. */
struct pattern {
    uint32_t length; /* 0: fewer than 4 values, or all are the same */
    int64_t unit[PATTERN_UNIT_MAX];
    uint32_t n, fits;
    /* In a random order of these values any unit of any length reaches this
     * many bits at most once in 2^bits sequences: the chance of `fits` or more
     * is at most E[binom(fits, m)], and the k^length units of each of the
     * lengths tried are charged, k the number of different values. */
    double bits;
};

/* What it needs for n values is charged to the run's batch. False: over the
 * budget or interrupted, and the run's error is set. */
bool pattern_find(const int64_t *value, uint32_t n, struct run *r,
                  struct pattern *out) MUST_CHECK;

#endif
