/* test_disjoint.c - `disjoint` against one that counts packet by packet, the
 * bits against the whole distribution of overlaps, and how often chance
 * reaches a number of bits. */
#include "query/disjoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

enum { BLOCK_MAX = 64 };

/* ---- the numbers ---- */

static double choose(int n, int k)
{
    double c = 1;

    for (int i = 1; i <= k; i++)
        c = c * (n - k + i) / i;
    return c;
}

/* Of `taken` addresses of m, n drawn ones hit h. */
static double hits(int m, int taken, int n, int h)
{
    if (h > taken || h > n || n - h > m - taken)
        return 0;
    return choose(taken, h) * choose(m - taken, n - h) / choose(m, n);
}

static void add_row(const double chance[BLOCK_MAX + 1], int m, int n, int u,
                    double next[BLOCK_MAX + 1])
{
    for (int h = 0; h <= n; h++) {
        if (u + n - h <= m)
            next[u + n - h] += chance[u] * hits(m, u, n, h);
    }
}

/* chance[u]: that the rows have u different addresses together. */
static void distribution(const int64_t *size, uint32_t rows, int m,
                         double chance[BLOCK_MAX + 1])
{
    memset(chance, 0, (BLOCK_MAX + 1) * sizeof *chance);
    chance[0] = 1;
    for (uint32_t i = 0; i < rows; i++) {
        double next[BLOCK_MAX + 1] = {0};
        for (int u = 0; u <= m; u++)
            add_row(chance, m, (int)size[i], u, next);
        memcpy(chance, next, sizeof next);
    }
}

static int by_size(const void *a, const void *b)
{
    int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;

    return (l > r) - (l < r);
}

static int64_t draw_sizes(uint64_t *seed, int m, uint32_t rows, int64_t *size)
{
    int64_t total = 0;

    for (uint32_t i = 0; i < rows; i++) {
        size[i] = 1 + (int64_t)random_below(seed, (uint64_t)m / 2);
        total += size[i];
    }
    qsort(size, rows, sizeof *size, by_size);
    return total;
}

static void bounds_the_chance_of_every_overlap(void **state)
{
    uint64_t seed = 41;
    double least = 1e9;

    (void)state;
    for (int round = 0; round < 200; round++) {
        double chance[BLOCK_MAX + 1], mean = 0, sum = 0;
        int64_t size[8];
        uint32_t rows = 2 + (uint32_t)random_below(&seed, 7);
        int m = 4 << random_below(&seed, 5);
        int64_t total = draw_sizes(&seed, m, rows, size);
        distribution(size, rows, m, chance);
        for (int u = 0; u <= m; u++)
            mean += chance[u] * (double)(total - u);
        assert_true(fabs(mean - disjoint_expected(size, rows, m)) < 1e-6);
        for (int u = m; u > 0; u--) {
            sum += chance[u];
            if (u > total || sum < 1e-12)
                continue;
            double bits = disjoint_bits(size, rows, total - u, m);
            assert_true(bits >= 0 && bits <= -log2(sum) + 1e-6);
            least = fmin(least, bits > 20 ? bits / -log2(sum) : 1e9);
        }
    }
    /* It is of use, too. */
    assert_true(least > 0.4 && least < 1);
}

static void counts_tiny_shares_of_all_addresses(void **state)
{
    const int64_t size[] = {10, 20};

    (void)state;
    /* 10 x 20 / 2^32 */
    assert_true(fabs(disjoint_expected(size, 2, 0x1p32) * 0x1p32 - 200) < 1e-3);
    assert_true(disjoint_bits(size, 2, 0, 0x1p32) < 1e-6);
}

/* detection of small scans: 112 of a /24, 224 of a /22, 1794 of a /16 are the
 * least for four sources at a million looks. */
static void small_scans_are_never_enough(void **state)
{
    static const struct {
        double m;
        int64_t least;
    } at[] = {
        {256,   112 },
        {1024,  224 },
        {65536, 1794}
    };

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(disjoint_enough(at[i].least + 1, 4, at[i].m, 1e6));
        assert_false(disjoint_enough(at[i].least - 1, 4, at[i].m, 1e6));
    }
    assert_false(disjoint_enough(256, 1, 256, 1));
}

/* ---- the stage ---- */

enum { GROUPS = 6, ROWS = 7, SPACE = 64 };

