/* similar_pairs.c - pairs of rows that share more than chance explains. */
#include <stdlib.h>

#include "query/similar_parts.h"

bool similar_pairs_add(struct similar_finder *f, uint32_t a, uint32_t b,
                       double bits)
{
    struct similar_pairs *p = &f->pairs;
    void *list = p->pair;

    if (p->n == UINT32_MAX ||
        !vec_grow(&list, &p->cap, p->n + 1, sizeof *p->pair, f->run->budget)) {
        f->over = true;
        return false;
    }
    p->pair = list;
    p->pair[p->n++] = (struct similar_pair){a < b ? a : b, a < b ? b : a,
                                            (int32_t)similar_grains(bits)};
    return true;
}

/* The tail of `row`, which shares x with the items of `other`. */
static double tail_against(const struct similar_data *d, uint32_t row,
                           uint32_t other, double x)
{
    double expect[SIMILAR_POWERS];

    similar_expect(d, similar_degree(d, row), d->item + d->from[other],
                   similar_degree(d, other), expect);
    return similar_tail(expect, x);
}

bool similar_pairs_try(struct similar_finder *f, uint32_t a, uint32_t b)
{
    const struct similar_data *d = f->d;
    double x, tail, other;

    if (!similar_spend(&f->work, similar_degree(d, a) + similar_degree(d, b)))
        return false;
    x = similar_shared(d, a, b);
    if (x <= d->theta)
        return true;
    similar_spend(&f->work,
                  8 * ((uint64_t)similar_degree(d, a) + similar_degree(d, b)));
    tail = tail_against(d, a, b, x);
    if (tail <= d->theta)
        return true;
    other = tail_against(d, b, a, x);
    if (other <= d->theta)
        return true;
    return similar_pairs_add(f, a, b, tail < other ? tail : other);
}

/* The one of more bits first, where two are of the same rows. */
static int by_rows(const void *x, const void *y)
{
    const struct similar_pair *l = x, *r = y;

    if (l->a != r->a)
        return l->a < r->a ? -1 : 1;
    if (l->b != r->b)
        return l->b < r->b ? -1 : 1;
    return (l->bits < r->bits) - (l->bits > r->bits);
}

void similar_pairs_sort(struct similar_pairs *p)
{
    uint32_t n = 0;

    if (p->n == 0)
        return;
    qsort(p->pair, p->n, sizeof *p->pair, by_rows);
    for (uint32_t i = 1; i < p->n; i++) {
        if (p->pair[i].a != p->pair[n].a || p->pair[i].b != p->pair[n].b)
            p->pair[++n] = p->pair[i];
    }
    p->n = n + 1;
}
