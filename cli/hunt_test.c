/* hunt_test.c - tests of hunts: traces in, rows expected, a change that
 * silences, a look-alike that must stay silent. hunts/README.md has the
 * format. */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/files.h"
#include "cli/hunt.h"
#include "ingest/ingest.h"

enum { TRACES_MAX = 8 };

enum section { NOTHING, SITE, TRACE, RANGE, SET, EXPECT, CHANGE };

struct trace {
    char sensor[64];
    struct buf text;
};

/* A test file on its way, and the case in hand. */
struct test {
    const struct hunts_file *file;
    struct buf site, range, expect, change;
    struct trace trace[TRACES_MAX];
    uint32_t traces;
    struct options_list set;
    struct arena arena;
    char title[128];
    bool open;      /* a case has begun and was not run */
    bool lookalike; /* it must stay silent */
    enum section section;
    uint32_t cases, found, mutations, lookalikes, failed;
    uint32_t line;
};

/* ---- one run ---- */

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static bool write_text(const char *dir, const char *name, const struct buf *b,
                       struct err *e)
{
    char *path = files_join(dir, name);
    FILE *f = fopen(path, "wxe");
    bool ok = f && fwrite(b->data, 1, b->len, f) == b->len;

    if (f)
        ok = fclose(f) == 0 && ok;
    if (!ok)
        err_set(e, ERR_SYSTEM, "cannot write %s: %s", path,
                strerrordesc_np(errno));
    free(path);
    return ok;
}

static bool ingest_trace(const char *store, const char *dir,
                         const struct trace *t, struct err *e)
{
    struct ingest_report *report = memory_zeroed(1, sizeof *report);
    const struct ingest_options o = {.sensor = t->sensor, .jobs = 1};
    char *path = files_join(dir, t->sensor);
    const char *paths[] = {path};
    struct store *s = NULL;
    bool ok = write_text(dir, t->sensor, &t->text, e) &&
              (s = store_open(store, e)) != NULL &&
              ingest_run(s, &o, paths, 1, report, e);

    if (ok && report->packets_kept != report->packets_read)
        ok = err_set(e, ERR_INPUT, "trace %s: %s", t->sensor,
                     report->warnings ? report->warning[0].text
                                      : report->skip[0].reason);
    if (ok && report->incomplete)
        ok = err_set(e, ERR_INPUT, "trace %s cannot be read", t->sensor);
    store_close(s);
    unlink(path);
    free(path);
    free(report);
    return ok;
}

static bool make_store(struct test *t, const char *store, const char *dir,
                       struct err *e)
{
    const struct store_options o = {0};
    const char *site = arena_strndup(
        &t->arena, t->site.data ? (const char *)t->site.data : "", t->site.len);
    bool ok = store_create_site(store, &o, site, e);

    for (uint32_t i = 0; ok && i < t->traces; i++)
        ok = ingest_trace(store, dir, &t->trace[i], e);
    return ok;
}

/* The rows as csv. Errors of the hunt are printed by the session. */
static int ask(struct test *t, const char *store, const char *dir,
               const char *path)
{
    struct command_call call = {
        .globals = {.store = store, .quiet = true}
    };
    struct session_args args = {.out = path, .hunt = true, .folder = dir};
    struct session s;
    const char **value;
    const char *range = t->range.len ? (const char *)t->range.data : "all";
    int status = session_open(&s, &call, &args);

    if (status == 0) {
        s.args.set = t->set;
        status = hunt_ask(t->file, &s, strcmp(range, "own") ? range : NULL,
                          &value, &t->arena);
        session_close(&s);
    }
    return status;
}

static bool run_in(struct test *t, const char *dir, struct buf *got)
{
    char *store = files_join(dir, "store"), *rows = files_join(dir, "rows");
    struct err e = {0};
    bool ok = make_store(t, store, dir, &e);

    if (!ok)
        command_fail(&e);
    if (ok) {
        int status = ask(t, store, dir, rows);

        ok = (status == 0 || status == 3) &&
             (access(rows, F_OK) != 0 || files_read(rows, got, &e));
    }
    free(store);
    free(rows);
    return ok;
}

/* In a folder of its own, gone afterwards. */
static bool run_once(struct test *t, struct buf *got)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it */
    const char *tmp = getenv("TMPDIR");
    char *dir = files_join(tmp ? tmp : "/tmp", "trawl-hunt-XXXXXX");
    bool ok = mkdtemp(dir) != NULL;

    if (!ok)
        perror("mkdtemp");
    if (ok) {
        ok = run_in(t, dir, got);
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
        nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    free(dir);
    return ok;
}

