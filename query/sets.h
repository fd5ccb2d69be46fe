/* sets.h - sets that are the same for every row: literals, lets, and their
 * algebra, as range sets. Lives in the query's arena; one thread until
 * resolved, then read by all. */
#ifndef QUERY_SETS_H
#define QUERY_SETS_H

#include "query/scope.h"

enum sets_kind {
    SETS_LITERAL,
    SETS_SLOT,
    SETS_UNION,
    SETS_INTERSECT,
    SETS_SUBTRACT,
    SETS_STARTS, /* of the networks that lie within `left`, a set of addresses
                  */
    SETS_COVERED /* the addresses in the networks `left` */
};

struct sets {
    enum sets_kind kind;
    struct vtype type; /* SET */
    enum type member;  /* of its first value */
    /* LITERAL at once, others once resolved; not of a listed set. */
    struct rangeset ranges;
    const struct set *members; /* the same as values, for sets_members */
    struct scope_slot *slot;   /* SLOT */
    struct sets *left, *right; /* algebra */
    struct span at;
    bool resolved;
};

/* Do values of the type lie as addresses in a range set? */
static inline bool sets_is_addr(enum type t)
{
    return schema_types[t].lane == LANE_ADDR;
}

/* Sets of tuples and of fractions are no ranges: they are listed only. */
static inline bool sets_is_listed(const struct sets *x)
{
    return x->type.members != 1 || x->member == TYPE_REAL;
}

struct sets *sets_literal(struct arena *a, enum type member,
                          struct rangeset ranges, struct span at);
struct sets *sets_slot(struct arena *a, struct scope_slot *slot,
                       struct span at);
/* op is OP_ADD, OP_AND or OP_SUB; the member types are equal. */
struct sets *sets_algebra(struct arena *a, enum ast_op op, struct sets *left,
                          struct sets *right);

/* kind is SETS_STARTS, of networks as `net` has them, or SETS_COVERED. */
struct sets *sets_nets(struct arena *a, enum sets_kind kind, struct sets *of,
                       struct vtype net);

void sets_slots(const struct sets *x,
                void (*f)(void *ctx, struct scope_slot *slot), void *ctx);
bool sets_has_slot(const struct sets *x);
/* Makes x->ranges (of a listed set x->members), in the scope's arena and
 * charged to its run. Fails where a slot is not filled. */
bool sets_resolve(struct sets *x, struct scope *s, struct err *e) MUST_CHECK;
/* What a resolved set does not hold. */
bool sets_outside(const struct sets *x, struct scope *s, struct rangeset *out,
                  struct err *e) MUST_CHECK;
enum { SETS_MEMBERS_MAX = 1 << 16 };

/* Makes x->members of a resolved set; fails where it has too many. */
bool sets_members(struct sets *x, struct scope *s, struct err *e) MUST_CHECK;
/* Is a value in a resolved set that is not listed? */
bool sets_has(const struct sets *x, union cell value);
/* How many values a resolved set holds, INT64_MAX for that many or more. */
int64_t sets_size(const struct sets *x);

#endif
