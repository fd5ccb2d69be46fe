/* stage_chart.c - `chart COLUMN, …`: marks columns to be drawn over the first
 * one; rows pass as they are. */
#include <string.h>

#include "query/stage.h"

static bool is_number(enum type t)
{
    return t == TYPE_INT || t == TYPE_REAL || t == TYPE_DURATION;
}

/* The place of the column that n names; false: *e is set. */
static bool find(struct stage_bind *b, struct stage *s, const struct ast *n,
                 uint32_t *out, struct err *e)
{
    char text[64];
    const struct expr *x = stage_value(b, s, n, e);

    if (!x)
        return false;
    for (*out = 0; *out < b->in->n; (*out)++) {
        const struct column_def *c = &b->in->col[*out];
        if (strcmp(c->name, n->text) != 0)
            continue;
        if (is_number(c->type.type))
            return true;
        err_query(e, n->at, "`%s` is %s, and a chart draws numbers", n->text,
                  value_type_text(&c->type, text));
        err_hint(e, "count() and the like make numbers");
        return false;
    }
    return err_query(e, n->at, "`%s` is no column of these rows", n->text);
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct columns *out = arena_new(a, struct columns);
    struct columns_chart *chart = arena_new(a, struct columns_chart);
    uint32_t *col = arena_array(a, uint32_t, stage_list_length(n->args));

    for (const struct ast *x = n->args; x; x = x->next) {
        if (!find(b, s, x, &col[chart->n++], e))
            return false;
    }
    chart->col = col;
    *out = *b->in;
    out->chart = chart;
    s->out = out;
    s->passes = true;
    s->ordered = true;
    return true;
}

static bool push(struct stage_run *r, struct batch *b)
{
    return stage_push(r->next, b);
}

const struct stage_kind stage_chart = {
    .name = "chart", .bind = bind, .push = push};
