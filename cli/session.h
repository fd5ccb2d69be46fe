/* session.h - a store opened for questions, and the way from a text of queries
 * to rows on stdout and notes on stderr: what `query` and `shell` share. One
 * thread. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"
#include "cli/format.h"
#include "cli/write.h"
#include "query/query.h"

/* Options of query and shell. */
struct session_args {
    uint32_t format, time; /* choices: 1 + index, 0 not given */
    bool no_header, csv_safe;
    const char *tz, *now;
    struct options_list set;
    uint64_t mem;
    const char *tmp;
    uint32_t jobs;
    int64_t limit_time;
    bool explain, profile, skip_damaged, keep_unknown, force;
    bool hunt;              /* no option: `write` is held to `folder` */
    const char *folder;     /* no option: where `write` makes files */
    const char *file, *out; /* query only */
};

/* All are query's, the first SESSION_SHARED also the shell's. */
enum { SESSION_SHARED = 15, SESSION_OPTIONS = 18 };
extern const struct option_row session_options[SESSION_OPTIONS];

struct session;

/* Sees what a run puts out, beside the output itself; members may be NULL. */
struct session_watch {
    void *ctx;
    void (*begin)(void *ctx, const struct columns *c);
    void (*rows)(void *ctx, const struct session *s, struct batch *b);
    void (*end)(void *ctx, const struct query_counts *n);
};

struct session {
    struct store *store;
    struct query_session *query;
    struct query_settings settings;
    struct session_args args;
    struct write_to write;
    const struct session_watch *watch; /* NULL: nobody */
    const struct format_kind *format;  /* NULL: by where the rows go */
    bool epoch, quiet, verbose;
};

/* Opens what the call names. Prints errors itself; returns an exit status. */
int session_open(struct session *s, const struct command_call *c,
                 const struct session_args *args);
void session_close(struct session *s);

/* "latest", "clock", or a time as in a query. */
bool session_set_now(struct session *s, const char *text,
                     struct err *e) MUST_CHECK;
bool session_set_tz(struct session *s, const char *text,
                    struct err *e) MUST_CHECK;

/* Runs a text; `file` (or NULL) is named in errors. Prints errors itself;
 * returns an exit status. */
int session_run(struct session *s, const char *text, size_t len,
                const char *file);

/* A time as in a query, without words; in zone `tz` unless it says its own. */
bool session_point(const char *text, const struct tz *tz, int64_t *out);

/* Opens the store that the call names, with a hint when there is none. */
struct store *session_store(const struct command_call *c,
                            struct err *e) MUST_CHECK;

#endif
