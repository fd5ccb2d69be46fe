/* scan.c - which blocks to read and why, and reading them one after another.
 * Merging blocks that overlap in time is in scan_merge.c. */
#include "query/scan.h"

#include <string.h>

#include "query/scan_index.h"
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

/* What is worked out while blocks are chosen. */
struct choosing {
    struct scan *s;
    const struct planner *source; /* NULL: no reasons are wanted */
    struct arena *a;
    uint8_t *part;  /* SCAN_x of every block */
    uint64_t *bits; /* blocks still to be read */
};

static const char *part_text(const struct choosing *c, struct span part)
{
    const struct planner *p = c->source;
    struct stage_bind bind = {
        .scope = p->scope, .source = p->source, .source_len = p->source_len};

    return part.to > part.from ? stage_text(&bind, part) : "the filter";
}

static void count_reason(struct choosing *c, struct span part, uint64_t blocks,
                         bool by_index)
{
    struct scan *s = c->s;
    const char *text = part_text(c, part);

    for (uint32_t i = 0; i < s->reasons; i++) {
        if (s->reason[i].by_index == by_index &&
            strcmp(s->reason[i].text, text) == 0) {
            s->reason[i].blocks += blocks;
            return;
        }
    }
    struct scan_reason *more =
        arena_array(c->a, struct scan_reason, s->reasons + 1);
    if (s->reasons)
        memcpy(more, s->reason, s->reasons * sizeof *more);
    more[s->reasons++] = (struct scan_reason){text, blocks, by_index};
    s->reason = more;
}

/* What the block's summary says. */
static void look_at(struct choosing *c, uint32_t i)
{
    struct scan *s = c->s;
    const struct expr *filter = s->plan->filter;
    struct store_block_info b = store_reader_block(s->reader, i);
    enum tri in_range = range_covers(s->plan->range, b.zone);
    enum tri match = TRI_ALWAYS;
    struct span part = {0, 0};

    if (in_range == TRI_NEVER) {
        s->by_range++;
        return;
    }
    if (filter)
        match = expr_prune(filter, b.zone, b.sensor);
    if (match == TRI_NEVER) {
        if (c->source) {
            (void)expr_prune_reason(filter, b.zone, b.sensor, &part);
            count_reason(c, part, 1, false);
        }
        return;
    }
    c->part[i] = (uint8_t)((in_range == TRI_MAYBE ? SCAN_RANGE : 0) |
                           (match == TRI_MAYBE ? SCAN_FILTER : 0));
    c->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static void index_skipped(void *ctx, struct span part, uint64_t blocks)
{
    struct choosing *c = ctx;

    c->s->by_index += blocks;
    if (c->source)
        count_reason(c, part, blocks, true);
}

static void take(struct choosing *c, uint32_t i)
{
    struct scan *s = c->s;
    struct store_block_info b = store_reader_block(s->reader, i);

    s->part[s->n] = c->part[i];
    s->block[s->n++] = i;
    s->rows += b.zone->rows;
    s->bytes += b.bytes;
}

void scan_plan(struct scan *s, struct store_reader *r, const struct plan *p,
               const struct planner *source, struct arena *a)
{
    uint32_t n = store_reader_blocks(r);
    struct choosing c = {s, source, a, arena_array(a, uint8_t, n),
                         arena_array(a, uint64_t, n / 64 + 1)};

    *s = (struct scan){.reader = r, .plan = p, .blocks = n};
    s->block = arena_array(a, uint32_t, n);
    s->part = arena_array(a, uint8_t, n);
    if (!p->ordered && p->stages && p->stage[0].weighs) {
        s->weighs = true;
        for (uint32_t i = 0; i < p->stage[0].exprs; i++)
            expr_needs(p->stage[0].expr[i], &s->need, 1);
    }
    if (p->range.from != INT64_MIN || p->range.to != INT64_MAX)
        s->range = expr_time_range(a, p->range.from, p->range.to);
    for (uint32_t i = 0; i < n; i++)
        look_at(&c, i);
    if (p->filter)
        scan_index(r, p->filter, c.bits, index_skipped, &c);
    for (uint32_t i = 0; i < n; i++)
        if (c.bits[i / 64] >> (i % 64) & 1)
            take(&c, i);
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
        more = scan_coded_weighs(c) ? scan_coded_push(c, first)
                                    : push_block(c, first);
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
