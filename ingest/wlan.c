/* wlan.c - IEEE 802.11 frames and the headers that capturing programs put in
 * front of them. Numbers are little-endian there. */
#include "ingest/link.h"

enum {
    TO_DS = 0x01, /* second byte of the frame control field, 9.2.4.1 */
    FROM_DS = 0x02,
    MORE_FRAGMENTS = 0x04,
    PROTECTED = 0x40,
    ORDER = 0x80
};
enum { MANAGEMENT = 0, CONTROL = 1, DATA = 2 };
enum { QOS = 8, NO_DATA = 4 }; /* bits of the subtype of data frames */

enum { PRISM = 144 };

/* A wireless frame and what its radio header says of it. */
struct frame {
    struct layer f;
    bool padded; /* its header was filled up to a multiple of 4 */
    uint8_t type, subtype, flags;
};

static uint32_t header_length(const struct frame *x)
{
    uint32_t n = 24;

    if ((x->flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
        n += 6;
    if (x->subtype & QOS)
        n += 2 + (x->flags & ORDER ? 4u : 0u);
    return x->padded ? (n + 3) & ~3u : n;
}

/* 9.3.2.1, table of addresses: who sent the data to whom. */
static void data_addresses(const struct frame *x, struct link_walk *w)
{
    static const struct {
        uint8_t dst, src;
    } at[4] = {
        {4,  10},
        {16, 10},
        {4,  16},
        {16, 24}
    };
    uint32_t k = x->flags & (TO_DS | FROM_DS);

    link_addresses(&x->f, at[k].dst, at[k].src, w);
}

/* Of several packets in one frame (9.3.2.2) the first. */
static void first_of_several(struct layer f, struct link_walk *w)
{
    struct layer body = f;
    uint32_t len = f.have >= 14 ? layer_u16(f.at + 12) : 0;

    if (layer_skip(&body, 14, &w->torn)) {
        if (len < body.want)
            body.want = len;
        if (len < body.have)
            body.have = len;
        link_llc(body, w);
    }
    link_addresses(&f, 0, 6, w);
}

static void data(const struct frame *x, struct link_walk *w)
{
    struct layer body = x->f;
    uint32_t header = header_length(x);
    uint32_t qos = 24 + ((x->flags & 3) == 3 ? 6 : 0);

    if (x->subtype & NO_DATA || x->flags & PROTECTED ||
        !layer_skip(&body, header, &w->torn))
        return;
    if (x->f.at[22] & 15) /* a fragment, not the first */
        return;
    if (x->flags & MORE_FRAGMENTS) /* the packet ends in another frame */
        body.want += UINT16_MAX;
    if (x->subtype & QOS && x->f.at[qos] & 0x80)
        first_of_several(body, w);
    else
        link_llc(body, w);
}

/* 9.3.1: acknowledgements and clearances have no sender. */
static bool has_sender(const struct frame *x)
{
    return x->type == MANAGEMENT || (x->type == CONTROL && x->subtype >= 8 &&
                                     x->subtype != 12 && x->subtype != 13);
}

static void frame(struct frame *x, struct link_walk *w)
{
    const struct layer *f = &x->f;

    if (f->have < 2) {
        w->torn = w->torn || f->want < 2;
        return;
    }
    x->type = f->at[0] >> 2 & 3;
    x->subtype = f->at[0] >> 4;
    x->flags = f->at[1];
    if (f->at[0] & 3 || x->type > DATA)
        return; /* another version; an extension */
    if (x->type == DATA) {
        data(x, w);
        data_addresses(x, w);
    } else {
        link_addresses(f, 4, has_sender(x) ? 10 : -1, w);
    }
    if (f->want < 10)
        w->torn = true;
}

void link_wlan(struct layer f, struct link_walk *w)
{
    frame(&(struct frame){.f = f}, w);
}

/* The flags of a radiotap header, 0 where it has none: bit 1 of the bit map,
 * which goes on while bit 31 is set; in front of it only the clock. */
static uint8_t radiotap_flags(const struct layer *f, uint32_t len)
{
    uint32_t end = 4, have = f->have < len ? f->have : len;

    do
        end += 4;
    while (end <= have && f->at[end - 1] & 0x80);
    if (!(f->at[4] & 2))
        return 0;
    if (f->at[4] & 1) /* 8 bytes, aligned */
        end = ((end + 7) & ~7u) + 8;
    return end < have ? f->at[end] : 0;
}

void link_radiotap(struct layer f, struct link_walk *w)
{
    enum { LEAST = 8, PADDED = 0x20 };

    if (f.have < LEAST) {
        w->torn = w->torn || f.want < LEAST;
        return;
    }
    uint32_t len = link_le16(f.at + 2);
    struct frame x = {.f = f, .padded = radiotap_flags(&f, len) & PADDED};

    if (f.at[0] != 0 || len < LEAST)
        w->torn = true;
    else if (layer_skip(&x.f, len, &w->torn))
        frame(&x, w);
}

/* Its length stands big-endian behind a magic number. */
void link_avs(struct layer f, struct link_walk *w)
{
    uint32_t len = f.have >= 8 ? layer_u32(f.at + 4) : 8;

    if (len < 8)
        w->torn = true;
    else if (layer_skip(&f, len, &w->torn))
        link_wlan(f, w);
}

/* Of one length; some drivers put an AVS header here. */
void link_prism(struct layer f, struct link_walk *w)
{
    if (f.have < 4)
        w->torn = w->torn || f.want < 4;
    else if (layer_u32(f.at) >> 12 == 0x80211)
        link_avs(f, w);
    else if (layer_skip(&f, PRISM, &w->torn))
        link_wlan(f, w);
}
