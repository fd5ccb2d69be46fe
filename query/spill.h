/* spill.h - rows on disk, for stages that have used up their memory: streams of
 * rows in one unlinked temporary file, written once in order and read once. The
 * blocks of what was read are written again. */
#ifndef QUERY_SPILL_H
#define QUERY_SPILL_H

#include "query/run.h"

/* The types of a row's values; whose arrays they are, the caller says. */
struct spill_layout {
    uint32_t cols;
    const struct vtype *type;
};

/* The file; made when the first block is written. One thread. */
struct spill {
    struct run *run;
    int fd;         /* -1: none yet */
    size_t block;   /* bytes of a block, its head included */
    uint32_t made;  /* blocks that the file has */
    uint32_t *free; /* blocks to be written again */
    uint32_t frees;
    uint64_t written; /* bytes in all */
};

/* Rows in the order in which they were put. {0} is empty. Its buffer, one block
 * and a little, is there only while it is written or read, and is charged even
 * over the limit: spill_reserve says how much a stage has to leave free. */
struct spill_stream {
    uint64_t rows;
    uint64_t bytes; /* written; then not yet read from the file */
    uint32_t first, next;
    uint8_t *buf;
    size_t at, len;
};

void spill_open(struct spill *s, struct run *r);
/* The file is gone then. Streams are closed before. */
void spill_close(struct spill *s);
/* Bytes that a buffer takes. */
size_t spill_buffer(const struct spill *s);

/* Appends a row, marked with a number of the caller's. False: the run's error
 * is set, as by all below. */
bool spill_put(struct spill *s, struct spill_stream *t, uint8_t mark,
               const struct spill_layout *l,
               const struct value *row) MUST_CHECK;
/* Nothing more will be put. */
bool spill_seal(struct spill *s, struct spill_stream *t) MUST_CHECK;
/* The mark of the next row; -1: there is none, or the run's error is set. */
int spill_peek(struct spill *s, struct spill_stream *t);
/* The next row. Its sets are made in `sets`. */
bool spill_get(struct spill *s, struct spill_stream *t,
               const struct spill_layout *l, struct value *row,
               struct arena *sets) MUST_CHECK;
/* Drops what was not read. */
void spill_drop(struct spill *s, struct spill_stream *t);

#endif
