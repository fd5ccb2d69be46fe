/* chart_text.c - a chart as lines of text: a bar a value, in eighths of a
 * character where the terminal takes UTF-8. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/chart.h"

enum { BARS_WIDTH = 48, BAR_SHORTEST = 8, COLUMNS_MAX = 64 };

/* The locale's encoding, as POSIX says it is found. */
static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (int i = 0; i < 3; i++) {
        const char *v = getenv(names[i]); /* NOLINT: one thread */

        if (v && v[0])
            return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
    }
    return false;
}

/* Columns that bar k takes, and where its values end. */
struct bar {
    size_t width, text;
    double high; /* the longest */
};

static void begin(struct format *f, const struct columns *c)
{
    (void)c;
    f->state = chart_open(f);
    if (f->index > 0)
        buf_u8(&f->out, '\n');
}

static bool rows(struct format *f, struct batch *b)
{
    chart_rows(f->state, f, b);
    return false;
}

static size_t widest(const struct chart *c, uint32_t k, size_t least)
{
    for (uint32_t r = 0; r < c->rows; r++) {
        struct chart_span s = chart_text(c, r, k);
        size_t w = render_width((const uint8_t *)s.s, s.len);

        least = w > least ? w : least;
    }
    return least;
}

/* Returns the columns that it fills. */
static size_t put_bar(struct buf *out, double part, size_t width, bool utf8)
{
    size_t eighths = (size_t)lround(part * 8 * (double)width), n = 0;

    if (!utf8) {
        n = (size_t)lround(part * (double)width);
        if (n == 0 && part > 0)
            n = 1;
        buf_fill(out, '#', n);
        return n;
    }
    if (eighths == 0 && part > 0)
        eighths = 1;
    for (; n < eighths / 8; n++)
        buf_put(out, "\u2588", 3);
    if (eighths % 8 == 0)
        return n;
    /* U+2589 has seven eighths, U+258F one. */
    const uint8_t block[] = {0xe2, 0x96, (uint8_t)(0x90 - eighths % 8)};
    buf_put(out, block, sizeof block);
    return n + 1;
}

static void put_cell(struct format *f, const struct chart *c,
                     const struct bar *bar, uint32_t r, uint32_t k, bool utf8)
{
    struct chart_span s = chart_text(c, r, k + 1);
    size_t w = render_width((const uint8_t *)s.s, s.len);
    double v = fabs(chart_value(c, r, k));
    size_t filled = 0;

    buf_fill(&f->out, ' ', 2 + bar->text - w);
    buf_put(&f->out, s.s, s.len);
    buf_u8(&f->out, ' ');
    if (v > 0)
        filled = put_bar(&f->out, v / bar->high, bar->width, utf8);
    if (k + 1 < c->drawn->n)
        buf_fill(&f->out, ' ', bar->width - filled);
}

static void trim(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
    buf_u8(out, '\n');
}

static void put_head(struct format *f, const struct chart *c,
                     const struct bar *bar, size_t label)
{
    buf_fill(&f->out, ' ', label);
    for (uint32_t k = 0; k < c->drawn->n && k < COLUMNS_MAX; k++) {
        const char *name = chart_name(f, c, k);
        size_t w = render_width((const uint8_t *)name, strlen(name));

        buf_fill(&f->out, ' ', 2 + bar[k].text - w);
        render_outside(&f->out, name, strlen(name));
        buf_fill(&f->out, ' ', bar[k].width + 1);
    }
    trim(&f->out);
}

static void measure(const struct format *f, const struct chart *c,
                    struct bar *bar)
{
    size_t width = BARS_WIDTH / c->drawn->n;

    for (uint32_t k = 0; k < c->drawn->n && k < COLUMNS_MAX; k++) {
        const char *name = chart_name(f, c, k);
        double low, high;

        chart_range(c, k, &low, &high);
        bar[k].high = fmax(-low, high);
        bar[k].width = width < BAR_SHORTEST ? BAR_SHORTEST : width;
        bar[k].text =
            widest(c, k + 1, render_width((const uint8_t *)name, strlen(name)));
    }
}

static void put_rows(struct format *f, const struct chart *c)
{
    struct bar bar[COLUMNS_MAX];
    size_t label = widest(c, 0, 0);
    bool utf8 = is_utf8();

    measure(f, c, bar);
    if (!f->o.no_header)
        put_head(f, c, bar, label);
    for (uint32_t r = 0; r < c->rows; r++) {
        struct chart_span s = chart_text(c, r, 0);

        buf_put(&f->out, s.s, s.len);
        buf_fill(&f->out, ' ',
                 label - render_width((const uint8_t *)s.s, s.len));
        for (uint32_t k = 0; k < c->drawn->n && k < COLUMNS_MAX; k++)
            put_cell(f, c, &bar[k], r, k, utf8);
        trim(&f->out);
        format_flush(f, false);
    }
}

static void end(struct format *f)
{
    struct chart *c = f->state;

    put_rows(f, c);
    if (f->left_out && f->o.notes && !f->broken)
        fprintf(f->o.notes, "note: the first %u rows are drawn, of %llu\n",
                c->rows, (unsigned long long)f->rows);
    chart_close(c);
    f->state = NULL;
}

const struct format_kind format_chart = {
    "chart", "bars over the first column", RENDER_TABLE, begin, rows, end};
