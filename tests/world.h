/* world.h - random packets of two sensors with equal times, clock steps and
 * gaps, in a store and as rows to loop over, for tests of `seen`. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "query/query.h"
#include "tests/packets.h"

enum { WORLD_PACKETS = 1400 };
#define WORLD_SECOND INT64_C(1000000000)

/* A packet, or a row that a query puts out; what it has no column for is 0. */
struct world_row {
    int64_t time, first, last, sensor, seq, ttl, sport, dport, proto, flags,
        win;
    struct addr src, dst;
    bool no_addr, no_port, no_proto, covered;
};

struct world_rows {
    struct world_row *row; /* to be freed */
    uint32_t n;
    uint64_t uncovered;
};

struct world {
    const struct world_row *row; /* all packets, in packet order */
    uint32_t n;
    const struct store_cover *cover;
    uint32_t covers;
    struct query_session *session;
};

/* Setup and teardown of a group of tests; *state is a struct world *. */
int world_make(void **state);
int world_unmake(void **state);

/* Runs a query under these settings. */
void world_ask(const struct world *w, const char *text,
               const struct query_settings *o, struct world_rows *out);
bool world_outbound(const struct world_row *x);
bool world_inbound(const struct world_row *x);

#endif
