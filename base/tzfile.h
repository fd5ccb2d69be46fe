/* tzfile.h - zones of the system's time zone database, by name. Used by tz.c.
 */
#ifndef BASE_TZFILE_H
#define BASE_TZFILE_H

#include "base/tz.h"

/* Fills in all but the name. Reads below $TZDIR, or /usr/share/zoneinfo; names
 * that could lead elsewhere are no names. ERR_USAGE, with a hint. */
bool tzfile_read(struct tz *z, struct arena *a, const char *name, size_t len,
                 struct err *e) MUST_CHECK;

#endif
