/* node.h - the bound tree behind `struct expr`: what the binder makes and the
 * two readings read. Immutable but for what expr_resolve fills in. */
#ifndef QUERY_NODE_H
#define QUERY_NODE_H

#include "query/expr.h"
#include "query/func.h"
#include "query/sets.h"

enum node_kind {
    NODE_CONST,
    NODE_COLUMN,
    NODE_CALL,  /* func(arg, ...) */
    NODE_GUARD, /* arg[0], absent where the condition arg[1] does not hold */
    NODE_PICK,  /* label[i] of the first condition arg[i] that holds */
    NODE_SET,   /* a constant set */
    /* from here on conditions: bool and never absent */
    NODE_IN,      /* arg[0] in ranges */
    NODE_COMPARE, /* arg[0] op arg[1] */
    NODE_MEMBER,  /* arg[0], … in (op: EQ) or not in (NE) the set that is the
                     last arg */
    NODE_HAS,     /* arg[0] is not absent */
    NODE_AND,
    NODE_OR,
    NODE_NOT
};

/* How `in` is asked, by what the ranges look like. */
enum node_shape {
    SHAPE_NONE,
    SHAPE_ONE,     /* one range */
    SHAPE_OUTSIDE, /* all but one range */
    SHAPE_BITMAP,  /* several, all in [0, 65535]; the rest is one way */
    SHAPE_MANY
};

/* The ranges of NODE_IN, made when bound or, with slots, when resolved. */
struct node_in {
    struct sets *source; /* NULL: `ranges` stand as they are */
    bool negated;        /* the complement of source */
    bool ready;
    bool addr;
    enum node_shape shape;
    struct rangeset ranges;
    struct range one; /* ONE, OUTSIDE */
    struct addr_range one_addr;
    uint64_t *bitmap;  /* BITMAP: 65,536 bits */
    bool below, above; /* BITMAP: are values < 0, > 65535 in? */
};

struct expr {
    enum node_kind kind;
    struct span at;
    struct vtype type;

    bool constant; /* CONST, or a set */
    bool accessor; /* accessors and constants only: 32 bits without sign */
    bool modulo;   /* a number modulo 2^32 */

    bool packets;    /* COLUMN: of packets, so that zones know of it */
    uint32_t column; /* COLUMN */

    union cell value; /* CONST */
    uint32_t value32; /* CONST of an int: the same, computed in 32 bits */

    const struct func *func; /* CALL */
    const struct tz *tz;     /* CALL */
    const void *lookup;      /* CALL: see func.h, prepare */
    const int64_t *label;    /* PICK: a string each */

    struct node_in *in; /* IN */
    enum ast_op op;     /* COMPARE */
    struct sets *set;   /* SET */

    uint32_t args;
    const struct expr **arg;
};

static inline bool node_is_condition(const struct expr *x)
{
    return x->kind >= NODE_IN;
}

static inline enum lane node_lane(const struct expr *x)
{
    return schema_types[x->type.type].lane;
}

struct expr *node_make(struct arena *a, enum node_kind kind, struct span at,
                       uint32_t args);
struct expr *node_int(struct arena *a, enum type type, int64_t value,
                      struct span at);
struct expr *node_real(struct arena *a, double value, struct span at);
struct expr *node_addr(struct arena *a, struct addr value, struct span at);
/* true or false as a condition. */
struct expr *node_truth(struct arena *a, bool truth, struct span at);
struct expr *node_column(struct arena *a, const struct columns *c, uint32_t i,
                         struct span at);
struct expr *node_call(struct arena *a, const struct func *f, struct vtype type,
                       const struct expr *left, const struct expr *right);
struct expr *node_not(struct arena *a, const struct expr *x);
/* Joins two; their place is from the first to the last. */
struct expr *node_and(struct arena *a, const struct expr *x,
                      const struct expr *y);
struct expr *node_or(struct arena *a, const struct expr *x,
                     const struct expr *y);
/* Joins `n` conditions: operands of the same kind become operands of one node,
 * and questions for ranges of the same column become one question. */
struct expr *node_chain(struct arena *a, enum node_kind kind, struct span at,
                        const struct expr **arg, uint32_t n);
/* x in ranges of x's lane. */
struct expr *node_in_ranges(struct arena *a, const struct expr *x,
                            struct rangeset ranges, struct span at);
struct expr *node_in_sets(struct arena *a, const struct expr *x,
                          struct sets *source, bool negated, struct span at);
struct expr *node_between(struct arena *a, const struct expr *x, int64_t lo,
                          int64_t hi, struct span at);
/* Works out shape and bitmap from in->ranges. */
void node_in_ready(struct arena *a, struct node_in *in);

/* Everything that a range set of that lane can hold. */
struct rangeset node_all_ranges(struct arena *a, bool addr);

#endif
