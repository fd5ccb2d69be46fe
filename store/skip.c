/* skip.c - a reader that leaves out what is damaged, and says what. */
#include <string.h>

#include "store/reader.h"

bool reader_leave(struct store_reader *r, uint64_t rows, const struct err *why)
{
    struct store_left_out out = {.rows = rows};

    if (!r->left)
        return false;
    snprintf(out.what, sizeof out.what, "%s", why->text);
    r->left(r->left_ctx, &out);
    return true;
}

struct store_reader *store_reader_open_damaged(
    struct store *s, struct strtab *t, bool odd,
    void (*left)(void *ctx, const struct store_left_out *what), void *ctx,
    struct err *e)
{
    return reader_open(s, t, odd, left, ctx, e);
}

/* Decodes all of a block that a query could ask for. */
static bool decode(struct block *b, struct err *e)
{
    uint32_t rows = block_head_of(b)->rows;
    uint32_t n = rows < BATCH_ROWS ? rows : BATCH_ROWS;
    struct block_origin origin;
    struct column column;

    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (!block_column(b, (enum field_id)f, 0, n, &column, e))
            return false;
    return block_order(b, 0, &origin, e);
}

static bool is_sound(struct store_reader *r, uint32_t i, struct err *e)
{
    struct kv_bytes v;

    if (!reader_bytes(r, i, &v, e))
        return false;
    struct block *b = block_open(v.data, v.len, r->text, e);
    bool good = b && decode(b, e);
    block_close(b);
    kv_done_with(v.data, v.len);
    return good ? true : reader_context(r, i, e);
}

static bool overlaps(const struct reader_block *b, int64_t from, int64_t to)
{
    struct range t = b->zone.field[FIELD_TIME].range;

    return b->zone.rows > 0 && t.hi >= from && t.lo < to;
}

void store_reader_verify(struct store_reader *r, int64_t from, int64_t to)
{
    for (uint32_t i = 0; r->left && i < r->blocks; i++) {
        struct reader_block *b = r->block[i];
        struct err why = {0};
        if (b->verified || !overlaps(b, from, to))
            continue;
        b->verified = true;
        if (is_sound(r, i, &why))
            continue;
        (void)!reader_leave(r, b->zone.rows, &why);
        b->zone = (struct zone){.rows = 0};
    }
}
