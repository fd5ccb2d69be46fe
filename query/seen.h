/* seen.h - `if seen` and `unless seen`, bound and at work; between the files
 * of the stage only. */
#ifndef QUERY_SEEN_H
#define QUERY_SEEN_H

#include "query/cover.h"
#include "query/emit.h"
#include "query/held.h"
#include "query/keytab.h"
#include "query/node.h"
#include "query/scan.h"
#include "query/seen_order.h"

/* ---- bound ---- */

enum { SEEN_NONE = UINT32_MAX, SEEN_SIDES = 2 };

/* What must be equal in both packets: a part of `on`, or of the filter. */
struct seen_key {
    const struct expr *other; /* over packets */
    const struct expr *row;   /* over the rows in hand */
    enum type type;
    bool absent; /* absent is equal to absent: the ports of a flow */
};

/* A column of the rows in hand that the residual reads. */
struct seen_this {
    uint32_t column; /* as the residual's tree has it */
    const struct expr *value;
};

/* One direction of looking, from the time of a row. */
struct seen_side {
    bool before;
    const struct expr *time;
};

struct seen {
    bool negated, keep_unknown;
    bool bounded;   /* `within` was given */
    int64_t within; /* ns; INT64_MAX where not bounded */
    uint32_t sides;
    struct seen_side side[SEEN_SIDES];
    const struct columns *both; /* fields of the other, then this.x */
    uint32_t keys;
    struct seen_key key[KEYTAB_KEYS_MAX];
    /* The parts of the filter by whom they ask; each may be NULL. */
    const struct expr *others;   /* the other packet alone */
    const struct expr *row;      /* the row in hand alone */
    const struct expr *residual; /* both, and no key */
    uint32_t these;
    struct seen_this *this;
    uint32_t covered; /* its column in `out`; SEEN_NONE: none */
    bool covered_in;  /* the rows that come in have it too */
    uint32_t sensor;  /* column of the rows in hand, or SEEN_NONE */
    bool own;         /* `sensor` is part of `on same` */
    const struct columns *packets;
    const char *text; /* the stage as written */
};

bool seen_bind(struct stage_bind *b, const struct ast_stage *n, struct stage *s,
               struct err *e) MUST_CHECK;

/* ---- at work ---- */

/* The rows of a chunk by key and then time, for one side. */
struct seen_index {
    bool before;
    uint32_t groups;
    uint32_t *start; /* of each group, and the end */
    uint32_t *row;
    int64_t *when;
    uint32_t *next; /* the next row here or later without a match so far */
    size_t bytes;
};

/* Rows and packets whose residual is yet to be asked. */
struct seen_pairs {
    uint32_t n;
    uint16_t other[BATCH_ROWS]; /* row of the batch of others */
    uint32_t place[BATCH_ROWS]; /* in `index` */
    struct seen_index *index[BATCH_ROWS];
    struct batch batch;
    struct vec *buffer;
    struct arena tmp;
    struct expr_eval eval;
    struct batch *others;
};

struct seen_counts {
    uint64_t chunks, scans, blocks, packets, matches; /* blocks: read */
    uint64_t indexed; /* scans that asked the address index */
    uint64_t unknown, uncovered, out;
};

/* What each key's packets were, where neither `within` nor a residual asks for
 * more: the earliest and the latest of them. */
struct seen_ends {
    bool made, failed;
    struct keytab keys;
    uint32_t cap;
    struct seen_end {
        int64_t first, last;
        uint64_t first_place, last_place;
    } * end;
};

/* Keys to numbers, of rows in hand or of others. Where keys follow from the
 * flow of a packet, those of a block's flows are remembered. */
struct seen_keys {
    bool others;       /* whose */
    bool adds;         /* keys that are not in the table yet */
    struct keytab *in; /* not its own */
    uint64_t fields;   /* of packets, that keys follow from; 0: from others */
    /* By flow: the number + 2; 1: no row has one; 0: not looked up yet. At most
     * as large as a block's flows, so that it is not charged. */
    uint32_t *memo;
    uint32_t room;
    uint32_t block; /* that the memo is of; SEEN_NONE: of none */
};

/* Rows that are answered as they come: the batch in hand, less some. */
struct seen_pass {
    struct batch batch;
    struct batch *in;
    int64_t covered[BATCH_ROWS];
};

