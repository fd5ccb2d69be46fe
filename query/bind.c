/* bind.c - conditions and literals; names, comparisons and the rest are in the
 * bind_*.c beside it. */
#include "query/bind.h"

#include <stdarg.h>
#include <string.h>

#include "query/names.h"
#include "query/range.h"

enum { DEPTH_MAX = 1000, STEPS_MAX = 200000 };

struct span bind_place(const struct bind *b, struct span at)
{
    return b->in_let ? b->at : at;
}

void *bind_fail(struct bind *b, struct span at, const char *fmt, ...)
{
    char text[sizeof b->e->text];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    err_query(b->e, bind_place(b, at), "%s", text);
    return NULL;
}

const char *bind_type_text(const struct expr *x, char out[80])
{
    char name[64];

    value_type_text(&x->type, name);
    snprintf(out, 80, "%s%s",
             x->type.type == TYPE_FLAGS ? ""
             : strchr("aeiou", name[0]) ? "an "
                                        : "a ",
             name);
    return out;
}

const struct ast *bind_param(struct bind *b, const struct ast *n)
{
    const struct ast *value = scope_find_param(b->s, n->text);

    if (!value) {
        bind_fail(b, n->at, "`$%s` was not given", n->text);
        err_hint(b->e, "give it with --set %s=VALUE", n->text);
    }
    return value;
}

/* A parameter's value, with the place of the parameter; beside `other` a bare
 * word is what it would be there, and text beside text. */
static struct expr *bind_param_value(struct bind *b, const struct ast *n,
                                     const struct expr *other)
{
    const struct ast *value = bind_param(b, n);
    struct bind inner = *b;

    if (!value)
        return NULL;
    inner.at = bind_place(b, n->at);
    inner.in_let = true;
    if (value->kind == AST_PARAM)
        return bind_fail(b, n->at, "`$%s` is given as another parameter",
                         n->text);
    struct ast text = *value;
    bool word =
        other && other->type.type == TYPE_STRING && value->kind == AST_NAME;
    if (word)
        text.kind = AST_STRING;
    struct expr *x = other && !word ? bind_beside(&inner, &text, other)
                                    : bind_value(&inner, &text);
    b->steps = inner.steps;
    return x;
}

static struct expr *const_int(struct bind *b, enum type type,
                              const struct ast *n)
{
    return node_int(b->a, type, n->number, bind_place(b, n->at));
}

static struct expr *bind_time(struct bind *b, const struct ast *n)
{
    int64_t t;

    if (!range_point(b->s, n, &t, b->e)) {
        b->e->at = bind_place(b, b->e->at);
        return NULL;
    }
    return node_int(b->a, TYPE_TIME, t, bind_place(b, n->at));
}

static struct expr *bind_net(struct bind *b, const struct ast *n)
{
    struct expr *x = node_addr(b->a, n->addr, bind_place(b, n->at));

    x->type.type = TYPE_NET;
    x->value32 = n->bits;
    return x;
}

static struct expr *bind_letters(struct bind *b, const struct ast *n)
{
    uint16_t flags;

    if (!schema_flags_parse(n->text, strlen(n->text), &flags)) {
        bind_fail(b, n->at, "`%s` are no flag letters", n->text);
        err_hint(b->e, "the letters are S F R P A U E C N");
        return NULL;
    }
    return node_int(b->a, TYPE_FLAGS, flags, bind_place(b, n->at));
}

static struct expr *bind_literal(struct bind *b, const struct ast *n)
{
    switch (n->kind) {
    case AST_NUM: return const_int(b, TYPE_INT, n);
    case AST_REAL: return node_real(b->a, n->real, bind_place(b, n->at));
    case AST_LENGTH: return const_int(b, TYPE_DURATION, n);
    case AST_TIME: return bind_time(b, n);
    case AST_ADDR: return node_addr(b->a, n->addr, bind_place(b, n->at));
    case AST_NET: return bind_net(b, n);
    case AST_MAC: return const_int(b, TYPE_MAC, n);
    case AST_LETTERS: return bind_letters(b, n);
    case AST_STRING:
        return node_int(b->a, TYPE_STRING,
                        strtab_intern(b->s->text, n->text, strlen(n->text)),
                        bind_place(b, n->at));
    default: return NULL;
    }
}

static bool is_literal(enum ast_kind k)
{
    return k <= AST_STRING || k == AST_LETTERS;
}

static bool is_condition(enum ast_kind k)
{
    switch (k) {
    case AST_COMPARE:
    case AST_IN:
    case AST_NOT_IN:
    case AST_AND:
    case AST_OR:
    case AST_NOT:
    case AST_PRIMITIVE:
    case AST_FLAGS:
    case AST_DURING: return true;
    default: return false;
    }
}

static struct expr *value_of(struct bind *b, const struct ast *n)
{
    if (is_literal(n->kind))
        return bind_literal(b, n);
    if (is_condition(n->kind))
        return bind_condition(b, n);
    switch (n->kind) {
    case AST_PARAM: return bind_param_value(b, n, NULL);
    case AST_NAME: return bind_name(b, n);
    case AST_CALL: return bind_call(b, n);
    case AST_NEGATE: return bind_negate(b, n);
    case AST_ARITH: return bind_arith(b, n);
    case AST_SET: return bind_set(b, n, NULL);
    case AST_ACCESSOR: return bind_accessor(b, n);
    default: return bind_fail(b, n->at, "a single value is needed here");
    }
}

/* Counts what was bound, so that neither deep texts nor lets that use lets
 * twice each can take all stack or time. */
static bool enter(struct bind *b, const struct ast *n)
{
    b->depth++;
    if (b->depth <= DEPTH_MAX && ++b->steps <= STEPS_MAX)
        return true;
    bind_fail(b, n->at, "this expression is too large");
    return false;
}

