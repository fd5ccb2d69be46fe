/* trees.h - the trees of texts as text: (operator operand ...), values as they
 * were understood. */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

/* The text is accepted, and that is its tree. */
void trees_expect(const char *text, const char *tree);

/* The text is refused. `marked` is the text with the place of the error
 * between ``. */
void trees_expect_error(const char *marked, const char *what, const char *hint);

#endif
