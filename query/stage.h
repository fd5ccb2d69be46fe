/* stage.h - what the steps of a pipeline have in common. A stage is bound once
 * (struct stage: data, in the query's arena) and then run: rows are pushed in,
 * batch by batch, and pushed on to the next. One row of the table in stage.c
 * and one file a stage. */
#ifndef QUERY_STAGE_H
#define QUERY_STAGE_H

#include "query/query.h"
#include "query/run.h"
#include "query/vec.h"

struct stage_run;
struct stage_bind;
struct stage;

struct stage_kind {
    const char *name;
    /* NULL: not built in this version. Sets s->out, s->expr and its own. */
    bool (*bind)(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e);
    void (*open)(struct stage_run *r); /* may be NULL */
    /* False: failed (the run's error is set), or no more rows are wanted. */
    bool (*push)(struct stage_run *r, struct batch *b);
    /* There are no more rows: puts out what was held back. May be NULL. On
     * failure the run's error is set. */
    void (*finish)(struct stage_run *r);
    /* Writes what it holds to disk, between batches, where that is much. False:
     * it is little, or the run's error is set. May be NULL. */
    bool (*spill)(struct stage_run *r);
    void (*close)(struct stage_run *r); /* may be NULL */
    /* One more line of --explain and of --profile; may be NULL. */
    const char *(*explain)(const struct stage *s, struct arena *a);
    const char *(*profile)(const struct stage_run *r, struct arena *a);
};

/* A bound stage; immutable. */
struct stage {
    const struct stage_kind *kind;
    struct span at;
    const struct columns *in, *out;
    const struct expr **expr; /* all that it reads */
    uint32_t exprs;
    /* What it asks of packets that it reads by itself: no columns of `in`. */
    const struct expr **asked;
    uint32_t askeds;
    bool passes;  /* columns of `in` are also those of `out`, at their places */
    bool holds;   /* puts nothing out before it has seen all */
    bool waits;   /* keeps rows for a while, and needs room for that */
    bool ordered; /* wants rows in packet order */
    bool any_order; /* nobody after it minds in which order rows come */
    bool weighs;    /* takes rows that stand for several packets */
    void *bound;    /* the kind's own */
    uint64_t *need; /* columns of `out` that those after it touch */
};

/* A stage at work. */
struct stage_run {
    const struct stage *stage;
    struct stage_run *next;
    struct run *run;
    void *state; /* the kind's own */
    uint64_t rows_in, rows_out;
    int64_t ns;       /* in this stage alone, when profiled */
    uint64_t spilled; /* bytes written to disk */
};

/* Hands a batch on; an empty one is dropped. */
bool stage_push(struct stage_run *r, struct batch *b);
bool stage_finish(struct stage_run *r);
/* Bytes of the budget that a stage which can go to disk leaves alone: buffers
 * for doing so, and a share for each later stage that holds rows. */
enum { STAGE_SPILL_PART = 16 }; /* of the limit is much, for spill above */
size_t stage_kept(const struct stage_run *r);

const struct stage_kind *stage_find(const char *name);

/* ---- for binding ---- */

struct stage_bind {
    struct scope *scope;
    const char *source; /* the text that spans point into */
    size_t source_len;
    const struct columns *in;
    const struct columns *packets;     /* the fields of packets */
    bool keep_unknown;                 /* see query_settings */
    bool in_order;                     /* the rows come in packet order */
    const struct query_writer *writer; /* see query_settings */
    int64_t from, to;                  /* of the query's range */
};

/* Words of the text, blanks and comments between them as one blank. */
const char *stage_text(const struct stage_bind *b, struct span at);
/* Binds a value, or (condition) a condition, and notes it in s->expr. A call
 * that stands as the name of a column, `count()`, is that column. NULL: error.
 */
const struct expr *stage_value(struct stage_bind *b, struct stage *s,
                               const struct ast *n, struct err *e);
const struct expr *stage_condition(struct stage_bind *b, struct stage *s,
                                   const struct ast *n, struct err *e);
/* Notes an expression in s->expr, or in s->asked. */
void stage_reads(struct stage_bind *b, struct stage *s, const struct expr *x);
void stage_asks(struct stage_bind *b, struct stage *s, const struct expr *x);
/* A number or $parameter of 0 or more. */
bool stage_count(struct stage_bind *b, const struct ast *n, int64_t *out,
                 struct err *e) MUST_CHECK;
/* A length of time or $parameter, in ns, above 0. */
bool stage_length(struct stage_bind *b, const struct ast *n, int64_t *out,
                  struct err *e) MUST_CHECK;
/* The column `time`, noted in s->expr. NULL: there is none that holds times. */
const struct expr *stage_time(struct stage_bind *b, struct stage *s,
                              struct err *e);
/* Notes that s reads these fields, a list that ends with FIELD_TIME, and the
 * time. False: the rows are no packets, or in another order than packets. */
bool stage_packets(struct stage_bind *b, struct stage *s,
                   const enum field_id *field, struct err *e) MUST_CHECK;
/* The name and the expression of `name = EXPR` or EXPR. */
struct stage_named {
    const char *name;
    struct span at;
    const struct ast *value;
};
struct stage_named stage_name(const struct stage_bind *b, const struct ast *n);
/* A copy of `in` with room for `more` columns. */
struct columns *stage_widen(const struct stage_bind *b,
                            const struct columns *in, uint32_t more);
/* Adds a column; a name that is there already is an error at `at`. */
bool stage_add_column(struct stage_bind *b, struct columns *c, const char *name,
                      struct vtype type, struct span at,
                      struct err *e) MUST_CHECK;
uint32_t stage_list_length(const struct ast *n);

/* ---- the kinds ---- */

#define STAGE(id) extern const struct stage_kind stage_##id;
#include "query/stages.def"
#undef STAGE

/* set: the set that a run has made, in the run's arena. NULL: error. */
const struct set *stage_set_result(struct stage_run *r);

#endif
