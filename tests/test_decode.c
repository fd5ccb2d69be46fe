/* test_decode.c - frames made by hand, whole and cut at every byte. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/decode.h"

enum { ETHER = 1, RAW = 12, LOOP = 108, SLL = 113, SLL2 = 276, LOOPBACK = 0 };

struct frame {
    uint8_t b[1024];
    uint32_t n;
};

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void put(struct frame *f, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        f->b[f->n++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
        hex++;
    }
}

/* An independent checksum, by 16-bit words in network order. */
static uint32_t words(const uint8_t *p, uint32_t n, uint32_t sum)
{
    for (uint32_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static void store_sum(uint8_t *at, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

static void fix_ip4(struct frame *f, uint32_t ip)
{
    f->b[ip + 10] = f->b[ip + 11] = 0;
    store_sum(f->b + ip + 10, words(f->b + ip, (f->b[ip] & 15u) * 4, 0));
}

/* The checksum at `at` of the transport that starts at `from` and goes to the
 * end of the frame, with the addresses in [addr, addr + addr_len). */
static void fix_transport(struct frame *f, uint32_t addr, uint32_t addr_len,
                          uint32_t from, uint32_t at)
{
    uint8_t proto = at - from == 16 ? 6 : at - from == 6 ? 17 : 58;
    uint32_t sum = words(f->b + addr, addr_len, proto + f->n - from);

    f->b[at] = f->b[at + 1] = 0;
    store_sum(f->b + at, words(f->b + from, f->n - from, sum));
}

static struct record decode_cut(int type, const struct frame *f,
                                uint32_t caplen)
{
    struct decode_options o = {0};
    struct record r;
    uint8_t *exact = malloc(caplen ? caplen : 1);

    assert_non_null(exact);
    memcpy(exact, f->b, caplen);
    memset(&r, 0x5a, sizeof r);
    assert_true(
        decode_packet(&o,
                      &(struct capture_packet){77, caplen, f->n, type,
                                               caplen ? exact : exact + 1},
                      &r));
    free(exact);
    return r;
}

static struct record decode(int type, const struct frame *f)
{
    return decode_cut(type, f, f->n);
}

#define EQ(r, id, v)                                                           \
    do {                                                                       \
        assert_true(RECORD_HAS(&(r), id));                                     \
        assert_int_equal((r).id, (v));                                         \
    } while (0)
#define NONE(r, id) assert_false(RECORD_HAS(&(r), id))
#define ADDR(r, id, text)                                                      \
    do {                                                                       \
        char shown_[ADDR_TEXT_MAX];                                            \
        assert_true(RECORD_HAS(&(r), id));                                     \
        addr_format(shown_, (r).id);                                           \
        assert_string_equal(shown_, text);                                     \
    } while (0)

#define MACS      "0a0b0c0d0e0f 010203040506 "
#define IP4_ADDRS "c0a80001 0a000002 "
#define IP6_ADDRS                                                              \
    "20010db8000000000000000000000001 20010db8000000000000000000000002 "

/* ---- frames ---- */

static struct frame eth_tcp(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "0800 4510 003c 1234 4000 4006 0000 " IP4_ADDRS);
    put(&f, "d431 01bb 00000001 fffffffe a012 faf0 0000 0007 ");
    put(&f, "020405b4 0402 080a 01020304 05060708 01 030307");
    fix_ip4(&f, 14);
    fix_transport(&f, 26, 8, 34, 50);
    return f;
}

static struct frame qinq_udp(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "88a8 2064 8100 00c8 0800 ");
    put(&f, "4600 0024 0001 0000 0111 0000 " IP4_ADDRS "94040000 ");
    put(&f, "0007 0035 000c 0000 61626364");
    fix_ip4(&f, 22);
    fix_transport(&f, 34, 8, 46, 52);
    return f;
}

/* MPLS with two labels; hop-by-hop, destination, fragment (atomic). */
static struct frame mpls_ip6(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "8847 00010040 00020140 ");
    put(&f, "6ab12345 0034 00 3f " IP6_ADDRS);
    put(&f, "2b 00 0104 00000000 ");  /* hop-by-hop, then routing */
    put(&f, "2c 00 04 00 00000000 "); /* routing, nothing left */
    put(&f, "06 00 0000 0badcafe ");  /* fragment, the only one */
    put(&f, "0050 8000 11223344 00000000 5014 0400 0000 0000 ");
    put(&f, "61626364 6566 67 68");
    fix_transport(&f, 14 + 8 + 8, 32, 86, 102);
    return f;
}

