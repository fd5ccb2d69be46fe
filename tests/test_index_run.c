/* test_index_run.c - a run says of every address what it was made of, and what
 * is damaged says nothing. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/index_merge.h"
#include "tests/random.h"

enum { BLOCKS = 200, HOSTS = 700, ROUNDS = 30 };

static struct addr host[HOSTS];          /* ascending */
static uint32_t hosts;                   /* distinct ones */
static uint8_t holds[HOSTS][BLOCKS / 8]; /* what the run is to say */

static int by_addr(const void *a, const void *b)
{
    return addr_cmp(*(const struct addr *)a, *(const struct addr *)b);
}

static bool held(uint32_t h, uint32_t block)
{
    return holds[h][block / 8] >> (block % 8) & 1;
}

static struct addr draw_addr(uint64_t *seed)
{
    switch (random_below(seed, 4)) {
    case 0: return (struct addr){random_next(seed), random_next(seed)};
    case 1:
        return (struct addr){UINT64_MAX, UINT64_MAX - random_below(seed, 9)};
    case 2: return (struct addr){0, random_below(seed, 9)};
    default: return addr_from_v4((uint32_t)random_next(seed));
    }
}

/* Hosts that few, half or all of the blocks hold. */
static void draw(uint64_t *seed, uint32_t n)
{
    hosts = 0;
    memset(holds, 0, sizeof holds);
    for (uint32_t i = 0; i < n; i++)
        host[i] = draw_addr(seed);
    qsort(host, n, sizeof *host, by_addr);
    for (uint32_t i = 0; i < n; i++)
        if (hosts == 0 || !addr_eq(host[hosts - 1], host[i]))
            host[hosts++] = host[i];
    for (uint32_t i = 0; i < hosts; i++) {
        uint64_t one_of = random_below(seed, 3) ? BLOCKS : 1;
        for (uint32_t b = 0; b < BLOCKS; b++)
            if (random_below(seed, one_of) == 0)
                holds[i][b / 8] |= (uint8_t)(1u << (b % 8));
        holds[i][i % (BLOCKS / 8)] |= 1;
    }
}

static struct index_run_block block_at(uint32_t i)
{
    return (struct index_run_block){i * 3 + 1, i * UINT64_C(77777)};
}

/* A run of blocks [from, to). */
static void make(uint32_t from, uint32_t to, struct buf *out)
{
    struct index_run_maker m = {0};
    struct index_run_block table[BLOCKS];
    uint32_t slots[BLOCKS];

    for (uint32_t i = 0; i < hosts; i++) {
        uint32_t n = 0;
        for (uint32_t b = from; b < to; b++)
            if (held(i, b))
                slots[n++] = b - from;
        if (n > 0)
            assert_true(index_run_add(&m, host[i], slots, n));
    }
    for (uint32_t b = from; b < to; b++)
        table[b - from] = block_at(b);
    out->len = 0;
    index_run_finish(&m, table, to - from, out);
}

static uint32_t draw_ranges(uint64_t *seed, struct addr_range *out)
{
    struct addr_range r[4];
    uint32_t n = 1 + (uint32_t)random_below(seed, 4);

    for (uint32_t i = 0; i < n; i++) {
        struct addr x = host[random_below(seed, hosts)];
        uint8_t bits = (uint8_t)(random_below(seed, 3) ? 128 : 90 + i * 10);
        if (random_below(seed, 5) == 0)
            x = draw_addr(seed);
        r[i] = addr_net_range(x, bits);
    }
    struct addr lo = {0, 0}, hi = {UINT64_MAX, UINT64_MAX};
    if (random_below(seed, 20) == 0)
        r[0] = (struct addr_range){lo, hi};
    qsort(r, n, sizeof *r, by_addr);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (kept == 0 || addr_cmp(r[i].lo, out[kept - 1].hi) > 0)
            out[kept++] = r[i];
    return kept;
}

static bool in_ranges(struct addr a, const struct addr_range *r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (addr_cmp(a, r[i].lo) >= 0 && addr_cmp(a, r[i].hi) <= 0)
            return true;
    return false;
}

static bool truth(uint32_t block, const struct addr_range *r, uint32_t n)
{
    for (uint32_t i = 0; i < hosts; i++)
        if (held(i, block) && in_ranges(host[i], r, n))
            return true;
    return false;
}

