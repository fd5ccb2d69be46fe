/* stage_head.c - `head N`: the first rows, then no more. */
#include <stdlib.h>

#include "query/stage.h"

struct bound {
    int64_t n;
};

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct bound *bound = arena_new(b->scope->arena, struct bound);

    s->out = s->in;
    s->passes = true;
    s->ordered = true;
    s->bound = bound;
    return stage_count(b, n->count, &bound->n, e);
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    uint64_t left = (uint64_t)bound->n - r->rows_out;

    if (b->sel.n > left)
        b->sel.n = (uint32_t)left;
    r->rows_out += b->sel.n;
    return stage_push(r->next, b) && r->rows_out < (uint64_t)bound->n;
}

const struct stage_kind stage_head = {
    .name = "head", .bind = bind, .push = push};
