/* coverage.c - when a sensor was captured: the times of its captures, widened
 * to the hour or day that a file's name speaks of, and joined where the space
 * between two is no longer than the traffic's own silences. */
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "store/reader.h"

enum { GAPS = 20, YEAR_MIN = 1990, YEAR_MAX = 2261 };

/* One capture, or several joined. */
struct stretch {
    const char *sensor;
    int64_t from, to;
    uint64_t length; /* of the captures' own times, ns */
    uint64_t kept;
    bool partial;
};

/* ---- times by capture, odd ones left out ---- */

struct tally {
    const struct store_reader *r;
    struct month_count *count; /* one a capture of the reader */
};

static int by_id(const void *key, const void *capture)
{
    uint64_t x = *(const uint64_t *)key;
    uint64_t y = ((const struct store_capture *)capture)->id;

    return x < y ? -1 : x > y;
}

static bool add_row(void *ctx, const struct month_row *row, struct err *e)
{
    struct tally *t = ctx;
    const struct month_count *c =
        row->sequence <= t->r->sequence ? &row->now : &row->before;
    const struct store_capture *capture =
        bsearch(&row->capture, t->r->capture, t->r->captures,
                sizeof *t->r->capture, by_id);

    (void)e;
    if (!capture || c->kept == 0)
        return true;
    struct month_count *sum = &t->count[capture - t->r->capture];
    if (sum->kept == 0 || c->first_time < sum->first_time)
        sum->first_time = c->first_time;
    if (sum->kept == 0 || c->last_time > sum->last_time)
        sum->last_time = c->last_time;
    sum->kept += c->kept;
    return true;
}

/* ---- names ---- */

