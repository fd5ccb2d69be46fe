/* pipeline.h - what the parts of a running ingest share. */
#ifndef INGEST_PIPELINE_H
#define INGEST_PIPELINE_H

#include "ingest/ahead.h"
#include "ingest/decode.h"
#include "ingest/feed.h"
#include "ingest/follow.h"
#include "ingest/ingest.h"
#include "ingest/overlaps.h"
#include "ingest/paths.h"

enum { PIPELINE_HELD_MAX = 1024, PIPELINE_CANDIDATES = 16 };

struct pipeline {
    struct store *store; /* NULL: dry run without one */
    const struct ingest_options *o;
    struct ingest_report *report;
    uint32_t jobs;               /* at least 1 */
    struct store_writer *writer; /* NULL: dry run */
    struct store_reader *reader; /* dry run: what is known */
    struct strtab text;          /* the reader's */
    struct decode_options decode;
    struct paths_hooks hooks; /* of paths */
    struct paths paths;
    struct follow follow;
    struct ahead *ahead; /* NULL: files are read where they are stored */
    struct ingest_progress progress;
    uint64_t bytes_done;            /* of files that are through */
    int64_t odd_from, odd_to;       /* times outside [from, to] are odd */
    int64_t progress_at, commit_at; /* monotonic ns */
    uint64_t uncommitted;           /* packets */
    /* Captures that ended and wait for their commit; owned. */
    struct store_capture *held[PIPELINE_HELD_MAX];
    uint32_t n_held;
    struct overlaps overlaps;
};

/* Stop flag, progress, commits that are due: looked at every 4,096 packets
 * read from `f`, and with `now` at once. False: *e is set. */
bool pipeline_tick(struct pipeline *u, const struct feed *f, bool now,
                   struct err *e) MUST_CHECK;
bool pipeline_commit(struct pipeline *u, struct err *e) MUST_CHECK;

/* Reads one file into the store. False only when the whole ingest must end. */
bool pipeline_file(struct pipeline *u, const char *path,
                   struct err *e) MUST_CHECK;

/* Where a file goes on from what the store holds of it. */
struct pipeline_start {
    struct store_capture capture;  /* id 0: a new one */
    uint64_t known;                /* packets that are there already */
    struct capture_packet pending; /* the next one, delivered by the feed */
    bool whole;                    /* there is none: nothing is new */
};
/* In: the capture's first digest, name and sensor; `pending` is its first
 * packet and all that the feed delivered so far. */
bool pipeline_resume(struct pipeline *u, struct feed *f,
                     struct pipeline_start *start, struct err *e) MUST_CHECK;

/* Do the first packets of `c` in the store equal those of the whole feed, row
 * by row? Reads the feed again from its start. */
bool pipeline_is_prefix(struct pipeline *u, struct feed *f,
                        const struct store_capture *c, bool *is,
                        struct err *e) MUST_CHECK;

#endif
