/* lists.c - one growing column, then a pass that deals the values out. */
#include "query/lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { CHECK_EVERY = 1 << 16 };

bool lists_room(struct lists *l, uint32_t n, struct run *r)
{
    void *groups = l->group;
    uint32_t room = l->value.n + n;

    if (room < n || !vec_reserve(&l->value, room, r->budget))
        return false;
    bool ok = l->lone || vec_grow(&groups, &l->groups_cap, room,
                                  sizeof *l->group, r->budget);
    l->group = groups;
    return ok;
}

size_t lists_bytes(const struct lists *l)
{
    return vec_bytes(&l->value) + l->groups_cap * sizeof *l->group;
}

size_t lists_deal_bytes(const struct lists *l, uint32_t groups)
{
    if (l->lone)
        return 0;
    return ((size_t)groups + 1) * sizeof *l->start +
           ((size_t)l->value.n + 64) * sizeof *l->value.i;
}

bool lists_add(struct lists *l, const struct column *c, const struct sel *rows,
               const uint32_t *group, struct run *r)
{
    if (!lists_room(l, rows->n, r))
        return false;
    for (uint32_t k = 0; k < rows->n; k++) {
        uint32_t row = rows->row[k];
        if (column_absent(c, row))
            continue;
        if (!l->lone)
            l->group[l->value.n] = group[k];
        memcpy(&l->value.i[l->value.n++], &c->i[row], sizeof *l->value.i);
    }
    return true;
}

/* start[g] becomes the first place of group g. */
static bool find_starts(struct lists *l, struct run *r)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < l->value.n; i++) {
        l->start[l->group[i]]++;
        if (i % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    for (uint32_t g = 0; g <= l->groups; g++) {
        uint32_t n = l->start[g];
        l->start[g] = at;
        at += n;
    }
    return true;
}

static bool deal(struct lists *l, int64_t *out, struct run *r)
{
    for (uint32_t i = 0; i < l->value.n; i++) {
        memcpy(&out[l->start[l->group[i]]++], &l->value.i[i], sizeof *out);
        if (i % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    /* Dealing out has moved each start to the next one's. */
    for (uint32_t g = l->groups; g > 0; g--)
        l->start[g] = l->start[g - 1];
    l->start[0] = 0;
    return true;
}

static void drop_groups(struct lists *l, struct run *r)
{
    budget_give(r->budget, l->groups_cap * sizeof *l->group);
    free(l->group);
    l->group = NULL;
    l->groups_cap = 0;
}

bool lists_deal(struct lists *l, uint32_t groups, struct run *r)
{
    struct vec out = {.lane = l->value.lane};
    size_t bytes = ((size_t)groups + 1) * sizeof *l->start;

    if (l->lone)
        return true;
    if (!budget_take(r->budget, bytes))
        return false;
    l->groups = groups;
    l->start = memory_zeroed((size_t)groups + 1, sizeof *l->start);
    bool ok = find_starts(l, r) && vec_extend(&out, l->value.n, r->budget) &&
              deal(l, out.i, r);
    vec_free(ok ? &l->value : &out, r->budget);
    if (ok)
        l->value = out;
    drop_groups(l, r);
    return ok;
}

union lists_values lists_of(struct lists *l, uint32_t group, uint32_t *n)
{
    uint32_t from = l->lone ? 0 : l->start[group];

    *n = l->lone ? l->value.n : l->start[group + 1] - from;
    return (union lists_values){.i = l->value.i + from};
}

void lists_close(struct lists *l, struct run *r)
{
    drop_groups(l, r);
    if (l->start)
        budget_give(r->budget, ((size_t)l->groups + 1) * sizeof *l->start);
    free(l->start);
    l->start = NULL;
    vec_free(&l->value, r->budget);
}

/* ---- sorting: in place, so that no list is too long for it ---- */

/* Moves value[at] down the heap of n. */
static void sink(int64_t *value, uint32_t at, uint32_t n)
{
    int64_t moved = value[at];

    for (uint64_t child; (child = 2 * (uint64_t)at + 1) < n;
         at = (uint32_t)child) {
        child += child + 1 < n && value[child] < value[child + 1];
        if (value[child] <= moved)
            break;
        value[at] = value[child];
    }
    value[at] = moved;
}

bool lists_sort_int(int64_t *value, uint32_t n, struct run *r)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sink(value, i, n);
    for (uint32_t end = n; end-- > 1;) {
        int64_t last = value[end];
        value[end] = value[0];
        value[0] = last;
        sink(value, 0, end);
        if (end % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    return true;
}

/* Turns the bits of fractions into numbers of the same order, and back (IEEE
 * 754: sign, exponent, mantissa). */
static void turn(void *value, uint32_t n)
{
    char *at = value;

    for (uint32_t i = 0; i < n; i++, at += sizeof(int64_t)) {
        int64_t bits;
        memcpy(&bits, at, sizeof bits);
        bits ^= bits < 0 ? INT64_MAX : 0;
        memcpy(at, &bits, sizeof bits);
    }
}

bool lists_sort_real(double *value, uint32_t n, struct run *r)
{
    turn(value, n);
    bool ok = lists_sort_int((int64_t *)(void *)value, n, r);
    turn(value, n);
    return ok;
}
