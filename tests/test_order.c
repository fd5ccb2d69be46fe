/* test_order.c - stable sorting by several keys, absent last. */
#include <stdlib.h>

#include "query/order.h"
#include "tests/random.h"
#include "tests/test.h"

enum { ROWS = 10000 };

struct rig {
    struct err e;
    struct budget budget;
    struct strtab text;
    struct run run;
    struct vec a, b;
};

static void rig_open(struct rig *r, enum lane first)
{
    *r = (struct rig){.e = {.code = ERR_NONE}};
    r->run = (struct run){.budget = &r->budget, .e = &r->e, .text = &r->text};
    r->a.lane = first;
    r->b.lane = LANE_INT;
    assert_true(vec_reserve(&r->a, ROWS, &r->budget));
    assert_true(vec_reserve(&r->b, ROWS, &r->budget));
}

static void rig_close(struct rig *r)
{
    vec_free(&r->a, &r->budget);
    vec_free(&r->b, &r->budget);
    strtab_free(&r->text);
    assert_int_equal(r->budget.used, 0);
}

static union cell draw(struct rig *r, enum type type, uint64_t *seed)
{
    uint64_t x = random_below(seed, 40);
    union cell c = {0};
    char word[8];

    switch (type) {
    case TYPE_INT:
        c.i = x < 20 ? (int64_t)x - 10 : INT64_MIN + (int64_t)x;
        break;
    case TYPE_REAL: c.r = (double)x * 0.5 - 10; break;
    case TYPE_ADDR:
        c.a = x < 20 ? addr_from_v4((uint32_t)x << 27)
                     : (struct addr){x << 58, x & 3};
        break;
    default:
        snprintf(word, sizeof word, "%c%u", 'z' - (char)(x % 7), (unsigned)x);
        c.i = strtab_intern(&r->text, word, x % 3 + 1);
    }
    return c;
}

static int wanted_order(const struct rig *r, enum type type, bool desc,
                        uint32_t x, uint32_t y)
{
    struct value a = vec_value(&r->a, x), b = vec_value(&r->a, y);
    int order;

    if (a.absent || b.absent)
        order = a.absent - b.absent;
    else
        order = (desc ? -1 : 1) * value_cmp(type, a.cell, b.cell, &r->text);
    if (order == 0)
        order = value_cmp_absent(TYPE_INT, vec_value(&r->b, x),
                                 vec_value(&r->b, y), &r->text);
    return order ? order : (x > y) - (x < y);
}

static void check(enum type type, bool desc)
{
    struct rig r;
    uint64_t seed = 11;
    bool seen[ROWS] = {false};

    rig_open(&r, schema_types[type].lane);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct value v = {.absent = random_below(&seed, 9) == 0};
        v.cell = draw(&r, type, &seed);
        vec_append(&r.a, v, &r.budget);
        v = (struct value){.cell.i = (int64_t)random_below(&seed, 3)};
        vec_append(&r.b, v, &r.budget);
    }
    struct order_key key[] = {
        {&r.a, type,     desc },
        {&r.b, TYPE_INT, false}
    };
    uint32_t *id = order_rows(key, 2, ROWS, &r.run);
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_false(seen[id[i]]);
        seen[id[i]] = true;
        if (i)
            assert_true(wanted_order(&r, type, desc, id[i - 1], id[i]) < 0);
    }
    order_free(id, ROWS, &r.run);
    rig_close(&r);
}

static void orders_numbers(void **state)
{
    (void)state;
    check(TYPE_INT, false);
    check(TYPE_INT, true);
    check(TYPE_REAL, false);
    check(TYPE_REAL, true);
}

static void orders_addresses(void **state)
{
    (void)state;
    check(TYPE_ADDR, false);
    check(TYPE_ADDR, true);
}

static void orders_text(void **state)
{
    (void)state;
    check(TYPE_STRING, false);
    check(TYPE_STRING, true);
}

static void ends_when_it_is_stopped(void **state)
{
    volatile sig_atomic_t stop = 1;
    struct rig r;

    (void)state;
    rig_open(&r, LANE_INT);
    r.a.n = ROWS;
    r.run.stop = &stop;
    struct order_key key = {&r.a, TYPE_INT, false};
    /* Looks at the flag after so many rows. */
    assert_true(vec_reserve(&r.a, 100000, &r.budget));
    assert_null(order_rows(&key, 1, 100000, &r.run));
    assert_int_equal(r.e.code, ERR_STOPPED);
    rig_close(&r);
}

static void says_when_memory_is_out(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, LANE_INT);
    struct order_key key = {&r.a, TYPE_INT, false};
    r.budget.limit = r.budget.used + 1000;
    assert_null(order_rows(&key, 1, ROWS, &r.run));
    assert_int_equal(r.e.code, ERR_NONE);
    rig_close(&r);
}

static void without_keys_numbers_are_sorted(void **state)
{
    struct rig g;
    uint32_t id[ROWS];

    (void)state;
    rig_open(&g, LANE_INT);
    for (uint32_t i = 0; i < ROWS; i++)
        id[i] = (i * 7919u) % ROWS;
    assert_true(order_list(NULL, 0, id, ROWS, &g.run));
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(id[i], i);
    rig_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_keys_numbers_are_sorted),
        cmocka_unit_test(orders_numbers),
        cmocka_unit_test(orders_addresses),
        cmocka_unit_test(orders_text),
        cmocka_unit_test(ends_when_it_is_stopped),
        cmocka_unit_test(says_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
