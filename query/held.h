/* held.h - rows that a stage holds back: those columns of them that a later
 * stage touches, and of one that had no value so far nothing. One thread. */
#ifndef QUERY_HELD_H
#define QUERY_HELD_H

#include "query/run.h"
#include "query/vec.h"

struct held {
    const struct columns *columns;
    const uint64_t *need; /* bit i: column i is kept */
    uint32_t n;
    struct vec *col;
    struct arena sets;
    size_t sets_charged;
};

/* `need` must live as long as h. */
void held_open(struct held *h, const struct columns *c, const uint64_t *need);
void held_close(struct held *h, struct budget *b);
/* Appends the rows b->sel. False: over the budget, or the run's error is set;
 * then h is good for nothing but held_close. */
bool held_append(struct held *h, struct batch *b, struct run *r) MUST_CHECK;
/* Forgets the rows and keeps their room. */
void held_clear(struct held *h, struct budget *b);
/* out becomes column i of the rows id[0..n), as emit's fill. */
void held_fill(const struct held *h, uint32_t i, const uint32_t *id, uint32_t n,
               struct vec *out);

/* Appends a column as values that outlive its batch: sets are copied to h. */
bool held_values(struct held *h, struct vec *v, const struct column *c,
                 const struct sel *rows, struct run *r) MUST_CHECK;

#endif
