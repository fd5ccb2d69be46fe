/* catalogue.h - the catalogue environment: what holds for the whole store, and
 * its captures. Each function works within a transaction of its caller. */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "base/buf.h"
#include "store/envs.h"
#include "store/store.h"

struct catalogue_head {
    uint32_t format;
    struct store_options options;
    uint8_t id[16];    /* random, of this store */
    uint64_t sequence; /* of the last commit */
    uint64_t next_id;  /* of captures */
};

/* Fails when the format is newer than ours. */
bool catalogue_read(struct kv_txn *t, struct catalogue_head *h,
                    struct err *e) MUST_CHECK;
bool catalogue_write(struct kv_txn *t, const struct catalogue_head *h,
                     struct err *e) MUST_CHECK;

bool catalogue_put(struct kv_txn *t, const struct store_capture *c,
                   struct err *e) MUST_CHECK;

/* Calls fn for every capture by id (`first` NULL), or for those whose first
 * packet has that digest, while fn returns true. */
bool catalogue_each(struct kv_txn *t, const struct digest *first,
                    bool (*fn)(void *ctx, const struct store_capture *c),
                    void *ctx, struct err *e) MUST_CHECK;

/* Are the captures found by digest those that were put in? */
bool catalogue_index_whole(struct kv_txn *t, struct err *e) MUST_CHECK;

/* Keys: numbers big-endian, so that they sort. */
void catalogue_key(uint8_t out[8], uint64_t id);
uint64_t catalogue_key_id(struct kv_bytes key);

/* Text as one length byte and at most max - 1 bytes; out is NUL-terminated. */
void catalogue_put_text(struct buf *b, const char *s);
void catalogue_take_text(struct cursor *c, char *out, size_t max);

#endif
