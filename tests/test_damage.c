/* test_damage.c - a byte of a store is another one: whoever reads it gets the
 * right rows or an error, never others and never a crash. */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/store.h"
#include "tests/feeds.h"
#include "tests/folder.h"
#include "tests/random.h"

#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

enum { RIGHT = 0, WRONG = 9, FAILED = 5, OTHER = 7 };

static const struct feed_made made = {.seed = 1,
                                      .packets = 900,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1000,
                                      .months = 2,
                                      .every = 250};
static const struct feed_made also = {.seed = 2,
                                      .packets = 40,
                                      .sensor = "b",
                                      .start = START,
                                      .step = 1000,
                                      .months = 2};

static struct err e;
static uint64_t expected_cover; /* 0: not known yet */

/* ---- what is read ---- */

static bool sum_batch(struct store_block *b, uint32_t from, uint32_t n,
                      uint64_t *sum)
{
    static const enum field_id fields[] = {FIELD_TIME, FIELD_IPID, FIELD_SEQ,
                                           FIELD_LEN, FIELD_DPORT};
    struct column c;
    uint64_t row[BATCH_ROWS] = {0};

    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        if (!store_block_column(b, fields[f], from, n, &c, &e))
            return false;
        for (uint32_t i = 0; i < n; i++) {
            uint64_t v = column_absent(&c, i) ? 77 : (uint64_t)c.i[i];
            row[i] = hash_bytes(&v, sizeof v, row[i]);
        }
    }
    if (!store_block_column(b, FIELD_SRC, from, n, &c, &e))
        return false;
    for (uint32_t i = 0; i < n; i++)
        *sum += hash_bytes(&c.a[i], sizeof c.a[i], row[i]);
    return true;
}

static bool sum_rows(struct store_reader *r, uint64_t *sum)
{
    bool good = true;

    for (uint32_t i = 0; good && i < store_reader_blocks(r); i++) {
        uint32_t rows = store_reader_block(r, i).zone->rows;
        struct store_block *b = store_block_open(r, i, &e);
        good = b != NULL;
        for (uint32_t at = 0, n; good && at < rows; at += n) {
            n = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
            good = sum_batch(b, at, n, sum);
        }
        store_block_close(b);
    }
    return good;
}

/* Rows, captures and coverage as one number. */
static bool sum_store(const char *folder, uint64_t *sum)
{
    struct strtab t = {0};
    struct arena a = {0};
    struct store *s = store_open(folder, &e);
    struct store_reader *r = s ? store_reader_open(s, &t, true, &e) : NULL;
    bool good = r && sum_rows(r, sum);
    uint32_t n;

    for (uint32_t i = 0; good && i < store_reader_captures(r); i++) {
        const struct store_capture *c = store_reader_capture(r, i);
        *sum += hash_bytes(c, sizeof *c, 1);
    }
    if (good) {
        const struct store_cover *cover = store_reader_coverage(r, &a, &n);
        uint64_t covered = 0;
        for (uint32_t i = 0; i < n; i++)
            covered += hash_bytes(&cover[i].from, 16, 2);
        /* A ledger that is damaged vouches for nothing. */
        if (n > 0 && expected_cover && covered != expected_cover)
            *sum = 0;
        else if (!expected_cover)
            expected_cover = covered;
    }
    store_reader_close(r);
    store_close(s);
    strtab_free(&t);
    arena_free(&a);
    return good;
}

/* In a process of its own: what it ends with, or the signal + 100. */
static int read_apart(const char *folder, uint64_t expected)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        uint64_t sum = 0;
        alarm(10);
        if (!sum_store(folder, &sum))
            _exit(e.code == ERR_STORE ? FAILED : OTHER);
        _exit(sum == expected ? RIGHT : WRONG);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/* ---- a file of the store ---- */

struct file {
    char path[600];
    uint8_t *data;
    size_t len;
};

static struct file map_file(const char *folder, const char *name)
{
    struct file f;
    struct stat st;

