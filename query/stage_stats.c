/* stage_stats.c - `stats AGG, … by KEY, …` and `distinct`: groups in a hash
 * table, aggregates column-wise, rows put out in the order of the keys. */
#include "query/stage_stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "query/order.h"

enum { STATS_CALLS_MOST = 200 }; /* with lists of their own on disk */

/* ---- binding ---- */

static bool bind_keys(struct stage_bind *b, const struct ast *n,
                      struct stage *s, struct columns *c, struct err *e)
{
    struct stats_bound *bound = s->bound;
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
        bound->key_type[bound->keys] = expr_type(x);
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
    struct stats_bound *bound = s->bound;

    for (; n; n = n->next) {
        struct aggregate_call *call = &bound->call[bound->calls++];
        struct span at = n->kind == AST_ASSIGN ? n->name_at : n->at;
        if (!aggregate_bind(b, s, n, call, e) ||
            !stage_add_column(b, c, call->name, call->type, at, e))
            return false;
        c->col[c->n - 1].zero = aggregate_has_zero(call);
        s->ordered = s->ordered || call->ordered;
        bound->can_spill = bound->can_spill && aggregate_can_save(call);
        s->weighs = s->weighs && call->weighs;
    }
    return true;
}

static bool bind_both(struct stage_bind *b, const struct ast *calls,
                      const struct ast *keys, struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct stats_bound *bound = arena_new(a, struct stats_bound);
    struct columns *c = arena_new(a, struct columns);
    uint32_t n = stage_list_length(calls);

    bound->call = arena_array(a, struct aggregate_call, n);
    c->col = arena_array(a, struct column_def, n + stage_list_length(keys));
    bound->can_spill = true;
    s->bound = bound;
    s->out = c;
    s->holds = true;
    s->weighs = true;
    if (!bind_keys(b, keys, s, c, e))
        return false;
    c->keys = c->n;
    return bind_calls(b, calls, s, c, e);
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
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    if (s->disk && s->disk->merging)
        vec_gather(&s->disk->runs.col[s->disk->place[i]], id, n, out);
    else if (i < bound->keys)
        vec_gather(&s->groups.key[i], id, n, out);
    else
        aggregate_result(&s->agg[i - bound->keys], id, n, out);
}

void stage_stats_open_groups(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    keytab_open(&s->groups, bound->type, bound->keys);
    for (uint32_t i = 0; i < bound->calls; i++)
        aggregate_open(&s->agg[i], &bound->call[i], r->run, bound->keys == 0);
}

void stage_stats_close_groups(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    for (uint32_t i = 0; i < bound->calls; i++)
        aggregate_close(&s->agg[i]);
    keytab_close(&s->groups, r->run->budget);
}

static void begin(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = memory_zeroed(1, sizeof *s);

    s->agg = memory_zeroed(bound->calls + 1, sizeof *s->agg);
    r->state = s;
    stage_stats_open_groups(r);
    emit_open(&s->emit, r, fill);
}

static bool can_spill(const struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;

    return bound->can_spill && bound->keys > 0 &&
           bound->calls <= STATS_CALLS_MOST && r->run->budget->limit > 0;
}

bool stage_stats_over(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    char number[32], held[96] = "", keys[96];

    for (uint32_t i = 0; i < bound->calls && !held[0]; i++)
        aggregate_weight(&s->agg[i], held);
    if (bound->keys == 0)
        return run_over(r->run, r->stage->kind->name, "%s", held);
    if (s->groups.n == 0)
        return run_over(r->run, r->stage->kind->name, "one batch of rows");
    if (s->groups.n == 1)
        return run_over(
            r->run, r->stage->kind->name, "the group of %.60s %s%s%s",
            bound->by, stage_stats_keys(r, 0, keys), held[0] ? ": " : "", held);
    run_number(number, s->groups.n);
    return run_over(r->run, r->stage->kind->name, "%s groups by %.100s%s%s",
                    number, bound->by, held[0] ? ", and " : "", held);
}

/* ---- a batch ---- */

static bool find_keys(struct stage_run *r, struct batch *b, struct column *c)
{
    const struct stats_bound *bound = r->stage->bound;

    for (uint32_t k = 0; k < bound->keys; k++)
        c[k] = expr_value(bound->key[k], b, &b->sel, &r->run->eval);
    return r->run->e->code == ERR_NONE;
}

