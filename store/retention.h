/* retention.h - removing whole months of a store, oldest first. The catalogue
 * keeps what it knows of the captures, so that what is gone does not come back
 * with the same captures. FORMAT.md says why a crash half way does no harm. */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/store.h"

struct retention_month {
    uint32_t month; /* year * 12 + month - 1; never that of odd times */
    uint64_t bytes; /* on disk */
    uint64_t packets;
    bool lost; /* cannot be read: nobody knows how many */
};

/* A writer that also opens where months cannot be read or are missing; with
 * such it can do nothing but remove them. As store_writer_open. */
struct store_writer *retention_writer(struct store *s, int wait_ms,
                                      void (*waiting)(void *), void *ctx,
                                      struct err *e) MUST_CHECK;

/* Months to remove, ascending, and the store's size. Free it. */
struct retention_plan {
    struct retention_month *month;
    uint32_t n;
    uint64_t bytes; /* of the whole store on disk, before */
};

/* The months before `month`. A plan to be applied is made while its writer is
 * open, so that nothing changes in between. */
bool retention_before(struct store *s, uint32_t month, struct retention_plan *p,
                      struct err *e) MUST_CHECK;
/* As few of the oldest months as leave the store no larger than `bytes`; never
 * the newest. */
bool retention_down_to(struct store *s, uint64_t bytes,
                       struct retention_plan *p, struct err *e) MUST_CHECK;
/* That month alone, if the store has it. */
bool retention_one(struct store *s, uint32_t month, struct retention_plan *p,
                   struct err *e) MUST_CHECK;
void retention_plan_free(struct retention_plan *p);

/* Removes them as one commit. Nothing may have been added to `w`. */
bool retention_apply(struct store_writer *w, const struct retention_plan *p,
                     struct err *e) MUST_CHECK;

/* For a writer that opens: reads what was removed, and removes the folders
 * that were left of it. */
bool retention_finish(struct store_writer *w, struct err *e) MUST_CHECK;

#endif
