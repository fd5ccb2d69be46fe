/* pcapng.c - pcapng block by block. libpcap reads it too, but refuses a file
 * with several link types or snapshot lengths. */
#include "ingest/pcapng.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT = 64 * 1024,
    INTERFACES_MAX = 65536, /* of a section: bounds memory */
    HEAD = 8,               /* type and length; the length again at the end */
    LEAST = 12,             /* a block with nothing in it */
    LEAST_SECTION = 28,
    OPTION_MAX = 16, /* bytes of a value that are looked at */
    NFLOG = 239
};

#define SECTION       UINT32_C(0x0a0d0d0a)
#define ORDER_MAGIC   UINT32_C(0x1a2b3c4d)
#define ORDER_SWAPPED UINT32_C(0x4d3c2b1a)
#define TIME_MAX      ((__int128)INT64_MAX - INT64_C(86400000000000))

/* ns = ticks * mul / div, or ticks * mul >> shift. */
struct interface {
    int linktype;
    uint32_t snaplen; /* 0: none */
    uint64_t mul, div;
    uint8_t shift;
    int64_t offset; /* seconds */
    uint64_t lost;
};

struct pcapng {
    ssize_t (*feed)(void *ctx, char *out, size_t len);
    void *ctx;
    size_t at, end;       /* of `input`, not yet taken */
    uint64_t taken;       /* bytes */
    uint64_t block;       /* where the block in hand starts */
    bool swapped;         /* the section is not in our byte order */
    struct interface *in; /* of the section */
    uint32_t n, cap;
    uint64_t lost_before; /* in sections that are through */
    uint64_t lost_ahead;  /* as packets say it: lost in front of them */
    bool ended, starved;  /* starved: `feed` failed */
    const char *why;
    char input[INPUT];
    uint8_t packet[PCAPNG_PACKET_MAX];
};

/* A block whose head was read. */
struct block {
    uint32_t type, len;
    uint32_t left; /* bytes of its body not yet read */
};

enum got { STOP, NOTHING, PACKET };

static bool fail(struct pcapng *p, const char *why)
{
    if (!p->why)
        p->why = why;
    p->ended = true;
    return false;
}

