/* dense_guess.c - what the rows before lead one to expect, and which rows are
 * otherwise. Each pass has its twin in dense_rebuild.c, which must see the same
 * rows in the same state. */
#include <string.h>

#include "store/dense_encoder.h"

/* A field in work: its column, and what is being said of it. Everything is
 * held by value, so that loops keep it in registers. */
struct pass {
    struct dense_encoder *d;
    const uint32_t *v;
    const uint64_t *present;
    uint64_t *classes;
    uint32_t *near, *far; /* where the next goes */
    uint32_t lo, hi, some, every;
    uint64_t field; /* bit of `present` */
    enum dense_slot slot;
    uint32_t rows; /* 0: no row has the field */
};

static struct pass begin(struct dense_encoder *d, enum dense_slot s)
{
    return (struct pass){.d = d,
                         .v = d->col[s],
                         .present = d->present,
                         .classes = d->classes,
                         .near = d->near[s].v,
                         .far = d->far[s].v,
                         .lo = UINT32_MAX,
                         .every = UINT32_MAX,
                         .field = UINT64_C(1) << dense_slot_field[s],
                         .slot = s,
                         .rows =
                             d->some >> dense_slot_field[s] & 1 ? d->rows : 0};
}

static void end(const struct pass *p)
{
    struct dense_encoder *d = p->d;

    d->near[p->slot].n = (uint32_t)(p->near - d->near[p->slot].v);
    d->far[p->slot].n = (uint32_t)(p->far - d->far[p->slot].v);
    d->zone[p->slot] = (struct zone_field){
        .range = {p->lo, p->hi},
          .some = p->some, .every = p->every
    };
}

static inline bool has(const struct pass *p, uint32_t i)
{
    return (p->present[i] & p->field) != 0;
}

static inline uint32_t value(struct pass *p, uint32_t i)
{
    uint32_t v = p->v[i];

    p->lo = v < p->lo ? v : p->lo;
    p->hi = v > p->hi ? v : p->hi;
    p->some |= v;
    p->every &= v;
    return v;
}

static inline void say(struct pass *p, uint32_t i, enum dense_class k)
{
    p->classes[i] |= (uint64_t)k << (2 * p->slot);
}

static inline void say_near(struct pass *p, uint32_t i, uint32_t step)
{
    say(p, i, CLASS_NEAR);
    *p->near++ = step;
}

static inline void say_far(struct pass *p, uint32_t i, uint32_t v)
{
    say(p, i, CLASS_FAR);
    *p->far++ = v;
}

/* ---- lengths ---- */

static void guess_iplen(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_IPLEN);
    uint32_t *last = d->state;

    memset(last, 0, d->flows * sizeof *last);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i);
        if (v == d->lengths[d->shape_of[i]].over)
            continue;
        if (v == last[d->flow_of[i]])
            say(&p, i, CLASS_AGAIN);
        else
            say_far(&p, i, last[d->flow_of[i]] = v);
    }
    end(&p);
}

static uint32_t iplen_of(const struct dense_encoder *d, uint32_t i)
{
    return DENSE_HAS(d->present[i], FIELD_IPLEN) ? d->col[SLOT_IPLEN][i] : 0;
}

/* The majority of the differences of frame and IP length, by votes. */
static void find_overhead(struct dense_encoder *d)
{
    uint32_t votes = 0;

    d->overhead = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        uint32_t ip = iplen_of(d, i), len = d->col[SLOT_LEN][i];
        if (!ip || !DENSE_HAS(d->present[i], FIELD_LEN) || len <= DENSE_PAD)
            continue;
        uint32_t over = len - ip - d->lengths[d->shape_of[i]].tags;
        if (votes == 0)
            d->overhead = over;
        votes += over == d->overhead ? 1u : UINT32_MAX;
    }
}

static void guess_len(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_LEN);

    find_overhead(d);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i), guess = iplen_of(d, i) + d->overhead +
                                           d->lengths[d->shape_of[i]].tags;
        if (v == (guess < DENSE_PAD ? DENSE_PAD : guess))
            continue;
        if (v == guess)
            say(&p, i, CLASS_AGAIN);
        else
            say_far(&p, i, v);
    }
    end(&p);
}

static uint32_t len_of(const struct dense_encoder *d, uint32_t i)
{
    return DENSE_HAS(d->present[i], FIELD_LEN) ? d->col[SLOT_LEN][i] : 0;
}

static void guess_caplen(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_CAPLEN);

    d->snap = 0;
    for (uint32_t i = 0; i < p.rows; i++)
        if (has(&p, i) && p.v[i] > d->snap)
            d->snap = p.v[i];
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i), len = len_of(d, i);
        if (v != (len < d->snap ? len : d->snap))
            say_far(&p, i, v);
    }
    end(&p);
}

