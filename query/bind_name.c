/* bind_name.c - what a name is: a column, a let, a word, a time key. */
#include <string.h>

#include "base/suggest.h"
#include "grammar/parse.h"
#include "query/bind.h"

static const struct columns *columns_of(const struct bind *b)
{
    return b->s->columns;
}

/* The column's number, or the count of columns. */
static uint32_t find_column(const struct columns *c, const char *name)
{
    uint32_t i = 0;

    while (i < c->n && strcmp(c->col[i].name, name) != 0)
        i++;
    return i;
}

static bool is_dir(const struct bind *b, const char *name)
{
    return columns_of(b)->packets && strcmp(name, "dir") == 0;
}

struct expr *bind_field(struct bind *b, enum field_id id, const char *what,
                        struct span at)
{
    const struct columns *c = columns_of(b);
    const struct field *f = &schema_fields[id];
    uint32_t i = c->packets ? (uint32_t)id : find_column(c, f->name);

    if (i < c->n && c->col[i].type.type == f->type)
        return node_column(b->a, c, i, bind_place(b, at));
    return bind_fail(b, at,
                     "`%s` needs the column `%s`, which these rows do "
                     "not have",
                     what, f->name);
}

static void suggest_all(struct bind *b, struct suggest *near)
{
    const struct columns *c = columns_of(b);

    for (uint32_t i = 0; i < c->n; i++)
        suggest_try(near, c->col[i].name);
    for (const struct scope_let *l = b->s->lets; l; l = l->next)
        suggest_try(near, l->name);
    bind_suggest_words(near);
    for (uint32_t i = 0; i < func_count; i++)
        if (func_table[i].built)
            suggest_try(near, func_table[i].name);
}

/* The columns there are, as far as they fit. */
static void hint_these(struct bind *b, const struct columns *c)
{
    char list[200];
    size_t len = 0;

    if (c->n == 0)
        return; /* a site file is read */
    for (uint32_t i = 0; i < c->n; i++) {
        size_t need = strlen(c->col[i].name) + 2;
        if (len + need + 4 > sizeof list)
            break;
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
                                i ? " " : "", c->col[i].name);
    }
    err_hint(b->e, "you have: %.*s", (int)len, list);
}

static void hint_columns(struct bind *b)
{
    hint_these(b, columns_of(b));
}

/* Words of tcpdump that have no word here. */
static const char *tcpdump_word(const char *name)
{
    static const char *const words[][2] = {
        {"arp",  "ethertype = 0x0806"},
        {"rarp", "ethertype = 0x8035"},
        {"igmp", "proto igmp"        },
        {"esp",  "proto esp"         },
        {"ah",   "proto ah"          },
        {"pim",  "proto pim"         },
        {"gre",  "proto gre"         },
        {"ospf", "proto ospf"        },
        {"vrrp", "proto vrrp"        },
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], name) == 0)
            return words[i][1];
    return NULL;
}

static void *fail_this(struct bind *b, const struct ast *n)
{
    const struct columns *c = columns_of(b);
    struct suggest near = {.wrong = n->text + 5};

    if (!c->row)
        return bind_fail(b, n->at,
                         "`this` stands only in the filter of `if seen` and "
                         "`unless seen`");
    bind_fail(b, n->at, "the rows in hand have no column `%s`", n->text + 5);
    for (uint32_t i = 0; i < c->row->n; i++)
        suggest_try(&near, c->row->col[i].name);
    if (near.best)
        err_hint(b->e, "did you mean `this.%s`?", near.best);
    else if (!c->row->packets)
        hint_these(b, c->row);
    return NULL;
}

static void *fail_unknown(struct bind *b, const struct ast *n)
{
    struct suggest near = {.wrong = n->text};
    const char *instead;

    if (strncmp(n->text, "this.", 5) == 0)
        return fail_this(b, n);
    if (schema_find(n->text) != FIELD_COUNT && !columns_of(b)->packets) {
        bind_fail(b, n->at,
                  "`%s` is a field of packets, and these rows have no such "
                  "column",
                  n->text);
        hint_columns(b);
        return NULL;
    }
    if (columns_of(b)->packets && (instead = tcpdump_word(n->text))) {
        bind_fail(b, n->at, "`%s` is no word of this language", n->text);
        err_hint(b->e, "write `%s`", instead);
        return NULL;
    }
    suggest_all(b, &near);
    bind_fail(b, n->at, "there is no field, column or `let` named `%s`",
              n->text);
    if (columns_of(b)->packets && (instead = parse_instead(n->text)))
        err_hint(b->e, "%s", instead);
    else if (near.best)
        err_hint(b->e, "did you mean `%s`?", near.best);
    else if (columns_of(b)->n > 0 && !columns_of(b)->packets)
        hint_columns(b);
    return NULL;
}

