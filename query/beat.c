/* beat.c - tries every number of ticks; most are given up at the first times
 * that lie too far off to leave more bits than the best so far. Distances are
 * exact: they are kept in units of 1 / m ns. */
#include "query/beat.h"

#include <math.h>

#include "base/timestamp.h"

struct search {
    const int64_t *time;
    uint32_t n;
    int64_t span, step; /* step: q */
    struct beat *best;
};

static uint32_t drop_equal(int64_t *time, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (kept == 0 || time[kept - 1] != time[i])
            time[kept++] = time[i];
    }
    return kept;
}

static int64_t find_step(const int64_t *time, uint32_t n)
{
    int64_t step = TIMESTAMP_SECOND;

    for (uint32_t i = 0; i < n && step > 1; i++) {
        while (time[i] % step != 0)
            step /= 10;
    }
    return step;
}

static int64_t least_gap(const int64_t *time, uint32_t n)
{
    int64_t least = INT64_MAX;

    for (uint32_t i = 1; i < n; i++) {
        if (time[i] - time[i - 1] < least)
            least = time[i] - time[i - 1];
    }
    return least;
}

static double charge(const struct search *s, double m)
{
    return log2(m) + log2(m + 1) - log2(s->n - 1);
}

/* In units of 1 / m ns: the residual that leaves more bits than the best so
 * far; negative: none does. */
static double allowed(const struct search *s, double m)
{
    double need = (s->best->bits + charge(s, m)) / (s->n - 2);
    double period = (double)s->span;
    double most = (exp2(-need) * period - (double)s->step * m) / 2;

    return fmin(most, period / 4);
}

/* The worst residual of m ticks in units of 1 / m ns; negative: it is over
 * `most`, or two times fall on one tick. */
static __int128 worst(const struct search *s, int64_t m, double most)
{
    double per_ns = (double)m / (double)s->span;
    __int128 found = 0;
    int64_t last = 0;

    for (uint32_t i = 1; i + 1 < s->n; i++) {
        int64_t since = s->time[i] - s->time[0];
        int64_t tick = llround((double)since * per_ns);
        __int128 off = (__int128)since * m - (__int128)tick * s->span;
        off = off < 0 ? -off : off;
        if (tick <= last || tick >= m || (double)off > most)
            return -1;
        found = off > found ? off : found;
        last = tick;
    }
    return found;
}

static void try_ticks(struct search *s, int64_t m)
{
    double most = allowed(s, (double)m);
    __int128 off = most >= 0 ? worst(s, m, most) : -1;

    if (off < 0)
        return;
    double period = (double)s->span / (double)m;
    double residual = (double)off / (double)m;
    double bits =
        -(s->n - 2.0) * log2((2 * residual + (double)s->step) / period) -
        charge(s, (double)m);
    if (bits <= s->best->bits)
        return;
    s->best->found = true;
    s->best->period = period;
    s->best->residual = residual;
    s->best->bits = bits;
}

enum { CHECK_EVERY = 1 << 12 };

bool beat_find(int64_t *time, uint32_t n, struct run *r, struct beat *out)
{
    struct search s = {.time = time, .best = out};

    s.n = n = drop_equal(time, n);
    *out = (struct beat){.n = n, .first = n ? time[0] : 0};
    if (n < 3 || __builtin_sub_overflow(time[n - 1], time[0], &s.span))
        return true;
    s.step = find_step(time, n);
    /* Ticks nearer than half the least gap would hold two times. */
    int64_t from = s.span / least_gap(time, n) / 2;
    int64_t to = BEAT_TICKS_MAX * (int64_t)(n - 1);

    for (int64_t m = from > n - 1 ? from : n - 1; m <= to; m++) {
        try_ticks(&s, m);
        if (m % CHECK_EVERY == 0 && !run_check(r))
            return false;
    }
    return run_check(r);
}
