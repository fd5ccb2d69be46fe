/* paths.c - walks folders and orders the captures found. */
#include "ingest/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ingest/capture.h"

enum { DEPTH_MAX = 64 }; /* folders in folders; bounds stack and descriptors */

static bool reserve(struct paths *f, size_t bytes, struct err *e)
{
    size_t held = f->names.len + bytes + (f->n + 1) * sizeof *f->entry;

    if (held > PATHS_MEMORY_MAX)
        return err_set(e, ERR_LIMIT,
                       "more than %u files: name fewer folders at a time",
                       f->n);
    return true;
}

static bool grow(struct paths *f, struct err *e)
{
    if (f->n < f->cap)
        return true;
    uint32_t cap = f->cap ? f->cap * 2 : 64;
    struct paths_entry *entry = realloc(f->entry, cap * sizeof *entry);

    if (!entry)
        return err_set(e, ERR_SYSTEM, "out of memory");
    f->entry = entry;
    f->cap = cap;
    return true;
}

static uint32_t put_name(struct paths *f, const char *name)
{
    uint32_t at = (uint32_t)f->names.len;

    buf_put(&f->names, name, strlen(name) + 1);
    return at;
}

static bool put_file(struct paths *f, uint32_t dir, const char *name,
                     int64_t first, struct err *e)
{
    if (!reserve(f, strlen(name) + 1, e) || !grow(f, e))
        return false;
    f->entry[f->n++] = (struct paths_entry){first, dir, put_name(f, name)};
    return true;
}

/* Time of the first packet, INT64_MIN where there is none. */
static int64_t probe(const char *path, enum capture_kind *kind)
{
    struct err ignored = {0};
    struct capture_packet p;
    struct capture *c = capture_open(path, kind, &ignored);
    int64_t first = c && capture_next(c, &p) ? p.time : INT64_MIN;

    capture_close(c);
    return first;
}

/* In a folder only captures are of interest, and what might be one. */
static bool is_wanted(enum capture_kind kind)
{
    return kind == CAPTURE_PCAP || kind == CAPTURE_FOREIGN ||
           kind == CAPTURE_UNREADABLE;
}

static bool walk(struct paths *f, const char *dir, int depth, struct err *e);

static bool skipped(const struct paths *f, const struct stat *st)
{
    return f->hooks && f->hooks->skip && f->hooks->skip(f->hooks->ctx, st);
}

static void too_long(const struct paths *f, uint32_t dir, const char *name)
{
    if (f->hooks && f->hooks->too_long)
        f->hooks->too_long(f->hooks->ctx, (char *)f->names.data + dir, name);
}

static void passed(const struct paths *f, const char *path)
{
    if (f->hooks && f->hooks->passed)
        f->hooks->passed(f->hooks->ctx, path);
}

/* Adds a file of a folder, if it is a capture. */
static bool put_found(struct paths *f, uint32_t dir, const char *path,
                      const struct stat *st, struct err *e)
{
    enum capture_kind kind;

    if (skipped(f, st))
        return true;
    int64_t first = probe(path, &kind);

    if (!is_wanted(kind)) {
        passed(f, path);
        return true;
    }
    f->bytes += (uint64_t)st->st_size;
    return put_file(f, dir, strrchr(path, '/') + 1, first, e);
}

/* One entry of a folder. */
static bool visit(struct paths *f, uint32_t dir, const char *name, int depth,
                  struct err *e)
{
    char path[PATHS_MAX];
    struct stat st;
    int len = snprintf(path, sizeof path, "%s/%s", f->names.data + dir, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        too_long(f, dir, name);
        return true;
    }
    if (lstat(path, &st) != 0)
        return true; /* gone meanwhile */
    if (S_ISDIR(st.st_mode))
        return walk(f, path, depth + 1, e);
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0)
        return true;
    return !S_ISREG(st.st_mode) || put_found(f, dir, path, &st, e);
}

static bool walk(struct paths *f, const char *dir, int depth, struct err *e)
{
    DIR *d = depth < DEPTH_MAX ? opendir(dir) : NULL;
    struct dirent *item;
    bool ok = true;

    if (!d)
        return put_file(f, put_name(f, ""), dir, INT64_MIN, e);
    if (!reserve(f, strlen(dir) + 1, e)) {
        closedir(d);
        return false;
    }
    uint32_t at = put_name(f, dir);

    /* The stream is this function's own: NOLINTNEXTLINE(concurrency-mt-unsafe)
     */
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this stream */
    while (ok && (item = readdir(d)))
        if (item->d_name[0] != '.')
            ok = visit(f, at, item->d_name, depth, e);
    closedir(d);
    return ok;
}

bool paths_add(struct paths *f, const char *path, struct err *e)
{
    struct stat st;
    enum capture_kind kind;

    if (strlen(path) >= PATHS_MAX)
        return err_set(e, ERR_USAGE, "a path is longer than %d bytes",
                       PATHS_MAX - 1);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return walk(f, path, 0, e);
    bool regular = stat(path, &st) == 0 && S_ISREG(st.st_mode);

    if (skipped(f, regular ? &st : NULL))
        return true;
    if (regular)
        f->bytes += (uint64_t)st.st_size;
    return put_file(f, put_name(f, ""), path,
                    regular ? probe(path, &kind) : INT64_MIN, e);
}

void paths_get(const struct paths *f, uint32_t i, char out[PATHS_MAX])
{
    const char *dir = (const char *)f->names.data + f->entry[i].dir;
    const char *name = (const char *)f->names.data + f->entry[i].name;

    snprintf(out, PATHS_MAX, "%s%s%s", dir, *dir ? "/" : "", name);
}

static int compare(const void *x, const void *y, void *ctx)
{
    const struct paths *f = ctx;
    const struct paths_entry *a = x, *b = y;
    const char *names = (const char *)f->names.data;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    int dir = strcmp(names + a->dir, names + b->dir);

    return dir ? dir : strcmp(names + a->name, names + b->name);
}

void paths_sort(struct paths *f)
{
    if (f->n)
        qsort_r(f->entry, f->n, sizeof *f->entry, compare, f);
}

void paths_free(struct paths *f)
{
    buf_free(&f->names);
    free(f->entry);
    *f = (struct paths){0};
}
