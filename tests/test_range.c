/* test_range.c - every form of a time range, in UTC and at a fixed offset. */
#include <string.h>

#include "grammar/parse.h"
#include "query/range.h"
#include "tests/test.h"

/* Thursday 2026-08-20T15:30:45Z */
#define NOW (INT64_C(1787239845) * TIMESTAMP_SECOND)

struct fixture {
    struct arena arena;
    struct tz tz;
    struct scope scope;
    struct err e;
};

static struct fixture *fixture_new(const char *zone)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    assert_true(tz_parse(&f.tz, &f.arena, zone, strlen(zone), &f.e));
    f.scope = (struct scope){.arena = &f.arena, .tz = &f.tz, .now = NOW};
    return &f;
}

static bool resolve(struct fixture *f, const char *text, struct time_range *out)
{
    struct ast_item *item = parse_text(&f->arena, text, strlen(text), &f->e);

    if (!item)
        fail_msg("%s: %s", text, f->e.text);
    return range_resolve(&f->scope, &item->query.range, out, &f->e);
}

static void check(struct fixture *f, const char *text, const char *from,
                  const char *to)
{
    struct time_range r;
    char a[TIMESTAMP_TEXT_MAX] = "-", b[TIMESTAMP_TEXT_MAX] = "-";

    if (!resolve(f, text, &r))
        fail_msg("%s: %s", text, f->e.text);
    if (r.from != INT64_MIN)
        timestamp_format(a, r.from, f->tz.offset);
    if (r.to != INT64_MAX)
        timestamp_format(b, r.to, f->tz.offset);
    if (strcmp(a, from) != 0 || strcmp(b, to) != 0)
        fail_msg("%s is %s to %s", text, a, b);
}

static void check_refused(struct fixture *f, const char *text, const char *why)
{
    struct time_range r;

    if (resolve(f, text, &r))
        fail_msg("%s was not refused", text);
    assert_string_equal(f->e.text, why);
    f->e = (struct err){0};
}

static void resolves_every_form_in_utc(void **state)
{
    static const char *const rows[][3] = {
        {"all tcp",                                      "-",                              "-"                          },
        {"tcp",                                          "-",                              "-"                          },
        {"last 1h tcp",                                  "2026-08-20T14:30:45.000000001Z",
         "2026-08-20T15:30:45.000000001Z"                                                                               },
        {"last 7d",                                      "2026-08-13T15:30:45.000000001Z",
         "2026-08-20T15:30:45.000000001Z"                                                                               },
        {"on 2026-08-15",                                "2026-08-15T00:00:00.000000Z",
         "2026-08-16T00:00:00.000000Z"                                                                                  },
        {"on 2026-08-15T10",                             "2026-08-15T10:00:00.000000Z",
         "2026-08-15T11:00:00.000000Z"                                                                                  },
        {"on 2026-08-15T10:07",                          "2026-08-15T10:07:00.000000Z",
         "2026-08-15T10:08:00.000000Z"                                                                                  },
        {"on today",                                     "2026-08-20T00:00:00.000000Z",
         "2026-08-21T00:00:00.000000Z"                                                                                  },
        {"on yesterday",                                 "2026-08-19T00:00:00.000000Z",
         "2026-08-20T00:00:00.000000Z"                                                                                  },
        {"on thisweek",                                  "2026-08-17T00:00:00.000000Z",
         "2026-08-24T00:00:00.000000Z"                                                                                  },
        {"on lastweek",                                  "2026-08-10T00:00:00.000000Z",
         "2026-08-17T00:00:00.000000Z"                                                                                  },
        {"on thismonth",                                 "2026-08-01T00:00:00.000000Z",
         "2026-09-01T00:00:00.000000Z"                                                                                  },
        {"on lastmonth",                                 "2026-07-01T00:00:00.000000Z",
         "2026-08-01T00:00:00.000000Z"                                                                                  },
        {"from yesterday to today",                      "2026-08-19T00:00:00.000000Z",
         "2026-08-20T00:00:00.000000Z"                                                                                  },
        {"to thisweek",                                  "-",                              "2026-08-17T00:00:00.000000Z"},
        {"from thisweek-7d",                             "2026-08-10T00:00:00.000000Z",    "-"                          },
        {"from now-90m to now",                          "2026-08-20T14:00:45.000000Z",
         "2026-08-20T15:30:45.000000Z"                                                                                  },
        {"from 2026-08-15T10:00:05.25 to 2026-08-15T12",
         "2026-08-15T10:00:05.250000Z",                                                    "2026-08-15T12:00:00.000000Z"},
        {"from 2026-08-15T10:00-04:00",                  "2026-08-15T14:00:00.000000Z",    "-"                          },
    };
    struct fixture *f = fixture_new("UTC");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(f, rows[i][0], rows[i][1], rows[i][2]);
    arena_free(&f->arena);
}

static void counts_days_in_the_zone(void **state)
{
    struct fixture *f = fixture_new("+10:00"); /* now is Friday 01:30 there */

    (void)state;
    check(f, "on today", "2026-08-21T00:00:00.000000+10:00",
          "2026-08-22T00:00:00.000000+10:00");
    check(f, "on 2026-08-15", "2026-08-15T00:00:00.000000+10:00",
          "2026-08-16T00:00:00.000000+10:00");
    check(f, "from 2026-08-15T10:00Z", "2026-08-15T20:00:00.000000+10:00", "-");
    arena_free(&f->arena);
}

static void refuses_empty_and_unknown_ranges(void **state)
{
    struct fixture *f = fixture_new("UTC");

    (void)state;
    check_refused(f, "from 2026-08-16 to 2026-08-15",
                  "this range is empty: it ends before it begins");
    check_refused(f, "from today to today",
                  "this range is empty: it ends before it begins");
    check_refused(f, "last $look", "`$look` was not given");
    check_refused(f, "from $start", "`$start` was not given");
    check_refused(f, "last 0s", "this length of time is nothing");
    arena_free(&f->arena);
}

static void takes_parameters(void **state)
{
    struct fixture *f = fixture_new("UTC");
    struct ast length = {.kind = AST_LENGTH, .number = TIMESTAMP_HOUR};
    struct ast day = {.kind = AST_TIME};
    struct scope_param look = {.name = "look", .value = &length};
    struct scope_param start = {.name = "start", .value = &day, .next = &look};

    (void)state;
    day.time.civil = (struct civil){.year = 2026, .month = 8, .day = 15};
    f->scope.params = &start;
    check(f, "last $look", "2026-08-20T14:30:45.000000001Z",
          "2026-08-20T15:30:45.000000001Z");
    check(f, "on $start", "2026-08-15T00:00:00.000000Z",
          "2026-08-16T00:00:00.000000Z");
    check(f, "from $start+7d", "2026-08-22T00:00:00.000000Z", "-");
    arena_free(&f->arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_every_form_in_utc),
        cmocka_unit_test(counts_days_in_the_zone),
        cmocka_unit_test(refuses_empty_and_unknown_ranges),
        cmocka_unit_test(takes_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
