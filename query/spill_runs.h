/* spill_runs.h - sorted runs of rows on disk, merged stably: of rows with equal
 * keys those of the earlier run come first. */
#ifndef QUERY_SPILL_RUNS_H
#define QUERY_SPILL_RUNS_H

#include "query/spill.h"
#include "query/vec.h"

/* Whoever declares it sets the members before the line; the keys are the first
 * columns of the layout. */
struct spill_runs {
    struct spill *spill;
    struct spill_layout layout;
    uint32_t keys;
    const bool *desc; /* a key; NULL: none descends */
    bool unique;      /* of rows with equal keys the first is enough */
    /* ---- */
    struct spill_stream *run;
    uint32_t n;
    struct value *row; /* while they are merged: a run's next */
    struct arena *sets;
    uint32_t *heap;
    uint32_t live;
    bool started;
    size_t charged;
    struct vec *col; /* rows in hand, see spill_runs_fill */
    struct arena held;
    size_t held_charged;
};

/* A new run, to be filled in order; valid until the next is begun. */
struct spill_stream *spill_runs_add(struct spill_runs *m);
/* Merges runs until one merge can take the rest, and begins that. False: the
 * run's error is set. */
bool spill_runs_begin(struct spill_runs *m) MUST_CHECK;
/* Merges all of them to one run; *rows says of how many rows. */
bool spill_runs_unite(struct spill_runs *m, uint64_t *rows) MUST_CHECK;
/* The next row, or NULL; valid until the next call. */
const struct value *spill_runs_next(struct spill_runs *m);
/* Fills m->col with the next rows, at most `most` and a batch; 0: there are
 * none, or the run's error is set. Valid until the next call. */
uint32_t spill_runs_fill(struct spill_runs *m, uint64_t most);
void spill_runs_close(struct spill_runs *m);

#endif
