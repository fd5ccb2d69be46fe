/* similar_group.c - groups made of pairs: from the row that has the most pair
 * bits down, the neighbours that make the most bits with a core. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/similar_parts.h"

enum { ROUNDS = 4, LARGE = 32 };

struct grouping {
    struct similar_finder *f;
    const struct similar_data *d;
    struct similar_scorer *s;
    uint32_t *from, *to; /* the neighbours of each row, ascending */
    int64_t *bits;       /* sum over its pairs, in grains */
    uint32_t *hub, hubs;
    bool *taken;
    uint32_t *seen, stamp;
    uint32_t *list, n, near; /* candidates; the hub and its neighbours first */
    uint32_t *now, nows;     /* members in this round */
    uint32_t *best, size;    /* the reference is the first */
    uint32_t *core, cores;
    double most;
};

/* ---- neighbours ---- */

static void count_pairs(struct grouping *g)
{
    const struct similar_pairs *p = &g->f->pairs;

    for (uint32_t i = 0; i < p->n; i++) {
        g->from[p->pair[i].a + 1]++;
        g->from[p->pair[i].b + 1]++;
        g->bits[p->pair[i].a] += p->pair[i].bits;
        g->bits[p->pair[i].b] += p->pair[i].bits;
    }
    for (uint32_t i = 0; i < g->d->n; i++) {
        if (g->from[i + 1] > 0)
            g->hub[g->hubs++] = i;
        g->from[i + 1] += g->from[i];
    }
}

/* Pairs come by a, then b: what is below a row is put in before what is
 * above it. */
static void deal_pairs(struct grouping *g, uint32_t *next)
{
    const struct similar_pairs *p = &g->f->pairs;

    for (uint32_t i = 0; i < g->d->n; i++)
        next[i] = g->from[i];
    for (uint32_t i = 0; i < p->n; i++)
        g->to[next[p->pair[i].b]++] = p->pair[i].a;
    for (uint32_t i = 0; i < p->n; i++)
        g->to[next[p->pair[i].a]++] = p->pair[i].b;
}

