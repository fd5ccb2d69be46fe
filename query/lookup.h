/* lookup.h - what is known of addresses beside the packets: the site's labels,
 * and databases of networks and countries. Read when a query first asks; one a
 * session, one thread. */
#ifndef QUERY_LOOKUP_H
#define QUERY_LOOKUP_H

#include "base/strtab.h"
#include "query/mmdb.h"
#include "query/site.h"

/* Disjoint ranges of addresses, ascending, and the name of each. */
struct lookup_labels {
    uint32_t n;
    struct addr_range *range;
    uint32_t *name; /* ids in the session's text */
};

enum { LOOKUP_LETTERS = 26, LOOKUP_COUNTRIES = 26 * 26 };

struct lookup_database {
    bool tried, found;
    struct mmdb db;
    uint32_t country[LOOKUP_COUNTRIES]; /* cc: ids of "AA" to "ZZ" */
};

struct lookup {
    struct arena arena;
    struct strtab *text; /* the session's */
    const struct site *site;
    const char *folder; /* the store's: label files, databases */
    struct lookup_labels *labels;
    struct lookup_database asn, cc;
};

/* The labels of the site's `label` statements: an address or network and a name
 * a line; of several that hold an address the longest prefix wins, and of equal
 * ones the last. NULL: there are none, or a file is wrong; errors stand at
 * `at`. */
const struct lookup_labels *lookup_labels(struct lookup *l, struct span at,
                                          struct err *e) MUST_CHECK;
/* False: no label. */
bool lookup_label(const struct lookup_labels *l, struct addr a, uint32_t *name);

/* Databases lie in the store's folder or where the system keeps them; the names
 * that are looked for are in lookup.c. Where there is none, ->found is false.
 * NULL: error. */
const struct lookup_database *lookup_asn(struct lookup *l, struct span at,
                                         struct err *e) MUST_CHECK;
const struct lookup_database *lookup_cc(struct lookup *l, struct span at,
                                        struct err *e) MUST_CHECK;
bool lookup_asn_of(const struct lookup_database *d, struct addr a,
                   int64_t *asn);
/* The id of two letters. */
bool lookup_cc_of(const struct lookup_database *d, struct addr a, uint32_t *cc);

void lookup_close(struct lookup *l);

#endif