/* The state of a stage. A chunk of rows is held, matched, and put out. */
struct seen_state {
    const struct seen *seen;
    struct stage_run *stage;
    uint32_t limit;      /* rows of a chunk */
    uint32_t row_bytes;  /* that a row takes */
    uint32_t ends_limit; /* keys of ends */
    struct held held;
    struct vec *this;            /* of seen->this, by row */
    struct vec time[SEEN_SIDES]; /* by row */
    struct vec place;            /* by row, where rows are packets */
    struct vec sensor;           /* by row, where coverage asks for it */
    struct vec covered;          /* by row, where it came in */
    uint32_t *group;             /* by row; SEEN_NONE: cannot match */
    uint32_t group_cap;
    uint64_t *matched, *covers; /* bits by row, while a chunk is put out */
    struct keytab keys;
    struct seen_keys own, others;
    bool passes; /* ends answer rows as they come, and none are held */
    struct seen_pass pass;
    bool placed;                               /* rows have places */
    bool sorted[SEEN_SIDES];                   /* their times ascend */
    int64_t low[SEEN_SIDES], high[SEEN_SIDES]; /* times of rows with a group */
    struct seen_index index[SEEN_SIDES];
    struct seen_order order;
    struct seen_pairs pairs;
    struct seen_ends ends;
    /* Reading others while rows wait needs memory of its own. */
    struct run run;
    struct arena tmp, arena;
    struct cover cover;
    struct emit emit;
    struct seen_counts counts;
};

/* seen_hold.c: appends the rows b->sel. */
bool seen_hold(struct seen_state *s, struct batch *b) MUST_CHECK;
/* The same of rows that are answered at once: all but what later stages touch.
 * Groups are numbers of ends. */
bool seen_hold_briefly(struct seen_state *s, struct batch *b) MUST_CHECK;
/* Forgets the rows of a chunk and their keys, or what is held briefly. */
void seen_forget(struct seen_state *s);
void seen_forget_briefly(struct seen_state *s);

/* seen_keys.c */
void seen_keys_open(struct seen_keys *k, const struct seen *seen, bool others);
void seen_keys_close(struct seen_keys *k);
/* From now on numbers are those of another table, or of another content. */
void seen_keys_use(struct seen_keys *k, struct keytab *in, bool adds);
/* The numbers of keys; those of `rows` are left that have all of a key.
 * SEEN_NONE, or left out: the key is not in the table. False: over the budget,
 * or the run's error is set. */
bool seen_keys_find(struct seen_state *s, struct seen_keys *k, struct batch *b,
                    struct sel *rows, uint32_t *id) MUST_CHECK;

/* seen_match.c: sets s->matched. */
bool seen_match(struct seen_state *s) MUST_CHECK;
/* Reads the packets of a range that pass the filter; each batch goes to `push`
 * of a stage whose state is s. With `chunk` only what could match a row that
 * is held. */
bool seen_scan(struct seen_state *s, struct time_range range, bool chunk,
               const struct stage_kind *kind) MUST_CHECK;

/* seen_ends.c: s->ends.made says whether there was memory enough. */
bool seen_ends_make(struct seen_state *s) MUST_CHECK;
void seen_ends_drop(struct seen_state *s);
/* Sets s->matched. */
bool seen_ends_match(struct seen_state *s) MUST_CHECK;
/* The same of n rows that are held briefly. */
void seen_ends_mark(struct seen_state *s, uint32_t n);
/* Is there a packet of key `id` on that side of time t? `place` is the row's,
 * NULL where it has none. */
bool seen_ends_hit(struct seen_state *s, uint32_t id, uint32_t side, int64_t t,
                   const uint64_t *place);

/* seen_pairs.c */
void seen_pairs_open(struct seen_state *s);
void seen_pairs_close(struct seen_state *s);
/* Notes that packet `other` of the batch may match a row. */
bool seen_pairs_add(struct seen_state *s, struct seen_index *x, uint32_t place,
                    uint16_t other) MUST_CHECK;
bool seen_pairs_ask(struct seen_state *s) MUST_CHECK;

void seen_mark(struct seen_state *s, struct seen_index *x, uint32_t place);

/* The first place from i on without a match. */
static inline uint32_t seen_next(struct seen_index *x, uint32_t i)
{
    while (x->next[i] != i) {
        x->next[i] = x->next[x->next[i]];
        i = x->next[i];
    }
    return i;
}

#endif
