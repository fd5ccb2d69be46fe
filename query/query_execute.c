/* query_execute.c - a plan at work: its sets first, then the scan into the
 * stages, then the sink. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/query_parts.h"

struct pipeline {
    struct stage_run *run; /* the stages, then the output */
    uint32_t n;
};

/* ---- the end of the pipeline ---- */

static bool push_out(struct stage_run *r, struct batch *b)
{
    struct query_work *w = r->state;

    r->rows_out += b->sel.n;
    /* The sink may have left off in the middle of a large set. */
    return !w->sink->rows ||
           (w->sink->rows(w->sink->ctx, b, r->stage->out) && run_check(r->run));
}

static const struct stage_kind output = {.name = "output", .push = push_out};

static bool relieve(void *ctx)
{
    struct pipeline *line = ctx;
    bool any = false;

    for (uint32_t i = 0; i < line->n; i++) {
        struct stage_run *r = &line->run[i];
        if (r->stage->kind->spill && r->stage->kind->spill(r))
            any = true;
        if (r->run->e->code != ERR_NONE)
            return false;
    }
    return any;
}

static void pipeline_open(struct query_work *w, const struct plan *p,
                          struct pipeline *line)
{
    struct stage *last = arena_new(&w->arena, struct stage);

    *last = (struct stage){.kind = &output, .in = p->out, .out = p->out};
    line->n = p->stages + 1;
    line->run = memory_zeroed(line->n, sizeof *line->run);
    w->run.relieve = relieve;
    w->run.relieve_ctx = line;
    for (uint32_t i = 0; i < line->n; i++) {
        struct stage_run *r = &line->run[i];
        r->stage = i < p->stages ? &p->stage[i] : last;
        r->next = i < p->stages ? r + 1 : NULL;
        r->run = &w->run;
        if (i == p->stages)
            r->state = w;
        else if (r->stage->kind->open)
            r->stage->kind->open(r);
    }
}

static void pipeline_close(struct pipeline *line)
{
    for (uint32_t i = 0; i < line->n; i++) {
        struct stage_run *r = &line->run[i];
        if (r->stage->kind->close)
            r->stage->kind->close(r);
        r->run->relieve = NULL;
    }
    free(line->run);
}

static bool pipeline_finish(struct pipeline *line)
{
    for (uint32_t i = 0; i < line->n; i++) {
        if (!stage_finish(&line->run[i]))
            return false;
    }
    return true;
}

/* ---- sets ---- */

static bool fill_sets(struct query_work *w, const struct plan *p);

static bool resolve(struct query_work *w, const struct plan *p)
{
    if (p->filter && !expr_resolve(p->filter, &w->scope, w->e))
        return false;
    for (uint32_t i = 0; i < p->stages; i++) {
        for (uint32_t k = 0; k < p->stage[i].exprs; k++) {
            if (!expr_resolve(p->stage[i].expr[k], &w->scope, w->e))
                return false;
        }
        for (uint32_t k = 0; k < p->stage[i].askeds; k++) {
            if (!expr_resolve(p->stage[i].asked[k], &w->scope, w->e))
                return false;
        }
    }
    return true;
}

static bool make_set(struct query_work *w, struct scope_slot *slot)
{
    const struct plan *p = slot->maker;
    struct scan_counts counts = {0};
    struct pipeline line;
    struct scan scan;

    if (!fill_sets(w, p) || !resolve(w, p))
        return false;
    const char *outer = w->run.let;
    w->run.let = slot->name;
    store_reader_verify(w->reader, p->range.from, p->range.to);
    scan_plan(&scan, w->reader, p, NULL, &w->arena);
    pipeline_open(w, p, &line);
    bool ok =
        scan_run(&scan, &w->run, line.run, &counts) && pipeline_finish(&line);
    if (ok)
        slot->set = stage_set_result(&line.run[p->stages - 1]);
    pipeline_close(&line);
    w->run.let = outer;
    if (w->e->code == ERR_LIMIT)
        err_context(w->e, "let %s", slot->name);
    return ok && slot->set;
}

static bool fill_sets(struct query_work *w, const struct plan *p)
{
    for (uint32_t i = 0; i < p->slots; i++) {
        struct scope_slot *slot = p->slot[i];
        if (slot->maker && !slot->set && !make_set(w, slot))
            return false;
    }
    return true;
}

