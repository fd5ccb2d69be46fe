/* overlaps.c - overlapping captures before and after. */
#include "ingest/overlaps.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "ingest/report.h"
#include "store/overlap.h"

struct overlaps_known {
    uint64_t id;
    int64_t length;
};

void overlaps_begin(struct overlaps *o, struct store *s)
{
    struct store_capture *c = NULL;
    struct overlap *found = NULL;
    struct err ignored = {0};
    uint32_t n;

    *o = (struct overlaps){0};
    if (overlap_captures(s, &c, &n, &ignored))
        o->n = overlap_find(c, n, &found);
    o->known = memory_zeroed((size_t)o->n + 1, sizeof *o->known);
    for (uint32_t i = 0; c && found && i < o->n; i++)
        o->known[i] =
            (struct overlaps_known){c[found[i].capture].id, found[i].length};
    free(found);
    free(c);
}

/* Both lists are by the captures' ids. */
static bool is_known(const struct overlaps *o, uint32_t *at, uint64_t id,
                     int64_t length)
{
    while (*at < o->n && o->known[*at].id < id)
        ++*at;
    return *at < o->n && o->known[*at].id == id &&
           o->known[*at].length >= length;
}

static void warn(struct ingest_report *r, const struct store_capture *c,
                 const struct store_capture *with, int64_t length)
{
    char text[TIMESTAMP_TEXT_MAX];

    timestamp_format_length(text, length);
    r->files_overlapping++;
    report_warn(r, c->name,
                "overlaps %.120s of the same sensor by %s: packets that are in "
                "both are kept twice",
                with->name, text);
}

void overlaps_end(struct overlaps *o, struct store *s, struct ingest_report *r)
{
    struct store_capture *c = NULL;
    struct overlap *found = NULL;
    struct err ignored = {0};
    uint32_t n, overlaps = 0, at = 0;

    if (overlap_captures(s, &c, &n, &ignored))
        overlaps = overlap_find(c, n, &found);
    for (uint32_t i = 0; c && found && i < overlaps; i++) {
        const struct store_capture *one = &c[found[i].capture];
        if (!is_known(o, &at, one->id, found[i].length))
            warn(r, one, &c[found[i].with], found[i].length);
    }
    free(found);
    free(c);
    free(o->known);
    *o = (struct overlaps){0};
}
