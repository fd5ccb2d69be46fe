/* test_link.c - the same packet behind every link layer and in every tunnel. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/decode.h"

struct frame {
    uint8_t b[2048];
    uint32_t n;
};

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void put(struct frame *f, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        f->b[f->n++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex++;
    }
}

/* An IPv4 header from 1.1.1.1 to 2.2.2.2, `len` bytes of payload. */
static void put_ip4(struct frame *f, uint8_t proto, uint32_t len, bool more)
{
    uint8_t *ip = f->b + f->n;
    uint32_t sum = 0;

    put(f, "4500 0000 0001 0000 4000 0000 01010101 02020202");
    ip[2] = (uint8_t)((len + 20) >> 8);
    ip[3] = (uint8_t)(len + 20);
    ip[6] = more ? 0x20 : 0;
    ip[9] = proto;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    ip[10] = (uint8_t)(~sum >> 8);
    ip[11] = (uint8_t)~sum;
}

enum { PACKET = 32 };

/* The packet: UDP from 192.168.0.1:5001 to 10.0.0.2:53. */
static void put_packet(struct frame *f)
{
    put(f, "4500 0020 0001 0000 4011 b021 c0a80001 0a000002 ");
    put(f, "1389 0035 000c 0000 61626364");
}

static struct record decode(const struct frame *f, uint32_t caplen, int type,
                            struct decode_options o)
{
    struct record r;
    uint8_t *exact = malloc(caplen + 1);

    assert_non_null(exact);
    memcpy(exact + 1, f->b, caplen);
    memset(&r, 0x5a, sizeof r);
    struct capture_packet p = {77, caplen, f->n, type, exact + 1};

    assert_true(decode_packet(&o, &p, &r));
    free(exact);
    return r;
}

#define HAS(r, id) RECORD_HAS(&(r), id)
#define EQ(r, id, v)                                                           \
    do {                                                                       \
        assert_true(HAS(r, id));                                               \
        assert_int_equal((r).id, (v));                                         \
    } while (0)

static void assert_src(const struct record *r, const char *expected)
{
    char text[ADDR_TEXT_MAX];

    assert_true(RECORD_HAS(r, SRC));
    addr_format(text, r->SRC);
    assert_string_equal(text, expected);
}

static void assert_packet(const struct record *r)
{
    assert_src(r, "192.168.0.1");
    EQ(*r, DPORT, 53);
    EQ(*r, PAYLEN, 4);
    EQ(*r, BAD, 0);
}

#define A1       "111111111111 "
#define A2       "222222222222 "
#define A3       "333333333333 "
#define A4       "444444444444 "
#define SNAP_IP4 "aaaa03 000000 0800 "

static const struct sample {
    int type;
    uint32_t zeros; /* in front */
    const char *head;
} samples[] = {
    {1,   0,   A1 A2 "0800"                                                    },
    {1,   0,   A1 A2 "0028" SNAP_IP4                                           },
    {1,   0,   A1 A2 "8100 0007 0028" SNAP_IP4                                 },
    {1,   0,   A1 A2 "0023 060603"                                             },
    {113, 0,   "0000 0001 0006" A1 "0000 0004" SNAP_IP4                        },
    {276, 0,   "0800 0000 00000001 0001 00 06" A1 "0000"                       },
    {12,  0,   ""                                                              },
    {0,   0,   "02000000"                                                      },
    {108, 0,   "00000002"                                                      },
    {0,   0,   "0f000800"                                                      },
    {9,   0,   "ff03 0021"                                                     },
    {9,   0,   "0021"                                                          },
    {9,   0,   "ff03 21"                                                       },
    {9,   0,   "0281 00010140"                                                 },
    {50,  0,   "ff03 0021"                                                     },
    {50,  0,   "0f00 0800"                                                     },
    {51,  0,   "1100 0001 0022 0021"                                           },
    {166, 0,   "00 0021"                                                       },
    {204, 0,   "01 ff03 0021"                                                  },
    {104, 0,   "8f00 0800"                                                     },
    {107, 0,   "1841 03 cc"                                                    },
    {107, 0,   "1841 03 00 80 000000 0800"                                     },
    {107, 0,   "1840 0001 03 cc"                                               },
    {107, 0,   "1841 0800"                                                     },
    {105, 0,   "0800 0000" A1 A2 A3 "0000" SNAP_IP4                            },
    {105, 0,   "0803 0000" A1 A2 A3 "0000" A4 SNAP_IP4                         },
    {105, 0,   "8801 0000" A1 A2 A3 "0000 0000" SNAP_IP4                       },
    {105, 0,   "8881 0000" A1 A2 A3 "0000 0000 00000000" SNAP_IP4              },
    {105, 0,   "8801 0000" A1 A2 A3 "0000 8000" A1 A2 "0028" SNAP_IP4          },
    {127, 0,   "0000 0800 00000000 0802 0000" A1 A2 A3 "0000" SNAP_IP4         },
    {127, 0,
     "0000 1500 030000a0 00000020 00000000 0000000000"
     "8802 0000" A1 A2 A3 "0000 0000" SNAP_IP4                                 },
    {127, 0,
     "0000 1900 03000080 00000000 00000000 0000000000000000 20"
     "8802 0000" A1 A2 A3 "0000 0000 0000" SNAP_IP4                            },
    {119, 144, "0802 0000" A1 A2 A3 "0000" SNAP_IP4                            },
    {119, 0,   "80211001 0000000c 00000000 0802 0000" A1 A2 A3 "0000" SNAP_IP4 },
    {163, 0,   "80211001 0000000c 00000000 0802 0000" A1 A2 A3 "0000" SNAP_IP4 },
    {192, 0,   "0000 0c00 69000000 00000000 0802 0000" A1 A2 A3 "0000" SNAP_IP4},
    {239, 0,   "02 00 0000 0600 0100 7878 0000 2400 0900"                      },
};

