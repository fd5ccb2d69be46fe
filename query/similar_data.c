/* similar_data.c - the rows of one search, items ranked by how rare they are.
 */
#include <math.h>
#include <stdlib.h>

#include "query/similar_parts.h"

const double similar_power[SIMILAR_POWERS] = {
    0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6};

/* ---- memory and work ---- */

void *similar_array(struct similar_memory *m, size_t n, size_t size)
{
    if ((n + 1) > SIZE_MAX / size || !budget_take(m->run->budget, n * size))
        return NULL;
    m->charged += n * size;
    return arena_alloc(&m->arena, (n + 1) * size);
}

void similar_release(struct similar_memory *m)
{
    arena_free(&m->arena);
    budget_give(m->run->budget, m->charged);
    m->charged = 0;
}

enum { WORK_PARTS = 16, CHECK_EVERY = 1 << 20 };

void similar_work_open(struct similar_work *w, uint64_t limit, struct run *r)
{
    *w = (struct similar_work){.run = r, .limit = limit, .left = limit};
}

bool similar_work_part(struct similar_work *w)
{
    uint64_t most = w->limit / WORK_PARTS + 1;

    w->part = w->left < most ? w->left : most;
    return w->part > 0;
}

bool similar_spend(struct similar_work *w, uint64_t steps)
{
    w->since += steps;
    if (w->since >= CHECK_EVERY) {
        w->since = 0;
        if (!run_check(w->run))
            w->part = w->left = 0;
    }
    if (steps < w->part) {
        w->part -= steps;
        w->left -= steps;
        return true;
    }
    if (w->part > 0)
        w->cut++;
    w->left -= w->part;
    w->part = 0;
    return false;
}

int64_t similar_grains(double bits)
{
    return llrint(bits * SIMILAR_GRAIN);
}

/* ---- ranks ---- */

/* The items that occur, while they are being ranked. */
struct ranking {
    const struct similar_rows *in;
    const bool *out;
    uint32_t *count; /* of the caller's items: df, later rank */
    uint32_t *seen, n;
    uint32_t *place; /* of a df among the items */
    uint32_t most;
};

static bool takes_part(const struct ranking *k, uint32_t i)
{
    return k->in->from[i + 1] > k->in->from[i] && !(k->out && k->out[i]);
}

static void count_rows(struct similar_data *d, const struct ranking *k)
{
    for (uint32_t i = 0; i < k->in->n; i++) {
        uint32_t degree = k->in->from[i + 1] - k->in->from[i];
        if (!takes_part(k, i))
            continue;
        d->n++;
        d->entries += degree;
        d->most = degree > d->most ? degree : d->most;
    }
}

static void count_items(struct ranking *k)
{
    for (uint32_t i = 0; i < k->in->n; i++) {
        if (!takes_part(k, i))
            continue;
        for (uint32_t p = k->in->from[i]; p < k->in->from[i + 1]; p++) {
            uint32_t t = k->in->item[p];
            if (k->count[t]++ == 0)
                k->seen[k->n++] = t;
            if (k->count[t] > k->most)
                k->most = k->count[t];
        }
    }
}

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

static void fill_weight(const struct similar_data *d, struct similar_weight *w)
{
    for (int s = 0; s < SIMILAR_POWERS; s++)
        w->gain[s] = exp2(similar_power[s] * (d->log_n - log2(w->df))) - 1;
}

/* Items of one df follow each other: each df is a kind. */
static void fill_items(struct similar_data *d, const struct ranking *k)
{
    uint32_t kind = 0;

    for (uint32_t t = 0; t < d->items; t++) {
        uint32_t df = k->count[d->name[t]];
        if (t > 0 && df != d->weight[kind].df)
            kind++;
        d->kind[t] = kind;
        d->rows_from[t + 1] = d->rows_from[t] + df;
        d->w[t] = d->log_n - log2(df);
        if (d->weight[kind].df == 0) {
            d->weight[kind].df = df;
            fill_weight(d, &d->weight[kind]);
        }
    }
}

/* By df, then by number; k->place becomes where each df begins. */
static uint32_t rank_items(struct similar_data *d, struct ranking *k)
{
    uint32_t kinds = 0;

    qsort(k->seen, k->n, sizeof *k->seen, by_number);
    for (uint32_t i = 0; i < k->n; i++)
        k->place[k->count[k->seen[i]] + 1]++;
    for (uint32_t df = 1; df <= k->most + 1; df++) {
        kinds += k->place[df] > 0;
        k->place[df] += k->place[df - 1];
    }
    for (uint32_t i = 0; i < k->n; i++)
        d->name[k->place[k->count[k->seen[i]]]++] = k->seen[i];
    return kinds;
}

