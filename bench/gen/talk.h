/* talk.h - exchanges of packets between two hosts: a whole TCP connection,
 * and a probe with what the probed host says to it. */
#ifndef GEN_TALK_H
#define GEN_TALK_H

#include "bench/gen/world.h"

struct talk {
    struct host client, server;
    uint16_t port;    /* the server's */
    uint32_t packets; /* with data, both ways */
    bool reset;       /* the client ends it with RST, not FIN */
};

struct probe {
    struct host from;
    uint32_t place; /* at home */
    uint16_t sport, dport;
};

void talk_tcp(struct world *w, struct frames *out, int64_t at,
              const struct talk *talk);
void talk_probe(struct world *w, struct frames *out, int64_t at,
                const struct probe *probe);

#endif
