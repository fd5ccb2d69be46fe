/* packet_build.c - IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), ICMP (RFC
 * 792, RFC 4443); packet_build_tcp.c has TCP. */
#include "cli/packet_build.h"

#include "cli/packet.h"

enum {
    EXT_HOP_BY_HOP = 0,
    EXT_FRAGMENT = 44,
    EXT_NONE = 59,
    EXT_DESTINATION = 60
};
enum { PAD_N = 1 };

/* ---- bytes ---- */

bool packet_has(const struct packet_parts *b, enum field_id f)
{
    return b->p->has >> f & 1;
}

void packet_raw(struct packet_parts *b, uint64_t v, unsigned bytes)
{
    while (!b->cut && bytes-- > 0)
        buf_u8(b->out, (uint8_t)(v >> 8 * bytes));
}

void packet_field(struct packet_parts *b, enum field_id f, unsigned bytes)
{
    if (!packet_has(b, f))
        b->cut = true;
    packet_raw(b, (uint64_t)b->p->n[f], bytes);
}

static void address(struct packet_parts *b, enum field_id f)
{
    struct addr a = b->p->a[f];

    if (!packet_has(b, f))
        b->cut = true;
    if (b->p->n[FIELD_IPVER] == 6) {
        packet_raw(b, a.hi, 8);
        packet_raw(b, a.lo, 8);
    } else {
        packet_raw(b, a.lo & UINT32_MAX, 4);
    }
}

static int64_t number(const struct packet_parts *b, enum field_id f)
{
    return packet_has(b, f) ? b->p->n[f] : 0;
}

/* ---- checksums ---- */

/* RFC 1071 */
static uint64_t sum(const uint8_t *p, size_t n)
{
    uint64_t s = 0;

    for (size_t i = 0; i < n; i++)
        s += (uint64_t)p[i] << (i % 2 ? 0 : 8);
    return s;
}

/* What was wrong is wrong again. */
static void store_sum(struct packet_parts *b, size_t at, uint64_t s, int bad)
{
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    uint16_t v = (uint16_t)~s;

    if (number(b, FIELD_BAD) & bad)
        v ^= 0x5555;
    b->out->data[at] = (uint8_t)(v >> 8);
    b->out->data[at + 1] = (uint8_t)v;
}

/* Source and destination, length and protocol. */
static uint64_t pseudo(const struct packet_parts *b, size_t len)
{
    bool six = b->p->n[FIELD_IPVER] == 6;

    return sum(b->out->data + b->ip + (six ? 8 : 12), six ? 32 : 8) + len +
           (uint64_t)b->p->n[FIELD_PROTO];
}

static void sum_transport(struct packet_parts *b)
{
    static const struct {
        int64_t proto;
        unsigned at, shortest;
        int bad;
        bool pseudo;
    } kinds[] = {
        {1,  2,  8,  BAD_ICMP_CHECKSUM, false},
        {6,  16, 20, BAD_TCP_CHECKSUM,  true },
        {17, 6,  8,  BAD_UDP_CHECKSUM,  true },
        {58, 2,  8,  BAD_ICMP_CHECKSUM, true },
    };
    size_t len = b->out->len - b->transport;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].proto != number(b, FIELD_PROTO) || len < kinds[i].shortest)
            continue;
        store_sum(b, b->transport + kinds[i].at,
                  sum(b->out->data + b->transport, len) +
                      (kinds[i].pseudo ? pseudo(b, len) : 0),
                  kinds[i].bad);
    }
}

/* ---- transports ---- */

static void udp(struct packet_parts *b)
{
    packet_field(b, FIELD_SPORT, 2);
    packet_field(b, FIELD_DPORT, 2);
    packet_field(b, FIELD_UDPLEN, 2);
    packet_raw(b, 0, 2);
}

static void sctp(struct packet_parts *b)
{
    packet_field(b, FIELD_SPORT, 2);
    packet_field(b, FIELD_DPORT, 2);
    b->cut = true;
}

