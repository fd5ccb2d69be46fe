/* test_burst.c - sliding windows, against one that looks at all pairs of rows
 * of a key; what is freed, and what happens when memory is short. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/burst.h"
#include "tests/random.h"
#include "tests/test.h"

enum { VALUES_MAX = 64 };

struct row {
    int64_t time, key, value;
};

/* One burst, as both sides tell it; sum is that of its members. */
struct told {
    int64_t key, peak, first, last, n, members, sum;
};

struct asked {
    uint64_t seed;
    uint32_t rows, keys, values;
    int64_t step, within, least; /* times are 0 to below step apart */
    bool counts, sweeps;
};

static struct row *draw(const struct asked *a)
{
    struct row *r = memory_alloc(a->rows * sizeof *r);
    uint64_t seed = a->seed;
    int64_t now = 1000;

    for (uint32_t i = 0; i < a->rows; i++) {
        now += (int64_t)random_below(&seed, (uint64_t)a->step);
        r[i].time = now;
        r[i].key =
            (int64_t)random_below(&seed, random_below(&seed, a->keys) + 1);
        r[i].value = (int64_t)random_below(&seed, a->values);
    }
    return r;
}

/* ---- all pairs; r[0..n) are the rows of one key ---- */

static int64_t amount_of(const struct asked *a, const struct row *r, uint32_t i)
{
    bool seen[VALUES_MAX] = {false};
    int64_t rows = 0, values = 0;

    for (uint32_t k = 0; k <= i; k++) {
        if (r[k].time < r[i].time - a->within)
            continue;
        rows++;
        values += !seen[r[k].value];
        seen[r[k].value] = true;
    }
    return a->counts ? rows : values;
}

static void count_between(const struct asked *a, const struct row *r,
                          uint32_t n, int64_t start, struct told *t)
{
    bool seen[VALUES_MAX] = {false};

    t->first = INT64_MAX;
    for (uint32_t k = 0; k < n; k++) {
        if (r[k].time < start || r[k].time > t->last)
            continue;
        if (r[k].time < t->first)
            t->first = r[k].time;
        t->n++;
        if (!a->counts && !seen[r[k].value]) {
            t->members++;
            t->sum += r[k].value;
        }
        seen[r[k].value] = true;
    }
}

static uint32_t slow_key(const struct asked *a, const struct row *r, uint32_t n,
                         struct told *out)
{
    int64_t start = 0;
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++) {
        int64_t amount = amount_of(a, r, i);
        if (amount < a->least)
            continue;
        if (found == 0 || r[i].time - a->within > out[found - 1].last) {
            if (found > 0)
                count_between(a, r, n, start, &out[found - 1]);
            start = r[i].time - a->within;
            out[found++] = (struct told){.key = r[i].key};
        }
        out[found - 1].last = r[i].time;
        if (amount > out[found - 1].peak)
            out[found - 1].peak = amount;
    }
    if (found > 0)
        count_between(a, r, n, start, &out[found - 1]);
    return found;
}

static uint32_t slow(const struct asked *a, const struct row *r,
                     struct told *out)
{
    struct row *own = memory_alloc(a->rows * sizeof *own);
    uint32_t found = 0;

    for (uint32_t key = 0; key < a->keys; key++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < a->rows; i++) {
            if (r[i].key == key)
                own[n++] = r[i];
        }
        found += slow_key(a, own, n, out + found);
    }
    free(own);
    return found;
}

/* ---- windows ---- */

struct world {
    struct budget budget;
    struct err e;
    struct run run;
    struct burst_terms terms;
    struct burst burst;
};

