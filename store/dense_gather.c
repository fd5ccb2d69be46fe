/* dense_gather.c - rows into columns, flows and shapes, tile by tile. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_encoder.h"

enum {
    FLOW_SLOTS = 2 * BLOCK_ROWS, /* a power of two */
    FLOWS_AHEAD = 6,
    PLACE_BITS = 17 /* of a slot; the rest is of its hash */
};

static const uint32_t place_mask = (1u << PLACE_BITS) - 1;

static const uint16_t slot_at[SLOTS] = {
#define SLOT(id) [SLOT_##id] = offsetof(struct record, id),
#include "store/dense.def"
#undef SLOT
};

struct dense_encoder *dense_encoder_new(void)
{
    struct dense_encoder *d = memory_zeroed(1, sizeof *d);

    d->present = memory_zeroed(BLOCK_ROWS, 8);
    d->classes = memory_zeroed(BLOCK_ROWS, 8);
    d->flow_of = memory_zeroed(BLOCK_ROWS, 4);
    d->distance = memory_zeroed(BLOCK_ROWS, 4);
    d->shape_of = memory_zeroed(BLOCK_ROWS, 4);
    d->flow = memory_lines(BLOCK_ROWS, sizeof *d->flow);
    d->back = memory_zeroed(BLOCK_ROWS, 4);
    d->host = memory_zeroed(BLOCK_ROWS, 4);
    d->flow_slot = memory_zeroed(FLOW_SLOTS, 4);
    d->base = memory_zeroed(DENSE_BASES, sizeof *d->base);
    d->lengths = memory_zeroed(DENSE_BASES, sizeof *d->lengths);
    d->base_slot = memory_zeroed(DENSE_SLOTS, 4);
    d->shape_base = memory_zeroed(DENSE_SHAPES, 4);
    d->shape_classes = memory_zeroed(DENSE_SHAPES, 8);
    d->shape_slot = memory_zeroed(DENSE_SLOTS, 4);
    d->state = memory_zeroed(BLOCK_ROWS, 4);
    d->hosts = memory_zeroed(DENSE_HOSTS, 4);
    d->tcp = memory_zeroed(BLOCK_ROWS, sizeof *d->tcp);
    d->clock = memory_zeroed(BLOCK_ROWS, sizeof *d->clock);
    for (uint32_t s = 0; s < SLOTS; s++) {
        d->col[s] = memory_zeroed(BLOCK_ROWS, 4);
        d->near[s].v = memory_zeroed(BLOCK_ROWS, 4);
        d->far[s].v = memory_zeroed(BLOCK_ROWS, 4);
        d->first[s] = memory_zeroed(BLOCK_ROWS, 4);
    }
    return d;
}

void dense_encoder_free(struct dense_encoder *d)
{
    void *const one[] = {
        d->present,    d->classes,   d->flow_of,    d->distance,
        d->shape_of,   d->flow,      d->flow_slot,  d->base,
        d->lengths,    d->base_slot, d->shape_base, d->shape_classes,
        d->shape_slot, d->state,     d->hosts,      d->tcp,
        d->clock,      d->back,      d->host};

    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        free(one[i]);
    for (uint32_t s = 0; s < SLOTS; s++) {
        free(d->col[s]);
        free(d->near[s].v);
        free(d->far[s].v);
        free(d->first[s]);
    }
    free(d);
}

/* ---- columns ---- */

#define COPY(type)                                                             \
    static void copy_##type(const struct block_row *const *row, uint32_t n,    \
                            size_t at, uint32_t *out)                          \
    {                                                                          \
        for (uint32_t i = 0; i < n; i++) {                                     \
            type v; /* NOLINT(bugprone-macro-parentheses): a type */           \
            memcpy(&v, (const char *)&row[i]->record + at, sizeof v);          \
            out[i] = v;                                                        \
        }                                                                      \
    }

COPY(uint8_t)
COPY(uint16_t)
COPY(uint32_t)

