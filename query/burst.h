/* burst.h - sliding windows over the rows of each key. A row completes a window
 * when those of its key in [t - within, t], up to its place, reach a number;
 * windows that overlap or touch make one burst. What windows have left behind
 * is freed. One thread; memory is charged to the run. */
#ifndef QUERY_BURST_H
#define QUERY_BURST_H

#include "query/keytab.h"

/* What is asked; immutable. */
struct burst_terms {
    uint32_t keys, values; /* values 0: rows are counted, else tuples */
    enum type key[KEYTAB_KEYS_MAX], value[SET_TUPLE_MAX];
    struct vtype members; /* a set of the tuples */
    int64_t least, within;
    bool sweeps;    /* times ascend over all keys: idle ones can be freed */
    struct span at; /* of errors */
};

/* One burst. */
struct burst_row {
    uint32_t key; /* its number in burst.found */
    int64_t peak, first, last, n;
    const struct set *members; /* NULL when rows are counted */
};

struct burst_key;
struct burst_value;
struct burst_times;

struct burst {
    const struct burst_terms *terms;
    struct run *run;
    /* In the windows, or in a burst that may still grow. */
    struct keytab keys;
    struct burst_key *key;
    uint32_t key_n, key_cap;
    struct keytab values; /* (number of the key, tuple) */
    struct burst_value *value;
    uint32_t value_n, value_cap;
    struct burst_times *times;
    uint32_t times_n, times_cap, times_free, times_used;
    size_t sweep_at;
    /* Done. */
    struct keytab found;
    struct burst_row *row;
    uint32_t rows, row_cap;
    struct arena sets;
    size_t sets_charged;
};

void burst_open(struct burst *b, const struct burst_terms *t, struct run *r);
void burst_close(struct burst *b);

/* The columns of keys, values and time of one batch. */
struct burst_in {
    const struct column *key, *value, *time;
    const struct sel *rows; /* no value or time of them is absent */
};

/* False: over the budget, or the run's error is set, as where the times of a
 * key step back. */
bool burst_add(struct burst *b, const struct burst_in *in) MUST_CHECK;
/* There are no more rows. */
bool burst_finish(struct burst *b) MUST_CHECK;

#endif
