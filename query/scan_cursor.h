/* scan_cursor.h - one block being read, a batch at a time; between the files of
 * the scan only. */
#ifndef QUERY_SCAN_CURSOR_H
#define QUERY_SCAN_CURSOR_H

#include "query/scan_coded.h"

struct scan_cursor {
    struct store_block *block;
    const struct scan *scan;
    struct run *run;
    struct scan_counts *counts;
    uint32_t index; /* of the block among those of the scan */
    uint32_t sensor, rows;
    uint32_t next;      /* first row of the next batch */
    uint32_t window;    /* first row of the batch in hand */
    struct batch batch; /* its sel: what passed the filter */
    uint32_t pos;       /* rows of sel that were taken already */
    struct column column[FIELD_COUNT];
    bool loaded[FIELD_COUNT];
    int64_t time[BATCH_ROWS]; /* of the rows of sel, in ordered scans */
    size_t charged;
    struct scan_coded coded;
};

/* Opens block `index` of the scan; NULL: the run's error is set. */
struct scan_cursor *scan_cursor_open(const struct scan *s, uint32_t index,
                                     struct run *run,
                                     struct scan_counts *counts) MUST_CHECK;
void scan_cursor_close(struct scan_cursor *c);
/* Charges what the block has decoded since. False: the run's error is set. */
bool scan_cursor_charge(struct scan_cursor *c) MUST_CHECK;
/* The next batch in which a row passes the filter. False: there is none, or
 * the run's error is set. With `times` c->time is filled. */
bool scan_cursor_next(struct scan_cursor *c, bool times) MUST_CHECK;

static inline int64_t scan_cursor_time(const struct scan_cursor *c)
{
    return c->time[c->pos];
}

/* Where row `row` of the batch in hand lies: see struct batch. */
static inline uint64_t scan_cursor_place(const struct scan_cursor *c,
                                         uint32_t row)
{
    return (uint64_t)c->scan->block[c->index] << 32 | (c->window + row);
}

#endif
