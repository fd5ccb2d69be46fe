/* test_timestamp.c - the calendar against the C library's, text by hand. */
#include "tests/test.h"

#include <string.h>
#include <time.h>

#include "base/timestamp.h"
#include "tests/random.h"

static void splits_as_gmtime(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 500000; i++) {
        int64_t t = (int64_t)random_next(&seed);
        struct civil c = timestamp_civil(t), again;
        int64_t s = t / TIMESTAMP_SECOND - (t % TIMESTAMP_SECOND < 0), back;
        time_t when = (time_t)s;
        struct tm tm;
        gmtime_r(&when, &tm);
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(c.hour, tm.tm_hour);
        assert_int_equal(c.minute, tm.tm_min);
        assert_int_equal(c.second, tm.tm_sec);
        assert_int_equal(c.ns, t - s * TIMESTAMP_SECOND);
        assert_int_equal(timestamp_weekday(t), (tm.tm_wday + 6) % 7);
        assert_true(timestamp_from_civil(&c, &back));
        assert_true(back == t);
        again = timestamp_civil(back);
        assert_memory_equal(&again, &c, sizeof c);
    }
}

static void counts_days_as_timegm(void **state)
{
    uint64_t seed = 2;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int32_t year = (int32_t)random_below(&seed, 2000000) - 1000000;
        struct tm tm = {.tm_year = year - 1900,
                        .tm_mon = (int)random_below(&seed, 12),
                        .tm_mday = 1 + (int)random_below(&seed, 28)};
        int64_t days = timestamp_days(year, tm.tm_mon + 1, tm.tm_mday);
        assert_true(days == (int64_t)timegm(&tm) / 86400);
    }
    assert_int_equal(timestamp_days(1970, 1, 1), 0);
    assert_true(timestamp_days(INT32_MAX, 12, 31) > 0);
    assert_true(timestamp_days(INT32_MIN, 1, 1) < 0);
}

