/* manual.c - man(7) from the tables. */
#include "cli/manual.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/tables.h"
#include "cli/topics.h"

static const char later[] = " (not built in this version)";

/* How far the help stands from the margin: what most names of a table need. */
static const int indent[TABLES_COUNT] = {
    [TABLES_STAGES] = 8,      [TABLES_FIELDS] = 20, [TABLES_FUNCTIONS] = 26,
    [TABLES_AGGREGATES] = 24, [TABLES_TYPES] = 12,  [TABLES_BAD] = 8,
    [TABLES_FORMATS] = 10,    [TABLES_EXIT] = 8,    [TABLES_DOTS] = 20};

/* Characters that troff takes for something else, or prints as another one. */
static const char *escape_of(char c)
{
    switch (c) {
    case '\\': return "\\e";
    case '-': return "\\-";
    case '\'': return "\\(aq";
    case '`': return "\\(ga";
    case '"': return "\\(dq";
    case '^': return "\\(ha";
    case '~': return "\\(ti";
    default: return NULL;
    }
}

void manual_put_text(FILE *out, const char *text, bool marks)
{
    bool bold = false;

    for (const char *s = text; *s; s++) {
        const char *escape = escape_of(*s);
        if (*s == '.' && (s == text || s[-1] == '\n'))
            fputs("\\&", out);
        if (*s == '`' && marks) {
            bold = !bold;
            fputs(bold ? "\\fB" : "\\fR", out);
        } else if (escape)
            fputs(escape, out);
        else
            fputc(*s, out);
    }
    if (bold)
        fputs("\\fR", out);
}

static void put_bold(FILE *out, const char *text)
{
    fputs("\\fB", out);
    manual_put_text(out, text, false);
    fputs("\\fR", out);
}

struct table_call {
    FILE *out;
    int indent;
};

static void put_row(void *ctx, const struct tables_row *row)
{
    const struct table_call *c = ctx;

    fprintf(c->out, ".TP %d\n", c->indent);
    put_bold(c->out, row->usage ? row->usage : row->name);
    if (row->type)
        fprintf(c->out, " (%s)", row->type);
    fputc('\n', c->out);
    manual_put_text(c->out, row->help, true);
    fprintf(c->out, "%s\n", row->later ? later : "");
}

static void put_table(FILE *out, enum tables_id id)
{
    struct table_call c = {out, indent[id]};

    fputs(".PD 0\n", out);
    tables_find(id, NULL, put_row, &c);
    fputs(".PD\n", out);
}

static void put_option(FILE *out, const struct option_row *o)
{
    fputs(".TP 26\n", out);
    if (o->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", out);
    manual_put_text(out, o->name, false);
    fputs("\\fR", out);
    if (o->value) {
        fputs(" \\fI", out);
        manual_put_text(out, o->value, false);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    manual_put_text(out, o->help, true);
    fputc('\n', out);
}

static void put_options(FILE *out, const struct option_row *row, uint32_t n)
{
    if (n == 0)
        return;
    fputs(".PD 0\n", out);
    for (uint32_t i = 0; i < n; i++)
        put_option(out, &row[i]);
    fputs(".PD\n", out);
}

static void put_example(FILE *out, const char *text)
{
    fputs(".EX\n", out);
    manual_put_text(out, text, false);
    fputs(".EE\n", out);
}

static void put_line(FILE *out, const char *line, size_t len)
{
    char *copy = strndup(line, len + 1);

    if (!copy)
        err_no_memory();
    if (len == 0)
        fputs(".PP\n", out);
    else if (*line == ' ')
        put_example(out, copy);
    else
        manual_put_text(out, copy, true);
    free(copy);
}

/* Paragraphs that are divided by empty lines; an indented line is an example
 * and stays a line. */
static void put_paragraphs(FILE *out, const char *text)
{
    for (const char *s = text; *s;) {
        size_t len = strcspn(s, "\n");
        put_line(out, s, len);
        s += len + (s[len] != '\0');
    }
    fputs("\n.PP\n", out);
}

static void put_command(FILE *out, const struct command *c)
{
    fputs(".SS \"trawl ", out);
    manual_put_text(out, c->name, false);
    if (*c->usage)
        fputc(' ', out);
    manual_put_text(out, c->usage, false);
    fputs("\"\n", out);
    manual_put_text(out, c->help, true);
    fprintf(out, "%s\n.PP\n", c->run ? "" : later);
    if (c->about)
        put_paragraphs(out, c->about);
    put_options(out, c->options, c->n_options);
}

static bool print_command(FILE *out, const char *name)
{
    bool all = strcmp(name, tables_all[TABLES_COMMANDS].name) == 0;
    bool found = false;

    for (uint32_t i = 0; i < command_count; i++)
        if (all || strcmp(command_table[i]->name, name) == 0) {
            put_command(out, command_table[i]);
            found = true;
        }
    return found;
}

static bool print_table(FILE *out, const char *name)
{
    for (uint32_t i = TABLES_STAGES; i < TABLES_COUNT; i++)
        if (strcmp(tables_all[i].name, name) == 0) {
            put_table(out, i);
            return true;
        }
    return false;
}

static bool print_topic(FILE *out, const char *name, struct err *e)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    if (!f)
        err_no_memory();
    bool found = topics_print(f, name, e);
    if (fclose(f) != 0)
        err_no_memory();
    if (found)
        put_example(out, text);
    free(text);
    return found;
}

bool manual_print(FILE *out, const char *name, struct err *e)
{
    if (strcmp(name, "options") == 0)
        put_options(out, command_global_options, command_global_count);
    else if (!print_command(out, name) && !print_table(out, name))
        return print_topic(out, name, e);
    return true;
}
