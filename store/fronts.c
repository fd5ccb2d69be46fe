/* fronts.c - fronts of blocks in pieces, so that a commit writes no more than
 * what it changed. */
#include "store/fronts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/catalogue.h"
#include "store/sealed.h"

enum { KEY_LEN = 13, PIECE = 64, SUM_BYTES = 8, LAYOUT = 1 };

static const char prefix[5] = "front";
static const uint8_t magic[8] = {'T', 'R', 'A', 'W', 'L', 'F', 'R', 'T'};

static struct kv_bytes key_of(uint8_t out[KEY_LEN], uint64_t id)
{
    memcpy(out, prefix, sizeof prefix);
    catalogue_key(out + sizeof prefix, id);
    return (struct kv_bytes){out, KEY_LEN};
}

static bool is_piece(struct kv_bytes key)
{
    return key.data && key.len == KEY_LEN &&
           memcmp(key.data, prefix, sizeof prefix) == 0;
}

static uint64_t id_of(struct kv_bytes key)
{
    return catalogue_key_id((struct kv_bytes){key.data + sizeof prefix, 8});
}

/* Calls fn for each piece, as it lies there. */
static bool each_piece(struct kv_txn *t,
                       bool (*fn)(void *ctx, struct kv_bytes key,
                                  struct kv_bytes v),
                       void *ctx, struct err *e)
{
    uint8_t from[KEY_LEN];
    struct kv_bytes key = key_of(from, 0), v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_META, e);

    if (!c)
        return false;
    bool good = kv_cursor_step(c, KV_FROM, &key, &v, e);
    while (good && is_piece(key) && fn(ctx, key, v))
        good = kv_cursor_step(c, KV_NEXT, &key, &v, e);
    kv_cursor_close(c);
    return good;
}

/* ---- reading ---- */

struct front {
    uint64_t id;
    struct kv_bytes bytes;
};

struct list {
    struct front *front; /* by id */
    uint32_t n;
    bool damaged; /* not all of them could be read */
};

static void add_front(struct list *l, uint64_t id, struct kv_bytes bytes)
{
    l->front = memory_grow(l->front, l->n, sizeof *l->front);
    l->front[l->n++] = (struct front){id, bytes};
}

static bool add_fronts(struct list *l, struct cursor *c)
{
    uint64_t last = l->n ? l->front[l->n - 1].id : 0;

    for (uint32_t n = cursor_u32(c); n > 0 && !c->bad; n--) {
        uint64_t id = cursor_u64(c);
        size_t len = cursor_u16(c);
        const uint8_t *bytes = cursor_take(c, len);
        if (!bytes || id <= last || len < BLOCK_ZONES || len > BLOCK_DIRECTORY)
            return false;
        add_front(l, last = id, (struct kv_bytes){bytes, len});
    }
    return !c->bad && c->at == c->end;
}

static bool read_piece(struct list *l, struct kv_bytes key, struct kv_bytes v)
{
    size_t len = v.len - SUM_BYTES;
    struct cursor end = {v.data + len, v.data + v.len, false};
    struct cursor c = {v.data, v.data + len, false};

    if (v.len < SUM_BYTES || !sealed_good(&end, key, v))
        return false;
    const uint8_t *name = cursor_take(&c, sizeof magic);
    return name && memcmp(name, magic, sizeof magic) == 0 &&
           cursor_u32(&c) == LAYOUT && add_fronts(l, &c);
}

static bool will_need(void *ctx, struct kv_bytes key, struct kv_bytes v)
{
    (void)ctx;
    (void)key;
    kv_will_need(v.data, v.len);
    return true;
}

static bool take_piece(void *ctx, struct kv_bytes key, struct kv_bytes v)
{
    struct list *l = ctx;
    uint32_t before = l->n;

    if (!read_piece(l, key, v)) {
        l->n = before;
        l->damaged = true;
    }
    return true;
}

static bool load(struct kv_txn *t, struct list *l, struct err *e)
{
    return each_piece(t, will_need, NULL, e) && each_piece(t, take_piece, l, e);
}

/* The next blocks of the table, beside the list. */
struct pairing {
    const struct list *l;
    uint32_t at;
};

static struct fronts_block pair(struct pairing *p, struct kv_bytes key,
                                struct kv_bytes v)
{
    uint64_t id = catalogue_key_id(key);

    while (p->at < p->l->n && p->l->front[p->at].id < id)
        p->at++;
    bool known = p->at < p->l->n && p->l->front[p->at].id == id;
    return (struct fronts_block){id, v.len,
                                 known ? p->l->front[p->at].bytes : v, !known};
}

typedef bool visitor(void *ctx, const struct fronts_block *b, struct err *e);

/* Calls fn, if given, and sums up what was seen. */
static bool visit_all(struct kv_txn *t, const struct list *l, visitor *fn,
                      void *ctx, struct err *e)
{
    struct kv_bytes key, v;
    struct sealed_sum sum = {0};
    struct pairing p = {l, 0};
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);
    bool good = c && kv_cursor_step(c, KV_FIRST, &key, &v, e);

    while (good && key.data) {
        struct fronts_block b = pair(&p, key, v);
        sealed_see(&sum, key, b.front);
        good =
            (!fn || fn(ctx, &b, e)) && kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good && sealed_all(t, ENVS_BLOCKS, &sum, e);
}

