/* talk.c - see talk.h. */
#include "bench/gen/talk.h"

enum { FULL = 1460 }; /* data bytes of a full segment */

/* A connection as both ends know it. */
struct line {
    struct world *w;
    struct frames *out;
    const struct talk *talk;
    int64_t at, round_trip; /* ns */
    uint32_t client_seq, server_seq;
    uint16_t sport;
    uint8_t options; /* that both know */
};

static void client_says(struct line *l, int64_t at, uint8_t flags,
                        uint16_t payload)
{
    const struct host *c = &l->talk->client;
    struct ip ip = world_header(l->w, c, l->talk->server.ip);
    bool first = flags == FRAME_SYN;

    frame_tcp(l->out, at, &ip,
              &(struct tcp){.sport = l->sport,
                            .dport = l->talk->port,
                            .window = flags & FRAME_RST ? 0 : c->window,
                            .seq = l->client_seq,
                            .ack = first ? 0 : l->server_seq,
                            .flags = flags,
                            .options = first ? c->options : l->options,
                            .payload = payload});
}

static void server_says(struct line *l, int64_t at, uint8_t flags,
                        uint16_t payload)
{
    const struct host *s = &l->talk->server;
    struct ip ip = world_header(l->w, s, l->talk->client.ip);

    frame_tcp(l->out, at, &ip,
              &(struct tcp){.sport = l->talk->port,
                            .dport = l->sport,
                            .window = s->window,
                            .seq = l->server_seq,
                            .ack = l->client_seq,
                            .flags = flags,
                            .options = l->options,
                            .payload = payload});
}

static void handshake(struct line *l)
{
    client_says(l, l->at, FRAME_SYN, 0);
    l->client_seq++;
    l->at += l->round_trip;
    server_says(l, l->at, FRAME_SYN | FRAME_ACK, 0);
    l->server_seq++;
    l->at += 200000 + rng_below(&l->w->rng, 2000000);
    client_says(l, l->at, FRAME_ACK, 0);
}

static void upload(struct line *l)
{
    struct rng *r = &l->w->rng;
    uint16_t n = rng_below(r, 3) ? rng_from(r, 80, 700) : FULL;

    client_says(l, l->at, FRAME_ACK | FRAME_PSH, n);
    l->client_seq += n;
}

/* Now and then a segment comes twice. */
static void download(struct line *l, bool acked)
{
    struct rng *r = &l->w->rng;
    uint16_t n = rng_below(r, 10) < 7 ? FULL : rng_from(r, 40, 1400);

    server_says(l, l->at, n == FULL ? FRAME_ACK : FRAME_ACK | FRAME_PSH, n);
    if (rng_below(r, 200) == 0)
        server_says(l, l->at + l->round_trip * 2, FRAME_ACK, n);
    l->server_seq += n;
    if (acked)
        client_says(l, l->at + l->round_trip / 2, FRAME_ACK, 0);
}

static void exchange(struct line *l)
{
    struct rng *r = &l->w->rng;

    for (uint32_t i = 0; i < l->talk->packets; i++) {
        bool up = rng_below(r, 100) < 22;

        if (rng_below(r, 8))
            l->at += 30000 + rng_below(r, 900000);
        else
            l->at += l->round_trip + rng_wait(r, 0.4);
        if (up)
            upload(l);
        else
            download(l, i & 1);
    }
    l->at += l->round_trip;
}

static void farewell(struct line *l)
{
    if (l->talk->reset) {
        client_says(l, l->at, FRAME_RST | FRAME_ACK, 0);
        return;
    }
    client_says(l, l->at, FRAME_FIN | FRAME_ACK, 0);
    l->client_seq++;
    l->at += l->round_trip;
    server_says(l, l->at, FRAME_FIN | FRAME_ACK, 0);
    l->server_seq++;
    client_says(l, l->at + 300000, FRAME_ACK, 0);
}

void talk_tcp(struct world *w, struct frames *out, int64_t at,
              const struct talk *talk)
{
    struct line l = {.w = w, .out = out, .talk = talk, .at = at};
    uint8_t client = talk->client.options, server = talk->server.options;

    l.sport = world_port(w);
    l.client_seq = rng_word(&w->rng);
    l.server_seq = rng_word(&w->rng);
    l.round_trip = 4000000 + rng_wait(&w->rng, 0.06);
    l.options = client < server ? client : server;
    handshake(&l);
    exchange(&l);
    farewell(&l);
}

static bool is_open(uint32_t place, uint16_t port)
{
    switch (port) {
    case 22: return world_has_ssh(place);
    case 25: return place == WORLD_MAIL_1 || place == WORLD_MAIL_2;
    case 53: return place == WORLD_NAME_1 || place == WORLD_NAME_2;
    case 80:
    case 443: return place == WORLD_WEB;
    default: return false;
    }
}

static void accept_probe(struct world *w, struct frames *out, int64_t at,
                         const struct probe *p, uint32_t seq)
{
    struct host home = world_at(w, p->place, false);
    struct tcp tcp = {.sport = p->dport,
                      .dport = p->sport,
                      .window = home.window,
                      .ack = seq,
                      .flags = FRAME_SYN | FRAME_ACK,
                      .options = 1};
    struct ip ip = world_header(w, &home, p->from.ip);

    tcp.seq = rng_word(&w->rng);
    frame_tcp(out, at + 300000, &ip, &tcp);
    ip = world_header(w, &p->from, home.ip);
    frame_tcp(out, at + 60300000, &ip,
              &(struct tcp){.sport = p->sport,
                            .dport = p->dport,
                            .seq = seq,
                            .flags = FRAME_RST});
}

static void refuse_probe(struct world *w, struct frames *out, int64_t at,
                         const struct probe *p, uint32_t seq)
{
    struct host home = world_at(w, p->place, false);
    struct ip ip = world_header(w, &home, p->from.ip);

    frame_tcp(out, at + 250000, &ip,
              &(struct tcp){.sport = p->dport,
                            .dport = p->sport,
                            .ack = seq,
                            .flags = FRAME_RST | FRAME_ACK});
}

void talk_probe(struct world *w, struct frames *out, int64_t at,
                const struct probe *p)
{
    uint32_t seq = rng_word(&w->rng);
    struct ip ip = world_header(w, &p->from, w->home[p->place]);

    frame_tcp(out, at, &ip,
              &(struct tcp){.sport = p->sport,
                            .dport = p->dport,
                            .window = p->from.window,
                            .seq = seq,
                            .flags = FRAME_SYN,
                            .options = p->from.options & 1});
    if (!w->populated[p->place])
        return;
    if (is_open(p->place, p->dport))
        accept_probe(w, out, at, p, seq + 1);
    else if (rng_mix(w->home[p->place]) % 3)
        refuse_probe(w, out, at, p, seq + 1);
}