/* `n` digits at s as a number; -1: there are not so many. */
static int digits(const char *s, uint32_t n)
{
    int v = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "20260901" or "2026-09-01" at s: its length, or 0. */
static size_t parse_date(const char *s, struct civil *c)
{
    char mark = '\0';

    if (digits(s, 4) >= 0)
        mark = s[4];
    bool marked = mark == '-' || mark == '_' || mark == '.';
    size_t step = marked ? 1 : 0;

    *c = (struct civil){.year = digits(s, 4)};
    if (c->year < YEAR_MIN || c->year > YEAR_MAX)
        return 0;
    c->month = digits(s + 4 + step, 2);
    if (c->month < 1 || (marked && s[7] != mark))
        return 0;
    c->day = digits(s + 6 + 2 * step, 2);
    return c->day >= 1 && timestamp_valid(c) ? 8 + 2 * step : 0;
}

/* What follows a date: an hour alone ("-13", "T13", "13"), nothing, or what
 * does not speak of a whole hour: false. */
static bool parse_hour(const char *s, struct civil *c, int64_t *length)
{
    const char *at = s;

    *length = TIMESTAMP_DAY;
    if (*at && strchr("-_T.", *at))
        at++;
    if (!is_digit(*at))
        return true;
    c->hour = digits(at, 2);
    *length = TIMESTAMP_HOUR;
    return c->hour >= 0 && c->hour < 24 && !is_digit(at[2]) &&
           !(strchr("-_:.", at[2]) && at[2] && is_digit(at[3]));
}

/* The hour or the day that a file's name speaks of. */
static bool name_times(const char *name, int64_t *from, int64_t *to)
{
    const char *slash = strrchr(name, '/');
    struct civil c;
    int64_t length;

    name = slash ? slash + 1 : name;
    for (const char *s = name; *s; s++) {
        if (s > name && is_digit(s[-1]))
            continue;
        size_t n = parse_date(s, &c);
        if (n == 0)
            continue;
        if (!parse_hour(s + n, &c, &length) || !timestamp_from_civil(&c, from))
            return false;
        *to = *from + length - 1;
        return true;
    }
    return false;
}

/* A name that its packets contradict, of another zone perhaps, says nothing. */
static void widen(const struct store_capture *c, struct stretch *s)
{
    int64_t from, to;

    if (c->state == CAPTURE_CUT || !name_times(c->name, &from, &to) ||
        s->from < from || s->to > to)
        return;
    s->from = from;
    s->to = to;
}

/* ---- joining ---- */

static int by_time(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    int order = strcmp(x->sensor, y->sensor);

    if (order)
        return order;
    return x->from < y->from ? -1 : x->from > y->from;
}

static bool joins(const struct stretch *x, const struct stretch *y)
{
    uint64_t packets = x->kept + y->kept;
    uint64_t mean = (x->length + y->length) / (packets ? packets : 1);
    uint64_t most = 60 * (uint64_t)TIMESTAMP_SECOND;

    if (strcmp(x->sensor, y->sensor) != 0)
        return false;
    if (y->from <= x->to)
        return true;
    if (mean > most / GAPS)
        most = mean > UINT64_MAX / GAPS ? UINT64_MAX : mean * GAPS;
    return (uint64_t)y->from - (uint64_t)x->to <= most;
}

static uint32_t join(struct stretch *s, uint32_t n)
{
    uint32_t out = 0;

    if (n == 0)
        return 0;
    qsort(s, n, sizeof *s, by_time);
    for (uint32_t i = 1; i < n; i++) {
        if (!joins(&s[out], &s[i])) {
            s[++out] = s[i];
            continue;
        }
        s[out].to = s[i].to > s[out].to ? s[i].to : s[out].to;
        s[out].length += s[i].length;
        s[out].kept += s[i].kept;
        s[out].partial |= s[i].partial;
    }
    return out + 1;
}

/* The ledger of a month in front of what is wrong with it. */
static bool damaged(uint32_t month, struct err *e)
{
    char name[ENVS_NAME];

    envs_name(name, month);
    if (strncmp(e->text, name, strlen(name)) != 0)
        err_context(e, "%s", name);
    err_hint(e, "`trawl check` lists what is damaged");
    return false;
}

static bool tally_all(struct tally *t, struct err *e)
{
    for (uint32_t i = 0; i < t->r->months; i++) {
        if (t->r->month[i].month == ENVS_ODD)
            continue;
        struct kv_txn *txn = reader_txn(t->r, i, e);
        if (!txn || !month_rows_each(txn, add_row, t, e))
            return damaged(t->r->month[i].month, e);
    }
    return true;
}

bool store_reader_covers(const struct store_reader *r, struct err *e)
{
    struct arena a = {0};
    struct tally t = {r, arena_array(&a, struct month_count, r->captures)};
    bool good = tally_all(&t, e);

    arena_free(&a);
    return good;
}

struct store_cover *store_reader_coverage(const struct store_reader *r,
                                          struct arena *a, uint32_t *n)
{
    struct tally t = {r, arena_array(a, struct month_count, r->captures)};
    struct stretch *s = arena_array(a, struct stretch, r->captures);
    struct err e = {0};
    uint32_t found = 0;

    if (!tally_all(&t, &e))
        memset(t.count, 0, r->captures * sizeof *t.count);
    for (uint32_t i = 0; i < r->captures; i++) {
        const struct month_count *c = &t.count[i];
        if (c->kept == 0)
            continue;
        s[found] =
            (struct stretch){r->capture[i].sensor,
                             c->first_time,
                             c->last_time,
                             (uint64_t)c->last_time - (uint64_t)c->first_time,
                             c->kept,
                             r->capture[i].partial};
        widen(&r->capture[i], &s[found++]);
    }
    *n = join(s, found);
    struct store_cover *out = arena_array(a, struct store_cover, *n);
    for (uint32_t i = 0; i < *n; i++) {
        snprintf(out[i].sensor, sizeof out[i].sensor, "%s", s[i].sensor);
        out[i].from = s[i].from;
        out[i].to = s[i].to;
        out[i].partial = s[i].partial;
    }
    return out;
}

bool store_reader_pruned(const struct store_reader *r, int64_t from, int64_t to)
{
    uint32_t first = envs_month(from), last = envs_month(to);

    for (uint32_t i = 0; i < r->pruned.months; i++) {
        uint32_t month = r->pruned.month[i].month;
        if (month >= first && month <= last)
            return true;
    }
    return false;
}
