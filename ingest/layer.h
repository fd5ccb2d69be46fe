/* layer.h - the protocol layers behind decode.h, one file each. Every layer
 * gets the bytes that its enclosing layer says are its own, told apart by
 * what was captured and what was on the wire: past `have` a field is absent,
 * past `want` the header is malformed. */
#ifndef INGEST_LAYER_H
#define INGEST_LAYER_H

#include <string.h>

#include "ingest/decode.h"

/* have <= want; at[0 .. have) may be read. */
struct layer {
    const uint8_t *at;
    uint32_t have; /* captured bytes from `at` on that belong to the layer */
    uint32_t want; /* bytes on the wire from `at` on that belong to it */
};

/* What follows the IP header. */
struct layer_segment {
    struct layer body;
    uint64_t pseudo; /* sum over the addresses of the pseudo header */
    uint8_t proto;
    uint8_t ipver; /* 4 or 6 */
    bool fragment; /* the first of several */
    bool verify;   /* whole, in one piece: its checksum can be held to it */
};

static inline uint16_t layer_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t layer_u32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return __builtin_bswap32(v);
}

static inline uint64_t layer_u48(const uint8_t *p)
{
    return (uint64_t)layer_u16(p) << 32 | layer_u32(p + 2);
}

static inline struct addr layer_addr6(const uint8_t *p)
{
    uint64_t hi, lo;

    memcpy(&hi, p, sizeof hi);
    memcpy(&lo, p + 8, sizeof lo);
    return (struct addr){__builtin_bswap64(hi), __builtin_bswap64(lo)};
}

/* Moves past n bytes; false, and nothing left, where they were not captured.
 * *torn is raised where they were not on the wire either. */
static inline bool layer_skip(struct layer *f, uint32_t n, bool *torn)
{
    if (n > f->want)
        *torn = true;
    if (n > f->have) {
        f->have = 0;
        return false;
    }
    f->at += n;
    f->have -= n;
    f->want -= n;
    return true;
}

static inline void layer_mark(struct record *r, enum bad_bit bit)
{
    r->BAD = (uint16_t)(r->BAD | bit);
}

/* Decodes from the link layer up; false: no such link type. */
bool layer_link(const struct decode_options *o, int linktype, struct layer f,
                struct record *r);
bool layer_link_known(int linktype);

/* An IP header of the version that its first bits name. */
void layer_ip(struct layer f, struct record *r);
void layer_ip4(struct layer f, struct record *r);
void layer_ip6(struct layer f, struct record *r);

/* The chain of IPv6 extension headers (RFC 8200 4). */
struct layer_chain {
    struct layer body;     /* behind the chain; empty where it was not met */
    bool known;            /* `proto` holds */
    bool reached;          /* the chain ends inside the captured bytes */
    bool torn;             /* runs past the packet, or is too long */
    bool last;             /* `proto` is no further link of it */
    bool fragment, has_id; /* a fragment header; its identification too */
    bool later;            /* a fragment that is not the first */
    bool more;             /* more fragments */
    bool rewritten;        /* addresses on the wire are not the final ones */
    uint8_t proto;
    uint32_t fragoff, id;
};
struct layer_chain layer_chain6(struct layer f, uint8_t next);

/* The header behind IP, by its protocol. */
void layer_transport(const struct layer_segment *s, struct record *r);
void layer_tcp(const struct layer_segment *s, struct record *r);
void layer_udp(const struct layer_segment *s, struct record *r);
void layer_sctp(const struct layer_segment *s, struct record *r);
void layer_icmp4(const struct layer_segment *s, struct record *r);
void layer_icmp6(const struct layer_segment *s, struct record *r);

/* The internet checksum (RFC 1071) in the byte order of the machine: sum of
 * the 16-bit words, to be folded; all ones where a checksum is right. */
uint64_t layer_sum(const uint8_t *p, uint32_t n);
uint16_t layer_fold(uint64_t sum);
/* The part of the pseudo header that holds protocol and length. */
uint64_t layer_pseudo(const struct layer_segment *s, uint32_t len);
/* Is the checksum that stands at `at` in the first `len` bytes of s right, or
 * what an offloading sender leaves there (the sum of the pseudo header)? */
bool layer_sum_ok(const struct layer_segment *s, uint32_t len, uint32_t at);

#endif
