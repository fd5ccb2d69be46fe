/* batch.h - rows in flight: columns of up to BATCH_ROWS values and the
 * selection of rows still alive. A batch comes from one block of packets, with
 * one column a field, or from a stage, with the columns of its output schema.
 * Columns point into memory that stays valid until the next batch is asked
 * for; nobody frees them. A batch belongs to one thread. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/err.h"
#include "store/schema.h"

enum { BATCH_ROWS = 1024, BATCH_WORDS = BATCH_ROWS / 64 };

struct set; /* query/value.h */

struct column {
    union {
        const int64_t *i;             /* LANE_INT */
        const double *r;              /* LANE_REAL */
        const struct addr *a;         /* LANE_ADDR */
        const struct set *const *set; /* LANE_SET */
    };
    const uint64_t *absent; /* bit set: no value in that row, and the value is
                             * undefined; NULL: none absent */
    /* Of values from a dictionary their places in it; undefined where absent.
     * NULL: there is none. `dictionary` is the same number only for the same
     * values at the same places, within one snapshot. */
    const uint32_t *code;
    uint32_t codes; /* above all of them */
    uint64_t dictionary;
};

/* What many rows of a block have in common: how they look, or their flow. */
enum batch_code { BATCH_SHAPE, BATCH_FLOW, BATCH_CODES };

/* Codes [from, from + n). */
struct batch_span {
    enum batch_code by;
    uint32_t from, n;
};

/* Which flow each row of a batch belongs to. */
struct batch_flows {
    const uint16_t *code; /* by row */
    uint32_t n;           /* above all of them */
    uint32_t block;       /* of the snapshot, that codes are of */
};

/* Ascending row numbers. */
struct sel {
    uint32_t n;
    uint16_t row[BATCH_ROWS];
};

struct batch {
    uint32_t rows, cols;
    /* How many packets alike a row stands for; NULL: each for one. Given only
     * to stages that say they can take it. */
    const uint32_t *weight;
    struct column *col; /* col[i] is valid where loaded[i] */
    bool *loaded;
    /* Fills col[i] on first touch; NULL when every column is there. On failure
     * sets *b->e, once, and yields a column with all values absent. */
    void (*load)(struct batch *b, uint32_t i);
    void *source; /* load's own */
    /* Where the packets of `rows` lie in the snapshot, as block << 32 | row,
     * one after another; NULL: rows are no packets, or no more. */
    void (*places)(struct batch *b, const struct sel *rows, uint64_t *out);
    /* The flows of the rows, where all that `of` names (bit f: field f) follows
     * from these; false: it does not. NULL: nobody knows. */
    bool (*flows)(struct batch *b, uint64_t of, struct batch_flows *out);
    struct err *e;
    struct sel sel;
};

static inline const struct column *batch_column(struct batch *b, uint32_t i)
{
    if (!b->loaded[i])
        b->load(b, i);
    return &b->col[i];
}

static inline bool column_absent(const struct column *c, uint32_t row)
{
    return c->absent && (c->absent[row / 64] >> (row % 64) & 1);
}

static inline void batch_select_all(struct batch *b)
{
    b->sel.n = b->rows;
    for (uint32_t i = 0; i < b->rows; i++)
        b->sel.row[i] = (uint16_t)i;
}

#endif
