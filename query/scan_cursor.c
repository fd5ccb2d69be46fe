/* scan_cursor.c - a block's rows in batches, columns decoded when touched. */
#include "query/scan_cursor.h"

#include <stdlib.h>

#include "base/memory.h"

/* What a column is after its stream could not be read. */
static const struct addr nothing[BATCH_ROWS];
static const uint64_t all_absent[BATCH_WORDS] = {
    ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
    ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
    ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
    ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0),
};
_Static_assert(BATCH_WORDS == 16, "one word each above");

static void load(struct batch *b, uint32_t i)
{
    struct scan_cursor *c = b->source;

    b->loaded[i] = true;
    if (b->e->code == ERR_NONE &&
        store_block_column(c->block, (enum field_id)i, c->window, b->rows,
                           &b->col[i], b->e))
        return;
    b->col[i] = (struct column){.a = nothing, .absent = all_absent};
}

static void places(struct batch *b, const struct sel *rows, uint64_t *out)
{
    const struct scan_cursor *c = b->source;

    for (uint32_t k = 0; k < rows->n; k++)
        out[k] = scan_cursor_place(c, rows->row[k]);
}

struct scan_cursor *scan_cursor_open(const struct scan *s, uint32_t index,
                                     struct run *run,
                                     struct scan_counts *counts)
{
    uint32_t number = s->block[index];
    struct store_block_info info = store_reader_block(s->reader, number);
    struct store_block *block = store_block_open(s->reader, number, run->e);

    if (!block)
        return NULL;
    struct scan_cursor *c = memory_zeroed(1, sizeof *c);
    c->block = block;
    c->scan = s;
    c->run = run;
    c->counts = counts;
    c->index = index;
    c->sensor = info.sensor;
    c->rows = info.zone->rows;
    c->batch = (struct batch){.cols = FIELD_COUNT,
                              .col = c->column,
                              .loaded = c->loaded,
                              .load = load,
                              .source = c,
                              .places = places,
                              .flows = scan_coded_flows,
                              .e = run->e};
    counts->blocks++;
    counts->packets += c->rows;
    scan_coded_open(c);
    return c;
}

void scan_cursor_close(struct scan_cursor *c)
{
    c->counts->bytes += store_block_memory(c->block);
    budget_give(c->run->budget, c->charged);
    store_block_close(c->block);
    scan_coded_close(&c->coded);
    free(c);
}

/* Memory that stages can do without is given up first. */
static bool take(struct run *r, size_t bytes)
{
    while (!budget_take(r->budget, bytes)) {
        if (!r->relieve || !r->relieve(r->relieve_ctx))
            return false;
    }
    return true;
}

/* What the block has decoded since. */
bool scan_cursor_charge(struct scan_cursor *c)
{
    size_t now = store_block_memory(c->block) + c->coded.bytes;

    if (now < c->charged) {
        budget_give(c->run->budget, c->charged - now);
    } else if (!take(c->run, now - c->charged)) {
        char n[32];
        return run_over(c->run, "scan", "%s blocks read",
                        run_number(n, c->counts->blocks));
    }
    c->charged = now;
    return true;
}

static bool filter(struct scan_cursor *c)
{
    const struct coded *q = &c->coded.questions;

    for (uint32_t i = 0; i < q->rests && c->batch.sel.n > 0; i++)
        expr_filter(q->rest[i], &c->batch, &c->batch.sel, &c->run->eval);
    return c->run->e->code == ERR_NONE;
}

static void copy_times(struct scan_cursor *c)
{
    const struct column *t = batch_column(&c->batch, FIELD_TIME);

    for (uint32_t k = 0; k < c->batch.sel.n; k++)
        c->time[k] = t->i[c->batch.sel.row[k]];
}

bool scan_cursor_next(struct scan_cursor *c, bool times)
{
    while (c->next < c->rows) {
        uint32_t left = c->rows - c->next;
        if (!run_check(c->run) || !scan_cursor_charge(c))
            return false;
        c->window = c->next;
        c->batch.rows = left < BATCH_ROWS ? left : BATCH_ROWS;
        c->next += c->batch.rows;
        for (uint32_t i = 0; i < FIELD_COUNT; i++)
            c->loaded[i] = false;
        scan_coded_select(&c->coded, c->window, c->batch.rows, &c->batch.sel);
        if (c->batch.sel.n == 0)
            continue;
        expr_start_batch(&c->run->eval);
        if (!filter(c))
            return false;
        if (c->batch.sel.n == 0)
            continue;
        c->pos = 0;
        c->counts->rows += c->batch.sel.n;
        if (times)
            copy_times(c);
        return c->run->e->code == ERR_NONE;
    }
    return false;
}
