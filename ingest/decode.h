/* decode.h - from the bytes of a captured frame to a record: every field of
 * store/fields.def that the captured bytes give. */
#ifndef INGEST_DECODE_H
#define INGEST_DECODE_H

#include "ingest/capture.h"
#include "store/schema.h"

struct decode_options {
    bool macs;          /* hardware addresses of IP packets too */
    bool tunnels_inner; /* the packet inside a tunnel instead of the outer */
};

/* Can frames of this libpcap link type (DLT_*) be decoded? */
bool decode_knows(int linktype);

/* Fills `out` from one frame. A len below caplen is taken as caplen for
 * everything but the field `len`. Reads nothing past p->bytes + p->caplen.
 * Members whose bit in `present` is not set are undefined. False: link type
 * unknown, nothing to keep. */
bool decode_packet(const struct decode_options *o,
                   const struct capture_packet *p, struct record *out);

#endif
