/* samples.h - blocks of rows drawn from a seed, and the rows that went in. */
#ifndef TESTS_SAMPLES_H
#define TESTS_SAMPLES_H

#include "store/block.h"

/* Around all other calls: the encoder that they share. */
void samples_begin(void);
void samples_end(void);

/* The same seed draws the same numbers. */
void samples_seed(uint64_t seed);
uint64_t samples_draw(void);
uint64_t samples_below(uint64_t n);

/* How rows look: how often a field is there, how wild its values are. */
struct sample_look {
    uint32_t presence; /* 0: never, 1: random, 2: always, 3: changes a field */
    uint32_t wild;     /* 0: few values, 1: any, 2: extremes */
    uint32_t times;    /* 0: in order, 1: equal, 2: any, 3: whole us */
    uint32_t captures;
};

/* A block of random rows, and the rows in their order. */
struct sample {
    uint32_t n;
    struct block_row *rows;
    const struct block_row **order;
    struct buf bytes;
};

struct sample samples_make(const struct sample_look *k, uint32_t n);
/* Rows of connections, and every `garbage`-th one of anything (0: none). */
struct sample samples_traffic(uint32_t n, uint32_t garbage, bool dense);
void samples_free(struct sample *s);

#endif
