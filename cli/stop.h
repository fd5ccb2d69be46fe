/* stop.h - Ctrl-C as a flag that long work looks at. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <signal.h>
#include <stdbool.h>

/* Non-zero once SIGINT or SIGTERM came. Whoever starts new work clears it. */
extern volatile sig_atomic_t stop_flag;

/* Sets the flag on SIGINT and SIGTERM from now on. With `second_ends` the
 * second signal before the flag is cleared ends the process with 130. System
 * calls are not restarted, so that waiting ends too. */
void stop_install(bool second_ends);

#endif
