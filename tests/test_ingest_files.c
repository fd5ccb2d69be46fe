/* test_ingest_files.c - what is read into a store: folders, copies, standard
 * input, odd packets, files that are none. */
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/paths.h"
#include "tests/place.h"

static void keeps_sensors_apart(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(PLACE_SEC, 20),
                    g = place_traffic(PLACE_SEC + 3, 20);
    uint64_t captures;

    mkdir(place_name(p, "in"), 0700);
    pcapfile_save(&f, place_name(p, "in/north_2026-09-01.pcap"), f.bytes.len,
                  0);
    pcapfile_save(&g, place_name(p, "in/south.20260901120000.pcap"),
                  g.bytes.len, 0);
    place_ingest(p, place_name(p, "in"));
    place_assert_outcome(p, INGEST_NEW, 2, 40);
    assert_int_equal(place_rows(p, &captures), 40);
    assert_int_equal(captures, 2);
    assert_string_equal(place_capture(p, 0).sensor, "north");
    assert_string_equal(place_capture(p, 1).sensor, "south");
    buf_free(&f.bytes);
    buf_free(&g.bytes);
}

static void reads_folders_in_the_order_of_time(void **state)
{
    struct place *p = *state;
    static const char *const names[] = {"in/a", "in/deep/b", "in/c",
                                        "in/.hidden", "in/deep/zz"};

    mkdir(place_name(p, "in"), 0700);
    mkdir(place_name(p, "in/deep"), 0700);
    for (uint32_t i = 0; i < 5; i++) {
        struct pcapfile f = place_traffic(PLACE_SEC + 1000 * (5 - i), 3);

        pcapfile_save(&f, place_name(p, names[i]), f.bytes.len,
                      (enum pcapfile_filter)(i % 3));
        buf_free(&f.bytes);
    }
    FILE *text = fopen(place_name(p, "in/readme.pcap"), "w");

    assert_non_null(text);
    fputs("not a capture\n", text);
    fclose(text);
    text = fopen(place_name(p, "in/empty.pcap"), "w");
    assert_non_null(text);
    fclose(text);
    place_ingest(p, place_name(p, "in"));
    place_assert_outcome(p, INGEST_NEW, 4, 12);
    assert_int_equal(p->r.warnings, 0);
    assert_int_equal(p->r.files_passed, 2);
    assert_non_null(strstr(place_capture(p, 0).name, "deep/zz"));
    assert_non_null(strstr(place_capture(p, 1).name, "in/c"));
    assert_non_null(strstr(place_capture(p, 2).name, "deep/b"));
    assert_non_null(strstr(place_capture(p, 3).name, "in/a"));
}

