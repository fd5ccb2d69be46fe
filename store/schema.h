/* schema.h - the fields of a packet and the types of values. Everything that
 * needs the list of fields takes it from store/fields.def through here. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

#include "base/addr.h"

/* How the values of a type lie in a column. */
enum lane { LANE_INT, LANE_REAL, LANE_ADDR, LANE_SET };

enum type {
#define TYPE(id, name, lane, help) TYPE_##id,
#include "store/types.def"
#undef TYPE
    TYPE_COUNT
};

struct type_info {
    const char *name;
    enum lane lane;
    const char *help;
};

extern const struct type_info schema_types[TYPE_COUNT];

/* How a field lies in a record and, at most, on disk. SENSOR lies in no record:
 * it is the same for a whole block. */
enum width {
    WIDTH_U8,
    WIDTH_U16,
    WIDTH_U32,
    WIDTH_MAC,
    WIDTH_TIME,
    WIDTH_ADDR,
    WIDTH_OPTS,
    WIDTH_SENSOR
};

enum field_id {
#define FIELD(id, name, type, width, help) FIELD_##id,
#include "store/fields.def"
#undef FIELD
    FIELD_COUNT
};

struct field {
    const char *name;
    enum type type;
    enum width width;
    const char *help; /* one line: unit, and when it is absent */
};

extern const struct field schema_fields[FIELD_COUNT];

enum bad_bit {
#define BAD(id, bit, help) BAD_##id = 1 << bit,
#include "store/bad.def"
#undef BAD
};

struct bad_info {
    const char *name;
    uint16_t bit;
    const char *help;
};

extern const struct bad_info schema_bad[];
extern const uint32_t schema_bad_count;

/* The field of that name, or FIELD_COUNT. */
enum field_id schema_find(const char *name);

/* The bits of `flags`, in the order of their letters SFRPAUECN. */
enum {
    FLAG_FIN = 1,
    FLAG_SYN = 2,
    FLAG_RST = 4,
    FLAG_PSH = 8,
    FLAG_ACK = 16,
    FLAG_URG = 32,
    FLAG_ECE = 64,
    FLAG_CWR = 128,
    FLAG_NS = 256
};

/* The letters of `flags` in the order SFRPAUECN; at most 9 and a NUL. */
void schema_flags_text(char out[10], uint16_t flags);
/* Bits of letters; `W` is C, `.` is A. False: a letter that is no flag. */
bool schema_flags_parse(const char *text, size_t len, uint16_t *flags);

enum { OPTS_MAX = 40, OPTS_TEXT_MAX = 200 };

/* The kinds of TCP options in their order, as they stand in the header. */
struct opts {
    uint8_t n;
    uint8_t kind[OPTS_MAX];
};

/* "mss,nop,ws,sok,ts": kinds with a name by name, others by number. Returns
 * the length. */
size_t schema_opts_text(char out[OPTS_TEXT_MAX], const struct opts *o);

/* One packet on its way into a block. */
struct record {
    uint64_t present; /* bit FIELD_x: the member holds a value */
#define CTYPE_U8                           uint8_t
#define CTYPE_U16                          uint16_t
#define CTYPE_U32                          uint32_t
#define CTYPE_MAC                          uint64_t
#define CTYPE_TIME                         int64_t
#define CTYPE_ADDR                         struct addr
#define CTYPE_OPTS                         struct opts
#define CTYPE_SENSOR                       struct schema_nothing
#define FIELD(id, name, type, width, help) CTYPE_##width id;
    struct schema_nothing {
    } nothing;
#include "store/fields.def"
#undef FIELD
};

#define RECORD_SET(r, id, v)                                                   \
    ((r)->id = (v), (r)->present |= UINT64_C(1) << FIELD_##id)
#define RECORD_HAS(r, id) ((r)->present >> FIELD_##id & 1)

_Static_assert(FIELD_COUNT <= 64, "present is one word");

#endif
