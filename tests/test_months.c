/* test_months.c - a month whose folder is gone, older than it was or beyond
 * reading is an error that names it, and can be removed. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/inside.h"
#include "store/months.h"
#include "store/retention.h"
#include "tests/folder.h"
#include "tests/stores.h"

enum { OCTOBER = 2026 * 12 + 9, PACKETS = 300 };

static struct err e;

static const struct feed_made fed = {.seed = 1,
                                     .packets = PACKETS,
                                     .sensor = "a",
                                     .start = STORES_START,
                                     .step = 1000,
                                     .months = 3};
static const struct feed_made second = {.seed = 2,
                                        .packets = PACKETS,
                                        .sensor = "a",
                                        .start = STORES_START,
                                        .step = 1000,
                                        .months = 3};

/* ---- what becomes of October ---- */

static void path_of(char out[600], const char *folder, const char *name)
{
    snprintf(out, 600, "%s/%s", folder, name);
}

static void take_away(const char *folder)
{
    char from[600], to[600];

    path_of(from, folder, "2026-10");
    path_of(to, folder, "away");
    assert_int_equal(rename(from, to), 0);
}

static void cut(const char *folder)
{
    char path[600];

    path_of(path, folder, "2026-10/data.mdb");
    assert_int_equal(truncate(path, 5 * 4096), 0);
}

static void garble(const char *folder)
{
    char path[600];

    path_of(path, folder, "2026-10/data.mdb");
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    for (int i = 0; i < 8192; i++)
        fputc(0x55, f);
    assert_int_equal(fclose(f), 0);
}

static void empty(const char *folder)
{
    char path[600];

    path_of(path, folder, "2026-10/data.mdb");
    assert_int_equal(unlink(path), 0);
    path_of(path, folder, "2026-10/lock.mdb");
    assert_int_equal(unlink(path), 0);
}

static const struct {
    void (*harm)(const char *folder);
    const char *text;
} harms[] = {
    {take_away, "2026-10: its folder is missing, and with it its packets"},
    {empty,     "2026-10: its folder is missing, and with it its packets"},
    {cut,       "is cut"                                                 },
    {garble,    "is damaged"                                             }
};

enum { HARMS = sizeof harms / sizeof *harms };

static struct store *harmed(char **folder, uint32_t harm)
{
    struct store *s = stores_fresh(folder);

    stores_ingest(s, &fed);
    store_close(s);
    harms[harm].harm(*folder);
    s = store_open(*folder, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

/* ---- what is said ---- */

static void note(void *ctx, const struct store_damage *d)
{
    struct buf *out = ctx;

    buf_printf(out, "%s: %s\n", d->where, d->what);
}

static void leave(void *ctx, const struct store_left_out *what)
{
    struct buf *out = ctx;

    buf_printf(out, "%s\n", what->what);
}

static void assert_said(const struct buf *b, const char *text)
{
    struct buf line = {0};

    buf_put(&line, b->data, b->len);
    buf_u8(&line, 0);
    assert_non_null(strstr((char *)line.data, "2026-10"));
    if (!strstr((char *)line.data, text))
        fail_msg("'%s' is not in '%s'", text, (char *)line.data);
    buf_free(&line);
}

static uint64_t rows_without(struct store *s, const char *text)
{
    static struct feeds_seen seen;
    struct buf said = {0};
    struct strtab t = {0};
    struct store_reader *r =
        store_reader_open_damaged(s, &t, true, leave, &said, &e);

    assert_non_null(r);
    store_reader_verify(r, INT64_MIN, INT64_MAX);
    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
    assert_said(&said, text);
    buf_free(&said);
    return seen.rows;
}

static void it_is_an_error_for_all_who_need_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < HARMS; i++) {
        struct buf said = {0};
        struct strtab t = {0};
        uint64_t blocks, rows;
        char *folder;
        struct store *s = harmed(&folder, i);
        assert_null(store_reader_open(s, &t, false, &e));
        assert_int_equal(e.code, ERR_STORE);
        assert_non_null(strstr(e.text, harms[i].text));
        assert_int_equal(rows_without(s, harms[i].text), 200);
        assert_true(store_check(s, note, &said, &blocks, &rows, &e));
        assert_said(&said, harms[i].text);
        assert_null(store_writer_open(s, 0, NULL, NULL, &e));
        assert_non_null(strstr(e.text, harms[i].text));
        buf_free(&said);
        strtab_free(&t);
        stores_finish(s, folder);
    }
}

static bool prune(struct store *s,
                  bool (*plan_of)(struct store *s, uint32_t month,
                                  struct retention_plan *p, struct err *e),
                  uint32_t month)
{
    struct store_writer *w = retention_writer(s, 0, NULL, NULL, &e);
    struct retention_plan p = {0};

    if (!w)
        fail_msg("%s", e.text);
    if (!plan_of(s, month, &p, &e))
        fail_msg("%s", e.text);
    bool good = retention_apply(w, &p, &e);
    retention_plan_free(&p);
    store_writer_close(w);
    return good;
}

