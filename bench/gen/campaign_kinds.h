/* campaign_kinds.h - the kinds of campaign, and what they are made with; for
 * campaign*.c only. */
#ifndef GEN_CAMPAIGN_KINDS_H
#define GEN_CAMPAIGN_KINDS_H

#include "bench/gen/campaign.h"

static inline struct rng *campaign_dice(struct campaign *c)
{
    return &c->world->rng;
}

uint32_t campaign_source(struct campaign *c, uint32_t ip); /* returns ip */
uint32_t campaign_target(struct campaign *c, uint32_t ip); /* returns ip */
uint32_t campaign_stranger(struct campaign *c);            /* a new source */
uint32_t campaign_anyone(struct campaign *c); /* a new target, any of home */

/* A day that has `after` more days after it, where the archive is so long. */
uint32_t campaign_day(struct campaign *c, uint32_t after);
uint32_t campaign_saturday(struct campaign *c); /* with 4 days after it */
/* A time on a day, `hours` long after its midnight. */
int64_t campaign_at(const struct campaign *c, uint32_t day, double hours);

struct ip campaign_header(struct campaign *c, uint32_t src, uint32_t dst,
                          uint8_t ttl);
void campaign_tcp(struct campaign *c, int64_t at, struct ip ip, struct tcp tcp);

/* campaign_scan.c */
void campaign_traceroute(struct campaign *c);
void campaign_netbios(struct campaign *c);
void campaign_same_targets(struct campaign *c);
void campaign_disjoint(struct campaign *c);
void campaign_low_slow(struct campaign *c);
void campaign_one_two(struct campaign *c);
void campaign_echo(struct campaign *c);
void campaign_novelty(struct campaign *c);

/* campaign_reset.c */
void campaign_reset_fixed(struct campaign *c);
void campaign_reset_random(struct campaign *c);
void campaign_second_order(struct campaign *c);
void campaign_sfrp(struct campaign *c);
void campaign_hijack(struct campaign *c);

#endif
