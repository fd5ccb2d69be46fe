/* frames.h - frames of every link and transport made by hand, and what is
 * decoded of them, for tests. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include "ingest/decode.h"

enum {
    FRAMES_ETHER = 1,
    FRAMES_RAW = 12,
    FRAMES_LOOP = 108,
    FRAMES_SLL = 113,
    FRAMES_SLL2 = 276,
    FRAMES_LOOPBACK = 0
};

struct frame {
    uint8_t b[1024];
    uint32_t n;
};

/* Appends bytes in hexadecimal, spaces between them ignored. */
void frames_put(struct frame *f, const char *hex);

/* An independent checksum, by 16-bit words in network order: the sum, and its
 * complement in its place. */
uint32_t frames_words(const uint8_t *p, uint32_t n, uint32_t sum);
void frames_put_sum(uint8_t *at, uint32_t sum);

/* The right checksum of the IPv4 header at `ip`. */
void frames_fix_ip4(struct frame *f, uint32_t ip);

/* The checksum at `at` of the transport that starts at `from` and goes to the
 * end of the frame, with the addresses in [addr, addr + addr_len). */
void frames_fix_transport(struct frame *f, uint32_t addr, uint32_t addr_len,
                          uint32_t from, uint32_t at);

/* The record of the first `caplen` bytes, or of all. */
struct record frames_decode_cut(int type, const struct frame *f,
                                uint32_t caplen);
struct record frames_decode(int type, const struct frame *f);

/* A field is there with that value, is not there, is that address. */
#define FRAMES_EQ(r, id, v)                                                    \
    do {                                                                       \
        assert_true(RECORD_HAS(&(r), id));                                     \
        assert_int_equal((r).id, (v));                                         \
    } while (0)
#define FRAMES_NONE(r, id) assert_false(RECORD_HAS(&(r), id))
#define FRAMES_ADDR(r, id, text)                                               \
    do {                                                                       \
        char shown_[ADDR_TEXT_MAX];                                            \
        assert_true(RECORD_HAS(&(r), id));                                     \
        addr_format(shown_, (r).id);                                           \
        assert_string_equal(shown_, text);                                     \
    } while (0)

#define FRAMES_MACS      "0a0b0c0d0e0f 010203040506 "
#define FRAMES_IP4_ADDRS "c0a80001 0a000002 "
#define FRAMES_IP6_ADDRS                                                       \
    "20010db8000000000000000000000001 20010db8000000000000000000000002 "

struct frame frames_eth_tcp(void);
struct frame frames_qinq_udp(void);
/* MPLS with two labels; hop-by-hop, destination, fragment (atomic). */
struct frame frames_mpls_ip6(void);
struct frame frames_sll_icmp_error(void);
struct frame frames_raw_icmp6_error(void);
struct frame frames_loop_echo(void);
struct frame frames_pppoe_sctp(void);
struct frame frames_arp(void);
struct frame frames_later_fragment(void);
struct frame frames_sll2_later_fragment6(void);
struct frame frames_ip6_esp(void);

#endif
