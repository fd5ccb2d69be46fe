/* serial.c - point-to-point links: PPP, PPPoE, Cisco HDLC, frame relay. */
#include "ingest/link.h"

enum {
    PPP_IP4 = 0x0021,  /* RFC 1332 */
    PPP_IP6 = 0x0057,  /* RFC 5072 */
    PPP_MPLS = 0x0281, /* RFC 3032 4.3, 0x0283 too */
    PPP_MPLS_MULTICAST = 0x0283
};

/* A protocol number of two bytes, or one where it was compressed (RFC 1661 2
 * and 6.5), and what it announces. */
static void ppp_protocol(struct layer f, struct link_walk *w)
{
    uint32_t proto = 0, size = 2;

    if (f.have >= 1 && f.at[0] & 1) {
        proto = f.at[0];
        size = 1;
    } else if (f.have >= 2) {
        proto = layer_u16(f.at);
    }
    if (!layer_skip(&f, size, &w->torn))
        return;
    if (proto == PPP_IP4 || proto == PPP_IP6)
        link_ip(f, w);
    else if (proto == PPP_MPLS || proto == PPP_MPLS_MULTICAST)
        link_mpls(f, w);
}

/* With the address and control bytes of HDLC (RFC 1662 3.1) or without them;
 * Cisco's framing on the same line is told by its addresses. */
void link_ppp(struct layer f, struct link_walk *w)
{
    if (f.have >= 1 && (f.at[0] == 0x0f || f.at[0] == 0x8f)) {
        link_cisco_hdlc(f, w);
        return;
    }
    if (f.have >= 2 && f.at[0] == 0xff && f.at[1] == 0x03)
        layer_skip(&f, 2, &w->torn);
    ppp_protocol(f, w);
}

/* A byte that says who sent it stands in front. */
void link_ppp_direction(struct layer f, struct link_walk *w)
{
    if (layer_skip(&f, 1, &w->torn))
        link_ppp(f, w);
}

/* RFC 2516 4: version, code (0: session data), session, length. */
void link_pppoe(struct layer f, struct link_walk *w)
{
    bool data = f.have < 2 || f.at[1] == 0;

    if (layer_skip(&f, 6, &w->torn) && data)
        ppp_protocol(f, w);
}

/* Address, control, ethertype. */
void link_cisco_hdlc(struct layer f, struct link_walk *w)
{
    uint32_t type = f.have >= 4 ? layer_u16(f.at + 2) : 0;

    if (layer_skip(&f, 4, &w->torn))
        link_tagged(type, f, false, w);
}

/* The network layer of RFC 2427 3 and 4: `f` starts at its identifier. */
static void frame_relay_network(struct layer f, struct link_walk *w)
{
    enum { PAD = 0, SNAP = 0x80, IP6 = 0x8e, IP4 = 0xcc };
    bool torn = false;

    if (f.have && f.at[0] == PAD)
        layer_skip(&f, 1, &torn);
    uint8_t id = f.have ? f.at[0] : 0;

    if (!layer_skip(&f, 1, &w->torn))
        return;
    if (id == IP4 || id == IP6)
        link_ip(f, w);
    else if (id == SNAP)
        link_snap(f, w);
}

/* An address of 2 to 4 bytes, the lowest bit set in the last (Q.922), then
 * RFC 2427, or Cisco's framing: an ethertype. */
void link_frame_relay(struct layer f, struct link_walk *w)
{
    enum { ADDRESS_MAX = 4, UNNUMBERED = 0x03 };
    uint32_t n = 0;

    while (n < ADDRESS_MAX && n < f.have && !(f.at[n] & 1))
        n++;
    if (n == f.have && n < ADDRESS_MAX) {
        w->torn = w->torn || f.want == f.have;
        return;
    }
    if (n == 0 || n == ADDRESS_MAX)
        return;
    uint32_t link = (f.at[0] >> 2 & 63u) << 4 | f.at[1] >> 4;

    if (!layer_skip(&f, n + 1, &w->torn) || !f.have)
        return;
    if (f.at[0] == UNNUMBERED) {
        layer_skip(&f, 1, &w->torn);
        frame_relay_network(f, w);
    } else if (link) { /* 0 is signalling */
        uint32_t type = f.have >= 2 ? layer_u16(f.at) : 0;

        if (layer_skip(&f, 2, &w->torn))
            link_tagged(type, f, false, w);
    }
}
