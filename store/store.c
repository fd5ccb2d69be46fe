/* store.c - making a store, opening it. */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/shape.h"

enum { PATH_LEN = 4200, NAMES = 6 };

const uint32_t store_format = 2;

static bool path_of(char out[PATH_LEN], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_LEN, "%s/%s", dir, name);

    return n > 0 && n < PATH_LEN;
}

/* ---- is there one? ---- */

/* The names that making a store makes first, as bits; others are the last. */
static uint32_t names_in(const char *dir)
{
    static const char *const ours[] = {
        ".", "..", "lock", "catalogue", "site.trawl", "site.trawl.new"};
    DIR *d = opendir(dir);
    uint32_t names = d ? 0 : 1u << NAMES;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this stream */
    for (struct dirent *x; d && (x = readdir(d)) != NULL;) {
        uint32_t i = 0;
        while (i < NAMES && strcmp(x->d_name, ours[i]) != 0)
            i++;
        names |= 1u << i;
    }
    if (d)
        closedir(d);
    return names;
}

/* An empty folder, or one whose maker was killed: the lock came first, and a
 * site file without it is somebody's. */
static bool is_bare(const char *dir)
{
    uint32_t names = names_in(dir), site = 3u << 4, lock = 1u << 2;

    return names < 1u << NAMES && (!(names & site) || names & lock);
}

bool store_exists(const char *dir)
{
    char path[PATH_LEN], data[PATH_LEN];

    return path_of(path, dir, "catalogue") && kv_exists(path) &&
           path_of(data, path, "data.mdb") &&
           !(is_bare(dir) && shape_empty(data));
}

/* ---- making ---- */

static bool check_none(const char *dir, struct err *e)
{
    if (store_exists(dir))
        return err_set(e, ERR_STORE, "%s is a store already", dir);
    return true;
}

static bool make_folder(const char *dir, struct err *e)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_STORE, "cannot make %s: %m", dir);
    if (!check_none(dir, e))
        return false;
    if (!is_bare(dir))
        return err_set(e, ERR_STORE, "%s exists and is no empty folder", dir);
    if (chmod(dir, 0700) != 0)
        return err_set(e, ERR_STORE, "cannot make %s: %m", dir);
    return inside_check_place(dir, e);
}

/* Holds the lock: one that is being made looks like one whose maker died. */
static int make_lock(const char *dir, struct err *e)
{
    char path[PATH_LEN];
    int fd = -1;

    if (path_of(path, dir, "lock"))
        fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0)
        err_set(e, ERR_STORE, "cannot make the lock of %s: %m", dir);
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        err_set(e, ERR_STORE, "another process is making %s", dir);
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool write_head(struct kv *k, const struct catalogue_head *h,
                       struct err *e)
{
    struct kv_txn *t = kv_room(k, KV_PAGE, e) ? kv_begin(k, true, e) : NULL;

    if (!t)
        return false;
    if (catalogue_write(t, h, e))
        return kv_commit(t, e);
    kv_abort(t);
    return false;
}

static bool make_catalogue(const char *dir, const struct store_options *o,
                           struct err *e)
{
    struct catalogue_head h = {
        .format = store_format, .options = *o, .next_id = 1};
    struct envs envs;

    if (getentropy(h.id, sizeof h.id) != 0)
        return err_set(e, ERR_SYSTEM, "cannot draw random bytes: %m");
    envs_init(&envs, dir);
    struct kv *k =
        envs_set_write(&envs, e) ? envs_get(&envs, ENVS_CATALOGUE, e) : NULL;
    bool good = k && write_head(k, &h, e);
    envs_put(&envs, k);
    envs_free(&envs);
    return good;
}

static bool sync_folder(const char *dir, struct err *e)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        err_set(e, ERR_STORE, "cannot sync %s: %m", dir);
    if (fd >= 0)
        close(fd);
    return e->code == ERR_NONE;
}

static bool write_all(int fd, const char *text)
{
    size_t len = strlen(text);

    for (ssize_t n; len > 0; text += n, len -= (size_t)n)
        if ((n = write(fd, text, len)) < 0)
            return false;
    return fsync(fd) == 0;
}

/* Under its name it is whole. */
static bool make_site(const char *dir, const char *site, struct err *e)
{
    char path[PATH_LEN], new[PATH_LEN];

    if (!site)
        return true;
    if (!path_of(path, dir, "site.trawl") ||
        !path_of(new, dir, "site.trawl.new"))
        return err_set(e, ERR_STORE, "the path of the store is too long");
    int fd =
        open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, site) &&
                rename(new, path) == 0;
    if (!good)
        err_set(e, ERR_STORE, "cannot make %s: %m", path);
    if (fd >= 0)
        close(fd);
    return good;
}

bool store_create(const char *dir, const struct store_options *o, struct err *e)
{
    return store_create_site(dir, o, NULL, e);
}

bool store_create_site(const char *dir, const struct store_options *o,
                       const char *site, struct err *e)
{
    e->code = ERR_NONE;
    if (!make_folder(dir, e))
        return false;
    int lock = make_lock(dir, e);
    bool good = lock >= 0 && check_none(dir, e) && make_site(dir, site, e) &&
                make_catalogue(dir, o, e) && sync_folder(dir, e);
    if (lock >= 0)
        close(lock); /* and with it the flock */
    return good;
}

/* ---- opening ---- */

bool inside_read_head(struct store *s, struct catalogue_head *h, struct err *e)
{
    struct kv *k = envs_get(&s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    bool good = t && catalogue_read(t, h, e);

    kv_abort(t);
    envs_put(&s->envs, k);
    return good;
}

struct store *store_open(const char *dir, struct err *e)
{
    struct catalogue_head h;

    e->code = ERR_NONE;
    if (!store_exists(dir)) {
        err_set(e, ERR_STORE, "there is no store at %s", dir);
        return NULL;
    }
    if (!inside_check_place(dir, e))
        return NULL;
    struct store *s = calloc(1, sizeof *s);
    if (!s || !(s->dir = strdup(dir)))
        err_no_memory();
    envs_init(&s->envs, s->dir);
    if (!inside_read_head(s, &h, e)) {
        err_context(e, "%s", dir);
        store_close(s);
        return NULL;
    }
    s->options = h.options;
    s->format = h.format;
    memcpy(s->id, h.id, sizeof s->id);
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    envs_free(&s->envs);
    free(s->dir);
    free(s);
}

const char *store_dir(const struct store *s)
{
    return s->dir;
}

struct store_options store_options_of(const struct store *s)
{
    return s->options;
}

uint32_t store_format_of(const struct store *s)
{
    return s->format;
}

static uint64_t folder_bytes(const char *path)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    char file[PATH_LEN];
    struct stat st;
    uint64_t n = 0;

    for (uint32_t i = 0; i < 2; i++)
        if (path_of(file, path, files[i]) && stat(file, &st) == 0)
            n += (uint64_t)st.st_blocks * 512;
    return n;
}

uint64_t store_bytes_on_disk(const struct store *s)
{
    char name[ENVS_NAME], path[PATH_LEN];
    uint32_t *month, n;
    struct err e = {0};
    uint64_t bytes = 0;

    if (path_of(path, s->dir, "catalogue"))
        bytes += folder_bytes(path);
    if (!envs_list(&s->envs, &month, &n, &e))
        return bytes;
    for (uint32_t i = 0; i < n; i++) {
        envs_name(name, month[i]);
        if (path_of(path, s->dir, name))
            bytes += folder_bytes(path);
    }
    free(month);
    return bytes;
}
