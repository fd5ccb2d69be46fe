/* backup.c - one commit, read through a snapshot and written anew: LMDB's own
 * copy takes each environment as it is at that moment, and no two alike. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/reader.h"

enum { PATH_LEN = 4200, BATCH_BYTES = 16 << 20 };

struct copying {
    struct store_reader *r;
    const char *dest, *partial;
    struct envs to;
    const volatile sig_atomic_t *stop;
    struct backup_counts *n;
    uint32_t *by_id; /* places in r->block, by month and id */
    /* of the month in hand */
    uint32_t month; /* place in r->month */
    struct kv *kv;
    struct kv_txn *txn; /* writes */
    size_t waiting;     /* bytes in txn */
};

static bool path_of(char out[PATH_LEN], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_LEN, "%s%s", dir, name);

    return n > 0 && n < PATH_LEN;
}

/* ---- one transaction ---- */

static bool finish(struct copying *c, struct err *e)
{
    struct kv_txn *t = c->txn;

    c->txn = NULL;
    c->waiting = 0;
    return !t || kv_commit(t, e);
}

/* Makes room for one more value in the transaction in hand. */
static bool make_room(struct copying *c, size_t len, struct err *e)
{
    if (c->stop && *c->stop)
        return err_set(e, ERR_STOPPED, "interrupted");
    if (c->waiting + len > BATCH_BYTES && !finish(c, e))
        return false;
    c->waiting += len + KV_PAGE;
    if (c->txn)
        return true;
    size_t most = len > BATCH_BYTES ? len : BATCH_BYTES;
    if (!kv_room(c->kv, most, e))
        return false;
    c->txn = kv_begin(c->kv, true, e);
    return c->txn != NULL;
}

/* ---- a month ---- */

static bool verify_block(const struct copying *c, struct kv_bytes v,
                         struct err *e)
{
    struct block_head h;

    if (!block_head_read(v.data, v.len, &h, e))
        return false;
    for (uint32_t i = 0; i < h.streams; i++) {
        const struct block_stream *s = &h.stream[i];
        if (hash_bytes(v.data + s->offset, s->stored, 0) != s->sum)
            return err_set(e, ERR_STORE, "stream %s has a wrong checksum",
                           block_stream_name(s->id));
    }
    c->n->rows += h.rows;
    c->n->blocks++;
    return true;
}

static bool copy_block(struct copying *c, uint32_t i, struct err *e)
{
    struct kv_bytes v;

    if (!reader_bytes(c->r, i, &v, e))
        return false;
    if (!verify_block(c, v, e)) {
        reader_context(c->r, i, e);
        err_hint(e, "`trawl check` lists what is damaged");
        return false;
    }
    bool good = make_room(c, v.len, e) &&
                month_block_put(c->txn, c->r->block[i]->id, v, e);
    kv_done_with(v.data, v.len);
    return good;
}

static bool copy_blocks(struct copying *c, struct err *e)
{
    for (uint32_t k = 0; k < c->r->blocks; k++) {
        uint32_t i = c->by_id[k];
        if (c->r->block[i]->month == c->month && !copy_block(c, i, e))
            return false;
    }
    return true;
}

/* What the commit says of a capture, and no more of before or after. */
static bool copy_row(void *ctx, const struct month_row *row, struct err *e)
{
    struct copying *c = ctx;
    struct month_row out = *row;

    if (row->sequence > c->r->sequence) {
        if (!row->has_before)
            return true;
        out.now = row->before;
    }
    out.before = (struct month_count){0};
    out.has_before = false;
    out.sequence = 0;
    return make_room(c, sizeof out, e) && month_row_write(c->txn, &out, e);
}

static bool copy_head(struct copying *c, struct kv_txn *from, struct err *e)
{
    struct month_head h, out = {0};
    bool good = month_head_read(from, &h, e);

    out.sequence = h.sequence < c->r->sequence ? h.sequence : c->r->sequence;
    out.previous = out.sequence;
    out.purged = h.purged;
    month_head_free(&h);
    return good && make_room(c, KV_PAGE, e) &&
           month_head_write(c->txn, &out, e);
}

/* The copy has a head and counts of rows of its own. */
static bool is_own(struct kv_bytes key)
{
    return key.len >= 4 && (memcmp(key.data, "head", 4) == 0 ||
                            memcmp(key.data, "rows", 4) == 0);
}

