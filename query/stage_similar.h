/* stage_similar.h - the state of `similar`; between its files only. */
#ifndef QUERY_STAGE_SIMILAR_H
#define QUERY_STAGE_SIMILAR_H

#include "base/buf.h"
#include "query/emit.h"
#include "query/keytab.h"
#include "query/similar.h"

/* What a column of the output is made of. */
enum stage_similar_kind {
    SIMILAR_GROUP,
    SIMILAR_MEMBERS,
    SIMILAR_SIZE,
    SIMILAR_BITS,
    SIMILAR_CORE,
    SIMILAR_ALL,
    SIMILAR_MEAN,
    SIMILAR_LOW,
    SIMILAR_FIRST,
    SIMILAR_LAST,
    SIMILAR_KEY,
    SIMILAR_MEDIAN,
    SIMILAR_COMMON,
    SIMILAR_SHARE, /* of the column before */
    SIMILAR_SEEN,
    SIMILAR_MISSES,
    SIMILAR_CHANCE
};

struct stage_similar_column {
    enum stage_similar_kind kind;
    uint32_t held; /* the column of the rows that it is made of */
};

struct similar_bound {
    const struct expr *set;
    struct vtype type; /* of the set */
    bool sweeps;       /* it holds addresses */
    /* Kept of each row: the keys after `by`, then what names a row, then the
     * rest. */
    const struct expr **held;
    struct vtype *held_type;
    uint32_t n, keys, names;
    struct vtype member; /* set of what names a row */
    struct stage_similar_column *column;
    struct similar_terms terms;
    double least; /* bits */
    uint32_t min, rewired;
    uint32_t most;   /* items of a row that is no mass scanner */
    uint32_t octets; /* see similar_sweep.h */
    uint64_t seed;
};

/* A group to be shown; its rows are sorted ones, from `from`. */
struct similar_shown {
    struct similar_group group;
    uint32_t from;
    double bits;
};

struct similar_state {
    struct similar *search;
    struct keytab items, sweeps;
    uint32_t n; /* rows */
    struct vec *held;
    struct arena sets; /* of the held columns */
    size_t sets_charged;
    /* Items of the rows: row i has from[i] to from[i + 1]. Numbers of `items`,
     * or of `sweeps` with the highest bit; later in the order of values. */
    uint32_t *from, from_cap;
    uint32_t *item, items_n, item_cap;
    struct addr *host; /* room for the hosts of a row, twice */
    uint32_t host_cap;
    uint64_t mass;   /* rows of mass scanners */
    uint32_t *value; /* of an item: its number in `items` or `sweeps` */
    uint32_t hosts;  /* items below are in `items` */
    uint32_t *order; /* of the rows */
    uint32_t searches;
    struct similar_found found;
    struct similar_shown *shown;
    uint32_t shows, show_cap;
    uint64_t weak, small, cut; /* groups not shown; parts given up */
    uint64_t chance_groups;    /* of rewired data */
    double chance_most;
    struct similar_memory *memory;
    struct emit emit;
};

bool stage_similar_bind(struct stage_bind *b, const struct ast_stage *n,
                        struct stage *s, struct err *e) MUST_CHECK;

/* Searches each `by` value and fills s->shown, by bits. False: over the budget,
 * or the run's error is set. */
bool stage_similar_search(struct stage_run *r) MUST_CHECK;

/* Column i of the groups id[0..n). */
void stage_similar_fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                        uint32_t n, struct vec *out);
/* Footers. */
void stage_similar_foot(struct stage_run *r);

/* The held row of member k of a group. */
static inline uint32_t stage_similar_row(const struct similar_state *s,
                                         const struct similar_shown *g,
                                         uint32_t k)
{
    return s->order[g->from + g->group.member[k]];
}
/* The items of member k: s->item[*from] to s->item[*to - 1], ascending. */
static inline const uint32_t *stage_similar_items(const struct similar_state *s,
                                                  const struct similar_shown *g,
                                                  uint32_t k, uint32_t *n)
{
    uint32_t row = g->from + g->group.member[k];

    *n = s->from[row + 1] - s->from[row];
    return s->item + s->from[row];
}

/* What explains a group in words, for the column of that kind. */
void stage_similar_text(const struct stage_run *r,
                        const struct similar_shown *g,
                        enum stage_similar_kind kind, struct buf *out);

#endif
