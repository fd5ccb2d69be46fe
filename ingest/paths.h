/* paths.h - the list of captures to read, ordered by their first packets. */
#ifndef INGEST_PATHS_H
#define INGEST_PATHS_H

#include <sys/stat.h>

#include "base/buf.h"

enum { PATHS_MEMORY_MAX = 64 * 1024 * 1024, PATHS_MAX = 4096 };

struct paths_entry {
    int64_t first; /* time of the first packet; INT64_MIN: none to be had */
    uint32_t dir;  /* where in `names` its folder stands; */
    uint32_t name; /* and its name in there */
};

/* What whoever lists wants to know of what stands in folders; all may be NULL.
 */
struct paths_hooks {
    /* Not worth a look: it is as it was. NULL: a path that was named and is no
     * regular file. */
    bool (*skip)(void *ctx, const struct stat *st);
    /* A file that is no capture, by its beginning, or empty. */
    void (*passed)(void *ctx, const char *path);
    /* Below `dir` a path is longer than PATHS_MAX: left out. */
    void (*too_long)(void *ctx, const char *dir, const char *name);
    void *ctx;
};

/* {0} is empty; paths_free frees what it owns. Folder names stand once. */
struct paths {
    const struct paths_hooks *hooks; /* or NULL */
    struct buf names;
    struct paths_entry *entry;
    uint32_t n, cap;
    uint64_t bytes; /* sum of file sizes */
};

/* Adds a file, whatever it is, or what a folder and its folders hold of
 * captures, told by their first bytes; names with a dot in front are left out
 * and links to folders not followed. ERR_LIMIT: over PATHS_MEMORY_MAX.
 * ERR_INPUT: the path itself cannot be looked at. */
bool paths_add(struct paths *f, const char *path, struct err *e) MUST_CHECK;
/* By first packet, ties by path. */
void paths_sort(struct paths *f);
void paths_get(const struct paths *f, uint32_t i, char out[PATHS_MAX]);
void paths_free(struct paths *f);

#endif
