/* link.h - what the link layers share: link.c chooses among them, serial.c and
 * wlan.c hold families of them, tunnel.c finds packets inside packets. */
#ifndef INGEST_LINK_H
#define INGEST_LINK_H

#include "ingest/layer.h"

enum { LINK_TUNNELS_MAX = 4 }; /* inside each other; bounds the stack */

/* One frame on its way down. */
struct link_walk {
    struct record *r;
    bool macs;
    bool inner;      /* go into tunnels */
    bool torn;       /* a header or tag runs past the frame */
    uint8_t tunnels; /* entered so far */
};

static inline uint16_t link_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t link_le32(const uint8_t *p)
{
    return link_le16(p) | (uint32_t)link_le16(p + 2) << 16;
}

/* Every decoder below gets the bytes of its layer and of what is inside. */

void link_ip(struct layer f, struct link_walk *w);
void link_mpls(struct layer f, struct link_walk *w);
/* `f` starts behind the ethertype `type`: tags, then the network layer. A
 * number that is no ethertype is the length of an IEEE 802.3 frame, or with
 * `lengths` false nothing. */
void link_tagged(uint32_t type, struct layer f, bool lengths,
                 struct link_walk *w);
void link_llc(struct layer f, struct link_walk *w);
/* A SNAP header: organisation and ethertype. */
void link_snap(struct layer f, struct link_walk *w);
void link_ethernet(struct layer f, struct link_walk *w);
/* Hardware addresses at these offsets, as far as captured, where they are
 * wanted and none were found further inside; below 0: has none. */
void link_addresses(const struct layer *f, int dst, int src,
                    struct link_walk *w);
/* A frame of another link type inside; false: not one that we decode. */
bool link_frame(int linktype, struct layer f, struct link_walk *w);

void link_ppp(struct layer f, struct link_walk *w);
void link_ppp_direction(struct layer f, struct link_walk *w);
void link_pppoe(struct layer f, struct link_walk *w);
void link_cisco_hdlc(struct layer f, struct link_walk *w);
void link_frame_relay(struct layer f, struct link_walk *w);

void link_wlan(struct layer f, struct link_walk *w);
void link_radiotap(struct layer f, struct link_walk *w);
void link_prism(struct layer f, struct link_walk *w);
void link_avs(struct layer f, struct link_walk *w);

/* The packet inside the IP packet `f`, which the record holds: if it is a
 * tunnel of a kind that we know and whole up to there, the record holds the
 * inner one afterwards, with time, lengths and link layer of the outer. */
void link_tunnel(struct layer f, struct link_walk *w);

#endif
