/* format_table.c - aligned columns for people. The first rows are held back to
 * find how wide the columns are; the rest streams at those widths. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/format.h"

enum { SIZING_ROWS = 1000, SIZING_BYTES = 1 << 22, WIDTH_MAX = 60 };

struct table {
    uint16_t *width; /* of each column */
    struct buf text; /* cells waiting to be written, end to end */
    struct buf ends; /* uint32_t: where each of them ends in text */
    uint32_t rows;   /* waiting */
    bool sized;
};

/* Packets have too many fields for a terminal: these, others by `show`. */
static const enum field_id packet_fields[] = {
    FIELD_TIME,  FIELD_SENSOR, FIELD_SRC,   FIELD_SPORT, FIELD_DST,
    FIELD_DPORT, FIELD_PROTO,  FIELD_FLAGS, FIELD_TTL,   FIELD_LEN};

static void pick_packet_fields(struct format *f)
{
    uint32_t n = 0;

    for (size_t i = 0; i < sizeof packet_fields / sizeof *packet_fields; i++)
        for (uint32_t k = 0; k < f->columns->n; k++)
            if (strcmp(f->columns->col[k].name,
                       schema_fields[packet_fields[i]].name) == 0) {
                const struct column_def *def = &f->columns->col[k];
                f->col[n++] = (struct format_column){
                    k, schema_types[def->type.type].lane, def,
                    render_for(&f->render, &def->type)};
            }
    f->cols = n;
}

void format_table_begin(struct format *f, const struct columns *c)
{
    struct table *t = memory_zeroed(1, sizeof *t);

    if (c->packets)
        pick_packet_fields(f);
    t->width = memory_zeroed(f->cols + 1, sizeof *t->width);
    f->state = t;
    if (f->index > 0)
        buf_u8(&f->out, '\n');
}

static bool is_right_aligned(const struct format_column *c)
{
    enum type t = c->def->type.type;

    return t == TYPE_INT || t == TYPE_REAL || t == TYPE_DURATION;
}

/* Pads only what something follows. */
static void put_padded(struct format *f, uint32_t i, const uint8_t *s,
                       size_t len)
{
    const struct table *t = f->state;
    size_t shown = render_width(s, len);
    size_t pad = shown < t->width[i] ? t->width[i] - shown : 0;
    bool right = is_right_aligned(&f->col[i]);

    if (right)
        buf_fill(&f->out, ' ', pad);
    buf_put(&f->out, s, len);
    if (i + 1 < f->cols)
        buf_fill(&f->out, ' ', right ? 2 : pad + 2);
}

static void widen(struct table *t, uint32_t i, size_t width)
{
    if (width > WIDTH_MAX)
        width = WIDTH_MAX;
    if (width > t->width[i])
        t->width[i] = (uint16_t)width;
}

static void put_header(struct format *f)
{
    struct buf name = {0};

    for (uint32_t i = 0; i < f->cols; i++) {
        name.len = 0;
        const char *s = f->col[i].def->name;
        render_outside(&name, s, strlen(s));
        put_padded(f, i, name.data, name.len);
    }
    buf_free(&name);
    buf_u8(&f->out, '\n');
}

static uint32_t end_of(const struct table *t, size_t cell)
{
    uint32_t end;

    memcpy(&end, t->ends.data + cell * sizeof end, sizeof end);
    return end;
}

/* The widths that the header and the waiting cells need. */
static void find_widths(struct format *f)
{
    struct table *t = f->state;
    uint32_t from = 0;

    for (uint32_t i = 0; i < f->cols && !f->o.no_header; i++)
        widen(t, i, strlen(f->col[i].def->name));
    for (size_t cell = 0; cell < (size_t)t->rows * f->cols; cell++) {
        uint32_t end = end_of(t, cell);
        widen(t, (uint32_t)(cell % f->cols),
              render_width(t->text.data + from, end - from));
        from = end;
    }
}

static void put_waiting(struct format *f)
{
    struct table *t = f->state;
    uint32_t from = 0;

    for (size_t cell = 0; cell < (size_t)t->rows * f->cols; cell++) {
        uint32_t i = (uint32_t)(cell % f->cols), end = end_of(t, cell);
        put_padded(f, i, t->text.data + from, end - from);
        if (i + 1 == f->cols)
            buf_u8(&f->out, '\n');
        format_flush(f, false);
        from = end;
    }
    t->rows = 0;
    t->text.len = t->ends.len = 0;
}

static void size_and_put(struct format *f)
{
    struct table *t = f->state;

    if (!t->sized) {
        find_widths(f);
        if (!f->o.no_header)
            put_header(f);
    }
    t->sized = true;
    put_waiting(f);
}

static void add_row(struct format *f, struct batch *b, uint32_t row)
{
    struct table *t = f->state;
    union cell cell;

    for (uint32_t i = 0; i < f->cols; i++) {
        const struct format_column *c = &f->col[i];
        if (format_cell(c, b, row, &cell))
            c->show(&t->text, &f->render, &c->def->type, cell);
        else
            buf_u8(&t->text, '-');
        uint32_t end = (uint32_t)t->text.len;
        buf_put(&t->ends, &end, sizeof end);
    }
    t->rows++;
}

bool format_table_rows(struct format *f, struct batch *b)
{
    struct table *t = f->state;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        add_row(f, b, b->sel.row[r]);
        if (t->sized || t->rows == SIZING_ROWS || t->text.len > SIZING_BYTES)
            size_and_put(f);
    }
    return true;
}

static void put_footer(const struct format *f)
{
    fflush(f->o.out);
    fprintf(f->o.notes, "(%" PRIu64 " row%s", f->rows, f->rows == 1 ? "" : "s");
    if (f->cols < f->columns->n)
        fprintf(f->o.notes,
                ", %" PRIu32 " of %" PRIu32 " fields: `show` picks others",
                f->cols, f->columns->n);
    fputs(")\n", f->o.notes);
}

void format_table_end(struct format *f)
{
    struct table *t = f->state;

    if (!f->broken || f->rows > 0) {
        size_and_put(f);
        format_flush(f, true);
    }
    if (f->o.notes && !f->closed && !f->broken)
        put_footer(f);
    buf_free(&t->text);
    buf_free(&t->ends);
    free(t->width);
    free(t);
    f->state = NULL;
}
