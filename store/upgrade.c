/* upgrade.c - a month block by block, some of them a transaction. */
#include "store/upgrade.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "store/fronts.h"
#include "store/sealed.h"
#include "store/writer.h"

/* Bytes of blocks in a transaction, about: what LMDB holds in memory. */
enum { STEP_BYTES = 8 << 20 };

static const char key_step[] = "upgrade";

struct upgrading {
    struct store_writer *w;
    const struct upgrade_how *how;
    struct upgrade_counts *n;
    struct block_encoder *encoder;
    struct block_row *rows, *again;
    const struct block_row **order;
    struct buf out;
    uint32_t month;
    struct kv *kv;
};

/* ---- how far a month has come ---- */

static struct kv_bytes step_key(void)
{
    return (struct kv_bytes){(const uint8_t *)key_step, sizeof key_step - 1};
}

/* The block to go on with; 0: no upgrade is under way. */
static bool step_read(struct kv_txn *t, uint64_t *from, struct err *e)
{
    struct kv_bytes v;

    *from = 0;
    if (!kv_get(t, ENVS_META, step_key(), &v, e) || !v.data)
        return e->code == ERR_NONE;
    struct cursor c = {v.data, v.data + v.len, false};
    *from = cursor_u64(&c);
    /* What is damaged is begun again. */
    if (c.bad || *from == 0 || !sealed_good(&c, step_key(), v))
        *from = 1;
    return true;
}

