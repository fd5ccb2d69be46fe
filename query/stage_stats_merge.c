/* stage_stats_merge.c - groups come back from disk, part by part, and their
 * rows are put in order. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/order.h"
#include "query/stage_stats.h"

enum {
    DEPTH_MOST = 16,
    SET_ROWS = 16 /* rows of a result with sets made at a time */
};

/* ---- reading ---- */

/* The next rows of one kind, in d->in; returns how many. */
static uint32_t read_rows(struct stage_run *r, struct spill_stream *from,
                          int *mark)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    size_t enough = r->run->budget->limit / 16;
    uint32_t n = 0;

    *mark = spill_peek(&d->spill, from);
    if (*mark < 0)
        return 0;
    const struct spill_layout *l = &d->layout[*mark];
    for (uint32_t i = 0; i < l->cols; i++)
        vec_room(&d->in[i], schema_types[l->type[i].type].lane);
    if (d->sets.bytes > enough)
        arena_free(&d->sets);
    arena_reset(&d->sets);
    while (n < BATCH_ROWS && (n == 0 || d->sets.bytes <= enough) &&
           spill_peek(&d->spill, from) == *mark) {
        if (!spill_get(&d->spill, from, l, d->row, &d->sets))
            return 0;
        for (uint32_t i = 0; i < l->cols; i++)
            vec_set(&d->in[i], n, d->row[i]);
        n++;
    }
    return n;
}

/* Rows of a kind that are being read, and the groups that they are of. */
struct rows {
    uint32_t mark;
    struct column *c;
    struct sel sel;
    struct batch batch; /* for its weights */
    uint32_t group[BATCH_ROWS], weight[BATCH_ROWS];
};

static bool prepare(struct stage_run *r, struct rows *in)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct aggregate_rows rows = {
        .batch = &in->batch, .rows = &in->sel, .group = in->group};
    const struct column *c = in->c + bound->keys;
    bool ok = true;

    rows.groups = s->groups.n + in->sel.n;
    r->run->budget->kept = stage_stats_later(r, in->sel.n);
    for (uint32_t i = 0; ok && i < bound->calls; i++) {
        bool list = in->mark == STATS_LIST + i;
        if (in->mark == STATS_ROW || list)
            ok = aggregate_prepare_columns(&s->agg[i], &rows, c, list);
        else
            ok = aggregate_reserve(&s->agg[i], rows.groups);
        c += in->mark == STATS_ROW ? bound->call[i].args : 0;
    }
    ok = ok && keytab_reserve(&s->groups, in->c, &in->sel, r->run);
    r->run->budget->kept = 0;
    return ok;
}

static void load_groups(struct stage_run *r, const struct rows *in)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct vtype type[AGGREGATE_PARTS_MAX];
    struct value part[AGGREGATE_PARTS_MAX];
    const struct vec *v = s->disk->in + bound->keys;

    for (uint32_t i = 0; i < bound->calls; i++) {
        uint32_t n = aggregate_part_types(&bound->call[i], type);
        for (uint32_t k = 0; k < in->sel.n; k++) {
            for (uint32_t m = 0; m < n; m++)
                part[m] = vec_value(&v[m], k);
            aggregate_load(&s->agg[i], in->group[k], part);
        }
        v += n;
    }
}

/* For what was prepared there is room. */
static bool add(struct stage_run *r, struct rows *in)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct aggregate_rows rows = {
        .batch = &in->batch, .rows = &in->sel, .group = in->group};
    bool ok = stage_stats_find(r, in->c, &in->sel, in->group);

    rows.groups = s->groups.n;
    if (ok && in->mark == STATS_GROUP)
        load_groups(r, in);
    if (ok && in->mark >= STATS_LIST)
        ok = aggregate_add_list(&s->agg[in->mark - STATS_LIST], &rows);
    for (uint32_t i = 0; ok && in->mark == STATS_ROW && i < bound->calls; i++)
        ok = aggregate_add(&s->agg[i], &rows);
    return ok || stage_stats_over(r);
}

static bool take_in(struct stage_run *r, struct rows *in)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;

    if (d->to)
        return stage_stats_write_columns(r, in->mark, in->c, &in->sel);
    if (prepare(r, in))
        return add(r, in);
    if (r->run->e->code != ERR_NONE || s->groups.n < 2 ||
        d->depth >= DEPTH_MOST)
        return stage_stats_over(r);
    return stage_stats_split(r) &&
           stage_stats_write_columns(r, in->mark, in->c, &in->sel);
}

