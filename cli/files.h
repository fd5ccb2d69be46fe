/* files.h - whole files in and out. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "base/buf.h"

enum { FILES_TEXT_MAX = 16 << 20 }; /* a longer text is refused */

/* Appends the file, or standard input for "-", and a NUL that `len` does not
 * count. */
bool files_read(const char *path, struct buf *out, struct err *e) MUST_CHECK;

/* "dir/name" in memory of the caller's; free it. */
char *files_join(const char *dir, const char *name);

#endif
