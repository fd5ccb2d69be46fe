/* table.c - see table.h. */
#include "bench/gen/table.h"

#include <stdlib.h>
#include <string.h>

#include "bench/gen/grow.h"
#include "bench/gen/rng.h"

static bool same(const struct key *a, const struct key *b)
{
    return addr_eq(a->one, b->one) && addr_eq(a->other, b->other) &&
           a->number == b->number;
}

static uint64_t hash(const struct key *k)
{
    uint64_t h = rng_mix(k->one.lo ^ k->number << 40);

    if (k->one.hi | k->other.hi)
        h = rng_mix(h ^ k->one.hi) ^ k->other.hi;
    return rng_mix(h ^ k->other.lo);
}

static struct entry *slot(const struct table *t, const struct key *key)
{
    size_t i = hash(key) & (t->room - 1);

    while (t->slots[i].count && !same(&t->slots[i].key, key))
        i = (i + 1) & (t->room - 1);
    return &t->slots[i];
}

static void double_room(struct table *t)
{
    struct table more = {.n = t->n, .room = t->room};

    more.slots = grow(NULL, &more.room, sizeof *more.slots);
    memset(more.slots, 0, more.room * sizeof *more.slots);
    for (size_t i = 0; i < t->room; i++) {
        if (t->slots[i].count)
            *slot(&more, &t->slots[i].key) = t->slots[i];
    }
    free(t->slots);
    *t = more;
}

struct entry *table_at(struct table *t, const struct key *key)
{
    if (t->n * 3 >= t->room * 2)
        double_room(t);
    struct entry *e = slot(t, key);
    if (e->count == 0) {
        e->key = *key;
        t->n++;
    }
    return e;
}

bool table_has(const struct table *t, const struct key *key)
{
    return t->room > 0 && slot(t, key)->count > 0;
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = &((const struct entry *)a)->key;
    const struct key *y = &((const struct entry *)b)->key;
    int order = addr_cmp(x->one, y->one);

    if (order)
        return order;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return addr_cmp(x->other, y->other);
}

struct entry *table_sorted(const struct table *t)
{
    size_t room = t->n, n = 0;
    struct entry *list = grow(NULL, &room, sizeof *list);

    for (size_t i = 0; i < t->room; i++) {
        if (t->slots[i].count)
            list[n++] = t->slots[i];
    }
    qsort(list, n, sizeof *list, by_key);
    return list;
}

void table_clear(struct table *t)
{
    if (t->n > 0)
        memset(t->slots, 0, t->room * sizeof *t->slots);
    t->n = 0;
}

void table_free(struct table *t)
{
    free(t->slots);
    *t = (struct table){0};
}
