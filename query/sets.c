/* sets.c - constant sets as ranges, and as values where rows need them. */
#include "query/sets.h"

#include <stdlib.h>
#include <string.h>

#include "query/node.h"
#include "query/run.h"

struct sets *sets_literal(struct arena *a, enum type member,
                          struct rangeset ranges, struct span at)
{
    struct sets *x = arena_new(a, struct sets);

    *x = (struct sets){
        .kind = SETS_LITERAL,
        .type = {.type = TYPE_SET, .members = 1, .member = {member}},
        .member = member,
        .ranges = ranges,
        .at = at,
        .resolved = true
    };
    return x;
}

struct sets *sets_slot(struct arena *a, struct scope_slot *slot, struct span at)
{
    struct sets *x = arena_new(a, struct sets);

    *x = (struct sets){.kind = SETS_SLOT,
                       .type = slot->type,
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
        .type = left->type,
        .member = left->member,
        .left = left,
        .right = right,
        .at = {left->at.from, right->at.to}
    };
    return x;
}

struct sets *sets_nets(struct arena *a, enum sets_kind kind, struct sets *of,
                       struct vtype net)
{
    struct sets *x = arena_new(a, struct sets);
    enum type member = kind == SETS_STARTS ? TYPE_NET : TYPE_ADDR;

