/* block_inside.h - what the two halves of decoding share: streams into lanes
 * (block_decode.c) and lanes into batches and rows (block_column.c). */
#ifndef STORE_BLOCK_INSIDE_H
#define STORE_BLOCK_INSIDE_H

#include <string.h>

#include "store/block.h"

/* Lanes of the hidden streams lie behind those of the fields. */
enum { LANE_CAPTURE = FIELD_COUNT, LANE_POSITION, LANES };

/* Values behind the end of a lane that may be read, never used. */
enum { SLACK = 16, SLACK_BYTES = 8 * SLACK };

/* A column, decoded once and kept narrow: the value of row i is base + v[i],
 * modulo 2^64; undefined where absent. */
struct lane_out {
    bool ready;
    bool none;     /* no row has a value */
    bool borrowed; /* `value` is another's */
    uint8_t width; /* bytes of v[i]; 0: all are base */
    int64_t base;
    uint8_t *value;    /* v, in the byte order of this machine */
    uint64_t *present; /* NULL: every row */
    void *batch;       /* BATCH_ROWS values, widened */
    uint32_t *code;    /* of these; addresses only */
    bool filled;       /* a constant lies in all of `batch` */
    uint64_t absent[BATCH_WORDS];
};

struct dense_reader;

struct block {
    const uint8_t *data;
    struct dense_reader *dense; /* NULL: independent columns */
    bool checked;
    void (*on_read)(const uint8_t *data, size_t len);
    struct strtab *text;
    struct block_head head;
    struct lane_out lane[LANES];
    struct addr *addr; /* sorted dictionary */
    uint32_t addrs;
    uint64_t dictionary; /* their number in the snapshot, or 0 */
    struct opts *opts;
    int64_t *opts_text; /* ids in `text` */
    uint32_t opts_n;
    uint8_t *origin; /* captures: digest lo, hi, id, little-endian */
    uint32_t origins;
    size_t memory;
};

/* Zeroed room for n values and the slack behind, counted as the block's. */
void *block_room(struct block *b, size_t n, size_t size);
/* The stream, or NULL. */
const struct block_stream *block_stream_find(const struct block *b, uint8_t id,
                                             enum stream_kind kind);
/* Sets the error; returns false. */
bool block_stream_damaged(const struct block_stream *s, struct err *e);
/* The decompressed bytes; the caller frees them. SLACK_BYTES zero bytes
 * follow. */
uint8_t *block_stream_load(const struct block *b, const struct block_stream *s,
                           struct err *e) MUST_CHECK;
/* Exactly `count` numbers, each in 0 .. max; a failure may leave values in
 * the lane. */
bool block_stream_numbers(struct block *b, const struct block_stream *s,
                          struct lane_out *l, uint32_t count, uint64_t max,
                          struct err *e) MUST_CHECK;
/* Loads the dictionary of addresses or options; its size. */
bool block_dictionary_load(struct block *b, enum width w, uint32_t *size,
                           struct err *e) MUST_CHECK;
extern const uint64_t block_field_max[]; /* by enum width */
/* Decodes the lane of a field, or of a hidden stream, if it is not there. */
bool block_lane_load(struct block *b, uint32_t lane, struct err *e) MUST_CHECK;

static inline uint64_t lane_raw(const struct lane_out *l, uint32_t i)
{
    uint16_t v2;
    uint32_t v4;
    uint64_t v8;

    switch (l->width) {
    case 0: return 0;
    case 1: return l->value[i];
    case 2: memcpy(&v2, l->value + (size_t)i * 2, 2); return v2;
    case 4: memcpy(&v4, l->value + (size_t)i * 4, 4); return v4;
    default: memcpy(&v8, l->value + (size_t)i * 8, 8); return v8;
    }
}

static inline uint64_t lane_value(const struct lane_out *l, uint32_t i)
{
    return (uint64_t)l->base + lane_raw(l, i);
}

static inline bool lane_has(const struct lane_out *l, uint32_t i)
{
    return !l->none && (!l->present || l->present[i / 64] >> (i % 64) & 1);
}

#endif
