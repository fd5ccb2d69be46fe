/* fronts.h - the fronts of a month's blocks side by side: all that a plan needs
 * of a block, so that a snapshot opens without touching the blocks. Written in
 * the transaction that changes the blocks. Fronts that are missing, damaged or
 * do not agree with the table of blocks are as if they were not there: then
 * the headers themselves are read. Works within a transaction of its caller. */
#ifndef STORE_FRONTS_H
#define STORE_FRONTS_H

#include "store/month.h"

/* One block of a month. Bytes are the map's. */
struct fronts_block {
    uint64_t id;
    size_t bytes; /* of the whole block */
    struct kv_bytes front;
    bool whole; /* `front` is the block itself, not held against anything */
};

/* Calls fn for each block by id, and holds all of them against the table's
 * checksum. */
bool fronts_each(struct kv_txn *t,
                 bool (*fn)(void *ctx, const struct fronts_block *b,
                            struct err *e),
                 void *ctx, struct err *e) MUST_CHECK;

/* Writes them anew from the block `from` on, for blocks that were added or
 * deleted there. */
bool fronts_write(struct kv_txn *t, uint64_t from, struct err *e) MUST_CHECK;
/* What a write may take, for kv_room. */
uint64_t fronts_room(uint64_t blocks);

/* Holds them against the blocks. Calls `wrong` for each block of which they
 * say something else; block 0: they are damaged themselves. */
bool fronts_check(struct kv_txn *t, void (*wrong)(void *ctx, uint64_t block),
                  void *ctx, struct err *e) MUST_CHECK;
/* Their bytes. */
bool fronts_bytes(struct kv_txn *t, uint64_t *bytes, struct err *e) MUST_CHECK;

#endif
