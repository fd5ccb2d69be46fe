/* format_csv.c - csv (RFC 4180; lines end with LF, as every tool that reads
 * lines expects) and tsv. */
#include <string.h>

#include "cli/format.h"

/* RFC 4180 2: a value with a comma, a quote or a line break stands in quotes,
 * its quotes doubled. The value lies in out from `from` on. */
static void quote_from(struct buf *out, size_t from)
{
    size_t len = out->len - from, quotes = 0;

    for (size_t i = from; i < out->len; i++)
        quotes += out->data[i] == '"';
    buf_fill(out, '"', quotes + 2);
    uint8_t *to = out->data + out->len - 1;
    const uint8_t *end = out->data + from;
    for (const uint8_t *at = end + len; at > end;) {
        *--to = *--at;
        if (*at == '"')
            *--to = '"';
    }
    out->data[from] = '"';
}

static bool must_quote(const struct buf *out, size_t from)
{
    for (size_t i = from; i < out->len; i++) {
        uint8_t c = out->data[i];
        if (c == '"' || c == ',' || c == '\n' || c == '\r')
            return true;
    }
    return false;
}

/* A spreadsheet takes a text that begins so for a formula. */
static bool is_formula(const char *s, size_t len)
{
    return len > 0 &&
           (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@');
}

/* Nothing is absent, "" an empty text. No flags are an empty value too: where
 * there is no TCP can be told from other columns. */
static bool is_empty_text(const struct format_column *c, const struct buf *out,
                          size_t from)
{
    return c->def->type.type == TYPE_STRING && out->len == from;
}

static bool is_text(enum type t)
{
    return t == TYPE_STRING || t == TYPE_SET;
}

static void guard(struct format *f, const struct format_column *c,
                  union cell cell)
{
    size_t len;

    if (!f->o.csv_safe || c->def->type.type != TYPE_STRING)
        return;
    const char *s = strtab_text(f->o.text, (uint32_t)cell.i, &len);
    if (is_formula(s, len))
        buf_u8(&f->out, '\'');
}

static void put_csv(struct format *f, const struct format_column *c,
                    union cell cell)
{
    size_t from = f->out.len;

    guard(f, c, cell);
    c->show(&f->out, &f->render, &c->def->type, cell);
    if (is_text(c->def->type.type) &&
        (must_quote(&f->out, from) || is_empty_text(c, &f->out, from)))
        quote_from(&f->out, from);
}

void format_csv_begin(struct format *f, const struct columns *c)
{
    if (f->index > 0)
        buf_u8(&f->out, '\n');
    for (uint32_t i = 0; i < c->n && !f->o.no_header; i++) {
        const char *name = c->col[i].name;
        if (i)
            buf_u8(&f->out, ',');
        size_t from = f->out.len;
        if (f->o.csv_safe && is_formula(name, strlen(name)))
            buf_u8(&f->out, '\'');
        render_outside(&f->out, name, strlen(name));
        if (must_quote(&f->out, from))
            quote_from(&f->out, from);
    }
    if (!f->o.no_header)
        buf_u8(&f->out, '\n');
}

bool format_csv_rows(struct format *f, struct batch *b)
{
    union cell cell;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        for (uint32_t i = 0; i < f->cols; i++) {
            if (i)
                buf_u8(&f->out, ',');
            if (format_cell(&f->col[i], b, b->sel.row[r], &cell))
                put_csv(f, &f->col[i], cell);
        }
        buf_u8(&f->out, '\n');
        format_flush(f, false);
    }
    return true;
}

void format_csv_end(struct format *f)
{
    (void)f;
}

void format_tsv_begin(struct format *f, const struct columns *c)
{
    if (f->index > 0)
        buf_u8(&f->out, '\n');
    for (uint32_t i = 0; i < c->n && !f->o.no_header; i++) {
        if (i)
            buf_u8(&f->out, '\t');
        render_outside(&f->out, c->col[i].name, strlen(c->col[i].name));
    }
    if (!f->o.no_header)
        buf_u8(&f->out, '\n');
}

/* Escapes leave no tab and no line break in a text. */
bool format_tsv_rows(struct format *f, struct batch *b)
{
    union cell cell;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        for (uint32_t i = 0; i < f->cols; i++) {
            const struct format_column *c = &f->col[i];
            if (i)
                buf_u8(&f->out, '\t');
            if (format_cell(c, b, b->sel.row[r], &cell))
                c->show(&f->out, &f->render, &c->def->type, cell);
        }
        buf_u8(&f->out, '\n');
        format_flush(f, false);
    }
    return true;
}
