/* link: -Wl,--wrap=mdb_txn_commit */
/* test_index.c - the address index over stores of many small blocks, tails
 * written again, commits cut off, and several months: it leaves out no block
 * that holds an address, and no query has other rows for it. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/index.h"
#include "store/reader.h"
#include "tests/folder.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/stores.h"

enum { SENSORS = 6, MONTHS = 4, ROUNDS = 30, HELD = 6, STORES = 2, ASKED = 60 };

static const enum field_id addr_fields[] = {FIELD_SRC, FIELD_DST,
                                            FIELD_INNER_SRC, FIELD_INNER_DST};

static struct err e;

/* ---- commits that fail ---- */

int __real_mdb_txn_commit(void *txn);
int __wrap_mdb_txn_commit(void *txn);
void mdb_txn_abort(void *txn);

static int commits_left; /* until one fails; below 1: never */

int __wrap_mdb_txn_commit(void *txn)
{
    if (commits_left > 0 && --commits_left == 0) {
        mdb_txn_abort(txn);
        return 5; /* EIO */
    }
    return __real_mdb_txn_commit(txn);
}

/* ---- packets ---- */

/* Hosts that all see, and those of one round only. */
static struct addr draw_addr(uint64_t *seed, uint32_t round)
{
    uint32_t n = (uint32_t)random_below(seed, 4);

    if (random_below(seed, 3) == 0)
        return addr_from_v4(0x0a000000u + n);
    if (random_below(seed, 5) == 0)
        return (struct addr){UINT64_C(0x20010db800000000) + round, n};
    return addr_from_v4(0xc0000000u + round * 64 + n);
}

static void draw_record(uint64_t *seed, uint32_t round, struct record *r)
{
    /* Months come in any order, mostly later ones. */
    int64_t month =
        (int64_t)random_below(seed, MONTHS * (round + 1) / ROUNDS + 1);

    memset(r, 0, sizeof *r);
    RECORD_SET(r, TIME,
               STORES_START + month * (31 * 24 * STORES_HOUR) +
                   (int64_t)random_below(seed, 86400) * 1000000000);
    RECORD_SET(r, LEN, 60);
    RECORD_SET(r, BAD, 0);
    if (random_below(seed, 15) == 0)
        return;
    RECORD_SET(r, SRC, draw_addr(seed, round));
    RECORD_SET(r, DST, draw_addr(seed, round));
    RECORD_SET(r, IPVER, addr_is_v4(r->SRC) ? 4 : 6);
    RECORD_SET(r, PROTO, random_below(seed, 2) ? 6 : 1);
    if (random_below(seed, 4) == 0) {
        RECORD_SET(r, INNER_SRC, draw_addr(seed, round));
        RECORD_SET(r, INNER_DST, draw_addr(seed, round + 100));
    }
}

/* ---- what a reader's blocks hold ---- */

static bool in_ranges(struct addr a, const struct addr_range *r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (addr_cmp(a, r[i].lo) >= 0 && addr_cmp(a, r[i].hi) <= 0)
            return true;
    return false;
}

static bool block_holds(struct store_reader *r, uint32_t i,
                        const struct addr_range *range, uint32_t n)
{
    uint32_t rows = store_reader_block(r, i).zone->rows;
    struct store_block *b = store_block_open(r, i, &e);
    struct column c;
    bool holds = false;

    assert_non_null(b);
    for (uint32_t f = 0; f < 4; f++) {
        for (uint32_t at = 0, k; at < rows; at += k) {
            k = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
            assert_true(store_block_column(b, addr_fields[f], at, k, &c, &e));
            for (uint32_t j = 0; j < k; j++)
                holds = holds ||
                        (!column_absent(&c, j) && in_ranges(c.a[j], range, n));
        }
    }
    store_block_close(b);
    return holds;
}

static uint32_t draw_ranges(uint64_t *seed, struct addr_range out[3])
{
    struct addr_range r[3];
    uint32_t n = 1 + (uint32_t)random_below(seed, 3);
    struct arena a = {0};

    for (uint32_t i = 0; i < n; i++) {
        struct addr x = draw_addr(seed, (uint32_t)random_below(seed, 140));
        r[i] = addr_net_range(x, (uint8_t)(128 - random_below(seed, 3) * 4));
    }
    struct rangeset s = rangeset_make_addr(&a, r, n);
    n = s.n;
    memcpy(out, s.addr, n * sizeof *out);
    arena_free(&a);
    return n;
}

