/* similar_score.c - a core, and which rows make the most bits with it. */
#include <math.h>
#include <stdlib.h>

#include "query/similar_parts.h"

bool similar_scorer_open(struct similar_scorer *s, const struct similar_data *d,
                         struct similar_memory *m)
{
    *s = (struct similar_scorer){.d = d};
    s->core = similar_array(m, d->most, sizeof *s->core);
    s->expect = similar_array(m, d->most + 1, sizeof *s->expect);
    s->known = similar_array(m, d->most + 1, sizeof *s->known);
    s->inside = similar_array(m, d->items, sizeof *s->inside);
    s->holders = similar_array(m, d->items, sizeof *s->holders);
    s->candidate = similar_array(m, d->n, sizeof *s->candidate);
    return s->core && s->expect && s->known && s->inside && s->holders &&
           s->candidate;
}

static void start_core(struct similar_scorer *s)
{
    for (uint32_t i = 0; i < s->cores; i++)
        s->inside[s->core[i]] = false;
    s->cores = 0;
    s->now++;
}

static void add_item(struct similar_scorer *s, uint32_t item)
{
    s->inside[item] = true;
    s->core[s->cores++] = item;
}

void similar_scorer_core(struct similar_scorer *s, const uint32_t *item,
                         uint32_t n)
{
    start_core(s);
    for (uint32_t i = 0; i < n; i++)
        add_item(s, item[i]);
}

const double *similar_scorer_expect(struct similar_scorer *s, uint32_t row)
{
    uint32_t degree = similar_degree(s->d, row);

    if (s->known[degree] != s->now) {
        s->known[degree] = s->now;
        similar_expect(s->d, degree, s->core, s->cores, s->expect[degree]);
    }
    return s->expect[degree];
}

double similar_scorer_held(const struct similar_scorer *s, uint32_t row)
{
    const struct similar_data *d = s->d;
    double x = 0;

    for (uint32_t p = d->from[row]; p < d->from[row + 1]; p++) {
        if (s->inside[d->item[p]])
            x += d->w[d->item[p]];
    }
    return x;
}

/* ---- what a list has in common ---- */

static void count_items(struct similar_scorer *s, const uint32_t *row,
                        uint32_t n, uint32_t by)
{
    const struct similar_data *d = s->d;

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t p = d->from[row[i]]; p < d->from[row[i] + 1]; p++)
            s->holders[d->item[p]] += by;
    }
}

static bool is_common(const struct similar_scorer *s, uint32_t item, uint32_t n)
{
    return s->holders[item] >= 2 && 2 * (uint64_t)s->holders[item] >= n;
}

static double common_weight(const struct similar_scorer *s, uint32_t row,
                            uint32_t n)
{
    const struct similar_data *d = s->d;
    double x = 0;

    for (uint32_t p = d->from[row]; p < d->from[row + 1]; p++) {
        if (is_common(s, d->item[p], n))
            x += d->w[d->item[p]];
    }
    return x;
}

/* Ties go to the row with fewer items, then to the lower one. */
static uint32_t heaviest(const struct similar_scorer *s, const uint32_t *row,
                         uint32_t n)
{
    uint32_t best = row[0];
    int64_t most = INT64_MIN;

    for (uint32_t i = 0; i < n; i++) {
        int64_t x = similar_grains(common_weight(s, row[i], n));
        uint32_t degree = similar_degree(s->d, row[i]);
        uint32_t least = similar_degree(s->d, best);
        if (x < most || (x == most && degree > least) ||
            (x == most && degree == least && row[i] > best))
            continue;
        most = x;
        best = row[i];
    }
    return best;
}

static void take_common(struct similar_scorer *s, uint32_t reference,
                        uint32_t n)
{
    const struct similar_data *d = s->d;

    start_core(s);
    s->reference = reference;
    for (uint32_t p = d->from[reference]; p < d->from[reference + 1]; p++) {
        if (is_common(s, d->item[p], n))
            add_item(s, d->item[p]);
    }
}

bool similar_scorer_pick(struct similar_scorer *s, const uint32_t *row,
                         uint32_t n)
{
    count_items(s, row, n, 1);
    take_common(s, heaviest(s, row, n), n);
    count_items(s, row, n, (uint32_t)-1);
    return s->cores > 0;
}

bool similar_scorer_refer(struct similar_scorer *s, uint32_t reference,
                          const uint32_t *row, uint32_t n)
{
    count_items(s, row, n, 1);
    take_common(s, reference, n);
    count_items(s, row, n, (uint32_t)-1);
    return s->cores > 0;
}

/* ---- bits ---- */

static double add_row(struct similar_scorer *s, double sum[SIMILAR_POWERS],
                      uint32_t row, double x)
{
    const double *f = similar_scorer_expect(s, row);
    double most = -INFINITY;

    for (int i = 0; i < SIMILAR_POWERS; i++) {
        sum[i] += similar_power[i] * x - f[i];
        if (sum[i] > most)
            most = sum[i];
    }
    return most;
}

double similar_scorer_all(struct similar_scorer *s, const uint32_t *row,
                          uint32_t n)
{
    uint32_t degree = similar_degree(s->d, s->reference), k = 1;
    double sum[SIMILAR_POWERS] = {0}, most = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (row[i] == s->reference)
            continue;
        most = add_row(s, sum, row[i], similar_scorer_held(s, row[i]));
        k++;
    }
    return k < 2 ? -INFINITY : most - similar_charge(s->d, k, degree, s->cores);
}

static int by_tail(const void *x, const void *y)
{
    const struct similar_candidate *a = x, *b = y;

    if (a->tail != b->tail)
        return a->tail > b->tail ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static void list_candidates(struct similar_scorer *s, const uint32_t *row,
                            uint32_t n, double alike)
{
    s->candidates = 0;
    for (uint32_t i = 0; i < n; i++) {
        double x = similar_scorer_held(s, row[i]);
        if (row[i] == s->reference ||
            (alike > 0 && similar_jaccard(s->d, row[i], s->reference) < alike))
            continue;
        double tail = similar_tail(similar_scorer_expect(s, row[i]), x);
        s->candidate[s->candidates++] =
            (struct similar_candidate){x, similar_grains(tail), row[i]};
    }
    qsort(s->candidate, s->candidates, sizeof *s->candidate, by_tail);
}

/* Of equal bits the smaller group: less than a grain more does not count. */
void similar_scorer_cut(struct similar_scorer *s, const uint32_t *row,
                        uint32_t n, double alike)
{
    uint32_t degree = similar_degree(s->d, s->reference);
    double sum[SIMILAR_POWERS] = {0};

    list_candidates(s, row, n, alike);
    s->bits = -INFINITY;
    s->best = 0;
    for (uint32_t i = 0; i < s->candidates; i++) {
        const struct similar_candidate *c = &s->candidate[i];
        double most = add_row(s, sum, c->row, c->x);
        double bits = most - similar_charge(s->d, i + 2, degree, s->cores);
        if (s->best && bits <= s->bits + 1e-6)
            continue;
        s->bits = bits;
        s->best = i + 1;
    }
}
