/* test_store.c - a store from its making to its check: what goes in comes out
 * once, for readers at every moment, and nobody else may touch it. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/inside.h"
#include "tests/feeds.h"

#define HOUR  (INT64_C(3600) * 1000000000)
#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

static struct feeds_seen seen;
static struct err e;

static struct store *fresh(char **folder)
{
    struct store_options o = {0};

    *folder = feeds_folder();
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
    feeds_remove(folder);
}

static void must_ingest(struct store *s, const struct feed_made *f)
{
    if (!feeds_ingest(s, f, &e))
        fail_msg("%s", e.text);
}

static struct store_reader *must_read(struct store *s, struct strtab *t,
                                      bool odd)
{
    struct store_reader *r = store_reader_open(s, t, odd, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

static void read_all(struct store *s, bool odd)
{
    struct strtab t = {0};
    struct store_reader *r = must_read(s, &t, odd);

    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
}

static void print_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

static void assert_sound(struct store *s, uint64_t rows)
{
    uint64_t blocks, n;
    uint32_t damage = 0;

    if (!store_check(s, print_damage, &damage, &blocks, &n, &e))
        fail_msg("%s", e.text);
    assert_int_equal(damage, 0);
    assert_int_equal(n, rows);
}

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
        struct store *s = fresh(&folder);
        must_ingest(s, &(struct feed_made){
                           .packets = 5, .sensor = "a", .start = START});
        umask(old);
        assert_mode(folder, ".", 0700);
        assert_mode(folder, "lock", 0600);
        assert_mode(folder, "catalogue", 0700);
        assert_mode(folder, "catalogue/data.mdb", 0600);
        assert_mode(folder, "catalogue/lock.mdb", 0600);
        assert_mode(folder, "2026-09", 0700);
        assert_mode(folder, "2026-09/data.mdb", 0600);
        assert_mode(folder, "2026-09/lock.mdb", 0600);
        finish(s, folder);
    }
}

static void options_are_kept(void **state)
{
    char *folder = feeds_folder();
    struct store_options o = {.macs = true};

    (void)state;
    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_true(store_options_of(s).macs);
    assert_false(store_options_of(s).tunnels_inner);
    assert_string_equal(store_dir(s), folder);
    finish(s, folder);
}

static void a_folder_with_something_in_it_is_left_alone(void **state)
{
    char *folder, path[600];
    struct store_options o = {0};
    struct store *s = fresh(&folder);

    (void)state;
    assert_false(store_create(folder, &o, &e));
    assert_non_null(strstr(e.text, "is a store already"));
    snprintf(path, sizeof path, "%s/catalogue", folder);
    assert_false(store_create(path, &o, &e));
    assert_non_null(strstr(e.text, "no empty folder"));
    finish(s, folder);
}

static void what_is_no_store_is_not_opened(void **state)
{
    char *folder = feeds_folder();

    (void)state;
    assert_false(store_exists(folder));
    assert_null(store_open(folder, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_null(store_open("/nonexistent/store", &e));
    feeds_remove(folder);
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
    struct store *s = fresh(&folder);

    (void)state;
    set_format(s, store_format + 1);
    store_close(s);
    assert_null(store_open(folder, &e));
    snprintf(want, sizeof want, "format version %u", store_format + 1);
    assert_non_null(strstr(e.text, want));
    snprintf(want, sizeof want, "up to version %u", store_format);
    assert_non_null(strstr(e.text, want));
    feeds_remove(folder);
}

static void a_cut_file_is_noticed(void **state)
{
    char *folder, path[600];
    struct store *s = fresh(&folder);
    struct strtab t = {0};

    (void)state;
    must_ingest(
        s, &(struct feed_made){
               .packets = 50000, .sensor = "a", .start = START, .step = 1000});
    store_close(s);
    snprintf(path, sizeof path, "%s/2026-09/data.mdb", folder);
    assert_int_equal(truncate(path, 5 * 4096), 0);
    s = store_open(folder, &e);
    assert_non_null(s);
    assert_null(store_reader_open(s, &t, false, &e));
    assert_non_null(strstr(e.text, "is cut"));
    strtab_free(&t);
    finish(s, folder);
}

static void count_call(void *ctx)
{
    ++*(int *)ctx;
}

static void a_second_writer_waits_then_gives_up(void **state)
{
    char *folder;
    struct store *s = fresh(&folder), *other = store_open(folder, &e);
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
    finish(s, folder);
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
    struct store *s = fresh(&folder);

    (void)state;
    must_ingest(
        s, &(struct feed_made){.packets = 42, .sensor = "a", .start = START});
    store_close(s);
    set_modes(folder, 0555, 0444);
    assert_int_equal(as_reader(folder, count_rows), 42);
    set_modes(folder, 0700, 0600);
    feeds_remove(folder);
}

/* ---- rows ---- */

