/* dense_load.c - the shapes of a dense block, and lanes that are looked up in
 * its tables. Every code is held against its table before it is used. */
#include <endian.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/dense_reader.h"

void dense_reader_free(struct dense_reader *d)
{
    if (!d)
        return;
    void *const one[] = {d->shape, d->present, d->classes, d->lengths,
                         d->flow,  d->back,    d->src,     d->dst,
                         d->sport, d->dport,   d->proto,   d->no_host};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        free(one[i]);
    dense_coded_free(d);
    dense_pick_free(d->pick);
    free(d);
}

bool dense_missing(uint8_t id, struct err *e)
{
    return err_set(e, ERR_STORE, "stream %s is incomplete",
                   block_stream_name(id));
}

/* Zeroed, with slack behind; not counted as the block's. */
static void *room(size_t n, size_t size)
{
    void *p = memory_zeroed(n + SLACK, size);

    return p;
}

/* out[i] = base + v[i], the lane's, for n numbers, rounded up to SLACK. */
#define SPREAD(type)                                                           \
    static void spread_##type(const struct lane_out *l, uint32_t n,            \
                              uint32_t *out)                                   \
    {                                                                          \
        const type *v = (const type *)(const void *)l->value;                  \
        const uint32_t base = (uint32_t)l->base;                               \
        for (uint32_t i = 0; i < n; i += SLACK)                                \
            for (uint32_t k = 0; k < SLACK; k++)                               \
                out[i + k] = base + v[i + k];                                  \
    }

SPREAD(uint8_t)
SPREAD(uint16_t)
SPREAD(uint32_t)

/* The n numbers of a stream as 8 bytes each, or NULL. */
static uint64_t *load_wide(struct block *b, const struct block_stream *s,
                           uint32_t n, uint64_t max, struct err *e)
{
    struct lane_out l = {0};

    if (!block_stream_numbers(b, s, &l, n, max, e)) {
        free(l.value);
        return NULL;
    }
    uint64_t *out = room(n, sizeof *out);
    for (uint32_t i = 0; i < n; i++)
        out[i] = lane_value(&l, i);
    free(l.value);
    return out;
}

static uint32_t *load_narrow(struct block *b, const struct block_stream *s,
                             uint32_t n, uint64_t max, struct err *e)
{
    struct lane_out l = {0};

    if (!block_stream_numbers(b, s, &l, n, max, e)) {
        free(l.value);
        return NULL;
    }
    if (l.width == 4 && l.base == 0)
        return (uint32_t *)(void *)l.value;
    uint32_t *out = room(n, sizeof *out);
    switch (l.width) {
    case 1: spread_uint8_t(&l, n, out); break;
    case 2: spread_uint16_t(&l, n, out); break;
    case 4: spread_uint32_t(&l, n, out); break;
    default:
        for (uint32_t i = 0; i < n; i++)
            out[i] = (uint32_t)lane_value(&l, i);
    }
    free(l.value);
    return out;
}

uint32_t *dense_table_load(struct block *b, uint8_t id, enum stream_kind kind,
                           uint32_t n, struct err *e)
{
    const struct block_stream *s = block_stream_find(b, id, kind);
    uint64_t max = id < FIELD_COUNT ? block_field_max[schema_fields[id].width]
                                    : UINT32_MAX;

    if (!s)
        return room(n, sizeof(uint32_t));
    return load_narrow(b, s, n, max ? max : UINT32_MAX, e);
}

bool dense_told_load(struct block *b, uint8_t field, enum stream_kind kind,
                     struct dense_told *out, struct err *e)
{
    const struct block_stream *s = block_stream_find(b, field, kind);

    *out = (struct dense_told){0};
    if (!s)
        return true;
    out->n = b->head.rows;
    if (s->encoding != ENCODING_CONSTANT)
        out->n = s->width && s->raw >= 8 ? (s->raw - 8) / s->width : 0;
    if (out->n > b->head.rows)
        return block_stream_damaged(s, e);
    out->v = load_narrow(b, s, out->n, UINT32_MAX, e);
    return out->v != NULL;
}

/* ---- shapes ---- */