struct drawn {
    bool has[GROUPS][ROWS][SPACE];
};

/* Group g is the port, row r the source; some divide the space. */
static void draw(struct drawn *d, uint64_t *seed)
{
    memset(d, 0, sizeof *d);
    for (int g = 0; g < GROUPS; g++) {
        int space = 4 << random_below(seed, 5), rows = 1 + g;
        for (int a = 0; a < space; a++) {
            d->has[g][random_below(seed, (uint64_t)rows)][a] = true;
            if (g % 2 && random_below(seed, 3) == 0)
                d->has[g][random_below(seed, (uint64_t)rows)][a] = true;
        }
    }
}

static void write_packets(const struct drawn *d, struct buf *out)
{
    buf_printf(out, "2026-09-01T00:00:00 - - - ethertype=2054\n");
    for (int i = 0; i < GROUPS * ROWS * SPACE; i++) {
        int g = i / SPACE / ROWS, r = i / SPACE % ROWS, a = i % SPACE;
        if (d->has[g][r][a])
            buf_printf(out, "+1 192.0.2.%d 10.1.7.%d tcp 9 %d S\n", r + 1, a,
                       g + 1);
    }
}

struct slow {
    int64_t size[ROWS], items, total;
    uint32_t rows;
    int lo, hi;
};

static void count_slowly(const struct drawn *d, int g, struct slow *s)
{
    *s = (struct slow){.lo = SPACE, .hi = -1};
    for (int a = 0; a < SPACE; a++) {
        bool any = false;
        for (int r = 0; r < ROWS; r++)
            any = any || d->has[g][r][a];
        s->items += any;
        s->lo = any && a < s->lo ? a : s->lo;
        s->hi = any ? a : s->hi;
    }
    for (int r = 0; r < ROWS; r++) {
        int64_t n = 0;
        for (int a = 0; a < SPACE; a++)
            n += d->has[g][r][a];
        if (n > 0)
            s->size[s->rows++] = n;
        s->total += n;
    }
    qsort(s->size, s->rows, sizeof *s->size, by_size);
}

/* The bound of the header, term by term. */
static double slow_bits(const struct slow *s, double m)
{
    int64_t overlap = s->total - s->items;
    double best = 0;

    for (int step = 0; step <= 41; step++) {
        double z = step == 41 ? 0 : pow(2, -step / 2.0), p = 1;
        int64_t before = 0;
        if (overlap > 0 && z == 0)
            continue;
        for (uint32_t i = 0; i < s->rows; i++) {
            int64_t u = before - overlap;
            if (i > 0 && u < s->size[i - 1])
                u = s->size[i - 1];
            if (i > 0)
                p *= pow(1 - (1 - z) * (double)u / m, (double)s->size[i]);
            before += s->size[i];
        }
        best = fmax(best, -log2(p / pow(z, (double)overlap)));
    }
    return best;
}

static void slow_row(const struct slow *s, int g, double tried, struct buf *out)
{
    int bits = 32;
    double m, expected, bound, chance = 0;
    const char *verdict = "consistent with, not evidence";

    while (s->lo >> (32 - bits) != s->hi >> (32 - bits))
        bits--;
    m = pow(2, 32 - bits);
    expected = m;
    for (uint32_t i = 0; i < s->rows; i++)
        expected *= 1 - (double)s->size[i] / m;
    expected += (double)s->total - m;
    if (s->rows > 1 && (double)(s->total - s->items) < expected - 1e-9)
        chance = fmax(0, slow_bits(s, m) - log2(tried));
    bound = sqrt(2 * m * log(tried * 100) / (1 - 1.0 / s->rows));
    if (s->rows < 2)
        verdict = "one row";
    else if (s->total > s->items &&
             (double)(s->total - s->items) >= expected - 1e-9)
        verdict = "not shared out";
    else if (chance >= log2(100) && (double)s->items > bound)
        verdict = "evidence";
    buf_printf(out, "%d,%u,%" PRId64 ",%" PRId64 ",%d,%d,%d,%d,%s\n", g + 1,
               s->rows, s->items, s->total - s->items,
               (int)llround(1000 * expected), bits,
               (int)llround(1000 * (double)s->items / m),
               (int)llround(1000 * chance), verdict);
}