static void copy_columns(struct dense_encoder *d,
                         const struct block_row *const *row, uint32_t n,
                         uint32_t at, uint64_t some)
{
    for (uint32_t s = 0; s < SLOTS; s++) {
        uint32_t *out = d->col[s] + at;
        if (!DENSE_HAS(some, dense_slot_field[s]))
            continue;
        switch (schema_fields[dense_slot_field[s]].width) {
        case WIDTH_U8: copy_uint8_t(row, n, slot_at[s], out); break;
        case WIDTH_U16: copy_uint16_t(row, n, slot_at[s], out); break;
        default: copy_uint32_t(row, n, slot_at[s], out);
        }
    }
}

/* Rows of the next tile are fetched while this one's are worked on: a block's
 * rows are more than the caches hold, and these wait for nothing else. */
static inline void fetch_ahead(const struct block_row *r, size_t from,
                               size_t to)
{
    for (; from <= to; from += 64)
        __builtin_prefetch((const char *)r + from);
}

/* ---- flows ---- */

/* The hash of one end of a flow: of all bits, each with a place of its own, so
 * that nobody can choose addresses and ports that cancel each other out. */
static inline uint64_t end_hash(uint64_t secret, struct addr a, uint32_t port)
{
    if (addr_is_v4(a))
        return hash_mix(secret, (uint32_t)a.lo | (uint64_t)port << 32);
    return hash_mix(hash_mix(hash_mix(secret, a.hi), a.lo), port);
}

/* The same for both directions. */
static inline uint64_t flow_hash(uint64_t secret, const struct dense_flow *f)
{
    return hash_mix(end_hash(secret, f->src, f->ports >> 16) +
                        end_hash(secret, f->dst, f->ports & UINT16_MAX),
                    f->proto);
}

static bool same_flow(const struct dense_flow *a, const struct dense_flow *b)
{
    return addr_eq(a->src, b->src) && addr_eq(a->dst, b->dst) &&
           a->ports == b->ports && a->proto == b->proto;
}

static bool other_way(const struct dense_flow *a, const struct dense_flow *b)
{
    return addr_eq(a->src, b->dst) && addr_eq(a->dst, b->src) &&
           a->ports == (b->ports << 16 | b->ports >> 16) &&
           a->proto == b->proto;
}

/* A flow that is being looked for. */
struct search {
    struct dense_flow key;
    uint64_t hash;
    uint32_t back; /* place + 1 of the other direction, where it is known */
};

static uint32_t home_of(const struct dense_encoder *d, const struct search *s)
{
    return (uint32_t)(s->hash >> 32) & d->flow_mask;
}

/* The slot of a flow, or the empty one where it belongs. The other direction
 * has the same hash, and so is met before that one. */
static uint32_t flow_slot(const struct dense_encoder *d, struct search *s)
{
    uint32_t i = home_of(d, s), tag = (uint32_t)s->hash & ~place_mask;

    for (; d->flow_slot[i]; i = (i + 1) & d->flow_mask) {
        uint32_t place = d->flow_slot[i] & place_mask;
        if ((d->flow_slot[i] & ~place_mask) != tag)
            continue;
        if (same_flow(&d->flow[place - 1], &s->key))
            return i;
        if (other_way(&d->flow[place - 1], &s->key))
            s->back = place;
    }
    return i;
}

static void fetch_flow(const struct dense_encoder *d, const struct search *s)
{
    uint32_t slot = d->flow_slot[home_of(d, s)];

    if (slot)
        __builtin_prefetch(&d->flow[(slot & place_mask) - 1]);
}

static void add_flow(struct block_encoder *c, const struct search *s,
                     uint32_t row)
{
    struct dense_encoder *d = c->dense;
    uint32_t place = d->flows++, back = s->back;
    struct dense_flow *f = &d->flow[place];

    *f = s->key;
    f->first = row;
    d->back[place] = back;
    if (back) {
        d->back[back - 1] = place + 1;
        f->src_place = d->flow[back - 1].dst_place;
        f->dst_place = d->flow[back - 1].src_place;
    } else {
        f->src_place = block_encoder_addr_place(c, f->src);
        f->dst_place = block_encoder_addr_place(c, f->dst);
    }
    d->host[place] = f->src_place;
}

static uint32_t find_flow(struct block_encoder *c, struct search *s,
                          uint32_t row)
{
    struct dense_encoder *d = c->dense;
    uint32_t i = flow_slot(d, s);

    if (!d->flow_slot[i]) {
        add_flow(c, s, row);
        d->flow_slot[i] = ((uint32_t)s->hash & ~place_mask) | d->flows;
    }
    return (d->flow_slot[i] & place_mask) - 1;
}

