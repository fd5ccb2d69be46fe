/* builder.h - rows of one month and sensor on their way into a block. Belongs
 * to one thread at a time. */
#ifndef STORE_BUILDER_H
#define STORE_BUILDER_H

#include "base/queue.h"
#include "store/block.h"
#include "store/month.h"

struct builder {
    uint32_t month;
    char sensor[BLOCK_SENSOR];
    struct block_row **chunk; /* BUILDER_CHUNK rows each */
    uint32_t chunks, n;
    bool stepped;        /* a row comes before the one that was added before */
    struct queue *spare; /* chunks to be used again; NULL: none are kept */
    uint64_t tail_id; /* the open block that the next one may take in; or 0 */
    uint32_t tail_rows;
};

enum { BUILDER_CHUNK = 32 };

/* `spare` outlives the builder, and whoever its rows are moved to. */
struct builder *builder_new(uint32_t month, const char *sensor,
                            struct queue *spare);
void builder_free(struct builder *b);
/* Frees the chunks that nobody uses. */
void builder_drop_spare(struct queue *spare);

/* Adds a row; it has a time and no sensor. */
void builder_add(struct builder *b, const struct record *r,
                 const struct block_origin *origin);
/* Drops the rows; keeps the rest. */
void builder_clear(struct builder *b);

/* `to` gets the rows and the tail of b; b is for what comes behind them. */
void builder_move(struct builder *to, struct builder *b);

/* Makes a block of the rows and those of the tail, if one is named, in `out`.
 * `tail_block` is that. Touches nothing but its arguments. */
bool builder_encode(const struct builder *b, struct block_encoder *c,
                    struct kv_bytes tail_block, uint64_t sequence,
                    struct buf *out, struct err *e) MUST_CHECK;

#endif