struct asked {
    uint64_t want[BLOCKS / 64 + 1], found[BLOCKS / 64 + 1];
    uint32_t slots[BLOCKS], number[BLOCKS];
};

static bool ask(const struct index_run *run, const struct addr_range *r,
                uint32_t n, struct asked *q)
{
    struct index_run_hits h = {q->number, q->want, q->found, run->blocks,
                               q->slots};

    memset(q, 0, sizeof *q);
    memset(q->want, 0xff, sizeof q->want);
    for (uint32_t i = 0; i < BLOCKS; i++)
        q->number[i] = i;
    return index_run_find(run, r, n, &h);
}

static void assert_finds(const struct index_run *run, uint64_t *seed)
{
    struct addr_range r[4];
    struct asked q;

    for (uint32_t i = 0; i < 40; i++) {
        uint32_t n = draw_ranges(seed, r);
        assert_true(ask(run, r, n, &q));
        for (uint32_t b = 0; b < BLOCKS; b++)
            assert_int_equal(q.found[b / 64] >> (b % 64) & 1, truth(b, r, n));
    }
}

static void finds_what_it_was_made_of(void **state)
{
    uint64_t seed = 11;
    struct buf b = {0};
    struct index_run run;

    (void)state;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        draw(&seed, 1 + (uint32_t)random_below(&seed, HOSTS));
        make(0, BLOCKS, &b);
        assert_true(index_run_open(&run, b.data, b.len));
        assert_int_equal(run.blocks, BLOCKS);
        assert_true(index_run_block(&run, 7).id == block_at(7).id);
        assert_true(index_run_block(&run, 7).sum == block_at(7).sum);
        assert_finds(&run, &seed);
    }
    buf_free(&b);
}

static void an_empty_run_finds_nothing(void **state)
{
    struct buf b = {0};
    struct index_run run;
    struct addr_range all = {
        {0,          0         },
        {UINT64_MAX, UINT64_MAX}
    };
    struct asked q;

    (void)state;
    hosts = 0;
    make(0, 3, &b);
    assert_true(index_run_open(&run, b.data, b.len));
    assert_true(ask(&run, &all, 1, &q));
    assert_int_equal(q.found[0], 0);
    buf_free(&b);
}

/* Runs of parts of the blocks, joined, are the run of all. */
static void joined_runs_are_as_if_made_at_once(void **state)
{
    uint64_t seed = 12;
    struct buf part[3] = {{0}}, whole = {0}, joined = {0};
    struct index_run run[3];
    struct index_merge_source s[3];
    struct index_run_block table[BLOCKS];
    uint32_t slot[BLOCKS], cut[4] = {0, 1, BLOCKS / 2, BLOCKS};

    (void)state;
    draw(&seed, HOSTS);
    for (uint32_t b = 0; b < BLOCKS; b++) {
        slot[b] = b;
        table[b] = block_at(b);
    }
    for (uint32_t i = 0; i < 3; i++) {
        make(cut[i], cut[i + 1], &part[i]);
        assert_true(index_run_open(&run[i], part[i].data, part[i].len));
        s[i] = (struct index_merge_source){&run[i], NULL, 0, slot + cut[i]};
    }
    make(0, BLOCKS, &whole);
    assert_true(index_merge(s, 3, table, BLOCKS, &joined));
    assert_int_equal(joined.len, whole.len);
    assert_memory_equal(joined.data, whole.data, whole.len);
    for (uint32_t i = 0; i < 3; i++)
        buf_free(&part[i]);
    buf_free(&whole);
    buf_free(&joined);
}

static void blocks_that_are_gone_are_left_out(void **state)
{
    uint64_t seed = 13;
    struct buf b = {0}, less = {0}, want = {0};
    struct index_run run;
    struct index_run_block table[BLOCKS];
    uint32_t slot[BLOCKS];

    (void)state;
    draw(&seed, HOSTS);
    make(0, BLOCKS, &b);
    make(50, BLOCKS, &want);
    assert_true(index_run_open(&run, b.data, b.len));
    for (uint32_t i = 0; i < BLOCKS; i++)
        slot[i] = i < 50 ? INDEX_MERGE_NONE : i - 50;
    for (uint32_t i = 50; i < BLOCKS; i++)
        table[i - 50] = block_at(i);
    struct index_merge_source s = {&run, NULL, 0, slot};
    assert_true(index_merge(&s, 1, table, BLOCKS - 50, &less));
    assert_int_equal(less.len, want.len);
    assert_memory_equal(less.data, want.data, want.len);
    buf_free(&b);
    buf_free(&less);
    buf_free(&want);
}