static bool step_write(struct kv_txn *t, uint64_t from, struct err *e)
{
    struct buf b = {0};

    buf_u64(&b, from);
    sealed_end(&b, step_key());
    bool good = kv_put(t, ENVS_META, step_key(),
                       (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

/* ---- does a month need it? ---- */

struct looking {
    uint64_t bytes;
    bool needed;
};

static bool look_at(void *ctx, const struct fronts_block *b, struct err *e)
{
    struct looking *l = ctx;
    struct block_head h;

    if (!block_front_parse(b->front.data, b->front.len, b->bytes, &h, e))
        return err_context(e, "block %llu", (unsigned long long)b->id);
    l->bytes += b->bytes;
    l->needed = l->needed || b->whole || h.version < BLOCK_VERSION;
    return true;
}

static bool look_through(struct kv_txn *t, struct looking *l, struct err *e)
{
    struct month_head h = {0};
    uint64_t step = 0;
    bool kept = false;
    bool good = month_head_read(t, &h, e) && step_read(t, &step, e) &&
                sealed_kept(t, ENVS_BLOCKS, &kept, e) &&
                fronts_each(t, look_at, l, e);

    l->needed = l->needed || step > 0 || !kept || h.format < store_format;
    month_head_free(&h);
    return good;
}

static bool look_month(struct upgrading *u, uint32_t month, bool *needed,
                       struct err *e)
{
    struct kv *k = envs_get(&u->w->s->envs, month, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    struct looking l = {0};
    bool good = t && look_through(t, &l, e);

    kv_abort(t);
    envs_put(&u->w->s->envs, k);
    *needed = l.needed;
    u->n->all += l.needed ? l.bytes : 0;
    return good ? true : writer_context(month, e);
}

/* ---- one block ---- */

static bool unpack(struct kv_bytes v, struct block_row *rows,
                   struct block_head *h, struct err *e)
{
    struct block *b = block_open(v.data, v.len, NULL, e);

    if (!b)
        return false;
    *h = *block_head_of(b);
    memset(rows, 0, h->rows * sizeof *rows);
    bool good = block_unpack(b, rows, e);
    block_close(b);
    return good;
}

/* What is written is read again before what was there goes. */
static bool encode_anew(struct upgrading *u, struct kv_bytes v, struct err *e)
{
    struct block_head h, now;

    if (!unpack(v, u->rows, &h, e))
        return false;
    for (uint32_t i = 0; i < h.rows; i++)
        u->order[i] = &u->rows[i];
    block_encode(u->encoder, u->order, h.rows, &h, &u->out);
    struct kv_bytes out = {u->out.data, u->out.len};
    if (!unpack(out, u->again, &now, e))
        return err_context(e, "encoded anew");
    if (now.rows != h.rows || now.sequence != h.sequence ||
        now.replaces != h.replaces || strcmp(now.sensor, h.sensor) != 0 ||
        memcmp(u->rows, u->again, h.rows * sizeof *u->rows) != 0)
        return err_set(e, ERR_STORE, "does not come out as it went in");
    u->n->blocks++;
    u->n->rows += h.rows;
    return true;
}

static bool do_block(struct upgrading *u, struct kv_txn *t, uint64_t id,
                     struct kv_bytes v, struct err *e)
{
    struct block_head h;
    bool good = block_head_read(v.data, v.len, &h, e);

    if (good && h.version < BLOCK_VERSION)
        good = encode_anew(u, v, e) &&
               month_block_replace(
                   t, id, (struct kv_bytes){u->out.data, u->out.len}, e);
    return good ? true : err_context(e, "block %llu", (unsigned long long)id);
}

/* ---- some blocks ---- */

/* Does blocks from *from on and moves it behind them; *more: some are left. */
static bool do_blocks(struct upgrading *u, struct kv_txn *t, uint64_t *from,
                      bool *more, struct err *e)
{
    uint64_t first = *from, id = first;
    struct kv_bytes v;

    *more = true;
    for (size_t bytes = 0; bytes < STEP_BYTES;) {
        if (!month_block_from(t, &id, &v, e))
            return false;
        *more = v.data != NULL;
        if (!*more)
            break;
        bytes += v.len;
        u->n->seen += v.len;
        if (!do_block(u, t, id, v, e))
            return false;
        *from = ++id;
    }
    return *from == first || index_again(t, first, *from - 1, e);
}

/* The first step of a month drops what no snapshot needs; the last makes the
 * fronts, of whichever no piece is believed until then. */
static bool do_step(struct upgrading *u, struct kv_txn *t, bool *more,
                    struct err *e)
{
    struct month_head h = {0};
    uint64_t from, least;
    bool good = step_read(t, &from, e) && month_head_read(t, &h, e);

    if (good && from == 0)
        good = month_purge(t, &h, u->w->head.sequence, &least, e) &&
               sealed_begin(t, ENVS_BLOCKS, e) &&
               sealed_begin(t, ENVS_LEDGER, e);
    from = from ? from : 1;
    good =
        good && do_blocks(u, t, &from, more, e) && month_head_write(t, &h, e);
    month_head_free(&h);
    if (!good || *more)
        return good && step_write(t, from, e);
    return fronts_write(t, 0, e) && kv_del(t, ENVS_META, step_key(), e);
}

static bool room(struct upgrading *u, struct err *e)
{
    struct kv_txn *t = kv_begin(u->kv, false, e);
    uint64_t blocks = 0;
    bool good = t && month_next_id(t, &blocks, e);

    kv_abort(t);
    return good && kv_room(u->kv,
                           2 * (uint64_t)STEP_BYTES + INDEX_BYTES_MAX +
                               fronts_room(blocks),
                           e);
}

static bool try_step(struct upgrading *u, bool *more, struct err *e)
{
    struct upgrade_counts before = *u->n;
    struct kv_txn *t = room(u, e) ? kv_begin(u->kv, true, e) : NULL;
    bool good = t && do_step(u, t, more, e);

    if (good)
        good = kv_commit(t, e);
    else
        kv_abort(t);
    if (!good)
        *u->n = before;
    return good;
}

/* ---- a month ---- */

static bool stopped(const struct upgrading *u, struct err *e)
{
    if (!u->how->stop || !*u->how->stop)
        return false;
    err_set(e, ERR_STOPPED, "interrupted");
    err_hint(e, "what is done stays done: `trawl upgrade` goes on from there");
    return true;
}

static void tell(const struct upgrading *u)
{
    char name[ENVS_NAME];

    envs_name(name, u->month);
    if (u->how->progress)
        u->how->progress(u->how->ctx, name, u->n);
}

static bool do_month(struct upgrading *u, struct err *e)
{
    bool more = true, good = true;

    while (good && more) {
        tell(u);
        good = !stopped(u, e) && try_step(u, &more, e);
        if (!good && kv_full(u->kv) && kv_grow(u->kv, e)) {
            *e = (struct err){0};
            good = more = true;
        }
    }
    u->n->months += good;
    return good;
}

static bool upgrade_month(struct upgrading *u, uint32_t month, struct err *e)
{
    bool needed;

    if (!look_month(u, month, &needed, e) || !needed)
        return e->code == ERR_NONE;
    u->month = month;
    u->kv = envs_get(&u->w->s->envs, month, e);
    bool good = u->kv && do_month(u, e);
    envs_put(&u->w->s->envs, u->kv);
    if (good)
        index_note(&u->w->written, month);
    return good || e->code == ERR_STOPPED ? good : writer_context(month, e);
}

/* ---- the whole ---- */

/* Only now: whoever is stopped before begins with the months again. */
static bool do_catalogue(struct upgrading *u, struct err *e)
{
    struct kv *k = envs_get(&u->w->s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t =
        k && kv_room(k, KV_PAGE, e) ? kv_begin(k, true, e) : NULL;

    u->w->head.format = store_format;
    bool good = t && sealed_begin(t, ENVS_CAPTURES, e) &&
                sealed_begin(t, ENVS_INDEX, e) &&
                catalogue_write(t, &u->w->head, e);
    if (good)
        good = kv_commit(t, e);
    else
        kv_abort(t);
    envs_put(&u->w->s->envs, k);
    return good;
}

static bool each_month(struct upgrading *u, const uint32_t *month, uint32_t n,
                       bool (*fn)(struct upgrading *u, uint32_t month,
                                  struct err *e),
                       struct err *e)
{
    bool good = true;

    for (uint32_t i = 0; i < n && good; i++)
        good = fn(u, month[i], e);
    return good;
}

static bool count_month(struct upgrading *u, uint32_t month, struct err *e)
{
    bool ignored;

    return look_month(u, month, &ignored, e);
}

static bool do_all(struct upgrading *u, struct err *e)
{
    uint32_t *month, n;

    if (!envs_list(&u->w->s->envs, &month, &n, e))
        return false;
    bool good = each_month(u, month, n, count_month, e);
    uint64_t all = u->n->all;
    good = good && each_month(u, month, n, upgrade_month, e);
    u->n->all = all;
    free(month);
    return good && (u->w->head.format == store_format || do_catalogue(u, e));
}

bool upgrade_run(struct store *s, const struct upgrade_how *how,
                 struct upgrade_counts *n, struct err *e)
{
    *n = (struct upgrade_counts){0};
    *e = (struct err){0};
    struct store_writer *w =
        store_writer_open(s, how->wait_ms, how->waiting, how->ctx, e);
    if (!w)
        return false;
    struct upgrading u = {
        .w = w,
        .how = how,
        .n = n,
        .encoder = block_encoder_new(),
        .rows = memory_zeroed(BLOCK_ROWS, sizeof *u.rows),
        .again = memory_zeroed(BLOCK_ROWS, sizeof *u.again),
        .order = memory_zeroed(BLOCK_ROWS, sizeof(struct block_row *))};
    bool good = do_all(&u, e);
    if (good)
        index_close(&s->envs, &w->written);
    n->bytes = store_bytes_on_disk(s);
    block_encoder_free(u.encoder);
    free(u.rows);
    free(u.again);
    free(u.order);
    buf_free(&u.out);
    store_writer_close(w);
    return good;
}
