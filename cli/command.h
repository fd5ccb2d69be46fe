/* command.h - the commands: one row each, from which dispatch, help,
 * completions and man pages follow. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

/* Options that every command takes, before or after its name. */
struct command_globals {
    const char *store; /* resolved: -s, $TRAWL_STORE, ./trawl.db */
    bool quiet, verbose, help;
};

/* One call of a command. */
struct command_call {
    const struct command *command;
    struct command_globals globals;
    void *args;                 /* the command's own struct, filled in */
    struct options_words words; /* what is no option */
};

struct command {
    const char *name;
    const char *usage; /* what follows the name */
    const char *help;  /* one line */
    const char *word;  /* what usage calls its words: PATH, TOPIC, TEXT */
    const char *about; /* paragraphs for --help */
    const struct option_row *options;
    uint32_t n_options;
    size_t args_size; /* of the struct that takes the options */
    uint32_t min_words, max_words;
    int (*run)(struct command_call *c); /* exit status; NULL: not built */
};

extern const struct command command_init, command_ingest, command_query,
    command_shell, command_info, command_check, command_prune, command_backup,
    command_upgrade, command_version, command_help, command_hunt;

extern const struct command *const command_table[];
extern const uint32_t command_count;
extern const struct option_row command_global_options[];
extern const uint32_t command_global_count;

/* The command of that name, or NULL with *e set. */
const struct command *command_find(const char *name, struct err *e);

/* Reads the whole command line and runs it: what main returns. */
int command_main(int argc, char **argv);

void command_print_help(FILE *out, const struct command *c);
void command_print_overview(FILE *out);

/* Prints the error and returns its exit status. */
int command_fail(const struct err *e);

#endif
