/* check.h - what the shape of a rule does not say: new names, closed lists of
 * words, options given twice. Each reports an error and lets the parse end. */
#ifndef GRAMMAR_CHECK_H
#define GRAMMAR_CHECK_H

#include "grammar/parse_int.h"

void check_new_name(struct parse *ps, struct span at, const char *name);
void check_let_name(struct parse *ps, struct span at, const char *name);
/* Monday is 0. */
int32_t check_weekday(struct parse *ps, struct span at, const char *word);
void check_header(struct parse *ps, struct span at, const char *word);
void check_type(struct parse *ps, struct span at, const char *word);
void check_format(struct parse *ps, struct span at, const char *word);
/* The time after `on` is a day or an hour, not a moment. */
void check_day(struct parse *ps, const struct ast *time);
/* `given` is what the option at `at` was given before, or NULL. */
void check_once(struct parse *ps, struct span at, const void *given);
void check_mixed(struct parse *ps, struct span at);

#endif
