/* run.h - what the stages of a running query share: memory, text, the stop
 * flag and the deadline. One a query; one thread. */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include <signal.h>

#include "base/budget.h"
#include "query/expr.h"

struct store_reader;

/* A line that a stage has to say below the rows. */
struct run_footer {
    const char *text;
    struct run_footer *next;
};

struct run {
    struct arena *arena;         /* lives as long as the query */
    struct store_reader *reader; /* the snapshot */
    const struct tz *tz;         /* that times are shown in */
    struct strtab *text;
    struct budget *budget;
    struct expr_eval eval; /* eval.tmp is reset by whoever starts a batch */
    volatile sig_atomic_t *stop; /* may be NULL */
    int64_t deadline;            /* ns of run_clock; 0: none */
    int64_t limit;               /* what --limit-time said, for the message */
    const char *tmp;             /* folder of temporary files; NULL: /tmp */
    /* Asks whoever holds much memory to write it to disk, between batches
     * only. False: nobody can, or the error is set. May be NULL. */
    bool (*relieve)(void *ctx);
    void *relieve_ctx;
    bool profile;
    const char *let;    /* the let that is being made; NULL: the query itself */
    uint64_t uncovered; /* rows that coverage does not support */
    struct run_footer *footers;
    int64_t inside; /* profile: ns spent in stages that were pushed to */
    struct err *e;
};

/* ns of a clock that never steps. */
int64_t run_clock(void);

/* False, with *r->e set, when the query was interrupted, is over its time, or
 * has failed already. To be called at least once a batch. */
bool run_check(struct run *r);

/* Adds a footer. */
void run_foot(struct run *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "12,345,678" */
const char *run_number(char out[32], uint64_t n);

/* ERR_LIMIT: "`stats`: 1.0 GiB are not enough: WHAT"; hints at --mem. Returns
 * false. */
bool run_over(struct run *r, const char *stage, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
