/* report.h - filling in the report of an ingest. */
#ifndef INGEST_REPORT_H
#define INGEST_REPORT_H

#include "ingest/ingest.h"

void report_skip(struct ingest_report *r, const char *reason, uint64_t packets);
void report_warn(struct ingest_report *r, const char *path, const char *fmt,
                 ...) PRINTF_LIKE(3, 4);
void report_kept(struct ingest_report *r, int64_t time);

#endif
