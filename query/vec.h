/* vec.h - a growing column of values in one lane, charged to a budget. {0} with
 * a lane is empty. Whoever declared it frees it. */
#ifndef QUERY_VEC_H
#define QUERY_VEC_H

#include "base/budget.h"
#include "query/value.h"

struct vec {
    enum lane lane;
    uint32_t n, cap;
    union {
        int64_t *i;
        double *r;
        struct addr *a;
        const struct set **set;
        void *data;
    };
    uint64_t *absent; /* NULL: no value is absent */
};

/* Room for `n` values in all. False: over the budget; nothing changed. */
bool vec_reserve(struct vec *v, uint32_t n, struct budget *b) MUST_CHECK;
/* Makes v n values long; new ones are zero, and not absent. */
bool vec_extend(struct vec *v, uint32_t n, struct budget *b) MUST_CHECK;
/* Room was reserved; the first absent value takes a little more, even over the
 * limit. */
void vec_append(struct vec *v, struct value x, struct budget *b);
/* Value i, which there is, becomes x; as vec_append. */
void vec_replace(struct vec *v, uint32_t i, struct value x, struct budget *b);
/* Appends the rows of `rows`. Sets are kept by their pointers. */
bool vec_append_rows(struct vec *v, const struct column *c,
                     const struct sel *rows, struct budget *b) MUST_CHECK;
/* What is charged for it. */
size_t vec_bytes(const struct vec *v);
/* The first n values stay. */
void vec_cut(struct vec *v, uint32_t n);
void vec_free(struct vec *v, struct budget *b);
/* No values, and the room that there was. */
void vec_clear(struct vec *v);

static inline bool vec_absent(const struct vec *v, uint32_t i)
{
    return v->absent && (v->absent[i / 64] >> (i % 64) & 1);
}

union cell vec_cell(const struct vec *v, uint32_t i);
struct value vec_value(const struct vec *v, uint32_t i);
void vec_put(struct vec *v, uint32_t i, union cell c);

/* out, which has room for n, becomes the values of id[0..n). */
void vec_gather(const struct vec *v, const uint32_t *id, uint32_t n,
                struct vec *out);
/* out, which has room for n and bits for absence, becomes n values of which
 * none is absent; to be filled in place. */
void vec_start(struct vec *out, uint32_t n);
void vec_mark_absent(struct vec *v, uint32_t i);

/* Room for a batch in any lane, in memory that is not charged, since it does
 * not grow with the data; the values are to be filled in. */
void vec_room(struct vec *v, enum lane lane);
void vec_set(struct vec *v, uint32_t i, struct value x);
/* The values from `from`, a multiple of 64, as a column. */
struct column vec_column(const struct vec *v, uint32_t from);

/* Grows *p, which holds *cap items of `size` bytes, to n or more; new items
 * are undefined. False: over the budget. */
bool vec_grow(void **p, uint32_t *cap, uint32_t n, size_t size,
              struct budget *b) MUST_CHECK;

/* A copy that lives in `a`. */
const struct set *vec_copy_set(struct arena *a, const struct set *s);

#endif
