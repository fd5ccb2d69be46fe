/* chart.c - holds the rows that are drawn. */
#include "cli/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool is_drawn(const struct columns_chart *d, uint32_t at)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->col[i] == at)
            return true;
    return false;
}

struct chart *chart_open(struct format *f)
{
    struct chart *c = memory_zeroed(1, sizeof *c);

    c->drawn = f->columns->chart;
    c->first = INFINITY;
    c->last = -INFINITY;
    c->keys = f->columns->keys ? f->columns->keys : 1;
    f->left_why = "not drawn";
    return c;
}

static void put_double(struct buf *b, double v)
{
    buf_put(b, &v, sizeof v);
}

static double get_double(const struct buf *b, size_t i)
{
    double v;

    memcpy(&v, b->data + i * sizeof v, sizeof v);
    return v;
}

static void end_text(struct chart *c)
{
    buf_u32(&c->ends, (uint32_t)c->text.len);
}

static void take_label(struct chart *c, const struct format *f, struct batch *b,
                       uint32_t row)
{
    union cell cell;

    for (uint32_t i = 0; i < c->keys && i < f->cols; i++) {
        const struct format_column *k = &f->col[i];

        if (is_drawn(c->drawn, i))
            continue;
        if (i)
            buf_u8(&c->text, ' ');
        if (format_cell(k, b, row, &cell))
            k->show(&c->text, &f->render, &k->def->type, cell);
        else
            buf_u8(&c->text, '-');
    }
    end_text(c);
}

/* A time has its place among others; all else stands side by side. */
static void take_place(struct chart *c, const struct format *f, struct batch *b,
                       uint32_t row)
{
    union cell cell;
    bool timed = f->col[0].def->type.type == TYPE_TIME;

    double at = c->rows;

    if (timed)
        at = format_cell(&f->col[0], b, row, &cell) ? (double)cell.i : NAN;
    put_double(&c->place, at);
    c->first = fmin(c->first, at);
    c->last = fmax(c->last, at);
}

static void take_value(struct chart *c, const struct format *f, struct batch *b,
                       uint32_t row, uint32_t k)
{
    const struct format_column *col = &f->col[c->drawn->col[k]];
    union cell cell;
    double v = NAN;

    if (format_cell(col, b, row, &cell)) {
        v = col->lane == LANE_REAL ? cell.r : (double)cell.i;
        col->show(&c->text, &f->render, &col->def->type, cell);
    }
    put_double(&c->value, isfinite(v) ? v : NAN);
    end_text(c);
}

void chart_rows(struct chart *c, struct format *f, struct batch *b)
{
    for (uint32_t r = 0; r < b->sel.n; r++) {
        uint32_t row = b->sel.row[r];

        if (c->rows == CHART_ROWS) {
            f->left_out += b->sel.n - r;
            return;
        }
        take_label(c, f, b, row);
        take_place(c, f, b, row);
        for (uint32_t k = 0; k < c->drawn->n; k++)
            take_value(c, f, b, row, k);
        c->rows++;
    }
}

void chart_close(struct chart *c)
{
    buf_free(&c->text);
    buf_free(&c->ends);
    buf_free(&c->value);
    buf_free(&c->place);
    free(c);
}

struct chart_span chart_text(const struct chart *c, uint32_t row, uint32_t k)
{
    size_t i = (size_t)row * (c->drawn->n + 1) + k;
    uint32_t from = 0, to;

    if (i)
        memcpy(&from, c->ends.data + (i - 1) * sizeof from, sizeof from);
    memcpy(&to, c->ends.data + i * sizeof to, sizeof to);
    return (struct chart_span){(const char *)c->text.data + from, to - from};
}

double chart_value(const struct chart *c, uint32_t row, uint32_t k)
{
    return get_double(&c->value, (size_t)row * c->drawn->n + k);
}

double chart_place(const struct chart *c, uint32_t row)
{
    double width = c->last - c->first;

    return width > 0 ? (get_double(&c->place, row) - c->first) / width : 0.5;
}

void chart_range(const struct chart *c, uint32_t k, double *low, double *high)
{
    *low = *high = 0;
    for (uint32_t i = 0; i < c->rows; i++) {
        *low = fmin(*low, chart_value(c, i, k));
        *high = fmax(*high, chart_value(c, i, k));
    }
}

const char *chart_name(const struct format *f, const struct chart *c,
                       uint32_t k)
{
    return f->columns->col[c->drawn->col[k]].name;
}

void chart_put(struct format *f, const struct chart *c, uint32_t k, double v)
{
    const struct format_column *col = &f->col[c->drawn->col[k]];
    union cell cell = {.r = v};

    if (col->lane != LANE_REAL)
        cell.i = v < 9e18 ? (int64_t)v : INT64_MAX;
    col->show(&f->out, &f->render, &col->def->type, cell);
}
