/* parse.h - text to tree. Reentrant; no state outlives a call. */
#ifndef GRAMMAR_PARSE_H
#define GRAMMAR_PARSE_H

#include <stddef.h>

#include "base/arena.h"
#include "grammar/ast.h"

/* The items of `text`, in order; NULL with e->code == ERR_NONE for a text of
 * comments only. On a syntax error NULL, and *e is the first one. Text is
 * bytes: a NUL in it is an error. */
struct ast_item *parse_text(struct arena *a, const char *text, size_t len,
                            struct err *e);

/* Is `text` complete, so that a shell may run it, or does it end inside a
 * bracket, string or hunt, or after a `|`, a comma or a word that asks for
 * more (and or not in by)? Reports no other error. */
bool parse_complete(const char *text, size_t len);

/* One row a stage of the grammar, for completion, help and suggestions. */
struct parse_stage_word {
    const char *name, *usage, *help;
};
extern const struct parse_stage_word parse_stages[];
extern const uint32_t parse_stage_count;

/* What to write for a word of tcpdump's that is refused (`broadcast`), for
 * names that nobody knows; NULL for any other word. */
const char *parse_instead(const char *word);

/* Reserved words, range words, filter words: for completion. NULL ends. */
extern const char *const parse_words[];

#endif
