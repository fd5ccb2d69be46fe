/* wordlist.c - the tables as rows for scripts. */
#include "cli/wordlist.h"

#include <string.h>

#include "cli/command.h"
#include "cli/topics.h"

/* What a shell offers where usage says such a word. */
static const struct {
    const char *word, *follows;
} kinds[] = {
    {"FILE",  "file" },
    {"PATH",  "file" },
    {"DIR",   "dir"  },
    {"DEST",  "dir"  },
    {"TOPIC", "topic"},
};

/* What is being printed: the command before its options and values. */
struct place {
    FILE *out;
    const char *command; /* with a space behind it, or empty */
    const char *space;
};

static const char *kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].follows;
    return "text";
}

/* In `latest|clock|TIME` words in lower case are written as they are. The next
 * one from `s` on, or NULL. */
static const char *next_value(const char *s, size_t *len)
{
    while (*s) {
        *len = strcspn(s, "|");
        if (*len > 0 &&
            strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789") >= *len)
            return s;
        s += *len > 0 ? *len : 1;
    }
    return NULL;
}

static const char *follows(const struct option_row *o)
{
    size_t len;

    if (o->type == OPTIONS_FLAG)
        return "none";
    if (o->choices || next_value(o->value, &len))
        return "value";
    return kind_of(o->value);
}

static void put_value(const struct place *p, const char *option,
                      const char *value, size_t len)
{
    fprintf(p->out, "value\t%s%s%s %.*s\tnone\t\n", p->command, p->space,
            option, (int)len, value);
}

static void put_values(const struct place *p, const struct option_row *o,
                       const char *option)
{
    size_t len = 0;

    for (uint32_t i = 0; o->choices && o->choices[i]; i++)
        put_value(p, option, o->choices[i], strlen(o->choices[i]));
    if (o->choices || !o->value)
        return;
    for (const char *s = next_value(o->value, &len); s;
         s = next_value(s + len, &len))
        put_value(p, option, s, len);
}

static void put_option(const struct place *p, const struct option_row *o,
                       const char *option)
{
    fprintf(p->out, "option\t%s%s%s\t%s\t%s\n", p->command, p->space, option,
            follows(o), o->help);
    put_values(p, o, option);
}

static void put_options(const struct place *p, const struct option_row *row,
                        uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char name[40];
        if (row[i].letter) {
            snprintf(name, sizeof name, "-%c", row[i].letter);
            put_option(p, &row[i], name);
        }
        snprintf(name, sizeof name, "--%s", row[i].name);
        put_option(p, &row[i], name);
    }
}

static void put_command(FILE *out, const struct command *c)
{
    const struct place p = {out, c->name, " "};
    const char *what = c->max_words == 0 ? "none"
                       : c->word         ? kind_of(c->word)
                                         : "text";

    fprintf(out, "command\t%s\t%s\t%s\n", c->name, what, c->help);
    put_options(&p, c->options, c->n_options);
}

static void put_topic(void *ctx, const struct tables_row *row)
{
    fprintf(ctx, "topic\thelp %s\tnone\t%s\n", row->name, row->help);
}

void wordlist_print(FILE *out)
{
    const struct place all = {out, "", ""};

    put_options(&all, command_global_options, command_global_count);
    for (uint32_t i = 0; i < command_count; i++)
        if (command_table[i]->run)
            put_command(out, command_table[i]);
    topics_each(put_topic, out);
    for (uint32_t i = 0; i < TABLES_COUNT; i++)
        if (tables_all[i].kind)
            tables_all[i].each(put_topic, out);
}
