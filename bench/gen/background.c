/* background.c - see background.h. */
#include "bench/gen/background.h"

#include "base/timestamp.h"
#include "bench/gen/talk.h"

struct flow {
    struct world *w;
    struct rng *r;
    struct frames *out;
    int64_t at; /* ns */
    bool v6;
};

/* Weighted by how often the internet is scanned for them. */
static const uint16_t scanned[] = {
    23,    23,    23,   22,   22,    445,  445, 3389, 80,   8080,
    443,   2323,  5555, 1433, 3306,  6379, 81,  8443, 5900, 7547,
    37215, 52869, 9200, 8545, 60001, 2222, 21,  110,  143,  995};

/* A count with a heavy tail, below `limit`. */
static uint32_t many(struct flow *f, double least, double shape, uint32_t limit)
{
    return (uint32_t)fmin(rng_pareto(f->r, least, shape), 1e9) % limit;
}

static struct host busy_host(struct flow *f, bool v6)
{
    return world_at(f->w, world_busy(f->w), v6);
}

static struct host server_host(struct flow *f, bool v6)
{
    return world_host(f->w, world_server(f->w), v6);
}

static struct host client_host(struct flow *f, bool v6)
{
    return world_host(f->w, world_client(f->w), v6);
}

static void udp(struct flow *f, int64_t at, const struct host *from,
                uint32_t to, const struct udp *u)
{
    struct ip ip = world_header(f->w, from, to);

    frame_udp(f->out, at, &ip, u);
}

static void web_out(struct flow *f)
{
    struct talk t = {.client = busy_host(f, f->v6)};

    t.server = server_host(f, f->v6);
    t.port = rng_below(f->r, 5) ? 443 : 80;
    t.packets = many(f, 3, 1.15, 600);
    t.reset = rng_below(f->r, 6) == 0;
    talk_tcp(f->w, f->out, f->at, &t);
}

static void served(struct flow *f)
{
    static const uint32_t servers[] = {WORLD_WEB,    WORLD_WEB,
                                       WORLD_WEB,    WORLD_MAIL_1,
                                       WORLD_MAIL_2, WORLD_MAIL_1};
    uint32_t place = RNG_PICK(f->r, servers);
    struct talk t = {.client = client_host(f, f->v6),
                     .server = world_at(f->w, place, f->v6),
                     .port = place == WORLD_WEB ? 443 : 25};

    t.packets = many(f, 3, 1.3, 300);
    t.reset = rng_below(f->r, 8) == 0;
    talk_tcp(f->w, f->out, f->at, &t);
}

static struct host name_server(struct flow *f)
{
    uint32_t place = rng_below(f->r, 2) ? WORLD_NAME_1 : WORLD_NAME_2;

    return world_at(f->w, place, f->v6);
}

/* Two in three: ours ask; else ours are asked. */
static void names(struct flow *f)
{
    bool ours_ask = rng_below(f->r, 3) > 0;
    struct host home = name_server(f);
    struct host far =
        ours_ask ? world_host(f->w, world_member(f->w, 400, 0xd0), f->v6)
                 : client_host(f, f->v6);
    const struct host *asks = ours_ask ? &home : &far;
    const struct host *tells = ours_ask ? &far : &home;
    struct udp u = {.sport = world_port(f->w), .dport = 53};

    u.payload = rng_from(f->r, 30, 40);
    udp(f, f->at, asks, tells->ip, &u);
    u = (struct udp){.sport = 53, .dport = u.sport};
    u.payload = rng_from(f->r, 60, 450);
    f->at += 1000000 + rng_wait(f->r, 0.03);
    udp(f, f->at, tells, asks->ip, &u);
}

static void clocks(struct flow *f)
{
    struct host c = busy_host(f, false);
    struct host s = world_host(f->w, world_member(f->w, 12, 0x123), false);
    struct udp u = {.sport = 123, .dport = 123, .payload = 48};

    udp(f, f->at, &c, s.ip, &u);
    f->at += 20000000 + rng_below(f->r, 30000000);
    udp(f, f->at, &s, c.ip, &u);
}

