/* test_strtab.c - equal strings, equal ids. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/strtab.h"
#include "tests/random.h"

static void ids_count_in_order_of_appearance(void **state)
{
    struct strtab t = {0};

    (void)state;
    assert_int_equal(strtab_intern(&t, "b", 1), 0);
    assert_int_equal(strtab_intern(&t, "a", 1), 1);
    assert_int_equal(strtab_intern(&t, "b", 1), 0);
    assert_int_equal(strtab_intern(&t, "", 0), 2);
    assert_int_equal(strtab_intern(&t, NULL, 0), 2);
    assert_int_equal(strtab_intern(&t, "ab", 1), 1);
    assert_int_equal(t.n, 3);
    strtab_free(&t);
    assert_int_equal(t.n, 0);
}

static void many_strings_keep_their_ids(void **state)
{
    struct strtab t = {0};
    char s[24];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 50000; i++) {
            int n = snprintf(s, sizeof s, "name-%u", i);
            assert_int_equal(strtab_intern(&t, s, (size_t)n), i);
        }
    }
    for (uint32_t i = 0; i < 50000; i++) {
        size_t len;
        int n = snprintf(s, sizeof s, "name-%u", i);
        assert_string_equal(strtab_text(&t, i, &len), s);
        assert_int_equal(len, n);
    }
    assert_string_equal(strtab_text(&t, 7, NULL), "name-7");
    strtab_free(&t);
}

static void nul_bytes_are_part_of_a_string(void **state)
{
    struct strtab t = {0};
    size_t len;

    (void)state;
    assert_int_equal(strtab_intern(&t, "a\0b", 3), 0);
    assert_int_equal(strtab_intern(&t, "a\0c", 3), 1);
    assert_int_equal(strtab_intern(&t, "a", 1), 2);
    assert_memory_equal(strtab_text(&t, 0, &len), "a\0b", 4);
    assert_int_equal(len, 3);
    strtab_free(&t);
}

static int order_by_bytes(const char *x, size_t nx, const char *y, size_t ny)
{
    for (size_t i = 0; i < nx && i < ny; i++)
        if (x[i] != y[i])
            return (uint8_t)x[i] < (uint8_t)y[i] ? -1 : 1;
    return (nx > ny) - (nx < ny);
}

static void compares_bytes_then_lengths(void **state)
{
    struct strtab t = {0};
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char s[2][4];
        size_t n[2];
        uint32_t id[2];
        for (int k = 0; k < 2; k++) {
            n[k] = random_below(&seed, 5);
            for (size_t j = 0; j < n[k]; j++)
                s[k][j] = (char)(random_below(&seed, 2) ? 0xff : 0);
            id[k] = strtab_intern(&t, s[k], n[k]);
        }
        int order = strtab_cmp(&t, id[0], id[1]);
        assert_int_equal((order > 0) - (order < 0),
                         order_by_bytes(s[0], n[0], s[1], n[1]));
        assert_int_equal(order == 0, id[0] == id[1]);
    }
    strtab_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_count_in_order_of_appearance),
        cmocka_unit_test(many_strings_keep_their_ids),
        cmocka_unit_test(nul_bytes_are_part_of_a_string),
        cmocka_unit_test(compares_bytes_then_lengths),
    };

    return cmocka_run_group_tests_name("strtab", tests, NULL, NULL);
}
