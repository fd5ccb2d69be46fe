/* test_calendar.c - calendars against the clock on the wall, minute by minute,
 * and what spanof() says of blocks against the same. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "grammar/parse.h"
#include "query/calendar.h"
#include "query/node.h"
#include "query/span.h"
#include "tests/random.h"

enum { DAY_MINUTES = 1440, HOLIDAYS = 12, CALENDARS = 60, PROBES = 300 };

static const char *const zones[] = {"Europe/Berlin", "America/New_York",
                                    "America/Sao_Paulo", "UTC", "+05:45"};

/* A few parts and holidays around 2015. */
static void draw(struct calendar *c, struct calendar_part *part,
                 int64_t *holiday, uint64_t *seed)
{
    *c = (struct calendar){.part = part, .holiday = holiday};
    c->parts = (uint32_t)random_below(seed, 3);
    for (uint32_t i = 0; i < c->parts; i++) {
        int32_t from = (int32_t)random_below(seed, 24) * 60;
        int32_t to = (int32_t)random_below(seed, 24) * 60 + 60;
        part[i] = (struct calendar_part){
            (uint8_t)(random_below(seed, 127) & random_below(seed, 127)), from,
            to == from ? DAY_MINUTES : to};
    }
    int64_t day = timestamp_days(2015, 1, 1);
    for (c->holidays = 0; c->holidays < HOLIDAYS; c->holidays++) {
        day += 1 + (int64_t)random_below(seed, 40);
        holiday[c->holidays] = day;
    }
}

/* By the local minute alone. */
static bool on_the_wall(const struct calendar *c, int64_t minute)
{
    int64_t day = minute / DAY_MINUTES, of_day = minute % DAY_MINUTES;

    for (uint32_t i = 0; i < c->holidays; i++) {
        if (c->holiday[i] == day)
            return true;
    }
    for (uint32_t i = 0; i < c->parts; i++) {
        const struct calendar_part *p = &c->part[i];
        bool today = p->days >> ((day + 3) % 7) & 1;
        bool yesterday = p->days >> ((day + 2) % 7) & 1;
        bool over = p->minute_to <= p->minute_from;
        if (today && of_day >= p->minute_from &&
            (over || of_day < p->minute_to))
            return true;
        if (yesterday && over && of_day < p->minute_to)
            return true;
    }
    return false;
}

/* A minute that clocks show once, or for the first time. */
static bool first_time(const struct tz *z, int64_t t, int64_t *minute)
{
    int64_t local = t + tz_offset(z, t) * TIMESTAMP_SECOND;

    *minute = local / TIMESTAMP_MINUTE;
    return tz_from_local(z, local) == t;
}

static void check_time(const struct calendar *c, const struct tz *z, int64_t t)
{
    int64_t minute;
    struct calendar_stretch s = calendar_at(c, z, t);

    assert_true(s.from <= t && t < s.to);
    if (first_time(z, t, &minute) && s.in != on_the_wall(c, minute))
        fail_msg("%s %lld: %d", z->name, (long long)t, s.in);
    if (!s.in)
        return;
    struct calendar_stretch first = calendar_at(c, z, s.from);
    struct calendar_stretch last = calendar_at(c, z, s.to - 1);
    assert_true(first.in && first.from == s.from && first.to == s.to);
    assert_true(last.in && last.from == s.from && last.to == s.to);
    assert_false(calendar_at(c, z, s.from - 1).in);
    assert_false(calendar_at(c, z, s.to).in);
}

/* What the kernel of bounds says of [lo, hi] holds for every minute in it. */
static void check_block(const struct calendar *c, const struct tz *z,
                        int64_t lo, int64_t hi)
{
    struct expr call = {.tz = z, .lookup = c};
    struct func_bounds time = {
        .known = true, .any = true, .range = {lo, hi}
    };
    struct func_bounds out = {.any = true};

    span_bounds(&call, &time, &out);
    for (int64_t t = lo; t <= hi; t += 30 * TIMESTAMP_MINUTE) {
        struct calendar_stretch s = calendar_at(c, z, t);
        assert_true(s.in ? out.any : out.absent);
        if (s.in && out.known)
            assert_true(s.from >= out.range.lo && s.from <= out.range.hi);
    }
}

