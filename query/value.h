/* value.h - types of columns, single values, and sets of values. */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include "base/strtab.h"
#include "store/batch.h"

enum { SET_TUPLE_MAX = 4 };

struct expr;

/* The type of a column or expression. */
struct vtype {
    enum type type;
    bool date;            /* TIME that is shown as its day: day, date() */
    uint8_t bits4, bits6; /* NET: prefix lengths shown, as in cidr(a, 24, 64) */
    uint8_t members;      /* SET: values in a tuple, 1 for a plain set */
    enum type member[SET_TUPLE_MAX]; /* SET */
    const struct expr *bucket; /* TIME: the call whose buckets these are */
};

/* A named column of a stage's output. */
struct column_def {
    const char *name;
    struct vtype type;
    bool zero; /* a count or a set: of no rows it is zero, or empty */
    bool key;  /* what rows were grouped by: tells a row from another */
};

/* What rows look like between two stages; lives in the query's arena. */
struct columns {
    uint32_t n;
    struct column_def *col;
    bool packets; /* rows are packets: column i is field i, `dir` computed */
    /* In the filter of `seen`: the columns from FIELD_COUNT on are those of
     * these rows, named this.x; else NULL. */
    const struct columns *row;
    uint32_t keys; /* the first so many are the keys of `stats` */
    const struct columns_chart *chart; /* NULL: rows are not to be drawn */
    bool aside; /* the rows lie in a file that `write` made: show none */
};

/* Numbers to be drawn over the first column. */
struct columns_chart {
    uint32_t n;
    const uint32_t *col;
};

/* One value; which member holds it follows from its type's lane. */
union cell {
    int64_t i;
    double r;
    struct addr a;
    const struct set *set;
};

struct value {
    bool absent;
    union cell cell;
};

/* Distinct tuples in ascending order; member m of tuple t is at
 * member[t * type.members + m]. Immutable once built; memory is its maker's. */
struct set {
    struct vtype type;
    uint32_t n;
    const union cell *member;
};

/* Order of values: numbers by size, addresses by bytes, text by bytes, false
 * before true, sets by their members in order, the shorter first. */
int value_cmp(enum type type, union cell a, union cell b,
              const struct strtab *text);
/* The same with absent last. */
int value_cmp_absent(enum type type, struct value a, struct value b,
                     const struct strtab *text);
int value_cmp_set(const struct set *a, const struct set *b,
                  const struct strtab *text);
/* What to keep of two sets: tuples of the left only, of both, of the right. */
enum value_keep { KEEP_LEFT = 1, KEEP_BOTH = 2, KEEP_RIGHT = 4 };

/* Walks along both, in the order of tuples; `out` has room for the tuples of
 * both, or is NULL. Returns how many are kept. */
uint32_t value_merge_sets(const struct set *l, const struct set *r,
                          uint32_t keep, const struct strtab *text,
                          union cell *out);
uint64_t value_hash(enum type type, union cell c, uint64_t seed);
bool value_eq(enum type type, union cell a, union cell b);

/* Row `row` of a column of that lane. */
struct value value_at(const struct column *c, enum lane lane, uint32_t row);

bool value_same_type(const struct vtype *a, const struct vtype *b);

/* Adds a value to the tuples of a set type, with how it is shown. False where
 * nets of two lengths would come into one tuple: a type holds one pair. */
bool value_add_member(struct vtype *set, const struct vtype *member);
/* "addr", "set of addr", "set of (addr, int)" for messages. */
const char *value_type_text(const struct vtype *t, char out[64]);

#endif
