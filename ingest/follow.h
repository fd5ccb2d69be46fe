/* follow.h - which files changed since they were looked at last, for an ingest
 * that goes on until it is stopped. Belongs to one thread. */
#ifndef INGEST_FOLLOW_H
#define INGEST_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* A file as it was when it was listed. */
struct follow_file {
    uint64_t dev, ino;
    int64_t size, changed; /* ns */
    int64_t wait_until;    /* monotonic ns: not to be read again before */
    uint32_t round;        /* in which it was listed last */
};

/* {0} knows no file. */
struct follow {
    struct follow_file *file; /* the first `sorted` by dev and ino */
    uint32_t n, room, sorted, round;
};

void follow_free(struct follow *f);

/* A new round of looking begins; files that the last one did not list are
 * forgotten. */
void follow_begin(struct follow *f);
/* Is there nothing new in the file? Else it is known from now on as it is. */
bool follow_unchanged(struct follow *f, const struct stat *st, int64_t now);
/* Reading the file took from `began` to `now`: it is left alone for ten times
 * as long, because what is known of it is read again with what is new. */
void follow_read(struct follow *f, const char *path, int64_t began,
                 int64_t now);

#endif
