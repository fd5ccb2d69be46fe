/* format_json.c - RFC 8259: json is an array a query, ndjson a line a row. */
#include <string.h>

#include "cli/format.h"

static void put_object(struct format *f, struct batch *b, uint32_t row)
{
    union cell cell;

    buf_u8(&f->out, '{');
    for (uint32_t i = 0; i < f->cols; i++) {
        const struct format_column *c = &f->col[i];
        if (i)
            buf_u8(&f->out, ',');
        render_json_string(&f->out, c->def->name, strlen(c->def->name));
        buf_u8(&f->out, ':');
        if (format_cell(c, b, row, &cell))
            c->show(&f->out, &f->render, &c->def->type, cell);
        else
            render_text(&f->out, "null");
    }
    buf_u8(&f->out, '}');
}

void format_json_begin(struct format *f, const struct columns *c)
{
    (void)c;
    buf_u8(&f->out, '[');
}

bool format_json_rows(struct format *f, struct batch *b)
{
    uint64_t before = f->rows - b->sel.n;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        render_text(&f->out, before + r == 0 ? "\n" : ",\n");
        put_object(f, b, b->sel.row[r]);
        format_flush(f, false);
    }
    return true;
}

void format_json_end(struct format *f)
{
    render_text(&f->out, f->rows ? "\n]\n" : "]\n");
}

void format_ndjson_begin(struct format *f, const struct columns *c)
{
    (void)f;
    (void)c;
}

bool format_ndjson_rows(struct format *f, struct batch *b)
{
    for (uint32_t r = 0; r < b->sel.n; r++) {
        put_object(f, b, b->sel.row[r]);
        buf_u8(&f->out, '\n');
        format_flush(f, false);
    }
    return true;
}
