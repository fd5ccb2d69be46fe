/* overlap.h - captures of one sensor whose times overlap. Packets that lie in
 * both are kept twice: nothing is ever taken for a duplicate because it looks
 * like one, and so it has to be said. */
#ifndef STORE_OVERLAP_H
#define STORE_OVERLAP_H

#include "store/store.h"

/* A capture that begins before one that began earlier, and reaches furthest,
 * has ended. */
struct overlap {
    uint32_t capture, with; /* places in the list */
    int64_t length;         /* of the time that lies in both, ns, above 0 */
};

/* At most one for each capture, by its place; *out is the caller's to free.
 * Returns how many. */
uint32_t overlap_find(const struct store_capture *c, uint32_t n,
                      struct overlap **out);

/* All captures of the last commit; *out is the caller's to free. */
bool overlap_captures(struct store *s, struct store_capture **out, uint32_t *n,
                      struct err *e) MUST_CHECK;

#endif
