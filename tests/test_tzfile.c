/* test_tzfile.c - zones by name against the C library's, in a child process
 * each: offsets over centuries, and local days and hours by brute force. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "base/tz.h"
#include "tests/random.h"

enum { INSTANTS = 4000, BUCKETS = 5, WINDOW_DAYS = 3 };

static const char *const zones[] = {
    "Europe/Berlin",     "America/New_York",    "America/Los_Angeles",
    "America/Sao_Paulo", "America/Havana",      "America/Goose_Bay",
    "America/Asuncion",  "America/Nuuk",        "Asia/Kolkata",
    "Asia/Kathmandu",    "Asia/Gaza",           "Asia/Tehran",
    "Asia/Beirut",       "Australia/Lord_Howe", "Australia/Sydney",
    "Pacific/Apia",      "Pacific/Chatham",     "Pacific/Kwajalein",
    "Africa/Casablanca", "Africa/Cairo",        "Africa/Monrovia",
    "Antarctica/Troll",  "Europe/Dublin",       "Europe/Lisbon",
    "Etc/GMT+5",         "America/St_Johns",    "Europe/Volgograd",
    "Pacific/Norfolk",   "America/Scoresbysund"};
enum { ZONES = sizeof zones / sizeof *zones };

static struct tz zone(struct arena *a, const char *name)
{
    struct tz z;
    struct err e = {0};

    if (!tz_parse(&z, a, name, strlen(name), &e))
        fail_msg("%s: %s", name, e.text);
    return z;
}

/* ---- the C library's answers ---- */

/* Runs `answer` in a child whose TZ is that zone. */
static void ask(const char *name, void (*answer)(int fd, const void *in),
                const void *in, void *out, size_t len)
{
    int fd[2], status;
    size_t got = 0;
    ssize_t n = 1;

    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fd[0]);
        setenv("TZ", name, 1);
        tzset();
        answer(fd[1], in);
        _exit(0);
    }
    close(fd[1]);
    while (got < len && (n = read(fd[0], (char *)out + got, len - got)) > 0)
        got += (size_t)n;
    close(fd[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(got, len);
}

static void put(int fd, const void *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            _exit(1);
        bytes = (const char *)bytes + n;
        len -= (size_t)n;
    }
}

static struct tm local(int64_t s)
{
    time_t t = (time_t)s;
    struct tm tm;

    localtime_r(&t, &tm);
    return tm;
}

struct instants {
    int64_t s[INSTANTS];
};

static void answer_offsets(int fd, const void *in)
{
    const struct instants *of = in;
    int64_t out[INSTANTS];

    for (int i = 0; i < INSTANTS; i++)
        out[i] = local(of->s[i]).tm_gmtoff;
    put(fd, out, sizeof out);
}

/* Half of them within a day of a change. */
static void draw(struct instants *of, const struct tz *z, uint64_t *seed)
{
    const int64_t ends = INT64_MAX / TIMESTAMP_SECOND;

    for (int i = 0; i < INSTANTS; i++) {
        int64_t t = (int64_t)random_below(seed, 2 * (uint64_t)ends) - ends;
        if (i % 2 && z->changes) {
            uint64_t k = random_below(seed, z->changes);
            t = z->change[k].at / TIMESTAMP_SECOND +
                (int64_t)random_below(seed, 2001) - 1000;
        } else if (i % 4 == 0) {
            t = (int64_t)random_below(seed, 4102444800); /* until 2100 */
        }
        of->s[i] = t;
    }
}

static void offsets_are_those_of_the_c_library(void **state)
{
    uint64_t seed = 20260901;
    static struct instants of;
    static int64_t want[INSTANTS];

    (void)state;
    for (int k = 0; k < ZONES; k++) {
        struct arena a = {0};
        struct tz z = zone(&a, zones[k]);
        draw(&of, &z, &seed);
        ask(zones[k], answer_offsets, &of, want, sizeof want);
        for (int i = 0; i < INSTANTS; i++) {
            int64_t t = of.s[i] * TIMESTAMP_SECOND;
            if (tz_offset(&z, t) != want[i])
                fail_msg("%s at %lld: %d, not %lld", zones[k],
                         (long long)of.s[i], tz_offset(&z, t),
                         (long long)want[i]);
            struct tz_bucket s = tz_steady(&z, t);
            assert_true(s.from <= t && (t < s.to || s.to == INT64_MAX));
        }
        arena_free(&a);
    }
}

/* ---- days and hours ---- */

struct bucket_answer {
    int64_t day, next_day, hour, next_hour; /* s */
};

