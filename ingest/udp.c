/* udp.c - UDP (RFC 768) and the ports of SCTP (RFC 9260 3.1). */
#include "ingest/layer.h"

static void ports(const struct layer *f, struct record *r)
{
    if (f->have >= 2)
        RECORD_SET(r, SPORT, layer_u16(f->at));
    if (f->have >= 4)
        RECORD_SET(r, DPORT, layer_u16(f->at + 2));
}

void layer_udp(const struct layer_segment *s, struct record *r)
{
    const struct layer *f = &s->body;

    ports(f, r);
    if (f->have >= 6)
        RECORD_SET(r, UDPLEN, layer_u16(f->at + 4));
    if (f->want >= 8)
        RECORD_SET(r, PAYLEN, f->want - 8);
    else
        layer_mark(r, s->fragment ? BAD_IP_FRAGMENT : BAD_UDP_LENGTH);
    if (f->have < 6)
        return;
    if (r->UDPLEN < 8 || (r->UDPLEN > f->want && !s->fragment))
        layer_mark(r, BAD_UDP_LENGTH);
    else if (s->verify && layer_u16(f->at + 6) &&
             !layer_sum_ok(s, r->UDPLEN, 6))
        layer_mark(r, BAD_UDP_CHECKSUM);
}

void layer_sctp(const struct layer_segment *s, struct record *r)
{
    ports(&s->body, r);
    if (s->body.want >= 12)
        RECORD_SET(r, PAYLEN, s->body.want - 12);
}
