/* test_store_rows.c - what goes into a store comes out once, for readers at
 * every moment. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/inside.h"
#include "tests/stores.h"

static struct feeds_seen seen;

static void every_packet_comes_out_once(void **state)
{
    struct feed_made f = {.seed = 1,
                          .packets = 3000,
                          .sensor = "edge1",
                          .start = STORES_START,
                          .step = 1000000};
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    stores_ingest(s, &f);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 3000);
    assert_int_equal(seen.blocks, 1);
    stores_ingest(s, &f); /* again: nothing new */
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 3000);
    stores_assert_sound(s, 3000);
    assert_true(store_bytes_on_disk(s) > 4096);
    stores_finish(s, folder);
}

static void a_longer_capture_adds_only_the_rest(void **state)
{
    struct feed_made f = {.seed = 2,
                          .packets = 100,
                          .sensor = "edge1",
                          .start = STORES_START,
                          .step = STORES_HOUR / 10};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};

    (void)state;
    for (; f.packets <= 400; f.packets += 100)
        stores_ingest(s, &f);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 400);
    struct store_reader *r = stores_reader(s, &t, false);
    assert_int_equal(store_reader_captures(r), 1);
    const struct store_capture *c = store_reader_capture(r, 0);
    assert_int_equal(c->packets, 400);
    assert_int_equal(c->kept, 400);
    assert_true(c->first_time == STORES_START);
    assert_true(c->last_time == feeds_time(&f, 399));
    assert_string_equal(c->sensor, "edge1");
    assert_string_equal(c->name, "edge1-2.pcap");
    store_reader_close(r);
    strtab_free(&t);
    stores_assert_sound(s, 400);
    stores_finish(s, folder);
}

static void open_tails_fill_up_to_whole_blocks(void **state)
{
    struct feed_made f = {.seed = 3,
                          .packets = 150000,
                          .sensor = "edge1",
                          .start = STORES_START,
                          .step = 1000000,
                          .every = 20000};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};

    (void)state;
    stores_ingest(s, &f);
    struct store_reader *r = stores_reader(s, &t, false);
    assert_int_equal(store_reader_blocks(r), 3);
    assert_int_equal(store_reader_block(r, 0).zone->rows, 65536);
    assert_int_equal(store_reader_block(r, 1).zone->rows, 65536);
    assert_int_equal(store_reader_block(r, 2).zone->rows, 150000 - 131072);
    feeds_read(r, &seen);
    feeds_expect(&seen, &f, 150000);
    store_reader_close(r);
    strtab_free(&t);
    stores_assert_sound(s, 150000);
    stores_finish(s, folder);
}

static void sensors_months_and_odd_times_stay_apart(void **state)
{
    struct feed_made f[] = {
        {.seed = 1,
         .packets = 2000,
         .sensor = "b",
         .start = STORES_START,
         .step = 1000,
         .months = 3,
         .every = 700},
        {.seed = 2,
         .packets = 1500,
         .sensor = "a",
         .start = STORES_START,
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
    struct store *s = stores_fresh(&folder);
    struct strtab t = {0};

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        stores_ingest(s, &f[i]);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f[0], 2000);
    feeds_expect(&seen, &f[1], 1500);
    feeds_expect(&seen, &f[2], 0);
    stores_read(s, true, &seen);
    feeds_expect(&seen, &f[2], 100);
    struct store_reader *r = stores_reader(s, &t, true);
    assert_int_equal(store_reader_blocks(r), 6);
    assert_int_equal(store_reader_block(r, 0).month, 0);
    struct store_block_info one = store_reader_block(r, 1),
                            two = store_reader_block(r, 2);
    assert_int_equal(one.month, 2026 * 12 + 8);
    assert_string_equal(strtab_text(&t, one.sensor, NULL), "a");
    assert_string_equal(strtab_text(&t, two.sensor, NULL), "b");
    store_reader_close(r);
    strtab_free(&t);
    stores_assert_sound(s, 3600);
    stores_finish(s, folder);
}

static void more_months_than_may_be_open_work(void **state)
{
    struct feed_made f = {.seed = 4,
                          .packets = 240,
                          .sensor = "a",
                          .start = STORES_START - 70 * 31 * 24 * STORES_HOUR,
                          .step = 1000,
                          .months = 80};
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    stores_ingest(s, &f);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 240);
    stores_assert_sound(s, 240);
    stores_finish(s, folder);
}

static void a_full_map_is_grown(void **state)
{
    struct feed_made f = {.seed = 5,
                          .packets = 60000,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000};
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    s->envs.month_map = 128 * 1024;
    stores_ingest(s, &f);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 60000);
    stores_finish(s, folder);
}

/* ---- snapshots ---- */

static void a_held_reader_keeps_its_moment(void **state)
{
    struct feed_made f = {.seed = 6,
                          .packets = 1000,
                          .sensor = "a",
                          .start = STORES_START,
                          .step = 1000,
                          .months = 2};
    struct strtab t[5];
    struct store_reader *r[5];
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    memset(t, 0, sizeof t);
    /* A writer first, so that all is open for writing in this process. */
    for (uint32_t i = 0; i < 5; i++, f.packets += 1000) {
        stores_ingest(s, &f);
        r[i] = stores_reader(s, &t[i], false);
    }
    for (uint32_t i = 0; i < 5; i++) {
        feeds_read(r[i], &seen);
        feeds_expect(&seen, &f, (i + 1) * 1000);
        store_reader_close(r[i]);
        strtab_free(&t[i]);
    }
    stores_finish(s, folder);
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
                          .start = STORES_START,
                          .step = 1000,
                          .months = 2,
                          .every = 40};
    char *folder;
    struct store *s = stores_fresh(&folder);
    int status = 0, reads = 0;

    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        write_for_ever(folder, f);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        stores_read(s, false, &seen);
        assert_int_equal(seen.rows % 40, 0);
        feeds_expect(&seen, &f, (uint32_t)seen.rows);
        reads++;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(reads > 0);
    stores_read(s, false, &seen);
    feeds_expect(&seen, &f, 6000);
    stores_assert_sound(s, 6000);
    stores_finish(s, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_comes_out_once),
        cmocka_unit_test(a_longer_capture_adds_only_the_rest),
        cmocka_unit_test(open_tails_fill_up_to_whole_blocks),
        cmocka_unit_test(sensors_months_and_odd_times_stay_apart),
        cmocka_unit_test(more_months_than_may_be_open_work),
        cmocka_unit_test(a_full_map_is_grown),
        cmocka_unit_test(a_held_reader_keeps_its_moment),
        cmocka_unit_test(readers_beside_a_writer_see_whole_commits),
    };
    return cmocka_run_group_tests_name("store rows", tests, NULL, NULL);
}