    *x = (struct sets){
        .kind = kind,
        .type = {.type = TYPE_SET,
                 .bits4 = net.bits4,
                 .bits6 = net.bits6,
                 .members = 1,
                 .member = {member}},
        .member = member,
        .left = of,
        .at = of->at
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

/* ---- making the ranges ---- */

static void note_name(void *ctx, struct scope_slot *slot)
{
    const char **name = ctx;

    *name = *name ? *name : slot->name;
}

/* Charges n items; an error names the `let` that the set comes from. */
static bool take(const struct sets *x, struct scope *s, size_t n, size_t each)
{
    const char *name = NULL;
    char number[32];

    if (!s->run || budget_take(s->run->budget, n * each))
        return true;
    sets_slots(x, note_name, &name);
    return run_over(s->run, name ? name : "{...}", "a set of %s values",
                    run_number(number, n));
}

static bool take_ranges(const struct sets *x, struct scope *s, size_t n)
{
    return take(x, s, n, rangeset_bytes(1, sets_is_addr(x->member)));
}

static bool go_on(void *ctx)
{
    return run_check(ctx);
}

static bool combine(const struct sets *x, enum rangeset_op op,
                    const struct rangeset *const side[2], struct scope *s,
                    struct rangeset *out)
{
    struct rangeset_guard guard = {.go_on = go_on, .ctx = s->run};

    return take_ranges(x, s, (size_t)side[0]->n + side[1]->n) &&
           rangeset_combine(s->arena, op, side, sets_is_addr(x->member),
                            s->run ? &guard : NULL, out);
}

bool sets_outside(const struct sets *x, struct scope *s, struct rangeset *out,
                  struct err *e)
{
    struct rangeset all = node_all_ranges(s->arena, sets_is_addr(x->member));
    const struct rangeset *const side[2] = {&all, &x->ranges};

    (void)e; /* the run's */
    return combine(x, RANGESET_SUBTRACT, side, s, out);
}

enum { CHECK_EVERY = 1 << 16 };

static bool may_go_on(struct scope *s, uint32_t step)
{
    return !s->run || step % CHECK_EVERY || run_check(s->run);
}

/* Members come in order: neighbours become one range. */
static bool join_addrs(const struct set *set, struct scope *s,
                       struct rangeset *out)
{
    for (uint32_t i = 0; i < set->n; i++) {
        struct addr v = set->member[i].a, next = v;
        if (out->n > 0) {
            next = out->addr[out->n - 1].hi;
            addr_next(&next);
        }
        if (out->n > 0 && addr_eq(next, v))
            out->addr[out->n - 1].hi = v;
        else
            out->addr[out->n++] = (struct addr_range){v, v};
        if (!may_go_on(s, i))
            return false;
    }
    return true;
}

static bool join_numbers(const struct set *set, struct scope *s,
                         struct rangeset *out)
{
    for (uint32_t i = 0; i < set->n; i++) {
        int64_t v = set->member[i].i;
        if (out->n > 0 && out->range[out->n - 1].hi + 1 == v)
            out->range[out->n - 1].hi = v;
        else
            out->range[out->n++] = (struct range){v, v};
        if (!may_go_on(s, i))
            return false;
    }
    return true;
}

/* Strings are in the order of their text, fractions in that of their values:
 * as numbers they have to be sorted. */
static struct rangeset ranges_unsorted(struct arena *a, const struct set *set)
{
    struct range *range = arena_alloc_raw(a, set->n * sizeof *range);

    for (uint32_t i = 0; i < set->n; i++)
        range[i] = (struct range){set->member[i].i, set->member[i].i};
    return rangeset_make(a, range, set->n);
}

static bool ranges_of_set(struct sets *x, struct scope *s)
{
    const struct set *set = x->slot->set;
    struct rangeset *out = &x->ranges;

    if (!take_ranges(x, s, set->n))
        return false;
    if (x->member == TYPE_STRING || x->member == TYPE_REAL) {
        *out = ranges_unsorted(s->arena, set);
        return true;
    }
    void *p = arena_alloc_raw(s->arena,
                              rangeset_bytes(set->n, sets_is_addr(x->member)));
    *out = (struct rangeset){.n = 0};
    if (sets_is_addr(x->member)) {
        out->addr = p;
        return join_addrs(set, s, out);
    }
    out->range = p;
    return join_numbers(set, s, out);
}

static bool resolve_slot(struct sets *x, struct scope *s, struct err *e)
{
    if (x->slot->set && sets_is_listed(x)) {
        x->members = x->slot->set;
        return true;
    }
    if (x->slot->set)
        return ranges_of_set(x, s);
    if (!x->slot->ranges)
        return err_query(e, x->at, "`%s` has no values yet", x->slot->name);
    x->ranges = *x->slot->ranges;
    return true;
}

static bool merge_listed(struct sets *x, struct scope *s)
{
    static const uint32_t keep[] = {[SETS_UNION] =
                                        KEEP_LEFT | KEEP_BOTH | KEEP_RIGHT,
                                    [SETS_INTERSECT] = KEEP_BOTH,
                                    [SETS_SUBTRACT] = KEEP_LEFT};
    const struct set *l = x->left->members, *r = x->right->members;
    size_t n = (size_t)l->n + r->n, m = l->type.members;

    if (!take(x, s, n * m + 1, sizeof(union cell)))
        return false;
    struct set *set = arena_new(s->arena, struct set);
    union cell *cell =
        arena_alloc_raw(s->arena, (n * m + 1) * sizeof(union cell));
    set->type = x->type;
    set->n = value_merge_sets(l, r, keep[x->kind], s->text, cell);
    set->member = cell;
    x->members = set;
    return true;
}

static bool resolve_algebra(struct sets *x, struct scope *s, struct err *e)
{
    static const enum rangeset_op ops[] = {[SETS_UNION] = RANGESET_UNION,
                                           [SETS_INTERSECT] =
                                               RANGESET_INTERSECT,
                                           [SETS_SUBTRACT] = RANGESET_SUBTRACT};

    if (!sets_resolve(x->left, s, e) || !sets_resolve(x->right, s, e))
        return false;
    if (sets_is_listed(x))
        return merge_listed(x, s);
    const struct rangeset *const side[2] = {&x->left->ranges,
                                            &x->right->ranges};
    return combine(x, ops[x->kind], side, s, &x->ranges);
}

/* ---- networks ---- */

static uint8_t net_bits(const struct vtype *net, struct addr a)
{
    return addr_is_v4(a) ? (uint8_t)(96 + net->bits4) : net->bits6;
}

/* Starts of the networks that lie whole within [lo, hi], all of one family. */
static void add_starts(const struct sets *x, struct addr lo, struct addr hi,
                       struct rangeset *out)
{
    uint8_t bits = net_bits(&x->type, hi);
    struct addr_range last = addr_net_range(hi, bits);

    if (addr_cmp(lo, hi) > 0)
        return;
    if (!addr_eq(last.hi, hi)) {
        if (!addr_prev(&last.lo))
            return;
        last = addr_net_range(last.lo, bits);
    }
    if (addr_cmp(last.lo, lo) >= 0)
        out->addr[out->n++] = (struct addr_range){lo, last.lo};
}

static struct addr least(struct addr a, struct addr b)
{
    return addr_cmp(a, b) < 0 ? a : b;
}

static struct addr most(struct addr a, struct addr b)
{
    return addr_cmp(a, b) > 0 ? a : b;
}

/* A range may hold addresses before, in and behind those of IPv4. */
static void add_families(const struct sets *x, const struct addr_range *r,
                         struct rangeset *out)
{
    const struct addr first = addr_from_v4(0), last = addr_from_v4(UINT32_MAX);
    struct addr before = first, behind = last;

    addr_prev(&before);
    addr_next(&behind);
    add_starts(x, r->lo, least(r->hi, before), out);
    add_starts(x, most(r->lo, first), least(r->hi, last), out);
    add_starts(x, most(r->lo, behind), r->hi, out);
}

static bool resolve_nets(struct sets *x, struct scope *s, struct err *e)
{
    const struct rangeset *of = &x->left->ranges;
    struct rangeset out = {.n = 0};

    if (!sets_resolve(x->left, s, e) || !take_ranges(x, s, of->n + (size_t)2))
        return false;
    out.addr =
        arena_alloc_raw(s->arena, rangeset_bytes(of->n + (size_t)2, true));
    for (uint32_t i = 0; i < of->n; i++) {
        const struct addr_range *r = &of->addr[i];
        if (x->kind == SETS_STARTS)
            add_families(x, r, &out);
        else
            out.addr[out.n++] = (struct addr_range){
                r->lo, addr_net_range(r->hi, net_bits(&x->type, r->hi)).hi};
    }
    x->ranges = x->kind == SETS_STARTS
                    ? out
                    : rangeset_make_addr(s->arena, out.addr, out.n);
    return true;
}

bool sets_resolve(struct sets *x, struct scope *s, struct err *e)
{
    if (x->resolved)
        return true;
    switch (x->kind) {
    case SETS_SLOT: x->resolved = resolve_slot(x, s, e); break;
    case SETS_STARTS:
    case SETS_COVERED: x->resolved = resolve_nets(x, s, e); break;
    default: x->resolved = resolve_algebra(x, s, e); break;
    }
    return x->resolved;
}

bool sets_has(const struct sets *x, union cell value)
{
    return sets_is_addr(x->member) ? rangeset_has_addr(&x->ranges, value.a)
                                   : rangeset_has(&x->ranges, value.i);
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

    if (sets_is_listed(x) && x->members)
        return x->members->n;
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

bool sets_members(struct sets *x, struct scope *s, struct err *e)
{
    if (x->members)
        return true;
    int64_t size = sets_size(x);
    if (size > SETS_MEMBERS_MAX)
        return err_query(e, x->at,
                         "this set has more than %d values, too many to take "
                         "apart for each row",
                         SETS_MEMBERS_MAX);
    struct set *set = arena_new(s->arena, struct set);
    union cell *cell = arena_array(s->arena, union cell, (size_t)size + 1);
    if (!take(x, s, (size_t)size + 1, sizeof *cell))
        return false;
    for (uint32_t i = 0; i < x->ranges.n; i++)
        set->n += sets_is_addr(x->member)
                      ? list_addr_range(cell + set->n, &x->ranges.addr[i])
                      : list_range(cell + set->n, &x->ranges.range[i]);
    set->type = x->type;
    if (x->member == TYPE_STRING) {
        struct strtab copy = *s->text; /* qsort_r takes no const */
        qsort_r(cell, set->n, sizeof *cell, cmp_text, &copy);
    }
    set->member = cell;
    x->members = set;
    return true;
}