static void world_open(struct world *w, const struct asked *a)
{
    memset(w, 0, sizeof *w);
    w->run = (struct run){.budget = &w->budget, .e = &w->e};
    w->terms = (struct burst_terms){.keys = 1,
                                    .values = a->counts ? 0 : 1,
                                    .key = {TYPE_INT},
                                    .value = {TYPE_INT},
                                    .least = a->least,
                                    .within = a->within,
                                    .sweeps = a->sweeps};
    w->terms.members =
        (struct vtype){.type = TYPE_SET, .members = 1, .member = {TYPE_INT}};
    burst_open(&w->burst, &w->terms, &w->run);
}

/* In batches of 1 to `most` rows. */
static bool feed(struct world *w, const struct asked *a, const struct row *r,
                 uint32_t most)
{
    int64_t time[BATCH_ROWS], key[BATCH_ROWS], value[BATCH_ROWS];
    struct column c[3] = {{.i = time}, {.i = key}, {.i = value}};
    uint64_t seed = a->seed;
    struct sel rows;

    for (uint32_t at = 0; at < a->rows; at += rows.n) {
        uint32_t n = (uint32_t)random_below(&seed, most) + 1;
        rows.n = n < a->rows - at ? n : a->rows - at;
        for (uint32_t k = 0; k < rows.n; k++) {
            rows.row[k] = (uint16_t)k;
            time[k] = r[at + k].time;
            key[k] = r[at + k].key;
            value[k] = r[at + k].value;
        }
        struct burst_in in = {&c[1], &c[2], &c[0], &rows};
        if (!burst_add(&w->burst, &in))
            return false;
    }
    return burst_finish(&w->burst);
}

static int by_key_then_first(const void *x, const void *y)
{
    const struct told *a = x, *b = y;

    if (a->key != b->key)
        return (a->key > b->key) - (a->key < b->key);
    return (a->first > b->first) - (a->first < b->first);
}

static uint32_t tell(const struct burst *b, struct told *out)
{
    for (uint32_t i = 0; i < b->rows; i++) {
        const struct burst_row *r = &b->row[i];
        out[i] = (struct told){.key = b->found.key[0].i[r->key],
                               .peak = r->peak,
                               .first = r->first,
                               .last = r->last,
                               .n = r->n};
        for (uint32_t m = 0; r->members && m < r->members->n; m++) {
            out[i].members++;
            out[i].sum += r->members->member[m].i;
            assert_true(m == 0 ||
                        r->members->member[m].i > r->members->member[m - 1].i);
        }
    }
    qsort(out, b->rows, sizeof *out, by_key_then_first);
    return b->rows;
}

/* Returns how many bursts there were. */
static uint32_t both_agree(const struct asked *a, uint32_t most)
{
    struct row *r = draw(a);
    struct told *fast = memory_zeroed(a->rows, sizeof *fast);
    struct told *truth = memory_zeroed(a->rows, sizeof *truth);
    struct world w;

    world_open(&w, a);
    assert_true(feed(&w, a, r, most));
    uint32_t n = tell(&w.burst, fast);
    assert_int_equal(n, slow(a, r, truth));
    assert_memory_equal(fast, truth, n * sizeof *fast);
    burst_close(&w.burst);
    assert_int_equal(w.budget.used, 0);
    free(truth);
    free(fast);
    free(r);
    return n;
}

static void windows_are_those_of_all_pairs(void **state)
{
    uint32_t bursts = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct asked a = {.seed = seed,
                          .rows = 300,
                          .keys = 1 + (uint32_t)(seed % 5),
                          .values = 1 + (uint32_t)(seed * 7 % 20),
                          .step = 1 + (int64_t)(seed % 4) * 3,
                          .within = (int64_t)(seed * 13 % 60),
                          .least = 1 + (int64_t)(seed % 9),
                          .counts = seed % 3 == 0,
                          .sweeps = seed % 2 == 0};
        bursts += both_agree(&a, seed % 4 ? 3 : 300);
    }
    assert_true(bursts > 1000);
}

