/* chart_svg.c - a chart as SVG 1.1: a panel a column, one above the other, with
 * no scripts and nothing from elsewhere. */
#include <math.h>
#include <string.h>

#include "cli/chart.h"
#include "cli/markup.h"

enum {
    WIDTH = 960,
    LEFT = 90,
    RIGHT = 30,
    TOP = 30,
    PANEL = 160,
    GAP = 50,
    DOTS_MAX = 200, /* rows that get a dot each on their line */
    MARKS = 5       /* labels below a panel */
};

/* One panel. */
struct panel {
    struct format *f;
    const struct chart *c;
    uint32_t k;
    double top, low, high;
};

static double across(const struct chart *c, uint32_t row)
{
    return LEFT + chart_place(c, row) * (WIDTH - LEFT - RIGHT);
}

static double up(const struct panel *p, double v)
{
    double height = p->high - p->low;

    return p->top + PANEL - (height > 0 ? (v - p->low) / height * PANEL : 0);
}

static bool is_there(const struct panel *p, uint32_t row)
{
    return !isnan(chart_value(p->c, row, p->k)) &&
           !isnan(chart_place(p->c, row));
}

/* Lines end where a value is absent. Rows with several keys belong to several
 * lines that nobody can tell apart: they are dots. */
static void put_lines(const struct panel *p)
{
    bool open = false;

    for (uint32_t r = 0; r < p->c->rows; r++) {
        bool there = is_there(p, r);

        if (open && !there)
            buf_printf(&p->f->out, "\"/>\n");
        if (!open && there)
            buf_printf(&p->f->out, "<polyline points=\"");
        open = there;
        if (there)
            buf_printf(&p->f->out, "%.1f,%.1f ", across(p->c, r),
                       up(p, chart_value(p->c, r, p->k)));
    }
    if (open)
        buf_printf(&p->f->out, "\"/>\n");
}

static void put_dots(const struct panel *p)
{
    for (uint32_t r = 0; r < p->c->rows; r++) {
        if (!is_there(p, r))
            continue;
        buf_printf(&p->f->out,
                   "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\"><title>",
                   across(p->c, r), up(p, chart_value(p->c, r, p->k)));
        for (uint32_t k = 0; k <= 1; k++) {
            struct chart_span s = chart_text(p->c, r, k ? p->k + 1 : 0);
            size_t from = p->f->out.len;

            buf_put(&p->f->out, s.s, s.len);
            markup_escape(&p->f->out, from);
            if (!k)
                buf_printf(&p->f->out, ": ");
        }
        buf_printf(&p->f->out, "</title></circle>\n");
    }
}

static void put_label(const struct panel *p, double v)
{
    size_t from;

    buf_printf(&p->f->out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
               LEFT - 8, up(p, v) + 4);
    from = p->f->out.len;
    chart_put(p->f, p->c, p->k, v);
    markup_escape(&p->f->out, from);
    buf_printf(&p->f->out, "</text>\n");
}

static void put_mark(const struct panel *p, uint32_t row)
{
    struct chart_span s = chart_text(p->c, row, 0);
    size_t from;

    if (isnan(chart_place(p->c, row)))
        return;
    buf_printf(&p->f->out,
               "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
               across(p->c, row), p->top + PANEL + 18);
    from = p->f->out.len;
    buf_put(&p->f->out, s.s, s.len);
    markup_escape(&p->f->out, from);
    buf_printf(&p->f->out, "</text>\n");
}

static void put_axes(const struct panel *p)
{
    const char *name = chart_name(p->f, p->c, p->k);
    uint32_t rows = p->c->rows, marks = rows < MARKS ? rows : MARKS;

    buf_printf(&p->f->out, "<text x=\"%d\" y=\"%.1f\" class=\"name\">", LEFT,
               p->top - 10);
    markup_text(&p->f->out, name, strlen(name));
    buf_printf(&p->f->out, "</text>\n<path d=\"M%d %.1fV%.1fM%d %.1fH%d\"/>\n",
               LEFT, p->top, p->top + PANEL, LEFT, up(p, 0), WIDTH - RIGHT);
    put_label(p, p->low);
    if (p->high > p->low)
        put_label(p, p->high);
    for (uint32_t i = 0; i < marks; i++)
        put_mark(p, marks > 1 ? i * (rows - 1) / (marks - 1) : 0);
}

void chart_svg(struct format *f, const struct chart *c)
{
    buf_printf(&f->out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
               "height=\"%u\">\n<style>text{font:12px sans-serif;fill:#222}"
               ".name{font-weight:bold}path{stroke:#888;fill:none}"
               "polyline{stroke:#06c;fill:none;stroke-width:1.5}"
               "circle{fill:#06c}</style>\n<rect width=\"100%%\" "
               "height=\"100%%\" fill=\"#fff\"/>\n",
               WIDTH, TOP + c->drawn->n * (PANEL + GAP));
    for (uint32_t k = 0; k < c->drawn->n; k++) {
        struct panel p = {
            .f = f, .c = c, .k = k, .top = TOP + k * (PANEL + GAP)};

        chart_range(c, k, &p.low, &p.high);
        put_axes(&p);
        if (f->columns->keys <= 1)
            put_lines(&p);
        if (f->columns->keys > 1 || c->rows <= DOTS_MAX)
            put_dots(&p);
        format_flush(f, false);
    }
    buf_printf(&f->out, "</svg>\n");
}

static void begin(struct format *f, const struct columns *c)
{
    (void)c;
    f->state = chart_open(f);
}

static bool rows(struct format *f, struct batch *b)
{
    chart_rows(f->state, f, b);
    return false;
}

static void end(struct format *f)
{
    chart_svg(f, f->state);
    chart_close(f->state);
    f->state = NULL;
}

const struct format_kind format_svg = {"svg", "a chart", RENDER_TABLE,
                                       begin, rows,      end};
