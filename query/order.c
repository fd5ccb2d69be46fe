/* order.c - a merge sort over (prefix, row): the prefix is the head of the
 * first key as a number of the same order, so that most comparisons touch one
 * cache line. */
#include "query/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct entry {
    uint64_t prefix;
    uint32_t row;
};

struct sorter {
    const struct order_key *key;
    uint32_t keys;
    struct run *run;
};

static uint64_t real_prefix(double r)
{
    uint64_t bits;

    if (r == 0)
        r = 0; /* -0 and 0 are equal */
    memcpy(&bits, &r, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* IPv4 keeps its bits, IPv6 its first 63. */
static uint64_t addr_prefix(struct addr a)
{
    if (a.hi == 0 && a.lo >> 63 == 0)
        return a.lo;
    return a.hi >> 1 | UINT64_C(1) << 63;
}

static uint64_t prefix_of(const struct order_key *key, uint32_t row)
{
    const struct vec *v = key->value;
    uint64_t p = 0;

    if (vec_absent(v, row))
        return UINT64_MAX;
    if (key->type == TYPE_STRING)
        return 0;
    switch (v->lane) {
    case LANE_INT: p = (uint64_t)v->i[row] ^ UINT64_C(1) << 63; break;
    case LANE_REAL: p = real_prefix(v->r[row]); break;
    case LANE_ADDR: p = addr_prefix(v->a[row]); break;
    case LANE_SET: break;
    }
    return key->desc ? ~p : p;
}

static int compare_values(const struct sorter *s, const struct order_key *key,
                          uint32_t a, uint32_t b)
{
    const struct vec *v = key->value;

    /* Most keys are these: no call, no copy. */
    if (v->lane == LANE_ADDR && key->type == TYPE_ADDR)
        return addr_cmp(v->a[a], v->a[b]);
    if (v->lane == LANE_INT && key->type != TYPE_STRING)
        return (v->i[a] > v->i[b]) - (v->i[a] < v->i[b]);
    return value_cmp(key->type, vec_cell(v, a), vec_cell(v, b), s->run->text);
}

static int compare_key(const struct sorter *s, const struct order_key *key,
                       uint32_t a, uint32_t b)
{
    if (key->value->absent) {
        bool x = vec_absent(key->value, a), y = vec_absent(key->value, b);
        if (x || y)
            return x - y;
    }
    int order = compare_values(s, key, a, b);
    return key->desc ? -order : order;
}

static bool is_after(const struct sorter *s, const struct entry *a,
                     const struct entry *b)
{
    if (a->prefix != b->prefix)
        return a->prefix > b->prefix;
    for (uint32_t k = 0; k < s->keys; k++) {
        int order = compare_key(s, &s->key[k], a->row, b->row);
        if (order)
            return order > 0;
    }
    return a->row > b->row;
}

static void insertion(const struct sorter *s, struct entry *e, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        struct entry x = e[i];
        uint32_t at = i;
        for (; at > 0 && is_after(s, &e[at - 1], &x); at--)
            e[at] = e[at - 1];
        e[at] = x;
    }
}

enum { RUN = 16, CHECK_EVERY = 1 << 15 };

static bool merge(const struct sorter *s, const struct entry *from, size_t half,
                  size_t n, struct entry *to)
{
    size_t i = 0, j = half;

    for (size_t k = 0; k < n; k++) {
        bool left = j >= n || (i < half && !is_after(s, &from[i], &from[j]));
        to[k] = left ? from[i++] : from[j++];
        if (k % CHECK_EVERY == CHECK_EVERY - 1 && !run_check(s->run))
            return false;
    }
    return true;
}

/* Merges runs of `width` from e to f; looks at the stop flag now and then. */
static bool merge_pass(const struct sorter *s, const struct entry *e,
                       struct entry *f, size_t n, size_t width)
{
    size_t since = 0;

    for (size_t i = 0; i < n; i += 2 * width) {
        size_t left = n - i < 2 * width ? n - i : 2 * width;
        if (!merge(s, e + i, left < width ? left : width, left, f + i))
            return false;
        since += left;
        if (since >= CHECK_EVERY) {
            since = 0;
            if (!run_check(s->run))
                return false;
        }
    }
    return true;
}

/* Returns the one of the two arrays that holds the result, or NULL. */
static struct entry *sort(const struct sorter *s, struct entry *e,
                          struct entry *f, size_t n)
{
    for (size_t i = 0; i < n; i += RUN) {
        insertion(s, e + i, (uint32_t)(n - i < RUN ? n - i : RUN));
        if (i % CHECK_EVERY == 0 && !run_check(s->run))
            return NULL;
    }
    for (size_t width = RUN; width < n; width *= 2) {
        struct entry *t = e;
        if (!merge_pass(s, e, f, n, width))
            return NULL;
        e = f;
        f = t;
    }
    return e;
}

static size_t entry_bytes(uint32_t n)
{
    return (size_t)n * 2 * sizeof(struct entry);
}

size_t order_bytes(uint32_t n)
{
    return entry_bytes(n) + n * sizeof(uint32_t);
}

bool order_list(const struct order_key *key, uint32_t keys, uint32_t *id,
                uint32_t n, struct run *r)
{
    struct sorter s = {.key = key, .keys = keys, .run = r};
    size_t bytes = entry_bytes(n);

    if (n < 2)
        return true;
    if (!budget_take(r->budget, bytes))
        return false;
    struct entry *e = memory_alloc(bytes);
    for (uint32_t i = 0; i < n; i++)
        e[i] = (struct entry){.prefix = keys ? prefix_of(&key[0], id[i]) : 0,
                              .row = id[i]};
    const struct entry *done = sort(&s, e, e + n, n);
    for (uint32_t i = 0; done && i < n; i++)
        id[i] = done[i].row;
    free(e);
    budget_give(r->budget, bytes);
    return done != NULL;
}

uint32_t *order_rows(const struct order_key *key, uint32_t keys, uint32_t n,
                     struct run *r)
{
    uint32_t *id;

    if (!budget_take(r->budget, n * sizeof *id))
        return NULL;
    id = memory_alloc((n ? n : 1) * sizeof *id);
    for (uint32_t i = 0; i < n; i++)
        id[i] = i;
    if (order_list(key, keys, id, n, r))
        return id;
    order_free(id, n, r);
    return NULL;
}

void order_free(uint32_t *id, uint32_t n, struct run *r)
{
    if (id)
        budget_give(r->budget, n * sizeof *id);
    free(id);
}
