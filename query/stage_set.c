/* stage_set.c - `set F`, at the end of a `let`: the set of F's values. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/keytab.h"
#include "query/stage.h"

/* The type of the set: of one column, which may hold sets, or of tuples. */
static bool set_of(struct stage_bind *b, const struct ast_stage *n,
                   struct stage *s, struct vtype *out, struct err *e)
{
    *out = (struct vtype){.type = TYPE_SET};
    for (const struct ast *m = n->args; m; m = m->next) {
        const struct expr *x = stage_value(b, s, m, e);
        struct vtype type = x ? expr_type(x) : *out;
        if (!x)
            return false;
        if (type.type == TYPE_SET && m == n->args && !m->next) {
            *out = type;
            return true;
        }
        if (type.type == TYPE_SET)
            return err_query(e, m->at,
                             "a tuple holds values, and this is a "
                             "set");
        if (out->members == SET_TUPLE_MAX)
            return err_query(e, m->at, "a tuple has at most %d values",
                             SET_TUPLE_MAX);
        if (!value_add_member(out, &type))
            return err_query(e, m->at, "nets of another length in a tuple");
    }
    return true;
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct columns *c = arena_new(b->scope->arena, struct columns);
    struct vtype type;

    if (!set_of(b, n, s, &type, e))
        return false;
    c->col = arena_new(b->scope->arena, struct column_def);
    s->out = c;
    s->holds = true;
    return stage_add_column(b, c, "set", type, n->at, e);
}

static const struct vtype *set_type(const struct stage_run *r)
{
    return &r->stage->out->col[0].type;
}

static void begin(struct stage_run *r)
{
    struct keytab *t = memory_zeroed(1, sizeof *t);

    keytab_open(t, set_type(r)->member, set_type(r)->members);
    r->state = t;
}

static bool over(struct stage_run *r)
{
    const struct keytab *t = r->state;
    char number[32];

    return run_over(r->run, "set", "%s values", run_number(number, t->n));
}

static bool is_whole(const struct column *c, uint32_t n, uint32_t row)
{
    for (uint32_t i = 0; i < n; i++) {
        if (column_absent(&c[i], row))
            return false;
    }
    return true;
}

static bool add_values(struct stage_run *r, const struct column *c,
                       const struct sel *rows)
{
    uint32_t id[BATCH_ROWS];
    struct sel some = {0};

    for (uint32_t k = 0; k < rows->n; k++) {
        if (is_whole(c, r->stage->exprs, rows->row[k]))
            some.row[some.n++] = rows->row[k];
    }
    return keytab_rows(r->state, c, &some, id, r->run) || over(r);
}

static bool add_members(struct stage_run *r, const struct set *set)
{
    struct value tuple[SET_TUPLE_MAX];
    uint32_t id, members = set->type.members;

    for (size_t i = 0; i < set->n; i++) {
        for (uint32_t m = 0; m < members; m++)
            tuple[m] = (struct value){.cell = set->member[i * members + m]};
        if (!keytab_tuple(r->state, tuple, &id, r->run))
            return over(r);
    }
    return true;
}

static bool add_sets(struct stage_run *r, struct batch *b)
{
    const struct expr *x = r->stage->expr[0];
    struct column c = expr_value(x, b, &b->sel, &r->run->eval);

    if (r->run->e->code != ERR_NONE)
        return false;
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t row = b->sel.row[k];
        if (!column_absent(&c, row) && !add_members(r, c.set[row]))
            return false;
    }
    return true;
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct column c[SET_TUPLE_MAX];

    if (expr_type(r->stage->expr[0]).type == TYPE_SET)
        return add_sets(r, b);
    for (uint32_t i = 0; i < r->stage->exprs; i++)
        c[i] = expr_value(r->stage->expr[i], b, &b->sel, &r->run->eval);
    return r->run->e->code == ERR_NONE && add_values(r, c, &b->sel);
}

static union cell *cells(const struct keytab *t, const uint32_t *id,
                         struct arena *a)
{
    union cell *cell =
        arena_alloc_raw(a, ((size_t)t->n * t->keys + 1) * sizeof *cell);

    for (size_t i = 0; i < t->n; i++) {
        for (uint32_t m = 0; m < t->keys; m++)
            cell[i * t->keys + m] = vec_cell(&t->key[m], id[i]);
    }
    return cell;
}

const struct set *stage_set_result(struct stage_run *r)
{
    const struct keytab *t = r->state;
    struct set *set = arena_new(r->run->arena, struct set);
    size_t bytes = ((size_t)t->n + 1) * sizeof(uint32_t);

    if (!budget_take(r->run->budget,
                     bytes + (size_t)t->n * t->keys * sizeof(union cell))) {
        over(r);
        return NULL;
    }
    uint32_t *id = memory_alloc(bytes);
    for (uint32_t i = 0; i < t->n; i++)
        id[i] = i;
    bool ok = keytab_sort(t, id, t->n, r->run) || over(r);
    *set = (struct set){.type = *set_type(r), .n = t->n};
    if (ok)
        set->member = cells(t, id, r->run->arena);
    free(id);
    budget_give(r->run->budget, bytes);
    return ok ? set : NULL;
}

static void end(struct stage_run *r)
{
    keytab_close(r->state, r->run->budget);
    free(r->state);
}

const struct stage_kind stage_set = {
    .name = "set", .bind = bind, .open = begin, .push = push, .close = end};
