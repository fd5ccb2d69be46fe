/* month.c - rows of a month between struct and bytes, and taking back a commit
 * that never reached the catalogue. */
#include "store/month.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "store/catalogue.h"
#include "store/fronts.h"
#include "store/sealed.h"

static const char key_head[] = "head";

static bool damaged(struct err *e, const char *what)
{
    return err_set(e, ERR_STORE, "%s is damaged", what);
}

static struct cursor cursor_over(struct kv_bytes v)
{
    return (struct cursor){v.data, v.data + v.len, false};
}

static struct kv_bytes head_key(void)
{
    return (struct kv_bytes){(const uint8_t *)key_head, sizeof key_head - 1};
}

bool month_head_read(struct kv_txn *t, struct month_head *h, struct err *e)
{
    struct kv_bytes v;

    *h = (struct month_head){0};
    if (!kv_get(t, ENVS_META, head_key(), &v, e))
        return false;
    if (!v.data)
        return true;
    struct cursor c = cursor_over(v);
    h->format = cursor_u32(&c);
    if (h->format > store_format)
        return err_set(e, ERR_STORE,
                       "has format version %u, this program reads up to "
                       "version %u",
                       h->format, store_format);
    h->sequence = cursor_u64(&c);
    h->previous = cursor_u64(&c);
    h->purged = cursor_u64(&c);
    uint32_t n = cursor_u32(&c);
    if (c.bad || n > (size_t)(c.end - c.at) / 16)
        return damaged(e, "the head");
    h->dead = memory_zeroed(n + 1, sizeof *h->dead);
    for (h->dead_n = 0; h->dead_n < n; h->dead_n++) {
        h->dead[h->dead_n].id = cursor_u64(&c);
        h->dead[h->dead_n].sequence = cursor_u64(&c);
    }
    return sealed_good(&c, head_key(), v) ? true : damaged(e, "the head");
}

bool month_head_write(struct kv_txn *t, const struct month_head *h,
                      struct err *e)
{
    struct buf b = {0};

