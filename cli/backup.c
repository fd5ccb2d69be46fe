/* backup.c - `trawl backup`: a copy of the store as one commit left it. */
#include "store/backup.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/info.h"
#include "cli/session.h"
#include "cli/stop.h"

static void show(const char *dest, const struct backup_counts *n)
{
    char packets[32], size[24];

    text_bytes(size, n->bytes);
    text_print(stdout, dest, strlen(dest));
    printf(": %s packets of %" PRIu64 " months, %s\n",
           info_grouped(packets, n->rows), n->months, size);
}

static int run_backup(struct command_call *c)
{
    struct err e = {0};
    struct backup_counts n;

    stop_install(true);
    struct store *s = session_store(c, &e);
    bool ok = s && backup_write(s, c->words.word[0], &stop_flag, &n, &e);
    if (ok && !c->globals.quiet)
        show(c->words.word[0], &n);
    store_close(s);
    return ok ? 0 : command_fail(&e);
}

const struct command command_backup = {
    .name = "backup",
    .usage = "DEST",
    .help = "a consistent copy while others read and write",
    .word = "DEST",
    .about = "Copies the store to the new folder DEST, with its site file, as "
             "the last\ncommit left it, whatever others write meanwhile. "
             "Checksums are verified on\nthe way. DEST appears when all is "
             "there and synced; until then the copy is\nDEST.partial, which "
             "a failure removes. DEST must not exist.",
    .min_words = 1,
    .max_words = 1,
    .run = run_backup};
