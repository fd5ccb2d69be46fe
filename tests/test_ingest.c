/* test_ingest.c - captures into a store: every packet exactly once, however
 * often and however interrupted. */
#include "tests/test.h"

#include <signal.h>
#include <string.h>

#include "ingest/decode.h"
#include "ingest/feed.h"
#include "tests/place.h"

static void stores_every_packet_with_its_capture(void **state)
{
    struct place *p = *state;
    uint64_t captures;

    place_ingest(p,
                 place_save(p, "edge1-20260901-00.pcap", 3000, PCAPFILE_PLAIN));
    place_assert_outcome(p, INGEST_NEW, 1, 3000);
    assert_int_equal(p->r.packets_read, 3000);
    assert_int_equal(p->r.first_time, INT64_C(1000000000) * PLACE_SEC);
    assert_false(p->r.incomplete);
    assert_int_equal(p->r.bytes_in, 24 + 3000 * 70);
    assert_int_equal(place_rows(p, &captures), 3000);
    assert_int_equal(captures, 1);
    struct store_capture c = place_capture(p, 0);

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

    place_ingest(p, place_save(p, "a.pcap", 500, PCAPFILE_PLAIN));
    for (enum pcapfile_filter x = 0; x < PCAPFILE_FILTERS; x++) {
        place_ingest(p, place_save(p, "b-20260901.gz", 500, x));
        place_assert_outcome(p, INGEST_KNOWN, 1, 0);
        assert_int_equal(place_skipped(&p->r, "known"), 500);
    }
    p->o.sensor = "other";
    place_ingest(p, place_name(p, "a.pcap"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(p->r.warnings, 1);
    assert_false(p->r.incomplete);
    assert_int_equal(place_rows(p, NULL), 500);
}

static void continues_a_file_that_grew(void **state)
{
    struct place *p = *state;
    uint64_t captures;

    place_ingest(p, place_save(p, "a.pcap", 300, PCAPFILE_PLAIN));
    place_ingest(p, place_save(p, "a.pcap", 900, PCAPFILE_ZSTD));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 600);
    assert_int_equal(place_skipped(&p->r, "known"), 300);
    assert_int_equal(place_rows(p, &captures), 900);
    assert_int_equal(captures, 1);
    assert_int_equal(place_capture(p, 0).packets, 900);
    place_ingest(p, place_save(p, "a.pcap", 900, PCAPFILE_PLAIN));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
}

static void keeps_what_stands_before_a_cut_and_later_the_rest(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(PLACE_SEC, 100);
    const char *path = place_name(p, "a.pcap");

    pcapfile_save(&f, path, f.bytes.len - 75, PCAPFILE_PLAIN);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_NEW, 1, 98);
    assert_int_equal(p->r.files_cut, 1);
    assert_true(p->r.incomplete);
    assert_int_equal(p->r.warnings, 1);
    assert_non_null(strstr(p->r.warning[0].text, "byte 6884"));
    assert_int_equal(place_capture(p, 0).state, CAPTURE_CUT);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(p->r.files_cut, 1);
    pcapfile_save(&f, path, 24 + 98 * 70, PCAPFILE_PLAIN);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    assert_int_equal(place_capture(p, 0).state, CAPTURE_WHOLE);
    pcapfile_save(&f, path, f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, path);
    place_assert_outcome(p, INGEST_CONTINUED, 1, 2);
    assert_int_equal(p->r.files_cut, 0);
    assert_false(p->r.incomplete);
    assert_int_equal(place_rows(p, NULL), 100);
    assert_int_equal(place_capture(p, 0).state, CAPTURE_WHOLE);
    buf_free(&f.bytes);
}

static void knows_the_beginning_of_what_it_has(void **state)
{
    struct place *p = *state;

    place_ingest(p, place_save(p, "a.pcap", 2000, PCAPFILE_PLAIN));
    for (uint32_t n = 1; n < 2000; n += 499) {
        place_ingest(p, place_save(p, "b.pcap", n, PCAPFILE_PLAIN));
        place_assert_outcome(p, INGEST_KNOWN, 1, 0);
        assert_int_equal(place_skipped(&p->r, "known"), n);
    }
    assert_int_equal(place_rows(p, NULL), 2000);
}

