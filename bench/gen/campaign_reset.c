/* campaign_reset.c - campaigns of answers to what nobody asked: resets, their
 * innocent look-alikes, and impossible flags. */
#include "bench/gen/campaign_kinds.h"
#include "bench/gen/talk.h"

/* A router says that our host's answer to the forged probe went nowhere. */
static void complain(struct campaign *c, int64_t at, uint32_t router,
                     const struct ip *probe, const struct tcp *t)
{
    struct ip ip = campaign_header(c, router, probe->src, 250);

    frame_icmp(c->plant, at + frame_ns(40), &ip,
               &(struct icmp){.type = 11,
                              .quoted = probe,
                              .proto = FRAME_TCP,
                              .sport = t->sport,
                              .dport = t->dport});
}

static void fixed_ack_probe(struct campaign *c, uint32_t day, uint32_t source,
                            uint32_t router)
{
    struct rng *r = campaign_dice(c);
    uint32_t to = campaign_anyone(c);
    int64_t at = campaign_at(c, day, 17 + rng_unit(r));
    struct ip ip = campaign_header(c, source, to, 50);
    struct tcp t = {.sport = world_port(c->world),
                    .ack = c->round & 1 ? 674711610u : 674719802u,
                    .flags = FRAME_RST | FRAME_ACK};

    t.dport = rng_from(r, 1024, 1500);
    campaign_tcp(c, at, ip, t);
    if (rng_below(r, 3) == 0)
        complain(c, at, router, &ip, &t);
}

void campaign_reset_fixed(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t n = 2 + rng_below(r, 3), day = campaign_day(c, 2);
    uint32_t router = world_stranger(c->world);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t source = campaign_stranger(c), probes = 4 + rng_below(r, 5);

        for (uint32_t k = 0; k < probes; k++)
            fixed_ack_probe(c, day, source, router);
    }
}

/* A reset between two ephemeral ports that answers nothing. */
static void stray_reset(struct campaign *c, int64_t at, struct ip ip)
{
    struct tcp t = {.sport = world_port(c->world),
                    .flags = FRAME_RST | FRAME_ACK};

    t.dport = world_port(c->world);
    t.ack = rng_word(campaign_dice(c));
    campaign_tcp(c, at, ip, t);
}

static uint32_t unused_place(struct campaign *c, bool used[WORLD_HOSTS])
{
    uint32_t place;

    do
        place = rng_below(campaign_dice(c), WORLD_HOSTS);
    while (used[place]);
    used[place] = true;
    return place;
}

void campaign_reset_random(struct campaign *c)
{
    bool used[WORLD_HOSTS] = {false};
    uint32_t first = c->days > 5 ? rng_below(campaign_dice(c), 5) : 0;
    uint32_t days = c->days > 5 ? c->days - 5 : c->days;
    uint32_t probes = (days < 40 ? days : 40) * 2;

    for (int i = 0; i < 14; i++)
        campaign_stranger(c);
    for (uint32_t k = 0; k < probes; k++) {
        uint32_t i = (first * 2 + k) % (uint32_t)c->n_sources;
        uint32_t place = unused_place(c, used);
        uint32_t to = campaign_target(c, c->world->home[place]);
        double hours = rng_unit(campaign_dice(c)) * 23.9;

        stray_reset(c, campaign_at(c, first + k / 2, hours),
                    campaign_header(c, c->sources[i], to, (uint8_t)(44 + i)));
    }
}

static void accepted_then_reset(struct campaign *c, int64_t at, struct ip ip)
{
    struct rng *r = campaign_dice(c);
    struct tcp t = {.sport = 6667,
                    .dport = world_port(c->world),
                    .window = 16384,
                    .flags = FRAME_SYN | FRAME_ACK,
                    .options = 1};

    t.seq = rng_word(r);
    t.ack = rng_word(r);
    ip.df = true;
    campaign_tcp(c, at, ip, t);
    t.flags = FRAME_RST | FRAME_ACK;
    t.window = t.options = 0;
    t.seq++;
    ip.id = (uint16_t)rng_next(r);
    campaign_tcp(c, at + frame_ns(0.2), ip, t);
}

/* Backscatter of somebody else's attack: a decoy for the reset scans. */
void campaign_second_order(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t source = campaign_stranger(c), day = campaign_day(c, 0);
    double start = rng_unit(r) * 20;
    uint32_t n = 60 + rng_below(r, 80);

    for (uint32_t k = 0; k < n; k++) {
        uint32_t to = campaign_anyone(c);
        int64_t at = campaign_at(c, day, start + rng_unit(r) * 1.5);
        struct ip ip = campaign_header(c, source, to, 46);

        if (c->variant)
            accepted_then_reset(c, at, ip);
        else
            stray_reset(c, at, ip);
    }
}

static struct tcp odd_packet(struct campaign *c)
{
    enum { F = FRAME_FIN, S = FRAME_SYN, R = FRAME_RST, P = FRAME_PSH };
    static const uint8_t flags[] = {S | F | R, S | F | P, S | F | R | P, S | F,
                                    S | R | P};
    struct rng *r = campaign_dice(c);
    struct tcp t = {.sport = 80, .flags = RNG_PICK(r, flags)};

