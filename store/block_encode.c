/* block_encode.c - columns into streams, and a header in front of them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_encoder.h"

/* Streams of these fields come first: what filters read most. */
static const uint8_t hot[] = {
    FIELD_TIME, FIELD_FLAGS, FIELD_PROTO, FIELD_SPORT, FIELD_DPORT, FIELD_SRC,
    FIELD_DST,  FIELD_TTL,   FIELD_LEN,   FIELD_IPLEN, FIELD_PAYLEN};

/* ---- fields ---- */

void block_encoder_zone(struct zone_field *z, const int64_t *v, uint32_t n)
{
    int64_t lo = v[0], hi = v[0];
    uint64_t some = 0, every = UINT64_MAX;

    for (uint32_t i = 0; i < n; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
        some |= (uint64_t)v[i];
        every &= (uint64_t)v[i];
    }
    z->range = (struct range){lo, hi};
    z->some = some;
    z->every = every;
}

/* Codes follow the order of the addresses. */
static void zone_addrs(struct block_encoder *c, struct zone_field *z,
                       uint32_t n)
{
    struct zone_field codes;

    block_encoder_zone(&codes, c->number, n);
    z->addr = (struct addr_range){c->addr[codes.range.lo].addr,
                                  c->addr[codes.range.hi].addr};
}

/* The column as numbers; addresses as places in the sorted dictionary. */
static void widen(struct block_encoder *c, enum field_id f)
{
    uint32_t n = c->lane[f].n;
    const void *in = c->lane[f].value;
    int64_t *v = c->number;

    switch (schema_fields[f].width) {
    case WIDTH_U8:
        for (uint32_t i = 0; i < n; i++)
            v[i] = ((const uint8_t *)in)[i];
        break;
    case WIDTH_U16:
        for (uint32_t i = 0; i < n; i++)
            v[i] = ((const uint16_t *)in)[i];
        break;
    case WIDTH_ADDR:
        for (uint32_t i = 0; i < n; i++)
            v[i] = c->addr_code[((const uint32_t *)in)[i]];
        break;
    case WIDTH_MAC:
    case WIDTH_TIME: memcpy(v, in, (size_t)n * 8); break;
    default:
        for (uint32_t i = 0; i < n; i++)
            v[i] = ((const uint32_t *)in)[i];
    }
}

static uint32_t time_unit(const int64_t *t, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (t[i] % 1000 != 0)
            return 1;
    return 1000;
}

void block_encoder_unit(struct block_encoder *c, uint32_t n)
{
    c->head.unit = time_unit(c->number, n);
    for (uint32_t i = 0; c->head.unit == 1000 && i < n; i++)
        c->number[i] /= 1000;
}

static void put_time(struct block_encoder *c, uint32_t n)
{
    block_encoder_unit(c, n);
    block_encoder_put_numbers(c, FIELD_TIME, KIND_VALUES, n, true);
}

static void put_presence(struct block_encoder *c, enum field_id f,
                         uint32_t rows)
{
    size_t len = (rows + 7) / 8;

    for (uint32_t i = 0; i < len; i++)
        c->packed[i] = (uint8_t)(c->lane[f].present[i / 8] >> (i % 8 * 8));
    block_encoder_put_bytes(c, (uint8_t)f, KIND_PRESENCE, ENCODING_BYTES, 1,
                            len);
}

static void put_addr_dictionary(struct block_encoder *c)
{
    for (uint32_t i = 0; i < c->addrs; i++)
        addr_to_bytes(c->addr[i].addr, c->packed + 16 * (size_t)i);
    block_encoder_put_bytes(c, STREAM_ADDRS, KIND_DICTIONARY, ENCODING_BYTES,
                            16, 16 * (size_t)c->addrs);
}

void block_encoder_put_opts(struct block_encoder *c)
{
    size_t len = 0;

    for (uint32_t i = 0; i < c->opts_n; i++) {
        size_t n = block_encoder_opts_len(&c->opts[i]);
        memcpy(c->packed + len, &c->opts[i], n);
        c->packed[len] = (uint8_t)(n - 1);
        len += n;
    }
    block_encoder_put_bytes(c, FIELD_OPTSIG, KIND_DICTIONARY, ENCODING_BYTES, 1,
                            len);
}

void block_encoder_put_lane(struct block_encoder *c, enum field_id f)
{
    struct lane_in *lane = &c->lane[f];
    struct zone_field *z = &c->head.zone.field[f];
    enum width w = schema_fields[f].width;
    bool coded = w == WIDTH_ADDR || w == WIDTH_OPTS;

    widen(c, f);
    if (w == WIDTH_ADDR)
        zone_addrs(c, z, lane->n);
    else if (w != WIDTH_OPTS)
        block_encoder_zone(z, c->number, lane->n);
    if (w == WIDTH_OPTS)
        block_encoder_put_opts(c);
    if (w == WIDTH_TIME)
        put_time(c, lane->n);
    else
        block_encoder_put_numbers(
            c, (uint8_t)f, coded ? KIND_CODES : KIND_VALUES, lane->n, false);
}

