/* decode.h - from the bytes of a captured frame to a record: every field of
 * store/fields.def that the captured bytes give. */
#ifndef INGEST_DECODE_H
#define INGEST_DECODE_H

#include "store/schema.h"

struct decode_options {
    bool macs; /* hardware addresses of IP packets too */
};

/* Can frames of this libpcap link type (DLT_*) be decoded? */
bool decode_knows(int linktype);

/* Fills `out` from one frame of a known link type: `bytes` holds the `caplen`
 * captured of `len` bytes; a len below caplen is taken as caplen for
 * everything but the field `len`. Reads nothing past bytes + caplen. Members
 * whose bit in `present` is not set are undefined. False: link type unknown,
 * nothing filled. */
bool decode_packet(const struct decode_options *o, int linktype,
                   const uint8_t *bytes, uint32_t caplen, uint32_t len,
                   int64_t time, struct record *out);

#endif
