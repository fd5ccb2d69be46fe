/* link: -Wl,--wrap=rename -Wl,--wrap=remove -Wl,--wrap=mdb_txn_commit */
/* test_retention.c - what is pruned is gone at once and for good, wherever the
 * process dies, and who reads it meanwhile keeps it. */
#include "store/retention.h"

#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/feeds.h"
#include "tests/folder.h"

#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

enum { SEPTEMBER = 2026 * 12 + 8, OCTOBER, NOVEMBER };

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_remove(const char *path);
int __wrap_remove(const char *path);
int __real_mdb_txn_commit(void *txn);
int __wrap_mdb_txn_commit(void *txn);

static int calls_left; /* until the process dies; 0: never */

static void count_down(void)
{
    if (calls_left > 0 && --calls_left == 0)
        _exit(77);
}

int __wrap_rename(const char *from, const char *to)
{
    count_down();
    return __real_rename(from, to);
}

int __wrap_remove(const char *path)
{
    count_down();
    return __real_remove(path);
}

int __wrap_mdb_txn_commit(void *txn)
{
    count_down();
    return __real_mdb_txn_commit(txn);
}

/* Packet i lies i % 3 months after September. */
static const struct feed_made three = {.seed = 1,
                                       .packets = 300,
                                       .sensor = "a",
                                       .start = START,
                                       .step = 1000,
                                       .months = 3,
                                       .every = 100};
static const struct feed_made other = {
    .seed = 2, .packets = 50, .sensor = "a", .start = START, .step = 1000};

static struct feeds_seen seen;
static struct err e;

static char *prepared(void)
{
    char *folder = folder_make();
    struct store_options o = {0};

    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    if (!feeds_ingest(s, &three, &e))
        fail_msg("%s", e.text);
    store_close(s);
    return folder;
}

