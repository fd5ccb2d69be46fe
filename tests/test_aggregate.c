/* test_aggregate.c - aggregates over columns made by hand: what whole queries
 * over packets cannot reach. */
#include <stdlib.h>
#include <string.h>

#include "query/aggregate.h"
#include "tests/random.h"
#include "tests/test.h"

enum { ROWS = 1000, GROUPS = 7 };

/* Rows with the columns i (int), r (real), t (time) and a (addr), of which some
 * values are absent, in random groups. */
struct rig {
    struct arena arena, tmp;
    struct strtab text;
    struct budget budget;
    struct err e;
    struct run run;
    struct scope scope;
    struct columns columns;
    struct stage_bind bind;
    struct stage stage;
    struct batch batch;
    struct column column[4];
    bool loaded[4];
    int64_t i[ROWS], t[ROWS];
    double r[ROWS];
    struct addr a[ROWS];
    uint64_t absent[BATCH_WORDS];
    uint32_t group[ROWS];
};

static struct column_def names[] = {
    {.name = "i", .type = {.type = TYPE_INT} },
    {.name = "r", .type = {.type = TYPE_REAL}},
    {.name = "t", .type = {.type = TYPE_TIME}},
    {.name = "a", .type = {.type = TYPE_ADDR}}
};

static struct rig *rig_open(void)
{
    struct rig *g = calloc(1, sizeof *g);
    uint64_t seed = 5;

    assert_non_null(g);
    g->columns = (struct columns){.n = 4, .col = names};
    g->scope = (struct scope){.arena = &g->arena, .text = &g->text};
    g->bind = (struct stage_bind){
        .scope = &g->scope, .source = "", .in = &g->columns};
    g->run = (struct run){
        .arena = &g->arena, .text = &g->text, .budget = &g->budget, .e = &g->e};
    g->run.eval =
        (struct expr_eval){.tmp = &g->tmp, .text = &g->text, .e = &g->e};
    for (uint32_t k = 0; k < ROWS; k++) {
        g->i[k] = (int64_t)random_below(&seed, 100) - 50;
        g->t[k] = (int64_t)random_next(&seed) / 4;
        g->r[k] = (double)random_below(&seed, 64) / 4;
        g->a[k] = addr_from_v4((uint32_t)random_below(&seed, 9));
        g->group[k] = (uint32_t)random_below(&seed, GROUPS);
        if (random_below(&seed, 4) == 0)
            g->absent[k / 64] |= UINT64_C(1) << (k % 64);
    }
    g->column[0] = (struct column){.i = g->i, .absent = g->absent};
    g->column[1] = (struct column){.r = g->r, .absent = g->absent};
    g->column[2] = (struct column){.i = g->t, .absent = g->absent};
    g->column[3] = (struct column){.a = g->a, .absent = g->absent};
    memset(g->loaded, true, sizeof g->loaded);
    g->batch = (struct batch){.rows = ROWS,
                              .cols = 4,
                              .col = g->column,
                              .loaded = g->loaded,
                              .e = &g->e};
    batch_select_all(&g->batch);
    return g;
}

static void rig_close(struct rig *g)
{
    arena_free(&g->arena);
    arena_free(&g->tmp);
    strtab_free(&g->text);
    assert_int_equal(g->budget.used, 0);
    free(g);
}

static bool is_absent(const struct rig *g, uint32_t k)
{
    return g->absent[k / 64] >> (k % 64) & 1;
}

/* Runs `name(column)`; out gets the results of all groups. */
static bool aggregate(struct rig *g, const char *name, const char *column,
                      struct vec *out)
{
    struct ast percent = {.kind = AST_NUM, .number = 90};
    struct ast arg = {.kind = AST_NAME,
                      .text = column,
                      .next = strcmp(name, "pct") == 0 ? &percent : NULL};
    struct ast call = {.kind = AST_CALL, .text = name, .arg = &arg};
    struct aggregate_rows in = {&g->batch, &g->batch.sel, g->group, GROUPS};
    uint32_t id[GROUPS] = {0, 1, 2, 3, 4, 5, 6};
    struct aggregate_call c;
    struct aggregate_state s;
    bool ok;

