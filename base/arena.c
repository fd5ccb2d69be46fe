/* arena.c - bump allocation from chunks that grow with the arena. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/memory.h"

#if defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

enum { CHUNK_MIN = 64 * 1024, CHUNK_MAX = 1024 * 1024, ALIGN = 16 };

/* Under the sanitizer every allocation is followed by bytes that may not be
 * touched, as after a malloc. */
#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* what we poison */
#endif
enum { GAP = ALIGN };
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
enum { GAP = 0 };
#define POISON(p, n)   ((void)0)
#define UNPOISON(p, n) ((void)0)
#endif

struct arena_chunk {
    struct arena_chunk *next;
    size_t size, used;
    _Alignas(ALIGN) char data[];
};

/* A large allocation goes behind the newest chunk, which keeps its room. */
static struct arena_chunk *chunk_add(struct arena *a, size_t need)
{
    size_t size = a->bytes < CHUNK_MIN   ? CHUNK_MIN
                  : a->bytes > CHUNK_MAX ? CHUNK_MAX
                                         : a->bytes;
    struct arena_chunk **link = &a->chunk;

    if (need > size / 4 && a->chunk)
        link = &a->chunk->next;
    if (need > size / 4)
        size = need;
    struct arena_chunk *c = memory_alloc(sizeof *c + size);
    *c = (struct arena_chunk){.next = *link, .size = size};
    POISON(c->data, size);
    *link = c;
    a->bytes += sizeof *c + size;
    return c;
}

void *arena_alloc_raw(struct arena *a, size_t bytes)
{
    if (bytes > PTRDIFF_MAX - CHUNK_MAX)
        err_no_memory();
    size_t need = (bytes + GAP + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_chunk *c = a->chunk;
    if (!c || c->size - c->used < need)
        c = chunk_add(a, need);
    void *p = c->data + c->used;
    c->used += need;
    UNPOISON(p, bytes);
    return p;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    return memset(arena_alloc_raw(a, bytes), 0, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = arena_alloc_raw(a, len + 1);

    if (len > 0)
        memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

static void chunk_free(struct arena *a, struct arena_chunk *c)
{
    a->bytes -= sizeof *c + c->size;
    UNPOISON(c->data, c->size);
    free(c);
}

/* Keeps the largest chunk: the next batch is likely to need as much. */
void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = NULL;

    for (struct arena_chunk *c = a->chunk, *next; c; c = next) {
        next = c->next;
        if (!kept || c->size > kept->size) {
            struct arena_chunk *dead = kept;
            kept = c;
            c = dead;
        }
        if (c)
            chunk_free(a, c);
    }
    a->chunk = kept;
    if (!kept)
        return;
    kept->next = NULL;
    kept->used = 0;
    POISON(kept->data, kept->size);
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    if (a->chunk)
        chunk_free(a, a->chunk);
    a->chunk = NULL;
}
