/* drawn.h - random packets of several sensors, the same on every run, whose
 * blocks overlap in a store. */
#ifndef TESTS_DRAWN_H
#define TESTS_DRAWN_H

#include "tests/packets.h"

enum {
    DRAWN_PACKETS = 6000,
    DRAWN_SENSORS = 3,
    DRAWN_HOSTS = 12,
    DRAWN_PORTS = 6
};

#define DRAWN_START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

void drawn_packets(struct packet_line packet[DRAWN_PACKETS]);
/* A store of them; for packets_remove. */
char *drawn_store(void);

#endif