static struct frame sll_icmp_error(void)
{
    struct frame f = {.n = 0};

    put(&f, "0000 0001 0006 0a0b0c0d0e0f 0000 0800 ");
    put(&f, "4500 003c 0002 0000 ff01 0000 " IP4_ADDRS);
    put(&f, "0b00 0000 00000000 ");
    put(&f, "4600 0100 0003 0000 0106 0000 0a000002 c0a80001 94040000 ");
    put(&f, "1f90 0017 89abcdef");
    fix_ip4(&f, 16);
    store_sum(f.b + 38, words(f.b + 36, f.n - 36, 0));
    return f;
}

static struct frame raw_icmp6_error(void)
{
    struct frame f = {.n = 0};

    put(&f, "60000000 0040 3a 40 " IP6_ADDRS);
    put(&f, "0104 0000 00000000 ");
    put(&f, "60000000 0018 3c 02 " IP6_ADDRS);
    put(&f, "11 00 0104 00000000 1389 0035 0010 0000");
    fix_transport(&f, 8, 32, 40, 42);
    return f;
}

static struct frame loop_echo(void)
{
    struct frame f = {.n = 0};

    put(&f, "00000002 4500 001e 0002 0000 4001 0000 " IP4_ADDRS);
    put(&f, "0800 0000 beef 0005 7879");
    fix_ip4(&f, 4);
    store_sum(f.b + 26, words(f.b + 24, f.n - 24, 0));
    return f;
}

static struct frame pppoe_sctp(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "8864 1100 0001 0026 0021 ");
    put(&f, "4500 0024 0002 8000 4084 0000 " IP4_ADDRS);
    put(&f, "0b59 0b5a 00000000 00000000 00000000");
    fix_ip4(&f, 22);
    return f;
}

static struct frame arp(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "8100 0fff 0806 0001 0800 0604 0001 010203040506 c0a80001 ");
    put(&f, "000000000000 0a000002 000000000000 000000000000");
    return f;
}

static struct frame later_fragment(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "0800 4500 001c 0007 20b9 4011 0000 " IP4_ADDRS);
    put(&f, "0102030405060708");
    fix_ip4(&f, 14);
    return f;
}

static struct frame sll2_later_fragment6(void)
{
    struct frame f = {.n = 0};

    put(&f, "86dd 0000 00000003 0001 00 06 0a0b0c0d0e0f 0000 ");
    put(&f, "60000000 0010 2c 40 " IP6_ADDRS);
    put(&f, "3c 00 05a9 00000009 0102030405060708");
    return f;
}

static struct frame ip6_esp(void)
{
    struct frame f = {.n = 0};

    put(&f, MACS "86dd 60000000 0020 33 40 " IP6_ADDRS);
    put(&f, "32 04 0000 00000001 00000001 000000000000000000000000 ");
    put(&f, "deadbeef 00000001");
    return f;
}

static const struct sample {
    int type;
    struct frame (*make)(void);
} samples[] = {
    {ETHER, eth_tcp             },
    {ETHER, qinq_udp            },
    {ETHER, mpls_ip6            },
    {SLL,   sll_icmp_error      },
    {RAW,   raw_icmp6_error     },
    {LOOP,  loop_echo           },
    {ETHER, pppoe_sctp          },
    {ETHER, arp                 },
    {ETHER, later_fragment      },
    {SLL2,  sll2_later_fragment6},
    {ETHER, ip6_esp             },
};

/* ---- whole frames ---- */

