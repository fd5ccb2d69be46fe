/* test_beat.c - beats against every number of ticks tried in full, the traces
 * of a note of 1998, and how often chance reaches a number of bits. */
#include "query/beat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "tests/random.h"
#include "tests/test.h"

static struct beat find(const int64_t *time, uint32_t n)
{
    struct err e = {.code = ERR_NONE};
    struct run r = {.e = &e};
    struct beat out;
    int64_t copy[256];

    assert_true(n <= 256);
    memcpy(copy, time, n * sizeof *time);
    assert_true(beat_find(copy, n, &r, &out));
    return out;
}

/* Each m, each time, by the definition; times are different. */
static struct beat slow(const int64_t *t, uint32_t n, int64_t step)
{
    struct beat best = {.n = n};
    int64_t most = BEAT_TICKS_MAX * (int64_t)(n - 1);

    for (int64_t m = n - 1; m <= most; m++) {
        long double period = (long double)(t[n - 1] - t[0]) / m, worst = 0;
        int64_t last = 0;
        bool apart = true;
        for (uint32_t i = 1; i < n; i++) {
            int64_t k = llroundl((t[i] - t[0]) / period);
            worst = fmaxl(worst, fabsl((t[i] - t[0]) - k * period));
            apart = apart && k > last;
            last = k;
        }
        long double bits =
            -(long double)(n - 2) * log2l((2 * worst + step) / period) -
            log2l((long double)m * (m + 1) / (n - 1));
        if (!apart || worst > period / 4 || bits <= best.bits)
            continue;
        best = (struct beat){true,          n,           t[0], (double)period,
                             (double)worst, (double)bits};
    }
    return best;
}

static int by_time(const void *a, const void *b)
{
    int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;

    return (l > r) - (l < r);
}

/* n different times, on a beat with ticks left out and some noise, or by
 * chance. */
static uint32_t draw(int64_t *t, uint64_t *seed, bool planted, int64_t step)
{
    uint32_t n = 3 + (uint32_t)random_below(seed, 20), kept = 0;
    int64_t period = (int64_t)(1000 + random_below(seed, 100000)) * step;
    int64_t start = (int64_t)random_below(seed, 1000000000) * step;

    for (uint32_t i = 0; i < n; i++) {
        start += period * (1 + (int64_t)random_below(seed, 4));
        t[i] = planted ? start + (int64_t)random_below(seed, 40) * step
                       : (int64_t)random_below(seed, 4000000) * step;
    }
    qsort(t, n, sizeof *t, by_time);
    for (uint32_t i = 0; i < n; i++) {
        if (kept == 0 || t[i] != t[kept - 1])
            t[kept++] = t[i];
    }
    return kept;
}

static void agrees_with_the_definition(void **state)
{
    uint64_t seed = 31;
    uint32_t found = 0;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        /* A multiple of 1 us that is none of 10 us is among them. */
        int64_t t[32], step = 1000;
        uint32_t n = draw(t, &seed, i % 3 != 0, step);
        t[0] -= t[0] % 10000 ? 0 : 3000;
        struct beat fast = find(t, n), want = slow(t, n, step);
        assert_int_equal(fast.found, want.found);
        found += fast.found;
        if (!fast.found)
            continue;
        assert_true(fabs(fast.bits - want.bits) < 1e-6);
        assert_true(fabs(fast.period - want.period) < 1e-3);
        assert_true(fabs(fast.residual - want.residual) < 1e-3);
    }
    assert_true(found > 1000 && found < 3000);
}

static void keeps_its_word(void **state)
{
    enum { TRIES = 20000, NBITS = 8 };
    uint64_t seed = 32;
    uint32_t reached[NBITS] = {0};

    (void)state;
    for (int i = 0; i < TRIES; i++) {
        int64_t t[8];
        uint32_t n = 3 + (uint32_t)random_below(&seed, 6);
        for (uint32_t k = 0; k < n; k++)
            t[k] = (int64_t)random_below(&seed, 100000000) * 1000 + 1;
        qsort(t, n, sizeof *t, by_time);
        double bits = find(t, n).bits;
        for (int b = 0; b < NBITS; b++)
            reached[b] += bits >= b + 1;
    }
    for (int b = 0; b < NBITS; b++) {
        double most = ldexp(TRIES, -b - 1);
        assert_true(reached[b] <= most + 3 * sqrt(most));
    }
}

static int64_t at(int hour, int minute, double second)
{
    return (hour * 3600 + minute * 60) * TIMESTAMP_SECOND +
           llround(second * 1e6) * 1000;
}

static void finds_the_beats_of_1998(void **state)
{
    const int64_t slow_one[] = {at(6, 12, 33.282195), at(6, 34, 18.663344),
                                at(6, 56, 4.045981),  at(7, 17, 49.443476),
                                at(7, 39, 34.811723), at(8, 1, 20.227869),
                                at(8, 23, 5.643730),  at(8, 44, 50.962887)};
    /* Ticks 2, 3 and 4 of six are missing. */
    const int64_t gaps[] = {at(6, 21, 38.677266), at(6, 43, 24.079835),
                            at(8, 10, 25.907162), at(8, 32, 11.129991)};
    const int64_t quick[] = {at(6, 0, 6.556853),  at(6, 0, 11.681430),
                             at(6, 0, 16.796096), at(6, 0, 21.918547),
                             at(6, 0, 27.038290), at(6, 0, 32.158748),
                             at(6, 0, 37.291499), at(6, 0, 42.395105),
                             at(6, 0, 47.542147), at(6, 0, 52.634943)};
    struct beat b = find(slow_one, 8);

    (void)state;
    assert_true(fabs(b.period - 1305.39e9) < 0.02e9);
    assert_true(b.residual < 0.1e9);
    assert_true(b.bits > 70);
    b = find(gaps, 4);
    assert_true(fabs(b.period - 1305.41e9) < 0.02e9);
    assert_true(b.bits > 15);
    b = find(quick, 10);
    assert_true(fabs(b.period - 5.12e9) < 0.005e9);
    assert_true(b.bits > 30);
}

/* Whole seconds are no proof of a beat of whole seconds. */
static void coarse_times_are_no_beat(void **state)
{
    uint64_t seed = 33;
    uint32_t found = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t t[12];
        for (int k = 0; k < 12; k++)
            t[k] = (int64_t)random_below(&seed, 300) * TIMESTAMP_SECOND;
        qsort(t, 12, sizeof *t, by_time);
        found += find(t, 12).bits >= 3;
    }
    assert_true(found < 125);
}

static void needs_three_times(void **state)
{
    const int64_t two[] = {1, 1, 1000, 1000};

    (void)state;
    assert_false(find(two, 0).found);
    assert_false(find(two, 4).found);
    assert_int_equal(find(two, 4).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(keeps_its_word),
        cmocka_unit_test(finds_the_beats_of_1998),
        cmocka_unit_test(coarse_times_are_no_beat),
        cmocka_unit_test(needs_three_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
