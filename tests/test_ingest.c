/* test_ingest.c - captures into a store: every packet exactly once. */
#include "tests/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/decode.h"
#include "ingest/feed.h"
#include "ingest/ingest.h"
#include "tests/pcapfile.h"

enum { SEC = 1788220826 }; /* 2026-09-01 */

/* A folder with a store and what is to be read. */
struct place {
    char dir[64];
    char *path[8]; /* the last names made */
    uint32_t n;
    struct ingest_options o;
    struct ingest_report r;
    struct err e;
};

static uint32_t jobs; /* of the group that runs */

static int make_place(void **state)
{
    static const struct store_options plain = {0};
    struct place *p = calloc(1, sizeof *p);
    char store[96];

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "/tmp/test_ingest.XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(store, sizeof store, "%s/store", p->dir);
    if (!store_create(store, &plain, &p->e))
        fail_msg("%s", p->e.text);
    p->o.now = INT64_C(1000000000) * (SEC + 86400 * 30);
    p->o.jobs = jobs;
    *state = p;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int remove_place(void **state)
{
    struct place *p = *state;

    nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    for (int i = 0; i < 8; i++)
        free(p->path[i]);
    free(p);
    return 0;
}

static const char *name(struct place *p, const char *file)
{
    char **out = &p->path[p->n++ % 8];

    free(*out);
    assert_true(asprintf(out, "%s/%s", p->dir, file) > 0);
    return *out;
}

static struct store *open_store(struct place *p)
{
    struct store *s = store_open(name(p, "store"), &p->e);

    if (!s)
        fail_msg("%s", p->e.text);
    return s;
}

static bool run(struct place *p, const char *path)
{
    struct store *s = open_store(p);

    p->e = (struct err){0};
    bool ok = ingest_run(s, &p->o, &path, 1, &p->r, &p->e);

    store_close(s);
    return ok;
}

/* Ingests and holds the report against itself. */
static void ingest(struct place *p, const char *path)
{
    uint64_t skipped = 0;

    if (!run(p, path))
        fail_msg("%s", p->e.text);
    for (uint32_t i = 0; i < p->r.skips; i++)
        skipped += p->r.skip[i].packets;
    assert_int_equal(p->r.packets_read, p->r.packets_kept + skipped);
}

static uint64_t skipped(const struct ingest_report *r, const char *reason)
{
    for (uint32_t i = 0; i < r->skips; i++)
        if (strcmp(r->skip[i].reason, reason) == 0)
            return r->skip[i].packets;
    return 0;
}

static void assert_outcome(const struct place *p, enum ingest_outcome o,
                           uint64_t files, uint64_t kept)
{
    for (enum ingest_outcome i = 0; i < INGEST_OUTCOMES; i++)
        assert_int_equal(p->r.files[i], i == o ? files : 0);
    assert_int_equal(p->r.packets_kept, kept);
}

/* Rows of the store; each position of each capture must be there once. */
static uint64_t rows(struct place *p, uint64_t *captures)
{
    struct store *s = open_store(p);
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &p->e);
    uint8_t *seen = calloc(1, 1 << 20);
    uint64_t n = 0;

    assert_non_null(r);
    assert_non_null(seen);
    for (uint32_t i = 0; i < store_reader_blocks(r); i++) {
        struct store_block *b = store_block_open(r, i, &p->e);
        uint32_t count = store_reader_block(r, i).zone->rows;

        assert_non_null(b);
        for (uint32_t k = 0; k < count; k++) {
            struct store_order at;
            assert_true(store_block_order(b, k, &at, &p->e));
            uint32_t slot =
                (uint32_t)(at.capture.lo + at.position) & ((1 << 20) - 1);
            assert_int_equal(seen[slot]++, 0);
        }
        n += count;
        store_block_close(b);
    }
    if (captures)
        *captures = store_reader_captures(r);
    store_reader_close(r);
    strtab_free(&text);
    store_close(s);
    free(seen);
    return n;
}

static struct store_capture capture(struct place *p, uint32_t i)
{
    struct store *s = open_store(p);
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &p->e);

    assert_non_null(r);
    assert_true(i < store_reader_captures(r));
    struct store_capture c = *store_reader_capture(r, i);

    store_reader_close(r);
    strtab_free(&text);
    store_close(s);
    return c;
}

static struct pcapfile traffic(uint32_t sec, uint32_t packets)
{
    struct pcapfile f = {.big = false};

    pcapfile_header(&f, 96, 1);
    for (uint32_t i = 0; i < packets; i++)
        pcapfile_tcp(&f, sec, i);
    return f;
}

