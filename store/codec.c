/* codec.c - zstd at its fastest level, behind byte planes where values are
 * wider than a byte. */
#include "store/codec.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/err.h"
#include "base/memory.h"

enum { LEVEL = 1, TRIAL_MIN = 32 };

struct codec_state {
    ZSTD_CCtx *zstd;
    uint8_t *planes;
    size_t room;
};

struct codec_state *codec_new(void)
{
    struct codec_state *s = calloc(1, sizeof *s);

    if (!s || !(s->zstd = ZSTD_createCCtx()))
        err_no_memory();
    return s;
}

void codec_free(struct codec_state *s)
{
    if (!s)
        return;
    ZSTD_freeCCtx(s->zstd);
    free(s->planes);
    free(s);
}

size_t codec_bound(size_t len)
{
    return ZSTD_compressBound(len);
}

static uint8_t *planes_room(struct codec_state *s, size_t len)
{
    if (s->room < len) {
        free(s->planes);
        s->planes = memory_alloc(len);
        s->room = len;
    }
    return s->planes;
}

/* Bytes past the last whole value stay at the end. */
static void split_planes(const uint8_t *in, size_t len, size_t width,
                         uint8_t *out)
{
    size_t n = len / width;

    for (size_t k = 0; k < width; k++)
        for (size_t i = 0; i < n; i++)
            out[k * n + i] = in[i * width + k];
    memcpy(out + n * width, in + n * width, len - n * width);
}

/* Values whose planes are joined at a time, without a branch. */
enum { STRIP = 16 };

/* The first so many of n values of two bytes; returns how many. */
static size_t join_two(const uint8_t *in, size_t n, uint8_t *out)
{
    const uint8_t *low = in, *high = in + n;
    uint16_t v[STRIP];
    size_t i = 0;

    for (; i + STRIP <= n; i += STRIP) {
        for (size_t k = 0; k < STRIP; k++)
            v[k] = htole16((uint16_t)(low[i + k] | high[i + k] << 8));
        memcpy(out + i * 2, v, sizeof v);
    }
    return i;
}

static size_t join_four(const uint8_t *in, size_t n, uint8_t *out)
{
    uint32_t v[STRIP];
    size_t i = 0;

    for (; i + STRIP <= n; i += STRIP) {
        for (size_t k = 0; k < STRIP; k++)
            v[k] = in[i + k];
        for (size_t p = 1; p < 4; p++)
            for (size_t k = 0; k < STRIP; k++)
                v[k] |= (uint32_t)in[p * n + i + k] << (8 * p);
        for (size_t k = 0; k < STRIP; k++)
            v[k] = htole32(v[k]);
        memcpy(out + i * 4, v, sizeof v);
    }
    return i;
}

static void join_planes(const uint8_t *in, size_t len, size_t width,
                        uint8_t *out)
{
    size_t n = len / width;
    size_t done = width == 2   ? join_two(in, n, out)
                  : width == 4 ? join_four(in, n, out)
                               : 0;

    for (size_t k = 0; k < width; k++)
        for (size_t i = done; i < n; i++)
            out[i * width + k] = in[k * n + i];
    memcpy(out + n * width, in + n * width, len - n * width);
}

size_t codec_pack(struct codec_state *s, const uint8_t *raw, size_t len,
                  size_t width, uint8_t *out, enum codec *codec)
{
    const uint8_t *in = raw;
    size_t n = 0;

    *codec = width > 1 ? CODEC_PLANES : CODEC_ZSTD;
    if (len >= TRIAL_MIN) {
        if (width > 1) {
            uint8_t *planes = planes_room(s, len);
            split_planes(raw, len, width, planes);
            in = planes;
        }
        n = ZSTD_compressCCtx(s->zstd, out, codec_bound(len), in, len, LEVEL);
        if (!ZSTD_isError(n) && n < len - len / 33)
            return n;
    }
    memcpy(out, raw, len);
    *codec = CODEC_RAW;
    return len;
}

static bool unpack_planes(const uint8_t *data, size_t stored, size_t width,
                          uint8_t *out, size_t len)
{
    uint8_t *planes = memory_alloc(len);

    bool good = ZSTD_decompress(planes, len, data, stored) == len;
    if (good)
        join_planes(planes, len, width, out);
    free(planes);
    return good;
}

bool codec_unpack(enum codec codec, const uint8_t *data, size_t stored,
                  size_t width, uint8_t *out, size_t len)
{
    if (len == 0)
        return stored == 0;
    switch (codec) {
    case CODEC_RAW:
        if (stored == len)
            memcpy(out, data, len);
        return stored == len;
    case CODEC_ZSTD: return ZSTD_decompress(out, len, data, stored) == len;
    case CODEC_PLANES:
        return width > 1 && unpack_planes(data, stored, width, out, len);
    default: return false;
    }
}
