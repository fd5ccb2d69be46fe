/* test_follow.c - an ingest that goes on with what sensors write. */
#include "ingest/follow.h"

#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/place.h"

enum { FIRST = 30, ALL = 50, LATER = 7 };

/* A sensor that writes a little whenever the ingest has read what there is.
 * Everything happens in the ingest's thread, through its progress. */
struct sensor {
    struct place *p;
    struct pcapfile growing, later;
    uint32_t step;
    volatile sig_atomic_t stop;
};

static void append(const struct sensor *s, const struct pcapfile *f,
                   const char *name, size_t from, size_t to)
{
    FILE *out = fopen(place_name(s->p, name), from ? "ab" : "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(f->bytes.data + from, 1, to - from, out),
                     to - from);
    fclose(out);
}

/* Bytes of the growing file up to which it is written by then; the second one
 * lies in the middle of a packet. */
static size_t written(const struct sensor *s, uint32_t step)
{
    size_t packet = (s->growing.bytes.len - 24) / ALL;

    return step == 0   ? 24 + FIRST * packet
           : step == 1 ? 24 + (FIRST + 10) * packet + packet / 2
                       : s->growing.bytes.len;
}

static void on_progress(void *ctx, const struct ingest_progress *now)
{
    static const uint64_t kept[] = {0, FIRST, FIRST + 10};
    struct sensor *s = ctx;

    (void)now;

    if (s->step < 3 && s->p->r.packets_kept >= kept[s->step]) {
        append(s, &s->growing, "in/a", s->step ? written(s, s->step - 1) : 0,
               written(s, s->step));
        s->step++;
    } else if (s->step == 3) {
        append(s, &s->later, "in/b", 0, s->later.bytes.len);
        s->step++;
    } else if (s->p->r.packets_kept == ALL + LATER) {
        s->stop = 1;
    }
}

static void adds_the_rest_of_a_growing_file_until_it_is_stopped(void **state)
{
    struct place *p = *state;
    struct sensor s = {.p = p,
                       .growing = place_traffic(PLACE_SEC, ALL),
                       .later = place_traffic(PLACE_SEC + 900, LATER)};
    uint64_t captures;

    mkdir(place_name(p, "in"), 0700);
    p->o.follow = true;
    p->o.progress = on_progress;
    p->o.ctx = &s;
    p->o.stop = &s.stop;
    place_ingest(p, place_name(p, "in"));
    assert_int_equal(s.step, 4);
    assert_int_equal(p->r.packets_kept, ALL + LATER);
    assert_int_equal(p->r.files[INGEST_CONTINUED], 2);
    assert_int_equal(p->r.warnings, 0);
    assert_int_equal(place_rows(p, &captures), ALL + LATER);
    assert_int_equal(captures, 2);
    assert_int_equal(place_capture(p, 0).state, CAPTURE_WHOLE);
    buf_free(&s.growing.bytes);
    buf_free(&s.later.bytes);
}

static void knows_a_file_until_it_changes_or_is_gone(void **state)
{
    struct follow f = {0};
    struct stat one = {.st_dev = 1, .st_ino = 7, .st_size = 10},
                two = {.st_dev = 1, .st_ino = 5, .st_size = 10};

    (void)state;
    assert_false(follow_unchanged(&f, &one, 0));
    assert_false(follow_unchanged(&f, &two, 0));
    follow_begin(&f);
    assert_true(follow_unchanged(&f, &one, 0));
    two.st_size = 11;
    assert_false(follow_unchanged(&f, &two, 0));
    follow_begin(&f);
    two.st_mtim.tv_nsec = 1;
    assert_false(follow_unchanged(&f, &two, 0));
    follow_begin(&f); /* the last round did not list the first one */
    assert_false(follow_unchanged(&f, &one, 0));
    assert_true(follow_unchanged(&f, &two, 0));
    follow_free(&f);
}

static void leaves_a_file_alone_for_ten_times_as_long_as_it_took(void **state)
{
    struct follow f = {0};
    struct place *p = *state;
    const char *path = place_save(p, "a", 1, PCAPFILE_PLAIN);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_false(follow_unchanged(&f, &st, 0));
    follow_begin(&f);
    follow_read(&f, path, 1000, 1100);
    st.st_size++;
    assert_true(follow_unchanged(&f, &st, 2099));
    follow_begin(&f);
    assert_false(follow_unchanged(&f, &st, 2100));
    follow_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(adds_the_rest_of_a_growing_file_until_it_is_stopped),
        cmocka_unit_test(knows_a_file_until_it_changes_or_is_gone),
        PLACE_TEST(leaves_a_file_alone_for_ten_times_as_long_as_it_took),
    };

    place_jobs = 4;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
