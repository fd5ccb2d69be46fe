/* dense.h - what the writer and the reader of a dense block must agree on:
 * which fields lie where, what is expected of a field in a row, and how a row
 * says that it is otherwise. FORMAT.md has the rules in words. */
#ifndef STORE_DENSE_H
#define STORE_DENSE_H

#include "store/block.h"

/* Fields that are guessed, each with 2 bits of a row's classes. */
enum dense_slot {
#define SLOT(id) SLOT_##id,
#include "store/dense.def"
#undef SLOT
    SLOTS
};

extern const uint8_t dense_slot_field[SLOTS];

/* How a row's value is told. */
enum dense_class {
    CLASS_GUESS, /* what was expected */
    CLASS_NEAR,  /* a small step from it, listed */
    CLASS_FAR,   /* the value itself, listed */
    CLASS_AGAIN  /* the second guess */
};

static inline enum dense_class dense_class_of(uint64_t classes,
                                              enum dense_slot s)
{
    return (enum dense_class)(classes >> (2 * s) & 3);
}

/* Where a field's values lie in a dense block, beside lists of its own. */
enum dense_place {
    PLACE_LISTED, /* a value for each row that has one */
    PLACE_KEY,    /* in the table of flows */
    PLACE_SHAPED, /* in the dictionary of shapes */
    PLACE_FLOWED, /* first value of a flow in its table, changes in rows */
    PLACE_GUESSED
};

extern const uint8_t dense_place[FIELD_COUNT];

enum {
    DENSE_HOSTS = 4 * BLOCK_ROWS, /* most addresses of a block */
    DENSE_PAD = 60 /* least frame of Ethernet, without its checksum */
};

/* What rows of one shape have in common: bytes of headers up to the payload
 * (`over`), up to that of IP (`ip`), and of tags before. */
struct dense_lengths {
    uint32_t over, ip, tags;
};

struct dense_lengths dense_lengths_of(uint64_t present, uint8_t iphl,
                                      uint8_t doff);

static inline uint32_t dense_zigzag(uint32_t from, uint32_t to)
{
    uint32_t d = to - from;

    return d << 1 ^ (0 - (d >> 31));
}

static inline uint32_t dense_unzigzag(uint32_t from, uint32_t z)
{
    return from + (z >> 1 ^ (0 - (z & 1)));
}

/* a - b, or 0 where that is less. */
static inline uint32_t dense_less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

#define DENSE_HAS(present, field) ((present) >> (field)&1)

/* ---- TCP ---- */

/* One direction of a connection. */
struct dense_tcp {
    uint32_t next; /* sequence number after its last byte */
    uint32_t seq, ack;
    uint32_t seen;
};

static inline uint32_t dense_seq_guess(const struct dense_tcp *f,
                                       const struct dense_tcp *back)
{
    return f->seen ? f->next : back->ack;
}

static inline uint32_t dense_ack_guess(const struct dense_tcp *back,
                                       uint32_t flags)
{
    return flags & FLAG_ACK ? back->next : 0;
}

/* Old segments do not move `next`, unless by so much that it is a new
 * connection. */
static inline void dense_tcp_sent(struct dense_tcp *f, uint32_t seq,
                                  uint32_t payload, uint32_t flags)
{
    uint32_t next = seq + payload + (flags >> 1 & 1) + (flags & 1);
    uint32_t ahead = next - f->next;

    if (!f->seen || ahead - 1 < 0x7fffffff || 0 - ahead > 1000000)
        f->next = next;
    f->seq = seq;
    f->seen = 1;
}

/* ---- time stamps ---- */

/* A clock of one direction; it ticks about every millisecond. */
struct dense_clock {
    uint32_t value, echo;
    int64_t time; /* of the packet with `value`, ns */
};

static inline uint32_t dense_tick_guess(const struct dense_clock *c,
                                        int64_t time)
{
    return c->value +
           (uint32_t)(((uint64_t)time - (uint64_t)c->time + 500000) / 1000000);
}

/* ---- times ---- */

enum { DENSE_TIME_MAX = 8 * BLOCK_ROWS + 8 }; /* bytes of mantissas */

/* Ascending times as sizes of n steps (the first is 0), and their bits below
 * the highest; returns the bytes of these. */
size_t dense_time_pack(const int64_t *time, uint32_t n, uint8_t *sizes,
                       uint8_t *mantissa);
/* Back, from time[0] on. Of `mantissa`, 16 bytes past `len` may be read. */
bool dense_time_unpack(const uint8_t *sizes, uint32_t n,
                       const uint8_t *mantissa, size_t len,
                       int64_t *time) MUST_CHECK;

#endif
