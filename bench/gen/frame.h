/* frame.h - Ethernet frames as a header-only sensor keeps them: the first 68
 * bytes, and the length that was on the wire. */
#ifndef GEN_FRAME_H
#define GEN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_SNAP = 68 };
enum { FRAME_ICMP = 1, FRAME_TCP = 6, FRAME_UDP = 17, FRAME_ICMP6 = 58 };
enum {
    FRAME_FIN = 1,
    FRAME_SYN = 2,
    FRAME_RST = 4,
    FRAME_PSH = 8,
    FRAME_ACK = 16,
    FRAME_URG = 32
};

struct frame {
    int64_t time; /* ns since 1970 */
    uint16_t kept, length;
    uint8_t bytes[FRAME_SNAP];
};

/* A growing list in the order of making, owned by whoever declared it; {0} is
 * empty. Out of memory ends the process. */
struct frames {
    struct frame *list;
    size_t n, room;
};

struct ip {
    uint32_t src, dst;
    uint16_t id, frag; /* frag: offset in units of 8 bytes, 0x2000 for more */
    uint8_t ttl;
    bool df, v6;
};

struct tcp {
    uint16_t sport, dport, window, urgent, payload;
    uint32_t seq, ack;
    uint8_t flags;
    uint8_t options; /* 0 none, 1 MSS, 2 and SACK, 3 and timestamps, scale */
};

struct udp {
    uint16_t sport, dport, payload;
};

struct icmp {
    uint8_t type, code;
    uint16_t id, seq, payload; /* of an echo */
    const struct ip *quoted;   /* of an error: the header it complains of */
    uint8_t proto;             /* and its protocol and ports */
    uint16_t sport, dport;
};

void frame_tcp(struct frames *f, int64_t time, const struct ip *ip,
               const struct tcp *tcp);
void frame_udp(struct frames *f, int64_t time, const struct ip *ip,
               const struct udp *udp);
void frame_icmp(struct frames *f, int64_t time, const struct ip *ip,
                const struct icmp *icmp);
/* A later fragment of a UDP datagram: no header of layer 4. */
void frame_fragment(struct frames *f, int64_t time, const struct ip *ip,
                    uint16_t payload);

void frame_copy(struct frames *f, const struct frame *one);
void frame_free(struct frames *f);

/* Seconds as ns. */
static inline int64_t frame_ns(double seconds)
{
    return (int64_t)(seconds * 1e9);
}

#endif
