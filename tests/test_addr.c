/* test_addr.c - addresses against the C library's, networks by hand. */
#include "tests/test.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/addr.h"
#include "tests/random.h"

/* Zero and all-ones groups often, so that every form of "::" comes up. */
static struct addr random_addr(uint64_t *seed)
{
    uint8_t b[16];

    for (int i = 0; i < 16; i += 2) {
        uint64_t r = random_next(seed) >> 8;
        uint16_t g = r % 3 == 0   ? 0
                     : r % 3 == 1 ? (uint16_t)(r >> 40 & 0xf)
                                  : (uint16_t)(r >> 24);
        if (r % 64 == 63)
            g = 0xffff;
        b[i] = (uint8_t)(g >> 8);
        b[i + 1] = (uint8_t)g;
    }
    if (random_below(seed, 4) == 0)
        memset(b, 0, random_below(seed, 13));
    return addr_from_bytes(b);
}

static void formats_as_inet_ntop(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct addr a = random_addr(&seed);
        char ours[ADDR_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
        uint8_t b[16];
        addr_to_bytes(a, b);
        if (addr_is_v4(a))
            inet_ntop(AF_INET, b + 12, theirs, sizeof theirs);
        else
            inet_ntop(AF_INET6, b, theirs, sizeof theirs);
        assert_int_equal(addr_format(ours, a), strlen(theirs));
        assert_string_equal(ours, theirs);
    }
}

static void formats_v4_as_inet_ntop(void **state)
{
    uint64_t seed = 2;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint32_t v4 = (uint32_t)random_next(&seed) >> random_below(&seed, 25);
        uint32_t net = htonl(v4);
        char ours[ADDR_TEXT_MAX], theirs[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &net, theirs, sizeof theirs);
        addr_format(ours, addr_from_v4(v4));
        assert_string_equal(ours, theirs);
    }
}

static bool libc_parse(const char *text, struct addr *out)
{
    uint8_t b[16] = {[10] = 0xff, [11] = 0xff};

    if (inet_pton(AF_INET, text, b + 12) != 1 &&
        inet_pton(AF_INET6, text, b) != 1)
        return false;
    *out = addr_from_bytes(b);
    return true;
}

static void compare_parse(const char *text, int *good)
{
    struct addr ours = {1, 1}, theirs = {2, 2};
    bool is = libc_parse(text, &theirs);

    if (addr_parse(text, strlen(text), &ours) != is)
        fail_msg("`%s`: inet_pton says %d", text, is);
    if (is && !addr_eq(ours, theirs))
        fail_msg("`%s` is another address", text);
    *good += is;
}

static void parses_what_inet_pton_parses(void **state)
{
    uint64_t seed = 3;
    int good = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[INET6_ADDRSTRLEN];
        uint8_t b[16];
        addr_to_bytes(random_addr(&seed), b);
        inet_ntop(AF_INET6, b, text, sizeof text);
        compare_parse(text, &good);
        size_t at = random_below(&seed, strlen(text));
        text[at] = "0123456789abcdefABCDEF:::...g "[random_below(&seed, 30)];
        compare_parse(text, &good);
        text[at] = '\0';
        compare_parse(text, &good);
    }
    assert_true(good > 200000);
}

static void refuses_what_inet_pton_refuses(void **state)
{
    uint64_t seed = 4;
    int good = 0;

    (void)state;
    for (int i = 0; i < 500000; i++) {
        char text[24];
        size_t len = 1 + random_below(&seed, sizeof text - 2);
        for (size_t j = 0; j < len; j++)
            text[j] = "01259af::::...."[random_below(&seed, 15)];
        text[len] = '\0';
        compare_parse(text, &good);
    }
    assert_true(good > 100);
}

static void agrees_on_forms_that_are_hard(void **state)
{
    static const char *const text[] = {
        "::",
        "::1",
        "1::",
        ":",
        ":1",
        "1:",
        ":::",
        "1:::2",
        "1::2::3",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "1.2.3.4::",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5::1.2.3.4",
        "1:2:3:4:5:6::1.2.3.4",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.256",
        "::01.2.3.4",
        "::1.2.3.4:5",
        "1.2.3.4",
        "1.2.3",
        "1.2.3.4.",
        ".1.2.3.4",
        "1..2.3",
        "256.1.1.1",
        "01.1.1.1",
        "00.1.1.1",
        "0.0.0.0",
        "+1.2.3.4",
        " 1.2.3.4",
        "1.2.3.4 ",
        "4294967297.0.0.1",
        "",
        "g::",
        "::%1",
        "::1/128",
        "FE80::ABCD",
    };
    int good = 0;

    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        compare_parse(text[i], &good);
    assert_int_equal(good, 13);
}

static void reads_no_further_than_its_length(void **state)
{
    struct addr a;

    (void)state;
    assert_true(addr_parse("10.0.0.123", 8, &a));
    assert_true(addr_eq(a, addr_from_v4(0x0a000001)));
    assert_true(addr_parse("::12", 3, &a));
    assert_int_equal(a.lo, 1);
    assert_false(addr_parse("1.2.3.4\0", 8, &a));
}

