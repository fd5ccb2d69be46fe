/* stage_set.c - `set F`, at the end of a `let`: the set of F's values. What
 * does not fit while it is made goes to disk as sorted runs; the set itself has
 * to fit. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/keytab.h"
#include "query/order.h"
#include "query/spill_runs.h"
#include "query/stage.h"

struct state {
    struct keytab values;
    struct spill spill; /* its run is NULL as long as there are none */
    struct spill_runs runs;
    struct vtype type[SET_TUPLE_MAX];
    size_t set_aside; /* of the budget, for sorting the values */
};

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
    struct state *s = memory_zeroed(1, sizeof *s);

    keytab_open(&s->values, set_type(r)->member, set_type(r)->members);
    r->state = s;
}

static bool over(struct stage_run *r)
{
    const struct state *s = r->state;
    uint64_t n = s->runs.n == 1 ? s->runs.run[0].rows : s->values.n;
    char number[32];

    return run_over(r->run, "set", "%s values", run_number(number, n));
}

/* ---- to disk ---- */

static void open_runs(struct stage_run *r)
{
    struct state *s = r->state;

    spill_open(&s->spill, r->run);
    for (uint32_t m = 0; m < s->values.keys; m++)
        s->type[m] = (struct vtype){.type = s->values.type[m]};
    s->runs = (struct spill_runs){
        .spill = &s->spill,
        .layout = {s->values.keys, s->type},
        .keys = s->values.keys,
        .unique = true
    };
}

/* The numbers of all values, in their order. */
static uint32_t *in_order(struct stage_run *r)
{
    struct state *s = r->state;
    const struct keytab *t = &s->values;
    struct order_key key[SET_TUPLE_MAX];

    budget_give(r->run->budget, s->set_aside);
    s->set_aside = 0;
    for (uint32_t m = 0; m < t->keys; m++)
        key[m] = (struct order_key){.value = &t->key[m], .type = t->type[m]};
    return order_rows(key, t->keys, t->n, r->run);
}

static bool write_run(struct stage_run *r, const uint32_t *id)
{
    struct state *s = r->state;
    const struct keytab *t = &s->values;
    struct spill_stream *to = spill_runs_add(&s->runs);
    struct value row[SET_TUPLE_MAX];

    for (uint32_t i = 0; i < t->n; i++) {
        for (uint32_t m = 0; m < t->keys; m++)
            row[m] = vec_value(&t->key[m], id[i]);
        if (!spill_put(&s->spill, to, 0, &s->runs.layout, row))
            return false;
    }
    return spill_seal(&s->spill, to);
}

static bool write_values(struct stage_run *r)
{
    struct state *s = r->state;
    uint32_t n = s->values.n, *id;

    if (n == 0)
        return over(r);
    if (!s->spill.run)
        open_runs(r);
    id = in_order(r);
    bool ok = id ? write_run(r, id) : over(r);
    order_free(id, n, r->run);
    keytab_close(&s->values, r->run->budget);
    keytab_open(&s->values, set_type(r)->member, set_type(r)->members);
    r->spilled = s->spill.written;
    return ok;
}

static bool relieve(struct stage_run *r)
{
    const struct state *s = r->state;

    return keytab_bytes(&s->values) >
               r->run->budget->limit / STAGE_SPILL_PART &&
           write_values(r);
}

static bool has_room(struct stage_run *r, uint32_t n)
{
    struct state *s = r->state;
    struct budget *b = r->run->budget;
    size_t sort = order_bytes(s->values.n + n);
    size_t more = sort > s->set_aside ? sort - s->set_aside : 0;

    b->kept = stage_kept(r);
    bool ok = budget_take(b, more);
    s->set_aside += ok ? more : 0;
    ok = ok && keytab_room(&s->values, n, r->run);
    b->kept = 0;
    return ok;
}

static bool make_room(struct stage_run *r, uint32_t n)
{
    if (has_room(r, n))
        return true;
    return r->run->e->code == ERR_NONE && write_values(r) &&
           (has_room(r, n) || over(r));
}

