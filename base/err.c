/* err.c - filling in an error value, and showing it. */
#include "base/err.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    *e = (struct err){.code = code};
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return false;
}

bool err_query(struct err *e, struct span at, const char *fmt, ...)
{
    va_list ap;

    *e = (struct err){.code = ERR_QUERY, .at = at};
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return false;
}

void err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
}

bool err_context(struct err *e, const char *fmt, ...)
{
    char tail[sizeof e->text];
    va_list ap;

    memcpy(tail, e->text, sizeof tail);
    va_start(ap, fmt);
    int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n;
    if (used + 3 < sizeof e->text)
        snprintf(e->text + used, sizeof e->text - used, ": %.*s",
                 (int)(sizeof e->text - used - 3), tail);
    return false;
}

/* One line of the query and where the error lies in it. */
struct source {
    const char *line;
    size_t len;
    size_t from, to; /* the span, clipped to the line */
    size_t number;   /* from 1 */
    size_t column;   /* from 1, in the whole line */
    bool cut_before, cut_after;
};

enum { LINE_SHOWN = 1000, AROUND = 300 }; /* bytes */

static bool inside_char(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

/* Of a line that would fill the screen only what lies around the span. */
static void cut_line(struct source *s)
{
    size_t skip = s->from > AROUND ? s->from - AROUND : 0;
    size_t end = s->from + AROUND;

    if (s->len <= LINE_SHOWN)
        return;
    while (skip < s->from && inside_char(s->line[skip]))
        skip++;
    while (end < s->len && inside_char(s->line[end]))
        end++;
    end = end < s->len ? end : s->len;
    s->cut_before = skip > 0;
    s->cut_after = end < s->len;
    s->line += skip;
    s->len = end - skip;
    s->from -= skip;
    s->to = (s->to < end ? s->to : end) - skip;
}

static struct source source_find(const char *query, struct span at)
{
    size_t len = strlen(query), bol = 0, number = 1;
    size_t from = at.from < len ? at.from : len;

    for (size_t i = 0; i < from; i++) {
        if (query[i] == '\n') {
            bol = i + 1;
            number++;
        }
    }
    size_t size = strcspn(query + bol, "\n");
    size_t to = at.to < bol + size ? at.to : bol + size;
    from -= bol;
    to = to > bol + from ? to - bol : from;
    struct source s = {.line = query + bol,
                       .len = size,
                       .from = from,
                       .to = to,
                       .number = number,
                       .column = from + 1};
    cut_line(&s);
    return s;
}

/* Tabs are kept, so that the line below with the same tabs stays in step. */
static void print_line(FILE *out, const char *s, size_t len)
{
    for (const char *tab; (tab = memchr(s, '\t', len)) != NULL;) {
        size_t before = (size_t)(tab - s);
        text_print(out, s, before);
        fputc('\t', out);
        s += before + 1;
        len -= before + 1;
    }
    text_print(out, s, len);
}

static void print_blank(FILE *out, const char *s, size_t len)
{
    for (const char *tab; (tab = memchr(s, '\t', len)) != NULL;) {
        size_t before = (size_t)(tab - s);
        fprintf(out, "%*s\t", (int)text_width(s, before), "");
        s += before + 1;
        len -= before + 1;
    }
    fprintf(out, "%*s", (int)text_width(s, len), "");
}

static void print_query(FILE *out, const struct err *e, const char *query,
                        const char *file)
{
    struct source s = source_find(query, e->at);

    if (file) {
        text_print(out, file, strlen(file));
        fputc(':', out);
    }
    fprintf(out, "%zu:%zu: ", s.number, s.column);
    text_print(out, e->text, strlen(e->text));
    fputs(s.cut_before ? "\n  ... " : "\n  ", out);
    print_line(out, s.line, s.len);
    fputs(s.cut_after ? " ...\n  " : "\n  ", out);
    fputs(s.cut_before ? "    " : "", out);
    print_blank(out, s.line, s.from);
    size_t carets = text_width(s.line + s.from, s.to - s.from);
    do {
        fputc('^', out);
    } while (carets-- > 1);
    if (e->hint[0]) {
        fputc(' ', out);
        text_print(out, e->hint, strlen(e->hint));
    }
    fputc('\n', out);
}

void err_print(FILE *out, const struct err *e, const char *query,
               const char *file)
{
    if (e->code == ERR_QUERY && query) {
        print_query(out, e, query, file);
        return;
    }
    fputs("trawl: ", out);
    text_print(out, e->text, strlen(e->text));
    if (e->hint[0]) {
        fputs("\nhint: ", out);
        text_print(out, e->hint, strlen(e->hint));
    }
    fputc('\n', out);
}

int err_exit_status(const struct err *e)
{
    static const int status[] = {
        0,
#define ERR(id, status, meaning) status,
#include "base/errors.def"
#undef ERR
    };
    return status[e->code];
}

void err_no_memory(void)
{
    struct err e;

    err_set(&e, ERR_SYSTEM, "out of memory");
    err_print(stderr, &e, NULL, NULL);
    _Exit(err_exit_status(&e));
}
