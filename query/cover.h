/* cover.h - which stretches of time the store can vouch for: asked of each row
 * whose answer rests on a packet that was not seen. One a stage at work; one
 * thread. */
#ifndef QUERY_COVER_H
#define QUERY_COVER_H

#include "query/run.h"

/* A sensor was off: (to of one stretch, from of the next), both exclusive. */
struct cover_gap {
    int64_t from, to;
    uint32_t sensor; /* text id */
    uint64_t rows;   /* whose window it touches first of all gaps */
};

/* Of one sensor, from its first to its last coverage. */
struct cover_life {
    uint32_t sensor; /* text id */
    int64_t first, last;
    uint32_t gap, gaps; /* those of cover.gap, by time */
};

/* Why rows are not covered; counted for the footer. */
enum cover_why { COVER_EARLY, COVER_LATE, COVER_PRUNED, COVER_TIMELESS };
enum { COVER_WHYS = COVER_TIMELESS + 1 };

struct cover {
    const struct tz *tz;
    const struct strtab *text;
    struct store_reader *reader;
    uint32_t lives, gaps;
    struct cover_life *life;
    struct cover_gap *gap; /* by sensor, then time */
    uint32_t *by_time;     /* numbers of gaps, by their start */
    int64_t *reach;        /* the latest end of by_time[0..i] */
    int64_t first, last;   /* of all lives; first > last: no coverage at all */
    bool pruned;           /* was any month removed? */
    uint64_t why[COVER_WHYS];
    int64_t edge[2]; /* EARLY, LATE: where coverage begins, ends */
};

/* What is asked: was every sensor recording from `from` to `to`, both in, as
 * far as each was in use then? */
struct cover_window {
    int64_t from, to;
    bool open_from, open_to; /* no end was asked for: `from`, `to` is the end
                                of time, and what there is will do */
    bool has_sensor;         /* of the row */
    bool own;                /* only the row's sensor counts */
    uint32_t sensor;
};

/* From the snapshot's captures; memory is r->arena. */
void cover_open(struct cover *c, struct run *r);
bool cover_has(struct cover *c, const struct cover_window *w);
/* Counts a row that has no time, and so no window. */
void cover_timeless(struct cover *c);
/* Says why rows were not covered: "sensor edge2 has no data 2026-08-03 02:10 to
 * 05:44", and how many more reasons there are. */
void cover_reasons(const struct cover *c, char *out, size_t size);

#endif
