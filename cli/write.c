/* write.c - from the name in a text to a file that was not there before. */
#include "cli/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/info.h"

/* What rows a format takes. */
enum needs { ANY, PACKETS, CHART };

struct way {
    const char *name;
    const struct format_kind *kind; /* NULL: that of the table of formats */
    enum needs needs;
};

static const struct way ways[] = {
    {"pcap",   &format_pcap, PACKETS},
    {"csv",    NULL,         ANY    },
    {"json",   NULL,         ANY    },
    {"ndjson", NULL,         ANY    },
    {"html",   &format_html, ANY    },
    {"svg",    &format_svg,  CHART  },
};

/* A file at work. */
struct output {
    struct format format;
    FILE *out;
    int dir; /* that it lies in */
    char *name;
    const char *what;
};

/* ---- while a text is bound ---- */

static const struct way *find_way(const struct query_file *f)
{
    const char *slash = strrchr(f->name, '/');
    const char *dot = strrchr(slash ? slash : f->name, '.');
    const char *word = f->format ? f->format : dot ? dot + 1 : "";

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].name, word) == 0)
            return &ways[i];
    return NULL;
}

static bool check_rows(const struct query_file *f, struct err *e)
{
    const struct way *way = find_way(f);

    if (!way) {
        err_query(e, f->name_at, "this name says no format");
        err_hint(e, "end it in .pcap .csv .json .ndjson .html or .svg, or add "
                    "as FORMAT");
        return false;
    }
    if (way->needs == PACKETS && !f->columns->packets) {
        err_query(e, f->name_at,
                  "a pcap file holds packets, and these rows are none");
        err_hint(e, "put it before the stages that make rows of their own, or "
                    "write csv");
        return false;
    }
    if (way->needs == CHART && !f->columns->chart) {
        err_query(e, f->name_at, "an svg file holds a chart");
        err_hint(e, "put `chart COLUMN` before it");
        return false;
    }
    return true;
}

/* A hunt may come from elsewhere: it makes files in its folder, and cannot
 * leave it, through links either. */
static bool check_hunt(const struct write_to *w, const struct query_file *f,
                       struct err *e)
{
    if (!w->hunt)
        return true;
    if (!w->dir) {
        err_query(e, f->name_at, "a hunt writes only below a folder");
        err_hint(e, "name it: trawl hunt run --out DIR");
        return false;
    }
    if (!strchr(f->name, '/') && f->name[0] != '.')
        return true;
    err_query(e, f->name_at, "a hunt writes into the folder of --out only");
    err_hint(e, "give a name without / that does not begin with a dot");
    return false;
}

/* AT_FDCWD, or a folder to be closed; -1: *e is set. */
static int open_dir(const struct write_to *w, struct err *e)
{
    int fd =
        w->dir ? open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : AT_FDCWD;

    if (fd == -1)
        err_set(e, ERR_SYSTEM, "cannot open %s: %s", w->dir,
                strerrordesc_np(errno));
    return fd;
}

static void close_dir(int fd)
{
    if (fd >= 0)
        close(fd);
}

static bool check_free(const struct write_to *w, const struct query_file *f,
                       struct err *e)
{
    struct stat st;
    int dir = open_dir(w, e);

    if (dir == -1)
        return false;
    bool there = fstatat(dir, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    close_dir(dir);
    if (!there)
        return true;
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return err_query(e, f->name_at, "this is there, and no file");
    if (w->force)
        return true;
    err_query(e, f->name_at, "this file is there already");
    err_hint(e, "--force lets it be overwritten");
    return false;
}

static bool check(void *ctx, const struct query_file *f, struct err *e)
{
    const struct write_to *w = ctx;

    if (!f->name[0])
        return err_query(e, f->name_at, "a file needs a name");
    return check_rows(f, e) && check_hunt(w, f, e) && check_free(w, f, e);
}

/* ---- at work ---- */

static bool made_before(const struct write_to *w, const char *name)
{
    for (size_t at = 0; at < w->made.len;) {
        const char *s = (const char *)w->made.data + at;

        if (strcmp(s, name) == 0)
            return true;
        at += strlen(s) + 1;
    }
    return false;
}

/* The file is new, so that nothing is followed and nothing is lost. */
static FILE *make_file(struct write_to *w, int dir, const char *name,
                       struct err *e)
{
    if (w->force && !made_before(w, name))
        (void)!unlinkat(dir, name, 0);
    int fd = openat(dir, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

    if (out)
        buf_put(&w->made, name, strlen(name) + 1);
    else
        err_set(e, ERR_SYSTEM, "cannot write %s: %s", name,
                strerrordesc_np(errno));
    return out;
}

static void *open_file(void *ctx, const struct query_file *f, struct err *e)
{
    struct write_to *w = ctx;
    const struct way *way = find_way(f);
    int dir = open_dir(w, e);
    FILE *out = dir == -1 ? NULL : make_file(w, dir, f->name, e);

    if (!out) {
        close_dir(dir);
        return NULL;
    }
    struct output *o = memory_zeroed(1, sizeof *o);
    struct format_options options = w->o;

    options.out = out;
    options.notes = NULL;
    o->out = out;
    o->dir = dir;
    o->name = memory_alloc(strlen(f->name) + 1);
    memcpy(o->name, f->name, strlen(f->name) + 1);
    o->what = f->columns->packets ? "packets" : "rows";
    format_open(&o->format, way->kind ? way->kind : format_find(way->name),
                &options);
    format_begin(&o->format, 0, f->columns);
    return o;
}

static bool rows(void *file, struct batch *b, struct err *e)
{
    struct output *o = file;

    if (format_rows(&o->format, b))
        return true;
    if (e->code == ERR_NONE)
        *e = o->format.error;
    return false;
}

static void say(const struct output *o, char note[QUERY_NOTE_MAX])
{
    const struct format *f = &o->format;
    char n[32], left[32];
    int len =
        snprintf(note, QUERY_NOTE_MAX, "wrote %s %s to %.200s",
                 info_grouped(n, f->rows - f->left_out), o->what, o->name);

    if (f->left_out && len > 0 && len < QUERY_NOTE_MAX)
        snprintf(note + len, (size_t)(QUERY_NOTE_MAX - len), "; %s %s",
                 info_grouped(left, f->left_out), f->left_why);
}

static bool close_file(void *file, bool whole, char note[QUERY_NOTE_MAX],
                       struct err *e)
{
    struct output *o = file;

    if (whole)
        format_end(&o->format);
    bool ok = format_close(&o->format, e);

    if (fclose(o->out) != 0 && ok)
        ok = err_set(e, ERR_SYSTEM, "cannot write %s: %s", o->name,
                     strerrordesc_np(errno));
    say(o, note);
    if (!whole || !ok)
        (void)!unlinkat(o->dir, o->name, 0);
    close_dir(o->dir);
    free(o->name);
    free(o);
    return ok;
}

/* ---- the writer ---- */

void write_open(struct write_to *w)
{
    w->writer = (struct query_writer){w, check, open_file, rows, close_file};
}

void write_begin(struct write_to *w)
{
    w->made.len = 0;
}

void write_close(struct write_to *w)
{
    buf_free(&w->made);
}
