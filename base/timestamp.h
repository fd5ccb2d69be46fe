/* timestamp.h - points in time as ns since 1970-01-01 UTC, no leap seconds;
 * years 1678 to 2262. Calendar arithmetic is proleptic Gregorian. */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMESTAMP_SECOND INT64_C(1000000000)
#define TIMESTAMP_MINUTE (60 * TIMESTAMP_SECOND)
#define TIMESTAMP_HOUR   (60 * TIMESTAMP_MINUTE)
#define TIMESTAMP_DAY    (24 * TIMESTAMP_HOUR)
#define TIMESTAMP_WEEK   (7 * TIMESTAMP_DAY)

enum { TIMESTAMP_TEXT_MAX = 48 };

struct civil {
    int32_t year, month, day; /* month and day from 1 */
    int32_t hour, minute, second;
    int32_t ns;
};

/* Days since 1970-01-01 of a date; any int32 year. */
int64_t timestamp_days(int32_t year, int32_t month, int32_t day);
bool timestamp_valid(const struct civil *c); /* is there such a day and time */

/* False when the result does not fit. Fields are taken as UTC. */
bool timestamp_from_civil(const struct civil *c, int64_t *out);
struct civil timestamp_civil(int64_t t);

/* 0 Monday .. 6 Sunday, of the UTC day that holds t. */
int timestamp_weekday(int64_t t);

/* "2026-09-01T00:00:26.947306Z", or with an offset "…+02:00": t shown in a
 * zone `offset` seconds east of UTC. Six digits, nine where t is no whole
 * microsecond. Returns the length. */
size_t timestamp_format(char out[TIMESTAMP_TEXT_MAX], int64_t t,
                        int32_t offset);
size_t timestamp_format_date(char out[TIMESTAMP_TEXT_MAX], int64_t t,
                             int32_t offset);
/* Unix seconds with the same digits, "1788220826.947306". */
size_t timestamp_format_epoch(char out[TIMESTAMP_TEXT_MAX], int64_t t);
/* A duration for people: "1h02m", "3.250s", "2d04h", "150ms". */
size_t timestamp_format_length(char out[TIMESTAMP_TEXT_MAX], int64_t ns);
/* A duration in seconds with fraction: "3720.000000". */
size_t timestamp_format_seconds(char out[TIMESTAMP_TEXT_MAX], int64_t ns);

#endif
