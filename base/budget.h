/* budget.h - what a query may hold in memory. Whatever grows with the data is
 * charged here before it is allocated; one budget a query, one thread. */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget {
    size_t limit; /* 0: none */
    size_t used, peak;
    size_t kept; /* of the limit, not to be had for now */
};

/* False, and nothing charged, when it would go over the limit. */
static inline bool budget_take(struct budget *b, size_t bytes)
{
    size_t limit = b->limit > b->kept ? b->limit - b->kept : 0;

    if (b->limit && (bytes > limit || b->used > limit - bytes))
        return false;
    b->used += bytes;
    if (b->used > b->peak)
        b->peak = b->used;
    return true;
}

/* For what is small and was kept free: charged even over the limit. */
static inline void budget_force(struct budget *b, size_t bytes)
{
    b->used += bytes;
    if (b->used > b->peak)
        b->peak = b->used;
}

static inline void budget_give(struct budget *b, size_t bytes)
{
    b->used -= bytes < b->used ? bytes : b->used;
}

#endif
