/* keytab.c - open addressing over 8-byte slots; the values lie in columns. */
#include "query/keytab.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "query/order.h"

void keytab_open(struct keytab *t, const enum type *type, uint32_t keys)
{
    *t = (struct keytab){.keys = keys};
    t->key = memory_zeroed(keys ? keys : 1, sizeof *t->key);
    for (uint32_t k = 0; k < keys; k++) {
        t->type[k] = type[k];
        t->key[k].lane = schema_types[type[k]].lane;
    }
}

void keytab_close(struct keytab *t, struct budget *b)
{
    for (uint32_t k = 0; t->key && k < t->keys; k++)
        vec_free(&t->key[k], b);
    budget_give(b, t->slots * sizeof *t->slot + t->sets_charged);
    free(t->memo);
    free(t->key);
    free(t->slot);
    arena_free(&t->sets);
    *t = (struct keytab){0};
}

static struct keytab_slot *slots_alloc(size_t n, struct budget *b)
{
    struct keytab_slot *s;

    if (n > SIZE_MAX / sizeof *s || !budget_take(b, n * sizeof *s))
        return NULL;
    s = memory_table(n, sizeof *s);
    return s;
}

enum { CHECK_EVERY = 1 << 16 };

static void put_slot(struct keytab_slot *s, size_t mask, struct keytab_slot x)
{
    size_t at = x.tag & mask;

    if (x.id == 0)
        return;
    while (s[at].id)
        at = (at + 1) & mask;
    s[at] = x;
}

static bool grow(struct keytab *t, struct run *r)
{
    size_t slots = t->slots ? t->slots * 2 : 1024, mask = slots - 1;
    struct keytab_slot *s = slots_alloc(slots, r->budget);
    bool ok = true;

    if (!s)
        return false;
    for (size_t i = 0; ok && i < t->slots; i++) {
        put_slot(s, mask, t->slot[i]);
        if (i % CHECK_EVERY == 0)
            ok = run_check(r);
    }
    if (!ok) {
        budget_give(r->budget, slots * sizeof *s);
        free(s);
        return false;
    }
    budget_give(r->budget, t->slots * sizeof *s);
    free(t->slot);
    t->slot = s;
    t->slots = slots;
    return true;
}

bool keytab_room(struct keytab *t, uint32_t n, struct run *r)
{
    if (n >= UINT32_MAX - t->n)
        return false;
    while ((t->n + (size_t)n) * 10 > t->slots * 7) {
        if (!grow(t, r))
            return false;
    }
    for (uint32_t k = 0; k < t->keys; k++) {
        if (!vec_reserve(&t->key[k], t->n + n, r->budget))
            return false;
    }
    return true;
}

enum { ABSENT_MIX = 0x5bd1e995 };

static uint64_t hash_addr(uint64_t h, struct addr a)
{
    return hash_mix(hash_mix(h, a.hi), a.lo);
}

static uint64_t hash_value(enum type type, struct value v, uint64_t h)
{
    if (v.absent)
        return hash_mix(h, ABSENT_MIX);
    switch (schema_types[type].lane) {
    case LANE_INT: return hash_mix(h, (uint64_t)v.cell.i);
    case LANE_ADDR: return hash_addr(h, v.cell.a);
    case LANE_REAL:
    case LANE_SET: break;
    }
    return value_hash(type, v.cell, h);
}

static void hash_column(enum type type, const struct column *c,
                        const struct sel *rows, uint64_t *h)
{
    enum lane lane = schema_types[type].lane;
    const uint16_t *row = rows->row;
    uint32_t n = rows->n;

    if (!c->absent && lane == LANE_INT) {
        for (uint32_t j = 0; j < n; j++)
            h[j] = hash_mix(h[j], (uint64_t)c->i[row[j]]);
    } else if (!c->absent && lane == LANE_ADDR) {
        for (uint32_t j = 0; j < n; j++)
            h[j] = hash_addr(h[j], c->a[row[j]]);
    } else {
        for (uint32_t j = 0; j < n; j++)
            h[j] = hash_value(type, value_at(c, lane, row[j]), h[j]);
    }
}

void keytab_hash(const enum type *type, uint32_t keys, const struct column *c,
                 const struct sel *rows, uint64_t seed, uint64_t *h)
{
    for (uint32_t j = 0; j < rows->n; j++)
        h[j] = seed;
    for (uint32_t k = 0; k < keys; k++)
        hash_column(type[k], &c[k], rows, h);
}