/* ---- values ---- */

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
    struct state *s = r->state;
    uint32_t id[BATCH_ROWS];
    struct sel some = {0};

    for (uint32_t k = 0; k < rows->n; k++) {
        if (is_whole(c, r->stage->exprs, rows->row[k]))
            some.row[some.n++] = rows->row[k];
    }
    return make_room(r, some.n) &&
           (keytab_rows(&s->values, c, &some, id, r->run) || over(r));
}

static bool add_members(struct stage_run *r, const struct set *set)
{
    struct state *s = r->state;
    struct value tuple[SET_TUPLE_MAX];
    uint32_t id, members = set->type.members;

    for (size_t i = 0; i < set->n; i++) {
        for (uint32_t m = 0; m < members; m++)
            tuple[m] = (struct value){.cell = set->member[i * members + m]};
        if (!make_room(r, 1))
            return false;
        if (!keytab_tuple(&s->values, tuple, &id, r->run))
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

/* ---- the set ---- */

static void copy_values(const struct keytab *t, const uint32_t *id,
                        union cell *cell)
{
    for (size_t i = 0; i < t->n; i++) {
        for (uint32_t m = 0; m < t->keys; m++)
            cell[i * t->keys + m] = vec_cell(&t->key[m], id[i]);
    }
}

static bool copy_runs(struct stage_run *r, union cell *cell)
{
    struct state *s = r->state;
    uint32_t members = s->runs.layout.cols;
    const struct value *row;

    while ((row = spill_runs_next(&s->runs))) {
        for (uint32_t m = 0; m < members; m++)
            *cell++ = row[m].cell;
    }
    return r->run->e->code == ERR_NONE;
}

/* Charged for as long as the query runs. */
static union cell *take_cells(struct stage_run *r, uint64_t n)
{
    size_t bytes = (size_t)n * set_type(r)->members * sizeof(union cell);

    if (n >= UINT32_MAX || !budget_take(r->run->budget, bytes)) {
        over(r);
        return NULL;
    }
    return arena_alloc_raw(r->run->arena, bytes + sizeof(union cell));
}

static bool take_values(struct stage_run *r, struct set *set)
{
    struct state *s = r->state;
    uint32_t n = s->values.n, *id = in_order(r);
    union cell *cell = id ? take_cells(r, n) : NULL;

    if (cell)
        copy_values(&s->values, id, cell);
    *set = (struct set){.type = *set_type(r), .n = n, .member = cell};
    order_free(id, n, r->run);
    return cell || over(r);
}

static bool take_runs(struct stage_run *r, struct set *set)
{
    struct state *s = r->state;
    uint64_t n;

    if (s->values.n > 0 && !write_values(r))
        return false;
    if (!spill_runs_unite(&s->runs, &n))
        return false;
    union cell *cell = take_cells(r, n);
    *set = (struct set){.type = *set_type(r), .n = (uint32_t)n, .member = cell};
    return cell && copy_runs(r, cell);
}

/* There is room for the cells beside the values. */
static bool fits(const struct stage_run *r)
{
    const struct state *s = r->state;
    const struct budget *b = r->run->budget;
    size_t need = (size_t)s->values.n * s->values.keys * sizeof(union cell);

    return !b->limit || (need <= b->limit && b->used <= b->limit - need);
}

const struct set *stage_set_result(struct stage_run *r)
{
    struct state *s = r->state;
    struct set *set = arena_new(r->run->arena, struct set);
    bool disk = s->spill.run || (s->values.n > 0 && !fits(r));

    return (disk ? take_runs(r, set) : take_values(r, set)) ? set : NULL;
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    budget_give(r->run->budget, s->set_aside);
    keytab_close(&s->values, r->run->budget);
    spill_runs_close(&s->runs);
    spill_close(&s->spill);
    free(s);
}

const struct stage_kind stage_set = {.name = "set",
                                     .bind = bind,
                                     .open = begin,
                                     .push = push,
                                     .spill = relieve,
                                     .close = end};
