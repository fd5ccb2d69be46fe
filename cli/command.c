/* command.c - the table of commands, and the way from a command line to one of
 * its rows. */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"

const struct command *const command_table[] = {
    &command_init,   &command_ingest,  &command_query, &command_shell,
    &command_hunt,   &command_info,    &command_check, &command_prune,
    &command_backup, &command_upgrade, &command_help,  &command_version};

const uint32_t command_count = sizeof command_table / sizeof command_table[0];

const struct option_row command_global_options[] = {
#define OPTIONS_INTO struct command_globals
#include "cli/command.def"
};

const uint32_t command_global_count =
    sizeof command_global_options / sizeof *command_global_options;

const struct command *command_find(const char *name, struct err *e)
{
    struct suggest s = {.wrong = name};

    for (uint32_t i = 0; i < command_count; i++) {
        if (strcmp(command_table[i]->name, name) == 0)
            return command_table[i];
        suggest_try(&s, command_table[i]->name);
    }
    err_set(e, ERR_USAGE, "there is no command `%s`", name);
    if (s.best)
        err_hint(e, "did you mean `trawl %s`?", s.best);
    else
        err_hint(e, "`trawl help` lists the commands");
    return NULL;
}

int command_fail(const struct err *e)
{
    err_print(stderr, e, NULL, NULL);
    return err_exit_status(e);
}

static struct options_table globals_table(struct command_globals *g)
{
    return (struct options_table){command_global_options, command_global_count,
                                  g};
}

static bool check_words(const struct command_call *c, struct err *e)
{
    const struct command *k = c->command;

    if (c->words.n < k->min_words)
        err_set(e, ERR_USAGE, "`trawl %s` needs %s", k->name, k->usage);
    else if (c->words.n > k->max_words)
        err_set(e, ERR_USAGE, "`%s` is too much for `trawl %s`",
                c->words.word[k->max_words], k->name);
    else
        return true;
    err_hint(e, "trawl %s %s", k->name, k->usage);
    return false;
}

static const char *store_dir_of(const char *given)
{
    const char *env = getenv("TRAWL_STORE"); /* NOLINT: threads come later */

    return given ? given : env && *env ? env : "./trawl.db";
}

static int run(struct command_call *c, struct err *e)
{
    const struct command *k = c->command;

    if (c->globals.help) {
        command_print_help(stdout, k);
        return 0;
    }
    if (!k->run) {
        err_set(e, ERR_USAGE, "`trawl %s` is not built in this version",
                k->name);
        return command_fail(e);
    }
    if (!check_words(c, e))
        return command_fail(e);
    c->globals.store = store_dir_of(c->globals.store);
    return k->run(c);
}

/* The options of a command that is not built are not known: only help is. */
static void look_for_help(struct command_call *c)
{
    for (uint32_t i = 0; i < c->words.n; i++)
        if (strcmp(c->words.word[i], "--help") == 0)
            c->globals.help = true;
}

static int parse_and_run(struct command_call *c)
{
    struct err e = {0};
    const struct options_table tables[] = {
        {c->command->options, c->command->n_options, c->args},
        globals_table(&c->globals)
    };

    if (!c->command->run)
        look_for_help(c);
    else if (!options_parse(tables, 2, &c->words, false, &e))
        return command_fail(&e);
    return run(c, &e);
}

static int no_command(const struct command_globals *g)
{
    command_print_overview(g->help ? stdout : stderr);
    return g->help ? 0 : 2;
}

int command_main(int argc, char **argv)
{
    struct err e = {0};
    struct command_call c = {
        .words = {argv + 1, argc > 0 ? (uint32_t)argc - 1 : 0}
    };
    const struct options_table table = globals_table(&c.globals);

    if (!options_parse(&table, 1, &c.words, true, &e))
        return command_fail(&e);
    if (c.words.n == 0)
        return no_command(&c.globals);
    c.command = command_find(c.words.word[0], &e);
    if (!c.command)
        return command_fail(&e);
    c.words.word++;
    c.words.n--;
    c.args = memory_zeroed(1, c.command->args_size + 1);
    int status = parse_and_run(&c);
    free(c.args);
    return status;
}

void command_print_help(FILE *out, const struct command *c)
{
    fprintf(out, "usage: trawl %s%s%s\n\n%s\n", c->name, c->usage[0] ? " " : "",
            c->usage, c->help);
    if (c->about)
        fprintf(out, "\n%s\n", c->about);
    if (!c->run)
        fputs("\nnot built in this version\n", out);
    fputs("\noptions\n", out);
    options_print_help(out, c->options, c->n_options);
    options_print_help(out, command_global_options, command_global_count);
}

void command_print_overview(FILE *out)
{
    fputs("trawl - questions over months of packet headers\n\n"
          "usage: trawl [-s DIR] COMMAND ...\n\ncommands\n",
          out);
    for (uint32_t i = 0; i < command_count; i++)
        fprintf(out, "  %-10s%s%s\n", command_table[i]->name,
                command_table[i]->help,
                command_table[i]->run ? "" : " (not built in this version)");
    fputs("\noptions of every command\n", out);
    options_print_help(out, command_global_options, command_global_count);
    fputs("\n`trawl COMMAND --help` says more, `trawl help language` begins "
          "with the language.\n",
          out);
}
