/* similar_parts.h - what the files behind similar.h share. */
#ifndef QUERY_SIMILAR_PARTS_H
#define QUERY_SIMILAR_PARTS_H

#include "query/similar.h"
#include "query/vec.h"

enum {
    SIMILAR_POWERS = 14,    /* values of s */
    SIMILAR_OFFERED = 32,   /* items a row is found by */
    SIMILAR_SHORT = 64,     /* rows in a list of which all pairs are tried */
    SIMILAR_DEPTH = 5,      /* items that divide a list */
    SIMILAR_REACH = 4096,   /* rows that neighbours of neighbours make up */
    SIMILAR_GRAIN = 1 << 10 /* parts of a bit in which rows are compared */
};

extern const double similar_power[SIMILAR_POWERS];

/* Memory that dies together, charged to the run. */
struct similar_memory {
    struct run *run;
    struct arena arena;
    size_t charged;
};

/* n things of `size` bytes, zeroed. NULL: over the budget. */
void *similar_array(struct similar_memory *m, size_t n, size_t size);
void similar_release(struct similar_memory *m);

/* What may still be done. A part is at most a sixteenth of the whole, so that
 * one crowd cannot use up what the rest needs. */
struct similar_work {
    struct run *run;
    uint64_t limit, left, part, since;
    uint64_t cut;
};

void similar_work_open(struct similar_work *w, uint64_t limit, struct run *r);
/* False: nothing is left, or the run's error is set. */
bool similar_work_part(struct similar_work *w);
/* False: no more of this part. */
bool similar_spend(struct similar_work *w, uint64_t steps);

struct similar_weight {
    double gain[SIMILAR_POWERS]; /* 2^(s w) - 1 */
    uint32_t df;
};

/* The rows of one search; items are renamed to their rank, the rarest first,
 * and stand in that order in each row. */
struct similar_data {
    uint32_t n, items, entries, most; /* N, E, and the largest d */
    uint32_t *from, *item;            /* as in similar_rows */
    uint32_t *first, *last; /* the items of a row that it is found by */
    double *rest;           /* w of those after `last` */
    uint32_t *row;          /* its number among the caller's */
    uint32_t *name;         /* the caller's number of an item */
    double *w;
    uint32_t *kind;                /* of an item: items of one df are alike */
    struct similar_weight *weight; /* of each kind */
    uint32_t *rows_from, *rows;    /* the rows of each item */
    double *factorial;             /* log2 of it */
    double theta, log_n;
    double charge; /* bits that every group loses */
};

static inline uint32_t similar_degree(const struct similar_data *d, uint32_t i)
{
    return d->from[i + 1] - d->from[i];
}

static inline uint32_t similar_df(const struct similar_data *d, uint32_t t)
{
    return d->weight[d->kind[t]].df;
}

/* Rounds, so that sums made in another order compare alike. */
int64_t similar_grains(double bits);

/* Makes *d of the rows that are not `out` (may be NULL). `count` holds a zero
 * for each of the caller's items, and does so again afterwards. False: over
 * the budget. */
bool similar_data_make(struct similar_data *d, const struct similar_rows *in,
                       const bool *out, uint32_t *count,
                       struct similar_memory *m) MUST_CHECK;

/* ---- bits ---- */

/* f[s] = sum of log2(1 + q (2^(s w) - 1)) over the items, for a row of
 * `degree` items. */
void similar_expect(const struct similar_data *d, uint32_t degree,
                    const uint32_t *item, uint32_t n, double f[SIMILAR_POWERS]);
/* max over s of s x - f[s] */
double similar_tail(const double f[SIMILAR_POWERS], double x);
/* What is taken from a group of k rows, the reference and the size of the core
 * given. */
double similar_charge(const struct similar_data *d, uint32_t k, uint32_t degree,
                      uint32_t cores);
