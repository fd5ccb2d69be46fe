/* months.h - the months that hold packets as the catalogue knows them, so that
 * one whose folder is gone, or was replaced by an older one, is noticed.
 * Functions work within a transaction of the catalogue. */
#ifndef STORE_MONTHS_H
#define STORE_MONTHS_H

#include "store/pruned.h"

struct months_entry {
    uint32_t month;
    uint64_t sequence; /* of the last commit that touched it */
};

struct months {
    bool known; /* false: made before the catalogue kept them; none follow */
    uint32_t n;
    struct months_entry *entry; /* in no order */
};

/* Free it, also after a failure. */
bool months_read(struct kv_txn *t, struct months *m, struct err *e) MUST_CHECK;
bool months_write(struct kv_txn *t, const struct months *m,
                  struct err *e) MUST_CHECK;
void months_free(struct months *m);

/* The last commit that touched a month; 0: it holds nothing. */
uint64_t months_when(const struct months *m, uint32_t month);
void months_note(struct months *m, uint32_t month, uint64_t sequence);
void months_drop(struct months *m, uint32_t month);

/* Is the month, whose head says `sequence`, what the catalogue knows? */
bool months_hold(const struct months *m, uint32_t month, uint64_t sequence,
                 struct err *e) MUST_CHECK;
/* Should the i-th be there? Not where a program that kept no list removed it.
 */
bool months_expected(const struct months *m, uint32_t i,
                     const struct pruned *p);
/* Sets the error: the month's folder is not there. Returns false. */
bool months_missing(struct err *e);

#endif
