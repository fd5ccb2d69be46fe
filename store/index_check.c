/* index_check.c - runs held against the blocks that they speak of. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/index.h"
#include "store/index_merge.h"

/* Blocks whose addresses are in memory at a time. */
enum { TOGETHER = 64 };

struct checking {
    struct kv_txn *txn;
    void (*wrong)(void *ctx, uint64_t run, uint64_t block);
    void *ctx;
    uint64_t key; /* of the run in hand */
    struct index_run run;
    uint32_t *slot;
};

/* The addresses of some blocks, and what the run says of them. */
struct some {
    uint32_t n;
    struct index_run_block block[TOGETHER];
    struct index_merge_source source[TOGETHER];
    struct addr *addr[TOGETHER];
    uint32_t slot[TOGETHER];
};

/* Blocks that are gone, or damaged themselves, are not the run's fault. */
static bool add_block(struct checking *c, struct some *s, uint32_t slot,
                      struct err *e)
{
    struct index_run_block b = index_run_block(&c->run, slot);
    struct err ignored = {0};
    uint32_t n = s->n, addrs;
    struct kv_bytes v;

    if (!month_block_get(c->txn, b.id, &v, e))
        return false;
    if (!v.data || index_block_sum(v) != b.sum ||
        !index_block_addrs(v, &s->addr[n], &addrs, &ignored))
        return true;
    c->slot[slot] = s->slot[n] = n;
    s->block[n] = b;
    s->source[n] =
        (struct index_merge_source){NULL, s->addr[n], addrs, &s->slot[n]};
    s->n++;
    return true;
}

static bool says_the_same(const struct checking *c, const struct some *s)
{
    struct index_merge_source said = {&c->run, NULL, 0, c->slot};
    struct buf want = {0}, have = {0};
    bool same = index_merge(s->source, s->n, s->block, s->n, &want) &&
                index_merge(&said, 1, s->block, s->n, &have) &&
                have.len == want.len &&
                memcmp(have.data, want.data, want.len) == 0;

    buf_free(&want);
    buf_free(&have);
    return same;
}

static bool check_slots(struct checking *c, uint32_t from, uint32_t to,
                        bool *same, struct err *e)
{
    struct some s = {0};
    bool good = true;

    for (uint32_t i = 0; i < c->run.blocks; i++)
        c->slot[i] = INDEX_MERGE_NONE;
    for (uint32_t i = from; i < to && good; i++)
        good = add_block(c, &s, i, e);
    *same = !good || s.n == 0 || says_the_same(c, &s);
    for (uint32_t i = 0; i < s.n; i++)
        free(s.addr[i]);
    return good;
}

/* Names the blocks among which something is wrong. */
static bool name_blocks(struct checking *c, uint32_t from, uint32_t to,
                        struct err *e)
{
    bool same;

    for (uint32_t i = from; i < to; i++) {
        if (!check_slots(c, i, i + 1, &same, e))
            return false;
        if (!same)
            c->wrong(c->ctx, c->key, index_run_block(&c->run, i).id);
    }
    return true;
}

static bool check_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    struct checking *c = ctx;
    bool good = true, same;

    c->key = key;
    if (!index_run_open(&c->run, v.data, v.len)) {
        c->wrong(c->ctx, key, 0);
        return true;
    }
    c->slot = memory_zeroed(c->run.blocks, sizeof *c->slot);
    for (uint32_t at = 0, n; good && at < c->run.blocks; at += n) {
        n = c->run.blocks - at < TOGETHER ? c->run.blocks - at : TOGETHER;
        good = check_slots(c, at, at + n, &same, e);
        if (good && !same)
            good = name_blocks(c, at, at + n, e);
    }
    free(c->slot);
    return good;
}

bool index_check(struct kv_txn *t,
                 void (*wrong)(void *ctx, uint64_t run, uint64_t block),
                 void *ctx, struct err *e)
{
    struct checking c = {.txn = t, .wrong = wrong, .ctx = ctx};

    return index_runs_each(t, check_run, &c, e);
}
