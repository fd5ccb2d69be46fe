/* test_pattern.c - repeated units against every order of short sequences, and
 * against how often chance reaches a number of bits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/pattern.h"
#include "tests/random.h"
#include "tests/test.h"

struct rig {
    struct arena arena, tmp;
    struct budget budget;
    struct err e;
    struct run run;
};

static void rig_open(struct rig *g)
{
    *g = (struct rig){0};
    g->run = (struct run){.arena = &g->arena, .budget = &g->budget, .e = &g->e};
    g->run.eval =
        (struct expr_eval){.tmp = &g->tmp, .e = &g->e, .run = &g->run};
}

static void rig_close(struct rig *g)
{
    arena_free(&g->arena);
    arena_free(&g->tmp);
}

static struct pattern find(struct rig *g, const int64_t *v, uint32_t n)
{
    struct pattern p;

    assert_true(pattern_find(v, n, &g->run, &p));
    expr_start_batch(&g->run.eval);
    return p;
}

static void finds_one_two(void **state)
{
    /* Packets a target of the second trace in figure 13. */
    static const int64_t paper[] = {1, 2, 1, 2, 1, 2, 1, 1, 1, 2, 1, 2};
    int64_t long_one[60];
    struct rig g;

    (void)state;
    rig_open(&g);
    struct pattern p = find(&g, paper, 12);
    assert_int_equal(p.length, 2);
    assert_int_equal(p.unit[0], 1);
    assert_int_equal(p.unit[1], 2);
    assert_int_equal(p.fits, 11);
    /* 6 in binom(12, 5) = 792 orders fit as well; 4 units of 5 lengths. */
    assert_true(fabs(p.bits - (log2(792.0 / 6) - 2 - log2(5))) < 0.01);
    for (int i = 0; i < 60; i++)
        long_one[i] = i % 3 == 2 ? 7 : 1;
    p = find(&g, long_one, 60);
    assert_int_equal(p.length, 3);
    assert_int_equal(p.fits, 60);
    assert_true(p.bits > 40);
    rig_close(&g);
}

static void needs_four_values_of_two_kinds(void **state)
{
    static const int64_t same[] = {1, 1, 1, 1, 1, 1}, few[] = {1, 2, 1};
    struct rig g;

    (void)state;
    rig_open(&g);
    assert_int_equal(find(&g, same, 6).length, 0);
    assert_int_equal(find(&g, few, 3).length, 0);
    assert_int_equal(find(&g, few, 0).length, 0);
    rig_close(&g);
}

/* The next order of v[0..n); false after the last. */
static bool next_order(int64_t *v, int n)
{
    int i = n - 2, k = n - 1;

    while (i >= 0 && v[i] >= v[i + 1])
        i--;
    if (i < 0)
        return false;
    while (v[k] <= v[i])
        k--;
    int64_t swap = v[i];
    v[i] = v[k];
    v[k] = swap;
    for (int l = i + 1, r = n - 1; l < r; l++, r--) {
        swap = v[l];
        v[l] = v[r];
        v[r] = swap;
    }
    return true;
}

/* Over all orders of a few values, no more than 2^-b reach b bits. */
static void keeps_its_word_over_all_orders(void **state)
{
    static const int64_t start[][9] = {
        {1, 1, 1, 1, 1, 2, 2, 2, 2},
        {1, 1, 1, 1, 1, 1, 1, 2, 2},
        {1, 1, 1, 2, 2, 2, 3, 3, 3},
        {1, 1, 2, 2, 2, 3, 3, 4, 5},
    };
    struct rig g;

    (void)state;
    rig_open(&g);
    for (uint32_t k = 0; k < sizeof start / sizeof start[0]; k++) {
        int64_t v[9];
        uint32_t orders = 0, reached[20] = {0};
        memcpy(v, start[k], sizeof v);
        do {
            double bits = find(&g, v, 9).bits;
            orders++;
            for (int b = 1; b < 20 && bits >= b; b++)
                reached[b]++;
        } while (next_order(v, 9));
        for (int b = 1; b < 20; b++)
            assert_true(reached[b] <= ldexp(orders, -b));
    }
    rig_close(&g);
}

static void keeps_its_word_over_random_orders(void **state)
{
    enum { TRIES = 2000, N = 40 };
    uint64_t seed = 11;
    uint32_t reached = 0;
    struct rig g;

    (void)state;
    rig_open(&g);
    for (int t = 0; t < TRIES; t++) {
        int64_t v[N];
        for (int i = 0; i < N; i++)
            v[i] = (int64_t)random_below(&seed, 2) + 1;
        reached += find(&g, v, N).bits >= 3;
    }
    assert_true(reached < TRIES / 8);
    rig_close(&g);
}

/* Fits and unit by definition, of each length in turn. */
static uint32_t best_fits(const int64_t *v, uint32_t n, uint32_t length)
{
    uint32_t fits = 0;

    for (uint32_t at = 0; at < length; at++) {
        uint32_t most = 0;
        for (uint32_t i = at; i < n; i += length) {
            uint32_t same = 0;
            for (uint32_t k = at; k < n; k += length)
                same += v[k] == v[i];
            most = same > most ? same : most;
        }
        fits += most;
    }
    return fits;
}

static void a_unit_fits_as_well_as_any_of_its_length(void **state)
{
    uint64_t seed = 3;
    struct rig g;

    (void)state;
    rig_open(&g);
    for (int t = 0; t < 2000; t++) {
        int64_t v[50];
        uint32_t n = 4 + (uint32_t)random_below(&seed, 46), fits = 0;
        uint32_t unit = 2 + (uint32_t)random_below(&seed, 7);
        for (uint32_t i = 0; i < n; i++)
            v[i] = i >= unit && random_below(&seed, 5)
                       ? v[i - unit]
                       : (int64_t)random_below(&seed, 4) - 1;
        struct pattern p = find(&g, v, n);
        for (uint32_t i = 0; p.length && i < n; i++)
            fits += v[i] == p.unit[i % p.length];
        assert_int_equal(p.fits, fits);
        if (p.length)
            assert_int_equal(fits, best_fits(v, n, p.length));
    }
    rig_close(&g);
}

static void stops_when_memory_is_out(void **state)
{
    int64_t v[1000];
    struct pattern p;
    struct rig g;

    (void)state;
    rig_open(&g);
    g.budget.limit = 1000;
    for (int i = 0; i < 1000; i++)
        v[i] = i % 2;
    assert_false(pattern_find(v, 1000, &g.run, &p));
    assert_int_equal(g.e.code, ERR_LIMIT);
    rig_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_two),
        cmocka_unit_test(needs_four_values_of_two_kinds),
        cmocka_unit_test(keeps_its_word_over_all_orders),
        cmocka_unit_test(keeps_its_word_over_random_orders),
        cmocka_unit_test(a_unit_fits_as_well_as_any_of_its_length),
        cmocka_unit_test(stops_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
