/* test_arena.c - alignment, zeroes, growth, and what a reset keeps. */
#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "tests/random.h"

enum { KB = 1024, MB = 1024 * 1024 };

static bool is_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static void allocations_are_zeroed_and_aligned(void **state)
{
    struct arena a = {0};
    uint64_t seed = 1;

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 2000; i++) {
            size_t n = random_below(&seed, i % 50 ? 300 : 200 * KB);
            uint8_t *p = arena_alloc(&a, n);
            assert_int_equal((uintptr_t)p % 16, 0);
            assert_true(is_zero(p, n));
            memset(p, 0xee, n);
        }
        arena_reset(&a);
    }
    arena_free(&a);
}

static void allocations_do_not_overlap(void **state)
{
    enum { N = 3000 };
    static uint8_t *p[N];
    static size_t n[N];
    struct arena a = {0};
    uint64_t seed = 2;

    (void)state;
    for (int i = 0; i < N; i++) {
        n[i] = random_below(&seed, i % 100 ? 200 : 100 * KB);
        p[i] = arena_alloc_raw(&a, n[i]);
        memset(p[i], i % 251, n[i]);
    }
    for (int i = 0; i < N; i++)
        for (size_t j = 0; j < n[i]; j++)
            assert_true(p[i][j] == i % 251);
    arena_free(&a);
}

static void copies_strings(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_string_equal(arena_strndup(&a, "hello", 3), "hel");
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_memory_equal(arena_strndup(&a, "a\0b", 3), "a\0b", 4);
    arena_free(&a);
}

static void bytes_are_what_is_held(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_int_equal(a.bytes, 0);
    arena_alloc(&a, 1);
    assert_in_range(a.bytes, 64 * KB, 65 * KB);
    arena_alloc_raw(&a, 10 * MB);
    assert_in_range(a.bytes, 10 * MB + 64 * KB, 10 * MB + 66 * KB);
    arena_reset(&a);
    assert_in_range(a.bytes, 10 * MB, 10 * MB + KB);
    arena_free(&a);
    assert_int_equal(a.bytes, 0);
    assert_null(a.chunk);
    arena_free(&a);
}

static void a_large_allocation_wastes_no_room(void **state)
{
    struct arena a = {0};

    (void)state;
    arena_alloc(&a, 100);
    size_t before = a.bytes;
    arena_alloc_raw(&a, MB);
    assert_in_range(a.bytes - before, MB, MB + KB);
    before = a.bytes;
    arena_alloc(&a, 60 * KB);
    assert_int_equal(a.bytes, before);
    arena_free(&a);
}

static void a_batch_that_repeats_needs_nothing_new(void **state)
{
    struct arena a = {0};

    (void)state;
    for (int i = 0; i < 5000; i++)
        arena_alloc(&a, 100);
    arena_reset(&a);
    size_t kept = a.bytes;
    assert_true(kept > 0);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 1000; i++)
            arena_alloc(&a, 100);
        arena_reset(&a);
        assert_int_equal(a.bytes, kept);
    }
    arena_free(&a);
}

static void makes_typed_arrays(void **state)
{
    struct arena a = {0};
    uint64_t *v = arena_array(&a, uint64_t, 1000);
    int *i = arena_new(&a, int);

    (void)state;
    assert_int_equal(*i, 0);
    assert_true(is_zero((const uint8_t *)v, 1000 * sizeof *v));
    assert_non_null(arena_alloc(&a, 0));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_zeroed_and_aligned),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(copies_strings),
        cmocka_unit_test(bytes_are_what_is_held),
        cmocka_unit_test(a_large_allocation_wastes_no_room),
        cmocka_unit_test(a_batch_that_repeats_needs_nothing_new),
        cmocka_unit_test(makes_typed_arrays),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
