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

/* Rows of one capture that follow each other. */
struct block_run {
    struct digest capture;
    uint64_t id;
    uint32_t from;
};

/* Rows that are gathered at a time. */
enum { BLOCK_TILE = 64 };

struct dense_encoder;

struct block_encoder {
    struct dense_encoder *dense;
    bool plain; /* columns without guesses */
    struct codec_state *codec;
    struct lane_in lane[FIELD_COUNT];
    int64_t *number;         /* a column, or the addresses, in work */
    uint8_t *packed, *tried; /* raw streams */
    uint8_t *stored, *stored_try;
    uint64_t secret;            /* of hashes */
    struct addr_at *addr;       /* distinct addresses of the block */
    struct addr_at *addr_spare; /* where they go to be sorted */
    uint32_t addrs;
    uint32_t *addr_slot; /* place + 1, open addressing */
    uint32_t addr_mask;  /* of addr_slot, as far as it is used */
    uint32_t *addr_code; /* first-appearance place to sorted place */
    struct opts *opts;   /* distinct options of the block */
    uint32_t opts_n;
    uint32_t *opts_slot, *opts_at; /* opts_at: the slot of each */
    int64_t *position;             /* of each row in its capture */
    struct block_run *run;
    uint32_t runs;
    struct block_head head;
    struct buf *out;
};

/* Forgets the block before. */
void block_encoder_clear(struct block_encoder *c);
/* Appends n rows, at most BLOCK_TILE, to the lanes of the fields in `mask` and
 * to what is known of their captures. `at`, a multiple of BLOCK_TILE, is how
 * many there were before. */
void block_encoder_tile(struct block_encoder *c,
                        const struct block_row *const *row, uint32_t n,
                        uint32_t at, uint64_t mask);
/* Behind the last tile: lanes of addresses come to hold places of first
 * appearance, as those of options do. */
void block_encoder_intern(struct block_encoder *c);
/* The place of a value in its dictionary, in order of first appearance. */
uint32_t block_encoder_addr_place(struct block_encoder *c, struct addr a);
uint32_t block_encoder_opts_place(struct block_encoder *c,
                                  const struct opts *o);
void block_encoder_sort(struct block_encoder *c);    /* the addresses */
size_t block_encoder_opts_len(const struct opts *o); /* bytes on disk */

/* ---- streams ---- */

static inline void block_encoder_le(uint8_t *out, uint64_t v, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

/* Appends `len` bytes of c->packed as a stream. */
void block_encoder_put_bytes(struct block_encoder *c, uint8_t id,
                             enum stream_kind kind, enum encoding encoding,
                             uint8_t width, size_t len);
/* The first n of c->number. `stepwise`: they may be smaller as steps. */
void block_encoder_put_numbers(struct block_encoder *c, uint8_t id,
                               enum stream_kind kind, uint32_t n,
                               bool stepwise);
/* Nothing where n is 0. */
void block_encoder_put_list(struct block_encoder *c, uint8_t id,
                            enum stream_kind kind, const uint32_t *v,
                            uint32_t n);
/* A field that some row has, from its lane; without its presence. */
void block_encoder_put_lane(struct block_encoder *c, enum field_id f);
void block_encoder_zone(struct zone_field *z, const int64_t *v, uint32_t n);
void block_encoder_put_opts(struct block_encoder *c); /* their dictionary */
/* Divides times of c->number by their unit, which it finds. */
void block_encoder_unit(struct block_encoder *c, uint32_t n);

#endif
