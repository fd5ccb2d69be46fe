/* format_html.c - a page that needs nothing else: a table of the rows, or a
 * chart. */
#include <string.h>

#include "cli/chart.h"
#include "cli/markup.h"

static void put(struct format *f, const char *s)
{
    buf_put(&f->out, s, strlen(s));
}

static void put_names(struct format *f, const struct columns *c)
{
    put(f, "<table>\n<tr>");
    for (uint32_t i = 0; i < c->n; i++) {
        put(f, "<th>");
        markup_text(&f->out, c->col[i].name, strlen(c->col[i].name));
        put(f, "</th>");
    }
    put(f, "</tr>\n");
}

/* The policy keeps a browser from loading or running anything, should a text
 * get past the escapes. */
static void begin(struct format *f, const struct columns *c)
{
    put(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" "
           "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
           "<title>trawl</title>\n<style>body{font:14px sans-serif}"
           "table{border-collapse:collapse}td,th{border:1px solid #ccc;"
           "padding:2px 6px;text-align:left}th{background:#eee}</style>\n"
           "</head>\n<body>\n");
    f->state = c->chart ? chart_open(f) : NULL;
    if (!c->chart)
        put_names(f, c);
}

static void put_row(struct format *f, struct batch *b, uint32_t row)
{
    union cell cell;

    put(f, "<tr>");
    for (uint32_t i = 0; i < f->cols; i++) {
        size_t from;

        put(f, "<td>");
        from = f->out.len;
        if (format_cell(&f->col[i], b, row, &cell)) {
            f->col[i].show(&f->out, &f->render, &f->col[i].def->type, cell);
            markup_escape(&f->out, from);
        }
        put(f, "</td>");
    }
    put(f, "</tr>\n");
}

static bool rows(struct format *f, struct batch *b)
{
    if (f->state)
        chart_rows(f->state, f, b);
    for (uint32_t r = 0; !f->state && r < b->sel.n; r++) {
        put_row(f, b, b->sel.row[r]);
        format_flush(f, false);
    }
    return false;
}

static void end(struct format *f)
{
    if (f->state) {
        chart_svg(f, f->state);
        chart_close(f->state);
        f->state = NULL;
    } else {
        put(f, "</table>\n");
    }
    put(f, "</body>\n</html>\n");
}

const struct format_kind format_html = {
    "html", "a page with a table or a chart", RENDER_TABLE, begin, rows, end};
