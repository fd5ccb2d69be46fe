/* invariants.c - the table of relations, and what each keeps of the packets.
 *
 * Evidence is counted in units, so that one flow, or one value that many
 * packets have, counts once; a list of units that is full ends the counting of
 * evidence, and keeps the number of packets that it took. */
#include "query/invariants.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define VALUE(kind, a, width, bits)                                            \
    {                                                                          \
        INVARIANTS_##kind, INVARIANTS_##a, INVARIANTS_##a, width, bits         \
    }
#define TIE(kind, a, b, width, bits)                                           \
    {                                                                          \
        INVARIANTS_##kind, INVARIANTS_##a, INVARIANTS_##b, width, bits         \
    }

const struct invariants_relation invariants_relations[] = {
    VALUE(CONSTANT, SEQ, 32, 32),
    VALUE(CONSTANT, ACKNO, 32, 32),
    VALUE(CONSTANT, IPID, 16, 16),
    VALUE(CONSTANT, SYNPORT, 16, 11),
    VALUE(BITS, SEQ, 32, 32),
    VALUE(BITS, ACKNO, 32, 32),
    TIE(EQUAL, SEQ, PORTS, 32, 32),
    TIE(EQUAL, SEQ, STROP, 32, 32),
    TIE(EQUAL, SEQ, DST, 32, 32),
    TIE(EQUAL, SEQ, SRC, 32, 32),
    TIE(EQUAL, ACKNO, SEQ, 32, 32),
    TIE(EQUAL, ACKNO, NEXT, 32, 32),
    TIE(EQUAL, ACKNO, PREVIOUS, 32, 32),
    TIE(EQUAL, ACKNO, PORTS, 32, 32),
    TIE(EQUAL, ACKNO, STROP, 32, 32),
    TIE(EQUAL, ACKNO, DST, 32, 32),
    TIE(EQUAL, ACKNO, SRC, 32, 32),
    TIE(EQUAL, IPID, SPORT, 16, 16),
    TIE(EQUAL, IPID, DPORT, 16, 16),
    TIE(EQUAL, IPID, HIGH, 16, 16),
    TIE(EQUAL, IPID, LOW, 16, 16),
    TIE(EQUAL, IPID, HOST, 16, 16),
    TIE(EQUAL, IPID, MIX, 16, 16),
    TIE(EQUAL, WIN, SPORT, 16, 11),
    TIE(EQUAL, WIN, DPORT, 16, 11),
    TIE(EQUAL, WIN, LOW, 16, 16),
    TIE(EQUAL, URG, SPORT, 16, 11),
    TIE(EQUAL, URG, DPORT, 16, 11),
    TIE(EQUAL, URG, WIN, 16, 11),
    TIE(EQUAL, SYNPORT, SYNDPORT, 16, 11),
    TIE(EQUAL, FLAGS, PORTBYTE, 8, 8),
    TIE(MINUS, SEQ, ACKNO, 32, 32),
    TIE(MINUS, SEQ, DST, 32, 32),
    TIE(MINUS, SEQ, PORTS, 32, 32),
    TIE(MINUS, IPID, SPORT, 16, 11),
    TIE(XOR, SEQ, ACKNO, 32, 32),
    TIE(XOR, SEQ, DST, 32, 32),
    TIE(XOR, SEQ, PORTS, 32, 32),
    TIE(XOR, IPID, LOW, 16, 16),
    VALUE(STEP, OPENING, 32, 32),
    VALUE(STEP, CLOSING, 32, 32),
    VALUE(STEP, ANSWER, 32, 32),
    VALUE(COUNTER, IPID, 16, 9),
    VALUE(COUNTER, TSVAL, 32, 19),
};

enum { RELATIONS = sizeof invariants_relations / sizeof *invariants_relations };

const uint32_t invariants_relation_count = RELATIONS;

/* Constants are few: see invariants_rows. */
_Static_assert(INVARIANTS_ROWS_MAX >=
                   (4 * INVARIANTS_LISTS + RELATIONS) * INVARIANTS_TRACKED,
               "room for a row of each candidate");