/* Blocks that are left of those asked for; `exact`: none too many. */
static uint64_t assert_asks(struct store_reader *r, uint64_t *seed, bool exact)
{
    uint32_t n = store_reader_blocks(r), words = n / 64 + 1;
    uint64_t *bits = calloc(words, sizeof *bits), skipped = 0;
    struct addr_range range[3];
    uint32_t ranges = draw_ranges(seed, range);
    uint32_t every = 1 + (uint32_t)random_below(seed, 2);

    assert_non_null(bits);
    for (uint32_t i = 0; i < n; i += every)
        bits[i / 64] |= UINT64_C(1) << (i % 64);
    assert_true(store_reader_address_blocks(r, range, ranges, bits, &e));
    for (uint32_t i = 0; i < n; i++) {
        bool left = bits[i / 64] >> (i % 64) & 1;
        bool holds = block_holds(r, i, range, ranges);
        assert_true(i % every == 0 || !left);
        if (i % every == 0 && (exact || holds))
            assert_int_equal(left, holds);
        skipped += !left && i % every == 0;
    }
    free(bits);
    return skipped;
}

/* ---- stores ---- */

struct making {
    struct store *s;
    char path[300];
    uint64_t seed;
    struct store_capture capture[SENSORS];
    struct record *record[SENSORS]; /* all that each capture has, by position */
    uint32_t records[SENSORS];
    uint32_t fed[SENSORS]; /* what the last good commit had */
    uint32_t faults;
};

static void draw_round(struct making *m, uint32_t round)
{
    for (uint32_t i = 0; i < SENSORS; i++) {
        uint32_t more = (uint32_t)random_below(&m->seed, 30);
        m->record[i] = realloc(m->record[i],
                               (m->records[i] + more + 1) * sizeof **m->record);
        assert_non_null(m->record[i]);
        for (uint32_t k = 0; k < more; k++)
            draw_record(&m->seed, round, &m->record[i][m->records[i]++]);
    }
}

static void set_capture(struct store_capture *c, uint32_t i)
{
    memset(c, 0, sizeof *c);
    snprintf(c->sensor, sizeof c->sensor, "s%u", (unsigned)i);
    snprintf(c->name, sizeof c->name, "s%u.pcap", (unsigned)i);
    c->first = (struct digest){i + 1, 1};
}

static bool feed_one(struct making *m, struct store_writer *w, uint32_t i)
{
    struct store_capture *c = &m->capture[i];
    bool added;

    set_capture(c, i);
    if (store_writer_known(w, c->first, c, 1) == 0)
        set_capture(c, i);
    if (!store_writer_begin(w, c, &e))
        return false;
    while (c->packets < m->records[i]) {
        const struct record *r = &m->record[i][c->packets];
        if (!store_writer_add(w, c, r, c->packets, false, &added, &e))
            return false;
        c->packets++;
    }
    c->digest = c->first;
    return store_writer_end(w, c, &e);
}

/* Feeds what is new of all captures in one commit. */
static bool feed_round(struct making *m)
{
    struct store_writer *w = store_writer_open(m->s, 0, NULL, NULL, &e);
    bool good = w != NULL;

    for (uint32_t i = 0; good && i < SENSORS; i++)
        good = feed_one(m, w, i);
    good = good && store_writer_commit(w, &e);
    store_writer_close(w);
    return good;
}

/* Now and then a commit is cut off after some of its months; what a reader
 * then sees, and what the next writer makes of it, must be right too. */
static void make_round(struct making *m, uint32_t round)
{
    struct strtab t = {0};

    draw_round(m, round);
    if (round > 3 && random_below(&m->seed, 3) == 0) {
        commits_left = 1 + (int)random_below(&m->seed, MONTHS + 2);
        bool good = feed_round(m);
        commits_left = 0;
        m->faults += !good;
        struct store_reader *r = stores_reader(m->s, &t, true);
        for (uint32_t i = 0; i < 4; i++)
            assert_asks(r, &m->seed, false);
        store_reader_close(r);
        strtab_free(&t);
        if (random_below(&m->seed, 2))
            draw_round(m, round);
    }
    if (!feed_round(m))
        fail_msg("%s", e.text);
}