static void tells_captures_apart_that_only_begin_alike(void **state)
{
    struct place *p = *state;
    struct pcapfile f = place_traffic(PLACE_SEC, 10);
    uint64_t captures;

    place_ingest(p, place_save(p, "a.pcap", 50, PCAPFILE_PLAIN));
    pcapfile_tcp(&f, PLACE_SEC + 5, 10);
    pcapfile_save(&f, place_name(p, "b.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "b.pcap"));
    place_assert_outcome(p, INGEST_NEW, 1, 11);
    for (uint32_t i = 11; i < 80; i++)
        pcapfile_tcp(&f, PLACE_SEC + 5, i);
    pcapfile_save(&f, place_name(p, "c.pcap"), f.bytes.len, PCAPFILE_PLAIN);
    place_ingest(p, place_name(p, "c.pcap"));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 69);
    place_ingest(p, place_save(p, "a.pcap", 50, PCAPFILE_PLAIN));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
    struct store *s = place_store(p);
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

/* What a killed ingest leaves behind that had added `upto` packets and
 * committed `committed`; the counts in the ledger lag behind by `lag`. */
static void half_done(struct place *p, uint32_t upto, uint32_t committed,
                      uint32_t lag)
{
    struct store *s = place_store(p);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &p->e);
    struct store_capture c = {.sensor = "default", .name = "a.pcap"};
    struct decode_options o = {0};
    struct capture_packet packet;
    enum capture_kind kind;
    struct feed f;

    assert_non_null(w);
    assert_true(feed_open(&f, place_name(p, "a.pcap"), &kind, &p->e));
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

    place_save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 90, 60, 0);
    assert_int_equal(place_rows(p, NULL), 60);
    place_ingest(p, place_name(p, "a.pcap"));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 40);
    assert_int_equal(place_rows(p, NULL), 100);
}

static void goes_on_where_a_ledger_claims_less_than_is_there(void **state)
{
    struct place *p = *state;

    place_save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 70, 70, 25);
    place_ingest(p, place_name(p, "a.pcap"));
    place_assert_outcome(p, INGEST_CONTINUED, 1, 30);
    assert_int_equal(place_skipped(&p->r, "known"), 70);
    assert_int_equal(place_rows(p, NULL), 100);
}

static void goes_on_where_a_ledger_claims_nothing(void **state)
{
    struct place *p = *state;

    place_save(p, "a.pcap", 100, PCAPFILE_PLAIN);
    half_done(p, 70, 70, 70);
    place_ingest(p, place_name(p, "a.pcap"));
    assert_int_equal(p->r.packets_kept, 30);
    assert_int_equal(place_rows(p, NULL), 100);
    place_ingest_stdin(p, place_name(p, "a.pcap"));
    place_assert_outcome(p, INGEST_KNOWN, 1, 0);
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
    const char *path = place_save(p, "a.pcap", 60000, PCAPFILE_PLAIN);

    p->o.stop = &stop_flag;
    p->o.progress = stop_soon;
    stop_flag = 0;
    if (!place_run(p, path)) {
        assert_int_equal(p->e.code, ERR_STOPPED);
        assert_true(p->r.packets_kept < 60000);
        assert_int_equal(place_rows(p, NULL), p->r.packets_kept);
        assert_int_equal(place_capture(p, 0).state, CAPTURE_CUT);
        stops++;
    }
    stop_flag = 1;
    p->o.progress = NULL;
    assert_false(place_run(p, path));
    assert_int_equal(p->e.code, ERR_STOPPED);
    stop_flag = 0;
    place_ingest(p, path);
    assert_int_equal(p->r.files[INGEST_CONTINUED], stops);
    assert_int_equal(place_rows(p, NULL), 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(stores_every_packet_with_its_capture),
        PLACE_TEST(knows_a_file_again_under_any_name_and_compression),
        PLACE_TEST(continues_a_file_that_grew),
        PLACE_TEST(keeps_what_stands_before_a_cut_and_later_the_rest),
        PLACE_TEST(knows_the_beginning_of_what_it_has),
        PLACE_TEST(tells_captures_apart_that_only_begin_alike),
        PLACE_TEST(goes_on_after_a_kill),
        PLACE_TEST(goes_on_where_a_ledger_claims_less_than_is_there),
        PLACE_TEST(goes_on_where_a_ledger_claims_nothing),
        PLACE_TEST(goes_on_after_an_interruption),
    };

    place_jobs = 1;
    int failed = cmocka_run_group_tests_name("alone", tests, NULL, NULL);
    place_jobs = 4;
    return failed + cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
