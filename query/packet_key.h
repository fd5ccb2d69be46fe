/* packet_key.h - what packets have in common, as bytes that can be compared:
 * some fields of each, absent told from zero. */
#ifndef QUERY_PACKET_KEY_H
#define QUERY_PACKET_KEY_H

#include "store/batch.h"

enum { PACKET_KEY_ADDRS = 4, PACKET_KEY_VALUES = 12 };

/* Without holes; what is absent or not asked for is zero. */
struct packet_key {
    uint64_t present; /* bit i: addr[i]; bit 4 + i: value[i] */
    struct addr addr[PACKET_KEY_ADDRS];
    int64_t value[PACKET_KEY_VALUES];
    int64_t who; /* the caller's own */
};

/* Which fields; FIELD_TIME ends a list. */
struct packet_key_fields {
    enum field_id addr[PACKET_KEY_ADDRS + 1];
    enum field_id value[PACKET_KEY_VALUES + 1];
};

/* The columns of a batch of packets. */
struct packet_key_columns {
    uint32_t addrs, values;
    const struct column *addr[PACKET_KEY_ADDRS], *value[PACKET_KEY_VALUES];
};

void packet_key_columns(const struct packet_key_fields *f, struct batch *b,
                        struct packet_key_columns *c);
void packet_key_row(const struct packet_key_columns *c, uint32_t row,
                    struct packet_key *key);

static inline bool packet_key_has(const struct packet_key *key, uint32_t value)
{
    return key->present >> (PACKET_KEY_ADDRS + value) & 1;
}

#endif
