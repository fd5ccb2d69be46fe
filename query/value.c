/* value.c - order, equality and hash of values, and the names of types. */
#include "query/value.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static int cmp_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int cmp_real(double a, double b)
{
    return (a > b) - (a < b);
}

int value_cmp(enum type type, union cell a, union cell b,
              const struct strtab *text)
{
    switch (schema_types[type].lane) {
    case LANE_REAL: return cmp_real(a.r, b.r);
    case LANE_ADDR: return addr_cmp(a.a, b.a);
    case LANE_SET: return value_cmp_set(a.set, b.set, text);
    case LANE_INT: break;
    }
    if (type == TYPE_STRING)
        return a.i == b.i ? 0 : strtab_cmp(text, (uint32_t)a.i, (uint32_t)b.i);
    return cmp_int(a.i, b.i);
}

int value_cmp_absent(enum type type, struct value a, struct value b,
                     const struct strtab *text)
{
    if (a.absent || b.absent)
        return (int)a.absent - (int)b.absent;
    return value_cmp(type, a.cell, b.cell, text);
}

int value_cmp_set(const struct set *a, const struct set *b,
                  const struct strtab *text)
{
    uint8_t members = a->type.members;
    uint32_t n = a->n < b->n ? a->n : b->n;

    for (uint32_t i = 0; i < n * members; i++) {
        enum type type = a->type.member[i % members];
        int order = value_cmp(type, a->member[i], b->member[i], text);
        if (order)
            return order;
    }
    return cmp_int(a->n, b->n);
}

uint32_t value_merge_sets(const struct set *l, const struct set *r,
                          uint32_t keep, const struct strtab *text,
                          union cell *out)
{
    uint8_t m = l->type.members;
    uint32_t i = 0, k = 0, n = 0;

    while (i < l->n || k < r->n) {
        struct set x = {l->type, 1, l->member + (size_t)i * m};
        struct set y = {l->type, 1, r->member + (size_t)k * m};
        int order = i == l->n   ? 1
                    : k == r->n ? -1
                                : value_cmp_set(&x, &y, text);
        uint32_t side = order == 0  ? KEEP_BOTH
                        : order < 0 ? KEEP_LEFT
                                    : KEEP_RIGHT;
        if ((keep & side) && out)
            memcpy(out + (size_t)n * m, order <= 0 ? x.member : y.member,
                   m * sizeof *out);
        n += (keep & side) != 0;
        i += order <= 0;
        k += order >= 0;
    }
    return n;
}

static uint64_t hash_set(const struct set *s, uint64_t seed)
{
    uint64_t h = hash_mix(seed, s->n);
    uint8_t members = s->type.members;

    for (uint32_t i = 0; i < s->n * members; i++)
        h = value_hash(s->type.member[i % members], s->member[i], h);
    return h;
}

/* Zero has two signs and one hash. */
static uint64_t hash_real(double r, uint64_t seed)
{
    double plain = r + 0.0;
    uint64_t bits;

    memcpy(&bits, &plain, sizeof bits);
    return hash_mix(seed, bits);
}

uint64_t value_hash(enum type type, union cell c, uint64_t seed)
{
    switch (schema_types[type].lane) {
    case LANE_REAL: return hash_real(c.r, seed);
    case LANE_ADDR: return hash_mix(hash_mix(seed, c.a.hi), c.a.lo);
    case LANE_SET: return hash_set(c.set, seed);
    case LANE_INT: break;
    }
    return hash_mix(seed, (uint64_t)c.i);
}

static bool eq_set(const struct set *a, const struct set *b)
{
    uint8_t members = a->type.members;

    if (a == b)
        return true;
    if (a->n != b->n || members != b->type.members)
        return false;
    for (uint32_t i = 0; i < a->n * members; i++)
        if (!value_eq(a->type.member[i % members], a->member[i], b->member[i]))
            return false;
    return true;
}

bool value_eq(enum type type, union cell a, union cell b)
{
    switch (schema_types[type].lane) {
    case LANE_REAL: return cmp_real(a.r, b.r) == 0;
    case LANE_ADDR: return addr_eq(a.a, b.a);
    case LANE_SET: return eq_set(a.set, b.set);
    case LANE_INT: break;
    }
    return a.i == b.i;
}

struct value value_at(const struct column *c, enum lane lane, uint32_t row)
{
    struct value v = {.absent = column_absent(c, row)};

    if (v.absent)
        return v;
    switch (lane) {
    case LANE_INT: v.cell.i = c->i[row]; break;
    case LANE_REAL: v.cell.r = c->r[row]; break;
    case LANE_ADDR: v.cell.a = c->a[row]; break;
    case LANE_SET: v.cell.set = c->set[row]; break;
    }
    return v;
}

bool value_same_type(const struct vtype *a, const struct vtype *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == TYPE_NET)
        return a->bits4 == b->bits4 && a->bits6 == b->bits6;
    if (a->type != TYPE_SET)
        return true;
    if (a->members != b->members || a->bits4 != b->bits4 ||
        a->bits6 != b->bits6)
        return false;
    return memcmp(a->member, b->member, a->members * sizeof a->member[0]) == 0;
}

static bool holds(const struct vtype *set, enum type type)
{
    for (uint8_t i = 0; i < set->members; i++)
        if (set->member[i] == type)
            return true;
    return false;
}

bool value_add_member(struct vtype *set, const struct vtype *member)
{
    bool more = holds(set, member->type);

    if (member->type == TYPE_TIME)
        set->date = member->date && (set->date || !more);
    if (member->type == TYPE_NET) {
        if (more &&
            (set->bits4 != member->bits4 || set->bits6 != member->bits6))
            return false;
        set->bits4 = member->bits4;
        set->bits6 = member->bits6;
    }
    set->member[set->members++] = member->type;
    return true;
}

static size_t put(char out[64], size_t at, const char *text)
{
    int n = snprintf(out + at, 64 - at, "%s", text);

    return at + (size_t)n < 64 ? at + (size_t)n : 63;
}

const char *value_type_text(const struct vtype *t, char out[64])
{
    size_t at = put(out, 0, schema_types[t->type].name);

    if (t->type != TYPE_SET || t->members == 0)
        return out;
    at = put(out, at, t->members > 1 ? " of (" : " of ");
    for (uint8_t i = 0; i < t->members; i++) {
        at = put(out, at, i ? ", " : "");
        at = put(out, at, schema_types[t->member[i]].name);
    }
    put(out, at, t->members > 1 ? ")" : "");
    return out;
}
