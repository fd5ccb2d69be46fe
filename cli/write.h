/* write.h - the files that `write` of a query makes: formats, folders, and
 * what is never overwritten. One thread. */
#ifndef CLI_WRITE_H
#define CLI_WRITE_H

#include "cli/format.h"
#include "query/query.h"

struct write_to {
    bool hunt;       /* plain names in `dir` only; without one: an error */
    const char *dir; /* NULL: the working folder */
    bool force;      /* take the place of files that are there */
    struct format_options o; /* but `out` and `notes` */
    struct buf made;         /* names of this text, each with its NUL */
    struct query_writer writer;
};

/* Sets w->writer. */
void write_open(struct write_to *w);
/* A text begins: its files count as its own from here. */
void write_begin(struct write_to *w);
void write_close(struct write_to *w);

#endif