const char *const invariants_kinds[] = {
    [INVARIANTS_CONSTANT] = "constant", [INVARIANTS_BITS] = "bits",
    [INVARIANTS_EQUAL] = "equal",       [INVARIANTS_MINUS] = "minus",
    [INVARIANTS_XOR] = "xor",           [INVARIANTS_STEP] = "step",
    [INVARIANTS_COUNTER] = "counter",
};

/* ---- what follows from the fields ---- */

static bool has(const struct invariants_packet *p, enum invariants_operand i)
{
    return p->has >> i & 1;
}

static uint64_t bit(enum invariants_operand i)
{
    return UINT64_C(1) << i;
}

static void set(struct invariants_packet *p, enum invariants_operand i,
                uint32_t value)
{
    p->value[i] = value;
    p->has |= bit(i);
}

/* Many hosts count from 0 and have not come far. */
enum { IPID_LEAST = 1024 };

/* RFC 9293 3.5.2: a reset that answers no acknowledgement has seq 0. */
static void drop_defaults(struct invariants_packet *p, uint32_t flags)
{
    static const enum invariants_operand zero[] = {
        INVARIANTS_ACKNO, INVARIANTS_WIN, INVARIANTS_URG, INVARIANTS_TSVAL};

    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++) {
        if (p->value[zero[i]] == 0)
            p->has &= ~bit(zero[i]);
    }
    if (p->value[INVARIANTS_IPID] < IPID_LEAST)
        p->has &= ~bit(INVARIANTS_IPID);
    if (flags & 4 && p->value[INVARIANTS_SEQ] == 0)
        p->has &= ~bit(INVARIANTS_SEQ);
}

static void derive_ports(struct invariants_packet *p)
{
    uint32_t sport = p->value[INVARIANTS_SPORT],
             dport = p->value[INVARIANTS_DPORT];

    if (!has(p, INVARIANTS_SPORT) || !has(p, INVARIANTS_DPORT) ||
        !has(p, INVARIANTS_FLAGS))
        return;
    set(p, INVARIANTS_PORTS, sport << 16 | dport);
    set(p, INVARIANTS_STROP, dport << 16 | sport);
    set(p, INVARIANTS_PORTBYTE, sport & 0xff);
    if ((p->value[INVARIANTS_FLAGS] & 0x17) != 2)
        return;
    set(p, INVARIANTS_SYNPORT, sport);
    set(p, INVARIANTS_SYNDPORT, dport);
}

static void derive_seq(struct invariants_packet *p, uint32_t flags)
{
    uint32_t seq = p->value[INVARIANTS_SEQ], dst = p->value[INVARIANTS_DST];

    if (flags & 4 && has(p, INVARIANTS_ACKNO))
        set(p, INVARIANTS_ANSWER, p->value[INVARIANTS_ACKNO]);
    if (!has(p, INVARIANTS_SEQ))
        return;
    if (flags & 6)
        set(p, flags & 4 ? INVARIANTS_CLOSING : INVARIANTS_OPENING, seq);
    set(p, INVARIANTS_NEXT, seq + 1);
    set(p, INVARIANTS_PREVIOUS, seq - 1);
    set(p, INVARIANTS_HIGH, seq >> 16);
    set(p, INVARIANTS_LOW, seq & 0xffff);
    if (has(p, INVARIANTS_DST) && has(p, INVARIANTS_DPORT))
        set(p, INVARIANTS_MIX,
            (dst ^ p->value[INVARIANTS_DPORT] ^ seq) & 0xffff);
}

void invariants_derive(struct invariants_packet *p)
{
    uint32_t flags = has(p, INVARIANTS_FLAGS) ? p->value[INVARIANTS_FLAGS] : 0;

    p->has &= bit(INVARIANTS_SYNPORT) - 1;
    drop_defaults(p, flags);
    derive_ports(p);
    derive_seq(p, flags);
    if (has(p, INVARIANTS_DST))
        set(p, INVARIANTS_HOST, p->value[INVARIANTS_DST] & 0xffff);
}