/* Binds the body of a let as if it stood here: places are those of its name,
 * and names mean what they meant where it was written. */
static struct expr *bind_body(struct bind *b, struct scope_let *let,
                              const struct ast *n)
{
    struct scope_let *lets = b->s->lets;
    struct bind inner = *b;
    struct expr *x;

    if (let->busy)
        return bind_fail(b, n->at, "`%s` uses itself", let->name);
    inner.at = bind_place(b, n->at);
    inner.in_let = true;
    let->busy = true;
    b->s->lets = let->next;
    x = let->kind == LET_FILTER ? bind_condition(&inner, let->body)
                                : bind_value(&inner, let->body);
    b->s->lets = lets;
    let->busy = false;
    b->steps = inner.steps;
    if (!x && !b->in_let && b->e->code == ERR_QUERY)
        err_context(b->e, "in `%s`", let->name);
    return x;
}

static struct expr *bind_let(struct bind *b, struct scope_let *let,
                             const struct ast *n)
{
    switch (let->kind) {
    case LET_FILTER: return bind_body(b, let, n);
    case LET_SET: break;
    case LET_SOURCE:
        bind_fail(b, n->at, "`%s` is a source of rows, and no value", n->text);
        err_hint(b->e, "it stands where a query begins; end it with `| set "
                       "COLUMN` to make a set of it");
        return NULL;
    case LET_PIECE:
        bind_fail(b, n->at, "`%s` is a piece of a pipeline, and no value",
                  n->text);
        err_hint(b->e, "call it as a stage: | %s", n->text);
        return NULL;
    }
    if (!let->slot)
        return bind_body(b, let, n);
    return bind_set_of(b, sets_slot(b->a, let->slot, bind_place(b, n->at)),
                       n->at);
}

static struct expr *bind_truth_value(struct bind *b, const struct ast *n)
{
    return node_int(b->a, TYPE_BOOL, n->text[0] == 't', bind_place(b, n->at));
}

static bool is_truth(const char *name)
{
    return strcmp(name, "true") == 0 || strcmp(name, "false") == 0;
}

struct expr *bind_name(struct bind *b, const struct ast *n)
{
    const struct columns *c = columns_of(b);
    uint32_t i = find_column(c, n->text);
    struct scope_let *let;

    if (is_dir(b, n->text))
        return bind_dir(b, n->at);
    if (i < c->n)
        return node_column(b->a, c, i, bind_place(b, n->at));
    if ((let = scope_find_let(b->s, n->text)))
        return bind_let(b, let, n);
    if (is_truth(n->text))
        return bind_truth_value(b, n);
    if (bind_is_key(n->text))
        return bind_call(b, n);
    if (bind_is_word(n->text))
        return bind_word(b, n->text, n->at);
    if (func_find(n->text)) {
        bind_fail(b, n->at, "`%s` is a function", n->text);
        err_hint(b->e, "write its arguments: %s", func_find(n->text)->usage);
        return NULL;
    }
    return fail_unknown(b, n);
}

bool bind_is_known(struct bind *b, const char *name)
{
    const struct columns *c = columns_of(b);

    return find_column(c, name) < c->n || scope_find_let(b->s, name) != NULL;
}

bool bind_is_condition(struct bind *b, const char *name)
{
    const struct columns *c = columns_of(b);
    uint32_t i = find_column(c, name);

    if (i < c->n)
        return c->col[i].type.type == TYPE_BOOL;
    const struct scope_let *let = scope_find_let(b->s, name);
    if (let)
        return let->kind == LET_FILTER;
    return is_truth(name) || bind_is_word(name);
}

/* After `port 80 or`, a name that is no condition is one more port. */
static struct expr *bind_taken(struct bind *b, const struct ast *n)
{
    struct ast value = *n, x = *n;

    value.next = NULL;
    x.kind = AST_PRIMITIVE;
    x.arg = &value;
    return bind_primitive(b, &x);
}

static bool takes_names(enum ast_primitive_kind k)
{
    return k != PRIM_PORTRANGE && k != PRIM_LESS && k != PRIM_GREATER;
}

struct expr *bind_name_condition(struct bind *b, const struct ast *n)
{
    if (n->primitive.taken && takes_names(n->primitive.kind) &&
        !bind_is_condition(b, n->text) &&
        find_column(columns_of(b), n->text) == columns_of(b)->n)
        return bind_taken(b, n);
    struct expr *x = bind_name(b, n);
    return x ? bind_as_condition(b, x, n) : NULL;
}
