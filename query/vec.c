/* vec.c - growth by half, absence in a bitmap that is made when needed. */
#include "query/vec.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const size_t widths[] = {
    [LANE_INT] = sizeof(int64_t),
    [LANE_REAL] = sizeof(double),
    [LANE_ADDR] = sizeof(struct addr),
    [LANE_SET] = sizeof(struct set *),
};

static size_t bitmap_bytes(uint32_t cap)
{
    return ((size_t)cap + 63) / 64 * sizeof(uint64_t);
}

static uint64_t *resize_bitmap(uint64_t *p, size_t from, size_t to)
{
    uint8_t *q = memory_resize(p, to);

    memset(q + from, 0, to - from);
    return (uint64_t *)(void *)q;
}

/* A multiple of 64, half as much again; 0 when it cannot be counted. */
static uint32_t next_cap(uint32_t cap, uint32_t n)
{
    uint64_t want = cap + (uint64_t)cap / 2;

    if (want < n)
        want = n;
    if (want < 64)
        want = 64;
    want = (want + 63) / 64 * 64;
    return want > UINT32_MAX ? 0 : (uint32_t)want;
}

bool vec_grow(void **p, uint32_t *cap, uint32_t n, size_t size,
              struct budget *b)
{
    uint32_t to;

    if (n <= *cap)
        return true;
    to = next_cap(*cap, n);
    if (to == 0 || !budget_take(b, (size_t)(to - *cap) * size))
        return false;
    *p = memory_resize(*p, to * size);
    *cap = to;
    return true;
}

bool vec_reserve(struct vec *v, uint32_t n, struct budget *b)
{
    uint32_t before = v->cap;

    if (n <= v->cap)
        return true;
    if (!vec_grow(&v->data, &v->cap, n, widths[v->lane], b))
        return false;
    if (!v->absent)
        return true;
    size_t more = bitmap_bytes(v->cap) - bitmap_bytes(before);
    budget_force(b, more);
    v->absent =
        resize_bitmap(v->absent, bitmap_bytes(before), bitmap_bytes(v->cap));
    return true;
}

bool vec_extend(struct vec *v, uint32_t n, struct budget *b)
{
    size_t width = widths[v->lane];

    if (n <= v->n)
        return true;
    if (!vec_reserve(v, n, b))
        return false;
    memset((uint8_t *)v->data + v->n * width, 0, (n - v->n) * width);
    v->n = n;
    return true;
}

/* It is small beside the values: it may pass the limit. */
static void need_bitmap(struct vec *v, struct budget *b)
{
    if (v->absent)
        return;
    budget_force(b, bitmap_bytes(v->cap));
    v->absent = resize_bitmap(NULL, 0, bitmap_bytes(v->cap));
}

union cell vec_cell(const struct vec *v, uint32_t i)
{
    union cell c = {0};

    switch (v->lane) {
    case LANE_INT: c.i = v->i[i]; break;
    case LANE_REAL: c.r = v->r[i]; break;
    case LANE_ADDR: c.a = v->a[i]; break;
    case LANE_SET: c.set = v->set[i]; break;
    }
    return c;
}

struct value vec_value(const struct vec *v, uint32_t i)
{
    if (vec_absent(v, i))
        return (struct value){.absent = true};
    return (struct value){.cell = vec_cell(v, i)};
}

void vec_put(struct vec *v, uint32_t i, union cell c)
{
    switch (v->lane) {
    case LANE_INT: v->i[i] = c.i; break;
    case LANE_REAL: v->r[i] = c.r; break;
    case LANE_ADDR: v->a[i] = c.a; break;
    case LANE_SET: v->set[i] = c.set; break;
    }
}

void vec_mark_absent(struct vec *v, uint32_t i)
{
    v->absent[i / 64] |= UINT64_C(1) << (i % 64);
}

void vec_append(struct vec *v, struct value x, struct budget *b)
{
    if (x.absent) {
        need_bitmap(v, b);
        vec_mark_absent(v, v->n);
    } else {
        vec_put(v, v->n, x.cell);
    }
    v->n++;
}

void vec_replace(struct vec *v, uint32_t i, struct value x, struct budget *b)
{
    if (x.absent) {
        need_bitmap(v, b);
        vec_mark_absent(v, i);
        return;
    }
    if (v->absent)
        v->absent[i / 64] &= ~(UINT64_C(1) << (i % 64));
    vec_put(v, i, x.cell);
}

/* The values of rows that are absent are copied too, but those of sets are no
 * pointers then. */
