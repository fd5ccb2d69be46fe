/* dense_pick.c - where few rows of a block are wanted: which rows must be
 * rebuilt for these to be right. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_reader.h"

void dense_pick_free(struct dense_pick *p)
{
    if (p)
        free(p->row);
    free(p);
}

static bool is_picked(const uint64_t *rows, uint32_t i)
{
    return rows[i / 64] >> (i % 64) & 1;
}

/* Flows that a picked row belongs to, the other directions of these, and all of
 * the same hosts: what a guess looks at. The caller frees it. */
static uint8_t *wanted_flows(const struct block *b, const uint64_t *rows)
{
    const struct dense_reader *d = b->dense;
    uint8_t *host = memory_zeroed(d->hosts, 1);
    uint8_t *flow = memory_zeroed(d->flows + 1, 1);

    for (uint32_t i = 0; i < b->head.rows; i++) {
        if (!is_picked(rows, i))
            continue;
        uint32_t f = d->flow[i];
        host[d->host[f]] = flow[f] = 1;
        if (d->back[f])
            flow[d->back[f] - 1] = 1;
    }
    for (uint32_t f = 0; f < d->flows; f++)
        flow[f] |= host[d->host[f]];
    free(host);
    return flow;
}

bool dense_pick(struct block *b, const uint64_t *rows, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (!dense_shapes_load(b, e) || !dense_hosts_load(b, e))
        return false;
    uint8_t *want = wanted_flows(b, rows);
    struct dense_pick *p = memory_zeroed(1, sizeof *p);
    for (uint32_t i = 0; i < b->head.rows; i++)
        p->n += want[d->flow[i]];
    p->row = memory_alloc((p->n + 1) * sizeof *p->row);
    p->n = 0;
    for (uint32_t i = 0; i < b->head.rows; i++) {
        p->row[p->n] = i;
        p->n += want[d->flow[i]];
    }
    for (uint32_t k = 0; k < p->n; k++)
        p->some |= d->present[d->shape[p->row[k]]];
    free(want);
    dense_pick_free(d->pick);
    d->pick = p;
    b->memory += p->n * sizeof *p->row;
    return true;
}
