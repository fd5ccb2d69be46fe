/* plan_parts.h - the steps of a query with its lets spliced in; between the
 * files of the planner only. */
#ifndef QUERY_PLAN_PARTS_H
#define QUERY_PLAN_PARTS_H

#include "query/plan.h"

/* A filter or a stage, and the let that it was written in. */
struct plan_step {
    const struct ast *filter;
    const struct ast_stage *stage;
    struct scope_let *let; /* NULL: the query itself */
    struct span use;       /* where the query names that let */
    bool may_set;          /* the last of a query: `set` may stand here */
};

struct plan_steps {
    const struct ast_range *range; /* NULL: none given */
    struct plan_step *step;
    uint32_t n, cap;
};

bool plan_steps_of(struct planner *p, const struct ast_query *q,
                   struct plan_steps *out, struct err *e) MUST_CHECK;

/* A let's words mean what they meant where it was written: its text, and the
 * lets before it. */
struct plan_text {
    const char *source;
    size_t source_len;
    struct scope_let *lets;
};
void plan_enter(struct planner *p, const struct scope_let *let,
                struct plan_text *saved);
/* An error in another text is put at `use`. */
void plan_leave(struct planner *p, const struct scope_let *let,
                const struct plan_text *saved, struct span use, struct err *e);

struct stage_bind plan_stage_bind(const struct planner *p,
                                  const struct columns *in);

#endif
