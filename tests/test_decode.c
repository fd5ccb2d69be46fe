/* test_decode.c - the link and IP headers of whole frames made by hand, and of
 * malformed ones. */
#include "tests/test.h"

#include <string.h>

#include "tests/frames.h"

/* ---- whole frames ---- */

static void keeps_hardware_addresses_on_request(void **state)
{
    struct frame f = frames_eth_tcp();
    struct decode_options o = {.macs = true};
    struct record r;

    (void)state;
    assert_true(decode_packet(
        &o, &(struct capture_packet){0, f.n, f.n, FRAMES_ETHER, f.b}, &r));
    FRAMES_EQ(r, DMAC, 0x0a0b0c0d0e0f);
    FRAMES_EQ(r, SMAC, 0x010203040506);
}

static void decodes_through_two_tags(void **state)
{
    struct frame f = frames_qinq_udp();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, VLAN, 0x64);
    FRAMES_EQ(r, ETHERTYPE, 0x800);
    FRAMES_EQ(r, IPHL, 24);
    FRAMES_EQ(r, SPORT, 7);
    FRAMES_EQ(r, DPORT, 53);
    FRAMES_EQ(r, UDPLEN, 12);
    FRAMES_EQ(r, PAYLEN, 4);
    FRAMES_NONE(r, FLAGS);
    FRAMES_NONE(r, OPTSIG);
}

static void decodes_through_labels_and_extension_headers(void **state)
{
    struct frame f = frames_mpls_ip6();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ETHERTYPE, 0x8847);
    FRAMES_EQ(r, IPVER, 6);
    FRAMES_EQ(r, TOS, 0xab);
    FRAMES_EQ(r, FLOWLABEL, 0x12345);
    FRAMES_EQ(r, IPLEN, 0x34 + 40);
    FRAMES_EQ(r, TTL, 63);
    FRAMES_EQ(r, PROTO, 6);
    FRAMES_EQ(r, IPID, 0x0badcafe);
    FRAMES_EQ(r, MF, 0);
    FRAMES_EQ(r, FRAGOFF, 0);
    FRAMES_NONE(r, DF);
    FRAMES_NONE(r, IPHL);
    FRAMES_EQ(r, DPORT, 0x8000);
    FRAMES_EQ(r, FLAGS, FLAG_RST | FLAG_ACK);
    FRAMES_EQ(r, PAYLEN, 8);
    assert_true(RECORD_HAS(&r, OPTSIG));
    assert_int_equal(r.OPTSIG.n, 0);
    FRAMES_ADDR(r, DST, "2001:db8::2");
}

static void decodes_echo_in_either_byte_order_of_the_link(void **state)
{
    struct frame f = frames_loop_echo();
    struct record r = frames_decode(FRAMES_LOOP, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ICMP_ID, 0xbeef);
    FRAMES_EQ(r, ICMP_SEQ, 5);
    FRAMES_EQ(r, PAYLEN, 2);
    FRAMES_NONE(r, INNER_SRC);
    memcpy(f.b, "\x02\0\0\0", 4);
    r = frames_decode(FRAMES_LOOPBACK, &f);
    FRAMES_EQ(r, ICMP_ID, 0xbeef);
}

static void decodes_pppoe_and_sctp_ports(void **state)
{
    struct frame f = frames_pppoe_sctp();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ETHERTYPE, 0x8864);
    FRAMES_EQ(r, PROTO, 132);
    FRAMES_EQ(r, SPORT, 2905);
    FRAMES_EQ(r, DPORT, 2906);
    FRAMES_EQ(r, RESV, 1);
}

static void keeps_frames_without_ip_as_bare_rows(void **state)
{
    struct frame f = frames_arp();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, ETHERTYPE, 0x806);
    FRAMES_EQ(r, VLAN, 0xfff);
    FRAMES_EQ(r, DMAC, 0x0a0b0c0d0e0f);
    FRAMES_EQ(r, SMAC, 0x010203040506);
    FRAMES_NONE(r, SRC);
    FRAMES_NONE(r, IPVER);
    FRAMES_NONE(r, PAYLEN);
}

