/* memory.c - allocation that does not fail. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

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
