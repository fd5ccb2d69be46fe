/* help.c - `trawl help [TOPIC]`. */
#include "cli/command.h"
#include "cli/topics.h"

static int run_help(struct command_call *c)
{
    struct err e = {0};

    if (c->words.n > 0)
        return topics_print(stdout, c->words.word[0], &e) ? 0
                                                          : command_fail(&e);
    command_print_overview(stdout);
    fputs("\ntopics of trawl help TOPIC\n", stdout);
    topics_list(stdout);
    return 0;
}

const struct command command_help = {
    .name = "help",
    .usage = "[TOPIC]",
    .help = "the language, fields, formats and commands",
    .max_words = 1,
    .run = run_help};
