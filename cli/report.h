/* report.h - what an ingest did, as text and as JSON, and the line that shows
 * how far it is. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "ingest/ingest.h"

/* seconds: how long it took. */
void report_print(FILE *out, const struct ingest_report *r, double seconds);
void report_json(FILE *out, const struct ingest_report *r, double seconds);
/* One line a warning. */
void report_warnings(FILE *out, const struct ingest_report *r);

/* A line on a terminal that is written over. {.out = stderr} begins. */
struct report_progress {
    FILE *out;
    double began, shown; /* seconds of report_clock */
    bool any;
};

double report_clock(void); /* seconds, never steps */
void report_progress_show(struct report_progress *p,
                          const struct ingest_progress *now);
void report_progress_clear(struct report_progress *p);

#endif
