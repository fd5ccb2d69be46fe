/* aggregate_kinds.h - what a row of the table of aggregates can do; between the
 * files of the aggregates only. */
#ifndef QUERY_AGGREGATE_KINDS_H
#define QUERY_AGGREGATE_KINDS_H

#include <stdlib.h>

#include "query/aggregate.h"

/* What of struct aggregate_state a kind keeps for each group, for writing it to
 * disk: all of it is one of these, or a list of values. */
enum {
    AGGREGATE_COUNT = 1,
    AGGREGATE_VALUE = 2,
    AGGREGATE_VALUE2 = 4,
    AGGREGATE_SUM = 8, /* sum, or rsum where the argument is real */
};

struct aggregate_ops {
    bool condition; /* its argument is a condition */
    bool weighs;    /* takes rows that stand for several packets */
    /* Checks the types of arguments and sets the type of the result. */
    bool (*type)(struct aggregate_call *c, const struct ast *call,
                 struct err *e);
    /* Opens s->values for values of these types; may be NULL. */
    void (*values)(struct aggregate_state *s, const enum type *type);
    /* Takes room for s->groups groups, more than before. */
    bool (*reserve)(struct aggregate_state *s);
    /* Room for what the rows, whose values are in s->column, may add, so that
     * update cannot go over the budget; may be NULL. */
    bool (*room)(struct aggregate_state *s, const struct aggregate_rows *in);
    bool (*update)(struct aggregate_state *s, const struct aggregate_rows *in);
    bool (*finish)(struct aggregate_state *s); /* may be NULL */
    void (*result)(struct aggregate_state *s, const uint32_t *id, uint32_t n,
                   struct vec *out);
    /* How a group goes to disk; a kind without either cannot. */
    uint32_t parts; /* AGGREGATE_… */
    /* The types of the columns of a list; returns how many. */
    uint32_t (*list_types)(const struct aggregate_call *c, struct vtype *out);
    /* The next entry of any group's list, in the order in which update would
     * take those of a group, from *at = 0 on. False: that was the last. */
    bool (*list_next)(const struct aggregate_state *s, size_t *at,
                      uint32_t *group, struct value *out);
    /* room and update for entries of lists in s->column. */
    bool (*list_room)(struct aggregate_state *s,
                      const struct aggregate_rows *in);
    bool (*list_add)(struct aggregate_state *s,
                     const struct aggregate_rows *in);
    /* Bytes that finish takes at most; may be NULL. */
    size_t (*later)(const struct aggregate_state *s);
};

struct aggregate {
    const char *name;
    uint32_t least, most; /* arguments */
    const struct aggregate_ops *ops;
};

/* "`src` is an addr, and `sum` takes WHAT". Returns false. */
bool aggregate_refuse(const struct aggregate_call *c, const struct ast *call,
                      const char *what, struct err *e);

/* False, with the run's error set, where the number has more than 64 bits. */
bool aggregate_fits(struct aggregate_state *s, __int128 number) MUST_CHECK;

/* How many packets a row stands for. */
static inline int64_t aggregate_row_weight(const struct aggregate_rows *in,
                                           uint32_t row)
{
    return in->batch->weight ? in->batch->weight[row] : 1;
}

#define AGGREGATE(id, least, most, usage, help)                                \
    extern const struct aggregate_ops aggregate_##id;
#include "query/aggregates.def"
#undef AGGREGATE

#endif
