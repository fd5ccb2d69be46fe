/* test_capture.c - capture files of every kind, whole, cut and hostile. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "ingest/capture.h"
#include "tests/folder.h"
#include "tests/pcapfile.h"

enum { PACKETS = 5, BASE = 1788220826 };

/* Packets of growing length; the first is empty. */
static struct pcapfile make(bool big, bool ns, bool modified)
{
    struct pcapfile f = {.big = big, .ns = ns, .modified = modified};
    uint8_t bytes[64];

    memset(bytes, 0xab, sizeof bytes);
    pcapfile_header(&f, 64, 1);
    for (uint32_t i = 0; i < PACKETS; i++)
        pcapfile_packet(&f, BASE + i, 947306 + i, i * 10, i * 100, bytes);
    return f;
}

static char *dir;

static int make_dir(void **state)
{
    (void)state;
    dir = folder_make();
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static char *temporary(char out[600])
{
    snprintf(out, 600, "%s/capture", dir);
    return out;
}

static struct capture *open_file(const struct pcapfile *f, size_t len,
                                 enum pcapfile_filter filter,
                                 enum capture_kind *kind, struct err *e)
{
    char path[600];

    pcapfile_save(f, temporary(path), len, filter);
    struct capture *c = capture_open(path, kind, e);

    unlink(path);
    return c;
}

/* Through memory: `len` bytes of the file, plain. */
static struct capture *open_bytes(const struct pcapfile *f, size_t len,
                                  enum capture_kind *kind, struct err *e)
{
    int fd = memfd_create("capture", MFD_CLOEXEC);

    assert_true(fd >= 0);
    if (len)
        assert_int_equal(write(fd, f->bytes.data, len), len);
    lseek(fd, 0, SEEK_SET);
    return capture_open_fd(fd, kind, e);
}

static uint32_t count(struct capture *c)
{
    struct capture_packet p;
    uint32_t n = 0;

    while (capture_next(c, &p))
        n++;
    return n;
}

static void assert_packets(struct capture *c, bool ns)
{
    struct capture_packet p;

    for (uint32_t i = 0; i < PACKETS; i++) {
        assert_true(capture_next(c, &p));
        assert_int_equal(p.time, (int64_t)(BASE + i) * 1000000000 +
                                     (int64_t)(947306 + i) * (ns ? 1 : 1000));
        assert_int_equal(p.caplen, i * 10);
        assert_int_equal(p.len, i * 100);
        assert_int_equal(p.linktype, 1);
        for (uint32_t k = 0; k < p.caplen; k++)
            assert_int_equal(p.bytes[k], 0xab);
    }
    assert_false(capture_next(c, &p));
    assert_null(capture_broken(c));
    assert_false(capture_next(c, &p));
}

static void reads_every_kind_of_classic_pcap(void **state)
{
    (void)state;
    for (int v = 0; v < 8; v++) {
        bool big = v & 1, ns = v & 2, modified = v & 4;
        struct pcapfile f = make(big, ns && !modified, modified);

        for (enum pcapfile_filter x = 0; x < PCAPFILE_FILTERS; x++) {
            struct err e = {0};
            enum capture_kind kind;
            struct capture *c = open_file(&f, f.bytes.len, x, &kind, &e);

            assert_non_null(c);
            assert_int_equal(kind, CAPTURE_PCAP);
            assert_packets(c, ns && !modified);
            assert_int_equal(capture_offset(c), f.bytes.len);
            assert_int_equal(capture_bytes_out(c), f.bytes.len);
            assert_true(capture_bytes_in(c) > 0);
            capture_close(c);
        }
        buf_free(&f.bytes);
    }
}

/* Offset of each packet in the file, and of its end. */
static void offsets(size_t at[PACKETS + 1], size_t header)
{
    at[0] = 24;
    for (size_t i = 0; i < PACKETS; i++)
        at[i + 1] = at[i] + header + i * 10;
}

static void keeps_whole_packets_of_a_file_cut_anywhere(void **state)
{
    struct pcapfile f = make(false, false, false);
    size_t at[PACKETS + 1];

    (void)state;
    offsets(at, 16);
    for (size_t len = 24; len <= f.bytes.len; len++) {
        struct err e = {0};
        enum capture_kind kind;
        struct capture *c = open_bytes(&f, len, &kind, &e);
        uint32_t whole = 0;

        while (whole < PACKETS && at[whole + 1] <= len)
            whole++;
        assert_non_null(c);
        assert_int_equal(count(c), whole);
        assert_int_equal(capture_offset(c), at[whole]);
        if (len == at[whole])
            assert_null(capture_broken(c));
        else
            assert_non_null(capture_broken(c));
        capture_close(c);
    }
    buf_free(&f.bytes);
}

static void refuses_what_ends_in_the_file_header(void **state)
{
    struct pcapfile f = make(true, false, false);

    (void)state;
    for (size_t len = 0; len < 24; len++) {
        struct err e = {0};
        enum capture_kind kind;

        assert_null(open_bytes(&f, len, &kind, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(kind, len == 0  ? CAPTURE_EMPTY
                               : len < 4 ? CAPTURE_NONE
                                         : CAPTURE_PCAP);
    }
    buf_free(&f.bytes);
}

static void names_formats_that_it_does_not_read(void **state)
{
    struct pcapfile f = {.big = false};
    enum capture_kind kind;
    struct err e = {0};

    (void)state;
    buf_put(&f.bytes, "snoop\0\0\0\0\0\0\2", 12);
    buf_fill(&f.bytes, 0, 64);
    assert_null(open_bytes(&f, f.bytes.len, &kind, &e));
    assert_int_equal(kind, CAPTURE_FOREIGN);
    assert_string_equal(e.text, "snoop is not read by this version");
    memcpy(f.bytes.data, "#!/bin/sh\n", 10);
    assert_null(open_bytes(&f, f.bytes.len, &kind, &e));
    assert_int_equal(kind, CAPTURE_NONE);
    assert_string_equal(e.text, "no capture file");
    assert_null(capture_open("/nonexistent/x", &kind, &e));
    assert_int_equal(kind, CAPTURE_UNREADABLE);
    assert_null(capture_open("/tmp", &kind, &e));
    assert_int_equal(kind, CAPTURE_UNREADABLE);
    buf_free(&f.bytes);
}

static void stops_at_a_length_that_cannot_be(void **state)
{
    static const uint32_t lengths[] = {262145, 0x7fffffff, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct pcapfile f = make(false, false, false);
        struct err e = {0};
        enum capture_kind kind;
        size_t good = f.bytes.len;

        pcapfile_packet(&f, BASE, 0, 0, 60, "");
        memcpy(f.bytes.data + good + 8, &lengths[i], 4);
        buf_fill(&f.bytes, 0, 300000);
        struct capture *c = open_bytes(&f, f.bytes.len, &kind, &e);

        assert_non_null(c);
        assert_int_equal(count(c), PACKETS);
        assert_non_null(capture_broken(c));
        assert_int_equal(capture_offset(c), good);
        capture_close(c);
        buf_free(&f.bytes);
    }
}

static void keeps_packets_longer_than_the_snapshot_length(void **state)
{
    struct pcapfile f = {.ns = true};
    enum capture_kind kind;
    struct err e = {0};
    struct capture_packet p;
    uint8_t *big = calloc(1, 262144);

    (void)state;
    assert_non_null(big);
    big[262143] = 7;
    pcapfile_header(&f, 68, 1);
    pcapfile_packet(&f, BASE, 0, 262144, 10, big);
    struct capture *c = open_bytes(&f, f.bytes.len, &kind, &e);

    assert_non_null(c);
    assert_true(capture_next(c, &p));
    assert_int_equal(p.caplen, 262144);
    assert_int_equal(p.len, 10);
    assert_int_equal(p.bytes[262143], 7);
    assert_false(capture_next(c, &p));
    assert_null(capture_broken(c));
    capture_close(c);
    buf_free(&f.bytes);
    free(big);
}

static void reads_times_without_a_sign(void **state)
{
    struct pcapfile f = {.ns = false};
    enum capture_kind kind;
    struct err e = {0};
    struct capture_packet p;

    (void)state;
    pcapfile_header(&f, 68, 1);
    pcapfile_packet(&f, 0xffffffff, 0xffffffff, 0, 0, "");
    struct capture *c = open_bytes(&f, f.bytes.len, &kind, &e);

    assert_non_null(c);
    assert_true(capture_next(c, &p));
    assert_int_equal(p.time, INT64_C(4294967295) * 1000000000 +
                                 INT64_C(4294967295) * 1000);
    capture_close(c);
    f.bytes.len = 0;
    f.ns = true;
    pcapfile_header(&f, 68, 1);
    pcapfile_packet(&f, 0x80000000, 0xffffffff, 0, 0, "");
    c = open_bytes(&f, f.bytes.len, &kind, &e);
    assert_non_null(c);
    assert_true(capture_next(c, &p));
    assert_int_equal(p.time, INT64_C(2147483648) * 1000000000 + 4294967295);
    capture_close(c);
    buf_free(&f.bytes);
}

/* Enough of it that compression has something to lose. */
static struct pcapfile make_long(uint32_t packets)
{
    struct pcapfile f = {.big = false};

    pcapfile_header(&f, 68, 1);
    for (uint32_t i = 0; i < packets; i++)
        pcapfile_tcp(&f, BASE, i);
    return f;
}

/* The compressed file as it is on disk. */
static struct pcapfile compressed(const struct pcapfile *f,
                                  enum pcapfile_filter filter)
{
    struct pcapfile out = {.big = false};
    char path[600];
    uint8_t bytes[4096];
    size_t n;

    pcapfile_save(f, temporary(path), f->bytes.len, filter);
    FILE *in = fopen(path, "rb");

    assert_non_null(in);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        buf_put(&out.bytes, bytes, n);
    fclose(in);
    unlink(path);
    return out;
}

static void survives_damaged_compression(void **state)
{
    enum { LONG = 20000 };
    struct pcapfile f = make_long(LONG);

    (void)state;
    for (enum pcapfile_filter x = PCAPFILE_GZIP; x < PCAPFILE_FILTERS; x++) {
        struct pcapfile z = compressed(&f, x);
        struct err e = {0};
        enum capture_kind kind;
        struct capture *c = open_bytes(&z, z.bytes.len, &kind, &e);

        assert_non_null(c);
        assert_int_equal(count(c), LONG);
        assert_null(capture_broken(c));
        capture_close(c);
        c = open_bytes(&z, z.bytes.len - z.bytes.len / 8, &kind, &e);
        if (c) {
            uint32_t n = count(c);

            assert_true(n < LONG);
            assert_non_null(capture_broken(c));
            assert_int_equal(capture_offset(c), 24 + 70 * (uint64_t)n);
            if (x == PCAPFILE_GZIP || x == PCAPFILE_ZSTD)
                assert_true(n > LONG / 2);
        }
        capture_close(c);
        memset(z.bytes.data + z.bytes.len / 2, 0xff, 64);
        c = open_bytes(&z, z.bytes.len, &kind, &e);
        if (c) {
            uint32_t n = count(c);

            /* libarchive writes zstd without a checksum */
            assert_true(n < LONG ? capture_broken(c) != NULL : n == LONG);
            assert_true(x != PCAPFILE_GZIP || capture_broken(c));
        }
        capture_close(c);
        buf_free(&z.bytes);
    }
    buf_free(&f.bytes);
}

/* RFC 1952, RFC 1951 3.2.4: one member of one block that is not compressed, so
 * that what a cut leaves can be told; its checksum is not there yet. */
static void put_member(struct pcapfile *z, const uint8_t *data, uint16_t len)
{
    buf_put(&z->bytes, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
    buf_u16(&z->bytes, len);
    buf_u16(&z->bytes, (uint16_t)~len);
    buf_put(&z->bytes, data, len);
}

static void keeps_all_that_a_cut_gzip_file_holds(void **state)
{
    struct pcapfile f = make_long(400), z = {.big = false};

    (void)state;
    put_member(&z, f.bytes.data, (uint16_t)f.bytes.len);
    for (size_t cut = 15 + 24; cut <= z.bytes.len; cut += 97) {
        struct err e = {0};
        enum capture_kind kind;
        struct capture *c = open_bytes(&z, cut, &kind, &e);

        assert_non_null(c);
        assert_int_equal(count(c), (cut - 15 - 24) / 70);
        assert_string_equal(capture_broken(c), "gzip: the data are cut");
        capture_close(c);
    }
    buf_free(&f.bytes);
    buf_free(&z.bytes);
}

static void reads_gzip_members_one_after_the_other(void **state)
{
    struct pcapfile f = make_long(1000);
    struct pcapfile z = compressed(&f, PCAPFILE_GZIP), more = {.big = false};
    enum capture_kind kind;
    struct err e = {0};

    (void)state;
    pcapfile_tcp(&more, BASE, 1000);
    struct pcapfile last = compressed(&more, PCAPFILE_GZIP);

    buf_put(&z.bytes, last.bytes.data, last.bytes.len);
    buf_fill(&z.bytes, 0, 100); /* padding of a tape */
    struct capture *c = open_bytes(&z, z.bytes.len, &kind, &e);

    assert_non_null(c);
    assert_int_equal(count(c), 1001);
    assert_null(capture_broken(c));
    capture_close(c);
    z.bytes.data[z.bytes.len - 100 - 5] ^= 1; /* its checksum */
    c = open_bytes(&z, z.bytes.len, &kind, &e);
    assert_non_null(c);
    assert_int_equal(count(c), 1001);
    assert_string_equal(capture_broken(c), "gzip: incorrect data check");
    capture_close(c);
    buf_free(&f.bytes);
    buf_free(&z.bytes);
    buf_free(&more.bytes);
    buf_free(&last.bytes);
}

/* The xz format, 3.1 and 5.3.1: the dictionary's size is one byte of the
 * header of a block, which ends with its checksum. */
static void bounds_the_dictionary_of_xz(void **state)
{
    enum { BLOCK = 12, SIZE_AT = 16, MIB_128 = 30 };
    struct pcapfile f = make_long(100);
    struct pcapfile z = compressed(&f, PCAPFILE_XZ);
    uint8_t *block = z.bytes.data + BLOCK;
    uint32_t head = block[0] * 4u;

    (void)state;
    assert_int_equal(block[2], 0x21);
    for (uint8_t size = MIB_128; size <= 40; size++) {
        struct err e = {0};
        enum capture_kind kind;

        z.bytes.data[SIZE_AT] = size;
        uint32_t sum = (uint32_t)crc32(0, block, head);

        memcpy(block + head, &sum, 4);
        struct capture *c = open_bytes(&z, z.bytes.len, &kind, &e);

        if (size == MIB_128) {
            assert_non_null(c);
            assert_int_equal(count(c), 100);
            assert_null(capture_broken(c));
            capture_close(c);
        } else {
            assert_null(c);
            assert_int_equal(kind, CAPTURE_UNREADABLE);
            assert_string_equal(e.text, "xz: its dictionary is over 128 MiB");
        }
    }
    buf_free(&f.bytes);
    buf_free(&z.bytes);
}

static void reads_a_pipe(void **state)
{
    struct pcapfile f = make(false, true, false);
    enum capture_kind kind;
    struct err e = {0};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], f.bytes.data, f.bytes.len), f.bytes.len);
    close(ends[1]);
    struct capture *c = capture_open_fd(ends[0], &kind, &e);

    assert_non_null(c);
    assert_packets(c, true);
    capture_close(c);
    buf_free(&f.bytes);
}

static void names_link_types(void **state)
{
    char name[64];

    (void)state;
    capture_skip_reason(name, 9);
    assert_string_equal(name, "link-type PPP");
    capture_skip_reason(name, 54321);
    assert_string_equal(name, "link-type 54321");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_classic_pcap),
        cmocka_unit_test(keeps_whole_packets_of_a_file_cut_anywhere),
        cmocka_unit_test(refuses_what_ends_in_the_file_header),
        cmocka_unit_test(names_formats_that_it_does_not_read),
        cmocka_unit_test(stops_at_a_length_that_cannot_be),
        cmocka_unit_test(keeps_packets_longer_than_the_snapshot_length),
        cmocka_unit_test(reads_times_without_a_sign),
        cmocka_unit_test(survives_damaged_compression),
        cmocka_unit_test(keeps_all_that_a_cut_gzip_file_holds),
        cmocka_unit_test(reads_gzip_members_one_after_the_other),
        cmocka_unit_test(bounds_the_dictionary_of_xz),
        cmocka_unit_test(reads_a_pipe),
        cmocka_unit_test(names_link_types),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
