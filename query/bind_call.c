/* bind_call.c - calls of functions: arguments counted, typed, completed. */
#include <string.h>

#include "base/suggest.h"
#include "query/bind.h"
#include "query/query.h"

static uint32_t count_args(const struct ast *n)
{
    uint32_t c = 0;

    for (const struct ast *arg = n->kind == AST_CALL ? n->arg : NULL; arg;
         arg = arg->next)
        c++;
    return c;
}

bool bind_is_key(const char *name)
{
    const struct func *f = func_find(name);

    return f && f->built && f->time_default && f->min_args == 1;
}

static bool is_aggregate(const char *name)
{
    for (uint32_t i = 0; i < query_aggregate_count; i++)
        if (strcmp(query_aggregates[i].name, name) == 0)
            return true;
    return false;
}

static void *fail_unknown(struct bind *b, const struct ast *n)
{
    struct suggest near = {.wrong = n->text};

    if (is_aggregate(n->text)) {
        bind_fail(b, n->name_at,
                  "`%s` is an aggregate, and stands in `stats` only", n->text);
        return NULL;
    }
    for (uint32_t i = 0; i < func_count; i++)
        if (func_table[i].built)
            suggest_try(&near, func_table[i].name);
    bind_fail(b, n->name_at, "there is no function named `%s`", n->text);
    if (near.best)
        err_hint(b->e, "did you mean `%s`?", near.best);
    return NULL;
}

static bool accepts(const struct func *f, uint32_t i, const struct expr *x)
{
    return f->accepts[i] >> x->type.type & 1;
}

static bool fail_argument(struct bind *b, const struct ast *n,
                          const struct func *f, uint32_t i,
                          const struct expr *x)
{
    char type[80], wanted[160] = "";
    size_t len = 0;

    for (int t = 0; t < TYPE_COUNT; t++) {
        if (!(f->accepts[i] >> t & 1))
            continue;
        len += (size_t)snprintf(wanted + len, sizeof wanted - len, "%s%s",
                                len ? " or " : "", schema_types[t].name);
    }
    if (n->kind == AST_NAME)
        bind_fail(b, n->at, "`%s` is %s, and `%s` takes %s", n->text,
                  bind_type_text(x, type), f->name, wanted);
    else
        bind_fail(b, n->at, "this is %s, and `%s` takes %s",
                  bind_type_text(x, type), f->name, wanted);
    err_hint(b->e, "%s: %s", f->usage, f->help);
    return false;
}

static bool bind_argument(struct bind *b, const struct ast *n,
                          const struct func *f, struct expr *call, uint32_t i)
{
    struct expr *x = bind_value(b, n);

    if (!x)
        return false;
    if (f->accepts[i] == (1u << TYPE_REAL | 1u << TYPE_INT))
        x = accepts(f, i, x) ? bind_real(b, x) : x;
    if (!accepts(f, i, x))
        return fail_argument(b, n, f, i, x);
    if ((f->constant >> i & 1) && x->kind != NODE_CONST) {
        bind_fail(b, n->at, "`%s` needs a constant here", f->name);
        err_hint(b->e, "%s", f->usage);
        return false;
    }
    call->arg[i] = x;
    return true;
}

static bool check_count(struct bind *b, const struct ast *n,
                        const struct func *f, uint32_t given)
{
    uint32_t least = f->min_args - f->time_default;

    if (given >= least && given <= f->max_args)
        return true;
    bind_fail(b, n->at, "`%s` takes %u argument%s, not %u", f->name,
              given < least ? least : f->max_args,
              (given < least ? least : f->max_args) == 1 ? "" : "s", given);
    err_hint(b->e, "%s: %s", f->usage, f->help);
    return false;
}

static bool bind_arguments(struct bind *b, const struct ast *n,
                           const struct func *f, struct expr *call)
{
    uint32_t given = count_args(n), first = call->args - given;
    const struct ast *arg = n->arg;

    if (first && !(call->arg[0] = bind_field(b, FIELD_TIME, f->name, n->at)))
        return false;
    for (uint32_t i = first; i < call->args; i++, arg = arg->next)
        if (!bind_argument(b, arg, f, call, i))
            return false;
    return true;
}

static bool check_bits(struct bind *b, const struct expr *x, int64_t most)
{
    if (x->value.i >= 0 && x->value.i <= most)
        return true;
    bind_fail(b, x->at, "a prefix has 0 to %lld bits", (long long)most);
    return false;
}

static bool finish_type(struct bind *b, const struct func *f, struct expr *call)
{
    call->type.type = TYPE_INT;
    switch (f->result) {
    case RESULT_INT: return true;
    case RESULT_DATE: call->type.date = true; /* fall through */
    case RESULT_TIME:
        call->type.type = TYPE_TIME;
        call->type.bucket = func_has_buckets(f) ? call : NULL;
        return true;
    case RESULT_FIRST: call->type = call->arg[0]->type; return true;
    case RESULT_BOOL:
    case RESULT_SPAN: return true;
    case RESULT_REAL: call->type.type = TYPE_REAL; return true;
    case RESULT_STRING: call->type.type = TYPE_STRING; return true;
    case RESULT_NET: break;
    }
    if (!check_bits(b, call->arg[1], 32) || !check_bits(b, call->arg[2], 128))
        return false;
    call->type = (struct vtype){.type = TYPE_NET,
                                .bits4 = (uint8_t)call->arg[1]->value.i,
                                .bits6 = (uint8_t)call->arg[2]->value.i};
    return true;
}

static struct expr *bind_has(struct bind *b, const struct ast *n,
                             struct expr *call)
{
    struct expr *x = node_make(b->a, NODE_HAS, bind_place(b, n->at), 1);

    x->arg[0] = call->arg[0];
    return x;
}

static bool check_width(struct bind *b, const struct expr *call)
{
    const struct expr *width = call->args == 2 ? call->arg[1] : NULL;

    if (!width || width->type.type != TYPE_DURATION || width->value.i > 0)
        return true;
    err_query(b->e, width->at, "`bin` needs a length of time above zero");
    return false;
}

static void *fail_key(struct bind *b, const struct ast *n, const struct func *f)
{
    bind_fail(b, n->kind == AST_CALL ? n->name_at : n->at,
              "`%s` is a key of `stats`, and stands alone after `by`", f->name);
    err_hint(b->e, "stats count() by src, %s", f->usage);
    return NULL;
}

struct expr *bind_call(struct bind *b, const struct ast *n)
{
    const struct func *f = func_find(n->text);
    uint32_t given = count_args(n);

    if (!f)
        return fail_unknown(b, n);
    if (f->key)
        return fail_key(b, n, f);
    if (!f->built)
        return bind_fail(b, n->kind == AST_CALL ? n->name_at : n->at,
                         "`%s` is not built in this version", f->name);
    if (!check_count(b, n, f, given))
        return NULL;
    if (f->result == RESULT_SPAN)
        return bind_spanof(b, n, f);
    bool filled = f->time_default && given < f->min_args;
    struct expr *call =
        node_make(b->a, NODE_CALL, bind_place(b, n->at), given + filled);
    call->func = f;
    call->tz = b->s->tz;
    if (!bind_arguments(b, n, f, call) || !finish_type(b, f, call) ||
        !check_width(b, call) || (f->prepare && !f->prepare(b, call)))
        return NULL;
    if (f->result == RESULT_BOOL)
        return bind_has(b, n, call);
    for (uint32_t i = 0; i < call->args; i++)
        if (call->arg[i]->kind != NODE_CONST)
            return call;
    return bind_fold(b, call);
}
