/* index.h - the address index of a month: its runs, which lie in the month's
 * environment and speak of its blocks. A run is made with the blocks of a
 * commit, in the same transaction, and joined with others as they grow. What
 * no sound run speaks of may hold anything: a missing or stale run costs time,
 * never an answer. Belongs to the writer's thread, but for reading. */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/index_run.h"
#include "store/month.h"

/* Runs are joined up to about so many bytes. */
enum { INDEX_BYTES_MAX = 16 << 20, INDEX_MONTHS = 64 };

/* Months that were written and may be closed at the end. */
struct index_months {
    uint32_t n, month[INDEX_MONTHS];
};

/* All addresses of a block, whichever address field they are in, ascending;
 * the caller frees *out. */
bool index_block_addrs(struct kv_bytes block, struct addr **out, uint32_t *n,
                       struct err *e) MUST_CHECK;
/* Checksum that tells a block from another with its id. */
uint64_t index_block_sum(struct kv_bytes block);

/* Calls fn for each run, by key; sound or not. */
bool index_runs_each(struct kv_txn *t,
                     bool (*fn)(void *ctx, uint64_t key, struct kv_bytes v,
                                struct err *e),
                     void *ctx, struct err *e) MUST_CHECK;

/* Adds a run for the blocks of the month from id `first` on. */
bool index_add(struct kv_txn *t, uint64_t first, struct err *e) MUST_CHECK;

/* Drops the runs from block `first` on and makes one for blocks [first, last].
 */
bool index_again(struct kv_txn *t, uint64_t first, uint64_t last,
                 struct err *e) MUST_CHECK;

/* Holds each run against its checksums and the blocks that it speaks of. Calls
 * `wrong` for each of them of which a run says other addresses; block 0: the
 * run itself is damaged. */
bool index_check(struct kv_txn *t,
                 void (*wrong)(void *ctx, uint64_t run, uint64_t block),
                 void *ctx, struct err *e) MUST_CHECK;

/* Notes a month that was written to. */
void index_note(struct index_months *m, uint32_t month);
/* Joins the runs of the months noted, and of the last but one of the store,
 * if a later month closes them. Failing changes nothing but time. */
void index_close(struct envs *s, struct index_months *m);

#endif