static struct store *must_open(const char *folder)
{
    struct store *s = store_open(folder, &e);

    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static struct store_reader *must_read(struct store *s, struct strtab *t)
{
    struct store_reader *r = store_reader_open(s, t, true, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

static bool prune(struct store *s, uint32_t month)
{
    struct retention_plan p = {0};
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    bool good =
        w && retention_before(s, month, &p, &e) && retention_apply(w, &p, &e);

    retention_plan_free(&p);
    store_writer_close(w);
    return good;
}

static void count_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

static void assert_sound(struct store *s, uint64_t expected)
{
    uint64_t blocks, rows;
    uint32_t damage = 0;

    if (!store_check(s, count_damage, &damage, &blocks, &rows, &e))
        fail_msg("%s", e.text);
    assert_int_equal(damage, 0);
    assert_int_equal(rows, expected);
}

static uint64_t rows_of(struct store *s)
{
    struct strtab t = {0};
    struct store_reader *r = must_read(s, &t);

    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
    return seen.rows;
}

/* Of `three` exactly what lies from the `first` month on is there, once. */
static void assert_from(struct store *s, uint32_t first, uint64_t more)
{
    assert_int_equal(rows_of(s), 300 - 100 * first + more);
    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(seen.times[1][i], i % 3 >= first);
}

static bool folder_there(const char *folder, const char *name)
{
    char path[600];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0;
}

static void what_is_pruned_does_not_come_back(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);

    (void)state;
    if (!prune(s, OCTOBER))
        fail_msg("%s", e.text);
    assert_false(folder_there(folder, "2026-09"));
    assert_false(folder_there(folder, "2026-09.pruned"));
    assert_from(s, 1, 0);
    assert_sound(s, 200);
    assert_true(feeds_ingest(s, &three, &e));
    assert_from(s, 1, 0);
    assert_false(folder_there(folder, "2026-09"));
    assert_sound(s, 200);
    store_close(s);
    folder_remove(folder);
}

static void captures_and_coverage_say_what_is_left(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct strtab t = {0};
    struct arena a = {0};
    uint32_t n;

    (void)state;
    assert_true(prune(s, OCTOBER));
    struct store_reader *r = must_read(s, &t);
    const struct store_capture *c = store_reader_capture(r, 0);
    assert_int_equal(store_reader_captures(r), 1);
    assert_int_equal(c->packets, 300);
    assert_int_equal(c->kept, 200);
    assert_int_equal(c->first_time, feeds_time(&three, 1));
    assert_int_equal(c->last_time, feeds_time(&three, 299));
    struct store_cover *cover = store_reader_coverage(r, &a, &n);
    assert_int_equal(n, 1);
    assert_int_equal(cover[0].from, feeds_time(&three, 1));
    store_reader_close(r);
    assert_true(prune(s, NOVEMBER + 1));
    r = must_read(s, &t);
    assert_int_equal(store_reader_capture(r, 0)->kept, 0);
    assert_int_equal(store_reader_blocks(r), 0);
    store_reader_coverage(r, &a, &n);
    assert_int_equal(n, 0);
    store_reader_close(r);
    assert_sound(s, 0);
    arena_free(&a);
    strtab_free(&t);
    store_close(s);
    folder_remove(folder);
}

static void a_new_capture_brings_a_month_again(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);

    (void)state;
    assert_true(prune(s, OCTOBER));
    assert_true(feeds_ingest(s, &other, &e));
    assert_from(s, 1, 50);
    feeds_expect(&seen, &other, 50);
    assert_true(feeds_ingest(s, &three, &e));
    assert_from(s, 1, 50);
    assert_sound(s, 250);
    assert_true(prune(s, OCTOBER));
    assert_from(s, 1, 0);
    assert_true(feeds_ingest(s, &other, &e));
    assert_from(s, 1, 0);
    store_close(s);
    folder_remove(folder);
}

/* Runs the pruning in another process. */
static void prune_elsewhere(const char *folder, bool then_other)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct store *s = store_open(folder, &e);
        _exit(s && prune(s, OCTOBER) &&
                      (!then_other || feeds_ingest(s, &other, &e))
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void who_reads_keeps_its_moment(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct strtab t = {0};
    struct store_reader *r = must_read(s, &t);

    (void)state;
    prune_elsewhere(folder, true);
    feeds_read(r, &seen);
    assert_int_equal(seen.rows, 300);
    feeds_expect(&seen, &three, 300);
    /* The same process sees the month that came in its place meanwhile. */
    assert_from(s, 1, 50);
    feeds_expect(&seen, &other, 50);
    feeds_read(r, &seen);
    assert_int_equal(seen.rows, 300);
    store_reader_close(r);
    assert_from(s, 1, 50);
    strtab_free(&t);
    store_close(s);
    folder_remove(folder);
}

/* A commit came before the packet was counted in the catalogue. */
static void what_only_the_ledger_knew_stays_known(void **state)
{
    char *folder = folder_make();
    struct store_options o = {0};
    struct store_capture c = {
        .sensor = "a", .name = "x", .first = {7, 7}
    };
    struct record r;
    bool added;

    (void)state;
    memset(&r, 0, sizeof r);
    RECORD_SET(&r, TIME, START);
    assert_true(store_create(folder, &o, &e));
    struct store *s = must_open(folder);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    assert_true(store_writer_begin(w, &c, &e));
    assert_true(store_writer_add(w, &c, &r, 0, false, &added, &e) && added);
    assert_true(store_writer_commit(w, &e)); /* c.packets is 0 still */
    store_writer_close(w);
    assert_true(prune(s, OCTOBER));
    w = store_writer_open(s, 0, NULL, NULL, &e);
    assert_int_equal(store_writer_known(w, c.first, &c, 1), 1);
    assert_int_equal(c.kept, 0);
    assert_true(store_writer_begin(w, &c, &e));
    assert_true(store_writer_add(w, &c, &r, 0, false, &added, &e));
    assert_false(added);
    assert_true(store_writer_add(w, &c, &r, 1, false, &added, &e) && added);
    c.packets = 2;
    assert_true(store_writer_commit(w, &e));
    store_writer_close(w);
    assert_sound(s, 1);
    store_close(s);
    folder_remove(folder);
}

static void size_decides_and_the_newest_stays(void **state)
{
    char *folder = prepared();
    struct store *s = must_open(folder);
    struct retention_plan p;

    (void)state;
    assert_true(retention_down_to(s, UINT64_MAX, &p, &e));
    assert_int_equal(p.n, 0);
    assert_int_equal(p.bytes, store_bytes_on_disk(s));
    retention_plan_free(&p);
    assert_true(retention_down_to(s, store_bytes_on_disk(s) - 1, &p, &e));
    assert_int_equal(p.n, 1);
    assert_int_equal(p.month[0].month, SEPTEMBER);
    assert_int_equal(p.month[0].packets, 100);
    assert_true(p.month[0].bytes > 0);
    retention_plan_free(&p);
    assert_true(retention_down_to(s, 1, &p, &e));
    assert_int_equal(p.n, 2);
    retention_plan_free(&p);
    store_close(s);
    folder_remove(folder);
}

/* True: the process died at the n-th step. */
static bool die_at(int n)
{
    char *folder = prepared();
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct store *s = store_open(folder, &e);
        calls_left = n;
        _exit(s && prune(s, NOVEMBER) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
    struct store *s = must_open(folder);
    bool gone = rows_of(s) == 100;
    assert_from(s, gone ? 2 : 0, 0);
    assert_sound(s, gone ? 100 : 300);
    assert_true(feeds_ingest(s, &three, &e)); /* a writer finishes it */
    assert_from(s, gone ? 2 : 0, 0);
    assert_int_equal(folder_there(folder, "2026-10"), !gone);
    assert_false(folder_there(folder, "2026-10.pruned"));
    assert_true(prune(s, NOVEMBER));
    assert_from(s, 2, 0);
    assert_false(folder_there(folder, "2026-09"));
    store_close(s);
    folder_remove(folder);
    return WEXITSTATUS(status) == 77;
}

static void death_at_any_step_leaves_all_or_nothing(void **state)
{
    int n = 1;

    (void)state;
    while (die_at(n))
        n++;
    assert_in_range(n, 12, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_pruned_does_not_come_back),
        cmocka_unit_test(captures_and_coverage_say_what_is_left),
        cmocka_unit_test(a_new_capture_brings_a_month_again),
        cmocka_unit_test(who_reads_keeps_its_moment),
        cmocka_unit_test(what_only_the_ledger_knew_stays_known),
        cmocka_unit_test(size_decides_and_the_newest_stays),
        cmocka_unit_test(death_at_any_step_leaves_all_or_nothing),
    };
    return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
