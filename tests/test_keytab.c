/* test_keytab.c - tuples to numbers, against a plain list of them. */
#include <string.h>

#include "query/keytab.h"
#include "tests/random.h"
#include "tests/test.h"

enum { ROWS = 20000 };

struct tuple {
    int64_t number;
    struct addr addr;
    bool no_number, no_addr;
};

static bool same(const struct tuple *a, const struct tuple *b)
{
    if (a->no_number != b->no_number || a->no_addr != b->no_addr)
        return false;
    return (a->no_number || a->number == b->number) &&
           (a->no_addr || addr_eq(a->addr, b->addr));
}

static struct tuple draw(uint64_t *seed)
{
    struct tuple t = {.number = (int64_t)random_below(seed, 8) - 4,
                      .addr = addr_from_v4((uint32_t)random_below(seed, 9)),
                      .no_number = random_below(seed, 5) == 0,
                      .no_addr = random_below(seed, 5) == 0};

    if (random_below(seed, 4) == 0)
        t.addr.hi = random_below(seed, 3);
    return t;
}

static uint32_t find(const struct tuple *known, uint32_t n,
                     const struct tuple *t)
{
    uint32_t i = 0;

    while (i < n && !same(&known[i], t))
        i++;
    return i;
}

static void batch_of(const struct tuple *t, uint32_t n, int64_t *number,
                     struct addr *addr, uint64_t absent[2][BATCH_WORDS])
{
    memset(absent, 0, 2 * sizeof absent[0]);
    for (uint32_t i = 0; i < n; i++) {
        number[i] = t[i].number;
        addr[i] = t[i].addr;
        absent[0][i / 64] |= (uint64_t)t[i].no_number << (i % 64);
        absent[1][i / 64] |= (uint64_t)t[i].no_addr << (i % 64);
    }
}

static void numbers_tuples_in_order_of_appearance(void **state)
{
    static struct tuple known[1000], batch[BATCH_ROWS];
    static int64_t number[BATCH_ROWS];
    static struct addr addr[BATCH_ROWS];
    uint64_t absent[2][BATCH_WORDS], seed = 7;
    struct column c[2] = {
        {.i = number, .absent = absent[0]},
        {.a = addr,   .absent = absent[1]}
    };
    enum type type[2] = {TYPE_INT, TYPE_ADDR};
    uint32_t id[BATCH_ROWS], n = 0;
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct keytab t;
    struct sel rows;

    (void)state;
    keytab_open(&t, type, 2);
    for (uint32_t at = 0; at < ROWS; at += BATCH_ROWS) {
        rows.n = 0;
        for (uint32_t i = 0; i < BATCH_ROWS; i++) {
            batch[i] = draw(&seed);
            if (random_below(&seed, 3))
                rows.row[rows.n++] = (uint16_t)i;
        }
        batch_of(batch, BATCH_ROWS, number, addr, absent);
        assert_true(keytab_rows(&t, c, &rows, id, &run));
        for (uint32_t k = 0; k < rows.n; k++) {
            uint32_t want = find(known, n, &batch[rows.row[k]]);
            if (want == n)
                known[n++] = batch[rows.row[k]];
            assert_int_equal(id[k], want);
        }
    }
    assert_int_equal(t.n, n);
    keytab_close(&t, &b);
    assert_int_equal(b.used, 0);
}

static void grows_past_its_first_slots(void **state)
{
    enum type type = TYPE_INT;
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct keytab t;
    uint32_t id;

    (void)state;
    keytab_open(&t, &type, 1);
    for (int64_t round = 0; round < 2; round++) {
        for (int64_t i = 0; i < 50000; i++) {
            struct value v = {.cell.i = i << 32};
            assert_true(keytab_tuple(&t, &v, &id, &run));
            assert_int_equal(id, i);
        }
    }
    keytab_close(&t, &b);
    assert_int_equal(b.used, 0);
}

static void keeps_within_its_budget(void **state)
{
    enum type type = TYPE_ADDR;
    struct budget b = {.limit = 100000};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e};
    struct keytab t;
    uint32_t id, i = 0;
    bool ok = true;

    (void)state;
    keytab_open(&t, &type, 1);
    for (; ok && i < 100000; i++) {
        struct value v = {.cell.a = addr_from_v4(i)};
        ok = keytab_tuple(&t, &v, &id, &run);
    }
    assert_false(ok);
    assert_in_range(i, 1000, 10000);
    assert_in_range(b.peak, 1, 100000);
    keytab_close(&t, &b);
    assert_int_equal(b.used, 0);
}

static void tells_sets_apart_by_their_members(void **state)
{
    static const union cell one[] = {{.i = 1}, {.i = 2}}, two[] = {{.i = 1}};
    struct vtype of = {.type = TYPE_SET, .members = 1, .member = {TYPE_INT}};
    struct set a = {of, 2, one}, b = {of, 1, two}, c = {of, 2, one};
    enum type type = TYPE_SET;
    struct budget none = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &none, .e = &e};
    struct keytab t;
    uint32_t id[3];

    (void)state;
    keytab_open(&t, &type, 1);
    assert_true(
        keytab_tuple(&t, &(struct value){.cell.set = &a}, &id[0], &run));
    assert_true(
        keytab_tuple(&t, &(struct value){.cell.set = &b}, &id[1], &run));
    assert_true(
        keytab_tuple(&t, &(struct value){.cell.set = &c}, &id[2], &run));
    assert_int_equal(id[0], 0);
    assert_int_equal(id[1], 1);
    assert_int_equal(id[2], 0);
    assert_ptr_not_equal(t.key[0].set[0], &a);
    keytab_close(&t, &none);
}

static void ends_when_it_is_stopped(void **state)
{
    volatile sig_atomic_t stop = 0;
    enum type type = TYPE_INT;
    struct budget b = {0};
    struct err e = {.code = ERR_NONE};
    struct run run = {.budget = &b, .e = &e, .stop = &stop};
    struct keytab t;
    uint32_t id, n = 0;

    (void)state;
    keytab_open(&t, &type, 1);
    for (bool ok = true; ok && n < 50000; n++) {
        struct value v = {.cell.i = n};
        ok = keytab_tuple(&t, &v, &id, &run);
        stop = n >= 10000;
    }
    /* Where it grows next. */
    assert_in_range(n, 10001, 40000);
    assert_int_equal(e.code, ERR_STOPPED);
    keytab_close(&t, &b);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_tuples_in_order_of_appearance),
        cmocka_unit_test(grows_past_its_first_slots),
        cmocka_unit_test(keeps_within_its_budget),
        cmocka_unit_test(ends_when_it_is_stopped),
        cmocka_unit_test(tells_sets_apart_by_their_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
