/* lists.h - values by group, kept in the order in which they came: behind the
 * aggregates that need all values at once. Charged to the run's budget. */
#ifndef QUERY_LISTS_H
#define QUERY_LISTS_H

#include "query/run.h"
#include "query/vec.h"

/* Opened with {.value.lane = …, .lone = …}: INT or REAL. */
struct lists {
    bool lone; /* there is one group only */
    struct vec value;
    uint32_t *group; /* of each value; NULL when lone */
    uint32_t groups_cap;
    uint32_t *start; /* once dealt out: where each group begins, and the end */
    uint32_t groups;
};

/* Room for n more, which lists_add then takes. False: over the budget. */
bool lists_room(struct lists *l, uint32_t n, struct run *r) MUST_CHECK;
/* What is charged; and what lists_deal takes while it works. */
size_t lists_bytes(const struct lists *l);
size_t lists_deal_bytes(const struct lists *l, uint32_t groups);
/* Adds the values of a batch, the absent ones left out. False: over the
 * budget. */
bool lists_add(struct lists *l, const struct column *c, const struct sel *rows,
               const uint32_t *group, struct run *r) MUST_CHECK;
/* Brings the values of each group together. False: over the budget, or the
 * run's error is set. */
bool lists_deal(struct lists *l, uint32_t groups, struct run *r) MUST_CHECK;
/* Those of one group, in the order in which they came; the caller may reorder
 * them. */
union lists_values {
    int64_t *i;
    double *r;
} lists_of(struct lists *l, uint32_t group, uint32_t *n);
void lists_close(struct lists *l, struct run *r);

/* Sorts in place; false: interrupted. */
bool lists_sort_int(int64_t *value, uint32_t n, struct run *r) MUST_CHECK;
bool lists_sort_real(double *value, uint32_t n, struct run *r) MUST_CHECK;

#endif