/* A program that knew nothing of fronts may have changed the blocks. */
static bool agrees(struct kv_txn *t, const struct list *l)
{
    struct err ignored = {0};
    bool kept = false;

    return sealed_kept(t, ENVS_BLOCKS, &kept, &ignored) && kept &&
           visit_all(t, l, NULL, NULL, &ignored);
}

bool fronts_each(struct kv_txn *t, visitor *fn, void *ctx, struct err *e)
{
    struct list l = {0};
    bool good = load(t, &l, e);

    if (l.n > 0 && !agrees(t, &l))
        l.n = 0;
    good = good && visit_all(t, &l, fn, ctx, e);
    free(l.front);
    return good;
}

static bool add_bytes(void *ctx, struct kv_bytes key, struct kv_bytes v)
{
    uint64_t *bytes = ctx;

    (void)key;
    *bytes += v.len;
    return true;
}

bool fronts_bytes(struct kv_txn *t, uint64_t *bytes, struct err *e)
{
    *bytes = 0;
    return each_piece(t, add_bytes, bytes, e);
}

/* ---- writing ---- */

/* Where the piece begins that holds, or would hold, a block. */
struct place {
    uint64_t want, from;
};

static bool find_place(void *ctx, struct kv_bytes key, struct kv_bytes v)
{
    struct place *p = ctx;

    (void)v;
    if (id_of(key) > p->want)
        return false;
    p->from = id_of(key);
    return true;
}

struct first {
    uint64_t from;
    uint8_t key[KEY_LEN];
    bool found;
};

static bool find_first(void *ctx, struct kv_bytes key, struct kv_bytes v)
{
    struct first *f = ctx;

    (void)v;
    f->found = id_of(key) >= f->from;
    if (f->found)
        memcpy(f->key, key.data, KEY_LEN);
    return !f->found;
}

static bool delete_from(struct kv_txn *t, uint64_t from, struct err *e)
{
    struct first f = {.from = from};

    while (each_piece(t, find_first, &f, e)) {
        if (!f.found)
            return true;
        if (!kv_del(t, ENVS_META, (struct kv_bytes){f.key, KEY_LEN}, e))
            return false;
        f.found = false;
    }
    return false;
}

/* A damaged header is left where it is, for whoever needs the block to meet. */
static bool put_front(struct buf *b, uint64_t id, struct kv_bytes v)
{
    size_t len = block_front_len(v.data, v.len);

    if (len == 0 || !block_head_verify(v.data, v.len))
        return false;
    buf_u64(b, id);
    buf_u16(b, (uint16_t)len);
    buf_put(b, v.data, len);
    return true;
}

/* Gathers a piece of blocks from *from on and moves it behind them. */
static bool gather(struct kv_txn *t, uint64_t *from, struct buf *b, uint32_t *n,
                   struct err *e)
{
    uint8_t id[8];
    struct kv_bytes key = {id, sizeof id}, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);

    *n = 0;
    catalogue_key(id, *from);
    bool good = c && kv_cursor_step(c, KV_FROM, &key, &v, e);
    while (good && key.data && *n < PIECE) {
        *from = catalogue_key_id(key) + 1;
        *n += put_front(b, *from - 1, v);
        good = kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good;
}

static bool put_piece(struct kv_txn *t, uint64_t from, uint32_t n,
                      const struct buf *fronts, struct err *e)
{
    uint8_t space[KEY_LEN];
    struct kv_bytes key = key_of(space, from);
    struct buf b = {0};

    buf_put(&b, magic, sizeof magic);
    buf_u32(&b, LAYOUT);
    buf_u32(&b, n);
    buf_put(&b, fronts->data, fronts->len);
    sealed_end(&b, key);
    bool good =
        kv_put(t, ENVS_META, key, (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

bool fronts_write(struct kv_txn *t, uint64_t from, struct err *e)
{
    struct place p = {from, 0};
    struct buf b = {0};
    uint32_t n = 0;
    bool good = each_piece(t, find_place, &p, e) && delete_from(t, p.from, e);

    for (uint64_t at = p.from, next = at; good; at = next) {
        b.len = 0;
        good = gather(t, &next, &b, &n, e);
        if (!good || n == 0)
            break;
        good = put_piece(t, at, n, &b, e);
    }
    buf_free(&b);
    return good;
}

uint64_t fronts_room(uint64_t blocks)
{
    return (blocks + UINT64_C(2) * PIECE) * BLOCK_DIRECTORY;
}

/* ---- checking ---- */

/* A block that is damaged itself is not their fault. */
static bool check_front(struct kv_txn *t, const struct front *f, bool *same,
                        struct err *e)
{
    struct kv_bytes v;

    if (!month_block_get(t, f->id, &v, e))
        return false;
    *same = !v.data || !block_head_verify(v.data, v.len) ||
            (f->bytes.len == block_front_len(v.data, v.len) &&
             memcmp(v.data, f->bytes.data, f->bytes.len) == 0);
    return true;
}

bool fronts_check(struct kv_txn *t, void (*wrong)(void *ctx, uint64_t block),
                  void *ctx, struct err *e)
{
    struct list l = {0};
    bool good = load(t, &l, e), same = true;

    if (good && l.damaged)
        wrong(ctx, 0);
    for (uint32_t i = 0; good && i < l.n; i++) {
        good = check_front(t, &l.front[i], &same, e);
        if (good && !same)
            wrong(ctx, l.front[i].id);
    }
    free(l.front);
    return good;
}
