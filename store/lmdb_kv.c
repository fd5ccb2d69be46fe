/* lmdb_kv.c - the only file that knows LMDB. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <lmdb.h>

#include "base/memory.h"
#include "store/kv.h"
#include "store/shape.h"

enum {
    TRIES = 100,
    READERS = 1024,
    SPARE = 16 << 20,
    EXTEND = 1 << 20,
    PATH_LEN = 4200
};

struct kv {
    MDB_env *env;
    MDB_dbi dbi[KV_DBS];
    const char *name[KV_DBS];
    char *path;
    bool write;
    bool tables; /* dbi is valid */
    bool full;
    uint32_t live;        /* transactions */
    pthread_mutex_t lock; /* of tables and live */
};

struct kv_txn {
    struct kv *kv;
    MDB_txn *txn;
    bool tables; /* this transaction can see them */
    bool write;
};

struct kv_cursor {
    MDB_cursor *cursor; /* NULL: the table is empty */
};

/* What LMDB says, as our errors. */
static bool failed(const struct kv *k, int rc, const char *doing, struct err *e)
{
    if (rc == ENOSPC || rc == EDQUOT)
        return err_set(e, ERR_STORE, "no space left for %s", k->path);
    if (rc == MDB_READERS_FULL)
        return err_set(e, ERR_STORE, "%s has too many readers (%d)", k->path,
                       READERS);
    return err_set(e, ERR_STORE, "cannot %s %s: %s", doing, k->path,
                   mdb_strerror(rc));
}

/* ---- opening ---- */

static bool file_name(char out[PATH_LEN], const char *path, const char *name)
{
    int n = snprintf(out, PATH_LEN, "%s/%s", path, name);

    return n > 0 && n < PATH_LEN;
}

bool kv_exists(const char *path)
{
    char name[PATH_LEN];
    struct stat st;

    return file_name(name, path, "data.mdb") && stat(name, &st) == 0 &&
           S_ISREG(st.st_mode) && st.st_size >= INT64_C(2) * KV_PAGE;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

/* Made before LMDB opens them, so that no umask has a say in their mode. */
static bool make_file(const char *path, const char *name)
{
    char file[PATH_LEN];

    if (!file_name(file, path, name))
        return false;
    int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST;
    bool good = fchmod(fd, 0600) == 0;
    close(fd);
    return good;
}

static bool make_files(const char *path, struct err *e)
{
    bool made = mkdir(path, 0700) == 0;

    if ((!made && errno != EEXIST) || (made && chmod(path, 0700) != 0) ||
        !make_file(path, "data.mdb") || !make_file(path, "lock.mdb") ||
        !sync_folder(path))
        return err_set(e, ERR_STORE, "cannot make %s: %m", path);
    return true;
}

/* LMDB cannot go on from here, and would abort the process. */
static void on_assert(MDB_env *env, const char *message)
{
    const char *path = "the store";
    struct err e = {0};

    (void)mdb_env_get_path(env, &path);
    err_set(&e, ERR_STORE, "%s is damaged: %s", path, message);
    err_print(stderr, &e, NULL, NULL);
    _exit(err_exit_status(&e));
}

static int env_open(struct kv *k, size_t map, unsigned flags)
{
    int rc = mdb_env_create(&k->env);

    if (rc)
        return rc;
    if ((rc = mdb_env_set_assert(k->env, on_assert)) ||
        (rc = mdb_env_set_maxreaders(k->env, READERS)) ||
        (rc = mdb_env_set_maxdbs(k->env, KV_DBS)) ||
        (rc = mdb_env_set_mapsize(k->env, map)) ||
        (rc = mdb_env_open(k->env, k->path, flags, 0600))) {
        mdb_env_close(k->env); /* as its manual asks after a failed open */
        k->env = NULL;
    }
    return rc;
}

/* Takes less address space where so much is not to be had. */
static int env_open_any(struct kv *k, size_t map, unsigned flags)
{
    int rc = env_open(k, map, flags);

    while (rc == ENOMEM && map > (size_t)64 << 20) {
        map /= 2;
        rc = env_open(k, map, flags);
    }
    return rc;
}

static bool reads_without_lock(int rc)
{
    return rc == EACCES || rc == EROFS || rc == EPERM;
}

/* A copy that was cut would end the process when its lost pages are read. */
static bool check_length(struct kv *k, struct err *e)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat st;
    int fd;

    if (mdb_env_info(k->env, &info) || mdb_env_stat(k->env, &stat) ||
        mdb_env_get_fd(k->env, &fd) || fstat(fd, &st))
        return err_set(e, ERR_STORE, "cannot examine %s", k->path);
    uint64_t need = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    if ((uint64_t)st.st_size < need)
        return err_set(
            e, ERR_STORE, "%s is cut: it has %lld bytes and should have %llu",
            k->path, (long long)st.st_size, (unsigned long long)need);
    return true;
}

