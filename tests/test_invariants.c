/* test_invariants.c - relations against slow counts over whole lists of
 * packets, what is planted is found, and how often chance makes a row. */
#include "query/invariants.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/random.h"
#include "tests/test.h"

enum { PACKETS = 90 };

static bool has(const struct invariants_packet *p, enum invariants_operand i)
{
    return p->has >> i & 1;
}

static uint32_t word(uint64_t *seed)
{
    return (uint32_t)random_below(seed, UINT64_C(1) << 32);
}

/* Packets of a few hosts; `few` values in each field, or any. */
static void draw(struct invariants_packet *p, uint64_t *seed, uint32_t few)
{
    uint32_t base = word(seed);

    for (int i = 0; i < PACKETS; i++) {
        p[i] = (struct invariants_packet){
            .has = (UINT64_C(1) << INVARIANTS_SYNPORT) - 1};
        for (int k = 0; k < INVARIANTS_SYNPORT; k++) {
            bool wide = k == INVARIANTS_SEQ || k == INVARIANTS_ACKNO ||
                        k >= INVARIANTS_SRC;
            uint32_t v = few ? (base + (uint32_t)random_below(seed, few)) * 9
                             : word(seed);
            p[i].value[k] = wide ? v : v & 0xffff;
            if (random_below(seed, 12) == 0)
                p[i].has &= ~(UINT64_C(1) << k), p[i].value[k] = 0;
        }
        p[i].value[INVARIANTS_FLAGS] = 2 << random_below(seed, 3);
        p[i].has |= UINT64_C(1) << INVARIANTS_FLAGS;
        p[i].src = random_below(seed, 40);
        p[i].flow = random_below(seed, few ? 70 : 1000000);
        invariants_derive(&p[i]);
    }
}

/* ---- slow ---- */

struct found {
    uint32_t n, judged, units;
    double bits;
};

static double slow_choose(uint32_t n, uint32_t k)
{
    double bits = 0;

    for (uint32_t i = n - k + 1; i <= n; i++)
        bits += log2(i);
    for (uint32_t i = 2; i <= k; i++)
        bits -= log2(i);
    return bits;
}

/* What packet i has to show for the relation, and its two names as a unit.
 * False: it is not asked. */
static bool show(const struct invariants_relation *r,
                 const struct invariants_packet *p, int i, uint32_t *value,
                 uint64_t unit[2])
{
    uint32_t a = p[i].value[r->a], b = p[i].value[r->b];
    uint64_t mask = (UINT64_C(1) << r->width) - 1;

    if (!has(&p[i], r->a) || !has(&p[i], r->b))
        return false;
    unit[0] = p[i].flow;
    unit[1] = r->a == INVARIANTS_SYNPORT ? p[i].src : p[i].flow;
    *value = a;
    if (r->a != r->b)
        unit[1] = p[i].flow;
    if (r->kind == INVARIANTS_EQUAL) {
        unit[0] = a;
        *value = ((a ^ b) & mask) == 0;
    } else if (r->a != r->b) {
        unit[0] = (uint64_t)a << 32 | b;
        *value =
            (uint32_t)((r->kind == INVARIANTS_MINUS ? a - b : a ^ b) & mask);
    } else if (r->kind == INVARIANTS_STEP) {
        int last = i - 1;
        while (last >= 0 && !has(&p[last], r->a))
            last--;
        unit[0] = unit[1] = a;
        *value = last < 0 ? 0 : a - p[last].value[r->a];
        return last >= 0 && *value != 0 && *value != 1 && *value != UINT32_MAX;
    }
    return true;
}

/* Support of `value`, and units in the order of packets, each new by both of
 * its names; 64 of them end the evidence. */
