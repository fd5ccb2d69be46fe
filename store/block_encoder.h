/* block_encoder.h - what the two halves of encoding share: rows into columns
 * (block_gather.c) and columns into streams (block_encode.c). */
#ifndef STORE_BLOCK_ENCODER_H
#define STORE_BLOCK_ENCODER_H

#include "store/block.h"
#include "store/codec.h"

/* The values of one field that are present, in row order. */
struct lane_in {
    void *value; /* of column_bytes; OPTS: codes */
    uint64_t *present;
    uint32_t n;
};

struct addr_at {
    struct addr addr;
    uint32_t seen; /* place in order of first appearance */
};

struct block_encoder {
    struct codec_state *codec;
    struct lane_in lane[FIELD_COUNT];
    int64_t *number;         /* BLOCK_ROWS, the column in work */
    uint8_t *packed, *tried; /* raw streams */
    uint8_t *stored, *stored_try;
    struct addr_at *addr; /* distinct addresses of the block */
    uint32_t addrs;
    uint32_t *addr_slot; /* place + 1, open addressing */
    uint32_t *addr_code; /* first-appearance place to sorted place */
    struct opts *opts;   /* distinct options of the block */
    uint32_t opts_n;
    uint32_t *opts_slot;
    struct block_head head;
    struct buf *out;
};

void *block_encoder_room(size_t n, size_t size); /* zeroed */

/* Fills the lanes and the dictionaries from rows in order: addresses sorted,
 * the lanes of addresses and options holding places of first appearance. */
void block_encoder_take(struct block_encoder *c,
                        const struct block_row *const *rows, uint32_t n);
size_t block_encoder_opts_len(const struct opts *o); /* bytes on disk */

#endif