/* The first `packets` of a traffic, in a file. */
static const char *save(struct place *p, const char *file, uint32_t packets,
                        enum pcapfile_filter filter)
{
    struct pcapfile f = traffic(SEC, packets);
    const char *path = name(p, file);

    pcapfile_save(&f, path, f.bytes.len, filter);
    buf_free(&f.bytes);
    return path;
}

static void stores_every_packet_with_its_capture(void **state)
{
    struct place *p = *state;
    uint64_t captures;

    ingest(p, save(p, "edge1-20260901-00.pcap", 3000, PCAPFILE_PLAIN));
    assert_outcome(p, INGEST_NEW, 1, 3000);
    assert_int_equal(p->r.packets_read, 3000);
    assert_int_equal(p->r.first_time, INT64_C(1000000000) * SEC);
    assert_false(p->r.incomplete);
    assert_int_equal(p->r.bytes_in, 24 + 3000 * 70);
    assert_int_equal(rows(p, &captures), 3000);
    assert_int_equal(captures, 1);
    struct store_capture c = capture(p, 0);

    assert_string_equal(c.sensor, "edge1");
    assert_int_equal(c.packets, 3000);
    assert_int_equal(c.kept, 3000);
    assert_int_equal(c.state, CAPTURE_WHOLE);
    assert_int_equal(c.file_bytes, 24 + 3000 * 70);
    assert_int_equal(c.first_time, p->r.first_time);
    assert_int_equal(c.last_time, p->r.last_time);
}

