/* range.c - from the words of a time range to its two ends. */
#include "query/range.h"

#include <string.h>

/* A point and the width that its precision stands for in `on`. */
struct point {
    int64_t at;
    enum ast_precision precision;
    enum tz_unit unit; /* of `on`, where it is a calendar's */
    bool now;
};

static const struct word {
    const char *name;
    enum tz_unit unit;
    int back; /* units before the one that holds now */
} words[] = {
    {"today",     TZ_DAY,   0},
    {"yesterday", TZ_DAY,   1},
    {"thisweek",  TZ_WEEK,  0},
    {"lastweek",  TZ_WEEK,  1},
    {"thismonth", TZ_MONTH, 0},
    {"lastmonth", TZ_MONTH, 1},
};

static bool point_word(struct scope *s, const struct ast *n, struct point *out,
                       struct err *e)
{
    const char *word = n->time.word;

    if (strcmp(word, "now") == 0) {
        *out = (struct point){.at = s->now, .now = true};
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct word *w = &words[i];
        if (strcmp(w->name, word) != 0)
            continue;
        int64_t start = tz_floor(s->tz, s->now, w->unit);
        *out = (struct point){.at = tz_add(s->tz, start, w->unit, -w->back),
                              .unit = w->unit};
        return true;
    }
    return err_query(e, n->at, "`%s` is no point in time", word);
}

static bool point_civil(struct scope *s, const struct ast *n, struct point *out,
                        struct err *e)
{
    const struct ast_time *t = &n->time;
    int64_t utc; /* the civil time as if it were UTC */

    if (!timestamp_from_civil(&t->civil, &utc)) {
        err_query(e, n->at, "there is no such date or time");
        err_hint(e, "write year-month-day, as in 2026-08-15T10:00");
        return false;
    }
    if (!t->has_offset)
        out->at = tz_from_local(s->tz, utc);
    else if (__builtin_sub_overflow(utc, t->offset * TIMESTAMP_SECOND,
                                    &out->at))
        return err_query(e, n->at, "this time is out of reach");
    out->precision = t->precision;
    out->unit = TZ_DAY;
    out->now = false;
    return true;
}

/* d and w are steps of the calendar, the others lengths of time. */
static bool point_step(struct scope *s, const struct ast *n, struct point *p,
                       struct err *e)
{
    static const struct {
        char unit;
        int64_t ns;
    } units[] = {
        {'n', 1               },
        {'u', 1000            },
        {'i', 1000000         },
        {'s', TIMESTAMP_SECOND},
        {'m', TIMESTAMP_MINUTE},
        {'h', TIMESTAMP_HOUR  },
    };
    int64_t step = n->time.step, ns;

    if (step == 0)
        return true;
    if (n->time.step_unit == 'd' || n->time.step_unit == 'w') {
        enum tz_unit unit = n->time.step_unit == 'd' ? TZ_DAY : TZ_WEEK;
        p->at = tz_add(s->tz, p->at, unit, step);
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].unit != n->time.step_unit)
            continue;
        if (__builtin_mul_overflow(step, units[i].ns, &ns) ||
            __builtin_add_overflow(p->at, ns, &p->at))
            return err_query(e, n->at, "this time is out of reach");
        return true;
    }
    return err_query(e, n->at, "this step has no unit");
}

/* A parameter's value stands where the parameter does. */
static const struct ast *param_value(struct scope *s, const char *name,
                                     struct span at, struct err *e)
{
    const struct ast *value = scope_find_param(s, name);

    if (value)
        return value;
    err_query(e, at, "`$%s` was not given", name);
    err_hint(e, "give it with --set %s=VALUE", name);
    return NULL;
}

static bool point_base(struct scope *s, const struct ast *n, struct point *out,
                       struct err *e)
{
    if (n->kind != AST_TIME)
        return err_query(e, n->at, "a point in time is needed here");
    if (n->time.word)
        return point_word(s, n, out, e);
    if (!n->time.param)
        return point_civil(s, n, out, e);
    const struct ast *value = param_value(s, n->time.param, n->at, e);
    if (!value)
        return false;
    if (value->kind != AST_TIME || value->time.param) {
        err_query(e, n->at, "`$%s` is no point in time", n->time.param);
        err_hint(e, "give a date or a time, as in 2026-08-15");
        return false;
    }
    struct ast copy = *value;
    copy.at = n->at;
    return point_base(s, &copy, out, e) && point_step(s, &copy, out, e);
}

