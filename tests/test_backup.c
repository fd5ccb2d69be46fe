/* link: -Wl,--wrap=mdb_txn_commit -Wl,--wrap=mdb_put -Wl,--wrap=fsync */
/* test_backup.c - a copy is one commit, whole and sound, or is not there. */
#include "store/backup.h"

#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/retention.h"
#include "tests/feeds.h"
#include "tests/folder.h"

#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

int __real_mdb_txn_commit(void *txn);
int __wrap_mdb_txn_commit(void *txn);
int __real_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f);
int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
void mdb_txn_abort(void *txn);

static int calls_left; /* until one fails; 0: none does */

static bool strikes(void)
{
    return calls_left > 0 && --calls_left == 0;
}

int __wrap_mdb_txn_commit(void *txn)
{
    if (!strikes())
        return __real_mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return ENOSPC;
}

int __wrap_mdb_put(void *txn, unsigned dbi, void *key, void *data, unsigned f)
{
    return strikes() ? ENOSPC : __real_mdb_put(txn, dbi, key, data, f);
}

int __wrap_fsync(int fd)
{
    if (!strikes())
        return __real_fsync(fd);
    errno = EIO;
    return -1;
}

static const struct feed_made base = {.seed = 1,
                                      .packets = 150,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1000,
                                      .months = 3,
                                      .every = 100};
static const struct feed_made more = {.seed = 2,
                                      .packets = 4000,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1500,
                                      .months = 3,
                                      .every = 100};

static struct feeds_seen seen;
static struct err e;

static char *prepared(void)
{
    char *folder = folder_make();
    struct store_options o = {.macs = true};
    char path[600];

    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_true(feeds_ingest(s, &base, &e));
    store_close(s);
    snprintf(path, sizeof path, "%s/site.trawl", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("home = {10.0.0.0/8};\n", f);
    fclose(f);
    return folder;
}

static struct store *must_open(const char *folder)
{
    struct store *s = store_open(folder, &e);

    if (!s)
        fail_msg("%s", e.text);
    return s;
}

/* A place for copies, and a name in it. */
static char *copies, target[600], partial[620];

static int make_place(void **state)
{
    (void)state;
    copies = folder_make();
    snprintf(target, sizeof target, "%s/copy", copies);
    snprintf(partial, sizeof partial, "%s.partial", target);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    folder_remove(copies);
    return 0;
}

static void count_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

static uint64_t read_sound(struct store *s)
{
    struct strtab t = {0};
    struct store_reader *r = store_reader_open(s, &t, true, &e);
    uint64_t blocks, rows;
    uint32_t damage = 0;

    if (!r)
        fail_msg("%s", e.text);
    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
    if (!store_check(s, count_damage, &damage, &blocks, &rows, &e))
        fail_msg("%s", e.text);
    assert_int_equal(damage, 0);
    assert_int_equal(rows, seen.rows);
    return rows;
}

static bool there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static mode_t mode_of(const char *name)
{
    char path[700];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", target, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void a_copy_is_a_store_that_goes_on(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct backup_counts n;

    (void)state;
    if (!backup_write(s, target, NULL, &n, &e))
        fail_msg("%s", e.text);
    assert_false(there(partial));
    assert_int_equal(n.rows, 150);
    assert_int_equal(n.months, 3);
    assert_int_equal(mode_of(""), 0700);
    assert_int_equal(mode_of("site.trawl"), 0600);
    assert_int_equal(mode_of("2026-10/data.mdb"), 0600);
    struct store *copy = must_open(target);
    assert_true(store_options_of(copy).macs);
    assert_int_equal(read_sound(copy), 150);
    feeds_expect(&seen, &base, 150);
    assert_true(feeds_ingest(copy, &base, &e)); /* known there too */
    assert_true(feeds_ingest(copy, &more, &e));
    assert_int_equal(read_sound(copy), 4150);
    feeds_expect(&seen, &more, 4000);
    store_close(copy);
    assert_int_equal(read_sound(s), 150);
    store_close(s);
    folder_remove(folder);
}

static void a_copy_remembers_what_was_pruned(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct retention_plan p;
    struct backup_counts n;

    (void)state;
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    assert_true(retention_before(s, 2026 * 12 + 9, &p, &e));
    assert_true(retention_apply(w, &p, &e));
    retention_plan_free(&p);
    store_writer_close(w);
    assert_true(backup_write(s, target, NULL, &n, &e));
    store_close(s);
    s = must_open(target);
    assert_int_equal(read_sound(s), 100);
    assert_true(feeds_ingest(s, &base, &e));
    assert_int_equal(read_sound(s), 100);
    store_close(s);
    folder_remove(folder);
}

static pid_t write_elsewhere(const char *folder)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct store *s = store_open(folder, &e);
        _exit(s && feeds_ingest(s, &more, &e) ? 0 : 1);
    }
    return pid;
}

