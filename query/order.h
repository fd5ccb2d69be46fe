/* order.h - sorting row numbers by columns of values, stably. */
#ifndef QUERY_ORDER_H
#define QUERY_ORDER_H

#include "query/run.h"
#include "query/vec.h"

struct order_key {
    const struct vec *value;
    enum type type;
    bool desc; /* absent is last either way */
};

/* Row numbers 0..n in the order of the keys, equal ones by number. Charged:
 * give it to order_free with the same n. NULL: interrupted, or over the budget
 * when r->e is not set. */
uint32_t *order_rows(const struct order_key *key, uint32_t keys, uint32_t n,
                     struct run *r) MUST_CHECK;
/* Sorts a list of row numbers in place; no keys: by number. False: as NULL
 * above. */
bool order_list(const struct order_key *key, uint32_t keys, uint32_t *id,
                uint32_t n, struct run *r) MUST_CHECK;
/* Bytes that order_rows takes of the budget while it sorts n rows. */
size_t order_bytes(uint32_t n);
void order_free(uint32_t *id, uint32_t n, struct run *r);

#endif
