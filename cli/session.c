/* session.c - settings from options, and running a text. */
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/files.h"
#include "cli/info.h"
#include "cli/stop.h"
#include "grammar/parse.h"

static const char *const time_names[] = {"rfc3339", "epoch", NULL};

const struct option_row session_options[SESSION_OPTIONS] = {
#define OPTIONS_INTO struct session_args
#include "cli/session.def"
};

_Static_assert(sizeof session_options / sizeof *session_options ==
                   SESSION_OPTIONS,
               "query takes all, the shell those before --explain");

struct store *session_store(const struct command_call *c, struct err *e)
{
    const char *dir = c->globals.store;

    if (store_exists(dir))
        return store_open(dir, e);
    err_set(e, ERR_STORE, "there is no store at %s", dir);
    err_hint(e, "`trawl ingest PATH...` makes one; -s DIR or $TRAWL_STORE "
                "names another place");
    return NULL;
}

/* Errors of the site file point into it. */
static int fail_site(const struct store *st, const struct err *e)
{
    struct buf text = {0};
    struct err ignored;
    char *path = files_join(store_dir(st), "site.trawl");

    if (e->code == ERR_QUERY && files_read(path, &text, &ignored))
        err_print(stderr, e, (const char *)text.data, path);
    else
        err_print(stderr, e, NULL, NULL);
    buf_free(&text);
    free(path);
    return err_exit_status(e);
}

static bool set_param(struct session *s, const char *item, const char **value,
                      struct err *e)
{
    const char *eq = strchr(item, '=');
    char name[64];

    if (!eq || eq == item || (size_t)(eq - item) >= sizeof name)
        return err_set(e, ERR_USAGE, "`--set` takes NAME=VALUE, not `%s`",
                       item);
    memcpy(name, item, (size_t)(eq - item));
    name[eq - item] = '\0';
    *value = eq + 1;
    return query_session_param(s->query, name, eq + 1, e);
}

static int set_params(struct session *s)
{
    struct err e = {0};
    const char *value = NULL;

    for (uint32_t i = 0; i < s->args.set.n; i++)
        if (!set_param(s, s->args.set.item[i], &value, &e)) {
            err_print(stderr, &e, value, "--set");
            return err_exit_status(&e);
        }
    return 0;
}

/* A point in time without words, parameters and steps. */
static bool is_fixed_point(const struct ast_item *item)
{
    if (!item || item->kind != ITEM_QUERY || item->next ||
        item->query.range.kind != RANGE_FROM || item->query.filter ||
        item->query.stages)
        return false;
    const struct ast *t = item->query.range.a;
    return t->kind == AST_TIME && !t->time.word && !t->time.param &&
           t->time.step == 0;
}

/* "from T" is parsed, so that T is written as in a query. */
bool session_point(const char *text, const struct tz *tz, int64_t *out)
{
    struct arena a = {0};
    struct buf b = {0};
    struct err ignored = {0};

    buf_printf(&b, "from %s", text);
    const struct ast_item *item =
        parse_text(&a, (const char *)b.data, b.len, &ignored);
    bool ok = is_fixed_point(item) &&
              timestamp_from_civil(&item->query.range.a->time.civil, out);
    if (ok) {
        const struct ast_time *t = &item->query.range.a->time;
        if (t->has_offset)
            ok = !__builtin_sub_overflow(*out, t->offset * TIMESTAMP_SECOND,
                                         out);
        else
            *out = tz_from_local(tz, *out);
    }
    buf_free(&b);
    arena_free(&a);
    return ok;
}

bool session_set_now(struct session *s, const char *text, struct err *e)
{
    static const struct {
        const char *name;
        enum query_now now;
    } words[] = {
        {"latest", QUERY_NOW_LATEST},
        {"clock",  QUERY_NOW_CLOCK },
        {"auto",   QUERY_NOW_AUTO  }
    };
    struct query_settings o = s->settings;
    bool known = false;

    for (size_t i = 0; i < sizeof words / sizeof *words && !known; i++) {
        known = strcmp(words[i].name, text) == 0;
        o.now = words[i].now;
    }
    if (!known) {
        o.now = QUERY_NOW_AT;
        if (!session_point(text, query_session_tz(s->query), &o.now_at)) {
            err_set(e, ERR_USAGE, "`%s` is no point in time", text);
            err_hint(e, "latest, clock, or a time as 2026-09-01T12:00");
            return false;
        }
    }
    if (!query_session_set(s->query, &o, e))
        return false;
    s->settings = o;
    return true;
}

