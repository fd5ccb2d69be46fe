/* format.c - the table of formats, and what they share. */
#include "cli/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/stop.h"

/* name, style, which family ends it, help */
#define FORMATS(F)                                                             \
    F(table, TABLE, table, "columns for people")                               \
    F(csv, PLAIN, csv, "RFC 4180, lines end with LF")                          \
    F(tsv, PLAIN, csv, "a tab between values")                                 \
    F(json, JSON, json, "an array of objects for each query")                  \
    F(ndjson, JSON, csv, "an object a line")                                   \
    F(text, PLAIN, text, "packets as tcpdump prints them, grouped by source")

#define KIND(name, style, ending, help)                                        \
    {#name,                                                                    \
     help,                                                                     \
     RENDER_##style,                                                           \
     format_##name##_begin,                                                    \
     format_##name##_rows,                                                     \
     format_##ending##_end},
#define NAME(name, style, ending, help) #name,

const struct format_kind format_kinds[] = {FORMATS(KIND)};
const uint32_t format_kind_count = sizeof format_kinds / sizeof *format_kinds;
const char *const format_names[] = {FORMATS(NAME) NULL};

const struct format_kind *format_find(const char *name)
{
    for (uint32_t i = 0; i < format_kind_count; i++)
        if (strcmp(format_kinds[i].name, name) == 0)
            return &format_kinds[i];
    return NULL;
}

enum { FLUSH_BYTES = 1 << 16 };

void format_open(struct format *f, const struct format_kind *kind,
                 const struct format_options *o)
{
    *f = (struct format){.kind = kind, .active = kind, .o = *o};
    f->render =
        (struct render){kind->style, o->epoch, o->tz, o->text, &stop_flag};
    if (f->o.mem == 0)
        f->o.mem = (size_t)1 << 30;
}

void format_flush(struct format *f, bool all)
{
    if (!all && f->out.len < FLUSH_BYTES)
        return;
    if (!f->closed && f->error.code == ERR_NONE && f->out.len > 0 &&
        fwrite(f->out.data, 1, f->out.len, f->o.out) != f->out.len) {
        if (errno == EPIPE)
            f->closed = true;
        else
            err_set(&f->error, ERR_SYSTEM, "cannot write the rows: %s",
                    strerrordesc_np(errno));
    }
    f->out.len = 0;
}

/* Both the buffer and the stream below it, so that rows show as they come. */
static void push(struct format *f)
{
    format_flush(f, true);
    if (f->closed || f->error.code != ERR_NONE || fflush(f->o.out) == 0)
        return;
    if (errno == EPIPE)
        f->closed = true;
    else
        err_set(&f->error, ERR_SYSTEM, "cannot write the rows: %s",
                strerrordesc_np(errno));
}

bool format_cell(const struct format_column *c, struct batch *b, uint32_t row,
                 union cell *out)
{
    const struct column *col = batch_column(b, c->at);

    if (column_absent(col, row))
        return false;
    if (c->lane == LANE_INT)
        out->i = col->i[row];
    else if (c->lane == LANE_ADDR)
        out->a = col->a[row];
    else if (c->lane == LANE_REAL)
        out->r = col->r[row];
    else
        out->set = col->set[row];
    return true;
}

static void take_columns(struct format *f, const struct columns *c)
{
    f->columns = c;
    f->cols = c->n;
    f->col = memory_resize(f->col, (c->n + 1) * sizeof *f->col);
    for (uint32_t i = 0; i < c->n; i++)
        f->col[i] = (struct format_column){
            i, schema_types[c->col[i].type.type].lane, &c->col[i],
            render_for(&f->render, &c->col[i].type)};
}

void format_begin(struct format *f, uint32_t index, const struct columns *c)
{
    bool fall_back = f->kind->begin == format_text_begin && !c->packets;

    f->active = fall_back ? format_find("table") : f->kind;
    if (f->active->begin == format_table_begin && c->chart)
        f->active = &format_chart;
    f->render.style = f->active->style;
    f->index = index;
    f->rows = 0;
    take_columns(f, c);
    f->begun = true;
    f->begun_at = f->out.len;
    f->active->begin(f, c);
}

/* Computes what will be shown, so that no row of a batch in which an
 * expression failed is shown with a wrong value. */
static bool load_all(const struct format *f, struct batch *b)
{
    if (f->active->begin != format_text_begin)
        for (uint32_t i = 0; i < f->cols; i++)
            batch_column(b, f->col[i].at);
    return !b->e || b->e->code == ERR_NONE;
}

bool format_rows(struct format *f, struct batch *b)
{
    if (!load_all(f, b))
        return false;
    f->rows += b->sel.n;
    if (!f->closed && f->error.code == ERR_NONE && f->active->rows(f, b))
        push(f);
    return !f->closed && f->error.code == ERR_NONE;
}

void format_end(struct format *f)
{
    f->active->end(f);
    f->begun = false;
    push(f);
}

bool format_close(struct format *f, struct err *e)
{
    f->broken = f->begun;
    if (f->begun)
        f->active->end(f);
    if (f->begun && f->rows == 0)
        f->out.len = f->begun_at; /* no header of nothing */
    f->begun = false;
    push(f);
    buf_free(&f->out);
    free(f->col);
    f->col = NULL;
    if (f->error.code == ERR_NONE)
        return true;
    *e = f->error;
    return false;
}
