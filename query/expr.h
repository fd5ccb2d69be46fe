/* expr.h - bound expressions and their two readings. The same tree answers
 * "which of these rows?" (expr_filter) and "could any packet of this block?"
 * (expr_prune). */
#ifndef QUERY_EXPR_H
#define QUERY_EXPR_H

#include "query/scope.h"
#include "query/value.h"
#include "store/zone.h"

/* Immutable once bound and resolved; lives in the query's arena. */
struct expr;

/* What an evaluation needs; one a thread, `tmp` is reset after each batch. */
struct expr_eval {
    struct arena *tmp;
    const struct strtab *text;
    struct err *e;   /* set once, e.g. on overflow: look after each batch */
    struct run *run; /* whose memory sets are charged to; NULL: no limits */
    size_t charged;  /* for sets in tmp */
};

/* Charges what a batch's sets take in tmp before it is taken; `what` names
 * the call that makes them. False, with *ev->e set: over the budget. */
bool expr_take(struct expr_eval *ev, size_t bytes, const char *what) MUST_CHECK;
/* Empties tmp: to be called where a batch begins. */
void expr_start_batch(struct expr_eval *ev);

/* Binds a condition: where, filter, count(EXPR). NULL with *e set. */
const struct expr *expr_bind_condition(struct scope *s, const struct ast *n,
                                       struct err *e) MUST_CHECK;
/* Binds an expression of any type. */
const struct expr *expr_bind_value(struct scope *s, const struct ast *n,
                                   struct err *e) MUST_CHECK;
/* A column as an expression; for stages that make columns by name. */
const struct expr *expr_column(struct arena *a, const struct columns *c,
                               uint32_t i);

/* The direction of a packet as text (inbound outbound internal transit), from
 * the site's home networks at its time; an error at `at` where none are
 * declared. What the name `dir` means over packets: expr_column of it reads a
 * column that the batch must hold. */
const struct expr *expr_dir(struct scope *s, struct span at,
                            struct err *e) MUST_CHECK;

struct vtype expr_type(const struct expr *x);
/* Set bit i of need[]: x reads column i. */
void expr_needs(const struct expr *x, uint64_t need[], uint32_t words);

/* Slots of set-making queries that x depends on: calls f for each. */
void expr_slots(const struct expr *x,
                void (*f)(void *ctx, struct scope_slot *slot), void *ctx);
/* Once the slots are filled: turns set expressions into range sets. Must be
 * called before the readings below, also for expressions without slots. */
bool expr_resolve(const struct expr *x, struct scope *s,
                  struct err *e) MUST_CHECK;

/* Values in the rows of `rows`; undefined in others. Memory is ev->tmp or the
 * batch's. */
struct column expr_value(const struct expr *x, struct batch *b,
                         const struct sel *rows, struct expr_eval *ev);

/* Removes from `rows` those for which the condition `x` is not true. A
 * comparison with an absent value is false, and so its negation true. */
void expr_filter(const struct expr *x, struct batch *b, struct sel *rows,
                 struct expr_eval *ev);

/* Sound for every block that `z` summarises, whose sensor is `sensor`: NEVER
 * means that expr_filter would keep no row, ALWAYS that it would keep all.
 * `sensor` is the id of its name in the scope's `text`; UINT32_MAX: unknown. */
enum tri expr_prune(const struct expr *x, const struct zone *z,
                    uint32_t sensor);
/* The innermost part of x that makes it NEVER for this block, as text of the
 * query's own words, for --explain; false: none. */
bool expr_prune_reason(const struct expr *x, const struct zone *z,
                       uint32_t sensor, struct span *part);

/* x and y; either may be NULL. */
const struct expr *expr_and(struct arena *a, const struct expr *x,
                            const struct expr *y);
/* time in [from, to) for packets. */
const struct expr *expr_time_range(struct arena *a, int64_t from, int64_t to);

#endif