bool session_set_tz(struct session *s, const char *text, struct err *e)
{
    struct query_settings o = s->settings;

    o.tz = text;
    if (!query_session_set(s->query, &o, e))
        return false;
    s->settings = o;
    return true;
}

static void take_args(struct session *s, const struct command_call *c)
{
    const struct session_args *a = &s->args;
    const char *tmp = getenv("TMPDIR"); /* NOLINT: one thread */

    if (a->tmp)
        tmp = a->tmp;
    s->quiet = c->globals.quiet;
    s->verbose = c->globals.verbose;
    s->format = a->format ? &format_kinds[a->format - 1] : NULL;
    s->epoch = a->time && strcmp(time_names[a->time - 1], "epoch") == 0;
    /* Odd times lie outside `last` and `now`, but a range that is written out,
     * or `all`, means them too. */
    s->settings = (struct query_settings){.tz = a->tz,
                                          .mem = a->mem,
                                          .tmp = tmp && tmp[0] ? tmp : NULL,
                                          .limit_time = a->limit_time,
                                          .odd = true,
                                          .explain = a->explain,
                                          .profile = a->profile,
                                          .skip_damaged = a->skip_damaged,
                                          .keep_unknown = a->keep_unknown,
                                          .writer = &s->write.writer,
                                          .stop = &stop_flag};
    s->write =
        (struct write_to){.hunt = a->hunt, .dir = a->folder, .force = a->force};
    write_open(&s->write);
}

int session_open(struct session *s, const struct command_call *c,
                 const struct session_args *args)
{
    struct err e = {0};

    *s = (struct session){.args = *args};
    take_args(s, c);
    s->store = session_store(c, &e);
    if (!s->store)
        return command_fail(&e);
    s->query = query_session_open(s->store, &s->settings, &e);
    int status = s->query ? set_params(s) : fail_site(s->store, &e);
    if (status == 0 && args->now && !session_set_now(s, args->now, &e))
        status = command_fail(&e);
    if (status != 0)
        session_close(s);
    return status;
}

void session_close(struct session *s)
{
    if (s->query)
        query_session_close(s->query);
    if (s->store)
        store_close(s->store);
    write_close(&s->write);
    s->query = NULL;
    s->store = NULL;
}

/* One text on its way through the engine. */
struct run {
    struct session *s;
    const char *text, *file;
    FILE *out; /* stdout, or -o once the first query begins */
    struct format format;
    bool open, no_data, left_out, uncovered;
    struct err e; /* of the output */
};

static const struct format_kind *pick_format(const struct run *r)
{
    if (r->s->format)
        return r->s->format;
    return format_find(!r->s->args.out && isatty(STDOUT_FILENO) ? "table"
                                                                : "csv");
}

/* Only now: a query with an error leaves an older file as it was. */
static bool open_output(struct run *r)
{
    const char *path = r->s->args.out;

    r->out = stdout;
    if (!path)
        return true;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    r->out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!r->out)
        return err_set(&r->e, ERR_SYSTEM, "cannot write %s: %s", path,
                       strerrordesc_np(errno));
    return true;
}

/* Those of stdout; a file of `write` has another `out`. */
static struct format_options options_of(const struct session *s)
{
    return (struct format_options){.out = stdout,
                                   .notes = s->quiet ? NULL : stderr,
                                   .no_header = s->args.no_header,
                                   .epoch = s->epoch,
                                   .csv_safe = s->args.csv_safe,
                                   .mem = s->args.mem,
                                   .tz = query_session_tz(s->query),
                                   .text = query_session_text(s->query)};
}

static bool open_format(struct run *r)
{
    struct format_options o = options_of(r->s);

    if (!open_output(r))
        return false;
    o.out = r->out;
    format_open(&r->format, pick_format(r), &o);
    r->open = true;
    return true;
}

