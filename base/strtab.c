/* strtab.c - a hash table over ids; the strings lie in the table's arena. */
#include "base/strtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/memory.h"

static void *grow(void *p, size_t n, size_t size)
{
    void *q = memory_resize(p, n * size);

    return q;
}

/* The slot that holds the string, or the empty one where it belongs. */
static uint32_t *slot_find(const struct strtab *t, const char *s, size_t len)
{
    uint32_t mask = t->slots - 1;
    uint32_t i = (uint32_t)hash_bytes(s, len, hash_secret()) & mask;

    for (; t->slot[i]; i = (i + 1) & mask) {
        const struct strtab_entry *e = &t->entry[t->slot[i] - 1];
        if (e->len == len && (len == 0 || memcmp(e->s, s, len) == 0))
            break;
    }
    return &t->slot[i];
}

/* Keeps at least half of the slots empty, so that a search ends. */
static void make_room(struct strtab *t)
{
    if (t->n < t->slots / 2)
        return;
    if (t->slots > UINT32_MAX / 2)
        err_no_memory();
    t->slots = t->slots ? t->slots * 2 : 64;
    t->cap = t->slots / 2;
    t->entry = grow(t->entry, t->cap, sizeof *t->entry);
    free(t->slot);
    t->slot = memory_zeroed(t->slots, sizeof *t->slot);
    for (uint32_t id = 0; id < t->n; id++)
        *slot_find(t, t->entry[id].s, t->entry[id].len) = id + 1;
}

uint32_t strtab_intern(struct strtab *t, const char *s, size_t len)
{
    if (len > UINT32_MAX)
        err_no_memory();
    make_room(t);
    uint32_t *slot = slot_find(t, s, len);
    if (*slot == 0) {
        t->entry[t->n] = (struct strtab_entry){
            .s = arena_strndup(&t->arena, s, len), .len = (uint32_t)len};
        *slot = ++t->n;
    }
    return *slot - 1;
}

const char *strtab_text(const struct strtab *t, uint32_t id, size_t *len)
{
    const struct strtab_entry *e = &t->entry[id];

    if (len)
        *len = e->len;
    return e->s;
}

int strtab_cmp(const struct strtab *t, uint32_t a, uint32_t b)
{
    const struct strtab_entry *x = &t->entry[a], *y = &t->entry[b];
    int order = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

void strtab_free(struct strtab *t)
{
    arena_free(&t->arena);
    free(t->entry);
    free(t->slot);
    *t = (struct strtab){0};
}
