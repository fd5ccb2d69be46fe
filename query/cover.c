/* cover.c - gaps of each sensor, and of all of them by time. */
#include "query/cover.h"

#include <stdlib.h>
#include <string.h>

#include "store/store.h"

/* ---- what there is ---- */

static struct cover_life *add_life(struct cover *c, struct run *r,
                                   const struct store_cover *s)
{
    struct cover_life *l = &c->life[c->lives++];

    *l = (struct cover_life){
        .sensor = strtab_intern(r->text, s->sensor, strlen(s->sensor)),
        .first = s->from,
        .gap = c->gaps};
    return l;
}

/* Stretches come by sensor and time; those of a sensor do not touch. */
static void add_stretches(struct cover *c, struct run *r,
                          const struct store_cover *s, uint32_t n)
{
    struct cover_life *l = NULL;

    for (uint32_t i = 0; i < n; i++) {
        bool new = i == 0 || strcmp(s[i].sensor, s[i - 1].sensor) != 0;
        if (new)
            l = add_life(c, r, &s[i]);
        else if (s[i].from > s[i - 1].to && s[i].from - s[i - 1].to > 1)
            c->gap[c->gaps++] = (struct cover_gap){s[i - 1].to + 1,
                                                   s[i].from - 1, l->sensor, 0};
        l->last = s[i].to;
        l->gaps = c->gaps - l->gap;
        c->first = s[i].from < c->first ? s[i].from : c->first;
        c->last = s[i].to > c->last ? s[i].to : c->last;
    }
}

static int by_start(const void *x, const void *y, void *gaps)
{
    const struct cover_gap *gap = gaps;
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

    if (gap[a].from != gap[b].from)
        return gap[a].from < gap[b].from ? -1 : 1;
    return (a > b) - (a < b);
}

void cover_open(struct cover *c, struct run *r)
{
    uint32_t n;
    struct err why = {.code = ERR_NONE};
    const struct store_cover *s =
        store_reader_coverage(r->reader, r->arena, &n);

    if (!store_reader_covers(r->reader, &why))
        run_foot(r, "nobody knows what was recorded: %s", why.text);

    *c = (struct cover){
        .tz = r->tz,
        .text = r->text,
        .reader = r->reader,
        .pruned = store_reader_pruned(r->reader, INT64_MIN, INT64_MAX),
        .first = INT64_MAX,
        .last = INT64_MIN};
    c->life = arena_array(r->arena, struct cover_life, n);
    c->gap = arena_array(r->arena, struct cover_gap, n);
    c->by_time = arena_array(r->arena, uint32_t, n);
    c->reach = arena_array(r->arena, int64_t, n);
    add_stretches(c, r, s, n);
    for (uint32_t i = 0; i < c->gaps; i++)
        c->by_time[i] = i;
    qsort_r(c->by_time, c->gaps, sizeof *c->by_time, by_start, c->gap);
    for (uint32_t i = 0; i < c->gaps; i++) {
        int64_t to = c->gap[c->by_time[i]].to;
        c->reach[i] = i > 0 && c->reach[i - 1] > to ? c->reach[i - 1] : to;
    }
}

/* ---- asking ---- */

static struct cover_life *life_of(struct cover *c, uint32_t sensor)
{
    for (uint32_t i = 0; i < c->lives; i++) {
        if (c->life[i].sensor == sensor)
            return &c->life[i];
    }
    return NULL;
}

static bool fail(struct cover *c, enum cover_why why)
{
    c->why[why]++;
    return false;
}

/* The gaps of one sensor, ascending and disjoint. */
static bool own_gaps(struct cover *c, const struct cover_life *l,
                     const struct cover_window *w)
{
    uint32_t lo = 0, hi = l->gaps;
    struct cover_gap *gap = c->gap + l->gap;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (gap[mid].to < w->from)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == l->gaps || gap[lo].from > w->to)
        return true;
    gap[lo].rows++;
    return false;
}

/* The last gap that begins in time is in reach, or one before it is. */
static bool all_gaps(struct cover *c, const struct cover_window *w)
{
    uint32_t lo = 0, hi = c->gaps;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->gap[c->by_time[mid]].from <= w->to)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0 || c->reach[lo - 1] < w->from)
        return true;
    while (c->gap[c->by_time[lo - 1]].to < w->from)
        lo--;
    c->gap[c->by_time[lo - 1]].rows++;
    return false;
}

