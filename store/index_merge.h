/* index_merge.h - one address run out of others and out of the addresses of
 * blocks. */
#ifndef STORE_INDEX_MERGE_H
#define STORE_INDEX_MERGE_H

#include "store/index_run.h"

#define INDEX_MERGE_NONE UINT32_MAX

/* A run, or one block's addresses. */
struct index_merge_source {
    const struct index_run *run; /* NULL: `addr` */
    const struct addr *addr;     /* ascending */
    uint32_t addrs;
    const uint32_t *slot; /* of the new run, for each slot of this source;
                             INDEX_MERGE_NONE: left out */
};

/* Appends to `out` the run of all sources, in the order of their new slots.
 * False: one of them is damaged, and `out` is as it was. */
bool index_merge(const struct index_merge_source *source, uint32_t n,
                 const struct index_run_block *table, uint32_t blocks,
                 struct buf *out);

#endif
