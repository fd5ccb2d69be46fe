/* background.h - the everyday traffic of a small site: web, mail, names,
 * time, pings, scans, guesses at ssh, backscatter. */
#ifndef GEN_BACKGROUND_H
#define GEN_BACKGROUND_H

#include "bench/gen/world.h"

/* Adds the packets of one flow, drawn by the shares of its kinds, that starts
 * in [from, to) and may well end after it. Out of time order. */
void background_flow(struct world *w, struct frames *out, int64_t from,
                     int64_t to);

#endif