static void knows_a_file_again_under_any_name_and_compression(void **state)
{
    struct place *p = *state;

    ingest(p, save(p, "a.pcap", 500, PCAPFILE_PLAIN));
    for (enum pcapfile_filter x = 0; x < PCAPFILE_FILTERS; x++) {
        ingest(p, save(p, "b-20260901.gz", 500, x));
        assert_outcome(p, INGEST_KNOWN, 1, 0);
        assert_int_equal(skipped(&p->r, "known"), 500);
    }
    p->o.sensor = "other";
    ingest(p, name(p, "a.pcap"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(p->r.warnings, 1);
    assert_false(p->r.incomplete);
    assert_int_equal(rows(p, NULL), 500);
}

static void continues_a_file_that_grew(void **state)
{
    struct place *p = *state;
    uint64_t captures;

    ingest(p, save(p, "a.pcap", 300, PCAPFILE_PLAIN));
    ingest(p, save(p, "a.pcap", 900, PCAPFILE_ZSTD));
    assert_outcome(p, INGEST_CONTINUED, 1, 600);
    assert_int_equal(skipped(&p->r, "known"), 300);
    assert_int_equal(rows(p, &captures), 900);
    assert_int_equal(captures, 1);
    assert_int_equal(capture(p, 0).packets, 900);
    ingest(p, save(p, "a.pcap", 900, PCAPFILE_PLAIN));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
}

static void keeps_what_stands_before_a_cut_and_later_the_rest(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(SEC, 100);
    const char *path = name(p, "a.pcap");

    pcapfile_save(&f, path, f.bytes.len - 75, PCAPFILE_PLAIN);
    ingest(p, path);
    assert_outcome(p, INGEST_NEW, 1, 98);
    assert_int_equal(p->r.files_cut, 1);
    assert_true(p->r.incomplete);
    assert_int_equal(p->r.warnings, 1);
    assert_non_null(strstr(p->r.warning[0].text, "byte 6884"));
    assert_int_equal(capture(p, 0).state, CAPTURE_CUT);
    ingest(p, path);
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(p->r.files_cut, 1);
    pcapfile_save(&f, path, 24 + 98 * 70, PCAPFILE_PLAIN);
    ingest(p, path);
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(capture(p, 0).state, CAPTURE_WHOLE);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, path);
    assert_outcome(p, INGEST_CONTINUED, 1, 2);
    assert_int_equal(p->r.files_cut, 0);
    assert_false(p->r.incomplete);
    assert_int_equal(rows(p, NULL), 100);
    assert_int_equal(capture(p, 0).state, CAPTURE_WHOLE);
    buf_free(&f.bytes);
}

static void knows_the_beginning_of_what_it_has(void **state)
{
    struct place *p = *state;

    ingest(p, save(p, "a.pcap", 2000, PCAPFILE_PLAIN));
    for (uint32_t n = 1; n < 2000; n += 499) {
        ingest(p, save(p, "b.pcap", n, PCAPFILE_PLAIN));
        assert_outcome(p, INGEST_KNOWN, 1, 0);
        assert_int_equal(skipped(&p->r, "known"), n);
    }
    assert_int_equal(rows(p, NULL), 2000);
}

static void tells_captures_apart_that_only_begin_alike(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(SEC, 10);
    uint64_t captures;

    ingest(p, save(p, "a.pcap", 50, PCAPFILE_PLAIN));
    pcapfile_tcp(&f, SEC + 5, 10);
    pcapfile_save(&f, name(p, "b.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, name(p, "b.pcap"));
    assert_outcome(p, INGEST_NEW, 1, 11);
    for (uint32_t i = 11; i < 80; i++)
        pcapfile_tcp(&f, SEC + 5, i);
    pcapfile_save(&f, name(p, "c.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, name(p, "c.pcap"));
    assert_outcome(p, INGEST_CONTINUED, 1, 69);
    ingest(p, save(p, "a.pcap", 50, PCAPFILE_PLAIN));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    struct store *s = open_store(p);
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &p->e);

    assert_non_null(r);
    captures = store_reader_captures(r);
    assert_int_equal(captures, 2);
    store_reader_close(r);
    strtab_free(&text);
    store_close(s);
    buf_free(&f.bytes);
}

/* Standard input of the test program becomes that file. */
static void ingest_stdin(struct place *p, const char *path)
{
    int saved = dup(STDIN_FILENO), fd = open(path, O_RDONLY);

    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDIN_FILENO);
    close(fd);
    ingest(p, "-");
    dup2(saved, STDIN_FILENO);
    close(saved);
}

/* What a killed ingest leaves behind that had added `upto` packets and
 * committed `committed`; the counts in the ledger lag behind by `lag`. */
static void half_done(struct place *p, uint32_t upto, uint32_t committed,
                      uint32_t lag)
{
    struct store *s = open_store(p);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &p->e);
    struct store_capture c = {.sensor = "default", .name = "a.pcap"};
    struct decode_options o = {0};
    struct capture_packet packet;
    enum capture_kind kind;
    struct feed f;

    assert_non_null(w);
    assert_true(feed_open(&f, name(p, "a.pcap"), &kind, &p->e));
    for (uint32_t i = 0; i < upto && feed_next(&f, &packet); i++) {
        struct record r;
        bool added;

        if (i == 0) {
            c.first = f.digest;
            assert_true(store_writer_begin(w, &c, &p->e));
        }
        assert_true(decode_packet(&o, &packet, &r));
        assert_true(store_writer_add(w, &c, &r, i, false, &added, &p->e));
        if (i < committed - lag) {
            c.packets = i + 1;
            c.digest = f.digest;
        }
        if (i + 1 == committed)
            assert_true(store_writer_commit(w, &p->e));
    }
    feed_close(&f);
    store_writer_close(w);
    store_close(s);
}

static void goes_on_after_a_kill(void **state)
{
    struct place *p = *state;

    save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 90, 60, 0);
    assert_int_equal(rows(p, NULL), 60);
    ingest(p, name(p, "a.pcap"));
    assert_outcome(p, INGEST_CONTINUED, 1, 40);
    assert_int_equal(rows(p, NULL), 100);
}

static void goes_on_where_a_ledger_claims_less_than_is_there(void **state)
{
    struct place *p = *state;

    save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 70, 70, 25);
    ingest(p, name(p, "a.pcap"));
    assert_outcome(p, INGEST_CONTINUED, 1, 30);
    assert_int_equal(skipped(&p->r, "known"), 70);
    assert_int_equal(rows(p, NULL), 100);
}

