/* scan_merge.h - blocks that overlap in time, merged in packet order. */
#ifndef QUERY_SCAN_MERGE_H
#define QUERY_SCAN_MERGE_H

#include "query/scan_cursor.h"

/* Pushes the rows of all blocks in the order of (time, sensor name, capture
 * digest, position), until the stage wants no more or the run has failed. */
void scan_merge(const struct scan *s, struct run *run, struct stage_run *first,
                struct scan_counts *out);

#endif
