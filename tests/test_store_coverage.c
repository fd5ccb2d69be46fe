/* test_store_coverage.c - the times that captures cover, by their packets and
 * by their names. */
#include "tests/test.h"

#include <string.h>
#include <unistd.h>

#include "store/inside.h"
#include "tests/rows.h"
#include "tests/stores.h"

static struct err e;

static void coverage_joins_what_is_near(void **state)
{
    struct feed_made f[] = {
  /* a packet a minute for an hour; the next begins 15 minutes later */
        {.seed = 1,
         .packets = 60,
         .sensor = "a",
         .start = STORES_START,
         .step = STORES_HOUR / 60  },
        {.seed = 2,
         .packets = 60,
         .sensor = "a",
         .start = STORES_START + STORES_HOUR * 5 / 4,
         .step = STORES_HOUR / 60  },
 /* 30 minutes later: more than 20 mean gaps */
        {.seed = 3,
         .packets = 60,
         .sensor = "a",
         .start = STORES_START + STORES_HOUR * 11 / 4,
         .step = STORES_HOUR / 60  },
        {.seed = 4,
         .packets = 2,
         .sensor = "b",
         .start = STORES_START,
         .step = STORES_HOUR / 3600},
    };
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};
    struct arena a = {0};
    uint32_t n;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        stores_ingest(s, &f[i]);
    struct store_reader *r = stores_reader(s, &t, false);
    struct store_cover *c = store_reader_coverage(r, &a, &n);
    assert_int_equal(n, 3);
    assert_string_equal(c[0].sensor, "a");
    assert_true(c[0].from == STORES_START && c[0].to == feeds_time(&f[1], 59));
    assert_true(c[1].from == f[2].start && c[1].to == feeds_time(&f[2], 59));
    assert_string_equal(c[2].sensor, "b");
    store_reader_close(r);
    strtab_free(&t);
    arena_free(&a);
    stores_finish(s, folder);
}

/* Flips a bit of the only row of September's ledger. */
static void damage_ledger(struct store *s)
{
    uint8_t row[600];
    struct kv_bytes key, v;

    assert_true(envs_set_write(&s->envs, &e));
    struct kv *k = envs_get(&s->envs, 2026 * 12 + 8, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    struct kv_cursor *c = kv_cursor_open(t, ENVS_LEDGER, &e);
    assert_true(kv_cursor_step(c, KV_FIRST, &key, &v, &e));
    assert_true(v.len < sizeof row);
    memcpy(row, v.data, v.len);
    row[12] ^= 1;
    kv_cursor_close(c);
    assert_true(
        kv_put(t, ENVS_LEDGER, key, (struct kv_bytes){row, v.len}, false, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

static void a_damaged_ledger_is_no_gap(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 60,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = STORES_HOUR / 60};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};
    struct arena a = {0};
    uint32_t n;

    (void)state;
    stores_ingest(s, &f);
    struct store_reader *r = stores_reader(s, &t, false);
    assert_true(store_reader_covers(r, &e));
    store_reader_close(r);
    damage_ledger(s);
    r = stores_reader(s, &t, false);
    assert_false(store_reader_covers(r, &e));
    assert_string_equal(e.text, "2026-09: a row of the ledger is damaged");
    store_reader_coverage(r, &a, &n);
    assert_int_equal(n, 0);
    store_reader_close(r);
    strtab_free(&t);
    arena_free(&a);

    struct query_settings o = {.now = QUERY_NOW_LATEST};
    struct rows rows;
    char link[300];

    /* rows_of wants the store below a folder. */
    snprintf(link, sizeof link, "%s/db", folder);
    assert_int_equal(symlink(".", link), 0);
    rows_of(folder, "all | unless seen syn before | stats count() by covered",
            &o, (const char *const[]){NULL}, &rows);
    assert_non_null(strstr(rows.csv, "false"));
    assert_null(strstr(rows.csv, "true"));
    assert_non_null(strstr(rows.notes,
                           "nobody knows what was recorded: 2026-09: "
                           "a row of the ledger is damaged"));
    rows_free(&rows);
    unlink(link);
    stores_finish(s, folder);
}

/* The cover of one capture of that name and state, one packet at STORES_START.
 */
static struct store_cover cover_of(const char *name, bool cut, bool partial)
{
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    struct store_capture c = {
        .first = {9, 9},
        .sensor = "a",
        .state = cut ? CAPTURE_CUT : CAPTURE_WHOLE,
        .partial = partial
    };
    struct record rec = {0};
    struct strtab t = {0};
    struct arena a = {0};
    bool added;
    uint32_t n;

    snprintf(c.name, sizeof c.name, "%s", name);
    RECORD_SET(&rec, TIME, STORES_START + STORES_HOUR / 2);
    assert_true(store_writer_begin(w, &c, &e));
    assert_true(store_writer_add(w, &c, &rec, 0, false, &added, &e));
    assert_true(store_writer_end(w, &c, &e));
    assert_true(store_writer_commit(w, &e));
    store_writer_close(w);
    struct store_reader *r = stores_reader(s, &t, false);
    struct store_cover out = store_reader_coverage(r, &a, &n)[0];
    assert_int_equal(n, 1);
    store_reader_close(r);
    strtab_free(&t);
    arena_free(&a);
    stores_finish(s, folder);
    return out;
}

static void names_widen_coverage(void **state)
{
    static const struct {
        const char *name;
        bool cut;
        int64_t hours; /* 0: only the packet */
    } rows[] = {
        {"/x/edge1-20260901-00.pcap", false, 1 },
        {"edge1-2026090100.pcap.gz",  false, 1 },
        {"edge1_2026-09-01T00.pcap",  false, 1 },
        {"edge1-20260901.pcap",       false, 24},
        {"2026-09-01/x.pcap",         false, 0 },
        {"edge1-20260901-00.pcap",    true,  0 },
        {"edge1-20260901-01.pcap",    false, 0 }, /* packets are not in it */
        {"edge1-20260901-0030.pcap",  false, 0 },
        {"edge1-20260901-00-30.pcap", false, 0 },
        {"edge1-20261301-00.pcap",    false, 0 },
        {"plain.pcap",                false, 0 },
        {"1788220800.pcap",           false, 0 },
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct store_cover c = cover_of(rows[i].name, rows[i].cut, false);
        int64_t from =
            rows[i].hours ? STORES_START : STORES_START + STORES_HOUR / 2;
        int64_t to = rows[i].hours
                         ? STORES_START + rows[i].hours * STORES_HOUR - 1
                         : from;
        if (c.from != from || c.to != to)
            fail_msg("%s: %lld to %lld", rows[i].name, (long long)c.from,
                     (long long)c.to);
    }
}

static void a_capture_that_lost_packets_covers_partly(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct store_cover c = cover_of("edge1-20260901-00.pcap", i & 1, i & 2);
        assert_int_equal(c.partial, (i & 2) != 0);
        /* cut or not is told apart from it */
        assert_int_equal(c.to - c.from, i & 1 ? 0 : STORES_HOUR - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coverage_joins_what_is_near),
        cmocka_unit_test(a_damaged_ledger_is_no_gap),
        cmocka_unit_test(names_widen_coverage),
        cmocka_unit_test(a_capture_that_lost_packets_covers_partly),
    };
    return cmocka_run_group_tests_name("store coverage", tests, NULL, NULL);
}
