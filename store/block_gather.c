/* block_gather.c - rows into columns and dictionaries, tile by tile, so that a
 * tile's records stay in the nearest cache while every field is taken from
 * them. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_encoder.h"

enum {
    ADDRS_MAX = 4 * BLOCK_ROWS,
    ADDR_SLOTS = 2 * ADDRS_MAX, /* a power of two, as all its sizes */
    ADDR_SLOTS_MIN = 1024,
    OPTS_SLOTS = 2 * BLOCK_ROWS
};

static const uint16_t member_at[FIELD_COUNT] = {
#define FIELD(id, name, type, width, help) offsetof(struct record, id),
#include "store/fields.def"
#undef FIELD
};

static const uint8_t column_bytes[] = {
    [WIDTH_U8] = 1,   [WIDTH_U16] = 2,   [WIDTH_U32] = 4,
    [WIDTH_MAC] = 8,  [WIDTH_TIME] = 8,  [WIDTH_ADDR] = sizeof(struct addr),
    [WIDTH_OPTS] = 4, [WIDTH_SENSOR] = 0};

struct block_encoder *block_encoder_new(void)
{
    struct block_encoder *c = memory_zeroed(1, sizeof *c);

    c->codec = codec_new();
    c->secret = hash_secret();
    c->dense = dense_encoder_new();
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        uint32_t bytes = column_bytes[schema_fields[f].width];
        c->lane[f].value = memory_zeroed(BLOCK_ROWS + 1, bytes ? bytes : 1);
        c->lane[f].present = memory_zeroed(BLOCK_ROWS / 64, 8);
    }
    c->number = memory_zeroed(ADDRS_MAX, sizeof *c->number);
    c->packed = memory_zeroed(1, BLOCK_RAW_MAX);
    c->tried = memory_zeroed(1, BLOCK_RAW_MAX);
    c->stored = memory_zeroed(1, codec_bound(BLOCK_RAW_MAX));
    c->stored_try = memory_zeroed(1, codec_bound(BLOCK_RAW_MAX));
    c->addr = memory_zeroed(ADDRS_MAX, sizeof *c->addr);
    c->addr_spare = memory_zeroed(ADDRS_MAX, sizeof *c->addr_spare);
    c->addr_slot = memory_zeroed(ADDR_SLOTS, sizeof *c->addr_slot);
    c->addr_mask = ADDR_SLOTS_MIN - 1;
    c->addr_code = memory_zeroed(ADDRS_MAX, sizeof *c->addr_code);
    c->opts = memory_zeroed(BLOCK_ROWS, sizeof *c->opts);
    c->opts_slot = memory_zeroed(OPTS_SLOTS, sizeof *c->opts_slot);
    c->opts_at = memory_zeroed(BLOCK_ROWS, sizeof *c->opts_at);
    c->position = memory_zeroed(BLOCK_ROWS, sizeof *c->position);
    c->run = memory_zeroed(BLOCK_ROWS, sizeof *c->run);
    return c;
}

void block_encoder_free(struct block_encoder *c)
{
    if (!c)
        return;
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        free(c->lane[f].value);
        free(c->lane[f].present);
    }
    codec_free(c->codec);
    dense_encoder_free(c->dense);
    free(c->number);
    free(c->packed);
    free(c->tried);
    free(c->stored);
    free(c->stored_try);
    free(c->addr);
    free(c->addr_spare);
    free(c->addr_slot);
    free(c->addr_code);
    free(c->opts);
    free(c->opts_slot);
    free(c->opts_at);
    free(c->position);
    free(c->run);
    free(c);
}

/* ---- dictionaries ---- */

/* The slot of an address, or the empty one where it belongs. */
static uint32_t addr_slot(const struct block_encoder *c, struct addr a)
{
    uint64_t h = hash_mix(hash_mix(c->secret, a.hi), a.lo);
    uint32_t i = (uint32_t)h & c->addr_mask;

    for (; c->addr_slot[i]; i = (i + 1) & c->addr_mask)
        if (addr_eq(c->addr[c->addr_slot[i] - 1].addr, a))
            return i;
    return i;
}

static void clear_addrs(struct block_encoder *c, uint32_t mask)
{
    c->addr_mask = mask;
    memset(c->addr_slot, 0, ((size_t)mask + 1) * sizeof *c->addr_slot);
}

/* The table is no larger than the block's addresses need, so that it stays in
 * the cache. */
