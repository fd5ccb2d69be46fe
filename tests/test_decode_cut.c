/* test_decode_cut.c - frames made by hand, cut and changed at every byte. */
#include "tests/test.h"

#include <string.h>

#include "tests/frames.h"

static const struct sample {
    int type;
    struct frame (*make)(void);
} samples[] = {
    {FRAMES_ETHER, frames_eth_tcp             },
    {FRAMES_ETHER, frames_qinq_udp            },
    {FRAMES_ETHER, frames_mpls_ip6            },
    {FRAMES_SLL,   frames_sll_icmp_error      },
    {FRAMES_RAW,   frames_raw_icmp6_error     },
    {FRAMES_LOOP,  frames_loop_echo           },
    {FRAMES_ETHER, frames_pppoe_sctp          },
    {FRAMES_ETHER, frames_arp                 },
    {FRAMES_ETHER, frames_later_fragment      },
    {FRAMES_SLL2,  frames_sll2_later_fragment6},
    {FRAMES_ETHER, frames_ip6_esp             },
};

static bool same_value(const struct record *a, const struct record *b,
                       enum field_id id)
{
    switch (id) {
#define COMPARE_SENSOR(m) true
#define COMPARE_OPTS(m)                                                        \
    (a->m.n == b->m.n && memcmp(a->m.kind, b->m.kind, a->m.n) == 0)
#define COMPARE_ADDR(m) addr_eq(a->m, b->m)
#define COMPARE_TIME(m) (a->m == b->m)
#define COMPARE_MAC(m)  (a->m == b->m)
#define COMPARE_U8(m)   (a->m == b->m)
#define COMPARE_U16(m)  (a->m == b->m)
#define COMPARE_U32(m)  (a->m == b->m)
#define FIELD(m, name, type, width, help)                                      \
    case FIELD_##m:                                                            \
        return COMPARE_##width(m);
#include "store/fields.def"
#undef FIELD
    default: return false;
    }
}

/* What a cut frame gives, the whole one gives too, with the same value. */
static void assert_part_of(const struct record *cut, const struct record *whole)
{
    for (enum field_id id = 0; id < FIELD_COUNT; id++) {
        if (!(cut->present >> id & 1) || id == FIELD_CAPLEN ||
            id == FIELD_SMAC || id == FIELD_DMAC || id == FIELD_BAD)
            continue;
        if (!(whole->present >> id & 1) || !same_value(cut, whole, id))
            fail_msg("field %s at caplen %u", schema_fields[id].name,
                     cut->CAPLEN);
    }
    assert_int_equal(cut->BAD & ~whole->BAD, 0);
}

static void a_cut_makes_fields_absent_and_changes_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct frame f = samples[i].make();
        struct record whole = frames_decode(samples[i].type, &f);
        uint32_t before = 0;

        for (uint32_t n = 0; n <= f.n; n++) {
            struct record r = frames_decode_cut(samples[i].type, &f, n);
            uint32_t fields = (uint32_t)__builtin_popcountll(r.present);

            FRAMES_EQ(r, LEN, f.n);
            FRAMES_EQ(r, CAPLEN, n);
            assert_part_of(&r, &whole);
            assert_true(fields + 2 >= before); /* the two MACs go with IP */
            before = fields;
        }
    }
}

/* Every byte set to every value in turn, at every cut of the last bytes: no
 * assertion but that nothing outside is read, which asan watches. */
static void survives_every_byte_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct frame f = samples[i].make();

        for (uint32_t at = 0; at < f.n; at++) {
            uint8_t old = f.b[at];

            for (int v = 0; v < 256; v += 3) {
                f.b[at] = (uint8_t)v;
                struct record r = frames_decode_cut(samples[i].type, &f,
                                                    f.n - (uint32_t)v % 16);
                assert_true(RECORD_HAS(&r, BAD));
            }
            f.b[at] = old;
        }
    }
}

static void cut_in_the_middle_of_options_leaves_no_signature(void **state)
{
    struct frame f = frames_eth_tcp();
    struct record r = frames_decode_cut(FRAMES_ETHER, &f, 68);

    (void)state;
    FRAMES_EQ(r, MSS, 1460);
    FRAMES_EQ(r, PAYLEN, 0);
    FRAMES_EQ(r, BAD, 0);
    FRAMES_NONE(r, OPTSIG);
    FRAMES_NONE(r, TSVAL);
    FRAMES_NONE(r, WSCALE);
    r = frames_decode_cut(FRAMES_ETHER, &f, 46);
    FRAMES_EQ(r, ACKNO, 0xfffffffe);
    FRAMES_NONE(r, FLAGS);
    FRAMES_NONE(r, DOFF);
    FRAMES_NONE(r, PAYLEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_makes_fields_absent_and_changes_none),
        cmocka_unit_test(survives_every_byte_changed),
        cmocka_unit_test(cut_in_the_middle_of_options_leaves_no_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