static void goes_on_where_a_ledger_claims_nothing(void **state)
{
    struct place *p = *state;

    save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 70, 70, 70);
    ingest(p, name(p, "a.pcap"));
    assert_int_equal(p->r.packets_kept, 30);
    assert_int_equal(rows(p, NULL), 100);
    ingest_stdin(p, name(p, "a.pcap"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
}

/* Raised from the progress callback, so that a run ends where it was asked. */
static volatile sig_atomic_t stop_flag;

static void stop_soon(void *ctx, const struct ingest_progress *pr)
{
    (void)ctx;
    stop_flag = pr->packets > 0;
}

static void goes_on_after_an_interruption(void **state)
{
    struct place *p = *state;
    uint32_t stops = 0;
    const char *path = save(p, "a.pcap", 60000, PCAPFILE_PLAIN);

    p->o.stop = &stop_flag;
    p->o.progress = stop_soon;
    stop_flag = 0;
    if (!run(p, path)) {
        assert_int_equal(p->e.code, ERR_STOPPED);
        assert_true(p->r.packets_kept < 60000);
        assert_int_equal(rows(p, NULL), p->r.packets_kept);
        assert_int_equal(capture(p, 0).state, CAPTURE_CUT);
        stops++;
    }
    stop_flag = 1;
    p->o.progress = NULL;
    assert_false(run(p, path));
    assert_int_equal(p->e.code, ERR_STOPPED);
    stop_flag = 0;
    ingest(p, path);
    assert_int_equal(p->r.files[INGEST_CONTINUED], stops);
    assert_int_equal(rows(p, NULL), 60000);
}

static void keeps_sensors_apart(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(SEC, 20), g = traffic(SEC + 3, 20);
    uint64_t captures;

    mkdir(name(p, "in"), 0700);
    pcapfile_save(&f, name(p, "in/north_2026-09-01.pcap"), f.bytes.len, 0);
    pcapfile_save(&g, name(p, "in/south.20260901120000.pcap"), g.bytes.len, 0);
    ingest(p, name(p, "in"));
    assert_outcome(p, INGEST_NEW, 2, 40);
    assert_int_equal(rows(p, &captures), 40);
    assert_int_equal(captures, 2);
    assert_string_equal(capture(p, 0).sensor, "north");
    assert_string_equal(capture(p, 1).sensor, "south");
    buf_free(&f.bytes);
    buf_free(&g.bytes);
}

static void reads_folders_in_the_order_of_time(void **state)
{
    struct place *p = *state;
    static const char *const names[] = {"in/a", "in/deep/b", "in/c",
                                        "in/.hidden", "in/deep/zz"};

    mkdir(name(p, "in"), 0700);
    mkdir(name(p, "in/deep"), 0700);
    for (uint32_t i = 0; i < 5; i++) {
        struct pcapfile f = traffic(SEC + 1000 * (5 - i), 3);

        pcapfile_save(&f, name(p, names[i]), f.bytes.len,
                      (enum pcapfile_filter)(i % 3));
        buf_free(&f.bytes);
    }
    FILE *text = fopen(name(p, "in/readme.pcap"), "w");

    assert_non_null(text);
    fputs("not a capture\n", text);
    fclose(text);
    text = fopen(name(p, "in/empty.pcap"), "w");
    assert_non_null(text);
    fclose(text);
    ingest(p, name(p, "in"));
    assert_outcome(p, INGEST_NEW, 4, 12);
    assert_int_equal(p->r.warnings, 0);
    assert_non_null(strstr(capture(p, 0).name, "deep/zz"));
    assert_non_null(strstr(capture(p, 1).name, "in/c"));
    assert_non_null(strstr(capture(p, 2).name, "deep/b"));
    assert_non_null(strstr(capture(p, 3).name, "in/a"));
}

static void knows_a_copy_within_the_same_run(void **state)
{
    struct place *p = *state;

    mkdir(name(p, "in"), 0700);
    save(p, "in/a", 40, PCAPFILE_PLAIN);
    save(p, "in/b", 40, PCAPFILE_GZIP);
    save(p, "in/c", 30, PCAPFILE_GZIP);
    ingest(p, name(p, "in"));
    assert_int_equal(p->r.files[INGEST_NEW], 1);
    assert_int_equal(p->r.files[INGEST_KNOWN], 2);
    assert_int_equal(rows(p, NULL), 40);
}

static void reads_standard_input_exactly_once_too(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(SEC, 10);

    ingest_stdin(p, save(p, "a", 50, PCAPFILE_GZIP));
    assert_outcome(p, INGEST_NEW, 1, 50);
    assert_string_equal(capture(p, 0).sensor, "default");
    assert_int_equal(capture(p, 0).file_bytes, 0);
    ingest_stdin(p, name(p, "a"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    ingest_stdin(p, save(p, "a", 20, PCAPFILE_PLAIN));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    ingest_stdin(p, save(p, "a", 80, PCAPFILE_ZSTD));
    assert_outcome(p, INGEST_CONTINUED, 1, 30);
    assert_int_equal(rows(p, NULL), 80);
    for (uint32_t i = 10; i < 200; i++)
        pcapfile_tcp(&f, SEC + 5, i);
    pcapfile_save(&f, name(p, "a"), f.bytes.len, PCAPFILE_PLAIN);
    ingest_stdin(p, name(p, "a"));
    assert_outcome(p, INGEST_NEW, 1, 200);
    ingest(p, name(p, "a"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    buf_free(&f.bytes);
}

static void skips_odd_times_or_keeps_them_apart(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(SEC, 5);
    const char *path = name(p, "a");

    pcapfile_tcp(&f, 86400, 5);
    pcapfile_tcp(&f, 4000000000u, 6);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, path);
    assert_outcome(p, INGEST_NEW, 1, 5);
    assert_int_equal(skipped(&p->r, "odd-time"), 2);
    assert_int_equal(p->r.files_stepped_back, 1);
    assert_int_equal(p->r.warnings, 1);
    assert_false(p->r.incomplete);
    assert_int_equal(capture(p, 0).steps_back, 1);
    p->o.accept_odd_times = true;
    pcapfile_tcp(&f, 4000000000u, 7);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, path);
    assert_outcome(p, INGEST_CONTINUED, 1, 1);
    assert_int_equal(rows(p, NULL), 6);
    buf_free(&f.bytes);
}

/* The first packet is in no row, so that one packet alone is compared in vain
 * and has to be read again. */
static void reads_a_lone_packet_again_after_comparing(void **state)
{
    struct place *p = *state;
    struct pcapfile f = traffic(12345, 1);

    pcapfile_tcp(&f, SEC, 1);
    pcapfile_save(&f, name(p, "a.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, name(p, "a.pcap"));
    assert_outcome(p, INGEST_NEW, 1, 1);
    p->o.accept_odd_times = true;
    f.bytes.len -= 70;
    pcapfile_save(&f, name(p, "b.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, name(p, "b.pcap"));
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
        pcapfile_tcp(&f, SEC, i);
    pcapfile_save(&f, name(p, "a"), f.bytes.len, PCAPFILE_PLAIN);
    ingest(p, name(p, "a"));
    assert_outcome(p, INGEST_NEW, 1, 0);
    assert_int_equal(skipped(&p->r, "link-type SLIP"), 4);
    ingest(p, name(p, "a"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    pcapfile_save(&f, name(p, "a"), 24 + 2 * 70, PCAPFILE_PLAIN);
    ingest(p, name(p, "a"));
    assert_outcome(p, INGEST_KNOWN, 1, 0);
    buf_free(&f.bytes);
}

static void refuses_one_file_and_reads_the_rest(void **state)
{
    struct place *p = *state;
    const char *paths[3];
    struct store *s;

    FILE *text = fopen(name(p, "x.pcap"), "w");
    assert_non_null(text);
    fputs("no capture\n", text);
    fclose(text);
    paths[0] = name(p, "x.pcap");
    paths[1] = save(p, "a", 7, PCAPFILE_PLAIN);
    paths[2] = name(p, "missing");
    s = open_store(p);
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
    const char *path = save(p, "a", 30, PCAPFILE_PLAIN);

    p->o.dry_run = true;
    ingest(p, path);
    assert_outcome(p, INGEST_NEW, 1, 30);
    assert_int_equal(rows(p, NULL), 0);
    assert_true(ingest_run(NULL, &p->o, &path, 1, &p->r, &p->e));
    assert_outcome(p, INGEST_NEW, 1, 30);
    p->o.dry_run = false;
    ingest(p, path);
    p->o.dry_run = true;
    ingest(p, save(p, "a", 50, PCAPFILE_PLAIN));
    assert_outcome(p, INGEST_CONTINUED, 1, 20);
    assert_int_equal(rows(p, NULL), 30);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stores_every_packet_with_its_capture),
        TEST(knows_a_file_again_under_any_name_and_compression),
        TEST(continues_a_file_that_grew),
        TEST(keeps_what_stands_before_a_cut_and_later_the_rest),
        TEST(knows_the_beginning_of_what_it_has),
        TEST(tells_captures_apart_that_only_begin_alike),
        TEST(goes_on_after_a_kill),
        TEST(goes_on_where_a_ledger_claims_less_than_is_there),
        TEST(goes_on_where_a_ledger_claims_nothing),
        TEST(goes_on_after_an_interruption),
        TEST(keeps_sensors_apart),
        TEST(reads_folders_in_the_order_of_time),
        TEST(knows_a_copy_within_the_same_run),
        TEST(reads_standard_input_exactly_once_too),
        TEST(skips_odd_times_or_keeps_them_apart),
        TEST(reads_a_lone_packet_again_after_comparing),
        TEST(counts_link_types_by_name),
        TEST(refuses_one_file_and_reads_the_rest),
        TEST(writes_nothing_in_a_dry_run),
    };

    jobs = 1;
    int failed = cmocka_run_group_tests_name("alone", tests, NULL, NULL);
    jobs = 4;
    return failed + cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
