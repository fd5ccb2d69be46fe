/* tz.c - local time, and the buckets of the local calendar. */
#include "base/tz.h"

#include <string.h>

#include "base/timestamp.h"
#include "base/tzfile.h"
#include "base/tzif.h"

/* Local time, which may lie outside of int64_t. */
typedef __int128_t wide;

static const int64_t day_ns = TIMESTAMP_DAY;
static const wide widest_offset = (wide)TZIF_OFFSET_MAX * TIMESTAMP_SECOND;

/* ---- names ---- */

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

bool tz_parse(struct tz *z, struct arena *a, const char *text, size_t len,
              struct err *e)
{
    bool utc =
        (len == 3 && memcmp(text, "UTC", 3) == 0) || (len == 1 && *text == 'Z');
    struct tz out = {.offset = 0};

    if (len >= sizeof out.name ||
        (!utc && !parse_offset(text, len, &out.offset) &&
         !tzfile_read(&out, a, text, len, e)))
        return len < sizeof out.name
                   ? false
                   : err_set(e, ERR_USAGE, "`%.60s...` is no time zone", text);
    memcpy(out.name, text, len);
    *z = out;
    return true;
}

/* ---- offsets ---- */

/* How many changes lie at or before t. */
static uint32_t changes_until(const struct tz *z, int64_t t)
{
    uint32_t lo = 0, hi = z->changes;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (z->change[mid].at <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int32_t offset_after(const struct tz *z, uint32_t changes)
{
    return changes ? z->change[changes - 1].offset : z->offset;
}

static struct tz_bucket steady(const struct tz *z, uint32_t changes)
{
    return (struct tz_bucket){changes ? z->change[changes - 1].at : INT64_MIN,
                              changes < z->changes ? z->change[changes].at
                                                   : INT64_MAX};
}

int32_t tz_offset(const struct tz *z, int64_t t)
{
    return z->changes ? offset_after(z, changes_until(z, t)) : z->offset;
}

struct tz_bucket tz_steady(const struct tz *z, int64_t t)
{
    return steady(z, changes_until(z, t));
}

static int64_t saturate(wide t)
{
    return t < INT64_MIN ? INT64_MIN : t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

static wide floor_div(wide a, wide b)
{
    return a / b - (a % b < 0);
}

static wide floor_to(wide t, wide width)
{
    return floor_div(t, width) * width;
}

static wide east_ns(int32_t offset)
{
    return (wide)offset * TIMESTAMP_SECOND;
}

static wide to_local(const struct tz *z, int64_t t)
{
    return t + east_ns(tz_offset(z, t));
}

/* The first instant at which clocks show `local` or later. */
static int64_t first_at(const struct tz *z, wide local)
{
    uint32_t i = changes_until(z, saturate(local - widest_offset));

    for (;; i++) {
        struct tz_bucket s = steady(z, i);
        int64_t at = saturate(local - east_ns(offset_after(z, i)));
        if (at <= s.from)
            return s.from;
        if (at < s.to || s.to == INT64_MAX)
            return at;
    }
}

/* The first instant from which on clocks show `local` or later. */
static int64_t settled_at(const struct tz *z, wide local)
{
    uint32_t i = changes_until(z, saturate(local + widest_offset));

    for (;; i--) {
        struct tz_bucket s = steady(z, i);
        int64_t at = saturate(local - east_ns(offset_after(z, i)));
        if (i == 0 || at > s.from)
            return at < s.to ? at : s.to;
    }
}

int64_t tz_from_local(const struct tz *z, int64_t local)
{
    return local % day_ns ? first_at(z, local) : settled_at(z, local);
}

static int64_t day_start(const struct tz *z, wide day)
{
    return settled_at(z, day * day_ns);
}

int64_t tz_day_start(const struct tz *z, int64_t day)
{
    return day_start(z, day);
}

/* A date that comes, goes, and comes again has not begun before it stays. */
int64_t tz_day_of(const struct tz *z, int64_t t)
{
    int64_t day = (int64_t)floor_div(to_local(z, t), day_ns);

    while (z->changes && tz_day_start(z, day) > t)
        day--;
    return day;
}

/* ---- buckets of up to an hour ---- */

/* Counted from `base`, a local time, and cut where the offset changes. */
static struct tz_bucket short_bucket(const struct tz *z, int64_t t, wide base,
                                     int64_t width)
{
    uint32_t changes = changes_until(z, t);
    struct tz_bucket s = steady(z, changes);
    wide east = east_ns(offset_after(z, changes));
    wide from = base + floor_to(t + east - base, width);
    wide to = from + width < base + day_ns ? from + width : base + day_ns;
    int64_t start = saturate(from - east), end = saturate(to - east);

    return (struct tz_bucket){start > s.from ? start : s.from,
                              end < s.to ? end : s.to};
}

static struct tz_bucket short_at(const struct tz *z, int64_t t, int64_t width)
{
    return short_bucket(z, t, floor_to(to_local(z, t), day_ns), width);
}

/* ---- days and longer ---- */

/* 1970-01-05, the first Monday of the count. */
enum { FIRST_MONDAY = 4 };

static struct tz_bucket days_bucket(const struct tz *z, wide first, wide past)
{
    return (struct tz_bucket){day_start(z, first), day_start(z, past)};
}

/* Buckets of so many days. Days that a zone leaves out make empty ones. */
static struct tz_bucket days_at(const struct tz *z, int64_t t, int64_t days)
{
    wide day = tz_day_of(z, t);
    wide first =
        days == 1 ? day : floor_to(day - FIRST_MONDAY, days) + FIRST_MONDAY;

    return days_bucket(z, first, first + days);
}

static struct tz_bucket month_at(const struct tz *z, int64_t t)
{
    wide day = tz_day_of(z, t);
    struct civil c = timestamp_civil(saturate(day * day_ns));
    int32_t more = c.month == 12;

    return days_bucket(
        z, timestamp_days(c.year, c.month, 1),
        timestamp_days(c.year + more, more ? 1 : c.month + 1, 1));
}

struct tz_bucket tz_unit_at(const struct tz *z, int64_t t, enum tz_unit unit)
{
    switch (unit) {
    case TZ_MINUTE: return short_at(z, t, TIMESTAMP_MINUTE);
    case TZ_HOUR: return short_at(z, t, TIMESTAMP_HOUR);
    case TZ_DAY: return days_at(z, t, 1);
    case TZ_WEEK: return days_at(z, t, 7);
    case TZ_MONTH: break;
    }
    return month_at(z, t);
}

int64_t tz_floor(const struct tz *z, int64_t t, enum tz_unit unit)
{
    return tz_unit_at(z, t, unit).from;
}

/* ---- bins ---- */

/* Where the clock on the wall shows `local`, within its day. */
static int64_t bin_edge(const struct tz *z, wide local, struct tz_bucket day)
{
    int64_t at = first_at(z, local);

    return at < day.from ? day.from : at > day.to ? day.to : at;
}

/* More than an hour, less than a day: the last bin that began by t. */
static struct tz_bucket wall_bin(const struct tz *z, int64_t t, int64_t width)
{
    wide day = tz_day_of(z, t), base = day * day_ns;
    struct tz_bucket within = days_bucket(z, day, day + 1), out;
    wide last = (day_ns - 1) / width;
    wide k = floor_div(to_local(z, t) - base, width) + 1;

    for (k = k > last ? last : k; k > 0; k--) {
        if (bin_edge(z, base + k * width, within) <= t)
            break;
    }
    k = k < 0 ? 0 : k;
    while (k < last && bin_edge(z, base + (k + 1) * width, within) <= t)
        k++;
    out.from = k ? bin_edge(z, base + k * width, within) : within.from;
    out.to = k < last ? bin_edge(z, base + (k + 1) * width, within) : within.to;
    return out;
}

/* A day or more, but no whole number of days. */
static struct tz_bucket long_bin(const struct tz *z, int64_t t, int64_t width)
{
    wide base = (wide)FIRST_MONDAY * day_ns;
    wide k = floor_div(to_local(z, t) - base, width) + 1;

    while (first_at(z, base + k * width) > t)
        k--;
    return (struct tz_bucket){first_at(z, base + k * width),
                              first_at(z, base + (k + 1) * width)};
}

struct tz_bucket tz_bin_at(const struct tz *z, int64_t t, int64_t width)
{
    if (width <= 0)
        return (struct tz_bucket){t, t < INT64_MAX ? t + 1 : t};
    if (width % day_ns == 0)
        return days_at(z, t, width / day_ns);
    if (width > day_ns)
        return long_bin(z, t, width);
    return width <= TIMESTAMP_HOUR ? short_at(z, t, width)
                                   : wall_bin(z, t, width);
}

int64_t tz_bin(const struct tz *z, int64_t t, int64_t width)
{
    return tz_bin_at(z, t, width).from;
}

/* ---- steps ---- */

static int32_t month_length(int32_t year, int32_t month)
{
    return (int32_t)(timestamp_days(month < 12 ? year : year + 1,
                                    month < 12 ? month + 1 : 1, 1) -
                     timestamp_days(year, month, 1));
}

static wide add_months(wide local, int64_t n)
{
    enum { FAR = 12 * 10000 }; /* past both ends of time */
    struct civil c = timestamp_civil(saturate(local));
    int64_t moved = n < -FAR ? -FAR : n > FAR ? FAR : n;
    int64_t index = (int64_t)c.year * 12 + c.month - 1 + moved;
    int32_t year = (int32_t)(index / 12 - (index % 12 < 0));
    int32_t month = (int32_t)(index - (int64_t)year * 12) + 1;
    int32_t last = month_length(year, month);
    wide of_day = local - floor_to(local, day_ns);

    return (wide)timestamp_days(year, month, c.day < last ? c.day : last) *
               day_ns +
           of_day;
}

static int64_t from_wide_local(const struct tz *z, wide local)
{
    return local % day_ns ? first_at(z, local) : settled_at(z, local);
}

int64_t tz_add(const struct tz *z, int64_t t, enum tz_unit unit, int64_t n)
{
    wide local = to_local(z, t);

    if (n == 0)
        return t;
    switch (unit) {
    case TZ_MINUTE: return saturate(t + (wide)n * (wide)TIMESTAMP_MINUTE);
    case TZ_HOUR: return saturate(t + (wide)n * (wide)TIMESTAMP_HOUR);
    case TZ_DAY: return from_wide_local(z, local + (wide)n * day_ns);
    case TZ_WEEK: return from_wide_local(z, local + (wide)n * 7 * day_ns);
    case TZ_MONTH: break;
    }
    return from_wide_local(z, add_months(local, n));
}
