/* index.c - runs of a month: added with the blocks of a commit, joined with
 * their neighbours, and joined to one when the month is closed. */
#include "store/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/catalogue.h"
#include "store/index_merge.h"

enum { KEY_LEN = 11 };

static const char prefix[3] = "run";

/* ---- the table ---- */

static struct kv_bytes key_of(uint8_t out[KEY_LEN], uint64_t key)
{
    memcpy(out, prefix, sizeof prefix);
    catalogue_key(out + sizeof prefix, key);
    return (struct kv_bytes){out, KEY_LEN};
}

static bool is_run(struct kv_bytes key)
{
    return key.data && key.len == KEY_LEN &&
           memcmp(key.data, prefix, sizeof prefix) == 0;
}

bool index_runs_each(struct kv_txn *t,
                     bool (*fn)(void *ctx, uint64_t key, struct kv_bytes v,
                                struct err *e),
                     void *ctx, struct err *e)
{
    uint8_t from[KEY_LEN];
    struct kv_bytes key = key_of(from, 0), v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_META, e);

    if (!c)
        return false;
    bool good = kv_cursor_step(c, KV_FROM, &key, &v, e);
    while (good && is_run(key)) {
        struct kv_bytes id = {key.data + sizeof prefix, 8};
        good = fn(ctx, catalogue_key_id(id), v, e) &&
               kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good;
}

/* ---- what is joined ---- */

/* A run of the month, or a block that has none yet. */
struct part {
    uint64_t key;
    size_t len;
    struct index_run run;
    struct index_run_block block; /* without a run */
    struct addr *addr;
    uint32_t addrs;
    uint32_t *slot;
};

struct parts {
    struct part *part;
    uint32_t n;
};

static struct part *add_part(struct parts *p)
{
    p->part = memory_grow(p->part, p->n, sizeof *p->part);
    struct part *part = &p->part[p->n++];
    *part = (struct part){0};
    return part;
}

static void free_parts(struct parts *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        free(p->part[i].addr);
        free(p->part[i].slot);
    }
    free(p->part);
    *p = (struct parts){0};
}

/* Damaged runs are left where they are, for the check to name. */
static bool add_run(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    struct index_run run;

    (void)e;
    if (!index_run_open(&run, v.data, v.len))
        return true;
    struct part *p = add_part(ctx);
    p->key = key;
    p->len = v.len;
    p->run = run;
    return true;
}

static uint32_t blocks_of(const struct part *p)
{
    return p->key ? p->run.blocks : 1;
}

/* Is the block still there that a run speaks of? */
static bool is_there(struct kv_txn *t, struct index_run_block b, bool *there,
                     struct err *e)
{
    struct kv_bytes v;

    if (!month_block_get(t, b.id, &v, e))
        return false;
    *there = v.data && index_block_sum(v) == b.sum;
    return true;
}

/* ---- joining ---- */

struct joining {
    struct kv_txn *txn;
    const struct parts *parts;
    uint32_t from, to; /* parts [from, to) */
    struct index_run_block *table;
    uint32_t blocks;
    struct buf out;
};

static struct index_run_block block_at(const struct part *p, uint32_t i)
{
    return p->key ? index_run_block(&p->run, i) : p->block;
}

/* Which blocks of the part are still there and below `*limit`, the least id of
 * those behind it? A commit that was taken back and made again may have left
 * a block as it was beside others that are new: the newer part has it. */
static bool mark_part(struct joining *j, struct part *p, uint64_t *limit,
                      struct err *e)
{
    uint32_t n = blocks_of(p);
    uint64_t least = *limit;

    free(p->slot);
    p->slot = memory_zeroed(n, sizeof *p->slot);
    for (uint32_t i = n; i > 0; i--) {
        struct index_run_block b = block_at(p, i - 1);
        bool there;
        if (!is_there(j->txn, b, &there, e))
            return false;
        there = there && b.id < least;
        p->slot[i - 1] = there ? 0 : INDEX_MERGE_NONE;
        least = there ? b.id : least;
    }
    *limit = least;
    return true;
}

/* Gives each of them a slot of the new run. */
static void number_part(struct joining *j, struct part *p)
{
    for (uint32_t i = 0; i < blocks_of(p); i++) {
        if (p->slot[i] == INDEX_MERGE_NONE)
            continue;
        p->slot[i] = j->blocks;
        j->table[j->blocks++] = block_at(p, i);
    }
}

