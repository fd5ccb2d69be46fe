/* similar_slow.c - the definition of `similar`, sentence by sentence. */
#include "tests/similar_slow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static const double powers[] = {.1,   .2,  .35, .5,  .65, .8, 1,
                                1.25, 1.5, 2,   2.5, 3,   4,  6};
enum { POWERS = 14 };

/* ---- numbers ---- */

static uint32_t rows_of(const struct slow *s)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n; i++)
        n += !s->out[i];
    return n;
}

static uint32_t degree(const struct slow *s, uint32_t i)
{
    uint32_t d = 0;

    for (uint32_t t = 0; t < s->items; t++)
        d += s->has[i][t];
    return d;
}

static uint32_t df(const struct slow *s, uint32_t t)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n; i++)
        n += !s->out[i] && s->has[i][t];
    return n;
}

static uint32_t entries(const struct slow *s)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n; i++)
        n += s->out[i] ? 0 : degree(s, i);
    return n;
}

static double weight(const struct slow *s, uint32_t t)
{
    return log2(rows_of(s)) - log2(df(s, t));
}

static double binom(uint32_t n, uint32_t k)
{
    double bits = 0;

    for (uint32_t i = 1; i <= k; i++)
        bits += log2(n - k + i) - log2(i);
    return bits;
}

/* What does not change while groups are looked for. */
struct known {
    const struct slow *s;
    uint32_t n, e, d[SLOW_ROWS], df[SLOW_ITEMS], order[SLOW_ITEMS];
    double w[SLOW_ITEMS], theta, charge, alike;
};

static struct known know(const struct slow *s, double charge, double alike)
{
    struct known k = {.s = s,
                      .n = rows_of(s),
                      .e = entries(s),
                      .charge = charge,
                      .alike = alike};

    k.theta = log2(k.n) - 3;
    for (uint32_t i = 0; i < s->n; i++)
        k.d[i] = degree(s, i);
    for (uint32_t t = 0; t < s->items; t++) {
        uint32_t at = t;
        k.df[t] = df(s, t);
        k.w[t] = k.df[t] ? weight(s, t) : 0;
        for (; at > 0 && k.df[k.order[at - 1]] > k.df[t]; at--)
            k.order[at] = k.order[at - 1];
        k.order[at] = t;
    }
    return k;
}

/* s x - sum over C of log2(1 + q (2^(s w) - 1)) */
static double gain(const struct known *k, uint32_t i, const bool *core,
                   double s)
{
    double bits = 0;

    for (uint32_t t = 0; t < k->s->items; t++) {
        double q = fmin(1, (double)k->d[i] * k->df[t] / k->e);
        if (!core[t])
            continue;
        bits += k->s->has[i][t] ? s * k->w[t] : 0;
        bits -= log2(1 + q * (exp2(s * k->w[t]) - 1));
    }
    return bits;
}

static double tail(const struct known *k, uint32_t i, const bool *core)
{
    double most = -INFINITY;

    for (int p = 0; p < POWERS; p++)
        most = fmax(most, gain(k, i, core, powers[p]));
    return most;
}

static double bits_of(const struct known *k, const struct slow_group *g)
{
    double most = -INFINITY;

    for (int p = 0; p < POWERS; p++) {
        double sum = 0;
        for (uint32_t i = 0; i < k->s->n; i++) {
            if (g->member[i] && i != g->reference)
                sum += gain(k, i, g->core, powers[p]);
        }
        most = fmax(most, sum);
    }
    return most - log2(k->n) - binom(k->n - 1, g->size - 1) -
           log2((double)g->size * (g->size - 1)) - log2(k->d[g->reference]) -
           binom(k->d[g->reference], g->cores) - k->charge;
}

double slow_bits(const struct slow *s, const struct slow_group *g,
                 double charge)
{
    struct known k = know(s, charge, 0);

    return bits_of(&k, g);
}

static double jaccard(const struct known *k, uint32_t a, uint32_t b)
{
    double both = 0, any = 0;

    for (uint32_t t = 0; t < k->s->items; t++) {
        bool l = k->s->has[a][t], r = k->s->has[b][t];
        both += l && r ? k->w[t] : 0;
        any += l || r ? k->w[t] : 0;
    }
    return any > 0 ? both / any : 1;
}

double slow_jaccard(const struct slow *s, uint32_t a, uint32_t b)
{
    struct known k = know(s, 0, 0);

    return jaccard(&k, a, b);
}

/* ---- pairs ---- */

enum { NO_PAIR = INT32_MIN };

struct pairs {
    struct known k;
    bool offers[SLOW_ROWS][SLOW_ITEMS];
    bool crowd[SLOW_ROWS];
    int64_t bits[SLOW_ROWS][SLOW_ROWS]; /* in parts of 1024 */
};