/* Before anything of it is read. */
static bool check_shape(struct kv *k, struct err *e)
{
    enum shape shape = SHAPE_PASSED;
    MDB_txn *txn;
    int fd;

    for (uint32_t i = 0; i < TRIES && shape == SHAPE_PASSED; i++) {
        int rc = mdb_env_get_fd(k->env, &fd);
        if (rc == 0)
            rc = mdb_txn_begin(k->env, NULL, MDB_RDONLY, &txn);
        if (rc == MDB_MAP_RESIZED) /* it is begun again, and larger, later */
            return true;
        if (rc)
            return failed(k, rc, "read", e);
        shape = shape_check(fd, mdb_txn_id(txn), k->write);
        mdb_txn_abort(txn);
    }
    return shape == SHAPE_GOOD
               ? true
               : err_set(e, ERR_STORE, "%s is damaged", k->path);
}

static bool open_env(struct kv *k, size_t map, struct err *e)
{
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (k->write ? 0 : MDB_RDONLY);
    int rc = env_open_any(k, map, flags), dead;

    if (!k->write && reads_without_lock(rc))
        rc = env_open_any(k, map, flags | MDB_NOLOCK);
    else if (rc == 0)
        mdb_reader_check(k->env, &dead);
    if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH)
        return err_set(e, ERR_STORE, "%s is damaged: %s", k->path,
                       mdb_strerror(rc));
    return rc ? failed(k, rc, "open", e)
              : check_length(k, e) && check_shape(k, e);
}

struct kv *kv_open(const char *path, const char *const names[KV_DBS],
                   bool write, size_t map, struct err *e)
{
    if (write && !make_files(path, e))
        return NULL;
    struct kv *k = calloc(1, sizeof *k);
    if (!k || !(k->path = strdup(path)))
        err_no_memory();
    memcpy(k->name, names, sizeof k->name);
    k->write = write;
    pthread_mutex_init(&k->lock, NULL);
    if (open_env(k, map, e))
        return k;
    kv_close(k);
    return NULL;
}

void kv_close(struct kv *k)
{
    if (!k)
        return;
    if (k->env)
        mdb_env_close(k->env);
    pthread_mutex_destroy(&k->lock);
    free(k->path);
    free(k);
}

bool kv_writable(const struct kv *k)
{
    return k->write;
}

bool kv_current(const struct kv *k)
{
    char name[PATH_LEN];
    struct stat open, there;
    int fd;

    return mdb_env_get_fd(k->env, &fd) == 0 && fstat(fd, &open) == 0 &&
           file_name(name, k->path, "data.mdb") && stat(name, &there) == 0 &&
           open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

/* ---- transactions ---- */

/* Another process may have grown the map; ours may follow while idle. */
static int begin(struct kv *k, unsigned flags, MDB_txn **txn)
{
    int rc = mdb_txn_begin(k->env, NULL, flags, txn);

    if (rc == MDB_MAP_RESIZED && k->live == 0 &&
        (rc = mdb_env_set_mapsize(k->env, 0)) == 0)
        rc = mdb_txn_begin(k->env, NULL, flags, txn);
    return rc;
}

/* All tables come with one commit: none, or their names are damaged. */
static int not_found(MDB_txn *txn)
{
    MDB_dbi names;
    MDB_stat stat;

    if (mdb_dbi_open(txn, NULL, 0, &names) == 0 &&
        mdb_stat(txn, names, &stat) == 0 && stat.ms_entries == 0)
        return MDB_NOTFOUND;
    return MDB_CORRUPTED;
}

/* Table handles outlive only a transaction that commits. */
static int open_tables(struct kv *k, bool make)
{
    MDB_txn *txn;
    int rc = begin(k, make ? 0 : MDB_RDONLY, &txn);

    if (rc)
        return rc;
    for (uint32_t i = 0; i < KV_DBS && rc == 0; i++)
        rc = mdb_dbi_open(txn, k->name[i], make ? MDB_CREATE : 0, &k->dbi[i]);
    if (rc == MDB_NOTFOUND)
        rc = not_found(txn);
    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }
    rc = mdb_txn_commit(txn);
    k->tables = rc == 0;
    return rc;
}

