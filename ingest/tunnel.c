/* tunnel.c - packets inside packets: IP in IP, GRE, VXLAN, GTP-U. */
#include "ingest/link.h"

enum { UDP_HEADER = 8, VXLAN_PORT = 4789, GTP_PORT = 2152 };

#define BIT(id)   (UINT64_C(1) << FIELD_##id)
#define OF_PACKET (BIT(TIME) | BIT(SENSOR) | BIT(LEN) | BIT(CAPLEN) | BIT(BAD))
#define OF_LINK   (BIT(VLAN) | BIT(ETHERTYPE) | BIT(SMAC) | BIT(DMAC))

/* Forgets the outer headers but for those in `keep`. */
static void enter(uint64_t keep, struct link_walk *w)
{
    w->r->present &= keep;
    w->r->BAD &= BAD_LINK;
    w->tunnels++;
}

static void inner_ip(struct layer f, struct link_walk *w)
{
    if (!f.have || (f.at[0] >> 4 != 4 && f.at[0] >> 4 != 6))
        return;
    enter(OF_PACKET | OF_LINK, w);
    link_ip(f, w);
}

static void inner_ethernet(struct layer f, struct link_walk *w)
{
    if (f.have < 14)
        return;
    enter(OF_PACKET, w);
    link_ethernet(f, w);
}

/* RFC 2637 4.1: a flag for each number behind the first 8 bytes. */
static void pptp(struct layer f, struct link_walk *w)
{
    enum { SEQUENCE = 0x1000, ACKNOWLEDGEMENT = 0x0080 };
    uint32_t flags = layer_u16(f.at);
    uint32_t len =
        8 + (flags & SEQUENCE ? 4u : 0u) + (flags & ACKNOWLEDGEMENT ? 4u : 0u);
    bool torn = false;

    if (!layer_skip(&f, len, &torn))
        return;
    if (f.have >= 2 && f.at[0] == 0xff && f.at[1] == 0x03)
        layer_skip(&f, 2, &torn);
    if (f.have >= 1 && (f.at[0] == 0x21 || f.at[0] == 0x57))
        layer_skip(&f, 1, &torn);
    else if (f.have >= 2 && f.at[0] == 0 &&
             (f.at[1] == 0x21 || f.at[1] == 0x57))
        layer_skip(&f, 2, &torn);
    else
        return;
    inner_ip(f, w);
}

/* RFC 2784, RFC 2890 2. Source routes (RFC 1701) are long gone. */
static void gre(struct layer f, struct link_walk *w)
{
    enum { CHECKSUM = 0x8000, ROUTE = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000 };
    enum { IP4 = 0x0800, IP6 = 0x86dd, ETHERNET = 0x6558, PPTP = 0x880b };
    bool torn = false;

    if (f.have < 4)
        return;
    uint32_t flags = layer_u16(f.at), type = layer_u16(f.at + 2);
    uint32_t len = 4 + (flags & CHECKSUM ? 4u : 0u) + (flags & KEY ? 4u : 0u) +
                   (flags & SEQUENCE ? 4u : 0u);

    if ((flags & 7) == 1 && type == PPTP)
        pptp(f, w);
    else if (flags & 7 || flags & ROUTE || !layer_skip(&f, len, &torn))
        return;
    else if (type == IP4 || type == IP6)
        inner_ip(f, w);
    else if (type == ETHERNET)
        inner_ethernet(f, w);
}

/* RFC 7348 5: a network number that is valid. */
static void vxlan(struct layer f, struct link_walk *w)
{
    bool torn = false;
    bool valid = f.have >= 1 && f.at[0] & 0x08;

    if (layer_skip(&f, 8, &torn) && valid)
        inner_ethernet(f, w);
}

/* 3GPP TS 29.281 5.1: with any of three flags 4 more bytes, of which the last
 * names the first extension header; these end with the name of the next. */
static void gtp(struct layer f, struct link_walk *w)
{
    enum { VERSION_1 = 0x30, PACKET = 255, EXTENSIONS_MAX = 16 };
    bool torn = false;

    if (f.have < 8 || (f.at[0] & 0xf0) != VERSION_1 || f.at[1] != PACKET)
        return;
    uint32_t flags = f.at[0] & 7, len = flags ? 12 : 8;
    uint8_t next = flags & 4 && f.have >= 12 ? f.at[11] : 0;

    for (int i = 0; i <= EXTENSIONS_MAX; i++) {
        if (!len || !layer_skip(&f, len, &torn))
            return;
        if (!next) {
            inner_ip(f, w);
            return;
        }
        len = f.have ? f.at[0] * 4u : 0;
        next = len && len <= f.have ? f.at[len - 1] : 0;
    }
}

static void udp(struct layer f, struct link_walk *w)
{
    bool torn = false;
    uint16_t port = RECORD_HAS(w->r, DPORT) ? w->r->DPORT : 0;

    if ((port != VXLAN_PORT && port != GTP_PORT) ||
        !layer_skip(&f, UDP_HEADER, &torn))
        return;
    if (port == VXLAN_PORT)
        vxlan(f, w);
    else
        gtp(f, w);
}

/* What an IPv4 packet holds; false for fragments. */
static bool body4(struct layer *f, const struct record *r)
{
    bool torn = false;

    if (!RECORD_HAS(r, DST) || r->MF || r->FRAGOFF || r->IPHL < 20)
        return false;
    if (r->IPLEN >= r->IPHL && r->IPLEN < f->want)
        f->want = r->IPLEN;
    if (f->have > f->want)
        f->have = f->want;
    return layer_skip(f, r->IPHL, &torn);
}

static bool body6(struct layer *f, const struct record *r)
{
    bool torn = false;

    if (!RECORD_HAS(r, DST))
        return false;
    if (r->IPLEN > 40 && r->IPLEN < f->want)
        f->want = r->IPLEN;
    if (f->have > f->want)
        f->have = f->want;
    uint8_t next = f->at[6];

    layer_skip(f, 40, &torn);
    struct layer_chain c = layer_chain6(*f, next);

    *f = c.body;
    return c.reached && !c.more && !c.later;
}

void link_tunnel(struct layer f, struct link_walk *w)
{
    static void (*const by_proto[256])(struct layer, struct link_walk *) = {
        [4] = inner_ip, [41] = inner_ip, [47] = gre, [17] = udp};
    const struct record *r = w->r;

    if (w->tunnels == LINK_TUNNELS_MAX || !RECORD_HAS(r, PROTO) ||
        !by_proto[r->PROTO])
        return;
    uint8_t proto = r->PROTO;

    if (r->IPVER == 4 ? body4(&f, r) : body6(&f, r))
        by_proto[proto](f, w);
}
