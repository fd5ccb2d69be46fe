/* range.h - the time range of a query: half open, [from, to). */
#ifndef QUERY_RANGE_H
#define QUERY_RANGE_H

#include "query/scope.h"

struct time_range {
    int64_t from, to; /* INT64_MIN, INT64_MAX: open */
};

/* Resolves a range against scope->now (the end of `last`, the day words) and
 * scope->tz. `newest` is the time of the newest packet: `last D` ends with it
 * (to = newest + 1) where now is the newest packet. */
bool range_resolve(struct scope *s, const struct ast_range *r,
                   struct time_range *out, struct err *e) MUST_CHECK;

/* A point in time of an expression or of `home from`. */
bool range_point(struct scope *s, const struct ast *n, int64_t *out,
                 struct err *e) MUST_CHECK;

#endif
