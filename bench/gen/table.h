/* table.h - a count for each pair of addresses and a number: an open hash
 * table owned by whoever declared it; {0} is empty. One thread. */
#ifndef GEN_TABLE_H
#define GEN_TABLE_H

#include "base/addr.h"

/* In the order of comparison: one, then number, then other. */
struct key {
    struct addr one;
    uint64_t number;
    struct addr other;
};

struct entry {
    struct key key;
    uint32_t count; /* 0: a free slot */
    uint32_t most;  /* for the caller */
};

struct table {
    struct entry *slots;
    size_t n, room; /* room is 0 or a power of two */
};

/* The entry of key, made with both numbers 0 where missing: the caller must
 * count it at once. Valid until the next call. */
struct entry *table_at(struct table *t, const struct key *key);
bool table_has(const struct table *t, const struct key *key);

/* The entries in order of their keys, to be freed by the caller. */
struct entry *table_sorted(const struct table *t);

void table_clear(struct table *t); /* keeps the room */
void table_free(struct table *t);

#endif
