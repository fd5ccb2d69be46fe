/* hunt.c - `trawl hunt`: saved query scripts listed, shown, run and tested. */
#include "cli/hunt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/files.h"
#include "cli/hunt_rows.h"
#include "cli/info.h"
#include "cli/stop.h"

enum { SHOWN = 20 }; /* lines of what is new, and of what is gone */

static const struct option_row options[] = {
#define OPTIONS_INTO struct hunt_args
#include "cli/hunt.def"
};

struct task {
    const struct command_call *call;
    const struct hunt_args *args;
    struct hunts hunts;
    const struct hunts_file **pick;
    uint32_t picks;
};

static void put(FILE *out, const char *text)
{
    text_print(out, text, strlen(text));
}

static int64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TIMESTAMP_SECOND + now.tv_nsec;
}

/* ---- which ---- */

/* When it ran last; 0: never, or nobody knows. */
static int64_t last_run(const struct task *t, const struct hunts_file *f)
{
    struct hunt_rows rows = {0};
    struct err ignored = {0};
    bool ran =
        hunt_rows_load(&rows, t->call->globals.store, f->hunt.name, &ignored);
    int64_t time = ran ? rows.time : 0;

    hunt_rows_free(&rows);
    return time;
}

static bool is_due(const struct task *t, const struct hunts_file *f)
{
    int64_t period = hunt_period(&f->hunt), last = last_run(t, f);

    return period && (!last || clock_now() - last >= period);
}

static void pick(struct task *t, const struct hunts_file *f)
{
    if (t->args->due && !is_due(t, f))
        return;
    t->pick = memory_grow((void *)t->pick, t->picks, sizeof(void *));
    t->pick[t->picks++] = f;
}

/* Those that are named; without names all, where that is meant. */
static bool pick_hunts(struct task *t, bool all, struct err *e)
{
    const struct options_words *w = &t->call->words;

    for (uint32_t i = 1; i < w->n; i++) {
        const struct hunts_file *f = hunts_find(&t->hunts, w->word[i], e);

        if (!f)
            return false;
        pick(t, f);
    }
    if (w->n > 1)
        return true;
    if (!all && !t->args->all && !t->args->due) {
        err_set(e, ERR_USAGE, "`trawl hunt %s` needs a name", w->word[0]);
        err_hint(e, "trawl hunt %s NAME..., --all or --due", w->word[0]);
        return false;
    }
    for (uint32_t i = 0; i < t->hunts.n; i++)
        pick(t, &t->hunts.file[i]);
    return true;
}

/* ---- list, show ---- */

static int list(struct task *t)
{
    for (uint32_t i = 0; i < t->picks; i++) {
        const struct hunt *h = &t->pick[i]->hunt;

        printf("%-26s %-8s ", h->name, h->schedule ? h->schedule : "-");
        put(stdout, h->title);
        fputc('\n', stdout);
    }
    return 0;
}

static int show(struct task *t)
{
    for (uint32_t i = 0; i < t->picks; i++) {
        const struct hunts_file *f = t->pick[i];

        if (i)
            fputc('\n', stdout);
        fputs("# ", stdout);
        put(stdout, f->path);
        fputc('\n', stdout);
        fwrite(f->hunt.text, 1, f->hunt.len, stdout);
    }
    return 0;
}

/* ---- run ---- */

/* One hunt at work. */
struct chase {
    const struct task *task;
    const struct hunts_file *file;
    struct session session;
    struct hunt_rows now, last;
    struct query_counts counts; /* of its last query; packets of all */
    const char **value;
    struct arena arena; /* of `value` */
    bool quiet;
};

static void on_end(void *ctx, const struct query_counts *n)
{
    struct chase *c = ctx;
    uint64_t packets = c->counts.packets;

    c->counts = *n;
    c->counts.packets += packets;
}

static void forward_begin(void *ctx, const struct columns *columns)
{
    struct chase *c = ctx;
    struct session_watch w = hunt_rows_watch(&c->now);

    w.begin(w.ctx, columns);
}

static void forward_rows(void *ctx, const struct session *s, struct batch *b)
{
    struct chase *c = ctx;
    struct session_watch w = hunt_rows_watch(&c->now);

    w.rows(w.ctx, s, b);
}

int hunt_ask(const struct hunts_file *f, struct session *s, const char *range,
             const char ***value, struct arena *a)
{
    const struct hunt *h = &f->hunt;
    const struct hunt_words given = {(const char **)s->args.set.item,
                                     s->args.set.n};
    struct err e = {0};

    s->settings.range = range;
    *value = hunt_set(h, s->query, &given, a, &e);
    if (!*value || !query_session_set(s->query, &s->settings, &e))
        return command_fail(&e);
    return session_run(s, range ? h->rangeless : h->body, h->len, f->path);
}

