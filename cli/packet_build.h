/* packet_build.h - the bytes of a packet, made again from the header fields
 * that are kept: IP, then TCP, UDP, ICMP or the ports of SCTP, cut where a
 * field is absent. No payload is kept, and of IPv6 extension headers only how
 * long they were, so that options are padding. Checksums: IPv4's, and those
 * of packets that are whole without a payload; others are 0. */
#ifndef CLI_PACKET_BUILD_H
#define CLI_PACKET_BUILD_H

#include "base/buf.h"
#include "store/schema.h"

struct packet_fields {
    uint64_t has; /* bit i: field i is present */
    int64_t n[FIELD_COUNT];
    struct addr a[FIELD_COUNT];
    const char *optsig; /* where FIELD_OPTSIG is present */
    size_t optsig_len;
};

/* Appends the packet from its IP header on; false: it is no IP. */
bool packet_build(struct buf *out, const struct packet_fields *p);

#endif
