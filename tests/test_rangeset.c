/* test_rangeset.c - range sets against sets of small numbers counted out. */
#include "tests/test.h"

#include "store/rangeset.h"

enum { SPACE = 64, ROUNDS = 3000 };

static uint64_t random_state = 0x1234567;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

/* A few random ranges in [0, SPACE), and the same as a bit mask. */
static struct rangeset random_set(struct arena *a, uint64_t *mask, bool addr)
{
    struct range r[6];
    struct addr_range ar[6];
    uint32_t n = draw(7);

    *mask = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t lo = draw(SPACE), hi = lo + draw(8);
        r[i] = (struct range){lo, hi < SPACE ? hi : SPACE - 1};
        ar[i] = (struct addr_range){
            {7, (uint64_t)lo     },
            {7, (uint64_t)r[i].hi}
        };
        for (int64_t v = lo; v <= r[i].hi; v++)
            *mask |= UINT64_C(1) << v;
    }
    return addr ? rangeset_make_addr(a, ar, n) : rangeset_make(a, r, n);
}

static bool has(const struct rangeset *s, uint32_t v, bool addr)
{
    return addr ? rangeset_has_addr(s, (struct addr){7, v})
                : rangeset_has(s, v);
}

static void assert_same(const struct rangeset *s, uint64_t mask, bool addr)
{
    for (uint32_t v = 0; v < SPACE; v++)
        assert_int_equal(has(s, v, addr), mask >> v & 1);
    /* Canonical: as many ranges as runs of ones. */
    assert_int_equal(s->n, __builtin_popcountll(mask & ~(mask << 1)));
}

static void algebra(bool addr)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a = {0};
        uint64_t x, y;
        struct rangeset sx = random_set(&a, &x, addr);
        struct rangeset sy = random_set(&a, &y, addr);
        assert_same(&sx, x, addr);
        struct rangeset u = rangeset_union(&a, &sx, &sy, addr);
        struct rangeset i = rangeset_intersect(&a, &sx, &sy, addr);
        struct rangeset d = rangeset_subtract(&a, &sx, &sy, addr);
        assert_same(&u, x | y, addr);
        assert_same(&i, x & y, addr);
        assert_same(&d, x & ~y, addr);
        assert_int_equal(rangeset_subset(&sx, &sy, addr), (x & ~y) == 0);
        arena_free(&a);
    }
}

static void algebra_agrees_with_counting(void **state)
{
    (void)state;
    algebra(false);
}

static void algebra_of_addresses_agrees_with_counting(void **state)
{
    (void)state;
    algebra(true);
}

static void covers_agrees_with_counting(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a = {0};
        uint64_t x;
        bool addr = round & 1;
        struct rangeset s = random_set(&a, &x, addr);
        uint32_t lo = draw(SPACE), hi = lo + draw(SPACE - lo);
        uint32_t in = 0;
        for (uint32_t v = lo; v <= hi; v++)
            in += (uint32_t)(x >> v & 1);
        enum tri want = in == 0             ? TRI_NEVER
                        : in == hi - lo + 1 ? TRI_ALWAYS
                                            : TRI_MAYBE;
        enum tri got = addr ? rangeset_covers_addr(&s,
                                                   (struct addr_range){
                                                       {7, lo},
                                                       {7, hi}
        })
                            : rangeset_covers(&s, (struct range){lo, hi});
        assert_int_equal(got, want);
        arena_free(&a);
    }
}

static void ends_of_the_space_hold(void **state)
{
    struct arena a = {0};
    struct range all =
                     {
                         INT64_MIN, INT64_MAX
    },
                 top[] = {{INT64_MAX, INT64_MAX}, {INT64_MIN, -1}};

    (void)state;
    struct rangeset u = rangeset_make(&a, &all, 1);
    struct rangeset t = rangeset_make(&a, top, 2);
    struct rangeset d = rangeset_subtract(&a, &u, &t, false);
    assert_int_equal(d.n, 1);
    assert_int_equal(d.range[0].lo, 0);
    assert_int_equal(d.range[0].hi, INT64_MAX - 1);
    d = rangeset_subtract(&a, &t, &u, false);
    assert_int_equal(d.n, 0);
    d = rangeset_union(&a, &t, &u, false);
    assert_int_equal(d.n, 1);
    assert_true(rangeset_has(&d, INT64_MIN));
    assert_true(rangeset_has(&d, INT64_MAX));
    struct addr_range every = {
        {0,          0         },
        {UINT64_MAX, UINT64_MAX}
    };
    u = rangeset_make_addr(&a, &every, 1);
    d = rangeset_subtract(&a, &u, &u, true);
    assert_int_equal(d.n, 0);
    arena_free(&a);
}

static void numbers_across_zero_keep_their_order(void **state)
{
    struct arena a = {0};
    struct range r[] = {
        {5,  9 },
        {-9, -5},
        {-4, 4 }
    };

    (void)state;
    struct rangeset s = rangeset_make(&a, r, 3);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.range[0].lo, -9);
    assert_int_equal(s.range[0].hi, 9);
    assert_false(rangeset_has(&s, -10));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(algebra_agrees_with_counting),
        cmocka_unit_test(algebra_of_addresses_agrees_with_counting),
        cmocka_unit_test(covers_agrees_with_counting),
        cmocka_unit_test(ends_of_the_space_hold),
        cmocka_unit_test(numbers_across_zero_keep_their_order),
    };
    return cmocka_run_group_tests_name("rangeset", tests, NULL, NULL);
}
