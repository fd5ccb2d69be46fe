/* test_jobs.c - what an ingest stores is the same for any number of threads. */
#include "tests/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "store/reader.h"
#include "store/writer.h"
#include "tests/feeds.h"
#include "tests/folder.h"
#include "tests/pcapfile.h"

enum { SEC = 1788220826 }; /* 2026-09-01 */

static struct err e;

static struct store *fresh(char **folder)
{
    struct store_options o = {0};

    *folder = folder_make();
    memset(&e, 0, sizeof e);
    if (!store_create(*folder, &o, &e))
        fail_msg("%s", e.text);
    struct store *s = store_open(*folder, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void finish(struct store *s, char *folder)
{
    store_close(s);
    folder_remove(folder);
}

static void assert_same(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len)
        assert_memory_equal(a->data, b->data, a->len);
}

/* ---- the writer: every byte of every month ---- */

static bool put_block(void *ctx, uint64_t id, struct kv_bytes v, struct err *x)
{
    struct buf *out = ctx;

    (void)x;
    buf_u64(out, id);
    buf_u64(out, v.len);
    buf_u64(out, hash_bytes(v.data, v.len, 0));
    return true;
}

static bool put_row(void *ctx, const struct month_row *r, struct err *x)
{
    struct buf *out = ctx;

    (void)x;
    buf_u64(out, r->capture);
    buf_u64(out, r->sequence);
    buf_u64(out, r->now.next);
    buf_u64(out, r->now.kept);
    buf_u64(out, (uint64_t)r->now.first_time);
    buf_u64(out, (uint64_t)r->now.last_time);
    buf_put(out, r->name, strlen(r->name));
    return true;
}

static void put_month(struct store *s, uint32_t month, struct buf *out)
{
    struct kv *k = envs_get(&s->envs, month, &e);
    struct kv_txn *t = k ? kv_begin(k, false, &e) : NULL;

    if (!t || !month_blocks_each(t, put_block, out, &e) ||
        !month_rows_each(t, put_row, out, &e))
        fail_msg("%s", e.text);
    kv_abort(t);
    envs_put(&s->envs, k);
}

/* Hash of every block under its id, and the ledgers. */
static struct buf contents(struct store *s)
{
    uint32_t *month, n;
    struct buf out = {0};

    assert_true(envs_list(&s->envs, &month, &n, &e));
    for (uint32_t i = 0; i < n; i++) {
        buf_u64(&out, month[i]);
        put_month(s, month[i], &out);
    }
    free(month);
    return out;
}

/* Feeds one capture after the other through one writer. */
static struct buf written(const struct feed_made *f, uint32_t n,
                          uint32_t threads)
{
    char *folder;
    struct store *s = fresh(&folder);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);

    assert_non_null(w);
    if (threads)
        store_writer_threads(w, threads);
    for (uint32_t i = 0; i < n; i++)
        if (!feeds_write(w, &f[i], &e))
            fail_msg("%s", e.text);
    store_writer_close(w);
    struct buf out = contents(s);
    finish(s, folder);
    return out;
}

static void assert_written_alike(const struct feed_made *f, uint32_t n)
{
    struct buf want = written(f, n, 0);

    assert_true(want.len > 0);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        struct buf got = written(f, n, threads);
        assert_same(&got, &want);
        buf_free(&got);
    }
    buf_free(&want);
}

#define START INT64_C(1788220800000000000)
#define STEP  INT64_C(1000000)

static void one_long_capture_is_written_alike(void **state)
{
    static const struct feed_made f = {
        .packets = 250000, .sensor = "a", .start = START, .step = STEP};

    (void)state;
    assert_written_alike(&f, 1);
}

/* Bounds force commits, small builders never fill a block. */
static void captures_of_many_months_are_written_alike(void **state)
{
    static const struct feed_made f[] = {
        {.seed = 1,
         .packets = 200000,
         .sensor = "a",
         .start = START,
         .step = STEP,
         .months = 7   },
        { .seed = 2,
         .packets = 100000,
         .sensor = "b",
         .start = START,
         .step = STEP,
         .months = 40,
         .every = 30001},
    };

    (void)state;
    assert_written_alike(f, 2);
}

static void captures_that_meet_in_tails_are_written_alike(void **state)
{
    static const struct feed_made f[] = {
        {.seed = 1,
         .packets = 50000,
         .sensor = "a",
         .start = START,
         .step = STEP,
         .every = 20000    },
        {.seed = 2,
         .packets = 50000,
         .sensor = "a",
         .start = START + 7,
         .step = STEP / 2},
        {.seed = 3,
         .packets = 1000,
         .sensor = "b",
         .start = START,
         .step = STEP,
         .odd = true},
        {.seed = 4,
         .packets = 90000,
         .sensor = "a",
         .start = START + 13,
         .step = STEP / 3,
         .every = 70000     },
    };

    (void)state;
    assert_written_alike(f, 4);
}

