/* hunt.h - what the parts of `trawl hunt` share. */
#ifndef CLI_HUNT_H
#define CLI_HUNT_H

#include "cli/hunts.h"
#include "cli/session.h"

struct hunt_args {
    bool all, due;
    const char *range, *dir;
    struct session_args session;
};

/* Runs a hunt in an open session, which gets its parameters; rows go where
 * the session says. *value becomes what hunt_set made, in the arena, or NULL.
 * Prints errors itself; returns an exit status. */
int hunt_ask(const struct hunts_file *f, struct session *s, const char *range,
             const char ***value, struct arena *a);

/* Runs the tests beside the hunts and says what came out; returns an exit
 * status. */
int hunt_test(const struct hunts_file *const *file, uint32_t n);

#endif