static bool same_value(const struct keytab *t, uint32_t k, uint32_t id,
                       const struct column *c, uint32_t row)
{
    const struct vec *v = &t->key[k];
    bool absent = column_absent(c, row);

    if (absent || vec_absent(v, id))
        return absent && vec_absent(v, id);
    switch (v->lane) {
    case LANE_INT: return v->i[id] == c->i[row];
    case LANE_ADDR: return addr_eq(v->a[id], c->a[row]);
    case LANE_REAL:
    case LANE_SET: break;
    }
    return value_eq(t->type[k], vec_cell(v, id),
                    value_at(c, v->lane, row).cell);
}

static bool same_tuple(const struct keytab *t, uint32_t id,
                       const struct column *c, uint32_t row)
{
    for (uint32_t k = 0; k < t->keys; k++) {
        if (!same_value(t, k, id, &c[k], row))
            return false;
    }
    return true;
}

static size_t set_bytes(const struct set *s)
{
    return sizeof *s + (size_t)s->n * s->type.members * sizeof(union cell);
}

static bool keep_set(struct keytab *t, struct value *v, struct run *r)
{
    size_t bytes = set_bytes(v->cell.set);

    if (!budget_take(r->budget, bytes))
        return false;
    t->sets_charged += bytes;
    v->cell.set = vec_copy_set(&t->sets, v->cell.set);
    return true;
}

static bool append(struct keytab *t, const struct column *c, uint32_t row,
                   struct run *r)
{
    for (uint32_t k = 0; k < t->keys; k++) {
        struct value v = value_at(&c[k], t->key[k].lane, row);
        if (t->key[k].lane == LANE_SET && !v.absent && !keep_set(t, &v, r))
            return false;
        vec_append(&t->key[k], v, r->budget);
    }
    t->n++;
    return true;
}

/* The slot of the tuple, or the empty one where it belongs. */
static struct keytab_slot *find(const struct keytab *t, uint32_t tag,
                                const struct column *c, uint32_t row)
{
    size_t mask = t->slots - 1, at = tag & mask;

    for (; t->slot[at].id; at = (at + 1) & mask) {
        if (t->slot[at].tag == tag && same_tuple(t, t->slot[at].id - 1, c, row))
            break;
    }
    return &t->slot[at];
}

static void fetch_value(const struct keytab *t, uint32_t tag)
{
    size_t mask = t->slots - 1, at = tag & mask;
    uint32_t id;

    while ((id = t->slot[at].id) && t->slot[at].tag != tag)
        at = (at + 1) & mask;
    for (uint32_t k = 0; id && k < t->keys; k++)
        __builtin_prefetch(t->key[k].lane == LANE_ADDR
                               ? (const void *)&t->key[k].a[id - 1]
                               : (const void *)&t->key[k].i[id - 1]);
}

/* What will be looked at for n hashes: first the slots, then the values that
 * these lead to, so that all of a batch are fetched at once. */
static inline void fetch(const struct keytab *t, const uint64_t *h, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        __builtin_prefetch(&t->slot[(uint32_t)h[j] & (t->slots - 1)]);
    for (uint32_t j = 0; j < n; j++)
        fetch_value(t, (uint32_t)h[j]);
}

/* All sets of the rows together fit. */
static bool sets_fit(const struct column *c, const struct sel *rows,
                     struct run *r)
{
    size_t bytes = 0;

    for (uint32_t j = 0; j < rows->n; j++) {
        if (!column_absent(c, rows->row[j]))
            bytes += set_bytes(c->set[rows->row[j]]);
    }
    if (!budget_take(r->budget, bytes))
        return false;
    budget_give(r->budget, bytes);
    return true;
}

bool keytab_reserve(struct keytab *t, const struct column *c,
                    const struct sel *rows, struct run *r)
{
    for (uint32_t k = 0; k < t->keys; k++) {
        if (t->key[k].lane == LANE_SET && !sets_fit(&c[k], rows, r))
            return false;
    }
    return keytab_room(t, rows->n, r);
}

size_t keytab_bytes(const struct keytab *t)
{
    size_t bytes = t->slots * sizeof *t->slot + t->sets_charged;

    for (uint32_t k = 0; k < t->keys; k++)
        bytes += vec_bytes(&t->key[k]);
    return bytes;
}

