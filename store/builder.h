/* builder.h - rows of one month and sensor on their way into a block. Belongs
 * to one thread at a time. */
#ifndef STORE_BUILDER_H
#define STORE_BUILDER_H

#include "store/block.h"
#include "store/month.h"

struct builder {
    uint32_t month;
    char sensor[BLOCK_SENSOR];
    struct block_row **chunk; /* BUILDER_CHUNK rows each */
    uint32_t chunks, n;
    uint64_t tail_id; /* the open block that the next one may take in; or 0 */
    uint32_t tail_rows;
};

enum { BUILDER_CHUNK = 32 };

struct builder *builder_new(uint32_t month, const char *sensor);
void builder_free(struct builder *b);

/* A zeroed row at the end; the caller fills it. */
struct block_row *builder_add(struct builder *b);
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