static uint16_t u16(const struct pcapng *p, const uint8_t *at)
{
    uint16_t v;

    memcpy(&v, at, sizeof v);
    return p->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t u32(const struct pcapng *p, const uint8_t *at)
{
    uint32_t v;

    memcpy(&v, at, sizeof v);
    return p->swapped ? __builtin_bswap32(v) : v;
}

static uint64_t u64(const struct pcapng *p, const uint8_t *at)
{
    uint64_t v;

    memcpy(&v, at, sizeof v);
    return p->swapped ? __builtin_bswap64(v) : v;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static bool refill(struct pcapng *p)
{
    if (p->at < p->end)
        return true;
    ssize_t n = p->starved ? -1 : p->feed(p->ctx, p->input, INPUT);

    p->starved = n < 0;
    p->at = 0;
    p->end = n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* Up to `len` bytes, to `out` unless that is NULL; fewer only at the end. */
static uint64_t take(struct pcapng *p, uint8_t *out, uint64_t len)
{
    uint64_t done = 0;

    while (done < len && refill(p)) {
        size_t n = p->end - p->at;

        if (n > len - done)
            n = (size_t)(len - done);
        if (out)
            memcpy(out + done, p->input + p->at, n);
        p->at += n;
        done += n;
    }
    p->taken += done;
    return done;
}

/* `len` bytes of the body, to `out` unless that is NULL. */
static bool get(struct pcapng *p, struct block *b, uint8_t *out, uint32_t len)
{
    if (len > b->left)
        return fail(p, "a block is shorter than what it must hold");
    b->left -= len;
    return take(p, out, len) == len || fail(p, "cut inside a block");
}

static void end_section(struct pcapng *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        p->lost_before = add(p->lost_before, p->in[i].lost);
    p->n = 0;
}

/* The byte order of a section stands behind the head of its block. */
static bool find_order(struct pcapng *p)
{
    uint8_t order[4];
    uint32_t magic;

    if (take(p, order, sizeof order) != sizeof order)
        return fail(p, "cut inside a block");
    memcpy(&magic, order, sizeof magic);
    if (magic != ORDER_MAGIC && magic != ORDER_SWAPPED)
        return fail(p, "a section header without a byte order");
    end_section(p);
    p->swapped = magic == ORDER_SWAPPED;
    return true;
}

/* False at the end too, where why is not set. */
static bool begin_block(struct pcapng *p, struct block *b)
{
    uint8_t head[HEAD];
    uint32_t least = LEAST, read = HEAD;

    p->block = p->taken;
    uint64_t n = take(p, head, sizeof head);

    if (n == 0 && !p->starved) {
        p->ended = true;
        return false;
    }
    if (n < sizeof head)
        return fail(p, "cut inside the head of a block");
    if (u32(p, head) == SECTION) { /* the same in both byte orders */
        if (!find_order(p))
            return false;
        least = LEAST_SECTION;
        read += 4;
    }
    b->type = u32(p, head);
    b->len = u32(p, head + 4);
    if (b->len < least || b->len % 4)
        return fail(p, "a block has a length that cannot be");
    b->left = b->len - read - 4;
    return true;
}

/* Passes over what was not read of it. */
static bool end_block(struct pcapng *p, struct block *b)
{
    uint8_t again[4];

    if (!get(p, b, NULL, b->left))
        return false;
    if (take(p, again, sizeof again) != sizeof again)
        return fail(p, "cut inside a block");
    return u32(p, again) == b->len ||
           fail(p, "the two lengths of a block differ");
}

static uint32_t padded(uint32_t len)
{
    return len + (-len & 3);
}

/* One option, zeroes behind its value. False at the end of the list, and where
 * the rest of the block cannot be one: *torn. */
static bool next_option(struct pcapng *p, struct block *b, uint32_t *code,
                        uint8_t value[OPTION_MAX], bool *torn)
{
    uint8_t head[4];

    if (b->left < sizeof head || !get(p, b, head, sizeof head))
        return false;
    uint32_t len = u16(p, head + 2);
    uint32_t looked_at = len < OPTION_MAX ? len : OPTION_MAX;

    *code = u16(p, head);
    if (*code == 0)
        return false;
    *torn = padded(len) > b->left;
    memset(value, 0, OPTION_MAX);
    return !*torn && get(p, b, value, looked_at) &&
           get(p, b, NULL, padded(len) - looked_at);
}

/* if_tsresol: a power of 10, or with the highest bit of 2. */
static void set_resolution(struct interface *in, uint8_t resolution)
{
    uint32_t power = resolution & 127;

    in->mul = in->div = 1;
    in->shift = 0;
    if (resolution & 128) {
        in->mul = 1000000000;
        in->shift = (uint8_t)power;
        return;
    }
    for (; power < 9; power++)
        in->mul *= 10;
    for (; power > 9 && in->div; power--)
        in->div = in->div <= UINT64_MAX / 10 ? in->div * 10 : 0;
}

static int64_t to_time(const struct interface *in, uint64_t ticks)
{
    unsigned __int128 scaled = (unsigned __int128)ticks * in->mul >> in->shift;
    __int128 ns = in->div ? (__int128)(scaled / in->div) : 0;

    ns += (__int128)in->offset * 1000000000;
    if (ns > TIME_MAX)
        return (int64_t)TIME_MAX;
    return ns < -TIME_MAX ? (int64_t)-TIME_MAX : (int64_t)ns;
}

/* From the numbers in files to those of libpcap's pcap_datalink, so that a
 * packet is the same packet in every format. */
static int dlt(uint16_t linktype)
{
    switch (linktype) {
    case 100: return 11; /* ATM_RFC1483 */
    case 101: return 12; /* RAW */
    case 102: return 15; /* SLIP_BSDOS */
    case 103: return 16; /* PPP_BSDOS */
    case 106: return 19; /* ATM_CLIP */
    default: return linktype;
    }
}

static struct interface *new_interface(struct pcapng *p)
{
    if (p->n == INTERFACES_MAX) {
        fail(p, "more than 65,536 interfaces in a section");
        return NULL;
    }
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 4;
        struct interface *in = realloc(p->in, cap * sizeof *in);

        if (!in) {
            fail(p, "out of memory");
            return NULL;
        }
        p->in = in;
        p->cap = cap;
    }
    return memset(&p->in[p->n++], 0, sizeof *p->in);
}

static enum got read_section(struct pcapng *p, struct block *b,
                             struct capture_packet *out)
{
    uint8_t fixed[12]; /* version, length of the section */

    (void)out;
    if (!get(p, b, fixed, sizeof fixed))
        return STOP;
    uint16_t major = u16(p, fixed), minor = u16(p, fixed + 2);

    if (major == 1 && (minor == 0 || minor == 2))
        return NOTHING;
    fail(p, "a version of pcapng that is not known");
    return STOP;
}

static enum got read_interface(struct pcapng *p, struct block *b,
                               struct capture_packet *out)
{
    enum { RESOLUTION = 9, OFFSET = 14, MICROSECONDS = 6 };
    uint8_t fixed[8], value[OPTION_MAX];
    uint32_t code;
    bool torn = false;
    struct interface *in = new_interface(p);

    (void)out;
    if (!in || !get(p, b, fixed, sizeof fixed))
        return STOP;
    in->linktype = dlt(u16(p, fixed));
    in->snaplen = u32(p, fixed + 4);
    set_resolution(in, MICROSECONDS);
    while (next_option(p, b, &code, value, &torn))
        if (code == RESOLUTION)
            set_resolution(in, value[0]);
        else if (code == OFFSET)
            in->offset = (int64_t)u64(p, value);
    if (torn)
        fail(p, "an option is longer than its block");
    return p->why ? STOP : NOTHING;
}

static enum got read_statistics(struct pcapng *p, struct block *b,
                                struct capture_packet *out)
{
    enum { INTERFACE_DROPS = 5, SYSTEM_DROPS = 7 };
    uint8_t fixed[12], value[OPTION_MAX];
    uint64_t lost = 0;
    uint32_t code;
    bool torn = false;

    (void)out;
    if (!get(p, b, fixed, sizeof fixed))
        return STOP;
    while (next_option(p, b, &code, value, &torn))
        if (code == INTERFACE_DROPS || code == SYSTEM_DROPS)
            lost = add(lost, u64(p, value));
    uint32_t i = u32(p, fixed);

    /* counted since the capture began: the last block has all */
    if (i < p->n && lost > p->in[i].lost)
        p->in[i].lost = lost;
    return p->why ? STOP : NOTHING;
}

/* libpcap hands these headers on in the byte order of the machine. */
static void swap_nflog(uint8_t *at, uint32_t n)
{
    uint32_t i = 4;

    while (i + 4 <= n) {
        uint16_t word[2];

        memcpy(word, at + i, sizeof word);
        word[0] = __builtin_bswap16(word[0]);
        word[1] = __builtin_bswap16(word[1]);
        memcpy(at + i, word, sizeof word);
        if (word[0] < 4)
            return;
        i += padded(word[0]);
    }
}

static struct interface *find_interface(struct pcapng *p, uint32_t i)
{
    if (i < p->n)
        return &p->in[i];
    fail(p, "a packet of an interface that was not described");
    return NULL;
}

/* The bytes of a packet and what pads them. */
static bool packet_bytes(struct pcapng *p, struct block *b,
                         struct capture_packet *out)
{
    uint32_t all = out->caplen, behind;

    if (all > b->left)
        return fail(p, "a packet is longer than its block");
    behind = padded(all) <= b->left ? padded(all) : b->left;
    if (all > PCAPNG_PACKET_MAX)
        out->caplen = PCAPNG_PACKET_MAX;
    out->bytes = p->packet;
    if (!get(p, b, p->packet, out->caplen) ||
        !get(p, b, NULL, behind - out->caplen))
        return false;
    if (out->linktype == NFLOG && p->swapped)
        swap_nflog(p->packet, out->caplen);
    return true;
}

/* What enhanced and obsolete packet blocks share: high and low half of the
 * time, the two lengths, the bytes. */
static enum got timed_packet(struct pcapng *p, struct block *b,
                             const struct interface *in,
                             struct capture_packet *out)
{
    uint8_t fixed[16];

    if (!in || !get(p, b, fixed, sizeof fixed))
        return STOP;
    uint64_t ticks = (uint64_t)u32(p, fixed) << 32 | u32(p, fixed + 4);

    *out = (struct capture_packet){
        .time = to_time(in, ticks),
        .caplen = u32(p, fixed + 8),
        .len = u32(p, fixed + 12),
        .linktype = in->linktype,
    };
    return packet_bytes(p, b, out) ? PACKET : STOP;
}

static enum got read_enhanced(struct pcapng *p, struct block *b,
                              struct capture_packet *out)
{
    enum { DROPS = 4 };
    uint8_t fixed[4], value[OPTION_MAX];
    uint32_t code;
    bool torn = false;

    if (!get(p, b, fixed, sizeof fixed) ||
        timed_packet(p, b, find_interface(p, u32(p, fixed)), out) == STOP)
        return STOP;
    while (next_option(p, b, &code, value, &torn))
        if (code == DROPS)
            p->lost_ahead = add(p->lost_ahead, u64(p, value));
    return p->why ? STOP : PACKET;
}

static enum got read_obsolete(struct pcapng *p, struct block *b,
                              struct capture_packet *out)
{
    enum { DROPS_UNKNOWN = 0xffff };
    uint8_t fixed[4];

    if (!get(p, b, fixed, sizeof fixed))
        return STOP;
    uint16_t drops = u16(p, fixed + 2);

    if (drops != DROPS_UNKNOWN)
        p->lost_ahead = add(p->lost_ahead, drops);
    return timed_packet(p, b, find_interface(p, u16(p, fixed)), out);
}

/* Of the first interface; its snapshot length and the block say how much of
 * the packet is there. */
static enum got read_simple(struct pcapng *p, struct block *b,
                            struct capture_packet *out)
{
    const struct interface *in = find_interface(p, 0);
    uint8_t fixed[4];

    if (!in || !get(p, b, fixed, sizeof fixed))
        return STOP;
    uint32_t len = u32(p, fixed);
    uint32_t most =
        in->snaplen && in->snaplen < b->left ? in->snaplen : b->left;

    *out = (struct capture_packet){
        .caplen = len < most ? len : most,
        .len = len,
        .linktype = in->linktype,
    };
    return packet_bytes(p, b, out) ? PACKET : STOP;
}

static const struct kind {
    uint32_t type;
    enum got (*read)(struct pcapng *, struct block *, struct capture_packet *);
} kinds[] = {
    {6,       read_enhanced  },
    {1,       read_interface },
    {2,       read_obsolete  },
    {3,       read_simple    },
    {5,       read_statistics},
    {SECTION, read_section   },
};

/* One block; of kinds that hold nothing for us (names, secrets, journals,
 * custom ones) only the lengths are looked at. */
static enum got read_block(struct pcapng *p, struct capture_packet *out)
{
    struct block b = {0};
    enum got got = NOTHING;

    if (!begin_block(p, &b))
        return STOP;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == b.type) {
            got = kinds[i].read(p, &b, out);
            break;
        }
    if (got == STOP || !end_block(p, &b))
        return STOP;
    p->block = p->taken;
    return got;
}

struct pcapng *pcapng_open(ssize_t (*feed)(void *ctx, char *out, size_t len),
                           void *ctx, struct err *e)
{
    struct pcapng *p = malloc(sizeof *p);
    struct capture_packet none;

    if (!p) {
        err_set(e, ERR_SYSTEM, "out of memory");
        return NULL;
    }
    memset(p, 0, offsetof(struct pcapng, input));
    p->feed = feed;
    p->ctx = ctx;
    if (read_block(p, &none) == NOTHING)
        return p;
    err_set(e, ERR_INPUT, "%s", p->why ? p->why : "the file is empty");
    pcapng_close(p);
    return NULL;
}

void pcapng_close(struct pcapng *p)
{
    if (!p)
        return;
    free(p->in);
    free(p);
}

bool pcapng_next(struct pcapng *p, struct capture_packet *out)
{
    enum got got = NOTHING;

    while (got == NOTHING && !p->ended)
        got = read_block(p, out);
    return got == PACKET;
}

const char *pcapng_broken(const struct pcapng *p)
{
    return p->why;
}

uint64_t pcapng_offset(const struct pcapng *p)
{
    return p->block;
}

uint64_t pcapng_lost(const struct pcapng *p)
{
    uint64_t lost = p->lost_before;

    for (uint32_t i = 0; i < p->n; i++)
        lost = add(lost, p->in[i].lost);
    return lost > p->lost_ahead ? lost : p->lost_ahead;
}
