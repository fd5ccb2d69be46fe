/* arena.h - memory that dies together. An arena belongs to one thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t bytes;              /* held from the system */
};

/* Zeroed, 16-byte aligned, never NULL: out of memory ends the process. */
void *arena_alloc(struct arena *a, size_t bytes);
/* The same without zeroing, for large arrays that are filled at once. */
void *arena_alloc_raw(struct arena *a, size_t bytes);
char *arena_strndup(struct arena *a, const char *s, size_t len);

void arena_reset(struct arena *a); /* frees the contents, keeps one chunk */
void arena_free(struct arena *a);  /* frees everything; *a is empty again */

#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

#endif