static bool number_all(struct joining *j, struct err *e)
{
    uint64_t limit = UINT64_MAX;
    uint32_t n = 0;

    for (uint32_t i = j->to; i > j->from; i--) {
        n += blocks_of(&j->parts->part[i - 1]);
        if (!mark_part(j, &j->parts->part[i - 1], &limit, e))
            return false;
    }
    j->table = memory_zeroed(n, sizeof *j->table);
    for (uint32_t i = j->from; i < j->to; i++)
        number_part(j, &j->parts->part[i]);
    return true;
}

/* *sound false: a source is damaged. */
static void merge_all(struct joining *j, bool *sound)
{
    uint32_t n = j->to - j->from;
    struct index_merge_source *s = memory_zeroed(n, sizeof *s);

    for (uint32_t i = 0; i < n; i++) {
        const struct part *p = &j->parts->part[j->from + i];
        s[i] = (struct index_merge_source){p->key ? &p->run : NULL, p->addr,
                                           p->addrs, p->slot};
    }
    *sound = index_merge(s, n, j->table, j->blocks, &j->out);
    free(s);
}

static bool store_run(struct joining *j, struct err *e)
{
    uint8_t key[KEY_LEN];

    for (uint32_t i = j->from; i < j->to; i++) {
        const struct part *p = &j->parts->part[i];
        if (p->key && !kv_del(j->txn, ENVS_META, key_of(key, p->key), e))
            return false;
    }
    return j->blocks == 0 ||
           kv_put(j->txn, ENVS_META, key_of(key, j->table[0].id),
                  (struct kv_bytes){j->out.data, j->out.len}, false, e);
}

/* Puts one run in place of parts [from, to). */
static bool join_parts(struct kv_txn *t, const struct parts *p, uint32_t from,
                       uint32_t to, bool *sound, struct err *e)
{
    struct joining j = {.txn = t, .parts = p, .from = from, .to = to};
    bool good = number_all(&j, e);

    if (good)
        merge_all(&j, sound);
    good = good && (!*sound || store_run(&j, e));
    buf_free(&j.out);
    free(j.table);
    return good;
}

/* ---- adding ---- */

/* Blocks whose addresses cannot be read get no run. */
static bool add_block(struct parts *p, uint64_t id, struct kv_bytes v)
{
    struct err ignored = {0};
    struct part *part = add_part(p);

    part->block = (struct index_run_block){id, index_block_sum(v)};
    if (index_block_addrs(v, &part->addr, &part->addrs, &ignored))
        return true;
    p->n--;
    return false;
}

static bool add_blocks(struct kv_txn *t, struct parts *p, uint64_t first,
                       uint64_t last, struct err *e)
{
    uint8_t from[8];
    struct kv_bytes key = {from, 8}, v;
    struct kv_cursor *c = kv_cursor_open(t, ENVS_BLOCKS, e);

    if (!c)
        return false;
    catalogue_key(from, first);
    bool good = kv_cursor_step(c, KV_FROM, &key, &v, e);
    while (good && key.data && catalogue_key_id(key) <= last &&
           p->n < INDEX_RUN_BLOCKS) {
        add_block(p, catalogue_key_id(key), v);
        good = kv_cursor_step(c, KV_NEXT, &key, &v, e);
    }
    kv_cursor_close(c);
    return good;
}

/* The first of the `runs` parts that the parts behind them take in: like a
 * counter in base two, so that n commits leave about log2 n runs and each
 * address is written about log2 n times. */
static uint32_t first_joined(const struct parts *p, uint32_t runs)
{
    uint32_t at = runs, blocks = p->n - runs;
    size_t bytes = 0;

    while (at > 0 && p->part[at - 1].run.blocks <= blocks &&
           blocks + p->part[at - 1].run.blocks <= INDEX_RUN_BLOCKS &&
           bytes + p->part[at - 1].len <= INDEX_BYTES_MAX) {
        at--;
        blocks += p->part[at].run.blocks;
        bytes += p->part[at].len;
    }
    return at;
}

static bool add_range(struct kv_txn *t, uint64_t first, uint64_t last,
                      struct err *e)
{
    struct parts p = {0};
    bool sound = true;
    bool good = index_runs_each(t, add_run, &p, e);
    uint32_t runs = p.n;

