/* stage_burst.c - `burst AGG >= N within D by KEY, …`: one row a burst. Equal
 * times may come in any order: the last of them sees the same window. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/aggregate.h"
#include "query/burst.h"
#include "query/emit.h"
#include "query/order.h"

struct bound {
    struct burst_terms terms;
    const struct expr *time, *key[KEYTAB_KEYS_MAX];
    struct aggregate_call call;
    const char *by, *within; /* as written, for messages */
};

struct state {
    struct burst burst;
    struct emit emit;
};

/* The columns after the keys. */
enum { OUT_PEAK, OUT_FIRST, OUT_LAST, OUT_N, OUT_MEMBERS, OUT_COUNT };
static const char *const out_name[OUT_COUNT] = {"peak", "first", "last", "n",
                                                "members"};

/* ---- binding ---- */

static bool bind_members(struct bound *bound, const struct ast *call,
                         struct err *e)
{
    struct burst_terms *t = &bound->terms;
    const struct ast *n = call->arg;

    t->members.type = TYPE_SET;
    for (t->values = 0; t->values < bound->call.args; n = n->next) {
        struct vtype type = expr_type(bound->call.arg[t->values]);
        if (type.type == TYPE_SET)
            return err_query(e, n->at,
                             "`burst` takes values, and this is a "
                             "set");
        if (!value_add_member(&t->members, &type))
            return err_query(e, n->at,
                             "nets of another length beside each "
                             "other");
        t->value[t->values++] = type.type;
    }
    return true;
}

static bool bind_call(struct stage_bind *b, struct stage *s,
                      const struct ast *call, struct err *e)
{
    struct bound *bound = s->bound;
    bool counts = strcmp(call->text, "count") == 0;

    if (!aggregate_bind(b, s, call, &bound->call, e))
        return false;
    if (counts && call->arg) {
        err_query(e, call->at, "`burst` takes all rows with count()");
        err_hint(e, "put the condition before it: | where %s | burst count()",
                 stage_text(b, call->arg->at));
        return false;
    }
    if (counts)
        return true;
    if (strcmp(call->text, "distinct") == 0)
        return bind_members(bound, call, e);
    return err_query(e, call->at, "`burst` takes count() or distinct(E, ...)");
}

static bool bind_numbers(struct stage_bind *b, const struct ast_stage *n,
                         struct bound *bound, struct err *e)
{
    struct burst_terms *t = &bound->terms;

    if (!stage_count(b, n->count, &t->least, e))
        return false;
    if (t->least == 0)
        return err_query(e, n->count->at,
                         "a number of 1 or more is needed "
                         "here");
    bound->within = stage_text(b, n->length->at);
    return stage_length(b, n->length, &t->within, e);
}

static bool is_taken(const struct stage_named *item, struct err *e)
{
    for (uint32_t i = 0; i < OUT_COUNT; i++) {
        if (strcmp(out_name[i], item->name) != 0)
            continue;
        err_query(e, item->at, "`burst` makes a column `%s` itself",
                  item->name);
        err_hint(e, "give the key another name");
        return true;
    }
    return false;
}

static bool bind_keys(struct stage_bind *b, const struct ast *n,
                      struct stage *s, struct columns *c, struct err *e)
{
    struct bound *bound = s->bound;
    struct burst_terms *t = &bound->terms;

    for (; n; n = n->next) {
        struct stage_named item = stage_name(b, n);
        if (t->keys == KEYTAB_KEYS_MAX)
            return err_query(e, n->at, "more than %d keys", KEYTAB_KEYS_MAX);
        const struct expr *x = stage_value(b, s, item.value, e);
        if (!x || is_taken(&item, e) ||
            !stage_add_column(b, c, item.name, expr_type(x), item.at, e))
            return false;
        t->key[t->keys] = expr_type(x).type;
        bound->key[t->keys++] = x;
    }
    return true;
}

static void add_columns(const struct burst_terms *t, struct columns *c)
{
    const struct vtype type[OUT_COUNT] = {
        [OUT_PEAK] = {.type = TYPE_INT},  [OUT_FIRST] = {.type = TYPE_TIME},
        [OUT_LAST] = {.type = TYPE_TIME}, [OUT_N] = {.type = TYPE_INT},
        [OUT_MEMBERS] = t->members,
    };
    uint32_t n = t->values ? OUT_COUNT : OUT_MEMBERS;

    for (uint32_t i = 0; i < n; i++)
        c->col[c->n++] =
            (struct column_def){.name = out_name[i], .type = type[i]};
}

static const char *keys_text(const struct stage_bind *b, const struct ast *n)
{
    struct span at = n->at;

    for (; n; n = n->next)
        at.to = n->at.to;
    return stage_text(b, at);
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct bound *bound = arena_new(a, struct bound);
    struct columns *c = arena_new(a, struct columns);

    c->col =
        arena_array(a, struct column_def, stage_list_length(n->by) + OUT_COUNT);
    s->bound = bound;
    s->out = c;
    s->holds = s->ordered = true;
    bound->terms.at = n->at;
    bound->terms.sweeps = b->in_order && b->in->packets;
    bound->by = keys_text(b, n->by);
    if (!bind_call(b, s, n->args, e) || !bind_numbers(b, n, bound, e) ||
        !bind_keys(b, n->by, s, c, e))
        return false;
    add_columns(&bound->terms, c);
    bound->time = stage_time(b, s, e);
    return bound->time != NULL;
}

