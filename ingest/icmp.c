/* icmp.c - ICMP (RFC 792), ICMPv6 (RFC 4443) and the packets they quote. */
#include "ingest/layer.h"

static bool is_icmp4_error(uint8_t type)
{
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void quoted_ports(const struct layer *f, uint8_t proto, struct record *r)
{
    if (proto != 6 && proto != 17 && proto != 132)
        return;
    if (f->have >= 2)
        RECORD_SET(r, INNER_SPORT, layer_u16(f->at));
    if (f->have >= 4)
        RECORD_SET(r, INNER_DPORT, layer_u16(f->at + 2));
    if (f->have >= 8 && proto == 6)
        RECORD_SET(r, INNER_SEQ, layer_u32(f->at + 4));
}

/* f.have >= 1. The lengths inside are not looked at: hosts and routers alter
 * them before they quote. */
static void quoted4(struct layer f, struct record *r)
{
    const uint8_t *p = f.at;
    uint32_t header = (p[0] & 15u) * 4;

    if (p[0] >> 4 != 4 || header < 20 || f.want < 20)
        layer_mark(r, BAD_ICMP_QUOTE);
    if (p[0] >> 4 != 4)
        return;
    if (f.have >= 9)
        RECORD_SET(r, INNER_TTL, p[8]);
    if (f.have >= 10)
        RECORD_SET(r, INNER_PROTO, p[9]);
    if (f.have >= 16)
        RECORD_SET(r, INNER_SRC, addr_from_v4(layer_u32(p + 12)));
    if (f.have < 20)
        return;
    RECORD_SET(r, INNER_DST, addr_from_v4(layer_u32(p + 16)));
    bool later = layer_u16(p + 6) & 0x1fff;
    bool torn = false;

    if (header >= 20 && !later && layer_skip(&f, header, &torn))
        quoted_ports(&f, p[9], r);
}

/* f.have >= 1 */
static void quoted6(struct layer f, struct record *r)
{
    const uint8_t *p = f.at;
    bool torn = false;

    if (p[0] >> 4 != 6 || f.want < 40)
        layer_mark(r, BAD_ICMP_QUOTE);
    if (p[0] >> 4 != 6)
        return;
    if (f.have >= 8)
        RECORD_SET(r, INNER_TTL, p[7]);
    if (f.have >= 24)
        RECORD_SET(r, INNER_SRC, layer_addr6(p + 8));
    if (!layer_skip(&f, 40, &torn))
        return;
    RECORD_SET(r, INNER_DST, layer_addr6(p + 24));
    struct layer_chain c = layer_chain6(f, p[6]);

    if (c.known)
        RECORD_SET(r, INNER_PROTO, c.proto);
    if (c.reached && !c.later)
        quoted_ports(&c.body, c.proto, r);
}

/* Type, code and length: what all kinds share. */
static void head(const struct layer *f, struct record *r)
{
    if (f->have >= 1)
        RECORD_SET(r, ICMP_TYPE, f->at[0]);
    if (f->have >= 2)
        RECORD_SET(r, ICMP_CODE, f->at[1]);
    if (f->want >= 8)
        RECORD_SET(r, PAYLEN, f->want - 8);
}

static void echo(const struct layer *f, struct record *r)
{
    if (f->have >= 6)
        RECORD_SET(r, ICMP_ID, layer_u16(f->at + 4));
    if (f->have >= 8)
        RECORD_SET(r, ICMP_SEQ, layer_u16(f->at + 6));
}

static void quote(struct layer f, void (*decode)(struct layer, struct record *),
                  struct record *r)
{
    bool torn = false;

    if (layer_skip(&f, 8, &torn) && f.have)
        decode(f, r);
    else if (torn || f.want == 0)
        layer_mark(r, BAD_ICMP_QUOTE);
}

void layer_icmp4(const struct layer_segment *s, struct record *r)
{
    const struct layer *f = &s->body;

    if (s->ipver != 4) {
        RECORD_SET(r, PAYLEN, f->want);
        return;
    }
    head(f, r);
    if (f->have < 1)
        return;
    if (f->at[0] == 0 || f->at[0] == 8)
        echo(f, r);
    else if (is_icmp4_error(f->at[0]))
        quote(*f, quoted4, r);
    if (s->verify && layer_fold(layer_sum(f->at, f->want)) != 0xffff)
        layer_mark(r, BAD_ICMP_CHECKSUM);
}

void layer_icmp6(const struct layer_segment *s, struct record *r)
{
    const struct layer *f = &s->body;

    if (s->ipver != 6) {
        RECORD_SET(r, PAYLEN, f->want);
        return;
    }
    head(f, r);
    if (f->have < 1)
        return;
    if (f->at[0] == 128 || f->at[0] == 129)
        echo(f, r);
    else if (f->at[0] >= 1 && f->at[0] <= 4)
        quote(*f, quoted6, r);
    if (s->verify && f->want >= 4 && !layer_sum_ok(s, f->want, 2))
        layer_mark(r, BAD_ICMP_CHECKSUM);
}
