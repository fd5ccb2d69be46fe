/* pairs.c - open addressing, then one pass that deals the values out. */
#include "query/pairs.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

/* From the place of the key on. */
static uint64_t *find(uint64_t *slot, size_t mask, size_t at, uint64_t key)
{
    at &= mask;
    while (slot[at] && slot[at] != key)
        at = (at + 1) & mask;
    return &slot[at];
}

enum { CHECK_EVERY = 1 << 16 };

static bool refill(const struct pairs *p, uint64_t *slot, size_t mask,
                   struct run *r)
{
    uint64_t secret = hash_secret();

    for (size_t i = 0; i < p->slots; i++) {
        if (p->slot[i])
            *find(slot, mask, (size_t)hash_mix(secret, p->slot[i]),
                  p->slot[i]) = p->slot[i];
        if (i % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    return true;
}

static bool grow(struct pairs *p, struct run *r)
{
    size_t slots = p->slots ? p->slots * 2 : 1024;
    uint64_t *slot;

    if (!budget_take(r->budget, slots * sizeof *slot))
        return false;
    slot = memory_table(slots, sizeof *slot);
    if (!refill(p, slot, slots - 1, r)) {
        budget_give(r->budget, slots * sizeof *slot);
        free(slot);
        return false;
    }
    budget_give(r->budget, p->slots * sizeof *slot);
    free(p->slot);
    p->slot = slot;
    p->slots = slots;
    return true;
}

bool pairs_reserve(struct pairs *p, size_t n, struct run *r)
{
    while ((p->n + n) * 10 > p->slots * 7) {
        if (!grow(p, r))
            return false;
    }
    return true;
}

bool pairs_next(const struct pairs *p, size_t *at, uint32_t *group,
                uint32_t *value)
{
    while (*at < p->slots && !p->slot[*at])
        ++*at;
    if (*at == p->slots)
        return false;
    uint64_t key = p->slot[(*at)++] - 1;
    *group = (uint32_t)(key >> 32);
    *value = (uint32_t)key;
    return true;
}

size_t pairs_list_bytes(const struct pairs *p, uint32_t groups)
{
    return ((size_t)groups + 1 + p->n) * sizeof(uint32_t);
}

/* So many at a time, so that their slots are fetched at once. */
enum { AHEAD = 256 };

static void add_some(struct pairs *p, const uint32_t *group,
                     const uint32_t *value, uint32_t n, int64_t *count)
{
    uint64_t key[AHEAD] = {0}, secret = hash_secret();
    size_t at[AHEAD] = {0};

    uint32_t fresh = 0;

    for (uint32_t k = 0; k < n; k++) {
        uint64_t x = ((uint64_t)group[k] << 32 | value[k]) + 1;
        size_t to = (size_t)hash_mix(secret, x);
        uint64_t *recent = &p->recent[to % PAIRS_RECENT];
        key[fresh] = x;
        at[fresh] = to;
        fresh += *recent != x;
        *recent = x;
    }
    for (uint32_t k = 0; k < fresh; k++)
        __builtin_prefetch(&p->slot[at[k] & (p->slots - 1)], 1);
    for (uint32_t k = 0; k < fresh; k++) {
        uint64_t *slot = find(p->slot, p->slots - 1, at[k], key[k]);
        count[(key[k] - 1) >> 32] += *slot == 0;
        p->n += *slot == 0;
        *slot = key[k];
    }
}

bool pairs_add(struct pairs *p, const uint32_t *group, const uint32_t *value,
               uint32_t n, int64_t *count, struct run *r)
{
    if (!pairs_reserve(p, n, r))
        return false;
    for (uint32_t at = 0; at < n; at += AHEAD)
        add_some(p, group + at, value + at, n - at < AHEAD ? n - at : AHEAD,
                 count);
    return true;
}

void pairs_close(struct pairs *p, struct budget *b)
{
    budget_give(b, p->slots * sizeof *p->slot);
    free(p->slot);
    *p = (struct pairs){0};
}

static bool deal_out(const struct pairs *p, uint32_t *start, uint32_t *list,
                     struct run *r)
{
    for (size_t i = 0; i < p->slots; i++) {
        uint64_t key = p->slot[i] - 1;
        if (p->slot[i])
            list[start[key >> 32]++] = (uint32_t)key;
        if (i % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    return true;
}

uint32_t *pairs_list(struct pairs *p, const int64_t *count, uint32_t groups,
                     size_t *bytes, struct run *r)
{
    uint32_t *start, *list, at = 0;

    *bytes = pairs_list_bytes(p, groups);
    if (p->n >= UINT32_MAX || !budget_take(r->budget, *bytes)) {
        *bytes = 0;
        return NULL;
    }
    start = memory_alloc(*bytes);
    list = start + groups + 1;
    for (uint32_t g = 0; g < groups; g++) {
        start[g] = at;
        at += (uint32_t)count[g];
    }
    if (!deal_out(p, start, list, r)) {
        budget_give(r->budget, *bytes);
        *bytes = 0;
        free(start);
        return NULL;
    }
    /* Dealing out has moved each start to the next one's. */
    for (uint32_t g = groups; g > 0; g--)
        start[g] = start[g - 1];
    start[0] = 0;
    pairs_close(p, r->budget);
    return start;
}
