/* hunt.h - a saved query script: its header, its parameters, and its body as a
 * text that a session runs. Immutable once read; memory is the arena's. */
#ifndef QUERY_HUNT_H
#define QUERY_HUNT_H

#include "query/query.h"

enum { HUNT_LANG = 1 }; /* the version of the language that is read */

/* Strings of a header that may be given several times. */
struct hunt_words {
    const char **word;
    uint32_t n;
};

struct hunt_param {
    const char *name, *type, *help;
    const char *value;      /* as written: the default */
    const char *low, *high; /* as written, both included; NULL: no bounds */
    const struct ast_param *node;
};

struct hunt {
    const char *name, *title;
    int64_t version;
    const char *status;   /* "stable", "test", "draft"; NULL: not given */
    const char *schedule; /* "hourly", "daily", "weekly", "monthly", or NULL */
    struct hunt_words tags, refs, falsepos, reads;
    struct hunt_param *param;
    uint32_t params;
    const char *text; /* of the file */
    size_t len;
    /* The body, as long as the text and all else blank, so that places in it
     * are places in the file. */
    const char *body;
    /* The same without its ranges: they come from the settings. */
    const char *rangeless;
};

/* One hunt is one file. ERR_QUERY points into the text. */
bool hunt_read(struct hunt *h, struct arena *a, const char *text, size_t len,
               struct err *e) MUST_CHECK;

/* Length of time between two runs by its schedule, ns; 0: none. */
int64_t hunt_period(const struct hunt *h);

/* Gives the session the hunt's parameters: `given` (NAME=VALUE), else the
 * site's overrides, else the defaults, each held against type and bounds. The
 * text of each value, in the order of the parameters; NULL: *e is set. */
const char **hunt_set(const struct hunt *h, struct query_session *q,
                      const struct hunt_words *given, struct arena *a,
                      struct err *e) MUST_CHECK;

#endif
