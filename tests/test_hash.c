/* test_hash.c - digests that files on disk rely on, and the secret. */
#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "tests/random.h"

static void matches_published_values(void **state)
{
    (void)state; /* XXH3_64bits of nothing, seed 0: xxHash's own test */
    assert_true(hash_bytes("", 0, 0) == 0x2d06800538d394c2u);
}

static void the_key_changes_the_hash(void **state)
{
    (void)state;
    assert_true(hash_bytes("abc", 3, 1) != hash_bytes("abc", 3, 2));
    assert_true(hash_bytes("abc", 3, 1) == hash_bytes("abc", 3, 1));
    assert_true(hash_bytes("abc", 3, 1) != hash_bytes("abd", 3, 1));
}

static bool same(struct digest a, struct digest b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

/* Where head ends and body begins does not matter, only the bytes do; this
 * crosses the border between one piece and many. */
static void chain_is_over_the_joined_bytes(void **state)
{
    uint8_t bytes[3000];
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)random_next(&seed);
    for (int i = 0; i < 3000; i++) {
        size_t len = random_below(&seed, i % 2 ? 600 : sizeof bytes);
        struct digest a = {random_next(&seed), 5}, b = a;
        size_t cut = random_below(&seed, len + 1);
        hash_chain(&a, bytes, 0, bytes, len);
        hash_chain(&b, bytes, cut, bytes + cut, len - cut);
        assert_true(same(a, b));
    }
}

static void chain_depends_on_all_that_came_before(void **state)
{
    struct digest a = {0}, b = {0}, c = {0};

    (void)state;
    hash_chain(&a, "h", 1, "x", 1);
    hash_chain(&a, "h", 1, "y", 1);
    hash_chain(&b, "h", 1, "y", 1);
    hash_chain(&b, "h", 1, "x", 1);
    hash_chain(&c, "h", 1, "y", 1);
    assert_false(same(a, b));
    assert_false(same(a, c));
    hash_chain(&c, NULL, 0, NULL, 0);
    assert_false(c.hi == 0 && c.lo == 0);
}

/* What stores hold: a change here is a change of format. */
static void chain_never_changes(void **state)
{
    struct digest d = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        hash_chain(&d, &(uint8_t){(uint8_t)i}, 1, "packet", 6);
    assert_true(d.hi == 0x3f6032457f87e213u);
    assert_true(d.lo == 0x861cff3d9d1c52d0u);
}

static void the_secret_is_drawn_once(void **state)
{
    uint64_t secret = hash_secret();

    (void)state;
    assert_true(secret != 0);
    for (int i = 0; i < 10; i++)
        assert_true(hash_secret() == secret);
}

static void mixing_spreads_small_numbers(void **state)
{
    enum { N = 1 << 16 };
    static uint8_t hits[N];
    int most = 0;

    (void)state;
    for (uint64_t v = 0; v < N; v++) {
        uint8_t *h = &hits[hash_mix(12345, v) % N];
        ++*h;
        most = *h > most ? *h : most;
    }
    /* 65,536 balls in as many boxes: 9 in one is already unlikely. */
    assert_in_range(most, 1, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_published_values),
        cmocka_unit_test(the_key_changes_the_hash),
        cmocka_unit_test(chain_is_over_the_joined_bytes),
        cmocka_unit_test(chain_depends_on_all_that_came_before),
        cmocka_unit_test(chain_never_changes),
        cmocka_unit_test(the_secret_is_drawn_once),
        cmocka_unit_test(mixing_spreads_small_numbers),
    };

    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
