/* tables.c - one walk a table, each over rows that are defined elsewhere. */
#include "cli/tables.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/format.h"
#include "grammar/parse.h"
#include "query/query.h"

static void each_command(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < command_count; i++) {
        const struct command *c = command_table[i];
        struct tables_row row = {.name = c->name,
                                 .usage = c->usage,
                                 .help = c->help,
                                 .later = !c->run};
        f(ctx, &row);
    }
}

static void each_stage(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < parse_stage_count; i++) {
        const struct parse_stage_word *w = &parse_stages[i];
        struct tables_row row = {.name = w->name,
                                 .usage = w->usage,
                                 .help = w->help,
                                 .later = !query_stage_built(w->name)};
        f(ctx, &row);
    }
}

static void each_field(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *d = &schema_fields[i];
        struct tables_row row = {.name = d->name,
                                 .type = schema_types[d->type].name,
                                 .help = d->help};
        f(ctx, &row);
    }
    static const struct tables_row dir = {
        .name = "dir",
        .type = "string",
        .help = "inbound, outbound, internal or transit; needs home networks"};
    f(ctx, &dir);
}

static void each_word(const struct query_word *w, uint32_t n, tables_visit *f,
                      void *ctx)
{
    for (uint32_t i = 0; i < n; i++) {
        struct tables_row row = {
            .name = w[i].name, .usage = w[i].usage, .help = w[i].help};
        f(ctx, &row);
    }
}

static void each_function(tables_visit *f, void *ctx)
{
    each_word(query_functions, query_function_count, f, ctx);
}

static void each_aggregate(tables_visit *f, void *ctx)
{
    each_word(query_aggregates, query_aggregate_count, f, ctx);
}

static void each_type(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < TYPE_COUNT; i++) {
        struct tables_row row = {.name = schema_types[i].name,
                                 .help = schema_types[i].help};
        f(ctx, &row);
    }
}

static void number(tables_visit *f, void *ctx, int n, const char *help)
{
    char name[12];
    struct tables_row row = {.name = name, .help = help};

    snprintf(name, sizeof name, "%d", n);
    f(ctx, &row);
}

static void each_bad(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < schema_bad_count; i++)
        number(f, ctx, schema_bad[i].bit, schema_bad[i].help);
}

static void each_format(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < format_kind_count; i++) {
        struct tables_row row = {.name = format_kinds[i].name,
                                 .help = format_kinds[i].help};
        f(ctx, &row);
    }
}

static void each_exit(tables_visit *f, void *ctx)
{
    number(f, ctx, 0, "done");
    number(f, ctx, 1, "check: damage");
#define ERR(id, status, meaning) number(f, ctx, status, meaning);
#include "base/errors.def"
#undef ERR
}

/* Commands of the shell. */
static void each_dot(tables_visit *f, void *ctx)
{
    static const struct tables_row rows[] = {
#define DOT(id, more, offer, what)                                             \
    {"." #id, sizeof(more) > 1 ? "." #id " " more : NULL, NULL, what, false},
#include "cli/shell.def"
#undef DOT
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        f(ctx, &rows[i]);
}

const struct table tables_all[TABLES_COUNT] = {
    [TABLES_COMMANDS] = {"commands",   "command",   each_command  },
    [TABLES_STAGES] = {"stages",     "stage",     each_stage    },
    [TABLES_FIELDS] = {"fields",     "field",     each_field    },
    [TABLES_FUNCTIONS] = {"functions",  "function",  each_function },
    [TABLES_AGGREGATES] = {"aggregates", "aggregate", each_aggregate},
    [TABLES_TYPES] = {"types",      NULL,        each_type     },
    [TABLES_BAD] = {"bad",        NULL,        each_bad      },
    [TABLES_FORMATS] = {"formats",    NULL,        each_format   },
    [TABLES_EXIT] = {"exit",       NULL,        each_exit     },
    [TABLES_DOTS] = {"dots",       NULL,        each_dot      },
};

/* A walk that lets through the rows of one name. */
struct sieve {
    const char *name; /* NULL: all */
    tables_visit *f;
    void *ctx;
    uint32_t n;
};

static void sift(void *ctx, const struct tables_row *row)
{
    struct sieve *s = ctx;

    if (s->name && strcmp(s->name, row->name) != 0)
        return;
    s->n++;
    s->f(s->ctx, row);
}

uint32_t tables_find(enum tables_id id, const char *name, tables_visit *f,
                     void *ctx)
{
    struct sieve s = {name, f, ctx, 0};

    tables_all[id].each(sift, &s);
    return s.n;
}
