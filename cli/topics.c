/* topics.c - help from the tables. */
#include "cli/topics.h"

#include <string.h>

#include "base/suggest.h"
#include "cli/command.h"

static const char language[] =
    "    [RANGE] [FILTER] { | STAGE } ;        several queries with `;`\n"
    "    let NAME = QUERY ;                    names a set, a filter, rows, or "
    "a piece\n"
    "    # comment to the end of the line\n"
    "\n"
    "A query is a time range, a filter as tcpdump's, and stages.\n"
    "\n"
    "    last 7d inbound and syn | stats hosts = distinct(dst) by src, hour | "
    "where hosts >= 7\n"
    "    last 60d inbound | stats n = count() by src, day | stats days = "
    "count(), busiest = max(n) by src\n"
    "      | where days >= 10 and busiest <= 2\n"
    "    to thisweek src port 7 | stats n = count(), first = min(time), "
    "targets = set(dst) by src, proto\n"
    "\n"
    "A field that a packet does not have makes a comparison false, `!=` "
    "included;\n"
    "`has(F)` asks for it. `and` mixed with `or` needs parentheses.\n"
    "\n"
    "See also: trawl help ranges, filter, stages, fields, functions, "
    "aggregates, types.\n";

static const char ranges[] =
    "    last 30d                  ends with the newest packet\n"
    "    on 2026-08-15             the day; on 2026-08-15T10 that hour\n"
    "    from T to T, from T, to T half open: `from` is in, `to` is out\n"
    "    all                       everything; so it is without a range\n"
    "\n"
    "T is 2026-08-15, 2026-08-15T10:00 (with a time also Z or -04:00), or one "
    "of\n"
    "now today yesterday thisweek lastweek thismonth lastmonth, with a step as "
    "+7d.\n"
    "`now` is the newest packet where that is older than 2 days, else the "
    "clock;\n"
    "--now says otherwise. Packets of odd times (kept by ingest\n"
    "--accept-odd-times) lie outside `last` and `now`; `all` and a range that "
    "is\n"
    "written out include them.\n";

static const char filter[] =
    "tcpdump's: host net port portrange proto with src and dst, tcp udp icmp "
    "icmp6\n"
    "sctp ip ip6, less greater, tcp[13] & 2 != 0, and or not. Beside it:\n"
    "\n"
    "    inbound outbound internal transit     by home of site.trawl\n"
    "    syn synack rst fin icmperr\n"
    "    flags S/SA   of S and A exactly S; flags SF: both set; flags = SF: "
    "exactly\n"
    "    FIELD = VALUE, FIELD in { ... }, FIELD = FIELD\n"
    "\n"
    "    port 80 or 443, port (80, 443), src net 10/8 and not dst port 53\n";

static const char shell[] =
    "A complete text runs at Enter; an open bracket or a `|` at the end of the "
    "line\n"
    "goes on in the next. An empty line runs what is there. Tab completes.\n"
    "Ctrl-C ends the query or drops the line; Ctrl-D leaves. `.help` lists "
    "the\n"
    "commands that begin with a dot.\n";

static void put_language(FILE *out)
{
    fputs(language, out);
}

static void put_ranges(FILE *out)
{
    fputs(ranges, out);
}

static void put_filter(FILE *out)
{
    fputs(filter, out);
}

static void put_shell(FILE *out)
{
    fputs(shell, out);
}

static void put_row(FILE *out, const char *name, const char *help)
{
    fprintf(out, "  %-13s %s\n", name, help);
}

static void put_name(void *ctx, const struct tables_row *row)
{
    put_row(ctx, row->name, row->help);
}

static void put_usage(void *ctx, const struct tables_row *row)
{
    FILE *out = ctx;

    if (strlen(row->usage) > 34)
        fprintf(out, "  %s\n  %-34s %s\n", row->usage, "", row->help);
    else
        fprintf(out, "  %-34s %s\n", row->usage, row->help);
    if (row->later)
        fprintf(out, "  %-34s (not built in this version)\n", "");
}

static void put_field(void *ctx, const struct tables_row *row)
{
    fprintf(ctx, "  %-13s %-8s  %s\n", row->name, row->type, row->help);
}

static void put_number(void *ctx, const struct tables_row *row)
{
    fprintf(ctx, "  %5s  %s\n", row->name, row->help);
}

static void put_stages(FILE *out)
{
    tables_find(TABLES_STAGES, NULL, put_usage, out);
}

static void put_functions(FILE *out)
{
    tables_find(TABLES_FUNCTIONS, NULL, put_usage, out);
}

static void put_aggregates(FILE *out)
{
    tables_find(TABLES_AGGREGATES, NULL, put_usage, out);
}

static void put_fields(FILE *out)
{
    tables_find(TABLES_FIELDS, NULL, put_field, out);
}

static void put_types(FILE *out)
{
    tables_find(TABLES_TYPES, NULL, put_name, out);
}