static int64_t date_number(const struct tm *tm)
{
    return timestamp_days(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
}

/* The first minute from which on no earlier date is seen. */
static int64_t begins(int64_t s, int64_t date)
{
    int64_t t = s + WINDOW_DAYS * 86400;

    for (; t > s - WINDOW_DAYS * 86400; t -= 60) {
        struct tm tm = local(t - 60);
        if (date_number(&tm) < date)
            break;
    }
    return t;
}

static bool same_hour(int64_t a, int64_t b)
{
    struct tm x = local(a), y = local(b);

    return x.tm_hour == y.tm_hour && x.tm_mday == y.tm_mday &&
           x.tm_gmtoff == y.tm_gmtoff;
}

static struct bucket_answer bucket_answer(int64_t s)
{
    struct tm tm = local(s);
    int64_t date = date_number(&tm);
    struct bucket_answer out = {.hour = s, .next_hour = s + 60};

    out.day = begins(s, date);
    if (out.day > s)
        out.day = begins(s, --date);
    out.next_day = begins(s, date + 1);
    while (same_hour(out.hour - 60, s))
        out.hour -= 60;
    while (same_hour(out.next_hour, s))
        out.next_hour += 60;
    return out;
}

static void answer_buckets(int fd, const void *in)
{
    const int64_t *s = in;

    for (int i = 0; i < BUCKETS; i++) {
        struct bucket_answer b = bucket_answer(s[i]);
        put(fd, &b, sizeof b);
    }
}

/* Whole minutes since 1975, most of them near a change. */
static int64_t draw_minute(const struct tz *z, uint64_t *seed)
{
    const int64_t first = 157766400, past = 4102444800;
    int64_t t;

    do {
        t = first + (int64_t)random_below(seed, (uint64_t)(past - first));
        if (z->changes && random_below(seed, 4))
            t = z->change[random_below(seed, z->changes)].at /
                    TIMESTAMP_SECOND +
                (int64_t)random_below(seed, 200001) - 100000;
    } while (t < first || t > past);
    return t - t % 60;
}

static void check_buckets(const struct tz *z, int64_t s,
                          const struct bucket_answer *want)
{
    int64_t t = s * TIMESTAMP_SECOND + 1;
    struct tz_bucket day = tz_unit_at(z, t, TZ_DAY);
    struct tz_bucket hour = tz_unit_at(z, t, TZ_HOUR);

    if (day.from != want->day * TIMESTAMP_SECOND ||
        day.to != want->next_day * TIMESTAMP_SECOND)
        fail_msg("day of %lld in %s: %lld to %lld, not %lld to %lld",
                 (long long)s, z->name,
                 (long long)(day.from / TIMESTAMP_SECOND),
                 (long long)(day.to / TIMESTAMP_SECOND), (long long)want->day,
                 (long long)want->next_day);
    if (hour.from != want->hour * TIMESTAMP_SECOND ||
        hour.to != want->next_hour * TIMESTAMP_SECOND)
        fail_msg("hour of %lld in %s: %lld to %lld, not %lld to %lld",
                 (long long)s, z->name,
                 (long long)(hour.from / TIMESTAMP_SECOND),
                 (long long)(hour.to / TIMESTAMP_SECOND), (long long)want->hour,
                 (long long)want->next_hour);
}

static void days_and_hours_are_those_of_a_walk_minute_by_minute(void **state)
{
    uint64_t seed = 20111230;

    (void)state;
    for (int k = 0; k < ZONES; k++) {
        struct bucket_answer want[BUCKETS];
        int64_t s[BUCKETS];
        struct arena a = {0};
        struct tz z = zone(&a, zones[k]);
        for (int i = 0; i < BUCKETS; i++)
            s[i] = draw_minute(&z, &seed);
        ask(zones[k], answer_buckets, s, want, sizeof want);
        for (int i = 0; i < BUCKETS; i++)
            check_buckets(&z, s[i], &want[i]);
        arena_free(&a);
    }
}

/* Buckets of every kind follow each other without holes. */
static void buckets_have_no_holes(void **state)
{
    static const int64_t widths[] = {420,   600,    1800,   3600,   5400,
                                     7200,  10800,  21600,  25000,  43200,
                                     86400, 129600, 172800, 604800, 1000000};
    uint64_t seed = 4;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct arena a = {0};
        struct tz z = zone(&a, zones[i / 100 % ZONES]);
        int64_t t = draw_minute(&z, &seed) * TIMESTAMP_SECOND +
                    (int64_t)random_below(&seed, 60) * TIMESTAMP_SECOND;
        uint64_t kind = random_below(&seed, 5 + 15);
        int64_t width = kind < 5 ? 0 : widths[kind - 5] * TIMESTAMP_SECOND;
        struct tz_bucket b = kind < 5 ? tz_unit_at(&z, t, (enum tz_unit)kind)
                                      : tz_bin_at(&z, t, width);
        struct tz_bucket after = kind < 5
                                     ? tz_unit_at(&z, b.to, (enum tz_unit)kind)
                                     : tz_bin_at(&z, b.to, width);
        struct tz_bucket last =
            kind < 5 ? tz_unit_at(&z, b.to - 1, (enum tz_unit)kind)
                     : tz_bin_at(&z, b.to - 1, width);
        if (t < b.from || t >= b.to || after.from != b.to ||
            last.from != b.from || last.to != b.to)
            fail_msg("%s %lld, kind %d: %lld to %lld, then %lld", z.name,
                     (long long)(t / TIMESTAMP_SECOND), (int)kind,
                     (long long)(b.from / TIMESTAMP_SECOND),
                     (long long)(b.to / TIMESTAMP_SECOND),
                     (long long)(after.from / TIMESTAMP_SECOND));
        arena_free(&a);
    }
}

