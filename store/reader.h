/* reader.h - the reader's inside, for the files that make it up. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/inside.h"
#include "store/month.h"
#include "store/months.h"
#include "store/pruned.h"

/* One month in the snapshot. Few of very many are open at a time. */
struct reader_month {
    uint32_t month;
    struct kv *kv; /* NULL: not open now */
    struct kv_txn *txn;
    uint32_t users;  /* blocks of it that are open */
    uint64_t used;   /* clock when last asked for */
    uint64_t opened; /* clock when it was opened */
};

struct reader_index;

enum { READER_OPEN_MAX = 48 };

struct reader_block {
    uint32_t month; /* place in store_reader.month */
    uint32_t sensor;
    uint64_t id, bytes, sequence, replaces;
    uint64_t sum;  /* index_block_sum */
    bool verified; /* by store_reader_verify */
    struct zone zone;
};

struct store_reader {
    struct store *s;
    struct strtab *text;
    uint64_t sequence;
    struct pruned pruned; /* as of `sequence`, and: */
    struct months listed;
    uint64_t *clock;
    struct reader_month *month;
    uint32_t months;
    struct reader_block **block; /* in the order of store_reader_block */
    uint32_t blocks, block_cap;
    struct store_capture *capture;
    uint32_t captures;
    uint64_t opened;            /* blocks so far */
    struct reader_index *index; /* NULL: nobody asked yet */
    /* Told of what is damaged, which is left out; NULL: it is an error. */
    void (*left)(void *ctx, const struct store_left_out *what);
    void *left_ctx;
};

struct store_reader *
reader_open(struct store *s, struct strtab *t, bool odd,
            void (*left)(void *ctx, const struct store_left_out *what),
            void *ctx, struct err *e) MUST_CHECK;
/* Leaves out what is damaged. False: then it is an error. */
bool reader_leave(struct store_reader *r, uint64_t rows,
                  const struct err *why) MUST_CHECK;

/* "2026-09 block 17: " in front of an error. Returns false. */
bool reader_context(const struct store_reader *r, uint32_t block,
                    struct err *e);
/* The transaction of a month, opened again where it was closed for others: that
 * fails when what the snapshot needs is gone since. */
struct kv_txn *reader_txn(const struct store_reader *r, uint32_t month,
                          struct err *e) MUST_CHECK;
/* The bytes of a block. They stay while no other month is asked for, or until
 * `users` of its month is 0 again. */
bool reader_bytes(const struct store_reader *r, uint32_t block,
                  struct kv_bytes *v, struct err *e) MUST_CHECK;

/* Opens a snapshot without reading any block: catalogue, captures, months.
 * `odd` as store_reader_open. */
bool reader_snapshot(struct store_reader *r, bool odd,
                     struct err *e) MUST_CHECK;
/* Ends it, also one that failed half way; the blocks are the caller's. */
void reader_snapshot_drop(struct store_reader *r);

/* Forgets what was read of the index. */
void reader_index_free(struct store_reader *r);

#endif
