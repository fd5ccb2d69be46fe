/* seen_order.h - which of two packets of the snapshot comes first in packet
 * order, by their places. For ties of time only: it may open blocks. */
#ifndef QUERY_SEEN_ORDER_H
#define QUERY_SEEN_ORDER_H

#include "query/run.h"
#include "store/store.h"

enum { SEEN_ORDER_KEPT = 4 };

/* Blocks that were opened last; {.run} is empty. */
struct seen_order {
    struct run *run;
    struct seen_order_block {
        uint32_t number;
        struct store_block *block;
        size_t charged;
    } kept[SEEN_ORDER_KEPT];
    uint32_t turn;
};

/* Below, at, or above 0; places are those of struct batch, times are equal.
 * 0 also on failure, when the run's error is set. */
int seen_order_cmp(struct seen_order *o, uint64_t a, uint64_t b);
void seen_order_close(struct seen_order *o);

#endif