static void copy_rows(struct vec *v, const struct column *c,
                      const struct sel *rows)
{
    const uint16_t *row = rows->row;
    uint32_t n = rows->n, at = v->n;

    switch (v->lane) {
    case LANE_INT:
        for (uint32_t k = 0; k < n; k++)
            v->i[at + k] = c->i[row[k]];
        break;
    case LANE_REAL:
        for (uint32_t k = 0; k < n; k++)
            v->r[at + k] = c->r[row[k]];
        break;
    case LANE_ADDR:
        for (uint32_t k = 0; k < n; k++)
            v->a[at + k] = c->a[row[k]];
        break;
    case LANE_SET:
        for (uint32_t k = 0; k < n; k++)
            v->set[at + k] = c->set[row[k]];
        break;
    }
}

bool vec_append_rows(struct vec *v, const struct column *c,
                     const struct sel *rows, struct budget *b)
{
    if (rows->n > UINT32_MAX - v->n || !vec_reserve(v, v->n + rows->n, b))
        return false;
    copy_rows(v, c, rows);
    for (uint32_t k = 0; c->absent && k < rows->n; k++) {
        if (!column_absent(c, rows->row[k]))
            continue;
        need_bitmap(v, b);
        vec_mark_absent(v, v->n + k);
    }
    v->n += rows->n;
    return true;
}

size_t vec_bytes(const struct vec *v)
{
    return v->cap * widths[v->lane] + (v->absent ? bitmap_bytes(v->cap) : 0);
}

void vec_cut(struct vec *v, uint32_t n)
{
    for (uint32_t i = n; v->absent && i < v->n; i++)
        v->absent[i / 64] &= ~(UINT64_C(1) << (i % 64));
    if (n < v->n)
        v->n = n;
}

void vec_free(struct vec *v, struct budget *b)
{
    budget_give(b, vec_bytes(v));
    free(v->data);
    free(v->absent);
    *v = (struct vec){.lane = v->lane};
}

void vec_clear(struct vec *v)
{
    v->n = 0;
    if (v->absent)
        memset(v->absent, 0, bitmap_bytes(v->cap));
}

void vec_start(struct vec *out, uint32_t n)
{
    out->n = n;
    memset(out->absent, 0, bitmap_bytes(n));
}

void vec_gather(const struct vec *v, const uint32_t *id, uint32_t n,
                struct vec *out)
{
    vec_start(out, n);
    switch (v->lane) {
    case LANE_INT:
        for (uint32_t k = 0; k < n; k++)
            out->i[k] = v->i[id[k]];
        break;
    case LANE_REAL:
        for (uint32_t k = 0; k < n; k++)
            out->r[k] = v->r[id[k]];
        break;
    case LANE_ADDR:
        for (uint32_t k = 0; k < n; k++)
            out->a[k] = v->a[id[k]];
        break;
    case LANE_SET:
        for (uint32_t k = 0; k < n; k++)
            out->set[k] = v->set[id[k]];
        break;
    }
    for (uint32_t k = 0; v->absent && k < n; k++) {
        if (vec_absent(v, id[k]))
            vec_mark_absent(out, k);
    }
}

const struct set *vec_copy_set(struct arena *a, const struct set *s)
{
    size_t cells = (size_t)s->n * s->type.members;
    union cell *member = arena_alloc_raw(a, cells * sizeof *member);
    struct set *copy = arena_new(a, struct set);

    if (cells)
        memcpy(member, s->member, cells * sizeof *member);
    *copy = (struct set){.type = s->type, .n = s->n, .member = member};
    return copy;
}

void vec_room(struct vec *v, enum lane lane)
{
    struct budget none = {0};

    if (!v->data) {
        /* The widest lane is room for all. */
        v->lane = LANE_ADDR;
        if (!vec_reserve(v, BATCH_ROWS, &none))
            err_no_memory();
        v->absent = memory_zeroed(BATCH_WORDS, sizeof *v->absent);
    }
    v->lane = lane;
    vec_start(v, BATCH_ROWS);
}

void vec_set(struct vec *v, uint32_t i, struct value x)
{
    if (x.absent)
        vec_mark_absent(v, i);
    else
        vec_put(v, i, x.cell);
}

struct column vec_column(const struct vec *v, uint32_t from)
{
    struct column c = {.absent = v->absent ? v->absent + from / 64 : NULL};

    switch (v->lane) {
    case LANE_INT: c.i = v->i + from; break;
    case LANE_REAL: c.r = v->r + from; break;
    case LANE_ADDR: c.a = v->a + from; break;
    case LANE_SET: c.set = v->set + from; break;
    }
    return c;
}
