/* tzif.h - compiled time zones (RFC 8536, TZif versions 1 to 4) as a list of
 * changes of the offset. Used by tz.c and tzfile.c. */
#ifndef BASE_TZIF_H
#define BASE_TZIF_H

#include "base/tz.h"

/* Offsets lie within this many seconds of UTC, RFC 8536 3.2. */
enum { TZIF_OFFSET_MAX = 26 * 3600 };

/* Fills in offset and changes from the bytes of a file; after the last change
 * in it the rule of its footer goes on to the end of time. The bytes may be
 * anything. Files that count leap seconds are refused. ERR_USAGE. */
bool tzif_read(struct tz *z, struct arena *a, const uint8_t *bytes, size_t len,
               struct err *e) MUST_CHECK;

/* Changes of the offset being gathered, ascending; times before 1677 are
 * summed up in `first`, and those after 2262 left out. */
struct tzif_changes {
    int32_t first;
    uint32_t n, room;
    struct tz_change *change;
};

/* `offset` from `at` on, Unix seconds. False: no room. */
bool tzif_add(struct tzif_changes *c, int64_t at, int32_t offset) MUST_CHECK;

/* Adds what a POSIX TZ string (RFC 8536 3.3.1) says of the time after `after`,
 * Unix seconds. False: it is no such string, or there is no room. */
bool tzif_add_rule(struct tzif_changes *c, const char *text, size_t len,
                   int64_t after) MUST_CHECK;

#endif