    buf_u32(&b, store_format);
    buf_u64(&b, h->sequence);
    buf_u64(&b, h->previous);
    buf_u64(&b, h->purged);
    buf_u32(&b, h->dead_n);
    for (uint32_t i = 0; i < h->dead_n; i++) {
        buf_u64(&b, h->dead[i].id);
        buf_u64(&b, h->dead[i].sequence);
    }
    sealed_end(&b, head_key());
    bool good = kv_put(t, ENVS_META, head_key(),
                       (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

void month_head_free(struct month_head *h)
{
    free(h->dead);
    *h = (struct month_head){0};
}

/* ---- ledger ---- */

static void put_count(struct buf *b, const struct month_count *c)
{
    buf_u64(b, c->next);
    buf_u64(b, c->kept);
    buf_u64(b, (uint64_t)c->first_time);
    buf_u64(b, (uint64_t)c->last_time);
}

static void take_count(struct cursor *c, struct month_count *out)
{
    out->next = cursor_u64(c);
    out->kept = cursor_u64(c);
    out->first_time = (int64_t)cursor_u64(c);
    out->last_time = (int64_t)cursor_u64(c);
}

static bool row_decode(uint64_t capture, struct kv_bytes v, struct month_row *r)
{
    struct cursor c = cursor_over(v);

    memset(r, 0, sizeof *r);
    r->capture = capture;
    r->sequence = cursor_u64(&c);
    r->has_before = cursor_u8(&c);
    take_count(&c, &r->now);
    take_count(&c, &r->before);
    r->first.lo = cursor_u64(&c);
    r->first.hi = cursor_u64(&c);
    catalogue_take_text(&c, r->sensor, sizeof r->sensor);
    catalogue_take_text(&c, r->name, sizeof r->name);
    uint8_t key[8];
    catalogue_key(key, capture);
    return sealed_good(&c, (struct kv_bytes){key, 8}, v);
}

bool month_row_read(struct kv_txn *t, uint64_t capture, struct month_row *r,
                    bool *found, struct err *e)
{
    uint8_t key[8];
    struct kv_bytes v;

    catalogue_key(key, capture);
    memset(r, 0, sizeof *r);
    if (!kv_get(t, ENVS_LEDGER, (struct kv_bytes){key, 8}, &v, e))
        return false;
    *found = v.data != NULL;
    if (v.data && !row_decode(capture, v, r))
        return damaged(e, "a row of the ledger");
    return true;
}

bool month_row_write(struct kv_txn *t, const struct month_row *r, struct err *e)
{
    uint8_t key[8];
    struct buf b = {0};

    catalogue_key(key, r->capture);
    buf_u64(&b, r->sequence);
    buf_u8(&b, r->has_before);
    put_count(&b, &r->now);
    put_count(&b, &r->before);
    buf_u64(&b, r->first.lo);
    buf_u64(&b, r->first.hi);
    catalogue_put_text(&b, r->sensor);
    catalogue_put_text(&b, r->name);
    sealed_end(&b, (struct kv_bytes){key, 8});
    struct kv_bytes row = {b.data, b.len};
    bool good =
        sealed_change(t, ENVS_LEDGER, (struct kv_bytes){key, 8}, &row, e) &&
        kv_put(t, ENVS_LEDGER, (struct kv_bytes){key, 8}, row, false, e);
    buf_free(&b);
    return good;
}

bool month_rows_each(struct kv_txn *t,
                     bool (*fn)(void *ctx, const struct month_row *r,
                                struct err *e),
                     void *ctx, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_LEDGER, e);
    struct sealed_sum sum = {0};
    struct month_row r;

    if (!c)
        return false;
    bool good = kv_cursor_step(c, KV_FIRST, &key, &v, e);
    while (good && key.data) {
        sealed_see(&sum, key, v);
        good = row_decode(catalogue_key_id(key), v, &r)
                   ? fn(ctx, &r, e)
                   : damaged(e, "a row of the ledger");
        good = good && kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good && sealed_all(t, ENVS_LEDGER, &sum, e);
}

/* ---- blocks ---- */

bool month_next_id(struct kv_txn *t, uint64_t *id, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);

    if (!c)
        return false;
    bool good = kv_cursor_step(c, KV_LAST, &key, &v, e);
    *id = good && key.data ? catalogue_key_id(key) + 1 : 1;
    kv_cursor_close(c);
    return good;
}

bool month_block_get(struct kv_txn *t, uint64_t id, struct kv_bytes *v,
                     struct err *e)
{
    uint8_t key[8];

    catalogue_key(key, id);
    return kv_get(t, ENVS_BLOCKS, (struct kv_bytes){key, 8}, v, e);
}

static bool block_put(struct kv_txn *t, uint64_t id, struct kv_bytes v,
                      bool last, struct err *e)
{
    uint8_t key[8];

    catalogue_key(key, id);
    struct kv_bytes k = {key, 8};
    return sealed_change(t, ENVS_BLOCKS, k, &v, e) &&
           kv_put(t, ENVS_BLOCKS, k, v, last, e);
}

bool month_block_put(struct kv_txn *t, uint64_t id, struct kv_bytes v,
                     struct err *e)
{
    return block_put(t, id, v, true, e);
}

bool month_block_replace(struct kv_txn *t, uint64_t id, struct kv_bytes v,
                         struct err *e)
{
    return block_put(t, id, v, false, e);
}

bool month_block_from(struct kv_txn *t, uint64_t *id, struct kv_bytes *v,
                      struct err *e)
{
    uint8_t from[8];
    struct kv_bytes key = {from, 8};
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);

    catalogue_key(from, *id);
    bool good = c && kv_cursor_step(c, KV_FROM, &key, v, e);
    if (good && key.data)
        *id = catalogue_key_id(key);
    kv_cursor_close(c);
    return good;
}

static bool block_del(struct kv_txn *t, uint64_t id, struct err *e)
{
    uint8_t key[8];

    catalogue_key(key, id);
    struct kv_bytes k = {key, 8};
    return sealed_change(t, ENVS_BLOCKS, k, NULL, e) &&
           kv_del(t, ENVS_BLOCKS, k, e);
}

bool month_blocks_each(struct kv_txn *t,
                       bool (*fn)(void *ctx, uint64_t id, struct kv_bytes v,
                                  struct err *e),
                       void *ctx, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);

    if (!c)
        return false;
    struct sealed_sum sum = {0};
    bool good = kv_cursor_step(c, KV_FIRST, &key, &v, e);
    while (good && key.data) {
        sealed_see(&sum, key, v);
        good = fn(ctx, catalogue_key_id(key), v, e) &&
               kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good && sealed_all(t, ENVS_BLOCKS, &sum, e);
}

bool month_tail(struct kv_txn *t, const char *sensor, uint64_t *id,
                uint32_t *rows, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);
    struct block_head h;
    bool found = false;

    *id = 0;
    *rows = 0;
    if (!c)
        return false;
    bool good = kv_cursor_step(c, KV_LAST, &key, &v, e);
    while (good && key.data && !found) {
        good = block_head_read(v.data, v.len, &h, e);
        if (!good)
            err_context(e, "block %llu",
                        (unsigned long long)catalogue_key_id(key));
        found = good && strcmp(h.sensor, sensor) == 0;
        if (found && h.rows < BLOCK_ROWS) {
            *id = catalogue_key_id(key);
            *rows = h.rows;
        }
        if (good && !found)
            good = kv_cursor_step(c, KV_PREV, &key, &v, e);
    }
    kv_cursor_close(c);
    return good;
}

