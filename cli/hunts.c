/* hunts.c - finding and reading hunts. */
#include "cli/hunts.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "cli/files.h"

static bool is_hunt(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".hunt") == 0 && name[0] != '.';
}

static const struct hunts_file *find(const struct hunts *h, const char *name)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (strcmp(h->file[i].hunt.name, name) == 0)
            return &h->file[i];
    return NULL;
}

/* The name of a hunt is that of its file. */
static bool check_name(const struct hunts_file *f, const char *file,
                       struct err *e)
{
    size_t len = strlen(f->hunt.name);

    return strncmp(file, f->hunt.name, len) == 0 &&
                   strcmp(file + len, ".hunt") == 0
               ? true
               : err_set(e, ERR_USAGE, "hunt %s stands in a file of that name",
                         f->hunt.name);
}

static void add(struct hunts *h, const char *dir, const char *name)
{
    char *path = files_join(dir, name);
    struct hunts_file f = {.path =
                               arena_strndup(&h->arena, path, strlen(path))};
    struct buf text = {0};
    struct err e = {0};
    bool ok =
        files_read(path, &text, &e) &&
        hunt_read(&f.hunt, &h->arena, (const char *)text.data, text.len, &e) &&
        check_name(&f, name, &e);

    if (!ok) {
        if (e.code != ERR_QUERY)
            err_context(&e, "%s", path);
        err_print(stderr, &e, (const char *)text.data, path);
        h->broken++;
    } else if (!find(h, f.hunt.name)) {
        h->file = memory_grow(h->file, h->n, sizeof *h->file);
        h->file[h->n++] = f;
    }
    buf_free(&text);
    free(path);
}

static void add_folder(struct hunts *h, const char *dir)
{
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        if (is_hunt(entry[i]->d_name))
            add(h, dir, entry[i]->d_name);
        free(entry[i]);
    }
    free((void *)entry);
}

/* An installed program has them below share, one in its build folder in the
 * tree. */
static void add_shipped(struct hunts *h)
{
    static const char *const places[] = {"../share/trawl/hunts", "../../hunts"};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it */
    const char *given = getenv("TRAWL_HUNTS");
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

    if (given) {
        add_folder(h, given);
        return;
    }
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return;
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places && !h->n; i++) {
        char *dir = files_join(self, places[i]);

        add_folder(h, dir);
        free(dir);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct hunts_file *x = a, *y = b;

    return strcmp(x->hunt.name, y->hunt.name);
}

void hunts_load(struct hunts *h, const char *store)
{
    *h = (struct hunts){0};
    if (store) {
        char *dir = files_join(store, "hunts");

        add_folder(h, dir);
        free(dir);
    }
    add_shipped(h);
    if (h->n)
        qsort(h->file, h->n, sizeof *h->file, by_name);
}

void hunts_free(struct hunts *h)
{
    free(h->file);
    arena_free(&h->arena);
}

const struct hunts_file *hunts_find(const struct hunts *h, const char *name,
                                    struct err *e)
{
    struct suggest near = {.wrong = name};
    const struct hunts_file *f = find(h, name);

    if (f)
        return f;
    for (uint32_t i = 0; i < h->n; i++)
        suggest_try(&near, h->file[i].hunt.name);
    err_set(e, ERR_USAGE, "there is no hunt `%s`", name);
    if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    else
        err_hint(e, "`trawl hunt list` shows them");
    return NULL;
}
