/* source.h - the bytes of a file or a pipe, decompressed where its first bytes
 * say so (gzip, zstd, xz, bzip2, lz4), never by its name. A source belongs to
 * one thread. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include <sys/types.h>

#include "base/err.h"

struct source;

/* Takes over `fd`, also on failure. ERR_INPUT: it cannot be read. */
struct source *source_open(int fd, struct err *e) MUST_CHECK;
void source_close(struct source *s);

/* Up to `len` bytes, at least 1. 0: the end; -1: reading or
 * decompressing failed, source_failure says how. What was decompressed before
 * the damage is delivered first. */
ssize_t source_read(struct source *s, void *out, size_t len);
const char *source_failure(const struct source *s); /* NULL: none so far */

uint64_t source_bytes_in(const struct source *s);  /* taken from the file */
uint64_t source_bytes_out(const struct source *s); /* delivered */

#endif
