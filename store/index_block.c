/* index_block.c - what the index needs of a block: its addresses, and what
 * tells it from another block. */
#include <stdlib.h>

#include "store/codec.h"
#include "store/index.h"

enum { SUM_AT = 120 };

uint64_t index_block_sum(struct kv_bytes block)
{
    struct cursor c = {block.data, block.data + block.len, false};

    cursor_take(&c, SUM_AT);
    return cursor_u64(&c);
}

static const struct block_stream *find(const struct block_head *h)
{
    for (uint32_t i = 0; i < h->streams; i++)
        if (h->stream[i].id == STREAM_ADDRS &&
            h->stream[i].kind == KIND_DICTIONARY)
            return &h->stream[i];
    return NULL;
}

static uint8_t *unpack(struct kv_bytes block, const struct block_stream *s,
                       struct err *e)
{
    uint8_t *raw = NULL;

    if (s->encoding == ENCODING_BYTES && s->raw % 16 == 0 &&
        s->raw <= BLOCK_RAW_MAX && s->stored <= block.len &&
        s->offset <= block.len - s->stored &&
        hash_bytes(block.data + s->offset, s->stored, 0) == s->sum) {
        raw = malloc(s->raw + 1);
        if (!raw)
            err_no_memory();
    }
    if (raw && codec_unpack(s->codec, block.data + s->offset, s->stored,
                            s->width ? s->width : 1, raw, s->raw))
        return raw;
    free(raw);
    err_set(e, ERR_STORE, "stream %s is damaged", block_stream_name(s->id));
    return NULL;
}

bool index_block_addrs(struct kv_bytes block, struct addr **out, uint32_t *n,
                       struct err *e)
{
    struct block_head h;

    *out = NULL;
    *n = 0;
    if (!block_head_read(block.data, block.len, &h, e))
        return false;
    const struct block_stream *s = find(&h);
    if (!s)
        return true;
    uint8_t *raw = unpack(block, s, e);
    if (!raw)
        return false;
    *n = s->raw / 16;
    *out = calloc(*n + 1, sizeof **out);
    if (!*out)
        err_no_memory();
    for (uint32_t i = 0; i < *n; i++)
        (*out)[i] = addr_from_bytes(raw + (size_t)i * 16);
    free(raw);
    return true;
}