/* Numbers to three digits, and the first word of the proof. */
static void cut_row(char *line, struct buf *out)
{
    char *field[9];
    int fields = 1;

    for (int i = 0; i < 9; i++)
        field[i] = line;
    for (char *at = line; *at && fields < 9; at++) {
        if (*at == ',') {
            *at = '\0';
            field[fields++] = at + 1;
        }
    }
    if (fields < 9)
        fail_msg("a column is missing");
    field[8] += field[8][0] == '"';
    size_t len = strcspn(field[8], "\":");
    char *slash = strchr(field[5], '/');
    assert_non_null(slash);
    buf_printf(out, "%s,%s,%s,%s,%d,%s,%d,%d,%.*s\n", field[0], field[1],
               field[2], field[3], (int)llround(1000 * strtod(field[4], NULL)),
               slash + 1, (int)llround(1000 * strtod(field[6], NULL)),
               (int)llround(1000 * strtod(field[7], NULL)), (int)len, field[8]);
}

static void check_store(const struct drawn *d, uint32_t *evidence)
{
    struct buf text = {0}, want = {0}, have = {0};
    struct arena arena = {0};
    struct query_settings o = {.tz = "UTC"};
    const char *const none[] = {NULL};
    struct slow slow[GROUPS];
    struct rows rows;
    double tried = 0;
    uint32_t n;

    write_packets(d, &text);
    buf_put(&text, "", 1);
    struct packet_line *p = packets_parse(&arena, (const char *)text.data, &n);
    char *dir = packets_store(p, n, NULL);
    for (int g = 0; g < GROUPS; g++) {
        count_slowly(d, g, &slow[g]);
        tried += slow[g].rows > 1;
    }
    for (int g = 0; g < GROUPS; g++)
        slow_row(&slow[g], g, tried, &want);
    rows_of(dir,
            "all tcp | stats t = set(dst) by src, dport | disjoint t by dport",
            &o, none, &rows);
    assert_string_equal(rows.error, "");
    char *save = NULL;
    strtok_r(rows.csv, "\n", &save);
    for (char *line; (line = strtok_r(NULL, "\n", &save));)
        cut_row(line, &have);
    buf_put(&want, "", 1);
    buf_put(&have, "", 1);
    assert_string_equal((const char *)have.data, (const char *)want.data);
    *evidence += strstr((const char *)have.data, "evidence\n") != NULL;
    rows_free(&rows);
    packets_remove(dir);
    arena_free(&arena);
    buf_free(&text);
    buf_free(&want);
    buf_free(&have);
}

static void agrees_with_a_slow_count(void **state)
{
    uint64_t seed = 42;
    uint32_t evidence = 0;

    (void)state;
    for (int i = 0; i < 40; i++) {
        struct drawn d;
        draw(&d, &seed);
        check_store(&d, &evidence);
    }
    assert_true(evidence > 5);
}

/* ---- chance ---- */

static int64_t draw_rows(uint64_t *seed, const int64_t *size, int rows)
{
    bool taken[BLOCK_MAX] = {false};
    int64_t items = 0;

    for (int r = 0; r < rows; r++) {
        bool own[BLOCK_MAX] = {false};
        for (int64_t k = 0; k < size[r];) {
            uint64_t a = random_below(seed, BLOCK_MAX);
            k += !own[a];
            items += !taken[a];
            own[a] = taken[a] = true;
        }
    }
    return items;
}

static void keeps_its_word(void **state)
{
    enum { TRIES = 20000, NBITS = 8 };
    uint64_t seed = 43;
    uint32_t reached[NBITS] = {0};

    (void)state;
    for (int i = 0; i < TRIES; i++) {
        int64_t size[5], overlap = draw_sizes(&seed, 24, 5, size);
        overlap -= draw_rows(&seed, size, 5);
        double bits = disjoint_bits(size, 5, overlap, BLOCK_MAX);
        for (int b = 0; b < NBITS; b++)
            reached[b] += bits >= b + 1;
    }
    for (int b = 0; b < NBITS; b++) {
        double most = ldexp(TRIES, -b - 1);
        assert_true(reached[b] <= most + 3 * sqrt(most));
    }
    assert_true(reached[0] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_the_chance_of_every_overlap),
        cmocka_unit_test(counts_tiny_shares_of_all_addresses),
        cmocka_unit_test(small_scans_are_never_enough),
        cmocka_unit_test(agrees_with_a_slow_count),
        cmocka_unit_test(keeps_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
