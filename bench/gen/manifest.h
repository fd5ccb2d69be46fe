/* manifest.h - truth.json: home, who is populated, and the campaigns. */
#ifndef GEN_MANIFEST_H
#define GEN_MANIFEST_H

#include "bench/gen/campaign.h"
#include "bench/gen/options.h"

struct manifest {
    FILE *out;
    uint32_t campaigns;
};

bool manifest_open(struct manifest *m, const struct options *o,
                   const struct world *w, struct err *e);
/* The campaign planted last. Times are rounded out to whole microseconds, so
 * that they hold its packets whatever the precision of the file. */
void manifest_add(struct manifest *m, const struct campaign *c);
bool manifest_close(struct manifest *m, struct err *e);

#endif
