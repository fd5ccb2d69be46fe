/* options.h - command lines read by tables of options, from which help,
 * completions and man pages are printed too. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stddef.h>

#include "base/err.h"

/* What an option's value is, and the type of the member that takes it. */
enum options_type {
    OPTIONS_FLAG,   /* no value: bool */
    OPTIONS_TEXT,   /* const char *, a pointer into argv */
    OPTIONS_COUNT,  /* uint32_t, from 1 */
    OPTIONS_SIZE,   /* uint64_t bytes, "256M" */
    OPTIONS_LENGTH, /* int64_t ns, "30s" */
    OPTIONS_CHOICE, /* uint32_t: 1 + index into choices; 0 is not given */
    OPTIONS_LIST    /* struct options_list: may be given several times */
};

enum { OPTIONS_LIST_MAX = 64 };

struct options_list {
    uint32_t n;
    const char *item[OPTIONS_LIST_MAX];
};

struct option_row {
    const char *name; /* without its dashes */
    char letter;      /* 0: none */
    enum options_type type;
    size_t offset;     /* of the member in the struct that takes the values */
    const char *value; /* how help calls the value; NULL for a flag */
    const char *help;
    const char *const *choices; /* CHOICE: NULL ends */
};

/* A row of a .def file: the member of OPTIONS_INTO (the struct, which whoever
 * includes the file defines) that takes the value, name, letter, type,
 * choices, how help calls the value, help. */
#define OPTION(member, name, letter, type, choices, value, help)               \
    {name,  letter, OPTIONS_##type, offsetof(OPTIONS_INTO, member),            \
     value, help,   choices},

/* A table and the struct, zeroed or with defaults, that takes its values. */
struct options_table {
    const struct option_row *row;
    uint32_t n;
    void *into;
};

/* Words of a command line. After parsing: the words that are no options, in
 * their order, moved to the front. */
struct options_words {
    char **word;
    uint32_t n;
};

/* Reads options of any of the `tables` until the end. `--` ends options, a
 * lone `-` is a word. With `stop_at_word` the first word ends the reading, and
 * it and all behind it are left. Errors are ERR_USAGE with a suggestion. */
bool options_parse(const struct options_table *tables, uint32_t n,
                   struct options_words *words, bool stop_at_word,
                   struct err *e) MUST_CHECK;

/* "30s", "2h", "7d": one whole number with one unit (ns us ms s m h d w).
 * False: no such length, or too long. */
bool options_parse_length(const char *text, int64_t *ns);

/* One line an option, for --help. */
void options_print_help(FILE *out, const struct option_row *row, uint32_t n);

#endif
