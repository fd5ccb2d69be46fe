/* similar_bits.c - how unlikely shared items are: a Chernoff bound on the sum
 * of their weights, less what it costs to have chosen among so many groups. */
#include <math.h>

#include "query/similar_parts.h"

/* Products of factors below 2^192 (s w is at most 6 * 32) stay finite. */
#define PRODUCT_MOST 1e200

void similar_expect(const struct similar_data *d, uint32_t degree,
                    const uint32_t *item, uint32_t n, double f[SIMILAR_POWERS])
{
    double product[SIMILAR_POWERS];

    for (int s = 0; s < SIMILAR_POWERS; s++) {
        f[s] = 0;
        product[s] = 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct similar_weight *t = &d->weight[d->kind[item[i]]];
        double q = (double)degree * t->df / d->entries;
        if (q > 1)
            q = 1;
        for (int s = 0; s < SIMILAR_POWERS; s++)
            product[s] *= 1 + q * t->gain[s];
        for (int s = 0; s < SIMILAR_POWERS; s++) {
            if (product[s] < PRODUCT_MOST)
                continue;
            f[s] += log2(product[s]);
            product[s] = 1;
        }
    }
    for (int s = 0; s < SIMILAR_POWERS; s++)
        f[s] += log2(product[s]);
}

double similar_tail(const double f[SIMILAR_POWERS], double x)
{
    double most = similar_power[0] * x - f[0];

    for (int s = 1; s < SIMILAR_POWERS; s++) {
        double bits = similar_power[s] * x - f[s];
        if (bits > most)
            most = bits;
    }
    return most;
}

static double choices(const struct similar_data *d, uint32_t n, uint32_t k)
{
    return d->factorial[n] - d->factorial[k] - d->factorial[n - k];
}

double similar_charge(const struct similar_data *d, uint32_t k, uint32_t degree,
                      uint32_t cores)
{
    return d->log_n + choices(d, d->n - 1, k - 1) + log2((double)k * (k - 1)) +
           log2(degree) + choices(d, degree, cores) + d->charge;
}

double similar_shared(const struct similar_data *d, uint32_t a, uint32_t b)
{
    uint32_t i = d->first[a], j = d->first[b];
    double x = 0;

    while (i < d->from[a + 1] && j < d->from[b + 1]) {
        uint32_t l = d->item[i], r = d->item[j];
        if (l == r)
            x += d->w[l];
        i += l <= r;
        j += r <= l;
    }
    return x;
}

static double weight_of(const struct similar_data *d, uint32_t row)
{
    double w = 0;

    for (uint32_t p = d->from[row]; p < d->from[row + 1]; p++)
        w += d->w[d->item[p]];
    return w;
}

double similar_jaccard(const struct similar_data *d, uint32_t a, uint32_t b)
{
    double shared = similar_shared(d, a, b);
    double both = weight_of(d, a) + weight_of(d, b) - shared;

    /* Items that all rows hold weigh nothing: such rows are equal. */
    return both > 0 ? shared / both : 1;
}