    assert_true(aggregate_bind(&g->bind, &g->stage, &call, &c, &g->e));
    for (uint32_t i = 0; i < g->stage.exprs; i++)
        assert_true(expr_resolve(g->stage.expr[i], &g->scope, &g->e));
    aggregate_open(&s, &c, &g->run, false);
    ok = aggregate_update(&s, &in) && aggregate_finish(&s, GROUPS);
    *out = (struct vec){.lane = schema_types[c.type.type].lane};
    if (ok) {
        struct budget none = {0};
        assert_true(vec_reserve(out, GROUPS, &none));
        out->absent = calloc(BATCH_WORDS, sizeof *out->absent);
        aggregate_result(&s, id, GROUPS, out);
    }
    aggregate_close(&s);
    return ok && g->e.code == ERR_NONE;
}

static void drop(struct vec *v)
{
    struct budget none = {0};

    vec_free(v, &none);
}

static void adds_beyond_64_bits_on_the_way(void **state)
{
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    memset(g->absent, 0, sizeof g->absent);
    for (uint32_t k = 0; k < ROWS; k++) {
        g->group[k] = k % 2;
        g->i[k] = k < ROWS / 2 ? INT64_MAX - k : -(INT64_MAX - (k - ROWS / 2));
    }
    assert_true(aggregate(g, "sum", "i", &out));
    assert_int_equal(out.i[0], 0);
    assert_int_equal(out.i[1], 0);
    assert_true(vec_absent(&out, 2));
    drop(&out);
    assert_true(aggregate(g, "avg", "i", &out));
    assert_true(out.r[0] == 0);
    drop(&out);
    rig_close(g);
}

static void a_sum_over_64_bits_is_an_error(void **state)
{
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    g->i[0] = g->i[1] = INT64_MAX;
    g->group[0] = g->group[1] = 3;
    g->absent[0] = 0;
    assert_false(aggregate(g, "sum", "i", &out));
    assert_int_equal(g->e.code, ERR_QUERY);
    assert_non_null(strstr(g->e.text, "does not fit in 64 bits"));
    drop(&out);
    rig_close(g);
}

static void averages_are_exact_sums_divided(void **state)
{
    struct rig *g = rig_open();
    int64_t sum[GROUPS] = {0}, n[GROUPS] = {0};
    double real[GROUPS] = {0};
    struct vec out;

    (void)state;
    for (uint32_t k = 0; k < ROWS; k++) {
        if (is_absent(g, k))
            continue;
        sum[g->group[k]] += g->i[k];
        real[g->group[k]] += g->r[k];
        n[g->group[k]]++;
    }
    assert_true(aggregate(g, "avg", "i", &out));
    for (uint32_t k = 0; k < GROUPS; k++)
        assert_true(out.r[k] == (double)sum[k] / (double)n[k]);
    drop(&out);
    assert_true(aggregate(g, "sum", "r", &out));
    for (uint32_t k = 0; k < GROUPS; k++)
        assert_true(out.r[k] == real[k]);
    drop(&out);
    rig_close(g);
}

static void finds_extremes_and_ends(void **state)
{
    static const char *const kind[] = {"min", "max", "first", "last"};
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    for (uint32_t m = 0; m < 4; m++) {
        int64_t want[GROUPS] = {0};
        bool has[GROUPS] = {false};
        for (uint32_t k = 0; k < ROWS; k++) {
            uint32_t at = g->group[k];
            if (is_absent(g, k))
                continue;
            if (!has[at] || m == 3 || (m == 0 && g->t[k] < want[at]) ||
                (m == 1 && g->t[k] > want[at]))
                want[at] = g->t[k];
            has[at] = true;
        }
        assert_true(aggregate(g, kind[m], "t", &out));
        for (uint32_t k = 0; k < GROUPS; k++)
            assert_true(out.i[k] == want[k]);
        drop(&out);
    }
    rig_close(g);
}

static void a_span_over_64_bits_is_an_error(void **state)
{
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    g->t[0] = INT64_MIN;
    g->t[1] = INT64_MAX;
    g->group[0] = g->group[1] = 1;
    g->absent[0] = 0;
    assert_false(aggregate(g, "span", "t", &out));
    assert_int_equal(g->e.code, ERR_QUERY);
    drop(&out);
    rig_close(g);
}

static void sets_and_counts_of_distinct_values_agree(void **state)
{
    struct rig *g = rig_open();
    struct vec set, count;

    (void)state;
    assert_true(aggregate(g, "distinct", "a", &count));
    assert_true(aggregate(g, "set", "a", &set));
    for (uint32_t k = 0; k < GROUPS; k++) {
        const struct set *s = set.set[k];
        assert_int_equal(s->n, count.i[k]);
        for (uint32_t m = 1; m < s->n; m++)
            assert_true(addr_cmp(s->member[m - 1].a, s->member[m].a) < 0);
    }
    drop(&count);
    drop(&set);
    rig_close(g);
}

