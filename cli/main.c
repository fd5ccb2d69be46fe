/* main.c - where the program starts. */
#include <locale.h>
#include <signal.h>

#include "cli/command.h"

int main(int argc, char **argv)
{
    /* How wide and how whole characters are; numbers and times stay as in C. */
    setlocale(LC_CTYPE, ""); /* NOLINT: no threads yet */
    signal(SIGPIPE, SIG_IGN);
    return command_main(argc, argv);
}