static bool point_of(struct scope *s, const struct ast *n, struct point *out,
                     struct err *e)
{
    *out = (struct point){.at = 0};
    if (n->kind == AST_PARAM) {
        struct ast time = {.kind = AST_TIME, .at = n->at};
        time.time.param = n->text;
        return point_base(s, &time, out, e);
    }
    return point_base(s, n, out, e) && point_step(s, n, out, e);
}

bool range_point(struct scope *s, const struct ast *n, int64_t *out,
                 struct err *e)
{
    struct point p;

    if (!point_of(s, n, &p, e))
        return false;
    *out = p.at;
    return true;
}

static int64_t add_or_end(int64_t t, int64_t ns)
{
    int64_t sum;

    return __builtin_add_overflow(t, ns, &sum) ? INT64_MAX : sum;
}

/* The local hour or minute that is written, as far as there is one. */
static bool on_clock(struct scope *s, const struct ast *n, struct point p,
                     struct time_range *out, struct err *e)
{
    enum tz_unit unit = p.precision == TIME_HOUR ? TZ_HOUR : TZ_MINUTE;
    struct tz_bucket b = tz_unit_at(s->tz, p.at, unit);
    int64_t local = b.from + tz_offset(s->tz, b.from) * TIMESTAMP_SECOND;
    struct civil is = timestamp_civil(local);
    const struct civil *want = &n->time.civil;

    if (is.day == want->day && is.hour == want->hour &&
        (unit == TZ_HOUR || is.minute == want->minute)) {
        *out = (struct time_range){b.from, b.to};
        return true;
    }
    err_query(e, n->at, "there is no such local time: clocks went forward");
    err_hint(e, "the zone is %s; write an hour that is there, or an offset",
             s->tz->name);
    return false;
}

static bool range_on(struct scope *s, const struct ast *n,
                     struct time_range *out, struct err *e)
{
    static const int64_t width[] = {[TIME_HOUR] = TIMESTAMP_HOUR,
                                    [TIME_MINUTE] = TIMESTAMP_MINUTE,
                                    [TIME_SECOND] = TIMESTAMP_SECOND};
    struct point p;

    if (!point_of(s, n, &p, e))
        return false;
    if (p.now) {
        err_query(e, n->at, "`on now` is an instant, which holds no packets");
        err_hint(e, "write a length, as in last 1h, or on today");
        return false;
    }
    bool clock = p.precision == TIME_HOUR || p.precision == TIME_MINUTE;
    if (clock && n->kind == AST_TIME && !n->time.param && !n->time.has_offset &&
        n->time.step == 0)
        return on_clock(s, n, p, out, e);
    out->from = p.at;
    out->to = p.precision == TIME_DAY ? tz_add(s->tz, p.at, p.unit, 1)
                                      : add_or_end(p.at, width[p.precision]);
    return true;
}

static bool range_last(struct scope *s, const struct ast *n,
                       struct time_range *out, struct err *e)
{
    const struct ast *length = n;

    if (n->kind == AST_PARAM && !(length = param_value(s, n->text, n->at, e)))
        return false;
    if (length->kind != AST_LENGTH) {
        err_query(e, n->at, "a length of time is needed here");
        err_hint(e, "write a number and a unit, as in last 7d (ns us ms s m h "
                    "d w)");
        return false;
    }
    if (length->number <= 0)
        return err_query(e, n->at, "this length of time is nothing");
    out->to = add_or_end(s->now, 1);
    if (__builtin_sub_overflow(out->to, length->number, &out->from))
        out->from = INT64_MIN;
    return true;
}

static bool range_ends(struct scope *s, const struct ast_range *r,
                       struct time_range *out, struct err *e)
{
    if (r->a && !range_point(s, r->a, &out->from, e))
        return false;
    if (r->b && !range_point(s, r->b, &out->to, e))
        return false;
    if (out->from < out->to)
        return true;
    err_query(e, r->at, "this range is empty: it ends before it begins");
    err_hint(e, "`from` is in, `to` is out");
    return false;
}

bool range_resolve(struct scope *s, const struct ast_range *r,
                   struct time_range *out, struct err *e)
{
    *out = (struct time_range){INT64_MIN, INT64_MAX};
    switch (r->kind) {
    case RANGE_NONE:
    case RANGE_ALL: return true;
    case RANGE_LAST: return range_last(s, r->a, out, e);
    case RANGE_ON: return range_on(s, r->a, out, e);
    case RANGE_FROM:
    case RANGE_TO:
    case RANGE_FROM_TO: break;
    }
    return range_ends(s, r, out, e);
}
