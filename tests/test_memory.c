/* test_memory.c - lists that grow keep what they hold; nothing asked is not
 * NULL. */
#include <stdlib.h>

#include "base/memory.h"
#include "tests/test.h"

static void a_list_keeps_what_it_holds(void **state)
{
    uint32_t *list = NULL;

    (void)state;
    for (uint32_t n = 0; n < 5000; n++) {
        list = memory_grow(list, n, sizeof *list);
        list[n] = n * 3;
    }
    for (uint32_t n = 0; n < 5000; n++)
        assert_int_equal(list[n], n * 3);
    free(list);
}

static void nothing_is_a_place_too(void **state)
{
    void *a = memory_alloc(0), *b = memory_zeroed(0, 8);
    void *c = memory_resize(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    free(a);
    free(b);
    free(c);
}

static void zeroed_is_zero(void **state)
{
    uint8_t *p = memory_zeroed(1000, 3);

    (void)state;
    for (uint32_t i = 0; i < 3000; i++)
        assert_int_equal(p[i], 0);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_keeps_what_it_holds),
        cmocka_unit_test(nothing_is_a_place_too),
        cmocka_unit_test(zeroed_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
