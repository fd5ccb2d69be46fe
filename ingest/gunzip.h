/* gunzip.h - gzip data as a stream (RFC 1952) that delivers what it has when
 * its input breaks off; libarchive's filter drops up to
 * 64 KiB there. */
#ifndef INGEST_GUNZIP_H
#define INGEST_GUNZIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gunzip;

/* `feed` fills the buffer: bytes, 0 at the end, -1 on failure. NULL: out of
 * memory. */
struct gunzip *gunzip_new(ssize_t (*feed)(void *ctx, void *out, size_t len),
                          void *ctx);
void gunzip_free(struct gunzip *g);

/* Up to `len` bytes, at least 1; 0: the end; -1: *why says what is wrong, or
 * is NULL when `feed` failed. Members that follow each other are one stream;
 * what follows the last is ignored, as gzip(1) does. */
ssize_t gunzip_read(struct gunzip *g, void *out, size_t len, const char **why);

#endif
