/* test_pcapng.c - pcapng files made block by block, whole, cut and hostile. */
#include "tests/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "ingest/capture.h"
#include "ingest/pcapng.h"

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    OBSOLETE = 2,
    SIMPLE = 3,
    NAMES = 4,
    STATISTICS = 5,
    ENHANCED = 6,
    SECRETS = 10,
    CUSTOM = 0xbad
};

struct file {
    struct buf bytes;
    bool big;
    size_t start; /* of the block in hand */
};

static void p16(struct file *f, uint32_t v)
{
    buf_u16(&f->bytes, f->big ? __builtin_bswap16((uint16_t)v) : (uint16_t)v);
}

static void p32(struct file *f, uint32_t v)
{
    buf_u32(&f->bytes, f->big ? __builtin_bswap32(v) : v);
}

static void p64(struct file *f, uint64_t v)
{
    buf_u64(&f->bytes, f->big ? __builtin_bswap64(v) : v);
}

static void begin(struct file *f, uint32_t type)
{
    f->start = f->bytes.len;
    p32(f, type);
    p32(f, 0);
}

static void pad(struct file *f)
{
    buf_fill(&f->bytes, 0, -f->bytes.len & 3);
}

static void end(struct file *f)
{
    pad(f);
    uint32_t len = (uint32_t)(f->bytes.len - f->start) + 4;
    uint32_t written = f->big ? __builtin_bswap32(len) : len;

    p32(f, len);
    memcpy(f->bytes.data + f->start + 4, &written, 4);
}

static void option(struct file *f, uint32_t code, const void *value,
                   uint32_t len)
{
    p16(f, code);
    p16(f, len);
    buf_put(&f->bytes, value, len);
    pad(f);
}

static void option64(struct file *f, uint32_t code, uint64_t value)
{
    p16(f, code);
    p16(f, 8);
    p64(f, value);
}

static void section(struct file *f, bool big)
{
    f->big = big;
    begin(f, SECTION);
    p32(f, 0x1a2b3c4d);
    p16(f, 1);
    p16(f, 0);
    p64(f, UINT64_MAX);
    option(f, 1, "a comment", 9);
    option(f, 0, "", 0);
    end(f);
}

static void interface(struct file *f, uint32_t linktype, uint32_t snaplen,
                      uint8_t resolution, int64_t offset)
{
    begin(f, INTERFACE);
    p16(f, linktype);
    p16(f, 0);
    p32(f, snaplen);
    option(f, 2, "eth0", 4);
    if (resolution)
        option(f, 9, &resolution, 1);
    if (offset)
        option64(f, 14, (uint64_t)offset);
    option(f, 0, "", 0);
    end(f);
}

static void timed(struct file *f, uint64_t ticks, uint32_t caplen)
{
    p32(f, (uint32_t)(ticks >> 32));
    p32(f, (uint32_t)ticks);
    p32(f, caplen);
    p32(f, caplen * 10);
    buf_fill(&f->bytes, 0xab, caplen);
    pad(f);
}

static void enhanced(struct file *f, uint32_t in, uint64_t ticks,
                     uint32_t caplen, uint64_t drops)
{
    begin(f, ENHANCED);
    p32(f, in);
    timed(f, ticks, caplen);
    if (drops) {
        option64(f, 4, drops);
        option(f, 0, "", 0);
    }
    end(f);
}

static void obsolete(struct file *f, uint32_t in, uint64_t ticks,
                     uint32_t caplen, uint32_t drops)
{
    begin(f, OBSOLETE);
    p16(f, in);
    p16(f, drops);
    timed(f, ticks, caplen);
    end(f);
}

static void simple(struct file *f, uint32_t len, uint32_t caplen)
{
    begin(f, SIMPLE);
    p32(f, len);
    buf_fill(&f->bytes, 0xab, caplen);
    end(f);
}

static void statistics(struct file *f, uint32_t in, uint64_t interface_drops,
                       uint64_t system_drops)
{
    begin(f, STATISTICS);
    p32(f, in);
    p64(f, 0);
    option64(f, 5, interface_drops);
    option64(f, 7, system_drops);
    option(f, 0, "", 0);
    end(f);
}

