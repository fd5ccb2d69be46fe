/* tz.h - time zones: UTC, a fixed offset, or an IANA zone with its changes of
 * offset, and the local calendar that follows from them. Times are ns UTC.
 *
 * Local time is not always a copy of the clock: an hour may occur twice or not
 * at all, a day may last 23 or 25 hours, and at some places midnight itself is
 * left out. The rules here keep every kind of bucket in order and without
 * holes:
 * - a minute, an hour, and a bin of up to an hour never run over a change of
 *   offset: an hour that occurs twice is two buckets;
 * - a day begins when its date has come to stay, mostly at midnight; weeks,
 *   months and longer bins begin with a day. They are longer or shorter where
 *   the clock was changed;
 * - a local time that occurs twice means the first, one that does not exist
 *   the moment at which it was jumped over.
 *
 * No function here keeps state, so that a zone may be used by any thread. */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/arena.h"
#include "base/err.h"

struct tz {
    int32_t offset; /* seconds east of UTC, before the first change */
    char name[64];  /* as the user gave it, "UTC" by default */
    uint32_t changes;
    const struct tz_change *change; /* ascending; each alters the offset */
};

struct tz_change {
    int64_t at; /* ns */
    int32_t offset;
};

enum tz_unit { TZ_MINUTE, TZ_HOUR, TZ_DAY, TZ_WEEK, TZ_MONTH };

/* [from, to); INT64_MAX as an end includes the last instant. */
struct tz_bucket {
    int64_t from, to;
};

/* "UTC", "Z", "+02:00", "-04:00", or a name of the system's time zone
 * database ("Europe/Berlin"), read from $TZDIR or /usr/share/zoneinfo. What is
 * read of it lives in `a`. */
bool tz_parse(struct tz *z, struct arena *a, const char *text, size_t len,
              struct err *e) MUST_CHECK;

/* Seconds east of UTC at t. */
int32_t tz_offset(const struct tz *z, int64_t t);

/* The time around t in which the offset stays as it is at t. */
struct tz_bucket tz_steady(const struct tz *z, int64_t t);

/* The local minute, hour, day, week (from Monday) or month that holds t. */
struct tz_bucket tz_unit_at(const struct tz *z, int64_t t, enum tz_unit unit);
/* Its start. */
int64_t tz_floor(const struct tz *z, int64_t t, enum tz_unit unit);

/* The point in time at which clocks show `local`, ns since 1970-01-01 00:00
 * local; midnight is the start of its day. Saturates. */
int64_t tz_from_local(const struct tz *z, int64_t local);
/* The start of the day, counted from 1970-01-01. */
int64_t tz_day_start(const struct tz *z, int64_t day);
/* The local day that holds t, so that tz_day_start(day) <= t. */
int64_t tz_day_of(const struct tz *z, int64_t t);

/* t moved by n calendar units, at the same local time of day; a day past the
 * end of a month becomes its last. Minutes and hours are lengths of time.
 * Saturates at the ends of time. */
int64_t tz_add(const struct tz *z, int64_t t, enum tz_unit unit, int64_t n);

/* The bucket of `width` ns that holds t, counted from local midnight of t's
 * day (buckets of a day or more: from 1970-01-05, a Monday). Buckets of more
 * than an hour keep to the clock on the wall. */
struct tz_bucket tz_bin_at(const struct tz *z, int64_t t, int64_t width);
int64_t tz_bin(const struct tz *z, int64_t t, int64_t width);

#endif
