/* month.h - the tables of a month's environment: blocks, ledger, and what
 * makes a commit of many months one. FORMAT.md has the argument. Functions
 * work within a transaction of their caller, unless they take the kv. */
#ifndef STORE_MONTH_H
#define STORE_MONTH_H

#include "base/hash.h"
#include "store/block.h"
#include "store/envs.h"

/* A replaced block, kept for readers until a later commit. */
struct month_dead {
    uint64_t id;
    uint64_t sequence; /* of the commit that replaced it */
};

struct month_head {
    uint32_t format;   /* of what was read */
    uint64_t sequence; /* of the last commit that touched this month */
    uint64_t previous; /* of the one before */
    uint64_t purged;   /* blocks replaced up to here may be gone */
    uint32_t dead_n;
    struct month_dead *dead; /* the reader's of the head; free it */
};

/* All zero where nothing was committed yet. */
bool month_head_read(struct kv_txn *t, struct month_head *h,
                     struct err *e) MUST_CHECK;
bool month_head_write(struct kv_txn *t, const struct month_head *h,
                      struct err *e) MUST_CHECK;
void month_head_free(struct month_head *h);

/* What a month holds of one capture. */
struct month_count {
    uint64_t next; /* the first position not looked at yet */
    uint64_t kept;
    int64_t first_time, last_time; /* smallest and largest kept */
};

struct month_row {
    uint64_t capture;  /* id */
    uint64_t sequence; /* of the commit that wrote `now` */
    bool has_before;
    struct month_count now, before; /* before that commit */
    struct digest first;
    char sensor[BLOCK_SENSOR];
    char name[256];
};

/* *found false: no such row, and *r is zero. */
bool month_row_read(struct kv_txn *t, uint64_t capture, struct month_row *r,
                    bool *found, struct err *e) MUST_CHECK;
bool month_row_write(struct kv_txn *t, const struct month_row *r,
                     struct err *e) MUST_CHECK;
bool month_rows_each(struct kv_txn *t,
                     bool (*fn)(void *ctx, const struct month_row *r,
                                struct err *e),
                     void *ctx, struct err *e) MUST_CHECK;

/* The id after the last block. */
bool month_next_id(struct kv_txn *t, uint64_t *id, struct err *e) MUST_CHECK;
bool month_block_get(struct kv_txn *t, uint64_t id, struct kv_bytes *v,
                     struct err *e) MUST_CHECK;
bool month_block_put(struct kv_txn *t, uint64_t id, struct kv_bytes v,
                     struct err *e) MUST_CHECK;
/* The same for a block that is there, which keeps its id. */
bool month_block_replace(struct kv_txn *t, uint64_t id, struct kv_bytes v,
                         struct err *e) MUST_CHECK;
/* The first block that is not below *id, which becomes its. */
bool month_block_from(struct kv_txn *t, uint64_t *id, struct kv_bytes *v,
                      struct err *e) MUST_CHECK;
bool month_blocks_each(struct kv_txn *t,
                       bool (*fn)(void *ctx, uint64_t id, struct kv_bytes v,
                                  struct err *e),
                       void *ctx, struct err *e) MUST_CHECK;

/* The last block of a sensor, if it has room; *id 0: none. */
bool month_tail(struct kv_txn *t, const char *sensor, uint64_t *id,
                uint32_t *rows, struct err *e) MUST_CHECK;

/* Deletes blocks that were replaced by a commit up to `sequence`. *least: the
 * least id of them, or UINT64_MAX. */
bool month_purge(struct kv_txn *t, struct month_head *h, uint64_t sequence,
                 uint64_t *least, struct err *e) MUST_CHECK;

/* Takes back what a commit later than `sequence` left in this month. */
bool month_roll_back(struct kv *k, uint64_t sequence, struct err *e) MUST_CHECK;

#endif