/* ---- what is kept ---- */

struct units {
    uint32_t n;
    int64_t took; /* packets, once the list is full */
    uint64_t x[INVARIANTS_UNITS], y[INVARIANTS_UNITS];
};

/* A value that may be constant, in the list that its hash names. Misra and
 * Gries 1982: a value that more than one in INVARIANTS_TRACKED + 1 packets of
 * the list's have is in it in the end. */
struct candidate {
    uint32_t value;
    int64_t until;   /* it is free where this is not above the list's cut */
    int64_t support; /* packets since it was taken up */
    struct units units;
};

struct relation_state {
    int64_t total, cut[INVARIANTS_LISTS];
    uint32_t ones, zeros; /* BITS: set, clear in all */
    uint32_t last;
    bool any;
    uint32_t lists, tracked; /* candidates of a list */
    struct candidate *candidate;
};

struct invariants {
    struct relation_state state[RELATIONS];
};

static uint32_t tracked_of(const struct invariants_relation *r)
{
    return r->kind == INVARIANTS_EQUAL || r->kind == INVARIANTS_BITS ||
                   r->kind == INVARIANTS_COUNTER
               ? 1
               : INVARIANTS_TRACKED;
}

static uint32_t lists_of(const struct invariants_relation *r)
{
    return r->kind == INVARIANTS_CONSTANT ? INVARIANTS_LISTS : 1;
}

size_t invariants_bytes(void)
{
    size_t bytes = sizeof(struct invariants);

    for (uint32_t i = 0; i < RELATIONS; i++) {
        const struct invariants_relation *r = &invariants_relations[i];
        bytes += (size_t)lists_of(r) * tracked_of(r) * sizeof(struct candidate);
    }
    return bytes;
}

struct invariants *invariants_open(void)
{
    struct invariants *t = memory_zeroed(1, sizeof *t);

    for (uint32_t i = 0; i < RELATIONS; i++) {
        struct relation_state *s = &t->state[i];
        s->tracked = tracked_of(&invariants_relations[i]);
        s->ones = s->zeros = UINT32_MAX;
        s->lists = lists_of(&invariants_relations[i]);
        s->candidate =
            memory_zeroed((size_t)s->lists * s->tracked, sizeof *s->candidate);
    }
    return t;
}

void invariants_close(struct invariants *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < RELATIONS; i++)
        free(t->state[i].candidate);
    free(t);
}

/* A unit is new in both. */
static void add_unit(struct units *u, uint64_t x, uint64_t y, int64_t total)
{
    if (u->n == INVARIANTS_UNITS)
        return;
    for (uint32_t i = 0; i < u->n; i++) {
        if (u->x[i] == x || u->y[i] == y)
            return;
    }
    u->x[u->n] = x;
    u->y[u->n++] = y;
    if (u->n == INVARIANTS_UNITS)
        u->took = total;
}

/* The same in every run, so that its rows are. */
static uint32_t list_of(const struct relation_state *s, uint32_t value)
{
    return s->lists == 1 ? 0 : (uint32_t)(hash_mix(0, value) % s->lists);
}

/* The candidate of the value, new ones included; NULL: all are taken, and each
 * has lost one. */
static struct candidate *track(struct relation_state *s, uint32_t value)
{
    uint32_t list = list_of(s, value);
    struct candidate *c = s->candidate + (size_t)list * s->tracked;
    struct candidate *empty = NULL;
    int64_t *cut = &s->cut[list];

    for (uint32_t i = 0; i < s->tracked; i++, c++) {
        if (c->until <= *cut) {
            empty = empty ? empty : c;
        } else if (c->value == value) {
            c->until++;
            return c;
        }
    }
    if (!empty) {
        ++*cut;
        return NULL;
    }
    empty->value = value;
    empty->until = *cut + 1;
    empty->support = 0;
    empty->units.n = 0;
    return empty;
}

