/* similar_plain.c - groups by weighted Jaccard alone. Two rows that are alike
 * share an item before the rest of either is too light to make them so: only
 * those first items are looked up (prefix filter, Chaudhuri et al., ICDE 2006).
 * Rows with the same items are looked up once. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "query/similar_parts.h"

/* Weights that should be equal may differ by rounding. */
#define ROUNDING 1e-9

struct plain {
    struct similar_finder *f;
    const struct similar_data *d;
    uint32_t *same;               /* the lowest row with the same items */
    double *w;                    /* of all items of a row */
    uint32_t *end;                /* of the items that it is looked up by */
    uint32_t *from, *rows, *fill; /* of each item: lowest rows, by those */
    uint32_t *seen, *list, n;
};

/* ---- rows with the same items ---- */

static bool have_same(const struct similar_data *d, uint32_t a, uint32_t b)
{
    uint32_t n = similar_degree(d, a);

    return n == similar_degree(d, b) &&
           memcmp(d->item + d->from[a], d->item + d->from[b],
                  n * sizeof *d->item) == 0;
}

static void find_same(const struct similar_data *d, uint32_t *same,
                      uint32_t *slot, uint32_t slots)
{
    for (uint32_t i = 0; i < d->n; i++) {
        uint64_t h =
            hash_bytes(d->item + d->from[i],
                       similar_degree(d, i) * sizeof *d->item, hash_secret());
        uint32_t at = (uint32_t)h & (slots - 1);
        while (slot[at] && !have_same(d, slot[at] - 1, i))
            at = (at + 1) & (slots - 1);
        same[i] = slot[at] ? slot[at] - 1 : i;
        slot[at] = same[i] + 1;
    }
}

/* same[i]: the lowest row with the items of row i. NULL: over the budget. */
static uint32_t *same_rows(const struct similar_data *d,
                           struct similar_memory *m)
{
    uint32_t slots = 1024, *same, *slot;

    while (slots < d->n && slots < UINT32_C(1) << 31)
        slots *= 2;
    slots *= slots < UINT32_C(1) << 31 ? 2 : 1;
    same = similar_array(m, d->n, sizeof *same);
    slot = similar_array(m, slots, sizeof *slot);
    if (same && slot)
        find_same(d, same, slot, slots);
    return slot ? same : NULL;
}

/* ---- pairs ---- */

static void weigh_rows(struct plain *p)
{
    const struct similar_data *d = p->d;
    double alike = p->f->terms->alike;

    for (uint32_t i = 0; i < d->n; i++) {
        double left = 0;
        for (uint32_t k = d->from[i]; k < d->from[i + 1]; k++)
            left += d->w[d->item[k]];
        p->w[i] = left;
        p->end[i] = d->from[i];
        while (p->end[i] < d->from[i + 1] && left >= alike * p->w[i] - ROUNDING)
            left -= d->w[d->item[p->end[i]++]];
    }
}

static bool is_lowest(const struct plain *p, uint32_t row)
{
    return p->same[row] == row;
}

static void list_prefixes(struct plain *p)
{
    const struct similar_data *d = p->d;

    for (uint32_t i = 0; i < d->n; i++) {
        for (uint32_t k = d->from[i]; is_lowest(p, i) && k < p->end[i]; k++)
            p->from[d->item[k] + 1]++;
    }
    for (uint32_t t = 0; t < d->items; t++) {
        p->from[t + 1] += p->from[t];
        p->fill[t] = p->from[t];
    }
    for (uint32_t i = 0; i < d->n; i++) {
        for (uint32_t k = d->from[i]; is_lowest(p, i) && k < p->end[i]; k++)
            p->rows[p->fill[d->item[k]]++] = i;
    }
}

/* Lower rows that share one of the first items. */
static bool list_lower(struct plain *p, uint32_t row)
{
    p->n = 0;
    for (uint32_t k = p->d->from[row]; k < p->end[row]; k++) {
        uint32_t t = p->d->item[k], i = p->from[t];
        for (; p->rows[i] < row; i++) {
            uint32_t other = p->rows[i];
            if (p->seen[other] == row + 1)
                continue;
            p->seen[other] = row + 1;
            p->list[p->n++] = other;
        }
        if (!similar_spend(&p->f->work, 2 + (uint64_t)(i - p->from[t])))
            return false;
    }
    return true;
}

static bool pair_row(struct plain *p, uint32_t row)
{
    double alike = p->f->terms->alike;

    if (!similar_work_part(&p->f->work) || !list_lower(p, row))
        return !p->f->over && p->f->run->e->code == ERR_NONE;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t other = p->list[i];
        double less = fmin(p->w[row], p->w[other]);
        double more = fmax(p->w[row], p->w[other]);
        if (less < alike * more - ROUNDING)
            continue;
        if (!similar_spend(&p->f->work, similar_degree(p->d, other) +
                                            similar_degree(p->d, row)))
            break;
        double x = similar_jaccard(p->d, row, other);
        if (x >= alike - ROUNDING && !similar_pairs_add(p->f, row, other, x))
            return false;
    }
    return p->f->run->e->code == ERR_NONE;
}

