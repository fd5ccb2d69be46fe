/* block.h - a block: up to 65,536 packets of one sensor as columns behind a
 * header of one page; FORMAT.md has the layout. Knows nothing of where blocks
 * are kept. Encoder and block belong to one thread each. */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/strtab.h"
#include "store/batch.h"
#include "store/zone.h"

enum {
    BLOCK_ROWS = 65536,
    BLOCK_HEADER = 4096,
    BLOCK_ZONES = 128,      /* where the zone summaries begin */
    BLOCK_DIRECTORY = 1024, /* where the directory of streams begins */
    BLOCK_ENTRY = 24,       /* bytes of a directory entry */
    BLOCK_STREAMS = (BLOCK_HEADER - BLOCK_DIRECTORY) / BLOCK_ENTRY,
    BLOCK_SENSOR = 64,
    BLOCK_VERSION = 2,                      /* 1 had no dense blocks */
    BLOCK_RAW_MAX = 4 * BLOCK_ROWS * 16 + 8 /* bytes of a decoded stream */
};

/* Streams that belong to no field: numbers beside the field numbers. */
enum {
    STREAM_ADDRS = 128, /* addresses of all address fields, sorted */
    STREAM_CAPTURE,     /* which capture a row came from */
    STREAM_POSITION,    /* 0-based position of the packet in its capture */
    STREAM_SHAPE,       /* dense blocks: what a row looks like */
    STREAM_FLOW,        /* and which flow it belongs to */
    STREAM_END
};

/* On-disk ids. */
enum stream_kind {
    KIND_PRESENCE = 1, /* one bit a row */
    KIND_VALUES,       /* numbers of the rows that have one */
    KIND_CODES,        /* the same, as places in a dictionary */
    KIND_DICTIONARY,
    KIND_SHAPED,   /* numbers of shapes */
    KIND_CLASSES,  /* of a shape: how guessed fields are told */
    KIND_FLOWED,   /* numbers of flows */
    KIND_BACK,     /* steps back to the other direction of flows */
    KIND_NEAR,     /* steps from what was expected */
    KIND_FAR,      /* values that were not expected */
    KIND_BASIS,    /* a number that guesses start from */
    KIND_MANTISSA, /* bits of steps below their highest */
    KIND_V4        /* IPv4 addresses of a dictionary */
};

enum encoding {
    ENCODING_BYTES = 1, /* a bitmap or a dictionary as it is */
    ENCODING_CONSTANT,  /* one number for all rows */
    ENCODING_PLAIN,     /* base, then value - base, narrowest width */
    ENCODING_DELTA,     /* base, then zigzag of the step from row to row */
    ENCODING_BITS       /* base, then how many bits each step up has */
};

struct block_stream {
    uint8_t id, kind, encoding, codec, width;
    uint32_t raw, stored, offset; /* bytes; offset from the block's start */
    uint64_t sum;                 /* XXH3-64 of the stored bytes */
};

/* A packet as a row: with what breaks ties of time. */
struct block_row {
    struct record record;
    struct digest capture; /* of the capture's first packet */
    uint64_t capture_id;
    uint64_t position;
};

/* Order of rows: time, capture digest, capture id, position. */
int block_row_cmp(const struct block_row *a, const struct block_row *b);

struct block_head {
    uint32_t version;  /* layout; that of a block that was read */
    uint64_t sequence; /* of the commit that wrote it */
    uint64_t replaces; /* id of the block it stands in for, or 0 */
    uint32_t rows;
    uint32_t unit; /* of time, ns */
    uint64_t bytes;
    char sensor[BLOCK_SENSOR];
    uint32_t streams;
    struct block_stream stream[BLOCK_STREAMS];
    struct zone zone;
};

/* ---- writing ---- */

struct block_encoder;

struct block_encoder *block_encoder_new(void);
void block_encoder_free(struct block_encoder *c);

/* Replaces the contents of `out` by a block of the rows, which must be in
 * order: 1 .. BLOCK_ROWS of them. Takes sequence, replaces and sensor from
 * `head`; the rest of it is ignored. */