static void orders_as_its_bytes(void **state)
{
    uint64_t seed = 5;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        struct addr a = random_addr(&seed), b = random_addr(&seed);
        uint8_t x[16], y[16];
        addr_to_bytes(a, x);
        addr_to_bytes(b, y);
        int order = memcmp(x, y, 16);
        assert_int_equal(addr_cmp(a, b), (order > 0) - (order < 0));
        assert_int_equal(addr_eq(a, b), order == 0);
        assert_true(addr_eq(addr_from_bytes(x), a));
    }
}

static void steps_over_the_64_bit_border(void **state)
{
    struct addr a = {7, UINT64_MAX}, last = {UINT64_MAX, UINT64_MAX};
    struct addr none = {0, 0};

    (void)state;
    assert_true(addr_next(&a));
    assert_true(addr_eq(a, (struct addr){8, 0}));
    assert_true(addr_prev(&a));
    assert_true(addr_eq(a, (struct addr){7, UINT64_MAX}));
    assert_false(addr_next(&last));
    assert_true(addr_eq(last, (struct addr){UINT64_MAX, UINT64_MAX}));
    assert_false(addr_prev(&none));
    assert_true(addr_eq(none, (struct addr){0, 0}));
}

static void check_net(const char *text, const char *base, int bits)
{
    struct addr a;
    uint8_t n;
    char out[ADDR_TEXT_MAX];

    if (!addr_parse_net(text, strlen(text), &a, &n))
        fail_msg("`%s` is refused", text);
    addr_format(out, a);
    assert_string_equal(out, base);
    assert_int_equal(n, bits);
}

static void parses_networks(void **state)
{
    (void)state;
    check_net("10.0.0.0/8", "10.0.0.0", 104);
    check_net("10/8", "10.0.0.0", 104);
    check_net("10", "10.0.0.0", 104);
    check_net("192.168", "192.168.0.0", 112);
    check_net("192.168/16", "192.168.0.0", 112);
    check_net("192.168.1", "192.168.1.0", 120);
    check_net("192.168.1/20", "192.168.0.0", 116);
    check_net("192.168.1.77/24", "192.168.1.0", 120);
    check_net("192.168.1.77", "192.168.1.77", 128);
    check_net("192.168.1.77/32", "192.168.1.77", 128);
    check_net("0.0.0.0/0", "0.0.0.0", 96);
    check_net("2001:db8::/32", "2001:db8::", 32);
    check_net("2001:db8::1", "2001:db8::1", 128);
    check_net("2001:db8:1:2:3::/63", "2001:db8:1:2::", 63);
    check_net("2001:db8:1:2:3::/65", "2001:db8:1:2::", 65);
    check_net("::ffff:10.1.2.3/104", "10.0.0.0", 104);
    check_net("::/0", "::", 0);
}

static void refuses_what_is_no_network(void **state)
{
    static const char *const text[] = {
        "",          "/",        "/8",        "10/",           "10/33",
        "10/8/8",    "10/-1",    "10/+8",     "10/08",         "10/8 ",
        "256/8",     "1.2.3.4.", "1.2.3.4.5", "10./8",         "2001:db8/32",
        "::/129",    "::/",      "::/1000",   "::/4294967296", "a.b",
        "10/8.0.0.0"};

    (void)state;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct addr a;
        uint8_t n;
        if (addr_parse_net(text[i], strlen(text[i]), &a, &n))
            fail_msg("`%s` is taken", text[i]);
    }
}

static bool same_prefix(struct addr a, struct addr b, int bits)
{
    uint8_t x[16], y[16];

    addr_to_bytes(a, x);
    addr_to_bytes(b, y);
    for (int i = 0; i < bits; i++)
        if ((x[i / 8] ^ y[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

static void a_range_holds_what_shares_the_prefix(void **state)
{
    uint64_t seed = 6;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct addr a = random_addr(&seed), b = random_addr(&seed);
        uint8_t bits = (uint8_t)random_below(&seed, 129);
        struct addr_range r = addr_net_range(a, bits);
        bool in = addr_cmp(r.lo, b) <= 0 && addr_cmp(b, r.hi) <= 0;
        assert_int_equal(in, same_prefix(a, b, bits));
        assert_true(addr_cmp(r.lo, a) <= 0 && addr_cmp(a, r.hi) <= 0);
        assert_true(same_prefix(r.lo, r.hi, bits));
        assert_true(bits == 128 || !same_prefix(r.lo, r.hi, bits + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_as_inet_ntop),
        cmocka_unit_test(formats_v4_as_inet_ntop),
        cmocka_unit_test(parses_what_inet_pton_parses),
        cmocka_unit_test(refuses_what_inet_pton_refuses),
        cmocka_unit_test(agrees_on_forms_that_are_hard),
        cmocka_unit_test(reads_no_further_than_its_length),
        cmocka_unit_test(orders_as_its_bytes),
        cmocka_unit_test(steps_over_the_64_bit_border),
        cmocka_unit_test(parses_networks),
        cmocka_unit_test(refuses_what_is_no_network),
        cmocka_unit_test(a_range_holds_what_shares_the_prefix),
    };

    return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
