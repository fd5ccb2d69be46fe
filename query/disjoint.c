/* disjoint.c - how much do rows of addresses overlap by chance? */
#include "query/disjoint.h"

#include <math.h>

enum { HALF_STEPS = 40 };

double disjoint_expected(const int64_t *size, uint32_t rows, double m)
{
    double total = 0, missed = 0; /* ln of the share that no row has */

    for (uint32_t i = 0; i < rows; i++) {
        total += (double)size[i];
        missed += log1p(-(double)size[i] / m);
    }
    return fmax(0, total + m * expm1(missed));
}

/* log2 of the bound for one z. */
static double bound(const int64_t *size, uint32_t rows, int64_t overlap,
                    double m, double z)
{
    double sum = overlap ? -(double)overlap * log(z) : 0;
    int64_t before = 0;

    for (uint32_t i = 1; i < rows; i++) {
        before += size[i - 1];
        int64_t taken =
            before - overlap > size[i - 1] ? before - overlap : size[i - 1];
        sum += (double)size[i] * log1p(-(1 - z) * (double)taken / m);
    }
    return sum / M_LN2;
}

double disjoint_bits(const int64_t *size, uint32_t rows, int64_t overlap,
                     double m)
{
    double best = 0;

    if (overlap == 0)
        return fmax(0, -bound(size, rows, 0, m, 0));
    for (int i = 1; i <= HALF_STEPS; i++)
        best = fmax(best, -bound(size, rows, overlap, m, exp2(-i / 2.0)));
    return best;
}

bool disjoint_enough(int64_t items, uint32_t rows, double m, double tried)
{
    if (rows < 2)
        return false;
    return (double)items >
           sqrt(2 * m * log(tried / DISJOINT_ALPHA) / (1 - 1.0 / rows));
}
