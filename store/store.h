/* store.h - the store folder: one catalogue, one LMDB environment a month, a
 * lock for writers, site.trawl beside them. FORMAT.md says what lies where.
 * A store handle may be shared by threads; writers and readers belong to one
 * thread each. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/hash.h"
#include "base/strtab.h"
#include "store/batch.h"
#include "store/zone.h"

struct store;

/* Chosen when a store is made, and never again. */
struct store_options {
    bool macs;          /* keep hardware addresses of IP packets */
    bool tunnels_inner; /* decode the inner packet of tunnels */
};

/* Makes the folder (0700) and its files (0600), whatever the umask. Fails when
 * `dir` exists and is no empty folder; one whose maker was killed half way is
 * made whole. */
bool store_create(const char *dir, const struct store_options *o,
                  struct err *e) MUST_CHECK;
/* The same with a site.trawl of this text (NULL: none), which is there before
 * the store is. */
bool store_create_site(const char *dir, const struct store_options *o,
                       const char *site, struct err *e) MUST_CHECK;
/* Is there a store at `dir`? */
bool store_exists(const char *dir);

/* Opens for reading; works on a read-only mount, writes nothing. A store of a
 * newer format, on a network file system, or damaged at its root is refused. */
struct store *store_open(const char *dir, struct err *e) MUST_CHECK;
void store_close(struct store *s);
const char *store_dir(const struct store *s);
struct store_options store_options_of(const struct store *s);
/* Version of its format when it was opened; store_format at most. */
uint32_t store_format_of(const struct store *s);

/* ---- what the store knows of captures ---- */

enum store_capture_state { CAPTURE_WHOLE, CAPTURE_CUT };

/* One capture: told apart by the digest of its first packet and a serial
 * number among those that share it. */
struct store_capture {
    uint64_t id;
    char name[256]; /* last path it was read from, as given; may be cut */
    char sensor[64];
    struct digest first;  /* running digest after its first packet */
    struct digest digest; /* running digest after `packets` packets */
    uint64_t packets;     /* read and committed, skipped ones included */
    uint64_t kept;        /* of these stored */
    int64_t first_time, last_time; /* smallest and largest time kept */
    uint64_t file_bytes;           /* compressed, as on disk; 0 for a stream */
    uint64_t steps_back; /* times the clock went back by more than 0 */
    enum store_capture_state state;
    bool partial; /* who captured says that packets were lost */
};

/* Coverage of one sensor: closed interval, joined as design allows. */
struct store_cover {
    char sensor[64];
    int64_t from, to;
    bool partial; /* some capture of it is */
};

/* ---- writing ---- */

struct store_writer;

/* Takes the store's write lock. When another process holds it: waits up to
 * `wait_ms` (calling `waiting` once, if given, to say so), then fails.
 * Repairs what a killed writer left half done. */
struct store_writer *store_writer_open(struct store *s, int wait_ms,
                                       void (*waiting)(void *), void *ctx,
                                       struct err *e) MUST_CHECK;
/* From now on blocks are encoded in so many threads beside the caller's, as
 * far as that pays; what is stored is the same. To be called once, if at all.
 */
void store_writer_threads(struct store_writer *w, uint32_t threads);
/* Drops what was not committed. */
void store_writer_close(struct store_writer *w);

/* Committed captures whose first packet has this digest, in no order; written
 * to out[0..max). Returns how many there are. */
uint32_t store_writer_known(struct store_writer *w, struct digest first,
                            struct store_capture *out, uint32_t max);

/* Begins or (c->id != 0) continues a capture. c->sensor, first and name must
 * be set; sets c->id. `c` stays the caller's and must live until the commit
 * after store_writer_end; the ingester keeps packets, digest, kept (raised by
 * store_writer_add) and the rest up to date in it. */
bool store_writer_begin(struct store_writer *w, struct store_capture *c,
                        struct err *e) MUST_CHECK;
/* Adds the packet at 0-based `position` of capture c. A month that already
 * holds this position of c (its ledger says so) ignores it, so that a rerun
 * after a crash adds each packet exactly once; *added says which. Rows in odd
 * time (`odd`) go to an environment of their own. May commit. */
bool store_writer_add(struct store_writer *w, struct store_capture *c,
                      const struct record *r, uint64_t position, bool odd,
                      bool *added, struct err *e) MUST_CHECK;
/* The capture has ended; its rows and ledger go with the next commit. */
bool store_writer_end(struct store_writer *w, struct store_capture *c,
                      struct err *e) MUST_CHECK;
/* Makes everything added durable: blocks, ledger rows, then the sequence. */
bool store_writer_commit(struct store_writer *w, struct err *e) MUST_CHECK;
/* Bytes on disk of the whole store. */
uint64_t store_bytes_on_disk(const struct store *s);

/* ---- reading ---- */

struct store_reader;

/* A consistent snapshot: of a commit either everything is seen or nothing.
 * Text ids of columns come from `t`, which must outlive the reader. With
 * `odd` also the packets of odd times. */
struct store_reader *store_reader_open(struct store *s, struct strtab *t,
                                       bool odd, struct err *e) MUST_CHECK;
void store_reader_close(struct store_reader *r);

/* Something damaged that a reader left out. */
struct store_left_out {
    char what[320]; /* "2026-09: block 17: stream dport has a wrong checksum" */
    uint64_t rows;  /* packets of it; 0: nobody knows */
};

/* As store_reader_open, but leaves out what is damaged, calling `left` for
 * each: months and blocks whose headers cannot be read now, other blocks as
 * they are verified. */