    snprintf(f.path, sizeof f.path, "%s/%s/data.mdb", folder, name);
    int fd = open(f.path, O_RDWR);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    f.len = (size_t)st.st_size;
    f.data = mmap(NULL, f.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(f.data != MAP_FAILED);
    close(fd);
    return f;
}

static bool page_empty(const uint8_t *page)
{
    for (uint32_t i = 0; i < 4096; i++)
        if (page[i])
            return false;
    return true;
}

static char *prepared(void)
{
    char *folder = folder_make();
    struct store_options o = {0};

    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_true(feeds_ingest(s, &made, &e));
    assert_true(feeds_ingest(s, &also, &e));
    store_close(s);
    return folder;
}

/* Flips a bit in one of every `step` bytes of what is used of a file. */
static void flip_all(const char *folder, const char *name, uint32_t step,
                     uint32_t count[256])
{
    uint64_t expected = 0, seed = 11;
    struct file f = map_file(folder, name);

    assert_true(sum_store(folder, &expected));
    for (size_t at = 0; at < f.len; at += 1 + random_below(&seed, 2 * step)) {
        if (page_empty(f.data + at / 4096 * 4096))
            continue;
        uint8_t was = f.data[at];
        f.data[at] ^= (uint8_t)(1u << random_below(&seed, 8));
        int got = read_apart(folder, expected);
        count[got]++;
        if (got != RIGHT && got != FAILED)
            print_error("%s at %zu: %02x -> %02x: %d\n", name, at, was,
                        f.data[at], got);
        f.data[at] = was;
    }
    munmap(f.data, f.len);
}

static void a_flipped_bit_is_noticed_or_does_not_matter(void **state)
{
    static const char *const names[] = {"catalogue", "2026-09", "2026-10"};
    const char *step = getenv("DAMAGE_STEP");
    char *folder = prepared();

    (void)state;
    for (int i = 0; i < 3; i++) {
        uint32_t count[256] = {0}, all = 0;
        flip_all(folder, names[i],
                 step ? (uint32_t)strtoul(step, NULL, 10) : 60, count);
        for (int k = 0; k < 256; k++)
            all += count[k];
        print_message("%s: %u flips, %u without effect, %u errors\n", names[i],
                      all, count[RIGHT], count[FAILED]);
        assert_int_equal(count[RIGHT] + count[FAILED], all);
        assert_true(count[FAILED] > 0);
    }
    folder_remove(folder);
}

static void a_file_cut_anywhere_is_an_error(void **state)
{
    static const char *const names[] = {"catalogue", "2026-09"};
    uint64_t expected = 0;
    char *folder = prepared();

    (void)state;
    assert_true(sum_store(folder, &expected));
    for (int i = 0; i < 2; i++) {
        struct file f = map_file(folder, names[i]);
        size_t used = f.len;
        while (page_empty(f.data + used - 4096))
            used -= 4096;
        for (size_t len = 0; len < used; len += 4096 + 4000) {
            char *copy = malloc(f.len);
            assert_non_null(copy);
            memcpy(copy, f.data, f.len);
            assert_int_equal(truncate(f.path, (off_t)len), 0);
            /* Without its first pages a month is one that is not there. */
            int got = len < 8192 && i ? FAILED : read_apart(folder, expected);
            FILE *out = fopen(f.path, "r+b");
            assert_non_null(out);
            assert_int_equal(fwrite(copy, 1, f.len, out), f.len);
            assert_int_equal(fclose(out), 0);
            free(copy);
            if (got != FAILED)
                fail_msg("%s cut to %zu: %d", names[i], len, got);
        }
        munmap(f.data, f.len);
    }
    assert_int_equal(read_apart(folder, expected), RIGHT);
    folder_remove(folder);
}

/* ---- leaving it out, and naming it ---- */

struct said {
    char what[400];
    uint64_t rows, n;
};

static void on_left(void *ctx, const struct store_left_out *left)
{
    struct said *s = ctx;

    snprintf(s->what, sizeof s->what, "%s", left->what);
    s->rows += left->rows;
    s->n++;
}

static void on_damage(void *ctx, const struct store_damage *d)
{
    struct said *s = ctx;

    snprintf(s->what, sizeof s->what, "%s: %s", d->where, d->what);
    s->n++;
}

static uint64_t rows_without(const char *folder, struct said *said)
{
    struct strtab t = {0};
    struct store *s = store_open(folder, &e);
    uint64_t rows = 0, sum = 0;

    *said = (struct said){.n = 0};
    struct store_reader *r =
        s ? store_reader_open_damaged(s, &t, true, on_left, said, &e) : NULL;
    if (!r)
        fail_msg("%s", e.text);
    store_reader_verify(r, INT64_MIN, INT64_MAX);
    for (uint32_t i = 0; i < store_reader_blocks(r); i++)
        rows += store_reader_block(r, i).zone->rows;
    for (uint32_t i = 0; i < store_reader_blocks(r); i++) {
        if (store_reader_block(r, i).zone->rows == 0)
            continue;
        struct store_block *b = store_block_open(r, i, &e);
        assert_non_null(b);
        assert_true(sum_batch(b, 0, store_reader_block(r, i).zone->rows, &sum));
        store_block_close(b);
    }
    store_reader_close(r);
    store_close(s);
    strtab_free(&t);
    return rows;
}

static void assert_named(const char *folder, const char *where)
{
    struct said said = {.n = 0};
    struct store *s = store_open(folder, &e);
    uint64_t blocks, rows;

    assert_non_null(s);
    if (!store_check(s, on_damage, &said, &blocks, &rows, &e))
        fail_msg("%s", e.text);
    assert_true(said.n > 0);
    if (!strstr(said.what, where))
        fail_msg("'%s' is not in: %s", where, said.what);
    store_close(s);
}

/* The block of the last commit: it stands for the ones it replaced. */
static uint8_t *last_block(const struct file *f)
{
    uint8_t *best = NULL;
    uint64_t most = 0, sequence;

    for (size_t at = 0; at + 4096 <= f->len; at += 8) {
        if (memcmp(f->data + at, "TRAWLBLK", 8) != 0)
            continue;
        memcpy(&sequence, f->data + at + 16, 8);
        if (sequence > most) {
            most = sequence;
            best = f->data + at;
        }
    }
    assert_non_null(best);
    return best;
}

static void a_damaged_stream_is_named_and_left_out(void **state)
{
    char *folder = prepared();
    struct file f = map_file(folder, "2026-09");
    struct said said;

    (void)state;
    assert_int_equal(rows_without(folder, &said), 940);
    assert_int_equal(said.n, 0);
    last_block(&f)[4096 + 3] ^= 1;
    uint64_t rows = rows_without(folder, &said);
    assert_int_equal(said.n, 1);
    assert_true(said.rows > 0);
    assert_int_equal(rows + said.rows, 940);
    assert_non_null(strstr(said.what, "2026-09: block "));
    assert_named(folder, "2026-09 block ");
    munmap(f.data, f.len);
    folder_remove(folder);
}

static void a_damaged_header_is_named_and_left_out(void **state)
{
    char *folder = prepared();
    struct file f = map_file(folder, "2026-09");
    struct said said;

    (void)state;
    last_block(&f)[200] ^= 1;
    uint64_t rows = rows_without(folder, &said);
    assert_int_equal(said.n, 1);
    assert_true(said.rows > 0);
    assert_int_equal(rows + said.rows, 940);
    assert_non_null(strstr(said.what, "2026-09: block "));
    assert_named(folder, "2026-09 block ");
    munmap(f.data, f.len);
    folder_remove(folder);
}

/* ---- trees that lead astray ---- */

static uint32_t u16_at(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

/* The first two nodes of a leaf in the order of the other. */
static bool swap_keys(uint8_t *page)
{
    uint8_t first[2];

    if (u16_at(page + 10) != 2 || u16_at(page + 12) < 20)
        return false;
    memcpy(first, page + 16, 2);
    memcpy(page + 16, page + 18, 2);
    memcpy(page + 18, first, 2);
    return true;
}

/* A named table whose keys are to be read from their ends (MDB_REVERSEKEY). */
static bool turn_keys(uint8_t *page)
{
    if (u16_at(page + 10) != 2)
        return false;
    for (uint32_t i = 16; i < u16_at(page + 12) && i + 1 < 4096; i += 2) {
        uint32_t off = u16_at(page + i);
        if (off < 16 || off > 4000 || u16_at(page + off + 4) != 2)
            continue;
        page[off + 8 + u16_at(page + off + 6) + 4] ^= 2;
        return true;
    }
    return false;
}

/* Each page of a file so changed, if it can be: how many readers noticed. */
static uint32_t noticed(const char *folder, bool (*change)(uint8_t *page))
{
    uint64_t expected = 0;
    uint32_t n = 0;
    struct file f = map_file(folder, "2026-09");

    assert_true(sum_store(folder, &expected));
    for (size_t at = 2 * 4096; at + 4096 <= f.len; at += 4096) {
        uint8_t was[4096];
        memcpy(was, f.data + at, sizeof was);
        if (page_empty(was) || !change(f.data + at))
            continue;
        int got = read_apart(folder, expected);
        assert_true(got == RIGHT || got == FAILED);
        n += got == FAILED;
        memcpy(f.data + at, was, sizeof was);
    }
    munmap(f.data, f.len);
    return n;
}

static void keys_out_of_order_are_noticed(void **state)
{
    char *folder = prepared();

    (void)state;
    assert_in_range(noticed(folder, swap_keys), 3, 9); /* a leaf a tree */
    assert_in_range(noticed(folder, turn_keys), 1, 1);
    folder_remove(folder);
}

static void a_cut_month_is_named_and_left_out(void **state)
{
    char *folder = prepared(), path[600];
    struct said said;

    (void)state;
    snprintf(path, sizeof path, "%s/2026-10/data.mdb", folder);
    assert_int_equal(truncate(path, 5 * 4096), 0);
    uint64_t rows = rows_without(folder, &said);
    assert_int_equal(rows, 470);
    assert_int_equal(said.n, 1);
    assert_non_null(strstr(said.what, "is cut"));
    assert_named(folder, "2026-10");
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_bit_is_noticed_or_does_not_matter),
        cmocka_unit_test(a_file_cut_anywhere_is_an_error),
        cmocka_unit_test(a_damaged_stream_is_named_and_left_out),
        cmocka_unit_test(a_damaged_header_is_named_and_left_out),
        cmocka_unit_test(keys_out_of_order_are_noticed),
        cmocka_unit_test(a_cut_month_is_named_and_left_out),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