static void sweeps_change_nothing(void **state)
{
    struct asked a = {.seed = 5,
                      .rows = 120000,
                      .keys = 400,
                      .values = 40,
                      .step = 3,
                      .within = 2000,
                      .least = 20,
                      .sweeps = true};

    (void)state;
    assert_true(both_agree(&a, BATCH_ROWS) > 100);
    a.counts = true;
    a.within = 100;
    a.least = 5;
    assert_true(both_agree(&a, BATCH_ROWS) > 100);
}

static size_t peak_of(const struct asked *a)
{
    struct row *r = draw(a);
    struct world w;

    world_open(&w, a);
    assert_true(feed(&w, a, r, BATCH_ROWS));
    burst_close(&w.burst);
    free(r);
    return w.budget.peak;
}

/* A source that is never seen again costs nothing once its window is over. */
static void idle_keys_are_freed(void **state)
{
    struct asked a = {.seed = 9,
                      .rows = 400000,
                      .keys = 1u << 30,
                      .values = 20,
                      .step = 3,
                      .within = 1000,
                      .least = 2};

    (void)state;
    size_t all = peak_of(&a);
    a.sweeps = true;
    size_t some = peak_of(&a);
    assert_true(some < 12u << 20);
    assert_true(all > 8 * some);
}

static void times_of_a_key_that_step_back_are_an_error(void **state)
{
    struct asked a = {.rows = 4, .within = 10, .least = 3};
    struct row one[] = {
        {5, 1, 1},
        {4, 2, 1},
        {5, 1, 2},
        {4, 2, 2}
    };
    struct row two[] = {
        {5, 1, 1},
        {6, 2, 1},
        {6, 2, 2},
        {5, 2, 2}
    };
    struct world w;

    (void)state;
    world_open(&w, &a);
    assert_true(feed(&w, &a, one, 4));
    burst_close(&w.burst);
    world_open(&w, &a);
    assert_false(feed(&w, &a, two, 4));
    assert_string_equal(w.e.text,
                        "the rows of a key do not come in the order of `time`");
    burst_close(&w.burst);
    assert_int_equal(w.budget.used, 0);
}

static void the_ends_of_time_are_times(void **state)
{
    struct asked a = {.rows = 3, .within = INT64_MAX, .least = 2};
    struct row r[] = {
        {INT64_MIN, 1, 1},
        {INT64_MIN, 1, 2},
        {INT64_MAX, 1, 3}
    };
    struct world w;

    (void)state;
    world_open(&w, &a);
    assert_true(feed(&w, &a, r, 3));
    assert_int_equal(w.burst.rows, 1);
    assert_int_equal(w.burst.row[0].first, INT64_MIN);
    assert_int_equal(w.burst.row[0].last, INT64_MIN);
    assert_int_equal(w.burst.row[0].n, 2);
    burst_close(&w.burst);
}

static void short_memory_ends_it_wherever_it_shows(void **state)
{
    struct asked a = {.seed = 3,
                      .rows = 30000,
                      .keys = 3000,
                      .values = 30,
                      .step = 3,
                      .within = 2000,
                      .least = 5,
                      .sweeps = true};
    struct row *r = draw(&a);
    uint32_t failed = 0;
    bool ok = false;

    (void)state;
    for (size_t limit = 1000; !ok; limit += limit / 8) {
        struct world w;
        world_open(&w, &a);
        w.budget.limit = limit;
        ok = feed(&w, &a, r, BATCH_ROWS);
        failed += !ok;
        burst_close(&w.burst);
        assert_int_equal(w.budget.used, 0);
        assert_true(w.budget.peak <= limit + limit / 4);
    }
    assert_true(failed > 20);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_those_of_all_pairs),
        cmocka_unit_test(sweeps_change_nothing),
        cmocka_unit_test(idle_keys_are_freed),
        cmocka_unit_test(times_of_a_key_that_step_back_are_an_error),
        cmocka_unit_test(the_ends_of_time_are_times),
        cmocka_unit_test(short_memory_ends_it_wherever_it_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