static void other(struct file *f, uint32_t type, uint32_t len)
{
    begin(f, type);
    buf_fill(&f->bytes, 0xff, len);
    end(f);
}

static struct capture *open_file(const struct file *f, size_t len,
                                 struct err *e)
{
    enum capture_kind kind;
    int fd = memfd_create("pcapng", MFD_CLOEXEC);

    assert_true(fd >= 0);
    if (len)
        assert_int_equal(write(fd, f->bytes.data, len), len);
    lseek(fd, 0, SEEK_SET);
    return capture_open_fd(fd, &kind, e);
}

static struct capture *must_open(const struct file *f, size_t len)
{
    struct err e = {0};
    struct capture *c = open_file(f, len, &e);

    assert_non_null(c);
    return c;
}

static uint32_t count(struct capture *c)
{
    struct capture_packet p;
    uint32_t n = 0;

    while (capture_next(c, &p))
        n++;
    return n;
}

static void assert_packet(struct capture *c, int64_t time, uint32_t caplen,
                          uint32_t len, int linktype)
{
    struct capture_packet p;

    assert_true(capture_next(c, &p));
    assert_int_equal(p.time, time);
    assert_int_equal(p.caplen, caplen);
    assert_int_equal(p.len, len);
    assert_int_equal(p.linktype, linktype);
    for (uint32_t i = 0; i < p.caplen; i++)
        assert_int_equal(p.bytes[i], 0xab);
}

static void assert_end(struct capture *c, const struct file *f)
{
    struct capture_packet p;

    assert_false(capture_next(c, &p));
    assert_null(capture_broken(c));
    assert_int_equal(capture_offset(c), f->bytes.len);
    capture_close(c);
}

/* Every kind of block that is read or passed over; 4 packets. */
static void put_blocks(struct file *f)
{
    interface(f, 1, 4, 0, 0);
    interface(f, 101, 0, 9, 0);
    other(f, NAMES, 12);
    enhanced(f, 0, 1000000, 7, 0);
    other(f, SECRETS, 40);
    enhanced(f, 1, 5000000007, 0, 0);
    obsolete(f, 1, 9, 4, 0xffff);
    other(f, CUSTOM, 20);
    simple(f, 9, 4);
    other(f, 0x40000bad, 0);
    other(f, 0x7fffffff, 200000);
    statistics(f, 0, 0, 0);
}

static void reads_every_block_in_either_byte_order(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct file f = {.big = false};

        section(&f, big);
        put_blocks(&f);
        struct capture *c = must_open(&f, f.bytes.len);

        assert_packet(c, 1000000000, 7, 70, 1);
        assert_packet(c, 5000000007, 0, 0, 12);
        assert_packet(c, 9, 4, 40, 12);
        assert_packet(c, 0, 4, 9, 1);
        assert_end(c, &f);
        buf_free(&f.bytes);
    }
}

static void begins_anew_in_every_section(void **state)
{
    struct file f = {.big = false};

    (void)state;
    section(&f, true);
    interface(&f, 1, 0, 3, 0);
    enhanced(&f, 0, 5, 8, 0);
    section(&f, false);
    interface(&f, 113, 0, 0, 0);
    enhanced(&f, 0, 5, 8, 0);
    struct capture *c = must_open(&f, f.bytes.len);

    assert_packet(c, 5000000, 8, 80, 1);
    assert_packet(c, 5000, 8, 80, 113);
    assert_end(c, &f);
    section(&f, true);
    enhanced(&f, 0, 5, 8, 0); /* of no interface */
    c = must_open(&f, f.bytes.len);
    assert_int_equal(count(c), 2);
    assert_non_null(capture_broken(c));
    capture_close(c);
    buf_free(&f.bytes);
}