static void begin_store(struct making *m, char **folder, uint64_t seed)
{
    struct store_options o = {0};

    memset(m, 0, sizeof *m);
    m->seed = seed;
    *folder = folder_make();
    snprintf(m->path, sizeof m->path, "%s/db", *folder);
    if (!store_create(m->path, &o, &e) || !(m->s = store_open(m->path, &e)))
        fail_msg("%s", e.text);
}

static void end_store(struct making *m, char *folder)
{
    store_close(m->s);
    for (uint32_t i = 0; i < SENSORS; i++)
        free(m->record[i]);
    folder_remove(folder);
}

static void fail_damage(void *ctx, const struct store_damage *d)
{
    (void)ctx;
    fail_msg("%s: %s", d->where, d->what);
}

static void assert_sound(struct store *s)
{
    uint64_t blocks, rows;

    assert_true(store_check(s, fail_damage, NULL, &blocks, &rows, &e));
}

static bool count_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *x)
{
    (void)key;
    (void)v;
    (void)x;
    ++*(uint32_t *)ctx;
    return true;
}

/* How many runs each month has; the newest may have several. */
static void assert_closed(struct store_reader *r)
{
    for (uint32_t i = 0; i < r->months; i++) {
        uint32_t n = 0;
        struct kv_txn *t = reader_txn(r, i, &e);
        assert_true(index_runs_each(t, count_run, &n, &e));
        assert_true(n >= 1 && n <= (i + 1 < r->months ? 1u : 6u));
    }
}

/* Readers that were opened along the way keep their moment. */
static void no_block_that_holds_an_address_is_left_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= STORES; seed++) {
        struct making m;
        struct strtab t[HELD];
        struct store_reader *held[HELD];
        char *folder;
        uint64_t skipped = 0;
        begin_store(&m, &folder, seed * 1000003);
        memset(t, 0, sizeof t);
        assert_true(envs_set_write(&m.s->envs, &e));
        for (uint32_t i = 0; i < ROUNDS; i++) {
            make_round(&m, i);
            if (i < HELD)
                held[i] = stores_reader(m.s, &t[i], true);
            struct strtab now = {0};
            struct store_reader *r = stores_reader(m.s, &now, true);
            for (uint32_t k = 0; k < 4; k++)
                skipped += assert_asks(r, &m.seed, true);
            store_reader_close(r);
            strtab_free(&now);
        }
        for (uint32_t i = 0; i < HELD; i++) {
            for (uint32_t k = 0; k < 10; k++)
                assert_asks(held[i], &m.seed, false);
            store_reader_close(held[i]);
            strtab_free(&t[i]);
        }
        if (skipped <= 300)
            fail_msg("%u skipped", (unsigned)skipped);
        assert_true(m.faults > 2);
        assert_sound(m.s);
        struct strtab now = {0};
        struct store_reader *r = stores_reader(m.s, &now, true);
        assert_closed(r);
        store_reader_close(r);
        strtab_free(&now);
        end_store(&m, folder);
    }
}

/* ---- queries ---- */

static void put_addr(struct buf *b, uint64_t *seed)
{
    char text[ADDR_TEXT_MAX];
    uint32_t round = (uint32_t)random_below(seed, ROUNDS + 3);

    addr_format(text, draw_addr(seed, round));
    buf_printf(b, "%s", text);
}

static void put_leaf(struct buf *b, uint64_t *seed)
{
    static const char *const before[] = {
        "host ",          "src host ",    "dst host ",    "src = ",
        "dst != ",        "not host ",    "inner.src = ", "inner.dst = ",
        "src in {",       "dst not in {", "src net ",     "net ",
        "icmp and src = "};
    uint32_t i = (uint32_t)random_below(seed, sizeof before / sizeof *before);

    if (random_below(seed, 6) == 0) {
        buf_printf(b, "%s", random_below(seed, 2) ? "proto = 6" : "len > 60");
        return;
    }
    buf_printf(b, "(%s", before[i]);
    put_addr(b, seed);
    if (i == 8 || i == 9) {
        buf_printf(b, ", ");
        put_addr(b, seed);
        buf_printf(b, "}");
    }
    buf_printf(b, ")");
}

