/* similar_sweep.h - hosts of a row that are no choices of their own: a sweep of
 * a network, or of one host part in many networks, counts as one item. */
#ifndef QUERY_SIMILAR_SWEEP_H
#define QUERY_SIMILAR_SWEEP_H

#include <stdint.h>

#include "base/addr.h"

enum similar_sweep_kind {
    SIMILAR_SWEEP_NET,  /* of the /24 or /64 at `at` */
    SIMILAR_SWEEP_NETS, /* of several */
    SIMILAR_SWEEP_HOST, /* of the host part `at`: an octet as 0.0.0.x */
    SIMILAR_SWEEP_HOSTS
};

struct similar_sweep {
    enum similar_sweep_kind kind;
    struct addr at; /* zero of several */
};

enum { SIMILAR_SWEEPS_MAX = 2 };

/* From how many hosts on the same last octet is a sweep, where home has so
 * many /24s; 0: unknown. */
uint32_t similar_sweep_octets(uint32_t networks);

/* host[0..n) ascends. Those of sweeps are taken out, *n is how many are left,
 * ascending. Returns the number of sweeps. `room` is for n addresses. */
uint32_t similar_sweep_take(struct addr *host, uint32_t *n, uint32_t octets,
                            struct addr *room,
                            struct similar_sweep out[SIMILAR_SWEEPS_MAX]);

#endif