bool dense_codes_load(struct block *b, uint8_t id, uint16_t **out,
                      struct err *e)
{
    const struct block_stream *s = block_stream_find(b, id, KIND_CODES);
    uint32_t rows = b->head.rows;
    struct lane_out l = {0};

    if (!s)
        return dense_missing(id, e);
    if (!block_stream_numbers(b, s, &l, rows, UINT16_MAX, e)) {
        free(l.value);
        return false;
    }
    if (l.width == 2 && l.base == 0) {
        *out = (uint16_t *)(void *)l.value;
        return true;
    }
    *out = block_room(b, rows, sizeof **out);
    for (uint32_t i = 0; i < rows; i++)
        (*out)[i] = (uint16_t)lane_value(&l, i);
    free(l.value);
    return true;
}

static bool load_lengths(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;
    uint32_t *iphl = dense_table_load(b, FIELD_IPHL, KIND_SHAPED, d->shapes, e);
    uint32_t *doff =
        iphl ? dense_table_load(b, FIELD_DOFF, KIND_SHAPED, d->shapes, e)
             : NULL;

    if (doff) {
        d->lengths = block_room(b, d->shapes, sizeof *d->lengths);
        for (uint32_t i = 0; i < d->shapes; i++)
            d->lengths[i] = dense_lengths_of(d->present[i], (uint8_t)iphl[i],
                                             (uint8_t)doff[i]);
    }
    free(iphl);
    free(doff);
    return doff != NULL;
}

/* Signed, since that has an instruction for many at once on every machine. */
static int16_t biased(uint16_t v)
{
    return (int16_t)((int32_t)v - 0x8000);
}

static uint16_t largest(const uint16_t *v, uint32_t n)
{
    int16_t top[SLACK], most = INT16_MIN;
    uint32_t i = 0;

    for (uint32_t k = 0; k < SLACK; k++)
        top[k] = INT16_MIN;
    for (; i + SLACK <= n; i += SLACK)
        for (uint32_t k = 0; k < SLACK; k++)
            if (biased(v[i + k]) > top[k])
                top[k] = biased(v[i + k]);
    for (uint32_t k = 0; k < SLACK; k++)
        if (top[k] > most)
            most = top[k];
    for (; i < n; i++)
        if (biased(v[i]) > most)
            most = biased(v[i]);
    return (uint16_t)(most + 0x8000);
}

static bool load_shapes(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;
    const struct block_stream *present =
        block_stream_find(b, STREAM_SHAPE, KIND_SHAPED);

    if (!present)
        return dense_missing(STREAM_SHAPE, e);
    if (!dense_codes_load(b, STREAM_SHAPE, &d->shape, e))
        return false;
    d->shapes = largest(d->shape, b->head.rows) + 1u;
    d->present = load_wide(b, present, d->shapes, UINT64_MAX, e);
    return d->present != NULL;
}

bool dense_shapes_load(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (d->present || load_shapes(b, e))
        return true;
    free(d->shape);
    d->shape = NULL;
    d->shapes = 0;
    return false;
}

bool dense_classes_load(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;
    const struct block_stream *classes =
        block_stream_find(b, STREAM_SHAPE, KIND_CLASSES);

    if (!dense_shapes_load(b, e))
        return false;
    if (!classes)
        return dense_missing(STREAM_SHAPE, e);
    if (!d->classes)
        d->classes = load_wide(b, classes, d->shapes, UINT64_MAX, e);
    return d->classes && (d->lengths || load_lengths(b, e));
}

/* ---- which rows have a field ---- */

static bool same_rows(const struct dense_reader *d, uint32_t a, uint32_t b)
{
    uint64_t other = 0;

    for (uint32_t i = 0; i < d->shapes; i++)
        other |= d->present[i] >> a ^ d->present[i] >> b;
    return !(other & 1);
}

static uint32_t count_bits(const struct block *b, const uint64_t *word)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i * 64 < b->head.rows; i++)
        n += (uint32_t)__builtin_popcountll(word[i]);
    return n;
}

