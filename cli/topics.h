/* topics.h - what `trawl help TOPIC` and `.help TOPIC` print: short prose, and
 * the tables of the program itself. */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H

#include <stdio.h>

#include "base/err.h"
#include "cli/tables.h"

/* A topic, a command, a stage, a field, a function or an aggregate. */
bool topics_print(FILE *out, const char *name, struct err *e) MUST_CHECK;
void topics_list(FILE *out);
/* Every name that topics_print knows. */
void topics_names(void (*f)(void *ctx, const char *name), void *ctx);
/* The topics alone, with their help. */
void topics_each(tables_visit *f, void *ctx);

#endif
