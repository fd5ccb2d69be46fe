/* catalogue.c - rows of the catalogue between struct and bytes. */
#include "store/catalogue.h"

#include <string.h>

#include "store/sealed.h"

static const char key_format[] = "format", key_head[] = "head";

static struct kv_bytes text_key(const char *s)
{
    return (struct kv_bytes){(const uint8_t *)s, strlen(s)};
}

static struct cursor cursor_over(struct kv_bytes v)
{
    return (struct cursor){v.data, v.data + v.len, false};
}

void catalogue_key(uint8_t out[8], uint64_t id)
{
    for (int i = 7; i >= 0; i--, id >>= 8)
        out[i] = (uint8_t)id;
}

uint64_t catalogue_key_id(struct kv_bytes key)
{
    uint64_t id = 0;

    for (size_t i = 0; key.len >= 8 && i < 8; i++)
        id = id << 8 | key.data[i];
    return id;
}

void catalogue_put_text(struct buf *b, const char *s)
{
    size_t n = strnlen(s, 255);

    buf_u8(b, (uint8_t)n);
    buf_put(b, s, n);
}

void catalogue_take_text(struct cursor *c, char *out, size_t max)
{
    size_t n = cursor_u8(c);
    const uint8_t *p = cursor_take(c, n);

    if (p && n >= max)
        c->bad = true;
    if (!p || n >= max)
        n = 0;
    if (n)
        memcpy(out, p, n);
    out[n] = 0;
}

static bool read_format(struct kv_txn *t, uint32_t *format, struct err *e)
{
    struct kv_bytes v;

    if (!kv_get(t, ENVS_META, text_key(key_format), &v, e))
        return false;
    if (v.len != 4)
        return err_set(e, ERR_STORE, "the catalogue of the store is damaged");
    struct cursor c = cursor_over(v);
    *format = cursor_u32(&c);
    if (*format > store_format)
        return err_set(e, ERR_STORE,
                       "the store has format version %u, this program reads "
                       "up to version %u",
                       *format, store_format);
    return true;
}

bool catalogue_read(struct kv_txn *t, struct catalogue_head *h, struct err *e)
{
    struct kv_bytes v;

    if (!read_format(t, &h->format, e) ||
        !kv_get(t, ENVS_META, text_key(key_head), &v, e))
        return false;
    struct cursor c = cursor_over(v);
    const uint8_t *id = v.data ? cursor_take(&c, sizeof h->id) : NULL;
    if (id)
        memcpy(h->id, id, sizeof h->id);
    h->options.macs = cursor_u8(&c);
    h->options.tunnels_inner = cursor_u8(&c);
    h->sequence = cursor_u64(&c);
    h->next_id = cursor_u64(&c);
    if (!id || !sealed_good(&c, text_key(key_head), v))
        return err_set(e, ERR_STORE, "the catalogue of the store is damaged");
    return true;
}

bool catalogue_write(struct kv_txn *t, const struct catalogue_head *h,
                     struct err *e)
{
    struct buf format = {0}, head = {0};

    buf_u32(&format, h->format);
    buf_put(&head, h->id, sizeof h->id);
    buf_u8(&head, h->options.macs);
    buf_u8(&head, h->options.tunnels_inner);
    buf_u64(&head, h->sequence);
    buf_u64(&head, h->next_id);
    sealed_end(&head, text_key(key_head));
    bool good = kv_put(t, ENVS_META, text_key(key_format),
                       (struct kv_bytes){format.data, format.len}, false, e) &&
                kv_put(t, ENVS_META, text_key(key_head),
                       (struct kv_bytes){head.data, head.len}, false, e);
    buf_free(&format);
    buf_free(&head);
    return good;
}

/* ---- captures ---- */

static void put_digest(struct buf *b, struct digest d)
{
    buf_u64(b, d.lo);
    buf_u64(b, d.hi);
}

static struct digest take_digest(struct cursor *c)
{
    struct digest d;

    d.lo = cursor_u64(c);
    d.hi = cursor_u64(c);
    return d;
}

/* Bits of a capture's state. */
enum { STATE_CUT = 1, STATE_PARTIAL = 2 };

static uint8_t state_bits(const struct store_capture *c)
{
    return (uint8_t)((c->state == CAPTURE_CUT ? STATE_CUT : 0) |
                     (c->partial ? STATE_PARTIAL : 0));
}

static void capture_write(struct buf *b, const struct store_capture *c)
{
    put_digest(b, c->first);
    put_digest(b, c->digest);
    buf_u64(b, c->packets);
    buf_u64(b, c->kept);
    buf_u64(b, (uint64_t)c->first_time);
    buf_u64(b, (uint64_t)c->last_time);
    buf_u64(b, c->file_bytes);
    buf_u64(b, c->steps_back);
    buf_u8(b, state_bits(c));
    catalogue_put_text(b, c->sensor);
    catalogue_put_text(b, c->name);
}

static bool capture_read(struct kv_bytes key, struct kv_bytes v,
                         struct store_capture *c)
{
    struct cursor in = cursor_over(v);

