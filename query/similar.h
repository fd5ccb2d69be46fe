/* similar.h - groups of rows that hold the same items, with how unlikely chance
 * makes them. Knows rows of numbered items only; docs/language.md has the
 * definition, and the letters N, d, df, w, q, s of it are used here. */
#ifndef QUERY_SIMILAR_H
#define QUERY_SIMILAR_H

#include "query/run.h"

/* Row i holds item[from[i]] to item[from[i + 1] - 1], all different. Rows count
 * in the order of their keys, items in the order of their values: the lower
 * wins a tie. */
struct similar_rows {
    uint32_t n;
    const uint32_t *from;
    const uint32_t *item;
};

/* Steps, of a few ns each, that a search may take to find pairs, and as many
 * again to make groups of them. */
#define SIMILAR_WORK UINT64_C(20000000000)

struct similar_terms {
    double searches; /* bits that every group is charged: log2 B */
    double alike;    /* least weighted Jaccard with the reference; 0: none */
    bool plain;      /* group by weighted Jaccard alone */
    uint64_t work;   /* 0: SIMILAR_WORK */
};

struct similar_group {
    double bits;
    double mean, low; /* weighted Jaccard of the others with the reference */
    uint32_t rows;    /* N where it was found */
    uint32_t size, cores;
    uint32_t reference;      /* the row whose items the core is of */
    const uint32_t *member;  /* rows, ascending */
    const uint32_t *core;    /* items, rarest first */
    const uint32_t *holders; /* df of each */
};

/* Groups of 0 bits or more, in the order in which they were found. */
struct similar_found {
    struct similar_group *group;
    uint32_t n, cap;
    double highest; /* bits of the best that was tried, below 0 too */
    uint64_t cut;   /* parts of the search that were given up as too much */
};

/* Searches over items 0 to below `items`; one thread. Groups found live until
 * it is closed. NULL: over the budget. */
struct similar *similar_open(uint32_t items, struct run *r) MUST_CHECK;
/* Adds what it finds to *out. False: over the budget, or the run's error is
 * set. */
bool similar_search(struct similar *s, const struct similar_rows *rows,
                    const struct similar_terms *t,
                    struct similar_found *out) MUST_CHECK;
void similar_close(struct similar *s);

/* Swaps items between rows, 20 times an item, so that each row keeps its
 * number of items and each item its number of rows. False: interrupted, or
 * over the budget. */
bool similar_rewire(const struct similar_rows *rows, uint32_t *item,
                    uint64_t seed, struct run *r) MUST_CHECK;

#endif