static void read_weights(struct stage_run *r, struct rows *in)
{
    struct stats_state *s = r->state;
    const struct vec *v = &s->disk->in[s->disk->layout[STATS_ROW].cols - 1];

    in->batch.weight = in->weight;
    for (uint32_t k = 0; k < in->sel.n; k++)
        in->weight[k] = (uint32_t)v->i[k];
}

static bool read_part(struct stage_run *r, struct spill_stream *from)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    struct rows in;
    int mark;

    in.c = d->column;
    in.batch.weight = NULL;
    while ((in.sel.n = read_rows(r, from, &mark)) > 0) {
        in.mark = (uint32_t)mark;
        for (uint32_t i = 0; i < d->layout[mark].cols; i++)
            in.c[i] = vec_column(&d->in[i], 0);
        for (uint32_t k = 0; k < in.sel.n; k++)
            in.sel.row[k] = (uint16_t)k;
        if (mark == STATS_ROW && r->stage->weighs)
            read_weights(r, &in);
        if (!take_in(r, &in))
            return false;
    }
    return r->run->e->code == ERR_NONE;
}

/* ---- results ---- */

static void fill_result(struct stage_run *r, uint32_t i, const uint32_t *id,
                        uint32_t n, struct vec *out)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;

    vec_room(out, schema_types[r->stage->out->col[i].type.type].lane);
    if (i < bound->keys)
        vec_gather(&s->groups.key[i], id, n, out);
    else
        aggregate_result(&s->agg[i - bound->keys], id, n, out);
}

static bool has_sets(const struct spill_layout *l)
{
    for (uint32_t i = 0; i < l->cols; i++) {
        if (l->type[i].type == TYPE_SET)
            return true;
    }
    return false;
}

static bool write_results(struct stage_run *r, struct spill_stream *to,
                          const uint32_t *id, uint32_t n)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    const struct columns *c = r->stage->out;
    const struct spill_layout *l = &d->runs.layout;

    for (uint32_t i = 0; i < c->n; i++) {
        if (i < bound->keys || d->place[i])
            fill_result(r, i, id, n, &d->in[d->place[i]]);
    }
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t i = 0; i < l->cols; i++)
            d->row[i] = vec_value(&d->in[i], k);
        if (!spill_put(&d->spill, to, 0, l, d->row))
            return false;
    }
    return true;
}

static bool write_run(struct stage_run *r, const uint32_t *id)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    uint32_t step = has_sets(&d->runs.layout) ? SET_ROWS : BATCH_ROWS;
    struct spill_stream *to = spill_runs_add(&d->runs);

    for (uint32_t at = 0; at < s->groups.n; at += step) {
        uint32_t n = s->groups.n - at < step ? s->groups.n - at : step;
        expr_start_batch(&r->run->eval);
        if (!write_results(r, to, id + at, n) || r->run->e->code != ERR_NONE)
            return false;
    }
    expr_start_batch(&r->run->eval);
    return spill_seal(&d->spill, to);
}

static bool finish_part(struct stage_run *r)
{
    struct stats_state *s = r->state;
    uint32_t n = s->groups.n, *id = stage_stats_order(r);
    bool ok = id ? write_run(r, id) : stage_stats_over(r);

    order_free(id, n, r->run);
    stage_stats_close_groups(r);
    stage_stats_open_groups(r);
    return ok;
}

/* The parts written last are to be read. */
static bool queue_parts(struct stage_run *r)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    bool ok = true;

    for (uint32_t i = 0; i < d->parts; i++) {
        ok = spill_seal(&d->spill, &d->to[i]) && ok;
        if (d->to[i].rows == 0)
            continue;
        d->todo = memory_grow(d->todo, d->todos, sizeof *d->todo);
        d->todo[d->todos++] = (struct stats_part){d->to[i], d->depth + 1};
    }
    free(d->to);
    d->to = NULL;
    return ok;
}

static bool work_off(struct stage_run *r)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;

    while (d->todos > 0) {
        struct stats_part part = d->todo[--d->todos];
        d->depth = part.depth;
        bool ok = read_part(r, &part.rows);
        spill_drop(&d->spill, &part.rows);
        if (!ok || !(d->to ? queue_parts(r) : finish_part(r)))
            return false;
    }
    return true;
}

void stage_stats_merge(struct stage_run *r)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    uint32_t id[BATCH_ROWS], n;
    bool ok = queue_parts(r) && work_off(r) && spill_runs_begin(&d->runs);

    r->spilled = d->spill.written;
    if (!ok)
        return;
    for (uint32_t i = 0; i < BATCH_ROWS; i++)
        id[i] = i;
    d->merging = true;
    while ((n = spill_runs_fill(&d->runs, UINT64_MAX)) > 0) {
        if (!emit_rows(&s->emit, id, n))
            break;
    }
    r->spilled = d->spill.written;
}
