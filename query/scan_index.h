/* scan_index.h - blocks that the store's address index rules out; between the
 * files of the scan only. A third reading of the filter: which addresses must
 * a packet hold? */
#ifndef QUERY_SCAN_INDEX_H
#define QUERY_SCAN_INDEX_H

#include "query/node.h"
#include "store/store.h"

/* Takes out of `bits` (one a block of the reader) the blocks in which no row
 * passes x. Calls `skipped`, if given, for each part of x and the number of
 * blocks that it took out. x must be resolved. */
void scan_index(struct store_reader *r, const struct expr *x, uint64_t *bits,
                void (*skipped)(void *ctx, struct span part, uint64_t blocks),
                void *ctx);

#endif