    memset(c, 0, sizeof *c);
    c->id = catalogue_key_id(key);
    c->first = take_digest(&in);
    c->digest = take_digest(&in);
    c->packets = cursor_u64(&in);
    c->kept = cursor_u64(&in);
    c->first_time = (int64_t)cursor_u64(&in);
    c->last_time = (int64_t)cursor_u64(&in);
    c->file_bytes = cursor_u64(&in);
    c->steps_back = cursor_u64(&in);
    uint8_t bits = cursor_u8(&in);

    c->state = bits & STATE_CUT ? CAPTURE_CUT : CAPTURE_WHOLE;
    c->partial = bits & STATE_PARTIAL;
    catalogue_take_text(&in, c->sensor, sizeof c->sensor);
    catalogue_take_text(&in, c->name, sizeof c->name);
    return key.len == 8 && sealed_good(&in, key, v);
}

/* Digest in its byte order, then id: captures of one digest lie together. */
static void index_key(uint8_t out[24], struct digest first, uint64_t id)
{
    catalogue_key(out, first.hi);
    catalogue_key(out + 8, first.lo);
    catalogue_key(out + 16, id);
}

static bool put_row(struct kv_txn *t, uint32_t db, struct kv_bytes key,
                    struct kv_bytes v, struct err *e)
{
    return sealed_change(t, db, key, &v, e) && kv_put(t, db, key, v, false, e);
}

bool catalogue_put(struct kv_txn *t, const struct store_capture *c,
                   struct err *e)
{
    struct buf row = {0};
    uint8_t id[8], index[24];

    catalogue_key(id, c->id);
    index_key(index, c->first, c->id);
    capture_write(&row, c);
    sealed_end(&row, (struct kv_bytes){id, sizeof id});
    bool good = put_row(t, ENVS_CAPTURES, (struct kv_bytes){id, sizeof id},
                        (struct kv_bytes){row.data, row.len}, e) &&
                put_row(t, ENVS_INDEX, (struct kv_bytes){index, sizeof index},
                        (struct kv_bytes){index, 0}, e);
    buf_free(&row);
    return good;
}

struct visit {
    struct kv_txn *txn;
    const struct digest *first;
    bool (*fn)(void *ctx, const struct store_capture *c);
    void *ctx;
    bool more;
};

/* Of an index entry: the capture it points to; false ends the visit. */
static bool visit_index(struct visit *v, struct kv_bytes key, struct err *e)
{
    uint8_t want[24], id[8];
    struct store_capture c;
    struct kv_bytes row;

    index_key(want, *v->first, 0);
    v->more = key.len == 24 && memcmp(key.data, want, 16) == 0;
    if (!v->more)
        return true;
    memcpy(id, key.data + 16, 8);
    struct kv_bytes by_id = {id, 8};
    if (!kv_get(v->txn, ENVS_CAPTURES, by_id, &row, e))
        return false;
    if (!row.data || !capture_read(by_id, row, &c))
        return err_set(e, ERR_STORE, "a capture of the catalogue is damaged");
    v->more = v->fn(v->ctx, &c);
    return true;
}

static bool visit_row(struct visit *v, struct kv_bytes key, struct kv_bytes row,
                      struct err *e)
{
    struct store_capture c;

    if (v->first)
        return visit_index(v, key, e);
    if (!capture_read(key, row, &c))
        return err_set(e, ERR_STORE, "a capture of the catalogue is damaged");
    v->more = v->fn(v->ctx, &c);
    return true;
}

bool catalogue_each(struct kv_txn *t, const struct digest *first,
                    bool (*fn)(void *ctx, const struct store_capture *c),
                    void *ctx, struct err *e)
{
    struct visit v = {t, first, fn, ctx, true};
    uint8_t from[24];
    struct kv_bytes key = {from, sizeof from}, row;
    struct kv_cursor *c =
        kv_cursor_open(t, first ? ENVS_INDEX : ENVS_CAPTURES, e);

    if (!c)
        return false;
    if (first)
        index_key(from, *first, 0);
    struct sealed_sum sum = {0};
    bool good = kv_cursor_step(c, first ? KV_FROM : KV_FIRST, &key, &row, e);
    while (good && key.data) {
        sealed_see(&sum, key, row);
        good = visit_row(&v, key, row, e);
        if (!good || !v.more)
            break;
        good = kv_cursor_step(c, KV_NEXT, &key, &row, e);
    }
    kv_cursor_close(c);
    return good && (first || !v.more || sealed_all(t, ENVS_CAPTURES, &sum, e));
}

bool catalogue_index_whole(struct kv_txn *t, struct err *e)
{
    struct kv_bytes key, row;
    struct sealed_sum sum = {0};
    struct kv_cursor *c = kv_cursor_open(t, ENVS_INDEX, e);
    bool good = c && kv_cursor_step(c, KV_FIRST, &key, &row, e);

    while (good && key.data) {
        sealed_see(&sum, key, row);
        good = kv_cursor_step(c, KV_NEXT, &key, &row, e);
    }
    kv_cursor_close(c);
    return good && sealed_all(t, ENVS_INDEX, &sum, e);
}
