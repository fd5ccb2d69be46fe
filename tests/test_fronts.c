/* link: -Wl,--wrap=mdb_txn_commit */
/* test_fronts.c - fronts of blocks: there for each block whatever was committed
 * and taken back, and never believed where they are not of these blocks. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/fronts.h"
#include "store/reader.h"
#include "tests/random.h"
#include "tests/stores.h"

enum { SEPTEMBER = 2026 * 12 + 8, KEY = 13, ROUNDS = 150 };

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

/* ---- what lies in September ---- */

struct seen {
    struct kv_txn *txn;
    uint32_t n, whole;
};

static bool see(void *ctx, const struct fronts_block *b, struct err *x)
{
    struct seen *s = ctx;
    struct kv_bytes v;

    assert_true(month_block_get(s->txn, b->id, &v, x));
    assert_int_equal(v.len, b->bytes);
    assert_true(b->front.len <= v.len);
    assert_memory_equal(b->front.data, v.data, b->front.len);
    s->n++;
    s->whole += b->whole;
    return true;
}

static struct seen fronts(struct store *s)
{
    struct kv *k = envs_get(&s->envs, SEPTEMBER, &e);
    struct seen seen = {kv_begin(k, false, &e), 0, 0};

    assert_true(fronts_each(seen.txn, see, &seen, &e));
    kv_abort(seen.txn);
    envs_put(&s->envs, k);
    return seen;
}

