/* scan.h - packets from a store's snapshot into the first stage: blocks that
 * cannot match are skipped, the rest is read in batches, filtered, and pushed,
 * merged in packet order where the plan asks for it. */
#ifndef QUERY_SCAN_H
#define QUERY_SCAN_H

#include "query/plan.h"

/* Why blocks were skipped: a part of the filter, as text, or the range. */
struct scan_reason {
    const char *text;
    uint64_t blocks;
    bool by_index; /* of addresses; else by the blocks' summaries */
};

/* What will be read. Memory is the arena's. */
struct scan {
    struct store_reader *reader;
    const struct plan *plan;
    const struct expr *range; /* NULL: all of time */
    uint32_t n;               /* blocks to read, by first time */
    uint32_t *block;
    uint8_t *part; /* SCAN_x: what must be asked of each row */
    uint64_t blocks, by_range, by_index;
    uint32_t reasons;
    struct scan_reason *reason;
    uint64_t rows, bytes; /* in the blocks to read, on disk */
    bool weighs;   /* the first stage takes rows that stand for several */
    uint64_t need; /* then: the fields that it reads */
};

enum { SCAN_RANGE = 1, SCAN_FILTER = 2 };

struct scan_counts {
    uint64_t blocks, packets, bytes; /* read; decoded */
    uint64_t rows;                   /* past the filter */
};

/* The plan's expressions must be resolved. Looks at summaries, and at the index
 * where the filter asks for addresses; reads no blocks. `source`
 * is the query's text, for reasons; NULL: none are wanted. */
void scan_plan(struct scan *s, struct store_reader *r, const struct plan *p,
               const struct planner *source, struct arena *a);

/* Pushes all rows. False: the run's error is set. A stage that wants no more
 * ends it early, which is no error. */
bool scan_run(const struct scan *s, struct run *run, struct stage_run *first,
              struct scan_counts *out) MUST_CHECK;

/* Does the range hold any packet at all? */
bool scan_has_data(struct store_reader *r, struct time_range range, bool *has,
                   struct err *e) MUST_CHECK;

#endif