static void gives_later_fragments_no_ports(void **state)
{
    struct frame f = frames_later_fragment();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, FRAGOFF, 0xb9 * 8);
    FRAMES_EQ(r, MF, 1);
    FRAMES_EQ(r, PROTO, 17);
    FRAMES_EQ(r, PAYLEN, 8);
    FRAMES_NONE(r, SPORT);
    FRAMES_NONE(r, UDPLEN);
    f = frames_sll2_later_fragment6();
    r = frames_decode(FRAMES_SLL2, &f);
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, FRAGOFF, 0x5a8);
    FRAMES_EQ(r, MF, 1);
    FRAMES_EQ(r, IPID, 9);
    FRAMES_EQ(r, PROTO, 60);
    FRAMES_EQ(r, PAYLEN, 8);
    FRAMES_NONE(r, SPORT);
}

static void ends_the_chain_at_esp(void **state)
{
    struct frame f = frames_ip6_esp();
    struct record r = frames_decode(FRAMES_ETHER, &f);

    (void)state;
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, PROTO, 50);
    FRAMES_EQ(r, PAYLEN, 8);
    FRAMES_NONE(r, SPORT);
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

/* ---- malformed ---- */

static void ignores_padding_behind_the_packet(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    frames_put(&f, FRAMES_MACS
               "0800 4500 0028 0001 0000 4006 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "0001 0002 00000000 00000000 5002 0400 0000 0000 ");
    frames_fix_ip4(&f, 14);
    frames_fix_transport(&f, 26, 8, 34, 50);
    frames_put(&f, "fffffffff1f2");
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, PAYLEN, 0);
    FRAMES_EQ(r, BAD, 0);
}

static void takes_the_frame_for_an_ip_length_of_zero(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    f.b[16] = f.b[17] = 0;
    frames_fix_ip4(&f, 14);
    frames_put(&f, "616263");
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, IPLEN, 0);
    FRAMES_EQ(r, PAYLEN, 3);
    FRAMES_EQ(r, BAD, 0);
}

static void marks_an_ip_length_that_disagrees(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    f.b[17] = 0xff;
    frames_fix_ip4(&f, 14);
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_IP_LENGTH);
    FRAMES_EQ(r, PAYLEN, 0xff - 60);
    FRAMES_EQ(r, DPORT, 443);
    f.b[17] = 10;
    frames_fix_ip4(&f, 14);
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_IP_LENGTH);
    FRAMES_EQ(r, DPORT, 443);
    f = frames_raw_icmp6_error();
    f.b[5]++;
    r = frames_decode(FRAMES_RAW, &f);
    FRAMES_EQ(r, BAD, BAD_IP_LENGTH);
}

static void marks_an_ip_header_that_cannot_be(void **state)
{
    struct frame f = frames_eth_tcp();

    (void)state;
    f.b[14] = 0x44;
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_IP_HEADER);
    FRAMES_EQ(r, IPHL, 16);
    FRAMES_EQ(r, TTL, 64);
    FRAMES_NONE(r, SPORT);
    f.b[14] = 0x55;
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_IP_HEADER);
    FRAMES_NONE(r, IPVER);
    FRAMES_EQ(r, SMAC, 0x010203040506);
    f.n = 14 + 19;
    f.b[14] = 0x45;
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_IP_HEADER);
    FRAMES_EQ(r, PROTO, 6);
}

