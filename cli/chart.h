/* chart.h - the rows of a `chart`, held to be drawn: what the text on a
 * terminal and SVG share. One thread. */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "cli/format.h"

enum { CHART_ROWS = 2000 }; /* drawn; others are counted */

struct chart {
    const struct columns_chart *drawn;
    uint32_t keys; /* columns before that make the label */
    uint32_t rows;
    struct buf text;  /* of each row: its label, then its values, end to end */
    struct buf ends;  /* uint32_t: where each of them ends in `text` */
    struct buf value; /* double: of each row its values; NAN: absent */
    double first, last; /* of all places */
    struct buf
        place; /* double: of each row its place, from its time or number */
};

struct chart_span {
    const char *s;
    size_t len;
};

/* f->columns must have a chart. */
struct chart *chart_open(struct format *f);
void chart_rows(struct chart *c, struct format *f, struct batch *b);
void chart_close(struct chart *c);

/* Text k of a row: 0 the label, then the values. */
struct chart_span chart_text(const struct chart *c, uint32_t row, uint32_t k);
double chart_value(const struct chart *c, uint32_t row, uint32_t k);
/* The row's place across, 0 to 1. */
double chart_place(const struct chart *c, uint32_t row);
/* Smallest and largest value k of all rows, 0 among them. */
void chart_range(const struct chart *c, uint32_t k, double *low, double *high);
const char *chart_name(const struct format *f, const struct chart *c,
                       uint32_t k);
/* A value as its column shows it. */
void chart_put(struct format *f, const struct chart *c, uint32_t k, double v);

/* Appends an <svg> element to f->out. */
void chart_svg(struct format *f, const struct chart *c);

#endif
