/* test_tzif.c - compiled zones made byte by byte: what is read of them, and
 * that nothing in them leads out of them. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/timestamp.h"
#include "base/tzif.h"
#include "tests/random.h"

static void big32(struct buf *b, uint32_t v)
{
    buf_u32(b, __builtin_bswap32(v));
}

static void big64(struct buf *b, int64_t v)
{
    buf_u64(b, __builtin_bswap64((uint64_t)v));
}

struct sketch {
    uint8_t version;
    uint32_t leaps, times, types;
    const int64_t *at;
    const uint8_t *type;
    const int32_t *offset;
    const char *footer; /* NULL: none, not even the line feeds */
};

static void put_block(struct buf *b, const struct sketch *s, bool wide)
{
    buf_put(b, "TZif", 4);
    buf_u8(b, s->version);
    buf_fill(b, 0, 15);
    big32(b, 0);
    big32(b, 0);
    big32(b, s->leaps);
    big32(b, s->times);
    big32(b, s->types);
    big32(b, 4);
    for (uint32_t i = 0; i < s->times; i++) {
        if (wide)
            big64(b, s->at[i]);
        else
            big32(b, (uint32_t)s->at[i]);
    }
    buf_put(b, s->type, s->times);
    for (uint32_t i = 0; i < s->types; i++) {
        big32(b, (uint32_t)s->offset[i]);
        buf_u8(b, 0);
        buf_u8(b, 0);
    }
    buf_put(b, "XXX", 4);
    buf_fill(b, 0, s->leaps * (wide ? 12 : 8));
}

static void put_file(struct buf *b, const struct sketch *s)
{
    put_block(b, s, false);
    if (s->version == 0)
        return;
    put_block(b, s, true);
    if (s->footer)
        buf_printf(b, "\n%s\n", s->footer);
}

static bool read_sketch(const struct sketch *s, struct tz *z, struct arena *a,
                        struct err *e)
{
    struct buf b = {0};

    put_file(&b, s);
    bool ok = tzif_read(z, a, b.data, b.len, e);
    buf_free(&b);
    return ok;
}

static const int64_t times[] = {-1000, 0, 5000};
static const uint8_t types[] = {1, 0, 1};
static const int32_t offsets[] = {3600, 7200};
static const struct sketch plain = {'2', 0, 3, 2, times, types, offsets, ""};

static void reads_changes(void **state)
{
    struct arena a = {0};
    struct err e = {0};
    struct tz z = {0};

    (void)state;
    assert_true(read_sketch(&plain, &z, &a, &e));
    assert_int_equal(z.offset, 3600);
    assert_int_equal(z.changes, 3);
    assert_int_equal(z.change[2].at, 5000 * TIMESTAMP_SECOND);
    assert_int_equal(z.change[2].offset, 7200);
    struct sketch old = plain;
    old.version = 0;
    assert_true(read_sketch(&old, &z, &a, &e));
    assert_int_equal(z.changes, 3);
    assert_int_equal(z.change[0].at, -1000 * TIMESTAMP_SECOND);
    arena_free(&a);
}

/* A change that alters nothing is none; of two at odds the last counts. */
static void joins_changes_that_alter_nothing(void **state)
{
    static const uint8_t same[] = {1, 1, 0};
    struct sketch s = plain;
    struct arena a = {0};
    struct err e = {0};
    struct tz z = {0};

    (void)state;
    s.type = same;
    assert_true(read_sketch(&s, &z, &a, &e));
    assert_int_equal(z.changes, 2);
    arena_free(&a);
}

static void times_out_of_reach_are_summed_up(void **state)
{
    static const int64_t far[] = {INT64_MIN, -1000, INT64_MAX};
    struct sketch s = plain;
    struct arena a = {0};
    struct err e = {0};
    struct tz z = {0};

    (void)state;
    s.at = far;
    assert_true(read_sketch(&s, &z, &a, &e));
    assert_int_equal(z.offset, 7200);
    assert_int_equal(z.changes, 1);
    assert_int_equal(z.change[0].offset, 3600);
    arena_free(&a);
}

