/* wordlist.h - every word of a command line and what may follow it, from which
 * the completions of shells are made. */
#ifndef CLI_WORDLIST_H
#define CLI_WORDLIST_H

#include <stdio.h>

/* One row a word, four columns divided by tabs: kind, the words of a command
 * line up to and with this one, what follows it, help.
 *
 *     option   -s                   dir    the store ...
 *     command  query                text   run a query
 *     option   query --format       value  table csv ...
 *     value    query --format csv   none
 *     topic    help fields          none   what is known of a packet
 *
 * What follows: none, file, dir, topic, value (one of those in rows), or text
 * (anything). Commands that are not built are left out. Other programs may
 * rely on this. */
void wordlist_print(FILE *out);

#endif
