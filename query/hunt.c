/* hunt.c - reading a hunt's file, and what its parameters are. */
#include "query/hunt.h"

#include <string.h>

#include "base/suggest.h"
#include "grammar/parse.h"

/* ---- the header ---- */

static bool add_words(struct hunt_words *out, struct arena *a,
                      const struct ast *values, struct err *e)
{
    for (const struct ast *v = values; v; v = v->next) {
        const char **more = arena_alloc(a, (out->n + 1) * sizeof(const char *));

        if (v->kind != AST_STRING)
            return err_query(e, v->at, "a text in quotes stands here");
        if (out->n)
            memcpy((void *)more, (const void *)out->word,
                   out->n * sizeof(const char *));
        more[out->n++] = v->text;
        out->word = more;
    }
    return true;
}

static bool one_of(const char **out, const struct ast *v,
                   const char *const *words, const char *all, struct err *e)
{
    for (; v->kind == AST_NAME && *words; words++)
        if (strcmp(v->text, *words) == 0) {
            *out = v->text;
            return v->next ? err_query(e, v->next->at, "one word is enough")
                           : true;
        }
    err_query(e, v->at, "one of %s stands here", all);
    return false;
}

static bool number(int64_t *out, const struct ast *v, struct err *e)
{
    if (v->kind != AST_NUM || v->next)
        return err_query(e, v->at, "one whole number stands here");
    *out = v->number;
    return true;
}

static bool take_lang(struct hunt *h, struct arena *a, const struct ast *v,
                      struct err *e)
{
    int64_t lang = 0;

    (void)h;
    (void)a;
    if (!number(&lang, v, e))
        return false;
    return lang == HUNT_LANG ||
           err_query(e, v->at, "this version reads language %d, not %lld",
                     HUNT_LANG, (long long)lang);
}

static bool take_version(struct hunt *h, struct arena *a, const struct ast *v,
                         struct err *e)
{
    (void)a;
    return number(&h->version, v, e);
}

static bool take_status(struct hunt *h, struct arena *a, const struct ast *v,
                        struct err *e)
{
    static const char *const words[] = {"stable", "test", "draft", NULL};

    (void)a;
    return one_of(&h->status, v, words, "stable, test, draft", e);
}

static const struct {
    const char *word;
    int64_t period;
} schedules[] = {
    {"hourly",  INT64_C(3600000000000)      },
    {"daily",   INT64_C(86400000000000)     },
    {"weekly",  7 * INT64_C(86400000000000) },
    {"monthly", 28 * INT64_C(86400000000000)},
};

static bool take_schedule(struct hunt *h, struct arena *a, const struct ast *v,
                          struct err *e)
{
    static const char *const words[] = {"hourly", "daily", "weekly", "monthly",
                                        NULL};

    (void)a;
    return one_of(&h->schedule, v, words, "hourly, daily, weekly, monthly", e);
}

#define TAKE_WORDS(name, member)                                               \
    static bool name(struct hunt *h, struct arena *a, const struct ast *v,     \
                     struct err *e)                                            \
    {                                                                          \
        return add_words(&h->member, a, v, e);                                 \
    }
TAKE_WORDS(take_tags, tags)
TAKE_WORDS(take_refs, refs)
TAKE_WORDS(take_falsepos, falsepos)
TAKE_WORDS(take_reads, reads)
#undef TAKE_WORDS

static const struct key {
    const char *name;
    bool many;
    bool (*take)(struct hunt *h, struct arena *a, const struct ast *v,
                 struct err *e);
} keys[] = {
    {"lang",     false, take_lang    },
    {"version",  false, take_version },
    {"status",   false, take_status  },
    {"tags",     true,  take_tags    },
    {"ref",      true,  take_refs    },
    {"falsepos", true,  take_falsepos},
    {"read",     true,  take_reads   },
    {"schedule", false, take_schedule},
};

static bool take_header(struct hunt *h, struct arena *a, const struct ast *n,
                        uint32_t *seen, struct err *e)
{
    for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].name, n->text) != 0)
            continue;
        if (!keys[i].many && *seen >> i & 1)
            return err_query(e, n->at, "`%s` is given twice", n->text);
        *seen |= 1u << i;
        return keys[i].take(h, a, n->arg, e);
    }
    return err_query(e, n->at, "`%s` is no header of a hunt", n->text);
}

static bool take_headers(struct hunt *h, struct arena *a,
                         const struct ast_item *item, struct err *e)
{
    uint32_t seen = 0;

    for (const struct ast *n = item->headers; n; n = n->next)
        if (!take_header(h, a, n, &seen, e))
            return false;
    if (seen & 1 && seen >> 1 & 1)
        return true;
    return err_query(e, item->name_at, "`%s` has no %s", item->name,
                     seen & 1 ? "version" : "lang");
}

/* ---- parameters ---- */

