/* ip4.c - the IPv4 header (RFC 791). */
#include "ingest/layer.h"

static void fragment_bits(uint32_t word, struct record *r)
{
    RECORD_SET(r, RESV, (uint8_t)(word >> 15));
    RECORD_SET(r, DF, (uint8_t)(word >> 14 & 1));
    RECORD_SET(r, MF, (uint8_t)(word >> 13 & 1));
    RECORD_SET(r, FRAGOFF, (word & 0x1fff) * 8);
}

/* The fixed part, as far as it was captured (n >= 1). True: all 20 bytes. */
static bool fixed_part(const uint8_t *restrict p, uint32_t n, struct record *r)
{
    RECORD_SET(r, IPVER, 4);
    RECORD_SET(r, IPHL, (uint8_t)((p[0] & 15) * 4));
    if (n < 2)
        return false;
    RECORD_SET(r, TOS, p[1]);
    if (n < 4)
        return false;
    RECORD_SET(r, IPLEN, layer_u16(p + 2));
    if (n < 6)
        return false;
    RECORD_SET(r, IPID, layer_u16(p + 4));
    if (n < 8)
        return false;
    fragment_bits(layer_u16(p + 6), r);
    if (n < 9)
        return false;
    RECORD_SET(r, TTL, p[8]);
    if (n < 10)
        return false;
    RECORD_SET(r, PROTO, p[9]);
    if (n < 16)
        return false;
    RECORD_SET(r, SRC, addr_from_v4(layer_u32(p + 12)));
    if (n < 20)
        return false;
    RECORD_SET(r, DST, addr_from_v4(layer_u32(p + 16)));
    return true;
}

/* Bytes of the whole packet. A length of 0 is what segmentation offload
 * leaves; one shorter than its own header says nothing either. */
static uint32_t total_length(const struct layer *f, struct record *r)
{
    uint32_t total = r->IPLEN;

    if (total == 0)
        return f->want;
    if (total < r->IPHL) {
        layer_mark(r, BAD_IP_LENGTH);
        return f->want;
    }
    if (total > f->want)
        layer_mark(r, BAD_IP_LENGTH);
    return total;
}

static void payload(const struct layer_segment *s, struct record *r)
{
    if (r->FRAGOFF + s->body.want > UINT16_MAX && (r->FRAGOFF || r->MF))
        layer_mark(r, BAD_IP_FRAGMENT);
    if (r->FRAGOFF)
        RECORD_SET(r, PAYLEN, s->body.want);
    else
        layer_transport(s, r);
}

void layer_ip4(struct layer f, struct record *r)
{
    if (!fixed_part(f.at, f.have, r)) {
        if (f.want < 20)
            layer_mark(r, BAD_IP_HEADER);
        return;
    }
    uint32_t header = r->IPHL;

    if (header < 20 || header > f.want) {
        layer_mark(r, BAD_IP_HEADER);
        return;
    }
    uint32_t total = total_length(&f, r);
    uint32_t have = f.have < total ? f.have : total;

    struct layer_segment s = {
        .body = {f.at, 0, total - header},
        .pseudo = layer_sum(f.at + 12, 8),
        .proto = r->PROTO,
        .ipver = 4,
        .fragment = r->MF,
        .verify = have == total && !r->MF && r->IPLEN,
    };
    if (have >= header) {
        if (layer_fold(layer_sum(f.at, header)) != 0xffff)
            layer_mark(r, BAD_IP_CHECKSUM);
        s.body.at += header;
        s.body.have = have - header;
    }
    payload(&s, r);
}
