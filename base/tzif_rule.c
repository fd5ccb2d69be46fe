/* tzif_rule.c - POSIX TZ strings, with the longer hours of RFC 8536 3.3.1:
 * "CET-1CEST,M3.5.0,M10.5.0/3". */
#include <string.h>

#include "base/timestamp.h"
#include "base/tzif.h"

enum { DAY_S = 86400, HOURS_MAX = 167, YEAR_FIRST = 1676, YEAR_LAST = 2263 };

/* A day of the year and the local time at which the clock is changed. */
struct when {
    char
        kind; /* 'M' month.week.day, 'J' 1..365 without leap days, 'N' 0..365 */
    int32_t month, week, day;
    int32_t time; /* s */
};

struct rule {
    int32_t standard, summer; /* s east */
    bool changes;
    struct when begin, end; /* of summer time */
};

struct text {
    const char *at, *end;
};

static bool next_is(struct text *t, char c)
{
    if (t->at == t->end || *t->at != c)
        return false;
    t->at++;
    return true;
}

static bool number(struct text *t, int32_t least, int32_t most, int32_t *out)
{
    const char *start = t->at;
    int32_t n = 0;

    while (t->at < t->end && t->at - start < 4 && *t->at >= '0' &&
           *t->at <= '9')
        n = n * 10 + (*t->at++ - '0');
    *out = n;
    return t->at > start && n >= least && n <= most;
}

/* Three or more letters, or anything of letters, digits, signs in < >. */
static bool skip_name(struct text *t)
{
    const char *start = t->at;
    bool quoted = next_is(t, '<');

    while (t->at < t->end && *t->at != '>') {
        char c = (char)(*t->at | 0x20);
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && !quoted)
            break;
        t->at++;
    }
    if (quoted)
        return next_is(t, '>');
    return t->at - start >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(struct text *t, int32_t *out)
{
    bool minus = next_is(t, '-');
    int32_t hours, minutes = 0, seconds = 0;

    if (!minus)
        (void)next_is(t, '+');
    if (!number(t, 0, HOURS_MAX, &hours))
        return false;
    if (next_is(t, ':')) {
        if (!number(t, 0, 59, &minutes))
            return false;
        if (next_is(t, ':') && !number(t, 0, 59, &seconds))
            return false;
    }
    *out = (hours * 60 + minutes) * 60 + seconds;
    *out = minus ? -*out : *out;
    return true;
}

/* POSIX counts west of UTC. */
static bool offset(struct text *t, int32_t *east)
{
    if (!clock_time(t, east))
        return false;
    *east = -*east;
    return *east > -TZIF_OFFSET_MAX && *east < TZIF_OFFSET_MAX;
}

static bool date(struct text *t, struct when *w)
{
    if (next_is(t, 'M')) {
        w->kind = 'M';
        return number(t, 1, 12, &w->month) && next_is(t, '.') &&
               number(t, 1, 5, &w->week) && next_is(t, '.') &&
               number(t, 0, 6, &w->day);
    }
    w->kind = next_is(t, 'J') ? 'J' : 'N';
    return number(t, w->kind == 'J', 365, &w->day);
}

static bool when(struct text *t, struct when *w)
{
    w->time = 2 * 3600;
    return next_is(t, ',') && date(t, w) &&
           (!next_is(t, '/') || clock_time(t, &w->time));
}

static bool parse(const char *text, size_t len, struct rule *r)
{
    struct text t = {text, text + len};

    if (!skip_name(&t) || !offset(&t, &r->standard))
        return false;
    r->changes = t.at < t.end;
    if (!r->changes)
        return true;
    r->summer = r->standard + 3600;
    if (!skip_name(&t))
        return false;
    if (t.at < t.end && *t.at != ',' && !offset(&t, &r->summer))
        return false;
    return when(&t, &r->begin) && when(&t, &r->end) && t.at == t.end;
}

static bool is_leap(int32_t year)
{
    return timestamp_days(year + 1, 1, 1) - timestamp_days(year, 1, 1) == 366;
}

/* The week-th such day of the month, 5: the last. */
static int64_t day_of_month(int32_t year, const struct when *w)
{
    int64_t first = timestamp_days(year, w->month, 1);
    int64_t past = w->month == 12 ? timestamp_days(year + 1, 1, 1)
                                  : timestamp_days(year, w->month + 1, 1);
    int64_t of_week = ((first + 4) % 7 + 7) % 7; /* 0 Sunday */
    int64_t day =
        first + (w->day - of_week + 7) % 7 + (int64_t)(w->week - 1) * 7;

    return day < past ? day : day - 7;
}

/* Local seconds at which the clock is changed in that year. */
static int64_t change_in(int32_t year, const struct when *w)
{
    int64_t start = timestamp_days(year, 1, 1), day = start + w->day;

    if (w->kind == 'M')
        day = day_of_month(year, w);
    else if (w->kind == 'J')
        day = start + w->day - 1 + (w->day >= 60 && is_leap(year));
    return day * DAY_S + w->time;
}

/* Where summer time ends as it begins again, it goes on. */
static bool add_year(struct tzif_changes *c, const struct rule *r, int32_t year,
                     int64_t after)
{
    int64_t begin = change_in(year, &r->begin) - r->standard;
    int64_t end = change_in(year, &r->end) - r->summer;
    int64_t first = begin <= end ? begin : end;
    int64_t second = begin <= end ? end : begin;

    return (first <= after ||
            tzif_add(c, first, first == begin ? r->summer : r->standard)) &&
           (second <= after ||
            tzif_add(c, second, second == end ? r->standard : r->summer));
}

bool tzif_add_rule(struct tzif_changes *c, const char *text, size_t len,
                   int64_t after)
{
    struct rule r = {0};
    int64_t first_time = timestamp_days(YEAR_FIRST, 1, 1) * DAY_S;

    if (!parse(text, len, &r))
        return false;
    /* The last change of the file agrees with the rule, RFC 8536 3.3. */
    if (after == INT64_MIN)
        c->first = r.standard;
    if (!r.changes)
        return true;
    for (int32_t y = YEAR_FIRST; y <= YEAR_LAST; y++) {
        if (timestamp_days(y + 2, 1, 1) * DAY_S < after && after > first_time)
            continue;
        if (!add_year(c, &r, y, after))
            return false;
    }
    return true;
}
