/* timestamp.c - the calendar, and times as text. */
#include "base/timestamp.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY_S = 86400 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
    return a % b < 0 ? a % b + b : a % b;
}

/* Years are counted from March, so that the leap day is the last of its year,
 * in eras of 400 years, which all have the same number of days. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAYS_TO_1970 = 719468 };

int64_t timestamp_days(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, ERA_YEARS), of_era = floor_mod(y, ERA_YEARS);
    int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           DAYS_TO_1970;
}

static void date_from_days(int64_t days, struct civil *c)
{
    int64_t z = days + DAYS_TO_1970;
    int64_t era = floor_div(z, ERA_DAYS), d = floor_mod(z, ERA_DAYS);
    int64_t year = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    int64_t of_year = d - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */

    c->day = (int32_t)(of_year - (153 * month + 2) / 5 + 1);
    c->month = (int32_t)(month < 10 ? month + 3 : month - 9);
    c->year = (int32_t)(era * ERA_YEARS + year + (c->month <= 2));
}

bool timestamp_valid(const struct civil *c)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};

    if (c->month < 1 || c->month > 12 || c->day < 1)
        return false;
    bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);
    if (c->day > days[c->month - 1] + (c->month == 2 && leap))
        return false;
    return c->hour >= 0 && c->hour < 24 && c->minute >= 0 && c->minute < 60 &&
           c->second >= 0 && c->second < 60 && c->ns >= 0 &&
           c->ns < TIMESTAMP_SECOND;
}

bool timestamp_from_civil(const struct civil *c, int64_t *out)
{
    if (!timestamp_valid(c))
        return false;
    int64_t s = timestamp_days(c->year, c->month, c->day) * DAY_S +
                (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
    __int128_t t = (__int128_t)s * TIMESTAMP_SECOND + c->ns;
    if (t < INT64_MIN || t > INT64_MAX)
        return false;
    *out = (int64_t)t;
    return true;
}

static struct civil civil_at(int64_t t, int32_t offset)
{
    int64_t s = floor_div(t, TIMESTAMP_SECOND) + offset;
    int32_t of_day = (int32_t)floor_mod(s, DAY_S);
    struct civil c = {.hour = of_day / 3600,
                      .minute = of_day / 60 % 60,
                      .second = of_day % 60,
                      .ns = (int32_t)floor_mod(t, TIMESTAMP_SECOND)};

    date_from_days(floor_div(s, DAY_S), &c);
    return c;
}

struct civil timestamp_civil(int64_t t)
{
    return civil_at(t, 0);
}

int timestamp_weekday(int64_t t)
{
    return (int)floor_mod(floor_div(t, TIMESTAMP_DAY) + 3, 7);
}

static char *put_digits(char *at, int64_t v, int digits)
{
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        at[i] = (char)('0' + v % 10);
    return at + digits;
}

static char *put_char(char *at, char c)
{
    *at = c;
    return at + 1;
}

static char *put_date(char *at, const struct civil *c)
{
    at = put_char(put_digits(at, c->year, 4), '-');
    at = put_char(put_digits(at, c->month, 2), '-');
    return put_digits(at, c->day, 2);
}

static char *put_fraction(char *at, int64_t ns)
{
    at = put_char(at, '.');
    return ns % 1000 ? put_digits(at, ns, 9) : put_digits(at, ns / 1000, 6);
}

static char *put_offset(char *at, int32_t offset)
{
    int32_t s = offset < 0 ? -offset : offset;

    if (offset == 0)
        return put_char(at, 'Z');
    at = put_char(at, offset < 0 ? '-' : '+');
    at = put_char(put_digits(at, s / 3600, 2), ':');
    at = put_digits(at, s / 60 % 60, 2);
    return s % 60 ? put_digits(put_char(at, ':'), s % 60, 2) : at;
}

static size_t finish(const char *out, char *end)
{
    *end = '\0';
    return (size_t)(end - out);
}

size_t timestamp_format(char out[TIMESTAMP_TEXT_MAX], int64_t t, int32_t offset)
{
    struct civil c = civil_at(t, offset);
    char *at = put_char(put_date(out, &c), 'T');

    at = put_char(put_digits(at, c.hour, 2), ':');
    at = put_char(put_digits(at, c.minute, 2), ':');
    at = put_digits(at, c.second, 2);
    return finish(out, put_offset(put_fraction(at, c.ns), offset));
}

size_t timestamp_format_date(char out[TIMESTAMP_TEXT_MAX], int64_t t,
                             int32_t offset)
{
    struct civil c = civil_at(t, offset);

    return finish(out, put_date(out, &c));
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

size_t timestamp_format_seconds(char out[TIMESTAMP_TEXT_MAX], int64_t ns)
{
    uint64_t n = magnitude(ns);
    int len = snprintf(out, TIMESTAMP_TEXT_MAX, "%s%" PRIu64, ns < 0 ? "-" : "",
                       n / (uint64_t)TIMESTAMP_SECOND);

    return finish(out, put_fraction(out + len,
                                    (int64_t)(n % (uint64_t)TIMESTAMP_SECOND)));
}

size_t timestamp_format_epoch(char out[TIMESTAMP_TEXT_MAX], int64_t t)
{
    return timestamp_format_seconds(out, t);
}

/* The largest unit that fits, and what is left in the next smaller one. */
static const struct scale {
    uint64_t ns, rest_ns;
    const char *dot, *rest_unit; /* between the two, behind the second */
    int rest_digits;
} scales[] = {
    {TIMESTAMP_DAY,    TIMESTAMP_HOUR,   "d", "h",  2},
    {TIMESTAMP_HOUR,   TIMESTAMP_MINUTE, "h", "m",  2},
    {TIMESTAMP_MINUTE, TIMESTAMP_SECOND, "m", "s",  2},
    {TIMESTAMP_SECOND, 1000000,          ".", "s",  3},
    {1000000,          1000,             ".", "ms", 3},
    {1000,             1,                ".", "us", 3},
};

enum { SCALES = sizeof scales / sizeof *scales };

size_t timestamp_format_length(char out[TIMESTAMP_TEXT_MAX], int64_t ns)
{
    const char *sign = ns < 0 ? "-" : "";
    uint64_t n = magnitude(ns);
    size_t i = 0;

    while (i < SCALES && n < scales[i].ns)
        i++;
    if (i == SCALES)
        return (size_t)snprintf(out, TIMESTAMP_TEXT_MAX, "%s%" PRIu64 "%s",
                                sign, n, n ? "ns" : "s");
    const struct scale *s = &scales[i];
    uint64_t whole = n / s->ns, rest = n % s->ns / s->rest_ns;
    if (*s->dot == '.' && n % s->ns == 0)
        return (size_t)snprintf(out, TIMESTAMP_TEXT_MAX, "%s%" PRIu64 "%s",
                                sign, whole, s->rest_unit);
    return (size_t)snprintf(out, TIMESTAMP_TEXT_MAX,
                            "%s%" PRIu64 "%s%0*" PRIu64 "%s", sign, whole,
                            s->dot, s->rest_digits, rest, s->rest_unit);
}
