/* query.c - sessions: what stays between one text and the next. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grammar/parse.h"
#include "query/query_parts.h"

static char *copy_text(const char *s)
{
    char *copy = s ? strdup(s) : NULL;

    if (s && !copy)
        err_no_memory();
    return copy;
}

bool query_session_set(struct query_session *q, const struct query_settings *o,
                       struct err *e)
{
    struct tz tz;

    if (o->tz ? !tz_parse(&tz, &q->arena, o->tz, strlen(o->tz), e)
              : !site_zone(&q->site, &tz, e))
        return false;
    char *name = copy_text(o->tz), *range = copy_text(o->range);
    free(q->tz_name);
    free(q->range_text);
    q->tz = tz;
    q->settings = *o;
    q->settings.tz = q->tz_name = name;
    q->settings.range = q->range_text = range;
    return true;
}

static bool bind_site(struct query_session *q, struct err *e)
{
    static const struct query_sink quiet = {.ctx = NULL};
    struct query_work w;
    bool ok = query_work_open(&w, q, &quiet, e);

    w.planner.lets = &q->arena;
    w.planner.source = q->site.text ? q->site.text : "";
    w.planner.source_len = strlen(w.planner.source);
    w.planner.folder = store_dir(q->store);
    for (const struct ast_item *i = q->site.items; ok && i; i = i->next) {
        bool let = i->kind == ITEM_LET_QUERY || i->kind == ITEM_LET_PIECE ||
                   i->kind == ITEM_LET_FILE;
        ok = !let || plan_let(&w.planner, i, e);
    }
    q->lets = w.scope.lets;
    query_work_close(&w);
    return ok;
}

struct query_session *query_session_open(struct store *s,
                                         const struct query_settings *o,
                                         struct err *e)
{
    struct query_session *q = memory_zeroed(1, sizeof *q);

    q->store = s;
    q->lookup = (struct lookup){
        .text = &q->text, .site = &q->site, .folder = store_dir(s)};
    if (site_read(&q->site, &q->arena, store_dir(s), e) &&
        query_session_set(q, o, e) && bind_site(q, e))
        return q;
    query_session_close(q);
    return NULL;
}

void query_session_close(struct query_session *q)
{
    if (!q)
        return;
    while (q->kept) {
        struct query_text *t = q->kept;
        q->kept = t->next;
        arena_free(&t->arena);
        free(t);
    }
    lookup_close(&q->lookup);
    strtab_free(&q->text);
    arena_free(&q->arena);
    free(q->tz_name);
    free(q->range_text);
    free(q);
}

/* A value is what may stand after `let x =` and is one literal. */
static const struct ast *parse_value(struct arena *a, const char *value)
{
    size_t size = strlen(value) + 16;
    char *text = arena_alloc(a, size);
    struct err ignored = {.code = ERR_NONE};
    int len = snprintf(text, size, "let x = %s", value);
    struct ast_item *item = parse_text(a, text, (size_t)len, &ignored);

    if (!item || item->next || item->kind != ITEM_LET_QUERY ||
        item->query.range.kind != RANGE_NONE || item->query.stages)
        return NULL;
    return item->query.filter;
}

static bool is_literal(struct ast *n)
{
    switch (n->kind) {
    case AST_NUM:
    case AST_REAL:
    case AST_LENGTH:
    case AST_TIME:
    case AST_ADDR:
    case AST_NET:
    case AST_MAC:
    case AST_STRING:
    case AST_NAME:
    case AST_SET: return true;
    case AST_NEGATE: return n->arg->kind == AST_NUM || n->arg->kind == AST_REAL;
    default: return false;
    }
}