static void fill_presence(const struct block *b, uint32_t field, uint64_t *out)
{
    const struct dense_reader *d = b->dense;
    uint32_t rows = b->head.rows;

    for (uint32_t at = 0; at < rows; at += 64) {
        uint32_t n = rows - at < 64 ? rows - at : 64;
        uint64_t word = 0;
        for (uint32_t i = 0; i < n; i++)
            word |= (d->present[d->shape[at + i]] >> field & 1) << i;
        out[at / 64] = word;
    }
}

uint32_t dense_presence(struct block *b, uint32_t field, struct lane_out *l)
{
    const struct dense_reader *d = b->dense;
    uint64_t every = UINT64_MAX, some = 0;

    for (uint32_t i = 0; i < d->shapes; i++) {
        every &= d->present[i];
        some |= d->present[i];
    }
    l->none = !(some >> field & 1);
    if (l->none || (every >> field & 1))
        return l->none ? 0 : b->head.rows;
    l->present = block_room(b, BLOCK_ROWS / 64, 8);
    for (uint32_t f = 0; f < FIELD_COUNT && !d->pick; f++)
        if (b->lane[f].ready && b->lane[f].present && same_rows(d, f, field)) {
            memcpy(l->present, b->lane[f].present, BLOCK_ROWS / 8);
            return count_bits(b, l->present);
        }
    fill_presence(b, field, l->present);
    return count_bits(b, l->present);
}

/* The same of the rows that are wanted. */
static void presence_of_wanted(struct block *b, uint32_t field,
                               struct lane_out *l)
{
    const struct dense_reader *d = b->dense;

    if (!d->pick) {
        (void)dense_presence(b, field, l);
        return;
    }
    l->present = block_room(b, BLOCK_ROWS / 64, 8);
    for (uint32_t k = 0; k < d->pick->n; k++) {
        uint32_t i = d->pick->row[k];
        uint64_t has = d->present[d->shape[i]] >> field & 1;
        l->present[i / 64] |= has << (i % 64);
    }
}

/* ---- the dictionary of addresses ---- */

static void merge_addrs(struct block *b, const uint8_t *v6, uint32_t n6,
                        const uint32_t *v4, uint32_t n4)
{
    uint32_t i = 0, k = 0;

    b->addrs = n6 + n4;
    b->addr = block_room(b, b->addrs, sizeof *b->addr);
    while (i + k < b->addrs) {
        struct addr a = i < n6 ? addr_from_bytes(v6 + (size_t)i * 16)
                               : (struct addr){UINT64_MAX, UINT64_MAX};
        struct addr o = addr_from_v4(v4[k < n4 ? k : 0]);
        bool first = k == n4 || (i < n6 && addr_cmp(a, o) < 0);
        b->addr[i + k] = first ? a : o;
        i += first;
        k += !first;
    }
}

bool dense_addrs_load(struct block *b, const struct block_stream *v6,
                      const struct block_stream *v4, struct err *e)
{
    uint8_t *raw = NULL;
    uint32_t n4 = v4->encoding == ENCODING_CONSTANT ? 1
                  : v4->width && v4->raw > 8        ? (v4->raw - 8) / v4->width
                                                    : 0;

    if (n4 == 0 || n4 > 4 * BLOCK_ROWS)
        return block_stream_damaged(v4, e);
    if (v6 && (v6->encoding != ENCODING_BYTES || v6->raw % 16 != 0))
        return block_stream_damaged(v6, e);
    uint32_t *v = load_narrow(b, v4, n4, UINT32_MAX, e);
    if (v && v6)
        raw = block_stream_load(b, v6, e);
    bool good = v && (!v6 || raw);
    if (good)
        merge_addrs(b, raw, v6 ? v6->raw / 16 : 0, v, n4);
    free(raw);
    free(v);
    return good;
}

/* ---- lanes ---- */

bool dense_time_load(struct block *b, const struct block_stream *s,
                     struct lane_out *l, struct err *e)
{
    const struct block_stream *m =
        block_stream_find(b, FIELD_TIME, KIND_MANTISSA);
    uint32_t rows = b->head.rows;
    uint8_t *bits = NULL;