static void quic_packet(struct flow *f, const struct host *c,
                        const struct host *s, uint16_t port)
{
    struct udp down = {.sport = 443, .dport = port, .payload = 1350};
    struct udp up = {.sport = port, .dport = 443};

    if (rng_below(f->r, 4) == 0) {
        up.payload = rng_from(f->r, 30, 80);
        udp(f, f->at, c, s->ip, &up);
        return;
    }
    if (rng_below(f->r, 4) == 0)
        down.payload = rng_from(f->r, 30, 1200);
    udp(f, f->at, s, c->ip, &down);
}

static void quic(struct flow *f)
{
    struct host c = busy_host(f, f->v6), s = server_host(f, f->v6);
    uint16_t port = world_port(f->w);
    uint32_t n = many(f, 6, 1.2, 400);

    for (uint32_t i = 0; i < n; i++) {
        if (rng_below(f->r, 6))
            f->at += 40000 + rng_below(f->r, 600000);
        else
            f->at += rng_wait(f->r, 0.2);
        quic_packet(f, &c, &s, port);
    }
}

static void ping(struct flow *f)
{
    struct host c = busy_host(f, false), s = server_host(f, false);
    struct icmp echo = {.id = world_port(f->w), .payload = 56};
    uint32_t n = 1 + rng_below(f->r, 5);

    for (uint32_t i = 0; i < n; i++, f->at += TIMESTAMP_SECOND) {
        struct ip ip = world_header(f->w, &c, s.ip);

        echo.type = 8;
        echo.seq = (uint16_t)i;
        frame_icmp(f->out, f->at, &ip, &echo);
        ip = world_header(f->w, &s, c.ip);
        echo.type = 0;
        frame_icmp(f->out, f->at + 30000000, &ip, &echo);
    }
}

/* A router complains of a packet of ours. */
static void unreachable(struct flow *f)
{
    struct host router = world_host(f->w, world_stranger(f->w), false);
    struct host c = busy_host(f, false);
    struct ip quoted = {.src = c.ip, .dst = world_server(f->w)};
    struct icmp icmp = {.quoted = &quoted, .dport = 443};
    struct ip ip = world_header(f->w, &router, c.ip);

    icmp.proto = rng_below(f->r, 2) ? FRAME_UDP : FRAME_TCP;
    quoted.id = (uint16_t)rng_next(f->r);
    icmp.type = rng_below(f->r, 3) ? 3 : 11;
    icmp.code = rng_below(f->r, 3) ? 3 : 0;
    icmp.sport = world_port(f->w);
    frame_icmp(f->out, f->at, &ip, &icmp);
}

static void stray_probes(struct flow *f)
{
    struct probe p = {.from = client_host(f, false)};
    bool many = rng_below(f->r, 4) == 0;
    uint32_t n = 1 + (many ? rng_below(f->r, 6) : 0);

    p.dport = RNG_PICK(f->r, scanned);
    for (uint32_t i = 0; i < n; i++) {
        p.place = rng_below(f->r, WORLD_HOSTS);
        p.sport = world_port(f->w);
        talk_probe(f->w, f->out, f->at, &p);
        f->at += rng_wait(f->r, 200);
    }
}

static void udp_probe(struct flow *f)
{
    static const uint16_t ports[] = {5060, 1900, 123, 53, 161, 11211, 389};
    struct host a = client_host(f, false);
    struct udp u = {.dport = RNG_PICK(f->r, ports)};
    uint32_t to = f->w->home[rng_below(f->r, WORLD_HOSTS)];

    u.sport = world_port(f->w);
    u.payload = rng_from(f->r, 20, 400);
    udp(f, f->at, &a, to, &u);
}

/* All of home, in a stride that hides the order. */
static void sweep(struct flow *f)
{
    struct probe p = {
        .from = world_host(f->w, world_member(f->w, 300, 0x5ca), false)};
    double gap = 0.002 + rng_exponential(f->r, 2);
    uint32_t stride = 1 + 2 * rng_below(f->r, 200);

    p.dport = RNG_PICK(f->r, scanned);
    p.sport = world_port(f->w);
    p.place = rng_below(f->r, WORLD_HOSTS);
    for (int i = 0; i < WORLD_HOSTS; i++) {
        talk_probe(f->w, f->out, f->at, &p);
        f->at += rng_wait(f->r, gap);
        p.place = (p.place + stride) % WORLD_HOSTS;
    }
}