static const struct {
    const char *type;
    enum ast_kind kinds[3]; /* what a value may be written as */
} types[] = {
    {"bool",     {AST_NAME, AST_NAME, AST_NAME}      },
    {"int",      {AST_NUM, AST_NUM, AST_NUM}         },
    {"real",     {AST_REAL, AST_NUM, AST_NUM}        },
    {"addr",     {AST_ADDR, AST_ADDR, AST_ADDR}      },
    {"net",      {AST_NET, AST_ADDR, AST_ADDR}       },
    {"mac",      {AST_MAC, AST_MAC, AST_MAC}         },
    {"time",     {AST_TIME, AST_TIME, AST_TIME}      },
    {"duration", {AST_LENGTH, AST_LENGTH, AST_LENGTH}},
    {"string",   {AST_STRING, AST_STRING, AST_STRING}},
    {"flags",    {AST_NAME, AST_LETTERS, AST_NAME}   },
    {"set",      {AST_SET, AST_SET, AST_SET}         },
};

static bool is_of(const char *type, const struct ast *v)
{
    if (strcmp(type, "bool") == 0)
        return v->kind == AST_NAME &&
               (strcmp(v->text, "true") == 0 || strcmp(v->text, "false") == 0);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type) != 0)
            continue;
        for (uint32_t k = 0; k < 3; k++)
            if (types[i].kinds[k] == v->kind)
                return true;
    }
    return false;
}

static double measure(const struct ast *v)
{
    return v->kind == AST_REAL ? v->real : (double)v->number;
}

/* Bounds are for what can be measured. */
static bool inside(const struct ast_param *p, const struct ast *v)
{
    if (!p->min)
        return true;
    return measure(v) >= measure(p->min) && measure(v) <= measure(p->max);
}

static bool measurable(const struct ast *v)
{
    return v->kind == AST_NUM || v->kind == AST_REAL || v->kind == AST_LENGTH;
}

static bool check_param(const struct ast_param *p, struct err *e)
{
    if (!is_of(p->type, p->value))
        return err_query(e, p->value->at, "this is no %s", p->type);
    if (!p->min)
        return true;
    if (!measurable(p->min) || !is_of(p->type, p->min))
        return err_query(e, p->min->at, "this is no bound of a %s", p->type);
    if (!measurable(p->max) || !is_of(p->type, p->max))
        return err_query(e, p->max->at, "this is no bound of a %s", p->type);
    return inside(p, p->value) ||
           err_query(e, p->value->at, "the default lies outside of its bounds");
}

static const char *words_of(struct arena *a, const char *text, struct span at)
{
    return arena_strndup(a, text + at.from, at.to - at.from);
}

static bool take_params(struct hunt *h, struct arena *a,
                        const struct ast_item *item, struct err *e)
{
    uint32_t n = 0;

    for (const struct ast_param *p = item->params; p; p = p->next)
        n++;
    h->param = arena_alloc(a, (n + 1) * sizeof *h->param);
    for (const struct ast_param *p = item->params; p; p = p->next) {
        if (!check_param(p, e))
            return false;
        h->param[h->params++] = (struct hunt_param){
            .name = p->name,
            .type = p->type,
            .help = p->help,
            .value = words_of(a, h->text, p->value->at),
            .low = p->min ? words_of(a, h->text, p->min->at) : NULL,
            .high = p->max ? words_of(a, h->text, p->max->at) : NULL,
            .node = p};
    }
    return true;
}

/* ---- the body ---- */

