/* campaign.h - attacks planted in the traffic, after the kinds that analysts
 * reported from header archives, with what an analyst should find. */
#ifndef GEN_CAMPAIGN_H
#define GEN_CAMPAIGN_H

#include "bench/gen/world.h"

enum { CAMPAIGN_SOURCES = 64, CAMPAIGN_TARGETS = WORLD_HOSTS };

/* The caller sets the first block once, and owns world and plant; the rest
 * is the campaign that campaign_plant made last. Addresses come once each. */
struct campaign {
    struct world *world;
    struct frames *plant; /* gets the packets, out of time order */
    int64_t start;        /* of the archive, midnight UTC */
    uint32_t days;
    uint32_t round; /* 0 .. repetitions - 1: some kinds take turns by it */

    const char *kind;
    char note[80];
    uint32_t variant;
    size_t first;     /* its packets are plant->list[first .. plant->n) */
    int64_t from, to; /* time of its first and its last packet */
    uint32_t sources[CAMPAIGN_SOURCES], targets[CAMPAIGN_TARGETS];
    size_t n_sources, n_targets;
};

size_t campaign_count(void); /* campaigns in a round */

/* Plants campaign `which` of a round. What would fall past the end of the
 * archive (only when that has fewer than 21 days) is folded to its start. */
void campaign_plant(struct campaign *c, size_t which);

#endif
