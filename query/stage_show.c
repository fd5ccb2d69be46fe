/* stage_show.c - `show` and `add`: columns computed from those of the row. The
 * rows stay where they are; a column is computed when it is touched, for the
 * rows that are alive then. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/stage.h"

struct bound {
    const struct expr **column; /* NULL: the same column of the rows in hand */
};

struct state {
    struct batch batch;
    struct batch *in;
    struct stage_run *run;
};

static void init(struct stage_bind *b, struct stage *s, struct columns *c,
                 struct bound *bound, uint32_t n)
{
    struct arena *a = b->scope->arena;

    c->col = arena_array(a, struct column_def, n);
    bound->column =
        (const struct expr **)arena_alloc(a, n * sizeof(const struct expr *));
    s->expr =
        (const struct expr **)arena_alloc(a, n * sizeof(const struct expr *));
    s->bound = bound;
    s->out = c;
}

static bool bind_list(struct stage_bind *b, const struct ast *n,
                      struct stage *s, struct columns *c, struct err *e)
{
    struct bound *bound = s->bound;

    for (; n; n = n->next) {
        struct stage_named item = stage_name(b, n);
        const struct expr *x = stage_value(b, s, item.value, e);
        if (!x || !stage_add_column(b, c, item.name, expr_type(x), item.at, e))
            return false;
        bound->column[c->n - 1] = x;
    }
    return true;
}

static bool bind_show(struct stage_bind *b, const struct ast_stage *n,
                      struct stage *s, struct err *e)
{
    struct columns *c = arena_new(b->scope->arena, struct columns);
    struct bound *bound = arena_new(b->scope->arena, struct bound);

    init(b, s, c, bound, stage_list_length(n->args));
    return bind_list(b, n->args, s, c, e);
}

static bool bind_add(struct stage_bind *b, const struct ast_stage *n,
                     struct stage *s, struct err *e)
{
    struct columns *c = arena_new(b->scope->arena, struct columns);
    struct bound *bound = arena_new(b->scope->arena, struct bound);

    init(b, s, c, bound, s->in->n + stage_list_length(n->args));
    for (uint32_t i = 0; i < s->in->n; i++)
        c->col[i] = s->in->col[i];
    c->n = s->in->n;
    c->packets = s->in->packets;
    c->keys = s->in->keys;
    s->passes = true;
    return bind_list(b, n->args, s, c, e);
}

static void load(struct batch *b, uint32_t i)
{
    struct state *s = b->source;
    const struct bound *bound = s->run->stage->bound;

    if (bound->column[i])
        b->col[i] =
            expr_value(bound->column[i], s->in, &b->sel, &s->run->run->eval);
    else
        b->col[i] = *batch_column(s->in, i);
    b->loaded[i] = true;
}

static void places(struct batch *b, const struct sel *rows, uint64_t *out)
{
    struct state *s = b->source;

    s->in->places(s->in, rows, out);
}

static void begin(struct stage_run *r)
{
    struct state *s = memory_zeroed(1, sizeof *s);
    uint32_t n = r->stage->out->n;

    s->run = r;
    s->batch =
        (struct batch){.cols = n, .load = load, .source = s, .e = r->run->e};
    s->batch.col = memory_zeroed(n, sizeof *s->batch.col);
    s->batch.loaded = memory_zeroed(n, sizeof *s->batch.loaded);
    r->state = s;
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;

    s->in = b;
    s->batch.rows = b->rows;
    s->batch.sel = b->sel;
    s->batch.places = b->places ? places : NULL;
    for (uint32_t i = 0; i < s->batch.cols; i++)
        s->batch.loaded[i] = false;
    r->rows_out += b->sel.n;
    return stage_push(r->next, &s->batch);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    free(s->batch.col);
    free(s->batch.loaded);
    free(s);
}

const struct stage_kind stage_show = {.name = "show",
                                      .bind = bind_show,
                                      .open = begin,
                                      .push = push,
                                      .close = end};
const struct stage_kind stage_add = {
    .name = "add", .bind = bind_add, .open = begin, .push = push, .close = end};
