/* unxz.h - xz data as a stream that delivers what it has when its input breaks
 * off, and refuses dictionaries that need more memory than a zstd window. */
#ifndef INGEST_UNXZ_H
#define INGEST_UNXZ_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct unxz;

/* `feed` fills the buffer: bytes, 0 at the end, -1 on failure. NULL: out of
 * memory. */
struct unxz *unxz_new(ssize_t (*feed)(void *ctx, void *out, size_t len),
                      void *ctx);
void unxz_free(struct unxz *x);

/* Up to `len` bytes, at least 1; 0: the end; -1: *why says what is wrong, or
 * is NULL when `feed` failed. Streams that follow each other are one. */
ssize_t unxz_read(struct unxz *x, void *out, size_t len, const char **why);

#endif
