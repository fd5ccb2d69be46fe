/* similar_slow.h - `similar` once more, straight from its definition in
 * docs/language.md: a table of which row holds what, and loops over all of it.
 * Finds no crowds beforehand, as query/similar_crowd.c does. */
#ifndef TESTS_SIMILAR_SLOW_H
#define TESTS_SIMILAR_SLOW_H

#include "query/similar.h"

enum { SLOW_ROWS = 512, SLOW_ITEMS = 256, SLOW_GROUPS = 128 };

struct slow_group {
    double bits, mean, low;
    uint32_t reference, size, cores;
    bool member[SLOW_ROWS], core[SLOW_ITEMS];
};

struct slow {
    uint32_t n, items;
    bool has[SLOW_ROWS][SLOW_ITEMS];
    bool out[SLOW_ROWS]; /* taken out by a round before */
    uint32_t groups;
    struct slow_group group[SLOW_GROUPS];
};

/* The definition's bits of r, C and the members. */
double slow_bits(const struct slow *s, const struct slow_group *g,
                 double charge);
double slow_jaccard(const struct slow *s, uint32_t a, uint32_t b);
void slow_search(struct slow *s, const struct similar_terms *t);

#endif
