/* decode.c - the way into the layers, and the choice of the transport. */
#include "ingest/layer.h"
#include "ingest/trace.h"

bool decode_knows(int linktype)
{
    return linktype == TRACE_FIELDS || layer_link_known(linktype);
}

bool decode_packet(const struct decode_options *o,
                   const struct capture_packet *p, struct record *out)
{
    struct layer f = {p->bytes, p->caplen,
                      p->len < p->caplen ? p->caplen : p->len};

    out->present = 0;
    RECORD_SET(out, TIME, p->time);
    if (p->linktype == TRACE_FIELDS) {
        RECORD_SET(out, BAD, 0);
        return trace_unframe(p->bytes, p->caplen, out);
    }
    RECORD_SET(out, LEN, p->len);
    RECORD_SET(out, CAPLEN, p->caplen);
    RECORD_SET(out, BAD, 0);
    return layer_link(o, p->linktype, f, out);
}

void layer_ip(struct layer f, struct record *r)
{
    if (!f.have) {
        if (!f.want)
            layer_mark(r, BAD_IP_HEADER);
    } else if (f.at[0] >> 4 == 4) {
        layer_ip4(f, r);
    } else if (f.at[0] >> 4 == 6) {
        layer_ip6(f, r);
    } else {
        layer_mark(r, BAD_IP_HEADER);
    }
}

void layer_transport(const struct layer_segment *s, struct record *r)
{
    static void (*const by_proto[256])(const struct layer_segment *,
                                       struct record *) = {
        [1] = layer_icmp4,  [6] = layer_tcp,    [17] = layer_udp,
        [58] = layer_icmp6, [132] = layer_sctp,
    };

    if (by_proto[s->proto])
        by_proto[s->proto](s, r);
    else
        RECORD_SET(r, PAYLEN, s->body.want);
}
