/* rangeset.h - a set of numbers or of addresses as sorted, disjoint, closed
 * ranges. `=`, `<`, lists, networks and time windows all become one, so that
 * one question serves row filters, block pruning and index look-ups. */
#ifndef STORE_RANGESET_H
#define STORE_RANGESET_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

struct range {
    int64_t lo, hi; /* lo <= hi, both included */
};

/* Exactly one of the two arrays is used; which one, its user knows. Memory is
 * an arena's. */
struct rangeset {
    uint32_t n;
    struct range *range;
    struct addr_range *addr;
};

/* What is known of a predicate over all rows of a block. */
enum tri { TRI_NEVER, TRI_MAYBE, TRI_ALWAYS };

bool rangeset_has(const struct rangeset *s, int64_t value);
bool rangeset_has_addr(const struct rangeset *s, struct addr value);

/* Of all values in `r`: are none, some or all in `s`? */
enum tri rangeset_covers(const struct rangeset *s, struct range r);
enum tri rangeset_covers_addr(const struct rangeset *s, struct addr_range r);

/* Sorts and joins `n` ranges in any order, overlapping or touching. */
struct rangeset rangeset_make(struct arena *a, const struct range *r,
                              uint32_t n);
struct rangeset rangeset_make_addr(struct arena *a, const struct addr_range *r,
                                   uint32_t n);

/* Set algebra. Both sides must be of the same kind, named by `addr`. */
enum rangeset_op { RANGESET_UNION, RANGESET_INTERSECT, RANGESET_SUBTRACT };

/* Asked now and then whether to go on; NULL: always. */
struct rangeset_guard {
    bool (*go_on)(void *ctx);
    void *ctx;
};

/* Takes rangeset_bytes() of the ranges of both sides; false: go_on() said so.
 */
bool rangeset_combine(struct arena *a, enum rangeset_op op,
                      const struct rangeset *const side[2], bool addr,
                      const struct rangeset_guard *g,
                      struct rangeset *out) MUST_CHECK;
/* What n ranges take in memory. */
size_t rangeset_bytes(size_t n, bool addr);
struct rangeset rangeset_union(struct arena *a, const struct rangeset *x,
                               const struct rangeset *y, bool addr);
struct rangeset rangeset_intersect(struct arena *a, const struct rangeset *x,
                                   const struct rangeset *y, bool addr);
struct rangeset rangeset_subtract(struct arena *a, const struct rangeset *x,
                                  const struct rangeset *y, bool addr);
bool rangeset_subset(const struct rangeset *x, const struct rangeset *y,
                     bool addr); /* x <= y */

#endif
