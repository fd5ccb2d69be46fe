/* inside.h - the store handle, for the files of this folder. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/catalogue.h"

struct store {
    char *dir;
    struct store_options options;
    uint32_t format;
    uint8_t id[16];
    struct envs envs;
};

/* Is `dir` on a file system where locks and maps cannot be relied upon? */
bool inside_check_place(const char *dir, struct err *e) MUST_CHECK;

/* The catalogue's head in a transaction of its own. */
bool inside_read_head(struct store *s, struct catalogue_head *h,
                      struct err *e) MUST_CHECK;

#endif