static int64_t grains(double bits)
{
    return llrint(bits * 1024);
}

static void offer(struct pairs *p)
{
    for (uint32_t i = 0; i < p->k.s->n; i++) {
        uint32_t n = 0;
        for (uint32_t o = 0; o < p->k.s->items; o++) {
            uint32_t t = p->k.order[o];
            if (!p->k.s->out[i] && p->k.s->has[i][t] && p->k.df[t] >= 2 &&
                n++ < 32)
                p->offers[i][t] = true;
        }
    }
}

static void link_pair(struct pairs *p, uint32_t a, uint32_t b, double bits)
{
    if (grains(bits) > p->bits[a][b])
        p->bits[a][b] = p->bits[b][a] = grains(bits);
}

static void try_pair(struct pairs *p, uint32_t a, uint32_t b)
{
    const struct known *k = &p->k;
    double shared = 0;

    for (uint32_t t = 0; t < k->s->items; t++)
        shared += k->s->has[a][t] && k->s->has[b][t] ? k->w[t] : 0;
    if (shared <= k->theta)
        return;
    double l = tail(k, a, k->s->has[b]), r = tail(k, b, k->s->has[a]);
    if (l > k->theta && r > k->theta)
        link_pair(p, a, b, fmin(l, r));
}

/* Items of a row from place `from` of the order on that are in two rows. */
static double rest(const struct known *k, uint32_t i, uint32_t from)
{
    double x = 0;

    for (uint32_t o = from; o < k->s->items; o++) {
        uint32_t t = k->order[o];
        x += k->s->has[i][t] && k->df[t] >= 2 ? k->w[t] : 0;
    }
    return x;
}

/* Of the rows of the list: what at least half and at least 2 hold. */
static void common(const struct known *k, const bool *list, uint32_t n,
                   bool *out)
{
    for (uint32_t t = 0; t < k->s->items; t++) {
        uint32_t held = 0;
        for (uint32_t i = 0; i < k->s->n; i++)
            held += list[i] && k->s->has[i][t];
        out[t] = held >= 2 && 2 * held >= n;
    }
}

static uint32_t heaviest(const struct known *k, const bool *list,
                         const bool *items)
{
    uint32_t best = UINT32_MAX;
    int64_t most = 0;

    for (uint32_t i = 0; i < k->s->n; i++) {
        double x = 0;
        for (uint32_t t = 0; t < k->s->items; t++)
            x += items[t] && k->s->has[i][t] ? k->w[t] : 0;
        if (!list[i] || (best != UINT32_MAX &&
                         (grains(x) < most ||
                          (grains(x) == most && k->d[i] >= k->d[best]))))
            continue;
        best = i;
        most = grains(x);
    }
    return best;
}

static uint32_t count(const bool *list, uint32_t n)
{
    uint32_t some = 0;

    for (uint32_t i = 0; i < n; i++)
        some += list[i];
    return some;
}

/* A list longer than 64: is it a crowd? */
static bool star(struct pairs *p, const bool *list, const bool *key, double w)
{
    const struct known *k = &p->k;
    struct slow_group g = {0};
    bool half[SLOW_ITEMS];

    memcpy(g.member, list, sizeof g.member);
    memcpy(g.core, key, sizeof g.core);
    g.size = count(list, k->s->n);
    g.cores = count(key, k->s->items);
    common(k, list, g.size, half);
    g.reference = heaviest(k, list, half);
    bool crowd = bits_of(k, &g) > 0;
    for (uint32_t i = 0; i < k->s->n; i++) {
        if (!list[i])
            continue;
        if (crowd && i != g.reference)
            link_pair(p, g.reference, i, w);
        else if (i != g.reference && w >= k->theta)
            try_pair(p, g.reference, i);
        p->crowd[i] = p->crowd[i] || crowd;
    }
    return crowd;
}

/* The list of the rows that offer all of the key, of which the last stands at
 * place `at` of the order. */
static void search_list(struct pairs *p, const bool *from, bool *key, double w,
                        uint32_t at)
{
    const struct known *k = &p->k;
    bool list[SLOW_ROWS] = {false};
    uint32_t t = k->order[at], n;

    for (uint32_t i = 0; i < k->s->n; i++)
        list[i] = from[i] && p->offers[i][t] && !p->crowd[i] &&
                  w + rest(k, i, at) > k->theta;
    key[t] = true;
    w += k->w[t];
    n = count(list, k->s->n);
    for (uint32_t a = 0; n <= 64 && a < k->s->n; a++) {
        for (uint32_t b = a + 1; list[a] && b < k->s->n; b++) {
            if (list[b])
                try_pair(p, a, b);
        }
    }
    if (n > 64 && !star(p, list, key, w) && count(key, k->s->items) < 5) {
        for (uint32_t o = at + 1; o < k->s->items; o++)
            search_list(p, list, key, w, o);
    }
    key[t] = false;
}

