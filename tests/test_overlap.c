/* test_overlap.c - rotations that overlap: every packet of each is kept, and
 * it is said that times lie in two captures. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/overlap.h"
#include "tests/place.h"
#include "tests/random.h"

/* Packets [from, to) of one traffic, in a file. */
static void save(struct place *p, const char *file, uint32_t from, uint32_t to)
{
    struct pcapfile f = {0};

    pcapfile_header(&f, 65535, 1);
    for (uint32_t i = from; i < to; i++)
        pcapfile_tcp(&f, PLACE_SEC, i);
    pcapfile_save(&f, place_name(p, file), f.bytes.len, PCAPFILE_PLAIN);
    buf_free(&f.bytes);
}

static void assert_warned(const struct place *p, uint32_t i, const char *path,
                          const char *text)
{
    assert_true(i < p->r.warnings);
    assert_non_null(strstr(p->r.warning[i].path, path));
    if (!strstr(p->r.warning[i].text, text))
        fail_msg("%s: %s", p->r.warning[i].path, p->r.warning[i].text);
}

static void what_two_rotations_share_is_kept_twice_and_said(void **state)
{
    struct place *p = *state;
    uint64_t captures;

    save(p, "a", 0, 60);
    save(p, "b", 50, 120);
    place_ingest(p, place_name(p, "a"));
    assert_int_equal(p->r.warnings, 0);
    assert_int_equal(p->r.files_overlapping, 0);
    place_ingest(p, place_name(p, "b"));
    assert_int_equal(p->r.packets_kept, 70);
    assert_int_equal(p->r.files_overlapping, 1);
    assert_warned(p, 0, "/b", "/a of the same sensor by 9.000s: packets");
    assert_int_equal(place_rows(p, &captures), 130);
    assert_int_equal(captures, 2);
    place_ingest(p, place_name(p, "b")); /* said once */
    assert_int_equal(p->r.files_overlapping, 0);
}

static void one_in_the_middle_of_another_is_said(void **state)
{
    struct place *p = *state;

    save(p, "a", 0, 100);
    save(p, "middle", 30, 50);
    save(p, "c", 100, 120);
    place_ingest(p, place_name(p, "middle"));
    place_ingest(p, place_name(p, "a"));
    assert_int_equal(p->r.files_overlapping, 1);
    assert_warned(p, 0, "middle", "/a of the same sensor by 19.000s");
    place_ingest(p, place_name(p, "c")); /* it only follows */
    assert_int_equal(p->r.files_overlapping, 0);
    assert_int_equal(place_rows(p, NULL), 140);
}

static void a_capture_that_goes_on_may_overlap_more(void **state)
{
    struct place *p = *state;

    save(p, "b", 50, 120);
    save(p, "a", 0, 60);
    place_ingest(p, place_name(p, "b"));
    place_ingest(p, place_name(p, "a"));
    assert_int_equal(p->r.files_overlapping, 1);
    save(p, "a", 0, 80);
    place_ingest(p, place_name(p, "a"));
    assert_int_equal(p->r.files[INGEST_CONTINUED], 1);
    assert_int_equal(p->r.files_overlapping, 1);
    assert_warned(p, 0, "/b", "by 29.000s");
}

static void sensors_do_not_overlap_each_other(void **state)
{
    struct place *p = *state;

    save(p, "a", 0, 60);
    save(p, "b", 50, 120);
    p->o.sensor = "north";
    place_ingest(p, place_name(p, "a"));
    p->o.sensor = "south";
    place_ingest(p, place_name(p, "b"));
    assert_int_equal(p->r.files_overlapping, 0);
    assert_int_equal(place_rows(p, NULL), 130);
}

/* ---- against every pair ---- */

static int64_t longest(const struct store_capture *c, uint32_t n, uint32_t i)
{
    int64_t most = 0;

    for (uint32_t k = 0; k < n; k++) {
        bool before = c[k].first_time < c[i].first_time ||
                      (c[k].first_time == c[i].first_time && k < i);
        if (!before || !c[k].kept || !c[i].kept ||
            strcmp(c[k].sensor, c[i].sensor) != 0)
            continue;
        int64_t to =
            c[k].last_time < c[i].last_time ? c[k].last_time : c[i].last_time;
        most = to - c[i].first_time > most ? to - c[i].first_time : most;
    }
    return most;
}

static void agrees_with_every_pair(void **state)
{
    static struct store_capture c[40];
    uint64_t seed = 5;

    (void)state;
    for (uint32_t round = 0; round < 300; round++) {
        uint32_t n = (uint32_t)random_below(&seed, 40), at = 0;
        struct overlap *found;
        for (uint32_t i = 0; i < n; i++) {
            c[i] = (struct store_capture){.id = i + 1};
            c[i].kept = random_below(&seed, 8);
            c[i].sensor[0] = (char)('a' + random_below(&seed, 3));
            c[i].first_time = (int64_t)random_below(&seed, 100);
            c[i].last_time = c[i].first_time + (int64_t)random_below(&seed, 20);
        }
        uint32_t overlaps = overlap_find(c, n, &found);
        for (uint32_t i = 0; i < n; i++) {
            int64_t want = longest(c, n, i);
            bool is = at < overlaps && found[at].capture == i;
            assert_int_equal(is, want > 0);
            if (is)
                assert_int_equal(found[at++].length, want);
        }
        assert_int_equal(at, overlaps);
        free(found);
    }
}

static void times_centuries_apart_do_no_harm(void **state)
{
    struct store_capture c[2] = {
        {.id = 1, .kept = 1, .first_time = INT64_MIN, .last_time = INT64_MAX},
        {.id = 2, .kept = 1, .first_time = -5,        .last_time = INT64_MAX}
    };
    struct overlap *found;

    (void)state;
    assert_int_equal(overlap_find(c, 2, &found), 1);
    assert_true(found[0].length == INT64_MAX);
    free(found);
    assert_int_equal(overlap_find(c, 0, &found), 0);
    free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(what_two_rotations_share_is_kept_twice_and_said),
        PLACE_TEST(one_in_the_middle_of_another_is_said),
        PLACE_TEST(a_capture_that_goes_on_may_overlap_more),
        PLACE_TEST(sensors_do_not_overlap_each_other),
        cmocka_unit_test(agrees_with_every_pair),
        cmocka_unit_test(times_centuries_apart_do_no_harm),
    };
    return cmocka_run_group_tests_name("overlap", tests, NULL, NULL);
}