static void put_filter(struct buf *b, uint64_t *seed, uint32_t depth)
{
    uint32_t n = 1 + (uint32_t)random_below(seed, 3);
    const char *op = random_below(seed, 2) ? " and " : " or ";

    if (depth == 0 || random_below(seed, 3) == 0) {
        put_leaf(b, seed);
        return;
    }
    buf_printf(b, random_below(seed, 6) ? "(" : "not (");
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(b, "%s", i ? op : "");
        put_filter(b, seed, depth - 1);
    }
    buf_printf(b, ")");
}

struct answer {
    char *text, *csv;
    uint64_t skipped;
};

static void ask(const char *folder, struct answer *a)
{
    struct query_settings o = {0};
    struct rows r;

    rows_of(folder, a->text, &o, NULL, &r);
    if (r.status != 0)
        fail_msg("%s: %s", a->text, r.error);
    a->csv = strdup(r.csv);
    a->skipped = r.counts.blocks_skipped;
    rows_free(&r);
}

static void draw_question(struct answer *a, uint64_t *seed)
{
    struct buf b = {0};

    buf_printf(&b, "all ");
    put_filter(&b, seed, 3);
    buf_u8(&b, 0);
    a->text = strdup((const char *)b.data);
    assert_non_null(a->text);
    buf_free(&b);
}

struct keys {
    uint32_t n;
    uint64_t key[64];
};

static bool note_key(void *ctx, uint64_t key, struct kv_bytes v, struct err *x)
{
    struct keys *k = ctx;

    (void)v;
    (void)x;
    assert_true(k->n < 64);
    k->key[k->n++] = key;
    return true;
}

static void drop_run(struct kv_txn *t, uint64_t key)
{
    uint8_t bytes[11] = "run";

    catalogue_key(bytes + 3, key);
    assert_true(kv_del(t, ENVS_META, (struct kv_bytes){bytes, 11}, &e));
}

static void drop_runs_of(struct store *s, uint32_t month)
{
    struct kv *k = envs_get(&s->envs, month, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    struct keys keys = {0};

    assert_true(index_runs_each(t, note_key, &keys, &e));
    for (uint32_t i = 0; i < keys.n; i++)
        drop_run(t, keys.key[i]);
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

/* What a store is that was made before there was an index. */
static void drop_runs(const char *path)
{
    struct store *s = store_open(path, &e);
    uint32_t *month, n;

    assert_true(envs_set_write(&s->envs, &e));
    assert_true(envs_list(&s->envs, &month, &n, &e));
    for (uint32_t i = 0; i < n; i++)
        drop_runs_of(s, month[i]);
    free(month);
    store_close(s);
}

static void queries_have_the_same_rows_without_it(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= STORES; seed++) {
        struct making m;
        struct answer with[ASKED], without;
        char *folder;
        uint64_t more = 0, rows = 0;
        begin_store(&m, &folder, seed * 7000003);
        for (uint32_t i = 0; i < ROUNDS; i++)
            make_round(&m, i);
        store_close(m.s);
        for (uint32_t i = 0; i < ASKED; i++) {
            draw_question(&with[i], &m.seed);
            ask(folder, &with[i]);
        }
        drop_runs(m.path);
        for (uint32_t i = 0; i < ASKED; i++) {
            without.text = with[i].text;
            ask(folder, &without);
            assert_string_equal(with[i].csv, without.csv);
            assert_true(with[i].skipped >= without.skipped);
            more += with[i].skipped - without.skipped;
            rows += strlen(without.csv) > 200;
            free(with[i].csv);
            free(with[i].text);
            free(without.csv);
        }
        assert_true(more > 100);
        assert_true(rows > 10);
        m.s = store_open(m.path, &e);
        assert_sound(m.s);
        end_store(&m, folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_block_that_holds_an_address_is_left_out),
        cmocka_unit_test(queries_have_the_same_rows_without_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
