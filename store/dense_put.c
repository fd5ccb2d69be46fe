/* dense_put.c - a dense block's tables, codes and lists as streams. */
#include <string.h>

#include "store/dense_encoder.h"

static struct zone_field *zone_of(struct block_encoder *c, uint32_t field)
{
    return &c->head.zone.field[field];
}

/* Whether rows have a value and whether rows have none, by the shapes. */
static void put_presence_zones(struct block_encoder *c,
                               const struct dense_encoder *d)
{
    uint64_t every = UINT64_MAX;

    for (uint32_t i = 0; i < d->bases; i++)
        every &= d->base[i].present;
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        *zone_of(c, f) = (struct zone_field){.any = d->some >> f & 1,
                                             .absent = !(every >> f & 1)};
}

/* Gives a zone the range of n numbers of c->number, keeping what it has. */
static void put_zone(struct block_encoder *c, uint32_t field, uint32_t n)
{
    if (n > 0)
        block_encoder_zone(zone_of(c, field), c->number, n);
}

/* ---- time ---- */

static void put_time(struct block_encoder *c, uint32_t n)
{
    int64_t *v = c->number;

    memcpy(v, c->lane[FIELD_TIME].value, (size_t)n * 8);
    put_zone(c, FIELD_TIME, n);
    block_encoder_unit(c, n);
    block_encoder_le(c->packed, (uint64_t)v[0], 8);
    size_t len = dense_time_pack(v, n, c->packed + 8, c->tried);
    block_encoder_put_bytes(c, FIELD_TIME, KIND_VALUES, ENCODING_BITS, 1,
                            8 + (size_t)n);
    memcpy(c->packed, c->tried, len);
    if (len > 0)
        block_encoder_put_bytes(c, FIELD_TIME, KIND_MANTISSA, ENCODING_BYTES, 1,
                                len);
}

/* ---- shapes ---- */

/* Where the part of a shaped field is. */
struct part {
    uint8_t field, word, shift, bits; /* word 0: tcp, 1: link, 2: opts */
};

static const struct part parts[] = {
    {FIELD_FLAGS,     0, 0,  16},
    {FIELD_BAD,       0, 16, 16},
    {FIELD_DOFF,      0, 32, 8 },
    {FIELD_IPHL,      0, 40, 8 },
    {FIELD_RESV,      0, 48, 8 },
    {FIELD_IPVER,     0, 56, 8 },
    {FIELD_ETHERTYPE, 1, 0,  16},
    {FIELD_ICMP_TYPE, 1, 16, 8 },
    {FIELD_ICMP_CODE, 1, 24, 8 },
    {FIELD_DF,        1, 32, 8 },
    {FIELD_MF,        1, 40, 8 },
    {FIELD_OPTSIG,    2, 0,  32}
};

static int64_t part_of(const struct dense_shape *s, const struct part *p)
{
    uint64_t word = p->word == 0 ? s->tcp : p->word == 1 ? s->link : s->opts;

    return (int64_t)(word >> p->shift & ((UINT64_C(1) << p->bits) - 1));
}

static void put_part(struct block_encoder *c, const struct dense_encoder *d,
                     const struct part *p)
{
    uint32_t n = 0;

    if (!(d->some >> p->field & 1))
        return;
    for (uint32_t i = 0; i < d->bases; i++)
        if (d->base[i].present >> p->field & 1)
            c->number[n++] = part_of(&d->base[i], p);
    if (p->field != FIELD_OPTSIG)
        put_zone(c, p->field, n);
    for (uint32_t i = 0; i < d->shapes; i++)
        c->number[i] = part_of(&d->base[d->shape_base[i]], p);
    block_encoder_put_numbers(c, p->field, KIND_SHAPED, d->shapes, false);
}

