/* pairs.c - open addressing, then one pass that deals the values out. */
#include "query/pairs.h"

#include <stdlib.h>

#include "base/hash.h"

static uint64_t *find(uint64_t *slot, size_t mask, uint64_t key)
{
    size_t at = hash_mix(hash_secret(), key) & mask;

    while (slot[at] && slot[at] != key)
        at = (at + 1) & mask;
    return &slot[at];
}

static bool grow(struct pairs *p, struct budget *b)
{
    size_t slots = p->slots ? p->slots * 2 : 1024;
    uint64_t *slot;

    if (!budget_take(b, slots * sizeof *slot))
        return false;
    slot = calloc(slots, sizeof *slot);
    if (!slot)
        err_no_memory();
    for (size_t i = 0; i < p->slots; i++) {
        if (p->slot[i])
            *find(slot, slots - 1, p->slot[i]) = p->slot[i];
    }
    budget_give(b, p->slots * sizeof *slot);
    free(p->slot);
    p->slot = slot;
    p->slots = slots;
    return true;
}

bool pairs_add(struct pairs *p, const uint32_t *group, const uint32_t *value,
               uint32_t n, int64_t *count, struct budget *b)
{
    while ((p->n + n) * 10 > p->slots * 7) {
        if (!grow(p, b))
            return false;
    }
    for (uint32_t k = 0; k < n; k++) {
        uint64_t key = ((uint64_t)group[k] << 32 | value[k]) + 1;
        uint64_t *slot = find(p->slot, p->slots - 1, key);
        if (*slot)
            continue;
        *slot = key;
        p->n++;
        count[group[k]]++;
    }
    return true;
}

void pairs_close(struct pairs *p, struct budget *b)
{
    budget_give(b, p->slots * sizeof *p->slot);
    free(p->slot);
    *p = (struct pairs){0};
}

uint32_t *pairs_list(struct pairs *p, const int64_t *count, uint32_t groups,
                     size_t *bytes, struct budget *b)
{
    uint32_t *start, *list, at = 0;

    *bytes = ((size_t)groups + 1 + p->n) * sizeof *start;
    if (p->n >= UINT32_MAX || !budget_take(b, *bytes))
        return NULL;
    start = malloc(*bytes);
    if (!start)
        err_no_memory();
    list = start + groups + 1;
    for (uint32_t g = 0; g < groups; g++) {
        start[g] = at;
        at += (uint32_t)count[g];
    }
    for (size_t i = 0; i < p->slots; i++) {
        uint64_t key = p->slot[i] - 1;
        if (p->slot[i])
            list[start[key >> 32]++] = (uint32_t)key;
    }
    /* Dealing out has moved each start to the next one's. */
    for (uint32_t g = groups; g > 0; g--)
        start[g] = start[g - 1];
    start[0] = 0;
    pairs_close(p, b);
    return start;
}
