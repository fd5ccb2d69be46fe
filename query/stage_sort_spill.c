/* stage_sort_spill.c - `sort` and `top` over more rows than fit: an external
 * merge sort, stable since runs are merged in the order of their rows. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/order.h"
#include "query/stage_sort.h"

void stage_sort_cut(struct stage_run *r, uint32_t n)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;

    for (uint32_t i = 0; i < r->stage->in->n; i++)
        vec_cut(&s->held.col[i], n);
    for (uint32_t k = 0; k < bound->keys; k++)
        vec_cut(&s->key[k], n);
    s->held.n = n;
}

void stage_sort_empty(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;

    held_close(&s->held, r->run->budget);
    held_open(&s->held, r->stage->in, r->stage->need);
    for (uint32_t k = 0; k < bound->keys; k++)
        vec_free(&s->key[k], r->run->budget);
    budget_give(r->run->budget, s->set_aside);
    s->set_aside = 0;
}

static void open_disk(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    const struct columns *in = r->stage->in;
    struct sort_state *s = r->state;
    struct sort_disk *d = &s->disk;
    uint32_t cols = bound->keys;

    spill_open(&d->spill, r->run);
    d->type = memory_zeroed(bound->keys + in->n + 1, sizeof *d->type);
    d->place = memory_zeroed(in->n + 1, sizeof *d->place);
    for (uint32_t k = 0; k < bound->keys; k++)
        d->type[k] = bound->key[k];
    for (uint32_t i = 0; i < in->n; i++) {
        if (!stage_sort_needs(r, i))
            continue;
        d->place[i] = cols;
        d->type[cols++] = in->col[i].type;
    }
    d->runs = (struct spill_runs){
        .spill = &d->spill,
        .layout = {.cols = cols, .type = d->type},
        .keys = bound->keys,
        .desc = bound->desc
    };
}

static void read_row(const struct stage_run *r, uint32_t id, struct value *row)
{
    const struct sort_bound *bound = r->stage->bound;
    const struct sort_state *s = r->state;

    for (uint32_t k = 0; k < bound->keys; k++)
        row[k] = vec_value(&s->key[k], id);
    for (uint32_t i = 0; i < r->stage->in->n; i++) {
        if (!stage_sort_needs(r, i))
            continue;
        row[s->disk.place[i]] = s->held.col[i].n > 0
                                    ? vec_value(&s->held.col[i], id)
                                    : (struct value){.absent = true};
    }
}

static bool write_run(struct stage_run *r, const uint32_t *id, uint32_t n)
{
    struct sort_state *s = r->state;
    struct sort_disk *d = &s->disk;
    struct spill_stream *to = spill_runs_add(&d->runs);
    struct value *row = memory_zeroed(d->runs.layout.cols + 1, sizeof *row);
    bool ok = true;

    for (uint32_t k = 0; ok && k < n; k++) {
        read_row(r, id[k], row);
        ok = spill_put(&d->spill, to, 0, &d->runs.layout, row);
    }
    free(row);
    return ok && spill_seal(&d->spill, to);
}

bool stage_sort_spill(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    uint32_t n = s->held.n, *id = stage_sort_order(r);
    bool ok;

    if (!id)
        return run_over(r->run, r->stage->kind->name, "sorting %u rows", n);
    if (!s->disk.spill.run)
        open_disk(r);
    ok = write_run(r, id, bound->limit < n ? (uint32_t)bound->limit : n);
    order_free(id, n, r->run);
    stage_sort_empty(r);
    r->spilled = s->disk.spill.written;
    return ok;
}

static size_t held(const struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    const struct sort_state *s = r->state;
    size_t bytes = s->held.sets_charged;

    for (uint32_t i = 0; i < r->stage->in->n; i++)
        bytes += vec_bytes(&s->held.col[i]);
    for (uint32_t k = 0; k < bound->keys; k++)
        bytes += vec_bytes(&s->key[k]);
    return bytes;
}

bool stage_sort_relieve(struct stage_run *r)
{
    return held(r) > r->run->budget->limit / STAGE_SPILL_PART &&
           stage_sort_spill(r);
}

void stage_sort_merge(struct stage_run *r)
{
    const struct sort_bound *bound = r->stage->bound;
    struct sort_state *s = r->state;
    struct sort_disk *d = &s->disk;
    uint32_t id[BATCH_ROWS], n;
    uint64_t left = (uint64_t)bound->limit;

    for (uint32_t i = 0; i < BATCH_ROWS; i++)
        id[i] = i;
    if ((s->held.n > 0 && !stage_sort_spill(r)) || !spill_runs_begin(&d->runs))
        return;
    d->merging = true;
    while ((n = spill_runs_fill(&d->runs, left)) > 0) {
        left -= n;
        if (!emit_rows(&s->emit, id, n))
            break;
    }
    r->spilled = d->spill.written;
}

void stage_sort_close(struct stage_run *r)
{
    struct sort_state *s = r->state;

    spill_runs_close(&s->disk.runs);
    spill_close(&s->disk.spill);
    free(s->disk.type);
    free(s->disk.place);
}