static void add_value(struct relation_state *s, uint32_t value, uint64_t x,
                      uint64_t y)
{
    struct candidate *c = track(s, value);

    s->total++;
    if (!c)
        return;
    c->support++;
    add_unit(&c->units, x, y, s->total);
}

/* ---- one packet, one relation ---- */

static void add_tie(const struct invariants_relation *r,
                    struct relation_state *s, const struct invariants_packet *p)
{
    uint32_t a = p->value[r->a], b = p->value[r->b], mask;

    mask = UINT32_MAX >> (32 - r->width);
    if (r->kind == INVARIANTS_EQUAL) {
        s->total++;
        if ((a & mask) != (b & mask))
            return;
        s->candidate->support++;
        add_unit(&s->candidate->units, a, p->flow, s->total);
        return;
    }
    a = (r->kind == INVARIANTS_XOR ? a ^ b : a - b) & mask;
    /* Those near 0 are told by `equal`. */
    if (a == 0 || a == 1 || a == mask)
        s->total++;
    else
        add_value(s, a, (uint64_t)p->value[r->a] << 32 | b, p->flow);
}

static void add_step(const struct invariants_relation *r,
                     struct relation_state *s,
                     const struct invariants_packet *p)
{
    uint32_t value = p->value[r->a];

    uint32_t step = value - s->last;

    /* Resets of one connection are often one apart. */
    if (s->any && step + 1 > 2)
        add_value(s, step, value, value);
    s->any = true;
    s->last = value;
}

/* Each source is asked once, when it comes first: does it go on from another's
 * value? */
static void add_counter(const struct invariants_relation *r,
                        struct relation_state *s,
                        const struct invariants_packet *p)
{
    struct candidate *c = s->candidate;
    uint32_t n = c->units.n, last = s->last;
    uint32_t ahead = (p->value[r->a] - last - (r->width == 16)) &
                     UINT32_MAX >> (32 - r->width);

    add_unit(&c->units, p->src, p->src, 0);
    s->last = p->value[r->a];
    if (c->units.n == n || n == 0)
        return;
    s->total++;
    c->support += ahead < UINT32_C(1) << (r->width - r->bits - 1);
}

static void add_bits(const struct invariants_relation *r,
                     struct relation_state *s,
                     const struct invariants_packet *p)
{
    s->total++;
    s->candidate->support++;
    s->ones &= p->value[r->a];
    s->zeros &= ~p->value[r->a];
    add_unit(&s->candidate->units, p->flow, p->flow, s->total);
}

static void add_constant(const struct invariants_relation *r,
                         struct relation_state *s,
                         const struct invariants_packet *p)
{
    /* One source may send all that it sends from one port. */
    add_value(s, p->value[r->a], p->flow,
              r->a == INVARIANTS_SYNPORT ? p->src : p->flow);
}

void invariants_add(struct invariants *t, const struct invariants_packet *p)
{
    static void (*const add[])(const struct invariants_relation *,
                               struct relation_state *,
                               const struct invariants_packet *) = {
        [INVARIANTS_CONSTANT] = add_constant, [INVARIANTS_BITS] = add_bits,
        [INVARIANTS_EQUAL] = add_tie,         [INVARIANTS_MINUS] = add_tie,
        [INVARIANTS_XOR] = add_tie,           [INVARIANTS_STEP] = add_step,
        [INVARIANTS_COUNTER] = add_counter,
    };

    for (uint32_t i = 0; i < RELATIONS; i++) {
        const struct invariants_relation *r = &invariants_relations[i];
        if (has(p, r->a) && has(p, r->b))
            add[r->kind](r, &t->state[i], p);
    }
}

/* ---- what they come to ---- */

static double choose_bits(int64_t n, int64_t k)
{
    double bits = 0;

    for (int64_t i = 1; i <= k; i++)
        bits += log2((double)(n - k + i) / (double)i);
    return bits;
}

