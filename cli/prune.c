/* prune.c - `trawl prune`: whole months out of the store. */
#include "store/retention.h"

#include <inttypes.h>

#include "base/text.h"
#include "cli/info.h"
#include "cli/session.h"

enum { LOCK_WAIT_MS = 60000 };

struct prune_args {
    const char *before, *one;
    uint64_t max_size;
    bool dry_run;
};

static const struct option_row options[] = {
#define OPTIONS_INTO struct prune_args
#include "cli/prune.def"
};

struct task {
    const struct command_call *call;
    const struct prune_args *args;
    struct store *store;
    struct store_writer *writer; /* NULL: a dry run */
    struct retention_plan plan;
    uint32_t month; /* of --before or --month */
};

static void on_waiting(void *ctx)
{
    const struct task *t = ctx;

    if (!t->call->globals.quiet)
        fputs("an ingest is writing to this store: waiting for it\n", stderr);
}

static bool read_args(struct task *t, struct err *e)
{
    const struct prune_args *a = t->args;
    const struct tz utc = {.name = "UTC"};
    int64_t time;

    const char *when = a->before ? a->before : a->one;
    int given = (a->before != NULL) + (a->one != NULL) + (a->max_size > 0);

    if (given != 1) {
        err_set(e, ERR_USAGE,
                "`trawl prune` takes one of --before, --month and --max-size");
        err_hint(e, "trawl prune --before 2026-03, or --max-size 200G");
        return false;
    }
    if (!when)
        return true;
    if (!session_point(when, &utc, &time)) {
        err_set(e, ERR_USAGE, "`%s` is no point in time", when);
        err_hint(e, "a day or a time of UTC, as 2026-03-01");
        return false;
    }
    struct civil c = timestamp_civil(time);
    t->month = (uint32_t)(c.year * 12 + c.month - 1);
    return true;
}

static const char *month_name(char out[16], uint32_t month)
{
    snprintf(out, 16, "%04u-%02u", month / 12 % 10000, month % 12 + 1);
    return out;
}

static bool make_plan(struct task *t, struct err *e)
{
    if (t->args->one)
        return retention_one(t->store, t->month, &t->plan, e);
    return t->args->before
               ? retention_before(t->store, t->month, &t->plan, e)
               : retention_down_to(t->store, t->args->max_size, &t->plan, e);
}

static void show(const struct task *t)
{
    const struct retention_plan *p = &t->plan;
    uint64_t bytes = 0, packets = 0;
    char name[16], n[32], size[24];

    if (t->args->before)
        printf("months before %s-01T00:00:00Z\n", month_name(name, t->month));
    for (uint32_t i = 0; i < p->n; i++) {
        const struct retention_month *m = &p->month[i];
        text_bytes(size, m->bytes);
        printf("%s    %s%s, %s\n", month_name(name, m->month),
               m->lost ? "cannot be read" : info_grouped(n, m->packets),
               m->lost ? "" : " packets", size);
        bytes += m->bytes;
        packets += m->packets;
    }
    text_bytes(size, bytes);
    printf("%s %u months, %s packets, %s\n",
           t->args->dry_run ? "would remove" : "removed", p->n,
           info_grouped(n, packets), size);
}

/* The newest month never goes: then the store stays larger than asked. */
static void warn_size(const struct task *t)
{
    uint64_t left = t->plan.bytes;
    char size[24];

    for (uint32_t i = 0; i < t->plan.n; i++)
        left -= t->plan.month[i].bytes < left ? t->plan.month[i].bytes : left;
    if (!t->args->max_size || left <= t->args->max_size)
        return;
    text_bytes(size, left);
    fprintf(stderr,
            "warning: %s stay, more than asked for: the newest month is "
            "never removed\n",
            size);
}

static bool work(struct task *t, struct err *e)
{
    if (!read_args(t, e) || !(t->store = session_store(t->call, e)))
        return false;
    if (!t->args->dry_run && !(t->writer = retention_writer(
                                   t->store, LOCK_WAIT_MS, on_waiting, t, e)))
        return false;
    if (!make_plan(t, e) ||
        (t->writer && !retention_apply(t->writer, &t->plan, e)))
        return false;
    if (!t->call->globals.quiet)
        show(t);
    warn_size(t);
    return true;
}

static int run_prune(struct command_call *c)
{
    struct task t = {.call = c, .args = c->args};
    struct err e = {0};
    bool ok = work(&t, &e);

    store_writer_close(t.writer);
    store_close(t.store);
    retention_plan_free(&t.plan);
    return ok ? 0 : command_fail(&e);
}

const struct command command_prune = {
    .name = "prune",
    .usage = "--before T | --month T | --max-size SIZE [--dry-run]",
    .help = "retention: remove whole months",
    .about =
        "Removes whole months (UTC), oldest first. T is rounded down to its\n"
        "month: 2026-03-15 removes what lies before 2026-03-01. The newest "
        "month\nis never removed for --max-size, and packets of odd times "
        "stay. A month that\ncannot be read, or whose folder is missing, "
        "can be removed too: `check` names\nsuch, and --month removes it "
        "alone.\n\n"
        "What is gone stays gone: captures that were there are known, and "
        "ingesting\nthem again adds nothing of those months. A new capture "
        "with old packets is\ntaken in as any other.",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct prune_args),
    .run = run_prune};
