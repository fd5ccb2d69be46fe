/* campaign_scan.c - campaigns that probe: who is there, and what is open. */
#include <stdio.h>

#include "bench/gen/campaign_kinds.h"

/* Four hops' worth of probes, a twelfth of a second apart. */
static void trace(struct campaign *c, int64_t at, uint32_t target)
{
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c);
    struct udp u = {.sport = rng_from(r, 20000, 40000), .payload = 12};

    u.dport = rng_from(r, 33434, 80);
    for (int k = 0; k < 4; k++, u.dport++) {
        struct ip ip = campaign_header(c, source, target, 1);

        frame_udp(c->plant, at, &ip, &u);
        at += frame_ns(0.08 + rng_unit(r) * 0.05);
    }
}

void campaign_traceroute(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t n = 4 + rng_below(r, 4), day = campaign_day(c, 0);
    uint32_t place = rng_below(r, 2) ? WORLD_NAME_1 : WORLD_NAME_2;
    uint32_t target = campaign_target(c, c->world->home[place]);
    int64_t at = campaign_at(c, day, rng_unit(r) * 23);
    double spread = c->variant ? 60 : 1.2;

    for (uint32_t i = 0; i < n; i++)
        trace(c, at + frame_ns(rng_unit(r) * spread), target);
}

/* One attempt as a real stack makes it: four tries, one sequence number. */
static void netbios_attempt(struct campaign *c, uint32_t day, uint8_t ttl)
{
    static const double tries[] = {0, 3, 9, 21}; /* seconds */
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c);
    uint32_t target = campaign_target(c, c->world->home[world_dark(c->world)]);
    int64_t at = campaign_at(c, day, rng_unit(r) * 23.5);
    struct tcp t = {.sport = rng_from(r, 1024, 4000),
                    .dport = 139,
                    .window = 8192,
                    .flags = FRAME_SYN,
                    .options = 1};

    t.seq = rng_word(r) >> 3;
    for (int k = 0; k < 4; k++) {
        struct ip ip = campaign_header(c, source, target, ttl);

        ip.ttl = (uint8_t)(ttl + rng_below(r, 4));
        ip.df = true;
        campaign_tcp(c, at + frame_ns(tries[k] + rng_unit(r) * 0.1), ip, t);
    }
}

void campaign_netbios(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t n = 8 + rng_below(r, 5), day = campaign_day(c, 0);
    uint8_t ttl = (uint8_t)rng_from(r, 106, 8);

    for (uint32_t i = 0; i < n; i++)
        netbios_attempt(c, day, ttl);
}

/* Odd sources forge the source port and the window, others have a stack's. */
static void visit_all(struct campaign *c, int64_t at, uint8_t ttl,
                      uint16_t port)
{
    static const uint32_t places[] = {WORLD_NAME_1, WORLD_NAME_2, WORLD_MAIL_1,
                                      WORLD_MAIL_2, WORLD_STALE};
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c);
    bool forged = rng_below(r, 2);
    struct tcp t = {
        .dport = port, .window = forged ? 242 : 512, .flags = FRAME_SYN};

    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        uint32_t to = campaign_target(c, c->world->home[places[k]]);

        t.sport = forged ? 10053 : world_port(c->world);
        t.seq = rng_word(r);
        campaign_tcp(c, at, campaign_header(c, source, to, ttl), t);
        at += frame_ns(1305 + rng_unit(r) * 2);
    }
}

void campaign_same_targets(struct campaign *c)
{
    static const uint16_t ports[] = {111, 53, 143, 21, 1080};
    struct rng *r = campaign_dice(c);
    uint32_t day = campaign_saturday(c), n = 2 + rng_below(r, 7);
    uint16_t port = RNG_PICK(r, ports);
    double start = rng_unit(r) * 20;

    for (uint32_t i = 0; i < n; i++) {
        double late = rng_unit(r) * (i < 2 ? 0.05 : 8);

        visit_all(c, campaign_at(c, day, start + late), (uint8_t)(40 + i),
                  port);
    }
}

static struct tcp syn_to(struct campaign *c, uint16_t port, uint16_t window)
{
    struct tcp t = {.sport = world_port(c->world),
                    .dport = port,
                    .window = window,
                    .flags = FRAME_SYN,
                    .options = 1};

    t.seq = rng_word(campaign_dice(c));
    return t;
}

static void syn(struct campaign *c, int64_t at, struct ip ip, struct tcp t)
{
    ip.df = true;
    campaign_tcp(c, at, ip, t);
}

