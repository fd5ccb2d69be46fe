/* test_similar.c - groups of rows with the same items, against the definition
 * taken literally; crowds, work and memory that run out, rewired data. */
#include "query/similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/random.h"
#include "tests/similar_slow.h"
#include "tests/test.h"

/* ---- rows ---- */

enum { ROWS_MAX = 4096, DEGREE_MAX = 64 };

struct data {
    uint32_t n, items;
    uint32_t from[ROWS_MAX + 1];
    uint32_t item[ROWS_MAX * DEGREE_MAX];
};

static bool holds(const struct data *d, uint32_t t)
{
    for (uint32_t p = d->from[d->n]; p < d->from[d->n + 1]; p++) {
        if (d->item[p] == t)
            return true;
    }
    return false;
}

static void add(struct data *d, uint32_t t)
{
    if (d->from[d->n + 1] - d->from[d->n] < DEGREE_MAX && !holds(d, t))
        d->item[d->from[d->n + 1]++] = t;
}

static void begin_row(struct data *d)
{
    d->from[d->n + 1] = d->from[d->n];
}

static void end_row(struct data *d)
{
    assert_true(d->n < ROWS_MAX);
    d->n++;
}

/* What the rows are drawn from. */
struct drawn {
    uint64_t seed;
    uint32_t rows, items, most; /* most: items of a row */
    bool popular;               /* low items come far more often */
    uint32_t plants, plant_rows, plant_items;
    uint32_t keep; /* in 16: how many of a plant's items a row holds */
};

static uint32_t draw_item(const struct drawn *w, uint64_t *seed)
{
    uint32_t below = w->items;

    if (w->popular)
        below = 1 + (uint32_t)random_below(seed, w->items);
    return (uint32_t)random_below(seed, below);
}

static void draw_plant(struct data *d, const struct drawn *w, uint64_t *seed)
{
    uint32_t list[DEGREE_MAX];

    for (uint32_t i = 0; i < w->plant_items; i++)
        list[i] = (uint32_t)random_below(seed, w->items);
    for (uint32_t k = 0; k < w->plant_rows; k++) {
        begin_row(d);
        for (uint32_t i = 0; i < w->plant_items; i++) {
            if (random_below(seed, 16) < w->keep)
                add(d, list[i]);
        }
        add(d, draw_item(w, seed));
        end_row(d);
    }
}

static struct data *draw(const struct drawn *w)
{
    struct data *d = calloc(1, sizeof *d);
    uint64_t seed = w->seed;

    assert_non_null(d);
    d->items = w->items;
    while (d->n < w->rows) {
        uint64_t n = 1 + random_below(&seed, 1 + random_below(&seed, w->most));
        begin_row(d);
        while (n-- > 0)
            add(d, draw_item(w, &seed));
        end_row(d);
    }
    for (uint32_t p = 0; p < w->plants; p++)
        draw_plant(d, w, &seed);
    return d;
}

static struct slow *slow_of(const struct data *d)
{
    struct slow *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_true(d->n <= SLOW_ROWS && d->items <= SLOW_ITEMS);
    s->n = d->n;
    s->items = d->items;
    for (uint32_t i = 0; i < d->n; i++) {
        for (uint32_t p = d->from[i]; p < d->from[i + 1]; p++)
            s->has[i][d->item[p]] = true;
    }
    return s;
}

/* ---- searching ---- */

struct world {
    struct budget budget;
    struct err e;
    struct run run;
    struct similar *search;
    struct similar_found found;
};

static void open_world(struct world *w)
{
    w->e.code = ERR_NONE;
    w->run = (struct run){.budget = &w->budget, .e = &w->e};
}

static bool search(struct world *w, const struct data *d,
                   const struct similar_terms *t)
{
    struct similar_rows rows = {d->n, d->from, d->item};

    w->search = similar_open(d->items, &w->run);
    return w->search && similar_search(w->search, &rows, t, &w->found);
}

static void close_world(struct world *w)
{
    similar_close(w->search);
    assert_int_equal(w->budget.used, 0);
}

/* ---- against the definition ---- */

static struct slow_group group_of(const struct similar_group *g)
{
    struct slow_group out = {
        .reference = g->reference, .size = g->size, .cores = g->cores};

    for (uint32_t i = 0; i < g->size; i++)
        out.member[g->member[i]] = true;
    for (uint32_t i = 0; i < g->cores; i++)
        out.core[g->core[i]] = true;
    return out;
}

static void expect_same(const struct slow_group *want,
                        const struct similar_group *got)
{
    struct slow_group g = group_of(got);

    assert_int_equal(got->size, want->size);
    assert_memory_equal(g.member, want->member, sizeof g.member);
    assert_memory_equal(g.core, want->core, sizeof g.core);
    assert_int_equal(got->reference, want->reference);
    assert_true(fabs(got->bits - want->bits) < 1e-6);
    assert_true(fabs(got->mean - want->mean) < 1e-9);
    assert_true(fabs(got->low - want->low) < 1e-9);
}

