/* hunts.h - the hunts that there are: those that ship, found by $TRAWL_HUNTS or
 * beside the program, and those of the store's folder `hunts`. */
#ifndef CLI_HUNTS_H
#define CLI_HUNTS_H

#include "query/hunt.h"

struct hunts_file {
    const char *path;
    struct hunt hunt;
};

struct hunts {
    struct arena arena;
    struct hunts_file *file; /* by name */
    uint32_t n;
    uint32_t broken; /* files that could not be read: said on stderr */
};

/* `store` may be NULL, or have no hunts. A hunt of the store stands in for one
 * of the same name that ships. Never fails: see `broken`. */
void hunts_load(struct hunts *h, const char *store);
void hunts_free(struct hunts *h);

/* NULL with *e set, and a suggestion. */
const struct hunts_file *hunts_find(const struct hunts *h, const char *name,
                                    struct err *e);

#endif
