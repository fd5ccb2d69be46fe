/* calendar_bind.c - from `calendar NAME = …` to its spans. */
#include <string.h>

#include "base/suggest.h"
#include "query/calendar.h"

enum { DAYS = 7, DAY_MINUTES = 1440, WEEK_MINUTES = DAYS * DAY_MINUTES };

static const char *const day_names[DAYS] = {"mon", "tue", "wed", "thu",
                                            "fri", "sat", "sun"};

static int32_t find_day(const char *name)
{
    int32_t day = 0;

    while (day < DAYS && strcmp(day_names[day], name) != 0)
        day++;
    return day;
}

/* From one day to another, over Sunday where need be. */
static uint8_t days_between(int32_t from, int32_t to)
{
    uint8_t days = 0;

    for (int32_t d = from;; d = (d + 1) % DAYS) {
        days |= (uint8_t)(1u << d);
        if (d == to)
            return days;
    }
}

static void add_part(struct calendar *c, uint8_t days, int32_t from, int32_t to)
{
    c->part[c->parts++] = (struct calendar_part){days, from, to};
}

static bool fail_name(const struct calendar *list,
                      const struct ast_calendar_span *s, struct err *e)
{
    struct suggest near = {.wrong = s->text};

    for (int d = 0; d < DAYS; d++)
        suggest_try(&near, day_names[d]);
    for (const struct calendar *c = list; c; c = c->next)
        suggest_try(&near, c->name);
    err_query(e, s->at, "there is no day and no calendar `%s` above", s->text);
    if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    else
        err_hint(e, "mon..fri, 18:00..08:00 on mon..fri, holidays \"FILE\", or "
                    "a calendar that stands before this one");
    return false;
}

static int64_t *join(struct arena *a, struct calendar *c,
                     const struct calendar *other)
{
    uint32_t n = c->holidays + other->holidays, i = 0, k = 0, at = 0;
    int64_t *out = arena_array(a, int64_t, n + 1);

    while (i < c->holidays || k < other->holidays) {
        bool left = k == other->holidays ||
                    (i < c->holidays && c->holiday[i] <= other->holiday[k]);
        int64_t day = left ? c->holiday[i++] : other->holiday[k++];
        if (at == 0 || out[at - 1] != day)
            out[at++] = day;
    }
    c->holidays = at;
    return out;
}

static bool add_name(struct arena *a, struct calendar *c,
                     const struct calendar *list,
                     const struct ast_calendar_span *s, struct err *e)
{
    int32_t day = find_day(s->text);
    const struct calendar *other = calendar_find(list, s->text);

    if (day < DAYS) {
        add_part(c, days_between(day, day), 0, DAY_MINUTES);
        return true;
    }
    if (!other)
        return fail_name(list, s, e);
    for (uint32_t i = 0; i < other->parts; i++)
        c->part[c->parts++] = other->part[i];
    c->holiday = join(a, c, other);
    return true;
}

static bool add_hours(struct calendar *c, const struct ast_calendar_span *s,
                      struct err *e)
{
    uint8_t days = s->has_days ? days_between(s->day_from, s->day_to) : 0x7f;

    if (s->minute_from == s->minute_to || s->minute_from == DAY_MINUTES) {
        err_query(e, s->at, "these hours are none");
        err_hint(e, "a whole day is 00:00..24:00; 18:00..08:00 ends on the "
                    "next day");
        return false;
    }
    add_part(c, days, s->minute_from, s->minute_to);
    return true;
}

static bool add_holidays(struct arena *a, struct calendar *c, const char *dir,
                         const struct ast_calendar_span *s, struct err *e)
{
    struct calendar file = {.holidays = 0};

    if (!calendar_holidays(a, &file, dir, s, e))
        return false;
    c->holiday = join(a, c, &file);
    return true;
}

static uint32_t count_parts(const struct calendar *list,
                            const struct ast_calendar_span *s)
{
    uint32_t n = 0;

    for (; s; s = s->next) {
        const struct calendar *other =
            s->kind == SPAN_NAME ? calendar_find(list, s->text) : NULL;
        n += other ? other->parts : 1;
    }
    return n;
}

/* Is no minute of an ordinary week left? */
static bool is_endless(const struct calendar *c)
{
    bool in[WEEK_MINUTES] = {false};
    int32_t covered = 0;

    for (uint32_t i = 0; i < c->parts * DAYS; i++) {
        const struct calendar_part *p = &c->part[i / DAYS];
        int32_t day = (int32_t)(i % DAYS);
        int32_t length = p->minute_to - p->minute_from;
        length += length <= 0 ? DAY_MINUTES : 0;
        for (int32_t m = 0; (p->days >> day & 1) && m < length; m++)
            in[(day * DAY_MINUTES + p->minute_from + m) % WEEK_MINUTES] = true;
    }
    for (int32_t m = 0; m < WEEK_MINUTES; m++)
        covered += in[m];
    return covered == WEEK_MINUTES;
}

static bool whole_days(const struct calendar *c)
{
    for (uint32_t i = 0; i < c->parts; i++) {
        if (c->part[i].minute_from != 0 || c->part[i].minute_to != DAY_MINUTES)
            return false;
    }
    return true;
}

static bool check_name(const struct calendar *list, const struct ast_item *item,
                       struct err *e)
{
    if (find_day(item->name) < DAYS)
        return err_query(e, item->name_at,
                         "`%s` is a day: give the calendar another name",
                         item->name);
    if (calendar_find(list, item->name))
        return err_query(e, item->name_at, "there is a calendar `%s` already",
                         item->name);
    return true;
}

static bool add_span(struct arena *a, struct calendar *c, const char *dir,
                     const struct ast_calendar_span *s, struct err *e)
{
    switch (s->kind) {
    case SPAN_NAME: return add_name(a, c, c->next, s, e);
    case SPAN_DAYS:
        add_part(c, days_between(s->day_from, s->day_to), 0, DAY_MINUTES);
        return true;
    case SPAN_HOURS: return add_hours(c, s, e);
    case SPAN_HOLIDAYS: break;
    }
    return add_holidays(a, c, dir, s, e);
}

const struct calendar *calendar_bind(struct arena *a,
                                     const struct calendar *list,
                                     const struct ast_item *item,
                                     const char *dir, struct err *e)
{
    struct calendar *c = arena_new(a, struct calendar);

    c->name = item->name;
    c->next = list;
    c->part =
        arena_array(a, struct calendar_part, count_parts(list, item->spans));
    if (!check_name(list, item, e))
        return NULL;
    for (const struct ast_calendar_span *s = item->spans; s; s = s->next) {
        if (!add_span(a, c, dir, s, e))
            return NULL;
    }
    c->dates = whole_days(c);
    c->endless = is_endless(c);
    return c;
}
