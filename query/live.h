/* live.h - what is open at a time: entries found by a key of bytes, ended when
 * nothing touched them for longer than a gap, and handed on in the order in
 * which they began. Entries are numbers that are used again once they are
 * freed. One thread; memory is charged to the budget. */
#ifndef QUERY_LIVE_H
#define QUERY_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"

#define LIVE_NONE UINT32_MAX

enum { LIVE_CLASSES = 2 }; /* each has a gap of its own */

struct live_entry {
    int64_t last; /* touched */
    uint64_t hash;
    uint32_t chain;        /* of its bucket; of a freed one: the next freed */
    uint32_t older, newer; /* of its class, while it is open */
    uint32_t next;         /* in the queue */
    uint8_t class;
    bool open;
};

struct live {
    size_t key_bytes;
    int64_t gap[LIVE_CLASSES];
    bool any_order; /* entries are handed on as they end */
    struct budget *budget;
    struct live_entry *entry;
    uint8_t *key;
    uint32_t n, entry_cap, key_cap, freed, used;
    uint32_t *bucket, buckets;
    uint32_t oldest[LIVE_CLASSES], newest[LIVE_CLASSES];
    uint32_t first, last; /* of the queue */
};

/* `l` becomes empty; gaps and any_order are to be set. */
void live_open(struct live *l, size_t key_bytes, struct budget *b);
void live_close(struct live *l);

uint64_t live_hash(const struct live *l, const void *key);
/* The open entry of that key, of several the first, or LIVE_NONE. */
uint32_t live_find(const struct live *l, const void *key, uint64_t hash);
/* A new open entry. LIVE_NONE: over the budget. */
uint32_t live_begin(struct live *l, const void *key, uint64_t hash,
                    uint8_t class, int64_t time);
/* Puts an entry behind an open one of the same key; without that, live_find
 * gives the newest of equal ones. */
void live_follow(struct live *l, uint32_t id, uint32_t before);
/* A new entry that has ended already. LIVE_NONE: over the budget. */
uint32_t live_alone(struct live *l, int64_t time);
void live_touch(struct live *l, uint32_t id, int64_t time);

/* Ends what was not touched in [time - gap, time]. */
void live_expire(struct live *l, int64_t time);
void live_expire_all(struct live *l);
/* Up to `most` entries that have ended and whose turn it is; they are the
 * caller's until live_free. */
uint32_t live_take(struct live *l, uint32_t *id, uint32_t most);
void live_free(struct live *l, const uint32_t *id, uint32_t n);

#endif