static void decodes_tcp_with_options(void **state)
{
    struct frame f = eth_tcp();
    struct record r = decode(ETHER, &f);
    char text[OPTS_TEXT_MAX];

    (void)state;
    EQ(r, TIME, 77);
    EQ(r, LEN, 74);
    EQ(r, CAPLEN, 74);
    EQ(r, BAD, 0);
    EQ(r, ETHERTYPE, 0x800);
    EQ(r, IPVER, 4);
    EQ(r, IPHL, 20);
    EQ(r, TOS, 0x10);
    EQ(r, IPLEN, 60);
    EQ(r, IPID, 0x1234);
    EQ(r, DF, 1);
    EQ(r, MF, 0);
    EQ(r, FRAGOFF, 0);
    EQ(r, RESV, 0);
    EQ(r, TTL, 64);
    EQ(r, PROTO, 6);
    ADDR(r, SRC, "192.168.0.1");
    ADDR(r, DST, "10.0.0.2");
    EQ(r, SPORT, 0xd431);
    EQ(r, DPORT, 443);
    EQ(r, SEQ, 1);
    EQ(r, ACKNO, 0xfffffffe);
    EQ(r, DOFF, 40);
    EQ(r, FLAGS, FLAG_SYN | FLAG_ACK);
    EQ(r, WIN, 0xfaf0);
    EQ(r, URG, 7);
    EQ(r, MSS, 1460);
    EQ(r, WSCALE, 7);
    EQ(r, TSVAL, 0x01020304);
    EQ(r, TSECR, 0x05060708);
    EQ(r, PAYLEN, 0);
    assert_true(RECORD_HAS(&r, OPTSIG));
    schema_opts_text(text, &r.OPTSIG);
    assert_string_equal(text, "mss,sok,ts,nop,ws");
    NONE(r, SMAC);
    NONE(r, DMAC);
    NONE(r, VLAN);
    NONE(r, FLOWLABEL);
    NONE(r, UDPLEN);
    NONE(r, ICMP_TYPE);
    NONE(r, INNER_SRC);
}

static void keeps_hardware_addresses_on_request(void **state)
{
    struct frame f = eth_tcp();
    struct decode_options o = {.macs = true};
    struct record r;

    (void)state;
    assert_true(decode_packet(
        &o, &(struct capture_packet){0, f.n, f.n, ETHER, f.b}, &r));
    EQ(r, DMAC, 0x0a0b0c0d0e0f);
    EQ(r, SMAC, 0x010203040506);
}

static void decodes_through_two_tags(void **state)
{
    struct frame f = qinq_udp();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, VLAN, 0x64);
    EQ(r, ETHERTYPE, 0x800);
    EQ(r, IPHL, 24);
    EQ(r, SPORT, 7);
    EQ(r, DPORT, 53);
    EQ(r, UDPLEN, 12);
    EQ(r, PAYLEN, 4);
    NONE(r, FLAGS);
    NONE(r, OPTSIG);
}

static void decodes_through_labels_and_extension_headers(void **state)
{
    struct frame f = mpls_ip6();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, ETHERTYPE, 0x8847);
    EQ(r, IPVER, 6);
    EQ(r, TOS, 0xab);
    EQ(r, FLOWLABEL, 0x12345);
    EQ(r, IPLEN, 0x34 + 40);
    EQ(r, TTL, 63);
    EQ(r, PROTO, 6);
    EQ(r, IPID, 0x0badcafe);
    EQ(r, MF, 0);
    EQ(r, FRAGOFF, 0);
    NONE(r, DF);
    NONE(r, IPHL);
    EQ(r, DPORT, 0x8000);
    EQ(r, FLAGS, FLAG_RST | FLAG_ACK);
    EQ(r, PAYLEN, 8);
    assert_true(RECORD_HAS(&r, OPTSIG));
    assert_int_equal(r.OPTSIG.n, 0);
    ADDR(r, DST, "2001:db8::2");
}

static void decodes_the_packet_an_icmp_error_quotes(void **state)
{
    struct frame f = sll_icmp_error();
    struct record r = decode(SLL, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, ICMP_TYPE, 11);
    EQ(r, ICMP_CODE, 0);
    NONE(r, ICMP_ID);
    NONE(r, SPORT);
    ADDR(r, INNER_SRC, "10.0.0.2");
    ADDR(r, INNER_DST, "192.168.0.1");
    EQ(r, INNER_PROTO, 6);
    EQ(r, INNER_TTL, 1);
    EQ(r, INNER_SPORT, 8080);
    EQ(r, INNER_DPORT, 23);
    EQ(r, INNER_SEQ, 0x89abcdef);
}

static void decodes_the_packet_an_icmpv6_error_quotes(void **state)
{
    struct frame f = raw_icmp6_error();
    struct record r = decode(RAW, &f);

    (void)state;
    EQ(r, BAD, 0);
    NONE(r, ETHERTYPE);
    EQ(r, ICMP_TYPE, 1);
    EQ(r, ICMP_CODE, 4);
    EQ(r, INNER_PROTO, 17);
    EQ(r, INNER_TTL, 2);
    EQ(r, INNER_DPORT, 53);
    NONE(r, INNER_SEQ);
    ADDR(r, INNER_SRC, "2001:db8::1");
}

