/* test_site.c - site.trawl is read, refused with a place, and written. */
#include "query/site.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "tests/folder.h"
#include "tests/test.h"

static char *dir;

static int make_dir(void **state)
{
    (void)state;
    dir = folder_make();
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static bool read_text(struct site *s, struct arena *a, const char *text,
                      struct err *e)
{
    char path[512];

    snprintf(path, sizeof path, "%s/site.trawl", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return site_read(s, a, dir, e);
}

static void a_missing_file_is_an_empty_site(void **state)
{
    struct arena a = {0};
    struct site s;
    struct err e = {0};

    (void)state;
    assert_true(site_read(&s, &a, "/nonexistent", &e));
    assert_int_equal(s.homes, 0);
    assert_null(s.zone);
    assert_string_equal(s.tz.name, "UTC");
    assert_string_equal(s.text, "");
    assert_null(s.items);
    arena_free(&a);
}

static bool at_home(const struct site *s, uint32_t i, const char *text)
{
    struct addr v;

    assert_true(addr_parse(text, strlen(text), &v));
    return rangeset_has_addr(&s->home[i].nets, v);
}

static void reads_homes_in_the_order_of_their_dates(void **state)
{
    struct arena a = {0};
    struct site s;
    struct err e = {0};
    int64_t march;
    struct civil c = {.year = 2026, .month = 3, .day = 1};

    (void)state;
    if (!read_text(&s, &a,
                   "# ours\n"
                   "home from 2026-03-01 = {10.0.0.0/8};\n"
                   "let lab = {192.168.7.0/24};\n"
                   "home = {192.0.2.0/24, 2001:db8::/32} + lab;\n"
                   "zone \"+02:00\";\n"
                   "calendar weekend = sat..sun;\n"
                   "label \"names.txt\";\n",
                   &e))
        fail_msg("%s", e.text);
    assert_true(timestamp_from_civil(&c, &march));
    assert_int_equal(s.homes, 2);
    assert_true(s.home[0].from == INT64_MIN);
    assert_true(s.home[1].from == march - 2 * TIMESTAMP_HOUR);
    assert_true(at_home(&s, 0, "192.0.2.255") && at_home(&s, 0, "2001:db8::1"));
    assert_true(at_home(&s, 0, "192.168.7.9"));
    assert_false(at_home(&s, 0, "10.0.0.1") || at_home(&s, 1, "192.0.2.1"));
    assert_true(at_home(&s, 1, "10.255.255.255"));
    assert_string_equal(s.tz.name, "+02:00");
    assert_int_equal(s.tz.offset, 7200);
    assert_non_null(s.items);
    arena_free(&a);
}

static void refuses_with_a_place(void **state)
{
    static const struct {
        const char *text, *error;
        uint32_t from, to;
    } rows[] = {
        {"home = 5;",                               "`home` is a set of networks",          7,  8 },
        {"home = {10.0.0.0/8}; home = {10.0.0.1};",
         "`home` is given twice for the same time",                                         21, 38},
        {"home = {10.0.0.0/8} + labs;",
         "there is no field, column or `let` named `labs`",                                 22, 26},
        {"home = {80};",                            "`home` is a set of networks",          7,  11},
        {"zone \"UTC\"; zone \"UTC\";",             "`zone` is given twice",                12, 22},
        {"tcp | stats n = count();",                "a query does not stand in site.trawl", 0,
         23                                                                                       },
        {"home from 2026-02-30 = {10.0.0.0/8};",    "no such date or time",                 10,
         20                                                                                       },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct site s;
        struct err e = {0};
        if (read_text(&s, &a, rows[i].text, &e))
            fail_msg("%s was not refused", rows[i].text);
        if (strcmp(e.text, rows[i].error) != 0 || e.at.from != rows[i].from ||
            e.at.to != rows[i].to)
            fail_msg("%s: %u-%u: %s", rows[i].text, e.at.from, e.at.to, e.text);
        assert_string_equal(s.text, rows[i].text);
        arena_free(&a);
    }
}

static void an_unknown_zone_is_refused_when_it_is_used(void **state)
{
    struct arena a = {0};
    struct site s;
    struct err e = {0};
    struct tz tz;

    (void)state;
    assert_true(read_text(&s, &a, "zone \"Mars/Olympus\";", &e));
    assert_string_equal(s.zone, "Mars/Olympus");
    assert_string_equal(s.tz.name, "UTC");
    assert_false(site_zone(&s, &tz, &e));
    assert_string_equal(e.text, "there is no time zone `Mars/Olympus`");
    assert_int_equal(e.at.from, 0);
    assert_int_equal(e.at.to, 19);
    assert_int_equal(err_exit_status(&e), 2);
    e = (struct err){0};
    assert_false(read_text(
        &s, &a, "zone \"Mars/Olympus\"; home from 2026-03-01 = {10.0.0.1};",
        &e));
    arena_free(&a);
}

static void a_template_can_be_read_again(void **state)
{
    struct arena a = {0};
    struct site s;
    struct err e = {0};
    char *text;

    (void)state;
    assert_true(
        site_template(&a, "192.0.2.0/24, 2001:db8::/32", "-04:00", &text, &e));
    assert_true(read_text(&s, &a, text, &e));
    assert_int_equal(s.homes, 1);
    assert_true(at_home(&s, 0, "2001:db8:ffff::"));
    assert_int_equal(s.tz.offset, -4 * 3600);
    assert_true(site_template(&a, NULL, NULL, &text, &e));
    assert_true(read_text(&s, &a, text, &e));
    assert_int_equal(s.homes, 0);
    assert_string_equal(s.tz.name, "UTC");
    arena_free(&a);
}

static void a_template_refuses_what_is_no_home_or_zone(void **state)
{
    struct arena a = {0};
    struct err e = {0};
    char *text = NULL;

    (void)state;
    assert_false(site_template(&a, "10.0.0.0/33", NULL, &text, &e));
    e = (struct err){0};
    assert_false(site_template(
        &a, "10.0.0.1}; zone \"+01:00\"; home = {1.1.1.1", NULL, &text, &e));
    e = (struct err){0};
    assert_false(site_template(&a, NULL, "Mars", &text, &e));
    assert_null(text);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_an_empty_site),
        cmocka_unit_test(reads_homes_in_the_order_of_their_dates),
        cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(an_unknown_zone_is_refused_when_it_is_used),
        cmocka_unit_test(a_template_can_be_read_again),
        cmocka_unit_test(a_template_refuses_what_is_no_home_or_zone),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
