/* bind_calendar.c - calendars of the site file in a query: `during` and
 * spanof(). */
#include "query/bind.h"
#include "query/calendar.h"

static const struct calendar *find_calendar(struct bind *b, const char *name,
                                            struct span at)
{
    const struct calendar *list = b->s->site ? b->s->site->calendars : NULL;
    const struct calendar *c = calendar_find(list, name);
    struct suggest near = {.wrong = name};

    if (c)
        return c;
    for (c = list; c; c = c->next)
        suggest_try(&near, c->name);
    bind_fail(b, at, "there is no calendar `%s` in site.trawl", name);
    if (near.best)
        err_hint(b->e, "did you mean `%s`?", near.best);
    else
        err_hint(b->e, "add: calendar %.60s = sat..sun;", name);
    return NULL;
}

static struct expr *make_call(struct bind *b, const struct calendar *c,
                              struct expr *time, struct span at)
{
    struct expr *call = node_make(b->a, NODE_CALL, bind_place(b, at), 1);

    call->func = func_find("spanof");
    call->tz = b->s->tz;
    call->lookup = c;
    call->arg[0] = time;
    call->type = (struct vtype){.type = TYPE_TIME, .date = c->dates};
    return call;
}

static struct expr *time_argument(struct bind *b, const struct ast *n,
                                  const struct func *f)
{
    const struct ast *arg = n->arg->next;

    if (!arg)
        return bind_field(b, FIELD_TIME, f->name, n->at);
    struct expr *x = bind_value(b, arg);
    char type[80];
    if (!x || x->type.type == TYPE_TIME)
        return x;
    bind_fail(b, arg->at, "this is %s, and `%s` takes time",
              bind_type_text(x, type), f->name);
    err_hint(b->e, "%s: %s", f->usage, f->help);
    return NULL;
}

struct expr *bind_spanof(struct bind *b, const struct ast *n,
                         const struct func *f)
{
    const struct calendar *c;

    if (n->arg->kind != AST_NAME) {
        bind_fail(b, n->arg->at, "`spanof` takes the name of a calendar");
        err_hint(b->e, "%s: %s", f->usage, f->help);
        return NULL;
    }
    c = find_calendar(b, n->arg->text, n->arg->at);
    if (c && c->endless) {
        bind_fail(b, n->arg->at,
                  "`%s` covers all the time: its span has no "
                  "start",
                  c->name);
        return NULL;
    }
    struct expr *time = c ? time_argument(b, n, f) : NULL;
    return time ? make_call(b, c, time, n->at) : NULL;
}

struct expr *bind_during(struct bind *b, const struct ast *n)
{
    const struct calendar *c = find_calendar(b, n->text, n->at);
    struct expr *time = c ? bind_field(b, FIELD_TIME, "during", n->at) : NULL;

    if (!time)
        return NULL;
    struct expr *x = node_make(b->a, NODE_HAS, bind_place(b, n->at), 1);
    x->arg[0] = make_call(b, c, time, n->at);
    return x;
}
