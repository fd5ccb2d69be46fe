/* tcp.c - TCP (RFC 9293) and its options. */
#include "ingest/layer.h"

enum {
    OPT_END = 0,
    OPT_NOP = 1,
    OPT_MSS = 2,
    OPT_WSCALE = 3,
    OPT_SACK_OK = 4,
    OPT_SACK = 5,
    OPT_TIMES = 8,
};

/* The fixed part, as far as it was captured. True: all 20 bytes. */
static bool fixed_part(const uint8_t *restrict p, uint32_t n, struct record *r)
{
    if (n < 2)
        return false;
    RECORD_SET(r, SPORT, layer_u16(p));
    if (n < 4)
        return false;
    RECORD_SET(r, DPORT, layer_u16(p + 2));
    if (n < 8)
        return false;
    RECORD_SET(r, SEQ, layer_u32(p + 4));
    if (n < 12)
        return false;
    RECORD_SET(r, ACKNO, layer_u32(p + 8));
    if (n < 13)
        return false;
    RECORD_SET(r, DOFF, (uint8_t)(p[12] >> 4 << 2));
    RECORD_SET(r, RESV,
               (uint8_t)((RECORD_HAS(r, RESV) ? r->RESV : 0) | (p[12] & 14)));
    if (n < 14)
        return false;
    RECORD_SET(r, FLAGS, layer_u16(p + 12) & 0x1ff);
    if (n < 16)
        return false;
    RECORD_SET(r, WIN, layer_u16(p + 14));
    if (n < 20)
        return false;
    RECORD_SET(r, URG, layer_u16(p + 18));
    return true;
}

/* RFC 9293 3.2, RFC 7323 2.2 and 3.2, RFC 2018; of others any length. */
static bool option_fits(uint8_t kind, uint32_t len)
{
    switch (kind) {
    case OPT_MSS: return len == 4;
    case OPT_WSCALE: return len == 3;
    case OPT_SACK_OK: return len == 2;
    case OPT_SACK: return len >= 10 && len % 8 == 2;
    case OPT_TIMES: return len == 10;
    default: return true;
    }
}

/* Of an option that repeats, the first counts. */
static void option_value(uint8_t kind, const uint8_t *p, struct record *r)
{
    if (kind == OPT_MSS && !RECORD_HAS(r, MSS)) {
        RECORD_SET(r, MSS, layer_u16(p + 2));
    } else if (kind == OPT_WSCALE && !RECORD_HAS(r, WSCALE)) {
        RECORD_SET(r, WSCALE, p[2]);
    } else if (kind == OPT_TIMES && !RECORD_HAS(r, TSVAL)) {
        RECORD_SET(r, TSVAL, layer_u32(p + 2));
        RECORD_SET(r, TSECR, layer_u32(p + 6));
    }
}

/* Length of the option at p; 0: it does not fit into `want`. `have` > 0. */
static uint32_t option_length(const uint8_t *p, uint32_t have, uint32_t want)
{
    if (p[0] == OPT_NOP || p[0] == OPT_END)
        return 1;
    if (want < 2)
        return 0;
    if (have < 2)
        return 2;
    return p[1] < 2 || p[1] > want ? 0 : p[1];
}

/* `have` of the `want` bytes of options were captured. The list of kinds is
 * known only when all of it was. */
static void options(const uint8_t *p, uint32_t have, uint32_t want,
                    struct record *r)
{
    bool ended = want == 0;

    r->OPTSIG.n = 0;
    while (have && !ended) {
        uint32_t len = option_length(p, have, want);

        r->OPTSIG.kind[r->OPTSIG.n++] = p[0];
        ended = p[0] == OPT_END || len == 0 || len == want;
        if (len == 0 || (have >= 2 && !option_fits(p[0], len)))
            layer_mark(r, BAD_TCP_OPTIONS);
        else if (len <= have)
            option_value(p[0], p, r);
        if (len > have && len)
            return;
        p += len, have -= len, want -= len;
    }
    if (ended)
        r->present |= UINT64_C(1) << FIELD_OPTSIG;
}

/* The header as the data offset has it; false where that cannot be. */
static bool header_fits(const struct layer_segment *s, struct record *r)
{
    if (r->DOFF >= 20 && r->DOFF <= s->body.want)
        return true;
    layer_mark(r,
               s->fragment && r->DOFF >= 20 ? BAD_IP_FRAGMENT : BAD_TCP_HEADER);
    return false;
}

void layer_tcp(const struct layer_segment *s, struct record *r)
{
    const struct layer *f = &s->body;
    bool whole = fixed_part(f->at, f->have, r);

    if (f->want < 20)
        layer_mark(r, s->fragment ? BAD_IP_FRAGMENT : BAD_TCP_HEADER);
    else if (RECORD_HAS(r, DOFF) && header_fits(s, r)) {
        uint32_t have = f->have < r->DOFF ? f->have : r->DOFF;

        RECORD_SET(r, PAYLEN, f->want - r->DOFF);
        if (whole)
            options(f->at + 20, have - 20, r->DOFF - 20u, r);
    }
    if (s->verify && whole && !layer_sum_ok(s, f->want, 16))
        layer_mark(r, BAD_TCP_CHECKSUM);
}
