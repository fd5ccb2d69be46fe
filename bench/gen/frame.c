/* frame.c - see frame.h. Headers as in RFC 791, 8200, 9293, 768 and 792. */
#include "bench/gen/frame.h"

#include <string.h>

#include "bench/gen/grow.h"
#include "bench/gen/place.h"
#include "bench/gen/rng.h"

enum { ETHER = 14, IPV4 = 20, IPV6 = 40, TCP_MAX = 40, UDP = 8, ICMP = 8 };
enum { QUOTE = 28, SHORTEST = 60 };

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v);
}

static struct frame *push(struct frames *f)
{
    if (f->n == f->room)
        f->list = grow(f->list, &f->room, sizeof *f->list);
    return &f->list[f->n++];
}

static void put_v6(uint8_t *at, const struct ip *ip, uint8_t proto, size_t len)
{
    put32(at, 0x60000000u);
    put16(at + 4, (uint32_t)len);
    at[6] = proto;
    at[7] = ip->ttl;
    place_put_v6(at + 8, ip->src);
    place_put_v6(at + 24, ip->dst);
}

static void put_v4(uint8_t *at, const struct ip *ip, uint8_t proto, size_t len)
{
    uint32_t sum = 0;

    at[0] = 0x45;
    put16(at + 2, (uint32_t)(IPV4 + len));
    put16(at + 4, ip->id);
    put16(at + 6, (ip->df ? 0x4000u : 0) | ip->frag);
    at[8] = ip->ttl;
    at[9] = proto;
    put32(at + 12, ip->src);
    put32(at + 16, ip->dst);
    for (int i = 0; i < IPV4; i += 2)
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    put16(at + 10, ~(sum + (sum >> 16)) & 0xffff);
}

/* One frame with `head` bytes of layer 4 and `payload` bytes, cut to the snap
 * length, that follow. */
struct upper {
    uint8_t proto;
    const uint8_t *head;
    size_t len, payload;
};

static void add(struct frames *f, int64_t time, const struct ip *ip,
                const struct upper *u)
{
    struct frame *one = push(f);
    size_t at = ETHER + (ip->v6 ? IPV6 : IPV4), all = u->len + u->payload;
    size_t room = FRAME_SNAP - at;

    memset(one, 0, sizeof *one);
    one->bytes[0] = one->bytes[6] = one->bytes[11] = 2; /* local addresses */
    one->bytes[5] = 1;
    put16(one->bytes + 12, ip->v6 ? 0x86dd : 0x0800);
    if (ip->v6)
        put_v6(one->bytes + ETHER, ip, u->proto, all);
    else
        put_v4(one->bytes + ETHER, ip, u->proto, all);
    if (u->len > 0)
        memcpy(one->bytes + at, u->head, u->len < room ? u->len : room);
    one->time = time;
    one->length = (uint16_t)(at + all < SHORTEST ? SHORTEST : at + all);
    one->kept = one->length < FRAME_SNAP ? one->length : FRAME_SNAP;
}

/* RFC 9293 3.1, 2018, 7323; returns the length of the header. */
static size_t syn_options(uint8_t *head, uint8_t level, int64_t time)
{
    static const uint8_t mss[] = {2, 4, 1460 >> 8, 1460 & 255};
    static const uint8_t sack[] = {1, 1, 4, 2};
    static const uint8_t more[] = {4, 2, 8, 10, 0, 0, 0, 0,
                                   0, 0, 0, 0,  1, 3, 3, 7};

    memcpy(head + 20, mss, sizeof mss);
    if (level == 1)
        return 24;
    if (level == 2) {
        memcpy(head + 24, sack, sizeof sack);
        return 28;
    }
    memcpy(head + 24, more, sizeof more);
    put32(head + 28, (uint32_t)(time >> 20));
    return 40;
}

static size_t put_options(uint8_t *head, const struct tcp *tcp, int64_t time)
{
    static const uint8_t stamps[] = {1, 1, 8, 10};

    if (tcp->flags & FRAME_SYN && tcp->options > 0)
        return syn_options(head, tcp->options, time);
    if (tcp->options < 3 || tcp->flags & FRAME_RST)
        return 20;
    memcpy(head + 20, stamps, sizeof stamps);
    put32(head + 24, (uint32_t)(time >> 20));
    put32(head + 28, (uint32_t)(time >> 21));
    return 32;
}

void frame_tcp(struct frames *f, int64_t time, const struct ip *ip,
               const struct tcp *tcp)
{
    uint8_t head[TCP_MAX] = {0};
    size_t len = put_options(head, tcp, time);

    put16(head, tcp->sport);
    put16(head + 2, tcp->dport);
    put32(head + 4, tcp->seq);
    put32(head + 8, tcp->ack);
    head[12] = (uint8_t)(len << 2);
    head[13] = tcp->flags;
    put16(head + 14, tcp->window);
    /* Of a payload that nobody kept: any number is as good as another. */
    put16(head + 16, (uint32_t)rng_mix(tcp->seq));
    put16(head + 18, tcp->urgent);
    add(f, time, ip, &(struct upper){FRAME_TCP, head, len, tcp->payload});
}

void frame_udp(struct frames *f, int64_t time, const struct ip *ip,
               const struct udp *udp)
{
    uint8_t head[UDP] = {0};

    put16(head, udp->sport);
    put16(head + 2, udp->dport);
    put16(head + 4, UDP + (uint32_t)udp->payload);
    add(f, time, ip, &(struct upper){FRAME_UDP, head, UDP, udp->payload});
}

static void put_quote(uint8_t *at, const struct icmp *icmp)
{
    at[0] = 0x45;
    put16(at + 2, 40);
    put16(at + 4, icmp->quoted->id);
    at[8] = 1;
    at[9] = icmp->proto;
    put32(at + 12, icmp->quoted->src);
    put32(at + 16, icmp->quoted->dst);
    put16(at + 20, icmp->sport);
    put16(at + 22, icmp->dport);
}

void frame_icmp(struct frames *f, int64_t time, const struct ip *ip,
                const struct icmp *icmp)
{
    uint8_t head[ICMP + QUOTE] = {icmp->type, icmp->code};
    struct upper u = {ip->v6 ? FRAME_ICMP6 : FRAME_ICMP, head, ICMP,
                      icmp->payload};

    if (icmp->quoted) {
        put_quote(head + ICMP, icmp);
        u.len = ICMP + QUOTE;
        u.payload = 0;
    } else {
        put16(head + 4, icmp->id);
        put16(head + 6, icmp->seq);
    }
    add(f, time, ip, &u);
}

void frame_fragment(struct frames *f, int64_t time, const struct ip *ip,
                    uint16_t payload)
{
    add(f, time, ip, &(struct upper){.proto = FRAME_UDP, .payload = payload});
}

void frame_copy(struct frames *f, const struct frame *one)
{
    struct frame *to = push(f);

    *to = *one;
}

void frame_free(struct frames *f)
{
    free(f->list);
    *f = (struct frames){0};
}