static bool open_plain(struct plain *p, struct similar_memory *m)
{
    const struct similar_data *d = p->d;

    p->same = same_rows(d, m);
    p->w = similar_array(m, d->n, sizeof *p->w);
    p->end = similar_array(m, d->n, sizeof *p->end);
    p->from = similar_array(m, d->items + 1, sizeof *p->from);
    p->fill = similar_array(m, d->items, sizeof *p->fill);
    p->rows = similar_array(m, d->entries, sizeof *p->rows);
    p->seen = similar_array(m, d->n, sizeof *p->seen);
    p->list = similar_array(m, d->n, sizeof *p->list);
    return p->same && p->w && p->end && p->from && p->fill && p->rows &&
           p->seen && p->list;
}

bool similar_plain_pairs(struct similar_finder *f)
{
    struct plain p = {.f = f, .d = f->d};
    bool ok = open_plain(&p, f->memory);

    f->over = !ok;
    if (!ok)
        return false;
    weigh_rows(&p);
    list_prefixes(&p);
    for (uint32_t i = 0; ok && i < f->d->n; i++) {
        if (is_lowest(&p, i))
            ok = pair_row(&p, i);
    }
    return ok && run_check(f->run);
}

/* ---- groups: from the row with the most alike down ---- */

struct stars {
    struct similar_finder *f;
    const struct similar_data *d;
    uint32_t *same, *next; /* next: one more with the same items, or 0 */
    uint32_t *from, *to;   /* lowest rows that are alike */
    int64_t *sum;          /* of its Jaccards, in grains, own kind included */
    uint32_t *kind;        /* rows with the same items, of the lowest */
    uint32_t *hub, hubs;
    bool *taken;
    uint32_t *member, size;
};

static bool open_stars(struct stars *g, struct similar_memory *m)
{
    uint32_t n = g->d->n;

    g->same = same_rows(g->d, m);
    g->next = similar_array(m, n, sizeof *g->next);
    g->from = similar_array(m, n + 1, sizeof *g->from);
    g->to = similar_array(m, 2 * (size_t)g->f->pairs.n, sizeof *g->to);
    g->sum = similar_array(m, n, sizeof *g->sum);
    g->kind = similar_array(m, n, sizeof *g->kind);
    g->hub = similar_array(m, n, sizeof *g->hub);
    g->taken = similar_array(m, n, sizeof *g->taken);
    g->member = similar_array(m, n, sizeof *g->member);
    return g->same && g->next && g->from && g->to && g->sum && g->kind &&
           g->hub && g->taken && g->member;
}

/* Chains rows with the same items, ascending, from the lowest; 0 ends it. */
static void chain_same(struct stars *g)
{
    for (uint32_t row = g->d->n; row-- > 0;) {
        uint32_t low = g->same[row];
        g->kind[low]++;
        if (row == low)
            continue;
        g->next[row] = g->next[low];
        g->next[low] = row;
    }
}

static void link_pairs(struct stars *g)
{
    const struct similar_pairs *p = &g->f->pairs;
    uint32_t *next = g->member;

    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t a = p->pair[i].a, b = p->pair[i].b;
        g->from[a + 1]++;
        g->from[b + 1]++;
        g->sum[a] += p->pair[i].bits * (int64_t)g->kind[b];
        g->sum[b] += p->pair[i].bits * (int64_t)g->kind[a];
    }
    for (uint32_t i = 0; i < g->d->n; i++) {
        g->from[i + 1] += g->from[i];
        next[i] = g->from[i];
        g->sum[i] += (int64_t)(g->kind[i] - (g->kind[i] > 0)) * SIMILAR_GRAIN;
        if (g->sum[i] > 0)
            g->hub[g->hubs++] = i;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        g->to[next[p->pair[i].a]++] = p->pair[i].b;
        g->to[next[p->pair[i].b]++] = p->pair[i].a;
    }
}

static int by_sum(const void *x, const void *y, void *sum)
{
    const uint32_t *a = x, *b = y;
    const int64_t *of = sum;

    if (of[*a] != of[*b])
        return of[*a] > of[*b] ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

static void add_kind(struct stars *g, uint32_t low)
{
    if (g->taken[low])
        return;
    g->taken[low] = true;
    g->member[g->size++] = low;
    for (uint32_t row = g->next[low]; row != 0; row = g->next[row])
        g->member[g->size++] = row;
}

static bool try_star(struct stars *g, uint32_t hub, struct similar_memory *kept,
                     struct similar_found *out)
{
    struct similar_scorer *s = g->f->scorer;

    g->size = 0;
    add_kind(g, hub);
    for (uint32_t p = g->from[hub]; p < g->from[hub + 1]; p++)
        add_kind(g, g->to[p]);
    if (g->size < 2)
        return true;
    (void)similar_scorer_refer(s, hub, g->member, g->size);
    s->bits = similar_scorer_all(s, g->member, g->size);
    if (s->bits > out->highest)
        out->highest = s->bits;
    return similar_found_add(g->f, kept, g->member, g->size, out);
}

bool similar_plain_groups(struct similar_finder *f, struct similar_memory *kept,
                          struct similar_found *out)
{
    struct stars g = {.f = f, .d = f->d};
    bool ok = open_stars(&g, f->memory);

    f->over = !ok;
    if (ok) {
        chain_same(&g);
        link_pairs(&g);
        qsort_r(g.hub, g.hubs, sizeof *g.hub, by_sum, g.sum);
    }
    for (uint32_t i = 0; ok && i < g.hubs; i++) {
        if (!g.taken[g.hub[i]])
            ok = try_star(&g, g.hub[i], kept, out) && run_check(f->run);
    }
    return ok;
}
