/* stage_stats.c - `stats AGG, … by KEY, …` and `distinct`: groups in a hash
 * table, aggregates column-wise, rows put out in the order of the keys. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "query/aggregate.h"
#include "query/emit.h"
#include "query/order.h"

struct bound {
    uint32_t keys, calls;
    const struct expr *key[KEYTAB_KEYS_MAX];
    enum type type[KEYTAB_KEYS_MAX];
    struct aggregate_call *call;
    const char *by; /* the keys' names, for messages */
};

struct state {
    struct keytab groups;
    struct aggregate_state *agg;
    struct emit emit;
};

/* ---- binding ---- */

static bool bind_keys(struct stage_bind *b, const struct ast *n,
                      struct stage *s, struct columns *c, struct err *e)
{
    struct bound *bound = s->bound;
    struct buf by = {0};
    bool ok = true;

    for (; n && ok; n = n->next) {
        struct stage_named item = stage_name(b, n);
        if (bound->keys == KEYTAB_KEYS_MAX) {
            ok = err_query(e, n->at, "more than %d keys", KEYTAB_KEYS_MAX);
            break;
        }
        const struct expr *x = stage_value(b, s, item.value, e);
        ok = x && stage_add_column(b, c, item.name, expr_type(x), item.at, e);
        if (!ok)
            break;
        c->col[c->n - 1].key = true;
        buf_printf(&by, "%s%s", bound->keys ? ", " : "", item.name);
        bound->type[bound->keys] = expr_type(x).type;
        bound->key[bound->keys++] = x;
    }
    bound->by = arena_strndup(b->scope->arena, (const char *)by.data, by.len);
    buf_free(&by);
    return ok;
}

static bool bind_calls(struct stage_bind *b, const struct ast *n,
                       struct stage *s, struct columns *c, struct err *e)
{
    struct bound *bound = s->bound;

    for (; n; n = n->next) {
        struct aggregate_call *call = &bound->call[bound->calls++];
        struct span at = n->kind == AST_ASSIGN ? n->name_at : n->at;
        if (!aggregate_bind(b, s, n, call, e) ||
            !stage_add_column(b, c, call->name, call->type, at, e))
            return false;
        s->ordered = s->ordered || call->ordered;
        s->weighs = s->weighs && call->weighs;
    }
    return true;
}

static bool bind_both(struct stage_bind *b, const struct ast *calls,
                      const struct ast *keys, struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct bound *bound = arena_new(a, struct bound);
    struct columns *c = arena_new(a, struct columns);
    uint32_t n = stage_list_length(calls);

    bound->call = arena_array(a, struct aggregate_call, n);
    c->col = arena_array(a, struct column_def, n + stage_list_length(keys));
    s->bound = bound;
    s->out = c;
    s->holds = true;
    s->weighs = true;
    return bind_keys(b, keys, s, c, e) && bind_calls(b, calls, s, c, e);
}

static bool bind_stats(struct stage_bind *b, const struct ast_stage *n,
                       struct stage *s, struct err *e)
{
    return bind_both(b, n->args, n->by, s, e);
}

static bool bind_distinct(struct stage_bind *b, const struct ast_stage *n,
                          struct stage *s, struct err *e)
{
    return bind_both(b, NULL, n->args, s, e);
}

/* ---- running ---- */

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    if (i < bound->keys)
        vec_gather(&s->groups.key[i], id, n, out);
    else
        aggregate_result(&s->agg[i - bound->keys], id, n, out);
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    s->agg = memory_zeroed(bound->calls + 1, sizeof *s->agg);
    keytab_open(&s->groups, bound->type, bound->keys);
    for (uint32_t i = 0; i < bound->calls; i++)
        aggregate_open(&s->agg[i], &bound->call[i], r->run, bound->keys == 0);
    r->state = s;
    emit_open(&s->emit, r, fill);
}

static bool over(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    char number[32], held[96] = "";

    for (uint32_t i = 0; i < bound->calls && !held[0]; i++)
        aggregate_weight(&s->agg[i], held);
    if (bound->keys == 0)
        return run_over(r->run, r->stage->kind->name, "%s", held);
    run_number(number, s->groups.n);
    return run_over(r->run, r->stage->kind->name, "%s groups by %.100s%s%s",
                    number, bound->by, held[0] ? ", and " : "", held);
}

/* Without keys all rows are group 0. */
static bool find_groups(struct stage_run *r, struct batch *b, uint32_t *group)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct column c[KEYTAB_KEYS_MAX];

    if (bound->keys == 0) {
        memset(group, 0, b->sel.n * sizeof *group);
        s->groups.n = 1;
        return true;
    }
    for (uint32_t k = 0; k < bound->keys; k++)
        c[k] = expr_value(bound->key[k], b, &b->sel, &r->run->eval);
    return r->run->e->code == ERR_NONE &&
           keytab_rows(&s->groups, c, &b->sel, group, r->run);
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    uint32_t group[BATCH_ROWS];
    struct aggregate_rows in = {.batch = b, .rows = &b->sel, .group = group};

    if (!find_groups(r, b, group))
        return over(r);
    in.groups = s->groups.n;
    for (uint32_t i = 0; i < bound->calls; i++) {
        if (!aggregate_update(&s->agg[i], &in))
            return over(r);
    }
    return true;
}

static uint32_t *in_key_order(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct order_key key[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < bound->keys; k++)
        key[k] = (struct order_key){.value = &s->groups.key[k],
                                    .type = bound->type[k]};
    return order_rows(key, bound->keys, s->groups.n, r->run);
}

static void finish(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    bool ok = true;

    if (bound->keys == 0)
        s->groups.n = 1;
    for (uint32_t i = 0; ok && i < bound->calls; i++)
        ok = aggregate_finish(&s->agg[i], s->groups.n);
    uint32_t *id = ok ? in_key_order(r) : NULL;
    if (id)
        emit_rows(&s->emit, id, s->groups.n);
    else
        over(r);
    order_free(id, s->groups.n, r->run);
}

static void end(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    for (uint32_t i = 0; i < bound->calls; i++)
        aggregate_close(&s->agg[i]);
    keytab_close(&s->groups, r->run->budget);
    emit_close(&s->emit);
    free(s->agg);
    free(s);
}

const struct stage_kind stage_stats = {.name = "stats",
                                       .bind = bind_stats,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
const struct stage_kind stage_distinct = {.name = "distinct",
                                          .bind = bind_distinct,
                                          .open = begin,
                                          .push = push,
                                          .finish = finish,
                                          .close = end};
