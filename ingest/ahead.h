/* ahead.h - a thread that reads, decompresses, digests and decodes files while
 * packets of the same or of files before are stored. It hands on packets in the
 * order in which they stand, files in the order of their list. Whoever reads
 * through a feed does not notice, but for ahead_record.
 *
 * An ahead belongs to the thread that made it. Its own thread sees the list of
 * files, which must not change, and nothing else that is not its own; one file
 * is open at a time. Memory: AHEAD_BATCHES batches, 5 MiB. */
#ifndef INGEST_AHEAD_H
#define INGEST_AHEAD_H

#include "ingest/decode.h"
#include "ingest/feed.h"
#include "ingest/paths.h"

enum { AHEAD_BATCH = 256, AHEAD_BATCHES = 64 };

struct ahead;

struct ahead *ahead_new(const struct paths *paths,
                        const struct decode_options *o);
void ahead_free(struct ahead *a); /* NULL: nothing; no feed may be open */

/* As feed_open, for file `file` of the list, whose path is `path`. Files are
 * opened in their order, each after the one before was closed; any may be left
 * out. What is no regular file is not read ahead. */
bool ahead_open(struct ahead *a, uint32_t file, const char *path,
                struct feed *f, enum capture_kind *kind,
                struct err *e) MUST_CHECK;

/* The record of the packet that f delivered last, decoded by whoever is to do
 * it: in `room` or where it was. NULL: decode_packet says no. */
const struct record *ahead_record(const struct feed *f,
                                  const struct decode_options *o,
                                  const struct capture_packet *p,
                                  struct record *room);

/* ---- for feed.c ---- */

/* The next packet of the file that is open. */
bool ahead_next(struct ahead *a, struct feed *f, struct capture_packet *p);
/* What was known behind the packets delivered so far, to a batch. */
const struct feed_facts *ahead_facts(const struct ahead *a);
/* The file is not read on. */
void ahead_leave(struct ahead *a);

#endif
