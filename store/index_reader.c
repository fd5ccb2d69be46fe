/* index_reader.c - the index in a snapshot: from addresses to blocks. Runs are
 * found and held against their checksums when first asked for. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/index.h"
#include "store/reader.h"

/* What is read ahead of a run: its directory, mostly. */
enum { READ_AHEAD = 256 << 10 };

struct known_run {
    bool sound;
    struct index_run run;
    uint32_t *block;   /* of the reader, for each slot; INDEX_RUN_NONE: none */
    uint64_t *covered; /* bit i: block i of the reader is one of them */
    uint32_t *slots;
};

struct known_month {
    uint64_t opened; /* reader_month.opened when runs were read; 0: never */
    struct known_run *run;
    uint32_t runs;
    uint32_t *block; /* of the reader, by id */
    uint32_t blocks;
};

struct reader_index {
    struct known_month *month; /* one each of the reader's */
    uint64_t *found;           /* a bit a block */
    uint32_t words;            /* of a set of blocks */
};

static void free_runs(struct known_month *m)
{
    for (uint32_t i = 0; i < m->runs; i++) {
        free(m->run[i].block);
        free(m->run[i].covered);
        free(m->run[i].slots);
    }
    free(m->run);
    m->run = NULL;
    m->runs = 0;
}

void reader_index_free(struct store_reader *r)
{
    if (!r->index)
        return;
    for (uint32_t i = 0; i < r->months; i++) {
        free_runs(&r->index->month[i]);
        free(r->index->month[i].block);
    }
    free(r->index->month);
    free(r->index->found);
    free(r->index);
    r->index = NULL;
}

/* ---- blocks by id ---- */

struct by_id {
    uint64_t id;
    uint32_t block;
};

static int by_id(const void *a, const void *b)
{
    uint64_t x = ((const struct by_id *)a)->id;
    uint64_t y = ((const struct by_id *)b)->id;

    return x < y ? -1 : x > y;
}

static void sort_month(const struct store_reader *r, struct known_month *m,
                       struct by_id *list)
{
    uint32_t n = 0, month = (uint32_t)(m - r->index->month);

    for (uint32_t i = 0; i < r->blocks; i++)
        if (r->block[i]->month == month)
            list[n++] = (struct by_id){r->block[i]->id, i};
    qsort(list, n, sizeof *list, by_id);
    m->block = memory_zeroed(n, sizeof *m->block);
    m->blocks = n;
    for (uint32_t i = 0; i < n; i++)
        m->block[i] = list[i].block;
}

static uint32_t find_block(const struct store_reader *r,
                           const struct known_month *m,
                           struct index_run_block want)
{
    uint32_t lo = 0, hi = m->blocks;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (r->block[m->block[mid]]->id < want.id)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == m->blocks || r->block[m->block[lo]]->id != want.id ||
        r->block[m->block[lo]]->sum != want.sum)
        return INDEX_RUN_NONE;
    return m->block[lo];
}

/* ---- runs ---- */

struct reading {
    const struct store_reader *r;
    struct known_month *m;
};

static void know_blocks(const struct reading *g, struct known_run *k)
{
    k->block = memory_zeroed(k->run.blocks, sizeof *k->block);
    k->slots = memory_zeroed(k->run.blocks, sizeof *k->slots);
    k->covered = memory_zeroed(g->r->index->words, sizeof *k->covered);
    for (uint32_t i = 0; i < k->run.blocks; i++) {
        uint32_t b = find_block(g->r, g->m, index_run_block(&k->run, i));
        k->block[i] = b;
        if (b != INDEX_RUN_NONE)
            k->covered[b / 64] |= UINT64_C(1) << (b % 64);
    }
}

static bool know_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    const struct reading *g = ctx;
    struct known_month *m = g->m;
    struct index_run run;

    (void)key;
    (void)e;
    kv_will_need(v.data, v.len < READ_AHEAD ? v.len : READ_AHEAD);
    if (!index_run_open(&run, v.data, v.len))
        return true;
    m->run = memory_resize(m->run, (m->runs + 1) * sizeof *m->run);
    m->run[m->runs] = (struct known_run){.sound = true, .run = run};
    know_blocks(g, &m->run[m->runs++]);
    return true;
}

/* Reads the runs of a month, again where it was closed meanwhile. */
static bool know_month(struct store_reader *r, uint32_t month, struct err *e)
{
    struct known_month *m = &r->index->month[month];
    struct kv_txn *t = reader_txn(r, month, e);
    struct reading g = {r, m};

    if (!t)
        return false;
    if (m->opened == r->month[month].opened)
        return true;
    free_runs(m);
    if (!index_runs_each(t, know_run, &g, e))
        return false;
    m->opened = r->month[month].opened;
    return true;
}

static void begin(struct store_reader *r)
{
    struct by_id *list = memory_zeroed(r->blocks, sizeof *list);

    r->index = memory_zeroed(1, sizeof *r->index);
    r->index->month = memory_zeroed(r->months, sizeof *r->index->month);
    r->index->words = (r->blocks + 63) / 64;
    r->index->found = memory_zeroed(r->index->words, sizeof *r->index->found);
    for (uint32_t i = 0; i < r->months; i++)
        sort_month(r, &r->index->month[i], list);
    free(list);
}

/* ---- asking ---- */

static bool bit(const uint64_t *bits, uint32_t i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static uint32_t count_wanted(const struct known_run *k, const uint64_t *bits,
                             uint32_t words)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < words; i++)
        n += (uint32_t)__builtin_popcountll(k->covered[i] & bits[i]);
    return n;
}

static void ask_run(const struct reader_index *x, struct known_run *k,
                    const struct addr_range *range, uint32_t n, uint64_t *bits)
{
    struct index_run_hits hits = {k->block, bits, x->found, 0, k->slots};

    if (!k->sound || !(hits.left = count_wanted(k, bits, x->words)))
        return;
    memset(x->found, 0, x->words * sizeof *x->found);
    k->sound = index_run_find(&k->run, range, n, &hits);
    for (uint32_t i = 0; k->sound && i < x->words; i++)
        bits[i] &= ~k->covered[i] | x->found[i];
}

static bool wants_month(const struct known_month *m, const uint64_t *bits)
{
    for (uint32_t i = 0; i < m->blocks; i++)
        if (bit(bits, m->block[i]))
            return true;
    return false;
}

bool store_reader_address_blocks(struct store_reader *r,
                                 const struct addr_range *range, uint32_t n,
                                 uint64_t *bits, struct err *e)
{
    if (!r->index)
        begin(r);
    for (uint32_t i = 0; i < r->months; i++) {
        struct known_month *m = &r->index->month[i];
        if (!wants_month(m, bits))
            continue;
        if (!know_month(r, i, e))
            return false;
        for (uint32_t k = 0; k < m->runs; k++)
            ask_run(r->index, &m->run[k], range, n, bits);
    }
    return true;
}