static double covered(const struct store_cover *c, int64_t from, int64_t to)
{
    int64_t lo = c->from > from ? c->from : from;
    int64_t hi = c->to < to ? c->to : to;

    return hi > lo ? (double)(hi - lo) : 0;
}

/* What each sensor recorded of the range, of which an open end is that of the
 * store. */
static void say_sensors(const struct store_cover *cover, uint32_t n,
                        int64_t from, int64_t to)
{
    int64_t lo = INT64_MAX, hi = INT64_MIN;

    for (uint32_t i = 0; i < n; i++) {
        lo = cover[i].from < lo ? cover[i].from : lo;
        hi = cover[i].to > hi ? cover[i].to : hi;
    }
    from = from == INT64_MIN ? lo : from;
    to = to == INT64_MAX ? hi : to;
    for (uint32_t i = 0, j; i < n && to > from; i = j) {
        double sum = 0;

        for (j = i; j < n && strcmp(cover[i].sensor, cover[j].sensor) == 0; j++)
            sum += covered(&cover[j], from, to);
        fputs(i ? ", " : "", stderr);
        put(stderr, cover[i].sensor);
        fprintf(stderr, " %.4g %%", 100 * sum / ((double)to - (double)from));
    }
    fputs(n ? "\n" : "none\n", stderr);
}

/* That nobody knows is not the same as that there is none. */
static void say_coverage(const struct chase *c)
{
    struct arena a = {0};
    struct strtab text = {0};
    struct err e = {0};
    uint32_t n = 0;
    struct store_reader *r =
        store_reader_open(c->session.store, &text, false, &e);

    fputs("  coverage   ", stderr);
    if (r && store_reader_covers(r, &e)) {
        const struct store_cover *cover = store_reader_coverage(r, &a, &n);

        say_sensors(cover, n, c->counts.from, c->counts.to);
    } else {
        fputs("unknown: ", stderr);
        put(stderr, e.text);
        fputc('\n', stderr);
    }
    if (r)
        store_reader_close(r);
    strtab_free(&text);
    arena_free(&a);
}

struct lines {
    const char *what;
    size_t n;
};

static void say_line(void *ctx, const char *row)
{
    struct lines *l = ctx;

    if (l->n++ >= SHOWN)
        return;
    fprintf(stderr, "  %-10s ", l->what);
    put(stderr, row);
    fputc('\n', stderr);
}

static void say_lines(const char *what, const struct hunt_rows *a,
                      const struct hunt_rows *b)
{
    struct lines l = {what, 0};
    size_t n = hunt_rows_minus(a, b, say_line, &l);

    if (n > SHOWN)
        fprintf(stderr, "  %-10s and %zu more\n", what, n - SHOWN);
}

static bool comparable(const struct chase *c)
{
    const struct buf *a = &c->now.columns, *b = &c->last.columns;

    return !c->now.n || !c->last.n ||
           (a->len == b->len && memcmp(a->data, b->data, a->len) == 0);
}

static void say_changes(const struct chase *c, bool ran)
{
    char when[TIMESTAMP_TEXT_MAX];

    if (!ran) {
        fputs("  since      this is the first run\n", stderr);
        return;
    }
    timestamp_format(when, c->last.time, 0);
    fprintf(stderr, "  since      %s%s\n", when,
            comparable(c) ? "" : ", which had other columns");
    if (!comparable(c))
        return;
    say_lines("new", &c->now, &c->last);
    say_lines("gone", &c->last, &c->now);
}

static void say_head(const struct chase *c)
{
    const struct hunt *h = &c->file->hunt;
    char n[32];

    fprintf(stderr, "hunt %s, version %" PRId64 ": %s rows\n", h->name,
            h->version, info_grouped(n, c->now.rows));
    for (uint32_t i = 0; i < h->params; i++) {
        fprintf(stderr, "%s%s = ", i ? ", " : "  parameters ",
                h->param[i].name);
        put(stderr, c->value[i]);
    }
    if (h->params)
        fputc('\n', stderr);
    fprintf(stderr, "  packets    %s read\n",
            info_grouped(n, c->counts.packets));
}

/* A run with other parameters or another range is looked at, not kept. */
static bool is_regular(const struct chase *c)
{
    return !c->task->args->range && !c->session.args.set.n;
}

