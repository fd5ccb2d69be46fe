/* test_trace.c - text as tcpdump of either age prints it, as packets. */
#include "tests/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/decode.h"
#include "ingest/trace.h"

enum { ROOM = 16 };

struct read {
    struct record r[ROOM];
    uint32_t strange[ROOM]; /* line numbers */
    uint32_t n, stranges;
    struct err e;
};

static int file_of(const char *text, size_t len)
{
    int fd = memfd_create("trace", MFD_CLOEXEC);

    assert_int_equal(write(fd, text, len), (ssize_t)len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static struct read read_bytes(const char *text, size_t len)
{
    struct decode_options o = {0};
    struct read out = {0};
    struct capture_packet p;
    enum capture_kind kind;
    struct capture *c = capture_open_fd(file_of(text, len), &kind, &out.e);

    while (c && capture_next(c, &p)) {
        assert_true(out.n < ROOM && out.stranges < ROOM);
        if (p.linktype == TRACE_STRANGE)
            out.strange[out.stranges++] = p.len;
        else
            assert_true(decode_packet(&o, &p, &out.r[out.n++]));
    }
    capture_close(c);
    return out;
}

static struct read read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

/* One packet of one line. */
static struct record one(const char *line)
{
    char text[1024];

    snprintf(text, sizeof text, "# trace 1998-09-04\n%s\n", line);
    struct read got = read_text(text);

    assert_int_equal(got.stranges, 0);
    assert_int_equal(got.n, 1);
    return got.r[0];
}

static void assert_host(struct addr a, const char *text)
{
    char is[ADDR_TEXT_MAX];

    addr_format(is, a);
    assert_string_equal(is, text);
}

static void reads_an_old_syn(void **state)
{
    struct record r = one("00:56:22.78 192.0.2.7.3506 > 198.51.100.9.139: "
                          "S 14300153:14300153(0) win 8192 <mss 1460,nop> "
                          "(DF) [tos 0x10] (ttl 119, id 6914)");

    (void)state;
    assert_int_equal(r.TIME, INT64_C(904870582780000000));
    assert_host(r.SRC, "192.0.2.7");
    assert_host(r.DST, "198.51.100.9");
    assert_int_equal(r.SPORT, 3506);
    assert_int_equal(r.DPORT, 139);
    assert_int_equal(r.PROTO, 6);
    assert_int_equal(r.FLAGS, FLAG_SYN);
    assert_int_equal(r.SEQ, 14300153);
    assert_int_equal(r.PAYLEN, 0);
    assert_int_equal(r.WIN, 8192);
    assert_int_equal(r.MSS, 1460);
    assert_int_equal(r.OPTSIG.n, 2);
    assert_int_equal(r.DF, 1);
    assert_int_equal(r.TOS, 16);
    assert_int_equal(r.TTL, 119);
    assert_int_equal(r.IPID, 6914);
    assert_false(RECORD_HAS(&r, ACKNO));
    assert_false(RECORD_HAS(&r, URG));
    assert_false(RECORD_HAS(&r, LEN));
    assert_false(RECORD_HAS(&r, IPLEN));
}

/* Figure 11 of the coordinated attacks paper. */
static void reads_odd_flags_with_bad_options(void **state)
{
    struct record r =
        one("14:52:57.45 192.0.2.7.30975 > 198.51.100.9.16940: SFRP "
            "2029994540:2029995068(528) ack 2029994540 win 16940 urg 16940 "
            "<[bad opt]> (DF)");

    (void)state;
    assert_int_equal(r.FLAGS, FLAG_SYN | FLAG_FIN | FLAG_RST | FLAG_PSH |
                                  FLAG_ACK | FLAG_URG);
    assert_int_equal(r.SEQ, (uint32_t)r.SPORT << 16 | r.DPORT);
    assert_int_equal(r.URG, r.DPORT);
    assert_int_equal(r.PAYLEN, 528);
    assert_int_equal(r.BAD, BAD_TCP_OPTIONS);
    assert_false(RECORD_HAS(&r, OPTSIG));
}

static void reads_a_traceroute(void **state)
{
    struct record r =
        one("12:29:30.012086 192.0.2.7.39964 > 198.51.100.9.33500: udp 12 "
            "[ttl 1]");

    (void)state;
    assert_int_equal(r.PROTO, 17);
    assert_int_equal(r.PAYLEN, 12);
    assert_int_equal(r.TTL, 1);
}

static void flags_in_brackets_are_tcp_without_ip_in_front(void **state)
{
    struct record r = one("20:38:11 198.51.100.9.23 > 192.0.2.7.1025: Flags "
                          "[R], seq 70000041, win 0, length 0");

    (void)state;
    assert_int_equal(r.PROTO, 6);
    assert_int_equal(r.SPORT, 23);
    assert_int_equal(r.FLAGS, 4);
    assert_int_equal(r.SEQ, 70000041);
    assert_false(RECORD_HAS(&r, DF));
}

static void reads_icmp_messages(void **state)
{
    struct record r = one("20:38:11.783596 198.51.100.254 > 192.0.2.7: icmp: "
                          "time exceeded in-transit [tos 0xc0]");

    (void)state;
    assert_int_equal(r.PROTO, 1);
    assert_int_equal(r.ICMP_TYPE, 11);
    assert_int_equal(r.ICMP_CODE, 0);
    assert_int_equal(r.TOS, 0xc0);
    assert_false(RECORD_HAS(&r, SPORT));
    r = one("20:38:11 198.51.100.254 > 192.0.2.7: icmp: 198.51.100.9 udp port "
            "53 unreachable");
    assert_int_equal(r.ICMP_TYPE, 3);
    assert_int_equal(r.ICMP_CODE, 3);
    assert_host(r.INNER_DST, "198.51.100.9");
    assert_int_equal(r.INNER_PROTO, 17);
    assert_int_equal(r.INNER_DPORT, 53);
    r = one("20:38:11 198.51.100.254 > 192.0.2.7: icmp: host 198.51.100.9 "
            "unreachable");
    assert_int_equal(r.ICMP_CODE, 1);
    r = one("20:38:11 IP 192.0.2.7 > 198.51.100.9: ICMP echo request, id 12, "
            "seq 3, length 64");
    assert_int_equal(r.ICMP_ID, 12);
    assert_int_equal(r.ICMP_SEQ, 3);
    assert_false(RECORD_HAS(&r, IPID));
}

static void reads_a_verbose_line_of_today(void **state)
{
    struct record r =
        one("2026-09-01 10:00:00.000001 IP (tos 0x0, ttl 64, id 54321, offset "
            "0, flags [DF], proto TCP (6), length 60)\n"
            "    192.0.2.3.1234 > 198.51.100.2.80: Flags [S.], cksum 0x1111 "
            "(correct), seq 5, ack 9, win 512, options [mss 1460,sackOK,TS val "
            "7 ecr 8,nop,wscale 7], length 0\n"
            "\t0x0000:  4500 003c d431 4000");

    (void)state;
    assert_int_equal(r.TIME, INT64_C(1788256800000001000));
    assert_int_equal(r.FLAGS, FLAG_SYN | FLAG_ACK);
    assert_int_equal(r.TTL, 64);
    assert_int_equal(r.IPID, 54321);
    assert_int_equal(r.IPLEN, 60);
    assert_int_equal(r.DF, 1);
    assert_int_equal(r.SEQ, 5);
    assert_int_equal(r.ACKNO, 9);
    assert_int_equal(r.TSVAL, 7);
    assert_int_equal(r.TSECR, 8);
    assert_int_equal(r.WSCALE, 7);
    assert_int_equal(r.OPTSIG.n, 5);
    assert_int_equal(r.PAYLEN, 0);
}

static void reads_ipv6(void **state)
{
    struct record r = one("10:00:00.000002 IP6 2001:db8::1.53 > "
                          "2001:db8::2.1024: UDP, length 100");

    (void)state;
    assert_host(r.SRC, "2001:db8::1");
    assert_int_equal(r.SPORT, 53);
    assert_int_equal(r.IPVER, 6);
    assert_int_equal(r.PAYLEN, 100);
}

static void a_decoded_payload_is_of_udp(void **state)
{
    struct record r =
        one("12:00:05 IP 192.0.2.1.53 > 192.0.2.2.2: 12+ A? a. (18)");

    (void)state;
    assert_int_equal(r.PROTO, 17);
    assert_false(RECORD_HAS(&r, PAYLEN));
}

static void names_stand_for_hosts_and_ports(void **state)
{
    struct read got = read_text("# trace 1998-09-04\n"
                                "host 5.net 192.0.2.1\n"
                                "host hook 192.0.2.2\n"
                                "port irc 6667\n"
                                "\n"
                                "# a comment\n"
                                "10:00:00 5.net.irc > hook.80: S 1:1(0)\n"
                                "10:00:01 hook > 5.net: icmp: echo reply\n");

    (void)state;
    assert_int_equal(got.n, 2);
    assert_host(got.r[0].SRC, "192.0.2.1");
    assert_int_equal(got.r[0].SPORT, 6667);
    assert_host(got.r[1].SRC, "192.0.2.2");
}

/* Figure 5: the second packet of a connection is printed as distances. */
static void relative_numbers_become_absolute(void **state)
{
    struct read got = read_text(
        "# trace 1998-09-04\n"
        "12:47:03.65 192.0.2.1.6667 > 198.51.100.1.1024: S "
        "157348803:157348803(0) ack 687865857 win 16384\n"
        "12:47:03.87 192.0.2.1.6667 > 198.51.100.1.1024: R 1:1(0) ack 1 win 1\n"
        "12:47:04.87 198.51.100.1.1024 > 192.0.2.1.6667: . 3:5(2) ack 7 win "
        "1\n");

    (void)state;
    assert_int_equal(got.n, 3);
    assert_int_equal(got.r[1].SEQ, 157348804);
    assert_int_equal(got.r[1].ACKNO, 687865857);
    assert_int_equal(got.r[2].SEQ, 687865859);
    assert_int_equal(got.r[2].ACKNO, 157348810);
}

static void relative_numbers_without_a_first_are_absent(void **state)
{
    struct read got =
        read_text("# trace 1998-09-04\n"
                  "12:00:00 192.0.2.1.80 > 198.51.100.1.1024: S 70:70(0)\n"
                  "12:00:01 192.0.2.1.80 > 198.51.100.1.1024: . 1:2(1) ack 1\n"
                  "12:00:02 198.51.100.1.1024 > 192.0.2.1.80: R 0:0(0) ack "
                  "1393635006\n");

    (void)state;
    assert_int_equal(got.n, 3);
    assert_false(RECORD_HAS(&got.r[1], SEQ));
    assert_false(RECORD_HAS(&got.r[1], ACKNO));
    assert_int_equal(got.r[2].ACKNO, 1393635006);
    assert_int_equal(got.r[2].SEQ, 0);
}

static void a_day_follows_midnight(void **state)
{
    struct read got = read_text("# trace 1998-12-31 -04:00\n"
                                "23:59:59 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n"
                                "00:00:01 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n"
                                "00:00:00.5 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n"
                                "date 1999-02-03\n"
                                "00:00:02 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n"
                                "23:00:00 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n"
                                "date 1999-02-04\n"
                                "00:00:02 192.0.2.1 > 192.0.2.2: icmp: echo "
                                "request\n");

    (void)state;
    assert_int_equal(got.n, 6);
    assert_int_equal(got.r[0].TIME, INT64_C(915163199000000000));
    assert_int_equal(got.r[1].TIME - got.r[0].TIME, INT64_C(2000000000));
    assert_int_equal(got.r[2].TIME - got.r[1].TIME, -INT64_C(500000000));
    assert_int_equal(got.r[3].TIME, INT64_C(918014402000000000));
    assert_int_equal(got.r[5].TIME, INT64_C(918100802000000000));
}

static void what_is_not_understood_is_counted_by_line(void **state)
{
    struct read got =
        read_text("# trace 1998-09-04\n"
                  "12:00:00 nobody.1 > 192.0.2.1.2: S 1:1(0)\n"
                  "12:00:01 192.0.2.1.1 > S 1:1(0) win 8192 (DF)\n"
                  "12:00:02 192.0.2.1.1 > 192.0.2.2.2: udp 12\n"
                  "25:00:00 192.0.2.1.1 > 192.0.2.2.2: udp 12\n"
                  "12:00:03 192.0.2.1.1 > 192.0.2.2.70000: udp 12\n"
                  "12:00:04 arp who-has 192.0.2.1 tell 192.0.2.2\n"
                  "12:00:05 IP 192.0.2.1.53 > 192.0.2.2.2: sctp (1)\n"
                  "no packet at all\n");

    (void)state;
    assert_int_equal(got.n, 1);
    assert_int_equal(got.stranges, 7);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(got.strange[i], i < 2 ? i + 2 : i + 3);
}

static void a_long_line_is_not_understood(void **state)
{
    static char text[3 * TRACE_LINE_MAX];
    int n = snprintf(text, sizeof text,
                     "# trace 1998-09-04\n12:00:02 192.0.2.1.1 > "
                     "192.0.2.2.2: udp 12 ");

    (void)state;
    memset(text + n, 'x', 2 * TRACE_LINE_MAX);
    memcpy(text + n + 2 * TRACE_LINE_MAX, "\n", 2);
    struct read got = read_text(text);

    assert_int_equal(got.n, 0);
    assert_int_equal(got.stranges, 1);
}

static void asks_for_a_date(void **state)
{
    static const char *const bad[] = {
        "# trace\n", "# trace \n", "# trace 1998-13-04\n",
        "# trace 1998-09-04 Berlin\n", "# trace 1998-09-04 +2\n"};

    (void)state;
    for (size_t i = 1; i < sizeof bad / sizeof *bad; i++) {
        struct read got = read_text(bad[i]);

        assert_int_equal(got.e.code, ERR_INPUT);
        assert_string_equal(got.e.text, "a trace begins with its date");
    }
    assert_string_equal(read_text(bad[0]).e.text, "no capture file");
    assert_int_equal(read_text("# trace 1998-09-04").e.code, ERR_NONE);
}

static void frames_carry_all_fields(void **state)
{
    struct record r, back = {0};
    uint8_t frame[TRACE_FRAME_MAX];

    (void)state;
    memset(&r, 0x5a, sizeof r);
    r.OPTSIG.n = OPTS_MAX;
    r.present = (UINT64_C(1) << FIELD_COUNT) - 1;
    size_t len = trace_frame(&r, frame);

    assert_true(trace_unframe(frame, len, &back));
    assert_int_equal(back.SEQ, r.SEQ);
    assert_int_equal(back.INNER_DST.lo, r.INNER_DST.lo);
    assert_int_equal(back.SMAC, r.SMAC);
    assert_memory_equal(&back.OPTSIG, &r.OPTSIG, sizeof r.OPTSIG);
    for (size_t cut = 0; cut < len; cut++)
        (void)!trace_unframe(frame, cut, &back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_old_syn),
        cmocka_unit_test(reads_odd_flags_with_bad_options),
        cmocka_unit_test(reads_a_traceroute),
        cmocka_unit_test(flags_in_brackets_are_tcp_without_ip_in_front),
        cmocka_unit_test(reads_icmp_messages),
        cmocka_unit_test(reads_a_verbose_line_of_today),
        cmocka_unit_test(reads_ipv6),
        cmocka_unit_test(a_decoded_payload_is_of_udp),
        cmocka_unit_test(names_stand_for_hosts_and_ports),
        cmocka_unit_test(relative_numbers_become_absolute),
        cmocka_unit_test(relative_numbers_without_a_first_are_absent),
        cmocka_unit_test(a_day_follows_midnight),
        cmocka_unit_test(what_is_not_understood_is_counted_by_line),
        cmocka_unit_test(a_long_line_is_not_understood),
        cmocka_unit_test(asks_for_a_date),
        cmocka_unit_test(frames_carry_all_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