static void knows_every_resolution(void **state)
{
    static const struct {
        uint8_t resolution;
        int64_t offset;
        uint64_t ticks;
        int64_t ns;
    } cases[] = {
        {0,         0,         1500000,           1500000000                         },
        {6,         7,         1500000,           8500000000                         },
        {3,         -1,        1500,              500000000                          },
        {9,         0,         123,               123                                },
        {12,        0,         123456,            123                                },
        {28,        0,         UINT64_MAX,        1                                  },
        {29,        0,         UINT64_MAX,        0                                  },
        {127,       0,         UINT64_MAX,        0                                  },
        {0x80,      0,         3,                 3000000000                         },
        {0x80 | 1,  0,         3,                 1500000000                         },
        {0x80 | 30, 0,         1 << 29,           500000000                          },
        {0x80 | 64, 0,         UINT64_C(1) << 63, 500000000                          },
        {0xff,      0,         UINT64_MAX,        0                                  },
        {6,         0,         UINT64_MAX,        INT64_MAX - INT64_C(86400000000000)},
        {0x80,      INT64_MIN, 0,                 INT64_C(86400000000000) - INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file f = {.big = false};

        section(&f, i % 2);
        interface(&f, 1, 0, cases[i].resolution, cases[i].offset);
        enhanced(&f, 0, cases[i].ticks, 0, 0);
        struct capture *c = must_open(&f, f.bytes.len);

        assert_packet(c, cases[i].ns, 0, 0, 1);
        assert_end(c, &f);
        buf_free(&f.bytes);
    }
}

/* What a file of `len` bytes must give: its whole packets, and the offset of
 * the first block that is not there. */
static void assert_cut(const struct file *f, size_t len, const size_t *at,
                       uint32_t blocks)
{
    static const uint8_t packets[] = {0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0};
    uint32_t whole = 0, expected = 0;

    while (whole < blocks && at[whole + 1] <= len)
        expected += packets[whole++];
    struct err e = {0};
    struct capture *c = open_file(f, len, &e);

    if (!whole) {
        assert_null(c);
        assert_int_equal(e.code, ERR_INPUT);
        return;
    }
    assert_non_null(c);
    assert_int_equal(count(c), expected);
    assert_int_equal(capture_offset(c), at[whole]);
    if (len == at[whole])
        assert_null(capture_broken(c));
    else
        assert_non_null(capture_broken(c));
    capture_close(c);
}

static void keeps_whole_packets_of_a_file_cut_anywhere(void **state)
{
    enum { BLOCKS = 13 };
    struct file f = {.big = false};
    size_t at[BLOCKS + 1] = {0};

    (void)state;
    section(&f, false);
    put_blocks(&f);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        uint32_t len;

        memcpy(&len, f.bytes.data + at[i] + 4, 4);
        at[i + 1] = at[i] + len;
    }
    assert_int_equal(at[BLOCKS], f.bytes.len);
    for (size_t len = 0; len <= f.bytes.len; len++)
        if (len < 2000 || len > f.bytes.len - 200)
            assert_cut(&f, len, at, BLOCKS);
    buf_free(&f.bytes);
}

/* One 32-bit word of a block is altered. */
static void stops_at_lengths_that_cannot_be(void **state)
{
    enum { LENGTH = 4, IN = 8, CAPLEN = 20, AGAIN = 32 };
    static const struct {
        uint32_t at, value;
    } cases[] = {
        {LENGTH, 0         },
        {LENGTH, 8         },
        {LENGTH, 11        },
        {LENGTH, 13        },
        {LENGTH, 38        },
        {LENGTH, 28        },
        {LENGTH, 44        },
        {LENGTH, 0x7ffffffc},
        {LENGTH, 0xfffffffc},
        {LENGTH, 0xffffffff},
        {IN,     1         },
        {IN,     0xffffffff},
        {CAPLEN, 5         },
        {CAPLEN, 0x80000000},
        {CAPLEN, 0xffffffff},
        {AGAIN,  0         },
        {AGAIN,  40        },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file f = {.big = false};

        section(&f, false);
        interface(&f, 1, 0, 0, 0);
        enhanced(&f, 0, 1, 4, 0);
        enhanced(&f, 0, 1, 4, 0);
        size_t good = f.bytes.len;

        enhanced(&f, 0, 1, 4, 0);
        enhanced(&f, 0, 1, 4, 0);
        memcpy(f.bytes.data + good + cases[i].at, &cases[i].value, 4);
        struct capture *c = must_open(&f, f.bytes.len);

        assert_int_equal(count(c), 2);
        assert_non_null(capture_broken(c));
        assert_int_equal(capture_offset(c), good);
        capture_close(c);
        buf_free(&f.bytes);
    }
}