static void put_bad(FILE *out)
{
    fputs("The field `bad` is the sum of these: `bad & 128 != 0`, `bad != 0`\n"
          "\n",
          out);
    tables_find(TABLES_BAD, NULL, put_number, out);
}

static void put_exit(FILE *out)
{
    tables_find(TABLES_EXIT, NULL, put_number, out);
}

static void put_formats(FILE *out)
{
    tables_find(TABLES_FORMATS, NULL, put_name, out);
    fputs(
        "\nTimes are RFC 3339 in the query's zone with six digits, nine where "
        "the\n"
        "capture had nanoseconds; with --time epoch Unix seconds (a string in "
        "json).\n"
        "Durations are seconds in csv and json. Absent is empty in csv, null "
        "in json,\n"
        "- in tables. A set is {a, b} sorted, an array in json.\n",
        out);
}

static void put_commands(FILE *out)
{
    command_print_overview(out);
}

static const struct topic {
    const char *name, *help;
    void (*print)(FILE *out);
} topics[] = {
    {"language",   "how a query is written",                put_language  },
    {"ranges",     "last, on, from, to, all",               put_ranges    },
    {"filter",     "tcpdump's filters and what is new",     put_filter    },
    {"stages",     "what may stand after `|`",              put_stages    },
    {"fields",     "what is known of a packet",             put_fields    },
    {"functions",  "in expressions and as keys",            put_functions },
    {"aggregates", "in stats",                              put_aggregates},
    {"types",      "of fields and columns",                 put_types     },
    {"bad",        "bits of the field `bad`",               put_bad       },
    {"formats",    "of rows, for -f",                       put_formats   },
    {"exit",       "exit statuses",                         put_exit      },
    {"commands",   "and the options that all of them take", put_commands  },
    {"shell",      "the interactive shell",                 put_shell     },
};

enum { TOPICS = sizeof topics / sizeof *topics };

void topics_list(FILE *out)
{
    for (uint32_t i = 0; i < TOPICS; i++)
        put_row(out, topics[i].name, topics[i].help);
    fputs(
        "  and the name of any command, stage, field, function or aggregate\n",
        out);
}

/* Hands the names of rows to a function that takes no more. */
struct names {
    void (*f)(void *ctx, const char *name);
    void *ctx;
};

static void give_name(void *ctx, const struct tables_row *row)
{
    struct names *n = ctx;

    n->f(n->ctx, row->name);
}

void topics_names(void (*f)(void *ctx, const char *name), void *ctx)
{
    struct names n = {f, ctx};

    for (uint32_t i = 0; i < TOPICS; i++)
        f(ctx, topics[i].name);
    for (uint32_t i = 0; i < TABLES_COUNT; i++)
        if (tables_all[i].kind)
            tables_all[i].each(give_name, &n);
}

void topics_each(tables_visit *f, void *ctx)
{
    for (uint32_t i = 0; i < TOPICS; i++) {
        struct tables_row row = {.name = topics[i].name,
                                 .help = topics[i].help};
        f(ctx, &row);
    }
}

static bool print_topic(FILE *out, const char *name)
{
    for (uint32_t i = 0; i < TOPICS; i++)
        if (strcmp(topics[i].name, name) == 0) {
            topics[i].print(out);
            return true;
        }
    return false;
}

static bool print_command(FILE *out, const char *name)
{
    for (uint32_t i = 0; i < command_count; i++)
        if (strcmp(command_table[i]->name, name) == 0) {
            command_print_help(out, command_table[i]);
            return true;
        }
    return false;
}

/* A name may be one of several: `set` is a stage and an aggregate. */
struct answer {
    FILE *out;
    const char *kind;
};

static void put_answer(void *ctx, const struct tables_row *row)
{
    const struct answer *a = ctx;

    fprintf(a->out, "%s\n", a->kind);
    if (row->usage)
        put_usage(a->out, row);
    else
        put_field(a->out, row);
}

static bool print_words(FILE *out, const char *name)
{
    uint32_t n = 0;

    for (uint32_t i = TABLES_STAGES; i <= TABLES_AGGREGATES; i++) {
        struct answer a = {out, tables_all[i].kind};
        n += tables_find(i, name, put_answer, &a);
    }
    return n > 0;
}

static void try_name(void *ctx, const char *name)
{
    suggest_try(ctx, name);
}

bool topics_print(FILE *out, const char *name, struct err *e)
{
    struct suggest s = {.wrong = name};
    bool found = print_topic(out, name) || print_command(out, name);

    found = print_words(out, name) || found;
    if (found)
        return true;
    topics_names(try_name, &s);
    err_set(e, ERR_USAGE, "there is no help on `%s`", name);
    if (s.best)
        err_hint(e, "did you mean `trawl help %s`?", s.best);
    else
        err_hint(e, "`trawl help` lists the topics");
    return false;
}