bool month_purge(struct kv_txn *t, struct month_head *h, uint64_t sequence,
                 uint64_t *least, struct err *e)
{
    uint32_t kept = 0;

    *least = UINT64_MAX;
    for (uint32_t i = 0; i < h->dead_n; i++) {
        struct month_dead d = h->dead[i];
        if (d.sequence > sequence) {
            h->dead[kept++] = d;
            continue;
        }
        if (!block_del(t, d.id, e))
            return false;
        *least = d.id < *least ? d.id : *least;
        if (d.sequence > h->purged)
            h->purged = d.sequence;
    }
    h->dead_n = kept;
    return true;
}

/* ---- taking back ---- */

struct undo {
    struct kv_txn *txn;
    uint64_t sequence;
    struct buf ids;  /* u64 each: blocks to delete */
    struct buf rows; /* struct month_row each: ledger rows to restore */
};

static bool undo_block(void *ctx, uint64_t id, struct kv_bytes v, struct err *e)
{
    struct undo *u = ctx;
    struct block_head h;

    if (!block_head_read(v.data, v.len, &h, e))
        return err_context(e, "block %llu", (unsigned long long)id);
    if (h.sequence > u->sequence)
        buf_put(&u->ids, &id, sizeof id);
    return true;
}

static bool undo_row(void *ctx, const struct month_row *r, struct err *e)
{
    struct undo *u = ctx;

    (void)e;
    if (r->sequence > u->sequence)
        buf_put(&u->rows, r, sizeof *r);
    return true;
}

static bool restore_rows(struct undo *u, struct err *e)
{
    uint8_t key[8];
    struct month_row r;

    for (size_t i = 0; i < u->rows.len; i += sizeof r) {
        memcpy(&r, u->rows.data + i, sizeof r);
        bool had = r.has_before;
        r.now = r.before;
        r.before = (struct month_count){0};
        r.has_before = false;
        r.sequence = 0; /* committed long ago */
        catalogue_key(key, r.capture);
        struct kv_bytes k = {key, 8};
        if (had ? !month_row_write(u->txn, &r, e)
                : !sealed_change(u->txn, ENVS_LEDGER, k, NULL, e) ||
                      !kv_del(u->txn, ENVS_LEDGER, k, e))
            return false;
    }
    return true;
}

static bool delete_blocks(struct undo *u, struct err *e)
{
    uint64_t id, least = UINT64_MAX;

    for (size_t i = 0; i < u->ids.len; i += sizeof id) {
        memcpy(&id, u->ids.data + i, sizeof id);
        if (!block_del(u->txn, id, e))
            return false;
        least = id < least ? id : least;
    }
    return u->ids.len == 0 || fronts_write(u->txn, least, e);
}

static bool undo_all(struct undo *u, struct month_head *h, struct err *e)
{
    uint32_t kept = 0;

    if (!month_blocks_each(u->txn, undo_block, u, e) ||
        !month_rows_each(u->txn, undo_row, u, e) || !delete_blocks(u, e))
        return false;
    for (uint32_t i = 0; i < h->dead_n; i++)
        if (h->dead[i].sequence <= u->sequence)
            h->dead[kept++] = h->dead[i];
    h->dead_n = kept;
    h->sequence = h->previous;
    return restore_rows(u, e) && month_head_write(u->txn, h, e);
}

/* Is the month ahead of the catalogue? */
static bool is_ahead(struct kv *k, uint64_t sequence, bool *ahead,
                     struct err *e)
{
    struct month_head h;
    struct kv_txn *t = kv_begin(k, false, e);

    if (!t)
        return false;
    bool good = month_head_read(t, &h, e);
    *ahead = good && h.sequence > sequence;
    month_head_free(&h);
    kv_abort(t);
    return good;
}

bool month_roll_back(struct kv *k, uint64_t sequence, struct err *e)
{
    struct undo u = {.sequence = sequence};
    struct month_head h = {0};
    bool ahead;

    if (!is_ahead(k, sequence, &ahead, e))
        return false;
    if (!ahead)
        return true;
    if (!kv_room(k, fronts_room(0), e) || !(u.txn = kv_begin(k, true, e)))
        return false;
    bool good = month_head_read(u.txn, &h, e) && undo_all(&u, &h, e);
    if (good)
        good = kv_commit(u.txn, e);
    else
        kv_abort(u.txn);
    month_head_free(&h);
    buf_free(&u.ids);
    buf_free(&u.rows);
    return good;
}
