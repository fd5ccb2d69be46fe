/* ingest.c - `trawl ingest`: captures into the store. */
#include "ingest/ingest.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/create.h"
#include "cli/stop.h"
#include "cli/summary.h"

enum { LOCK_WAIT_MS = 60000 };

struct ingest_args {
    const char *sensor, *home, *zone;
    uint32_t jobs;
    bool macs, follow, accept_odd_times, dry_run, json;
};

static const struct option_row options[] = {
#define OPTIONS_INTO struct ingest_args
#include "cli/ingest.def"
};

/* The call and what its callbacks need. */
struct task {
    const struct command_call *call;
    const struct ingest_args *args;
    struct store *store; /* NULL: a dry run without one */
    struct summary_progress progress;
};

static bool any_path(const struct command_call *c, struct err *e)
{
    for (uint32_t i = 0; i < c->words.n; i++)
        if (strcmp(c->words.word[i], "-") == 0 ||
            access(c->words.word[i], F_OK) == 0)
            return true;
    return err_set(e, ERR_INPUT, "cannot read %s: %s", c->words.word[0],
                   strerrordesc_np(errno));
}

/* A word that was mistyped shall leave no empty store behind. */
static bool make_store(const struct task *t, struct err *e)
{
    const struct store_options o = {.macs = t->args->macs};
    const char *dir = t->call->globals.store;

    if (!any_path(t->call, e) ||
        !create_store(dir, &o, t->args->home, t->args->zone, e))
        return false;
    if (!t->call->globals.quiet)
        create_report(dir, t->args->home != NULL);
    return true;
}

static bool can_follow(const struct task *t, struct err *e)
{
    if (t->args->dry_run)
        return err_set(e, ERR_USAGE,
                       "`--follow` and `--dry-run` exclude each other");
    for (uint32_t i = 0; i < t->call->words.n; i++)
        if (strcmp(t->call->words.word[i], "-") == 0)
            return err_set(
                e, ERR_USAGE,
                "`--follow` takes files and folders, not standard input");
    return true;
}

static bool open_store(struct task *t, struct err *e)
{
    const char *dir = t->call->globals.store;
    bool exists = store_exists(dir);

    if (t->args->follow && !can_follow(t, e))
        return false;
    if (!exists && t->args->dry_run)
        return true;
    if (!exists && !make_store(t, e))
        return false;
    if (exists && (t->args->home || t->args->zone || t->args->macs) &&
        !t->call->globals.quiet)
        fputs("note: the store exists: --home, --zone and --macs are for a new "
              "one; edit its site.trawl\n",
              stderr);
    t->store = store_open(dir, e);
    return t->store != NULL;
}

static void on_progress(void *ctx, const struct ingest_progress *p)
{
    struct task *t = ctx;

    summary_progress_show(&t->progress, p);
}

static void on_waiting(void *ctx)
{
    const struct task *t = ctx;

    if (!t->call->globals.quiet)
        fputs("another ingest is writing to this store: waiting for it\n",
              stderr);
}

static void on_passed(void *ctx, const char *path)
{
    const struct task *t = ctx;

    if (!t->call->globals.verbose)
        return;
    fputs("note: no capture, passed over: ", stderr);
    text_print(stderr, path, strlen(path));
    fputc('\n', stderr);
}

static void show(const struct task *t, const struct ingest_report *r,
                 double seconds)
{
    if (t->args->json)
        summary_json(stdout, r, seconds);
    else {
        summary_warnings(stderr, r);
        if (!t->call->globals.quiet)
            summary_print(stdout, r, seconds);
    }
    fflush(stdout);
}

static int work(struct task *t, struct ingest_report *r)
{
    bool watched = !t->call->globals.quiet && isatty(STDERR_FILENO);
    const struct ingest_options o = {.sensor = t->args->sensor,
                                     .accept_odd_times =
                                         t->args->accept_odd_times,
                                     .dry_run = t->args->dry_run,
                                     .follow = t->args->follow,
                                     .jobs = t->args->jobs,
                                     .lock_wait_ms = LOCK_WAIT_MS,
                                     .stop = &stop_flag,
                                     .waiting = on_waiting,
                                     .passed = on_passed,
                                     .progress = watched ? on_progress : NULL,
                                     .ctx = t};
    struct err e = {0};

    bool ok = ingest_run(t->store, &o, (const char *const *)t->call->words.word,
                         t->call->words.n, r, &e);
    summary_progress_clear(&t->progress);
    if (ok || e.code != ERR_USAGE) /* else nothing was begun */
        show(t, r, summary_clock() - t->progress.began);
    if (!ok)
        return command_fail(&e);
    return r->incomplete || r->files_cut ? 4 : 0;
}

static int run_ingest(struct command_call *c)
{
    struct task t = {
        .call = c,
        .args = c->args,
        .progress = {.out = stderr, .began = summary_clock()}
    };
    struct ingest_report *r = memory_zeroed(1, sizeof *r);
    struct err e = {0};

    stop_install(true);
    int status = open_store(&t, &e) ? work(&t, r) : command_fail(&e);
    if (t.store)
        store_close(t.store);
    free(r);
    return status;
}

const struct command command_ingest = {
    .name = "ingest",
    .usage = "PATH...",
    .help = "read captures into the store",
    .word = "PATH",
    .about = "Files, folders (recursive, in order of time), or - for standard "
             "input: pcap,\nplain or compressed. Each packet is kept exactly "
             "once, whatever is read again.\nMakes the store if there is none. "
             "Exit status 4: some input could not be read\nor was cut; the "
             "rest is in the store. With --follow the paths are looked at "
             "again\nevery second; a file that grew is read again, at most a "
             "tenth of the time, and\nonly its new packets are added; SIGINT "
             "or SIGTERM ends it after a commit.",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct ingest_args),
    .min_words = 1,
    .max_words = UINT32_MAX,
    .run = run_ingest};
