/* stage_bind.c - what stages need while they are bound: names, expressions,
 * numbers, output columns. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "query/stage.h"

/* Copies text[0..len) with each run of blanks and comments as one blank. */
static size_t squeeze(char *out, const char *text, size_t len)
{
    size_t n = 0;
    bool blank = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '#') {
            while (i + 1 < len && text[i + 1] != '\n')
                i++;
            blank = true;
        } else if (isspace((unsigned char)text[i])) {
            blank = true;
        } else {
            if (blank && n > 0)
                out[n++] = ' ';
            blank = false;
            out[n++] = text[i];
        }
    }
    return n;
}

const char *stage_text(const struct stage_bind *b, struct span at)
{
    size_t from = at.from < b->source_len ? at.from : b->source_len;
    size_t to = at.to < b->source_len ? at.to : b->source_len;
    size_t len = to > from ? to - from : 0;
    char *out = arena_alloc(b->scope->arena, len + 1);

    squeeze(out, b->source + from, len);
    return out;
}

/* ---- expressions ---- */

static const struct column_def *find_column(const struct columns *c,
                                            const char *name)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (strcmp(c->col[i].name, name) == 0)
            return &c->col[i];
    }
    return NULL;
}

/* The tree with each call that is the name of a column made a name. The tree
 * itself may be bound again for other columns, so it is copied. */
static struct ast *name_calls(const struct stage_bind *b, const struct ast *n)
{
    struct ast *copy, **tail;

    if (!n)
        return NULL;
    copy = arena_new(b->scope->arena, struct ast);
    *copy = *n;
    copy->next = NULL;
    if (n->kind == AST_CALL) {
        const struct column_def *c = find_column(b->in, stage_text(b, n->at));
        if (c) {
            copy->kind = AST_NAME;
            copy->text = c->name;
            copy->arg = NULL;
            return copy;
        }
    }
    tail = &copy->arg;
    for (const struct ast *arg = n->arg; arg; arg = arg->next) {
        *tail = name_calls(b, arg);
        tail = &(*tail)->next;
    }
    return copy;
}

static void add(struct stage_bind *b, const struct expr ***list, uint32_t *n,
                const struct expr *x)
{
    const struct expr **more = (const struct expr **)arena_alloc(
        b->scope->arena, (*n + 1) * sizeof(const struct expr *));

    for (uint32_t i = 0; i < *n; i++)
        more[i] = (*list)[i];
    more[(*n)++] = x;
    *list = more;
}

void stage_reads(struct stage_bind *b, struct stage *s, const struct expr *x)
{
    add(b, &s->expr, &s->exprs, x);
}

void stage_asks(struct stage_bind *b, struct stage *s, const struct expr *x)
{
    add(b, &s->asked, &s->askeds, x);
}

const struct expr *stage_value(struct stage_bind *b, struct stage *s,
                               const struct ast *n, struct err *e)
{
    b->scope->columns = b->in;
    const struct expr *x =
        expr_bind_value(b->scope, b->in->packets ? n : name_calls(b, n), e);
    if (x)
        stage_reads(b, s, x);
    return x;
}

const struct expr *stage_condition(struct stage_bind *b, struct stage *s,
                                   const struct ast *n, struct err *e)
{
    b->scope->columns = b->in;
    const struct expr *x =
        expr_bind_condition(b->scope, b->in->packets ? n : name_calls(b, n), e);
    if (x)
        stage_reads(b, s, x);
    return x;
}

/* ---- numbers and names ---- */

/* n, or what the parameter n stands for. NULL: it was not given. */
static const struct ast *value_of(struct stage_bind *b, const struct ast *n,
                                  struct err *e)
{
    const struct ast *value = n;

    if (n->kind == AST_PARAM &&
        !(value = scope_find_param(b->scope, n->text))) {
        err_query(e, n->at, "`$%s` was not given", n->text);
        err_hint(e, "give it with --set %s=VALUE", n->text);
    }
    return value;
}

bool stage_count(struct stage_bind *b, const struct ast *n, int64_t *out,
                 struct err *e)
{
    const struct ast *value = value_of(b, n, e);

    if (!value)
        return false;
    if (value->kind != AST_NUM || value->number < 0)
        return err_query(e, n->at, "a number of rows is needed here");
    *out = value->number;
    return true;
}

bool stage_length(struct stage_bind *b, const struct ast *n, int64_t *out,
                  struct err *e)
{
    const struct ast *value = value_of(b, n, e);

    if (!value)
        return false;
    if (value->kind != AST_LENGTH) {
        err_query(e, n->at, "a length of time is needed here");
        err_hint(e, "write a number and a unit, as in 10m (ns us ms s m h d "
                    "w)");
        return false;
    }
    if (value->number <= 0)
        return err_query(e, n->at, "this length of time is nothing");
    *out = value->number;
    return true;
}

const struct expr *stage_time(struct stage_bind *b, struct stage *s,
                              struct err *e)
{
    const struct column_def *c = find_column(b->in, "time");

    if (c && c->type.type == TYPE_TIME) {
        const struct expr *x =
            expr_column(b->scope->arena, b->in, (uint32_t)(c - b->in->col));
        stage_reads(b, s, x);
        return x;
    }
    err_query(e, s->at,
              "`%s` needs a column `time` that holds times, which "
              "these rows do not have",
              s->kind->name);
    err_hint(e, "give one that name, as in stats count() by time = hour");
    return NULL;
}

bool stage_packets(struct stage_bind *b, struct stage *s,
                   const enum field_id *field, struct err *e)
{
    if (!b->in->packets) {
        err_query(e, s->at, "`%s` takes packets, and these rows are none",
                  s->kind->name);
        err_hint(e, "put it before the first stage that makes rows of its own");
        return false;
    }
    if (!b->in_order) {
        err_query(e, s->at,
                  "`%s` takes packets in their order, and these are "
                  "in another",
                  s->kind->name);
        err_hint(e, "put it before `sort` and `top`");
        return false;
    }
    for (; *field != FIELD_TIME; field++)
        stage_reads(b, s, expr_column(b->scope->arena, b->in, *field));
    stage_reads(b, s, expr_column(b->scope->arena, b->in, FIELD_TIME));
    return true;
}

struct stage_named stage_name(const struct stage_bind *b, const struct ast *n)
{
    if (n->kind == AST_ASSIGN)
        return (struct stage_named){n->text, n->name_at, n->arg};
    if (n->kind == AST_NAME)
        return (struct stage_named){n->text, n->at, n};
    return (struct stage_named){stage_text(b, n->at), n->at, n};
}

struct columns *stage_widen(const struct stage_bind *b,
                            const struct columns *in, uint32_t more)
{
    struct columns *c = arena_new(b->scope->arena, struct columns);

    *c = *in;
    c->col = arena_array(b->scope->arena, struct column_def, in->n + more);
    for (uint32_t i = 0; i < in->n; i++)
        c->col[i] = in->col[i];
    return c;
}

bool stage_add_column(struct stage_bind *b, struct columns *c, const char *name,
                      struct vtype type, struct span at, struct err *e)
{
    (void)b;
    if (find_column(c, name)) {
        err_query(e, at, "there is a column `%s` already", name);
        err_hint(e, "give it another name");
        return false;
    }
    c->col[c->n++] = (struct column_def){.name = name, .type = type};
    return true;
}

uint32_t stage_list_length(const struct ast *n)
{
    uint32_t length = 0;

    for (; n; n = n->next)
        length++;
    return length;
}
