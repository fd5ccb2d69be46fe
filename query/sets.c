/* sets.c - constant sets as ranges, and as values where rows need them. */
#include "query/sets.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 1 << 16 };

struct sets *sets_literal(struct arena *a, enum type member,
                          struct rangeset ranges, struct span at)
{
    struct sets *x = arena_new(a, struct sets);

    *x = (struct sets){.kind = SETS_LITERAL,
                       .member = member,
                       .ranges = ranges,
                       .at = at,
                       .resolved = true};
    return x;
}

struct sets *sets_slot(struct arena *a, struct scope_slot *slot, struct span at)
{
    struct sets *x = arena_new(a, struct sets);

    *x = (struct sets){.kind = SETS_SLOT,
                       .member = slot->type.member[0],
                       .slot = slot,
                       .at = at};
    return x;
}

struct sets *sets_algebra(struct arena *a, enum ast_op op, struct sets *left,
                          struct sets *right)
{
    struct sets *x = arena_new(a, struct sets);

    *x = (struct sets){
        .kind = op == OP_ADD   ? SETS_UNION
                : op == OP_AND ? SETS_INTERSECT
                               : SETS_SUBTRACT,
        .member = left->member,
        .left = left,
        .right = right,
        .at = {left->at.from, right->at.to}
    };
    return x;
}

void sets_slots(const struct sets *x,
                void (*f)(void *ctx, struct scope_slot *slot), void *ctx)
{
    if (x->kind == SETS_SLOT)
        f(ctx, x->slot);
    if (x->left)
        sets_slots(x->left, f, ctx);
    if (x->right)
        sets_slots(x->right, f, ctx);
}

static void note_slot(void *ctx, struct scope_slot *slot)
{
    (void)slot;
    *(bool *)ctx = true;
}

bool sets_has_slot(const struct sets *x)
{
    bool found = false;

    sets_slots(x, note_slot, &found);
    return found;
}

static struct rangeset ranges_of_set(struct arena *a, const struct set *s)
{
    bool addr = sets_is_addr(s->type.member[0]);
    struct addr_range *net =
        addr ? arena_alloc_raw(a, s->n * sizeof *net) : NULL;
    struct range *range =
        addr ? NULL : arena_alloc_raw(a, s->n * sizeof *range);

    for (uint32_t i = 0; i < s->n; i++) {
        if (addr)
            net[i] = (struct addr_range){s->member[i].a, s->member[i].a};
        else
            range[i] = (struct range){s->member[i].i, s->member[i].i};
    }
    return addr ? rangeset_make_addr(a, net, s->n)
                : rangeset_make(a, range, s->n);
}

static bool resolve_slot(struct sets *x, struct arena *a, struct err *e)
{
    if (x->slot->ranges)
        x->ranges = *x->slot->ranges;
    else if (x->slot->set)
        x->ranges = ranges_of_set(a, x->slot->set);
    else
        return err_query(e, x->at, "`%s` has no values yet", x->slot->name);
    return true;
}

bool sets_resolve(struct sets *x, struct arena *a, struct err *e)
{
    bool addr = sets_is_addr(x->member);

    if (x->resolved)
        return true;
    if (x->kind == SETS_SLOT)
        return x->resolved = resolve_slot(x, a, e);
    if (!sets_resolve(x->left, a, e) || !sets_resolve(x->right, a, e))
        return false;
    const struct rangeset *l = &x->left->ranges, *r = &x->right->ranges;
    x->ranges = x->kind == SETS_UNION       ? rangeset_union(a, l, r, addr)
                : x->kind == SETS_INTERSECT ? rangeset_intersect(a, l, r, addr)
                                            : rangeset_subtract(a, l, r, addr);
    return x->resolved = true;
}

static int64_t range_size(const struct range *r)
{
    uint64_t n = (uint64_t)r->hi - (uint64_t)r->lo;

    return n >= INT64_MAX ? INT64_MAX : (int64_t)n + 1;
}

static int64_t addr_range_size(const struct addr_range *r)
{
    uint64_t n = r->hi.lo - r->lo.lo;
    uint64_t high = r->hi.hi - r->lo.hi - (r->hi.lo < r->lo.lo);

    return high || n >= INT64_MAX ? INT64_MAX : (int64_t)n + 1;
}

int64_t sets_size(const struct sets *x)
{
    bool addr = sets_is_addr(x->member);
    int64_t sum = 0;

    for (uint32_t i = 0; i < x->ranges.n; i++) {
        int64_t n = addr ? addr_range_size(&x->ranges.addr[i])
                         : range_size(&x->ranges.range[i]);
        if (__builtin_add_overflow(sum, n, &sum))
            return INT64_MAX;
    }
    return sum;
}

static uint32_t list_range(union cell *out, const struct range *r)
{
    uint32_t n = 0;

    for (int64_t v = r->lo;; v++) {
        out[n++].i = v;
        if (v == r->hi)
            return n;
    }
}

static uint32_t list_addr_range(union cell *out, const struct addr_range *r)
{
    uint32_t n = 0;

    for (struct addr v = r->lo;; addr_next(&v)) {
        out[n++].a = v;
        if (addr_eq(v, r->hi))
            return n;
    }
}

static int cmp_text(const void *a, const void *b, void *text)
{
    return value_cmp(TYPE_STRING, *(const union cell *)a,
                     *(const union cell *)b, text);
}

bool sets_members(struct sets *x, struct arena *a, const struct strtab *text,
                  struct err *e)
{
    int64_t size = sets_size(x);

    if (x->members)
        return true;
    if (size > MEMBERS_MAX)
        return err_query(e, x->at,
                         "this set has more than %d values, too many to take "
                         "apart for each row",
                         MEMBERS_MAX);
    struct set *s = arena_new(a, struct set);
    union cell *cell = arena_array(a, union cell, (size_t)size + 1);
    for (uint32_t i = 0; i < x->ranges.n; i++)
        s->n += sets_is_addr(x->member)
                    ? list_addr_range(cell + s->n, &x->ranges.addr[i])
                    : list_range(cell + s->n, &x->ranges.range[i]);
    s->type =
        (struct vtype){.type = TYPE_SET, .members = 1, .member = {x->member}};
    if (x->member == TYPE_STRING) {
        struct strtab copy = *text; /* qsort_r takes no const */
        qsort_r(cell, s->n, sizeof *cell, cmp_text, &copy);
    }
    s->member = cell;
    x->members = s;
    return true;
}
