/* scan_coded.h - a block's shapes and flows asked before its rows; between the
 * files of the scan only. */
#ifndef QUERY_SCAN_CODED_H
#define QUERY_SCAN_CODED_H

#include "query/coded.h"
#include "query/scan.h"
#include "store/store.h"

struct scan_cursor;

struct scan_coded {
    struct coded questions;
    bool never; /* no row can pass */
    uint64_t fields[BATCH_CODES];
    const uint16_t *code[BATCH_CODES]; /* of each row, where it was asked */
    uint32_t codes[BATCH_CODES];
    uint8_t *answer[BATCH_CODES]; /* of each code, bit i that of ask[i] */
    bool alone[BATCH_CODES];      /* answer[]: 1 where the row passes */
    size_t bytes;                 /* that answers take */
    /* A batch of codes. */
    enum batch_code by;
    uint32_t window;
    struct batch batch;
    struct column column[FIELD_COUNT];
    bool loaded[FIELD_COUNT];
};

/* Asks the block's codes; where that cannot be done all is left to the rows. */
void scan_coded_open(struct scan_cursor *c);
void scan_coded_close(struct scan_coded *k);

/* Of the rows from .. from + n those that the answers let pass. */
void scan_coded_select(const struct scan_coded *k, uint32_t from, uint32_t n,
                       struct sel *sel);

/* As `flows` of a batch; b is the cursor's. */
bool scan_coded_flows(struct batch *b, uint64_t of, struct batch_flows *out);

/* Can the first stage be given codes, each with how many packets it is? */
bool scan_coded_weighs(const struct scan_cursor *c);
/* Does so. False: as stage_push. */
bool scan_coded_push(struct scan_cursor *c, struct stage_run *first) MUST_CHECK;

#endif
