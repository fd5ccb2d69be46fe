/* kv.h - one LMDB environment: a folder with a data and a lock file that holds
 * up to KV_DBS named tables of bytes. Everything about LMDB is behind here.
 * A kv may be shared by threads, a transaction belongs to one. LMDB forbids a
 * process to have an environment open twice; envs.h sees to that. */
#ifndef STORE_KV_H
#define STORE_KV_H

#include <stddef.h>

#include "base/err.h"

enum { KV_DBS = 3, KV_PAGE = 4096 };

struct kv;
struct kv_txn;
struct kv_cursor;

/* Borrowed from the map: valid until the transaction ends or writes. */
struct kv_bytes {
    const uint8_t *data; /* NULL: not found */
    size_t len;
};

/* Is there an environment with at least its first pages? */
bool kv_exists(const char *path);

/* Opens the environment at `path`, for writing too if `write` (makes what is
 * missing; folder 0700, files 0600). `map` is its largest size in bytes, less
 * where the address space is short. Without leave to write the lock file it
 * reads without locks. */
struct kv *kv_open(const char *path, const char *const names[KV_DBS],
                   bool write, size_t map, struct err *e) MUST_CHECK;
void kv_close(struct kv *k); /* no transaction may live */
bool kv_writable(const struct kv *k);
/* Is it still what lies at its path, or was that removed since? */
bool kv_current(const struct kv *k);

/* A table that no commit has made yet reads as empty. */
struct kv_txn *kv_begin(struct kv *k, bool write, struct err *e) MUST_CHECK;
void kv_abort(struct kv_txn *t);
bool kv_commit(struct kv_txn *t, struct err *e) MUST_CHECK; /* ends t always */

bool kv_get(struct kv_txn *t, uint32_t db, struct kv_bytes key,
            struct kv_bytes *value, struct err *e) MUST_CHECK;
/* `append`: the key is larger than all others of the table. */
bool kv_put(struct kv_txn *t, uint32_t db, struct kv_bytes key,
            struct kv_bytes value, bool append, struct err *e) MUST_CHECK;
bool kv_del(struct kv_txn *t, uint32_t db, struct kv_bytes key,
            struct err *e) MUST_CHECK; /* absent: fine */

/* Did the last failed put or commit want a larger map? */
bool kv_full(const struct kv *k);
/* Doubles the map. Fails while a transaction of this process lives. */
bool kv_grow(struct kv *k, struct err *e) MUST_CHECK;

/* Makes the file long enough for a transaction that writes about `bytes`, and
 * fails where the file system has not that much free. */
bool kv_room(struct kv *k, uint64_t bytes, struct err *e) MUST_CHECK;

enum kv_step { KV_FIRST, KV_NEXT, KV_LAST, KV_PREV, KV_FROM };

struct kv_cursor *kv_cursor_open(struct kv_txn *t, uint32_t db,
                                 struct err *e) MUST_CHECK;
void kv_cursor_close(struct kv_cursor *c);
/* Moves; key->data is NULL when there is none. KV_FROM goes to the first key
 * that is not below *key. */
bool kv_cursor_step(struct kv_cursor *c, enum kv_step step,
                    struct kv_bytes *key, struct kv_bytes *value,
                    struct err *e) MUST_CHECK;

/* Says that these bytes of a value will be read soon. */
void kv_will_need(const uint8_t *data, size_t len);

/* Says that these bytes will not be read again soon: they no longer count as
 * memory of this process. */
void kv_done_with(const uint8_t *data, size_t len);

#endif
