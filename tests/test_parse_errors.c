/* test_parse_errors.c - what wrong texts are told, and where. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "grammar/parse.h"
#include "tests/trees.h"

static void refuses_wrong_literals(void **state)
{
    (void)state;
    trees_expect_error("a = `9223372036854775808`",
                       "this number does not fit in 64 bits", "");
    trees_expect_error("last `99999w`",
                       "this length of time is longer than 292 years", "");
    trees_expect_error("on `2026-02-29`", "no such date or time", "");
    trees_expect_error("on `1500-01-01`", "years go from 1678 to 2261", "");
    trees_expect_error("a = `2026-08-15T10:00:00.1234567891`",
                       "a fraction of a second has at most 9 digits", "");
    trees_expect_error("a = `2026-08-15T10:00+99:00`",
                       "no such offset from UTC", "");
    trees_expect_error("host `10.0.0.256`", "no such address", "");
    trees_expect_error("net `10/33`", "no such network", "");
    trees_expect_error("a = `1.2345678901234567`",
                       "a decimal number has at most 15 digits", "");
    trees_expect_error(
        "last `1h30m`", "neither a number nor a length of time",
        "a length of time is a whole number and one unit (ns us ms s "
        "m h d w): 90m");
    trees_expect_error("sensor = `\"abc`", "this string is never closed", "");
}

static void says_what_to_write_for_tcpdumps_other_words(void **state)
{
    (void)state;
    trees_expect_error(
        "`src` or dst port 53", "a bare `src` is no condition",
        "write `port 53`: without `src` or `dst` it means either");
    trees_expect_error("tcp and `dst` and syn", "a bare `dst` is no condition",
                       "compare it: `dst = 10.0.0.1`, `dst in {...}`");
    trees_expect_error("net 10.0.0.0 `mask` 255.0.0.0",
                       "tcpdump's `mask` is not understood here",
                       "write the prefix length: net 192.168.0.0/16");
    trees_expect_error("`vlan` 5", "tcpdump's `vlan` is not understood here",
                       "vlan = 5, or has(vlan)");
    trees_expect_error(
        "`ether` host 00:11:22:33:44:55",
        "tcpdump's `ether` is not understood here",
        "smac = 00:11:22:aa:bb:cc, dmac = ..., ethertype = 0x0806");
    trees_expect_error("ip `broadcast`",
                       "tcpdump's `broadcast` is not understood here",
                       "dst = 255.255.255.255 or dmac = ff:ff:ff:ff:ff:ff");
    trees_expect_error("proto `\\`tcp", "names are written without a backslash",
                       "");
    assert_non_null(parse_instead("multicast"));
    assert_non_null(parse_instead("gateway"));
    assert_null(parse_instead("inbound"));
}

static void says_what_is_wrong_where(void **state)
{
    (void)state;
    trees_expect_error(
        "last 1d inbound and syn `or` rst", "`and` and `or` are mixed",
        "write the parentheses you mean: tcpdump gives both the same "
        "precedence, SQL does not");
    trees_expect_error(
        "last `7` inbound",
        "a length of time needs a unit: `last 7` -> last 7d (ns us "
        "ms s m h d w)",
        "");
    trees_expect_error("all | `stat` n = count()", "`stat` is no stage",
                       "did you mean `stats`?");
    trees_expect_error("syn `rst`",
                       "two conditions without `and` or `or` between them", "");
    trees_expect_error("all | head 5 `sort` n", "a stage begins with `|`", "");
    trees_expect_error("all `(`a = 1 | head 5", "this bracket is never closed",
                       "");
    trees_expect_error("all | write \"x\" as `cvs`", "`cvs` is no format",
                       "did you mean `csv`? (pcap csv json ndjson html svg)");
    trees_expect_error("all\n`let` a = 1", "the statement before is not ended",
                       "statements end with `;`");
}

/* Only the first of two errors is told. */
static void reports_the_first_error_only(void **state)
{
    (void)state;
    trees_expect_error(
        "a and b `or` c )", "`and` and `or` are mixed",
        "write the parentheses you mean: tcpdump gives both the same "
        "precedence, SQL does not");
    trees_expect_error("let `a.b` = 10.0.0.999", "a new name has no dots", "");
}

static void refuses_nul_bytes(void **state)
{
    static const char *const texts[] = {"a = \0", "# \0x", "\"\0ab\""};
    static const uint32_t at[] = {4, 2, 0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct err e;
        assert_null(parse_text(&arena, texts[i], 5, &e));
        assert_int_equal(e.code, ERR_QUERY);
        assert_int_equal(e.at.from, at[i]);
        arena_free(&arena);
    }
}

/* `open` n times, then `tail`. */
static void parse_repeated(const char *open, size_t n, const char *tail,
                           struct err *e)
{
    struct arena arena = {0};
    struct buf b = {0};

    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s", open);
    buf_printf(&b, "%s", tail);
    parse_text(&arena, (const char *)b.data, b.len, e);
    buf_free(&b);
    arena_free(&arena);
}

static void bounds_nesting(void **state)
{
    static const char *const opens[] = {"not ", "- ", "a + ", "a - ", "("};
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        parse_repeated(opens[i], 100000, "a", &e);
        assert_int_equal(e.code, ERR_QUERY);
        assert_non_null(strstr(e.text, "nested"));
    }
    parse_repeated("not ", 900, "a", &e);
    assert_int_equal(e.code, ERR_NONE);
    parse_repeated("a and ", 100000, "a", &e);
    assert_int_equal(e.code, ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_wrong_literals),
        cmocka_unit_test(says_what_to_write_for_tcpdumps_other_words),
        cmocka_unit_test(says_what_is_wrong_where),
        cmocka_unit_test(reports_the_first_error_only),
        cmocka_unit_test(refuses_nul_bytes),
        cmocka_unit_test(bounds_nesting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
