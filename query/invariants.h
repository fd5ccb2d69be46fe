/* invariants.h - what is constant or tied by arithmetic in packets, found in
 * one pass, in memory that does not grow. */
#ifndef QUERY_INVARIANTS_H
#define QUERY_INVARIANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What relations are between. The first ones are fields as they came, IPv4
 * addresses as numbers; the others follow from them. */
enum invariants_operand {
#define OPERAND(id, text) INVARIANTS_##id,
#include "query/invariants.def"
#undef OPERAND
    INVARIANTS_OPERANDS
};

enum invariants_kind {
    INVARIANTS_CONSTANT,
    INVARIANTS_BITS,
    INVARIANTS_EQUAL,
    INVARIANTS_MINUS,
    INVARIANTS_XOR,
    INVARIANTS_STEP,
    INVARIANTS_COUNTER
};

struct invariants_packet {
    uint64_t has; /* bit i: value[i] is there */
    uint32_t value[INVARIANTS_OPERANDS];
    uint64_t flow, src; /* the same for the same addresses and ports; source */
};

/* A row of the table of relations. `bits` of b count as chance. */
struct invariants_relation {
    enum invariants_kind kind;
    enum invariants_operand a, b;
    uint8_t width, bits;
};

extern const struct invariants_relation invariants_relations[];
extern const uint32_t invariants_relation_count;
extern const char *const invariants_kinds[];

struct invariants;

size_t invariants_bytes(void); /* that it takes, whatever comes in */
struct invariants *invariants_open(void);
void invariants_close(struct invariants *t);
/* value[] and has of fields are set: makes what follows from them. */
void invariants_derive(struct invariants_packet *p);
/* Packets in their order. */
void invariants_add(struct invariants *t, const struct invariants_packet *p);

enum {
    INVARIANTS_TRACKED = 32,
    INVARIANTS_LISTS = 32,
    INVARIANTS_UNITS = 64,
    INVARIANTS_LEAST = 7
};

struct invariants_row {
    const struct invariants_relation *relation;
    int64_t support, total;
    uint32_t value, mask; /* mask of BITS; value not of EQUAL */
    double bits;
};

/* Rows of INVARIANTS_LEAST bits or more, most bits first, then in the order of
 * the table, then by value. `row` has room for INVARIANTS_ROWS_MAX. */
enum { INVARIANTS_ROWS_MAX = 8 * INVARIANTS_LISTS * INVARIANTS_TRACKED };
uint32_t invariants_rows(const struct invariants *t,
                         struct invariants_row *row);

/* "seq = sport << 16 | dport", "seq - ackno"; and the value, "" for none. */
void invariants_fields_text(const struct invariants_relation *r, char out[64]);
void invariants_value_text(const struct invariants_row *row, char out[64]);

#endif