static void cuts_packets_that_are_too_long(void **state)
{
    struct file f = {.big = false};

    (void)state;
    section(&f, false);
    interface(&f, 1, 0, 0, 0);
    enhanced(&f, 0, 1, PCAPNG_PACKET_MAX + 77, 0);
    enhanced(&f, 0, 2, 3, 0);
    struct capture *c = must_open(&f, f.bytes.len);

    assert_packet(c, 1000, PCAPNG_PACKET_MAX, (PCAPNG_PACKET_MAX + 77) * 10, 1);
    assert_packet(c, 2000, 3, 30, 1);
    assert_end(c, &f);
    buf_free(&f.bytes);
}

static void adds_up_what_was_lost(void **state)
{
    struct file f = {.big = false};

    (void)state;
    section(&f, false);
    interface(&f, 1, 0, 0, 0);
    interface(&f, 1, 0, 0, 0);
    statistics(&f, 0, 2, 3);
    statistics(&f, 0, 4, 3); /* since the beginning too */
    statistics(&f, 1, 0, 1);
    statistics(&f, 9, 100, 100);
    section(&f, true);
    interface(&f, 1, 0, 0, 0);
    statistics(&f, 0, 10, 0);
    struct capture *c = must_open(&f, f.bytes.len);

    assert_int_equal(count(c), 0);
    assert_int_equal(capture_lost(c), 18);
    capture_close(c);
    enhanced(&f, 0, 1, 1, 20);
    obsolete(&f, 0, 1, 1, 5);
    obsolete(&f, 0, 1, 1, 0xffff); /* not known */
    c = must_open(&f, f.bytes.len);
    assert_int_equal(count(c), 3);
    assert_int_equal(capture_lost(c), 25);
    capture_close(c);
    buf_free(&f.bytes);
}

static void turns_netfilter_attributes_to_our_byte_order(void **state)
{
    static const uint8_t swapped[] = {2, 0, 0, 0, 0, 6, 0,    1, 'x', 'y',
                                      0, 0, 0, 5, 0, 9, 0x45, 0, 0,   0};
    struct file f = {.big = false};
    struct capture_packet p;
    uint16_t word[2];

    (void)state;
    section(&f, true);
    interface(&f, 239, 0, 0, 0);
    begin(&f, SIMPLE);
    p32(&f, sizeof swapped);
    buf_put(&f.bytes, swapped, sizeof swapped);
    end(&f);
    struct capture *c = must_open(&f, f.bytes.len);

    assert_true(capture_next(c, &p));
    memcpy(word, p.bytes + 4, 4);
    assert_int_equal(word[0], 6);
    assert_int_equal(word[1], 1);
    memcpy(word, p.bytes + 12, 4);
    assert_int_equal(word[0], 5);
    assert_int_equal(word[1], 9);
    capture_close(c);
    buf_free(&f.bytes);
}

static void refuses_what_it_does_not_know(void **state)
{
    enum { MAJOR = 12, MINOR = 14, ORDER = 8 };
    static const struct {
        uint32_t at;
        uint8_t value;
    } cases[] = {
        {MAJOR, 2 },
        {MAJOR, 0 },
        {MINOR, 1 },
        {ORDER, 0 },
        {4,     24},
        {4,     30},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file f = {.big = false};
        struct err e = {0};

        section(&f, false);
        f.bytes.data[cases[i].at] = cases[i].value;
        assert_null(open_file(&f, f.bytes.len, &e));
        assert_int_equal(e.code, ERR_INPUT);
        buf_free(&f.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_block_in_either_byte_order),
        cmocka_unit_test(begins_anew_in_every_section),
        cmocka_unit_test(knows_every_resolution),
        cmocka_unit_test(keeps_whole_packets_of_a_file_cut_anywhere),
        cmocka_unit_test(stops_at_lengths_that_cannot_be),
        cmocka_unit_test(cuts_packets_that_are_too_long),
        cmocka_unit_test(adds_up_what_was_lost),
        cmocka_unit_test(turns_netfilter_attributes_to_our_byte_order),
        cmocka_unit_test(refuses_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
