/* stage_sort.h - the state of `sort` and `top`; between their files only. */
#ifndef QUERY_STAGE_SORT_H
#define QUERY_STAGE_SORT_H

#include "query/emit.h"
#include "query/held.h"
#include "query/spill_runs.h"

enum { STAGE_SORT_KEYS_MAX = 64 };

struct sort_bound {
    uint32_t keys;
    bool desc[STAGE_SORT_KEYS_MAX];
    enum type type[STAGE_SORT_KEYS_MAX];
    struct vtype key[STAGE_SORT_KEYS_MAX];
    int64_t limit; /* rows to put out; INT64_MAX: all */
};

/* Rows that did not fit: sorted runs of the keys and the needed columns. */
struct sort_disk {
    struct spill spill; /* its run is NULL as long as there are none */
    struct spill_runs runs;
    struct vtype *type; /* of the layout */
    uint32_t *place;    /* of a column in the layout, where it is needed */
    bool merging;
};

struct sort_state {
    struct held held;
    struct vec key[STAGE_SORT_KEYS_MAX]; /* of the rows held */
    size_t set_aside; /* of the budget, for sorting what is held */
    struct emit emit;
    struct sort_disk disk;
};

bool stage_sort_needs(const struct stage_run *r, uint32_t i);
/* The numbers of the rows held, in order; see order_rows. */
uint32_t *stage_sort_order(struct stage_run *r) MUST_CHECK;
/* Drops the rows after the first n. */
void stage_sort_cut(struct stage_run *r, uint32_t n);
/* Drops all, and their memory. */
void stage_sort_empty(struct stage_run *r);
/* Writes a run of the rows held, or of the best `limit`, and empties them. */
bool stage_sort_spill(struct stage_run *r) MUST_CHECK;
/* The same for others' sake, where that is much. */
bool stage_sort_relieve(struct stage_run *r);
/* Puts out what was written and what is held. */
void stage_sort_merge(struct stage_run *r);
void stage_sort_close(struct stage_run *r);

#endif
