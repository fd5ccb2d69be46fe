/* main.c - gen: months of synthetic packet headers with planted campaigns,
 * and the truth about both. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/timestamp.h"
#include "bench/gen/background.h"
#include "bench/gen/grow.h"
#include "bench/gen/manifest.h"
#include "bench/gen/sink.h"
#include "bench/gen/truth.h"

/* A frame's place in its list, to sort without moving frames. */
struct stamp {
    int64_t time;
    size_t at;
};

struct run {
    const struct options *o;
    struct world world;
    struct frames now, later; /* this hour's frames, and what flows past it */
    struct frames plant;      /* the campaigns' frames, by time */
    size_t planted;           /* of those, written */
    struct stamp *order;
    size_t order_room;
    struct manifest manifest;
    struct sink *sink;
    struct truth *truth;
    uint64_t written;
};

static int by_time(const void *a, const void *b)
{
    const struct stamp *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Fills r->order with the frames before `end`, sorted; returns how many. */
static size_t sort_before(struct run *r, const struct frames *f, int64_t end)
{
    size_t n = 0;

    while (r->order_room < f->n)
        r->order = grow(r->order, &r->order_room, sizeof *r->order);
    for (size_t i = 0; i < f->n; i++) {
        if (f->list[i].time < end)
            r->order[n++] = (struct stamp){f->list[i].time, i};
    }
    if (n > 0)
        qsort(r->order, n, sizeof *r->order, by_time);
    return n;
}

static bool plant_campaigns(struct run *r, struct err *e)
{
    struct frames raw = {0};
    struct campaign c = {.world = &r->world,
                         .plant = &raw,
                         .start = r->o->start,
                         .days = (uint32_t)r->o->days};

    if (!manifest_open(&r->manifest, r->o, &r->world, e))
        return false;
    for (; c.round < r->o->campaigns; c.round++) {
        for (size_t k = 0; k < campaign_count(); k++) {
            campaign_plant(&c, k);
            manifest_add(&r->manifest, &c);
        }
    }
    size_t n = sort_before(r, &raw, INT64_MAX);
    for (size_t i = 0; i < n; i++)
        frame_copy(&r->plant, &raw.list[r->order[i].at]);
    frame_free(&raw);
    return manifest_close(&r->manifest, e);
}

/* Busiest in the early afternoon; weekends are quiet and flat. */
static double busyness(int64_t hour)
{
    int weekday = timestamp_weekday(hour);
    double of_day = (double)(hour % TIMESTAMP_DAY) / (double)TIMESTAMP_HOUR;
    double x = 0.45 + 0.55 * exp(-pow((of_day - 14) / 4.5, 2));

    return weekday >= 5 ? 0.4 + 0.15 * x : x;
}

static double all_busyness(const struct options *o)
{
    double sum = 0;

    for (uint64_t h = 0; h < o->days * 24; h++)
        sum += busyness(o->start + (int64_t)h * TIMESTAMP_HOUR);
    return sum;
}

static bool write_frame(struct run *r, const struct frame *one, struct err *e)
{
    truth_packet(r->truth, one);
    r->written++;
    return sink_put(r->sink, one, e);
}

static bool write_hour(struct run *r, int64_t end, struct err *e)
{
    size_t n = sort_before(r, &r->now, end);

    for (size_t i = 0; i < n; i++) {
        if (!write_frame(r, &r->now.list[r->order[i].at], e))
            return false;
    }
    return true;
}

/* What began in this hour and goes on after it waits for the next. */
static void keep_rest(struct run *r, int64_t end)
{
    struct frames swap = r->now;

    r->later.n = 0;
    for (size_t i = 0; i < r->now.n; i++) {
        if (r->now.list[i].time >= end)
            frame_copy(&r->later, &r->now.list[i]);
    }
    r->now = r->later;
    r->later = swap;
}

static bool run_hour(struct run *r, int64_t hour, size_t want, struct err *e)
{
    int64_t end = hour + TIMESTAMP_HOUR;
    bool first = !r->o->daily || hour % TIMESTAMP_DAY == 0;

    if (first && !sink_next(r->sink, hour, e))
        return false;
    do
        background_flow(&r->world, &r->now, hour, end);
    while (r->now.n < want);
    for (; r->planted < r->plant.n; r->planted++) {
        const struct frame *one = &r->plant.list[r->planted];

        if (one->time >= end)
            break;
        frame_copy(&r->now, one);
    }
    if (!write_hour(r, end, e))
        return false;
    keep_rest(r, end);
    return true;
}

static bool run_all(struct run *r, struct err *e)
{
    double share = (double)r->o->packets / all_busyness(r->o);

    if (mkdir(r->o->dir, 0777) != 0 && errno != EEXIST)
        return err_set(e, ERR_SYSTEM, "cannot make %s: %m", r->o->dir);
    world_init(&r->world, r->o->seed, r->o->v6_share);
    r->truth = truth_open(r->o->dir, e);
    if (!r->truth || !plant_campaigns(r, e))
        return false;
    for (uint64_t h = 0; h < r->o->days * 24; h++) {
        int64_t hour = r->o->start + (int64_t)h * TIMESTAMP_HOUR;

        if (!run_hour(r, hour, (size_t)(share * busyness(hour)), e))
            return false;
    }
    return true;
}

/* Ends the files; the first error stays. */
static bool finish(struct run *r, bool ok, struct err *e)
{
    struct err later = {0};
    uint32_t files = sink_files(r->sink);

    if (!sink_close(r->sink, &later) && ok) {
        ok = false;
        *e = later;
    }
    if (r->truth && !truth_close(r->truth, &later) && ok) {
        ok = false;
        *e = later;
    }
    if (ok)
        fprintf(stderr,
                "gen: %llu packets in %u files, %u campaigns with %zu packets "
                "(%.4f %%)\n",
                (unsigned long long)r->written, files, r->manifest.campaigns,
                r->plant.n, 100.0 * (double)r->plant.n / (double)r->written);
    return ok;
}

static void release(struct run *r)
{
    frame_free(&r->now);
    frame_free(&r->later);
    frame_free(&r->plant);
    free(r->order);
    free(r);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct options o;
    struct run *r = calloc(1, sizeof *r);

    if (!r)
        return EXIT_FAILURE;
    r->o = &o;
    bool ok = options_parse(argc, argv, &o, &e);
    if (ok && o.help) {
        options_help(stdout);
    } else if (ok) {
        r->sink = sink_new(&o);
        ok =
            r->sink ? run_all(r, &e) : err_set(&e, ERR_SYSTEM, "out of memory");
        if (r->sink)
            ok = finish(r, ok, &e);
    }
    release(r);
    if (!ok)
        fprintf(stderr, "gen: %s\n", e.text);
    return err_exit_status(&e);
}
