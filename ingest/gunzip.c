/* gunzip.c - zlib behind our names. */
#include "ingest/gunzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    INPUT = 64 * 1024,
    GZIP_ONLY = 16, /* zlib.h: inflateInit2 */
    FIRST_BYTE = 0x1f
};

enum state {
    INSIDE,  /* a member */
    BETWEEN, /* two members, or behind the last */
    ENDED,
    FAILED
};

struct gunzip {
    z_stream z;
    ssize_t (*feed)(void *ctx, void *out, size_t len);
    void *ctx;
    enum state state;
    const char *why; /* FAILED; NULL: feed did */
    uint8_t input[INPUT];
};

struct gunzip *gunzip_new(ssize_t (*feed)(void *ctx, void *out, size_t len),
                          void *ctx)
{
    struct gunzip *g = calloc(1, sizeof *g);

    if (!g)
        return NULL;
    if (inflateInit2(&g->z, GZIP_ONLY + MAX_WBITS) != Z_OK) {
        free(g);
        return NULL;
    }
    g->feed = feed;
    g->ctx = ctx;
    return g;
}

void gunzip_free(struct gunzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    free(g);
}

static void fail(struct gunzip *g, const char *why)
{
    g->state = FAILED;
    g->why = why;
}

/* Makes input available; false, with another state, where there is none. */
static bool refill(struct gunzip *g)
{
    if (g->z.avail_in)
        return true;
    ssize_t n = g->feed(g->ctx, g->input, sizeof g->input);

    if (n < 0)
        fail(g, NULL);
    else if (n == 0 && g->state == BETWEEN)
        g->state = ENDED;
    else if (n == 0)
        fail(g, "the data are cut");
    g->z.next_in = g->input;
    g->z.avail_in = n > 0 ? (uInt)n : 0;
    return n > 0;
}

static void inflate_some(struct gunzip *g)
{
    int status = inflate(&g->z, Z_NO_FLUSH);

    if (status == Z_STREAM_END)
        g->state = BETWEEN;
    else if (status != Z_OK)
        fail(g, status == Z_MEM_ERROR ? "out of memory"
                : g->z.msg            ? g->z.msg
                                      : "the data are damaged");
}

static void step(struct gunzip *g)
{
    if (!refill(g))
        return;
    if (g->state == BETWEEN && g->z.next_in[0] != FIRST_BYTE) {
        g->state = ENDED;
        return;
    }
    if (g->state == BETWEEN) {
        inflateReset(&g->z);
        g->state = INSIDE;
    }
    inflate_some(g);
}

ssize_t gunzip_read(struct gunzip *g, void *out, size_t len, const char **why)
{
    uInt room = len < INPUT ? (uInt)len : INPUT;

    g->z.next_out = out;
    g->z.avail_out = room;
    while (g->z.avail_out == room && g->state != ENDED && g->state != FAILED)
        step(g);
    *why = g->why;
    if (g->z.avail_out == room && g->state == FAILED)
        return -1;
    return (ssize_t)(room - g->z.avail_out);
}