/* ---- rows ---- */

/* Rows of items first: dealing them out by rank leaves each row in order. */
static void fill_lists(struct similar_data *d, const struct ranking *k,
                       uint32_t *next)
{
    uint32_t row = 0;

    for (uint32_t t = 0; t < d->items; t++) {
        next[t] = d->rows_from[t];
        k->count[d->name[t]] = t;
    }
    for (uint32_t i = 0; i < k->in->n; i++) {
        uint32_t from = k->in->from[i], to = k->in->from[i + 1];
        if (!takes_part(k, i))
            continue;
        for (uint32_t p = from; p < to; p++)
            d->rows[next[k->count[k->in->item[p]]]++] = row;
        d->row[row] = i;
        d->from[row + 1] = d->from[row] + to - from;
        row++;
    }
}

static void deal_rows(struct similar_data *d, uint32_t *next)
{
    for (uint32_t i = 0; i < d->n; i++)
        next[i] = d->from[i];
    for (uint32_t t = 0; t < d->items; t++) {
        for (uint32_t p = d->rows_from[t]; p < d->rows_from[t + 1]; p++)
            d->item[next[d->rows[p]]++] = t;
    }
}

static void offer(struct similar_data *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        uint32_t p = d->from[i], end = d->from[i + 1];
        while (p < end && similar_df(d, d->item[p]) < 2)
            p++;
        d->first[i] = p;
        d->last[i] = end - p > SIMILAR_OFFERED ? p + SIMILAR_OFFERED : end;
        for (p = d->last[i]; p < end; p++)
            d->rest[i] += d->w[d->item[p]];
    }
}

static bool open_items(struct similar_data *d, uint32_t kinds,
                       struct similar_memory *m)
{
    d->kind = similar_array(m, d->items, sizeof *d->kind);
    d->w = similar_array(m, d->items, sizeof *d->w);
    d->rows_from = similar_array(m, d->items + 1, sizeof *d->rows_from);
    d->weight = similar_array(m, kinds, sizeof *d->weight);
    return d->kind && d->w && d->rows_from && d->weight;
}

static bool open_rows(struct similar_data *d, struct similar_memory *m)
{
    d->from = similar_array(m, d->n + 1, sizeof *d->from);
    d->row = similar_array(m, d->n, sizeof *d->row);
    d->first = similar_array(m, d->n, sizeof *d->first);
    d->last = similar_array(m, d->n, sizeof *d->last);
    d->rest = similar_array(m, d->n, sizeof *d->rest);
    d->item = similar_array(m, d->entries, sizeof *d->item);
    d->rows = similar_array(m, d->entries, sizeof *d->rows);
    return d->from && d->row && d->first && d->last && d->rest && d->item &&
           d->rows;
}

static bool fill_factorials(struct similar_data *d, struct similar_memory *m)
{
    uint32_t most = d->n > d->most ? d->n : d->most;

    d->factorial = similar_array(m, most + 1, sizeof *d->factorial);
    if (!d->factorial)
        return false;
    for (uint32_t k = 1; k <= most; k++)
        d->factorial[k] = d->factorial[k - 1] + log2(k);
    return true;
}

static bool make(struct similar_data *d, struct ranking *k,
                 struct similar_memory *m)
{
    d->items = k->n;
    d->name = similar_array(m, k->n, sizeof *d->name);
    k->place = similar_array(m, k->most + 2, sizeof *k->place);
    uint32_t *next = similar_array(m, d->n > k->n ? d->n : k->n, sizeof *next);

    if (!d->name || !k->place || !next || !open_items(d, rank_items(d, k), m) ||
        !open_rows(d, m) || !fill_factorials(d, m) || !run_check(m->run))
        return false;
    fill_items(d, k);
    fill_lists(d, k, next);
    deal_rows(d, next);
    offer(d);
    return run_check(m->run);
}

bool similar_data_make(struct similar_data *d, const struct similar_rows *in,
                       const bool *out, uint32_t *count,
                       struct similar_memory *m)
{
    struct ranking k = {.in = in, .out = out, .count = count};
    double charge = d->charge;
    bool ok;

    *d = (struct similar_data){.charge = charge};
    count_rows(d, &k);
    d->log_n = log2(d->n ? d->n : 1);
    d->theta = d->log_n - 3;
    k.seen = similar_array(m, d->entries, sizeof *k.seen);
    if (!k.seen)
        return false;
    count_items(&k);
    ok = make(d, &k, m);
    for (uint32_t i = 0; i < k.n; i++)
        count[k.seen[i]] = 0;
    return ok;
}
