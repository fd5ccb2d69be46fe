/* frames.c - frames made by hand, decoded from memory of their very length. */
#include "tests/frames.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

void frames_put(struct frame *f, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        f->b[f->n++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
        hex++;
    }
}

uint32_t frames_words(const uint8_t *p, uint32_t n, uint32_t sum)
{
    for (uint32_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

void frames_put_sum(uint8_t *at, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

void frames_fix_ip4(struct frame *f, uint32_t ip)
{
    f->b[ip + 10] = f->b[ip + 11] = 0;
    frames_put_sum(f->b + ip + 10,
                   frames_words(f->b + ip, (f->b[ip] & 15u) * 4, 0));
}

void frames_fix_transport(struct frame *f, uint32_t addr, uint32_t addr_len,
                          uint32_t from, uint32_t at)
{
    uint8_t proto = at - from == 16 ? 6 : at - from == 6 ? 17 : 58;
    uint32_t sum = frames_words(f->b + addr, addr_len, proto + f->n - from);

    f->b[at] = f->b[at + 1] = 0;
    frames_put_sum(f->b + at, frames_words(f->b + from, f->n - from, sum));
}

struct record frames_decode_cut(int type, const struct frame *f,
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

struct record frames_decode(int type, const struct frame *f)
{
    return frames_decode_cut(type, f, f->n);
}

/* ---- frames ---- */

struct frame frames_eth_tcp(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS
               "0800 4510 003c 1234 4000 4006 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "d431 01bb 00000001 fffffffe a012 faf0 0000 0007 ");
    frames_put(&f, "020405b4 0402 080a 01020304 05060708 01 030307");
    frames_fix_ip4(&f, 14);
    frames_fix_transport(&f, 26, 8, 34, 50);
    return f;
}

struct frame frames_qinq_udp(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS "88a8 2064 8100 00c8 0800 ");
    frames_put(&f,
               "4600 0024 0001 0000 0111 0000 " FRAMES_IP4_ADDRS "94040000 ");
    frames_put(&f, "0007 0035 000c 0000 61626364");
    frames_fix_ip4(&f, 22);
    frames_fix_transport(&f, 34, 8, 46, 52);
    return f;
}

struct frame frames_mpls_ip6(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS "8847 00010040 00020140 ");
    frames_put(&f, "6ab12345 0034 00 3f " FRAMES_IP6_ADDRS);
    frames_put(&f, "2b 00 0104 00000000 ");  /* hop-by-hop, then routing */
    frames_put(&f, "2c 00 04 00 00000000 "); /* routing, nothing left */
    frames_put(&f, "06 00 0000 0badcafe ");  /* fragment, the only one */
    frames_put(&f, "0050 8000 11223344 00000000 5014 0400 0000 0000 ");
    frames_put(&f, "61626364 6566 67 68");
    frames_fix_transport(&f, 14 + 8 + 8, 32, 86, 102);
    return f;
}

struct frame frames_sll_icmp_error(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, "0000 0001 0006 0a0b0c0d0e0f 0000 0800 ");
    frames_put(&f, "4500 003c 0002 0000 ff01 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "0b00 0000 00000000 ");
    frames_put(&f, "4600 0100 0003 0000 0106 0000 0a000002 c0a80001 94040000 ");
    frames_put(&f, "1f90 0017 89abcdef");
    frames_fix_ip4(&f, 16);
    frames_put_sum(f.b + 38, frames_words(f.b + 36, f.n - 36, 0));
    return f;
}

struct frame frames_raw_icmp6_error(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, "60000000 0040 3a 40 " FRAMES_IP6_ADDRS);
    frames_put(&f, "0104 0000 00000000 ");
    frames_put(&f, "60000000 0018 3c 02 " FRAMES_IP6_ADDRS);
    frames_put(&f, "11 00 0104 00000000 1389 0035 0010 0000");
    frames_fix_transport(&f, 8, 32, 40, 42);
    return f;
}

struct frame frames_loop_echo(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, "00000002 4500 001e 0002 0000 4001 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "0800 0000 beef 0005 7879");
    frames_fix_ip4(&f, 4);
    frames_put_sum(f.b + 26, frames_words(f.b + 24, f.n - 24, 0));
    return f;
}

struct frame frames_pppoe_sctp(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS "8864 1100 0001 0026 0021 ");
    frames_put(&f, "4500 0024 0002 8000 4084 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "0b59 0b5a 00000000 00000000 00000000");
    frames_fix_ip4(&f, 22);
    return f;
}

struct frame frames_arp(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS
               "8100 0fff 0806 0001 0800 0604 0001 010203040506 c0a80001 ");
    frames_put(&f, "000000000000 0a000002 000000000000 000000000000");
    return f;
}

struct frame frames_later_fragment(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS
               "0800 4500 001c 0007 20b9 4011 0000 " FRAMES_IP4_ADDRS);
    frames_put(&f, "0102030405060708");
    frames_fix_ip4(&f, 14);
    return f;
}

struct frame frames_sll2_later_fragment6(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, "86dd 0000 00000003 0001 00 06 0a0b0c0d0e0f 0000 ");
    frames_put(&f, "60000000 0010 2c 40 " FRAMES_IP6_ADDRS);
    frames_put(&f, "3c 00 05a9 00000009 0102030405060708");
    return f;
}

struct frame frames_ip6_esp(void)
{
    struct frame f = {.n = 0};

    frames_put(&f, FRAMES_MACS "86dd 60000000 0020 33 40 " FRAMES_IP6_ADDRS);
    frames_put(&f, "32 04 0000 00000001 00000001 000000000000000000000000 ");
    frames_put(&f, "deadbeef 00000001");
    return f;
}
