/* memory.c - allocation that does not fail. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"

enum { LINE = 64 };

void *memory_alloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);

    if (!p)
        err_no_memory();
    return p;
}

void *memory_zeroed(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);

    if (!p)
        err_no_memory();
    return p;
}

/* Below two large pages nothing is gained. */
#define LARGE_PAGE ((size_t)2 << 20)

void *memory_table(size_t n, size_t size)
{
    size_t bytes = n * size;

    if (n > SIZE_MAX / 2 / size || bytes < 2 * LARGE_PAGE)
        return memory_zeroed(n, size);
    bytes = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *p = aligned_alloc(LARGE_PAGE, bytes);
    if (!p)
        err_no_memory();
    (void)madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 0, bytes);
    return p;
}

void *memory_lines(size_t n, size_t size)
{
    void *p = NULL;

    if ((n && size > SIZE_MAX / n) || posix_memalign(&p, LINE, n * size) != 0)
        err_no_memory();
    return p;
}

void *memory_resize(void *old, size_t bytes)
{
    void *p = realloc(old, bytes ? bytes : 1);

    if (!p)
        err_no_memory();
    return p;
}

void *memory_grow(void *list, size_t n, size_t size)
{
    if (n & (n - 1))
        return list;
    return memory_resize(list, (n ? n * 2 : 1) * size);
}