/* ---- a query ---- */

/* What an open range has: the times of all packets. */
static bool fill_all(struct query_work *w, struct time_range *r)
{
    int64_t last;

    if (!query_times(w->reader, &r->from, &last))
        return false;
    r->to = last == INT64_MAX ? last : last + 1;
    return true;
}

/* An open end is not written as a time: packets of odd times lie there. */
void query_range_text(struct query_work *w, const struct plan *p, char *out,
                      size_t size)
{
    const struct tz *tz = &w->session->tz;
    struct time_range r = p->range;
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];

    if (r.from == INT64_MIN && r.to == INT64_MAX && !fill_all(w, &r)) {
        bool any = store_reader_blocks(w->reader) > 0;
        snprintf(out, size, any ? "all" : "all: the store is empty");
        return;
    }
    timestamp_format(from, r.from, tz_offset(tz, r.from));
    timestamp_format(to, r.to, tz_offset(tz, r.to));
    if (r.to == INT64_MAX)
        snprintf(out, size, "from %s, %s", from, tz->name);
    else if (r.from == INT64_MIN)
        snprintf(out, size, "to %s, %s", to, tz->name);
    else
        snprintf(out, size, "%s to %s, %s", from, to, tz->name);
}

static void note_range(struct query_work *w, const struct plan *p)
{
    char text[256];

    query_range_text(w, p, text, sizeof text);
    query_note(w, (struct span){0, 0}, "range %s", text);
}

/* Are there packets at all in the range? A row that came out says so. */
static bool check_data(struct query_work *w, const struct plan *p,
                       const struct scan_counts *n, struct query_counts *out)
{
    bool has = n->rows > 0;

    if (!has && !scan_has_data(w->reader, p->range, &has, w->e))
        return false;
    out->no_data = !has;
    return true;
}

static bool run_plan(struct query_work *w, const struct plan *p,
                     const struct scan *scan, struct query_counts *out)
{
    struct scan_counts n = {0};
    struct pipeline line;
    int64_t start = run_clock();

    pipeline_open(w, p, &line);
    bool ok = scan_run(scan, &w->run, line.run, &n) && pipeline_finish(&line) &&
              check_data(w, p, &n, out);
    out->from = p->range.from;
    out->to = p->range.to;
    out->blocks = scan->blocks;
    out->blocks_read = n.blocks;
    out->blocks_skipped = scan->blocks - scan->n;
    out->packets = n.packets;
    out->bytes = n.bytes;
    out->rows = line.run[p->stages].rows_out;
    out->memory_peak = w->budget.peak;
    if (ok && w->run.profile)
        query_explain_profile(w, &n, line.run, line.n, run_clock() - start);
    pipeline_close(&line);
    return ok;
}

/* What stages had to say comes below the rows. */
static void put_footers(struct query_work *w)
{
    for (const struct run_footer *f = w->run.footers; f; f = f->next)
        query_note(w, (struct span){0, 0}, "%s", f->text);
}

bool query_execute(struct query_work *w, uint32_t index)
{
    const struct query_sink *sink = w->sink;
    const struct plan *p = w->plan[index];
    struct query_counts counts = {0};
    int64_t start = run_clock();
    struct scan scan;

    w->run.deadline = w->run.limit ? start + w->run.limit : 0;
    w->run.footers = NULL;
    w->run.uncovered = 0;
    w->budget.peak = w->budget.used;
    note_range(w, p);
    if (!fill_sets(w, p) || !resolve(w, p))
        return false;
    if (!w->session->settings.explain)
        store_reader_verify(w->reader, p->range.from, p->range.to);
    scan_plan(&scan, w->reader, p, &w->planner, &w->arena);
    if (w->session->settings.explain) {
        query_explain_plan(w, p, &scan, index);
        return true;
    }
    if (sink->begin && !sink->begin(sink->ctx, index, p->out))
        return true;
    if (!run_plan(w, p, &scan, &counts))
        return false;
    counts.left_out = w->left_out;
    counts.uncovered = w->run.uncovered;
    counts.elapsed = run_clock() - start;
    if (sink->end)
        sink->end(sink->ctx, index, &counts);
    put_footers(w);
    return true;
}
