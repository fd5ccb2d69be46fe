/* stop.c - the signal handler. */
#include "cli/stop.h"

#include <unistd.h>

volatile sig_atomic_t stop_flag;
static volatile sig_atomic_t second_exits;

static void on_signal(int sig)
{
    (void)sig;
    if (stop_flag && second_exits)
        _exit(130);
    stop_flag = 1;
}

void stop_install(bool second_ends)
{
    struct sigaction a = {.sa_handler = on_signal};

    second_exits = second_ends;
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}