/* A length that follows from that of IP, less headers. */
static void guess_rest(struct dense_encoder *d, enum dense_slot s)
{
    struct pass p = begin(d, s);

    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        const struct dense_lengths *l = &d->lengths[d->shape_of[i]];
        uint32_t less = s == SLOT_PAYLEN ? l->over : l->ip, v = value(&p, i);
        if (v != dense_less(iplen_of(d, i), less))
            say_far(&p, i, v);
    }
    end(&p);
}

/* ---- what is nearly always 0 ---- */

static void guess_zero(struct dense_encoder *d, enum dense_slot s)
{
    struct pass p = begin(d, s);

    for (uint32_t i = 0; i < p.rows; i++)
        if (has(&p, i) && value(&p, i) != 0)
            say_far(&p, i, p.v[i]);
    end(&p);
}

/* ---- numbers that go on ---- */

static const struct dense_tcp no_tcp;
static const struct dense_clock no_clock;

static inline void guess_one_seq(struct pass *p, uint32_t i,
                                 struct dense_tcp *f,
                                 const struct dense_tcp *back)
{
    struct dense_encoder *d = p->d;
    uint64_t present = d->present[i];
    uint32_t v = value(p, i), guess = dense_seq_guess(f, back);
    uint32_t step = dense_zigzag(guess, v);
    uint32_t flags = DENSE_HAS(present, FIELD_FLAGS)
                         ? (uint16_t)d->base[d->shape_of[i]].tcp
                         : 0;

    if (step != 0) {
        if (step <= UINT16_MAX)
            say_near(p, i, step);
        else if (v == f->seq)
            say(p, i, CLASS_AGAIN);
        else
            say_far(p, i, v);
    }
    dense_tcp_sent(
        f, v, DENSE_HAS(present, FIELD_PAYLEN) ? d->col[SLOT_PAYLEN][i] : 0,
        flags);
}

static inline void guess_one_ack(struct pass *p, uint32_t i,
                                 struct dense_tcp *f,
                                 const struct dense_tcp *back)
{
    struct dense_encoder *d = p->d;
    uint32_t flags = (uint16_t)d->base[d->shape_of[i]].tcp;
    uint32_t v = value(p, i), guess = dense_ack_guess(back, flags);

    if (v == guess)
        ;
    else if (v == f->ack)
        say(p, i, CLASS_AGAIN);
    else if (guess - v <= UINT16_MAX)
        say_near(p, i, guess - v);
    else
        say_far(p, i, v);
    f->ack = v;
}

static void guess_tcp(struct dense_encoder *d)
{
    struct pass seq = begin(d, SLOT_SEQ), ack = begin(d, SLOT_ACKNO);
    uint32_t rows = seq.rows | ack.rows;

    memset(d->tcp, 0, d->flows * sizeof *d->tcp);
    for (uint32_t i = 0; i < rows; i++) {
        struct dense_tcp *f = &d->tcp[d->flow_of[i]];
        uint32_t other = d->back[d->flow_of[i]];
        const struct dense_tcp *back = other ? &d->tcp[other - 1] : &no_tcp;
        if (has(&seq, i))
            guess_one_seq(&seq, i, f, back);
        if (has(&ack, i))
            guess_one_ack(&ack, i, f, back);
    }
    end(&seq);
    end(&ack);
}

/* A flow's window stays as it was, or begins as its host's last one. */
static void guess_win(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_WIN);
    uint32_t *last = d->state, *hosts = d->hosts;

    memset(last, 0, d->flows * sizeof *last);
    memset(hosts, 0, d->hosts_n * sizeof *hosts);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i), f = d->flow_of[i];
        uint32_t host = d->host[f];
        uint32_t step = dense_zigzag(last[f], v);
        if (step == 0)
            ;
        else if (v == hosts[host])
            say(&p, i, CLASS_AGAIN);
        else if (step <= UINT8_MAX)
            say_near(&p, i, step);
        else
            say_far(&p, i, v);
        last[f] = hosts[host] = v;
    }
    end(&p);
}