static void decodes_echo_in_either_byte_order_of_the_link(void **state)
{
    struct frame f = loop_echo();
    struct record r = decode(LOOP, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, ICMP_ID, 0xbeef);
    EQ(r, ICMP_SEQ, 5);
    EQ(r, PAYLEN, 2);
    NONE(r, INNER_SRC);
    memcpy(f.b, "\x02\0\0\0", 4);
    r = decode(LOOPBACK, &f);
    EQ(r, ICMP_ID, 0xbeef);
}

static void decodes_pppoe_and_sctp_ports(void **state)
{
    struct frame f = pppoe_sctp();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, ETHERTYPE, 0x8864);
    EQ(r, PROTO, 132);
    EQ(r, SPORT, 2905);
    EQ(r, DPORT, 2906);
    EQ(r, RESV, 1);
}

static void keeps_frames_without_ip_as_bare_rows(void **state)
{
    struct frame f = arp();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, ETHERTYPE, 0x806);
    EQ(r, VLAN, 0xfff);
    EQ(r, DMAC, 0x0a0b0c0d0e0f);
    EQ(r, SMAC, 0x010203040506);
    NONE(r, SRC);
    NONE(r, IPVER);
    NONE(r, PAYLEN);
}

static void gives_later_fragments_no_ports(void **state)
{
    struct frame f = later_fragment();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, FRAGOFF, 0xb9 * 8);
    EQ(r, MF, 1);
    EQ(r, PROTO, 17);
    EQ(r, PAYLEN, 8);
    NONE(r, SPORT);
    NONE(r, UDPLEN);
    f = sll2_later_fragment6();
    r = decode(SLL2, &f);
    EQ(r, BAD, 0);
    EQ(r, FRAGOFF, 0x5a8);
    EQ(r, MF, 1);
    EQ(r, IPID, 9);
    EQ(r, PROTO, 60);
    EQ(r, PAYLEN, 8);
    NONE(r, SPORT);
}

static void ends_the_chain_at_esp(void **state)
{
    struct frame f = ip6_esp();
    struct record r = decode(ETHER, &f);

    (void)state;
    EQ(r, BAD, 0);
    EQ(r, PROTO, 50);
    EQ(r, PAYLEN, 8);
    NONE(r, SPORT);
}

static void refuses_an_unknown_link_type(void **state)
{
    struct decode_options o = {0};
    struct record r;

    (void)state;
    assert_false(decode_knows(8));
    assert_false(decode_packet(
        &o, &(struct capture_packet){0, 1, 1, 8, (const uint8_t *)"x"}, &r));
}

/* ---- cut frames ---- */

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
        struct record whole = decode(samples[i].type, &f);
        uint32_t before = 0;

        for (uint32_t n = 0; n <= f.n; n++) {
            struct record r = decode_cut(samples[i].type, &f, n);
            uint32_t fields = (uint32_t)__builtin_popcountll(r.present);

            EQ(r, LEN, f.n);
            EQ(r, CAPLEN, n);
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
                struct record r =
                    decode_cut(samples[i].type, &f, f.n - (uint32_t)v % 16);
                assert_true(RECORD_HAS(&r, BAD));
            }
            f.b[at] = old;
        }
    }
}

static void cut_in_the_middle_of_options_leaves_no_signature(void **state)
{
    struct frame f = eth_tcp();
    struct record r = decode_cut(ETHER, &f, 68);

    (void)state;
    EQ(r, MSS, 1460);
    EQ(r, PAYLEN, 0);
    EQ(r, BAD, 0);
    NONE(r, OPTSIG);
    NONE(r, TSVAL);
    NONE(r, WSCALE);
    r = decode_cut(ETHER, &f, 46);
    EQ(r, ACKNO, 0xfffffffe);
    NONE(r, FLAGS);
    NONE(r, DOFF);
    NONE(r, PAYLEN);
}

/* ---- malformed ---- */

static void ignores_padding_behind_the_packet(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    put(&f, MACS "0800 4500 0028 0001 0000 4006 0000 " IP4_ADDRS);
    put(&f, "0001 0002 00000000 00000000 5002 0400 0000 0000 ");
    fix_ip4(&f, 14);
    fix_transport(&f, 26, 8, 34, 50);
    put(&f, "fffffffff1f2");
    struct record r = decode(ETHER, &f);

    EQ(r, PAYLEN, 0);
    EQ(r, BAD, 0);
}

