/* test_decode_transport.c - TCP, UDP and ICMP of frames made by hand, whole and
 * malformed. */
#include "tests/test.h"

#include <string.h>

#include "tests/frames.h"

/* ---- whole frames ---- */

static void decodes_tcp_with_options(void **state)
{
    struct frame f = frames_eth_tcp();
    struct record r = frames_decode(FRAMES_ETHER, &f);
    char text[OPTS_TEXT_MAX];

    (void)state;
    FRAMES_EQ(r, TIME, 77);
    FRAMES_EQ(r, LEN, 74);
    FRAMES_EQ(r, CAPLEN, 74);
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ETHERTYPE, 0x800);
    FRAMES_EQ(r, IPVER, 4);
    FRAMES_EQ(r, IPHL, 20);
    FRAMES_EQ(r, TOS, 0x10);
    FRAMES_EQ(r, IPLEN, 60);
    FRAMES_EQ(r, IPID, 0x1234);
    FRAMES_EQ(r, DF, 1);
    FRAMES_EQ(r, MF, 0);
    FRAMES_EQ(r, FRAGOFF, 0);
    FRAMES_EQ(r, RESV, 0);
    FRAMES_EQ(r, TTL, 64);
    FRAMES_EQ(r, PROTO, 6);
    FRAMES_ADDR(r, SRC, "192.168.0.1");
    FRAMES_ADDR(r, DST, "10.0.0.2");
    FRAMES_EQ(r, SPORT, 0xd431);
    FRAMES_EQ(r, DPORT, 443);
    FRAMES_EQ(r, SEQ, 1);
    FRAMES_EQ(r, ACKNO, 0xfffffffe);
    FRAMES_EQ(r, DOFF, 40);
    FRAMES_EQ(r, FLAGS, FLAG_SYN | FLAG_ACK);
    FRAMES_EQ(r, WIN, 0xfaf0);
    FRAMES_EQ(r, URG, 7);
    FRAMES_EQ(r, MSS, 1460);
    FRAMES_EQ(r, WSCALE, 7);
    FRAMES_EQ(r, TSVAL, 0x01020304);
    FRAMES_EQ(r, TSECR, 0x05060708);
    FRAMES_EQ(r, PAYLEN, 0);
    assert_true(RECORD_HAS(&r, OPTSIG));
    schema_opts_text(text, &r.OPTSIG);
    assert_string_equal(text, "mss,sok,ts,nop,ws");
    FRAMES_NONE(r, SMAC);
    FRAMES_NONE(r, DMAC);
    FRAMES_NONE(r, VLAN);
    FRAMES_NONE(r, FLOWLABEL);
    FRAMES_NONE(r, UDPLEN);
    FRAMES_NONE(r, ICMP_TYPE);
    FRAMES_NONE(r, INNER_SRC);
}

static void decodes_the_packet_an_icmp_error_quotes(void **state)
{
    struct frame f = frames_sll_icmp_error();
    struct record r = frames_decode(FRAMES_SLL, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ICMP_TYPE, 11);
    FRAMES_EQ(r, ICMP_CODE, 0);
    FRAMES_NONE(r, ICMP_ID);
    FRAMES_NONE(r, SPORT);
    FRAMES_ADDR(r, INNER_SRC, "10.0.0.2");
    FRAMES_ADDR(r, INNER_DST, "192.168.0.1");
    FRAMES_EQ(r, INNER_PROTO, 6);
    FRAMES_EQ(r, INNER_TTL, 1);
    FRAMES_EQ(r, INNER_SPORT, 8080);
    FRAMES_EQ(r, INNER_DPORT, 23);
    FRAMES_EQ(r, INNER_SEQ, 0x89abcdef);
}