static struct found count(const struct invariants_relation *r,
                          const struct invariants_packet *p, uint32_t value)
{
    struct found f = {0};
    uint64_t taken[INVARIANTS_UNITS][2], unit[2];
    uint32_t judged = 0, shown;

    for (int i = 0; i < PACKETS; i++) {
        if (!show(r, p, i, &shown, unit))
            continue;
        judged++;
        if (shown != value)
            continue;
        f.n++;
        bool fresh = f.units < INVARIANTS_UNITS;
        for (uint32_t k = 0; k < f.units; k++)
            fresh = fresh && taken[k][0] != unit[0] && taken[k][1] != unit[1];
        if (!fresh)
            continue;
        memcpy(taken[f.units++], unit, sizeof unit);
        f.judged = judged;
    }
    uint32_t n = f.units == INVARIANTS_UNITS ? f.judged : judged;
    f.bits = r->bits * ((double)f.units - (r->kind != INVARIANTS_EQUAL)) -
             slow_choose(n, f.units) - log2(invariants_relation_count);
    f.judged = judged;
    return f;
}

static bool is_counted(const struct invariants_relation *r)
{
    return r->kind != INVARIANTS_BITS && r->kind != INVARIANTS_COUNTER;
}

static bool is_trivial(const struct invariants_relation *r, uint32_t value)
{
    uint32_t mask = UINT32_MAX >> (32 - r->width);

    if (r->kind == INVARIANTS_EQUAL)
        return value == 0;
    return (r->kind == INVARIANTS_MINUS || r->kind == INVARIANTS_XOR) &&
           (value <= 1 || value == mask);
}

/* Is the row that the relation's value should have among them? */
static uint32_t check_value(const struct invariants_relation *r,
                            const struct found *f, uint32_t value,
                            const struct invariants_row *row, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++) {
        if (row[i].relation != r ||
            (r->kind != INVARIANTS_EQUAL && row[i].value != value))
            continue;
        assert_int_equal(row[i].support, f->n);
        assert_int_equal(row[i].total, f->judged);
        assert_true(fabs(row[i].bits - f->bits) < 1e-6);
        return 1;
    }
    assert_true(f->bits < INVARIANTS_LEAST + 1e-6);
    return 0;
}

static uint32_t check_relation(const struct invariants_relation *r,
                               const struct invariants_packet *p,
                               const struct invariants_row *row, uint32_t rows)
{
    uint32_t seen[PACKETS], n = 0, value, found = 0;
    uint64_t unit[2];

    for (int i = 0; i < PACKETS; i++) {
        bool fresh = show(r, p, i, &value, unit) && !is_trivial(r, value);
        for (uint32_t k = 0; k < n; k++)
            fresh = fresh && seen[k] != value;
        if (!fresh)
            continue;
        seen[n++] = value;
        struct found f = count(r, p, value);
        found += check_value(r, &f, value, row, rows);
    }
    return found;
}

static uint32_t run(const struct invariants_packet *p,
                    struct invariants_row *row)
{
    struct invariants *t = invariants_open();
    uint32_t rows;

    for (int i = 0; i < PACKETS; i++)
        invariants_add(t, &p[i]);
    rows = invariants_rows(t, row);
    invariants_close(t);
    return rows;
}

/* With at most 32 values in a field none is ever given up. */
static void agrees_with_slow_counts(void **state)
{
    static struct invariants_row row[INVARIANTS_ROWS_MAX];
    static struct invariants_packet p[PACKETS];
    uint64_t seed = 51;
    uint32_t found = 0;

    (void)state;
    for (int round = 0; round < 60; round++) {
        uint32_t counted = 0, have = 0;
        draw(p, &seed, 2 + (uint32_t)random_below(&seed, 3));
        uint32_t rows = run(p, row);
        for (uint32_t i = 0; i < rows; i++)
            counted += is_counted(row[i].relation);
        for (uint32_t i = 0; i < invariants_relation_count; i++) {
            if (is_counted(&invariants_relations[i]))
                have += check_relation(&invariants_relations[i], p, row, rows);
        }
        assert_int_equal(have, counted);
        found += counted;
    }
    assert_true(found > 300);
}

/* ---- fixed bits, counters ---- */

static const struct invariants_row *find(const struct invariants_row *row,
                                         uint32_t rows,
                                         enum invariants_kind kind,
                                         enum invariants_operand a)
{
    for (uint32_t i = 0; i < rows; i++) {
        if (row[i].relation->kind == kind && row[i].relation->a == a)
            return &row[i];
    }
    return NULL;
}

