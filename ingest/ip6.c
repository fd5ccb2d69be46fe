/* ip6.c - the IPv6 header and its extension headers (RFC 8200). */
#include "ingest/layer.h"

enum {
    EXT_HOP_BY_HOP = 0,
    EXT_ROUTING = 43,
    EXT_FRAGMENT = 44,
    EXT_AH = 51,
    EXT_NONE = 59,
    EXT_DESTINATION = 60,
    EXT_MOBILITY = 135,
    EXT_HIP = 139,
    EXT_SHIM6 = 140,
    EXT_COUNT_MAX = 16 /* headers in one packet; more is an attack */
};

/* ESP hides what follows it: it is the protocol, not a link of the chain. */
static bool is_extension(uint8_t next)
{
    static const uint8_t kinds[] = {
        EXT_HOP_BY_HOP,  EXT_ROUTING,  EXT_FRAGMENT, EXT_AH,
        EXT_DESTINATION, EXT_MOBILITY, EXT_HIP,      EXT_SHIM6,
    };

    return memchr(kinds, next, sizeof kinds);
}

/* Signalling that carries nothing is the payload itself. */
static bool is_signalling(uint8_t kind, uint8_t next)
{
    return next == EXT_NONE &&
           (kind == EXT_MOBILITY || kind == EXT_HIP || kind == EXT_SHIM6);
}

/* Length in bytes, from the second byte: RFC 4302 2.2 for AH. */
static uint32_t extension_length(uint8_t kind, uint8_t len)
{
    if (kind == EXT_FRAGMENT)
        return 8;
    return kind == EXT_AH ? (len + 2u) * 4 : (len + 1u) * 8;
}

static void fragment_header(struct layer_chain *c)
{
    uint32_t word = c->body.have >= 4 ? layer_u16(c->body.at + 2) : 0;

    if (c->body.have < 4)
        return;
    c->fragment = true;
    c->fragoff = word & 0xfff8;
    c->more = word & 1;
    c->later = c->fragoff > 0;
    c->has_id = c->body.have >= 8;
    if (c->has_id)
        c->id = layer_u32(c->body.at + 4);
}

/* Passes one header; false where its bytes were not captured. */
static bool pass(struct layer_chain *c)
{
    const uint8_t *p = c->body.at;
    uint32_t have = c->body.have;
    uint32_t len = have >= 2 ? extension_length(c->proto, p[1]) : 2;

    c->known = have;
    if (!have)
        return layer_skip(&c->body, len, &c->torn);
    if (c->proto == EXT_FRAGMENT)
        fragment_header(c);
    if (c->proto == EXT_DESTINATION ||
        (c->proto == EXT_ROUTING && have >= 4 && p[3]))
        c->rewritten = true;
    c->last = c->later || is_signalling(c->proto, p[0]);
    if (!is_signalling(c->proto, p[0]))
        c->proto = p[0];
    c->last = c->last || !is_extension(c->proto);
    return layer_skip(&c->body, len, &c->torn);
}

struct layer_chain layer_chain6(struct layer f, uint8_t next)
{
    struct layer_chain c = {
        .body = f,
        .known = true,
        .last = !is_extension(next),
        .proto = next,
    };

    for (int i = 0; i < EXT_COUNT_MAX && !c.last; i++) {
        if (!pass(&c)) {
            c.known = c.known && c.last;
            return c;
        }
    }
    c.reached = c.known = c.last;
    c.torn = !c.last;
    return c;
}

/* The fixed part, as far as it was captured (n >= 1). True: all 40 bytes. */
static bool fixed_part(const uint8_t *restrict p, uint32_t n, struct record *r)
{
    RECORD_SET(r, IPVER, 6);
    if (n < 2)
        return false;
    RECORD_SET(r, TOS, (uint8_t)(layer_u16(p) >> 4));
    if (n < 4)
        return false;
    RECORD_SET(r, FLOWLABEL, layer_u32(p) & 0xfffff);
    if (n < 6)
        return false;
    RECORD_SET(r, IPLEN, layer_u16(p + 4) + 40u);
    if (n < 8)
        return false;
    RECORD_SET(r, TTL, p[7]);
    if (n < 24)
        return false;
    RECORD_SET(r, SRC, layer_addr6(p + 8));
    if (n < 40)
        return false;
    RECORD_SET(r, DST, layer_addr6(p + 24));
    return true;
}

/* The frame behind the fixed part, bounded by the payload length; that is 0
 * in a jumbogram (RFC 2675) and where segmentation was offloaded. */
static struct layer payload(struct layer f, struct record *r, uint8_t next)
{
    uint32_t len = r->IPLEN - 40;
    struct layer body = {f.at + 40, f.have - 40, f.want - 40};

    if (len == 0 && next != EXT_NONE)
        return body;
    if (len > body.want)
        layer_mark(r, BAD_IP_LENGTH);
    body.want = len;
    if (body.have > len)
        body.have = len;
    return body;
}

static void fragment_fields(const struct layer_chain *c, struct record *r)
{
    RECORD_SET(r, MF, c->more);
    RECORD_SET(r, FRAGOFF, c->fragoff);
    if (c->has_id)
        RECORD_SET(r, IPID, c->id);
    if (c->reached && (c->more || c->later) &&
        c->fragoff + c->body.want > UINT16_MAX)
        layer_mark(r, BAD_IP_FRAGMENT);
}

static void transport(const struct layer_chain *c, const uint8_t *addresses,
                      struct record *r)
{
    struct layer_segment s = {
        .body = c->body,
        .pseudo = layer_sum(addresses, 32),
        .proto = c->proto,
        .ipver = 6,
        .fragment = c->more,
        .verify = c->body.have == c->body.want && !c->more && !c->rewritten &&
                  r->IPLEN > 40,
    };

    if (c->later)
        RECORD_SET(r, PAYLEN, s.body.want);
    else
        layer_transport(&s, r);
}

void layer_ip6(struct layer f, struct record *r)
{
    if (!fixed_part(f.at, f.have, r)) {
        if (f.want < 40)
            layer_mark(r, BAD_IP_HEADER);
        if (f.have >= 7 && !is_extension(f.at[6]))
            RECORD_SET(r, PROTO, f.at[6]);
        return;
    }
    struct layer_chain c = layer_chain6(payload(f, r, f.at[6]), f.at[6]);

    if (c.torn)
        layer_mark(r, BAD_EXT_HEADER);
    if (c.known)
        RECORD_SET(r, PROTO, c.proto);
    if (c.fragment)
        fragment_fields(&c, r);
    if (c.reached)
        transport(&c, f.at + 8, r);
}