static void put_field(struct block_encoder *c, enum field_id f, uint32_t rows)
{
    struct lane_in *lane = &c->lane[f];
    struct zone_field *z = &c->head.zone.field[f];

    *z = (struct zone_field){.any = lane->n > 0, .absent = lane->n < rows};
    if (lane->n == 0)
        return;
    if (z->absent)
        put_presence(c, f, rows);
    block_encoder_put_lane(c, f);
}

static void put_fields(struct block_encoder *c, uint32_t rows)
{
    uint64_t done = UINT64_C(1) << FIELD_SENSOR;

    for (uint32_t i = 0; i < sizeof hot; i++) {
        if (hot[i] == FIELD_SRC && c->addrs > 0)
            put_addr_dictionary(c);
        put_field(c, (enum field_id)hot[i], rows);
        done |= UINT64_C(1) << hot[i];
    }
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (!(done >> f & 1))
            put_field(c, (enum field_id)f, rows);
}

/* ---- hidden streams ---- */

static int by_origin(const void *a, const void *b)
{
    const struct block_run *x = a, *y = b;

    if (x->capture.hi != y->capture.hi)
        return x->capture.hi < y->capture.hi ? -1 : 1;
    if (x->capture.lo != y->capture.lo)
        return x->capture.lo < y->capture.lo ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The captures of the runs, sorted; returns how many. */
static uint32_t origins(const struct block_encoder *c, struct block_run *out)
{
    uint32_t kept = 0;

    memcpy(out, c->run, c->runs * sizeof *out);
    qsort(out, c->runs, sizeof *out, by_origin);
    for (uint32_t i = 0; i < c->runs; i++)
        if (kept == 0 || by_origin(&out[kept - 1], &out[i]) != 0)
            out[kept++] = out[i];
    return kept;
}

static void put_captures(struct block_encoder *c, uint32_t n)
{
    struct block_run *o = memory_zeroed(c->runs, sizeof *o);
    uint32_t count = origins(c, o);

    for (uint32_t i = 0; i < count; i++) {
        block_encoder_le(c->packed + (size_t)i * 24, o[i].capture.lo, 8);
        block_encoder_le(c->packed + (size_t)i * 24 + 8, o[i].capture.hi, 8);
        block_encoder_le(c->packed + (size_t)i * 24 + 16, o[i].id, 8);
    }
    block_encoder_put_bytes(c, STREAM_CAPTURE, KIND_DICTIONARY, ENCODING_BYTES,
                            24, (size_t)count * 24);
    for (uint32_t r = 0; r < c->runs; r++) {
        const struct block_run *at =
            bsearch(&c->run[r], o, count, sizeof *o, by_origin);
        uint32_t to = r + 1 < c->runs ? c->run[r + 1].from : n;
        for (uint32_t i = c->run[r].from; i < to; i++)
            c->number[i] = at - o;
    }
    block_encoder_put_numbers(c, STREAM_CAPTURE, KIND_CODES, n, false);
    free(o);
}

/* Where the rows came from: positions go up by one in each capture, and are
 * told as steps. */
static void put_origins(struct block_encoder *c, uint32_t n)
{
    memcpy(c->number, c->position, n * sizeof *c->number);
    block_encoder_put_numbers(c, STREAM_POSITION, KIND_VALUES, n, true);
    put_captures(c, n);
}

static void zone_sensor(struct block_encoder *c)
{
    c->head.zone.field[FIELD_SENSOR] = (struct zone_field){.any = true};
}

/* False: the rows are not alike enough for it. */
static bool dense(struct block_encoder *c, const struct block_row *const *rows,
                  uint32_t n)
{
    struct dense_encoder *d = c->dense;

    block_encoder_clear(c);
    d->time = c->lane[FIELD_TIME].value;
    if (!dense_encoder_take(c, d, rows, n))
        return false;
    dense_encoder_guess(d);
    if (!dense_encoder_shapes(d))
        return false;
    dense_encoder_put(c, d);
    return true;
}

static void plain(struct block_encoder *c, const struct block_row *const *rows,
                  uint32_t n)
{
    block_encoder_clear(c);
    for (uint32_t at = 0; at < n; at += BLOCK_TILE) {
        uint32_t tile = n - at < BLOCK_TILE ? n - at : BLOCK_TILE;
        block_encoder_tile(c, rows + at, tile, at, UINT64_MAX);
    }
    block_encoder_intern(c);
    block_encoder_sort(c);
    put_fields(c, n);
}

void block_encode(struct block_encoder *c, const struct block_row *const *rows,
                  uint32_t n, const struct block_head *head, struct buf *out)
{
    c->out = out;
    out->len = 0;
    buf_fill(out, 0, BLOCK_HEADER);
    memset(&c->head, 0, sizeof c->head);
    c->head.sequence = head->sequence;
    c->head.replaces = head->replaces;
    c->head.rows = n;
    memcpy(c->head.sensor, head->sensor, BLOCK_SENSOR);
    if (c->plain || !dense(c, rows, n))
        plain(c, rows, n);
    zone_sensor(c);
    put_origins(c, n);
    c->head.bytes = out->len;
    block_head_write(&c->head, out->data);
}

void block_encode_plain(struct block_encoder *c,
                        const struct block_row *const *rows, uint32_t n,
                        const struct block_head *head, struct buf *out)
{
    c->plain = true;
    block_encode(c, rows, n, head, out);
    c->plain = false;
}