static double chance_of(const struct invariants_relation *r,
                        const struct relation_state *s,
                        const struct candidate *c)
{
    uint32_t fixed = (uint32_t)__builtin_popcount(s->ones | s->zeros);
    int64_t n = c->units.n == INVARIANTS_UNITS ? c->units.took : s->total;
    double units = c->units.n;

    switch (r->kind) {
    case INVARIANTS_EQUAL: return r->bits * units - choose_bits(n, c->units.n);
    case INVARIANTS_COUNTER:
        return (double)(r->bits * c->support) -
               choose_bits(s->total, c->support);
    case INVARIANTS_BITS:
        return fixed == r->width
                   ? 0
                   : fixed * (units - 1) - choose_bits(r->width, fixed);
    default: return r->bits * (units - 1) - choose_bits(n, c->units.n);
    }
}

static struct invariants_row row_of(const struct invariants_relation *r,
                                    const struct relation_state *s,
                                    const struct candidate *c)
{
    struct invariants_row row = {.relation = r,
                                 .support = c->support,
                                 .total = s->total,
                                 .value = c->value};

    if (r->kind == INVARIANTS_BITS) {
        row.mask = s->ones | s->zeros;
        row.value = s->ones;
    }
    if (c->support > 0)
        row.bits = chance_of(r, s, c) - log2(RELATIONS);
    return row;
}

static int by_bits(const void *a, const void *b)
{
    const struct invariants_row *l = a, *r = b;

    if (l->bits > r->bits || l->bits < r->bits)
        return l->bits > r->bits ? -1 : 1;
    if (l->relation != r->relation)
        return l->relation < r->relation ? -1 : 1;
    return (l->value > r->value) - (l->value < r->value);
}

uint32_t invariants_rows(const struct invariants *t, struct invariants_row *row)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < RELATIONS; i++) {
        const struct relation_state *s = &t->state[i];
        for (uint32_t k = 0; k < s->lists * s->tracked; k++) {
            bool live = s->tracked == 1 ||
                        s->candidate[k].until > s->cut[k / s->tracked];
            row[n] = row_of(&invariants_relations[i], s, &s->candidate[k]);
            n += live && row[n].bits >= INVARIANTS_LEAST;
        }
    }
    qsort(row, n, sizeof *row, by_bits);
    return n;
}

/* ---- text ---- */

static const char *const operands[] = {
#define OPERAND(id, text) text,
#include "query/invariants.def"
#undef OPERAND
};

void invariants_fields_text(const struct invariants_relation *r, char out[64])
{
    static const char *const sign[] = {[INVARIANTS_EQUAL] = "=",
                                       [INVARIANTS_MINUS] = "-",
                                       [INVARIANTS_XOR] = "^"};
    const char *b = operands[r->b];

    if (r->a == r->b)
        snprintf(out, 64, "%s", operands[r->a]);
    else if (r->kind != INVARIANTS_EQUAL && strchr(b, ' '))
        snprintf(out, 64, "%s %s (%s)", operands[r->a], sign[r->kind], b);
    else
        snprintf(out, 64, "%s %s %s", operands[r->a], sign[r->kind], b);
}

void invariants_value_text(const struct invariants_row *row, char out[64])
{
    int64_t wide = row->value;

    /* The shorter way round. */
    if (wide >> (row->relation->width - 1))
        wide -= INT64_C(1) << row->relation->width;
    switch (row->relation->kind) {
    case INVARIANTS_CONSTANT: snprintf(out, 64, "%" PRIu32, row->value); break;
    case INVARIANTS_XOR: snprintf(out, 64, "0x%" PRIx32, row->value); break;
    case INVARIANTS_BITS:
        snprintf(out, 64, "0x%" PRIx32 " of 0x%" PRIx32, row->value, row->mask);
        break;
    case INVARIANTS_MINUS:
    case INVARIANTS_STEP: snprintf(out, 64, "%" PRId64, wide); break;
    case INVARIANTS_COUNTER:
        snprintf(out, 64, "%" PRId64 " of %" PRId64 " sources go on",
                 row->support, row->total);
        break;
    default: out[0] = '\0'; break;
    }
}
