/* world.h - who is there: 512 addresses at home, of which about 55 % are
 * populated, and peers outside whose habits follow from a hash of their
 * address, so that a host is the same host for months. One thread. */
#ifndef GEN_WORLD_H
#define GEN_WORLD_H

#include "bench/gen/frame.h"
#include "bench/gen/rng.h"

enum { WORLD_HOSTS = 512 };

/* Places of known hosts: 198.51.100.10 and so on. */
enum {
    WORLD_NAME_1 = 10,
    WORLD_NAME_2 = 11,
    WORLD_SSH = 22,
    WORLD_MAIL_1 = 25,
    WORLD_MAIL_2 = 26,
    WORLD_STALE = 77, /* a name that points nowhere: never populated */
    WORLD_WEB = 80
};

struct world {
    struct rng rng;
    uint64_t salt;   /* what makes two seeds two worlds */
    double v6_share; /* of the flows that can have IPv6 */
    uint32_t home[WORLD_HOSTS];
    bool populated[WORLD_HOSTS];
    uint16_t ip_ids[65536]; /* counters of hosts that count */
};

struct host {
    uint32_t ip;
    uint16_t window;
    uint8_t ttl; /* as the sensor sees it */
    uint8_t options;
    uint8_t id_habit; /* 0 always 0, 1 random, 2 a counter */
    bool v6;
};

void world_init(struct world *w, uint64_t seed, double v6_share);

struct host world_host(const struct world *w, uint32_t ip, bool v6);
struct host world_at(const struct world *w, uint32_t place, bool v6);
bool world_has_ssh(uint32_t place); /* runs an ssh server */

uint32_t world_busy(struct world *w); /* a populated place, few do most */
uint32_t world_dark(struct world *w); /* an unpopulated place */

uint32_t world_server(struct world *w);   /* outside, few do most */
uint32_t world_client(struct world *w);   /* outside, a quarter is new */
uint32_t world_stranger(struct world *w); /* outside, anybody */
/* One of a fixed group of `size` hosts outside; the tag tells groups apart. */
uint32_t world_member(struct world *w, uint32_t size, uint64_t tag);

uint16_t world_port(struct world *w); /* an ephemeral port */

/* The IP header that host sends to dst. */
struct ip world_header(struct world *w, const struct host *host, uint32_t dst);

#endif
