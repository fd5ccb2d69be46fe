/* writer.h - the writer's inside, for the files that make it up: taking rows
 * in (writer.c), having blocks made of them (seal.c) and committing these
 * (commit.c). */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/index.h"
#include "store/inside.h"
#include "store/months.h"
#include "store/pruned.h"
#include "store/sealer.h"

/* Bounds on what waits in memory for a commit; over any, one happens. */
enum {
    WRITER_ROWS = 128 * 1024,                  /* in all builders */
    WRITER_SPARE = BLOCK_ROWS / BUILDER_CHUNK, /* chunks to be used again */
    WRITER_BUILDERS = 1024,                    /* with a chunk each at least */
    WRITER_TRACKS = 4096,                      /* (capture, month) pairs */
    WRITER_BLOCKS = 16,                        /* full, encoded or being so */
    WRITER_BLOCK_BYTES = 16 << 20,             /* of these, about; see seal.c */
    WRITER_CAPTURES = 1024 /* ended, their rows to be written */
};

/* An encoded block that the next commit stores. */
struct writer_block {
    uint32_t month;
    uint64_t replaces;
    uint8_t *data;
    size_t len;
};

/* How far a capture has come in a month. */
struct writer_track {
    uint32_t month;
    bool dirty; /* differs from the ledger */
    struct month_row row;
};

struct writer_capture {
    struct store_capture *c;
    bool ended;
};

struct store_writer {
    struct store *s;
    int lock; /* file that holds the flock */
    struct catalogue_head head;
    struct pruned pruned;
    struct months listed;
    struct months lost; /* cannot be opened; only where `lenient` */
    bool lenient;
    struct sealer *sealer;
    struct queue spare; /* of chunks of rows, for builders */
    struct builder **builder;
    uint32_t builders;
    uint64_t rows; /* in builders */
    struct writer_track **track;
    uint32_t tracks;
    struct writer_block *block;
    uint32_t blocks;
    size_t block_bytes;
    size_t largest; /* block so far, bytes; 0: none yet */
    struct writer_capture *capture;
    uint32_t captures, ended;
    struct {
        const struct store_capture *c;
        uint32_t month;
        int64_t from, to; /* times that lie in `month` */
        struct builder *builder;
        struct writer_track *track;
    } last; /* where the last packet went: the next one mostly does too */
    struct index_months written; /* since their runs were joined */
    bool failed;                 /* nothing more can be done but close */
    struct err why;
};

/* Hands the rows of b to the sealer. */
bool writer_seal(struct store_writer *w, struct builder *b,
                 struct err *e) MUST_CHECK;
/* Takes blocks back from the sealer until so many are pending: waits. */
bool writer_collect(struct store_writer *w, uint32_t pending,
                    struct err *e) MUST_CHECK;
/* Commits. `merge`: take in open tails however large they are. */
bool writer_commit(struct store_writer *w, bool merge,
                   struct err *e) MUST_CHECK;
/* Drops all that waits in memory. */
void writer_drop(struct store_writer *w);

/* Puts the name of the month in front of an error. Returns false. */
bool writer_context(uint32_t month, struct err *e);

#endif