static void finds_the_packet_behind_every_link_layer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct frame f = {.n = samples[i].zeros};

        put(&f, samples[i].head);
        uint32_t head = f.n;

        put_packet(&f);
        assert_true(decode_knows(samples[i].type));
        for (uint32_t n = 0; n <= f.n; n++) {
            struct record r =
                decode(&f, n, samples[i].type, (struct decode_options){0});

            EQ(r, BAD, 0);
            assert_int_equal(HAS(r, IPVER), n > head);
            assert_int_equal(HAS(r, DPORT), n >= head + 24);
        }
        struct record r =
            decode(&f, f.n, samples[i].type, (struct decode_options){0});

        assert_packet(&r);
        assert_false(HAS(r, SMAC) || HAS(r, DMAC));
    }
}

/* What is sent to and from the distribution system names others. */
static void knows_who_sent_a_wireless_frame(void **state)
{
    static const struct {
        const char *head;
        uint64_t src, dst;
    } cases[] = {
        {"0840 0000" A1 A2 A3 "0000",    0x222222222222, 0x111111111111},
        {"0841 0000" A1 A2 A3 "0000",    0x222222222222, 0x333333333333},
        {"0842 0000" A1 A2 A3 "0000",    0x333333333333, 0x111111111111},
        {"0843 0000" A1 A2 A3 "0000" A4, 0x444444444444, 0x333333333333},
        {"8000 0000" A1 A2 A3 "0000",    0x222222222222, 0x111111111111},
        {"b400 0000" A1 A2,              0x222222222222, 0x111111111111},
        {"d400 0000" A1,                 0,              0x111111111111},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = {.n = 0};

        put(&f, cases[i].head);
        if (f.n >= 24) { /* protected, or no data: never looked into */
            put(&f, SNAP_IP4);
            put_packet(&f);
        }
        struct record r = decode(&f, f.n, 105, (struct decode_options){0});

        EQ(r, DMAC, cases[i].dst);
        assert_int_equal(HAS(r, SMAC), cases[i].src != 0);
        if (cases[i].src)
            EQ(r, SMAC, cases[i].src);
        assert_false(HAS(r, IPVER));
        EQ(r, BAD, 0);
    }
}

static void takes_the_first_of_wireless_fragments(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    put(&f, "0804 0000" A1 A2 A3 "0000" SNAP_IP4);
    put_packet(&f);
    f.n -= 4; /* in the next */
    struct record r = decode(&f, f.n, 105, (struct decode_options){0});

    assert_packet(&r);
    f.b[22] = 1;
    r = decode(&f, f.n, 105, (struct decode_options){0});
    assert_false(HAS(r, IPVER));
}

static void marks_radio_headers_that_run_past_the_frame(void **state)
{
    static const struct {
        int type;
        const char *head;
    } cases[] = {
        {127, "0000 0700 00000000 08"},
        {127, "0000 2000 00000000 08"},
        {127, "0000"                 },
        {127, "0100 0800 00000000"   },
        {163, "80211001 00000001"    },
        {163, "80211001 ffffffff"    },
        {192, "0000 0100 01000000"   },
        {239, "02 00 0000 0300 0900" },
        {239, "02 00 0000 ffff 0900" },
        {107, "18"                   },
        {104, "0f"                   },
        {105, "08"                   },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f = {.n = 0};

        put(&f, cases[i].head);
        struct record r =
            decode(&f, f.n, cases[i].type, (struct decode_options){0});

        EQ(r, BAD, BAD_LINK);
    }
}

/* ---- tunnels ---- */

static const struct tunnel {
    uint8_t proto;
    const char *head;
} tunnels[] = {
    {4,  ""                                                        },
    {47, "0000 0800"                                               },
    {47, "b000 0800 00000000 00000001 00000002"                    },
    {47, "2000 6558 00000001" A1 A2 "8100 0007 0800"               },
    {47, "3001 880b 0020 0001 00000000 ff03 0021"                  },
    {47, "3081 880b 0020 0001 00000000 00000000 21"                },
    {17, "c000 12b5 003e 0000 08000000 00000100" A1 A2 "0800"      },
    {17, "0868 0868 0030 0000 30ff 0020 00000001"                  },
    {17, "0868 0868 0034 0000 32ff 0024 00000001 00010000"         },
    {17, "0868 0868 0038 0000 34ff 0028 00000001 00000085 01100000"},
};