/* Without keys all rows are group 0. */
bool stage_stats_find(struct stage_run *r, const struct column *key,
                      const struct sel *rows, uint32_t *group)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    if (bound->keys > 0)
        return keytab_rows(&s->groups, key, rows, group, r->run);
    memset(group, 0, rows->n * sizeof *group);
    s->groups.n = 1;
    return true;
}

size_t stage_stats_later(const struct stage_run *r, uint32_t rows)
{
    const struct stats_bound *bound = r->stage->bound;
    const struct stats_state *s = r->state;
    size_t bytes = stage_kept(r) + order_bytes(s->groups.n + rows);

    for (uint32_t i = 0; i < bound->calls; i++)
        bytes += aggregate_later(&s->agg[i]);
    return bytes;
}

/* Takes all memory that the batch may need: after it nothing fails for want of
 * some, so that no batch is taken by halves. */
static bool prepare(struct stage_run *r, const struct column *key,
                    struct aggregate_rows *in)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    bool ok = true;

    in->groups = bound->keys ? s->groups.n + in->rows->n : 1;
    if (can_spill(r))
        r->run->budget->kept = stage_stats_later(r, in->rows->n);
    for (uint32_t i = 0; ok && i < bound->calls; i++)
        ok = aggregate_prepare(&s->agg[i], in);
    if (ok && bound->keys > 0)
        ok = keytab_reserve(&s->groups, key, in->rows, r->run);
    r->run->budget->kept = 0;
    return ok;
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct column key[KEYTAB_KEYS_MAX];
    uint32_t group[BATCH_ROWS];
    struct aggregate_rows in = {.batch = b, .rows = &b->sel, .group = group};

    if (!find_keys(r, b, key))
        return false;
    if (s->disk)
        return stage_stats_write(r, b, key);
    if (!prepare(r, key, &in)) {
        if (r->run->e->code != ERR_NONE || !can_spill(r))
            return stage_stats_over(r);
        return stage_stats_spill(r) && stage_stats_write(r, b, key);
    }
    if (!stage_stats_find(r, key, &b->sel, group))
        return stage_stats_over(r);
    for (uint32_t i = 0; i < bound->calls; i++) {
        if (!aggregate_add(&s->agg[i], &in))
            return stage_stats_over(r);
    }
    return true;
}

/* ---- the end ---- */

uint32_t *stage_stats_order(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct order_key key[KEYTAB_KEYS_MAX];
    bool ok = true;

    for (uint32_t i = 0; ok && i < bound->calls; i++)
        ok = aggregate_finish(&s->agg[i], s->groups.n);
    for (uint32_t k = 0; k < bound->keys; k++)
        key[k] = (struct order_key){.value = &s->groups.key[k],
                                    .type = bound->type[k]};
    return ok ? order_rows(key, bound->keys, s->groups.n, r->run) : NULL;
}

static void finish(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    if (s->disk) {
        stage_stats_merge(r);
        return;
    }
    if (bound->keys == 0)
        s->groups.n = 1;
    uint32_t *id = stage_stats_order(r);
    if (id)
        (void)emit_rows(&s->emit, id, s->groups.n);
    else
        stage_stats_over(r);
    order_free(id, s->groups.n, r->run);
    stage_stats_close_groups(r);
}

/* For others' sake, where it holds much. */
static bool relieve(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    const struct stats_state *s = r->state;
    size_t bytes = keytab_bytes(&s->groups);

    for (uint32_t i = 0; i < bound->calls; i++)
        bytes += aggregate_bytes(&s->agg[i]);
    return can_spill(r) && !s->disk &&
           bytes > r->run->budget->limit / STAGE_SPILL_PART &&
           stage_stats_spill(r);
}

static void end(struct stage_run *r)
{
    struct stats_state *s = r->state;

    stage_stats_close_groups(r);
    stage_stats_close_disk(r);
    emit_close(&s->emit);
    free(s->agg);
    free(s);
}

const struct stage_kind stage_stats = {.name = "stats",
                                       .bind = bind_stats,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .spill = relieve,
                                       .close = end};
const struct stage_kind stage_distinct = {.name = "distinct",
                                          .bind = bind_distinct,
                                          .open = begin,
                                          .push = push,
                                          .finish = finish,
                                          .spill = relieve,
                                          .close = end};