static void spans_are_those_of_the_wall_clock(void **state)
{
    const int64_t start = timestamp_days(2015, 1, 1) * TIMESTAMP_DAY;
    uint64_t seed = 24;

    (void)state;
    for (int k = 0; k < CALENDARS; k++) {
        struct calendar_part part[3];
        int64_t holiday[HOLIDAYS];
        struct calendar c;
        struct arena a = {0};
        struct err e = {0};
        struct tz z;
        const char *name = zones[k % 5];
        assert_true(tz_parse(&z, &a, name, strlen(name), &e));
        draw(&c, part, holiday, &seed);
        for (int i = 0; i < PROBES; i++) {
            int64_t t =
                start + (int64_t)random_below(&seed, 400 * DAY_MINUTES) *
                            TIMESTAMP_MINUTE;
            check_time(&c, &z, t);
            if (i % 10 == 0)
                check_block(&c, &z, t,
                            t + (int64_t)random_below(&seed, 6000) *
                                    TIMESTAMP_MINUTE);
        }
        arena_free(&a);
    }
}

static void holds_at_the_ends_of_time(void **state)
{
    struct calendar_part part[] = {
        {0x7f, 1080, 480 },
        {0x60, 0,    1440}
    };
    struct calendar c = {.part = part, .parts = 2};
    struct tz z = {.offset = -14400, .name = "-04:00"};
    const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct calendar_stretch s = calendar_at(&c, &z, ends[i]);
        assert_true(s.from <= ends[i] && s.to >= ends[i]);
    }
}

/* ---- files of holidays ---- */

static const struct calendar *bind_text(struct arena *a, const char *text,
                                        const char *dir, struct err *e)
{
    const struct calendar *list = NULL;

    for (const struct ast_item *i = parse_text(a, text, strlen(text), e); i;
         i = i->next) {
        list = calendar_bind(a, list, i, dir, e);
        if (!list)
            return NULL;
    }
    return list;
}

static const char weekend[] = "calendar weekend = sat..sun; calendar long = "
                              "weekend + holidays \"us.hol\";";

static const struct calendar *with_file(struct arena *a, const char *content,
                                        struct err *e)
{
    char dir[] = "/tmp/trawl-calendar-XXXXXX", path[64];

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/us.hol", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(content, f) >= 0);
    assert_int_equal(fclose(f), 0);
    const struct calendar *c = bind_text(a, weekend, dir, e);
    unlink(path);
    rmdir(dir);
    return c;
}

static void holidays_make_weekends_longer(void **state)
{
    struct arena a = {0};
    struct err e = {0};
    struct tz utc = {.name = "UTC"};
    const struct calendar *c = with_file(&a,
                                         "# of the United States\n"
                                         "2026-09-07 Labor Day\r\n\n"
                                         "2026-11-27\tthe day after\n"
                                         "2026-11-26 Thanksgiving # thursday",
                                         &e);
    int64_t day = timestamp_days(2026, 11, 26);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->holidays, 3);
    assert_true(c->dates && !c->endless);
    struct calendar_stretch s =
        calendar_at(c, &utc, (day + 2) * TIMESTAMP_DAY + 1);
    assert_true(s.in && s.from == day * TIMESTAMP_DAY &&
                s.to == (day + 4) * TIMESTAMP_DAY);
    arena_free(&a);
}

static void refuses_lines_that_are_no_holiday(void **state)
{
    static const char *const lines[] = {"2026-02-30 none", "2026-9-7", "x",
                                        "2026-09-07Labor", "26-09-07 a"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct arena a = {0};
        struct err e = {0};
        char text[64];
        snprintf(text, sizeof text, "# one\n%s\n", lines[i]);
        assert_null(with_file(&a, text, &e));
        assert_string_equal(e.text, "line 2 of us.hol is no holiday");
        assert_int_equal(e.at.from, 55);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_those_of_the_wall_clock),
        cmocka_unit_test(holds_at_the_ends_of_time),
        cmocka_unit_test(holidays_make_weekends_longer),
        cmocka_unit_test(refuses_lines_that_are_no_holiday),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
