/* packets.h - packets in lines of text, and small stores made of them, for
 * tests. tests/README.md describes the lines. */
#ifndef TESTS_PACKETS_H
#define TESTS_PACKETS_H

#include "base/arena.h"
#include "store/store.h"

/* One packet and where it comes from. */
struct packet_line {
    struct record record;
    char sensor[64];
    uint32_t capture; /* a new one at each `capture` line */
};

/* All packets of the text; fails the process with a message on a wrong line. */
struct packet_line *packets_parse(struct arena *a, const char *text,
                                  uint32_t *n);

/* Makes a store in a new folder below TMPDIR and adds the packets, each
 * sensor's captures in their order; returns the folder's name, for
 * packets_remove. */
char *packets_store(const struct packet_line *p, uint32_t n, const char *site);
void packets_remove(char *dir);

/* Ends the test program with a message when e is set. */
void packets_must(bool ok, const struct err *e, const char *what);

#endif