/* Returns how many groups there were. */
static uint32_t compare(const struct drawn *from, const struct similar_terms *t)
{
    struct data *d = draw(from);
    struct slow *s = slow_of(d);
    struct world w = {0};
    uint32_t groups;

    open_world(&w);
    assert_true(search(&w, d, t));
    slow_search(s, t);
    if (w.found.n != s->groups)
        print_error("seed %llu: %u groups, not %u\n",
                    (unsigned long long)from->seed, w.found.n, s->groups);
    assert_int_equal(w.found.n, s->groups);
    for (uint32_t i = 0; i < s->groups; i++)
        expect_same(&s->group[i], &w.found.group[i]);
    assert_int_equal(w.found.cut, 0);
    groups = s->groups;
    close_world(&w);
    free(s);
    free(d);
    return groups;
}

static void agrees_with_the_definition(void **state)
{
    static const struct drawn sets[] = {
        {1, 12,  8,   4,  false, 1, 3,   4,  14},
        {2, 60,  40,  6,  true,  2, 3,   5,  14},
        {3, 120, 200, 8,  true,  4, 4,   6,  13},
        {4, 150, 60,  10, true,  3, 8,   8,  12},
        {5, 180, 24,  6,  true,  2, 12,  10, 13}, /* lists over 64 */
        {6, 120, 250, 40, false, 2, 6,   40, 14}, /* more than 32 items */
        {7, 150, 100, 5,  true,  1, 150, 10, 8 }, /* a crowd in lists */
        {8, 200, 120, 5,  true,  1, 140, 12, 14}, /* a crowd by its marks */
    };
    uint32_t groups = 0;

    (void)state;
    for (uint32_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        for (uint64_t k = 0; k < 3; k++) {
            struct drawn w = sets[i];
            struct similar_terms t = {.searches = (double)k,
                                      .alike = k == 2 ? 0.3 : 0};
            w.seed = w.seed * 1000 + k + 1;
            groups += compare(&w, &t);
        }
    }
    assert_true(groups > 20);
}

static void plain_groups_are_those_of_all_pairs(void **state)
{
    static const struct drawn sets[] = {
        {11, 60,  12,  3, true, 2, 4, 5, 14},
        {12, 200, 100, 8, true, 4, 6, 8, 14},
        {13, 250, 8,   3, true, 0, 0, 0, 0 },
    };
    uint32_t groups = 0;

    (void)state;
    for (uint32_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        for (uint64_t k = 0; k < 6; k++) {
            struct drawn w = sets[i];
            struct similar_terms t = {.plain = true,
                                      .alike = 0.15 + 0.17 * (double)k};
            w.seed = w.seed * 1000 + k + 1;
            groups += compare(&w, &t);
        }
    }
    assert_true(groups > 100);
}

/* ---- what is too much ---- */

static void a_crowd_is_found_whole(void **state)
{
    struct drawn from = {21, 3500, 3000, 24, false, 1, 350, 24, 14};
    struct similar_terms t = {.work = 20000000};
    struct data *d = draw(&from);
    struct world w = {0};

    (void)state;
    open_world(&w);
    assert_true(search(&w, d, &t));
    assert_int_equal(w.found.cut, 0);
    assert_true(w.found.n >= 1);
    assert_true(w.found.group[0].size >= 345);
    assert_true(w.found.group[0].cores == 24);
    assert_true(w.found.group[0].bits > 1000);
    close_world(&w);
    free(d);
}

/* With hardly any work allowed what is found is still right. */
static void a_search_cut_short_says_so(void **state)
{
    struct drawn from = {22, 150, 40, 8, true, 3, 8, 8, 13};
    struct similar_terms t = {.work = 60000};
    struct data *d = draw(&from);
    struct slow *s = slow_of(d);
    struct world w = {0};

    (void)state;
    open_world(&w);
    assert_true(search(&w, d, &t));
    assert_true(w.found.cut > 0);
    for (uint32_t i = 0; i < w.found.n; i++) {
        struct slow_group g = group_of(&w.found.group[i]);
        assert_true(fabs(slow_bits(s, &g, 0) - w.found.group[i].bits) < 1e-6);
    }
    close_world(&w);
    free(s);
    free(d);
}

static void gives_back_memory_that_was_short(void **state)
{
    struct drawn from = {23, 400, 100, 6, true, 3, 6, 8, 14};
    struct data *d = draw(&from);
    bool done = false;

    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        struct similar_terms t = {.plain = plain, .alike = plain ? 0.6 : 0};
        uint32_t short_of = 0;
        done = false;
        for (size_t limit = 1000; !done; limit += limit / 8) {
            struct world w = {.budget = {.limit = limit}};
            open_world(&w);
            done = search(&w, d, &t);
            short_of += !done;
            assert_int_equal(w.e.code, ERR_NONE);
            close_world(&w);
        }
        assert_true(short_of > 10);
    }
    free(d);
}

