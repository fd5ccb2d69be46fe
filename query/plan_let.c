/* plan_let.c - what a `let` is: a filter, a set, a source of rows or a piece of
 * a pipeline. All but pieces are bound once where they stand, so that errors
 * show there; the bound form is dropped, since what they mean depends on the
 * range and the rows of the query that names them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/plan_parts.h"
#include "query/textfile.h"

/* Is it a set by its shape? */
static bool is_set(const struct planner *p, const struct ast *n)
{
    const struct scope_let *let;

    switch (n->kind) {
    case AST_SET: return true;
    case AST_ARITH: return is_set(p, n->arg) || is_set(p, n->arg->next);
    case AST_NAME:
        let = scope_find_let(p->scope, n->text);
        return let && let->kind == LET_SET;
    default: return false;
    }
}

static bool ends_in_set(const struct ast_stage *n)
{
    while (n && n->next)
        n = n->next;
    return n && !n->call && strcmp(n->name, "set") == 0;
}

static bool bind_rows(struct planner *p, struct scope_let *let, struct err *e)
{
    struct plan *plan = plan_bind(p, let->query, e);

    if (!plan)
        return false;
    if (let->kind == LET_SET)
        let->type = plan->out->col[0].type;
    return true;
}

static bool bind_body(struct planner *p, struct scope_let *let, struct err *e)
{
    p->scope->columns = p->packets;
    if (let->kind == LET_FILTER)
        return expr_bind_condition(p->scope, let->body, e) != NULL;
    const struct expr *x = expr_bind_value(p->scope, let->body, e);
    if (!x)
        return false;
    if (expr_type(x).type == TYPE_SET)
        return true;
    return err_query(e, let->body->at, "this is no set");
}

static bool is_rows(const struct planner *p, const struct ast_query *q)
{
    const struct scope_let *let;

    if (q->range.kind != RANGE_NONE || q->stages || !q->filter)
        return true;
    if (q->filter->kind != AST_NAME)
        return false;
    let = scope_find_let(p->scope, q->filter->text);
    return let && let->kind == LET_SOURCE;
}

static bool let_query(struct planner *p, const struct ast_item *item,
                      struct scope_let *let, struct err *e)
{
    const struct ast_query *q = &item->query;

    if (is_rows(p, q)) {
        let->query = q;
        let->kind = ends_in_set(q->stages) ? LET_SET : LET_SOURCE;
        return bind_rows(p, let, e);
    }
    let->body = q->filter;
    let->kind = is_set(p, q->filter) ? LET_SET : LET_FILTER;
    return bind_body(p, let, e);
}

static bool let_file(struct planner *p, const struct ast_item *item,
                     struct scope_let *let, struct err *e)
{
    struct rangeset *ranges = arena_new(p->lets, struct rangeset);
    struct scope_slot *slot = arena_new(p->lets, struct scope_slot);

    let->kind = LET_SET;
    let->slot = slot;
    slot->name = item->name;
    slot->type =
        (struct vtype){.type = TYPE_SET, .members = 1, .member = {TYPE_ADDR}};
    slot->ranges = ranges;
    /* The item ends with the quoted name. */
    struct span at = item->at;
    if (at.to - at.from > strlen(item->text) + 2)
        at.from = at.to - (uint32_t)strlen(item->text) - 2;
    return plan_file(p, item->text, at, ranges, e);
}

/* A field of that name would hide it. */
static bool is_free(const struct ast_item *item, struct err *e)
{
    if (schema_find(item->name) == FIELD_COUNT)
        return true;
    return err_query(e, item->name_at,
                     "`%s` is a field: give the `let` another name",
                     item->name);
}

bool plan_let(struct planner *p, const struct ast_item *item, struct err *e)
{
    struct scope_let *let = arena_new(p->lets, struct scope_let);
    bool ok = true;

    if (!is_free(item, e))
        return false;
    *let = (struct scope_let){.name = item->name,
                              .at = item->name_at,
                              .source = p->source,
                              .source_len = p->source_len,
                              .next = p->scope->lets};
    if (item->kind == ITEM_LET_PIECE) {
        let->kind = LET_PIECE;
        let->query = &item->query;
    } else if (item->kind == ITEM_LET_FILE) {
        ok = let_file(p, item, let, e);
    } else {
        ok = let_query(p, item, let, e);
    }
    if (ok)
        p->scope->lets = let;
    return ok;
}

/* ---- file "bad.txt" ---- */

struct lines {
    struct addr_range *range;
    uint32_t n, cap;
};

static bool add_line(struct lines *l, const char *line, size_t len)
{
    struct addr base;
    uint8_t bits = 128;

    if (!addr_parse(line, len, &base) &&
        !addr_parse_net(line, len, &base, &bits))
        return false;
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 256;
        l->range = memory_resize(l->range, l->cap * sizeof *l->range);
    }
    l->range[l->n++] = addr_net_range(base, bits);
    return true;
}

static bool add_lines(struct lines *l, const char *name, const char *text,
                      struct span at, struct err *e)
{
    struct textfile t = {.rest = text};

    while (textfile_next(&t)) {
        if (!add_line(l, t.line, t.len))
            return err_query(e, at, "%s:%u: `%.*s` is no address or network",
                             name, t.number, t.len > 60 ? 60 : (int)t.len,
                             t.line);
    }
    return l->n > 0 || err_query(e, at, "%s holds no address", name);
}

bool plan_file(struct planner *p, const char *name, struct span at,
               struct rangeset *out, struct err *e)
{
    char *text = textfile_read(p->folder, name, at, e);
    struct lines l = {0};

    if (!text)
        return false;
    bool ok = add_lines(&l, name, text, at, e);
    if (ok)
        *out = rangeset_make_addr(p->lets, l.range, l.n);
    free(text);
    free(l.range);
    return ok;
}
