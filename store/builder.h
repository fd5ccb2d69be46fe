/* builder.h - rows of one month and sensor on their way into a block. Belongs
 * to the writer's thread. */
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

/* Makes a block of the rows and those of the tail, if one is named, in `out`.
 * `t` reads the month. */
bool builder_encode(struct builder *b, struct block_encoder *c,
                    struct kv_txn *t, uint64_t sequence, struct buf *out,
                    struct err *e) MUST_CHECK;

#endif