static void marks_checksums(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    f.b[40] ^= 1; /* identification */
    f.b[24] ^= 1;
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_IP_CHECKSUM | BAD_TCP_CHECKSUM);
    f = qinq_udp();
    f.b[f.n - 1] ^= 1;
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_UDP_CHECKSUM);
    f.b[52] = f.b[53] = 0; /* none was made */
    r = decode(ETHER, &f);
    EQ(r, BAD, 0);
    f = raw_icmp6_error();
    f.b[f.n - 1] ^= 1;
    r = decode(RAW, &f);
    EQ(r, BAD, BAD_ICMP_CHECKSUM);
    r = decode_cut(RAW, &f, f.n - 1);
    EQ(r, BAD, 0);
}

static void accepts_a_checksum_left_to_the_network_card(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    store_sum(f.b + 50, words(f.b + 26, 8, 6 + 40));
    f.b[50] = (uint8_t)~f.b[50];
    f.b[51] = (uint8_t)~f.b[51];
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, 0);
}

static void takes_the_frame_for_an_ip_length_of_zero(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    f.b[16] = f.b[17] = 0;
    fix_ip4(&f, 14);
    put(&f, "616263");
    struct record r = decode(ETHER, &f);

    EQ(r, IPLEN, 0);
    EQ(r, PAYLEN, 3);
    EQ(r, BAD, 0);
}

static void marks_an_ip_length_that_disagrees(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    f.b[17] = 0xff;
    fix_ip4(&f, 14);
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_IP_LENGTH);
    EQ(r, PAYLEN, 0xff - 60);
    EQ(r, DPORT, 443);
    f.b[17] = 10;
    fix_ip4(&f, 14);
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_IP_LENGTH);
    EQ(r, DPORT, 443);
    f = raw_icmp6_error();
    f.b[5]++;
    r = decode(RAW, &f);
    EQ(r, BAD, BAD_IP_LENGTH);
}

static void marks_an_ip_header_that_cannot_be(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    f.b[14] = 0x44;
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_IP_HEADER);
    EQ(r, IPHL, 16);
    EQ(r, TTL, 64);
    NONE(r, SPORT);
    f.b[14] = 0x55;
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_IP_HEADER);
    NONE(r, IPVER);
    EQ(r, SMAC, 0x010203040506);
    f.n = 14 + 19;
    f.b[14] = 0x45;
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_IP_HEADER);
    EQ(r, PROTO, 6);
}

static void marks_fragments_that_cannot_be(void **state)
{
    struct frame f = later_fragment();

    (void)state;
    f.b[20] = 0x1f;
    f.b[21] = 0xff;
    fix_ip4(&f, 14);
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_IP_FRAGMENT);
    f.b[20] = 0x20;
    f.b[21] = 0;
    f.b[23] = 6;
    fix_ip4(&f, 14);
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_IP_FRAGMENT);
    EQ(r, SPORT, 0x102);
    EQ(r, SEQ, 0x05060708);
    NONE(r, FLAGS);
}

static void marks_extension_headers_that_run_out(void **state)
{
    struct frame f = mpls_ip6();

    (void)state;
    f.b[14 + 8 + 40 + 1] = 200;
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_EXT_HEADER);
    NONE(r, PROTO);
    NONE(r, SPORT);
    f.n = 0;
    put(&f, "60000000 00a0 3c 40 " IP6_ADDRS);
    for (int i = 0; i < 20; i++)
        put(&f, "3c 00 0000 00000000 ");
    r = decode(RAW, &f);
    EQ(r, BAD, BAD_EXT_HEADER);
}

static void takes_mobility_without_a_next_header_as_protocol(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    put(&f, "60000000 0008 87 40 " IP6_ADDRS "3b 00 0000 00000000");
    struct record r = decode(RAW, &f);

    EQ(r, PROTO, 135);
    EQ(r, BAD, 0);
}

static void marks_tcp_headers_that_cannot_be(void **state)
{
    struct frame f = eth_tcp();

    (void)state;
    f.b[46] = 0x4f; /* 16 bytes, all reserved bits and NS */
    fix_transport(&f, 26, 8, 34, 50);
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_TCP_HEADER);
    EQ(r, DOFF, 16);
    EQ(r, RESV, 14);
    EQ(r, FLAGS, FLAG_SYN | FLAG_ACK | FLAG_NS);
    NONE(r, PAYLEN);
    NONE(r, OPTSIG);
    f.b[46] = 0xf0; /* past the packet */
    fix_transport(&f, 26, 8, 34, 50);
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_TCP_HEADER);
    EQ(r, WIN, 0xfaf0);
}