/* ---- failures and ends ---- */

static void closing_without_a_commit_leaves_nothing(void **state)
{
    char *folder;
    struct store *s = fresh(&folder);
    struct store_capture c = {
        .sensor = "a", .name = "x", .first = {1, 2}
    };
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    struct record r = {0};
    bool added;

    (void)state;
    assert_non_null(w);
    store_writer_threads(w, 2);
    assert_true(store_writer_begin(w, &c, &e));
    for (uint32_t i = 0; i < 3 * BLOCK_ROWS; i++) {
        RECORD_SET(&r, TIME, START + i);
        RECORD_SET(&r, SEQ, i * 2654435761u);
        assert_true(store_writer_add(w, &c, &r, i, false, &added, &e));
    }
    store_writer_close(w);
    struct buf out = contents(s);
    assert_int_equal(out.len, 8); /* the month is there, and empty */
    buf_free(&out);
    finish(s, folder);
}

/* Puts garbage where the tail lay, its header left as it was. */
static void damage_tail(struct store *s, uint32_t month)
{
    struct kv *k = envs_get(&s->envs, month, &e);
    struct kv_txn *t = k ? kv_begin(k, true, &e) : NULL;
    struct kv_bytes v;

    assert_non_null(t);
    assert_true(month_block_get(t, 1, &v, &e));
    assert_true(v.len > BLOCK_HEADER + 100);
    uint8_t *copy = malloc(v.len);
    assert_non_null(copy);
    memcpy(copy, v.data, v.len);
    for (size_t i = BLOCK_HEADER; i < v.len; i++)
        copy[i] ^= 0x55;
    assert_true(month_block_put(t, 2, (struct kv_bytes){copy, v.len}, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
    free(copy);
}

static void a_damaged_tail_is_told_once_and_from_then_on(void **state)
{
    static const struct feed_made f = {
        .packets = 5000, .sensor = "a", .start = START, .step = STEP};
    static const struct feed_made more = {.seed = 1,
                                          .packets = 70000,
                                          .sensor = "a",
                                          .start = START,
                                          .step = STEP};

    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        char *folder;
        struct store *s = fresh(&folder);
        assert_true(feeds_ingest(s, &f, &e));
        damage_tail(s, envs_month(START));
        struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
        assert_non_null(w);
        store_writer_threads(w, threads);
        assert_false(feeds_write(w, &more, &e));
        assert_int_equal(e.code, ERR_STORE);
        assert_non_null(strstr(e.text, "2026-09: block 2: "));
        struct err again = {0};
        assert_false(store_writer_commit(w, &again));
        assert_string_equal(again.text, e.text);
        store_writer_close(w);
        finish(s, folder);
    }
}

/* ---- the ingest: rows and blocks as a reader sees them ---- */

static void put_rows(struct store_block *b, uint32_t from, uint32_t n,
                     struct buf *out)
{
    struct column seq, src;
    struct store_order at;

    assert_true(store_block_column(b, FIELD_SEQ, from, n, &seq, &e));
    assert_true(store_block_column(b, FIELD_SRC, from, n, &src, &e));
    for (uint32_t i = 0; i < n; i++) {
        assert_true(store_block_order(b, from + i, &at, &e));
        buf_u64(out, at.capture.hi);
        buf_u64(out, at.position);
        buf_u64(out, (uint64_t)seq.i[i]);
        buf_put(out, &src.a[i], sizeof src.a[i]);
    }
}

static void put_seen(struct store_reader *r, uint32_t i, struct buf *out)
{
    struct store_block_info info = store_reader_block(r, i);
    struct store_block *b = store_block_open(r, i, &e);
    struct buf rows = {0};

    assert_non_null(b);
    for (uint32_t at = 0, n; at < info.zone->rows; at += n) {
        n = info.zone->rows - at < BATCH_ROWS ? info.zone->rows - at
                                              : BATCH_ROWS;
        put_rows(b, at, n, &rows);
    }
    store_block_close(b);
    buf_u64(out, info.month);
    buf_u64(out, info.bytes);
    buf_u64(out, info.zone->rows);
    buf_u64(out, hash_bytes(rows.data, rows.len, 0));
    buf_free(&rows);
}

static struct buf seen(struct store *s)
{
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &e);
    struct buf out = {0};

    assert_non_null(r);
    for (uint32_t i = 0; i < store_reader_blocks(r); i++)
        put_seen(r, i, &out);
    for (uint32_t i = 0; i < store_reader_captures(r); i++) {
        const struct store_capture *c = store_reader_capture(r, i);
        buf_printf(&out, "%s %s %d", c->name + strlen(c->name) - 5, c->sensor,
                   (int)c->state);
        buf_u64(&out, c->id);
        buf_u64(&out, c->packets);
        buf_u64(&out, c->kept);
        buf_u64(&out, c->digest.lo);
        buf_u64(&out, c->file_bytes);
        buf_u64(&out, c->steps_back);
    }
    store_reader_close(r);
    strtab_free(&text);
    return out;
}

