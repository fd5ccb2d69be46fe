/* pairs.h - distinct (group, value) pairs of numbers, eight bytes a slot:
 * behind distinct() and set() of many groups. */
#ifndef QUERY_PAIRS_H
#define QUERY_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/run.h"

enum { PAIRS_RECENT = 4096 };

struct pairs {
    uint64_t *slot; /* group << 32 | value, + 1; 0: empty */
    size_t slots, n;
    uint64_t recent[PAIRS_RECENT]; /* keys that surely are in slots */
};

/* Adds n pairs; count[group] is raised for each that is new. False: over the
 * budget, or the run's error is set. */
bool pairs_add(struct pairs *p, const uint32_t *group, const uint32_t *value,
               uint32_t n, int64_t *count, struct run *r) MUST_CHECK;
/* Room for n more, which pairs_add then takes. */
bool pairs_reserve(struct pairs *p, size_t n, struct run *r) MUST_CHECK;
/* The next pair, in no order, from *at = 0 on; false: that was the last. */
bool pairs_next(const struct pairs *p, size_t *at, uint32_t *group,
                uint32_t *value);
void pairs_close(struct pairs *p, struct budget *b);

/* The values by group: those of group g are list[start[g]] to
 * list[start[g + 1]], in no order; start has groups + 1 entries and lies before
 * the list in one allocation, which *bytes were charged for. The table is
 * closed. NULL: as false above. */
uint32_t *pairs_list(struct pairs *p, const int64_t *count, uint32_t groups,
                     size_t *bytes, struct run *r) MUST_CHECK;
/* Bytes that it will take. */
size_t pairs_list_bytes(const struct pairs *p, uint32_t groups);

#endif
