/* link.c - link layers: their addresses and tags, down to the IP header. */
#include "ingest/link.h"

enum { PER_PACKET = 192 }; /* DLT_PPI */

/* IEEE 802 numbers */
enum {
    ETHERTYPE_IP4 = 0x0800,
    ETHERTYPE_IP6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_FIRST = 1501 /* below: the length of an 802.3 frame */
};

static bool is_tag(uint32_t type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

void link_ip(struct layer f, struct link_walk *w)
{
    layer_ip(f, w->r);
    if (w->inner)
        link_tunnel(f, w);
}

/* RFC 3032 2.1: labels of 4 bytes, the last has the bottom bit. */
void link_mpls(struct layer f, struct link_walk *w)
{
    bool bottom = false;

    while (!bottom) {
        if (f.have >= 3)
            bottom = f.at[2] & 1;
        if (!layer_skip(&f, 4, &w->torn))
            return;
    }
    if (f.have && (f.at[0] >> 4 == 4 || f.at[0] >> 4 == 6))
        link_ip(f, w);
}

/* What an ethertype announces; `f` starts behind it. */
static void network(uint32_t type, struct layer f, struct link_walk *w)
{
    switch (type) {
    case ETHERTYPE_IP4:
    case ETHERTYPE_IP6: link_ip(f, w); break;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM: link_mpls(f, w); break;
    case ETHERTYPE_PPPOE: link_pppoe(f, w); break;
    default: break;
    }
}

void link_snap(struct layer f, struct link_walk *w)
{
    enum { ENCAPSULATED = 0, BRIDGED = 0x0000f8 }; /* IEEE 802.1H */
    uint32_t organisation =
        f.have >= 3 ? (uint32_t)f.at[0] << 16 | layer_u16(f.at + 1) : 1;
    uint32_t type = f.have >= 5 ? layer_u16(f.at + 3) : 0;

    if (layer_skip(&f, 5, &w->torn) &&
        (organisation == ENCAPSULATED || organisation == BRIDGED))
        link_tagged(type, f, false, w);
}

/* IEEE 802.2: two service access points and a control byte. */
void link_llc(struct layer f, struct link_walk *w)
{
    enum { SNAP = 0xaaaa, IP = 0x0606, UNNUMBERED = 0x03 };
    uint32_t points = f.have >= 3 ? layer_u16(f.at) : 0;

    if (f.have < 3 || f.at[2] != UNNUMBERED)
        return;
    layer_skip(&f, 3, &w->torn);
    if (points == SNAP)
        link_snap(f, w);
    else if (points == IP)
        link_ip(f, w);
}

/* IEEE 802.3: what stands in place of an ethertype is the length. */
static void measured(uint32_t len, struct layer f, struct link_walk *w)
{
    if (len < f.want)
        f.want = len;
    if (len < f.have)
        f.have = len;
    link_llc(f, w);
}

void link_tagged(uint32_t type, struct layer f, bool lengths,
                 struct link_walk *w)
{
    while (is_tag(type)) {
        if (f.have >= 2 && !RECORD_HAS(w->r, VLAN))
            RECORD_SET(w->r, VLAN, layer_u16(f.at) & 0xfff);
        type = f.have >= 4 ? layer_u16(f.at + 2) : 0;
        if (!layer_skip(&f, 4, &w->torn))
            return;
    }
    if (type >= ETHERTYPE_FIRST) {
        RECORD_SET(w->r, ETHERTYPE, (uint16_t)type);
        network(type, f, w);
    } else if (lengths) {
        measured(type, f, w);
    }
}

static bool captured(const struct layer *f, int at)
{
    return at >= 0 && f->have >= (uint32_t)at + 6;
}

void link_addresses(const struct layer *f, int dst, int src,
                    struct link_walk *w)
{
    struct record *r = w->r;

    if ((!w->macs && RECORD_HAS(r, IPVER)) || RECORD_HAS(r, DMAC) ||
        RECORD_HAS(r, SMAC))
        return;
    if (captured(f, dst))
        RECORD_SET(r, DMAC, layer_u48(f->at + dst));
    if (captured(f, src))
        RECORD_SET(r, SMAC, layer_u48(f->at + src));
}

void link_ethernet(struct layer f, struct link_walk *w)
{
    struct layer body = f;

    if (layer_skip(&body, 14, &w->torn))
        link_tagged(layer_u16(f.at + 12), body, true, w);
    link_addresses(&f, 0, 6, w);
}

/* A protocol family in the byte order of whoever wrote the capture. */
static void loopback(struct layer f, struct link_walk *w)
{
    uint32_t family = f.have >= 4 ? layer_u32(f.at) : 0;
    uint32_t type = family & 0xffff; /* what some write instead */

    if (!layer_skip(&f, 4, &w->torn))
        return;
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    /* AF_INET; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS */
    if (family == 2 || family == 10 || family == 24 || family == 28 ||
        family == 30 || type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6)
        link_ip(f, w);
}

/* The protocol field of Linux: an ethertype, or a number for what has none. */
static void cooked_network(uint32_t type, struct layer f, struct link_walk *w)
{
    enum { LLC = 4 };

    if (type == LLC)
        link_llc(f, w);
    else
        link_tagged(type, f, false, w);
}

/* Linux cooked capture: LINKTYPE_LINUX_SLL. */
static void cooked(struct layer f, struct link_walk *w)
{
    struct layer body = f;

    if (layer_skip(&body, 16, &w->torn))
        cooked_network(layer_u16(f.at + 14), body, w);
    if (f.have >= 6 && layer_u16(f.at + 4) == 6)
        link_addresses(&f, -1, 6, w);
}

/* LINKTYPE_LINUX_SLL2 */
static void cooked2(struct layer f, struct link_walk *w)
{
    struct layer body = f;

    layer_skip(&body, 20, &w->torn);
    if (f.have >= 2)
        cooked_network(layer_u16(f.at), body, w);
    if (f.have >= 12 && f.at[11] == 6)
        link_addresses(&f, -1, 12, w);
}

/* Attributes behind a head of 4 bytes, in the byte order of the machine: the
 * payload is one of them (linux/netfilter/nfnetlink_log.h). */
static void nflog(struct layer f, struct link_walk *w)
{
    enum { BRIDGE = 7, PAYLOAD = 9 };
    uint16_t head[2]; /* length, type */
    bool is_ip = f.have >= 1 && f.at[0] != BRIDGE;

    if (!layer_skip(&f, 4, &w->torn))
        return;
    while (f.have >= sizeof head) {
        memcpy(head, f.at, sizeof head);
        if (head[0] < sizeof head || head[0] > f.want) {
            w->torn = true;
            return;
        }
        if (head[1] == PAYLOAD)
            break;
        if (!layer_skip(&f, (head[0] + 3u) & ~3u, &w->torn))
            return;
    }
    if (f.have < sizeof head || !is_ip)
        return;
    f.want = head[0];
    f.have = f.have < f.want ? f.have : f.want;
    layer_skip(&f, sizeof head, &w->torn);
    link_ip(f, w);
}

/* Per-packet information: version, flags, length, link type of the rest. */
static void per_packet(struct layer f, struct link_walk *w)
{
    uint32_t len = f.have >= 8 ? link_le16(f.at + 2) : 8;
    uint32_t type = f.have >= 8 ? link_le32(f.at + 4) : 0;

    if (len < 8)
        w->torn = true;
    else if (layer_skip(&f, len, &w->torn) && type != PER_PACKET)
        link_frame((int)type, f, w);
}

/* By libpcap's DLT_*, which are LINKTYPE_* but for raw IP. */
static const struct link {
    int type;
    void (*decode)(struct layer, struct link_walk *);
} links[] = {
    {1,          link_ethernet     }, /* EN10MB */
    {113,        cooked            }, /* LINUX_SLL */
    {276,        cooked2           }, /* LINUX_SLL2 */
    {12,         link_ip           }, /* RAW */
    {14,         link_ip           }, /* RAW of OpenBSD */
    {101,        link_ip           }, /* LINKTYPE_RAW */
    {228,        link_ip           }, /* IPV4 */
    {229,        link_ip           }, /* IPV6 */
    {0,          loopback          }, /* NULL */
    {108,        loopback          }, /* LOOP */
    {9,          link_ppp          }, /* PPP */
    {50,         link_ppp          }, /* PPP_SERIAL */
    {51,         link_pppoe        }, /* PPP_ETHER */
    {166,        link_ppp_direction}, /* PPP_PPPD */
    {204,        link_ppp_direction}, /* PPP_WITH_DIR */
    {104,        link_cisco_hdlc   }, /* C_HDLC */
    {107,        link_frame_relay  }, /* FRELAY */
    {105,        link_wlan         }, /* IEEE802_11 */
    {127,        link_radiotap     }, /* IEEE802_11_RADIO */
    {119,        link_prism        }, /* PRISM_HEADER */
    {163,        link_avs          }, /* IEEE802_11_RADIO_AVS */
    {PER_PACKET, per_packet        }, /* PPI */
    {239,        nflog             }, /* NFLOG */
};

static const struct link *find(int linktype)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].type == linktype)
            return &links[i];
    return NULL;
}

bool layer_link_known(int linktype)
{
    return find(linktype);
}

bool link_frame(int linktype, struct layer f, struct link_walk *w)
{
    const struct link *l = find(linktype);

    if (l)
        l->decode(f, w);
    return l;
}

bool layer_link(const struct decode_options *o, int linktype, struct layer f,
                struct record *r)
{
    struct link_walk w = {.r = r, .macs = o->macs, .inner = o->tunnels_inner};

    if (!link_frame(linktype, f, &w))
        return false;
    if (w.torn)
        layer_mark(r, BAD_LINK);
    return true;
}