/* The quoted header has no options, and nothing behind its first 8 bytes. */
static void quote(struct packet_parts *b)
{
    bool six = b->p->n[FIELD_IPVER] == 6;

    if (six) {
        packet_raw(b, 6u << 28, 4);
        packet_raw(b, 8, 2);
        packet_field(b, FIELD_INNER_PROTO, 1);
        packet_field(b, FIELD_INNER_TTL, 1);
    } else {
        packet_raw(b, 0x4500001c00000000, 8);
        packet_field(b, FIELD_INNER_TTL, 1);
        packet_field(b, FIELD_INNER_PROTO, 1);
        packet_raw(b, 0, 2);
    }
    address(b, FIELD_INNER_SRC);
    address(b, FIELD_INNER_DST);
    packet_field(b, FIELD_INNER_SPORT, 2);
    packet_field(b, FIELD_INNER_DPORT, 2);
    packet_field(b, FIELD_INNER_SEQ, 4);
}

static void icmp(struct packet_parts *b)
{
    packet_field(b, FIELD_ICMP_TYPE, 1);
    packet_field(b, FIELD_ICMP_CODE, 1);
    packet_raw(b, 0, 2);
    if (packet_has(b, FIELD_ICMP_ID)) {
        packet_field(b, FIELD_ICMP_ID, 2);
        packet_field(b, FIELD_ICMP_SEQ, 2);
    } else if (packet_has(b, FIELD_INNER_SRC)) {
        packet_raw(b, 0, 4);
        quote(b);
    }
    b->cut = true;
}

struct transport {
    int64_t proto;
    uint32_t header; /* bytes; 0: TCP's own word for it */
    void (*put)(struct packet_parts *b);
};