/* ---- rows in ---- */

static bool over(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    const struct burst *b = &((struct state *)r->state)->burst;
    char keys[32], rows[32];

    return run_over(r->run, "burst",
                    "%s groups by %.60s within %.40s, and %s bursts",
                    run_number(keys, b->keys.n), bound->by, bound->within,
                    run_number(rows, b->rows));
}

/* Only rows that have a time, and values, take part. */
static void keep_whole(const struct bound *bound, const struct burst_in *in,
                       struct sel *rows)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < rows->n; k++) {
        uint32_t row = rows->row[k];
        bool whole = !column_absent(in->time, row);
        for (uint32_t i = 0; i < bound->terms.values; i++)
            whole = whole && !column_absent(&in->value[i], row);
        if (whole)
            rows->row[n++] = (uint16_t)row;
    }
    rows->n = n;
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct expr_eval *ev = &r->run->eval;
    struct column key[KEYTAB_KEYS_MAX], value[SET_TUPLE_MAX], time;
    struct burst_in in = {key, value, &time, &b->sel};

    time = expr_value(bound->time, b, &b->sel, ev);
    for (uint32_t i = 0; i < bound->terms.keys; i++)
        key[i] = expr_value(bound->key[i], b, &b->sel, ev);
    for (uint32_t i = 0; i < bound->terms.values; i++)
        value[i] = expr_value(bound->call.arg[i], b, &b->sel, ev);
    if (r->run->e->code != ERR_NONE)
        return false;
    keep_whole(bound, &in, &b->sel);
    return burst_add(&((struct state *)r->state)->burst, &in) || over(r);
}

/* ---- rows out ---- */

static void fill_keys(const struct burst *b, uint32_t i, const uint32_t *id,
                      uint32_t n, struct vec *out)
{
    uint32_t key[BATCH_ROWS];

    for (uint32_t k = 0; k < n; k++)
        key[k] = b->row[id[k]].key;
    vec_gather(&b->found.key[i], key, n, out);
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    const struct burst *b = &((struct state *)r->state)->burst;
    uint32_t keys = b->terms->keys;

    if (i < keys) {
        fill_keys(b, i, id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++) {
        const struct burst_row *row = &b->row[id[k]];
        switch (i - keys) {
        case OUT_PEAK: out->i[k] = row->peak; break;
        case OUT_FIRST: out->i[k] = row->first; break;
        case OUT_LAST: out->i[k] = row->last; break;
        case OUT_N: out->i[k] = row->n; break;
        default: out->set[k] = row->members; break;
        }
    }
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    burst_open(&s->burst, &bound->terms, r->run);
    r->state = s;
    emit_open(&s->emit, r, fill);
}

/* rank[k] becomes the place of key k among the keys. */
static bool rank_keys(struct burst *b, uint32_t *id, uint32_t *rank)
{
    for (uint32_t k = 0; k < b->found.n; k++)
        id[k] = k;
    if (!keytab_sort(&b->found, id, b->found.n, b->run))
        return false;
    for (uint32_t k = 0; k < b->found.n; k++)
        rank[id[k]] = k;
    return true;
}

/* The bursts of a key ended in the order of their times. */
static uint32_t *in_key_order(struct burst *b, const uint32_t *rank)
{
    struct vec place = {.lane = LANE_INT};
    struct order_key key = {.value = &place, .type = TYPE_INT};
    uint32_t *order = NULL;

    if (vec_extend(&place, b->rows, b->run->budget)) {
        for (uint32_t i = 0; i < b->rows; i++)
            place.i[i] = rank[b->row[i].key];
        order = order_rows(&key, 1, b->rows, b->run);
    }
    vec_free(&place, b->run->budget);
    return order;
}

static bool put_out(struct stage_run *r)
{
    struct state *s = r->state;
    struct burst *b = &s->burst;
    size_t bytes = ((size_t)b->found.n + 1) * 2 * sizeof(uint32_t);

    if (!budget_take(r->run->budget, bytes))
        return false;
    uint32_t *rank = memory_alloc(bytes);
    uint32_t *order = rank_keys(b, rank + b->found.n + 1, rank)
                          ? in_key_order(b, rank)
                          : NULL;
    if (order)
        emit_rows(&s->emit, order, b->rows);
    order_free(order, b->rows, r->run);
    free(rank);
    budget_give(r->run->budget, bytes);
    return order != NULL;
}

static void finish(struct stage_run *r)
{
    if (!burst_finish(&((struct state *)r->state)->burst) || !put_out(r))
        over(r);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    burst_close(&s->burst);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_burst = {.name = "burst",
                                       .bind = bind,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