static void finds_fixed_bits(void **state)
{
    static struct invariants_row row[INVARIANTS_ROWS_MAX];
    static struct invariants_packet p[PACKETS];
    uint64_t seed = 52;

    (void)state;
    for (int round = 0; round < 50; round++) {
        uint32_t mask = word(&seed), value = word(&seed);
        mask &= word(&seed);
        value &= mask;
        uint32_t ones = UINT32_MAX, zeros = UINT32_MAX;
        draw(p, &seed, 0);
        for (int i = 0; i < PACKETS; i++) {
            uint32_t seq = (word(&seed) & ~mask) | value;
            p[i].value[INVARIANTS_SEQ] = seq;
            invariants_derive(&p[i]);
            if (!has(&p[i], INVARIANTS_SEQ))
                continue;
            ones &= seq;
            zeros &= ~seq;
        }
        uint32_t rows = run(p, row);
        const struct invariants_row *r =
            find(row, rows, INVARIANTS_BITS, INVARIANTS_SEQ);
        assert_non_null(r);
        assert_int_equal(r->mask, ones | zeros);
        assert_int_equal(r->value, ones);
        assert_int_equal(r->support, r->total);
    }
}

static void finds_one_counter_behind_sources(void **state)
{
    static struct invariants_row row[INVARIANTS_ROWS_MAX];
    static struct invariants_packet p[PACKETS];
    uint64_t seed = 53;

    (void)state;
    draw(p, &seed, 0);
    for (int i = 0; i < PACKETS; i++) {
        p[i].value[INVARIANTS_IPID] = 65100u + 3 * (uint32_t)i;
        p[i].src = (uint64_t)i % 8;
        p[i].has |= UINT64_C(1) << INVARIANTS_IPID;
    }
    uint32_t rows = run(p, row);
    const struct invariants_row *r =
        find(row, rows, INVARIANTS_COUNTER, INVARIANTS_IPID);
    assert_non_null(r);
    assert_int_equal(r->support, 7);
    assert_int_equal(r->total, 7);
    assert_true(fabs(r->bits - 63 + log2(invariants_relation_count)) < 1e-6);
}

/* ---- many values ---- */

/* A value that one in 45 packets has is never lost among others. */
static void keeps_what_is_frequent(void **state)
{
    static struct invariants_row row[INVARIANTS_ROWS_MAX];
    struct invariants *t = invariants_open();
    struct invariants_packet p[PACKETS];
    uint64_t seed = 54;
    int64_t planted = 0;

    (void)state;
    for (int round = 0; round < 100; round++) {
        draw(p, &seed, 0);
        for (int i = 0; i < PACKETS; i++) {
            if (i % 45 == 7)
                p[i].value[INVARIANTS_ACKNO] = 674719802;
            if (i % 45 == 7)
                p[i].has |= UINT64_C(1) << INVARIANTS_ACKNO;
            planted += i % 45 == 7;
            invariants_add(t, &p[i]);
        }
    }
    uint32_t rows = invariants_rows(t, row);
    const struct invariants_row *r =
        find(row, rows, INVARIANTS_CONSTANT, INVARIANTS_ACKNO);
    assert_non_null(r);
    assert_int_equal(r->value, 674719802);
    assert_int_equal(r->support, planted);
    assert_true(r->bits > 1000);
    invariants_close(t);
}

static void keeps_its_word(void **state)
{
    enum { TRIES = 3000 };
    static struct invariants_row row[INVARIANTS_ROWS_MAX];
    static struct invariants_packet p[PACKETS];
    uint64_t seed = 55;
    uint32_t made = 0;
    double most = ldexp(TRIES, -INVARIANTS_LEAST);

    (void)state;
    for (int i = 0; i < TRIES; i++) {
        draw(p, &seed, 0);
        made += run(p, row) > 0;
    }
    assert_true(made <= most + 3 * sqrt(most));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_slow_counts),
        cmocka_unit_test(finds_fixed_bits),
        cmocka_unit_test(finds_one_counter_behind_sources),
        cmocka_unit_test(keeps_what_is_frequent),
        cmocka_unit_test(keeps_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