static void put_report(const struct ingest_report *r, struct buf *out)
{
    buf_u64(out, r->packets_read);
    buf_u64(out, r->packets_kept);
    buf_u64(out, (uint64_t)r->first_time);
    buf_u64(out, (uint64_t)r->last_time);
    buf_u64(out, r->bytes_in);
    buf_u64(out, r->bytes_unpacked);
    buf_u64(out, r->files_cut);
    buf_u64(out, r->files_stepped_back);
    for (uint32_t i = 0; i < INGEST_OUTCOMES; i++)
        buf_u64(out, r->files[i]);
    for (uint32_t i = 0; i < r->skips; i++) {
        buf_printf(out, "%s", r->skip[i].reason);
        buf_u64(out, r->skip[i].packets);
    }
    for (uint32_t i = 0; i < r->warnings; i++)
        buf_printf(out, "%s: %s", r->warning[i].path, r->warning[i].text);
}

/* Twice: the second run must know what the first one stored. */
static struct buf ingested(const char *path, uint32_t jobs)
{
    char *folder;
    struct store *s = fresh(&folder);
    struct ingest_options o = {.now = INT64_C(1000000000) * (SEC + 86400 * 30),
                               .jobs = jobs};
    struct ingest_report *r = calloc(1, sizeof *r);

    assert_non_null(r);
    if (!ingest_run(s, &o, &path, 1, r, &e))
        fail_msg("%s", e.text);
    struct buf out = seen(s);
    put_report(r, &out);
    if (!ingest_run(s, &o, &path, 1, r, &e))
        fail_msg("%s", e.text);
    put_report(r, &out);
    assert_int_equal(r->packets_kept, 0);
    free(r);
    finish(s, folder);
    return out;
}

static void assert_ingested_alike(const char *path)
{
    struct buf want = ingested(path, 1);

    for (uint32_t jobs = 2; jobs <= 4; jobs++) {
        struct buf got = ingested(path, jobs);
        assert_same(&got, &want);
        buf_free(&got);
    }
    buf_free(&want);
}

/* Packets [from, from + n) of a traffic, the last `cut` bytes gone. */
static void save(const char *folder, const char *name, uint32_t from,
                 uint32_t n, uint32_t linktype, uint32_t cut)
{
    struct pcapfile f = {.big = false};
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    pcapfile_header(&f, 96, linktype);
    for (uint32_t i = from; i < from + n; i++)
        pcapfile_tcp(&f, SEC, i);
    pcapfile_save(&f, path, f.bytes.len - cut, PCAPFILE_PLAIN);
    buf_free(&f.bytes);
}

static void one_big_file_is_ingested_alike(void **state)
{
    char *folder = folder_make();

    (void)state;
    save(folder, "edge-20260901.pcap", 0, 200000, 1, 0);
    assert_ingested_alike(folder);
    folder_remove(folder);
}

/* Among them: a cut one, one that is none, an empty one, a link type that is
 * not read, odd times, a copy, a beginning of another, one that goes on. */
static void many_small_files_are_ingested_alike(void **state)
{
    char *folder = folder_make(), name[64];

    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "s%u-%04u.pcap", i % 3, i);
        save(folder, name, i * 2000, 1500 + i % 7 * 300, 1, 0);
    }
    save(folder, "a-cut.pcap", 3, 900, 1, 30);
    save(folder, "b-copy.pcap", 2000, 1800, 1, 0);
    save(folder, "c-begin.pcap", 4000, 500, 1, 0);
    save(folder, "d-more.pcap", 6000, 3500, 1, 0);
    save(folder, "e-odd.pcap", 90 * 86400, 700, 1, 0);
    save(folder, "f-type.pcap", 77, 60, 147, 0);
    save(folder, "g-none.pcap", 88, 0, 1, 0);
    save(folder, "h-short.pcap", 99, 1, 1, 80);
    assert_ingested_alike(folder);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_long_capture_is_written_alike),
        cmocka_unit_test(captures_of_many_months_are_written_alike),
        cmocka_unit_test(captures_that_meet_in_tails_are_written_alike),
        cmocka_unit_test(closing_without_a_commit_leaves_nothing),
        cmocka_unit_test(a_damaged_tail_is_told_once_and_from_then_on),
        cmocka_unit_test(one_big_file_is_ingested_alike),
        cmocka_unit_test(many_small_files_are_ingested_alike),
    };

    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
