/* info.h - what a store holds, gathered once and shown as text or JSON. */
#ifndef CLI_INFO_H
#define CLI_INFO_H

#include "store/overlap.h"

/* Packets and captures of one sensor. */
struct info_sensor {
    const char *name;
    uint64_t captures, packets;
};

/* A time that no capture of a sensor covers, between two that do: open. */
struct info_gap {
    const char *sensor;
    int64_t from, to;
};

struct info {
    struct arena arena; /* holds what the pointers point to */
    const char *dir;
    struct store_reader *reader;
    uint64_t bytes;  /* on disk */
    uint32_t format; /* of the store */
    struct store_usage usage;
    bool any; /* there are packets of ordinary times, and so a span */
    int64_t first, last;
    uint64_t odd; /* packets of odd times */
    struct info_sensor *sensor;
    uint32_t sensors;
    struct store_cover *cover;
    uint32_t covers;
    struct info_gap *gap;
    uint32_t gaps;
    struct err no_cover;     /* with a code: why coverage is not known */
    struct overlap *overlap; /* by capture; to be freed */
    uint32_t overlaps;
    uint64_t cut; /* captures that end in the middle */
};

/* Times are UTC. */
void info_print(FILE *out, const struct info *i);
void info_print_captures(FILE *out, const struct info *i);
void info_print_streams(FILE *out, const struct info *i);
void info_json(FILE *out, const struct info *i, bool captures, bool streams);

/* Fields by bytes on disk, largest first; order[FIELD_COUNT]. */
void info_fields_by_size(const struct info *i, enum field_id order[]);
/* 1234567 as "1,234,567". */
const char *info_grouped(char out[32], uint64_t n);

#endif
