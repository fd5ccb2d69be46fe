/* tables.h - the tables of commands, stages, fields and other names as rows of
 * text, for whoever prints them: help, man pages, completions. */
#ifndef CLI_TABLES_H
#define CLI_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/* One row; the pointers live as long as the call that gets it. */
struct tables_row {
    const char *name;
    const char *usage; /* where it is more than the name, else NULL */
    const char *type;  /* of a field, else NULL */
    const char *help;
    bool later; /* not built in this version */
};

typedef void tables_visit(void *ctx, const struct tables_row *row);

struct table {
    const char *name; /* the topic of help: "fields" */
    const char *kind; /* what one row is: "field"; NULL: no topic of its own */
    void (*each)(tables_visit *f, void *ctx);
};

enum tables_id {
    TABLES_COMMANDS,
    TABLES_STAGES,
    TABLES_FIELDS,
    TABLES_FUNCTIONS,
    TABLES_AGGREGATES,
    TABLES_TYPES,
    TABLES_BAD,
    TABLES_FORMATS,
    TABLES_EXIT,
    TABLES_COUNT
};

extern const struct table tables_all[TABLES_COUNT];

/* Visits the rows of that table whose name is `name`; all with NULL. Returns
 * how many there were. */
uint32_t tables_find(enum tables_id id, const char *name, tables_visit *f,
                     void *ctx);

#endif
