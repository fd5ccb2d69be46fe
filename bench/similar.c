/* similar.c - draws rows of hosts as the edge of a network sees them (clients
 * of popular servers, crawlers of one list, scanners, planted groups, a crowd)
 * and times query/similar.h on them: ROWS HOME [CROWD ITEMS]. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "query/similar.h"
#include "tests/random.h"

enum { ROW_MOST = 256, PLANTS = 100, PLANT_ROWS = 5, PLANT_ITEMS = 6 };

struct drawn {
    uint64_t seed;
    uint32_t home, n, entries, cap;
    uint32_t *from, *item;
    uint32_t *popular; /* hosts, the most popular first */
};

static uint32_t below(struct drawn *d, uint64_t n)
{
    return (uint32_t)random_below(&d->seed, n);
}

static void add(struct drawn *d, uint32_t host)
{
    for (uint32_t p = d->from[d->n]; p < d->entries; p++) {
        if (d->item[p] == host)
            return;
    }
    if (d->entries == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 1 << 20;
        d->item = memory_resize(d->item, d->cap * sizeof *d->item);
    }
    d->item[d->entries++] = host;
}

static void end_row(struct drawn *d)
{
    d->from[++d->n] = d->entries;
}

/* Host k of the popular ones is asked 1 / k as often as the first. */
static uint32_t server(struct drawn *d)
{
    uint32_t most = d->home <= 1024 ? d->home / 2 : 300;
    double at = (double)below(d, 1 << 24) / (1 << 24);

    return d->popular[(uint32_t)pow(most, at) - 1];
}

static void scanner(struct drawn *d)
{
    double at = (1.0 + below(d, 1 << 24)) / (1 << 24);
    uint32_t n = 1 + (uint32_t)(-4 * log(at));

    for (; n > 0; n--)
        add(d, below(d, d->home));
}

static void background(struct drawn *d)
{
    uint32_t what = below(d, 100), n = 2 + below(d, 5);

    if (what < 46) {
        for (n = 1 + below(d, 3); n > 0; n--)
            add(d, server(d));
    } else if (what < 67) {
        for (; n > 0; n--)
            add(d, d->popular[below(d, 12)]);
    } else {
        scanner(d);
    }
    end_row(d);
}

static void planted(struct drawn *d, uint32_t rows, uint32_t items)
{
    uint32_t list[ROW_MOST];

    for (uint32_t i = 0; i < items; i++)
        list[i] = below(d, d->home);
    for (uint32_t k = 0; k < rows; k++) {
        add(d, list[0]);
        for (uint32_t i = 0; i < items; i++) {
            if (below(d, 100) < 85)
                add(d, list[i]);
        }
        end_row(d);
    }
}

static void draw(struct drawn *d, uint32_t rows, uint32_t crowd, uint32_t items)
{
    size_t all = (size_t)rows + crowd + PLANTS * PLANT_ROWS + 1;

    d->from = memory_zeroed(all, sizeof *d->from);
    d->popular = memory_alloc(d->home * sizeof *d->popular);
    for (uint32_t i = 0; i < d->home; i++)
        d->popular[i] = i;
    for (uint32_t i = 0; i < d->home; i++) {
        uint32_t k = i + below(d, d->home - i), was = d->popular[i];
        d->popular[i] = d->popular[k];
        d->popular[k] = was;
    }
    for (uint32_t p = 0; p < PLANTS; p++)
        planted(d, PLANT_ROWS, PLANT_ITEMS);
    planted(d, crowd, items);
    while (d->n < all - 1)
        background(d);
}

/* Is a group mostly one plant? Plants are the first rows. */
static bool is_plant(const struct similar_group *g)
{
    uint32_t same = 0, plant = g->member[0] / PLANT_ROWS;

    for (uint32_t i = 0; i < g->size; i++)
        same += g->member[i] / PLANT_ROWS == plant;
    return plant < PLANTS && 3 * same >= 2 * g->size;
}

int main(int argc, char **argv)
{
    struct budget budget = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &budget, .e = &e};
    struct similar_terms t = {0};
    struct similar_found found = {0};
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint32_t crowd = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
    uint32_t items = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 24;
    struct drawn d = {.seed = 11,
                      .home = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10)
                                       : 65536};
    uint32_t plants = 0, others = 0, largest = 0;

    if (items > ROW_MOST)
        return 2;
    draw(&d, rows, crowd, items);
    struct similar_rows in = {d.n, d.from, d.item};
    clock_t start = clock();
    struct similar *s = similar_open(d.home, &run);
    if (!s || !similar_search(s, &in, &t, &found))
        return 1;
    double took = (double)(clock() - start) / CLOCKS_PER_SEC;
    for (uint32_t i = 0; i < found.n; i++) {
        const struct similar_group *g = &found.group[i];
        plants += g->bits >= 3 && is_plant(g);
        others += g->bits >= 3 && !is_plant(g);
        largest = g->size > largest ? g->size : largest;
    }
    printf("%u rows of %u items, %u hosts: %.2f s of CPU, %.0f MiB, "
           "%u of %d plants, %u other groups, the largest of %u rows, "
           "cut in %llu places\n",
           d.n, d.entries, d.home, took, (double)budget.peak / (1 << 20),
           plants, (int)PLANTS, others, largest, (unsigned long long)found.cut);
    similar_close(s);
    free(d.from);
    free(d.item);
    free(d.popular);
    return 0;
}
