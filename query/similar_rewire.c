/* similar_rewire.c - what chance means, made: items swapped between rows. */
#include <stdlib.h>

#include "base/hash.h"
#include "query/similar_parts.h"

enum { SWAPS = 20, CHECK_EVERY = 1 << 16 };

/* splitmix64 */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (uint64_t)(((__uint128_t)z * below) >> 64);
}

static bool holds(const struct similar_rows *rows, const uint32_t *item,
                  uint32_t row, uint32_t what)
{
    for (uint32_t p = rows->from[row]; p < rows->from[row + 1]; p++) {
        if (item[p] == what)
            return true;
    }
    return false;
}

static void swap(const struct similar_rows *rows, uint32_t *item,
                 const uint32_t *row, uint32_t a, uint32_t b)
{
    uint32_t base = rows->from[0], left = row[a - base], right = row[b - base];
    uint32_t was = item[a];

    if (left == right || was == item[b] || holds(rows, item, left, item[b]) ||
        holds(rows, item, right, was))
        return;
    item[a] = item[b];
    item[b] = was;
}

bool similar_rewire(const struct similar_rows *rows, uint32_t *item,
                    uint64_t seed, struct run *r)
{
    struct similar_memory own = {.run = r};
    uint32_t base = rows->from[0], n = rows->from[rows->n] - base;
    uint32_t *row = similar_array(&own, n, sizeof *row);
    bool ok = row != NULL;

    for (uint32_t i = 0; ok && i < rows->n; i++) {
        for (uint32_t p = rows->from[i]; p < rows->from[i + 1]; p++)
            row[p - base] = i;
    }
    /* A swap moves two. */
    for (uint64_t i = 0; ok && i < (uint64_t)n * SWAPS / 2; i++) {
        uint32_t a = base + (uint32_t)draw(&seed, n);
        uint32_t b = base + (uint32_t)draw(&seed, n);
        swap(rows, item, row, a, b);
        if (i % CHECK_EVERY == 0)
            ok = run_check(r);
    }
    similar_release(&own);
    return ok;
}
