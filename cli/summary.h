/* summary.h - what an ingest did, as text and as JSON, and the line that shows
 * how far it is. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "ingest/ingest.h"

/* seconds: how long it took. */
void summary_print(FILE *out, const struct ingest_report *r, double seconds);
void summary_json(FILE *out, const struct ingest_report *r, double seconds);
/* One line a warning. */
void summary_warnings(FILE *out, const struct ingest_report *r);

/* A line on a terminal that is written over. {.out = stderr} begins. */
struct summary_progress {
    FILE *out;
    double began, shown; /* seconds of summary_clock */
    bool any;
};

double summary_clock(void); /* seconds, never steps */
void summary_progress_show(struct summary_progress *p,
                           const struct ingest_progress *now);
void summary_progress_clear(struct summary_progress *p);

#endif