bool query_session_param(struct query_session *q, const char *name,
                         const char *value, struct err *e)
{
    const struct ast *literal = parse_value(&q->arena, value);
    struct ast *copy = arena_new(&q->arena, struct ast);

    if (literal)
        *copy = *literal;
    if (!literal || !is_literal(copy)) {
        err_set(e, ERR_USAGE, "--set %s=%s: this is no value", name, value);
        err_hint(e, "a number, length, time, address, network or \"string\"");
        return false;
    }
    if (copy->kind == AST_NEGATE) {
        *copy = *literal->arg;
        copy->number = -copy->number;
        copy->real = -copy->real;
    }
    struct scope_param *p = arena_new(&q->arena, struct scope_param);
    *p = (struct scope_param){
        .name = arena_strndup(&q->arena, name, strlen(name)),
        .text = arena_strndup(&q->arena, value, strlen(value)),
        .value = copy,
        .next = q->params};
    q->params = p;
    return true;
}

const struct site *query_session_site(const struct query_session *q)
{
    return &q->site;
}

struct strtab *query_session_text(struct query_session *q)
{
    return &q->text;
}

const struct tz *query_session_tz(const struct query_session *q)
{
    return &q->tz;
}

void query_session_names(const struct query_session *q,
                         void (*f)(void *ctx, const char *name), void *ctx)
{
    for (const struct scope_let *l = q->lets; l; l = l->next)
        f(ctx, l->name);
    for (const struct ast_item *i = q->site.items; i; i = i->next) {
        if (i->kind == ITEM_CALENDAR)
            f(ctx, i->name);
    }
}

/* ---- running a text ---- */

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static struct query_text *text_new(const char *text, size_t len)
{
    struct query_text *t = memory_zeroed(1, sizeof *t);

    t->text = arena_strndup(&t->arena, text, len);
    t->len = len;
    return t;
}

/* The lets of the text stay, and with them its tree. */
static void keep_lets(struct query_work *w)
{
    struct query_session *q = w->session;

    if (w->scope.lets == q->lets)
        return;
    q->lets = w->scope.lets;
    w->text->next = q->kept;
    q->kept = w->text;
    w->text = NULL;
}

static void note_unused(struct query_work *w)
{
    for (struct scope_param *p = w->session->params; p; p = p->next) {
        if (!p->used)
            query_note(w, (struct span){0, 0}, "`$%s` is given and not used",
                       p->name);
        p->used = true; /* said once */
    }
}

/* An error at a parameter is one of the option: says what was given. */
static void name_option(const struct query_work *w)
{
    const struct query_text *t = w->text;
    size_t from = w->e->at.from, to = w->e->at.to;

    if (w->e->code != ERR_QUERY || to > t->len || from > to)
        return;
    const char *dollar = memchr(t->text + from, '$', to - from);
    for (const struct scope_param *p = w->session->params; dollar && p;
         p = p->next) {
        size_t len = strlen(p->name), rest = (size_t)(t->text + to - dollar);
        if (rest > len && strncmp(dollar + 1, p->name, len) == 0 &&
            !is_name_byte(dollar[len + 1])) {
            err_context(w->e, "--set %s=%s", p->name, p->text);
            return;
        }
    }
}

static bool run_items(struct query_work *w, const struct ast_item *items)
{
    if (!query_bind(w, items)) {
        name_option(w);
        return false;
    }
    keep_lets(w);
    note_unused(w);
    for (uint32_t i = 0; i < w->plans; i++) {
        if (!query_execute(w, i))
            return false;
    }
    return true;
}

bool query_run(struct query_session *q, const char *text, size_t len,
               const struct query_sink *sink, struct err *e)
{
    struct query_text *t = text_new(text, len);
    struct ast_item *items = parse_text(&t->arena, t->text, len, e);
    struct query_work w;
    bool ok = e->code == ERR_NONE;

    if (!items) {
        arena_free(&t->arena);
        free(t);
        return ok;
    }
    ok = query_work_open(&w, q, sink, e);
    w.text = t;
    w.planner.lets = &t->arena;
    w.planner.source = t->text;
    w.planner.source_len = t->len;
    ok = ok && run_items(&w, items);
    if (w.text) {
        arena_free(&w.text->arena);
        free(w.text);
    }
    query_work_close(&w);
    return ok;
}