static void find_pairs(struct pairs *p)
{
    bool all[SLOW_ROWS], key[SLOW_ITEMS] = {false};

    for (uint32_t i = 0; i < SLOW_ROWS; i++) {
        all[i] = true;
        for (uint32_t j = 0; j < SLOW_ROWS; j++)
            p->bits[i][j] = NO_PAIR;
    }
    offer(p);
    for (uint32_t o = 0; o < p->k.s->items; o++) {
        if (p->k.df[p->k.order[o]] >= 2)
            search_list(p, all, key, 0, o);
    }
}

/* ---- groups ---- */

struct choice {
    uint32_t row;
    int64_t tail;
};

static int by_tail(const void *x, const void *y)
{
    const struct choice *a = x, *b = y;

    if (a->tail != b->tail)
        return a->tail > b->tail ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Cuts the candidates where the bits are highest. */
static void cut(const struct known *k, const bool *list, struct slow_group *g)
{
    struct choice c[SLOW_ROWS];
    uint32_t n = 0;
    struct slow_group now = *g;

    for (uint32_t i = 0; i < k->s->n; i++) {
        if (list[i] && i != g->reference &&
            (k->alike == 0 || jaccard(k, i, g->reference) >= k->alike))
            c[n++] = (struct choice){i, grains(tail(k, i, g->core))};
    }
    qsort(c, n, sizeof *c, by_tail);
    memset(now.member, 0, sizeof now.member);
    now.member[g->reference] = true;
    g->bits = -INFINITY;
    g->size = 0;
    for (uint32_t i = 0; i < n; i++) {
        now.member[c[i].row] = true;
        now.size = i + 2;
        now.bits = bits_of(k, &now);
        if (now.bits > g->bits + 1e-6 || g->size == 0)
            *g = now;
    }
}

static bool set_core(const struct known *k, const bool *members,
                     struct slow_group *g, bool keep_reference)
{
    bool half[SLOW_ITEMS];

    common(k, members, count(members, k->s->n), half);
    if (!keep_reference)
        g->reference = heaviest(k, members, half);
    for (uint32_t t = 0; t < k->s->items; t++)
        g->core[t] = half[t] && k->s->has[g->reference][t];
    g->cores = count(g->core, k->s->items);
    return g->cores > 0;
}

static struct slow_group near_group(const struct known *k, const bool *near,
                                    const bool *list)
{
    struct slow_group best = {.bits = -INFINITY}, g = {0};
    bool members[SLOW_ROWS];

    memcpy(members, near, sizeof members);
    for (int round = 0; round < 4 && set_core(k, members, &g, false); round++) {
        cut(k, list, &g);
        if (g.size == 0)
            break;
        if (best.size == 0 || g.bits > best.bits + 1e-6)
            best = g;
        memcpy(members, g.member, sizeof members);
    }
    return best;
}

static void widen(const struct known *k, const bool *taken,
                  struct slow_group *best)
{
    for (int round = 0; round < 2; round++) {
        struct slow_group g = *best;
        bool list[SLOW_ROWS] = {false};
        if (!set_core(k, best->member, &g, true))
            return;
        for (uint32_t i = 0; i < k->s->n; i++) {
            list[i] = best->member[i];
            for (uint32_t t = 0; t < k->s->items; t++)
                list[i] = list[i] || (g.core[t] && k->s->has[i][t] &&
                                      !taken[i] && !k->s->out[i]);
        }
        cut(k, list, &g);
        if (g.bits <= best->bits + 1e-6)
            return;
        *best = g;
    }
}

static uint32_t next_hub(const struct pairs *p, const bool *tried)
{
    uint32_t best = UINT32_MAX;
    int64_t most = 0;

    for (uint32_t i = 0; i < p->k.s->n; i++) {
        int64_t sum = 0;
        bool any = false;
        for (uint32_t j = 0; j < p->k.s->n; j++) {
            any = any || p->bits[i][j] != NO_PAIR;
            sum += p->bits[i][j] != NO_PAIR ? p->bits[i][j] : 0;
        }
        if (tried[i] || !any || (best != UINT32_MAX && sum <= most))
            continue;
        best = i;
        most = sum;
    }
    return best;
}

static void neighbours(const struct pairs *p, uint32_t row, const bool *taken,
                       bool *list)
{
    for (uint32_t j = 0; j < p->k.s->n; j++)
        list[j] = list[j] || (p->bits[row][j] != NO_PAIR && !taken[j]);
}

static void set_jaccards(const struct known *k, struct slow_group *g)
{
    g->mean = 0;
    g->low = INFINITY;
    for (uint32_t i = 0; i < k->s->n; i++) {
        if (!g->member[i] || i == g->reference)
            continue;
        g->mean += jaccard(k, i, g->reference) / (g->size - 1);
        g->low = fmin(g->low, jaccard(k, i, g->reference));
    }
}

static void add_group(struct slow *s, const struct known *k,
                      struct slow_group *g)
{
    set_jaccards(k, g);
    assert_true(s->groups < SLOW_GROUPS);
    s->group[s->groups++] = *g;
}

static void find_groups(struct slow *s, const struct pairs *p)
{
    bool taken[SLOW_ROWS] = {false}, tried[SLOW_ROWS] = {false};
    uint32_t hub;

    while ((hub = next_hub(p, tried)) != UINT32_MAX) {
        bool near[SLOW_ROWS] = {false}, list[SLOW_ROWS];
        tried[hub] = true;
        if (taken[hub])
            continue;
        near[hub] = true;
        neighbours(p, hub, taken, near);
        memcpy(list, near, sizeof list);
        for (uint32_t i = 0; i < s->n; i++) {
            if (near[i] && i != hub)
                neighbours(p, i, taken, list);
        }
        struct slow_group g = near_group(&p->k, near, list);
        if (g.size >= 32 && g.bits >= 0)
            widen(&p->k, taken, &g);
        if (g.size < 2 || g.bits < 0)
            continue;
        add_group(s, &p->k, &g);
        for (uint32_t i = 0; i < s->n; i++)
            taken[i] = taken[i] || g.member[i];
    }
}

/* ---- by weighted Jaccard alone ---- */

static void find_alike(struct pairs *p)
{
    const struct slow *s = p->k.s;

    for (uint32_t i = 0; i < SLOW_ROWS; i++) {
        for (uint32_t j = 0; j < SLOW_ROWS; j++)
            p->bits[i][j] = NO_PAIR;
    }
    for (uint32_t a = 0; a < s->n; a++) {
        for (uint32_t b = a + 1; p->k.d[a] && b < s->n; b++) {
            double x = jaccard(&p->k, a, b);
            if (p->k.d[b] && x >= p->k.alike - 1e-9)
                link_pair(p, a, b, x);
        }
    }
}

static void find_stars(struct slow *s, const struct pairs *p)
{
    bool taken[SLOW_ROWS] = {false}, tried[SLOW_ROWS] = {false};
    uint32_t hub;

    while ((hub = next_hub(p, tried)) != UINT32_MAX) {
        struct slow_group g = {.reference = hub};
        tried[hub] = true;
        if (taken[hub])
            continue;
        g.member[hub] = true;
        neighbours(p, hub, taken, g.member);
        g.size = count(g.member, s->n);
        if (g.size < 2)
            continue;
        set_core(&p->k, g.member, &g, true);
        g.bits = bits_of(&p->k, &g);
        add_group(s, &p->k, &g);
        for (uint32_t i = 0; i < s->n; i++)
            taken[i] = taken[i] || g.member[i];
    }
}

/* ---- rounds ---- */

static bool take_crowds(struct slow *s, uint32_t from, uint32_t n)
{
    uint32_t kept = from;

    for (uint32_t g = from; g < s->groups; g++) {
        const struct slow_group *now = &s->group[g];
        if (now->bits < 7 || now->size <= 100 || 100 * now->size <= n)
            continue;
        for (uint32_t i = 0; i < s->n; i++)
            s->out[i] = s->out[i] || now->member[i];
        s->group[kept++] = *now;
    }
    if (kept == from)
        return false;
    s->groups = kept;
    return true;
}

void slow_search(struct slow *s, const struct similar_terms *t)
{
    struct pairs *p;

    for (uint32_t i = 0; i < s->n; i++)
        s->out[i] = degree(s, i) == 0;
    for (uint32_t repeat = 0; repeat <= 3; repeat++) {
        uint32_t from = s->groups;
        double charge = t->searches + (repeat ? repeat + 1 : 0);
        p = calloc(1, sizeof *p);
        assert_non_null(p);
        p->k = know(s, charge, t->alike);
        if (t->plain) {
            find_alike(p);
            find_stars(s, p);
        } else {
            find_pairs(p);
            find_groups(s, p);
        }
        uint32_t n = p->k.n;
        free(p);
        if (t->plain || repeat == 3 || !take_crowds(s, from, n))
            return;
    }
}
