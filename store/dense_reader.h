/* dense_reader.h - a dense block on its way back: shapes and flows of the rows,
 * loaded when first needed, and lanes made from them. */
#ifndef STORE_DENSE_READER_H
#define STORE_DENSE_READER_H

#include "store/block_inside.h"
#include "store/dense.h"

/* The rows that are rebuilt, where not all are wanted. */
struct dense_pick {
    uint32_t *row; /* ascending */
    uint32_t n;
    uint64_t some; /* fields that one of them has */
};

struct dense_reader {
    uint16_t *shape; /* of each row */
    uint32_t shapes;
    uint64_t *present, *classes; /* of each shape */
    struct dense_lengths *lengths;
    uint16_t *flow;        /* of each row */
    uint32_t flows, asked; /* asked: flows with keys of their own */
    uint32_t *back;        /* the other direction + 1, or 0 */
    uint32_t *src, *dst, *sport, *dport, *proto; /* of each flow */
    uint32_t *host; /* of each flow: the place of its source, or 0 */
    uint32_t hosts;
    uint32_t *no_host; /* where no row has an address */
    struct lane_out *coded[BATCH_CODES][FIELD_COUNT]; /* NULL: none yet */
    bool looked;    /* the next two are known */
    uint64_t mixed; /* fields that some rows of a flow have and others not */
    uint8_t *keyed; /* of each flow: keys that its rows have */
    struct dense_pick *pick; /* NULL: all rows */
};

/* Numbers in the order in which rows ask for them. */
struct dense_told {
    uint32_t *v;
    uint32_t n, at;
    bool missing; /* more were asked for */
};

void dense_reader_free(struct dense_reader *d);

/* Each loads what is not there yet. */
bool dense_shapes_load(struct block *b, struct err *e) MUST_CHECK;
bool dense_classes_load(struct block *b, struct err *e) MUST_CHECK;
bool dense_flows_load(struct block *b, struct err *e) MUST_CHECK;
bool dense_hosts_load(struct block *b, struct err *e) MUST_CHECK;
bool dense_keys_load(struct block *b, uint32_t field, struct err *e) MUST_CHECK;

/* The table that dense_keys_load has loaded. */
uint32_t *dense_key(const struct dense_reader *d, uint32_t field);

/* The fields of `of` that follow from a row's shape or flow. */
bool dense_coded(struct block *b, enum batch_code by, uint64_t of,
                 uint64_t *out, struct err *e) MUST_CHECK;
/* The lane of such a field: a value of 4 bytes for each shape or flow. */
bool dense_coded_load(struct block *b, enum batch_code by, uint32_t field,
                      struct lane_out **out, struct err *e) MUST_CHECK;
void dense_coded_free(struct dense_reader *d);

/* From now on only these rows (bit i: row i) are wanted: lanes hold those, and
 * 0 in some others. */
bool dense_pick(struct block *b, const uint64_t *rows,
                struct err *e) MUST_CHECK;
void dense_pick_free(struct dense_pick *p);

/* A stream that others need is not there, or too short. Returns false. */
bool dense_missing(uint8_t id, struct err *e);
/* The codes of all rows; they become the block's. */
bool dense_codes_load(struct block *b, uint8_t id, uint16_t **out,
                      struct err *e) MUST_CHECK;
/* The n numbers of a table; all 0 where there is no stream. The caller frees
 * them. */
uint32_t *dense_table_load(struct block *b, uint8_t id, enum stream_kind kind,
                           uint32_t n, struct err *e) MUST_CHECK;

/* Which rows have a field, by their shapes, whatever is wanted; how many. */
uint32_t dense_presence(struct block *b, uint32_t field, struct lane_out *l);

bool dense_addrs_load(struct block *b, const struct block_stream *v6,
                      const struct block_stream *v4, struct err *e) MUST_CHECK;
bool dense_time_load(struct block *b, const struct block_stream *s,
                     struct lane_out *l, struct err *e) MUST_CHECK;
/* A lane whose field is not listed. */
bool dense_lane_load(struct block *b, uint32_t field, struct err *e) MUST_CHECK;
/* The same for a guessed field, or one of flows that changes in some row. */
bool dense_rebuild(struct block *b, enum dense_slot s,
                   struct err *e) MUST_CHECK;

bool dense_told_load(struct block *b, uint8_t field, enum stream_kind kind,
                     struct dense_told *out, struct err *e) MUST_CHECK;

static inline uint32_t dense_told_next(struct dense_told *t)
{
    if (t->at < t->n)
        return t->v[t->at++];
    t->missing = true;
    return 0;
}

#endif