static const struct transport *transport_of(const struct packet_parts *b)
{
    static const struct transport kinds[] = {
        {1,   8,  icmp      },
        {6,   0,  packet_tcp},
        {17,  8,  udp       },
        {58,  8,  icmp      },
        {132, 12, sctp      },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (packet_has(b, FIELD_PROTO) && !number(b, FIELD_FRAGOFF) &&
            kinds[i].proto == b->p->n[FIELD_PROTO])
            return &kinds[i];
    return NULL;
}

static void put_transport(struct packet_parts *b)
{
    const struct transport *t = transport_of(b);
    int64_t whole = number(b, FIELD_IPLEN);

    /* Jumbograms and segmentation offload: the length says nothing. */
    if (b->p->n[FIELD_IPVER] == 6 && whole == 40)
        whole = 0;
    size_t most = b->ip + (size_t)whole;

    b->transport = b->out->len;
    if (!b->cut && t)
        t->put(b);
    if (whole && most >= b->transport && b->out->len > most)
        b->out->len = most;
    if (whole && b->out->len == most && !number(b, FIELD_MF))
        sum_transport(b);
}

/* ---- IP ---- */

static void put_ip4(struct packet_parts *b)
{
    int64_t header = b->p->n[FIELD_IPHL];
    uint32_t word = (uint32_t)(number(b, FIELD_RESV) & 1) << 15 |
                    (uint32_t)number(b, FIELD_DF) << 14 |
                    (uint32_t)number(b, FIELD_MF) << 13 |
                    (uint32_t)number(b, FIELD_FRAGOFF) / 8;

    packet_raw(b, 0x40u | (uint32_t)header / 4, 1);
    packet_field(b, FIELD_TOS, 1);
    packet_field(b, FIELD_IPLEN, 2);
    packet_field(b, FIELD_IPID, 2);
    b->cut = b->cut || !packet_has(b, FIELD_FRAGOFF);
    packet_raw(b, word, 2);
    packet_field(b, FIELD_TTL, 1);
    packet_field(b, FIELD_PROTO, 1);
    packet_raw(b, 0, 2);
    address(b, FIELD_SRC);
    address(b, FIELD_DST);
    b->cut = b->cut || header < 20;
    for (int64_t i = 20; i < header; i++)
        packet_raw(b, 0, 1);
    if (!b->cut)
        store_sum(b, b->ip + 10, sum(b->out->data + b->ip, b->out->len - b->ip),
                  BAD_IP_CHECKSUM);
}

/* Bytes of extension headers beside that of a fragment; 0: none, or no whole
 * header. */
static int64_t extensions(const struct packet_parts *b)
{
    const struct transport *t = transport_of(b);
    int64_t n = number(b, FIELD_IPLEN) - 40 - number(b, FIELD_PAYLEN);

    if (!packet_has(b, FIELD_PAYLEN))
        return 0;
    if (packet_has(b, FIELD_FRAGOFF))
        n -= 8;
    if (t)
        n -= t->header ? t->header : number(b, FIELD_DOFF);
    return n >= 8 && n <= 2048 && n % 8 == 0 ? n : 0;
}

/* Destination options of n bytes, all padding (RFC 8200 4.2). */
static void put_padding(struct packet_parts *b, int64_t n, uint64_t next)
{
    packet_raw(b, next, 1);
    packet_raw(b, (uint64_t)n / 8 - 1, 1);
    for (int64_t left = n - 2; left > 0;) {
        int64_t take = left > 257 ? 128 : left;

        packet_raw(b, PAD_N, 1);
        packet_raw(b, (uint64_t)take - 2, 1);
        for (int64_t i = 2; i < take; i++)
            packet_raw(b, 0, 1);
        left -= take;
    }
}

/* Mobility, HIP, Shim6: a header with nothing behind it is the payload. */
static bool is_signalling(uint64_t proto)
{
    return proto == 135 || proto == 139 || proto == 140;
}

static void put_fragment(struct packet_parts *b, uint64_t proto)
{
    packet_raw(b, proto << 8, 2);
    packet_raw(
        b, (uint64_t)number(b, FIELD_FRAGOFF) | (uint64_t)number(b, FIELD_MF),
        2);
    packet_field(b, FIELD_IPID, 4);
}

/* A chain that was cut before its end begins with some extension header. */
static void put_ip6(struct packet_parts *b)
{
    bool known = packet_has(b, FIELD_PROTO);
    bool fragment = packet_has(b, FIELD_FRAGOFF);
    uint64_t proto =
        known ? (uint64_t)b->p->n[FIELD_PROTO] : (uint64_t)EXT_HOP_BY_HOP;
    uint64_t behind = fragment ? EXT_FRAGMENT : proto;
    int64_t padding = extensions(b);

    packet_raw(b,
               6u << 28 | (uint64_t)number(b, FIELD_TOS) << 20 |
                   (uint64_t)number(b, FIELD_FLOWLABEL),
               4);
    b->cut = b->cut || !packet_has(b, FIELD_IPLEN);
    packet_raw(b, (uint64_t)number(b, FIELD_IPLEN) - 40, 2);
    bool signals = padding && is_signalling(proto);

    packet_raw(b, padding && !signals ? EXT_DESTINATION : behind, 1);
    packet_field(b, FIELD_TTL, 1);
    address(b, FIELD_SRC);
    address(b, FIELD_DST);
    if (padding && !signals)
        put_padding(b, padding, behind);
    if (fragment)
        put_fragment(b, proto);
    if (signals) {
        packet_raw(b, EXT_NONE, 1);
        packet_raw(b, (uint64_t)padding / 8 - 1, 1);
        b->cut = true;
    }
    b->cut = b->cut || !known;
}

bool packet_build(struct buf *out, const struct packet_fields *p)
{
    struct packet_parts b = {.out = out, .p = p, .ip = out->len};

    if (!packet_has(&b, FIELD_IPVER))
        return false;
    if (p->n[FIELD_IPVER] == 6)
        put_ip6(&b);
    else
        put_ip4(&b);
    put_transport(&b);
    return true;
}