    if (s->raw != 8 + rows || (m && m->encoding != ENCODING_BYTES))
        return block_stream_damaged(s, e);
    uint8_t *raw = block_stream_load(b, s, e);
    if (raw)
        bits = m ? block_stream_load(b, m, e) : room(0, 1);
    bool good = raw && bits;
    if (good) {
        int64_t *time = block_room(b, rows, 8);
        uint64_t base;
        memcpy(&base, raw, 8);
        time[0] = (int64_t)le64toh(base);
        l->value = (uint8_t *)time;
        l->width = 8;
        good = dense_time_unpack(raw + 8, rows, bits, m ? m->raw : 0, time) ||
               block_stream_damaged(s, e);
        for (uint32_t i = 0; i < rows; i++)
            time[i] = (int64_t)((uint64_t)time[i] * b->head.unit);
    }
    free(raw);
    free(bits);
    return good;
}

/* out[i] = table[index[i]] */
#define GATHER(type)                                                           \
    static void gather_##type(const uint32_t *table, const uint16_t *index,    \
                              uint32_t n, void *to)                            \
    {                                                                          \
        type *out = to; /* NOLINT(bugprone-macro-parentheses): a type */       \
        for (uint32_t i = 0; i < n; i++)                                       \
            out[i] = (type)table[index[i]];                                    \
    }

GATHER(uint8_t)
GATHER(uint16_t)
GATHER(uint32_t)

/* Of 4 bytes each, for the rows that are wanted. */
static void gather_wanted(struct block *b, uint32_t field,
                          const uint32_t *table, const uint16_t *index)
{
    const struct dense_pick *pick = b->dense->pick;
    struct lane_out *l = &b->lane[field];
    uint32_t *out = block_room(b, b->head.rows, sizeof *out);

    for (uint32_t k = 0; k < pick->n; k++)
        out[pick->row[k]] = table[index[pick->row[k]]];
    l->value = (uint8_t *)out;
    l->width = sizeof *out;
}

static void gather(struct block *b, uint32_t field, const uint32_t *table,
                   const uint16_t *index)
{
    static const uint8_t bytes[] = {
        [WIDTH_U8] = 1, [WIDTH_U16] = 2, [WIDTH_U32] = 4, [WIDTH_OPTS] = 4};
    struct lane_out *l = &b->lane[field];
    enum width w = schema_fields[field].width;

    if (b->dense->pick) {
        gather_wanted(b, field, table, index);
        return;
    }
    l->width =
        w == WIDTH_ADDR ? (b->addrs <= UINT16_MAX + 1 ? 2 : 4) : bytes[w];
    l->value = block_room(b, b->head.rows, l->width);
    switch (l->width) {
    case 1: gather_uint8_t(table, index, b->head.rows, l->value); break;
    case 2: gather_uint16_t(table, index, b->head.rows, l->value); break;
    default: gather_uint32_t(table, index, b->head.rows, l->value);
    }
}

uint32_t *dense_key(const struct dense_reader *d, uint32_t field)
{
    switch (field) {
    case FIELD_SRC: return d->src;
    case FIELD_DST: return d->dst;
    case FIELD_SPORT: return d->sport;
    case FIELD_DPORT: return d->dport;
    default: return d->proto;
    }
}

static bool load_key(struct block *b, uint32_t field, struct err *e)
{
    if (!dense_keys_load(b, field, e))
        return false;
    gather(b, field, dense_key(b->dense, field), b->dense->flow);
    return true;
}

static bool load_shaped(struct block *b, uint32_t field, struct err *e)
{
    struct lane_out *table;

    if (!dense_coded_load(b, BATCH_SHAPE, field, &table, e))
        return false;
    gather(b, field, (const uint32_t *)(const void *)table->value,
           b->dense->shape);
    return true;
}

static enum dense_slot slot_of(uint32_t field)
{
    uint32_t s = 0;

    while (dense_slot_field[s] != field)
        s++;
    return (enum dense_slot)s;
}

bool dense_lane_load(struct block *b, uint32_t field, struct err *e)
{
    struct lane_out *l = &b->lane[field];

    presence_of_wanted(b, field, l);
    if (l->none)
        return true;
    switch ((enum dense_place)dense_place[field]) {
    case PLACE_KEY: return load_key(b, field, e);
    case PLACE_SHAPED: return load_shaped(b, field, e);
    default: return dense_rebuild(b, slot_of(field), e);
    }
}
