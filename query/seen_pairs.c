/* seen_pairs.c - conditions on both packets, asked of a batch of pairs: columns
 * of the other packet, then those of the row. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/seen.h"

static struct value value_of(struct seen_state *s, uint32_t column, uint32_t k)
{
    struct seen_pairs *p = &s->pairs;
    const struct seen *seen = s->seen;

    if (column < FIELD_COUNT)
        return value_at(batch_column(p->others, column), p->buffer[column].lane,
                        p->other[k]);
    for (uint32_t i = 0; i < seen->these; i++) {
        if (seen->this[i].column == column)
            return vec_value(&s->this[i], p -> index[k] -> row[p->place[k]]);
    }
    return (struct value){.absent = true};
}

static void load(struct batch *b, uint32_t i)
{
    struct seen_state *s = b->source;
    struct vec *v = &s->pairs.buffer[i];

    vec_room(v, schema_types[s->seen->both->col[i].type.type].lane);
    vec_start(v, b->rows);
    for (uint32_t k = 0; k < b->rows; k++) {
        struct value x = value_of(s, i, k);
        if (x.absent)
            vec_mark_absent(v, k);
        else
            vec_put(v, k, x.cell);
    }
    b->col[i] = (struct column){.i = v->i, .absent = v->absent};
    b->loaded[i] = true;
}

void seen_pairs_open(struct seen_state *s)
{
    struct seen_pairs *p = &s->pairs;
    uint32_t n = s->seen->both->n;

    if (!s->seen->residual)
        return;
    p->buffer = memory_zeroed(n, sizeof *p->buffer);
    p->batch =
        (struct batch){.cols = n, .load = load, .source = s, .e = s->run.e};
    p->batch.col = memory_zeroed(n, sizeof *p->batch.col);
    p->batch.loaded = memory_zeroed(n, sizeof *p->batch.loaded);
    p->eval = s->run.eval;
    p->eval.tmp = &p->tmp;
    p->eval.charged = 0;
}

void seen_pairs_close(struct seen_state *s)
{
    struct seen_pairs *p = &s->pairs;
    struct budget none = {0};

    if (!p->buffer)
        return;
    expr_start_batch(&p->eval);
    arena_free(&p->tmp);
    for (uint32_t i = 0; i < s->seen->both->n; i++)
        vec_free(&p->buffer[i], &none);
    free(p->buffer);
    free(p->batch.col);
    free(p->batch.loaded);
}

bool seen_pairs_ask(struct seen_state *s)
{
    struct seen_pairs *p = &s->pairs;

    if (p->n == 0)
        return true;
    if (!run_check(&s->run))
        return false;
    p->batch.rows = p->n;
    for (uint32_t i = 0; i < p->batch.cols; i++)
        p->batch.loaded[i] = false;
    batch_select_all(&p->batch);
    expr_start_batch(&p->eval);
    expr_filter(s->seen->residual, &p->batch, &p->batch.sel, &p->eval);
    for (uint32_t k = 0; k < p->batch.sel.n; k++) {
        uint32_t i = p->batch.sel.row[k];
        seen_mark(s, p->index[i], p->place[i]);
    }
    p->n = 0;
    return s->run.e->code == ERR_NONE;
}

bool seen_pairs_add(struct seen_state *s, struct seen_index *x, uint32_t place,
                    uint16_t other)
{
    struct seen_pairs *p = &s->pairs;

    p->other[p->n] = other;
    p->place[p->n] = place;
    p->index[p->n++] = x;
    return p->n < BATCH_ROWS || seen_pairs_ask(s);
}