static void grow_addrs(struct block_encoder *c)
{
    clear_addrs(c, 4 * c->addr_mask + 3 < ADDR_SLOTS ? 4 * c->addr_mask + 3
                                                     : ADDR_SLOTS - 1);
    for (uint32_t i = 0; i < c->addrs; i++)
        c->addr_slot[addr_slot(c, c->addr[i].addr)] = i + 1;
}

uint32_t block_encoder_addr_place(struct block_encoder *c, struct addr a)
{
    uint32_t i = addr_slot(c, a);

    if (c->addr_slot[i])
        return c->addr_slot[i] - 1;
    c->addr[c->addrs] = (struct addr_at){a, c->addrs};
    c->addr_slot[i] = ++c->addrs;
    if (2 * c->addrs > c->addr_mask && c->addr_mask < ADDR_SLOTS - 1)
        grow_addrs(c);
    return c->addrs - 1;
}

size_t block_encoder_opts_len(const struct opts *o)
{
    return 1 + (size_t)(o->n < OPTS_MAX ? o->n : OPTS_MAX);
}

/* Their number and first kinds. */
static uint64_t opts_word(const struct opts *o)
{
    uint64_t word;

    memcpy(&word, o, sizeof word);
    word = le64toh(word);
    return o->n < 7 ? word & ((UINT64_C(1) << 8 * (o->n + 1)) - 1) : word;
}

static bool opts_short(const struct opts *o)
{
    return o->n <= 7;
}

static bool same_opts(const struct opts *a, const struct opts *b)
{
    if (opts_word(a) != opts_word(b))
        return false;
    return opts_short(a) || memcmp(a, b, block_encoder_opts_len(a)) == 0;
}

uint32_t block_encoder_opts_place(struct block_encoder *c, const struct opts *o)
{
    uint64_t h = opts_short(o)
                     ? hash_mix(c->secret, opts_word(o))
                     : hash_bytes(o, block_encoder_opts_len(o), c->secret);
    uint32_t i = (uint32_t)(h >> 32) & (OPTS_SLOTS - 1);

    for (; c->opts_slot[i]; i = (i + 1) & (OPTS_SLOTS - 1))
        if (same_opts(&c->opts[c->opts_slot[i] - 1], o))
            return c->opts_slot[i] - 1;
    c->opts[c->opts_n] = *o;
    c->opts_at[c->opts_n] = i;
    c->opts_slot[i] = ++c->opts_n;
    return c->opts_n - 1;
}

/* Turns the addresses of a column, in place, into places of first appearance.
 */
static void intern_addrs(struct block_encoder *c, struct lane_in *lane)
{
    char *column = lane->value;

    for (uint32_t i = 0; i < lane->n; i++) {
        struct addr a;
        memcpy(&a, column + sizeof a * i, sizeof a);
        uint32_t code = block_encoder_addr_place(c, a);
        memcpy(column + sizeof code * i, &code, sizeof code);
    }
}

enum { DIGITS = sizeof(struct addr), DIGIT_VALUES = 256 };

/* Byte k of an address, 0 the last. */
static uint32_t digit(struct addr a, uint32_t k)
{
    return (uint8_t)((k < 8 ? a.lo : a.hi) >> (k % 8 * 8));
}

static void sort_by_digit(struct block_encoder *c, uint32_t k,
                          const uint32_t *count)
{
    uint32_t at[DIGIT_VALUES], sum = 0;

    for (uint32_t v = 0; v < DIGIT_VALUES; v++) {
        at[v] = sum;
        sum += count[v];
    }
    for (uint32_t i = 0; i < c->addrs; i++)
        c->addr_spare[at[digit(c->addr[i].addr, k)]++] = c->addr[i];

    struct addr_at *sorted = c->addr_spare;

    c->addr_spare = c->addr;
    c->addr = sorted;
}

/* Digit by digit from the last, but for those that are the same in all: of
 * IPv4 addresses four bytes differ at most. */
void block_encoder_sort(struct block_encoder *c)
{
    uint32_t count[DIGITS][DIGIT_VALUES] = {{0}};

    for (uint32_t i = 0; i < c->addrs; i++)
        for (uint32_t k = 0; k < DIGITS; k++)
            count[k][digit(c->addr[i].addr, k)]++;
    for (uint32_t k = 0; c->addrs > 0 && k < DIGITS; k++)
        if (count[k][digit(c->addr[0].addr, k)] < c->addrs)
            sort_by_digit(c, k, count[k]);
    for (uint32_t i = 0; i < c->addrs; i++)
        c->addr_code[c->addr[i].seen] = i;
}