static void marks_fragments_that_cannot_be(void **state)
{
    struct frame f = frames_later_fragment();

    (void)state;
    f.b[20] = 0x1f;
    f.b[21] = 0xff;
    frames_fix_ip4(&f, 14);
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_IP_FRAGMENT);
    f.b[20] = 0x20;
    f.b[21] = 0;
    f.b[23] = 6;
    frames_fix_ip4(&f, 14);
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_IP_FRAGMENT);
    FRAMES_EQ(r, SPORT, 0x102);
    FRAMES_EQ(r, SEQ, 0x05060708);
    FRAMES_NONE(r, FLAGS);
}

static void marks_extension_headers_that_run_out(void **state)
{
    struct frame f = frames_mpls_ip6();

    (void)state;
    f.b[14 + 8 + 40 + 1] = 200;
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_EXT_HEADER);
    FRAMES_NONE(r, PROTO);
    FRAMES_NONE(r, SPORT);
    f.n = 0;
    frames_put(&f, "60000000 00a0 3c 40 " FRAMES_IP6_ADDRS);
    for (int i = 0; i < 20; i++)
        frames_put(&f, "3c 00 0000 00000000 ");
    r = frames_decode(FRAMES_RAW, &f);
    FRAMES_EQ(r, BAD, BAD_EXT_HEADER);
}

static void takes_mobility_without_a_next_header_as_protocol(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    frames_put(&f,
               "60000000 0008 87 40 " FRAMES_IP6_ADDRS "3b 00 0000 00000000");
    struct record r = frames_decode(FRAMES_RAW, &f);

    FRAMES_EQ(r, PROTO, 135);
    FRAMES_EQ(r, BAD, 0);
}

static void marks_link_headers_that_run_past_the_frame(void **state)
{
    struct frame f = {.n = 0};

    (void)state;
    frames_put(&f, FRAMES_MACS "8100 00");
    struct record r = frames_decode(FRAMES_ETHER, &f);

    FRAMES_EQ(r, BAD, BAD_LINK);
    FRAMES_NONE(r, VLAN);
    f.n = 5;
    r = frames_decode(FRAMES_ETHER, &f);
    FRAMES_EQ(r, BAD, BAD_LINK);
    f.n = 0;
    r = frames_decode(FRAMES_RAW, &f);
    FRAMES_EQ(r, BAD, BAD_IP_HEADER);
}

static void reads_a_frame_longer_than_it_says(void **state)
{
    struct frame f = frames_eth_tcp();
    struct decode_options o = {0};
    struct record r;

    (void)state;
    assert_true(decode_packet(
        &o, &(struct capture_packet){0, f.n, 0, FRAMES_ETHER, f.b}, &r));
    FRAMES_EQ(r, LEN, 0);
    FRAMES_EQ(r, CAPLEN, f.n);
    FRAMES_EQ(r, BAD, 0);
    FRAMES_EQ(r, DPORT, 443);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_hardware_addresses_on_request),
        cmocka_unit_test(decodes_through_two_tags),
        cmocka_unit_test(decodes_through_labels_and_extension_headers),
        cmocka_unit_test(decodes_echo_in_either_byte_order_of_the_link),
        cmocka_unit_test(decodes_pppoe_and_sctp_ports),
        cmocka_unit_test(keeps_frames_without_ip_as_bare_rows),
        cmocka_unit_test(gives_later_fragments_no_ports),
        cmocka_unit_test(ends_the_chain_at_esp),
        cmocka_unit_test(refuses_an_unknown_link_type),
        cmocka_unit_test(ignores_padding_behind_the_packet),
        cmocka_unit_test(takes_the_frame_for_an_ip_length_of_zero),
        cmocka_unit_test(marks_an_ip_length_that_disagrees),
        cmocka_unit_test(marks_an_ip_header_that_cannot_be),
        cmocka_unit_test(marks_fragments_that_cannot_be),
        cmocka_unit_test(marks_extension_headers_that_run_out),
        cmocka_unit_test(takes_mobility_without_a_next_header_as_protocol),
        cmocka_unit_test(marks_link_headers_that_run_past_the_frame),
        cmocka_unit_test(reads_a_frame_longer_than_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
