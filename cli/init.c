/* init.c - `trawl init`: a store and its site file. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/create.h"

struct init_args {
    const char *home, *zone, *tunnels;
    bool macs;
};

static const struct option_row options[] = {
#define OPTIONS_INTO struct init_args
#include "cli/init.def"
};

static bool check_tunnels(const char *tunnels, struct err *e)
{
    if (!tunnels || strcmp(tunnels, "inner") == 0)
        return true;
    return err_set(e, ERR_USAGE, "`--tunnels` takes inner, not `%s`", tunnels);
}

static int run_init(struct command_call *c)
{
    const struct init_args *a = c->args;
    const struct store_options o = {.macs = a->macs,
                                    .tunnels_inner = a->tunnels != NULL};
    struct err e = {0};

    if (!check_tunnels(a->tunnels, &e) ||
        !create_store(c->globals.store, &o, a->home, a->zone, &e))
        return command_fail(&e);
    if (!c->globals.quiet)
        create_report(c->globals.store, a->home != NULL);
    return 0;
}

const struct command command_init = {
    .name = "init",
    .usage = "[--home CIDR,...] [--zone NAME] [--macs] [--tunnels inner]",
    .help = "make a store and its site file",
    .about = "Refuses a store that exists. What the record holds is chosen "
             "here and stays.\n"
             "site.trawl in the store folder says what is home; edit it at any "
             "time.",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .args_size = sizeof(struct init_args),
    .run = run_init};
