/* calendar.h - named stretches of local time of the site file: weekends,
 * nights, holidays. A span belongs to the day on which it begins; spans that
 * touch or overlap are one, so that a holiday beside a weekend makes it longer.
 * Immutable once bound, and without a zone: the query's is given with each
 * question. */
#ifndef QUERY_CALENDAR_H
#define QUERY_CALENDAR_H

#include "base/arena.h"
#include "base/tz.h"
#include "grammar/ast.h"

/* On the days of `days` (bit 0 Monday), from a local time to another, which is
 * on the next day where it is not later. */
struct calendar_part {
    uint8_t days;
    int32_t minute_from, minute_to; /* 0 to 1440 */
};

struct calendar {
    const char *name;
    uint32_t parts, holidays;
    struct calendar_part *part;
    int64_t *holiday;            /* days since 1970-01-01, ascending */
    bool dates;                  /* spans are whole days */
    bool endless;                /* covers all the time */
    const struct calendar *next; /* the one declared before */
};

/* What surrounds a point in time: the whole span where `in`, else a stretch
 * without a span, not always all of it. */
struct calendar_stretch {
    bool in;
    int64_t from, to;
};

struct calendar_stretch calendar_at(const struct calendar *c,
                                    const struct tz *z, int64_t t);

const struct calendar *calendar_find(const struct calendar *list,
                                     const char *name);

/* Binds a `calendar` statement; `list` are those declared before, `dir` the
 * folder of holiday files. NULL: error, with its place. */
const struct calendar *calendar_bind(struct arena *a,
                                     const struct calendar *list,
                                     const struct ast_item *item,
                                     const char *dir, struct err *e) MUST_CHECK;

/* The local days of a file: `YYYY-MM-DD name` a line, `#` begins a comment.
 * Errors stand at `at`. */
bool calendar_holidays(struct arena *a, struct calendar *c, const char *dir,
                       const struct ast_calendar_span *span,
                       struct err *e) MUST_CHECK;

#endif
