/* trees.c - the trees of texts as text. */
#include "tests/trees.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "grammar/parse.h"
#include "tests/test.h"

static const char *const op_names[] = {
    "+",  "-",  "*", "/",  "%", "&",  "|", "^",
    "<<", ">>", "=", "!=", "<", "<=", ">", ">="};
static const char *const primitive_names[] = {
    "host", "net", "port", "portrange", "proto", "less", "greater"};

static void put_list(struct buf *b, const struct ast *x);

static void put_addr(struct buf *b, struct addr a)
{
    char text[ADDR_TEXT_MAX];

    addr_format(text, a);
    buf_printf(b, "%s", text);
}

static void put_time(struct buf *b, const struct ast_time *t)
{
    const struct civil *c = &t->civil;

    if (t->word)
        buf_printf(b, "%s", t->word);
    else if (t->param)
        buf_printf(b, "$%s", t->param);
    else
        buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%09d/%d", c->year,
                   c->month, c->day, c->hour, c->minute, c->second, c->ns,
                   (int)t->precision);
    if (t->has_offset)
        buf_printf(b, "Z%+d", t->offset);
    if (t->step != 0)
        buf_printf(b, "%+" PRId64 "%c", t->step, t->step_unit);
}

static void put_qualifiers(struct buf *b, const struct ast_primitive *p)
{
    static const char *const directions[] = {"", "src ", "dst "};

    buf_printf(b, "%s%s%s%s%s", p->taken ? "~" : "",
               p->protocol ? p->protocol : "", p->protocol ? " " : "",
               directions[p->direction], primitive_names[p->kind]);
}

/* (HEAD, then the operands). */
static void put_over(struct buf *b, const char *head, const struct ast *x)
{
    buf_printf(b, "(%s", head);
    if (x->arg)
        buf_printf(b, " ");
    put_list(b, x->arg);
    buf_printf(b, ")");
}

static void put_leaf(struct buf *b, const struct ast *x)
{
    switch (x->kind) {
    case AST_NUM: buf_printf(b, "%" PRId64, x->number); break;
    case AST_REAL: buf_printf(b, "%g", x->real); break;
    case AST_LENGTH: buf_printf(b, "%" PRId64 "ns", x->number); break;
    case AST_MAC: buf_printf(b, "mac%012" PRIx64, (uint64_t)x->number); break;
    case AST_TIME: put_time(b, &x->time); break;
    case AST_ADDR: put_addr(b, x->addr); break;
    case AST_NET:
        put_addr(b, x->addr);
        buf_printf(b, "/%u", x->bits);
        break;
    case AST_STRING: buf_printf(b, "\"%s\"", x->text); break;
    case AST_PARAM: buf_printf(b, "$%s", x->text); break;
    case AST_LETTERS: buf_printf(b, "'%s'", x->text); break;
    case AST_DURING: buf_printf(b, "(during %s)", x->text); break;
    case AST_FLAGS:
        buf_printf(b, "(flags %s%s%s)", x->text, x->mask ? "/" : "",
                   x->mask ? x->mask : "");
        break;
    default: buf_printf(b, "%s", x->text); break;
    }
    if ((x->kind == AST_NAME || x->kind == AST_PARAM) && x->primitive.taken) {
        buf_printf(b, "[");
        put_qualifiers(b, &x->primitive);
        buf_printf(b, "]");
    }
}

static void put_primitive(struct buf *b, const struct ast *x)
{
    buf_printf(b, "(");
    put_qualifiers(b, &x->primitive);
    buf_printf(b, " ");
    put_list(b, x->arg);
    buf_printf(b, ")");
}

static void put_accessor(struct buf *b, const struct ast *x)
{
    buf_printf(b, "%s[", x->text);
    put_list(b, x->arg);
    buf_printf(b, ":%" PRId64 "]", x->number);
}

static void put_assign(struct buf *b, const struct ast *x)
{
    buf_printf(b, "%s:=", x->text);
    put_list(b, x->arg);
}

static void put_node(struct buf *b, const struct ast *x)
{
    switch (x->kind) {
    case AST_CALL: put_over(b, x->text, x); break;
    case AST_NEGATE: put_over(b, "neg", x); break;
    case AST_ARITH:
    case AST_COMPARE: put_over(b, op_names[x->op], x); break;
    case AST_IN: put_over(b, "in", x); break;
    case AST_NOT_IN: put_over(b, "not-in", x); break;
    case AST_LIST: put_over(b, "list", x); break;
    case AST_SET: put_over(b, "set", x); break;
    case AST_AND: put_over(b, "and", x); break;
    case AST_OR: put_over(b, "or", x); break;
    case AST_NOT: put_over(b, "not", x); break;
    case AST_ACCESSOR: put_accessor(b, x); break;
    case AST_PRIMITIVE: put_primitive(b, x); break;
    case AST_ASSIGN: put_assign(b, x); break;
    case AST_NAME:
        if (x->arg)
            put_over(b, x->text, x);
        else
            put_leaf(b, x);
        break;
    default: put_leaf(b, x); break;
    }
    if (x->desc)
        buf_printf(b, "-desc");
}

static void put_list(struct buf *b, const struct ast *x)
{
    for (; x; x = x->next) {
        put_node(b, x);
        if (x->next)
            buf_printf(b, " ");
    }
}

