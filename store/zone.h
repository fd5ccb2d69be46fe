/* zone.h - what is known of each field over all packets of a block, enough to
 * answer most predicates without reading the block. */
#ifndef STORE_ZONE_H
#define STORE_ZONE_H

#include "store/rangeset.h"
#include "store/schema.h"

/* Of the values that are present. `any` false: there are none, and the rest is
 * undefined. For SENSOR and OPTSIG nothing but any and absent is known. */
struct zone_field {
    bool any;    /* at least one packet has a value */
    bool absent; /* at least one packet has none */
    union {
        struct {
            struct range range;
            uint64_t some, every; /* OR and AND of all values */
        };
        struct addr_range addr; /* ADDR fields */
    };
};

struct zone {
    uint32_t rows;
    struct zone_field field[FIELD_COUNT];
};

#endif