static void refuses_days_that_do_not_exist(void **state)
{
    static const struct civil bad[] = {
        {2026, 0,  1,  0,  0,  0,  0         },
        {2026, 13, 1,  0,  0,  0,  0         },
        {2026, 1,  0,  0,  0,  0,  0         },
        {2026, 1,  32, 0,  0,  0,  0         },
        {2026, 4,  31, 0,  0,  0,  0         },
        {2026, 2,  29, 0,  0,  0,  0         },
        {1900, 2,  29, 0,  0,  0,  0         },
        {2024, 2,  30, 0,  0,  0,  0         },
        {2026, 1,  1,  24, 0,  0,  0         },
        {2026, 1,  1,  -1, 0,  0,  0         },
        {2026, 1,  1,  0,  60, 0,  0         },
        {2026, 1,  1,  0,  0,  60, 0         },
        {2026, 1,  1,  0,  0,  0,  -1        },
        {2026, 1,  1,  0,  0,  0,  1000000000},
        {2026, 1,  1,  0,  -1, 0,  0         },
        {2026, 1,  1,  0,  0,  -1, 0         },
        {2026, -1, 1,  0,  0,  0,  0         },
    };
    static const struct civil good[] = {
        {2024, 2,  29, 0,  0,  0,  0        },
        {2000, 2,  29, 0,  0,  0,  0        },
        {2026, 12, 31, 23, 59, 59, 999999999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t;
        assert_false(timestamp_valid(&bad[i]));
        assert_false(timestamp_from_civil(&bad[i], &t));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(timestamp_valid(&good[i]));
}

static void knows_the_ends_of_time(void **state)
{
    struct civil first = {1677, 9, 21, 0, 12, 43, 145224192};
    struct civil last = {2262, 4, 11, 23, 47, 16, 854775807};
    int64_t t;

    (void)state;
    assert_true(timestamp_from_civil(&first, &t) && t == INT64_MIN);
    assert_true(timestamp_from_civil(&last, &t) && t == INT64_MAX);
    first.ns--;
    last.ns++;
    assert_false(timestamp_from_civil(&first, &t));
    assert_false(timestamp_from_civil(&last, &t));
    last.year = INT32_MAX;
    assert_false(timestamp_from_civil(&last, &t));
}

static void check_text(int64_t t, int32_t offset, const char *want)
{
    char out[TIMESTAMP_TEXT_MAX];

    assert_int_equal(timestamp_format(out, t, offset), strlen(want));
    assert_string_equal(out, want);
}

static void formats_rfc_3339(void **state)
{
    int64_t t = INT64_C(1788220826947306000);

    (void)state;
    check_text(t, 0, "2026-09-01T00:00:26.947306Z");
    check_text(t + 1, 0, "2026-09-01T00:00:26.947306001Z");
    check_text(t, 7200, "2026-09-01T02:00:26.947306+02:00");
    check_text(t, -14400, "2026-08-31T20:00:26.947306-04:00");
    check_text(t, 20700, "2026-09-01T05:45:26.947306+05:45");
    check_text(t, 3208, "2026-09-01T00:53:54.947306+00:53:28");
    check_text(0, 0, "1970-01-01T00:00:00.000000Z");
    check_text(-1, 0, "1969-12-31T23:59:59.999999999Z");
    check_text(INT64_MIN, -86340, "1677-09-20T00:13:43.145224192-23:59");
    check_text(INT64_MAX, 86340, "2262-04-12T23:46:16.854775807+23:59");
}

static void formats_dates_in_the_zone(void **state)
{
    char out[TIMESTAMP_TEXT_MAX];

    (void)state;
    assert_int_equal(timestamp_format_date(out, 0, -1), 10);
    assert_string_equal(out, "1969-12-31");
    timestamp_format_date(out, 0, 0);
    assert_string_equal(out, "1970-01-01");
}

static void formats_seconds_with_fraction(void **state)
{
    static const struct {
        int64_t t;
        const char *text;
    } of[] = {
        {INT64_C(1788220826947306000), "1788220826.947306"    },
        {INT64_C(1788220826947306001), "1788220826.947306001" },
        {INT64_C(3720000000000),       "3720.000000"          },
        {0,                            "0.000000"             },
        {-500000000,                   "-0.500000"            },
        {-1500000001,                  "-1.500000001"         },
        {INT64_MIN,                    "-9223372036.854775808"},
        {INT64_MAX,                    "9223372036.854775807" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char a[TIMESTAMP_TEXT_MAX], b[TIMESTAMP_TEXT_MAX];
        assert_int_equal(timestamp_format_epoch(a, of[i].t),
                         strlen(of[i].text));
        timestamp_format_seconds(b, of[i].t);
        assert_string_equal(a, of[i].text);
        assert_string_equal(b, of[i].text);
    }
}

static void formats_lengths_for_people(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } of[] = {
        {0,                      "0s"         },
        {5,                      "5ns"        },
        {999,                    "999ns"      },
        {1500,                   "1.500us"    },
        {20000,                  "20us"       },
        {150000000,              "150ms"      },
        {1250000,                "1.250ms"    },
        {3000000000,             "3s"         },
        {3250000000,             "3.250s"     },
        {59999999999,            "59.999s"    },
        {60000000000,            "1m00s"      },
        {INT64_C(3720000000000), "1h02m"      },
        {INT64_C(3779999999999), "1h02m"      },
        {52 * TIMESTAMP_HOUR,    "2d04h"      },
        {-90 * TIMESTAMP_SECOND, "-1m30s"     },
        {INT64_MIN,              "-106751d23h"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char out[TIMESTAMP_TEXT_MAX];
        assert_int_equal(timestamp_format_length(out, of[i].ns),
                         strlen(of[i].text));
        assert_string_equal(out, of[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_as_gmtime),
        cmocka_unit_test(counts_days_as_timegm),
        cmocka_unit_test(refuses_days_that_do_not_exist),
        cmocka_unit_test(knows_the_ends_of_time),
        cmocka_unit_test(formats_rfc_3339),
        cmocka_unit_test(formats_dates_in_the_zone),
        cmocka_unit_test(formats_seconds_with_fraction),
        cmocka_unit_test(formats_lengths_for_people),
    };

    return cmocka_run_group_tests_name("timestamp", tests, NULL, NULL);
}