void campaign_disjoint(struct campaign *c)
{
    static const uint16_t ports[] = {8728, 4786, 10250, 2375, 5984};
    struct rng *r = campaign_dice(c);
    uint32_t n = 4 + rng_below(r, 12), day = campaign_day(c, 8);
    uint16_t port = RNG_PICK(r, ports);
    uint32_t first = rng_below(r, WORLD_HOSTS), span = 200 + rng_below(r, 300);

    for (uint32_t i = 0; i < n; i++)
        campaign_stranger(c);
    for (uint32_t k = 0; k < span; k++) {
        uint32_t i = k % (uint32_t)c->n_sources;
        uint32_t place = (first + k) % WORLD_HOSTS;
        uint32_t to = campaign_target(c, c->world->home[place]);
        int64_t at = campaign_at(c, day + k * 6 / span, rng_unit(r) * 24);
        struct ip ip = campaign_header(c, c->sources[i], to, (uint8_t)(42 + i));

        syn(c, at, ip, syn_to(c, port, 1024));
    }
}

void campaign_low_slow(struct campaign *c)
{
    uint32_t source = campaign_stranger(c);
    uint32_t days = c->days < WORLD_HOSTS / 2 ? c->days : WORLD_HOSTS / 2;
    uint16_t port = (uint16_t)(5000 + c->round);

    for (uint32_t k = 0; k < days * 2; k++) {
        uint32_t to = campaign_anyone(c);
        int64_t at = campaign_at(c, k / 2, rng_unit(campaign_dice(c)) * 23.9);
        struct ip ip = campaign_header(c, source, to, 47);

        syn(c, at, ip, syn_to(c, port, 65535));
    }
}

/* One packet to a target, two to the next, one, two. */
static void one_two(struct campaign *c, uint32_t day, uint8_t ttl,
                    uint16_t port)
{
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c), n = 9 + rng_below(r, 4);
    struct tcp t = {
        .sport = 6667, .dport = port, .window = 512, .flags = FRAME_SYN};

    for (uint32_t k = 0; k < n; k++) {
        uint32_t to = campaign_anyone(c);
        int64_t at = campaign_at(c, day, rng_unit(r) * 96);

        for (uint32_t j = 0; j < 1 + (k & 1); j++) {
            t.seq = rng_word(r);
            campaign_tcp(c, at + frame_ns(3 * j),
                         campaign_header(c, source, to, ttl), t);
        }
    }
}

void campaign_one_two(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t day = campaign_saturday(c), n = 2 + rng_below(r, 3);
    uint16_t port = rng_from(r, 1300, 200);

    for (uint32_t i = 0; i < n; i++)
        one_two(c, day > 0 ? day - 1 : 0, (uint8_t)(50 + i), port);
}

void campaign_echo(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c), day = campaign_day(c, 0);
    int64_t at = campaign_at(c, day, rng_unit(r) * 22);
    struct udp u = {.sport = 7, .dport = c->round & 1 ? 19 : 53, .payload = 40};

    for (int k = 0; k < 6; k++) {
        uint32_t to = campaign_anyone(c);
        struct ip ip = campaign_header(c, source, to, 49);

        frame_udp(c->plant, at, &ip, &u);
        at += frame_ns(300 * rng_unit(r));
    }
}

static void novel_source(struct campaign *c, uint32_t day, uint8_t ttl,
                         uint16_t port)
{
    uint32_t source = campaign_stranger(c);

    for (int k = 0; k < 3; k++) {
        uint32_t to = campaign_anyone(c);
        int64_t at = campaign_at(c, day, 3 + rng_unit(campaign_dice(c)) * 12);
        struct ip ip = campaign_header(c, source, to, ttl);

        syn(c, at, ip, syn_to(c, port, 1024));
    }
}

void campaign_novelty(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t day = c->days * 5 / 6, early = day > 49 ? day - 49 : 0;
    uint16_t port = rng_from(r, 41000 + 7 * c->round, 5);

    for (uint8_t i = 0; i < 3; i++)
        novel_source(c, day, (uint8_t)(45 + i), port);
    uint32_t scout = campaign_stranger(c);
    uint32_t to = campaign_target(c, c->world->home[WORLD_NAME_1]);
    struct ip ip = campaign_header(c, scout, to, 52);
    struct tcp t = syn_to(c, port, 1024);

    t.sport = 7;
    syn(c, campaign_at(c, early, 2 + rng_unit(r)), ip, t);
    snprintf(c->note, sizeof c->note, "port %u, one packet %u days before",
             port, day - early);
}