static bool look_up(struct keytab *t, const struct column *c,
                    const struct sel *rows, uint32_t *id, struct run *r)
{
    uint64_t h[BATCH_ROWS];

    if (!keytab_room(t, rows->n, r))
        return false;
    keytab_hash(t->type, t->keys, c, rows, hash_secret(), h);
    fetch(t, h, rows->n);
    for (uint32_t j = 0; j < rows->n; j++) {
        uint32_t row = rows->row[j];
        struct keytab_slot *s = find(t, (uint32_t)h[j], c, row);
        if (s->id == 0) {
            if (!append(t, c, row, r))
                return false;
            *s = (struct keytab_slot){.tag = (uint32_t)h[j], .id = t->n};
        }
        id[j] = s->id - 1;
    }
    return true;
}

/* ---- one value from a block's dictionary ---- */

/* At most as large as a block's dictionary, so that it is not charged. */
static bool has_memo(struct keytab *t, const struct column *c)
{
    if (t->keys != 1 || !c->code)
        return false;
    if (t->dictionary == c->dictionary)
        return true;
    if (t->memos < c->codes) {
        t->memo = memory_resize(t->memo, c->codes * sizeof *t->memo);
        t->memos = c->codes;
    }
    memset(t->memo, 0, c->codes * sizeof *t->memo);
    t->dictionary = c->dictionary;
    return true;
}

/* Takes the numbers that the memo knows; rows that are left go to `rest`, their
 * places to `at`. */
static void recall(const struct keytab *t, const struct column *c,
                   const struct sel *rows, uint32_t *id, struct sel *rest,
                   uint16_t *at)
{
    uint32_t n = 0;

    for (uint32_t j = 0; j < rows->n; j++) {
        uint32_t row = rows->row[j];
        uint32_t known = column_absent(c, row) ? 0 : t->memo[c->code[row]];
        id[j] = known - 1;
        rest->row[n] = (uint16_t)row;
        at[n] = (uint16_t)j;
        n += known == 0;
    }
    rest->n = n;
}

bool keytab_rows(struct keytab *t, const struct column *c,
                 const struct sel *rows, uint32_t *id, struct run *r)
{
    struct sel rest;
    uint16_t at[BATCH_ROWS] = {0};
    uint32_t found[BATCH_ROWS];

    if (!has_memo(t, c))
        return look_up(t, c, rows, id, r);
    recall(t, c, rows, id, &rest, at);
    if (rest.n > 0 && !look_up(t, c, &rest, found, r))
        return false;
    for (uint32_t k = 0; k < rest.n; k++) {
        id[at[k]] = found[k];
        if (!column_absent(c, rest.row[k]))
            t->memo[c->code[rest.row[k]]] = found[k] + 1;
    }
    return true;
}

void keytab_find(const struct keytab *t, const struct column *c,
                 const struct sel *rows, uint32_t *id)
{
    uint64_t h[BATCH_ROWS];

    keytab_hash(t->type, t->keys, c, rows, hash_secret(), h);
    if (t->slots > 0)
        fetch(t, h, rows->n);
    for (uint32_t j = 0; j < rows->n; j++) {
        /* An empty slot's id less one is the greatest number. */
        id[j] = t->slots > 0 ? find(t, (uint32_t)h[j], c, rows->row[j])->id - 1
                             : UINT32_MAX;
    }
}

void keytab_clear(struct keytab *t, struct budget *b)
{
    for (uint32_t k = 0; k < t->keys; k++)
        vec_clear(&t->key[k]);
    if (t->slots > 0)
        memset(t->slot, 0, t->slots * sizeof *t->slot);
    budget_give(b, t->sets_charged);
    t->sets_charged = 0;
    arena_reset(&t->sets);
    t->n = 0;
    t->dictionary = 0; /* the memo holds numbers that are gone */
}

bool keytab_tuple(struct keytab *t, const struct value *tuple, uint32_t *id,
                  struct run *r)
{
    static const uint64_t bit = 1;
    struct column c[KEYTAB_KEYS_MAX];
    struct sel one;

    one.n = 1;
    one.row[0] = 0;
    /* All lanes of a cell begin at its first byte. */
    for (uint32_t k = 0; k < KEYTAB_KEYS_MAX; k++) {
        const struct value *v = &tuple[k < t->keys ? k : 0];
        c[k] =
            (struct column){.i = &v->cell.i, .absent = v->absent ? &bit : NULL};
    }
    return keytab_rows(t, c, &one, id, r);
}

bool keytab_sort(const struct keytab *t, uint32_t *id, uint32_t n,
                 struct run *r)
{
    struct order_key key[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < t->keys; k++)
        key[k] = (struct order_key){.value = &t->key[k], .type = t->type[k]};
    return order_list(key, t->keys, id, n, r);
}