/* w of what rows a and b share. */
double similar_shared(const struct similar_data *d, uint32_t a, uint32_t b);
double similar_jaccard(const struct similar_data *d, uint32_t a, uint32_t b);

struct similar_candidate {
    double x;
    int64_t tail; /* in grains */
    uint32_t row;
};

/* A core, and what is remembered of it for each degree. */
struct similar_scorer {
    const struct similar_data *d;
    uint32_t *core, cores, reference;
    double (*expect)[SIMILAR_POWERS];
    uint32_t *known; /* of a degree: the core that `expect` is of */
    uint32_t now;
    bool *inside;      /* is an item in the core? */
    uint32_t *holders; /* counts a list's items; zero between uses */
    struct similar_candidate *candidate;
    uint32_t candidates, best; /* best: how many of them make the most bits */
    double bits;
};

bool similar_scorer_open(struct similar_scorer *s, const struct similar_data *d,
                         struct similar_memory *m) MUST_CHECK;
/* The core becomes these items. */
void similar_scorer_core(struct similar_scorer *s, const uint32_t *item,
                         uint32_t n);
const double *similar_scorer_expect(struct similar_scorer *s, uint32_t row);
double similar_scorer_held(const struct similar_scorer *s, uint32_t row);
/* The reference becomes the row of the list that is heaviest in what half of
 * the list, and at least 2, hold; the core those items. False: there are
 * none. */
bool similar_scorer_pick(struct similar_scorer *s, const uint32_t *row,
                         uint32_t n);
/* The core becomes the items of `reference` that half of the list hold. */
bool similar_scorer_refer(struct similar_scorer *s, uint32_t reference,
                          const uint32_t *row, uint32_t n);
/* Bits of the reference and all rows of the list, which may hold it. */
double similar_scorer_all(struct similar_scorer *s, const uint32_t *row,
                          uint32_t n);
/* Orders the rows of the list but the reference, and cuts them where the bits
 * are highest: s->best, s->bits. */
void similar_scorer_cut(struct similar_scorer *s, const uint32_t *row,
                        uint32_t n, double alike);

/* ---- the search ---- */

struct similar_pair {
    uint32_t a, b; /* a < b */
    int32_t bits;  /* in grains */
};

struct similar_pairs {
    struct similar_pair *pair;
    uint32_t n, cap;
};

struct similar_finder {
    const struct similar_data *d;
    const struct similar_terms *terms;
    struct run *run;
    struct similar_memory *memory;
    struct similar_scorer *scorer;
    struct similar_work work;
    struct similar_pairs pairs;
    bool *crowded; /* rows of crowds */
    bool over;     /* the budget */
};

/* Adds a pair whatever its bits. */
bool similar_pairs_add(struct similar_finder *f, uint32_t a, uint32_t b,
                       double bits);
/* Adds it if it passes theta. */
bool similar_pairs_try(struct similar_finder *f, uint32_t a, uint32_t b);
/* Sorts them by their rows, each once. */
void similar_pairs_sort(struct similar_pairs *p);

/* Each adds to f->pairs. False: over the budget, or the run's error is set. */
bool similar_crowds(struct similar_finder *f) MUST_CHECK;
bool similar_lists(struct similar_finder *f) MUST_CHECK;
bool similar_plain_pairs(struct similar_finder *f) MUST_CHECK;

/* Groups found go to *out, with the caller's numbers. */
bool similar_groups(struct similar_finder *f, struct similar_memory *kept,
                    struct similar_found *out) MUST_CHECK;
bool similar_plain_groups(struct similar_finder *f, struct similar_memory *kept,
                          struct similar_found *out) MUST_CHECK;
/* Notes a group: the reference and core of the scorer, and `size` members, of
 * which the reference is one. */
bool similar_found_add(const struct similar_finder *f,
                       struct similar_memory *kept, const uint32_t *member,
                       uint32_t size, struct similar_found *out) MUST_CHECK;

#endif
