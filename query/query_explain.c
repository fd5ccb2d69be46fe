/* query_explain.c - plans and profiles as lines of text. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "query/query_parts.h"

static void line(struct query_work *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line(struct query_work *w, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (w->sink->explain)
        w->sink->explain(w->sink->ctx, text);
}

static void explain_blocks(struct query_work *w, const struct scan *s)
{
    char read[32], all[32], rows[32], bytes[24];

    text_bytes(bytes, s->bytes);
    line(w, "  blocks   %s of %s to read: %s packets, %s on disk",
         run_number(read, s->n), run_number(all, s->blocks),
         run_number(rows, s->rows), bytes);
    if (s->by_range)
        line(w, "  skipped  %s by the range", run_number(read, s->by_range));
    for (uint32_t i = 0; i < s->reasons; i++)
        line(w, "  skipped  %s by %s`%s`",
             run_number(read, s->reason[i].blocks),
             s->reason[i].by_index ? "the address index, " : "",
             s->reason[i].text);
}

static void explain_slot(struct query_work *w, const struct scope_slot *slot)
{
    char n[32];

    if (slot->set)
        line(w, "  set      %s: %s values", slot->name,
             run_number(n, slot->set->n));
    else
        line(w, "  set      %s: from a file", slot->name);
}

static const char *names_of(struct arena *a, const struct columns *c,
                            const uint64_t *need)
{
    struct buf b = {0};

    for (uint32_t i = 0; i < c->n; i++) {
        if (need && !(need[i / 64] >> (i % 64) & 1))
            continue;
        buf_printf(&b, "%s%s", b.len ? ", " : "", c->col[i].name);
    }
    char *text = arena_strndup(a, (const char *)b.data, b.len);
    buf_free(&b);
    return text;
}

static const char *types_of(struct arena *a, const struct columns *c)
{
    struct buf b = {0};
    char type[64];

    if (c->packets && c->n == FIELD_COUNT)
        return "packets";
    for (uint32_t i = 0; i < c->n; i++)
        buf_printf(&b, "%s%s %s", b.len ? ", " : "", c->col[i].name,
                   value_type_text(&c->col[i].type, type));
    char *text = arena_strndup(a, (const char *)b.data, b.len);
    buf_free(&b);
    return text;
}

void query_explain_plan(struct query_work *w, const struct plan *p,
                        const struct scan *s, uint32_t index)
{
    char range[256];
    const char *columns;

    query_range_text(w, p, range, sizeof range);
    line(w, "query %u", index + 1);
    line(w, "  range    %s", range);
    for (uint32_t i = 0; i < p->filters; i++)
        line(w, "  filter   %s", p->filter_text[i]);
    for (uint32_t i = 0; i < p->slots; i++)
        explain_slot(w, p->slot[i]);
    explain_blocks(w, s);
    columns = names_of(&w->arena, p->packets, p->need);
    if (p->stages > 0 && columns[0])
        line(w, "  columns  %s", columns);
    line(w, "  order    %s",
         p->ordered ? "packet order" : "any: no stage needs packet order");
    for (uint32_t i = 0; i < p->stages; i++) {
        const struct stage *st = &p->stage[i];
        line(w, "  %-8s -> %s", st->kind->name, types_of(&w->arena, st->out));
        if (st->kind->explain)
            line(w, "           %s", st->kind->explain(st, &w->arena));
    }
    if (p->stages == 0)
        line(w, "  rows     packets");
}

static void seconds(char out[TIMESTAMP_TEXT_MAX], int64_t ns)
{
    timestamp_format_seconds(out, ns < 0 ? 0 : ns);
}

static void spilled(char out[64], const struct stage_run *r)
{
    char bytes[24];

    out[0] = '\0';
    if (r->spilled == 0)
        return;
    text_bytes(bytes, r->spilled);
    snprintf(out, 64, ", %s written to disk", bytes);
}

void query_explain_profile(struct query_work *w, const struct scan_counts *n,
                           const struct stage_run *stage, uint32_t stages,
                           int64_t elapsed)
{
    char time[TIMESTAMP_TEXT_MAX], a[32], b[32], c[32], bytes[24], spill[64];
    int64_t inside = 0;

    for (uint32_t i = 0; i < stages; i++)
        inside += stage[i].ns;
    text_bytes(bytes, n->bytes);
    seconds(time, elapsed - inside);
    line(w, "  scan     %s s: %s blocks, %s packets, %s decoded, %s rows on",
         time, run_number(a, n->blocks), run_number(b, n->packets), bytes,
         run_number(c, n->rows));
    for (uint32_t i = 0; i < stages; i++) {
        seconds(time, stage[i].ns);
        spilled(spill, &stage[i]);
        line(w, "  %-8s %s s: %s rows in, %s out%s", stage[i].stage->kind->name,
             time, run_number(a, stage[i].rows_in),
             run_number(b, stage[i].rows_out), spill);
        if (stage[i].stage->kind->profile)
            line(w, "           %s",
                 stage[i].stage->kind->profile(&stage[i], &w->arena));
    }
    text_bytes(bytes, w->budget.peak);
    line(w, "  memory   %s at most", bytes);
}
