/* test_store.c - a store from its making to its check: what it is made of, who
 * may touch it, and how damage is told. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/inside.h"
#include "tests/folder.h"
#include "tests/stores.h"

static struct err e;

/* ---- making and opening ---- */

static void assert_mode(const char *dir, const char *name, mode_t mode)
{
    char path[600];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void nobody_else_may_read_it_whatever_the_umask(void **state)
{
    static const mode_t masks[] = {0, 0777};

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        char *folder;
        mode_t old = umask(masks[i]);
        struct store *s = stores_fresh(&folder);
        stores_ingest(s, &(struct feed_made){.packets = 5,
                                             .sensor = "a",
                                             .start = STORES_START});
        umask(old);
        assert_mode(folder, ".", 0700);
        assert_mode(folder, "lock", 0600);
        assert_mode(folder, "catalogue", 0700);
        assert_mode(folder, "catalogue/data.mdb", 0600);
        assert_mode(folder, "catalogue/lock.mdb", 0600);
        assert_mode(folder, "2026-09", 0700);
        assert_mode(folder, "2026-09/data.mdb", 0600);
        assert_mode(folder, "2026-09/lock.mdb", 0600);
        stores_finish(s, folder);
    }
}

static void options_are_kept(void **state)
{
    char *folder = folder_make();
    struct store_options o = {.macs = true};

    (void)state;
    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_true(store_options_of(s).macs);
    assert_false(store_options_of(s).tunnels_inner);
    assert_string_equal(store_dir(s), folder);
    stores_finish(s, folder);
}

static void a_folder_with_something_in_it_is_left_alone(void **state)
{
    char *folder, path[600];
    struct store_options o = {0};
    struct store *s = stores_fresh(&folder);

    (void)state;
    assert_false(store_create(folder, &o, &e));
    assert_non_null(strstr(e.text, "is a store already"));
    snprintf(path, sizeof path, "%s/catalogue", folder);
    assert_false(store_create(path, &o, &e));
    assert_non_null(strstr(e.text, "no empty folder"));
    stores_finish(s, folder);
}