    good = good && add_blocks(t, &p, first, last, e);
    if (good && p.n > runs)
        good = join_parts(t, &p, first_joined(&p, runs), p.n, &sound, e);
    if (good && !sound) /* then without the runs that were there */
        good = join_parts(t, &p, runs, p.n, &sound, e);
    free_parts(&p);
    return good;
}

bool index_add(struct kv_txn *t, uint64_t first, struct err *e)
{
    return add_range(t, first, UINT64_MAX, e);
}

struct keys {
    uint64_t from;
    struct buf list; /* u64 each */
};

static bool list_key(void *ctx, uint64_t key, struct kv_bytes v, struct err *e)
{
    struct keys *k = ctx;

    (void)v;
    (void)e;
    if (key >= k->from)
        buf_put(&k->list, &key, sizeof key);
    return true;
}

static bool drop_from(struct kv_txn *t, uint64_t from, struct err *e)
{
    struct keys keys = {.from = from};
    bool good = index_runs_each(t, list_key, &keys, e);
    uint8_t space[KEY_LEN];
    uint64_t key;

    for (size_t i = 0; good && i < keys.list.len; i += sizeof key) {
        memcpy(&key, keys.list.data + i, sizeof key);
        good = kv_del(t, ENVS_META, key_of(space, key), e);
    }
    buf_free(&keys.list);
    return good;
}

bool index_again(struct kv_txn *t, uint64_t first, uint64_t last, struct err *e)
{
    return drop_from(t, first, e) && add_range(t, first, last, e);
}

/* ---- closing ---- */

void index_note(struct index_months *m, uint32_t month)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (m->month[i] == month)
            return;
    if (m->n < INDEX_MONTHS)
        m->month[m->n++] = month;
}

/* How many parts from `at` on become one; 1: nothing to do. */
static uint32_t joined_from(const struct parts *p, uint32_t at)
{
    uint32_t n = 0, blocks = 0;
    size_t bytes = 0;

    while (
        at + n < p->n &&
        (n == 0 || (bytes + p->part[at + n].len <= INDEX_BYTES_MAX &&
                    blocks + p->part[at + n].run.blocks <= INDEX_RUN_BLOCKS))) {
        bytes += p->part[at + n].len;
        blocks += p->part[at + n].run.blocks;
        n++;
    }
    return n;
}

static bool is_joined(const struct parts *p)
{
    for (uint32_t at = 0; at < p->n; at++)
        if (joined_from(p, at) > 1)
            return false;
    return true;
}

/* A join ends what was read of the table: it is read again for the next. */
static bool join_month(struct kv_txn *t, struct err *e)
{
    bool good = true, sound = true, more = true;

    for (uint32_t at = 0, n; good && more; at += sound ? 1 : n) {
        struct parts p = {0};
        good = index_runs_each(t, add_run, &p, e);
        n = good ? joined_from(&p, at) : 0;
        more = n > 0;
        sound = true;
        if (n > 1)
            good = join_parts(t, &p, at, at + n, &sound, e);
        free_parts(&p);
    }
    return good;
}

/* Is there anything to join? */
static bool wants_joining(struct kv *k, struct err *e)
{
    struct kv_txn *t = kv_begin(k, false, e);
    struct parts p = {0};
    bool wants = t && index_runs_each(t, add_run, &p, e) && !is_joined(&p);

    free_parts(&p);
    kv_abort(t);
    return wants;
}

static void close_month(struct envs *s, uint32_t month)
{
    struct err e = {0};
    struct kv *k = envs_get(s, month, &e);

    if (k && wants_joining(k, &e) && kv_room(k, INDEX_BYTES_MAX, &e)) {
        struct kv_txn *t = kv_begin(k, true, &e);
        if (t && join_month(t, &e))
            (void)!kv_commit(t, &e);
        else
            kv_abort(t);
    }
    envs_put(s, k);
}

void index_close(struct envs *s, struct index_months *m)
{
    struct err e = {0};
    uint32_t *month, n;

    if (!envs_list(s, &month, &n, &e))
        return;
    if (n > 1)
        index_note(m, month[n - 2]);
    for (uint32_t i = 0; i < m->n && n > 0; i++)
        if (m->month[i] < month[n - 1])
            close_month(s, m->month[i]);
    m->n = 0;
    if (n > 0)
        index_note(m, month[n - 1]);
    free(month);
}
