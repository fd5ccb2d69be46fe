/* stage_sort.c - `sort` and `top`: holds the rows, orders their numbers, puts
 * them out. `top N` throws away what cannot be among the N whenever it holds
 * a few batches more than that. */
#include "query/stage_sort.h"

#include <stdlib.h>

#include "base/memory.h"
#include "query/order.h"

/* ---- binding ---- */

static bool bind_key(struct stage_bind *b, struct stage *s, const struct ast *n,
                     bool desc, struct err *e)
{
    struct sort_bound *bound = s->bound;
    const struct expr *x;

    if (bound->keys == STAGE_SORT_KEYS_MAX)
        return err_query(e, n->at, "more than %d keys", STAGE_SORT_KEYS_MAX);
    x = stage_value(b, s, n, e);
    if (!x)
        return false;
    bound->desc[bound->keys] = desc;
    bound->key[bound->keys] = expr_type(x);
    bound->type[bound->keys++] = expr_type(x).type;
    return true;
}

static struct sort_bound *start(struct stage_bind *b, struct stage *s)
{
    struct sort_bound *bound = arena_new(b->scope->arena, struct sort_bound);

    bound->limit = INT64_MAX;
    s->bound = bound;
    s->out = s->in;
    s->passes = s->holds = s->ordered = true;
    return bound;
}

static bool bind_sort(struct stage_bind *b, const struct ast_stage *n,
                      struct stage *s, struct err *e)
{
    start(b, s);
    for (const struct ast *key = n->args; key; key = key->next) {
        if (!bind_key(b, s, key, key->desc, e))
            return false;
    }
    return true;
}

static bool bind_top(struct stage_bind *b, const struct ast_stage *n,
                     struct stage *s, struct err *e)
{
    struct sort_bound *bound = start(b, s);

    return stage_count(b, n->count, &bound->limit, e) &&
           bind_key(b, s, n->by, true, e);
}

/* ---- running ---- */

bool stage_sort_needs(const struct stage_run *r, uint32_t i)
{
    return r->stage->need[i / 64] >> (i % 64) & 1;
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    struct sort_state *s = r->state;

    if (s->disk.merging) {
        vec_gather(&s->disk.runs.col[s->disk.place[i]], id, n, out);
        return;
    }
    held_fill(&s->held, i, id, n, out);
}

static void begin(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = memory_zeroed(1, sizeof *s);

    held_open(&s->held, r->stage->in, r->stage->need);
    for (uint32_t k = 0; k < bound->keys; k++)
        s->key[k].lane = schema_types[bound->type[k]].lane;
    r->state = s;
    emit_open(&s->emit, r, fill);
}

static bool over(struct stage_run *r)
{
    struct sort_state *s = r->state;
    char number[32];

    return run_over(r->run, r->stage->kind->name, "%s rows held",
                    run_number(number, s->held.n));
}

uint32_t *stage_sort_order(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    struct order_key key[STAGE_SORT_KEYS_MAX];

    budget_give(r->run->budget, s->set_aside);
    s->set_aside = 0;
    for (uint32_t k = 0; k < bound->keys; k++)
        key[k] = (struct order_key){.value = &s->key[k],
                                    .type = bound->type[k],
                                    .desc = bound->desc[k]};
    return order_rows(key, bound->keys, s->held.n, r->run);
}

/* Moves the rows id[0..n), ascending, to the front. */
static void compact(struct vec *v, const uint32_t *id, uint32_t n)
{
    if (v->n == 0)
        return;
    for (uint32_t k = 0; k < n; k++) {
        bool absent = vec_absent(v, id[k]);
        vec_put(v, k, vec_cell(v, id[k]));
        if (v->absent)
            v->absent[k / 64] &= ~(UINT64_C(1) << (k % 64));
        if (absent)
            vec_mark_absent(v, k);
    }
    for (uint32_t k = n; v->absent && k < v->n; k++)
        v->absent[k / 64] &= ~(UINT64_C(1) << (k % 64));
    v->n = n;
}

/* Keeps the best `limit` rows, in the order in which they came. */
static bool drop_rest(struct stage_run *r, uint32_t limit)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    uint32_t n = s->held.n, *id = stage_sort_order(r);

    if (!id || !order_list(NULL, 0, id, limit, r->run)) {
        order_free(id, n, r->run);
        return over(r);
    }
    for (uint32_t i = 0; i < r->stage->in->n; i++)
        compact(&s->held.col[i], id, limit);
    for (uint32_t k = 0; k < bound->keys; k++)
        compact(&s->key[k], id, limit);
    s->held.n = limit;
    order_free(id, n, r->run);
    return true;
}

static bool append_keys(struct stage_run *r, struct batch *b)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;

    for (uint32_t k = 0; k < bound->keys; k++) {
        struct column c =
            expr_value(r->stage->expr[k], b, &b->sel, &r->run->eval);
        if (r->run->e->code != ERR_NONE ||
            !held_values(&s->held, &s->key[k], &c, &b->sel, r->run))
            return false;
    }
    return true;
}

static bool set_aside(struct stage_run *r, size_t bytes)
{
    struct sort_state *s = r->state;

    if (bytes <= s->set_aside)
        return true;
    if (!budget_take(r->run->budget, bytes - s->set_aside))
        return false;
    s->set_aside = bytes;
    return true;
}

/* All of the batch's rows or none. */
static bool append_rows(struct stage_run *r, struct batch *b)
{
    struct sort_state *s = r->state;
    struct budget *budget = r->run->budget;
    uint32_t n = s->held.n;
    bool ok;

    budget->kept = stage_kept(r);
    ok = set_aside(r, order_bytes(n + b->sel.n)) &&
         held_append(&s->held, b, r->run) && append_keys(r, b);
    budget->kept = 0;
    if (!ok)
        stage_sort_cut(r, n);
    return ok;
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    bool full = s->held.n > UINT32_MAX - 2 * BATCH_ROWS;

    if (full || !append_rows(r, b)) {
        if (r->run->e->code != ERR_NONE)
            return false;
        if (s->held.n == 0 || !r->run->budget->limit)
            return over(r);
        if (!stage_sort_spill(r))
            return false;
        if (!append_rows(r, b))
            return over(r);
    }
    if (bound->limit < UINT32_MAX / 4 &&
        s->held.n > 2 * (uint32_t)bound->limit + 8 * BATCH_ROWS)
        return drop_rest(r, (uint32_t)bound->limit);
    return true;
}

static void finish(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    uint32_t n = bound->limit < s->held.n ? (uint32_t)bound->limit : s->held.n;

    if (s->disk.spill.run) {
        stage_sort_merge(r);
        return;
    }
    uint32_t *id = stage_sort_order(r);
    if (id)
        (void)emit_rows(&s->emit, id, n);
    else
        over(r);
    order_free(id, s->held.n, r->run);
    stage_sort_empty(r);
}

static void end(struct stage_run *r)
{
    struct sort_state *s = r->state;

    stage_sort_empty(r);
    stage_sort_close(r);
    held_close(&s->held, r->run->budget);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_sort = {.name = "sort",
                                      .bind = bind_sort,
                                      .open = begin,
                                      .push = push,
                                      .finish = finish,
                                      .spill = stage_sort_relieve,
                                      .close = end};
const struct stage_kind stage_top = {.name = "top",
                                     .bind = bind_top,
                                     .open = begin,
                                     .push = push,
                                     .finish = finish,
                                     .spill = stage_sort_relieve,
                                     .close = end};
