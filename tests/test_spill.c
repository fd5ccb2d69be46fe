/* test_spill.c - queries in little memory give the rows that they give in much,
 * by way of the disk. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/drawn.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

static char *dir;

static int make(void **state)
{
    (void)state;
    dir = drawn_store();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    packets_remove(dir);
    return 0;
}

/* What the stages of the last profile wrote. */
static bool went_to_disk(const struct rows *r)
{
    return strstr(r->explain, "written to disk") != NULL;
}

/* Rows as in much memory, or an error that there is too little. */
static bool is_enough(const char *text, size_t mem, const struct rows *want,
                      bool *disk)
{
    struct query_settings o = {.mem = mem, .profile = true};
    struct rows got;

    rows_of(dir, text, &o, NULL, &got);
    bool ok = got.status == 0;
    *disk = ok && went_to_disk(&got);
    if (!ok && got.status != 6)
        fail_msg("%s in %zu bytes: %s", text, mem, got.error);
    if (ok && strcmp(got.csv, want->csv) != 0)
        fail_msg("%s in %zu bytes: other rows", text, mem);
    rows_free(&got);
    return ok;
}

/* From the least memory that is enough to that which needs no disk. Close to
 * the least it depends on where blocks and batches end what is enough. */
static void same_rows(const char *text)
{
    struct query_settings much = {.profile = true};
    struct rows want;
    uint32_t by_disk = 0;
    size_t least = 0;
    bool disk = false;

    rows_of(dir, text, &much, NULL, &want);
    assert_string_equal(want.error, "");
    assert_false(went_to_disk(&want));
    for (size_t mem = 60000; !least || disk || mem < least * 2;
         mem += mem / 6) {
        bool ok = is_enough(text, mem, &want, &disk);
        if (least && !ok && mem >= least * 2)
            fail_msg("%s: %zu bytes are too few, and fewer were not", text,
                     mem);
        if (ok && !least)
            least = mem;
        by_disk += disk;
    }
    if (by_disk < 2)
        fail_msg("%s: hardly needs the disk", text);
    rows_free(&want);
}