/* ---- rows into columns ---- */

/* Each takes one field from a tile of rows, appends the values of those that
 * have it, and returns which. The store past the last value is overwritten by
 * the next, so that no branch is needed. */
#define TAKE(type)                                                             \
    static uint64_t take_##type(const struct block_row *const *row,            \
                                uint32_t n, enum field_id f, void *out)        \
    {                                                                          \
        type *v = out; /* NOLINT(bugprone-macro-parentheses): a type */        \
        uint64_t word = 0;                                                     \
        for (uint32_t i = 0; i < n; i++) {                                     \
            uint64_t has = row[i]->record.present >> f & 1;                    \
            memcpy(v, (const char *)&row[i]->record + member_at[f],            \
                   sizeof *v);                                                 \
            v += has;                                                          \
            word |= has << i;                                                  \
        }                                                                      \
        return word;                                                           \
    }

typedef struct addr addr;

TAKE(uint8_t)
TAKE(uint16_t)
TAKE(uint32_t)
TAKE(uint64_t)
TAKE(addr)

static uint64_t take_opts(struct block_encoder *c,
                          const struct block_row *const *row, uint32_t n)
{
    struct lane_in *lane = &c->lane[FIELD_OPTSIG];
    uint32_t *v = (uint32_t *)lane->value + lane->n;
    uint64_t word = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (!RECORD_HAS(&row[i]->record, OPTSIG))
            continue;
        *v++ = block_encoder_opts_place(c, &row[i]->record.OPTSIG);
        word |= UINT64_C(1) << i;
    }
    return word;
}

static uint64_t take_field(struct block_encoder *c,
                           const struct block_row *const *row, uint32_t n,
                           enum field_id f)
{
    enum width w = schema_fields[f].width;
    char *out =
        (char *)c->lane[f].value + (size_t)c->lane[f].n * column_bytes[w];

    switch (w) {
    case WIDTH_U8: return take_uint8_t(row, n, f, out);
    case WIDTH_U16: return take_uint16_t(row, n, f, out);
    case WIDTH_U32: return take_uint32_t(row, n, f, out);
    case WIDTH_MAC:
    case WIDTH_TIME: return take_uint64_t(row, n, f, out);
    case WIDTH_ADDR: return take_addr(row, n, f, out);
    case WIDTH_OPTS: return take_opts(c, row, n);
    default: return 0;
    }
}

static void take_origins(struct block_encoder *c,
                         const struct block_row *const *row, uint32_t n,
                         uint32_t at)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct block_row *r = row[i];
        const struct block_run *last = &c->run[c->runs ? c->runs - 1 : 0];
        c->position[at + i] = (int64_t)r->position;
        if (c->runs == 0 || last->id != r->capture_id ||
            last->capture.hi != r->capture.hi ||
            last->capture.lo != r->capture.lo)
            c->run[c->runs++] =
                (struct block_run){r->capture, r->capture_id, at + i};
    }
}

void block_encoder_tile(struct block_encoder *c,
                        const struct block_row *const *row, uint32_t n,
                        uint32_t at, uint64_t mask)
{
    uint64_t some = 0;

    for (uint32_t i = 0; i < n; i++)
        some |= row[i]->record.present;
    some &= mask;
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        uint64_t word = 0;
        if (some >> f & 1)
            word = take_field(c, row, n, (enum field_id)f);
        c->lane[f].present[at / BLOCK_TILE] = word;
        c->lane[f].n += (uint32_t)__builtin_popcountll(word);
    }
    take_origins(c, row, n, at);
}

static uint32_t addr_mask_for(uint32_t addrs)
{
    uint32_t slots = ADDR_SLOTS_MIN;

    while (slots < ADDR_SLOTS && slots < 4 * addrs)
        slots *= 2;
    return slots - 1;
}

void block_encoder_clear(struct block_encoder *c)
{
    clear_addrs(c, addr_mask_for(c->addrs));
    for (uint32_t i = 0; i < c->opts_n; i++)
        c->opts_slot[c->opts_at[i]] = 0;
    c->addrs = c->opts_n = c->runs = 0;
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        c->lane[f].n = 0;
}

void block_encoder_intern(struct block_encoder *c)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (schema_fields[f].width == WIDTH_ADDR)
            intern_addrs(c, &c->lane[f]);
}