struct expr *bind_value(struct bind *b, const struct ast *n)
{
    struct expr *x = enter(b, n) ? value_of(b, n) : NULL;

    b->depth--;
    return x;
}

/* Letters that could be meant as flags, if not all of them are. */
static bool is_upper(const char *s)
{
    return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ.")] == '\0';
}

/* `proto = tcp`, `dport = http`: numbers that have names, beside their
 * fields; a column or let of that name goes before. */
static bool number_by_name(const struct expr *field, const char *name,
                           int64_t *out)
{
    uint8_t protocol;
    uint16_t port;

    if (field->kind != NODE_COLUMN || !field->packets)
        return false;
    switch (field->column) {
    case FIELD_PROTO:
    case FIELD_INNER_PROTO:
        return names_protocol(name, &protocol) && (*out = protocol, true);
    case FIELD_SPORT:
    case FIELD_DPORT:
    case FIELD_INNER_SPORT:
    case FIELD_INNER_DPORT:
        return names_service(name, &port) && (*out = port, true);
    default: return false;
    }
}

static struct expr *bind_name_beside(struct bind *b, const struct ast *n,
                                     const struct expr *other)
{
    int64_t number;

    if (other->type.type == TYPE_FLAGS && is_upper(n->text))
        return bind_letters(b, n);
    if (!bind_is_known(b, n->text) && number_by_name(other, n->text, &number))
        return node_int(b->a, TYPE_INT, number, bind_place(b, n->at));
    return bind_value(b, n);
}

struct expr *bind_beside(struct bind *b, const struct ast *n,
                         const struct expr *other)
{
    if (n->kind == AST_NAME)
        return bind_name_beside(b, n, other);
    if (n->kind == AST_SET)
        return bind_set(b, n, other);
    if (n->kind == AST_PARAM)
        return bind_param_value(b, n, other);
    return bind_value(b, n);
}

/* The words of a chain can pass qualifiers on only if they took them. */
static bool check_taken(struct bind *b, const struct ast *x, bool *broken)
{
    const struct ast *n = x;

    while (n->kind == AST_NOT && !n->bracketed)
        n = n->arg;
    if (n->kind == AST_NAME && n->primitive.taken)
        *broken = *broken || bind_is_condition(b, n->text);
    else if (n->kind != AST_PRIMITIVE || !n->primitive.taken)
        *broken = false;
    else if (*broken) {
        bind_fail(b, n->at, "a bare value is no condition");
        err_hint(b->e, "write what it is, as in `port 80`, `host 10.0.0.1`");
        return false;
    }
    return true;
}

static uint32_t count(const struct ast *n)
{
    uint32_t c = 0;

    for (; n; n = n->next)
        c++;
    return c;
}

static struct expr *bind_chain(struct bind *b, const struct ast *n)
{
    enum node_kind kind = n->kind == AST_AND ? NODE_AND : NODE_OR;
    uint32_t args = count(n->arg);
    const struct expr **x = arena_array(b->a, const struct expr *, args);
    const struct ast *arg = n->arg;
    bool broken = false;

    for (uint32_t i = 0; i < args; i++, arg = arg->next)
        if (!check_taken(b, arg, &broken) || !(x[i] = bind_condition(b, arg)))
            return NULL;
    return node_chain(b->a, kind, bind_place(b, n->at), x, args);
}

static struct expr *bind_not(struct bind *b, const struct ast *n)
{
    struct expr *x = bind_condition(b, n->arg);

    if (!x)
        return NULL;
    x = node_not(b->a, x);
    x->at = bind_place(b, n->at);
    return x;
}

static const char *compare_hint(enum ast_kind k)
{
    switch (k) {
    case AST_NUM:
        return "write what it is compared with, as in `dst port 80`, `len = "
               "80`";
    case AST_ADDR: return "write `host`, `src` or `dst` before it";
    case AST_NET: return "write `net`, `src net` or `dst net` before it";
    default: return "compare it with something: = != < <= > >= in";
    }
}

struct expr *bind_as_condition(struct bind *b, struct expr *x,
                               const struct ast *n)
{
    char type[80];

    if (node_is_condition(x))
        return x;
    if (x->type.type == TYPE_BOOL)
        return node_between(b->a, x, 1, 1, bind_place(b, n->at));
    if (n->kind == AST_NAME)
        bind_fail(b, n->at, "`%s` is %s, and no condition", n->text,
                  bind_type_text(x, type));
    else
        bind_fail(b, n->at, "this is %s, and no condition",
                  bind_type_text(x, type));
    err_hint(b->e, "%s", compare_hint(n->kind));
    return NULL;
}

static struct expr *bind_value_condition(struct bind *b, const struct ast *n)
{
    struct expr *x = bind_value(b, n);

    return x ? bind_as_condition(b, x, n) : NULL;
}

static struct expr *condition_of(struct bind *b, const struct ast *n)
{
    switch (n->kind) {
    case AST_AND:
    case AST_OR: return bind_chain(b, n);
    case AST_NOT: return bind_not(b, n);
    case AST_COMPARE: return bind_compare(b, n);
    case AST_IN:
    case AST_NOT_IN: return bind_in(b, n);
    case AST_PRIMITIVE: return bind_primitive(b, n);
    case AST_FLAGS: return bind_flags(b, n);
    case AST_NAME: return bind_name_condition(b, n);
    case AST_DURING: return bind_during(b, n);
    default: return bind_value_condition(b, n);
    }
}

struct expr *bind_condition(struct bind *b, const struct ast *n)
{
    struct expr *x = enter(b, n) ? condition_of(b, n) : NULL;

    b->depth--;
    return x;
}
