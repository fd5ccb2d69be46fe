/* ingest.h - captures into the store, each packet exactly once. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <signal.h>

#include "store/store.h"

struct ingest_progress {
    uint64_t files_done, files;
    uint64_t packets;
    uint64_t bytes, bytes_total; /* as on disk; streams do not count in total */
};

struct ingest_options {
    const char *sensor;    /* NULL: from the file name, see sensor.h */
    bool accept_odd_times; /* keep times outside 1990 .. now + 1 d */
    bool dry_run;          /* read and count, write nothing */
    bool follow;      /* go on with what comes to the paths, until `stop` */
    uint32_t jobs;    /* threads, as far as they pay; 0: one a core */
    int lock_wait_ms; /* for another ingest to end */
    int64_t now;      /* ns; 0: the clock */
    const volatile sig_atomic_t *stop; /* non-zero: end soon; may be NULL */
    /* May be NULL; called from the thread of ingest_run. */
    void (*waiting)(void *ctx); /* once, when another ingest holds the lock */
    void (*progress)(void *ctx, const struct ingest_progress *p);
    /* A file of a folder that is no capture, or empty. */
    void (*passed)(void *ctx, const char *path);
    void *ctx;
};

/* What became of a file. */
enum ingest_outcome {
    INGEST_NEW,
    INGEST_KNOWN,     /* every packet was there already */
    INGEST_CONTINUED, /* its first packets were there already */
    INGEST_REFUSED,
    INGEST_EMPTY, /* no packet in it */
    INGEST_OUTCOMES
};
extern const char *const ingest_outcome_names[INGEST_OUTCOMES];

enum { INGEST_SKIPS = 32, INGEST_WARNINGS = 64 };

struct ingest_report {
    /* packets_read = packets_kept + the sum over skip[] */
    uint64_t packets_read, packets_kept;
    struct ingest_skip {
        char reason[64]; /* "known", "odd-time", "link-type PPP" */
        uint64_t packets;
    } skip[INGEST_SKIPS];
    uint32_t skips;
    uint64_t files[INGEST_OUTCOMES];
    uint64_t files_cut;            /* broken off before their end; also above */
    uint64_t files_stepped_back;   /* the clock of the capture went back */
    uint64_t files_overlapping;    /* in time, others of their sensor */
    uint64_t files_passed;         /* in folders: no captures, or empty */
    int64_t first_time, last_time; /* of packets kept, if any */
    uint64_t bytes_in;             /* read from files, as on disk */
    uint64_t bytes_unpacked;       /* the same, decompressed */
    uint64_t store_before, store_after; /* bytes on disk */
    /* The first warnings; text from outside, to be escaped. */
    struct ingest_warning {
        char path[256];
        char text[320];
    } warning[INGEST_WARNINGS];
    uint32_t warnings;
    uint64_t warnings_more; /* that found no room */
    bool incomplete;        /* some input could not be read: exit status 4 */
};

/* Reads files, folders and "-" (standard input, once) in the order of their
 * first packets into `s`, which may be NULL in a dry run. `r` is filled as far
 * as it came, also on failure. A file that cannot be read does not stop the
 * rest. Fails with ERR_STOPPED after `stop`, everything read so far being in
 * the store, and when the store fails. With `follow` the paths are looked at
 * once a second, `stop` is the good end, and what is cut at its end is taken
 * for what is still being written. Memory: 64 MiB for the list of files
 * (over a million), 130 MiB for a hostile zstd window or xz dictionary, and the
 * writer's. */
bool ingest_run(struct store *s, const struct ingest_options *o,
                const char *const *paths, size_t n, struct ingest_report *r,
                struct err *e) MUST_CHECK;

#endif
