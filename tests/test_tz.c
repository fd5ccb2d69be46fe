/* test_tz.c - local calendars at fixed offsets. */
#include "tests/test.h"

#include <string.h>

#include "base/timestamp.h"
#include "base/tz.h"
#include "tests/random.h"

static struct tz zone(const char *name)
{
    struct arena none = {0}; /* offsets take no memory */
    struct tz z;
    struct err e;

    assert_true(tz_parse(&z, &none, name, strlen(name), &e));
    return z;
}

static int64_t at(int32_t year, int32_t month, int32_t day, int32_t hour)
{
    struct civil c = {year, month, day, hour, 0, 0, 0};
    int64_t t;

    assert_true(timestamp_from_civil(&c, &t));
    return t;
}

static void parses_utc_and_offsets(void **state)
{
    struct tz z;

    (void)state;
    z = zone("UTC");
    assert_int_equal(z.offset, 0);
    assert_string_equal(z.name, "UTC");
    assert_int_equal(zone("Z").offset, 0);
    assert_int_equal(zone("+02:00").offset, 7200);
    assert_int_equal(zone("-04:30").offset, -16200);
    assert_int_equal(zone("+23:59").offset, 86340);
    z = zone("-00:01");
    assert_int_equal(tz_offset(&z, at(2026, 7, 1, 0)), -60);
    assert_string_equal(z.name, "-00:01");
}

static void refuses_other_zones(void **state)
{
    static const struct {
        const char *zone, *text;
    } of[] = {
        {"+24:00",  "`+24:00` is no time zone" },
        {"+02:60",  "`+02:60` is no time zone" },
        {"+2:00",   "`+2:00` is no time zone"  },
        {"02:00",   "`02:00` is no time zone"  },
        {"+02:0x",  "`+02:0x` is no time zone" },
        {"+02:00 ", "`+02:00 ` is no time zone"},
        {"",        "`` is no time zone"       },
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct arena none = {0};
        struct tz z;
        struct err e = {0};
        assert_false(tz_parse(&z, &none, of[i].zone, strlen(of[i].zone), &e));
        assert_string_equal(e.text, of[i].text);
        assert_string_equal(
            e.hint, "a name as Europe/Berlin, UTC, or an offset as +02:00");
        assert_int_equal(err_exit_status(&e), 2);
    }
}

static void floors_to_local_units(void **state)
{
    struct tz z = zone("+02:00");
    int64_t t = at(2026, 9, 1, 23) + 26 * TIMESTAMP_MINUTE + 1;

    (void)state; /* locally Wednesday the 2nd, 01:26 */
    assert_true(tz_floor(&z, t, TZ_MINUTE) == t - 1);
    assert_true(tz_floor(&z, t, TZ_HOUR) == at(2026, 9, 1, 23));
    assert_true(tz_floor(&z, t, TZ_DAY) == at(2026, 9, 1, 22));
    assert_true(tz_floor(&z, t, TZ_WEEK) == at(2026, 8, 30, 22));
    assert_true(tz_floor(&z, t, TZ_MONTH) == at(2026, 8, 31, 22));
    z = zone("+05:45");
    assert_true(tz_floor(&z, at(2026, 9, 1, 0), TZ_HOUR) ==
                at(2026, 9, 1, 0) - 45 * TIMESTAMP_MINUTE);
}

static void check_floor(const struct tz *z, int64_t t, enum tz_unit unit)
{
    int64_t from = tz_floor(z, t, unit), next = tz_add(z, from, unit, 1);

    assert_true(from <= t && t < next);
    assert_true(tz_floor(z, from, unit) == from);
    assert_true(tz_floor(z, next, unit) == next);
    assert_true(tz_floor(z, next - 1, unit) == from);
    assert_true(tz_add(z, next, unit, -1) == from);
    int64_t local = from + z->offset * TIMESTAMP_SECOND;
    struct civil c = timestamp_civil(local);
    assert_int_equal(c.ns + c.second, 0);
    assert_true(unit == TZ_MINUTE || c.minute == 0);
    assert_true(unit < TZ_DAY || c.hour == 0);
    assert_true(unit != TZ_WEEK || timestamp_weekday(local) == 0);
    assert_true(unit != TZ_MONTH || c.day == 1);
}

static void every_moment_is_in_one_unit(void **state)
{
    static const char *const zones[] = {"UTC", "+02:00", "-04:00", "+05:45",
                                        "-11:30"};
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 40000; i++) {
        struct tz z = zone(zones[i % 5]);
        int64_t t = (int64_t)random_next(&seed) / 8 * 7;
        for (enum tz_unit unit = TZ_MINUTE; unit <= TZ_MONTH; unit++)
            check_floor(&z, t, unit);
    }
}

