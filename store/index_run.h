/* index_run.h - an address run: for some blocks of a month all addresses that
 * they hold, sorted, each with the blocks that hold it. Bytes only; FORMAT.md
 * has the layout. A run is read in place, nothing in it is believed: what does
 * not agree with its checksums is told, and never read past its end. */
#ifndef STORE_INDEX_RUN_H
#define STORE_INDEX_RUN_H

#include "base/addr.h"
#include "base/buf.h"

enum {
    INDEX_RUN_GROUP = 32,     /* addresses of a group */
    INDEX_RUN_HEAD = 40,      /* bytes before the table of blocks */
    INDEX_RUN_BLOCKS = 65535, /* most of a run */
    INDEX_RUN_VERSION = 1
};

/* A block that a run speaks of: slot i of the run is the i-th of its table. A
 * run says nothing of a block with the same id and another checksum. */
struct index_run_block {
    uint64_t id;
    uint64_t sum; /* checksum of the block's header */
};

/* Borrowed bytes, as long as their transaction. */
struct index_run {
    uint32_t blocks, groups;
    const uint8_t *table, *directory, *body;
    size_t body_len;
};

/* Verifies all but the groups. False: no run, or damaged. */
bool index_run_open(struct index_run *r, const uint8_t *data, size_t len);
struct index_run_block index_run_block(const struct index_run *r,
                                       uint32_t slot);

/* ---- reading ---- */

/* Goes from address to address. */
struct index_run_walk {
    const struct index_run *run;
    uint32_t group; /* the next one */
    const uint8_t *at, *end;
    struct addr addr;
    uint64_t head;       /* of its list of slots */
    const uint8_t *list; /* bytes of it behind the head */
    bool bad;            /* ended by damage */
};

void index_run_walk(struct index_run_walk *w, const struct index_run *r);
bool index_run_next(struct index_run_walk *w);
/* Slots of the address in hand, ascending, into out[0..r->blocks). Returns how
 * many; 0: damaged. */
uint32_t index_run_slots(const struct index_run_walk *w, uint32_t *out);

#define INDEX_RUN_NONE UINT32_MAX

/* Which wanted blocks hold an address in one of some ranges? Bits are the
 * caller's numbers of blocks, not slots. */
struct index_run_hits {
    const uint32_t *number; /* of each slot; INDEX_RUN_NONE: not asked for */
    const uint64_t *want;   /* bit i: block i is asked for */
    uint64_t *found;        /* bits are added */
    uint32_t left;          /* wanted and not found yet: at 0 it is over */
    uint32_t *slots;        /* room for r->blocks */
};

/* Ranges are sorted and disjoint. False: damaged, and found is not all. */
bool index_run_find(const struct index_run *r, const struct addr_range *range,
                    uint32_t n, struct index_run_hits *h);

/* ---- making ---- */

struct index_run_maker {
    uint32_t groups, in_group; /* addresses in the group in hand */
    size_t group_at;           /* where it begins in `body` */
    struct addr first, last;
    struct buf directory, body, list;
};

/* Addresses ascending, slots of each too, below INDEX_RUN_BLOCKS. False: they
 * are not. */
bool index_run_add(struct index_run_maker *m, struct addr a,
                   const uint32_t *slots, uint32_t n);
/* Appends the run to `out`; the maker is empty again. */
void index_run_finish(struct index_run_maker *m,
                      const struct index_run_block *table, uint32_t blocks,
                      struct buf *out);
void index_run_drop(struct index_run_maker *m);

#endif
