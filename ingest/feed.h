/* feed.h - the packets of one capture with their running digest, and a way
 * back to the first of them: files are opened again, a stream is kept in an
 * unlinked temporary file while somebody may want to go back. */
#ifndef INGEST_FEED_H
#define INGEST_FEED_H

#include "base/hash.h"
#include "ingest/capture.h"

struct ahead;

/* What is known of a capture besides its packets, as far as it was read; sizes
 * since it was opened last. */
struct feed_facts {
    uint64_t bytes_in;  /* as on disk */
    uint64_t bytes_out; /* decompressed */
    uint64_t offset;    /* see capture_offset */
    uint64_t lost;      /* see capture_lost */
    bool broken;
    char why[320]; /* if broken: reading stopped before the end */
};

/* A feed belongs to one thread. Read-only but through the functions below. */
struct feed {
    const char *path;        /* the caller's; "-" is standard input */
    struct capture *capture; /* or NULL, and */
    struct ahead *ahead;     /* what reads it in another thread, see ahead.h */
    uint64_t n;              /* packets delivered */
    struct digest digest; /* over these: link type, time, caplen, len, bytes */
    int64_t last;         /* time of the last of them */
    uint64_t steps_back;  /* times the clock went back in them */
    FILE *spool;          /* packets of a stream, from the first; or NULL */
    uint64_t spooled;     /* packets in it */
    uint64_t replayed;    /* of these delivered since the way back */
    bool keeping, replaying, spool_failed;
    uint8_t *bytes; /* of the packet replayed */
};

/* *kind as in capture.h. feed_close may follow a failure. */
bool feed_open(struct feed *f, const char *path, enum capture_kind *kind,
               struct err *e) MUST_CHECK;
void feed_close(struct feed *f);
bool feed_is_stream(const struct feed *f);

/* False at the end, good or bad: feed_broken. */
bool feed_next(struct feed *f, struct capture_packet *p);
/* NULL, or why reading stopped before the end. */
const char *feed_broken(const struct feed *f);

/* Before going on behind packet `first`, the only one delivered so far: keeps
 * what a stream gives from here on, in a temporary file in `dir`. Nothing to
 * do for a file. */
bool feed_keep(struct feed *f, const struct capture_packet *first,
               const char *dir, struct err *e) MUST_CHECK;
/* Back to before the first packet. */
bool feed_rewind(struct feed *f, struct err *e) MUST_CHECK;
/* Nobody will want to go back any more: an unread spool is still replayed. */
void feed_forget(struct feed *f);

/* All 0 where opening it again failed. */
void feed_facts(const struct feed *f, struct feed_facts *out);
/* As on disk, since the capture was opened last. */
uint64_t feed_bytes_in(const struct feed *f);

#endif
