/* site.h - site.trawl: home networks, zone, calendars, sets, labels, hunt
 * overrides, read once into a form that queries ask. Immutable once read. */
#ifndef QUERY_SITE_H
#define QUERY_SITE_H

#include "base/arena.h"
#include "base/tz.h"
#include "grammar/ast.h"
#include "query/calendar.h"
#include "store/rangeset.h"

/* Home networks from a point in time until the next one. */
struct site_home {
    int64_t from;         /* INT64_MIN for the first, undated one */
    struct rangeset nets; /* addresses */
};

struct site {
    struct site_home *home; /* ascending by from */
    uint32_t homes;         /* 0: none declared */
    struct tz tz;           /* UTC where none is given, or none that is known */
    const char *zone;       /* as written; NULL: none */
    struct err zone_error;  /* why it cannot be used */
    const struct calendar *calendars; /* the last one first */
    const struct ast_item *items;     /* all statements: lets, calendars, ... */
    const char *text;                 /* the file, for carets; "" when absent */
    const char *path;
    const char *dir; /* of files named in it */
};

/* Reads `dir`/site.trawl; a missing file is an empty site. Errors are
 * ERR_QUERY with places in s->text. Memory is `a`'s. */
bool site_read(struct site *s, struct arena *a, const char *dir,
               struct err *e) MUST_CHECK;

/* The zone that days are counted in; an error in s->text where it is given
 * and cannot be used. */
bool site_zone(const struct site *s, struct tz *out, struct err *e) MUST_CHECK;

/* The text of a new site file: home (a list of networks, may be NULL), zone
 * (may be NULL), the calendar `weekend`, and comments that show the rest.
 * Checks both; on error nothing is written to *out. */
bool site_template(struct arena *a, const char *home, const char *zone,
                   char **out, struct err *e) MUST_CHECK;

#endif