static void put_shapes(struct block_encoder *c, const struct dense_encoder *d)
{
    block_encoder_put_list(c, STREAM_SHAPE, KIND_CODES, d->shape_of, d->rows);
    for (uint32_t i = 0; i < d->shapes; i++)
        c->number[i] = (int64_t)d->base[d->shape_base[i]].present;
    block_encoder_put_numbers(c, STREAM_SHAPE, KIND_SHAPED, d->shapes, false);
    for (uint32_t i = 0; i < d->shapes; i++)
        c->number[i] = (int64_t)d->shape_classes[i];
    block_encoder_put_numbers(c, STREAM_SHAPE, KIND_CLASSES, d->shapes, false);
    if (c->opts_n > 0)
        block_encoder_put_opts(c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        put_part(c, d, &parts[i]);
}

/* ---- flows ---- */

/* Is a flow the second one of two directions? */
static bool answers(const struct dense_encoder *d, uint32_t f)
{
    return d->back[f] && d->back[f] - 1 < f;
}

static int64_t key_of(struct block_encoder *c, const struct dense_flow *f,
                      uint32_t field)
{
    switch (field) {
    case FIELD_SRC: return c->addr_code[f->src_place];
    case FIELD_DST: return c->addr_code[f->dst_place];
    case FIELD_SPORT: return f->ports >> 16;
    case FIELD_DPORT: return f->ports & UINT16_MAX;
    default: return f->proto;
    }
}

static void zone_key(struct block_encoder *c, const struct dense_encoder *d,
                     uint32_t field, uint32_t bit)
{
    uint32_t n = 0;
    struct zone_field *z = zone_of(c, field), codes;

    for (uint32_t f = 0; f < d->flows; f++)
        if (d->flow[f].has >> bit & 1)
            c->number[n++] = key_of(c, &d->flow[f], field);
    if (n == 0)
        return;
    if (schema_fields[field].width != WIDTH_ADDR) {
        put_zone(c, field, n);
        return;
    }
    block_encoder_zone(&codes, c->number, n);
    z->addr = (struct addr_range){c->addr[codes.range.lo].addr,
                                  c->addr[codes.range.hi].addr};
}

static const uint64_t has_addrs = UINT64_C(1) << FIELD_SRC | UINT64_C(1)
                                                                 << FIELD_DST;
static const uint64_t has_ports =
    UINT64_C(1) << FIELD_SPORT | UINT64_C(1) << FIELD_DPORT;

/* Both of a pair where some row has one: directions swap them. */
static void put_keys(struct block_encoder *c, const struct dense_encoder *d)
{
    static const uint8_t keys[] = {FIELD_SRC, FIELD_DST, FIELD_SPORT,
                                   FIELD_DPORT, FIELD_PROTO};
    const uint64_t with[] = {has_addrs, has_addrs, has_ports, has_ports,
                             UINT64_C(1) << FIELD_PROTO};

    for (uint32_t k = 0; k < sizeof keys; k++) {
        uint32_t n = 0;
        if (!(d->some & with[k]))
            continue;
        zone_key(c, d, keys[k], k);
        for (uint32_t f = 0; f < d->flows; f++)
            if (!answers(d, f))
                c->number[n++] = key_of(c, &d->flow[f], keys[k]);
        block_encoder_put_numbers(c, keys[k], KIND_FLOWED, n, false);
    }
}

static void put_flows(struct block_encoder *c, const struct dense_encoder *d)
{
    block_encoder_put_list(c, STREAM_FLOW, KIND_CODES, d->distance, d->rows);
    for (uint32_t f = 0; f < d->flows; f++)
        c->number[f] = answers(d, f) ? f + 1 - d->back[f] : 0;
    block_encoder_put_numbers(c, STREAM_FLOW, KIND_BACK, d->flows, false);
    put_keys(c, d);
}

/* ---- addresses ---- */

/* IPv4 as numbers, the rest as bytes; both ascending. */
static void put_addrs(struct block_encoder *c)
{
    uint32_t v4 = 0, v6 = 0;

    for (uint32_t i = 0; i < c->addrs; i++) {
        struct addr a = c->addr[i].addr;
        if (addr_is_v4(a))
            c->number[v4++] = (int64_t)(uint32_t)a.lo;
        else
            addr_to_bytes(a, c->packed + 16 * (size_t)v6++);
    }
    if (v6 > 0)
        block_encoder_put_bytes(c, STREAM_ADDRS, KIND_DICTIONARY,
                                ENCODING_BYTES, 16, 16 * (size_t)v6);
    if (v4 > 0)
        block_encoder_put_numbers(c, STREAM_ADDRS, KIND_V4, v4, true);
}

/* ---- guessed fields ---- */

static void put_basis(struct block_encoder *c, enum field_id f, uint32_t v)
{
    c->number[0] = v;
    block_encoder_put_numbers(c, (uint8_t)f, KIND_BASIS, 1, false);
}

static void put_slot(struct block_encoder *c, struct dense_encoder *d,
                     uint32_t s)
{
    uint8_t field = dense_slot_field[s];
    struct zone_field *z = zone_of(c, field);

    if (!(d->some >> field & 1))
        return;
    z->range = d->zone[s].range;
    z->some = d->zone[s].some;
    z->every = d->zone[s].every;
    if (dense_place[field] == PLACE_FLOWED)
        block_encoder_put_list(c, field, KIND_FLOWED, d->first[s], d->flows);
    if (field == FIELD_LEN)
        put_basis(c, FIELD_LEN, d->overhead);
    if (field == FIELD_CAPLEN)
        put_basis(c, FIELD_CAPLEN, d->snap);
    block_encoder_put_list(c, field, KIND_NEAR, d->near[s].v, d->near[s].n);
    block_encoder_put_list(c, field, KIND_FAR, d->far[s].v, d->far[s].n);
}

void dense_encoder_put(struct block_encoder *c, struct dense_encoder *d)
{
    put_presence_zones(c, d);
    block_encoder_sort(c);
    put_time(c, d->rows);
    put_shapes(c, d);
    if (c->addrs > 0)
        put_addrs(c);
    put_flows(c, d);
    for (uint32_t s = 0; s < SLOTS; s++)
        put_slot(c, d, s);
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (f != FIELD_TIME && f != FIELD_SENSOR &&
            dense_place[f] == PLACE_LISTED && c->lane[f].n > 0)
            block_encoder_put_lane(c, (enum field_id)f);
}
