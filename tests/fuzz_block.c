/* fuzz_block.c - arbitrary bytes as a block: every field of every row, without
 * checksums in the way. */
#include <stdlib.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strtab text = {0};
    struct err e = {0};
    struct block *b = block_open_unchecked(data, size, &text, &e);

    if (b) {
        read_columns(b);
        read_rows(b);
    }
    block_close(b);
    strtab_free(&text);
    return 0;
}