static void every_packet_comes_out_once(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 3000,
                          .sensor = "edge1",
                          .start = START,
                          .step = 1000000};
    char *folder;
    struct store *s = fresh(&folder);

    (void)state;
    must_ingest(s, &f);
    read_all(s, false);
    feeds_expect(&seen, &f, 3000);
    assert_int_equal(seen.blocks, 1);
    must_ingest(s, &f); /* again: nothing new */
    read_all(s, false);
    feeds_expect(&seen, &f, 3000);
    assert_sound(s, 3000);
    assert_true(store_bytes_on_disk(s) > 4096);
    finish(s, folder);
}

static void a_longer_capture_adds_only_the_rest(void **state)
{
    struct feed_made f = {.seed = 2,
                          .packets = 100,
                          .sensor = "edge1",
                          .start = START,
                          .step = HOUR / 10};
    char *folder;
    struct store *s = fresh(&folder);
    struct strtab t = {0};

    (void)state;
    for (; f.packets <= 400; f.packets += 100)
        must_ingest(s, &f);
    read_all(s, false);
    feeds_expect(&seen, &f, 400);
    struct store_reader *r = must_read(s, &t, false);
    assert_int_equal(store_reader_captures(r), 1);
    const struct store_capture *c = store_reader_capture(r, 0);
    assert_int_equal(c->packets, 400);
    assert_int_equal(c->kept, 400);
    assert_true(c->first_time == START);
    assert_true(c->last_time == feeds_time(&f, 399));
    assert_string_equal(c->sensor, "edge1");
    assert_string_equal(c->name, "edge1-2.pcap");
    store_reader_close(r);
    strtab_free(&t);
    assert_sound(s, 400);
    finish(s, folder);
}

static void open_tails_fill_up_to_whole_blocks(void **state)
{
    struct feed_made f = {.seed = 3,
                          .packets = 150000,
                          .sensor = "edge1",
                          .start = START,
                          .step = 1000000,
                          .every = 20000};
    char *folder;
    struct store *s = fresh(&folder);
    struct strtab t = {0};

    (void)state;
    must_ingest(s, &f);
    struct store_reader *r = must_read(s, &t, false);
    assert_int_equal(store_reader_blocks(r), 3);
    assert_int_equal(store_reader_block(r, 0).zone->rows, 65536);
    assert_int_equal(store_reader_block(r, 1).zone->rows, 65536);
    assert_int_equal(store_reader_block(r, 2).zone->rows, 150000 - 131072);
    feeds_read(r, &seen);
    feeds_expect(&seen, &f, 150000);
    store_reader_close(r);
    strtab_free(&t);
    assert_sound(s, 150000);
    finish(s, folder);
}

static void sensors_months_and_odd_times_stay_apart(void **state)
{
    struct feed_made f[] = {
        {.seed = 1,
         .packets = 2000,
         .sensor = "b",
         .start = START,
         .step = 1000,
         .months = 3,
         .every = 700},
        {.seed = 2,
         .packets = 1500,
         .sensor = "a",
         .start = START,
         .step = 1000,
         .months = 2},
        {.seed = 3,
         .packets = 100,
         .sensor = "a",
         .start = -5,
         .step = 1,
         .odd = true   },
    };
    char *folder;
    struct store *s = fresh(&folder);
    struct strtab t = {0};

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        must_ingest(s, &f[i]);
    read_all(s, false);
    feeds_expect(&seen, &f[0], 2000);
    feeds_expect(&seen, &f[1], 1500);
    feeds_expect(&seen, &f[2], 0);
    read_all(s, true);
    feeds_expect(&seen, &f[2], 100);
    struct store_reader *r = must_read(s, &t, true);
    assert_int_equal(store_reader_blocks(r), 6);
    assert_int_equal(store_reader_block(r, 0).month, 0);
    struct store_block_info one = store_reader_block(r, 1),
                            two = store_reader_block(r, 2);
    assert_int_equal(one.month, 2026 * 12 + 8);
    assert_string_equal(strtab_text(&t, one.sensor, NULL), "a");
    assert_string_equal(strtab_text(&t, two.sensor, NULL), "b");
    store_reader_close(r);
    strtab_free(&t);
    assert_sound(s, 3600);
    finish(s, folder);
}

