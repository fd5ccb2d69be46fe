/* dense_encoder.h - working memory of dense encoding, from rows to lists of
 * what was not as expected. One thread's, as the block_encoder that owns it. */
#ifndef STORE_DENSE_ENCODER_H
#define STORE_DENSE_ENCODER_H

#include "store/block_encoder.h"
#include "store/dense.h"

/* One direction of a flow, by first appearance. Absent values are 0. */
struct dense_flow {
    struct addr src, dst;
    uint32_t ports; /* source port in the upper half */
    uint32_t proto;
    uint32_t src_place, dst_place; /* in the dictionary of addresses */
    uint32_t first;                /* its first row */
    uint8_t has; /* bits 0 to 4: src dst sport dport proto in some row */
};

/* What makes a shape, without the classes. Absent values are 0. */
struct dense_shape {
    uint64_t present;
    uint64_t tcp;  /* flags, bad, doff, iphl, resv, ipver */
    uint64_t link; /* ethertype, ICMP type, code, DF, MF */
    uint64_t opts;
};

struct dense_list {
    uint32_t *v;
    uint32_t n;
};

enum {
    DENSE_BASES = 8192,   /* shapes without classes */
    DENSE_SHAPES = 16384, /* with them; more are not worth while */
    DENSE_SLOTS = 4 * DENSE_SHAPES
};

struct dense_encoder {
    uint32_t rows;
    uint64_t some; /* fields that some row has */
    uint64_t *present, *classes;
    const int64_t *time;
    uint32_t *flow_of, *distance, *shape_of;
    uint32_t *col[SLOTS];    /* of every row; undefined where absent */
    struct dense_flow *flow; /* each in a line of the cache */
    uint32_t flows, flow_mask;
    uint32_t *back; /* of each: place of the other direction + 1, or 0 */
    uint32_t *host; /* the same as src_place, close together */
    uint32_t *flow_slot;
    struct dense_shape *base;
    struct dense_lengths *lengths; /* of each base */
    uint32_t bases;
    uint32_t *base_slot;
    uint32_t *shape_base; /* of each shape */
    uint64_t *shape_classes;
    uint32_t shapes;
    uint32_t *shape_slot;
    uint32_t overhead, snap; /* link header; most bytes captured */
    struct dense_list near[SLOTS], far[SLOTS];
    struct zone_field zone[SLOTS];
    uint32_t *state, *hosts; /* for one pass: of each flow, of each address */
    uint32_t hosts_n;
    struct dense_tcp *tcp;
    struct dense_clock *clock;
    uint32_t *first[SLOTS]; /* first values of flows */
};

struct dense_encoder *dense_encoder_new(void);
void dense_encoder_free(struct dense_encoder *d);

/* Rows into columns, flows and shapes. False: too many shapes. */
bool dense_encoder_take(struct block_encoder *c, struct dense_encoder *d,
                        const struct block_row *const *rows, uint32_t n);
/* Holds every guessed field against its guess: classes, lists and zones. */
void dense_encoder_guess(struct dense_encoder *d);
/* Joins bases and classes into shapes. False: too many. */
bool dense_encoder_shapes(struct dense_encoder *d);

/* Writes all streams but those of listed fields, time and captures, and their
 * zones. */
void dense_encoder_put(struct block_encoder *c, struct dense_encoder *d);

#endif
