/* overlaps.h - tells of captures that an ingest left overlapping in time with
 * others of their sensor. */
#ifndef INGEST_OVERLAPS_H
#define INGEST_OVERLAPS_H

#include "ingest/ingest.h"

/* What overlapped before; {0} is nothing. */
struct overlaps {
    uint32_t n;
    struct overlaps_known *known;
};

/* Before the ingest, and behind it: counts in the report what overlaps more
 * than before, and warns of it. A store that cannot be read is not their
 * matter. */
void overlaps_begin(struct overlaps *o, struct store *s);
void overlaps_end(struct overlaps *o, struct store *s,
                  struct ingest_report *r); /* frees it too */

#endif
