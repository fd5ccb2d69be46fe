/* func.h - the functions and operators of the language. A function is one row
 * in functions.def: name, arguments, result, two kernels (rows, bounds); help
 * and completion come from the same rows. */
#ifndef QUERY_FUNC_H
#define QUERY_FUNC_H

#include "query/expr.h"

enum { FUNC_ARGS_MAX = 3 };

/* An argument over a batch: row r is at r & mask, so that a constant needs no
 * column. */
struct func_arg {
    struct column column;
    uint32_t mask;
};

/* One call over the selected rows of a batch. */
struct func_frame {
    const struct expr *call;
    struct func_arg arg[FUNC_ARGS_MAX];
    const struct sel *rows;
    union {
        int64_t *i;
        double *r;
        struct addr *a;
        const struct set **set;
    } out;
    uint64_t *absent; /* in: rows where an argument is absent; a kernel may
                         add rows */
    struct expr_eval *ev;
};

/* What is known of a value over all rows of a block. */
struct func_bounds {
    bool known;  /* range, some, every (or addr) hold for all present values */
    bool any;    /* false: no row has a value */
    bool absent; /* a row may have none */
    struct range range;
    uint64_t some, every; /* superset of OR, subset of AND, of all values */
    struct addr_range addr;
};

struct bind;

/* What a call's type is made of. */
enum func_result {
    RESULT_INT,
    RESULT_TIME,
    RESULT_DATE, /* a time that is shown as its day */
    RESULT_FIRST /* as the first argument */,
    RESULT_NET,
    RESULT_REAL,
    RESULT_STRING,
    RESULT_BOOL,
    RESULT_SPAN /* the start of a calendar's span: its first day, or a time */
};

struct func {
    const char *name, *usage, *help;
    uint8_t min_args, max_args;
    bool time_default; /* the first argument may be left out: column time */
    bool built;        /* false: known by name only */
    uint32_t constant; /* bit i: argument i must be a constant */
    uint32_t accepts[FUNC_ARGS_MAX]; /* bit TYPE_x */
    enum func_result result;
    void (*eval)(struct func_frame *f);
    void (*bounds)(const struct expr *call, const struct func_bounds *arg,
                   struct func_bounds *out); /* NULL: nothing is known */
    /* Once its arguments are bound: checks them, sets call->lookup. False:
     * error. May be NULL. */
    bool (*prepare)(struct bind *b, struct expr *call);
    bool key; /* stands among the keys of `stats` only */
};

extern const struct func func_table[];
extern const uint32_t func_count;

const struct func *func_find(const char *name); /* NULL if there is none */

/* The bucket of time that holds t; `call` is of minute, hour, day, week, month
 * or bin: x->type.bucket. */
struct tz_bucket func_bucket(const struct expr *call, int64_t t);
bool func_has_buckets(const struct func *f);

/* How numbers are computed. */
enum func_mode { MODE_INT, MODE_U32, MODE_MODULO, MODE_REAL, MODE_SET };

/* The operator's function; NULL where the mode has none. Comparisons have no
 * function. */
const struct func *func_operator(enum ast_op op, enum func_mode mode);

extern const struct func func_real; /* int to real */
extern const struct func func_word; /* (addr, n): 32 bits of an address, 0 the
                                       highest */

/* Bounds of a value within [lo, hi] of which no more is known. */
void func_bounds_range(struct func_bounds *out, int64_t lo, int64_t hi);

#endif
