/* old.c - stores of format 1, made from those of today. */
#include "tests/old.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/fronts.h"
#include "store/index.h"
#include "store/sealed.h"
#include "tests/test.h"

static struct err e;

/* ---- blocks ---- */

static void stamp(uint8_t *page)
{
    page[8] = 1;
    memset(page + 120, 0, 8);
    uint64_t sum = hash_bytes(page, BLOCK_HEADER, 0);
    for (uint32_t i = 0; i < 8; i++)
        page[120 + i] = (uint8_t)(sum >> (8 * i));
}

static void encode_old(struct kv_bytes v, struct buf *out)
{
    struct block *b = block_open(v.data, v.len, NULL, &e);
    struct block_encoder *c = block_encoder_new();

    assert_non_null(b);
    const struct block_head *h = block_head_of(b);
    struct block_row *rows = calloc(h->rows, sizeof *rows);
    const struct block_row **order = calloc(h->rows, sizeof(void *));
    assert_true(rows && order && block_unpack(b, rows, &e));
    for (uint32_t i = 0; i < h->rows; i++)
        order[i] = &rows[i];
    block_encode_plain(c, order, h->rows, h, out);
    stamp(out->data);
    free(rows);
    free(order);
    block_encoder_free(c);
    block_close(b);
}

static void make_blocks(struct kv_txn *t)
{
    struct buf out = {0};
    struct kv_bytes v;

    for (uint64_t id = 1;; id++) {
        assert_true(month_block_from(t, &id, &v, &e));
        if (!v.data)
            break;
        encode_old(v, &out);
        assert_true(month_block_replace(
            t, id, (struct kv_bytes){out.data, out.len}, &e));
    }
    buf_free(&out);
}

/* ---- the rest of a month ---- */

/* Takes out of `meta` what begins so. */
static void drop_keys(struct kv_txn *t, const char *prefix)
{
    size_t len = strlen(prefix);
    uint8_t at[64];

    for (;;) {
        struct kv_bytes key = {(const uint8_t *)prefix, len}, v;
        struct kv_cursor *c = kv_cursor_open(t, ENVS_META, &e);
        assert_true(kv_cursor_step(c, KV_FROM, &key, &v, &e));
        bool more = key.data && key.len >= len && key.len <= sizeof at &&
                    memcmp(key.data, prefix, len) == 0;
        if (more)
            memcpy(at, key.data, key.len);
        size_t n = key.len;
        kv_cursor_close(c);
        if (!more)
            return;
        assert_true(kv_del(t, ENVS_META, (struct kv_bytes){at, n}, &e));
    }
}

static uint32_t format_of(struct kv_txn *t)
{
    struct month_head h;

    assert_true(month_head_read(t, &h, &e));
    uint32_t format = h.format;
    month_head_free(&h);
    return format;
}

static void set_format(struct kv_txn *t)
{
    static const uint8_t head[] = {'h', 'e', 'a', 'd'};
    struct kv_bytes key = {head, sizeof head}, v;
    struct buf b = {0};

    assert_true(kv_get(t, ENVS_META, key, &v, &e));
    buf_put(&b, v.data, v.len - 8);
    b.data[0] = 1;
    sealed_end(&b, key);
    assert_true(
        kv_put(t, ENVS_META, key, (struct kv_bytes){b.data, b.len}, false, &e));
    buf_free(&b);
}

static void each_month(struct store *s, bool write,
                       void (*fn)(struct kv_txn *t, void *ctx), void *ctx)
{
    uint32_t *month, n;

    assert_true(envs_list(&s->envs, &month, &n, &e));
    for (uint32_t i = 0; i < n; i++) {
        struct kv *k = envs_get(&s->envs, month[i], &e);
        struct kv_txn *t = kv_begin(k, write, &e);
        assert_non_null(t);
        fn(t, ctx);
        if (write)
            assert_true(kv_commit(t, &e));
        else
            kv_abort(t);
        envs_put(&s->envs, k);
    }
    free(month);
}

static void make_month(struct kv_txn *t, void *ctx)
{
    (void)ctx;
    make_blocks(t);
    drop_keys(t, "run");
    drop_keys(t, "front");
    drop_keys(t, "rows");
    set_format(t);
}

void old_make(struct store *s)
{
    struct catalogue_head h;

    assert_true(envs_set_write(&s->envs, &e));
    each_month(s, true, make_month, NULL);
    struct kv *k = envs_get(&s->envs, ENVS_CATALOGUE, &e);
    struct kv_txn *t = kv_begin(k, true, &e);
    assert_true(catalogue_read(t, &h, &e));
    h.format = 1;
    drop_keys(t, "rows");
    assert_true(catalogue_write(t, &h, &e));
    assert_true(kv_commit(t, &e));
    envs_put(&s->envs, k);
}

/* ---- counting ---- */

struct counting {
    struct kv_txn *txn;
    struct old_counts *n;
    uint64_t id, sum;
    bool spoken;
};

static bool count_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *x)
{
    struct counting *c = ctx;
    struct index_run run;

    (void)key;
    (void)x;
    assert_true(index_run_open(&run, v.data, v.len));
    for (uint32_t i = 0; i < run.blocks; i++) {
        struct index_run_block b = index_run_block(&run, i);
        c->spoken = c->spoken || (b.id == c->id && b.sum == c->sum);
    }
    return true;
}

static bool count_block(void *ctx, const struct fronts_block *b, struct err *x)
{
    struct counting *c = ctx;
    struct block_head h;

    assert_true(
        block_front_parse(b->front.data, b->front.len, b->bytes, &h, x));
    c->n->blocks++;
    c->n->old_blocks += h.version < BLOCK_VERSION;
    c->n->without_front += b->whole;
    c->id = b->id;
    c->sum = index_block_sum(b->front);
    c->spoken = false;
    assert_true(index_runs_each(c->txn, count_run, c, x));
    c->n->without_run += !c->spoken;
    return true;
}

static void count_month(struct kv_txn *t, void *ctx)
{
    static const uint8_t step[] = {'u', 'p', 'g', 'r', 'a', 'd', 'e'};
    struct counting c = {.txn = t, .n = ctx};
    struct kv_bytes v;

    assert_true(fronts_each(t, count_block, &c, &e));
    assert_true(
        kv_get(t, ENVS_META, (struct kv_bytes){step, sizeof step}, &v, &e));
    c.n->steps += v.data != NULL;
    c.n->old_heads += format_of(t) < store_format;
}

struct old_counts old_count(struct store *s)
{
    struct old_counts n = {0};
    struct catalogue_head h;

    each_month(s, false, count_month, &n);
    assert_true(inside_read_head(s, &h, &e));
    n.old_heads += h.format < store_format;
    return n;
}
