/* test_stage_window.c - slide() and gap() against brute force on random
 * packets; a group across the edge of a block, a capture or a month is the
 * same as one inside. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/timestamp.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"

enum { PACKETS = 600, SOURCES = 4 };

/* Midnight of 2026-10-01, the edge of a month. */
static const int64_t edge = INT64_C(1790812800) * TIMESTAMP_SECOND;

struct drawn {
    int64_t time[PACKETS];
    uint8_t source[PACKETS];
};

/* Half an hour around the edge, in whole seconds; many equal times. */
static void draw(struct drawn *d, int64_t shift, uint64_t seed)
{
    int64_t now = edge - 3 * TIMESTAMP_HOUR + shift;

    for (int i = 0; i < PACKETS; i++) {
        if (random_below(&seed, 3))
            now += (int64_t)random_below(&seed, 130) * TIMESTAMP_SECOND;
        d->time[i] = now;
        d->source[i] = (uint8_t)random_below(&seed, SOURCES);
    }
}

/* A capture ends behind about every `each`-th packet; 0: none does. */
static char *make_store(const struct drawn *d, uint64_t each, const char *site)
{
    struct buf text = {0};
    struct arena a = {0};
    uint64_t seed = each;
    uint32_t n;

    for (int i = 0; i < PACKETS; i++) {
        char time[TIMESTAMP_TEXT_MAX];
        timestamp_format(time, d->time[i], 0);
        time[strlen(time) - 1] = '\0'; /* without its Z */
        if (each && random_below(&seed, each) == 0)
            buf_printf(&text, "capture\n");
        buf_printf(&text, "%s 10.0.0.%d 192.0.2.1 tcp 1000 80 S\n", time,
                   d->source[i]);
    }
    buf_u8(&text, 0);
    struct packet_line *p = packets_parse(&a, (const char *)text.data, &n);
    char *dir = packets_store(p, n, site);
    buf_free(&text);
    arena_free(&a);
    return dir;
}

static void expect(const char *dir, const char *query, const char *want)
{
    const struct query_settings o = {.tz = NULL};
    const char *const none[] = {NULL};
    struct rows got;

    rows_of(dir, query, &o, none, &got);
    if (strcmp(got.csv, want) != 0)
        fail_msg("%s\n%s%snot\n%s", query, got.error, got.csv, want);
    rows_free(&got);
}

/* How many groups there are, and the sum of the squares of their sizes. */
struct sums {
    int64_t groups, squares;
};

static void check_sums(const char *dir, const char *keys, struct sums want)
{
    char query[256], csv[128];

    snprintf(query, sizeof query,
             "all | stats n = count() by %s | stats groups = count(), "
             "squares = sum(n * n)",
             keys);
    snprintf(csv, sizeof csv, "groups,squares\n%lld,%lld\n",
             (long long)want.groups, (long long)want.squares);
    expect(dir, query, csv);
}

/* For each start of a window: the packets in it, of one source each. */
static struct sums slide_sums(const struct drawn *d, int64_t length,
                              int64_t step)
{
    struct sums out = {0, 0};
    int64_t first = d->time[0] / step * step - length;

    for (int64_t from = first; from <= d->time[PACKETS - 1]; from += step) {
        int64_t n[SOURCES] = {0};
        for (int i = 0; i < PACKETS; i++) {
            if (d->time[i] >= from && d->time[i] < from + length)
                n[d->source[i]]++;
        }
        for (int s = 0; s < SOURCES; s++) {
            out.groups += n[s] > 0;
            out.squares += n[s] * n[s];
        }
    }
    return out;
}

static struct sums gap_sums(const struct drawn *d, int64_t length)
{
    struct sums out = {0, 0};

    for (int s = 0; s < SOURCES; s++) {
        int64_t last = INT64_MIN, n = 0;
        for (int i = 0; i < PACKETS; i++) {
            if (d->source[i] != s)
                continue;
            if (n > 0 && d->time[i] - last > length) {
                out.groups++;
                out.squares += n * n;
                n = 0;
            }
            last = d->time[i];
            n++;
        }
        out.groups += n > 0;
        out.squares += n * n;
    }
    return out;
}

static void check_all(const char *dir, const struct drawn *d)
{
    check_sums(dir, "src, slide(1h, 10m)",
               slide_sums(d, TIMESTAMP_HOUR, 10 * TIMESTAMP_MINUTE));
    check_sums(dir, "src, slide(20m, 20m)",
               slide_sums(d, 20 * TIMESTAMP_MINUTE, 20 * TIMESTAMP_MINUTE));
    check_sums(dir, "src, slide(1d, 1h)",
               slide_sums(d, TIMESTAMP_DAY, TIMESTAMP_HOUR));
    check_sums(dir, "src, gap(2m)", gap_sums(d, 2 * TIMESTAMP_MINUTE));
    check_sums(dir, "src, gap(10m)", gap_sums(d, 10 * TIMESTAMP_MINUTE));
}

static void keys_agree_with_brute_force(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct drawn d;
        draw(&d, 0, seed);
        char *dir = make_store(&d, seed == 1 ? 0 : 40 * seed, NULL);
        check_all(dir, &d);
        packets_remove(dir);
    }
}

/* The same packets days away from the edge of a month, or in one capture. */
static void edges_alter_nothing(void **state)
{
    const int64_t shifts[] = {0, 5 * TIMESTAMP_DAY, -3 * TIMESTAMP_DAY,
                              2 * TIMESTAMP_HOUR};
    struct drawn here;

    (void)state;
    draw(&here, 0, 9);
    struct sums gap = gap_sums(&here, 3 * TIMESTAMP_MINUTE);
    struct sums slide =
        slide_sums(&here, TIMESTAMP_HOUR, 30 * TIMESTAMP_MINUTE);
    for (int i = 0; i < 4; i++) {
        struct drawn d;
        draw(&d, shifts[i], 9);
        char *dir = make_store(&d, i % 2 ? 25 : 0, NULL);
        check_sums(dir, "src, gap(3m)", gap);
        check_sums(dir, "src, slide(1h, 30m)", slide);
        packets_remove(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_agree_with_brute_force),
        cmocka_unit_test(edges_alter_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
