/* usage.c - where the bytes of a store go. */
#include "store/fronts.h"
#include "store/index.h"
#include "store/reader.h"

/* Headers, then the streams that belong to no field. */
_Static_assert((int)STORE_PARTS == 1 + STREAM_END - STREAM_ADDRS,
               "a part each");

static void add_part(struct store_usage *u, uint32_t part, uint64_t bytes)
{
    u->other_bytes += bytes;
    u->part[part].bytes += bytes;
}

static void add_stream(struct store_usage *u, const struct block_stream *s)
{
    if (s->id < FIELD_COUNT)
        u->field_bytes[s->id] += s->stored;
    else if (s->id >= STREAM_ADDRS && s->id < STREAM_END)
        add_part(u, 1u + s->id - STREAM_ADDRS, s->stored);
    else
        u->other_bytes += s->stored;
}

static void name_parts(struct store_usage *u)
{
    u->part[0].name = "headers";
    for (uint32_t i = 1; i < STORE_PARTS; i++)
        u->part[i].name = block_stream_name((uint8_t)(STREAM_ADDRS + i - 1));
}

static bool add_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    struct store_usage *u = ctx;

    (void)key;
    (void)e;
    u->index_bytes += v.len;
    return true;
}

static bool add_fronts(struct kv_txn *t, struct store_usage *u, struct err *e)
{
    uint64_t bytes;
    bool good = fronts_bytes(t, &bytes, e);

    u->index_bytes += bytes;
    return good;
}

static bool add_tables(struct store_reader *r, struct store_usage *u,
                       struct err *e)
{
    for (uint32_t i = 0; i < r->months; i++) {
        struct kv_txn *t = reader_txn(r, i, e);
        if (!t || !index_runs_each(t, add_run, u, e) || !add_fronts(t, u, e))
            return false;
    }
    return true;
}

bool store_usage(struct store_reader *r, struct store_usage *u, struct err *e)
{
    struct block_head h;
    struct kv_bytes v;

    *u = (struct store_usage){.blocks = r->blocks};
    name_parts(u);
    for (uint32_t i = 0; i < r->blocks; i++) {
        if (!reader_bytes(r, i, &v, e))
            return false;
        if (!block_head_read(v.data, v.len, &h, e))
            return reader_context(r, i, e);
        u->rows += h.rows;
        add_part(u, 0, BLOCK_HEADER);
        for (uint32_t k = 0; k < h.streams; k++)
            add_stream(u, &h.stream[k]);
    }
    return add_tables(r, u, e);
}
