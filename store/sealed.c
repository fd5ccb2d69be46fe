/* sealed.c - checksums of rows and of tables. */
#include "store/sealed.h"

#include "base/hash.h"
#include "store/envs.h"

enum { MARKED = 128, SUM_BYTES = 24 };

static uint64_t seal(struct kv_bytes key, const uint8_t *data, size_t len)
{
    return hash_bytes(data, len, hash_bytes(key.data, key.len, 0));
}

void sealed_end(struct buf *b, struct kv_bytes key)
{
    buf_u64(b, seal(key, b->data, b->len));
}

bool sealed_good(const struct cursor *c, struct kv_bytes key, struct kv_bytes v)
{
    struct cursor rest = *c;

    if (rest.bad || rest.at == rest.end)
        return !rest.bad;
    size_t len = (size_t)(rest.at - v.data);
    uint64_t sum = cursor_u64(&rest);
    return !rest.bad && rest.at == rest.end && sum == seal(key, v.data, len);
}

/* The header of a block holds its own checksum, and those of the streams. */
uint64_t sealed_mark(struct kv_bytes key, struct kv_bytes v)
{
    return seal(key, v.data, v.len < MARKED ? v.len : MARKED);
}

static struct kv_bytes sum_key(uint32_t db)
{
    static const char *const names[KV_DBS] = {"rows0", "rows1", "rows2"};

    return (struct kv_bytes){(const uint8_t *)names[db], 5};
}

/* *there false: the store does not keep it. */
static bool read_sum(struct kv_txn *t, uint32_t db, struct sealed_sum *s,
                     bool *there, struct err *e)
{
    struct kv_bytes v;

    *s = (struct sealed_sum){0};
    if (!kv_get(t, ENVS_META, sum_key(db), &v, e))
        return false;
    *there = v.data != NULL;
    if (!v.data)
        return true;
    struct cursor c = {v.data, v.data + v.len, false};
    s->rows = cursor_u64(&c);
    s->sum = cursor_u64(&c);
    return v.len == SUM_BYTES && sealed_good(&c, sum_key(db), v)
               ? true
               : err_set(e, ERR_STORE, "the count of its rows is damaged");
}

static bool is_empty(struct kv_txn *t, uint32_t db, bool *empty, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *c = kv_cursor_open(t, db, e);
    bool good = c && kv_cursor_step(c, KV_FIRST, &key, &v, e);

    *empty = good && !key.data;
    kv_cursor_close(c);
    return good;
}

static bool write_sum(struct kv_txn *t, uint32_t db, const struct sealed_sum *s,
                      struct err *e)
{
    struct buf b = {0};

    buf_u64(&b, s->rows);
    buf_u64(&b, s->sum);
    sealed_end(&b, sum_key(db));
    bool good = kv_put(t, ENVS_META, sum_key(db),
                       (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

bool sealed_change(struct kv_txn *t, uint32_t db, struct kv_bytes key,
                   const struct kv_bytes *v, struct err *e)
{
    struct sealed_sum s;
    struct kv_bytes old;
    bool kept = false;

    if (!read_sum(t, db, &s, &kept, e) ||
        (!kept && !is_empty(t, db, &kept, e)) || !kv_get(t, db, key, &old, e))
        return false;
    if (!kept)
        return true;
    if (old.data) {
        s.rows--;
        s.sum ^= sealed_mark(key, old);
    }
    if (v) {
        s.rows++;
        s.sum ^= sealed_mark(key, *v);
    }
    return write_sum(t, db, &s, e);
}

bool sealed_kept(struct kv_txn *t, uint32_t db, bool *kept, struct err *e)
{
    struct sealed_sum s;

    return read_sum(t, db, &s, kept, e);
}

void sealed_see(struct sealed_sum *s, struct kv_bytes key, struct kv_bytes v)
{
    s->rows++;
    s->sum ^= sealed_mark(key, v);
}

bool sealed_all(struct kv_txn *t, uint32_t db, const struct sealed_sum *s,
                struct err *e)
{
    struct sealed_sum kept;
    bool there;

    if (!read_sum(t, db, &kept, &there, e))
        return false;
    if (!there || (kept.rows == s->rows && kept.sum == s->sum))
        return true;
    return err_set(e, ERR_STORE,
                   "has other rows in a table than were written (%llu of %llu)",
                   (unsigned long long)s->rows, (unsigned long long)kept.rows);
}

bool sealed_begin(struct kv_txn *t, uint32_t db, struct err *e)
{
    struct kv_bytes key, v;
    struct sealed_sum sum = {0};
    bool kept = false;

    if (!sealed_kept(t, db, &kept, e) || kept)
        return kept;
    struct kv_cursor *c = kv_cursor_open(t, db, e);
    bool good = c && kv_cursor_step(c, KV_FIRST, &key, &v, e);
    while (good && key.data) {
        sealed_see(&sum, key, v);
        good = kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good && write_sum(t, db, &sum, e);
}
