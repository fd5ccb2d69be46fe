/* link: -Wl,--wrap=mdb_txn_commit -Wl,--wrap=mdb_put */
/* test_upgrade.c - a store of format 1 is rewritten: the same packets come
 * out, whatever cuts it off on the way. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/fronts.h"
#include "store/reader.h"
#include "store/upgrade.h"
#include "tests/old.h"
#include "tests/stores.h"

static struct err e;

/* ---- calls that fail ---- */

int __real_mdb_txn_commit(void *txn);
int __wrap_mdb_txn_commit(void *txn);
int __real_mdb_put(void *txn, unsigned dbi, void *key, void *data,
                   unsigned flags);
int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data,
                   unsigned flags);
void mdb_txn_abort(void *txn);

static int commits_left, puts_left; /* until one fails; below 1: never */

int __wrap_mdb_txn_commit(void *txn)
{
    if (commits_left > 0 && --commits_left == 0) {
        mdb_txn_abort(txn);
        return 5; /* EIO */
    }
    return __real_mdb_txn_commit(txn);
}

int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data,
                   unsigned flags)
{
    if (puts_left > 0 && --puts_left == 0)
        return 28; /* ENOSPC */
    return __real_mdb_put(txn, dbi, key, data, flags);
}

/* ---- a store ---- */

enum { PACKETS = 3000 };

static const struct feed_made fed[] = {
    {.seed = 1,
     .packets = PACKETS,
     .sensor = "a",
     .start = STORES_START,
     .step = 1000003,
     .months = 3,
     .every = 700},
    {.seed = 2,
     .packets = PACKETS,
     .sensor = "b",
     .start = STORES_START,
     .step = 1000,
     .months = 2,
     .every = 900},
    {.seed = 3,
     .packets = 500,
     .sensor = "a",
     .start = 0,
     .step = 1000,
     .odd = true  }
};

enum { FED = sizeof fed / sizeof *fed, ROWS = 2 * PACKETS + 500 };

static struct store *old_store(char **folder)
{
    struct store *s = stores_fresh(folder);

    for (uint32_t i = 0; i < FED; i++)
        stores_ingest(s, &fed[i]);
    old_make(s);
    return s;
}

static void expect_all(struct store *s)
{
    static struct feeds_seen seen;

    stores_read(s, true, &seen);
    assert_int_equal(seen.rows, ROWS);
    for (uint32_t i = 0; i < FED; i++)
        feeds_expect(&seen, &fed[i], fed[i].packets);
    stores_assert_sound(s, ROWS);
}

static bool upgrade(struct store *s, struct upgrade_counts *n)
{
    struct upgrade_how how = {0};

    return upgrade_run(s, &how, n, &e);
}

/* All is as a store of today's: no block is older, each has a front, and runs
 * speak of all. */
static void expect_new(struct store *s)
{
    struct old_counts n = old_count(s);

    assert_int_equal(n.old_blocks, 0);
    assert_int_equal(n.without_front, 0);
    assert_int_equal(n.old_heads, 0);
    assert_int_equal(n.without_run, 0);
    assert_int_equal(n.steps, 0);
}

/* ---- tests ---- */

static void the_same_packets_come_out(void **state)
{
    struct upgrade_counts n;
    char *folder;
    struct store *s = old_store(&folder);
    struct old_counts was = old_count(s);

    (void)state;
    assert_true(was.old_blocks >= 6 && was.old_blocks == was.blocks);
    assert_int_equal(was.without_run, was.blocks);
    assert_int_equal(was.without_front, was.blocks);
    assert_int_equal(was.old_heads, 5);
    expect_all(s);
    if (!upgrade(s, &n))
        fail_msg("%s", e.text);
    assert_int_equal(n.months, 4);
    assert_true(n.blocks >= 6 && n.rows >= ROWS);
    expect_new(s);
    expect_all(s);
    assert_true(upgrade(s, &n));
    assert_int_equal(n.months, 0);
    assert_int_equal(n.blocks, 0);
    expect_all(s);
    stores_finish(s, folder);
}

static void what_is_cut_off_goes_on(void **state)
{
    uint32_t cuts = 0;

    (void)state;
    for (int i = 1;; i++) {
        struct upgrade_counts n;
        char *folder;
        struct store *s = old_store(&folder);
        commits_left = i;
        bool whole = upgrade(s, &n);
        commits_left = 0;
        cuts += !whole;
        expect_all(s);
        assert_true(upgrade(s, &n));
        expect_new(s);
        expect_all(s);
        stores_finish(s, folder);
        if (whole)
            break;
    }
    assert_true(cuts >= 5);
}

static void a_full_disk_changes_nothing(void **state)
{
    uint32_t cuts = 0;

    (void)state;
    for (int i = 1;; i += 5) {
        struct upgrade_counts n;
        char *folder;
        struct store *s = old_store(&folder);
        puts_left = i;
        bool whole = upgrade(s, &n);
        puts_left = 0;
        cuts += !whole;
        expect_all(s);
        assert_true(whole || strstr(e.text, "no space left") != NULL);
        assert_true(upgrade(s, &n));
        expect_new(s);
        stores_finish(s, folder);
        if (whole)
            break;
    }
    assert_true(cuts >= 6);
}

static void writing_goes_on_between(void **state)
{
    struct feed_made more = fed[0];
    static struct feeds_seen seen;
    struct upgrade_counts n;
    char *folder;
    struct store *s = old_store(&folder);

    (void)state;
    more.packets += 1000;
    commits_left = 2;
    assert_false(upgrade(s, &n));
    commits_left = 0;
    stores_ingest(s, &more);
    assert_true(upgrade(s, &n));
    expect_new(s);
    stores_read(s, true, &seen);
    feeds_expect(&seen, &more, more.packets);
    stores_assert_sound(s, ROWS + 1000);
    stores_finish(s, folder);
}

static void a_reader_keeps_its_snapshot(void **state)
{
    static struct feeds_seen seen;
    struct upgrade_counts n;
    struct strtab t = {0};
    char *folder;
    struct store *s = old_store(&folder);

    (void)state;
    store_close(s);
    s = store_open(folder, &e);
    assert_true(envs_set_write(&s->envs, &e));
    struct store_reader *r = stores_reader(s, &t, true);
    assert_true(upgrade(s, &n));
    feeds_read(r, &seen);
    assert_int_equal(seen.rows, ROWS);
    for (uint32_t i = 0; i < FED; i++)
        feeds_expect(&seen, &fed[i], fed[i].packets);
    store_reader_close(r);
    strtab_free(&t);
    stores_finish(s, folder);
}

static void stop_is_heard(void **state)
{
    volatile sig_atomic_t stop = 1;
    struct upgrade_how how = {.stop = &stop};
    struct upgrade_counts n;
    char *folder;
    struct store *s = old_store(&folder);

    (void)state;
    assert_false(upgrade_run(s, &how, &n, &e));
    assert_int_equal(e.code, ERR_STOPPED);
    assert_int_equal(n.blocks, 0);
    expect_all(s);
    stores_finish(s, folder);
}

int main(void)
{
    /* Many commits: a disk would take long. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_packets_come_out),
        cmocka_unit_test(what_is_cut_off_goes_on),
        cmocka_unit_test(a_full_disk_changes_nothing),
        cmocka_unit_test(writing_goes_on_between),
        cmocka_unit_test(a_reader_keeps_its_snapshot),
        cmocka_unit_test(stop_is_heard),
    };
    return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
