/* drawn.c - random packets of several sensors. */
#include "tests/drawn.h"

#include <stdio.h>

#include "tests/random.h"

static struct packet_line draw(uint64_t *seed, int64_t *now)
{
    struct packet_line p = {.capture = (uint32_t)random_below(seed, 2)};
    struct record *r = &p.record;

    snprintf(p.sensor, sizeof p.sensor, "s%u",
             (unsigned)random_below(seed, DRAWN_SENSORS));
    /* Equal times are common, steps back happen. */
    *now += (int64_t)random_below(seed, 3) * 500000000;
    if (random_below(seed, 40) == 0)
        *now -= 3000000000;
    RECORD_SET(r, TIME, *now);
    RECORD_SET(r, LEN, (uint32_t)(40 + random_below(seed, 1460)));
    RECORD_SET(r, BAD, 0);
    if (random_below(seed, 20) == 0)
        return p;
    RECORD_SET(r, IPVER, 4);
    RECORD_SET(
        r, SRC,
        addr_from_v4(0x0a000000u + (uint32_t)random_below(seed, DRAWN_HOSTS)));
    RECORD_SET(
        r, DST,
        addr_from_v4(0xc0000200u + (uint32_t)random_below(seed, DRAWN_HOSTS)));
    RECORD_SET(r, PROTO, 6);
    RECORD_SET(r, SPORT, (uint16_t)(1000 + random_below(seed, DRAWN_PORTS)));
    if (random_below(seed, 10))
        RECORD_SET(r, DPORT, (uint16_t)random_below(seed, DRAWN_PORTS));
    RECORD_SET(r, FLAGS, (uint16_t)random_below(seed, 64));
    RECORD_SET(r, SEQ, (uint32_t)random_next(seed));
    return p;
}

void drawn_packets(struct packet_line packet[DRAWN_PACKETS])
{
    uint64_t seed = 42;
    int64_t now = DRAWN_START;

    for (uint32_t i = 0; i < DRAWN_PACKETS; i++)
        packet[i] = draw(&seed, &now);
}

char *drawn_store(void)
{
    static struct packet_line packet[DRAWN_PACKETS];

    drawn_packets(packet);
    return packets_store(packet, DRAWN_PACKETS, NULL);
}