/* ---- verdicts ---- */

static void say(struct test *t, bool ok, const char *what, const char *title)
{
    printf("%s  %s: %s%s\n", ok ? "ok  " : "FAIL", t->file->hunt.name, what,
           title);
    t->failed += !ok;
}

static size_t lines(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

/* Without a blank line at the end. */
static void trim(struct buf *b)
{
    while (b->len > 1 && b->data[b->len - 1] == '\n' &&
           b->data[b->len - 2] == '\n')
        b->len--;
    if (b->len == 1 && b->data[0] == '\n')
        b->len = 0;
}

static void show(const char *what, const struct buf *b)
{
    printf("      %s:\n", what);
    fwrite(b->data, 1, b->len, stdout);
}

static void expect_silence(struct test *t, const char *what)
{
    struct buf got = {0};
    bool ran = run_once(t, &got), silent = lines(&got) <= 1;

    say(t, ran && silent, what, t->title);
    if (!silent)
        show("must stay silent, but found", &got);
    buf_free(&got);
}

static void expect_rows(struct test *t)
{
    struct buf got = {0};
    bool ran = run_once(t, &got);

    trim(&t->expect);
    bool same = got.len == t->expect.len &&
                (!got.len || memcmp(got.data, t->expect.data, got.len) == 0);
    say(t, ran && same, "", t->title);
    if (!same) {
        show("expected", &t->expect);
        show("found", &got);
    }
    t->found += lines(&t->expect) > 1;
    buf_free(&got);
}

static void run_case(struct test *t)
{
    if (!t->open)
        return;
    t->open = false;
    if (t->lookalike) {
        t->lookalikes++;
        expect_silence(t, "look-alike ");
    } else {
        t->cases++;
        expect_rows(t);
    }
}

/* Replaces all of `old` in `text`; how often. */
static uint32_t replace(struct buf *text, const char *old, const char *new)
{
    struct buf out = {0};
    size_t len = strlen(old);
    uint32_t n = 0;

    for (size_t i = 0; i < text->len;) {
        if (i + len <= text->len && memcmp(text->data + i, old, len) == 0) {
            buf_put(&out, new, strlen(new));
            i += len;
            n++;
        } else {
            buf_u8(&out, text->data[i++]);
        }
    }
    buf_free(text);
    *text = out;
    return n;
}

/* "OLD => NEW" in all traces of the case. */
static bool change(struct test *t, char *line)
{
    char *arrow = strstr(line, " =>");
    uint32_t n = 0;

    if (!arrow || arrow == line)
        return false;
    *arrow = '\0';
    const char *new = arrow[3] ? arrow + 4 : "";
    for (uint32_t i = 0; i < t->traces; i++)
        n += replace(&t->trace[i].text, line, new);
    return n > 0;
}

/* The case before with its packets changed; it keeps them as they were. */
static void run_mutation(struct test *t)
{
    struct trace kept[TRACES_MAX];
    bool ok = t->change.len > 0;
    char *save, *text;

    for (uint32_t i = 0; i < t->traces; i++) {
        kept[i] = t->trace[i];
        t->trace[i].text = (struct buf){0};
        buf_put(&t->trace[i].text, kept[i].text.data, kept[i].text.len);
    }
    buf_u8(&t->change, '\0');
    text = (char *)t->change.data;
    for (char *l = strtok_r(text, "\n", &save); l && ok;
         l = strtok_r(NULL, "\n", &save)) {
        ok = change(t, l);
        if (!ok)
            printf("      nothing to change: %s\n", l);
    }
    t->mutations++;
    if (ok)
        expect_silence(t, "mutation ");
    else
        say(t, false, "mutation ", t->title);
    for (uint32_t i = 0; i < t->traces; i++) {
        buf_free(&t->trace[i].text);
        t->trace[i] = kept[i];
    }
    t->change.len = 0;
}

/* ---- the file ---- */

static void begin_case(struct test *t, const char *title, bool lookalike)
{
    for (uint32_t i = 0; i < t->traces; i++)
        buf_free(&t->trace[i].text);
    t->traces = 0;
    t->expect.len = 0;
    t->open = true;
    t->lookalike = lookalike;
    t->section = NOTHING;
    snprintf(t->title, sizeof t->title, "%s", title);
}

static void begin_trace(struct test *t, const char *sensor)
{
    if (t->traces == TRACES_MAX || !*sensor || strchr(sensor, '/')) {
        printf("FAIL  %s: line %u: a trace has a sensor, and a case at most "
               "%d\n",
               t->file->hunt.name, t->line, TRACES_MAX);
        t->failed++;
        return;
    }
    struct trace *x = &t->trace[t->traces++];

    *x = (struct trace){.sensor = ""};
    snprintf(x->sensor, sizeof x->sensor, "%s", sensor);
    t->section = TRACE;
}

/* What is expected ends the case: then it runs. */
static void finish(struct test *t)
{
    if (t->section == CHANGE)
        run_mutation(t);
    run_case(t);
    t->section = NOTHING;
}

static void begin_mutation(struct test *t, const char *title)
{
    snprintf(t->title, sizeof t->title, "%s", title);
    t->section = CHANGE;
}

static void set_param(struct test *t, const char *words)
{
    if (t->set.n < OPTIONS_LIST_MAX)
        t->set.item[t->set.n++] =
            arena_strndup(&t->arena, words, strlen(words));
}

static void set_range(struct test *t, const char *words)
{
    t->range.len = 0;
    buf_put(&t->range, words, strlen(words) + 1);
}

/* Does a section begin? */
static bool keyword(struct test *t, const char *line)
{
    static const char *const words[] = {"case",  "lookalike", "mutation",
                                        "site",  "trace",     "set",
                                        "range", "expect"};
    size_t len = strcspn(line, " ");
    const char *rest = line[len] ? line + len + 1 : "";
    size_t i = 0;

    while (i < 8 &&
           (strlen(words[i]) != len || memcmp(words[i], line, len) != 0))
        i++;
    if (i == 8)
        return false;
    if (i < 3)
        finish(t);
    switch (i) {
    case 0: begin_case(t, rest, false); break;
    case 1: begin_case(t, rest, true); break;
    case 2: begin_mutation(t, rest); break;
    case 3:
        t->site.len = 0;
        t->section = SITE;
        break;
    case 4: begin_trace(t, rest); break;
    case 5: set_param(t, rest); break;
    case 6: set_range(t, rest); break;
    default: t->section = EXPECT; break;
    }
    return true;
}

static struct buf *section_text(struct test *t)
{
    switch (t->section) {
    case SITE: return &t->site;
    case TRACE: return &t->trace[t->traces - 1].text;
    case EXPECT: return &t->expect;
    case CHANGE: return &t->change;
    default: return NULL;
    }
}

static void take_line(struct test *t, const char *line)
{
    struct buf *into;

    t->line++;
    if (strncmp(line, "##", 2) == 0 || keyword(t, line))
        return;
    into = section_text(t);
    if (into) {
        buf_put(into, line, strlen(line));
        buf_u8(into, '\n');
    } else if (*line) {
        printf("FAIL  %s: line %u stands in no section\n", t->file->hunt.name,
               t->line);
        t->failed++;
    }
}

static void check_whole(struct test *t)
{
    if (!t->found)
        say(t, false, "no case finds anything", "");
    if (!t->mutations)
        say(t, false, "no mutation silences it", "");
    if (!t->lookalikes)
        say(t, false, "no look-alike stays silent", "");
}

static void run_file(struct test *t, struct buf *text)
{
    char *at = (char *)text->data;

    while (*at) {
        char *end = strchr(at, '\n');

        if (end)
            *end = '\0';
        take_line(t, at);
        at = end ? end + 1 : at + strlen(at);
    }
    finish(t);
    check_whole(t);
}

static void free_test(struct test *t)
{
    begin_case(t, "", false);
    buf_free(&t->site);
    buf_free(&t->range);
    buf_free(&t->expect);
    buf_free(&t->change);
    arena_free(&t->arena);
}

/* The file beside the hunt. */
static uint32_t test_hunt(const struct hunts_file *f)
{
    struct test t = {.file = f};
    struct buf text = {0};
    struct err e = {0};
    struct buf path = {0};

    buf_printf(&path, "%.*stest", (int)strlen(f->path) - 4, f->path);
    if (files_read((const char *)path.data, &text, &e))
        run_file(&t, &text);
    else
        say(&t, false, "no test: ", e.text);
    uint32_t failed = t.failed;
    buf_free(&text);
    buf_free(&path);
    free_test(&t);
    return failed;
}

int hunt_test(const struct hunts_file *const *file, uint32_t n)
{
    uint32_t failed = 0;

    for (uint32_t i = 0; i < n; i++)
        failed += test_hunt(file[i]);
    printf("%u hunts, %u failures\n", n, failed);
    return failed ? 1 : 0;
}
