/* packet.h - a packet while it is built; between the files of
 * packet_build.h only. */
#ifndef CLI_PACKET_H
#define CLI_PACKET_H

#include "cli/packet_build.h"

struct packet_parts {
    struct buf *out;
    const struct packet_fields *p;
    size_t ip, transport; /* where they begin in `out` */
    bool cut;             /* no more bytes are known */
};

bool packet_has(const struct packet_parts *b, enum field_id f);
/* The lowest `bytes` bytes, in network order; nothing behind a cut. */
void packet_raw(struct packet_parts *b, uint64_t v, unsigned bytes);
/* A field; cuts the packet where it is absent. */
void packet_field(struct packet_parts *b, enum field_id f, unsigned bytes);

void packet_tcp(struct packet_parts *b);

#endif