/* The piece that begins at block `from` is set to `b`, or taken out. */
static void put_piece(struct store *s, uint64_t from, const struct buf *b)
{
    uint8_t key[KEY] = "front";

    catalogue_key(key + 5, from);
    struct kv_bytes bytes = {key, KEY};
    assert_true(envs_set_write(&s->envs, &e));
    struct kv *k = envs_get(&s->envs, SEPTEMBER, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    if (b)
        assert_true(kv_put(t, ENVS_META, bytes,
                           (struct kv_bytes){b->data, b->len}, false, &e));
    else
        assert_true(kv_del(t, ENVS_META, bytes, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

static void get_piece(struct store *s, uint64_t from, struct buf *b)
{
    uint8_t key[KEY] = "front";
    struct kv *k = envs_get(&s->envs, SEPTEMBER, &e);
    struct kv_txn *t = kv_begin(k, false, &e);
    struct kv_bytes v;

    catalogue_key(key + 5, from);
    assert_true(kv_get(t, ENVS_META, (struct kv_bytes){key, KEY}, &v, &e));
    assert_non_null(v.data);
    buf_put(b, v.data, v.len);
    kv_abort(t);
    envs_put(&s->envs, k);
}

static void note(void *ctx, const struct store_damage *d)
{
    struct buf *out = ctx;

    buf_printf(out, "%s: %s\n", d->where, d->what);
}

static void check_says(struct store *s, const char *what)
{
    struct buf said = {0};
    uint64_t blocks, rows;

    assert_true(store_check(s, note, &said, &blocks, &rows, &e));
    buf_u8(&said, 0);
    assert_string_equal((char *)said.data, what);
    buf_free(&said);
}

static void add_block(struct store_writer *w, struct store_capture *c,
                      uint32_t i)
{
    struct record r = {0};
    bool added;

    *c = (struct store_capture){
        .first = {1, i},
          .packets = 1
    };
    snprintf(c->name, sizeof c->name, "%u", i);
    snprintf(c->sensor, sizeof c->sensor, "s%03u", i);
    RECORD_SET(&r, TIME, STORES_START + i);
    RECORD_SET(&r, LEN, i);
    assert_true(store_writer_begin(w, c, &e));
    assert_true(store_writer_add(w, c, &r, 0, false, &added, &e));
    assert_true(store_writer_end(w, c, &e));
}

/* A store of `n` blocks of one packet each: a sensor each. */
static struct store *many_sensors(char **folder, uint32_t n)
{
    static struct store_capture c[200];
    struct store *s = stores_fresh(folder);
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);

    assert_true(w && n <= 200);
    for (uint32_t i = 0; i < n; i++) {
        add_block(w, &c[i], i);
        if (i % 30 == 29)
            assert_true(store_writer_commit(w, &e));
    }
    assert_true(store_writer_commit(w, &e));
    store_writer_close(w);
    return s;
}

static uint32_t blocks_read(struct store *s)
{
    struct strtab t = {0};
    struct store_reader *r = stores_reader(s, &t, false);
    uint32_t n = store_reader_blocks(r);

    for (uint32_t i = 0; i < n; i++) {
        const struct zone *z = store_reader_block(r, i).zone;
        assert_int_equal(z->field[FIELD_LEN].range.lo, i);
        assert_int_equal(z->rows, 1);
    }
    store_reader_close(r);
    strtab_free(&t);
    return n;
}

/* ---- tests ---- */

static void each_block_has_one_after_any_commits(void **state)
{
    static const char *const sensor[] = {"a", "b", "c", "d", "e"};
    static struct feed_made f[FEEDS_SEEDS];
    uint64_t seed = 77, rows = 0;
    uint32_t most = 0;
    char *folder;
    struct store *s = stores_fresh(&folder);

    (void)state;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct feed_made *one = &f[random_below(&seed, FEEDS_SEEDS)];
        uint32_t id = (uint32_t)(one - f);
        *one =
            (struct feed_made){.seed = id,
                               .packets = one->packets,
                               .sensor = sensor[id % 5],
                               .start = STORES_START + id,
                               .step = 1000000,
                               .months = 2,
                               .every = 1 + (uint32_t)random_below(&seed, 9)};
        one->packets += 1 + (uint32_t)random_below(&seed, 40);
        if (random_below(&seed, 3) == 0)
            commits_left = 1 + (int)random_below(&seed, 12);
        (void)!feeds_ingest(s, one, &e);
        commits_left = 0;
        stores_ingest(s, one); /* takes back what was cut off */
        struct seen seen = fronts(s);
        assert_int_equal(seen.whole, 0);
        most = seen.n > most ? seen.n : most;
    }
    for (uint32_t i = 0; i < FEEDS_SEEDS; i++)
        rows += f[i].packets;
    assert_true(most >= 5);
    stores_assert_sound(s, rows);
    stores_finish(s, folder);
}

static void pieces_hold_many_blocks(void **state)
{
    char *folder;
    struct store *s = many_sensors(&folder, 200);

    (void)state;
    assert_int_equal(fronts(s).n, 200);
    assert_int_equal(fronts(s).whole, 0);
    assert_int_equal(blocks_read(s), 200);
    check_says(s, "");
    put_piece(s, 65, NULL);
    assert_int_equal(fronts(s).n, 200);
    assert_int_equal(fronts(s).whole, 64);
    assert_int_equal(blocks_read(s), 200);
    stores_finish(s, folder);
}

static void a_missing_piece_is_made_by_the_next_commit(void **state)
{
    char *folder;
    struct store *s = many_sensors(&folder, 20);

    (void)state;
    put_piece(s, 0, NULL);
    assert_int_equal(fronts(s).whole, 20);
    check_says(s, "");
    stores_ingest(s, &(struct feed_made){
                         .packets = 9, .sensor = "z", .start = STORES_START});
    assert_int_equal(fronts(s).n, 21);
    assert_int_equal(fronts(s).whole, 0);
    stores_finish(s, folder);
}

static void those_of_other_blocks_are_not_believed(void **state)
{
    struct buf old = {0};
    char *folder;
    struct store *s = stores_fresh(&folder);
    struct feed_made f = {.seed = 9,
                          .packets = 9,
                          .sensor = "z",
                          .start = STORES_START,
                          .step = 1000};
    static struct feeds_seen seen;

    (void)state;
    stores_ingest(s, &(struct feed_made){
                         .packets = 3, .sensor = "a", .start = STORES_START});
    /* An id is used twice: for a commit that is taken back, and then. */
    commits_left = 2;
    assert_false(feeds_ingest(s, &f, &e));
    commits_left = 0;
    get_piece(s, 0, &old);
    f.packets = 100;
    stores_ingest(s, &f);
    assert_int_equal(fronts(s).whole, 0);
    put_piece(s, 0, &old);
    assert_int_equal(fronts(s).whole, 2);
    stores_read(s, false, &seen);
    assert_int_equal(seen.rows, 103);
    check_says(s, "2026-09: the list of fronts disagrees with block 2\n");
    buf_free(&old);
    stores_finish(s, folder);
}

static void damaged_ones_are_named_and_not_used(void **state)
{
    char *folder;
    struct store *s = many_sensors(&folder, 5);
    struct buf piece = {0};

    (void)state;
    get_piece(s, 0, &piece);
    for (size_t at = 0; at < piece.len; at += 97) {
        piece.data[at] ^= 4;
        put_piece(s, 0, &piece);
        assert_int_equal(fronts(s).whole, 5);
        assert_int_equal(blocks_read(s), 5);
        check_says(s, "2026-09: the list of fronts is damaged\n");
        piece.data[at] ^= 4;
    }
    for (size_t len = 0; len < piece.len; len += 61) {
        struct buf cut = {piece.data, len, len};
        put_piece(s, 0, &cut);
        assert_int_equal(fronts(s).whole, 5);
    }
    buf_free(&piece);
    stores_finish(s, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_has_one_after_any_commits),
        cmocka_unit_test(pieces_hold_many_blocks),
        cmocka_unit_test(a_missing_piece_is_made_by_the_next_commit),
        cmocka_unit_test(those_of_other_blocks_are_not_believed),
        cmocka_unit_test(damaged_ones_are_named_and_not_used),
    };
    return cmocka_run_group_tests_name("fronts", tests, NULL, NULL);
}
