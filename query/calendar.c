/* calendar.c - which span of a calendar holds a point in time. */
#include "query/calendar.h"

#include <string.h>

#include "base/timestamp.h"

const struct calendar *calendar_find(const struct calendar *list,
                                     const char *name)
{
    while (list && strcmp(list->name, name) != 0)
        list = list->next;
    return list;
}

enum { DAY_MINUTES = 1440 };

static int32_t weekday(int64_t day)
{
    return (int32_t)(((day + 3) % 7 + 7) % 7);
}

static bool is_holiday(const struct calendar *c, int64_t day)
{
    uint32_t lo = 0, hi = c->holidays;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->holiday[mid] < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->holidays && c->holiday[lo] == day;
}

/* Days at the ends of time are cut there. */
static int64_t minute_of(const struct tz *z, int64_t day, int32_t minute)
{
    int64_t local;

    if (minute % DAY_MINUTES == 0)
        return tz_day_start(z, day + minute / DAY_MINUTES);
    if (__builtin_mul_overflow(day, TIMESTAMP_DAY, &local) ||
        __builtin_add_overflow(local, minute * TIMESTAMP_MINUTE, &local))
        return day < 0 ? INT64_MIN : INT64_MAX;
    return tz_from_local(z, local);
}

/* Span i of those that begin on the day; the last is the holiday's. False:
 * there is none. */
static bool span_of(const struct calendar *c, const struct tz *z, int64_t day,
                    uint32_t i, struct tz_bucket *out)
{
    if (i == c->parts) {
        *out =
            (struct tz_bucket){tz_day_start(z, day), tz_day_start(z, day + 1)};
        return out->from < out->to && is_holiday(c, day);
    }
    const struct calendar_part *p = &c->part[i];
    if (!(p->days >> weekday(day) & 1))
        return false;
    bool over = p->minute_to <= p->minute_from;
    *out = (struct tz_bucket){minute_of(z, day, p->minute_from),
                              minute_of(z, day + over, p->minute_to)};
    return out->from < out->to;
}

/* Spans reach at most into the day after the one on which they begin; one more
 * day on either side for days that a zone leaves out. */
enum { DAYS_BEFORE = 3, DAYS_AFTER = 1 };

/* Widens [from, to) by the spans that touch it. */
static bool widen(const struct calendar *c, const struct tz *z, int64_t day,
                  struct calendar_stretch *s)
{
    bool wider = false;

    for (int64_t d = day - DAYS_BEFORE; d <= day + DAYS_AFTER; d++) {
        for (uint32_t i = 0; i <= c->parts; i++) {
            struct tz_bucket b;
            if (!span_of(c, z, d, i, &b) || b.from > s->to || b.to < s->from)
                continue;
            wider = wider || b.from < s->from || b.to > s->to;
            s->from = b.from < s->from ? b.from : s->from;
            s->to = b.to > s->to ? b.to : s->to;
        }
    }
    return wider;
}

/* A span that holds t, or the time without one around t within its day. */
static struct calendar_stretch around(const struct calendar *c,
                                      const struct tz *z, int64_t t)
{
    int64_t day = tz_day_of(z, t);
    struct calendar_stretch out = {false, tz_day_start(z, day),
                                   tz_day_start(z, day + 1)};

    for (int64_t d = day - DAYS_BEFORE; d <= day + DAYS_AFTER; d++) {
        for (uint32_t i = 0; i <= c->parts; i++) {
            struct tz_bucket b;
            if (!span_of(c, z, d, i, &b))
                continue;
            if (b.from <= t && t < b.to)
                return (struct calendar_stretch){true, b.from, b.to};
            if (b.to <= t && b.to > out.from)
                out.from = b.to;
            if (b.from > t && b.from < out.to)
                out.to = b.from;
        }
    }
    return out;
}

struct calendar_stretch calendar_at(const struct calendar *c,
                                    const struct tz *z, int64_t t)
{
    if (c->endless)
        return (struct calendar_stretch){true, INT64_MIN, INT64_MAX};
    struct calendar_stretch out = around(c, z, t);
    if (!out.in)
        return out;
    while (widen(c, z, tz_day_of(z, out.from), &out))
        continue;
    while (widen(c, z, tz_day_of(z, out.to), &out))
        continue;
    return out;
}