static bool on_begin(void *ctx, uint32_t index, const struct columns *c)
{
    struct run *r = ctx;

    if (r->s->settings.explain)
        return true;
    if (r->s->watch && r->s->watch->begin)
        r->s->watch->begin(r->s->watch->ctx, c);
    if (c->aside)
        return true;
    if (!r->open && !open_format(r))
        return false;
    format_begin(&r->format, index, c);
    return true;
}

static bool on_rows(void *ctx, struct batch *b, const struct columns *c)
{
    struct run *r = ctx;

    if (r->s->watch && r->s->watch->rows)
        r->s->watch->rows(r->s->watch->ctx, r->s, b);
    return c->aside || format_rows(&r->format, b);
}

static void say_counts(const struct query_counts *n)
{
    char rows[32], packets[32], took[TIMESTAMP_TEXT_MAX], memory[24];

    timestamp_format_length(took, n->elapsed);
    text_bytes(memory, n->memory_peak);
    fprintf(stderr,
            "note: %s rows in %s: %" PRIu64 " of %" PRIu64
            " blocks read, %s packets, %s of memory\n",
            info_grouped(rows, n->rows), took, n->blocks_read, n->blocks,
            info_grouped(packets, n->packets), memory);
}

static void on_end(void *ctx, uint32_t index, const struct query_counts *n)
{
    struct run *r = ctx;

    (void)index;
    if (r->s->watch && r->s->watch->end)
        r->s->watch->end(r->s->watch->ctx, n);
    if (r->open && r->format.begun)
        format_end(&r->format);
    if (r->s->verbose && !r->s->quiet)
        say_counts(n);
    r->left_out = r->left_out || n->left_out > 0;
    r->uncovered = r->uncovered || n->uncovered > 0;
    if (!n->no_data)
        return;
    r->no_data = true;
    if (!r->s->quiet)
        fputs("note: there is no packet in that range\n", stderr);
}

static void on_note(void *ctx, struct span at, const char *text)
{
    const struct run *r = ctx;
    struct err e = {.code = ERR_QUERY, .at = at};

    if (r->s->quiet)
        return;
    if (at.from == at.to) {
        fputs("note: ", stderr);
        text_print(stderr, text, strlen(text));
        fputc('\n', stderr);
        return;
    }
    snprintf(e.text, sizeof e.text, "warning: %s", text);
    err_print(stderr, &e, r->text, r->file);
}

/* The plan is what --explain asks for; a profile stands beside the rows. */
static void on_explain(void *ctx, const char *line)
{
    const struct run *r = ctx;
    FILE *out = r->s->settings.explain ? stdout : stderr;

    text_print(out, line, strlen(line));
    fputc('\n', out);
}

/* True when the output is whole, or its reader went away. */
static bool close_output(struct run *r)
{
    struct err e = {0};
    bool ok = r->e.code == ERR_NONE;

    if (r->open && !format_close(&r->format, &e)) {
        r->e = e;
        ok = false;
    }
    if (r->out && r->out != stdout && fclose(r->out) != 0 && ok)
        ok = err_set(&r->e, ERR_SYSTEM, "cannot write %s: %s", r->s->args.out,
                     strerrordesc_np(errno));
    return ok;
}

int session_run(struct session *s, const char *text, size_t len,
                const char *file)
{
    struct run r = {.s = s, .text = text, .file = file};
    const struct query_sink sink = {.ctx = &r,
                                    .begin = on_begin,
                                    .rows = on_rows,
                                    .end = on_end,
                                    .note = on_note,
                                    .explain = on_explain};
    struct err e = {0};

    s->write.o = options_of(s);
    write_begin(&s->write);
    bool ran = query_run(s->query, text, len, &sink, &e);
    bool written = close_output(&r);

    fflush(stdout);
    if (!ran) {
        err_print(stderr, &e, text, file);
        return err_exit_status(&e);
    }
    if (!written)
        return command_fail(&r.e);
    return r.no_data || r.left_out || r.uncovered ? 3 : 0;
}