static void put_part(struct buf *b, const char *label, const struct ast *x)
{
    if (!x)
        return;
    buf_printf(b, " %s:", label);
    put_list(b, x);
}

static void put_stage(struct buf *b, const struct ast_stage *s)
{
    static const char *const relations[] = {"before", "after", "near"};
    static const char *const matches[] = {"anywhere",     "same keys",
                                          "same flow",    "same pair",
                                          "reverse flow", "reverse pair"};

    buf_printf(b, "| %s%s", s->call ? "call " : "", s->name);
    put_part(b, "args", s->args);
    put_part(b, "by", s->by);
    put_part(b, "filter", s->filter);
    if (strcmp(s->name, "if") == 0 || s->negated)
        buf_printf(b, " %s %s%s", relations[s->relation], matches[s->match],
                   s->negated ? " negated" : "");
    put_part(b, "count", s->count);
    put_part(b, "length", s->length);
    put_part(b, "min", s->min);
    put_part(b, "bits", s->bits);
    put_part(b, "rewired", s->rewired);
    if (s->plain)
        buf_printf(b, " plain");
    if (s->file)
        buf_printf(b, " file:%s", s->file);
    if (s->format)
        buf_printf(b, " format:%s", s->format);
}

static void put_query(struct buf *b, const struct ast_query *q)
{
    static const char *const ranges[] = {"",     "all", "last",   "on",
                                         "from", "to",  "from-to"};
    const char *join = "";

    if (q->range.kind != RANGE_NONE) {
        buf_printf(b, "{%s", ranges[q->range.kind]);
        put_part(b, "a", q->range.a);
        put_part(b, "b", q->range.b);
        buf_printf(b, "}");
        join = " ";
    }
    if (q->filter) {
        buf_printf(b, "%s", join);
        put_list(b, q->filter);
        join = " ";
    }
    for (const struct ast_stage *s = q->stages; s; s = s->next) {
        buf_printf(b, "%s", join);
        put_stage(b, s);
        join = " ";
    }
}

static void put_spans(struct buf *b, const struct ast_calendar_span *s)
{
    for (; s; s = s->next) {
        buf_printf(b, " %d", (int)s->kind);
        if (s->text)
            buf_printf(b, ":%s", s->text);
        if (s->kind == SPAN_HOURS)
            buf_printf(b, ":%d-%d", s->minute_from, s->minute_to);
        if (s->kind == SPAN_DAYS || s->has_days)
            buf_printf(b, ":days%d-%d", s->day_from, s->day_to);
    }
}

static void put_items(struct buf *b, const struct ast_item *item);

static void put_item(struct buf *b, const struct ast_item *item)
{
    static const char *const kinds[] = {
        "",     "let ",      "piece ", "file ",     "home",
        "zone", "calendar ", "label",  "override ", "hunt "};

    buf_printf(b, "%s%s", kinds[item->kind], item->name ? item->name : "");
    if (item->text)
        buf_printf(b, " \"%s\"", item->text);
    put_part(b, "from", item->point);
    put_part(b, "value", item->value);
    put_spans(b, item->spans);
    put_part(b, "headers", item->headers);
    for (const struct ast_param *p = item->params; p; p = p->next) {
        buf_printf(b, " param %s:%s", p->name, p->type);
        put_part(b, "value", p->value);
        put_part(b, "min", p->min);
        put_part(b, "max", p->max);
        buf_printf(b, " \"%s\"", p->help);
    }
    if (item->kind == ITEM_LET_QUERY || item->kind == ITEM_LET_PIECE)
        buf_printf(b, " = ");
    put_query(b, &item->query);
    if (item->body) {
        buf_printf(b, " begin ");
        put_items(b, item->body);
        buf_printf(b, " end");
    }
}

static void put_items(struct buf *b, const struct ast_item *item)
{
    for (; item; item = item->next) {
        put_item(b, item);
        if (item->next)
            buf_printf(b, "; ");
    }
}

void trees_expect(const char *text, const char *tree)
{
    struct arena arena = {0};
    struct buf b = {0};
    struct err e;

    struct ast_item *items = parse_text(&arena, text, strlen(text), &e);
    if (e.code != ERR_NONE)
        fail_msg("%s: %s", text, e.text);
    put_items(&b, items);
    buf_u8(&b, 0);
    assert_string_equal((const char *)b.data, tree);
    buf_free(&b);
    arena_free(&arena);
}

void trees_expect_error(const char *marked, const char *what, const char *hint)
{
    const char *from = strchr(marked, '`'), *to = strrchr(marked, '`');
    char text[512];
    struct arena arena = {0};
    struct err e;

    assert_true(from && to > from);
    snprintf(text, sizeof text, "%.*s%.*s%s", (int)(from - marked), marked,
             (int)(to - from - 1), from + 1, to + 1);
    assert_null(parse_text(&arena, text, strlen(text), &e));
    assert_int_equal(e.code, ERR_QUERY);
    assert_string_equal(e.text, what);
    assert_string_equal(e.hint, hint);
    assert_int_equal(e.at.from, from - marked);
    assert_int_equal(e.at.to, to - marked - 1);
    arena_free(&arena);
}
