/* overlap.c - one pass over the captures by sensor and time. */
#include "store/overlap.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/inside.h"

static int by_time(const void *a, const void *b)
{
    const struct store_capture *x = *(const struct store_capture *const *)a;
    const struct store_capture *y = *(const struct store_capture *const *)b;
    int order = strcmp(x->sensor, y->sensor);

    if (order)
        return order;
    if (x->first_time != y->first_time)
        return x->first_time < y->first_time ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_place(const void *a, const void *b)
{
    const struct overlap *x = a, *y = b;

    return x->capture < y->capture ? -1 : x->capture > y->capture;
}

static int64_t shared(const struct store_capture *before,
                      const struct store_capture *c)
{
    int64_t to =
        c->last_time < before->last_time ? c->last_time : before->last_time;
    int64_t length;

    /* Odd times may lie centuries apart. */
    if (to <= c->first_time)
        return 0;
    return __builtin_sub_overflow(to, c->first_time, &length) ? INT64_MAX
                                                              : length;
}

static uint32_t sweep(const struct store_capture *const *order, uint32_t n,
                      const struct store_capture *base, struct overlap *out)
{
    const struct store_capture *furthest = NULL;
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++) {
        const struct store_capture *c = order[i];
        if (furthest && strcmp(furthest->sensor, c->sensor) != 0)
            furthest = NULL;
        int64_t length = furthest ? shared(furthest, c) : 0;
        if (length > 0)
            out[found++] = (struct overlap){
                (uint32_t)(c - base), (uint32_t)(furthest - base), length};
        if (!furthest || c->last_time > furthest->last_time)
            furthest = c;
    }
    return found;
}

uint32_t overlap_find(const struct store_capture *c, uint32_t n,
                      struct overlap **out)
{
    const struct store_capture **order =
        memory_zeroed((size_t)n + 1, sizeof(struct store_capture *));
    uint32_t kept = 0;

    *out = memory_zeroed((size_t)n + 1, sizeof **out);
    for (uint32_t i = 0; i < n; i++)
        if (c[i].kept > 0)
            order[kept++] = &c[i];
    qsort(order, kept, sizeof(struct store_capture *), by_time);
    uint32_t found = sweep(order, kept, c, *out);
    qsort(*out, found, sizeof **out, by_place);
    free(order);
    return found;
}

struct listing {
    struct store_capture *list;
    uint32_t n;
};

static bool add(void *ctx, const struct store_capture *c)
{
    struct listing *l = ctx;

    l->list = memory_grow(l->list, l->n, sizeof *l->list);
    l->list[l->n++] = *c;
    return true;
}

bool overlap_captures(struct store *s, struct store_capture **out, uint32_t *n,
                      struct err *e)
{
    struct kv *k = envs_get(&s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    struct listing l = {0};
    bool good = t && catalogue_each(t, NULL, add, &l, e);

    kv_abort(t);
    envs_put(&s->envs, k);
    *out = l.list;
    *n = l.n;
    return good;
}