struct store_reader *store_reader_open_damaged(
    struct store *s, struct strtab *t, bool odd,
    void (*left)(void *ctx, const struct store_left_out *what), void *ctx,
    struct err *e) MUST_CHECK;
/* For such a reader: decodes every block with times in [from, to) that was not
 * verified yet. One that is damaged has no rows from now on. */
void store_reader_verify(struct store_reader *r, int64_t from, int64_t to);

struct store_block_info {
    const struct zone *zone;
    uint32_t sensor; /* id in the reader's strtab */
    uint32_t month;  /* year * 12 + month - 1; 0 for odd times */
    uint64_t id;     /* within its month */
    uint64_t bytes;  /* on disk */
};

/* Blocks in order of (first time, sensor name, month, id). */
uint32_t store_reader_blocks(const struct store_reader *r);
struct store_block_info store_reader_block(const struct store_reader *r,
                                           uint32_t i);

/* Takes out of `bits` (bit i: block i, rounded up to whole words) each block
 * that surely holds no address of the ranges in any address field: src, dst,
 * inner.src and inner.dst. Ranges are sorted and disjoint. Blocks that the
 * index does not know stay. Reads the index of months that have a bit set;
 * false: what reading it met, and bits are still right. */
bool store_reader_address_blocks(struct store_reader *r,
                                 const struct addr_range *range, uint32_t n,
                                 uint64_t *bits, struct err *e) MUST_CHECK;

uint32_t store_reader_captures(const struct store_reader *r);
const struct store_capture *store_reader_capture(const struct store_reader *r,
                                                 uint32_t i);
/* Can all ledgers be read? Without them there is no coverage, which is not the
 * same as nothing having been captured. */
bool store_reader_covers(const struct store_reader *r,
                         struct err *e) MUST_CHECK;
/* Coverage by sensor and time, from the captures. Memory is `a`'s. None where
 * not all ledgers can be read. */
struct store_cover *store_reader_coverage(const struct store_reader *r,
                                          struct arena *a, uint32_t *n);

/* Was a month that shares a moment with [from, to] removed at some time? */
bool store_reader_pruned(const struct store_reader *r, int64_t from,
                         int64_t to);

/* ---- rows of a block ---- */

struct store_block;

/* Opens block i for decoding. Streams are read and their checksums verified
 * on first use of their field. */
struct store_block *store_block_open(struct store_reader *r, uint32_t i,
                                     struct err *e) MUST_CHECK;
void store_block_close(struct store_block *b);

/* Values of field f in rows [from, from + n), n <= BATCH_ROWS, rows in order
 * of (time, capture digest, position). Memory is the block's: valid until the
 * next call for the same field, or the close. */
bool store_block_column(struct store_block *b, enum field_id f, uint32_t from,
                        uint32_t n, struct column *out,
                        struct err *e) MUST_CHECK;

/* Many rows of a block look alike or belong to the same flow, and then have a
 * code in common. The fields of `of` (bit f: field f) whose values, or absence,
 * follow from the code; none where the block does not lie in this way. */
bool store_block_coded(struct store_block *b, enum batch_code by, uint64_t of,
                       uint64_t *out, struct err *e) MUST_CHECK;
/* The code of each row, and how many codes there are. The block's. */
bool store_block_codes(struct store_block *b, enum batch_code by,
                       const uint16_t **code, uint32_t *n,
                       struct err *e) MUST_CHECK;
/* As store_block_column, of codes, at most BATCH_ROWS; f must follow. */
bool store_block_code_column(struct store_block *b, const struct batch_span *of,
                             enum field_id f, struct column *out,
                             struct err *e) MUST_CHECK;

/* From now on only some rows (bit i: row i) are asked for, which may be read
 * with less work; in columns others are undefined. */
bool store_block_pick(struct store_block *b, const uint64_t *rows,
                      struct err *e) MUST_CHECK;

/* What breaks ties of time and sensor in packet order. */
struct store_order {
    struct digest capture;
    uint64_t position;
};
bool store_block_order(struct store_block *b, uint32_t row,
                       struct store_order *out, struct err *e) MUST_CHECK;

/* Bytes that block b holds decoded at this moment. */
size_t store_block_memory(const struct store_block *b);

/* The sequence of the commit that the snapshot holds. */
uint64_t store_reader_sequence(const struct store_reader *r);

/* ---- the whole ---- */

/* One damaged thing. */
struct store_damage {
    char where[96]; /* "2026-09 block 17 stream dport" */
    char what[160];
};

/* Reads every block, verifies every checksum, decodes every stream, holds zone
 * summaries, index, ledger and counts against the rows. Calls `found` for each
 * damage. False only when it could not go on. */
bool store_check(struct store *s,
                 void (*found)(void *ctx, const struct store_damage *d),
                 void *ctx, uint64_t *blocks, uint64_t *rows,
                 struct err *e) MUST_CHECK;

/* Bytes by field over the whole store, for `info`. */
enum { STORE_PARTS = 6 };
struct store_usage {
    uint64_t rows, blocks;
    uint64_t field_bytes[FIELD_COUNT];
    uint64_t index_bytes; /* addresses to blocks, and fronts of blocks */
    uint64_t other_bytes; /* what belongs to no single field; of this: */
    struct store_part {
        const char *name;
        uint64_t bytes;
    } part[STORE_PARTS];
};
bool store_usage(struct store_reader *r, struct store_usage *u,
                 struct err *e) MUST_CHECK;

/* Format version that this build writes; see FORMAT.md. */
extern const uint32_t store_format;

#endif
