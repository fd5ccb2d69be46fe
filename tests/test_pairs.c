/* test_pairs.c - distinct pairs, against a table of all possible ones. */
#include <stdlib.h>

#include "query/pairs.h"
#include "tests/random.h"
#include "tests/test.h"

enum { GROUPS = 50, VALUES = 200, PAIRS = 20000 };

static bool seen[GROUPS][VALUES];

static void add_random(struct pairs *p, int64_t *count, struct run *r)
{
    uint64_t seed = 3;

    for (uint32_t i = 0; i < PAIRS; i++) {
        uint32_t g = (uint32_t)random_below(&seed, GROUPS);
        uint32_t v =
            (uint32_t)random_below(&seed, random_below(&seed, VALUES) + 1);
        seen[g][v] = true;
        assert_true(pairs_add(p, &g, &v, 1, count, r));
    }
}

static uint32_t values_of(uint32_t group)
{
    uint32_t n = 0;

    for (uint32_t v = 0; v < VALUES; v++)
        n += seen[group][v];
    return n;
}

static void counts_and_lists_distinct_values(void **state)
{
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct pairs p = {0};
    int64_t count[GROUPS] = {0};
    size_t bytes;

    (void)state;
    add_random(&p, count, &run);
    for (uint32_t g = 0; g < GROUPS; g++)
        assert_int_equal(count[g], values_of(g));
    uint32_t *start = pairs_list(&p, count, GROUPS, &bytes, &run);
    const uint32_t *list = start + GROUPS + 1;
    assert_int_equal(b.used, bytes);
    for (uint32_t g = 0; g < GROUPS; g++) {
        assert_int_equal(start[g + 1] - start[g], count[g]);
        for (uint32_t i = start[g]; i < start[g + 1]; i++) {
            assert_true(seen[g][list[i]]);
            seen[g][list[i]] = false;
        }
        assert_int_equal(values_of(g), 0);
    }
    free(start);
    pairs_close(&p, &b);
}

static void keeps_the_largest_numbers(void **state)
{
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct pairs p = {0};
    int64_t count[1] = {0};
    uint32_t group = 0, value[] = {UINT32_MAX - 1, 0, UINT32_MAX - 1};

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(pairs_add(&p, &group, &value[i], 1, count, &run));
    assert_int_equal(count[0], 2);
    pairs_close(&p, &b);
    assert_int_equal(b.used, 0);
}

static void keeps_within_its_budget(void **state)
{
    struct budget b = {.limit = 64 * 1024};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct pairs p = {0};
    static int64_t count[1];
    uint32_t group = 0, i = 0;

    (void)state;
    while (i < 100000 && pairs_add(&p, &group, &i, 1, count, &run))
        i++;
    assert_in_range(i, 1000, 8 * 1024);
    pairs_close(&p, &b);
    assert_int_equal(b.used, 0);
}

static void ends_when_it_is_stopped(void **state)
{
    volatile sig_atomic_t stop = 0;
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e, .stop = &stop};
    struct pairs p = {0};
    int64_t count[1] = {0};
    uint32_t group = 0;
    size_t bytes;

    (void)state;
    for (uint32_t i = 0; i < 700; i++)
        assert_true(pairs_add(&p, &group, &i, 1, count, &run));
    stop = 1;
    assert_null(pairs_list(&p, count, 1, &bytes, &run));
    assert_int_equal(e.code, ERR_STOPPED);
    for (uint32_t i = 700; i < 750; i++)
        (void)!pairs_add(&p, &group, &i, 1, count, &run);
    assert_in_range(count[0], 700, 720); /* did not grow */
    pairs_close(&p, &b);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_lists_distinct_values),
        cmocka_unit_test(keeps_the_largest_numbers),
        cmocka_unit_test(keeps_within_its_budget),
        cmocka_unit_test(ends_when_it_is_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
