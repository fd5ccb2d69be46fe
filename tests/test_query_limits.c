/* test_query_limits.c - queries that run out of memory or time, are stopped, or
 * are asked what they used. */
#include <string.h>

#include "tests/drawn.h"
#include "tests/rows.h"
#include "tests/test.h"

static char *dir;

static int make(void **state)
{
    (void)state;
    dir = drawn_store();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    packets_remove(dir);
    return 0;
}

static void says_which_key_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 250000};
    struct rows got;

    (void)state;
    rows_of(dir, "has(proto) | stats set(seq) by proto, ipver", &o, NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`stats`: 244 KiB are not enough: "));
    assert_non_null(strstr(got.error, "the group of proto, ipver 6, 4: "));
    assert_non_null(strstr(got.error, " values of set(seq)"));
    rows_free(&got);
}

static void says_which_let_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 150000};
    struct rows got;

    (void)state;
    rows_of(dir, "let many = all | set seq; seq in many | stats count()", &o,
            NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "let many: `set`: "));
    rows_free(&got);
    o.mem = 450000;
    rows_of(dir, "let many = all | set seq; seq in many | stats count()", &o,
            NULL, &got);
    assert_int_equal(got.status, 0);
    rows_free(&got);
    rows_of(dir,
            "let many = all | set seq; seq in many - {1} - {2} - {3} - {4} | "
            "stats count()",
            &o, NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`many`: "));
    rows_free(&got);
}

static void says_which_union_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 250000};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats s = set(seq) by src | stats u = union(s)", &o, NULL,
            &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`union(s)`: "));
    rows_free(&got);
}

static void ends_when_it_is_stopped(void **state)
{
    volatile sig_atomic_t stop = 1;
    struct query_settings o = {.stop = &stop};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats count()", &o, NULL, &got);
    assert_int_equal(got.status, 130);
    rows_free(&got);
}

static void ends_when_its_time_is_over(void **state)
{
    struct query_settings o = {.limit_time = 1};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats count()", &o, NULL, &got);
    assert_int_equal(got.status, 6);
    rows_free(&got);
}

static void profiles_name_every_stage(void **state)
{
    struct query_settings o = {.profile = true};
    struct rows got;

    (void)state;
    rows_of(dir, "| where len > 50 | stats n = count() by src | sort n", &o,
            NULL, &got);
    assert_string_equal(got.error, "");
    assert_non_null(strstr(got.explain, "  scan     "));
    assert_non_null(strstr(got.explain, "  stats    "));
    assert_non_null(strstr(got.explain, "13 rows in, 13 out"));
    assert_non_null(strstr(got.explain, "  memory   "));
    assert_in_range(got.counts.memory_peak, 1000, 10000000);
    assert_int_equal(got.counts.rows, DRAWN_HOSTS + 1);
    assert_int_equal(got.counts.packets, DRAWN_PACKETS);
    assert_true(got.counts.bytes > 0);
    rows_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_which_key_needs_more_memory),
        cmocka_unit_test(says_which_let_needs_more_memory),
        cmocka_unit_test(says_which_union_needs_more_memory),
        cmocka_unit_test(ends_when_it_is_stopped),
        cmocka_unit_test(ends_when_its_time_is_over),
        cmocka_unit_test(profiles_name_every_stage),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
