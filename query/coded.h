/* coded.h - a filter as questions that codes answer: parts of it that read only
 * what follows from a row's shape or flow are asked once a code, and rows look
 * the answers up. */
#ifndef QUERY_CODED_H
#define QUERY_CODED_H

#include "query/expr.h"

enum { CODED_ASKS = 8, CODED_RESTS = 16, CODED_ANSWERS = 1 << CODED_ASKS };

struct coded {
    uint32_t asks;
    const struct expr *ask[CODED_ASKS];
    enum batch_code by[CODED_ASKS];
    /* By the answers, bit i that of ask[i]: may a row pass? */
    bool pass[CODED_ANSWERS];
    /* What such a row must pass besides. */
    uint32_t rests;
    const struct expr *rest[CODED_RESTS];
};

/* Every row passes. */
void coded_start(struct coded *c);
/* Adds a part of the rest; there must be room. */
void coded_rest(struct coded *c, const struct expr *x);
/* Adds the condition x. fields[by]: those that follow from the code. Called
 * once; one part of the rest is in use at most. */
void coded_split(struct coded *c, const struct expr *x,
                 const uint64_t fields[BATCH_CODES]);

#endif