static void what_is_no_store_is_not_opened(void **state)
{
    char *folder = folder_make();

    (void)state;
    assert_false(store_exists(folder));
    assert_null(store_open(folder, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_null(store_open("/nonexistent/store", &e));
    folder_remove(folder);
}

static void set_format(struct store *s, uint32_t format)
{
    struct catalogue_head h;

    assert_true(inside_read_head(s, &h, &e));
    h.format = format;
    assert_true(envs_set_write(&s->envs, &e));
    struct kv *k = envs_get(&s->envs, ENVS_CATALOGUE, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    assert_true(catalogue_write(t, &h, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

static void a_newer_format_is_refused_by_both_numbers(void **state)
{
    char *folder, want[64];
    struct store *s = stores_fresh(&folder);

    (void)state;
    set_format(s, store_format + 1);
    store_close(s);
    assert_null(store_open(folder, &e));
    snprintf(want, sizeof want, "format version %u", store_format + 1);
    assert_non_null(strstr(e.text, want));
    snprintf(want, sizeof want, "up to version %u", store_format);
    assert_non_null(strstr(e.text, want));
    folder_remove(folder);
}

static void a_commit_says_in_which_format_it_writes(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 10,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000};
    struct catalogue_head h;
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    set_format(s, 1);
    stores_ingest(s, &f);
    assert_true(inside_read_head(s, &h, &e));
    assert_int_equal(h.format, store_format);
    stores_finish(s, folder);
}

static void a_cut_file_is_noticed(void **state)
{
    char *folder, path[600];
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};

    (void)state;
    stores_ingest(s, &(struct feed_made){.packets = 50000,
                                         .sensor = "a",
                                         .start = STORES_START,
                                         .step = 1000});
    store_close(s);
    snprintf(path, sizeof path, "%s/2026-09/data.mdb", folder);
    assert_int_equal(truncate(path, 5 * 4096), 0);
    s = store_open(folder, &e);
    assert_non_null(s);
    assert_null(store_reader_open(s, &t, false, &e));
    assert_non_null(strstr(e.text, "is cut"));
    strtab_free(&t);
    stores_finish(s, folder);
}

static void count_call(void *ctx)
{
    ++*(int *)ctx;
}

static void a_second_writer_waits_then_gives_up(void **state)
{
    char *folder;
    struct store *s = stores_fresh(&folder), *other = store_open(folder, &e);
    int calls = 0;
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);

    (void)state;
    assert_non_null(w);
    assert_null(store_writer_open(other, 100, count_call, &calls, &e));
    assert_non_null(strstr(e.text, "another process is writing"));
    assert_int_equal(calls, 1);
    store_close(other);
    store_writer_close(w);
    w = store_writer_open(s, 0, NULL, NULL, &e);
    assert_non_null(w);
    store_writer_close(w);
    stores_finish(s, folder);
}

/* Runs fn in a child as a user who may read the folder only. */
static int as_reader(const char *folder, int (*fn)(const char *folder))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(90);
        _exit(fn(folder));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int count_rows(const char *folder)
{
    struct err bad = {0};
    struct strtab t = {0};
    struct store *s = store_open(folder, &bad);
    struct store_reader *r = s ? store_reader_open(s, &t, false, &bad) : NULL;
    uint32_t rows = 0;

    for (uint32_t i = 0; r && i < store_reader_blocks(r); i++)
        rows += store_reader_block(r, i).zone->rows;
    if (s && store_writer_open(s, 0, NULL, NULL, &bad))
        rows = 91;
    if (!r)
        print_error("%s\n", bad.text);
    return (int)rows;
}

static void set_modes(const char *folder, mode_t dir, mode_t file)
{
    static const char *const dirs[] = {"catalogue", "2026-09"};
    char path[600];

    for (uint32_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/data.mdb", folder, dirs[i]);
        assert_int_equal(chmod(path, file), 0);
        snprintf(path, sizeof path, "%s/%s/lock.mdb", folder, dirs[i]);
        assert_int_equal(chmod(path, file), 0);
        snprintf(path, sizeof path, "%s/%s", folder, dirs[i]);
        assert_int_equal(chmod(path, dir), 0);
    }
    assert_int_equal(chmod(folder, dir), 0);
}

static void it_can_be_read_where_nothing_may_be_written(void **state)
{
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    stores_ingest(s, &(struct feed_made){
                         .packets = 42, .sensor = "a", .start = STORES_START});
    store_close(s);
    set_modes(folder, 0555, 0444);
    assert_int_equal(as_reader(folder, count_rows), 42);
    set_modes(folder, 0700, 0600);
    folder_remove(folder);
}

/* ---- usage, damage ---- */

static void usage_adds_up(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 70000,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};
    struct store_usage u;
    uint64_t sum = 0, bytes = 0;

    (void)state;
    stores_ingest(s, &f);
    struct store_reader *r = stores_reader(s, &t, false);
    assert_true(store_usage(r, &u, &e));
    assert_int_equal(u.rows, 70000);
    assert_int_equal(u.blocks, 2);
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        sum += u.field_bytes[i];
    for (uint32_t i = 0; i < u.blocks; i++)
        bytes += store_reader_block(r, i).bytes;
    assert_int_equal(sum + u.other_bytes, bytes);
    assert_true(u.field_bytes[FIELD_SEQ] > u.field_bytes[FIELD_TTL]);
    store_reader_close(r);
    strtab_free(&t);
    stores_finish(s, folder);
}

struct expected {
    char where[96];
    uint32_t n;
};

static void note_damage(void *ctx, const struct store_damage *d)
{
    struct expected *x = ctx;

    snprintf(x->where, sizeof x->where, "%s", d->where);
    x->n++;
}

/* Flips a byte of the last stream of the only block, on disk. */
static void flip_in_file(const char *folder)
{
    static uint8_t data[8 << 20];
    char path[600];

    snprintf(path, sizeof path, "%s/2026-09/data.mdb", folder);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    size_t n = fread(data, 1, sizeof data, f);
    const uint8_t *at = NULL; /* not its front beside those of others */
    for (size_t page = 16; page + 8 < n && !at; page += 4096)
        at = memcmp(data + page, "TRAWLBLK", 8) == 0 ? data + page : NULL;
    assert_non_null(at);
    long offset = at - data + 4096 + 2; /* in the first stream: time */
    assert_int_equal(fseek(f, offset, SEEK_SET), 0);
    assert_int_equal(fputc(data[offset] ^ 1, f), data[offset] ^ 1);
    fclose(f);
}

static void check_names_month_block_and_stream(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 5000,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000003,
                          .months = 1};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct expected x = {{0}, 0};
    struct strtab t = {0};
    struct column c;
    uint64_t blocks, rows;

    (void)state;
    stores_ingest(s, &f);
    store_close(s);
    flip_in_file(folder);
    s = store_open(folder, &e);
    assert_true(store_check(s, note_damage, &x, &blocks, &rows, &e));
    assert_int_equal(x.n, 1);
    assert_string_equal(x.where, "2026-09 block 1 stream time");
    struct store_reader *r = stores_reader(s, &t, false);
    struct store_block *b = store_block_open(r, 0, &e);
    assert_true(store_block_column(b, FIELD_SEQ, 0, 10, &c, &e));
    assert_false(store_block_column(b, FIELD_TIME, 0, 10, &c, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.text,
                        "2026-09: block 1: stream time has a wrong checksum");
    store_block_close(b);
    store_reader_close(r);
    strtab_free(&t);
    stores_finish(s, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_else_may_read_it_whatever_the_umask),
        cmocka_unit_test(options_are_kept),
        cmocka_unit_test(a_folder_with_something_in_it_is_left_alone),
        cmocka_unit_test(what_is_no_store_is_not_opened),
        cmocka_unit_test(a_newer_format_is_refused_by_both_numbers),
        cmocka_unit_test(a_commit_says_in_which_format_it_writes),
        cmocka_unit_test(a_cut_file_is_noticed),
        cmocka_unit_test(a_second_writer_waits_then_gives_up),
        cmocka_unit_test(it_can_be_read_where_nothing_may_be_written),
        cmocka_unit_test(usage_adds_up),
        cmocka_unit_test(check_names_month_block_and_stream),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
