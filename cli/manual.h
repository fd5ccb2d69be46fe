/* manual.h - tables and topics as pieces of man pages. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <stdio.h>

#include "base/err.h"

/* Prints a table of cli/tables.h, `options` (those of every command), a
 * command, or any other topic of help, in the macros of man(7). */
bool manual_print(FILE *out, const char *name, struct err *e) MUST_CHECK;

/* Prints the text so that troff shows it as it is. With `marks`, what stands
 * between backticks is bold. */
void manual_put_text(FILE *out, const char *text, bool marks);

#endif
