/* scope.h - what a name can mean while a text is bound: columns, lets,
 * parameters, the site. One scope a query text; one thread. */
#ifndef QUERY_SCOPE_H
#define QUERY_SCOPE_H

#include "base/tz.h"
#include "grammar/ast.h"
#include "query/site.h"
#include "query/value.h"

struct lookup;

/* A set that is known only after its query has run. Binding makes the slot;
 * whoever runs the plan fills `set` before a plan that uses it starts. */
struct scope_slot {
    const char *name;
    struct vtype type;             /* SET */
    const struct set *set;         /* NULL until filled */
    const struct rangeset *ranges; /* filled instead of `set` by a file, which
                                      may hold networks; NULL otherwise */
    void *maker;                   /* the plan that fills it: query/plan.c's */
};

enum scope_let_kind {
    LET_FILTER, /* `body` is a condition on packets */
    LET_SET,    /* a constant set expression `body`, or `slot` when made by a
                   query or a file */
    LET_SOURCE, /* rows: only where a query begins */
    LET_PIECE   /* stages */
};

struct scope_let {
    const char *name;
    struct span at;
    enum scope_let_kind kind;
    const struct ast *body;        /* FILTER, SET without slot */
    const struct ast_query *query; /* SOURCE, PIECE, SET made by a query */
    struct scope_slot *slot;       /* SET made by a query or a file */
    struct vtype type;             /* SET made by a query */
    const char *source;            /* the text that its places point into */
    size_t source_len;
    struct scope_let *next; /* the one bound before */
    bool busy;              /* being bound now: guards against loops */
};

/* --set NAME=VALUE: the value as literal text of the language. */
struct scope_param {
    const char *name;
    const char *text; /* the value as given */
    const struct ast *value;
    bool used;
    struct scope_param *next;
};

struct scope {
    struct arena *arena;
    struct strtab *text;
    const struct site *site;
    const struct tz *tz;
    int64_t now;
    const struct columns *columns; /* of the rows in hand */
    struct scope_let *lets;        /* newest first */
    struct scope_param *params;
    struct lookup *lookup; /* the session's; NULL: no labels, no databases */
    /* Warnings ("can never match"), at most a few: text and place. */
    void (*warn)(void *ctx, struct span at, const char *text);
    void *warn_ctx;
    struct run *run; /* memory and stop flag of the query; NULL: no limits */
};

struct scope_let *scope_find_let(const struct scope *s, const char *name);
const struct ast *scope_find_param(struct scope *s, const char *name);

#endif