/* What else lies there speaks of blocks by their checksums. */
static bool copy_meta(struct copying *c, struct kv_txn *from, struct err *e)
{
    struct kv_bytes key, v;
    struct kv_cursor *k = kv_cursor_open(from, ENVS_META, e);

    if (!k)
        return false;
    bool good = kv_cursor_step(k, KV_FIRST, &key, &v, e);
    while (good && key.data)
        good = (is_own(key) || (make_room(c, v.len, e) &&
                                kv_put(c->txn, ENVS_META, key, v, false, e))) &&
               kv_cursor_step(k, KV_NEXT, &key, &v, e);
    kv_cursor_close(k);
    return good;
}

static bool month_empty(const struct copying *c)
{
    for (uint32_t i = 0; i < c->r->blocks; i++)
        if (c->r->block[i]->month == c->month)
            return false;
    return true;
}

static bool copy_tables(struct copying *c, struct err *e)
{
    struct kv_txn *from = reader_txn(c->r, c->month, e);

    if (!from || !copy_blocks(c, e))
        return false;
    /* Copying blocks may have let go of the month. */
    from = reader_txn(c->r, c->month, e);
    return from && month_rows_each(from, copy_row, c, e) &&
           copy_meta(c, from, e) && copy_head(c, from, e) && finish(c, e);
}

static bool copy_month(struct copying *c, struct err *e)
{
    char name[ENVS_NAME];
    uint32_t month = c->r->month[c->month].month;

    if (month_empty(c)) /* it began later */
        return true;
    c->kv = envs_get(&c->to, month, e);
    bool good = c->kv && copy_tables(c, e);
    kv_abort(c->txn);
    c->txn = NULL;
    envs_put(&c->to, c->kv);
    c->n->months += good;
    envs_name(name, month);
    return good ? true : err_context(e, "copy of %s", name);
}

/* ---- the catalogue ---- */

static bool read_head(struct copying *c, struct catalogue_head *h,
                      struct err *e)
{
    if (!inside_read_head(c->r->s, h, e))
        return false;
    h->sequence = c->r->sequence;
    return true;
}

static bool copy_catalogue(struct copying *c, struct err *e)
{
    struct catalogue_head h;
    bool good = read_head(c, &h, e);

    c->kv = envs_get(&c->to, ENVS_CATALOGUE, e);
    good = good && c->kv;
    for (uint32_t i = 0; good && i < c->r->captures; i++)
        good = make_room(c, sizeof *c->r->capture, e) &&
               catalogue_put(c->txn, &c->r->capture[i], e);
    good = good && make_room(c, KV_PAGE, e) &&
           pruned_write(c->txn, &c->r->pruned, e) &&
           months_write(c->txn, &c->r->listed, e) &&
           catalogue_write(c->txn, &h, e) && finish(c, e);
    kv_abort(c->txn);
    c->txn = NULL;
    envs_put(&c->to, c->kv);
    return good ? true : err_context(e, "copy of the catalogue");
}

/* ---- files beside ---- */

static bool copy_bytes(int from, int to)
{
    char buf[1 << 16];
    ssize_t n;

    while ((n = read(from, buf, sizeof buf)) > 0)
        for (ssize_t at = 0, w; at < n; at += w)
            if ((w = write(to, buf + at, (size_t)(n - at))) < 0)
                return false;
    return n == 0 && fsync(to) == 0;
}

static bool copy_site(const struct copying *c, struct err *e)
{
    char from[PATH_LEN], to[PATH_LEN];

    if (!path_of(from, c->r->s->dir, "/site.trawl") ||
        !path_of(to, c->partial, "/site.trawl"))
        return err_set(e, ERR_STORE, "the path of the store is too long");
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0 && errno == ENOENT)
        return true;
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good =
        in >= 0 && out >= 0 && fchmod(out, 0600) == 0 && copy_bytes(in, out);
    if (!good)
        err_set(e, ERR_STORE, "cannot copy %s: %m", from);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return good;
}

static bool sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

/* The folder that a name lies in. */
static void parent_of(char out[PATH_LEN], const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(out, PATH_LEN, ".");
    else
        snprintf(out, PATH_LEN, "%.*s", slash == path ? 1 : (int)(slash - path),
                 path);
}

/* The name `dest` is for a whole copy only. */
static bool give_name(const struct copying *c, struct err *e)
{
    char parent[PATH_LEN];

    parent_of(parent, c->dest);
    if (!sync_path(c->partial) ||
        renameat2(AT_FDCWD, c->partial, AT_FDCWD, c->dest, RENAME_NOREPLACE) !=
            0 ||
        !sync_path(parent))
        return err_set(e, ERR_STORE, "cannot make %s: %m", c->dest);
    return true;
}

/* ---- cleaning up ---- */

