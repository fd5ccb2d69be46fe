/* hunt_rows.c - rows as lines, and the file that keeps them. */
#include "cli/hunt_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/files.h"

static const char first_line[] = "trawl rows 1\n";

/* ---- filling ---- */

static bool takes(const struct hunt_rows *r, uint32_t i)
{
    return !r->keyed || r->in->col[i].key;
}

static void on_begin(void *ctx, const struct columns *c)
{
    struct hunt_rows *r = ctx;

    r->in = c;
    r->keyed = false;
    for (uint32_t i = 0; i < c->n; i++)
        r->keyed = r->keyed || c->col[i].key;
    for (uint32_t i = 0; i < c->n; i++)
        if (takes(r, i))
            buf_printf(&r->columns, "%s,", c->col[i].name);
    buf_u8(&r->columns, ';');
}

static void put_cell(struct buf *out, const struct session *s,
                     const struct vtype *t, struct value v)
{
    const struct render how = {.style = t->type == TYPE_STRING ? RENDER_JSON
                                                               : RENDER_PLAIN,
                               .tz = query_session_tz(s->query),
                               .text = query_session_text(s->query)};

    if (v.absent)
        buf_u8(out, '-');
    else
        render_for(&how, t)(out, &how, t, v.cell);
}

static void add_row(struct hunt_rows *r, const struct session *s,
                    struct batch *b, uint32_t row)
{
    struct buf line = {0};

    for (uint32_t i = 0; i < r->in->n; i++) {
        const struct vtype *t = &r->in->col[i].type;

        if (!takes(r, i))
            continue;
        if (line.len)
            buf_put(&line, ", ", 2);
        put_cell(&line, s, t,
                 value_at(batch_column(b, i), schema_types[t->type].lane, row));
    }
    buf_u8(&line, '\0');
    r->row = memory_grow((void *)r->row, r->n, sizeof *r->row);
    r->row[r->n++] = (char *)line.data;
    r->rows++;
}

static void on_rows(void *ctx, const struct session *s, struct batch *b)
{
    for (uint32_t i = 0; i < b->sel.n; i++)
        add_row(ctx, s, b, b->sel.row[i]);
}

struct session_watch hunt_rows_watch(struct hunt_rows *r)
{
    return (struct session_watch){.ctx = r, .begin = on_begin, .rows = on_rows};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void hunt_rows_close(struct hunt_rows *r)
{
    size_t n = 0;

    if (r->n)
        qsort((void *)r->row, r->n, sizeof *r->row, by_text);
    for (size_t i = 0; i < r->n; i++) {
        if (n && strcmp(r->row[n - 1], r->row[i]) == 0)
            free(r->row[i]);
        else
            r->row[n++] = r->row[i];
    }
    r->n = n;
}

void hunt_rows_free(struct hunt_rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->row[i]);
    free((void *)r->row);
    buf_free(&r->columns);
    *r = (struct hunt_rows){0};
}

size_t hunt_rows_minus(const struct hunt_rows *a, const struct hunt_rows *b,
                       void (*f)(void *ctx, const char *row), void *ctx)
{
    size_t n = 0, j = 0;

    for (size_t i = 0; i < a->n; i++) {
        while (j < b->n && strcmp(b->row[j], a->row[i]) < 0)
            j++;
        if (j < b->n && strcmp(b->row[j], a->row[i]) == 0)
            continue;
        n++;
        f(ctx, a->row[i]);
    }
    return n;
}

/* ---- the file: <store>/hunts/state/NAME ---- */

/* The folder `state` (made where it is missing, with `make`), or the file in
 * it; free it. */
static char *state_path(const char *store, const char *hunt, bool make)
{
    char *hunts = files_join(store, "hunts");
    char *dir = files_join(hunts, "state");

    if (make) {
        mkdir(hunts, 0700);
        mkdir(dir, 0700);
    }
    char *path = files_join(dir, hunt);
    free(hunts);
    free(dir);
    return path;
}

/* Up to the line's end, which becomes a NUL; *at moves behind it. */
static char *line(char **at)
{
    char *text = *at, *end = strchr(text, '\n');

    *at = end ? end + 1 : text + strlen(text);
    if (end)
        *end = '\0';
    return text;
}

static bool parse(struct hunt_rows *r, char *at)
{
    if (strncmp(at, first_line, strlen(first_line)) != 0)
        return false;
    line(&at);
    r->time = strtoll(line(&at), NULL, 10);
    const char *columns = line(&at);

    buf_put(&r->columns, columns, strlen(columns));
    while (*at) {
        const char *text = line(&at);

        r->row = memory_grow((void *)r->row, r->n, sizeof *r->row);
        r->row[r->n] = memory_alloc(strlen(text) + 1);
        memcpy(r->row[r->n++], text, strlen(text) + 1);
    }
    hunt_rows_close(r);
    return true;
}

bool hunt_rows_load(struct hunt_rows *r, const char *store, const char *hunt,
                    struct err *e)
{
    char *path = state_path(store, hunt, false);
    struct buf text = {0};
    bool ok = false;

    if (access(path, F_OK) == 0 && files_read(path, &text, e))
        ok = parse(r, (char *)text.data) ||
             err_set(e, ERR_INPUT, "%s is no file of rows", path);
    buf_free(&text);
    free(path);
    return ok;
}

static bool write_rows(FILE *f, const struct hunt_rows *r, int64_t now)
{
    fprintf(f, "%s%" PRId64 "\n%.*s\n", first_line, now, (int)r->columns.len,
            r->columns.data ? (const char *)r->columns.data : "");
    for (size_t i = 0; i < r->n; i++)
        fprintf(f, "%s\n", r->row[i]);
    return fflush(f) == 0 && fsync(fileno(f)) == 0;
}

bool hunt_rows_save(const struct hunt_rows *r, const char *store,
                    const char *hunt, int64_t now, struct err *e)
{
    char *path = state_path(store, hunt, true);
    struct buf name = {0};

    buf_printf(&name, "%s.%ld.new", path, (long)getpid());
    const char *temporary = (const char *)name.data;
    int fd = open(temporary,
                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = f && write_rows(f, r, now);

    if (f)
        ok = fclose(f) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok)
        err_set(e, ERR_SYSTEM, "cannot write %s: %s", path,
                strerrordesc_np(errno));
    if (!ok && f)
        unlink(temporary);
    buf_free(&name);
    free(path);
    return ok;
}
