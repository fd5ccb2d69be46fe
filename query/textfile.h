/* textfile.h - small files beside the site or a query, read whole: one thing a
 * line, `#` begins a comment. */
#ifndef QUERY_TEXTFILE_H
#define QUERY_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A file in `folder` (NULL: the working folder) unless its name is absolute;
 * `at` is where the text in hand names it. Bytes are NUL-terminated and the
 * caller's. NULL: error. */
char *textfile_read(const char *folder, const char *name, struct span at,
                    struct err *e) MUST_CHECK;

/* Walks the lines that hold something, comment and blanks around cut off. */
struct textfile {
    const char *rest; /* begins with the whole text */
    uint32_t number;  /* of the line, from 1 */
    const char *line;
    size_t len;
};

bool textfile_next(struct textfile *t);

#endif
