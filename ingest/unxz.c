/* unxz.c - liblzma behind our names. libarchive would let a dictionary take a
 * gigabyte. */
#include "ingest/unxz.h"

#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>

enum { INPUT = 64 * 1024, OUTPUT_MAX = 1 << 20 };

/* A dictionary of 128 MiB and the decoder's own state. */
#define MEMORY_MAX (UINT64_C(129) << 20)

struct unxz {
    lzma_stream z;
    ssize_t (*feed)(void *ctx, void *out, size_t len);
    void *ctx;
    bool fed, ended, failed; /* fed: the input has ended */
    const char *why;         /* failed; NULL: feed did */
    uint8_t input[INPUT];
};

struct unxz *unxz_new(ssize_t (*feed)(void *ctx, void *out, size_t len),
                      void *ctx)
{
    struct unxz *x = calloc(1, sizeof *x);

    if (!x)
        return NULL;
    if (lzma_stream_decoder(&x->z, MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK) {
        free(x);
        return NULL;
    }
    x->feed = feed;
    x->ctx = ctx;
    return x;
}

void unxz_free(struct unxz *x)
{
    if (!x)
        return;
    lzma_end(&x->z);
    free(x);
}

static void fail(struct unxz *x, const char *why)
{
    x->failed = true;
    x->why = why;
}

static void refill(struct unxz *x)
{
    if (x->z.avail_in || x->fed)
        return;
    ssize_t n = x->feed(x->ctx, x->input, sizeof x->input);

    x->fed = n <= 0;
    if (n < 0)
        fail(x, NULL);
    x->z.next_in = x->input;
    x->z.avail_in = n > 0 ? (size_t)n : 0;
}

static const char *reason(const struct unxz *x, lzma_ret status)
{
    switch (status) {
    case LZMA_MEMLIMIT_ERROR: return "its dictionary is over 128 MiB";
    case LZMA_MEM_ERROR: return "out of memory";
    case LZMA_OPTIONS_ERROR: return "a filter that is not known";
    default: return x->fed ? "the data are cut" : "the data are damaged";
    }
}

static void step(struct unxz *x)
{
    refill(x);
    if (x->failed)
        return;
    lzma_ret status = lzma_code(&x->z, x->fed ? LZMA_FINISH : LZMA_RUN);

    if (status == LZMA_STREAM_END)
        x->ended = true;
    else if (status != LZMA_OK)
        fail(x, reason(x, status));
}

ssize_t unxz_read(struct unxz *x, void *out, size_t len, const char **why)
{
    size_t room = len < OUTPUT_MAX ? len : OUTPUT_MAX;

    x->z.next_out = out;
    x->z.avail_out = room;
    while (x->z.avail_out == room && !x->ended && !x->failed)
        step(x);
    *why = x->why;
    if (x->z.avail_out == room && x->failed)
        return -1;
    return (ssize_t)(room - x->z.avail_out);
}
