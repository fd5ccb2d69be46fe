/* test_index_damage.c - address runs that are wrong: named by the check, and
 * ruling nothing out. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "store/index.h"
#include "store/reader.h"
#include "tests/stores.h"

static struct err e;

struct damage {
    uint32_t n;
    char what[160];
};

static void note_damage(void *ctx, const struct store_damage *d)
{
    struct damage *x = ctx;

    x->n++;
    snprintf(x->what, sizeof x->what, "%s", d->what);
    assert_string_equal(d->where, "2026-09");
}

static void check_says(struct store *s, const char *what)
{
    struct damage d = {0};
    uint64_t blocks, rows;

    assert_true(store_check(s, note_damage, &d, &blocks, &rows, &e));
    assert_int_equal(d.n, 1);
    assert_string_equal(d.what, what);
}

static void put_run(struct store *s, struct buf *b)
{
    uint8_t key[11] = "run";

    catalogue_key(key + 3, 1);
    assert_true(envs_set_write(&s->envs, &e));
    struct kv *k = envs_get(&s->envs, 2026 * 12 + 8, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    assert_non_null(t);
    assert_true(kv_put(t, ENVS_META, (struct kv_bytes){key, 11},
                       (struct kv_bytes){b->data, b->len}, false, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

static bool copy_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *x)
{
    (void)x;
    assert_int_equal(key, 1);
    buf_put(ctx, v.data, v.len);
    return true;
}

/* The only run of a store with one block. */
static void get_run(struct store *s, struct buf *b)
{
    struct kv *k = envs_get(&s->envs, 2026 * 12 + 8, &e);
    struct kv_txn *t = kv_begin(k, false, &e);

    assert_true(index_runs_each(t, copy_run, b, &e));
    assert_true(b->len > 0);
    kv_abort(t);
    envs_put(&s->envs, k);
}

/* A sound run that knows one address too few. */
static void forge_run(const struct buf *b, struct buf *out)
{
    struct index_run run;
    struct index_run_walk w;
    struct index_run_maker m = {0};
    uint32_t zero = 0;

    assert_true(index_run_open(&run, b->data, b->len));
    index_run_walk(&w, &run);
    assert_true(index_run_next(&w));
    while (index_run_next(&w))
        assert_true(index_run_add(&m, w.addr, &zero, 1));
    struct index_run_block one = index_run_block(&run, 0);
    index_run_finish(&m, &one, 1, out);
}

static void check_names_runs_that_are_wrong(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 500,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000};
    struct addr_range range = {addr_from_v4(0x0b000000),
                               addr_from_v4(0x0b000000)};
    struct buf run = {0}, forged = {0};
    struct strtab t = {0};
    char *folder;
    uint64_t bits = 1;

    (void)state;
    struct store *s = stores_fresh(&folder);
    if (!feeds_ingest(s, &f, &e))
        fail_msg("%s", e.text);
    get_run(s, &run);
    forge_run(&run, &forged);
    put_run(s, &forged);
    check_says(s, "address run 1 has other addresses than block 1");
    run.data[run.len - 1] ^= 1; /* in a group */
    put_run(s, &run);
    check_says(s, "address run 1 has other addresses than block 1");
    run.data[INDEX_RUN_HEAD] ^= 1;
    put_run(s, &run);
    check_says(s, "address run 1 is damaged");
    struct store_reader *r = stores_reader(s, &t, true);
    assert_true(store_reader_address_blocks(r, &range, 1, &bits, &e));
    assert_int_equal(bits, 1); /* what is damaged rules nothing out */
    store_reader_close(r);
    strtab_free(&t);
    buf_free(&run);
    buf_free(&forged);
    stores_finish(s, folder);
}

static void a_commit_goes_on_beside_a_damaged_run(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 500,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000};
    struct buf run = {0};
    char *folder;

    (void)state;
    struct store *s = stores_fresh(&folder);
    assert_true(feeds_ingest(s, &f, &e));
    get_run(s, &run);
    run.data[run.len - 1] ^= 1;
    put_run(s, &run);
    f.packets = 700;
    if (!feeds_ingest(s, &f, &e))
        fail_msg("%s", e.text);
    check_says(s, "address run 1 has other addresses than block 1");
    buf_free(&run);
    stores_finish(s, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_names_runs_that_are_wrong),
        cmocka_unit_test(a_commit_goes_on_beside_a_damaged_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
