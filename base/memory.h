/* memory.h - the system's memory, where no arena fits: never NULL, out of
 * memory ends the process. Whoever asks frees it with free(). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t bytes);           /* not cleared */
void *memory_zeroed(size_t n, size_t size); /* n things of `size` bytes */
/* n things of `size` bytes, not cleared, the first at the beginning of a line
 * of the processor's cache. */
void *memory_lines(size_t n, size_t size);
void *memory_resize(void *old, size_t bytes); /* as realloc */

/* The same for a table that is looked up at random: on large pages where it is
 * large and the system has some. */
void *memory_table(size_t n, size_t size);

/* A list of n things of `size` bytes with room for one more: its room is
 * doubled whenever n is a power of two, and starts at one. */
void *memory_grow(void *list, size_t n, size_t size);

#endif
