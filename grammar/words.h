/* words.h - what a word means from where it stands. */
#ifndef GRAMMAR_WORDS_H
#define GRAMMAR_WORDS_H

#include "grammar/parse_int.h"

union QL_STYPE;

/* Shapes that exist in one place only; lexer.l has a start condition each. */
enum words_shape {
    SHAPE_PLAIN,
    SHAPE_HUNT_NAME, /* with hyphens */
    SHAPE_POINT,     /* a time with its step */
    SHAPE_LETTERS,   /* flag letters */
    SHAPE_NETWORK,   /* 192.168, 10/8 */
    SHAPE_HOURS      /* 18:00 */
};
enum words_shape words_shape(const struct parse *ps);

/* The next token by shape (flex), and by meaning (what the parser reads). */
int words_scan(union QL_STYPE *value, struct span *at, void *scanner);
int words_next(union QL_STYPE *value, struct span *at, struct parse *ps);

/* Reads on after a syntax error at the last token: the bracket that encloses
 * it, if that is never closed; else false. Ends the use of the scanner. */
bool words_unclosed(struct parse *ps, struct span *bracket);

/* Names, values and words of the filter. */
bool words_is_operand(int token);
/* Is something complete after this token, so that no name could follow? */
bool words_completes(int token);
bool words_is_stage(const char *word);
bool words_is_reserved(int token);

#endif