static struct frame make_tunnel(const struct tunnel *t, bool more)
{
    struct frame f = {.n = 0}, head = {.n = 0};

    put(&head, t->head);
    put_ip4(&f, t->proto, head.n + PACKET, more);
    put(&f, t->head);
    put_packet(&f);
    return f;
}

static void shows_the_outer_packet_unless_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        struct frame f = make_tunnel(&tunnels[i], false);
        struct record r = decode(&f, f.n, 12, (struct decode_options){0});

        assert_src(&r, "1.1.1.1");
        EQ(r, PROTO, tunnels[i].proto);
    }
}

static void shows_the_packet_in_every_tunnel(void **state)
{
    const struct decode_options inner = {.tunnels_inner = true};

    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        struct frame f = make_tunnel(&tunnels[i], false);
        struct record r = decode(&f, f.n, 12, inner);

        assert_packet(&r);
        EQ(r, LEN, f.n);
        EQ(r, PROTO, 17);
        for (uint32_t n = 0; n < f.n; n++) {
            r = decode(&f, n, 12, inner);
            if (n > f.n - PACKET && HAS(r, TTL))
                assert_int_equal(r.IPLEN, 32);
            else if (n >= 20 && n <= f.n - PACKET && HAS(r, SRC))
                assert_src(&r, "1.1.1.1");
        }
        f = make_tunnel(&tunnels[i], true); /* a fragment stays as it is */
        r = decode(&f, f.n, 12, inner);
        assert_src(&r, "1.1.1.1");
    }
}

static void goes_through_ipv6_to_ipv6(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    put(&f, "60000000 0034 2940 20010db8000000000000000000000001 ");
    put(&f, "20010db8000000000000000000000002 ");
    put(&f, "60000000 000c 1140 20010db8000000000000000000000003 ");
    put(&f, "20010db8000000000000000000000004 1389 0035 000c 1111 61626364");
    struct record r =
        decode(&f, f.n, 12, (struct decode_options){.tunnels_inner = true});

    assert_src(&r, "2001:db8::3");
    EQ(r, DPORT, 53);
    r = decode(&f, f.n, 12, (struct decode_options){0});
    assert_src(&r, "2001:db8::1");
    EQ(r, PROTO, 41);
}

/* The addresses and the tag of the frame inside. */
static void shows_the_link_layer_of_a_frame_inside(void **state)
{
    const struct decode_options inner = {.tunnels_inner = true, .macs = true};
    struct frame f = {.n = 0};

    (void)state;
    put(&f, A3 A4 "8100 0009 0800");
    put_ip4(&f, 47, 8 + 18 + PACKET, false);
    put(&f, "2000 6558 00000001" A1 A2 "8100 0007 0800");
    put_packet(&f);
    struct record r = decode(&f, f.n, 1, inner);

    assert_packet(&r);
    EQ(r, VLAN, 7);
    EQ(r, DMAC, 0x111111111111);
    EQ(r, SMAC, 0x222222222222);
    f.b[18 + 20 + 2] = 8; /* IP directly: those of the outer frame stay */
    f.b[18 + 20 + 3] = 0;
    memmove(f.b + 18 + 20 + 8, f.b + f.n - PACKET, PACKET);
    r = decode(&f, f.n, 1, inner);
    EQ(r, VLAN, 9);
    EQ(r, DMAC, 0x333333333333);
    assert_src(&r, "192.168.0.1");
}

static void enters_four_tunnels_at_most(void **state)
{
    (void)state;
    for (uint32_t depth = 1; depth <= 8; depth++) {
        struct frame f = {.n = 0};

        for (uint32_t i = depth; i > 0; i--)
            put_ip4(&f, 4, (i - 1) * 20 + PACKET, false);
        put_packet(&f);
        struct record r =
            decode(&f, f.n, 12, (struct decode_options){.tunnels_inner = true});

        assert_src(&r, depth <= 4 ? "192.168.0.1" : "1.1.1.1");
        EQ(r, LEN, f.n);
        if (depth > 4)
            EQ(r, IPLEN, (depth - 4) * 20 + PACKET);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_packet_behind_every_link_layer),
        cmocka_unit_test(knows_who_sent_a_wireless_frame),
        cmocka_unit_test(takes_the_first_of_wireless_fragments),
        cmocka_unit_test(marks_radio_headers_that_run_past_the_frame),
        cmocka_unit_test(shows_the_outer_packet_unless_asked),
        cmocka_unit_test(shows_the_packet_in_every_tunnel),
        cmocka_unit_test(goes_through_ipv6_to_ipv6),
        cmocka_unit_test(shows_the_link_layer_of_a_frame_inside),
        cmocka_unit_test(enters_four_tunnels_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