static void addresses_of_blocks_make_a_run(void **state)
{
    struct addr one[] = {addr_from_v4(1), addr_from_v4(5), addr_from_v4(9)};
    struct addr two[] = {
        addr_from_v4(5), {UINT64_MAX, 3}
    };
    struct index_run_block table[] = {block_at(0), block_at(1)};
    uint32_t slot[] = {0, 1};
    struct index_merge_source s[] = {
        {NULL, one, 3, &slot[0]},
        {NULL, two, 2, &slot[1]}
    };
    struct buf b = {0};
    struct index_run run;
    struct asked q;

    (void)state;
    assert_true(index_merge(s, 2, table, 2, &b));
    assert_true(index_run_open(&run, b.data, b.len));
    assert_true(ask(&run, &(struct addr_range){one[1], one[1]}, 1, &q));
    assert_int_equal(q.found[0], 3);
    assert_true(ask(&run, &(struct addr_range){two[1], two[1]}, 1, &q));
    assert_int_equal(q.found[0], 2);
    assert_true(ask(&run, &(struct addr_range){one[0], one[0]}, 1, &q));
    assert_int_equal(q.found[0], 1);
    one[2] = one[1]; /* not ascending */
    b.len = 0;
    assert_false(index_merge(s, 2, table, 2, &b));
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

static void refuses_what_is_out_of_order(void **state)
{
    struct index_run_maker m = {0};
    uint32_t up[] = {1, 2}, down[] = {2, 1}, big[] = {INDEX_RUN_BLOCKS};

    (void)state;
    assert_false(index_run_add(&m, addr_from_v4(5), down, 2));
    assert_false(index_run_add(&m, addr_from_v4(5), up, 0));
    assert_false(index_run_add(&m, addr_from_v4(5), big, 1));
    assert_true(index_run_add(&m, addr_from_v4(5), up, 2));
    assert_false(index_run_add(&m, addr_from_v4(5), up, 2));
    assert_false(index_run_add(&m, addr_from_v4(4), up, 2));
    index_run_drop(&m);
}

/* One byte changed anywhere: a look-up says so, or its answer is whole. The
 * copy ends where its memory does. */
static void a_damaged_byte_is_never_a_wrong_answer(void **state)
{
    uint64_t seed = 14;
    struct buf b = {0};
    struct index_run run;
    struct addr_range r[4];
    struct asked q;
    uint32_t noticed = 0;

    (void)state;
    draw(&seed, 300);
    make(0, BLOCKS, &b);
    for (uint32_t i = 0; i < 3000; i++) {
        uint8_t *copy = malloc(b.len);
        memcpy(copy, b.data, b.len);
        copy[random_below(&seed, b.len)] ^= (uint8_t)(1 + i % 255);
        uint32_t n = draw_ranges(&seed, r);
        if (index_run_open(&run, copy, b.len) && ask(&run, r, n, &q)) {
            for (uint32_t k = 0; k < BLOCKS; k++)
                assert_int_equal(q.found[k / 64] >> (k % 64) & 1,
                                 truth(k, r, n));
        } else {
            noticed++;
        }
        free(copy);
    }
    assert_true(noticed > 300);
    for (size_t len = 0; len < b.len; len += 7)
        assert_false(index_run_open(&run, b.data, len));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_it_was_made_of),
        cmocka_unit_test(an_empty_run_finds_nothing),
        cmocka_unit_test(joined_runs_are_as_if_made_at_once),
        cmocka_unit_test(blocks_that_are_gone_are_left_out),
        cmocka_unit_test(addresses_of_blocks_make_a_run),
        cmocka_unit_test(refuses_what_is_out_of_order),
        cmocka_unit_test(a_damaged_byte_is_never_a_wrong_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
