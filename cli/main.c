/* main.c - where the program starts. */
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>

#include "cli/command.h"

/* What the commands left in the stream; a reader that went away is no error. */
static int flush(int status)
{
    struct err e = {0};

    if (fflush(stdout) == 0 || errno == EPIPE || status != 0)
        return status;
    err_set(&e, ERR_SYSTEM, "cannot write to standard output: %s",
            strerrordesc_np(errno));
    return command_fail(&e);
}

enum { LARGE = 1 << 20 };

int main(int argc, char **argv)
{
    /* How wide and how whole characters are; numbers and times stay as in C. */
    setlocale(LC_CTYPE, ""); /* NOLINT: no threads yet */
    /* Large arrays go back to the system when they are freed, and grow without
     * a copy beside them: what is charged to --mem is then what is held. */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE); /* NOLINT: no threads yet */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* the write that is too much says so */
    return flush(command_main(argc, argv));
}
