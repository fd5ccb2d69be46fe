/* pruned.c - the list of removed months, in the catalogue. */
#include "store/pruned.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/envs.h"

enum { MONTH_BYTES = 12, CLAIM_BYTES = 20 };

static const char key_pruned[] = "pruned";

static struct kv_bytes key(void)
{
    return (struct kv_bytes){(const uint8_t *)key_pruned,
                             sizeof key_pruned - 1};
}

void pruned_free(struct pruned *p)
{
    free(p->month);
    free(p->claim);
    *p = (struct pruned){0};
}

void pruned_add_month(struct pruned *p, uint32_t month, uint64_t sequence)
{
    uint32_t i = 0;

    while (i < p->months && p->month[i].month != month)
        i++;
    if (i == p->months)
        p->month = memory_grow(p->month, p->months++, sizeof *p->month);
    p->month[i] = (struct pruned_month){month, sequence};
}

void pruned_add_claim(struct pruned *p, uint32_t month, uint64_t capture,
                      uint64_t next)
{
    p->claim = memory_grow(p->claim, p->claims, sizeof *p->claim);
    p->claim[p->claims++] = (struct pruned_claim){month, capture, next};
}

/* ---- bytes ---- */

static uint32_t take_count(struct cursor *c, size_t size)
{
    uint32_t n = cursor_u32(c);

    if (n > (size_t)(c->end - c->at) / size)
        c->bad = true;
    return c->bad ? 0 : n;
}

static void take_months(struct cursor *c, struct pruned *p)
{
    for (uint32_t n = take_count(c, MONTH_BYTES); n > 0; n--) {
        uint32_t month = cursor_u32(c);
        pruned_add_month(p, month, cursor_u64(c));
    }
}

static void take_claims(struct cursor *c, struct pruned *p)
{
    for (uint32_t n = take_count(c, CLAIM_BYTES); n > 0; n--) {
        uint32_t month = cursor_u32(c);
        uint64_t capture = cursor_u64(c);
        pruned_add_claim(p, month, capture, cursor_u64(c));
    }
}

bool pruned_read(struct kv_txn *t, struct pruned *p, struct err *e)
{
    struct kv_bytes v;

    *p = (struct pruned){0};
    if (!kv_get(t, ENVS_META, key(), &v, e))
        return false;
    if (!v.data)
        return true;
    struct cursor c = {v.data, v.data + v.len, false};
    take_months(&c, p);
    take_claims(&c, p);
    size_t len = (size_t)(c.at - v.data);
    uint64_t sum = cursor_u64(&c);
    if (c.bad || c.at != c.end || sum != hash_bytes(v.data, len, 0))
        return err_set(e, ERR_STORE, "the list of pruned months is damaged");
    return true;
}

bool pruned_write(struct kv_txn *t, const struct pruned *p, struct err *e)
{
    struct buf b = {0};

    buf_u32(&b, p->months);
    for (uint32_t i = 0; i < p->months; i++) {
        buf_u32(&b, p->month[i].month);
        buf_u64(&b, p->month[i].sequence);
    }
    buf_u32(&b, p->claims);
    for (uint32_t i = 0; i < p->claims; i++) {
        buf_u32(&b, p->claim[i].month);
        buf_u64(&b, p->claim[i].capture);
        buf_u64(&b, p->claim[i].next);
    }
    buf_u64(&b, hash_bytes(b.data, b.len, 0));
    bool good =
        kv_put(t, ENVS_META, key(), (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

/* ---- questions ---- */

uint64_t pruned_when(const struct pruned *p, uint32_t month)
{
    for (uint32_t i = 0; i < p->months; i++)
        if (p->month[i].month == month)
            return p->month[i].sequence;
    return 0;
}

bool pruned_after(const struct pruned *p, uint64_t sequence)
{
    for (uint32_t i = 0; i < p->months; i++)
        if (p->month[i].sequence > sequence)
            return true;
    return false;
}

uint64_t pruned_next(const struct pruned *p, uint32_t month, uint64_t capture)
{
    uint64_t next = 0;

    for (uint32_t i = 0; i < p->claims; i++) {
        const struct pruned_claim *c = &p->claim[i];
        if (c->month == month && c->capture == capture && c->next > next)
            next = c->next;
    }
    return next;
}
