/* stage_stats.h - the state of `stats` and `distinct`; between their files
 * only. */
#ifndef QUERY_STAGE_STATS_H
#define QUERY_STAGE_STATS_H

#include "query/aggregate.h"
#include "query/emit.h"
#include "query/spill_runs.h"

struct stats_bound {
    uint32_t keys, calls;
    const struct expr *key[KEYTAB_KEYS_MAX];
    enum type type[KEYTAB_KEYS_MAX];
    struct vtype key_type[KEYTAB_KEYS_MAX];
    struct aggregate_call *call;
    const char *by; /* the keys' names, for messages */
    bool can_spill;
};

struct stats_state {
    struct keytab groups;
    struct aggregate_state *agg;
    struct emit emit;
    struct stats_disk *disk; /* NULL as long as all groups are in memory */
};

/* Groups that did not fit. Everything of a group lies in one part, chosen by a
 * hash of its keys; parts are read one by one when all rows are in, and split
 * again where they do not fit. Rows of the result come as a sorted run a
 * part. */
struct stats_part {
    struct spill_stream rows;
    uint32_t depth; /* how often it was split */
};

struct stats_disk {
    struct spill spill;
    struct spill_runs runs;
    struct vtype *type;          /* of all layouts */
    uint32_t *place;             /* of a column of the result in a run */
    struct spill_layout *layout; /* a kind of row, STATS_… */
    struct spill_stream *to;     /* parts being written; NULL: none are */
    uint32_t parts, depth;
    struct stats_part *todo;
    uint32_t todos;
    struct value *row;
    struct vec *in; /* rows in hand, and as columns */
    struct column *column;
    uint32_t cols; /* that all of these have room for */
    struct arena sets;
    bool merging;
};

/* Kinds of rows in a part. */
enum {
    STATS_GROUP, /* a saved group */
    STATS_ROW,   /* a row as it came */
    STATS_LIST   /* + the number of the aggregate: an entry of its list */
};

/* Fresh groups and aggregates, and away with them. */
void stage_stats_open_groups(struct stage_run *r);
void stage_stats_close_groups(struct stage_run *r);
/* Bytes to leave alone while `rows` more are taken in. */
size_t stage_stats_later(const struct stage_run *r, uint32_t rows);
/* The numbers of the rows' groups. */
bool stage_stats_find(struct stage_run *r, const struct column *key,
                      const struct sel *rows, uint32_t *group) MUST_CHECK;
/* Finishes the aggregates; the groups by their keys. NULL: over the budget, or
 * an error is set. */
uint32_t *stage_stats_order(struct stage_run *r) MUST_CHECK;
/* A group's keys, for messages. */
const char *stage_stats_keys(const struct stage_run *r, uint32_t group,
                             char out[96]);
/* Says that memory is out. Returns false. */
bool stage_stats_over(struct stage_run *r);

/* Writes all groups to parts and forgets them. */
bool stage_stats_spill(struct stage_run *r) MUST_CHECK;
/* Writes the rows of a batch to the parts. */
bool stage_stats_write(struct stage_run *r, struct batch *b,
                       const struct column *key) MUST_CHECK;
/* Rows of a kind, as columns of its layout. */
bool stage_stats_write_columns(struct stage_run *r, uint32_t mark,
                               const struct column *c,
                               const struct sel *rows) MUST_CHECK;
/* The groups in memory go to new parts, and so will all rows after them. */
bool stage_stats_split(struct stage_run *r) MUST_CHECK;
/* Puts out the rows of all parts. */
void stage_stats_merge(struct stage_run *r);
void stage_stats_close_disk(struct stage_run *r);

#endif