static void ssh_guesses(struct flow *f)
{
    struct talk t = {.client =
                         world_host(f->w, world_member(f->w, 900, 0xb7), false),
                     .port = 22,
                     .packets = 8};
    uint32_t place = 4 + 9 * rng_below(f->r, 20);
    uint32_t n = 3 + rng_below(f->r, 30);

    t.server = world_at(f->w, place, false);
    for (uint32_t i = 0; i < n; i++) {
        t.reset = rng_below(f->r, 2);
        talk_tcp(f->w, f->out, f->at, &t);
        f->at += 2 * TIMESTAMP_SECOND + rng_wait(f->r, 4);
    }
}

/* A flooded host answers a source that somebody forged: accepted and then
 * reset from an open port, refused from a closed one. */
static void backscatter_packet(struct flow *f, const struct host *flooded,
                               uint16_t open_port)
{
    uint32_t to = f->w->home[rng_below(f->r, WORLD_HOSTS)];
    struct ip ip = world_header(f->w, flooded, to);
    struct tcp t = {.sport = open_port, .dport = world_port(f->w)};
    int64_t at = f->at;

    t.ack = rng_word(f->r);
    if (open_port) {
        t.seq = rng_word(f->r);
        t.window = flooded->window;
        t.flags = FRAME_SYN | FRAME_ACK;
        t.options = 1;
        frame_tcp(f->out, at, &ip, &t);
        at += 220000000;
        t.seq++;
        ip = world_header(f->w, flooded, to);
    } else {
        t.sport = world_port(f->w);
    }
    t.window = t.options = 0;
    t.flags = FRAME_RST | FRAME_ACK;
    frame_tcp(f->out, at, &ip, &t);
}

static void backscatter(struct flow *f)
{
    static const uint16_t ports[] = {80, 443, 6667, 25565, 53};
    struct host flooded =
        world_host(f->w, world_member(f->w, 600, 0xdd05), false);
    bool open = rng_below(f->r, 2);
    uint32_t n = 5 + many(f, 8, 1.1, 400);
    uint16_t sport = open ? RNG_PICK(f->r, ports) : 0;

    for (uint32_t i = 0; i < n; i++) {
        f->at += rng_wait(f->r, 3);
        backscatter_packet(f, &flooded, sport);
    }
}

static void fragments(struct flow *f)
{
    struct host c = busy_host(f, false), s = server_host(f, false);
    struct ip ip = world_header(f->w, &s, c.ip);
    struct udp u = {.sport = 53, .dport = world_port(f->w), .payload = 1472};

    ip.df = false;
    ip.id = (uint16_t)rng_next(f->r);
    ip.frag = 0x2000;
    frame_udp(f->out, f->at, &ip, &u);
    ip.frag = 185; /* 1480 bytes on */
    frame_fragment(f->out, f->at + 20000, &ip, 600);
}

/* Nobody answers: four tries, one sequence number. */
static void unanswered(struct flow *f)
{
    struct host c = busy_host(f, f->v6), s = server_host(f, f->v6);
    struct tcp t = {.sport = world_port(f->w),
                    .dport = 443,
                    .window = c.window,
                    .flags = FRAME_SYN,
                    .options = c.options};

    t.seq = rng_word(f->r);
    for (int i = 0; i < 4; i++) {
        struct ip ip = world_header(f->w, &c, s.ip);

        frame_tcp(f->out, f->at, &ip, &t);
        f->at += (INT64_C(3) << i) * TIMESTAMP_SECOND;
    }
}

static const struct kind {
    uint32_t share; /* of 1000 flows */
    void (*add)(struct flow *f);
} kinds[] = {
    {330, web_out     },
    {90,  served      },
    {190, names       },
    {40,  clocks      },
    {50,  quic        },
    {15,  ping        },
    {15,  unreachable },
    {210, stray_probes},
    {8,   udp_probe   },
    {3,   sweep       },
    {6,   ssh_guesses },
    {2,   backscatter },
    {16,  fragments   },
    {25,  unanswered  },
};

void background_flow(struct world *w, struct frames *out, int64_t from,
                     int64_t to)
{
    struct flow f = {.w = w, .r = &w->rng, .out = out};
    const struct kind *kind = kinds;
    double into = rng_unit(f.r);

    f.at = from + (int64_t)((double)(to - from) * into);
    f.v6 = rng_unit(f.r) < w->v6_share;
    for (uint32_t k = rng_below(f.r, 1000); k >= kind->share; kind++)
        k -= kind->share;
    kind->add(&f);
}
