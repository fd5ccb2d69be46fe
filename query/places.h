/* places.h - rows kept at numbered places, column-wise: of the columns that
 * later stages touch, those in which there was a value. Memory is charged. */
#ifndef QUERY_PLACES_H
#define QUERY_PLACES_H

#include "query/stage.h"

struct places {
    uint32_t cols;
    const uint64_t *need; /* columns that are kept */
    struct vec *col;
    struct run *run;
    struct arena sets; /* of columns of sets; freed at the end only */
    size_t sets_charged;
};

/* The first `cols` columns of r's output, which are those of its input. */
void places_open(struct places *h, const struct stage_run *r, uint32_t cols);
void places_close(struct places *h);
/* Keeps row row[k] at place[k]; what was there is forgotten. False: over the
 * budget. */
bool places_put(struct places *h, struct batch *b, const uint16_t *row,
                const uint32_t *place, uint32_t n) MUST_CHECK;
void places_gather(const struct places *h, uint32_t col, const uint32_t *place,
                   uint32_t n, struct vec *out);

#endif
