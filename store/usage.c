/* usage.c - where the bytes of a store go. */
#include "store/index.h"
#include "store/reader.h"

/* The dictionary of addresses serves several fields: it is counted half with
 * src and half with dst. */
static void add_stream(struct store_usage *u, const struct block_stream *s)
{
    if (s->id < FIELD_COUNT) {
        u->field_bytes[s->id] += s->stored;
    } else if (s->id == STREAM_ADDRS) {
        u->field_bytes[FIELD_SRC] += s->stored / 2;
        u->field_bytes[FIELD_DST] += s->stored - s->stored / 2;
    } else {
        u->other_bytes += s->stored;
    }
}

static bool add_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    struct store_usage *u = ctx;

    (void)key;
    (void)e;
    u->index_bytes += v.len;
    return true;
}

static bool add_runs(struct store_reader *r, struct store_usage *u,
                     struct err *e)
{
    for (uint32_t i = 0; i < r->months; i++) {
        struct kv_txn *t = reader_txn(r, i, e);
        if (!t || !index_runs_each(t, add_run, u, e))
            return false;
    }
    return true;
}

bool store_usage(struct store_reader *r, struct store_usage *u, struct err *e)
{
    struct block_head h;
    struct kv_bytes v;

    *u = (struct store_usage){.blocks = r->blocks};
    for (uint32_t i = 0; i < r->blocks; i++) {
        if (!reader_bytes(r, i, &v, e))
            return false;
        if (!block_head_read(v.data, v.len, &h, e))
            return reader_context(r, i, e);
        u->rows += h.rows;
        u->other_bytes += BLOCK_HEADER;
        for (uint32_t k = 0; k < h.streams; k++)
            add_stream(u, &h.stream[k]);
    }
    return add_runs(r, u, e);
}