    t.dport = world_port(c->world);
    t.window = (uint16_t)rng_next(r);
    t.urgent = rng_below(r, 2) ? 2571 : (uint16_t)rng_next(r);
    t.seq = rng_word(r);
    t.ack = rng_word(r);
    t.flags |= rng_below(r, 2) ? FRAME_URG : 0;
    t.payload = rng_from(r, 36, 600);
    return t;
}

/* One of ours visits the web server, and gets odd packets on top. */
static void stimulated(struct campaign *c, uint32_t day, uint32_t source)
{
    struct rng *r = campaign_dice(c);
    struct world *w = c->world;
    struct talk visit = {.server = world_host(w, source, false),
                         .client = world_at(w, world_busy(w), false),
                         .port = 80,
                         .packets = 10};
    uint32_t later = rng_below(r, 6);
    int64_t at = campaign_at(c, day + later, 9 + rng_unit(r) * 7);

    talk_tcp(w, c->plant, at, &visit);
    campaign_target(c, visit.client.ip);
    uint32_t n = 1 + rng_below(r, 4);
    for (uint32_t k = 0; k < n; k++) {
        struct ip ip =
            campaign_header(c, source, visit.client.ip, visit.server.ttl);
        double after = 2 + 5 * rng_unit(r);

        ip.df = true;
        campaign_tcp(c, at + frame_ns(after), ip, odd_packet(c));
    }
}

static void unstimulated(struct campaign *c, uint32_t day, uint32_t source)
{
    static const uint32_t places[] = {WORLD_NAME_1, WORLD_NAME_2, WORLD_MAIL_1,
                                      WORLD_MAIL_2};
    struct rng *r = campaign_dice(c);
    uint32_t to = campaign_target(c, c->world->home[RNG_PICK(r, places)]);
    uint32_t later = rng_below(r, 4);
    int64_t at = campaign_at(c, day + later, rng_unit(r) * 24);
    struct ip ip = campaign_header(c, source, to, 50);
    struct tcp t = {.sport = 30975,
                    .dport = world_port(c->world),
                    .window = 768,
                    .urgent = 2571,
                    .flags = FRAME_SYN | FRAME_FIN | FRAME_RST | FRAME_PSH |
                             FRAME_URG,
                    .payload = 528};

    t.seq = rng_word(r);
    t.ack = rng_word(r);
    ip.df = true;
    campaign_tcp(c, at, ip, t);
}

void campaign_sfrp(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    uint32_t n = 5 + rng_below(r, 6), day = campaign_day(c, 20);
    uint32_t net = world_stranger(c->world) & 0xfffff000u;

    for (uint32_t i = 0; i < n; i++)
        stimulated(c, day, campaign_source(c, net + 1 + rng_below(r, 4094)));
    for (size_t i = 0; i < c->n_sources * 2; i++)
        unstimulated(c, day + 14, c->sources[i / 2]);
}

/* An old login session, as both ends know it. */
struct session {
    struct host client, server;
    uint16_t port;
    uint32_t client_seq, server_seq;
};

static void say(struct campaign *c, const struct session *s, int64_t at,
                struct tcp t)
{
    bool ours = t.dport == 23;
    const struct host *from = ours ? &s->client : &s->server;
    const struct host *to = ours ? &s->server : &s->client;

    t.window = from->window;
    t.seq = ours ? s->client_seq : s->server_seq;
    if (t.flags & FRAME_ACK)
        t.ack = ours ? s->server_seq : s->client_seq;
    if (t.flags & FRAME_SYN)
        t.options = from->options;
    campaign_tcp(c, at, world_header(c->world, from, to->ip), t);
}

static int64_t log_in_and_type(struct campaign *c, struct session *s,
                               int64_t at)
{
    const struct tcp up = {.sport = s->port, .dport = 23, .flags = FRAME_ACK};
    const struct tcp down = {.sport = 23,
                             .dport = s->port,
                             .flags = FRAME_ACK | FRAME_PSH,
                             .payload = 40};
    struct tcp open = {.sport = s->port, .dport = 23, .flags = FRAME_SYN};

    say(c, s, at, open);
    s->client_seq++;
    open = (struct tcp){
        .sport = 23, .dport = s->port, .flags = FRAME_SYN | FRAME_ACK};
    say(c, s, at + frame_ns(0.1), open);
    s->server_seq++;
    for (int k = 0; k < 20; k++) {
        at += frame_ns(1);
        say(c, s, at, down);
        s->server_seq += down.payload;
        say(c, s, at + frame_ns(0.05), up);
    }
    return at;
}

/* The right sequence number with the wrong ttl: not the server's packet. */
void campaign_hijack(struct campaign *c)
{
    struct rng *r = campaign_dice(c);
    struct world *w = c->world;
    struct session s = {.client = world_at(w, world_busy(w), false)};
    uint32_t day = campaign_day(c, 0);
    int64_t at = campaign_at(c, day, rng_unit(r) * 22);

    s.server = world_host(w, campaign_source(c, world_server(w)), false);
    campaign_target(c, s.client.ip);
    s.port = world_port(w);
    s.client_seq = rng_word(r);
    s.server_seq = rng_word(r);
    at = log_in_and_type(c, &s, at);
    struct ip ip = world_header(w, &s.server, s.client.ip);
    ip.ttl = (uint8_t)(ip.ttl - 9);
    campaign_tcp(c, at + frame_ns(0.4), ip,
                 (struct tcp){.sport = 23,
                              .dport = s.port,
                              .seq = s.server_seq,
                              .flags = FRAME_RST});
}