static void decodes_the_packet_an_icmpv6_error_quotes(void **state)
{
    struct frame f = frames_raw_icmp6_error();
    struct record r = frames_decode(FRAMES_RAW, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_NONE(r, ETHERTYPE);
    FRAMES_EQ(r, ICMP_TYPE, 1);
    FRAMES_EQ(r, ICMP_CODE, 4);
    FRAMES_EQ(r, INNER_PROTO, 17);
    FRAMES_EQ(r, INNER_TTL, 2);
    FRAMES_EQ(r, INNER_DPORT, 53);
    FRAMES_NONE(r, INNER_SEQ);
    FRAMES_ADDR(r, INNER_SRC, "2001:db8::1");
}

/* ---- malformed ---- */

static void marks_checksums(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    f.b[40] ^= 1; /* identification */
    f.b[24] ^= 1;
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_IP_CHECKSUM | BAD_TCP_CHECKSUM);
    f = frames_qinq_udp();
    f.b[f.n - 1] ^= 1;
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_UDP_CHECKSUM);
    f.b[52] = f.b[53] = 0; /* none was made */
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, 0);
    f = frames_raw_icmp6_error();
    f.b[f.n - 1] ^= 1;
    r = frames_decode(FRAMES_RAW, &f);
    FRAMES_EQ(r, BAD, BAD_ICMP_CHECKSUM);
    r = frames_decode_cut(FRAMES_RAW, &f, f.n - 1);
    FRAMES_EQ(r, BAD, 0);
}

static void accepts_a_checksum_left_to_the_network_card(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    frames_put_sum(f.b + 50, frames_words(f.b + 26, 8, 6 + 40));
    f.b[50] = (uint8_t)~f.b[50];
    f.b[51] = (uint8_t)~f.b[51];
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, 0);
}

static void marks_tcp_headers_that_cannot_be(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    f.b[46] = 0x4f; /* 16 bytes, all reserved bits and NS */
    frames_fix_transport(&f, 26, 8, 34, 50);
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_TCP_HEADER);
    FRAMES_EQ(r, DOFF, 16);
    FRAMES_EQ(r, RESV, 14);
    FRAMES_EQ(r, FLAGS, FLAG_SYN | FLAG_ACK | FLAG_NS);
    FRAMES_NONE(r, PAYLEN);
    FRAMES_NONE(r, OPTSIG);
    f.b[46] = 0xf0; /* past the packet */
    frames_fix_transport(&f, 26, 8, 34, 50);
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_TCP_HEADER);
    FRAMES_EQ(r, WIN, 0xfaf0);
}

static void marks_tcp_options_that_do_not_fit(void **state)
{
    static const uint8_t lengths[] = {0, 1, 3, 5, 21, 255};
    char text[OPTS_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof lengths; i++) {
        struct frame f = frames_eth_tcp();

        f.b[55] = lengths[i];
        frames_fix_transport(&f, 26, 8, 34, 50);
        struct record r = frames_decode(FRAMES_ETHER, &f);

        assert_true(r.BAD & BAD_TCP_OPTIONS);
        FRAMES_NONE(r, MSS);
        assert_true(RECORD_HAS(&r, OPTSIG));
        schema_opts_text(text, &r.OPTSIG);
        assert_memory_equal(text, "mss", 3);
    }
}

static void marks_udp_lengths(void **state)
{
    struct frame f = frames_qinq_udp();

    (void)state;
    f.b[51] = 7;
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_UDP_LENGTH);
    f.b[51] = 13;
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_UDP_LENGTH);
    FRAMES_EQ(r, UDPLEN, 13);
    FRAMES_EQ(r, PAYLEN, 4);
}

static void marks_quotes_that_are_no_ip_header(void **state)
{
    struct frame f = frames_sll_icmp_error();

    (void)state;
    f.b[44] = 0x60;
    frames_put_sum(f.b + 38, (memset(f.b + 38, 0, 2),
                              frames_words(f.b + 36, f.n - 36, 0)));
    struct record r = frames_decode(FRAMES_SLL, &f);

    FRAMES_EQ(r, BAD, BAD_ICMP_QUOTE);
    FRAMES_NONE(r, INNER_SRC);
    r = frames_decode_cut(FRAMES_SLL, &f, 44);
    FRAMES_EQ(r, BAD, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_tcp_with_options),
        cmocka_unit_test(decodes_the_packet_an_icmp_error_quotes),
        cmocka_unit_test(decodes_the_packet_an_icmpv6_error_quotes),
        cmocka_unit_test(marks_checksums),
        cmocka_unit_test(accepts_a_checksum_left_to_the_network_card),
        cmocka_unit_test(marks_tcp_headers_that_cannot_be),
        cmocka_unit_test(marks_tcp_options_that_do_not_fit),
        cmocka_unit_test(marks_udp_lengths),
        cmocka_unit_test(marks_quotes_that_are_no_ip_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