static void blank(char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

/* Lets may go without a range: they take that of the query. */
static bool check_ranges(const struct ast_item *item, struct err *e)
{
    for (const struct ast_item *i = item->body; i; i = i->next) {
        if (i->kind != ITEM_QUERY || i->query.range.kind != RANGE_NONE)
            continue;
        err_query(e, i->at, "a query of a hunt says its range");
        err_hint(e, "last 7d, on yesterday, all: --range changes it for a run");
        return false;
    }
    return true;
}

static bool take_body(struct hunt *h, struct arena *a,
                      const struct ast_item *item, struct err *e)
{
    const struct ast_item *last = item->body;
    char *body = arena_strndup(a, h->text, h->len);

    if (!item->body)
        return err_query(e, item->name_at, "`%s` asks nothing", item->name);
    while (last->next)
        last = last->next;
    blank(body, 0, item->body->at.from);
    blank(body, last->at.to, h->len);
    char *rangeless = arena_strndup(a, body, h->len);
    for (const struct ast_item *i = item->body; i; i = i->next)
        if (i->kind == ITEM_QUERY)
            blank(rangeless, i->query.range.at.from, i->query.range.at.to);
    h->body = body;
    h->rangeless = rangeless;
    return check_ranges(item, e);
}

bool hunt_read(struct hunt *h, struct arena *a, const char *text, size_t len,
               struct err *e)
{
    *h = (struct hunt){.text = arena_strndup(a, text, len), .len = len};
    const struct ast_item *item = parse_text(a, h->text, len, e);
    struct span all = {0, len > 0};

    if (!item)
        return e->code ? false : err_query(e, all, "there is no hunt in it");
    if (item->kind != ITEM_HUNT)
        return err_query(e, item->at,
                         "a hunt begins with `hunt NAME \"TITLE\"`");
    if (item->next)
        return err_query(e, item->next->at, "one hunt is one file");
    h->name = item->name;
    h->title = item->text;
    return take_headers(h, a, item, e) && take_params(h, a, item, e) &&
           take_body(h, a, item, e);
}

int64_t hunt_period(const struct hunt *h)
{
    for (size_t i = 0; h->schedule && i < sizeof schedules / sizeof *schedules;
         i++)
        if (strcmp(schedules[i].word, h->schedule) == 0)
            return schedules[i].period;
    return 0;
}

/* ---- values ---- */

static const struct hunt_param *find_param(const struct hunt *h,
                                           const char *name, size_t len)
{
    for (uint32_t i = 0; i < h->params; i++)
        if (strlen(h->param[i].name) == len &&
            memcmp(h->param[i].name, name, len) == 0)
            return &h->param[i];
    return NULL;
}

static bool no_param(const struct hunt *h, const char *name, struct err *e)
{
    struct suggest near = {.wrong = name};

    for (uint32_t i = 0; i < h->params; i++)
        suggest_try(&near, h->param[i].name);
    err_set(e, ERR_USAGE, "hunt %s has no parameter `%s`", h->name, name);
    if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    return false;
}

static const struct ast *literal(struct arena *a, const char *value)
{
    size_t size = strlen(value) + 16;
    char *text = arena_alloc(a, size);
    struct err ignored = {0};
    int len = snprintf(text, size, "let x = %s", value);
    const struct ast_item *item = parse_text(a, text, (size_t)len, &ignored);

    if (!item || item->next || item->kind != ITEM_LET_QUERY ||
        item->query.range.kind != RANGE_NONE || item->query.stages ||
        !item->query.filter)
        return NULL;
    const struct ast *v = item->query.filter;
    if (v->kind != AST_NEGATE)
        return v;
    struct ast *copy = arena_new(a, struct ast);
    *copy = *v->arg;
    copy->number = -copy->number;
    copy->real = -copy->real;
    return copy;
}

/* A value from outside of the file. */
static bool hold(const struct hunt *h, const struct hunt_param *p,
                 const char *value, struct arena *a, struct err *e)
{
    const struct ast *v = literal(a, value);

    if (!v || !is_of(p->type, v))
        return err_set(e, ERR_USAGE, "hunt %s: %s = %s: this is no %s", h->name,
                       p->name, value, p->type);
    if (inside(p->node, v))
        return true;
    return err_set(e, ERR_USAGE, "hunt %s: %s = %s is not in %s..%s", h->name,
                   p->name, value, p->low, p->high);
}

static bool take_given(const struct hunt *h, const char *item,
                       const char **value, struct arena *a, struct err *e)
{
    const char *eq = strchr(item, '=');

    if (!eq || eq == item)
        return err_set(e, ERR_USAGE, "`--set` takes NAME=VALUE, not `%s`",
                       item);
    const struct hunt_param *p = find_param(h, item, (size_t)(eq - item));
    if (!p)
        return no_param(h, arena_strndup(a, item, (size_t)(eq - item)), e);
    value[p - h->param] = eq + 1;
    return hold(h, p, eq + 1, a, e);
}

/* `hunt NAME : a = 1, b = 2h;` of the site. */
static bool take_overrides(const struct hunt *h, const struct site *s,
                           const char **value, struct arena *a, struct err *e)
{
    for (const struct ast_item *i = s->items; i; i = i->next) {
        if (i->kind != ITEM_OVERRIDE || strcmp(i->name, h->name) != 0)
            continue;
        for (const struct ast *n = i->value; n; n = n->next) {
            const struct hunt_param *p =
                find_param(h, n->text, strlen(n->text));
            if (!p)
                return no_param(h, n->text, e) || err_context(e, "site.trawl");
            value[p - h->param] = words_of(a, s->text, n->arg->at);
            if (!hold(h, p, value[p - h->param], a, e))
                return err_context(e, "site.trawl");
        }
    }
    return true;
}

const char **hunt_set(const struct hunt *h, struct query_session *q,
                      const struct hunt_words *given, struct arena *a,
                      struct err *e)
{
    const char **value = arena_array(a, const char *, h->params + 1);

    for (uint32_t i = 0; i < h->params; i++)
        value[i] = h->param[i].value;
    if (!take_overrides(h, query_session_site(q), value, a, e))
        return NULL;
    for (uint32_t i = 0; i < given->n; i++)
        if (!take_given(h, given->word[i], value, a, e))
            return NULL;
    for (uint32_t i = 0; i < h->params; i++)
        if (!query_session_param(q, h->param[i].name, value[i], e))
            return NULL;
    return value;
}
