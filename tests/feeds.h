/* feeds.h - made-up captures fed into a store the way the ingester does it, and
 * a count of what came out. */
#ifndef TESTS_FEEDS_H
#define TESTS_FEEDS_H

#include "store/store.h"

enum { FEEDS_SEEDS = 16, FEEDS_PACKETS = 250000 };

/* A capture whose packets are all known from seed and position. */
struct feed_made {
    uint32_t seed; /* below FEEDS_SEEDS */
    uint32_t packets;
    const char *sensor;
    int64_t start, step; /* time of packet i: start + i * step, and */
    uint32_t months;     /* i % months months later */
    uint32_t every;      /* commit after so many packets; 0: at the end */
    bool odd;
};

int64_t feeds_time(const struct feed_made *f, uint32_t i);
/* Feeds what the store lacks. Stops at the first failure. */
bool feeds_write(struct store_writer *w, const struct feed_made *f,
                 struct err *e);
/* The same through a writer of its own. */
bool feeds_ingest(struct store *s, const struct feed_made *f, struct err *e);

/* How often each packet is in the store. */
struct feeds_seen {
    uint8_t times[FEEDS_SEEDS][FEEDS_PACKETS];
    uint64_t rows;
    uint32_t blocks;
};

/* Reads all rows of a reader and checks their fields and order. */
void feeds_read(struct store_reader *r, struct feeds_seen *seen);
/* Is every packet of f in [0, n) there exactly once, and none else? */
void feeds_expect(const struct feeds_seen *seen, const struct feed_made *f,
                  uint32_t n);

#endif
