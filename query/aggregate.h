/* aggregate.h - count, sum, set and the like: one row of a table each. State is
 * kept column-wise, one entry a group. All results are exact. */
#ifndef QUERY_AGGREGATE_H
#define QUERY_AGGREGATE_H

#include "query/keytab.h"
#include "query/lists.h"
#include "query/pairs.h"
#include "query/stage.h"

struct aggregate;

/* `name = agg(args)`, bound. */
struct aggregate_call {
    const struct aggregate *kind;
    const char *name; /* of the column */
    const char *text; /* the call as written */
    struct span at;
    const struct expr *arg[SET_TUPLE_MAX];
    uint32_t args;
    struct vtype in;   /* of the first argument */
    const char *of;    /* the first argument as written */
    struct vtype type; /* of the result */
    bool ordered;      /* depends on the order of rows */
    int64_t percent;   /* pct: in millionths */
    bool weighs;       /* takes rows that stand for several packets */
};

/* Binds n, AST_CALL or AST_ASSIGN of one; expressions are noted in s->expr. */
bool aggregate_bind(struct stage_bind *b, struct stage *s, const struct ast *n,
                    struct aggregate_call *c, struct err *e) MUST_CHECK;

/* Is the result over no rows zero, or an empty set? Else it is absent. */
bool aggregate_has_zero(const struct aggregate_call *c);

/* What the kinds keep; each uses some of it. */
struct aggregate_state {
    const struct aggregate_call *call;
    struct run *run;
    bool lone; /* there is one group only */
    uint32_t groups;
    struct vec count;  /* ints: rows counted, distinct values */
    struct vec value;  /* the smallest, largest, first or last value so far */
    struct vec value2; /* span: the largest */
    __int128 *sum;
    uint32_t sums;
    struct vec rsum; /* reals */
    struct keytab values;
    struct pairs pairs;
    uint32_t *list; /* set(): values by group, see pairs_list */
    size_t list_bytes;
    struct lists lists;                  /* all values, where they are needed */
    struct column column[SET_TUPLE_MAX]; /* of the batch in hand */
    struct sel some; /* its rows for which the condition is true */
};

/* Rows rows->row[k] belong to group[k]. */
struct aggregate_rows {
    struct batch *batch;
    const struct sel *rows;
    const uint32_t *group;
    uint32_t groups; /* so far */
};

void aggregate_open(struct aggregate_state *s, const struct aggregate_call *c,
                    struct run *r, bool lone);
void aggregate_close(struct aggregate_state *s);
/* Evaluates the arguments and takes room, in->groups counting groups that may
 * come; group[] is not looked at. False: over the budget, and nothing was
 * added, or an error is set. */
bool aggregate_prepare(struct aggregate_state *s,
                       const struct aggregate_rows *in) MUST_CHECK;
/* Adds what was prepared last. False: an error is set. */
bool aggregate_add(struct aggregate_state *s,
                   const struct aggregate_rows *in) MUST_CHECK;
/* Both. */
bool aggregate_update(struct aggregate_state *s,
                      const struct aggregate_rows *in) MUST_CHECK;
/* There are `groups` groups and no more rows. */
bool aggregate_finish(struct aggregate_state *s, uint32_t groups) MUST_CHECK;
/* Results of groups id[0..n). Sets are made in the run's tmp arena. On failure
 * the run's error is set. */
void aggregate_result(struct aggregate_state *s, const uint32_t *id, uint32_t n,
                      struct vec *out);
/* "12,345 pairs of distinct(dst)", or "" when it holds nothing large. */
const char *aggregate_weight(const struct aggregate_state *s, char out[96]);

/* ---- to disk and back ---- */

enum { AGGREGATE_PARTS_MAX = 8 }; /* values of a saved group, of one call */

bool aggregate_can_save(const struct aggregate_call *c);
/* Bytes charged; and those that finishing takes on top. */
size_t aggregate_bytes(const struct aggregate_state *s);
size_t aggregate_later(const struct aggregate_state *s);
/* The columns of an argument row, of a saved group, and of an entry of its
 * list; each returns how many. */
uint32_t aggregate_row_types(const struct aggregate_call *c, struct vtype *out);
uint32_t aggregate_part_types(const struct aggregate_call *c,
                              struct vtype *out);
uint32_t aggregate_list_types(const struct aggregate_call *c,
                              struct vtype *out);
/* The arguments in the rows of a batch, as columns of the types above. */
void aggregate_row_columns(const struct aggregate_call *c, struct batch *b,
                           struct run *r, struct column *out);
void aggregate_save(const struct aggregate_state *s, uint32_t group,
                    struct value *out);
/* Room for the group was reserved. */
void aggregate_load(struct aggregate_state *s, uint32_t group,
                    const struct value *in);
bool aggregate_list_next(const struct aggregate_state *s, size_t *at,
                         uint32_t *group, struct value *out);
bool aggregate_reserve(struct aggregate_state *s, uint32_t groups) MUST_CHECK;
/* As aggregate_prepare and aggregate_add, from columns that came from
 * disk: argument rows, or entries of lists. */
bool aggregate_prepare_columns(struct aggregate_state *s,
                               const struct aggregate_rows *in,
                               const struct column *c, bool list) MUST_CHECK;
bool aggregate_add_list(struct aggregate_state *s,
                        const struct aggregate_rows *in) MUST_CHECK;

#endif
