/* live.c - chained buckets, a list by age for each class, and one queue. */
#include "query/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "query/vec.h"

#define NONE LIVE_NONE

enum { BUCKETS_LEAST = 1024 };

void live_open(struct live *l, size_t key_bytes, struct budget *b)
{
    *l = (struct live){.key_bytes = key_bytes,
                       .budget = b,
                       .freed = NONE,
                       .first = NONE,
                       .last = NONE};
    for (uint32_t i = 0; i < LIVE_CLASSES; i++)
        l->oldest[i] = l->newest[i] = NONE;
}

void live_close(struct live *l)
{
    budget_give(l->budget, l->entry_cap * sizeof *l->entry +
                               l->key_cap * l->key_bytes +
                               l->buckets * sizeof *l->bucket);
    free(l->entry);
    free(l->key);
    free(l->bucket);
    *l = (struct live){.budget = l->budget};
}

/* ---- by key ---- */

static uint8_t *key_of(const struct live *l, uint32_t id)
{
    return l->key + id * l->key_bytes;
}

uint64_t live_hash(const struct live *l, const void *key)
{
    return hash_bytes(key, l->key_bytes, hash_secret());
}

static bool has_key(const struct live *l, uint32_t id, const void *key,
                    uint64_t hash)
{
    return l->entry[id].hash == hash &&
           memcmp(key_of(l, id), key, l->key_bytes) == 0;
}

uint32_t live_find(const struct live *l, const void *key, uint64_t hash)
{
    if (l->buckets == 0)
        return NONE;
    uint32_t id = l->bucket[hash & (l->buckets - 1)];

    while (id != NONE && !has_key(l, id, key, hash))
        id = l->entry[id].chain;
    return id;
}

static void put_in_bucket(struct live *l, uint32_t id)
{
    uint32_t *head = &l->bucket[l->entry[id].hash & (l->buckets - 1)];

    l->entry[id].chain = *head;
    *head = id;
}

static void take_from_bucket(struct live *l, uint32_t id)
{
    uint32_t *at = &l->bucket[l->entry[id].hash & (l->buckets - 1)];

    while (*at != id)
        at = &l->entry[*at].chain;
    *at = l->entry[id].chain;
}

/* Newest first, so that of equal keys the oldest comes to stand in front. */
static void fill_buckets(struct live *l)
{
    for (uint32_t i = 0; i < l->buckets; i++)
        l->bucket[i] = NONE;
    for (uint32_t class = 0; class < LIVE_CLASSES; class ++) {
        for (uint32_t id = l->newest[class]; id != NONE;
             id = l->entry[id].older)
            put_in_bucket(l, id);
    }
}

static bool room_in_buckets(struct live *l)
{
    uint32_t n = l->buckets ? l->buckets * 2 : BUCKETS_LEAST;

    if (l->used < l->buckets)
        return true;
    if (n < l->buckets ||
        !budget_take(l->budget, (n - l->buckets) * sizeof *l->bucket))
        return false;
    free(l->bucket);
    l->bucket = memory_alloc(n * sizeof *l->bucket);
    l->buckets = n;
    fill_buckets(l);
    return true;
}

/* ---- by age ---- */

static void put_newest(struct live *l, uint32_t id)
{
    struct live_entry *x = &l->entry[id];
    uint32_t *newest = &l->newest[x->class];

    x->older = *newest;
    x->newer = NONE;
    if (*newest == NONE)
        l->oldest[x->class] = id;
    else
        l->entry[*newest].newer = id;
    *newest = id;
}

static void take_out(struct live *l, uint32_t id)
{
    const struct live_entry *x = &l->entry[id];

    if (x->older == NONE)
        l->oldest[x->class] = x->newer;
    else
        l->entry[x->older].newer = x->newer;
    if (x->newer == NONE)
        l->newest[x->class] = x->older;
    else
        l->entry[x->newer].older = x->older;
}

void live_touch(struct live *l, uint32_t id, int64_t time)
{
    l->entry[id].last = time;
    if (l->newest[l->entry[id].class] == id)
        return;
    take_out(l, id);
    put_newest(l, id);
}

/* ---- the queue ---- */

static void put_in_queue(struct live *l, uint32_t id)
{
    l->entry[id].next = NONE;
    if (l->first == NONE)
        l->first = id;
    else
        l->entry[l->last].next = id;
    l->last = id;
}

uint32_t live_take(struct live *l, uint32_t *id, uint32_t most)
{
    uint32_t n = 0;

    while (n < most && l->first != NONE && !l->entry[l->first].open) {
        id[n++] = l->first;
        l->first = l->entry[l->first].next;
    }
    return n;
}

void live_free(struct live *l, const uint32_t *id, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        l->entry[id[i]].chain = l->freed;
        l->freed = id[i];
    }
    l->used -= n;
}

/* ---- beginning and ending ---- */

static bool room(struct live *l)
{
    void *entry = l->entry, *key = l->key;
    bool ok = l->n < NONE - 1 &&
              vec_grow(&entry, &l->entry_cap, l->n + 1, sizeof *l->entry,
                       l->budget) &&
              vec_grow(&key, &l->key_cap, l->n + 1, l->key_bytes, l->budget);

    l->entry = entry;
    l->key = key;
    return ok;
}

static uint32_t take_number(struct live *l)
{
    uint32_t id = l->freed;

    if (id != NONE) {
        l->freed = l->entry[id].chain;
    } else {
        if (!room(l))
            return NONE;
        id = l->n++;
    }
    l->used++;
    return id;
}

uint32_t live_begin(struct live *l, const void *key, uint64_t hash,
                    uint8_t class, int64_t time)
{
    uint32_t id = room_in_buckets(l) ? take_number(l) : NONE;

    if (id == NONE)
        return NONE;
    l->entry[id] = (struct live_entry){
        .last = time, .hash = hash, .class = class, .open = true};
    memcpy(key_of(l, id), key, l->key_bytes);
    put_in_bucket(l, id);
    put_newest(l, id);
    if (!l->any_order)
        put_in_queue(l, id);
    return id;
}

void live_follow(struct live *l, uint32_t id, uint32_t before)
{
    take_from_bucket(l, id);
    l->entry[id].chain = l->entry[before].chain;
    l->entry[before].chain = id;
}

uint32_t live_alone(struct live *l, int64_t time)
{
    uint32_t id = take_number(l);

    if (id == NONE)
        return NONE;
    l->entry[id] = (struct live_entry){.last = time};
    put_in_queue(l, id);
    return id;
}

static void end(struct live *l, uint32_t id)
{
    take_from_bucket(l, id);
    take_out(l, id);
    l->entry[id].open = false;
    if (l->any_order)
        put_in_queue(l, id);
}

void live_expire(struct live *l, int64_t time)
{
    for (uint32_t class = 0; class < LIVE_CLASSES; class ++) {
        for (;;) {
            uint32_t id = l->oldest[class];
            if (id == NONE || (uint64_t)time - (uint64_t)l->entry[id].last <=
                                  (uint64_t)l->gap[class])
                break;
            end(l, id);
        }
    }
}

void live_expire_all(struct live *l)
{
    for (uint32_t class = 0; class < LIVE_CLASSES; class ++) {
        while (l->oldest[class] != NONE)
            end(l, l->oldest[class]);
    }
}
