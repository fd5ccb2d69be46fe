/* upgrade.h - rewriting a store of an older format as this program writes it:
 * the same packets in the same blocks, encoded anew. Each step is a
 * transaction that leaves a store as good as before, so that one cut off
 * anywhere can be read, written, and upgraded further. */
#ifndef STORE_UPGRADE_H
#define STORE_UPGRADE_H

#include <signal.h>

#include "store/store.h"

/* What was done, so far. */
struct upgrade_counts {
    uint32_t months;       /* that needed it, and are done */
    uint64_t blocks, rows; /* encoded anew */
    uint64_t seen, all;    /* bytes of blocks looked at, of all that need it */
    uint64_t bytes;        /* on disk at the end */
};

/* Opens a writer of its own (`wait_ms` and `waiting` as store_writer_open) and
 * readers may go on meanwhile. Calls `progress`, if given, now and then, with
 * the month in hand. Stops where *stop becomes non-zero. What is done stays,
 * also where it fails. */
struct upgrade_how {
    int wait_ms;
    void (*waiting)(void *ctx);
    void (*progress)(void *ctx, const char *month,
                     const struct upgrade_counts *n);
    void *ctx;
    const volatile sig_atomic_t *stop;
};
bool upgrade_run(struct store *s, const struct upgrade_how *how,
                 struct upgrade_counts *n, struct err *e) MUST_CHECK;

#endif
