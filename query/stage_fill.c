/* stage_fill.c - `fill`: adds the rows of time buckets in which nothing
 * happened, for each combination of the other keys that occurs. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/emit.h"
#include "query/func.h"
#include "query/held.h"
#include "query/keytab.h"
#include "query/order.h"
#include "query/range.h"

enum { ROWS_MAX = 1000000 };

struct bound {
    uint32_t time;             /* the column of the buckets */
    const struct expr *bucket; /* hour, bin(10m), … */
    struct time_range range;   /* of the query, until now at most */
};

struct state {
    struct held held;
    int64_t *bucket; /* starts, ascending; in the run's arena */
    uint32_t buckets;
    struct emit emit;
};

/* ---- binding ---- */

static bool note_keys(struct stage_bind *b, struct stage *s, struct span at,
                      struct err *e)
{
    for (uint32_t i = 0; i < b->in->keys; i++) {
        struct ast *name = arena_new(b->scope->arena, struct ast);
        *name = (struct ast){
            .kind = AST_NAME, .at = at, .text = b->in->col[i].name};
        if (!stage_value(b, s, name, e))
            return false;
    }
    return true;
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct bound *bound = arena_new(b->scope->arena, struct bound);
    uint32_t i = 0;

    while (i < b->in->keys && !b->in->col[i].type.bucket)
        i++;
    if (i == b->in->keys) {
        err_query(e, n->at, "`fill` needs rows of `stats` by a bucket of time");
        err_hint(e, "as in: stats n = count() by day | fill (minute hour day "
                    "week month bin)");
        return false;
    }
    bound->time = i;
    bound->bucket = b->in->col[i].type.bucket;
    bound->range = (struct time_range){b->from, b->to};
    if (bound->range.to > b->scope->now && bound->range.to != INT64_MAX)
        bound->range.to = b->scope->now + 1;
    s->bound = bound;
    s->out = s->in;
    s->passes = s->holds = true;
    return note_keys(b, s, n->at, e);
}

/* ---- holding rows ---- */

static void gather(struct stage_run *r, uint32_t i, const uint32_t *id,
                   uint32_t n, struct vec *out)
{
    struct state *s = r->state;

    vec_gather(&s->held.col[i], id, n, out);
}

static void begin(struct stage_run *r)
{
    struct state *s = memory_zeroed(1, sizeof *s);

    held_open(&s->held, r->stage->in, NULL);
    r->state = s;
    emit_open(&s->emit, r, gather);
}

static bool over(struct stage_run *r)
{
    const struct state *s = r->state;
    char number[32];

    return run_over(r->run, "fill", "%s rows held",
                    run_number(number, s->held.n));
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;

    if (s->held.n > UINT32_MAX - 2 * BATCH_ROWS)
        return over(r);
    for (uint32_t i = 0; i < b->cols; i++) {
        const struct column *c = batch_column(b, i);
        if (r->run->e->code != ERR_NONE)
            return false;
        if (!held_values(&s->held, &s->held.col[i], c, &b->sel, r->run))
            return over(r);
    }
    s->held.n += b->sel.n;
    return true;
}

/* ---- the buckets ---- */

static bool fail_many(struct stage_run *r)
{
    err_query(r->run->e, r->stage->at, "`fill` would add more than %d rows",
              ROWS_MAX);
    err_hint(r->run->e, "a shorter range, or longer buckets");
    return false;
}

/* From the first row's to the last row's where the range is open. */
static struct time_range span_of_rows(const struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    const struct state *s = r->state;
    const struct vec *time = &s->held.col[bound->time];
    struct time_range out = bound->range;
    int64_t first = INT64_MAX, last = INT64_MIN;

    for (uint32_t i = 0; i < s->held.n; i++) {
        if (vec_absent(time, i))
            continue;
        first = time->i[i] < first ? time->i[i] : first;
        last = time->i[i] > last ? time->i[i] : last;
    }
    if (out.from == INT64_MIN)
        out.from = first;
    if (out.to == INT64_MAX && last != INT64_MIN)
        out.to = last < INT64_MAX ? last + 1 : last;
    if (out.to == INT64_MAX)
        out.to = out.from;
    return out;
}

static bool make_buckets(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct time_range span = span_of_rows(r);
    struct vec starts = {.lane = LANE_INT};
    bool ok = true;

    for (int64_t t = span.from; ok && t < span.to;) {
        struct tz_bucket b = func_bucket(bound->bucket, t);
        ok = starts.n < ROWS_MAX || fail_many(r);
        ok = ok && vec_reserve(&starts, starts.n + 1, r->run->budget);
        if (ok)
            vec_append(&starts, (struct value){.cell = {.i = b.from}},
                       r->run->budget);
        if (b.to <= t)
            break;
        t = b.to;
    }
    s->buckets = ok ? starts.n : 0;
    s->bucket = arena_array(r->run->arena, int64_t, s->buckets + 1);
    for (uint32_t i = 0; i < s->buckets; i++)
        s->bucket[i] = starts.i[i];
    vec_free(&starts, r->run->budget);
    return ok || r->run->e->code != ERR_NONE || over(r);
}

