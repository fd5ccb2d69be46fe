/* test_mmdb.c - databases of addresses against the list that they were made of,
 * and with any byte damaged. */
#include "query/mmdb.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mmdb.h"
#include "tests/random.h"
#include "tests/test.h"

enum { NETS = 200 };

static const char *const country[] = {"country", "iso_code", NULL};
static const char *const asn[] = {"autonomous_system_number", NULL};

static void draw_nets(struct mmdb_net *net, uint32_t version, uint64_t *seed)
{
    for (uint32_t i = 0; i < NETS; i++) {
        bool v4 = version == 4 || random_below(seed, 2);
        net[i] = (struct mmdb_net){
            .base =
                v4 ? addr_from_v4((uint32_t)random_below(seed, 1 << 20) << 12)
                   : (struct addr){UINT64_C(0x20010db8) << 32 |
                                       random_below(seed, 1 << 12),
                                   0},
            .bits = (uint8_t)((v4 ? 96 + 8 : 40) + random_below(seed, 24)),
            .asn = (uint32_t)random_below(seed, 1000000),
        };
        net[i].base = addr_net_range(net[i].base, net[i].bits).lo;
        snprintf(net[i].country, sizeof net[i].country, "%c%c",
                 (char)('A' + i % 26), (char)('A' + i / 26));
    }
}

/* The longest prefix; of equal ones the last. */
static const struct mmdb_net *slow_find(const struct mmdb_net *net,
                                        struct addr a)
{
    const struct mmdb_net *best = NULL;

    for (uint32_t i = 0; i < NETS; i++) {
        struct addr_range r = addr_net_range(net[i].base, net[i].bits);
        if (addr_cmp(a, r.lo) >= 0 && addr_cmp(a, r.hi) <= 0 &&
            (!best || net[i].bits >= best->bits))
            best = &net[i];
    }
    return best;
}

static void check_address(const struct mmdb *m, const struct mmdb_net *net,
                          struct addr a)
{
    const struct mmdb_net *want = slow_find(net, a);
    const char *code;
    uint32_t number;
    size_t place, len;

    assert_int_equal(mmdb_find(m, a, &place), want != NULL);
    if (!want)
        return;
    assert_true(mmdb_text(m, place, country, &code, &len));
    assert_int_equal(len, 2);
    assert_memory_equal(code, want->country, 2);
    assert_int_equal(mmdb_number(m, place, asn, &number), want->asn > 0);
    if (want->asn)
        assert_int_equal(number, want->asn);
    assert_false(mmdb_number(m, place, country, &number));
}

static void finds_what_was_written(void **state)
{
    static const uint32_t bits[] = {24, 28, 32};
    uint64_t seed = 77;

    (void)state;
    for (int k = 0; k < 6; k++) {
        struct mmdb_net net[NETS];
        struct buf out = {0};
        struct mmdb m;
        uint32_t version = k % 2 ? 4 : 6;
        draw_nets(net, version, &seed);
        mmdb_write(&out, net, NETS, bits[k / 2], version);
        assert_true(mmdb_open(&m, out.data, out.len));
        for (int i = 0; i < 2000; i++) {
            const struct mmdb_net *near = &net[random_below(&seed, NETS)];
            struct addr a = near->base;
            a.lo ^= random_below(&seed, 1 << 14);
            check_address(&m, net, a);
        }
        if (version == 4) {
            size_t place;
            assert_false(mmdb_find(&m, (struct addr){1, 1}, &place));
        }
        buf_free(&out);
    }
}

/* Reads it all, as a query would; nothing is believed. */
static void read_all(const uint8_t *data, size_t len,
                     const struct mmdb_net *net)
{
    struct mmdb m;
    const char *code;
    uint32_t number;
    size_t place, n;

    if (!mmdb_open(&m, data, len))
        return;
    for (uint32_t i = 0; i < NETS; i++) {
        if (!mmdb_find(&m, net[i].base, &place))
            continue;
        if (mmdb_text(&m, place, country, &code, &n))
            assert_true((const uint8_t *)code + n <= data + len);
        (void)mmdb_number(&m, place, asn, &number);
    }
}

static void survives_damage(void **state)
{
    struct mmdb_net net[NETS];
    struct buf out = {0};
    uint64_t seed = 78;

    (void)state;
    draw_nets(net, 6, &seed);
    mmdb_write(&out, net, NETS, 28, 6);
    for (int t = 0; t < 3000; t++) {
        /* A copy of its own size, so that reading past it is seen. */
        size_t len = t % 3 ? out.len : (size_t)random_below(&seed, out.len);
        uint8_t *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, out.data, len);
        for (int i = 0; i < 3 && len > 0; i++) {
            size_t from = t % 2 && len > 90 ? len - 90 : 0;
            copy[from + random_below(&seed, len - from)] ^=
                (uint8_t)(1 << random_below(&seed, 8));
        }
        read_all(copy, len, net);
        free(copy);
    }
    buf_free(&out);
}

static void refuses_what_is_no_database(void **state)
{
    static const uint8_t text[] = "this is no database, but long enough";
    struct mmdb m;

    (void)state;
    assert_false(mmdb_open(&m, text, sizeof text));
    assert_false(mmdb_open(&m, text, 0));
    assert_false(mmdb_open(&m, (const uint8_t *)"\xab\xcd\xefMaxMind.com", 14));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_written),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(refuses_what_is_no_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
