/* rows.c - the rows of a block of a reader: decoding happens in block_*.c. */
#include <stdlib.h>

#include "base/memory.h"
#include "store/reader.h"

struct store_block {
    const struct store_reader *reader;
    uint32_t i;
    struct block *block;
};

struct store_block *store_block_open(struct store_reader *r, uint32_t i,
                                     struct err *e)
{
    struct kv_bytes v;

    if (!reader_bytes(r, i, &v, e))
        return NULL;
    struct block *block = block_open(v.data, v.len, r->text, e);
    if (!block) {
        reader_context(r, i, e);
        return NULL;
    }
    block_on_read(block, kv_will_need);
    block_set_dictionary(block, ++r->opened);
    r->month[r->block[i]->month].users++;
    struct store_block *b = memory_alloc(sizeof *b);
    *b = (struct store_block){r, i, block};
    return b;
}

void store_block_close(struct store_block *b)
{
    if (!b)
        return;
    b->reader->month[b->reader->block[b->i]->month].users--;
    block_close(b->block);
    free(b);
}

bool store_block_column(struct store_block *b, enum field_id f, uint32_t from,
                        uint32_t n, struct column *out, struct err *e)
{
    return block_column(b->block, f, from, n, out, e)
               ? true
               : reader_context(b->reader, b->i, e);
}

bool store_block_coded(struct store_block *b, enum batch_code by, uint64_t of,
                       uint64_t *out, struct err *e)
{
    return block_coded(b->block, by, of, out, e)
               ? true
               : reader_context(b->reader, b->i, e);
}

bool store_block_codes(struct store_block *b, enum batch_code by,
                       const uint16_t **code, uint32_t *n, struct err *e)
{
    return block_codes(b->block, by, code, n, e)
               ? true
               : reader_context(b->reader, b->i, e);
}

bool store_block_code_column(struct store_block *b, const struct batch_span *of,
                             enum field_id f, struct column *out, struct err *e)
{
    return block_code_column(b->block, of, f, out, e)
               ? true
               : reader_context(b->reader, b->i, e);
}

bool store_block_pick(struct store_block *b, const uint64_t *rows,
                      struct err *e)
{
    return block_pick(b->block, rows, e) ? true
                                         : reader_context(b->reader, b->i, e);
}

bool store_block_order(struct store_block *b, uint32_t row,
                       struct store_order *out, struct err *e)
{
    struct block_origin o;

    if (!block_order(b->block, row, &o, e))
        return reader_context(b->reader, b->i, e);
    *out = (struct store_order){o.capture, o.position};
    return true;
}

size_t store_block_memory(const struct store_block *b)
{
    return block_memory(b->block);
}
