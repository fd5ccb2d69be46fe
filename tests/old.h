/* old.h - turns a store into one as format 1 was, and says what of a store is
 * still so. */
#ifndef TESTS_OLD_H
#define TESTS_OLD_H

#include "store/inside.h"

/* Plain blocks of layout 1, no address runs, no fronts, heads that say 1. */
void old_make(struct store *s);

struct old_counts {
    uint32_t blocks, old_blocks, without_front, without_run;
    uint32_t old_heads; /* of months and of the catalogue */
    uint32_t steps;     /* months whose upgrade is under way */
};
struct old_counts old_count(struct store *s);

#endif