static void more_months_than_may_be_open_work(void **state)
{
    struct feed_made f = {.seed = 4,
                          .packets = 240,
                          .sensor = "a",
                          .start = START - 70 * 31 * 24 * HOUR,
                          .step = 1000,
                          .months = 80};
    char *folder;
    struct store *s = fresh(&folder);

    (void)state;
    must_ingest(s, &f);
    read_all(s, false);
    feeds_expect(&seen, &f, 240);
    assert_sound(s, 240);
    finish(s, folder);
}

static void a_full_map_is_grown(void **state)
{
    struct feed_made f = {.seed = 5,
                          .packets = 60000,
                          .sensor = "a",
                          .start = START,
                          .step = 1000};
    char *folder;
    struct store *s = fresh(&folder);

    (void)state;
    s->envs.month_map = 128 * 1024;
    must_ingest(s, &f);
    read_all(s, false);
    feeds_expect(&seen, &f, 60000);
    finish(s, folder);
}

/* ---- snapshots ---- */

static void a_held_reader_keeps_its_moment(void **state)
{
    struct feed_made f = {.seed = 6,
                          .packets = 1000,
                          .sensor = "a",
                          .start = START,
                          .step = 1000,
                          .months = 2};
    struct strtab t[5];
    struct store_reader *r[5];
    char *folder;
    struct store *s = fresh(&folder);

    (void)state;
    memset(t, 0, sizeof t);
    /* A writer first, so that all is open for writing in this process. */
    for (uint32_t i = 0; i < 5; i++, f.packets += 1000) {
        must_ingest(s, &f);
        r[i] = must_read(s, &t[i], false);
    }
    for (uint32_t i = 0; i < 5; i++) {
        feeds_read(r[i], &seen);
        feeds_expect(&seen, &f, (i + 1) * 1000);
        store_reader_close(r[i]);
        strtab_free(&t[i]);
    }
    finish(s, folder);
}

/* The child's: one commit after another, each the same in both months. */
static void write_for_ever(const char *folder, struct feed_made f)
{
    struct err bad = {0};
    struct store *s = store_open(folder, &bad);
    bool good = s && feeds_ingest(s, &f, &bad);

    store_close(s);
    _exit(good ? 0 : 1);
}

static void readers_beside_a_writer_see_whole_commits(void **state)
{
    struct feed_made f = {.seed = 7,
                          .packets = 6000,
                          .sensor = "a",
                          .start = START,
                          .step = 1000,
                          .months = 2,
                          .every = 40};
    char *folder;
    struct store *s = fresh(&folder);
    int status = 0, reads = 0;

    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        write_for_ever(folder, f);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        read_all(s, false);
        assert_int_equal(seen.rows % 40, 0);
        feeds_expect(&seen, &f, (uint32_t)seen.rows);
        reads++;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(reads > 0);
    read_all(s, false);
    feeds_expect(&seen, &f, 6000);
    assert_sound(s, 6000);
    finish(s, folder);
}

/* ---- coverage, usage, damage ---- */

static void coverage_joins_what_is_near(void **state)
{
    struct feed_made f[] = {
  /* a packet a minute for an hour; the next begins 15 minutes later */
        {.seed = 1,
         .packets = 60,
         .sensor = "a",
         .start = START,
         .step = HOUR / 60  },
        {.seed = 2,
         .packets = 60,
         .sensor = "a",
         .start = START + HOUR * 5 / 4,
         .step = HOUR / 60  },
 /* 30 minutes later: more than 20 mean gaps */
        {.seed = 3,
         .packets = 60,
         .sensor = "a",
         .start = START + HOUR * 11 / 4,
         .step = HOUR / 60  },
        {.seed = 4,
         .packets = 2,
         .sensor = "b",
         .start = START,
         .step = HOUR / 3600},
    };
    char *folder;
    struct store *s = fresh(&folder);
    struct strtab t = {0};
    struct arena a = {0};
    uint32_t n;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        must_ingest(s, &f[i]);
    struct store_reader *r = must_read(s, &t, false);
    struct store_cover *c = store_reader_coverage(r, &a, &n);
    assert_int_equal(n, 3);
    assert_string_equal(c[0].sensor, "a");
    assert_true(c[0].from == START && c[0].to == feeds_time(&f[1], 59));
    assert_true(c[1].from == f[2].start && c[1].to == feeds_time(&f[2], 59));
    assert_string_equal(c[2].sensor, "b");
    store_reader_close(r);
    strtab_free(&t);
    arena_free(&a);
    finish(s, folder);
}

