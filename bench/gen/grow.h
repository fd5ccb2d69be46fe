/* grow.h - room for growing lists; out of memory ends the process. */
#ifndef GEN_GROW_H
#define GEN_GROW_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* list with twice the room, at least 1024; the caller frees it. */
static inline void *grow(void *list, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 1024;
    void *moved = more <= SIZE_MAX / size ? realloc(list, more * size) : NULL;

    if (!moved) {
        fputs("gen: out of memory\n", stderr);
        abort();
    }
    *room = more;
    return moved;
}

#endif
