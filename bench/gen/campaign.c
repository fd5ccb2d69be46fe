/* campaign.c - see campaign.h. */
#include "bench/gen/campaign.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "bench/gen/campaign_kinds.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct kind {
    const char *name, *note;
    void (*plant)(struct campaign *c);
    uint32_t variant;
} kinds[] = {
    {"coordinated-traceroute", "within two seconds",                         campaign_traceroute,   0},
    {"coordinated-traceroute", "spread over a minute",                       campaign_traceroute,   1},
    {"netbios-deception",      "dark targets only, one ttl band",            campaign_netbios,
     0                                                                                               },
    {"reset-scan-fixed-ack",   "signature ack number",                       campaign_reset_fixed,  0},
    {"reset-scan-random-ack",  "no target probed twice, two packets a day",
     campaign_reset_random,                                                                         0},
    {"second-order-effect",    "inactive ports",                             campaign_second_order, 0},
    {"second-order-effect",    "active port 6667",                           campaign_second_order, 1},
    {"sfrp-probe",             "stimulated first, then not",                 campaign_sfrp,         0},
    {"same-target-set",        "one target every 22 minutes over a weekend",
     campaign_same_targets,                                                                         0},
    {"disjoint-split-scan",    "each target probed by one source only",
     campaign_disjoint,                                                                             0},
    {"low-and-slow",           "two packets a day",                          campaign_low_slow,     0},
    {"one-two-pattern",        "source port 6667",                           campaign_one_two,      0},
    {"echo-spin-off",          "source port 7",                              campaign_echo,         0},
    {"hijack-reset",           "ttl differs from the flow's by 9",           campaign_hijack,       0},
    {"hidden-novelty",         "",                                           campaign_novelty,      0},
};

static void add_once(uint32_t *list, size_t *n, size_t room, uint32_t ip)
{
    for (size_t i = 0; i < *n; i++) {
        if (list[i] == ip)
            return;
    }
    if (*n < room)
        list[(*n)++] = ip;
}

uint32_t campaign_source(struct campaign *c, uint32_t ip)
{
    add_once(c->sources, &c->n_sources, CAMPAIGN_SOURCES, ip);
    return ip;
}

uint32_t campaign_target(struct campaign *c, uint32_t ip)
{
    add_once(c->targets, &c->n_targets, CAMPAIGN_TARGETS, ip);
    return ip;
}

uint32_t campaign_stranger(struct campaign *c)
{
    return campaign_source(c, world_stranger(c->world));
}

uint32_t campaign_anyone(struct campaign *c)
{
    struct world *w = c->world;

    return campaign_target(c, w->home[rng_below(&w->rng, WORLD_HOSTS)]);
}

uint32_t campaign_day(struct campaign *c, uint32_t after)
{
    return rng_below(&c->world->rng, c->days > after ? c->days - after : 1);
}

static bool is_saturday(const struct campaign *c, uint32_t day)
{
    return timestamp_weekday(c->start + day * TIMESTAMP_DAY) == 5;
}

uint32_t campaign_saturday(struct campaign *c)
{
    for (uint32_t tries = 0; tries < 1000; tries++) {
        uint32_t day = campaign_day(c, 4);

        if (is_saturday(c, day))
            return day;
    }
    return 0; /* an archive without a whole weekend */
}

int64_t campaign_at(const struct campaign *c, uint32_t day, double hours)
{
    return c->start + day * TIMESTAMP_DAY + frame_ns(hours * 3600);
}

struct ip campaign_header(struct campaign *c, uint32_t src, uint32_t dst,
                          uint8_t ttl)
{
    return (struct ip){.src = src,
                       .dst = dst,
                       .ttl = ttl,
                       .id = (uint16_t)rng_next(&c->world->rng)};
}

void campaign_tcp(struct campaign *c, int64_t at, struct ip ip, struct tcp tcp)
{
    frame_tcp(c->plant, at, &ip, &tcp);
}

static void settle(struct campaign *c)
{
    int64_t length = c->days * TIMESTAMP_DAY;

    c->from = INT64_MAX;
    c->to = 0;
    for (size_t i = c->first; i < c->plant->n; i++) {
        struct frame *one = &c->plant->list[i];

        one->time = c->start + (one->time - c->start) % length;
        c->from = one->time < c->from ? one->time : c->from;
        c->to = one->time > c->to ? one->time : c->to;
    }
}

size_t campaign_count(void)
{
    return COUNT(kinds);
}

void campaign_plant(struct campaign *c, size_t which)
{
    const struct kind *kind = &kinds[which];

    c->kind = kind->name;
    c->variant = kind->variant;
    snprintf(c->note, sizeof c->note, "%s", kind->note);
    c->n_sources = c->n_targets = 0;
    c->first = c->plant->n;
    kind->plant(c);
    settle(c);
}
