/* disjoint.h - have rows of addresses shared out a block between them, or would
 * chance leave as few of the addresses to several rows? */
#ifndef QUERY_DISJOINT_H
#define QUERY_DISJOINT_H

#include <stdbool.h>
#include <stdint.h>

/* By chance each row draws its size[i] addresses from the m of the block, each
 * set of that size as likely as any other, and by itself. Sizes ascend, and are
 * from 1 to m. The overlap is the sum of the sizes less the distinct addresses.
 */

/* The overlap to be expected by chance, exactly. */
double disjoint_expected(const int64_t *size, uint32_t rows, double m);

/* -log2 of a bound on the chance of an overlap of at most `overlap`; 0 or more.
 * With z in (0, 1], row i finds at least u(i) = max(size[0] + ... + size[i - 1]
 * - overlap, size[i - 1]) addresses taken, so the chance is at most the
 * product of (1 - (1 - z) u(i) / m)^size[i] / z^overlap (Hoeffding 1963 on
 * drawing without replacement); the best z of 1, 2^-1/2, 2^-1 ... 2^-20, and 0
 * where nothing overlaps. */
double disjoint_bits(const int64_t *size, uint32_t rows, int64_t overlap,
                     double m);

/* Is items > sqrt(2 m ln(tried / DISJOINT_ALPHA) / (1 - 1 / rows)): so many
 * that k rows of equal size would hardly ever be disjoint by chance? */
#define DISJOINT_ALPHA 0.01
bool disjoint_enough(int64_t items, uint32_t rows, double m, double tried);

#endif