static int by_bits(const void *x, const void *y, void *bits)
{
    const uint32_t *a = x, *b = y;
    const int64_t *of = bits;

    if (of[*a] != of[*b])
        return of[*a] > of[*b] ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

static bool open_grouping(struct grouping *g)
{
    struct similar_memory *m = g->f->memory;
    uint32_t n = g->d->n;

    if (g->f->pairs.n > UINT32_MAX / 2)
        return false;
    g->from = similar_array(m, n + 1, sizeof *g->from);
    g->to = similar_array(m, 2 * (size_t)g->f->pairs.n, sizeof *g->to);
    g->bits = similar_array(m, n, sizeof *g->bits);
    g->hub = similar_array(m, n, sizeof *g->hub);
    g->taken = similar_array(m, n, sizeof *g->taken);
    g->seen = similar_array(m, n, sizeof *g->seen);
    g->list = similar_array(m, n, sizeof *g->list);
    g->now = similar_array(m, n, sizeof *g->now);
    g->best = similar_array(m, n, sizeof *g->best);
    g->core = similar_array(m, g->d->most, sizeof *g->core);
    return g->from && g->to && g->bits && g->hub && g->taken && g->seen &&
           g->list && g->now && g->best && g->core;
}

/* ---- candidates ---- */

static void list_row(struct grouping *g, uint32_t row)
{
    if (g->taken[row] || g->seen[row] == g->stamp)
        return;
    g->seen[row] = g->stamp;
    g->list[g->n++] = row;
}

static void list_neighbours(struct grouping *g, uint32_t row, uint32_t most)
{
    for (uint32_t p = g->from[row]; p < g->from[row + 1] && g->n < most; p++)
        list_row(g, g->to[p]);
}

static void list_candidates(struct grouping *g, uint32_t hub)
{
    g->stamp++;
    g->n = 0;
    list_row(g, hub);
    list_neighbours(g, hub, UINT32_MAX);
    g->near = g->n;
    for (uint32_t i = 1; i < g->near && g->n < SIMILAR_REACH; i++)
        list_neighbours(g, g->list[i], SIMILAR_REACH);
}

/* The members and all free rows that hold an item of the core. */
static void list_holders(struct grouping *g)
{
    const struct similar_data *d = g->d;

    g->stamp++;
    g->n = 0;
    for (uint32_t i = 0; i < g->size; i++)
        list_row(g, g->best[i]);
    for (uint32_t k = 0; k < g->s->cores; k++) {
        uint32_t t = g->s->core[k];
        for (uint32_t p = d->rows_from[t]; p < d->rows_from[t + 1]; p++)
            list_row(g, d->rows[p]);
    }
}

/* ---- a group ---- */

static bool spend_list(struct grouping *g, const uint32_t *row, uint32_t n)
{
    uint64_t steps = 0;

    for (uint32_t i = 0; i < n; i++)
        steps += 4 * (uint64_t)similar_degree(g->d, row[i]) + 8;
    return similar_spend(&g->f->work, steps);
}

/* The reference and the rows that the scorer has cut off. */
static uint32_t take_cut(const struct grouping *g, uint32_t *out)
{
    out[0] = g->s->reference;
    for (uint32_t i = 0; i < g->s->best; i++)
        out[i + 1] = g->s->candidate[i].row;
    return g->s->best + 1;
}

/* Less than a millionth of a bit more is no better. */
static bool keep_better(struct grouping *g)
{
    if (g->size > 0 && g->s->bits <= g->most + 1e-6)
        return false;
    g->most = g->s->bits;
    g->size = take_cut(g, g->best);
    g->cores = g->s->cores;
    memcpy(g->core, g->s->core, g->cores * sizeof *g->core);
    return true;
}

static void find_near(struct grouping *g)
{
    double alike = g->f->terms->alike;

    memcpy(g->now, g->list, g->near * sizeof *g->now);
    g->nows = g->near;
    for (int round = 0; round < ROUNDS; round++) {
        if (!spend_list(g, g->now, g->nows) || !spend_list(g, g->list, g->n) ||
            !similar_scorer_pick(g->s, g->now, g->nows))
            return;
        similar_scorer_cut(g->s, g->list, g->n, alike);
        if (g->s->best == 0)
            return;
        keep_better(g);
        g->nows = take_cut(g, g->now);
    }
}

/* A large group may have more members than its hub has neighbours. */
static void find_far(struct grouping *g)
{
    for (int round = 0; round < 2; round++) {
        if (!spend_list(g, g->best, g->size) ||
            !similar_scorer_refer(g->s, g->best[0], g->best, g->size))
            return;
        list_holders(g);
        if (!spend_list(g, g->list, g->n))
            return;
        similar_scorer_cut(g->s, g->list, g->n, g->f->terms->alike);
        if (!keep_better(g))
            return;
    }
}

static bool try_hub(struct grouping *g, uint32_t hub,
                    struct similar_memory *kept, struct similar_found *out)
{
    list_candidates(g, hub);
    g->size = 0;
    g->most = -INFINITY;
    if (g->n < 2)
        return true;
    find_near(g);
    if (g->most >= 0 && g->size >= LARGE)
        find_far(g);
    if (g->most > out->highest)
        out->highest = g->most;
    if (g->size < 2 || g->most < 0)
        return true;
    for (uint32_t i = 0; i < g->size; i++)
        g->taken[g->best[i]] = true;
    similar_scorer_core(g->s, g->core, g->cores);
    g->s->reference = g->best[0];
    g->s->bits = g->most;
    return similar_found_add(g->f, kept, g->best, g->size, out);
}

bool similar_groups(struct similar_finder *f, struct similar_memory *kept,
                    struct similar_found *out)
{
    struct grouping g = {.f = f, .d = f->d, .s = f->scorer};
    bool ok = open_grouping(&g);

    f->over = !ok;
    if (ok) {
        count_pairs(&g);
        deal_pairs(&g, g.list);
        qsort_r(g.hub, g.hubs, sizeof *g.hub, by_bits, g.bits);
    }
    for (uint32_t i = 0; ok && i < g.hubs; i++) {
        if (!g.taken[g.hub[i]] && similar_work_part(&f->work))
            ok = try_hub(&g, g.hub[i], kept, out) && f->run->e->code == 0;
    }
    return ok && run_check(f->run);
}
