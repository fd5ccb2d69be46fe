/* emit.h - rows that a stage has held back, put out in batches; a column is
 * made when it is touched. */
#ifndef QUERY_EMIT_H
#define QUERY_EMIT_H

#include "query/live.h"
#include "query/stage.h"

struct emit {
    struct batch batch;
    struct vec *col; /* room for a batch each, made on first use */
    const uint32_t *id;
    struct stage_run *from;
    /* Fills column i of the rows id[0..n): vec_start or vec_gather. */
    void (*fill)(struct stage_run *from, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out);
};

void emit_open(struct emit *m, struct stage_run *from,
               void (*fill)(struct stage_run *from, uint32_t i,
                            const uint32_t *id, uint32_t n, struct vec *out));
/* Pushes the rows id[0..n) to the stage after `from`, until it wants no more
 * or the run has failed: false. */
bool emit_rows(struct emit *m, const uint32_t *id, uint32_t n);
/* The same for what has ended in l and whose turn it is, which it frees. */
bool emit_live(struct emit *m, struct live *l);
void emit_close(struct emit *m);

#endif
