/* upgrade.c - `trawl upgrade`: a store of an older format, written anew. */
#include "store/upgrade.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/info.h"
#include "cli/session.h"
#include "cli/stop.h"
#include "cli/summary.h"

enum { LOCK_WAIT_MS = 60000 };

#define SHOW_EVERY 0.1 /* seconds */

struct showing {
    const struct command_call *call;
    bool terminal, any;
    double shown;
};

static void on_waiting(void *ctx)
{
    const struct showing *s = ctx;

    if (!s->call->globals.quiet)
        fputs("waiting for another process that writes to the store\n", stderr);
}

static void on_progress(void *ctx, const char *month,
                        const struct upgrade_counts *n)
{
    struct showing *s = ctx;
    double now = summary_clock();
    char packets[24];

    if (!s->terminal || now - s->shown < SHOW_EVERY)
        return;
    s->shown = now;
    s->any = true;
    text_count(packets, n->rows);
    fprintf(stderr, "\r\033[K%s  %.0f %%  %s packets", month,
            n->all ? 100 * (double)n->seen / (double)n->all : 0, packets);
    fflush(stderr);
}

static void report(const struct upgrade_counts *n)
{
    char blocks[32], packets[32], size[24];

    if (n->months == 0) {
        printf("the store has format %" PRIu32 ": nothing to do\n",
               store_format);
        return;
    }
    text_bytes(size, n->bytes);
    printf("format %" PRIu32 ": %" PRIu32 " months, %s blocks with %s packets "
           "encoded anew, %s on disk\n",
           store_format, n->months, info_grouped(blocks, n->blocks),
           info_grouped(packets, n->rows), size);
}

static int run_upgrade(struct command_call *c)
{
    struct showing showing = {
        .call = c, .terminal = !c->globals.quiet && isatty(STDERR_FILENO)};
    const struct upgrade_how how = {LOCK_WAIT_MS, on_waiting, on_progress,
                                    &showing, &stop_flag};
    struct upgrade_counts n;
    struct err e = {0};

    stop_install(true);
    struct store *s = session_store(c, &e);
    bool ok = s && upgrade_run(s, &how, &n, &e);
    if (showing.any)
        fputs("\r\033[K", stderr);
    if (ok && !c->globals.quiet)
        report(&n);
    store_close(s);
    return ok ? 0 : command_fail(&e);
}

const struct command command_upgrade = {
    .name = "upgrade",
    .usage = "",
    .help = "rewrite a store of an older format",
    .about =
        "Encodes the blocks of an older format anew, month by month, and "
        "makes\n"
        "what older programs did not keep beside them. Packets, blocks and "
        "answers\nstay the same. A store one format older can be read and "
        "written without it.\n\n"
        "Each step is a transaction: where it is cut off the store is whole, "
        "and the\nnext upgrade goes on from there. Others may read meanwhile. "
        "Files do not\nbecome shorter: `trawl backup` writes a copy without "
        "the room that is free.",
    .run = run_upgrade};