/* Counted by flow, counted by host, or 0. */
static void guess_ipid(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_IPID);
    uint32_t *last = d->state, *hosts = d->hosts;

    memset(last, 0, d->flows * sizeof *last);
    memset(hosts, 0, d->hosts_n * sizeof *hosts);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i), f = d->flow_of[i];
        uint32_t *host = &hosts[d->host[f]];
        uint32_t step = (v - *host - 1) & UINT16_MAX;
        if (v == 0) {
            say(&p, i, CLASS_AGAIN);
            continue;
        }
        if (v == ((last[f] + 1) & UINT16_MAX))
            ;
        else if (v <= UINT16_MAX && step <= UINT8_MAX)
            say_near(&p, i, step);
        else
            say_far(&p, i, v);
        last[f] = *host = v;
    }
    end(&p);
}

/* One on, or that of the echo's request. */
static void guess_icmp_seq(struct dense_encoder *d)
{
    struct pass p = begin(d, SLOT_ICMP_SEQ);
    uint32_t *last = d->state;

    memset(last, 0, d->flows * sizeof *last);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        uint32_t v = value(&p, i), f = d->flow_of[i], back = d->back[f];
        if (v == ((last[f] + 1) & UINT16_MAX))
            ;
        else if (back && v == last[back - 1])
            say(&p, i, CLASS_AGAIN);
        else
            say_far(&p, i, v);
        last[f] = v;
    }
    end(&p);
}

static inline void guess_one_tsval(struct pass *p, uint32_t i,
                                   struct dense_clock *c)
{
    uint32_t v = value(p, i), guess = dense_tick_guess(c, p->d->time[i]);
    uint32_t step = dense_zigzag(guess, v);

    if (step == 0)
        ;
    else if (v == c->value)
        say(p, i, CLASS_AGAIN);
    else if (step <= UINT8_MAX)
        say_near(p, i, step);
    else
        say_far(p, i, v);
    c->value = v;
    c->time = p->d->time[i];
}

static inline void guess_one_tsecr(struct pass *p, uint32_t i,
                                   struct dense_clock *c,
                                   const struct dense_clock *back)
{
    uint32_t v = value(p, i), step = back->value - v;

    if (step == 0)
        ;
    else if (v == c->echo)
        say(p, i, CLASS_AGAIN);
    else if (step <= UINT8_MAX)
        say_near(p, i, step);
    else
        say_far(p, i, v);
    c->echo = v;
}

static void guess_clocks(struct dense_encoder *d)
{
    struct pass val = begin(d, SLOT_TSVAL), ecr = begin(d, SLOT_TSECR);
    uint32_t rows = val.rows | ecr.rows;

    memset(d->clock, 0, d->flows * sizeof *d->clock);
    for (uint32_t i = 0; i < rows; i++) {
        struct dense_clock *c = &d->clock[d->flow_of[i]];
        uint32_t other = d->back[d->flow_of[i]];
        const struct dense_clock *back =
            other ? &d->clock[other - 1] : &no_clock;
        if (has(&val, i))
            guess_one_tsval(&val, i, c);
        if (has(&ecr, i))
            guess_one_tsecr(&ecr, i, c, back);
    }
    end(&val);
    end(&ecr);
}

/* ---- what stays the same in a flow ---- */

/* A flow's first value is in its table, where it is held against the last one
 * of the same source. */
static void guess_flowed(struct dense_encoder *d, enum dense_slot s)
{
    struct pass p = begin(d, s);
    uint32_t *now = d->state, *hosts = d->hosts, f = 0;

    memset(hosts, 0, d->hosts_n * sizeof *hosts);
    for (; p.rows && f < d->flows; f++) {
        uint32_t *host = &hosts[d->host[f]];
        now[f] = has(&p, d->flow[f].first) ? p.v[d->flow[f].first] : *host;
        d->first[s][f] = now[f] ^ *host;
        *host = now[f];
    }
    for (uint32_t i = 0; i < p.rows; i++) {
        if (!has(&p, i))
            continue;
        f = d->flow_of[i];
        if (value(&p, i) != now[f])
            say_far(&p, i, now[f] = p.v[i]);
    }
    end(&p);
}

void dense_encoder_guess(struct dense_encoder *d)
{
    static const uint8_t flowed[] = {SLOT_TTL, SLOT_TOS, SLOT_VLAN,
                                     SLOT_FLOWLABEL, SLOT_ICMP_ID};

    guess_iplen(d);
    guess_len(d);
    guess_caplen(d);
    guess_rest(d, SLOT_PAYLEN);
    guess_rest(d, SLOT_UDPLEN);
    guess_zero(d, SLOT_FRAGOFF);
    guess_zero(d, SLOT_URG);
    guess_tcp(d);
    guess_win(d);
    guess_ipid(d);
    guess_icmp_seq(d);
    guess_clocks(d);
    for (uint32_t i = 0; i < sizeof flowed; i++)
        guess_flowed(d, (enum dense_slot)flowed[i]);
}
