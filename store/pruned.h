/* pruned.h - what the catalogue remembers of months that were removed: since
 * which commit, and how far captures had been looked at there where the
 * catalogue does not say it. FORMAT.md has the argument. Functions work within
 * a transaction of the catalogue. */
#ifndef STORE_PRUNED_H
#define STORE_PRUNED_H

#include "store/kv.h"

struct pruned_month {
    uint32_t month;
    uint64_t sequence; /* of the commit that removed it */
};

/* Positions of a capture below `next` were looked at in a month that is gone,
 * though the catalogue counts fewer packets of it. */
struct pruned_claim {
    uint32_t month;
    uint64_t capture, next;
};

struct pruned {
    uint32_t months, claims;
    struct pruned_month *month;
    struct pruned_claim *claim;
};

/* All zero where nothing was ever removed. Free it, also after a failure. */
bool pruned_read(struct kv_txn *t, struct pruned *p, struct err *e) MUST_CHECK;
bool pruned_write(struct kv_txn *t, const struct pruned *p,
                  struct err *e) MUST_CHECK;
void pruned_free(struct pruned *p);

/* The commit that removed a month last; 0: none. */
uint64_t pruned_when(const struct pruned *p, uint32_t month);
/* Was any month removed by a commit after `sequence`? */
bool pruned_after(const struct pruned *p, uint64_t sequence);
/* The first position of a capture not yet looked at there, as far as it is
 * remembered. */
uint64_t pruned_next(const struct pruned *p, uint32_t month, uint64_t capture);

void pruned_add_month(struct pruned *p, uint32_t month, uint64_t sequence);
void pruned_add_claim(struct pruned *p, uint32_t month, uint64_t capture,
                      uint64_t next);

#endif
