/* block_column.c - decoded lanes into the columns of a batch, and into rows. */
#include <endian.h>
#include <stdlib.h>

#include "store/dense_reader.h"

/* Inner loops of this many rows have no branch and no rest. */
enum { STRIP = 16 };

_Static_assert((int)STRIP <= (int)SLACK && (int)BATCH_ROWS % (int)STRIP == 0,
               "strips overrun");

static const int64_t no_numbers[BATCH_ROWS];
static const struct addr no_addrs[BATCH_ROWS];
static const uint64_t all_absent[BATCH_WORDS] = {[0 ... BATCH_WORDS - 1] =
                                                     UINT64_MAX};

/* out[i] = base + v[from + i] for i in 0 .. n, rounded up to strips. */
#define WIDEN(type)                                                            \
    static void widen_##type(const struct lane_out *l, uint32_t from,          \
                             uint32_t n, int64_t *restrict out)                \
    {                                                                          \
        const type *v = (const type *)(const void *)l->value + from;           \
        int64_t base = l->base;                                                \
        for (uint32_t i = 0; i < n; i += STRIP)                                \
            for (uint32_t k = 0; k < STRIP; k++)                               \
                out[i + k] = (int64_t)((uint64_t)base + v[i + k]);             \
    }

WIDEN(uint8_t)
WIDEN(uint16_t)
WIDEN(uint32_t)
WIDEN(uint64_t)

static void widen(const struct lane_out *l, uint32_t from, uint32_t n,
                  int64_t *out)
{
    switch (l->width) {
    case 0:
        for (uint32_t i = 0; i < n; i++)
            out[i] = l->base;
        break;
    case 1: widen_uint8_t(l, from, n, out); break;
    case 2: widen_uint16_t(l, from, n, out); break;
    case 4: widen_uint32_t(l, from, n, out); break;
    default: widen_uint64_t(l, from, n, out);
    }
}

/* Each row's address, and its place in the dictionary. */
static void look_up_addrs(const struct block *b, const struct lane_out *l,
                          uint32_t from, uint32_t n)
{
    struct addr *out = l->batch;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = (uint32_t)lane_value(l, l->width ? from + i : 0);
        l->code[i] = code;
        out[i] = b->addr[code];
    }
}

static void look_up_text(const struct block *b, const struct lane_out *l,
                         uint32_t from, uint32_t n)
{
    int64_t *out = l->batch;

    widen(l, from, n, out);
    for (uint32_t i = 0; i < n; i++)
        out[i] = b->opts_text[out[i]];
}

/* Bits of the rows from .. from + n that have no value. */
static const uint64_t *absent_bits(struct lane_out *l, uint32_t from,
                                   uint32_t n)
{
    uint32_t word = from / 64, shift = from % 64;

    if (!l->present)
        return NULL;
    for (uint32_t i = 0; i * 64 < n; i++, word++) {
        uint64_t v = l->present[word] >> shift;
        if (shift)
            v |= l->present[word + 1] << (64 - shift);
        l->absent[i] = ~v;
    }
    return l->absent;
}

static void fill_batch(struct block *b, enum field_id f, struct lane_out *l,
                       uint32_t from, uint32_t n)
{
    if (l->filled)
        return;
    if (l->width == 0) { /* the same for every batch */
        n = BATCH_ROWS;
        l->filled = true;
    }
    if (schema_fields[f].width == WIDTH_ADDR)
        look_up_addrs(b, l, from, n);
    else if (f == FIELD_OPTSIG)
        look_up_text(b, l, from, n);
    else
        widen(l, from, n, l->batch);
}

static void empty_column(enum field_id f, struct column *out)
{
    *out = (struct column){.absent = all_absent};
    if (schema_fields[f].width == WIDTH_ADDR)
        out->a = no_addrs;
    else
        out->i = no_numbers;
}

static void sensor_lane(struct block *b)
{
    struct lane_out *l = &b->lane[FIELD_SENSOR];

    if (l->ready)
        return;
    l->base = strtab_intern(b->text, b->head.sensor, strlen(b->head.sensor));
    l->ready = true;
}

static void lane_column(struct block *b, enum field_id f, struct lane_out *l,
                        uint32_t from, uint32_t n, struct column *out)
{
    bool addr = schema_fields[f].width == WIDTH_ADDR;

    if (l->none)
        return;
    if (!l->batch)
        l->batch = block_room(b, BATCH_ROWS, addr ? sizeof(struct addr) : 8);
    if (addr && !l->code)
        l->code = block_room(b, BATCH_ROWS, sizeof *l->code);
    fill_batch(b, f, l, from, n);
    out->absent = absent_bits(l, from, n);
    if (addr) {
        out->a = l->batch;
        out->code = b->dictionary ? l->code : NULL;
        out->codes = b->addrs;
        out->dictionary = b->dictionary;
    } else {
        out->i = l->batch;
    }
}

bool block_column(struct block *b, enum field_id f, uint32_t from, uint32_t n,
                  struct column *out, struct err *e)
{
    struct lane_out *l = &b->lane[f];

    empty_column(f, out);
    if (f == FIELD_SENSOR)
        sensor_lane(b);
    if (!block_lane_load(b, f, e))
        return false;
    if (f == FIELD_TIME) { /* kept as it is wanted */
        out->i = (const int64_t *)(const void *)l->value + from;
        out->absent = NULL;
        return true;
    }
    lane_column(b, f, l, from, n, out);
    return true;
}