/* Whether some row of a flow has its parts, and not only the flow's place. */
static uint8_t key_parts(uint64_t present)
{
    return (uint8_t)(DENSE_HAS(present, FIELD_SRC) |
                     DENSE_HAS(present, FIELD_DST) << 1 |
                     DENSE_HAS(present, FIELD_SPORT) << 2 |
                     DENSE_HAS(present, FIELD_DPORT) << 3 |
                     DENSE_HAS(present, FIELD_PROTO) << 4);
}

static void flow_key(const struct record *r, struct dense_flow *out)
{
    *out = (struct dense_flow){
        .ports = (RECORD_HAS(r, SPORT) ? (uint32_t)r->SPORT << 16 : 0) |
                 (RECORD_HAS(r, DPORT) ? r->DPORT : 0)};
    if (RECORD_HAS(r, SRC))
        out->src = r->SRC;
    if (RECORD_HAS(r, DST))
        out->dst = r->DST;
    if (RECORD_HAS(r, PROTO))
        out->proto = r->PROTO;
}

/* Hashes of the whole tile first: its slots, and then its flows, come from
 * memory while others are looked up. */
static void take_flows(struct block_encoder *c,
                       const struct block_row *const *row, uint32_t n,
                       uint32_t at)
{
    struct dense_encoder *d = c->dense;
    struct search s[BLOCK_TILE];

    for (uint32_t i = 0; i < n; i++) {
        flow_key(&row[i]->record, &s[i].key);
        s[i].hash = flow_hash(c->secret, &s[i].key);
        s[i].back = 0;
        __builtin_prefetch(&d->flow_slot[home_of(d, &s[i])]);
        if (at + i + BLOCK_TILE < d->rows)
            fetch_ahead(row[i + BLOCK_TILE], 0, 0);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t before = d->flows;
        if (i + FLOWS_AHEAD < n)
            fetch_flow(d, &s[i + FLOWS_AHEAD]);
        if (at + i + BLOCK_TILE < d->rows)
            fetch_ahead(row[i + BLOCK_TILE], 64, 128);
        uint32_t place = find_flow(c, &s[i], at + i);
        d->flow[place].has |= key_parts(row[i]->record.present);
        d->flow_of[at + i] = place;
        d->distance[at + i] = before == d->flows ? d->flows - place : 0;
    }
}

/* ---- shapes ---- */

#define PART(r, id, shift)                                                     \
    (RECORD_HAS(r, id) ? (uint64_t)(r)->id << (shift) : 0)

static void base_key(struct block_encoder *c, const struct record *r,
                     struct dense_shape *out)
{
    out->present = r->present;
    out->tcp = PART(r, FLAGS, 0) | PART(r, BAD, 16) | PART(r, DOFF, 32) |
               PART(r, IPHL, 40) | PART(r, RESV, 48) | PART(r, IPVER, 56);
    out->link = PART(r, ETHERTYPE, 0) | PART(r, ICMP_TYPE, 16) |
                PART(r, ICMP_CODE, 24) | PART(r, DF, 32) | PART(r, MF, 40);
    out->opts =
        RECORD_HAS(r, OPTSIG) ? block_encoder_opts_place(c, &r->OPTSIG) : 0;
}

static bool same_base(const struct dense_shape *a, const struct dense_shape *b)
{
    return a->present == b->present && a->tcp == b->tcp && a->link == b->link &&
           a->opts == b->opts;
}

/* The place of a base, or DENSE_BASES where there is no more room. */
static uint32_t base_place(struct dense_encoder *d,
                           const struct dense_shape *key)
{
    uint64_t h = hash_mix(hash_mix(hash_secret(), key->present),
                          key->tcp ^ key->opts << 56);
    uint32_t i = (uint32_t)(hash_mix(h, key->link ^ key->opts << 48) >> 32);

    for (i &= DENSE_SLOTS - 1; d->base_slot[i]; i = (i + 1) & (DENSE_SLOTS - 1))
        if (same_base(&d->base[d->base_slot[i] - 1], key))
            return d->base_slot[i] - 1;
    if (d->bases == DENSE_BASES)
        return DENSE_BASES;
    d->base[d->bases] = *key;
    d->lengths[d->bases] = dense_lengths_of(
        key->present, (uint8_t)(key->tcp >> 40), (uint8_t)(key->tcp >> 32));
    d->base_slot[i] = ++d->bases;
    return d->bases - 1;
}