static void remove_env(const char *partial, uint32_t which)
{
    static const char *const files[] = {"/data.mdb", "/lock.mdb", ""};
    char name[ENVS_NAME], path[PATH_LEN];

    envs_name(name, which);
    for (uint32_t i = 0; i < 3; i++) {
        int n = snprintf(path, sizeof path, "%s/%s%s", partial, name, files[i]);
        if (n > 0 && n < PATH_LEN)
            (void)!remove(path);
    }
}

/* Only what this copy made lies there. */
static void remove_partial(const struct copying *c)
{
    char path[PATH_LEN];

    for (uint32_t i = 0; i < c->r->months; i++)
        remove_env(c->partial, c->r->month[i].month);
    remove_env(c->partial, ENVS_CATALOGUE);
    if (path_of(path, c->partial, "/site.trawl"))
        (void)!remove(path);
    if (path_of(path, c->partial, "/lock"))
        (void)!remove(path);
    (void)!remove(c->partial);
}

/* ---- the whole ---- */

struct place {
    uint32_t month, i;
    uint64_t id;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* LMDB is appended to in the order of ids. */
static void sort_blocks(struct copying *c)
{
    uint32_t n = c->r->blocks;
    struct place *p = memory_zeroed((size_t)n + 1, sizeof *p);

    c->by_id = memory_zeroed((size_t)n + 1, sizeof *c->by_id);
    for (uint32_t i = 0; i < n; i++)
        p[i] = (struct place){c->r->block[i]->month, i, c->r->block[i]->id};
    qsort(p, n, sizeof *p, by_place);
    for (uint32_t i = 0; i < n; i++)
        c->by_id[i] = p[i].i;
    free(p);
}

static bool copy_months(struct copying *c, struct err *e)
{
    sort_blocks(c);
    for (c->month = 0; c->month < c->r->months; c->month++)
        if (!copy_month(c, e))
            return false;
    return true;
}

/* More than any month of it can take. */
static size_t map_needed(const struct store_reader *r)
{
    size_t n = 0;

    for (uint32_t i = 0; i < r->blocks; i++)
        n += 2 * r->block[i]->bytes;
    return n;
}

static bool copy_all(struct copying *c, struct err *e)
{
    envs_init(&c->to, c->partial);
    if (c->to.month_map < map_needed(c->r))
        c->to.month_map = map_needed(c->r);
    bool good = envs_set_write(&c->to, e) && copy_months(c, e) &&
                copy_catalogue(c, e) && copy_site(c, e);
    envs_free(&c->to);
    free(c->by_id);
    return good && give_name(c, e);
}

static bool count_bytes(struct copying *c, struct err *e)
{
    struct store *copy = store_open(c->dest, e);

    c->n->sequence = c->r->sequence;
    c->n->bytes = copy ? store_bytes_on_disk(copy) : 0;
    store_close(copy);
    return copy != NULL;
}

static bool check_free(const char *path, const char *hint, struct err *e)
{
    struct stat st;

    if (lstat(path, &st) != 0 && errno == ENOENT)
        return true;
    err_set(e, ERR_STORE, "%s exists", path);
    err_hint(e, "%s", hint);
    return false;
}

/* A slash at the end would put the partial copy into the folder itself. */
static bool names(const char *given, char dest[PATH_LEN],
                  char partial[PATH_LEN], struct err *e)
{
    size_t len = strlen(given);

    while (len > 1 && given[len - 1] == '/')
        len--;
    int n = snprintf(dest, PATH_LEN, "%.*s", (int)len, given);
    if (n <= 0 || n >= PATH_LEN || !path_of(partial, dest, ".partial"))
        return err_set(e, ERR_STORE, "the path of the copy is too long");
    return check_free(dest, "a copy needs a name of its own", e) &&
           check_free(partial,
                      "a backup that was cut off, or one at work: "
                      "remove it if none is",
                      e);
}

bool backup_write(struct store *s, const char *dest,
                  const volatile sig_atomic_t *stop, struct backup_counts *n,
                  struct err *e)
{
    char path[PATH_LEN], partial[PATH_LEN];
    struct strtab text = {0};

    *n = (struct backup_counts){0};
    if (!names(dest, path, partial, e))
        return false;
    struct store_reader *r = store_reader_open(s, &text, true, e);
    bool good = r != NULL;
    if (r) {
        struct copying c = {
            .r = r, .dest = path, .partial = partial, .stop = stop, .n = n};
        bool made = store_create(partial, &s->options, e);
        good = made && copy_all(&c, e) && count_bytes(&c, e);
        if (!good)
            remove_partial(&c);
    }
    store_reader_close(r);
    strtab_free(&text);
    return good;
}
