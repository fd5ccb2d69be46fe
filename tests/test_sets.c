/* test_sets.c - networks in sets of addresses and back, one at a time. */
#include "query/sets.h"

#include "tests/random.h"
#include "tests/test.h"

struct rig {
    struct arena arena;
    struct strtab text;
    struct scope scope;
    struct err e;
};

/* Where ranges are drawn: around both ends of IPv4, and at both ends of all. */
static struct addr draw(uint64_t *seed)
{
    static const struct addr near[] = {
        {0,          UINT64_C(0xffff00000000)},
        {0,          UINT64_C(0xffffffffff00)},
        {0,          0                       },
        {UINT64_MAX, UINT64_MAX - 0xff       },
    };
    struct addr a = near[random_below(seed, 4)];
    int64_t move = (int64_t)random_below(seed, 512);

    if (a.lo + (uint64_t)move >= a.lo)
        a.lo += (uint64_t)move;
    return a;
}

static struct sets *draw_set(struct rig *g, uint64_t *seed)
{
    struct addr_range r[6];

    for (int i = 0; i < 6; i++) {
        struct addr a = draw(seed), b = a;
        b.lo += random_below(seed, 80);
        if (random_below(seed, 8) == 0)
            b = draw(seed);
        if (addr_cmp(a, b) > 0)
            b = a;
        r[i] = (struct addr_range){a, b};
    }
    return sets_literal(&g->arena, TYPE_ADDR,
                        rangeset_make_addr(&g->arena, r, 6),
                        (struct span){0, 0});
}

static bool is_within(const struct sets *s, struct addr_range net)
{
    for (struct addr a = net.lo;; addr_next(&a)) {
        if (!sets_has(s, (union cell){.a = a}))
            return false;
        if (addr_eq(a, net.hi))
            return true;
    }
}

static void networks_lie_whole_in_a_set(void **state)
{
    uint64_t seed = 21;

    (void)state;
    for (int t = 0; t < 300; t++) {
        struct rig g = {.e = {.code = ERR_NONE}};
        struct vtype net = {.type = TYPE_NET,
                            .bits4 = (uint8_t)(26 + random_below(&seed, 7)),
                            .bits6 = (uint8_t)(122 + random_below(&seed, 7))};
        g.scope = (struct scope){.arena = &g.arena, .text = &g.text};
        struct sets *of = draw_set(&g, &seed);
        struct sets *starts = sets_nets(&g.arena, SETS_STARTS, of, net);
        struct sets *covered = sets_nets(&g.arena, SETS_COVERED, starts, net);
        assert_true(sets_resolve(covered, &g.scope, &g.e));
        for (int i = 0; i < 200; i++) {
            struct addr a = draw(&seed);
            uint8_t bits =
                addr_is_v4(a) ? (uint8_t)(96 + net.bits4) : net.bits6;
            struct addr_range r = addr_net_range(a, bits);
            bool in = is_within(of, r);
            assert_true(sets_has(starts, (union cell){.a = r.lo}) == in);
        }
        arena_free(&g.arena);
    }
}

static void addresses_lie_in_one_of_the_networks(void **state)
{
    enum { NETS = 20 };
    uint64_t seed = 22;

    (void)state;
    for (int t = 0; t < 300; t++) {
        struct rig g = {.e = {.code = ERR_NONE}};
        struct vtype net = {.type = TYPE_NET,
                            .bits4 = (uint8_t)(26 + random_below(&seed, 7)),
                            .bits6 = (uint8_t)(122 + random_below(&seed, 7))};
        struct addr_range range[NETS], start[NETS];
        g.scope = (struct scope){.arena = &g.arena, .text = &g.text};
        for (int i = 0; i < NETS; i++) {
            struct addr a = draw(&seed);
            range[i] = addr_net_range(
                a, addr_is_v4(a) ? (uint8_t)(96 + net.bits4) : net.bits6);
            start[i] = (struct addr_range){range[i].lo, range[i].lo};
        }
        struct sets *covered =
            sets_nets(&g.arena, SETS_COVERED,
                      sets_literal(&g.arena, TYPE_NET,
                                   rangeset_make_addr(&g.arena, start, NETS),
                                   (struct span){0, 0}),
                      net);
        assert_true(sets_resolve(covered, &g.scope, &g.e));
        for (int i = 0; i < 200; i++) {
            struct addr a = draw(&seed);
            bool in = false;
            for (int k = 0; k < NETS; k++)
                in = in || (addr_cmp(a, range[k].lo) >= 0 &&
                            addr_cmp(a, range[k].hi) <= 0);
            assert_true(sets_has(covered, (union cell){.a = a}) == in);
        }
        arena_free(&g.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_lie_whole_in_a_set),
        cmocka_unit_test(addresses_lie_in_one_of_the_networks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