/* ---- names ---- */

static void refuses_names_that_lead_elsewhere(void **state)
{
    static const char *const names[] = {"../etc/passwd",
                                        "/etc/localtime",
                                        "Europe/../UTC",
                                        "Europe//Berlin",
                                        "Europe/",
                                        "Europe/Berlin\n",
                                        ".hidden",
                                        "Europe/.x",
                                        "-Europe",
                                        "Europe\\Berlin",
                                        "5",
                                        "a b",
                                        "zone.tab",
                                        "Europe/Berlin/../x"};
    struct arena a = {0};
    struct tz z;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err e = {0};
        if (tz_parse(&z, &a, names[i], strlen(names[i]), &e))
            fail_msg("%s is a zone", names[i]);
        assert_non_null(strstr(e.text, "is no time zone"));
    }
    arena_free(&a);
}

static void says_which_zone_may_be_meant(void **state)
{
    struct arena a = {0};
    struct tz z;
    struct err e = {0};

    (void)state;
    assert_false(tz_parse(&z, &a, "Europe/Berln", 12, &e));
    assert_string_equal(e.text, "there is no time zone `Europe/Berln`");
    assert_string_equal(e.hint, "did you mean `Europe/Berlin`?");
    e = (struct err){0};
    assert_false(tz_parse(&z, &a, "Europe", 6, &e));
    assert_string_equal(e.text, "there is no time zone `Europe`");
    arena_free(&a);
}

static void the_folder_of_the_database_may_be_named(void **state)
{
    struct arena a = {0};
    struct tz z;
    struct err e = {0};
    char folder[] = "/tmp/trawl-tz-XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/Mine", folder);
    assert_int_equal(symlink("/usr/share/zoneinfo/Europe/Berlin", path), 0);
    setenv("TZDIR", folder, 1);
    assert_true(tz_parse(&z, &a, "Mine", 4, &e));
    assert_true(z.changes > 100);
    assert_false(tz_parse(&z, &a, "Europe/Berlin", 13, &e));
    unlink(path);
    rmdir(folder);
    e = (struct err){0};
    assert_false(tz_parse(&z, &a, "Europe/Berlin", 13, &e));
    assert_non_null(strstr(e.text, "cannot be looked up: there is no /tmp"));
    assert_non_null(strstr(e.hint, "install tzdata"));
    unsetenv("TZDIR");
    arena_free(&a);
}

static void files_that_count_leap_seconds_are_refused(void **state)
{
    struct arena a = {0};
    struct tz z;
    struct err e = {0};

    (void)state;
    if (access("/usr/share/zoneinfo/right/Europe/Berlin", R_OK) != 0)
        skip();
    assert_false(tz_parse(&z, &a, "right/Europe/Berlin", 19, &e));
    assert_non_null(strstr(e.text, "leap seconds"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_the_c_library),
        cmocka_unit_test(days_and_hours_are_those_of_a_walk_minute_by_minute),
        cmocka_unit_test(buckets_have_no_holes),
        cmocka_unit_test(refuses_names_that_lead_elsewhere),
        cmocka_unit_test(says_which_zone_may_be_meant),
        cmocka_unit_test(the_folder_of_the_database_may_be_named),
        cmocka_unit_test(files_that_count_leap_seconds_are_refused),
    };

    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        puts("skipped: there is no time zone database");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
