/* mmdb.h - reads databases of addresses in the MaxMind DB format, version 2.0:
 * a tree of bits, then values. The bytes are borrowed and not trusted. */
#ifndef QUERY_MMDB_H
#define QUERY_MMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

struct mmdb {
    const uint8_t *data; /* the tree */
    size_t len;          /* of tree and values, the metadata left out */
    uint32_t nodes;
    uint32_t record_bits; /* 24, 28 or 32 */
    uint32_t version;     /* 4 or 6: bits of the tree's addresses */
    size_t values;        /* where they begin */
};

/* False where it is none, or not whole. */
bool mmdb_open(struct mmdb *m, const uint8_t *data, size_t len) MUST_CHECK;

/* The place of the value of an address; false: it has none. */
bool mmdb_find(const struct mmdb *m, struct addr a, size_t *place);
/* The value under `path`, keys of maps in maps that end with NULL, of the value
 * at `place`: a number, or text. False: there is none of that kind. */
bool mmdb_number(const struct mmdb *m, size_t place, const char *const *path,
                 uint32_t *out);
bool mmdb_text(const struct mmdb *m, size_t place, const char *const *path,
               const char **out, size_t *len);

#endif
