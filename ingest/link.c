/* link.c - link layers: their addresses and tags, down to the IP header. */
#include "ingest/layer.h"

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

/* One frame on its way down. */
struct walk {
    struct record *r;
    bool macs;
    bool torn; /* a header or tag runs past the frame */
};

/* RFC 3032 2.1: labels of 4 bytes, the last has the bottom bit. */
static void mpls(struct layer f, struct walk *w)
{
    bool bottom = false;

    while (!bottom) {
        if (f.have >= 3)
            bottom = f.at[2] & 1;
        if (!layer_skip(&f, 4, &w->torn))
            return;
    }
    if (f.have && (f.at[0] >> 4 == 4 || f.at[0] >> 4 == 6))
        layer_ip(f, w->r);
}

/* RFC 2516 4: 6 bytes, then the protocol number of PPP. */
static void pppoe(struct layer f, struct walk *w)
{
    if (!layer_skip(&f, 6, &w->torn))
        return;
    uint32_t proto = f.have >= 2 ? layer_u16(f.at) : 0;

    if (layer_skip(&f, 2, &w->torn) && (proto == 0x0021 || proto == 0x0057))
        layer_ip(f, w->r); /* IPv4, IPv6 (RFC 1332, RFC 5072) */
}

/* What an ethertype announces; `f` starts behind it. */
static void network(uint32_t type, struct layer f, struct walk *w)
{
    switch (type) {
    case ETHERTYPE_IP4:
    case ETHERTYPE_IP6: layer_ip(f, w->r); break;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM: mpls(f, w); break;
    case ETHERTYPE_PPPOE: pppoe(f, w); break;
    default: break;
    }
}

/* `f` starts behind `type`: tags (IEEE 802.1Q), then the network layer. */
static void tagged(uint32_t type, struct layer f, struct walk *w)
{
    while (is_tag(type)) {
        if (f.have >= 2 && !RECORD_HAS(w->r, VLAN))
            RECORD_SET(w->r, VLAN, layer_u16(f.at) & 0xfff);
        type = f.have >= 4 ? layer_u16(f.at + 2) : 0;
        if (!layer_skip(&f, 4, &w->torn))
            return;
    }
    if (type < ETHERTYPE_FIRST)
        return;
    RECORD_SET(w->r, ETHERTYPE, (uint16_t)type);
    network(type, f, w);
}

static bool wants_macs(const struct walk *w)
{
    return w->macs || !RECORD_HAS(w->r, IPVER);
}

static void ethernet(struct layer f, struct walk *w)
{
    struct layer body = f;

    if (layer_skip(&body, 14, &w->torn))
        tagged(layer_u16(f.at + 12), body, w);
    if (!wants_macs(w))
        return;
    if (f.have >= 6)
        RECORD_SET(w->r, DMAC, layer_u48(f.at));
    if (f.have >= 12)
        RECORD_SET(w->r, SMAC, layer_u48(f.at + 6));
}

static void raw(struct layer f, struct walk *w)
{
    layer_ip(f, w->r);
}

/* A protocol family in the byte order of whoever wrote the capture. */
static void loopback(struct layer f, struct walk *w)
{
    uint32_t family = f.have >= 4 ? layer_u32(f.at) : 0;

    if (!layer_skip(&f, 4, &w->torn))
        return;
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    /* AF_INET; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS */
    if (family == 2 || family == 10 || family == 24 || family == 28 ||
        family == 30)
        layer_ip(f, w->r);
}

/* Linux cooked capture: LINKTYPE_LINUX_SLL. */
static void cooked(struct layer f, struct walk *w)
{
    struct layer body = f;

    if (layer_skip(&body, 16, &w->torn))
        tagged(layer_u16(f.at + 14), body, w);
    if (wants_macs(w) && f.have >= 12 && layer_u16(f.at + 4) == 6)
        RECORD_SET(w->r, SMAC, layer_u48(f.at + 6));
}

/* LINKTYPE_LINUX_SLL2 */
static void cooked2(struct layer f, struct walk *w)
{
    struct layer body = f;

    layer_skip(&body, 20, &w->torn);
    if (f.have >= 2)
        tagged(layer_u16(f.at), body, w);
    if (wants_macs(w) && f.have >= 18 && f.at[11] == 6)
        RECORD_SET(w->r, SMAC, layer_u48(f.at + 12));
}

/* By libpcap's DLT_*, which are LINKTYPE_* but for raw IP. */
static const struct link {
    int type;
    void (*decode)(struct layer, struct walk *);
} links[] = {
    {1,   ethernet}, /* EN10MB */
    {113, cooked  }, /* LINUX_SLL */
    {276, cooked2 }, /* LINUX_SLL2 */
    {12,  raw     }, /* RAW */
    {14,  raw     }, /* RAW of OpenBSD */
    {101, raw     }, /* LINKTYPE_RAW */
    {228, raw     }, /* IPV4 */
    {229, raw     }, /* IPV6 */
    {0,   loopback}, /* NULL */
    {108, loopback}, /* LOOP */
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

bool layer_link(const struct decode_options *o, int linktype, struct layer f,
                struct record *r)
{
    const struct link *l = find(linktype);
    struct walk w = {.r = r, .macs = o->macs};

    if (!l)
        return false;
    l->decode(f, &w);
    if (w.torn)
        layer_mark(r, BAD_LINK);
    return true;
}
