/* plan.h - a query bound to what it will do: data that knows nothing of where
 * packets lie. Lives in the scope's arena. */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/range.h"
#include "query/stage.h"

enum { PLAN_FILTERS_MAX = 16, PLAN_WINDOWS_MAX = 16 };

struct plan {
    struct span at;
    struct ast_range words; /* of the range; RANGE_NONE: the default */
    struct time_range range;
    const struct expr *filter; /* NULL: every packet */
    uint32_t filters;          /* the filter's parts as written */
    const char *filter_text[PLAN_FILTERS_MAX];
    struct stage *stage;
    uint32_t stages, room;
    const struct columns *packets, *out;
    uint64_t *need;           /* columns of packets that the stages touch */
    bool ordered;             /* packets must come in packet order */
    struct scope_slot **slot; /* sets that must be filled before; see maker */
    uint32_t slots;
};

/* A set let as one range makes it. */
struct plan_made {
    struct scope_let *let;
    struct time_range range;
    struct scope_slot slot; /* slot.maker is a struct plan * once it is used */
    struct plan_made *next;
};

/* What binding needs; one a text. */
struct planner {
    struct scope *scope;
    struct arena *lets; /* where lets live: as long as the text's tree */
    const char *source;
    size_t source_len;
    const char *folder; /* of `file "x"`; NULL: the working folder */
    const struct columns *packets;
    struct time_range range; /* of queries that give none */
    bool keep_unknown;       /* see query_settings */
    const struct query_writer *writer;
    struct plan_made *made;
};

/* The columns of packets. */
const struct columns *plan_packets(struct arena *a);

/* NULL: error. */
struct plan *plan_bind(struct planner *p, const struct ast_query *q,
                       struct err *e) MUST_CHECK;

/* Binds a `let` and puts it before scope->lets. */
bool plan_let(struct planner *p, const struct ast_item *item,
              struct err *e) MUST_CHECK;

/* The addresses and networks in a file, one a line, `#` begins a comment;
 * errors stand at `at`. */
bool plan_file(struct planner *p, const char *name, struct span at,
               struct rangeset *out, struct err *e) MUST_CHECK;

#endif