static int find_tables(struct kv *k, bool make)
{
    int rc = k->tables ? 0 : open_tables(k, false);

    if (rc == MDB_NOTFOUND)
        rc = make ? open_tables(k, true) : 0;
    return rc;
}

/* LMDB's roots have no checksum: one that is damaged may be an older state of
 * the tables. So each state holds the number of its transaction. */
static MDB_val number_key(void)
{
    static char key[] = "txn";

    return (MDB_val){3, key};
}

static int put_number(struct kv_txn *t)
{
    uint64_t number = htole64(mdb_txn_id(t->txn));
    MDB_val k = number_key(), v = {sizeof number, &number};

    return t->write && t->tables ? mdb_put(t->txn, t->kv->dbi[0], &k, &v, 0)
                                 : 0;
}

static int check_number(struct kv_txn *t)
{
    uint64_t number = mdb_txn_id(t->txn) - (t->write ? 1 : 0), found;
    MDB_val k = number_key(), v;
    int rc = t->tables ? mdb_get(t->txn, t->kv->dbi[0], &k, &v) : MDB_NOTFOUND;

    if (rc != 0)
        return rc == MDB_NOTFOUND ? 0 : rc;
    if (v.mv_size != sizeof found)
        return MDB_CORRUPTED;
    memcpy(&found, v.mv_data, sizeof found);
    return le64toh(found) == number ? 0 : MDB_CORRUPTED;
}

struct kv_txn *kv_begin(struct kv *k, bool write, struct err *e)
{
    struct kv_txn *t = memory_zeroed(1, sizeof *t);

    t->kv = k;
    t->write = write;
    k->full = false;
    pthread_mutex_lock(&k->lock);
    int rc = find_tables(k, write);
    if (rc == 0)
        rc = begin(k, write ? 0 : MDB_RDONLY, &t->txn);
    if (rc == 0)
        k->live++;
    t->tables = k->tables;
    pthread_mutex_unlock(&k->lock);
    if (rc) {
        free(t);
    } else if ((rc = check_number(t)) == 0) {
        return t;
    } else {
        kv_abort(t);
    }
    failed(k, rc, "read", e);
    return NULL;
}

static void ended(struct kv_txn *t)
{
    pthread_mutex_lock(&t->kv->lock);
    t->kv->live--;
    pthread_mutex_unlock(&t->kv->lock);
    free(t);
}

void kv_abort(struct kv_txn *t)
{
    if (!t)
        return;
    mdb_txn_abort(t->txn);
    ended(t);
}

bool kv_commit(struct kv_txn *t, struct err *e)
{
    struct kv *k = t->kv;
    int rc = put_number(t);

    if (rc == 0)
        rc = mdb_txn_commit(t->txn);
    else
        mdb_txn_abort(t->txn);
    k->full = rc == MDB_MAP_FULL;
    ended(t);
    return rc == 0 ? true : failed(k, rc, "write", e);
}

static MDB_val to_val(struct kv_bytes b)
{
    MDB_val v = {.mv_size = b.len};

    /* LMDB takes what it only reads without const. */
    memcpy(&v.mv_data, &b.data, sizeof v.mv_data);
    return v;
}

static struct kv_bytes from_val(MDB_val v)
{
    return (struct kv_bytes){v.mv_data, v.mv_size};
}

bool kv_get(struct kv_txn *t, uint32_t db, struct kv_bytes key,
            struct kv_bytes *value, struct err *e)
{
    MDB_val k = to_val(key), v;
    int rc = t->tables ? mdb_get(t->txn, t->kv->dbi[db], &k, &v) : MDB_NOTFOUND;

    *value = rc == 0 ? from_val(v) : (struct kv_bytes){NULL, 0};
    return rc == 0 || rc == MDB_NOTFOUND ? true : failed(t->kv, rc, "read", e);
}

bool kv_put(struct kv_txn *t, uint32_t db, struct kv_bytes key,
            struct kv_bytes value, bool append, struct err *e)
{
    MDB_val k = to_val(key), v = to_val(value);
    int rc = mdb_put(t->txn, t->kv->dbi[db], &k, &v, append ? MDB_APPEND : 0);

    t->kv->full = rc == MDB_MAP_FULL;
    return rc == 0 ? true : failed(t->kv, rc, "write", e);
}

