/* err.h - one error value, filled in once where the failure is noticed and
 * given context on the way up. Every fallible function takes `struct err *e`
 * last and returns false (or NULL) exactly when it has set *e. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK        __attribute__((warn_unused_result))

enum err_code {
    ERR_NONE,
#define ERR(id, status, meaning) ERR_##id,
#include "base/errors.def"
#undef ERR
};

/* Half-open byte range [from, to) of the query text; from == to is a point. */
struct span {
    uint32_t from, to;
};

struct err {
    enum err_code code; /* ERR_NONE until something failed */
    struct span at;     /* meaningful for ERR_QUERY only */
    char text[320];     /* what failed; no newline, no program name */
    char hint[256];     /* what to write instead; "" when there is none */
};

/* Both return false, so that a failing function can `return err_set(...)`. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool err_query(struct err *e, struct span at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

void err_hint(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts "fmt: " before e->text. Returns false. */
bool err_context(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Prints "trawl: text", or for ERR_QUERY "[file:]line:column: text", the
 * source line, and carets under the whole span followed by the hint. `query`
 * is the text that `at` points into; `file` may be NULL. Lines and columns
 * count from 1, columns in bytes. Text is escaped for a terminal. */
void err_print(FILE *out, const struct err *e, const char *query,
               const char *file);

int err_exit_status(const struct err *e);

/* Says so on stderr and ends the process with the status of ERR_SYSTEM. */
_Noreturn void err_no_memory(void);

#endif
