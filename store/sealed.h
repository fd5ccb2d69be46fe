/* sealed.h - what tells that rows of a table are those that were written: a
 * checksum behind a row, over its key too, and for a whole table how many rows
 * there are with the sum of their checksums. LMDB itself has none. Stores made
 * before these existed have neither, which is no error. */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "base/buf.h"
#include "store/kv.h"

/* Appends the checksum of key and b's bytes so far. */
void sealed_end(struct buf *b, struct kv_bytes key);
/* `c` stands behind what was read of `v`: is what is left a right checksum, or
 * nothing? */
bool sealed_good(const struct cursor *c, struct kv_bytes key,
                 struct kv_bytes v);

/* What a table's sum takes of a row; a block counts by its header. */
uint64_t sealed_mark(struct kv_bytes key, struct kv_bytes v);

/* A row is about to be put in, or (`v` NULL) taken out, of a table: keeps the
 * table's count and sum, which lie in table `meta`. */
bool sealed_change(struct kv_txn *t, uint32_t db, struct kv_bytes key,
                   const struct kv_bytes *v, struct err *e) MUST_CHECK;

/* Does this environment keep a sum of the table? */
bool sealed_kept(struct kv_txn *t, uint32_t db, bool *kept,
                 struct err *e) MUST_CHECK;

/* Begins to keep it, where it is not kept yet. */
bool sealed_begin(struct kv_txn *t, uint32_t db, struct err *e) MUST_CHECK;

/* Rows seen while all of a table was read. */
struct sealed_sum {
    uint64_t rows, sum;
};
void sealed_see(struct sealed_sum *s, struct kv_bytes key, struct kv_bytes v);
/* Were these all? */
bool sealed_all(struct kv_txn *t, uint32_t db, const struct sealed_sum *s,
                struct err *e) MUST_CHECK;

#endif
