/* tz.c - a fixed offset, and the local calendar that follows from it. */
#include "base/tz.h"

#include <string.h>

#include "base/timestamp.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 3339 5.6 time-numoffset: "+02:00". */
static bool parse_offset(const char *s, size_t len, int32_t *out)
{
    if (len != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
        return false;
    if (!is_digit(s[1]) || !is_digit(s[2]) || !is_digit(s[4]) ||
        !is_digit(s[5]))
        return false;
    int32_t hours = (s[1] - '0') * 10 + (s[2] - '0');
    int32_t minutes = (s[4] - '0') * 10 + (s[5] - '0');
    if (hours > 23 || minutes > 59)
        return false;
    *out = (hours * 60 + minutes) * (s[0] == '-' ? -60 : 60);
    return true;
}

static bool is_zone_name(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = (char)(s[i] | 0x20);
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || (!is_digit(s[i]) && !strchr("/_+-", s[i]))))
            return false;
    }
    return len > 0;
}

static bool refuse(const char *text, size_t len, struct err *e)
{
    int shown = len < 64 ? (int)len : 64;

    if (is_zone_name(text, len))
        err_set(e, ERR_USAGE,
                "time zone `%.*s` is not built in this version: only UTC and "
                "fixed offsets are",
                shown, text);
    else
        err_set(e, ERR_USAGE, "`%.*s` is no time zone", shown, text);
    err_hint(e, "write UTC, or an offset as in +02:00");
    return false;
}

bool tz_parse(struct tz *z, const char *text, size_t len, struct err *e)
{
    bool utc =
        (len == 3 && memcmp(text, "UTC", 3) == 0) || (len == 1 && *text == 'Z');
    int32_t offset = 0;

    if (!utc && !parse_offset(text, len, &offset))
        return refuse(text, len, e);
    *z = (struct tz){.offset = offset};
    memcpy(z->name, text, len);
    return true;
}

int32_t tz_offset(const struct tz *z, int64_t t)
{
    (void)t;
    return z->offset;
}

static const int64_t day_ns = TIMESTAMP_DAY;

static int64_t saturate(__int128_t t)
{
    return t < INT64_MIN ? INT64_MIN : t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

static __int128_t floor_div(__int128_t a, __int128_t b)
{
    return a / b - (a % b < 0);
}

/* Local time as a point in time, which may lie outside of int64_t. */
static __int128_t to_local(const struct tz *z, int64_t t)
{
    return t + (__int128_t)tz_offset(z, t) * TIMESTAMP_SECOND;
}

static int64_t from_local(const struct tz *z, __int128_t local)
{
    return saturate(local - (__int128_t)z->offset * TIMESTAMP_SECOND);
}

/* The local date, with the years that a wide offset reaches clipped off. */
static struct civil local_civil(__int128_t local)
{
    return timestamp_civil(saturate(local));
}

static __int128_t days_to_local(int32_t year, int32_t month, int32_t day)
{
    return (__int128_t)timestamp_days(year, month, day) * day_ns;
}

static const int64_t unit_ns[] = {
    [TZ_MINUTE] = TIMESTAMP_MINUTE,
    [TZ_HOUR] = TIMESTAMP_HOUR,
    [TZ_DAY] = TIMESTAMP_DAY,
    [TZ_WEEK] = TIMESTAMP_WEEK,
    [TZ_MONTH] = 0, /* not all alike */
};

/* 1970-01-05, the first Monday of the count. */
static const int64_t first_monday = 4 * TIMESTAMP_DAY;

static __int128_t floor_to(__int128_t local, int64_t width)
{
    int64_t from = width % TIMESTAMP_WEEK == 0 ? first_monday : 0;

    return floor_div(local - from, width) * width + from;
}

int64_t tz_floor(const struct tz *z, int64_t t, enum tz_unit unit)
{
    __int128_t local = to_local(z, t);

    if (unit == TZ_MONTH) {
        struct civil c = local_civil(local);
        return from_local(z, days_to_local(c.year, c.month, 1));
    }
    return from_local(z, floor_to(local, unit_ns[unit]));
}

static int32_t month_length(int32_t year, int32_t month)
{
    return (int32_t)(timestamp_days(month < 12 ? year : year + 1,
                                    month < 12 ? month + 1 : 1, 1) -
                     timestamp_days(year, month, 1));
}

static __int128_t add_months(__int128_t local, int64_t n)
{
    enum { FAR = 12 * 10000 }; /* past both ends of time */
    struct civil c = local_civil(local);
    int64_t moved = n < -FAR ? -FAR : n > FAR ? FAR : n;
    int64_t index = (int64_t)c.year * 12 + c.month - 1 + moved;
    int32_t year = (int32_t)(index / 12 - (index % 12 < 0));
    int32_t month = (int32_t)(index - (int64_t)year * 12) + 1;
    int32_t last = month_length(year, month);
    __int128_t of_day = local - floor_div(local, day_ns) * day_ns;

    return days_to_local(year, month, c.day < last ? c.day : last) + of_day;
}

int64_t tz_add(const struct tz *z, int64_t t, enum tz_unit unit, int64_t n)
{
    __int128_t local = to_local(z, t);

    if (unit == TZ_MONTH)
        return from_local(z, add_months(local, n));
    return from_local(z, local + (__int128_t)n * unit_ns[unit]);
}

int64_t tz_bin(const struct tz *z, int64_t t, int64_t width)
{
    __int128_t local = to_local(z, t);

    if (width <= 0)
        return t;
    __int128_t from =
        width >= TIMESTAMP_DAY ? first_monday : floor_to(local, TIMESTAMP_DAY);
    return from_local(z, from + floor_div(local - from, width) * width);
}