/* ---- new rows ---- */

static struct value empty_cell(struct stage_run *r, uint32_t i)
{
    const struct column_def *c = &r->stage->in->col[i];
    struct value v = {.absent = !c->zero};

    if (c->zero && c->type.type == TYPE_SET) {
        struct set *none = arena_new(r->run->arena, struct set);
        none->type = c->type;
        v.cell.set = none;
    } else if (c->zero && c->type.type == TYPE_REAL) {
        v.cell.r = 0;
    }
    return v;
}

/* A row like `like` (UINT32_MAX: none) in its other keys. */
static bool add_row(struct stage_run *r, uint32_t like, int64_t bucket)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    for (uint32_t i = 0; i < r->stage->in->n; i++) {
        struct vec *v = &s->held.col[i];
        struct value x = {.absent = false};
        if (i == bound->time)
            x.cell.i = bucket;
        else if (i < r->stage->in->keys && like != UINT32_MAX)
            x = vec_value(v, like);
        else
            x = empty_cell(r, i);
        if (!vec_reserve(v, v->n + 1, r->run->budget))
            return over(r);
        vec_append(v, x, r->run->budget);
    }
    s->held.n++;
    return s->held.n < ROWS_MAX || fail_many(r);
}

/* Is row id[k] the first of its other keys? */
static bool same_others(struct stage_run *r, uint32_t a, uint32_t b)
{
    const struct bound *bound = r->stage->bound;
    const struct state *s = r->state;

    for (uint32_t i = 0; i < r->stage->in->keys; i++) {
        const struct vec *v = &s->held.col[i];
        if (i != bound->time &&
            value_cmp_absent(r->stage->in->col[i].type.type, vec_value(v, a),
                             vec_value(v, b), r->run->text) != 0)
            return false;
    }
    return true;
}

/* Rows id[0..n) have the same other keys and ascend in time. */
static bool fill_group(struct stage_run *r, const uint32_t *id, uint32_t n)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    uint32_t at = 0;

    for (uint32_t k = 0; k < s->buckets; k++) {
        const struct vec *time = &s->held.col[bound->time];
        while (at < n && !vec_absent(time, id[at]) &&
               time->i[id[at]] < s->bucket[k])
            at++;
        if (at < n && !vec_absent(time, id[at]) &&
            time->i[id[at]] == s->bucket[k])
            continue;
        if (!add_row(r, n ? id[0] : UINT32_MAX, s->bucket[k]) ||
            (k % BATCH_ROWS == 0 && !run_check(r->run)))
            return false;
    }
    return true;
}

/* Row numbers by the other keys, then by time; or in the order of the keys. */
static uint32_t *order(struct stage_run *r, bool time_last)
{
    const struct bound *bound = r->stage->bound;
    const struct state *s = r->state;
    struct order_key key[KEYTAB_KEYS_MAX];
    uint32_t n = 0, keys = r->stage->in->keys;

    for (uint32_t i = 0; i < keys; i++) {
        if (!time_last || i != bound->time)
            key[n++] = (struct order_key){
                &s->held.col[i], r->stage->in->col[i].type.type, false};
    }
    if (time_last)
        key[n++] =
            (struct order_key){&s->held.col[bound->time], TYPE_TIME, false};
    return order_rows(key, n, s->held.n, r->run);
}

static bool fill_all(struct stage_run *r)
{
    struct state *s = r->state;
    uint32_t n = s->held.n, *id = order(r, true);
    bool ok = true;

    if (!id)
        return over(r);
    if (n == 0 && r->stage->in->keys == 1)
        ok = fill_group(r, id, 0);
    for (uint32_t from = 0, to; ok && from < n; from = to) {
        for (to = from + 1; to < n && same_others(r, id[from], id[to]); to++)
            continue;
        ok = fill_group(r, id + from, to - from);
    }
    order_free(id, n, r->run);
    return ok;
}

static void finish(struct stage_run *r)
{
    struct state *s = r->state;

    if (!make_buckets(r) || !fill_all(r))
        return;
    uint32_t *id = order(r, false);
    if (id)
        (void)emit_rows(&s->emit, id, s->held.n);
    else
        over(r);
    order_free(id, s->held.n, r->run);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    held_close(&s->held, r->run->budget);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_fill = {.name = "fill",
                                      .bind = bind,
                                      .open = begin,
                                      .push = push,
                                      .finish = finish,
                                      .close = end};
