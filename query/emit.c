/* emit.c - one buffer of a batch for each column that is asked for. */
#include "query/emit.h"

#include <stdlib.h>

#include "base/memory.h"

static const struct columns *columns_of(const struct emit *m)
{
    return m->from->stage->out;
}

static void load(struct batch *b, uint32_t i)
{
    struct emit *m = b->source;
    struct vec *v = &m->col[i];

    vec_room(v, schema_types[columns_of(m)->col[i].type.type].lane);
    m->fill(m->from, i, m->id, b->rows, v);
    b->col[i] = (struct column){.i = v->i, .absent = v->absent};
    b->loaded[i] = true;
}

void emit_open(struct emit *m, struct stage_run *from,
               void (*fill)(struct stage_run *from, uint32_t i,
                            const uint32_t *id, uint32_t n, struct vec *out))
{
    uint32_t n = from->stage->out->n;

    *m = (struct emit){.from = from, .fill = fill};
    m->col = memory_zeroed(n, sizeof *m->col);
    m->batch =
        (struct batch){.cols = n, .load = load, .source = m, .e = from->run->e};
    m->batch.col = memory_zeroed(n, sizeof *m->batch.col);
    m->batch.loaded = memory_zeroed(n, sizeof *m->batch.loaded);
}

bool emit_rows(struct emit *m, const uint32_t *id, uint32_t n)
{
    struct stage_run *from = m->from;

    for (uint32_t at = 0; at < n; at += BATCH_ROWS) {
        m->id = id + at;
        m->batch.rows = n - at < BATCH_ROWS ? n - at : BATCH_ROWS;
        for (uint32_t i = 0; i < m->batch.cols; i++)
            m->batch.loaded[i] = false;
        batch_select_all(&m->batch);
        if (!run_check(from->run))
            return false;
        expr_start_batch(&from->run->eval);
        from->rows_out += m->batch.rows;
        if (!stage_push(from->next, &m->batch))
            return false;
    }
    return true;
}

bool emit_live(struct emit *m, struct live *l)
{
    uint32_t id[BATCH_ROWS], n;

    while ((n = live_take(l, id, BATCH_ROWS)) > 0) {
        bool more = emit_rows(m, id, n);
        live_free(l, id, n);
        if (!more)
            return false;
    }
    return m->from->run->e->code == ERR_NONE;
}

void emit_close(struct emit *m)
{
    struct budget none = {0};

    for (uint32_t i = 0; i < m->batch.cols; i++)
        vec_free(&m->col[i], &none);
    free(m->col);
    free(m->batch.col);
    free(m->batch.loaded);
    *m = (struct emit){0};
}