static void sorts_rows_that_do_not_fit(void **state)
{
    static const char *const texts[] = {
        "| sort dport desc",
        "| sort src, sport desc, dport | show src, sport, dport, seq, sensor",
        "| sort sensor desc | show sensor, time, seq",
        "| add x = 1.5 * len | sort x desc | show x, seq, dst",
        "| sort seq | head 700 | show seq, time",
        "| top 2000 by dport | show dport, time, len, src",
        "| sort cidr(src, 30, 64) desc | show seq",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_rows(texts[i]);
}

static void groups_that_do_not_fit(void **state)
{
    static const char *const texts[] = {
        "| stats n = count() by seq, time",
        "| distinct seq, src",
        "| stats n = count(), m = count(len > 700), s = sum(len), a = "
        "avg(len), "
        "lo = min(seq), hi = max(seq), f = first(seq), l = last(seq), d = "
        "span(time) by len, src",
        "| stats s = sum(1.1 * len), a = avg(0.3 * seq), f = first(sensor), l "
        "= "
        "max(sensor), d = min(1.0 * seq) by len",
        "| stats n = distinct(seq) by src",
        "| stats n = distinct(dst, dport, len), m = distinct(seq), c = count() "
        "by src, sport",
        "| stats s = set(len), t = set(dst, dport), c = count() by src, dst",
        "| stats s = set(len) by src, dst | stats u = union(s), n = count() by "
        "src",
        "| stats s = set(len, sensor) by src, dport, flags | stats u = "
        "union(s) "
        "by src",
        "| stats n = count() by src, seq | stats m = sum(n), x = max(seq) by "
        "cidr(src, 30, 64), bin = seq / 1000000",
        "| stats p = pct(len, 90), m = pct(0.5 * seq, 50), c = count() by src, "
        "dst, flags",
        "| stats p = pace(time), j = jitter(time), n = distinct(seq) by src, "
        "dst",
        "| stats n = count() by src, seq | stats p = pattern(n) by src",
        "| stats n = count() by len, src | sort n desc",
        "| stats s = set(dst) by len, src | stats n = count() by s | sort n",
        "| stats s = set(len) by src, dport, flags | sort size(s) desc, s",
        "| stats n = count() by seq, x = 0.5 * len | where n > 0 | show seq",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_rows(texts[i]);
}

/* The finished set takes 91,216 bytes; the table of its values would take four
 * times that. */
static void makes_sets_by_way_of_the_disk(void **state)
{
    static const char *const texts[] = {
        "let q = all | set seq; seq in q | stats n = count() by src",
        "let q = all | stats t = set(seq) by src | set t; seq in q | stats n = "
        "count() by src",
        "let q = all | set dport, len; (dport, len) in q | stats count()",
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct query_settings much = {0};
        struct rows want;
        uint32_t enough = 0;
        bool disk;
        rows_of(dir, texts[i], &much, NULL, &want);
        assert_string_equal(want.error, "");
        for (size_t mem = 200000; mem < 2000000; mem += mem / 6)
            enough += is_enough(texts[i], mem, &want, &disk) && mem < 450000;
        if (enough == 0 && i == 0)
            fail_msg("%s: never by way of the disk", texts[i]);
        rows_free(&want);
    }
}

/* ---- what can go wrong ---- */

static const char *const spilling[] = {
    "| sort seq | show seq, time, src",
    "| stats n = count(), s = set(len) by seq, time",
};

enum { SPILLING = sizeof spilling / sizeof *spilling, FEW = 600000 };

static void says_that_the_disk_is_full(void **state)
{
    struct rlimit before, low;
    struct query_settings o = {.mem = FEW};
    struct rows got;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (uint32_t i = 0; i < SPILLING; i++) {
        for (rlim_t most = 0; most < 65536; most += 7000) {
            low =
                (struct rlimit){.rlim_cur = most, .rlim_max = before.rlim_max};
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
            rows_of(dir, spilling[i], &o, NULL, &got);
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
            assert_int_equal(got.status, 5);
            assert_non_null(strstr(got.error, "cannot write temporary rows in "
                                              "/tmp: File too large"));
            assert_non_null(strstr(got.error, "--tmp DIR"));
            rows_free(&got);
        }
    }
}

static void says_that_there_is_no_place_for_files(void **state)
{
    struct query_settings o = {.mem = FEW, .tmp = "/nowhere/at/all"};
    struct rows got;

    (void)state;
    rows_of(dir, spilling[0], &o, NULL, &got);
    assert_int_equal(got.status, 5);
    assert_non_null(strstr(got.error, "in /nowhere/at/all: No such file"));
    rows_free(&got);
}

static uint32_t files_in(const char *path)
{
    DIR *d = opendir(path);
    uint32_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void leaves_no_file_behind(void **state)
{
    char path[] = "/tmp/test_spill-XXXXXX";
    struct query_settings o = {.mem = FEW, .profile = true, .tmp = path};
    struct rows got;

    (void)state;
    assert_non_null(mkdtemp(path));
    for (uint32_t i = 0; i < SPILLING; i++) {
        rows_of(dir, spilling[i], &o, NULL, &got);
        assert_int_equal(got.status, 0);
        assert_true(went_to_disk(&got));
        assert_int_equal(files_in(path), 2);
        rows_free(&got);
    }
    assert_int_equal(rmdir(path), 0);
}

/* The flag is raised at many moments. */
static volatile sig_atomic_t stop;

static void on_alarm(int sig)
{
    (void)sig;
    stop = 1;
}

static void ends_when_it_is_stopped(void **state)
{
    struct query_settings o = {.mem = FEW, .stop = &stop};
    struct rows got;
    uint32_t stopped = 0;

    (void)state;
    signal(SIGALRM, on_alarm);
    for (uint32_t us = 100; us < 40000; us += us / 3) {
        struct itimerval once = {.it_value = {.tv_usec = us}};
        stop = 0;
        assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
        rows_of(dir, spilling[us % SPILLING], &o, NULL, &got);
        assert_true(got.status == 0 || got.status == 130);
        stopped += got.status == 130;
        rows_free(&got);
    }
    stop = 1;
    rows_of(dir, spilling[0], &o, NULL, &got);
    assert_int_equal(got.status, 130);
    rows_free(&got);
    assert_true(stopped > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_rows_that_do_not_fit),
        cmocka_unit_test(groups_that_do_not_fit),
        cmocka_unit_test(makes_sets_by_way_of_the_disk),
        cmocka_unit_test(says_that_the_disk_is_full),
        cmocka_unit_test(says_that_there_is_no_place_for_files),
        cmocka_unit_test(leaves_no_file_behind),
        cmocka_unit_test(ends_when_it_is_stopped),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
