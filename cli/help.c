/* help.c - `trawl help [TOPIC]`. */
#include "cli/command.h"
#include "cli/manual.h"
#include "cli/topics.h"
#include "cli/wordlist.h"

struct help_args {
    const char *man;
    bool complete;
};

static const struct option_row options[] = {
#define OPTIONS_INTO struct help_args
#include "cli/help.def"
};

static void print_all(void)
{
    command_print_overview(stdout);
    fputs("\ntopics of trawl help TOPIC\n", stdout);
    topics_list(stdout);
}

static int run_help(struct command_call *c)
{
    const struct help_args *a = c->args;
    struct err e = {0};
    bool done = true;

    if (a->man)
        done = manual_print(stdout, a->man, &e);
    else if (a->complete)
        wordlist_print(stdout);
    else if (c->words.n > 0)
        done = topics_print(stdout, c->words.word[0], &e);
    else
        print_all();
    return done ? 0 : command_fail(&e);
}

const struct command command_help = {
    .name = "help",
    .usage = "[TOPIC]",
    .help = "the language, fields, formats and commands",
    .word = "TOPIC",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct help_args),
    .max_words = 1,
    .run = run_help};
