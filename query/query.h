/* query.h - from text to rows: what the command line and tests use. */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <signal.h>

#include "base/budget.h"
#include "query/site.h"
#include "query/value.h"
#include "store/store.h"

enum { QUERY_NOTE_MAX = 400 };

enum query_now {
    QUERY_NOW_AUTO,
    QUERY_NOW_LATEST,
    QUERY_NOW_CLOCK,
    QUERY_NOW_AT
};

/* A file that a text names. */
struct query_file {
    const char *name;   /* as written */
    const char *format; /* after `as`; NULL: by the name */
    struct span name_at;
    const struct columns *columns; /* of the rows to come */
};

/* Whoever makes files for `write`: queries know no formats and no folders. */
struct query_writer {
    void *ctx;
    /* While a text is bound: may such rows go there? ERR_QUERY points into it.
     */
    bool (*check)(void *ctx, const struct query_file *f, struct err *e);
    /* The file at work, to be closed; NULL: *e is set. */
    void *(*open)(void *ctx, const struct query_file *f, struct err *e);
    bool (*rows)(void *file, struct batch *b, struct err *e);
    /* `whole`: all rows were given; else the file goes. `note` becomes what
     * was written. */
    bool (*close)(void *file, bool whole, char note[QUERY_NOTE_MAX],
                  struct err *e);
};

struct query_settings {
    const char *tz;     /* NULL: the site's, else UTC */
    enum query_now now; /* AUTO: newest packet where older than 2 days */
    int64_t now_at;
    size_t mem;         /* bytes; 0 is 1 GiB */
    const char *tmp;    /* folder of temporary files; NULL: /tmp */
    int64_t limit_time; /* ns; 0 none */
    const char *range;  /* for queries without one, as text; NULL is `all` */
    bool odd;           /* read packets of odd times too */
    bool explain;       /* plan only: rows are not made */
    bool profile;
    bool skip_damaged; /* leave out what is damaged, and note it */
    bool keep_unknown; /* `if seen` keeps rows without a match that coverage
                          does not speak of, and says so in `covered` */
    const struct query_writer *writer; /* NULL: `write` is an error */
    volatile sig_atomic_t *stop;       /* non-zero: end soon; may be NULL */
};

/* One store, one site, and the lets and parameters given so far. One thread.
 * A query takes its snapshot when it starts, so a session sees new packets
 * from query to query. */
struct query_session;

/* ERR_QUERY of an open points into the text of site.trawl. */
struct query_session *query_session_open(struct store *s,
                                         const struct query_settings *o,
                                         struct err *e) MUST_CHECK;
void query_session_close(struct query_session *q);
/* Settings may change between queries. */
bool query_session_set(struct query_session *q, const struct query_settings *o,
                       struct err *e) MUST_CHECK;
/* `--set NAME=VALUE`; value is literal text of the language. */
bool query_session_param(struct query_session *q, const char *name,
                         const char *value, struct err *e) MUST_CHECK;
const struct site *query_session_site(const struct query_session *q);
struct strtab *query_session_text(struct query_session *q);
/* The zone that output is shown in. */
const struct tz *query_session_tz(const struct query_session *q);
/* Names for completion: lets of the session and site, calendars. */
void query_session_names(const struct query_session *q,
                         void (*f)(void *ctx, const char *name), void *ctx);

struct query_counts {
    uint64_t blocks, blocks_skipped, blocks_read;
    uint64_t packets;   /* in the blocks read */
    uint64_t rows;      /* put out */
    uint64_t bytes;     /* decoded */
    size_t memory_peak; /* charged */
    int64_t elapsed;    /* ns */
    uint64_t left_out;  /* damaged things not read so far: exit 3 */
    uint64_t uncovered; /* rows that coverage does not support: exit 3 */
    int64_t from, to;   /* the range, half open */
    bool no_data;       /* the range holds no packet at all: exit 3 */
};

/* Where rows and words go. Calls come from the thread of query_run. */
struct query_sink {
    void *ctx;
    /* A query of the text begins; `index` counts from 0. */
    bool (*begin)(void *ctx, uint32_t index, const struct columns *c);
    /* Rows b->sel of b. False: no more is wanted (a closed pipe), no error. */
    bool (*rows)(void *ctx, struct batch *b, const struct columns *c);
    void (*end)(void *ctx, uint32_t index, const struct query_counts *n);
    /* A line for the analyst: the resolved range, warnings, footers. `at` is
     * a place in the text, or from == to. */
    void (*note)(void *ctx, struct span at, const char *text);
    /* A line of --explain or --profile. */
    void (*explain)(void *ctx, const char *line);
};

/* Runs every item of the text: binds all first, so that an error in the last
 * query shows before the first has run. Lets stay in the session. */
bool query_run(struct query_session *q, const char *text, size_t len,
               const struct query_sink *sink, struct err *e) MUST_CHECK;

/* One row each, for help and completion. */
struct query_word {
    const char *name, *usage, *help;
};
extern const struct query_word query_functions[];
extern const uint32_t query_function_count;
extern const struct query_word query_aggregates[];
extern const uint32_t query_aggregate_count;

/* Stages have their rows in grammar/parse.h; is this one built? */
bool query_stage_built(const char *name);

#endif
