/* stores.h - stores made for one test and fed with made-up captures; whatever
 * fails ends the test. */
#ifndef TESTS_STORES_H
#define TESTS_STORES_H

#include "tests/feeds.h"

#define STORES_HOUR  (INT64_C(3600) * 1000000000)
#define STORES_START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

/* A new store, open, in a new folder; both end with stores_finish. */
struct store *stores_fresh(char **folder);
void stores_finish(struct store *s, char *folder);

void stores_ingest(struct store *s, const struct feed_made *f);
/* `odd`: with the packets of odd times; to be closed by the caller. */
struct store_reader *stores_reader(struct store *s, struct strtab *t, bool odd);
/* All that is in the store now. */
void stores_read(struct store *s, bool odd, struct feeds_seen *seen);

/* The store's own check finds no damage, and that many rows. */
void stores_assert_sound(struct store *s, uint64_t rows);

#endif
