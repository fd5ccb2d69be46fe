/* batches.h - batches of packets in memory, what a zone says of them, and
 * expressions bound over them, for tests. */
#ifndef TESTS_BATCHES_H
#define TESTS_BATCHES_H

#include "query/expr.h"

struct batches {
    struct arena arena, tmp; /* of the expression, of the evaluation */
    struct strtab text;
    struct site site;
    struct tz tz;
    struct columns columns;
    struct scope scope;
    uint32_t sensor; /* of all rows */
    int64_t value[FIELD_COUNT][BATCH_ROWS];
    struct addr addr[FIELD_COUNT][BATCH_ROWS];
    uint64_t absent[FIELD_COUNT][BATCH_WORDS];
    struct column col[FIELD_COUNT];
    bool loaded[FIELD_COUNT];
    struct batch batch;
    struct zone zone;
    struct err e;
    uint32_t warnings;
    char warning[200];
    struct span warned;
};

/* An empty batch, UTC, no home, one sensor "edge1". */
struct batches *batches_new(void);
void batches_free(struct batches *b);
void batches_add_home(struct batches *b, int64_t from, const char *net);

static inline void batches_set_absent(struct batches *b, int field,
                                      uint32_t row)
{
    b->absent[field][row / 64] |= UINT64_C(1) << (row % 64);
}

/* Once values are in: `rows` rows, all selected, and their zone. */
void batches_finish(struct batches *b, uint32_t rows);

/* The filter `text`, or NULL with b->e set. What was bound before is gone. */
const struct expr *batches_filter(struct batches *b, const char *text);
/* The tree of the filter, for tests that walk it themselves. */
const struct ast *batches_parse(struct batches *b, const char *text);
/* Rows that x keeps; b->e is set where evaluating failed. */
const struct sel *batches_keep(struct batches *b, const struct expr *x);

#endif
