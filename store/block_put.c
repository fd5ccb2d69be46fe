/* block_put.c - numbers and bytes into streams of a block. */
#include <endian.h>
#include <string.h>

#include "store/block_encoder.h"

/* Appends a stream that has already been packed by codec_pack. */
static void append(struct block_encoder *c, struct block_stream s,
                   const uint8_t *stored)
{
    s.offset = (uint32_t)c->out->len;
    s.sum = hash_bytes(stored, s.stored, 0);
    buf_put(c->out, stored, s.stored);
    c->head.stream[c->head.streams++] = s;
}

static void pack(struct block_encoder *c, struct block_stream *s,
                 const uint8_t *raw, uint8_t *stored)
{
    enum codec codec;

    s->stored =
        (uint32_t)codec_pack(c->codec, raw, s->raw, s->width, stored, &codec);
    s->codec = (uint8_t)codec;
}

void block_encoder_put_bytes(struct block_encoder *c, uint8_t id,
                             enum stream_kind kind, enum encoding encoding,
                             uint8_t width, size_t len)
{
    struct block_stream s = {.id = id,
                             .kind = (uint8_t)kind,
                             .encoding = (uint8_t)encoding,
                             .width = width,
                             .raw = (uint32_t)len};

    pack(c, &s, c->packed, c->stored);
    append(c, s, c->stored);
}

static uint8_t width_for(uint64_t span)
{
    return span <= UINT8_MAX    ? 1
           : span <= UINT16_MAX ? 2
           : span <= UINT32_MAX ? 4
                                : 8;
}

/* base, then values less base, in `width` bytes each. */
static void narrow(const int64_t *v, uint32_t n, int64_t base, uint8_t width,
                   uint8_t *out)
{
    block_encoder_le(out, (uint64_t)base, 8);
    out += 8;
    for (uint32_t i = 0; width == 1 && i < n; i++)
        out[i] = (uint8_t)((uint64_t)v[i] - (uint64_t)base);
    for (uint32_t i = 0; width == 2 && i < n; i++) {
        uint16_t d = htole16((uint16_t)((uint64_t)v[i] - (uint64_t)base));
        memcpy(out + 2 * (size_t)i, &d, 2);
    }
    for (uint32_t i = 0; width == 4 && i < n; i++) {
        uint32_t d = htole32((uint32_t)((uint64_t)v[i] - (uint64_t)base));
        memcpy(out + 4 * (size_t)i, &d, 4);
    }
    for (uint32_t i = 0; width == 8 && i < n; i++) {
        uint64_t d = htole64((uint64_t)v[i] - (uint64_t)base);
        memcpy(out + 8 * (size_t)i, &d, 8);
    }
}

static uint64_t zigzag(int64_t from, int64_t to)
{
    uint64_t d = (uint64_t)to - (uint64_t)from;

    return d << 1 ^ (0 - (d >> 63));
}

/* Fills `out` with base and steps; returns their width. */
static uint8_t steps(const int64_t *v, uint32_t n, uint8_t *out)
{
    uint64_t some = 0;

    for (uint32_t i = 1; i < n; i++)
        some |= zigzag(v[i - 1], v[i]);
    uint8_t width = width_for(some);
    block_encoder_le(out, (uint64_t)v[0], 8);
    block_encoder_le(out + 8, 0, width);
    for (uint32_t i = 1; i < n; i++)
        block_encoder_le(out + 8 + (size_t)i * width, zigzag(v[i - 1], v[i]),
                         width);
    return width;
}

/* True: as steps the column is so small that nothing else need be tried. */
static bool try_steps(struct block_encoder *c, struct block_stream *s,
                      const int64_t *v, uint32_t n)
{
    s->encoding = ENCODING_DELTA;
    s->width = steps(v, n, c->tried);
    s->raw = 8 + n * s->width;
    pack(c, s, c->tried, c->stored_try);
    return s->stored <= 32 + n / 64;
}

/* `stepwise`: the column may be smaller as steps from row to row. */
void block_encoder_put_numbers(struct block_encoder *c, uint8_t id,
                               enum stream_kind kind, uint32_t n, bool stepwise)
{
    const int64_t *v = c->number;
    int64_t lo = v[0], hi = v[0];
    struct block_stream s = {.id = id,
                             .kind = (uint8_t)kind,
                             .encoding = ENCODING_CONSTANT,
                             .raw = 8};
    struct block_stream d = s;

    for (uint32_t i = 1; i < n; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    stepwise = stepwise && lo != hi;
    if (stepwise && try_steps(c, &d, v, n)) {
        append(c, d, c->stored_try);
        return;
    }
    block_encoder_le(c->packed, (uint64_t)lo, 8);
    if (lo != hi) {
        s.encoding = ENCODING_PLAIN;
        s.width = width_for((uint64_t)hi - (uint64_t)lo);
        s.raw = 8 + n * s.width;
        narrow(v, n, lo, s.width, c->packed);
    }
    pack(c, &s, c->packed, c->stored);
    if (stepwise && d.stored < s.stored)
        append(c, d, c->stored_try);
    else
        append(c, s, c->stored);
}

void block_encoder_put_list(struct block_encoder *c, uint8_t id,
                            enum stream_kind kind, const uint32_t *v,
                            uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        c->number[i] = v[i];
    if (n > 0)
        block_encoder_put_numbers(c, id, kind, n, false);
}
