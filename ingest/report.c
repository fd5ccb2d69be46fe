/* report.c - counts by reason and a bounded list of warnings. */
#include "ingest/report.h"

#include <stdarg.h>
#include <string.h>

const char *const ingest_outcome_names[INGEST_OUTCOMES] = {
    [INGEST_NEW] = "new",
    [INGEST_KNOWN] = "known",
    [INGEST_CONTINUED] = "continued",
    [INGEST_REFUSED] = "refused",
    [INGEST_EMPTY] = "empty",
};

/* The row of that reason; the last one takes what finds no row. */
static struct ingest_skip *find_skip(struct ingest_report *r,
                                     const char *reason)
{
    for (uint32_t i = 0; i < r->skips; i++)
        if (strcmp(r->skip[i].reason, reason) == 0)
            return &r->skip[i];
    if (r->skips == INGEST_SKIPS)
        return &r->skip[INGEST_SKIPS - 1];
    struct ingest_skip *s = &r->skip[r->skips++];

    snprintf(s->reason, sizeof s->reason, "%s",
             r->skips == INGEST_SKIPS ? "other" : reason);
    return s;
}

void report_skip(struct ingest_report *r, const char *reason, uint64_t packets)
{
    if (packets)
        find_skip(r, reason)->packets += packets;
}

void report_warn(struct ingest_report *r, const char *path, const char *fmt,
                 ...)
{
    va_list args;

    if (r->warnings == INGEST_WARNINGS) {
        r->warnings_more++;
        return;
    }
    struct ingest_warning *w = &r->warning[r->warnings++];

    snprintf(w->path, sizeof w->path, "%s", path);
    va_start(args, fmt);
    vsnprintf(w->text, sizeof w->text, fmt, args);
    va_end(args);
}

void report_kept(struct ingest_report *r, int64_t time)
{
    if (!r->packets_kept || time < r->first_time)
        r->first_time = time;
    if (!r->packets_kept || time > r->last_time)
        r->last_time = time;
    r->packets_kept++;
}