/* ---- columns of codes ---- */

bool block_coded(struct block *b, enum batch_code by, uint64_t of,
                 uint64_t *out, struct err *e)
{
    *out = 0;
    return !b->dense || dense_coded(b, by, of, out, e);
}

bool block_codes(struct block *b, enum batch_code by, const uint16_t **code,
                 uint32_t *n, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (by == BATCH_SHAPE ? !dense_shapes_load(b, e) : !dense_flows_load(b, e))
        return false;
    *code = by == BATCH_SHAPE ? d->shape : d->flow;
    *n = by == BATCH_SHAPE ? d->shapes : d->flows;
    return true;
}

bool block_code_column(struct block *b, const struct batch_span *of,
                       enum field_id f, struct column *out, struct err *e)
{
    struct lane_out *l;

    empty_column(f, out);
    if (!b->head.zone.field[f].any && f != FIELD_SENSOR)
        return true;
    if (f == FIELD_SENSOR)
        return block_column(b, f, 0, of->n, out, e);
    if (!dense_coded_load(b, of->by, f, &l, e))
        return false;
    lane_column(b, f, l, of->from, of->n, out);
    return true;
}

static uint64_t origin_word(const struct block *b, uint64_t code, uint32_t i)
{
    uint64_t v;

    memcpy(&v, b->origin + code * 24 + (size_t)i * 8, 8);
    return le64toh(v);
}

bool block_order(struct block *b, uint32_t row, struct block_origin *out,
                 struct err *e)
{
    if (!block_lane_load(b, LANE_CAPTURE, e) ||
        !block_lane_load(b, LANE_POSITION, e))
        return false;
    uint64_t code = lane_value(&b->lane[LANE_CAPTURE], row);
    out->capture.lo = origin_word(b, code, 0);
    out->capture.hi = origin_word(b, code, 1);
    out->id = origin_word(b, code, 2);
    out->position = lane_value(&b->lane[LANE_POSITION], row);
    return true;
}

/* ---- rows ---- */

static const uint16_t member_at[FIELD_COUNT] = {
#define FIELD(id, name, type, width, help) offsetof(struct record, id),
#include "store/fields.def"
#undef FIELD
};

/* Rows are filled in tiles that stay in the nearest cache while every field
 * is put in. */
enum { TILE = 64 };

#define SET(type)                                                              \
    static void set_##type(const struct lane_out *l, uint32_t f,               \
                           struct block_row *rows, uint32_t n, uint32_t at)    \
    {                                                                          \
        for (uint32_t i = at; i < at + n; i++) {                               \
            if (!lane_has(l, i))                                               \
                continue;                                                      \
            type v = (type)lane_value(l, i);                                   \
            memcpy((char *)&rows[i].record + member_at[f], &v, sizeof v);      \
            rows[i].record.present |= UINT64_C(1) << f;                        \
        }                                                                      \
    }

SET(uint8_t)
SET(uint16_t)
SET(uint32_t)
SET(uint64_t)

/* The same by a dictionary. */
static void set_coded(const struct block *b, uint32_t f, struct block_row *rows,
                      uint32_t n, uint32_t at)
{
    const struct lane_out *l = &b->lane[f];
    bool addr = schema_fields[f].width == WIDTH_ADDR;

    for (uint32_t i = at; i < at + n; i++) {
        char *to = (char *)&rows[i].record + member_at[f];
        if (!lane_has(l, i))
            continue;
        if (addr)
            memcpy(to, &b->addr[lane_value(l, i)], sizeof *b->addr);
        else
            memcpy(to, &b->opts[lane_value(l, i)], sizeof *b->opts);
        rows[i].record.present |= UINT64_C(1) << f;
    }
}

static void set_field(const struct block *b, uint32_t f, struct block_row *rows,
                      uint32_t n, uint32_t at)
{
    const struct lane_out *l = &b->lane[f];

    if (l->none)
        return;
    switch (schema_fields[f].width) {
    case WIDTH_U8: set_uint8_t(l, f, rows, n, at); break;
    case WIDTH_U16: set_uint16_t(l, f, rows, n, at); break;
    case WIDTH_U32: set_uint32_t(l, f, rows, n, at); break;
    case WIDTH_MAC:
    case WIDTH_TIME: set_uint64_t(l, f, rows, n, at); break;
    case WIDTH_ADDR:
    case WIDTH_OPTS: set_coded(b, f, rows, n, at); break;
    default: break;
    }
}

static bool set_origins(struct block *b, struct block_row *rows, uint32_t n,
                        uint32_t at, struct err *e)
{
    struct block_origin o;

    for (uint32_t i = at; i < at + n; i++) {
        if (!block_order(b, i, &o, e))
            return false;
        rows[i].capture = o.capture;
        rows[i].capture_id = o.id;
        rows[i].position = o.position;
    }
    return true;
}

bool block_unpack(struct block *b, struct block_row *rows, struct err *e)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (f != FIELD_SENSOR && !block_lane_load(b, f, e))
            return false;
    for (uint32_t at = 0, n; at < b->head.rows; at += n) {
        n = b->head.rows - at < TILE ? b->head.rows - at : TILE;
        memset(&rows[at], 0, n * sizeof *rows);
        for (uint32_t f = 0; f < FIELD_COUNT; f++)
            set_field(b, f, rows, n, at);
        if (!set_origins(b, rows, n, at, e))
            return false;
    }
    return true;
}
