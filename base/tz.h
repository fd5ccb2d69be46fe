/* tz.h - a time zone: UTC or a fixed offset. What a query asks of a zone goes
 * through here, so that zones with changing offsets alter this file alone. */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/err.h"

struct tz {
    int32_t offset; /* seconds east of UTC */
    char name[64];  /* as the user gave it, "UTC" by default */
};

enum tz_unit { TZ_MINUTE, TZ_HOUR, TZ_DAY, TZ_WEEK, TZ_MONTH };

/* "UTC", "Z", "+02:00", "-04:00". An IANA name is refused as not built. */
bool tz_parse(struct tz *z, const char *text, size_t len,
              struct err *e) MUST_CHECK;

/* Seconds east of UTC at t. */
int32_t tz_offset(const struct tz *z, int64_t t);

/* Start of the local minute, hour, day, week (Monday) or month that holds t. */
int64_t tz_floor(const struct tz *z, int64_t t, enum tz_unit unit);

/* t moved by n calendar units, at the same local time of day; a day past the
 * end of a month becomes its last. Saturates at the ends of time. */
int64_t tz_add(const struct tz *z, int64_t t, enum tz_unit unit, int64_t n);

/* Start of the bucket of `width` ns that holds t, counted from local midnight
 * of t's day (buckets of a day or more: from 1970-01-05, a Monday). */
int64_t tz_bin(const struct tz *z, int64_t t, int64_t width);

#endif
