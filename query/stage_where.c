/* stage_where.c - `where EXPR`: keeps the rows for which it is true. */
#include "query/stage.h"

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    s->out = s->in;
    s->passes = true;
    s->bound = NULL;
    return stage_condition(b, s, n->filter, e) != NULL;
}

static bool push(struct stage_run *r, struct batch *b)
{
    expr_filter(r->stage->expr[0], b, &b->sel, &r->run->eval);
    r->rows_out += b->sel.n;
    return r->run->e->code == ERR_NONE && stage_push(r->next, b);
}

const struct stage_kind stage_where = {
    .name = "where", .bind = bind, .push = push};
