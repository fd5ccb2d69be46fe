/* info.c - `trawl info`: gathers what the store knows of itself. */
#include "cli/info.h"

#include <stdlib.h>
#include <string.h>

#include "cli/session.h"

struct info_args {
    bool captures, streams, json;
};

static const struct option_row options[] = {
#define OPTIONS_INTO struct info_args
#include "cli/info.def"
};

static void find_span(struct info *i)
{
    uint32_t n = store_reader_blocks(i->reader);

    for (uint32_t k = 0; k < n; k++) {
        struct store_block_info b = store_reader_block(i->reader, k);
        struct range r = b.zone->field[FIELD_TIME].range;
        if (b.month == 0) {
            i->odd += b.zone->rows;
            continue;
        }
        i->first = !i->any || r.lo < i->first ? r.lo : i->first;
        i->last = !i->any || r.hi > i->last ? r.hi : i->last;
        i->any = true;
    }
}

static struct info_sensor *sensor_of(struct info *i, const char *name)
{
    for (uint32_t k = 0; k < i->sensors; k++)
        if (strcmp(i->sensor[k].name, name) == 0)
            return &i->sensor[k];
    i->sensor[i->sensors] = (struct info_sensor){.name = name};
    return &i->sensor[i->sensors++];
}

static int by_name(const void *a, const void *b)
{
    const struct info_sensor *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void count_captures(struct info *i)
{
    uint32_t n = store_reader_captures(i->reader);

    i->sensor = arena_array(&i->arena, struct info_sensor, n + 1);
    for (uint32_t k = 0; k < n; k++) {
        const struct store_capture *c = store_reader_capture(i->reader, k);
        struct info_sensor *s = sensor_of(i, c->sensor);
        s->captures++;
        s->packets += c->kept;
        i->cut += c->state == CAPTURE_CUT;
    }
    qsort(i->sensor, i->sensors, sizeof *i->sensor, by_name);
}

/* Coverage comes by sensor and time. */
static void find_gaps(struct info *i)
{
    if (!store_reader_covers(i->reader, &i->no_cover))
        return;
    i->cover = store_reader_coverage(i->reader, &i->arena, &i->covers);
    i->gap = arena_array(&i->arena, struct info_gap, i->covers + 1);
    for (uint32_t k = 1; k < i->covers; k++) {
        const struct store_cover *a = &i->cover[k - 1], *b = &i->cover[k];
        if (strcmp(a->sensor, b->sensor) == 0 && a->to < b->from)
            i->gap[i->gaps++] = (struct info_gap){b->sensor, a->to, b->from};
    }
}

static bool gather(struct info *i, struct store *s, struct err *e)
{
    i->dir = store_dir(s);
    i->bytes = store_bytes_on_disk(s);
    i->format = store_format_of(s);
    if (!store_usage(i->reader, &i->usage, e))
        return false;
    find_span(i);
    count_captures(i);
    find_gaps(i);
    if (store_reader_captures(i->reader) > 0)
        i->overlaps =
            overlap_find(store_reader_capture(i->reader, 0),
                         store_reader_captures(i->reader), &i->overlap);
    return true;
}

static void show(const struct info *i, const struct info_args *a)
{
    if (a->json)
        info_json(stdout, i, a->captures, a->streams);
    else if (a->captures)
        info_print_captures(stdout, i);
    else if (a->streams)
        info_print_streams(stdout, i);
    else
        info_print(stdout, i);
}

static int run_info(struct command_call *c)
{
    struct err e = {0};
    struct strtab text = {0};
    struct info i = {0};
    struct store *s = session_store(c, &e);

    if (!s)
        return command_fail(&e);
    i.reader = store_reader_open(s, &text, true, &e);
    bool ok = i.reader && gather(&i, s, &e);
    if (ok)
        show(&i, c->args);
    if (i.reader)
        store_reader_close(i.reader);
    free(i.overlap);
    arena_free(&i.arena);
    strtab_free(&text);
    store_close(s);
    return ok ? 0 : command_fail(&e);
}

const struct command command_info = {
    .name = "info",
    .usage = "[--captures | --streams] [--json]",
    .help = "span, packets, sensors, coverage, sizes",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct info_args),
    .run = run_info};
