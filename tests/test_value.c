/* test_value.c - values in order, equal, hashed, and types in words. */
#include "query/value.h"

#include <string.h>

#include "tests/test.h"

static struct strtab text;

static union cell word(const char *s)
{
    return (union cell){.i = strtab_intern(&text, s, strlen(s))};
}

static union cell number(int64_t i)
{
    return (union cell){.i = i};
}

static struct set set_of(enum type type, const union cell *member, uint32_t n)
{
    struct vtype t = {.type = TYPE_SET, .members = 1, .member = {type}};

    return (struct set){t, n, member};
}

static void text_goes_by_its_bytes(void **state)
{
    union cell z = word("z"), a = word("a"), ab = word("ab");

    (void)state;
    assert_true(value_cmp(TYPE_STRING, a, z, &text) < 0);
    assert_true(value_cmp(TYPE_STRING, ab, a, &text) > 0);
    assert_int_equal(value_cmp(TYPE_STRING, z, z, &text), 0);
}

static void numbers_and_addresses_go_by_size(void **state)
{
    union cell low =
                   {
                       .a = addr_from_v4(1)
    },
               high = {.a = {1, 0}};
    union cell half = {.r = 0.5}, minus = {.r = -1.0};

    (void)state;
    assert_true(value_cmp(TYPE_INT, number(-5), number(3), &text) < 0);
    assert_true(
        value_cmp(TYPE_TIME, number(INT64_MAX), number(INT64_MIN), &text) > 0);
    assert_true(value_cmp(TYPE_ADDR, low, high, &text) < 0);
    assert_true(value_cmp(TYPE_REAL, half, minus, &text) > 0);
}

static void absent_comes_last(void **state)
{
    struct value none = {.absent = true};
    struct value big = {.cell = {.i = INT64_MAX}};

    (void)state;
    assert_true(value_cmp_absent(TYPE_INT, none, big, &text) > 0);
    assert_true(value_cmp_absent(TYPE_INT, big, none, &text) < 0);
    assert_int_equal(value_cmp_absent(TYPE_INT, none, none, &text), 0);
}

static void sets_go_by_members_then_by_length(void **state)
{
    const union cell one[] = {{.i = 1}, {.i = 5}}, two[] = {{.i = 1}, {.i = 7}};
    struct set a = set_of(TYPE_INT, one, 2), b = set_of(TYPE_INT, two, 2);
    struct set start = set_of(TYPE_INT, one, 1), again = a;
    union cell x = {.set = &a}, y = {.set = &b}, z = {.set = &again};

    (void)state;
    assert_true(value_cmp_set(&a, &b, &text) < 0);
    assert_true(value_cmp_set(&start, &a, &text) < 0);
    assert_true(value_cmp(TYPE_SET, y, x, &text) > 0);
    assert_true(value_eq(TYPE_SET, x, z));
    assert_false(value_eq(TYPE_SET, x, y));
    assert_true(value_hash(TYPE_SET, x, 9) == value_hash(TYPE_SET, z, 9));
    assert_true(value_hash(TYPE_SET, x, 9) != value_hash(TYPE_SET, y, 9));
}

static void equal_values_have_equal_hashes(void **state)
{
    union cell plus = {.r = 0.0}, minus = {.r = -0.0};
    union cell a =
                   {
                       .a = {1, 2}
    },
               b = {.a = {2, 1}};

    (void)state;
    assert_true(value_eq(TYPE_REAL, plus, minus));
    assert_true(value_hash(TYPE_REAL, plus, 1) ==
                value_hash(TYPE_REAL, minus, 1));
    assert_true(value_hash(TYPE_ADDR, a, 1) != value_hash(TYPE_ADDR, b, 1));
    assert_true(value_hash(TYPE_INT, number(5), 1) !=
                value_hash(TYPE_INT, number(5), 2));
}

static void reads_a_row_of_each_lane(void **state)
{
    const int64_t i[] = {1, 2};
    const double r[] = {0.5, 1.5};
    const uint64_t absent[BATCH_WORDS] = {1};
    struct column ints = {.i = i, .absent = absent}, reals = {.r = r};

    (void)state;
    assert_true(value_at(&ints, LANE_INT, 0).absent);
    assert_int_equal(value_at(&ints, LANE_INT, 1).cell.i, 2);
    assert_true(value_at(&reals, LANE_REAL, 1).cell.r > 1.0);
}

static void says_types_in_words(void **state)
{
    struct vtype pair = {
        .type = TYPE_SET, .members = 2, .member = {TYPE_ADDR, TYPE_INT}
    };
    struct vtype one = {.type = TYPE_SET, .members = 1, .member = {TYPE_ADDR}};
    struct vtype net = {.type = TYPE_NET, .bits4 = 24}, wide = net;
    struct vtype many = {
        .type = TYPE_SET,
        .members = 4,
        .member = {TYPE_DURATION, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION}
    };
    char out[64];

    (void)state;
    assert_string_equal(value_type_text(&pair, out), "set of (addr, int)");
    assert_string_equal(value_type_text(&one, out), "set of addr");
    assert_string_equal(value_type_text(&net, out), "net");
    assert_true(strlen(value_type_text(&many, out)) < sizeof out);
    assert_false(value_same_type(&pair, &one));
    assert_true(value_same_type(&net, &wide));
    wide.bits4 = 16;
    assert_false(value_same_type(&net, &wide));
}

static int free_text(void **state)
{
    (void)state;
    strtab_free(&text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_by_its_bytes),
        cmocka_unit_test(numbers_and_addresses_go_by_size),
        cmocka_unit_test(absent_comes_last),
        cmocka_unit_test(sets_go_by_members_then_by_length),
        cmocka_unit_test(equal_values_have_equal_hashes),
        cmocka_unit_test(reads_a_row_of_each_lane),
        cmocka_unit_test(says_types_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, free_text);
}
