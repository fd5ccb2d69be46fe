/* hunt_rows.h - what tells the rows of a hunt apart, kept from run to run, so
 * that a run can say what is new and what is gone. */
#ifndef CLI_HUNT_ROWS_H
#define CLI_HUNT_ROWS_H

#include "cli/session.h"

/* The rows of one run: a line of text each, sorted, none twice; and the names
 * of the columns that the lines are made of. */
struct hunt_rows {
    char **row;
    size_t n;
    struct buf columns;
    int64_t time;  /* of the run, ns; of rows read back only */
    uint64_t rows; /* put out, equal ones too */
    /* at work: of the query in hand */
    const struct columns *in;
    bool keyed;
};

/* A watch that fills rows: those are taken by what they were grouped by, or
 * whole where there is nothing of the kind. */
struct session_watch hunt_rows_watch(struct hunt_rows *r);
/* Sorts, once the run is over. */
void hunt_rows_close(struct hunt_rows *r);
void hunt_rows_free(struct hunt_rows *r);

/* The last run of that hunt on this store. False: none, or *e is set. */
bool hunt_rows_load(struct hunt_rows *r, const char *store, const char *hunt,
                    struct err *e) MUST_CHECK;
/* Replaces it, whole or not at all. */
bool hunt_rows_save(const struct hunt_rows *r, const char *store,
                    const char *hunt, int64_t now, struct err *e) MUST_CHECK;

/* Calls f for each line of `a` that is not in `b`; how many. */
size_t hunt_rows_minus(const struct hunt_rows *a, const struct hunt_rows *b,
                       void (*f)(void *ctx, const char *row), void *ctx);

#endif