static void adds_calendar_units(void **state)
{
    struct tz z = zone("UTC"), west = zone("-04:00");

    (void)state;
    assert_true(tz_add(&z, at(2026, 1, 31, 5), TZ_MONTH, 1) ==
                at(2026, 2, 28, 5));
    assert_true(tz_add(&z, at(2024, 1, 31, 5), TZ_MONTH, 1) ==
                at(2024, 2, 29, 5));
    assert_true(tz_add(&z, at(2026, 1, 31, 5), TZ_MONTH, -2) ==
                at(2025, 11, 30, 5));
    assert_true(tz_add(&z, at(2026, 12, 15, 5), TZ_MONTH, 1) ==
                at(2027, 1, 15, 5));
    assert_true(tz_add(&z, at(2026, 1, 15, 5), TZ_MONTH, -13) ==
                at(2024, 12, 15, 5));
    /* Locally the 31st of January at 21:00. */
    assert_true(tz_add(&west, at(2026, 2, 1, 1), TZ_MONTH, 1) ==
                at(2026, 3, 1, 1));
    assert_true(tz_add(&west, at(2026, 3, 1, 1), TZ_DAY, -7) ==
                at(2026, 2, 22, 1));
    assert_true(tz_add(&z, at(1969, 12, 31, 0) + 7, TZ_WEEK, 2) ==
                at(1970, 1, 14, 0) + 7);
}

static void saturates_at_the_ends_of_time(void **state)
{
    static const char *const zones[] = {"UTC", "+23:59", "-23:59"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct tz z = zone(zones[i]);
        for (enum tz_unit unit = TZ_MINUTE; unit <= TZ_MONTH; unit++) {
            assert_true(tz_add(&z, 0, unit, INT64_MAX) == INT64_MAX);
            assert_true(tz_add(&z, 0, unit, INT64_MIN) == INT64_MIN);
            assert_true(tz_add(&z, INT64_MAX, unit, 1) == INT64_MAX);
            assert_true(tz_add(&z, INT64_MIN, unit, -1) == INT64_MIN);
            assert_true(tz_floor(&z, INT64_MIN, unit) == INT64_MIN);
            assert_true(tz_floor(&z, INT64_MAX, unit) > at(2262, 1, 1, 0));
        }
        assert_true(tz_bin(&z, INT64_MIN, INT64_MAX) == INT64_MIN);
        assert_true(tz_bin(&z, INT64_MAX, 7) > INT64_MAX - 7);
    }
}

static void bins_count_from_local_midnight(void **state)
{
    struct tz z = zone("+02:00");
    int64_t midnight = at(2026, 9, 1, 22), width = 7 * TIMESTAMP_HOUR;

    (void)state;
    for (int hour = 0; hour < 24; hour++)
        assert_true(tz_bin(&z, midnight + hour * TIMESTAMP_HOUR, width) ==
                    midnight + hour / 7 * width);
    assert_true(tz_bin(&z, midnight - 1, width) ==
                midnight - TIMESTAMP_DAY + 3 * width);
    assert_true(tz_bin(&z, midnight, 0) == midnight);
}

static void bins_of_days_count_from_a_monday(void **state)
{
    struct tz z = zone("-04:00");
    uint64_t seed = 2;

    (void)state;
    assert_true(tz_bin(&z, at(1970, 1, 5, 4), TIMESTAMP_DAY) ==
                at(1970, 1, 5, 4));
    assert_true(tz_bin(&z, at(1970, 1, 5, 4) - 1, 10 * TIMESTAMP_DAY) ==
                at(1969, 12, 26, 4));
    for (int i = 0; i < 50000; i++) {
        int64_t t = (int64_t)random_next(&seed) / 2;
        assert_true(tz_bin(&z, t, TIMESTAMP_DAY) == tz_floor(&z, t, TZ_DAY));
        assert_true(tz_bin(&z, t, TIMESTAMP_WEEK) == tz_floor(&z, t, TZ_WEEK));
        int64_t from = tz_bin(&z, t, 3 * TIMESTAMP_DAY);
        assert_true(from <= t && t < from + 3 * TIMESTAMP_DAY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_utc_and_offsets),
        cmocka_unit_test(refuses_other_zones),
        cmocka_unit_test(floors_to_local_units),
        cmocka_unit_test(every_moment_is_in_one_unit),
        cmocka_unit_test(adds_calendar_units),
        cmocka_unit_test(saturates_at_the_ends_of_time),
        cmocka_unit_test(bins_count_from_local_midnight),
        cmocka_unit_test(bins_of_days_count_from_a_monday),
    };

    return cmocka_run_group_tests_name("tz", tests, NULL, NULL);
}