static void report(struct chase *c)
{
    const char *store = c->task->call->globals.store;
    const char *name = c->file->hunt.name;
    struct err e = {0};
    bool ran = hunt_rows_load(&c->last, store, name, &e);

    if (!c->quiet) {
        say_head(c);
        say_coverage(c);
        say_changes(c, ran);
    }
    if (is_regular(c) && !e.code)
        (void)!hunt_rows_save(&c->now, store, name, clock_now(), &e);
    if (e.code)
        err_print(stderr, &e, NULL, NULL);
}

static char *output_path(const struct chase *c)
{
    const struct session_args *a = &c->task->args->session;
    const char *format = a->format ? format_names[a->format - 1] : "csv";
    struct buf name = {0};

    buf_printf(&name, "%s.%s", c->file->hunt.name, format);
    char *path = files_join(c->task->args->dir, (const char *)name.data);
    buf_free(&name);
    return path;
}

static int chase(struct task *t, const struct hunts_file *f)
{
    struct chase c = {.task = t, .file = f, .quiet = t->call->globals.quiet};
    struct session_args args = t->args->session;
    const struct session_watch watch = {&c, forward_begin, forward_rows,
                                        on_end};
    char *path = t->args->dir ? output_path(&c) : NULL;

    args.out = path;
    args.hunt = true;
    args.folder = t->args->dir;
    args.set = (struct options_list){0};
    int status = session_open(&c.session, t->call, &args);
    if (status == 0) {
        c.session.args.set = t->args->session.set;
        c.session.watch = &watch;
        status = hunt_ask(f, &c.session, t->args->range, &c.value, &c.arena);
        hunt_rows_close(&c.now);
        if (status == 0 || status == 3)
            report(&c);
        if (status == 0 && c.now.rows)
            status = 1;
        session_close(&c.session);
    }
    hunt_rows_free(&c.now);
    hunt_rows_free(&c.last);
    arena_free(&c.arena);
    free(path);
    return status;
}

/* Of several: failures before what coverage does not support, that before
 * rows. */
static int worse(int a, int b)
{
    static const int order[] = {0, 1, 3};
    size_t x = 3, y = 3;

    for (size_t i = 0; i < 3; i++) {
        x = order[i] == a ? i : x;
        y = order[i] == b ? i : y;
    }
    return y > x ? b : a;
}

static int run(struct task *t)
{
    const char *dir = t->args->dir;
    int status = 0;

    stop_install(true);
    if (dir && mkdir(dir, 0777) != 0 && errno != EEXIST) {
        struct err e = {0};

        err_set(&e, ERR_SYSTEM, "cannot make %s: %s", dir,
                strerrordesc_np(errno));
        return command_fail(&e);
    }
    for (uint32_t i = 0; i < t->picks && !stop_flag; i++) {
        if (i && !dir)
            fputc('\n', stdout);
        status = worse(status, chase(t, t->pick[i]));
    }
    return status;
}

static int test(struct task *t)
{
    return hunt_test(t->pick, t->picks);
}

/* ---- the command ---- */

static const struct verb {
    const char *name;
    bool all; /* without names: all of them */
    int (*run)(struct task *t);
} verbs[] = {
    {"list", true,  list},
    {"show", false, show},
    {"run",  false, run },
    {"test", true,  test},
};

static const struct verb *find_verb(const char *name, struct err *e)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    err_set(e, ERR_USAGE, "`%s` is nothing that hunts do", name);
    err_hint(e, "trawl hunt list, show, run or test");
    return NULL;
}

static int run_hunt(struct command_call *c)
{
    struct task t = {.call = c, .args = c->args};
    struct err e = {0};
    const struct verb *v = find_verb(c->words.word[0], &e);

    if (!v)
        return command_fail(&e);
    hunts_load(&t.hunts, c->globals.store);
    int status = pick_hunts(&t, v->all, &e) ? v->run(&t) : command_fail(&e);
    if (t.hunts.broken)
        status = worse(status, 2);
    free((void *)t.pick);
    hunts_free(&t.hunts);
    return status;
}

const struct command command_hunt = {
    .name = "hunt",
    .usage = "list|show|run|test [NAME...]",
    .help = "saved query scripts",
    .word = "NAME",
    .about =
        "list   the hunts: those that ship, and those in the store's folder "
        "hunts\nshow   the script, with what it says of reading its rows\n"
        "run    rows to stdout, and a report to stderr: range, parameters, "
        "coverage,\n       what is new and what is gone since the last run\n"
        "test   runs the tests beside them\n\n"
        "A run with --range or --set is not remembered. Exit status of run: 0 "
        "no rows,\n1 rows, 3 no data or not covered, others as `trawl query`; "
        "of test: 1 where\none failed.",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct hunt_args),
    .min_words = 1,
    .max_words = UINT32_MAX,
    .run = run_hunt};