/* Expected times of the footer's rule, by `date -d @…` in that TZ. */
static void the_footer_goes_on_after_the_last_change(void **state)
{
    static const struct {
        const char *rule;
        int64_t at;
        int32_t offset;
    } rows[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3",           1774746000, 7200  },
        {"CET-1CEST,M3.5.0,M10.5.0/3",           1774745999, 3600  },
        {"CET-1CEST,M3.5.0,M10.5.0/3",           1792889999, 7200  },
        {"CET-1CEST,M3.5.0,M10.5.0/3",           1792890000, 3600  },
        {"EST5EDT,M3.2.0,M11.1.0",               1772953200, -14400},
        {"EST5EDT,M3.2.0,M11.1.0",               1772953199, -18000},
        {"<+02>-2",                              1772953199, 7200  },
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1767225600, 39600 },
        {"IST-2IDT,M3.4.4/26,M10.5.0",           1774569600, 10800 },
        {"IST-2IDT,M3.4.4/26,M10.5.0",           1774569599, 7200  },
        {"XXX3EDT4,0/0,J365/23",                 1772953199, -14400},
        {"XXX3EDT4,0/0,J365/23",                 1767236400, -14400},
        {"AAA0BBB,J60/0,J61/0",                  1709251200, 3600  },
        {"AAA0BBB,59/0,60/0",                    1709164800, 3600  },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sketch s = plain;
        struct arena a = {0};
        struct err e = {0};
        struct tz z = {0};
        s.footer = rows[i].rule;
        if (!read_sketch(&s, &z, &a, &e))
            fail_msg("%s: %s", rows[i].rule, e.text);
        int32_t got = tz_offset(&z, rows[i].at * TIMESTAMP_SECOND);
        if (got != rows[i].offset)
            fail_msg("%s at %lld: %d", rows[i].rule, (long long)rows[i].at,
                     got);
        arena_free(&a);
    }
}

static void refuses_rules_that_are_none(void **state)
{
    static const char *const rules[] = {"X",
                                        "CET",
                                        "CET-25x",
                                        "CET-1CEST",
                                        "CET-1CEST,M3",
                                        "CET-1CEST,M13.1.0,M10.5.0",
                                        "CET-99",
                                        "<CET-1",
                                        "CET-1CEST,M3.5.0,M10.5.0/3 ",
                                        "CET-1CEST,,",
                                        "CET-1CEST,J0,J5",
                                        "CET-1CEST,366,1",
                                        "CET-1CEST,M3.5.0/168,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0"};

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct sketch s = plain;
        struct arena a = {0};
        struct err e = {0};
        struct tz z = {0};
        s.footer = rules[i];
        if (read_sketch(&s, &z, &a, &e))
            fail_msg("%s is a rule", rules[i]);
        assert_non_null(strstr(e.text, "damaged"));
        arena_free(&a);
    }
}

static void refuse(struct sketch s, const char *text)
{
    struct arena a = {0};
    struct err e = {0};
    struct tz z = {0};

    assert_false(read_sketch(&s, &z, &a, &e));
    assert_non_null(strstr(e.text, text));
    arena_free(&a);
}

static void refuses_what_is_no_zone(void **state)
{
    static const int64_t back[] = {0, -1000, 5000};
    static const uint8_t past[] = {1, 2, 1};
    static const int32_t wild[] = {3600, 100000};
    struct sketch s = plain;

    (void)state;
    s.at = back;
    refuse(s, "damaged");
    s = plain;
    s.type = past;
    refuse(s, "damaged");
    s = plain;
    s.offset = wild;
    refuse(s, "damaged");
    s = plain;
    s.footer = NULL;
    refuse(s, "damaged");
    s = plain;
    s.types = 0;
    refuse(s, "damaged");
    s = plain;
    s.version = '1';
    refuse(s, "damaged");
    s = plain;
    s.leaps = 2;
    refuse(s, "leap seconds");
}

/* The bytes stand in memory of their exact size, for the address sanitizer. */
static void read_copy(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    struct arena a = {0};
    struct err e = {0};
    struct tz z = {0};

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    if (tzif_read(&z, &a, copy, len, &e)) {
        for (uint32_t i = 1; i < z.changes; i++)
            assert_true(z.change[i - 1].at < z.change[i].at);
    } else {
        assert_int_not_equal(e.code, ERR_NONE);
    }
    free(copy);
    arena_free(&a);
}

static void hostile_files_do_no_harm(void **state)
{
    struct sketch s = plain;
    struct buf b = {0};
    uint64_t seed = 8536;

    (void)state;
    s.footer = "CET-1CEST,M3.5.0,M10.5.0/3";
    put_file(&b, &s);
    for (size_t len = 0; len <= b.len; len++)
        read_copy(b.data, len);
    for (int i = 0; i < 5000; i++) {
        uint8_t *wrong = malloc(b.len);
        assert_non_null(wrong);
        memcpy(wrong, b.data, b.len);
        for (uint64_t n = random_below(&seed, 4) + 1; n > 0; n--)
            wrong[random_below(&seed, b.len)] = (uint8_t)random_next(&seed);
        read_copy(wrong, b.len);
        free(wrong);
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_changes),
        cmocka_unit_test(joins_changes_that_alter_nothing),
        cmocka_unit_test(times_out_of_reach_are_summed_up),
        cmocka_unit_test(the_footer_goes_on_after_the_last_change),
        cmocka_unit_test(refuses_rules_that_are_none),
        cmocka_unit_test(refuses_what_is_no_zone),
        cmocka_unit_test(hostile_files_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