/* Some way between nothing and all of `more`, in whole commits. */
static void assert_one_commit(struct store *copy, uint64_t expected)
{
    uint64_t rows = read_sound(copy);

    assert_int_equal(rows, expected);
    assert_true(rows >= 150 && (rows - 150) % 100 == 0);
    feeds_expect(&seen, &base, 150);
    feeds_expect(&seen, &more, (uint32_t)rows - 150);
}

static void a_copy_beside_a_writer_is_one_commit(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    pid_t pid = write_elsewhere(folder);
    struct backup_counts n;
    uint32_t between = 0;
    int status = 0;

    (void)state;
    for (bool done = false; !done; between += n.rows > 150 && n.rows < 4150) {
        done = waitpid(pid, &status, WNOHANG) == pid;
        if (!backup_write(s, target, NULL, &n, &e))
            fail_msg("%s", e.text);
        struct store *copy = must_open(target);
        assert_one_commit(copy, n.rows);
        store_close(copy);
        folder_remove(copies);
        make_place(NULL);
    }
    assert_int_equal(status, 0);
    assert_int_equal(n.rows, 4150);
    assert_true(between > 0);
    store_close(s);
    folder_remove(folder);
}

static void what_exists_is_left_alone(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct backup_counts n;

    (void)state;
    assert_int_equal(mkdir(target, 0700), 0);
    assert_false(backup_write(s, target, NULL, &n, &e));
    assert_non_null(strstr(e.text, "exists"));
    assert_int_equal(rmdir(target), 0);
    assert_int_equal(symlink("nowhere", target), 0);
    assert_false(backup_write(s, target, NULL, &n, &e));
    assert_int_equal(unlink(target), 0);
    assert_int_equal(mkdir(partial, 0700), 0);
    assert_false(backup_write(s, target, NULL, &n, &e));
    assert_true(there(partial));
    assert_false(there(target));
    store_close(s);
    folder_remove(folder);
}

static bool fail_nth(const char *folder, int n)
{
    struct store *s = must_open(folder);
    struct backup_counts counts;

    calls_left = n;
    bool good = backup_write(s, target, NULL, &counts, &e);
    bool struck = calls_left == 0;
    calls_left = 0;
    store_close(s);
    assert_false(there(partial));
    if (good) {
        assert_false(struck);
        assert_true(there(target));
        return false;
    }
    assert_true(struck);
    assert_int_equal(e.code, ERR_STORE);
    if (there(target)) { /* all but the last sync: the copy is whole */
        struct store *copy = must_open(target);
        assert_int_equal(read_sound(copy), 150);
        store_close(copy);
        folder_remove(copies);
        make_place(NULL);
    }
    return true;
}

static void a_failure_leaves_nothing_behind(void **state)
{
    char *folder = prepared();
    int n = 1;

    (void)state;
    while (fail_nth(folder, n))
        n++;
    assert_in_range(n, 20, 200);
    folder_remove(folder);
}

static void it_can_be_stopped(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    volatile sig_atomic_t stop = 1;
    struct backup_counts n;

    (void)state;
    assert_false(backup_write(s, target, &stop, &n, &e));
    assert_int_equal(e.code, ERR_STOPPED);
    assert_false(there(target) || there(partial));
    store_close(s);
    folder_remove(folder);
}

static void flip_in_block(const char *folder)
{
    static uint8_t data[8 << 20];
    char path[600];

    snprintf(path, sizeof path, "%s/2026-09/data.mdb", folder);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    size_t n = fread(data, 1, sizeof data, f);
    /* the newest copy of the tail lies behind the one it replaced */
    uint8_t *at = NULL, *next = memmem(data, n, "TRAWLBLK", 8);
    for (; next;
         next = memmem(at + 1, n - (size_t)(at + 1 - data), "TRAWLBLK", 8)) {
        at = next;
        long offset = at - data + 4096 + 2;
        assert_int_equal(fseek(f, offset, SEEK_SET), 0);
        assert_int_equal(fputc(data[offset] ^ 1, f), data[offset] ^ 1);
    }
    assert_non_null(at);
    fclose(f);
}

static void damage_is_not_copied(void **state)
{
    char *folder = prepared();
    struct backup_counts n;

    (void)state;
    flip_in_block(folder);
    struct store *s = must_open(folder);
    assert_false(backup_write(s, target, NULL, &n, &e));
    assert_non_null(strstr(e.text, "2026-09: block "));
    assert_non_null(strstr(e.text, "wrong checksum"));
    assert_false(there(target) || there(partial));
    store_close(s);
    folder_remove(folder);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_a_store_that_goes_on),
        TEST(a_copy_remembers_what_was_pruned),
        TEST(a_copy_beside_a_writer_is_one_commit),
        TEST(what_exists_is_left_alone),
        TEST(a_failure_leaves_nothing_behind),
        TEST(it_can_be_stopped),
        TEST(damage_is_not_copied),
    };
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