static bool take_bases(struct block_encoder *c, struct dense_encoder *d,
                       const struct block_row *const *row, uint32_t n,
                       uint32_t at)
{
    uint32_t last = at ? d->shape_of[at - 1] : 0;
    struct dense_shape key;

    for (uint32_t i = 0; i < n; i++) {
        if (at + i + BLOCK_TILE < d->rows)
            fetch_ahead(row[i + BLOCK_TILE], 192, sizeof(struct block_row));
        base_key(c, &row[i]->record, &key);
        if (d->bases == 0 || !same_base(&d->base[last], &key))
            last = base_place(d, &key);
        if (last == DENSE_BASES)
            return false;
        d->shape_of[at + i] = last;
    }
    return true;
}

static uint64_t take_present(struct dense_encoder *d,
                             const struct block_row *const *row, uint32_t n,
                             uint32_t at)
{
    uint64_t some = 0;

    for (uint32_t i = 0; i < n; i++)
        some |= d->present[at + i] = row[i]->record.present;
    d->some |= some;
    return some;
}

static void clear(struct dense_encoder *d, uint32_t n)
{
    d->flow_mask = 1023;
    while (d->flow_mask + 1 < 2 * n)
        d->flow_mask = 2 * d->flow_mask + 1;
    memset(d->flow_slot, 0, (d->flow_mask + 1) * sizeof *d->flow_slot);
    memset(d->base_slot, 0, DENSE_SLOTS * sizeof *d->base_slot);
    memset(d->classes, 0, n * sizeof *d->classes);
    d->rows = n;
    d->some = 0;
    d->flows = d->bases = d->shapes = 0;
}

static uint64_t listed_fields(void)
{
    uint64_t mask = 0;

    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        mask |= (uint64_t)(dense_place[f] == PLACE_LISTED) << f;
    return mask;
}

bool dense_encoder_take(struct block_encoder *c, struct dense_encoder *d,
                        const struct block_row *const *rows, uint32_t n)
{
    uint64_t listed = listed_fields();

    clear(d, n);
    for (uint32_t at = 0; at < n; at += BLOCK_TILE) {
        uint32_t tile = n - at < BLOCK_TILE ? n - at : BLOCK_TILE;
        uint64_t some = take_present(d, rows + at, tile, at);
        block_encoder_tile(c, rows + at, tile, at, listed);
        copy_columns(d, rows + at, tile, at, some);
        take_flows(c, rows + at, tile, at);
        if (!take_bases(c, d, rows + at, tile, at))
            return false;
    }
    block_encoder_intern(c);
    d->hosts_n = c->addrs;
    return true;
}

/* ---- shapes with their classes ---- */

static uint32_t shape_place(struct dense_encoder *d, uint32_t base,
                            uint64_t classes)
{
    uint64_t h = hash_mix(hash_secret() ^ base, classes);
    uint32_t i = (uint32_t)(h >> 32) & (DENSE_SLOTS - 1);

    for (; d->shape_slot[i]; i = (i + 1) & (DENSE_SLOTS - 1)) {
        uint32_t place = d->shape_slot[i] - 1;
        if (d->shape_base[place] == base && d->shape_classes[place] == classes)
            return place;
    }
    if (d->shapes == DENSE_SHAPES)
        return DENSE_SHAPES;
    d->shape_base[d->shapes] = base;
    d->shape_classes[d->shapes] = classes;
    d->shape_slot[i] = ++d->shapes;
    return d->shapes - 1;
}

bool dense_encoder_shapes(struct dense_encoder *d)
{
    uint32_t most = 256 + d->rows / 8;

    memset(d->shape_slot, 0, DENSE_SLOTS * sizeof *d->shape_slot);
    for (uint32_t i = 0; i < d->rows; i++) {
        d->shape_of[i] = shape_place(d, d->shape_of[i], d->classes[i]);
        if (d->shapes > most)
            return false;
    }
    return true;
}