bool kv_del(struct kv_txn *t, uint32_t db, struct kv_bytes key, struct err *e)
{
    MDB_val k = to_val(key);
    int rc = mdb_del(t->txn, t->kv->dbi[db], &k, NULL);

    t->kv->full = rc == MDB_MAP_FULL;
    return rc == 0 || rc == MDB_NOTFOUND ? true : failed(t->kv, rc, "write", e);
}

/* ---- room ---- */

bool kv_full(const struct kv *k)
{
    return k->full;
}

bool kv_grow(struct kv *k, struct err *e)
{
    MDB_envinfo info;
    int rc = mdb_env_info(k->env, &info);

    pthread_mutex_lock(&k->lock);
    if (rc == 0)
        rc = k->live ? EBUSY : mdb_env_set_mapsize(k->env, info.me_mapsize * 2);
    pthread_mutex_unlock(&k->lock);
    return rc == 0 ? true : failed(k, rc, "grow the map of", e);
}

/* The tree's own pages, and old ones that readers keep, come on top. */
static uint64_t with_overhead(uint64_t bytes)
{
    return bytes + bytes / 8 + UINT64_C(256) * KV_PAGE;
}

bool kv_room(struct kv *k, uint64_t bytes, struct err *e)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct statvfs fs;
    struct stat st;
    int fd;

    if (mdb_env_info(k->env, &info) || mdb_env_stat(k->env, &stat) ||
        mdb_env_get_fd(k->env, &fd) || fstatvfs(fd, &fs) || fstat(fd, &st))
        return err_set(e, ERR_STORE, "cannot examine %s", k->path);
    uint64_t need = with_overhead(bytes) + SPARE;
    uint64_t have = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (have < need)
        return err_set(e, ERR_STORE,
                       "no space left for %s: %llu MiB free, %llu needed",
                       k->path, (unsigned long long)(have >> 20),
                       (unsigned long long)(need >> 20) + 1);
    uint64_t length = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize +
                      with_overhead(bytes);
    length = (length + EXTEND - 1) / EXTEND * EXTEND;
    if (length > (uint64_t)st.st_size && ftruncate(fd, (off_t)length) != 0)
        return failed(k, errno, "extend", e);
    return true;
}

/* ---- cursors ---- */

struct kv_cursor *kv_cursor_open(struct kv_txn *t, uint32_t db, struct err *e)
{
    struct kv_cursor *c = memory_zeroed(1, sizeof *c);
    int rc = 0;

    if (t->tables)
        rc = mdb_cursor_open(t->txn, t->kv->dbi[db], &c->cursor);
    if (rc == 0)
        return c;
    free(c);
    failed(t->kv, rc, "read", e);
    return NULL;
}

void kv_cursor_close(struct kv_cursor *c)
{
    if (c && c->cursor)
        mdb_cursor_close(c->cursor);
    free(c);
}

bool kv_cursor_step(struct kv_cursor *c, enum kv_step step,
                    struct kv_bytes *key, struct kv_bytes *value, struct err *e)
{
    static const MDB_cursor_op op[] = {[KV_FIRST] = MDB_FIRST,
                                       [KV_NEXT] = MDB_NEXT,
                                       [KV_LAST] = MDB_LAST,
                                       [KV_PREV] = MDB_PREV,
                                       [KV_FROM] = MDB_SET_RANGE};
    MDB_val k = {0}, v = {0};
    int rc = MDB_NOTFOUND;

    if (step == KV_FROM)
        k = to_val(*key);
    if (c->cursor)
        rc = mdb_cursor_get(c->cursor, &k, &v, op[step]);
    *key = rc == 0 ? from_val(k) : (struct kv_bytes){NULL, 0};
    *value = rc == 0 ? from_val(v) : (struct kv_bytes){NULL, 0};
    if (rc == 0 || rc == MDB_NOTFOUND)
        return true;
    return err_set(e, ERR_STORE, "cannot read the store: %s", mdb_strerror(rc));
}

/* Only hints about whole pages: failing is fine. */
static void advise(const uint8_t *data, size_t len, int advice)
{
    size_t before = (uintptr_t)data % KV_PAGE;
    const uint8_t *from = data - before;
    void *page;

    memcpy(&page, &from, sizeof page);
    if (len > KV_PAGE)
        (void)madvise(page, len + before, advice);
}

void kv_will_need(const uint8_t *data, size_t len)
{
    advise(data, len, MADV_WILLNEED);
}

void kv_done_with(const uint8_t *data, size_t len)
{
    advise(data, len, MADV_DONTNEED);
}