/* The cover of one capture of that name and state, one packet at START. */
static struct store_cover cover_of(const char *name, bool cut)
{
    char *folder;
    struct store *s = fresh(&folder);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    struct store_capture c = {
        .first = {9, 9},
        .sensor = "a",
        .state = cut ? CAPTURE_CUT : CAPTURE_WHOLE
    };
    struct record rec = {0};
    struct strtab t = {0};
    struct arena a = {0};
    bool added;
    uint32_t n;

    snprintf(c.name, sizeof c.name, "%s", name);
    RECORD_SET(&rec, TIME, START + HOUR / 2);
    assert_true(store_writer_begin(w, &c, &e));
    assert_true(store_writer_add(w, &c, &rec, 0, false, &added, &e));
    assert_true(store_writer_end(w, &c, &e));
    assert_true(store_writer_commit(w, &e));
    store_writer_close(w);
    struct store_reader *r = must_read(s, &t, false);
    struct store_cover out = store_reader_coverage(r, &a, &n)[0];
    assert_int_equal(n, 1);
    store_reader_close(r);
    strtab_free(&t);
    arena_free(&a);
    finish(s, folder);
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
        struct store_cover c = cover_of(rows[i].name, rows[i].cut);
        int64_t from = rows[i].hours ? START : START + HOUR / 2;
        int64_t to = rows[i].hours ? START + rows[i].hours * HOUR - 1 : from;
        if (c.from != from || c.to != to)
            fail_msg("%s: %lld to %lld", rows[i].name, (long long)c.from,
                     (long long)c.to);
    }
}

static void usage_adds_up(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 70000,
                          .sensor = "a",
                          .start = START,
                          .step = 1000};
    char *folder;
    struct store *s = fresh(&folder);
    struct strtab t = {0};
    struct store_usage u;
    uint64_t sum = 0, bytes = 0;

    (void)state;
    must_ingest(s, &f);
    struct store_reader *r = must_read(s, &t, false);
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
    finish(s, folder);
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
    uint8_t *at = memmem(data, n, "TRAWLBLK", 8);
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
                          .start = START,
                          .step = 1000003,
                          .months = 1};
    char *folder;
    struct store *s = fresh(&folder);
    struct expected x = {{0}, 0};
    struct strtab t = {0};
    struct column c;
    uint64_t blocks, rows;

    (void)state;
    must_ingest(s, &f);
    store_close(s);
    flip_in_file(folder);
    s = store_open(folder, &e);
    assert_true(store_check(s, note_damage, &x, &blocks, &rows, &e));
    assert_int_equal(x.n, 1);
    assert_string_equal(x.where, "2026-09 block 1 stream time");
    struct store_reader *r = must_read(s, &t, false);
    struct store_block *b = store_block_open(r, 0, &e);
    assert_true(store_block_column(b, FIELD_SEQ, 0, 10, &c, &e));
    assert_false(store_block_column(b, FIELD_TIME, 0, 10, &c, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.text,
                        "2026-09: block 1: stream time has a wrong checksum");
    store_block_close(b);
    store_reader_close(r);
    strtab_free(&t);
    finish(s, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_else_may_read_it_whatever_the_umask),
        cmocka_unit_test(options_are_kept),
        cmocka_unit_test(a_folder_with_something_in_it_is_left_alone),
        cmocka_unit_test(what_is_no_store_is_not_opened),
        cmocka_unit_test(a_newer_format_is_refused_by_both_numbers),
        cmocka_unit_test(a_cut_file_is_noticed),
        cmocka_unit_test(a_second_writer_waits_then_gives_up),
        cmocka_unit_test(it_can_be_read_where_nothing_may_be_written),
        cmocka_unit_test(every_packet_comes_out_once),
        cmocka_unit_test(a_longer_capture_adds_only_the_rest),
        cmocka_unit_test(open_tails_fill_up_to_whole_blocks),
        cmocka_unit_test(sensors_months_and_odd_times_stay_apart),
        cmocka_unit_test(more_months_than_may_be_open_work),
        cmocka_unit_test(a_full_map_is_grown),
        cmocka_unit_test(a_held_reader_keeps_its_moment),
        cmocka_unit_test(readers_beside_a_writer_see_whole_commits),
        cmocka_unit_test(coverage_joins_what_is_near),
        cmocka_unit_test(names_widen_coverage),
        cmocka_unit_test(usage_adds_up),
        cmocka_unit_test(check_names_month_block_and_stream),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
