/* mmdb.h - writes small databases in the MaxMind DB format, for tests. */
#ifndef TESTS_MMDB_H
#define TESTS_MMDB_H

#include "base/addr.h"
#include "base/buf.h"

enum { MMDB_NETS_MAX = 256 };

/* `base` and its first `bits` of 128 (of a network in IPv4: 96 more). */
struct mmdb_net {
    struct addr base;
    uint8_t bits;
    uint32_t asn;    /* 0: left out */
    char country[3]; /* "": left out */
};

/* The networks in any order, the longest prefix wins; record_bits is 24, 28 or
 * 32, version 4 or 6. */
void mmdb_write(struct buf *out, const struct mmdb_net *net, uint32_t n,
                uint32_t record_bits, uint32_t version);

#endif
