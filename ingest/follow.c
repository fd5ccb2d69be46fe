/* follow.c - files by device and inode: a name may be given to another one. */
#include "ingest/follow.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/timestamp.h"

enum { REST = 10 }; /* times as long as reading took */

void follow_free(struct follow *f)
{
    free(f->file);
    *f = (struct follow){0};
}

static int compare(const void *x, const void *y)
{
    const struct follow_file *a = x, *b = y;

    if (a->dev != b->dev)
        return a->dev < b->dev ? -1 : 1;
    return (a->ino > b->ino) - (a->ino < b->ino);
}

void follow_begin(struct follow *f)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < f->n; i++)
        if (f->file[i].round == f->round)
            f->file[kept++] = f->file[i];
    f->n = f->sorted = kept;
    if (kept > 0)
        qsort(f->file, kept, sizeof *f->file, compare);
    f->round++;
}

static struct follow_file *find(const struct follow *f, const struct stat *st)
{
    struct follow_file key = {.dev = st->st_dev, .ino = st->st_ino};

    return f->sorted ? bsearch(&key, f->file, f->sorted, sizeof key, compare)
                     : NULL;
}

static int64_t changed(const struct stat *st)
{
    return st->st_mtim.tv_sec * TIMESTAMP_SECOND + st->st_mtim.tv_nsec;
}

static void add(struct follow *f, const struct stat *st)
{
    if (f->n == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->file = memory_resize(f->file, f->room * sizeof *f->file);
    }
    f->file[f->n++] = (struct follow_file){.dev = st->st_dev,
                                           .ino = st->st_ino,
                                           .size = st->st_size,
                                           .changed = changed(st),
                                           .round = f->round};
}

bool follow_unchanged(struct follow *f, const struct stat *st, int64_t now)
{
    struct follow_file *file = find(f, st);

    if (!file) {
        add(f, st);
        return false;
    }
    file->round = f->round;
    if ((file->size == st->st_size && file->changed == changed(st)) ||
        now < file->wait_until)
        return true;
    file->size = st->st_size;
    file->changed = changed(st);
    return false;
}

void follow_read(struct follow *f, const char *path, int64_t began, int64_t now)
{
    struct stat st;
    struct follow_file *file = stat(path, &st) == 0 ? find(f, &st) : NULL;

    if (file)
        file->wait_until = now + REST * (now - began);
}
