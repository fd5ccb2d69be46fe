/* fuzz_block.c - arbitrary bytes as a block: every field of every row, without
 * checksums in the way. The input is rows, streams, 8 bytes for the directory
 * entry of each, and the bytes of the streams; short and dense, so that it
 * reaches the decoders. */
#include <stdlib.h>
#include <string.h>

#include "store/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_columns(struct block *b)
{
    uint32_t rows = block_head_of(b)->rows;
    struct column c;

    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        struct err e = {0};
        for (uint32_t at = 0, n; at < rows && !e.code; at += n) {
            n = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
            if (!block_column(b, (enum field_id)f, at, n, &c, &e))
                break;
            for (uint32_t i = 0; i < n; i++)
                if (!column_absent(&c, i) &&
                    schema_fields[f].width == WIDTH_U8 &&
                    (c.i[i] < 0 || c.i[i] > UINT8_MAX))
                    abort();
        }
    }
}

static void read_rows(struct block *b)
{
    struct block_row *rows = calloc(block_head_of(b)->rows, sizeof *rows);
    struct err e = {0};

    if (rows && !block_unpack(b, rows, &e) && e.code != ERR_STORE)
        abort();
    free(rows);
}

static uint32_t take(struct cursor *c, struct block_stream *s, uint32_t offset)
{
    s->id = cursor_u8(c);
    s->kind = cursor_u8(c);
    s->encoding = cursor_u8(c);
    uint8_t how = cursor_u8(c);
    s->codec = how & 3;
    s->width = how >> 3;
    s->raw = cursor_u16(c);
    s->stored = cursor_u16(c);
    s->offset = offset;
    return offset + s->stored;
}

/* A block of these streams; lengths may be lies, as ever. */
static void build(struct cursor *c, struct buf *out)
{
    struct block_head h = {.rows = 1 + cursor_u16(c) % 300, .sensor = "s"};
    uint32_t offset = BLOCK_HEADER;

    h.unit = cursor_u8(c);
    h.streams = cursor_u8(c) % BLOCK_STREAMS;
    for (uint32_t i = 0; i < h.streams; i++)
        offset = take(c, &h.stream[i], offset);
    buf_fill(out, 0, BLOCK_HEADER);
    buf_put(out, c->at, (size_t)(c->end - c->at));
    h.bytes = out->len;
    block_head_write(&h, out->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = {data, data + size, false};
    struct buf bytes = {0};
    struct strtab text = {0};
    struct err e = {0};

    build(&c, &bytes);
    struct block *b = block_open_unchecked(bytes.data, bytes.len, &text, &e);
    if (b) {
        read_columns(b);
        read_rows(b);
    }
    block_close(b);
    strtab_free(&text);
    buf_free(&bytes);
    if (size >= BLOCK_HEADER) { /* and as it is */
        b = block_open_unchecked(data, size, NULL, &e);
        block_close(b);
    }
    return 0;
}
