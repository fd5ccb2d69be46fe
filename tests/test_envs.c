/* link: -Wl,--wrap=mdb_txn_commit -Wl,--wrap=mdb_put -Wl,--wrap=mdb_env_open */
/* test_envs.c - every call that can fail does, once each: a commit is there
 * whole or not at all, and the next writer goes on from there. */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/feeds.h"
#include "tests/folder.h"

#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

/* LMDB's functions, as the linker renames them. */
int __real_mdb_txn_commit(void *txn);
int __wrap_mdb_txn_commit(void *txn);
int __real_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f);
int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f);
int __real_mdb_env_open(void *env, const char *path, unsigned f, unsigned mode);
int __wrap_mdb_env_open(void *env, const char *path, unsigned f, unsigned mode);
void mdb_txn_abort(void *txn);

enum fault { FAIL_COMMIT, FAIL_PUT, FAIL_OPEN, DIE_BEFORE, DIE_AFTER };

static struct {
    enum fault kind;
    int left; /* calls until it strikes; below 1: never */
} fault;

static bool strikes(enum fault kind)
{
    return fault.kind == kind && fault.left > 0 && --fault.left == 0;
}

int __wrap_mdb_txn_commit(void *txn)
{
    if (strikes(DIE_BEFORE))
        _exit(77);
    if (strikes(FAIL_COMMIT)) {
        mdb_txn_abort(txn);
        return EIO;
    }
    int rc = __real_mdb_txn_commit(txn);
    if (strikes(DIE_AFTER))
        _exit(77);
    return rc;
}

int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f)
{
    return strikes(FAIL_PUT) ? ENOSPC : __real_mdb_put(txn, dbi, key, data, f);
}

/* Three months, commits every 100 packets; `base` is there before. */
static const struct feed_made base = {.seed = 1,
                                      .packets = 150,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1000,
                                      .months = 3,
                                      .every = 100};
static const struct feed_made more = {.seed = 2,
                                      .packets = 400,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1500,
                                      .months = 3,
                                      .every = 100};

/* Folder of a store that a child adds `more` to when the next environment is
 * opened; NULL: none. */
static const char *meanwhile;

static void run_meanwhile(void)
{
    struct err e = {0};
    const char *folder = meanwhile;
    int status;

    meanwhile = NULL;
    pid_t pid = folder ? fork() : -1;
    if (pid == 0) {
        struct store *s = store_open(folder, &e);
        _exit(s && feeds_ingest(s, &more, &e) ? 0 : 1);
    }
    if (pid > 0 && (waitpid(pid, &status, 0) != pid || status != 0))
        abort();
}

int __wrap_mdb_env_open(void *env, const char *path, unsigned f, unsigned mode)
{
    run_meanwhile();
    return strikes(FAIL_OPEN) ? EIO : __real_mdb_env_open(env, path, f, mode);
}

static struct feeds_seen seen;

static void count_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

static uint64_t read_and_check(struct store *s)
{
    struct err e = {0};
    struct strtab t = {0};
    struct store_reader *r = store_reader_open(s, &t, false, &e);

    if (!r)
        fail_msg("%s", e.text);
    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
    return seen.rows;
}

/* Whole commits of `more` are there, and nothing of another. */
static void assert_whole_commits(struct store *s)
{
    uint64_t rows = read_and_check(s);

    assert_true(rows >= 150 && (rows - 150) % 100 == 0);
    feeds_expect(&seen, &base, 150);
    feeds_expect(&seen, &more, (uint32_t)rows - 150);
}

static void assert_sound(struct store *s)
{
    struct err e = {0};
    uint64_t blocks, rows;
    uint32_t damage = 0;

    assert_true(store_check(s, count_damage, &damage, &blocks, &rows, &e));
    assert_int_equal(damage, 0);
    assert_int_equal(rows, seen.rows);
}

static char *prepared(void)
{
    char *folder = folder_make();
    struct store_options o = {0};
    struct err e = {0};

    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_true(feeds_ingest(s, &base, &e));
    store_close(s);
    return folder;
}