static void stops_when_told(void **state)
{
    struct drawn from = {24, 100, 50, 6, true, 3, 6, 8, 14};
    struct data *d = draw(&from);
    struct similar_terms t = {0};
    volatile sig_atomic_t stop = 1;
    struct world w = {0};

    (void)state;
    open_world(&w);
    w.run.stop = &stop;
    assert_false(search(&w, d, &t));
    assert_int_equal(w.e.code, ERR_STOPPED);
    close_world(&w);
    free(d);
}

/* ---- order, chance ---- */

static void the_order_of_items_does_not_matter(void **state)
{
    struct drawn from = {25, 300, 80, 8, true, 4, 6, 8, 13};
    struct data *d = draw(&from), *mixed = draw(&from);
    struct similar_terms t = {0};
    struct world a = {0}, b = {0};
    uint64_t seed = 5;

    (void)state;
    for (uint32_t i = 0; i < mixed->n; i++) {
        uint32_t n = mixed->from[i + 1] - mixed->from[i];
        uint32_t *item = mixed->item + mixed->from[i];
        for (uint32_t k = n; k > 1; k--) {
            uint64_t other = random_below(&seed, k);
            uint32_t was = item[k - 1];
            item[k - 1] = item[other];
            item[other] = was;
        }
    }
    open_world(&a);
    open_world(&b);
    assert_true(search(&a, d, &t) && search(&b, mixed, &t));
    assert_true(a.found.n > 0);
    assert_int_equal(a.found.n, b.found.n);
    for (uint32_t i = 0; i < a.found.n; i++) {
        struct slow_group l = group_of(&a.found.group[i]);
        struct slow_group r = group_of(&b.found.group[i]);
        assert_memory_equal(&l, &r, sizeof l);
        assert_true(a.found.group[i].bits == b.found.group[i].bits);
    }
    close_world(&a);
    close_world(&b);
    free(d);
    free(mixed);
}

static uint32_t holders(const struct data *d, const uint32_t *item, uint32_t t)
{
    uint32_t n = 0;

    for (uint32_t p = 0; p < d->from[d->n]; p++)
        n += item[p] == t;
    return n;
}

static bool is_set(const uint32_t *item, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (item[i] == item[k])
                return false;
        }
    }
    return true;
}

static void rewiring_keeps_degrees_and_popularity(void **state)
{
    struct drawn from = {26, 200, 80, 8, true, 4, 6, 8, 13};
    struct data *d = draw(&from), *other = draw(&from);
    struct similar_rows rows = {d->n, d->from, d->item};
    struct world w = {0};
    uint32_t moved = 0;

    (void)state;
    open_world(&w);
    assert_true(similar_rewire(&rows, other->item, 7, &w.run));
    for (uint32_t i = 0; i < d->n; i++)
        assert_true(
            is_set(other->item + d->from[i], d->from[i + 1] - d->from[i]));
    for (uint32_t t = 0; t < d->items; t++)
        assert_int_equal(holders(d, d->item, t), holders(d, other->item, t));
    for (uint32_t p = 0; p < d->from[d->n]; p++)
        moved += d->item[p] != other->item[p];
    assert_true(moved > d->from[d->n] / 2);
    close_world(&w);
    free(d);
    free(other);
}

/* Plants are found; with their items swapped among all rows there are none. */
static void chance_makes_no_groups(void **state)
{
    struct drawn from = {27, 1000, 200, 8, true, 5, 6, 8, 13};
    struct data *d = draw(&from);
    struct similar_rows rows = {d->n, d->from, d->item};
    struct similar_terms t = {0};
    struct world real = {0};

    (void)state;
    open_world(&real);
    assert_true(search(&real, d, &t));
    assert_int_equal(real.found.n, 5);
    close_world(&real);
    for (uint64_t k = 0; k < 20; k++) {
        struct world w = {0};
        open_world(&w);
        assert_true(similar_rewire(&rows, d->item, k, &w.run));
        assert_true(search(&w, d, &t));
        assert_true(w.found.highest < 3);
        close_world(&w);
    }
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(plain_groups_are_those_of_all_pairs),
        cmocka_unit_test(a_crowd_is_found_whole),
        cmocka_unit_test(a_search_cut_short_says_so),
        cmocka_unit_test(gives_back_memory_that_was_short),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(the_order_of_items_does_not_matter),
        cmocka_unit_test(rewiring_keeps_degrees_and_popularity),
        cmocka_unit_test(chance_makes_no_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
