/* line.h - one line from a person (edited, with history and completion) or
 * from a pipe. The only file that knows the editing library. One thread, one
 * at a time. */
#ifndef CLI_LINE_H
#define CLI_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct line;

enum line_result { LINE_TEXT, LINE_INTERRUPTED, LINE_END };

typedef void (*line_offer)(void *ctx, const char *name);

/* Offers every name that may stand where the text `before` the cursor ends;
 * `word` bytes at its end are the beginning of that name. */
typedef void (*line_completer)(void *ctx, const char *before, size_t len,
                               size_t *word, line_offer offer, void *offer_ctx);

/* `history` is a file, or NULL. Edits when stdin and stderr are terminals. */
struct line *line_open(const char *history, line_completer complete, void *ctx);
void line_close(struct line *l);
bool line_is_edited(const struct line *l);

/* *text has no line end, and is valid until the next call. */
enum line_result line_read(struct line *l, const char *prompt,
                           const char **text);
/* Adds to the history, and to its file at once. */
void line_remember(struct line *l, const char *text);

#endif