/* Folders in folders until a name in the last one is too far down. */
static void deepen(char *path, size_t room)
{
    size_t len = strlen(path);

    while (len + 240 < room) {
        len += (size_t)snprintf(path + len, room - len, "/%0200d", 7);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static void reads_on_where_a_path_is_too_long(void **state)
{
    struct place *p = *state;
    char path[PATHS_MAX], name[256];
    int here = open(".", O_RDONLY | O_DIRECTORY);

    mkdir(place_name(p, "in"), 0700);
    place_save(p, "in/zz", 40, PCAPFILE_PLAIN);
    snprintf(path, sizeof path, "%s", place_name(p, "in"));
    deepen(path, sizeof path);
    memset(name, 'n', sizeof name);
    name[250] = 0;
    assert_true(here >= 0 && chdir(path) == 0);
    int fd = open(name, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && fchdir(here) == 0);
    close(fd);
    close(here);
    place_ingest(p, place_name(p, "in"));
    assert_int_equal(p->r.files[INGEST_NEW], 1);
    assert_int_equal(p->r.files[INGEST_REFUSED], 1);
    assert_true(p->r.incomplete);
    assert_int_equal(p->r.warnings, 1);
    assert_non_null(strstr(p->r.warning[0].text, "longer than 4095 bytes"));
    assert_int_equal(place_rows(p, NULL), 40);
}

static void words(struct buf *b, const uint32_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_u32(b, v[i]);
}

/* A pcapng file of one packet, and `lost` that its interface dropped. */
static void save_drops(struct place *p, const char *name, uint32_t lost)
{
    const uint64_t us = (uint64_t)PLACE_SEC * 1000000;
    const uint32_t hi = (uint32_t)(us >> 32), lo = (uint32_t)us;
    const uint32_t start[] = {0x0a0d0d0a,
                              28,
                              0x1a2b3c4d,
                              1,
                              UINT32_MAX,
                              UINT32_MAX,
                              28,
                              1 /* interface of Ethernet */,
                              20,
                              1,
                              0,
                              20,
                              6 /* packet */,
                              92,
                              0,
                              hi,
                              lo,
                              60,
                              60};
    const uint32_t end[] = {
        92, 5 /* statistics */, 40, 0, hi, lo, 8 << 16 | 5, lost, 0, 0, 40};
    struct buf b = {0};
    FILE *out = fopen(place_name(p, name), "wb");

    words(&b, start, sizeof start / sizeof *start);
    buf_fill(&b, 0, 60);
    words(&b, end, sizeof end / sizeof *end);
    assert_non_null(out);
    assert_int_equal(fwrite(b.data, 1, b.len, out), b.len);
    fclose(out);
    buf_free(&b);
}

static void remembers_that_packets_were_lost(void **state)
{
    struct place *p = *state;

    save_drops(p, "a", 0);
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_NEW, 1, 1);
    assert_false(place_capture(p, 0).partial);
    save_drops(p, "a", 3); /* told when no packet came any more */
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_non_null(strstr(p->r.warning[0].text, "3 packets were lost"));
    assert_true(place_capture(p, 0).partial);
    assert_int_equal(place_capture(p, 0).state, CAPTURE_WHOLE);
    assert_int_equal(place_rows(p, NULL), 1);
}

static void knows_a_copy_within_the_same_run(void **state)
{
    struct place *p = *state;

    mkdir(place_name(p, "in"), 0700);
    place_save(p, "in/a", 40, PCAPFILE_PLAIN);
    place_save(p, "in/b", 40, PCAPFILE_GZIP);
    place_save(p, "in/c", 30, PCAPFILE_GZIP);
    place_ingest(p, place_name(p, "in"));
    assert_int_equal(p->r.files[INGEST_NEW], 1);
    assert_int_equal(p->r.files[INGEST_KNOWN], 2);
    assert_int_equal(place_rows(p, NULL), 40);
}

static void reads_standard_input_exactly_once_too(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(PLACE_SEC, 10);

    place_ingest_stdin(p, place_save(p, "a", 50, PCAPFILE_GZIP));
    place_assert_outcome(p, INGEST_NEW, 1, 50);
    assert_string_equal(place_capture(p, 0).sensor, "default");
    assert_int_equal(place_capture(p, 0).file_bytes, 0);
    place_ingest_stdin(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    place_ingest_stdin(p, place_save(p, "a", 20, PCAPFILE_PLAIN));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    place_ingest_stdin(p, place_save(p, "a", 80, PCAPFILE_ZSTD));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 30);
    assert_int_equal(place_rows(p, NULL), 80);
    for (uint32_t i = 10; i < 200; i++)
        pcapfile_tcp(&f, PLACE_SEC + 5, i);
    pcapfile_save(&f, place_name(p, "a"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest_stdin(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_NEW, 1, 200);
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    buf_free(&f.bytes);
}

static void skips_odd_times_or_keeps_them_apart(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(PLACE_SEC, 5);
    const char *path = place_name(p, "a");

    pcapfile_tcp(&f, 86400, 5);
    pcapfile_tcp(&f, 4000000000u, 6);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_NEW, 1, 5);
    assert_int_equal(place_skipped(&p->r, "odd-time"), 2);
    assert_int_equal(p->r.files_stepped_back, 1);
    assert_int_equal(p->r.warnings, 1);
    assert_false(p->r.incomplete);
    assert_int_equal(place_capture(p, 0).steps_back, 1);
    p->o.accept_odd_times = true;
    pcapfile_tcp(&f, 4000000000u, 7);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_CONTINUED, 1, 1);
    assert_int_equal(place_rows(p, NULL), 6);
    buf_free(&f.bytes);
}

/* The first packet is in no row, so that one packet alone is compared in vain
 * and has to be read again. */
static void reads_a_lone_packet_again_after_comparing(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(12345, 1);

    pcapfile_tcp(&f, PLACE_SEC, 1);
    pcapfile_save(&f, place_name(p, "a.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "a.pcap"));
    place_assert_outcome(p, INGEST_NEW, 1, 1);
    p->o.accept_odd_times = true;
    f.bytes.len -= 70;
    pcapfile_save(&f, place_name(p, "b.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "b.pcap"));
    assert_int_equal(p->r.packets_read, 1);
    assert_int_equal(p->r.packets_kept, 1);
    buf_free(&f.bytes);
}

static void counts_link_types_by_name(void **state)
{
    struct place *p = *state;
    struct pcapfile f = {.big = true};

    pcapfile_header(&f, 96, 8);
    for (uint32_t i = 0; i < 4; i++)
        pcapfile_tcp(&f, PLACE_SEC, i);
    pcapfile_save(&f, place_name(p, "a"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_NEW, 1, 0);
    assert_int_equal(place_skipped(&p->r, "link-type SLIP"), 4);
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    pcapfile_save(&f, place_name(p, "a"), 24 + 2 * 70, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "a"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    buf_free(&f.bytes);
}

static void refuses_one_file_and_reads_the_rest(void **state)
{
    struct place *p = *state;
    const char *paths[3];
    struct store *s;

    FILE *text = fopen(place_name(p, "x.pcap"), "w");
    assert_non_null(text);
    fputs("no capture\n", text);
    fclose(text);
    paths[0] = place_name(p, "x.pcap");
    paths[1] = place_save(p, "a", 7, PCAPFILE_PLAIN);
    paths[2] = place_name(p, "missing");
    s = place_store(p);
    assert_true(ingest_run(s, &p->o, paths, 3, &p->r, &p->e));
    store_close(s);
    assert_int_equal(p->r.files[INGEST_NEW], 1);
    assert_int_equal(p->r.files[INGEST_REFUSED], 2);
    assert_int_equal(p->r.packets_kept, 7);
    assert_int_equal(p->r.warnings, 2);
    assert_true(p->r.incomplete);
}

static void writes_nothing_in_a_dry_run(void **state)
{
    struct place *p = *state;
    const char *path = place_save(p, "a", 30, PCAPFILE_PLAIN);

    p->o.dry_run = true;
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_NEW, 1, 30);
    assert_int_equal(place_rows(p, NULL), 0);
    assert_true(ingest_run(NULL, &p->o, &path, 1, &p->r, &p->e));
    place_assert_outcome(p, INGEST_NEW, 1, 30);
    p->o.dry_run = false;
    place_ingest(p, path);
    p->o.dry_run = true;
    place_ingest(p, place_save(p, "a", 50, PCAPFILE_PLAIN));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 20);
    assert_int_equal(place_rows(p, NULL), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(keeps_sensors_apart),
        PLACE_TEST(reads_folders_in_the_order_of_time),
        PLACE_TEST(reads_on_where_a_path_is_too_long),
        PLACE_TEST(remembers_that_packets_were_lost),
        PLACE_TEST(knows_a_copy_within_the_same_run),
        PLACE_TEST(reads_standard_input_exactly_once_too),
        PLACE_TEST(skips_odd_times_or_keeps_them_apart),
        PLACE_TEST(reads_a_lone_packet_again_after_comparing),
        PLACE_TEST(counts_link_types_by_name),
        PLACE_TEST(refuses_one_file_and_reads_the_rest),
        PLACE_TEST(writes_nothing_in_a_dry_run),
    };

    place_jobs = 1;
    int failed = cmocka_run_group_tests_name("alone", tests, NULL, NULL);
    place_jobs = 4;
    return failed + cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