void block_encode(struct block_encoder *c, const struct block_row *const *rows,
                  uint32_t n, const struct block_head *head, struct buf *out);

/* The same as independent columns, which need no flows to be read. */
void block_encode_plain(struct block_encoder *c,
                        const struct block_row *const *rows, uint32_t n,
                        const struct block_head *head, struct buf *out);

/* ---- reading ---- */

/* The header page on its way out, and back: block_head_read is _verify (the
 * checksum; false: no block or damaged) and _parse. `len` is the length of the
 * whole block. */
void block_head_write(const struct block_head *h, uint8_t page[BLOCK_HEADER]);
bool block_head_verify(const uint8_t *data, size_t len);
bool block_head_parse(const uint8_t *data, size_t len, struct block_head *h,
                      struct err *e) MUST_CHECK;
bool block_head_read(const uint8_t *data, size_t len, struct block_head *h,
                     struct err *e) MUST_CHECK;

/* The front of a block: its header up to the end of the zone summary. How long
 * it is (0: no header), and all of the head that it tells; no streams. It has
 * no checksum of its own. */
size_t block_front_len(const uint8_t *data, size_t len);
bool block_front_parse(const uint8_t *front, size_t len, size_t block_len,
                       struct block_head *h, struct err *e) MUST_CHECK;

struct block;

/* `data` must outlive the block. Text ids come from `text`; without it,
 * columns of text are not to be asked for. */
struct block *block_open(const uint8_t *data, size_t len, struct strtab *text,
                         struct err *e) MUST_CHECK;
/* The same without holding any checksum against the bytes, so that tests
 * reach the decoders. */
struct block *block_open_unchecked(const uint8_t *data, size_t len,
                                   struct strtab *text,
                                   struct err *e) MUST_CHECK;
void block_close(struct block *b);
/* Has `fn` told which bytes are about to be read. */
void block_on_read(struct block *b,
                   void (*fn)(const uint8_t *data, size_t len));
/* The number of its dictionary of addresses; 0 at first: columns show none. */
void block_set_dictionary(struct block *b, uint64_t number);
const struct block_head *block_head_of(const struct block *b);

/* As store_block_column. */
bool block_column(struct block *b, enum field_id f, uint32_t from, uint32_t n,
                  struct column *out, struct err *e) MUST_CHECK;
/* As store_block_coded, _codes and _code_column. */
bool block_coded(struct block *b, enum batch_code by, uint64_t of,
                 uint64_t *out, struct err *e) MUST_CHECK;
bool block_codes(struct block *b, enum batch_code by, const uint16_t **code,
                 uint32_t *n, struct err *e) MUST_CHECK;
bool block_code_column(struct block *b, const struct batch_span *of,
                       enum field_id f, struct column *out,
                       struct err *e) MUST_CHECK;
/* As store_block_pick. */
bool block_pick(struct block *b, const uint64_t *rows,
                struct err *e) MUST_CHECK;
/* Where a row came from. */
struct block_origin {
    struct digest capture; /* of its first packet */
    uint64_t id;           /* of the capture in its store */
    uint64_t position;
};
bool block_order(struct block *b, uint32_t row, struct block_origin *out,
                 struct err *e) MUST_CHECK;
/* Decodes every field but SENSOR into `head.rows` rows. */
bool block_unpack(struct block *b, struct block_row *rows,
                  struct err *e) MUST_CHECK;
/* Every address of the block's address fields, ascending; the block's. */
bool block_addresses(struct block *b, const struct addr **out, uint32_t *n,
                     struct err *e) MUST_CHECK;
size_t block_memory(const struct block *b);

/* Name of a stream for messages: a field's, or that of a hidden stream. */
const char *block_stream_name(uint8_t id);

/* The zone part of a header: between struct and its bytes on disk. */
void block_zone_write(const struct zone *z, struct buf *out);
bool block_zone_read(struct cursor *c, uint32_t fields, struct zone *z);

#endif
