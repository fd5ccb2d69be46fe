/* test_spill.c - queries in little memory give the rows that they give in much,
 * by way of the disk. */
#include <stdlib.h>
#include <string.h>

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

/* From the least memory that is enough to that which needs no disk. */
static void same_rows(const char *text)
{
    struct query_settings much = {.profile = true};
    struct rows want;
    uint32_t by_disk = 0;
    bool disk = false, enough = false;

    rows_of(dir, text, &much, NULL, &want);
    assert_string_equal(want.error, "");
    assert_false(went_to_disk(&want));
    for (size_t mem = 60000; !enough || disk; mem += mem / 6) {
        bool ok = is_enough(text, mem, &want, &disk);
        if (enough && !ok)
            fail_msg("%s: %zu bytes are too few, and fewer were not", text,
                     mem);
        enough = ok;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_rows_that_do_not_fit),
        cmocka_unit_test(groups_that_do_not_fit),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