static int by_value(const void *a, const void *b)
{
    int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;

    return (l > r) - (l < r);
}

/* The values of a group, sorted. */
static uint32_t values_of(const struct rig *g, const int64_t *column,
                          uint32_t group, int64_t *out)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < ROWS; k++) {
        if (g->group[k] == group && !is_absent(g, k))
            out[n++] = column[k];
    }
    qsort(out, n, sizeof *out, by_value);
    return n;
}

static void percentiles_are_of_the_nearest_rank(void **state)
{
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    assert_true(aggregate(g, "pct", "i", &out));
    for (uint32_t k = 0; k < GROUPS; k++) {
        int64_t v[ROWS];
        uint32_t n = values_of(g, g->i, k, v), rank = 0;
        while (rank * 100 < 90 * n)
            rank++;
        assert_int_equal(out.i[k], v[rank - 1]);
    }
    drop(&out);
    assert_true(aggregate(g, "pct", "r", &out));
    for (uint32_t k = 0; k < GROUPS; k++) {
        uint32_t n = 0, below = 0, within = 0;
        for (uint32_t i = 0; i < ROWS; i++) {
            bool in = g->group[i] == k && !is_absent(g, i);
            n += in;
            below += in && g->r[i] < out.r[k];
            within += in && g->r[i] <= out.r[k];
        }
        assert_true(below * 10 < n * 9 && within * 10 >= n * 9);
    }
    drop(&out);
    rig_close(g);
}

static int64_t median_of(int64_t *v, uint32_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return v[n % 2 ? n / 2 : n / 2 - 1];
}

static void pace_and_jitter_are_medians_of_gaps(void **state)
{
    struct rig *g = rig_open();
    struct vec pace, jitter;

    (void)state;
    assert_true(aggregate(g, "pace", "t", &pace));
    assert_true(aggregate(g, "jitter", "t", &jitter));
    for (uint32_t k = 0; k < GROUPS; k++) {
        int64_t v[ROWS], gap[ROWS], off[ROWS];
        uint32_t n = values_of(g, g->t, k, v);
        assert_true(n > 2);
        for (uint32_t i = 1; i < n; i++)
            gap[i - 1] = v[i] - v[i - 1];
        int64_t want = median_of(gap, n - 1);
        for (uint32_t i = 0; i < n - 1; i++)
            off[i] = gap[i] > want ? gap[i] - want : want - gap[i];
        assert_true(pace.i[k] == want);
        assert_true(jitter.i[k] == median_of(off, n - 1));
    }
    drop(&pace);
    drop(&jitter);
    rig_close(g);
}

static void a_gap_over_64_bits_is_an_error(void **state)
{
    struct rig *g = rig_open();
    struct vec out;

    (void)state;
    for (uint32_t k = 0; k < ROWS; k++)
        g->t[k] = k % 2 ? INT64_MIN : INT64_MAX;
    assert_false(aggregate(g, "pace", "t", &out));
    assert_int_equal(g->e.code, ERR_QUERY);
    drop(&out);
    rig_close(g);
}

/* Any number of failed allocations must leave the budget balanced. */
static void gives_all_memory_back_when_it_is_out(void **state)
{
    static const char *const kind[] = {"set",    "distinct",   "sum",  "min",
                                       "pct",    "avg",        "span", "pace",
                                       "jitter", "patternbits"};

    (void)state;
    for (uint32_t m = 0; m < 10; m++) {
        for (size_t limit = 64; limit < 60000; limit += limit / 3) {
            struct rig *g = rig_open();
            struct vec out;
            g->budget.limit = limit;
            aggregate(g, kind[m], m >= 6 && m < 9 ? "t" : "i", &out);
            drop(&out);
            rig_close(g);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_beyond_64_bits_on_the_way),
        cmocka_unit_test(a_sum_over_64_bits_is_an_error),
        cmocka_unit_test(averages_are_exact_sums_divided),
        cmocka_unit_test(finds_extremes_and_ends),
        cmocka_unit_test(a_span_over_64_bits_is_an_error),
        cmocka_unit_test(sets_and_counts_of_distinct_values_agree),
        cmocka_unit_test(percentiles_are_of_the_nearest_rank),
        cmocka_unit_test(pace_and_jitter_are_medians_of_gaps),
        cmocka_unit_test(a_gap_over_64_bits_is_an_error),
        cmocka_unit_test(gives_all_memory_back_when_it_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