/* A bound that nobody asked for ends where coverage does; then what was removed
 * counts too. */
static bool ends(struct cover *c, const struct cover_window *w, int64_t first,
                 int64_t last)
{
    if (c->pruned && (w->open_from || w->open_to) &&
        store_reader_pruned(c->reader, w->from, w->to))
        return fail(c, COVER_PRUNED);
    if (first > last || (!w->open_from && w->from < first)) {
        c->edge[COVER_EARLY] = first;
        return fail(c, COVER_EARLY);
    }
    if (!w->open_to && w->to > last) {
        c->edge[COVER_LATE] = last;
        return fail(c, COVER_LATE);
    }
    return true;
}

bool cover_has(struct cover *c, const struct cover_window *w)
{
    struct cover_life *l = w->has_sensor ? life_of(c, w->sensor) : NULL;

    if (w->has_sensor && !l) {
        c->edge[COVER_EARLY] = c->first;
        return fail(c, COVER_EARLY);
    }
    if (!ends(c, w, l ? l->first : c->first, l ? l->last : c->last))
        return false;
    return w->own && l ? own_gaps(c, l, w) : all_gaps(c, w);
}

void cover_timeless(struct cover *c)
{
    c->why[COVER_TIMELESS]++;
}

/* ---- saying why ---- */

/* "2026-08-03 02:10", with seconds where there are any. */
static void put_time(const struct cover *c, char out[TIMESTAMP_TEXT_MAX],
                     int64_t t)
{
    int64_t local = t + tz_offset(c->tz, t) * TIMESTAMP_SECOND;
    struct civil x = timestamp_civil(local);
    int n = snprintf(out, TIMESTAMP_TEXT_MAX, "%04d-%02d-%02d %02d:%02d",
                     x.year, x.month, x.day, x.hour, x.minute);

    if (x.second || x.ns)
        snprintf(out + n, TIMESTAMP_TEXT_MAX - (size_t)n, ":%02d", x.second);
}

static void put_gap(const struct cover *c, const struct cover_gap *g, char *out,
                    size_t size)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];
    enum { DATE = 11 };

    put_time(c, from, g->from);
    put_time(c, to, g->to + 1);
    bool same_day = strncmp(from, to, DATE) == 0;
    snprintf(out, size, "sensor %.64s has no data %s to %s",
             strtab_text(c->text, g->sensor, NULL), from,
             same_day ? to + DATE : to);
}

static void put_why(const struct cover *c, enum cover_why why, char *out,
                    size_t size)
{
    char t[TIMESTAMP_TEXT_MAX];

    if (why == COVER_TIMELESS) {
        snprintf(out, size, "rows without a time");
    } else if (why == COVER_PRUNED) {
        snprintf(out, size, "months were removed from the store");
    } else if (c->lives == 0) {
        snprintf(out, size, "nothing is known of when sensors were on");
    } else {
        put_time(c, t, c->edge[why]);
        snprintf(out, size, "there is no data %s %s",
                 why == COVER_EARLY ? "before" : "after", t);
    }
}

static const struct cover_gap *widest_hit(const struct cover *c,
                                          uint32_t *others)
{
    const struct cover_gap *most = NULL;

    for (uint32_t i = 0; i < c->gaps; i++) {
        *others += c->gap[i].rows > 0;
        if (c->gap[i].rows > (most ? most->rows : 0))
            most = &c->gap[i];
    }
    *others -= most != NULL;
    return most;
}

void cover_reasons(const struct cover *c, char *out, size_t size)
{
    uint32_t others = 0;
    const struct cover_gap *gap = widest_hit(c, &others);
    char part[200];
    size_t len = 0;

    out[0] = '\0';
    if (gap) {
        put_gap(c, gap, part, sizeof part);
        len += (size_t)snprintf(out, size, "%s", part);
    }
    if (others > 0 && len < size)
        len += (size_t)snprintf(out + len, size - len, " and %u more gap%s",
                                others, others > 1 ? "s" : "");
    for (int why = 0; why < COVER_WHYS && len < size; why++) {
        if (c->why[why] == 0)
            continue;
        put_why(c, (enum cover_why)why, part, sizeof part);
        len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "",
                                part);
    }
}
