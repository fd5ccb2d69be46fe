/* index_merge.c - sources in order of address through a heap. */
#include "store/index_merge.h"

#include <stdlib.h>

#include "base/memory.h"

struct lane {
    const struct index_merge_source *from;
    struct index_run_walk walk;
    uint32_t next; /* of from->addr */
    struct addr addr;
};

struct merging {
    struct lane *lane;
    uint32_t *heap; /* lanes, the least first */
    uint32_t n;
    uint32_t *slots, *scratch; /* of the address in hand; of a lane */
    uint32_t found;
};

/* Moves on; *more false: the lane is at its end. */
static bool lane_next(struct lane *l, bool *more)
{
    const struct index_merge_source *s = l->from;

    if (s->run) {
        *more = index_run_next(&l->walk);
        l->addr = l->walk.addr;
        return !l->walk.bad;
    }
    *more = l->next < s->addrs;
    if (*more)
        l->addr = s->addr[l->next++];
    return true;
}

/* Equal addresses come in the order of their sources, so that slots ascend. */
static bool before(const struct merging *m, uint32_t x, uint32_t y)
{
    int order = addr_cmp(m->lane[x].addr, m->lane[y].addr);

    return order ? order < 0 : x < y;
}

static void sink(struct merging *m, uint32_t i)
{
    uint32_t x = m->heap[i];

    for (uint32_t k; (k = 2 * i + 1) < m->n; i = k) {
        if (k + 1 < m->n && before(m, m->heap[k + 1], m->heap[k]))
            k++;
        if (!before(m, m->heap[k], x))
            break;
        m->heap[i] = m->heap[k];
    }
    m->heap[i] = x;
}

static bool take_slots(struct merging *m, const struct lane *l, uint32_t blocks)
{
    uint32_t n = 1;

    m->scratch[0] = 0;
    if (l->from->run && !(n = index_run_slots(&l->walk, m->scratch)))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t slot = l->from->slot[m->scratch[i]];
        if (slot == INDEX_MERGE_NONE)
            continue;
        if (m->found == blocks)
            return false;
        m->slots[m->found++] = slot;
    }
    return true;
}

static bool step_top(struct merging *m)
{
    bool more;

    if (!lane_next(&m->lane[m->heap[0]], &more))
        return false;
    if (!more)
        m->heap[0] = m->heap[--m->n];
    if (m->n > 0)
        sink(m, 0);
    return true;
}

static bool take_all(struct merging *m, struct index_run_maker *out,
                     uint32_t blocks)
{
    while (m->n > 0) {
        struct addr a = m->lane[m->heap[0]].addr;
        m->found = 0;
        while (m->n > 0 && addr_eq(m->lane[m->heap[0]].addr, a))
            if (!take_slots(m, &m->lane[m->heap[0]], blocks) || !step_top(m))
                return false;
        if (m->found > 0 && !index_run_add(out, a, m->slots, m->found))
            return false;
    }
    return true;
}

static bool start(struct merging *m, const struct index_merge_source *source,
                  uint32_t n)
{
    bool more;

    for (uint32_t i = 0; i < n; i++) {
        m->lane[i].from = &source[i];
        if (source[i].run)
            index_run_walk(&m->lane[i].walk, source[i].run);
        if (!lane_next(&m->lane[i], &more))
            return false;
        if (more)
            m->heap[m->n++] = i;
    }
    for (uint32_t i = m->n / 2; i > 0; i--)
        sink(m, i - 1);
    return true;
}

bool index_merge(const struct index_merge_source *source, uint32_t n,
                 const struct index_run_block *table, uint32_t blocks,
                 struct buf *out)
{
    struct index_run_maker maker = {0};
    struct lane *lane = memory_zeroed(n, sizeof *lane);
    struct merging m = {.lane = lane, .heap = memory_zeroed(n, sizeof *m.heap)};
    uint32_t most = 1;

    for (uint32_t i = 0; i < n; i++)
        if (source[i].run && source[i].run->blocks > most)
            most = source[i].run->blocks;
    m.slots = memory_zeroed(blocks, sizeof *m.slots);
    m.scratch = memory_zeroed(most, sizeof *m.scratch);
    bool good = start(&m, source, n) && take_all(&m, &maker, blocks);
    if (good)
        index_run_finish(&maker, table, blocks, out);
    index_run_drop(&maker);
    free(lane);
    free(m.heap);
    free(m.slots);
    free(m.scratch);
    return good;
}