static void marks_tcp_options_that_do_not_fit(void **state)
{
    static const uint8_t lengths[] = {0, 1, 3, 5, 21, 255};
    char text[OPTS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof lengths; i++) {
        struct frame f = eth_tcp();

        f.b[55] = lengths[i];
        fix_transport(&f, 26, 8, 34, 50);
        struct record r = decode(ETHER, &f);

        assert_true(r.BAD & BAD_TCP_OPTIONS);
        NONE(r, MSS);
        assert_true(RECORD_HAS(&r, OPTSIG));
        schema_opts_text(text, &r.OPTSIG);
        assert_memory_equal(text, "mss", 3);
    }
}

static void marks_udp_lengths(void **state)
{
    struct frame f = qinq_udp();

    (void)state;
    f.b[51] = 7;
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_UDP_LENGTH);
    f.b[51] = 13;
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_UDP_LENGTH);
    EQ(r, UDPLEN, 13);
    EQ(r, PAYLEN, 4);
}

static void marks_quotes_that_are_no_ip_header(void **state)
{
    struct frame f = sll_icmp_error();

    (void)state;
    f.b[44] = 0x60;
    store_sum(f.b + 38, (memset(f.b + 38, 0, 2), words(f.b + 36, f.n - 36, 0)));
    struct record r = decode(SLL, &f);

    EQ(r, BAD, BAD_ICMP_QUOTE);
    NONE(r, INNER_SRC);
    r = decode_cut(SLL, &f, 44);
    EQ(r, BAD, 0);
}

static void marks_link_headers_that_run_past_the_frame(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    put(&f, MACS "8100 00");
    struct record r = decode(ETHER, &f);

    EQ(r, BAD, BAD_LINK);
    NONE(r, VLAN);
    f.n = 5;
    r = decode(ETHER, &f);
    EQ(r, BAD, BAD_LINK);
    f.n = 0;
    r = decode(RAW, &f);
    EQ(r, BAD, BAD_IP_HEADER);
}

static void reads_a_frame_longer_than_it_says(void **state)
{
    struct frame f = eth_tcp();
    struct decode_options o = {0};
    struct record r;

    (void)state;
    assert_true(
        decode_packet(&o, &(struct capture_packet){0, f.n, 0, ETHER, f.b}, &r));
    EQ(r, LEN, 0);
    EQ(r, CAPLEN, f.n);
    EQ(r, BAD, 0);
    EQ(r, DPORT, 443);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_tcp_with_options),
        cmocka_unit_test(keeps_hardware_addresses_on_request),
        cmocka_unit_test(decodes_through_two_tags),
        cmocka_unit_test(decodes_through_labels_and_extension_headers),
        cmocka_unit_test(decodes_the_packet_an_icmp_error_quotes),
        cmocka_unit_test(decodes_the_packet_an_icmpv6_error_quotes),
        cmocka_unit_test(decodes_echo_in_either_byte_order_of_the_link),
        cmocka_unit_test(decodes_pppoe_and_sctp_ports),
        cmocka_unit_test(keeps_frames_without_ip_as_bare_rows),
        cmocka_unit_test(gives_later_fragments_no_ports),
        cmocka_unit_test(ends_the_chain_at_esp),
        cmocka_unit_test(refuses_an_unknown_link_type),
        cmocka_unit_test(a_cut_makes_fields_absent_and_changes_none),
        cmocka_unit_test(survives_every_byte_changed),
        cmocka_unit_test(cut_in_the_middle_of_options_leaves_no_signature),
        cmocka_unit_test(ignores_padding_behind_the_packet),
        cmocka_unit_test(marks_checksums),
        cmocka_unit_test(accepts_a_checksum_left_to_the_network_card),
        cmocka_unit_test(takes_the_frame_for_an_ip_length_of_zero),
        cmocka_unit_test(marks_an_ip_length_that_disagrees),
        cmocka_unit_test(marks_an_ip_header_that_cannot_be),
        cmocka_unit_test(marks_fragments_that_cannot_be),
        cmocka_unit_test(marks_extension_headers_that_run_out),
        cmocka_unit_test(takes_mobility_without_a_next_header_as_protocol),
        cmocka_unit_test(marks_tcp_headers_that_cannot_be),
        cmocka_unit_test(marks_tcp_options_that_do_not_fit),
        cmocka_unit_test(marks_udp_lengths),
        cmocka_unit_test(marks_quotes_that_are_no_ip_header),
        cmocka_unit_test(marks_link_headers_that_run_past_the_frame),
        cmocka_unit_test(reads_a_frame_longer_than_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