static void it_can_be_removed(void **state)
{
    static struct feeds_seen seen;

    (void)state;
    for (uint32_t i = 0; i < 2 * HARMS; i++) {
        bool alone = i % 2;
        char *folder;
        struct store *s = harmed(&folder, i / 2);
        struct feed_made f = second;
        if (!(alone ? prune(s, retention_one, OCTOBER)
                    : prune(s, retention_before, OCTOBER + 1)))
            fail_msg("%s", e.text);
        store_close(s);
        s = store_open(folder, &e);
        stores_read(s, false, &seen);
        assert_int_equal(seen.rows, alone ? 200 : 100);
        stores_assert_sound(s, alone ? 200 : 100);
        stores_ingest(s, &f);
        stores_ingest(s, &fed); /* adds nothing */
        stores_assert_sound(s, (alone ? 200 : 100) + 300);
        stores_finish(s, folder);
    }
}

static void with_it_nothing_else_can_be_removed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < HARMS; i++) {
        char *folder;
        struct store *s = harmed(&folder, i);
        assert_false(prune(s, retention_before, OCTOBER));
        assert_non_null(strstr(e.text, harms[i].text));
        assert_non_null(strstr(e.hint, "--month"));
        assert_int_equal(rows_without(s, harms[i].text), 200);
        stores_finish(s, folder);
    }
}

static void nothing_can_be_added_by_who_may_only_remove(void **state)
{
    struct store_capture c = {
        .first = {1, 1},
          .sensor = "a"
    };
    char *folder;
    struct store *s = harmed(&folder, 0);
    struct store_writer *w = retention_writer(s, 0, NULL, NULL, &e);

    (void)state;
    assert_non_null(w);
    assert_false(store_writer_begin(w, &c, &e));
    assert_non_null(strstr(e.text, "2026-10"));
    store_writer_close(w);
    stores_finish(s, folder);
}

static void copy_file(const char *from, const char *to)
{
    static uint8_t data[64 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");

    assert_true(in && out);
    size_t n = fread(data, 1, sizeof data, in);
    assert_true(n > 0 && n < sizeof data);
    assert_int_equal(fwrite(data, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void an_older_copy_is_not_taken_for_it(void **state)
{
    char *folder, file[600], old[600];
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};

    (void)state;
    path_of(file, folder, "2026-10/data.mdb");
    path_of(old, folder, "old");
    stores_ingest(s, &fed);
    store_close(s);
    copy_file(file, old);
    s = store_open(folder, &e);
    stores_ingest(s, &second);
    store_close(s);
    assert_int_equal(rename(old, file), 0);
    s = store_open(folder, &e);
    assert_null(store_reader_open(s, &t, false, &e));
    assert_string_equal(e.text, "2026-10: is older than the catalogue: packets "
                                "of it are missing");
    assert_null(store_writer_open(s, 0, NULL, NULL, &e));
    assert_non_null(strstr(e.text, "older"));
    strtab_free(&t);
    stores_finish(s, folder);
}

/* The key of the list, as an older program leaves the catalogue. */
static void forget_list(struct store *s)
{
    static const uint8_t key[] = {'m', 'o', 'n', 't', 'h', 's'};

    assert_true(envs_set_write(&s->envs, &e));
    struct kv *k = envs_get(&s->envs, ENVS_CATALOGUE, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    assert_true(kv_del(t, ENVS_META, (struct kv_bytes){key, sizeof key}, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

static void a_store_without_the_list_gets_one(void **state)
{
    static struct feeds_seen seen;
    struct strtab t = {0};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct feed_made more = second;

    (void)state;
    stores_ingest(s, &fed);
    forget_list(s);
    stores_read(s, false, &seen);
    assert_int_equal(seen.rows, PACKETS);
    more.months = 1; /* a commit that does not touch October */
    stores_ingest(s, &more);
    store_close(s);
    take_away(folder);
    s = store_open(folder, &e);
    assert_null(store_reader_open(s, &t, false, &e));
    assert_non_null(strstr(e.text, "its folder is missing"));
    strtab_free(&t);
    stores_finish(s, folder);
}

int main(void)
{
    /* Many commits: a disk would take long. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_an_error_for_all_who_need_it),
        cmocka_unit_test(it_can_be_removed),
        cmocka_unit_test(with_it_nothing_else_can_be_removed),
        cmocka_unit_test(nothing_can_be_added_by_who_may_only_remove),
        cmocka_unit_test(an_older_copy_is_not_taken_for_it),
        cmocka_unit_test(a_store_without_the_list_gets_one),
    };
    return cmocka_run_group_tests_name("months", tests, NULL, NULL);
}
