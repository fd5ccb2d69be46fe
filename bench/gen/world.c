/* world.c - see world.h. */
#include "bench/gen/world.h"

#include <string.h>

#include "bench/gen/place.h"

static const uint32_t always_up[] = {WORLD_NAME_1, WORLD_NAME_2, WORLD_SSH,
                                     WORLD_MAIL_1, WORLD_MAIL_2, WORLD_WEB};

bool world_has_ssh(uint32_t place)
{
    return place % 9 == 4;
}

static bool drawn_up(const struct world *w, uint32_t place)
{
    uint32_t low = place % 256;

    if (low == 0 || low == 255)
        return false;
    return (world_has_ssh(place) && place < 256) ||
           rng_mix(w->salt + place) % 100 < 55;
}

void world_init(struct world *w, uint64_t seed, double v6_share)
{
    memset(w, 0, sizeof *w);
    rng_seed(&w->rng, seed);
    w->salt = rng_next(&w->rng);
    w->v6_share = v6_share;
    for (uint32_t i = 0; i < WORLD_HOSTS; i++) {
        w->home[i] = i < 256 ? PLACE_NET_A + i : PLACE_NET_B + i - 256;
        w->populated[i] = drawn_up(w, i);
    }
    for (size_t i = 0; i < sizeof always_up / sizeof *always_up; i++)
        w->populated[always_up[i]] = true;
    w->populated[WORLD_STALE] = false;
}

struct host world_host(const struct world *w, uint32_t ip, bool v6)
{
    static const uint8_t first_ttl[] = {64, 64, 64, 128, 128, 255};
    static const uint16_t windows[] = {64240, 65535, 29200, 8192,
                                       14600, 5840,  65160, 16384};
    uint64_t h = rng_mix(ip ^ w->salt);
    uint64_t hops = place_is_home(ip) ? 1 : 4 + (h >> 8) % 22;

    return (struct host){.ip = ip,
                         .window = windows[(h >> 16) % 8],
                         .ttl = (uint8_t)(first_ttl[h % 6] - hops),
                         .options = (uint8_t)((h >> 24) % 4),
                         .id_habit = (uint8_t)((h >> 32) % 3),
                         .v6 = v6};
}

struct host world_at(const struct world *w, uint32_t place, bool v6)
{
    return world_host(w, w->home[place], v6);
}

uint32_t world_busy(struct world *w)
{
    for (;;) {
        double u = rng_unit(&w->rng);
        uint32_t i = (uint32_t)(WORLD_HOSTS * u * u * u);

        if (w->populated[i])
            return i;
    }
}

uint32_t world_dark(struct world *w)
{
    for (;;) {
        uint32_t i = rng_below(&w->rng, WORLD_HOSTS);

        if (!w->populated[i])
            return i;
    }
}

uint32_t world_server(struct world *w)
{
    double u = rng_unit(&w->rng);
    uint64_t rank = (uint64_t)(20000 * u * u * u * u);

    return place_public(rng_mix(w->salt ^ rank ^ 0x51));
}

uint32_t world_client(struct world *w)
{
    if (rng_unit(&w->rng) < 0.25)
        return world_stranger(w);
    double u = rng_unit(&w->rng);
    uint64_t rank = (uint64_t)(300000 * u * u * u);

    return place_public(rng_mix(w->salt ^ rank ^ 0xc1000000));
}

uint32_t world_stranger(struct world *w)
{
    return place_public(rng_next(&w->rng));
}

uint32_t world_member(struct world *w, uint32_t size, uint64_t tag)
{
    return place_public(rng_mix(w->salt ^ rng_below(&w->rng, size) ^ tag));
}

uint16_t world_port(struct world *w)
{
    return rng_from(&w->rng, 1024, 64000);
}

static uint16_t next_id(struct world *w, const struct host *host)
{
    if (host->id_habit == 0)
        return 0;
    if (host->id_habit == 1)
        return (uint16_t)rng_next(&w->rng);
    return w->ip_ids[rng_mix(host->ip) & 0xffff]++;
}

struct ip world_header(struct world *w, const struct host *host, uint32_t dst)
{
    return (struct ip){.src = host->ip,
                       .dst = dst,
                       .id = next_id(w, host),
                       .ttl = host->ttl,
                       .df = host->options >= 1,
                       .v6 = host->v6};
}
