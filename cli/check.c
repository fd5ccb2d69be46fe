/* check.c - `trawl check`: is every byte of the store what was written? */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/session.h"

static void print_damage(void *ctx, const struct store_damage *d)
{
    uint64_t *n = ctx;

    (*n)++;
    text_print(stdout, d->where, strlen(d->where));
    fputs(": ", stdout);
    text_print(stdout, d->what, strlen(d->what));
    fputc('\n', stdout);
}

static int run_check(struct command_call *c)
{
    struct err e = {0};
    uint64_t damage = 0, blocks = 0, rows = 0;
    struct store *s = session_store(c, &e);

    if (!s)
        return command_fail(&e);
    bool ok = store_check(s, print_damage, &damage, &blocks, &rows, &e);
    store_close(s);
    if (!ok)
        return command_fail(&e);
    fflush(stdout);
    if (!c->globals.quiet)
        fprintf(stderr, "%" PRIu64 " blocks, %" PRIu64 " packets: %s\n", blocks,
                rows, damage ? "damaged, see above" : "all sound");
    return damage ? 1 : 0;
}

const struct command command_check = {
    .name = "check",
    .usage = "",
    .help = "verify every block and checksum",
    .about = "Reads every block, decodes every stream, and holds checksums, "
             "summaries and\ncounts against the packets. Exit status 1 and a "
             "list where something is wrong.",
    .run = run_check};
