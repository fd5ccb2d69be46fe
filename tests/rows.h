/* rows.h - a query's rows as csv, its notes and its errors as text, for tests.
 * Written apart from the formats of the command line. */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stdio.h>

#include "query/query.h"

struct rows {
    char *csv, *notes, *explain; /* to be freed by rows_free */
    char *error;                 /* as err_print shows it, or "" */
    struct query_counts counts;  /* of the last query */
    int status;
};

/* Runs `text` on the store below `dir`; params are "NAME=VALUE", NULL ends. */
void rows_of(const char *dir, const char *text, const struct query_settings *o,
             const char *const *params, struct rows *out);
void rows_free(struct rows *r);

#endif
