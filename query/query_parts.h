/* query_parts.h - the session, and a text being run; between the files of
 * query.h only. */
#ifndef QUERY_QUERY_PARTS_H
#define QUERY_QUERY_PARTS_H

#include "query/lookup.h"
#include "query/scan.h"

/* Text, tree and lets of a text that has given lets. */
struct query_text {
    struct arena arena;
    const char *text;
    size_t len;
    struct query_text *next;
};

struct query_session {
    struct store *store;
    struct query_settings settings; /* its strings are the session's */
    char *tz_name, *range_text;
    struct arena arena; /* site, parameters */
    struct strtab text;
    struct site site;
    struct lookup lookup;
    struct tz tz;
    struct scope_let *lets;
    struct scope_param *params;
    struct query_text *kept;
};

/* A text at work. */
struct query_work {
    struct query_session *session;
    const struct query_sink *sink;
    struct err *e;
    struct arena arena; /* plans, sets */
    struct arena tmp;   /* a batch */
    struct query_text *text;
    struct store_reader *reader;
    uint64_t left_out; /* damaged things */
    struct scope scope;
    struct planner planner;
    struct budget budget;
    struct run run;
    struct plan **plan; /* of the queries of the text */
    uint32_t plans;
};

/* Reads the snapshot's newest time and settings into w->scope. */
bool query_work_open(struct query_work *w, struct query_session *q,
                     const struct query_sink *sink, struct err *e) MUST_CHECK;
void query_work_close(struct query_work *w);
/* Binds lets and queries. */
bool query_bind(struct query_work *w, const struct ast_item *items) MUST_CHECK;
/* Runs query `index` of the text. */
bool query_execute(struct query_work *w, uint32_t index) MUST_CHECK;

/* The times of the first and last packet; false: there are none. */
bool query_times(struct store_reader *r, int64_t *first, int64_t *last);
void query_note(struct query_work *w, struct span at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* "2026-… to …, UTC" */
void query_range_text(struct query_work *w, const struct plan *p, char *out,
                      size_t size);

/* ---- explain.c ---- */

void query_explain_plan(struct query_work *w, const struct plan *p,
                        const struct scan *s, uint32_t index);
void query_explain_profile(struct query_work *w, const struct scan_counts *n,
                           const struct stage_run *stage, uint32_t stages,
                           int64_t elapsed);

#endif
