/* version.c - `trawl version`. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "store/store.h"

#ifdef __clang__
static const char compiler[] = "clang";
#else
static const char compiler[] = "gcc";
#endif

static int run_version(struct command_call *c)
{
    (void)c;
    printf("trawl %s, store format %" PRIu32 "\n", VERSION, store_format);
    printf("built with %s %s\n", compiler, __VERSION__);
    return 0;
}

const struct command command_version = {.name = "version",
                                        .usage = "",
                                        .help = "version, store format, build",
                                        .run = run_version};
