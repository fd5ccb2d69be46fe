/* sealer.h - makes blocks of builders' rows, in threads of its own if it has
 * some. Blocks come back in the order in which their rows were handed in, and
 * are the same for any number of threads. Belongs to the writer's thread;
 * threads of the sealer touch nothing but the jobs they were given: neither
 * LMDB nor the writer. */
#ifndef STORE_SEALER_H
#define STORE_SEALER_H

#include "store/builder.h"

enum {
    SEALER_THREADS = 2, /* at most */
    SEALER_AHEAD = 3    /* jobs that were not taken back yet */
};

/* Rows that become a block. */
struct sealer_job {
    struct builder rows; /* owned */
    uint64_t sequence;
    uint8_t *tail; /* the block rows.tail_id, to be taken in; owned, or NULL */
    size_t tail_len;
    uint8_t *data; /* the block that was made; owned */
    size_t len;
    bool done;
    struct err e; /* with a code: no block was made */
};
void sealer_job_free(struct sealer_job *j); /* NULL: nothing */

struct sealer;

struct sealer *sealer_new(void);
/* Waits for its threads and drops all jobs. */
void sealer_free(struct sealer *s);
/* From now on there are so many threads, at most SEALER_THREADS; fewer where
 * the system has none to give. To be called once. */
void sealer_start(struct sealer *s, uint32_t threads);

/* Takes the job over. Encodes it at once where there are no threads, or where
 * there is one and it is busy enough. There must be fewer than SEALER_AHEAD
 * pending. */
void sealer_add(struct sealer *s, struct sealer_job *j);
/* Jobs that sealer_next did not return yet. */
uint32_t sealer_pending(const struct sealer *s);
/* The oldest job, when it is done: waits. The caller's then. NULL: none. */
struct sealer_job *sealer_next(struct sealer *s);

#endif