/* What is found after the fault: first as a reader sees it, then repaired by a
 * writer that adds the rest, then once more. */
static void go_on(const char *folder)
{
    struct err e = {0};
    struct store *s = store_open(folder, &e);

    assert_non_null(s);
    assert_whole_commits(s);
    if (!feeds_ingest(s, &more, &e))
        fail_msg("%s", e.text);
    assert_int_equal(read_and_check(s), 550);
    feeds_expect(&seen, &base, 150);
    feeds_expect(&seen, &more, 400);
    assert_sound(s);
    store_close(s);
}

/* Repaired only: the sum is right before anything is added. */
static void repair(const char *folder)
{
    struct err e = {0};
    struct store *s = store_open(folder, &e);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);

    assert_non_null(w);
    store_writer_close(w);
    assert_whole_commits(s);
    assert_sound(s);
    store_close(s);
}

/* True: the n-th call failed, and with it the ingest. */
static bool fail_nth(enum fault kind, int n)
{
    char *folder = prepared();
    struct err e = {0};
    struct store *s;
    bool good;

    fault.kind = kind;
    fault.left = n;
    s = store_open(folder, &e);
    good = s && feeds_ingest(s, &more, &e);
    bool struck = fault.left == 0;
    fault.left = 0;
    assert_true(good || struck);
    if (!good)
        assert_int_equal(e.code, ERR_STORE);
    store_close(s);
    if (n % 2)
        repair(folder);
    go_on(folder);
    folder_remove(folder);
    return struck;
}

static void a_failed_commit_leaves_a_clean_store(void **state)
{
    int n = 1;

    (void)state;
    while (fail_nth(FAIL_COMMIT, n))
        n++;
    assert_in_range(n, 16, 60);
}

static void a_failed_put_leaves_a_clean_store(void **state)
{
    int n = 1;

    (void)state;
    while (fail_nth(FAIL_PUT, n))
        n++;
    assert_in_range(n, 30, 200);
}

static void a_failed_open_leaves_a_clean_store(void **state)
{
    int n = 1;

    (void)state;
    while (fail_nth(FAIL_OPEN, n))
        n++;
    assert_in_range(n, 4, 20);
}

static bool die_nth(enum fault kind, int n)
{
    char *folder = prepared();
    struct err e = {0};
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        fault.kind = kind;
        fault.left = n;
        struct store *s = store_open(folder, &e);
        _exit(s && feeds_ingest(s, &more, &e) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
    if (n % 2)
        repair(folder);
    go_on(folder);
    folder_remove(folder);
    return WEXITSTATUS(status) == 77;
}

static void death_before_a_commit_loses_only_that(void **state)
{
    int n = 1;

    (void)state;
    while (die_nth(DIE_BEFORE, n))
        n++;
    assert_in_range(n, 16, 60);
}

static void death_behind_a_commit_loses_only_that(void **state)
{
    int n = 1;

    (void)state;
    while (die_nth(DIE_AFTER, n))
        n++;
    assert_in_range(n, 16, 60);
}

/* Commits come between a reader's look at the catalogue and at the months, and
 * delete what it would need: it must begin again. */
static void a_reader_overtaken_by_commits_begins_again(void **state)
{
    struct err e = {0};
    char *folder = prepared();
    struct store *s = store_open(folder, &e);

    (void)state;
    assert_non_null(s);
    meanwhile = folder;
    assert_int_equal(read_and_check(s), 550);
    assert_null(meanwhile);
    feeds_expect(&seen, &base, 150);
    feeds_expect(&seen, &more, 400);
    store_close(s);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_overtaken_by_commits_begins_again),
        cmocka_unit_test(a_failed_commit_leaves_a_clean_store),
        cmocka_unit_test(a_failed_put_leaves_a_clean_store),
        cmocka_unit_test(a_failed_open_leaves_a_clean_store),
        cmocka_unit_test(death_before_a_commit_loses_only_that),
        cmocka_unit_test(death_behind_a_commit_loses_only_that),
    };
    return cmocka_run_group_tests_name("envs", tests, NULL, NULL);
}
