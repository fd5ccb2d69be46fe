/* scan.c - which blocks to read and why, and reading them one after another.
 * Merging blocks that overlap in time is in scan_merge.c. */
#include "query/scan.h"

#include <string.h>

#include "query/scan_merge.h"

/* ---- which blocks ---- */

static enum tri range_covers(struct time_range range, const struct zone *z)
{
    const struct zone_field *t = &z->field[FIELD_TIME];

    if (z->rows == 0 || t->range.hi < range.from || t->range.lo >= range.to)
        return TRI_NEVER;
    if (t->range.lo >= range.from && t->range.hi < range.to)
        return TRI_ALWAYS;
    return TRI_MAYBE;
}

static void count_reason(struct scan *s, const struct planner *p,
                         const struct store_block_info *b, struct arena *a)
{
    struct stage_bind bind = {
        .scope = p->scope, .source = p->source, .source_len = p->source_len};
    struct span part;
    const char *text = "the filter";

    if (expr_prune_reason(s->plan->filter, b->zone, b->sensor, &part) &&
        part.to > part.from)
        text = stage_text(&bind, part);
    for (uint32_t i = 0; i < s->reasons; i++) {
        if (strcmp(s->reason[i].text, text) == 0) {
            s->reason[i].blocks++;
            return;
        }
    }
    struct scan_reason *more =
        arena_array(a, struct scan_reason, s->reasons + 1);
    if (s->reasons)
        memcpy(more, s->reason, s->reasons * sizeof *more);
    more[s->reasons++] = (struct scan_reason){text, 1};
    s->reason = more;
}

static void look_at(struct scan *s, uint32_t i, const struct planner *p,
                    struct arena *a)
{
    struct store_block_info b = store_reader_block(s->reader, i);
    enum tri in_range = range_covers(s->plan->range, b.zone);
    enum tri match = TRI_ALWAYS;

    if (in_range == TRI_NEVER) {
        s->by_range++;
        return;
    }
    if (s->plan->filter)
        match = expr_prune(s->plan->filter, b.zone, b.sensor);
    if (match == TRI_NEVER) {
        if (p)
            count_reason(s, p, &b, a);
        return;
    }
    s->part[s->n] = (uint8_t)((in_range == TRI_MAYBE ? SCAN_RANGE : 0) |
                              (match == TRI_MAYBE ? SCAN_FILTER : 0));
    s->block[s->n++] = i;
    s->rows += b.zone->rows;
    s->bytes += b.bytes;
}

void scan_plan(struct scan *s, struct store_reader *r, const struct plan *p,
               const struct planner *source, struct arena *a)
{
    uint32_t n = store_reader_blocks(r);

    *s = (struct scan){.reader = r, .plan = p, .blocks = n};
    s->block = arena_array(a, uint32_t, n);
    s->part = arena_array(a, uint8_t, n);
    if (p->range.from != INT64_MIN || p->range.to != INT64_MAX)
        s->range = expr_time_range(a, p->range.from, p->range.to);
    for (uint32_t i = 0; i < n; i++)
        look_at(s, i, source, a);
}

/* ---- reading ---- */

static bool push_block(struct scan_cursor *c, struct stage_run *first)
{
    while (scan_cursor_next(c, false)) {
        if (!stage_push(first, &c->batch))
            return false;
    }
    return c->run->e->code == ERR_NONE;
}

static void one_by_one(const struct scan *s, struct run *run,
                       struct stage_run *first, struct scan_counts *out)
{
    bool more = true;

    for (uint32_t i = 0; i < s->n && more; i++) {
        struct scan_cursor *c = scan_cursor_open(s, i, run, out);
        if (!c)
            return;
        more = push_block(c, first);
        scan_cursor_close(c);
    }
}

bool scan_run(const struct scan *s, struct run *run, struct stage_run *first,
              struct scan_counts *out)
{
    if (s->plan->ordered)
        scan_merge(s, run, first, out);
    else
        one_by_one(s, run, first, out);
    return run->e->code == ERR_NONE;
}

/* ---- is there anything? ---- */

/* Only of blocks that begin before the range and end after it. */
static bool block_has_data(struct store_reader *r, uint32_t i,
                           struct time_range range, bool *has, struct err *e)
{
    uint32_t rows = store_reader_block(r, i).zone->rows;
    struct store_block *b = store_block_open(r, i, e);
    bool ok = b != NULL;

    for (uint32_t at = 0; ok && !*has && at < rows; at += BATCH_ROWS) {
        uint32_t n = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
        struct column t;
        ok = store_block_column(b, FIELD_TIME, at, n, &t, e);
        for (uint32_t k = 0; ok && k < n; k++)
            *has = *has || (t.i[k] >= range.from && t.i[k] < range.to);
    }
    if (b)
        store_block_close(b);
    return ok;
}

bool scan_has_data(struct store_reader *r, struct time_range range, bool *has,
                   struct err *e)
{
    uint32_t n = store_reader_blocks(r);

    *has = false;
    for (uint32_t i = 0; i < n && !*has; i++) {
        const struct zone *z = store_reader_block(r, i).zone;
        struct range t = z->field[FIELD_TIME].range;
        /* The ends of a summary are times of packets. */
        *has = z->rows > 0 && ((t.lo >= range.from && t.lo < range.to) ||
                               (t.hi >= range.from && t.hi < range.to));
    }
    for (uint32_t i = 0; i < n && !*has; i++) {
        const struct zone *z = store_reader_block(r, i).zone;
        if (range_covers(range, z) == TRI_MAYBE &&
            !block_has_data(r, i, range, has, e))
            return false;
    }
    return true;
}
