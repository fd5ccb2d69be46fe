/* block_decode.c - streams back into columns. Every length, code and number is
 * held against what its field can be before it is used: a block may come from
 * anyone. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/codec.h"
#include "store/dense_reader.h"

enum { WORDS = BLOCK_ROWS / 64 };

/* Largest number that a field can hold, by enum width. */
const uint64_t block_field_max[] = {
    [WIDTH_U8] = UINT8_MAX,    [WIDTH_U16] = UINT16_MAX,
    [WIDTH_U32] = UINT32_MAX,  [WIDTH_MAC] = (UINT64_C(1) << 48) - 1,
    [WIDTH_TIME] = UINT64_MAX, [WIDTH_ADDR] = 0,
    [WIDTH_OPTS] = 0,          [WIDTH_SENSOR] = 0};

void *block_room(struct block *b, size_t n, size_t size)
{
    void *p = memory_zeroed(n + SLACK, size);

    b->memory += (n + SLACK) * size;
    return p;
}

static struct block *open_parsed(const uint8_t *data, struct strtab *text,
                                 const struct block_head *h, bool checked)
{
    struct block *b = memory_zeroed(1, sizeof *b);

    b->data = data;
    b->text = text;
    b->head = *h;
    b->checked = checked;
    b->memory = sizeof *b;
    if (block_stream_find(b, STREAM_SHAPE, KIND_CODES)) {
        b->dense = memory_zeroed(1, sizeof *b->dense);
        b->memory += sizeof *b->dense;
    }
    return b;
}

struct block *block_open(const uint8_t *data, size_t len, struct strtab *text,
                         struct err *e)
{
    struct block_head h;

    return block_head_read(data, len, &h, e) ? open_parsed(data, text, &h, true)
                                             : NULL;
}

struct block *block_open_unchecked(const uint8_t *data, size_t len,
                                   struct strtab *text, struct err *e)
{
    struct block_head h;

    return block_head_parse(data, len, &h, e)
               ? open_parsed(data, text, &h, false)
               : NULL;
}

void block_close(struct block *b)
{
    if (!b)
        return;
    for (uint32_t i = 0; i < LANES; i++) {
        free(b->lane[i].value);
        free(b->lane[i].present);
        free(b->lane[i].batch);
        free(b->lane[i].code);
    }
    dense_reader_free(b->dense);
    free(b->addr);
    free(b->opts);
    free(b->opts_text);
    free(b->origin);
    free(b);
}

void block_on_read(struct block *b, void (*fn)(const uint8_t *data, size_t len))
{
    b->on_read = fn;
}

void block_set_dictionary(struct block *b, uint64_t number)
{
    b->dictionary = number;
}

bool block_pick(struct block *b, const uint64_t *rows, struct err *e)
{
    return !b->dense || dense_pick(b, rows, e);
}

const struct block_head *block_head_of(const struct block *b)
{
    return &b->head;
}

size_t block_memory(const struct block *b)
{
    return b->memory;
}

/* ---- streams into bytes ---- */

const struct block_stream *block_stream_find(const struct block *b, uint8_t id,
                                             enum stream_kind kind)
{
    for (uint32_t i = 0; i < b->head.streams; i++)
        if (b->head.stream[i].id == id && b->head.stream[i].kind == kind)
            return &b->head.stream[i];
    return NULL;
}

bool block_stream_damaged(const struct block_stream *s, struct err *e)
{
    return err_set(e, ERR_STORE, "stream %s is damaged",
                   block_stream_name(s->id));
}

/* The decompressed bytes; the caller frees them. SLACK_BYTES zero bytes
 * follow. */
uint8_t *block_stream_load(const struct block *b, const struct block_stream *s,
                           struct err *e)
{
    const uint8_t *stored = b->data + s->offset;

    if (b->on_read)
        b->on_read(stored, s->stored);
    if (b->checked && hash_bytes(stored, s->stored, 0) != s->sum) {
        err_set(e, ERR_STORE, "stream %s has a wrong checksum",
                block_stream_name(s->id));
        return NULL;
    }
    uint8_t *raw = memory_alloc((size_t)s->raw + SLACK_BYTES);
    memset(raw + s->raw, 0, SLACK_BYTES);
    if (codec_unpack((enum codec)s->codec, stored, s->stored, s->width, raw,
                     s->raw))
        return raw;
    block_stream_damaged(s, e);
    free(raw);
    return NULL;
}

static bool load_presence(struct block *b, uint8_t id, struct lane_out *l,
                          uint32_t *count, struct err *e)
{
    const struct block_stream *s = block_stream_find(b, id, KIND_PRESENCE);
    uint32_t rows = b->head.rows;

    *count = rows;
    if (b->dense && id < FIELD_COUNT) {
        *count = dense_presence(b, id, l);
        return true;
    }
    if (!s)
        return true;
    if (s->raw != (rows + 7) / 8 || s->encoding != ENCODING_BYTES)
        return block_stream_damaged(s, e);
    uint8_t *raw = block_stream_load(b, s, e);
    if (!raw)
        return false;
    l->present = block_room(b, WORDS, 8);
    for (uint32_t i = 0; i < s->raw; i++)
        l->present[i / 8] |= (uint64_t)raw[i] << (i % 8 * 8);
    free(raw);
    if (rows % 64)
        l->present[rows / 64] &= (UINT64_C(1) << (rows % 64)) - 1;
    *count = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        *count += (uint32_t)__builtin_popcountll(l->present[i]);
    return true;
}

/* ---- bytes into numbers ---- */

static int64_t get_base(const uint8_t *raw)
{
    uint64_t v;

    memcpy(&v, raw, 8);
    return (int64_t)le64toh(v);
}

static uint64_t get_le(const uint8_t *v, uint32_t i, uint32_t width)
{
    uint16_t v2;
    uint32_t v4;
    uint64_t v8;

    switch (width) {
    case 1: return v[i];
    case 2: memcpy(&v2, v + (size_t)i * 2, 2); return le16toh(v2);
    case 4: memcpy(&v4, v + (size_t)i * 4, 4); return le32toh(v4);
    default: memcpy(&v8, v + (size_t)i * 8, 8); return le64toh(v8);
    }
}

static bool width_good(const struct block_stream *s, uint32_t count)
{
    if (s->encoding == ENCODING_CONSTANT)
        return s->raw == 8;
    return (s->encoding == ENCODING_PLAIN || s->encoding == ENCODING_DELTA) &&
           (s->width == 1 || s->width == 2 || s->width == 4 || s->width == 8) &&
           s->raw == 8 + count * s->width;
}

/* Sums the steps up into values of 8 bytes and a base of 0. */
static void sum_steps(struct block *b, struct lane_out *l, const uint8_t *raw,
                      uint32_t count, uint32_t width)
{
    uint64_t v = (uint64_t)get_base(raw);

    l->value = block_room(b, count, 8);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t z = get_le(raw + 8, i, width);
        v += z >> 1 ^ (0 - (z & 1));
        memcpy(l->value + (size_t)i * 8, &v, 8);
    }
    l->width = 8;
}

/* From the byte order of the disk to that of the machine. */
static void to_host(uint8_t *v, uint32_t count, uint32_t width)
{
    for (uint32_t i = 0; BYTE_ORDER != LITTLE_ENDIAN && i < count; i++)
        for (uint32_t lo = 0, hi = width - 1; lo < hi; lo++, hi--) {
            uint8_t byte = v[(size_t)i * width + lo];
            v[(size_t)i * width + lo] = v[(size_t)i * width + hi];
            v[(size_t)i * width + hi] = byte;
        }
}

/* The values stay where they were decompressed. */
static void keep_plain(struct block *b, struct lane_out *l, uint8_t *raw,
                       const struct block_stream *s, uint32_t count)
{
    size_t bytes = (size_t)count * s->width;

    l->base = get_base(raw);
    if (s->encoding == ENCODING_CONSTANT) {
        free(raw);
        return;
    }
    l->width = s->width;
    l->value = raw;
    memmove(raw, raw + 8, bytes);
    b->memory += bytes + SLACK_BYTES;
    to_host(l->value, count, s->width);
}

/* Are all numbers in 0 .. max? */
static bool within(const struct lane_out *l, uint32_t count, uint64_t max)
{
    uint64_t base = (uint64_t)l->base, top = 0;

    if (count == 0)
        return true;
    if (l->width < 8 && base > max)
        return false;
    if (l->width == 8) {
        for (uint32_t i = 0; i < count; i++)
            top = lane_value(l, i) > top ? lane_value(l, i) : top;
        return top <= max;
    }
    if (l->width == 0 ||
        (l->width < 4 && (UINT64_C(1) << (8 * l->width)) - 1 <= max - base))
        return true;
    for (uint32_t i = 0; i < count; i++)
        top = lane_raw(l, i) > top ? lane_raw(l, i) : top;
    return top <= max - base;
}

/* Moves the values of the rows that have one to the places of these rows. */
static void spread(struct block *b, struct lane_out *l)
{
    uint32_t width = l->width, k = 0;

    if (width == 0 || !l->present)
        return;
    uint8_t *out = block_room(b, b->head.rows, width);
    for (uint32_t w = 0; w < WORDS; w++) {
        for (uint64_t bits = l->present[w]; bits; bits &= bits - 1) {
            uint32_t row = w * 64 + (uint32_t)__builtin_ctzll(bits);
            memcpy(out + (size_t)row * width, l->value + (size_t)k++ * width,
                   width);
        }
    }
    free(l->value);
    l->value = out;
}

bool block_stream_numbers(struct block *b, const struct block_stream *s,
                          struct lane_out *l, uint32_t count, uint64_t max,
                          struct err *e)
{
    if (!width_good(s, count))
        return block_stream_damaged(s, e);
    uint8_t *raw = block_stream_load(b, s, e);
    if (!raw)
        return false;
    if (s->encoding != ENCODING_DELTA) {
        keep_plain(b, l, raw, s, count);
    } else {
        sum_steps(b, l, raw, count, s->width);
        free(raw);
    }
    return max == UINT64_MAX || within(l, count, max) ||
           block_stream_damaged(s, e);
}

/* Decodes the numbers of a stream; all must be in 0 .. max. */
static bool load_numbers(struct block *b, const struct block_stream *s,
                         struct lane_out *l, uint64_t max, struct err *e)
{
    uint32_t count;

    if (!load_presence(b, s->id, l, &count, e) ||
        !block_stream_numbers(b, s, l, count, max, e))
        return false;
    spread(b, l);
    return true;
}

/* ---- dictionaries ---- */

/* Addresses as 16 bytes each, and numbers of IPv4 beside them: merged. */
static bool load_addrs(struct block *b, struct err *e)
{
    const struct block_stream *s =
        block_stream_find(b, STREAM_ADDRS, KIND_DICTIONARY);
    const struct block_stream *v4 = block_stream_find(b, STREAM_ADDRS, KIND_V4);

    if (b->addr || (!s && !v4))
        return true;
    if (v4)
        return dense_addrs_load(b, s, v4, e);
    if (s->encoding != ENCODING_BYTES || s->raw % 16 != 0)
        return block_stream_damaged(s, e);
    uint8_t *raw = block_stream_load(b, s, e);
    if (!raw)
        return false;
    b->addrs = s->raw / 16;
    b->addr = block_room(b, b->addrs, sizeof *b->addr);
    for (uint32_t i = 0; i < b->addrs; i++)
        b->addr[i] = addr_from_bytes(raw + (size_t)i * 16);
    free(raw);
    return true;
}

static bool split_opts(struct block *b, const uint8_t *raw, uint32_t len)
{
    struct cursor c = {raw, raw + len, false};

    b->opts = block_room(b, BLOCK_ROWS, sizeof *b->opts);
    while (c.at < c.end) {
        uint8_t n = cursor_u8(&c);
        const uint8_t *kinds = cursor_take(&c, n);
        if (!kinds || n > OPTS_MAX || b->opts_n == BLOCK_ROWS)
            return false;
        b->opts[b->opts_n].n = n;
        memcpy(b->opts[b->opts_n++].kind, kinds, n);
    }
    return true;
}

static bool load_opts(struct block *b, struct err *e)
{
    const struct block_stream *s =
        block_stream_find(b, FIELD_OPTSIG, KIND_DICTIONARY);

    if (b->opts || !s)
        return true;
    if (s->encoding != ENCODING_BYTES)
        return block_stream_damaged(s, e);
    uint8_t *raw = block_stream_load(b, s, e);
    if (!raw)
        return false;
    bool good = split_opts(b, raw, s->raw);
    free(raw);
    if (good)
        return true;
    free(b->opts);
    b->opts = NULL;
    b->opts_n = 0;
    return block_stream_damaged(s, e);
}

static void intern_opts(struct block *b)
{
    char text[OPTS_TEXT_MAX];

    if (b->opts_text || !b->text)
        return;
    b->opts_text = block_room(b, b->opts_n, sizeof *b->opts_text);
    for (uint32_t i = 0; i < b->opts_n; i++) {
        size_t len = schema_opts_text(text, &b->opts[i]);
        b->opts_text[i] = strtab_intern(b->text, text, len);
    }
}

static bool load_origins(struct block *b, struct err *e)
{
    const struct block_stream *s =
        block_stream_find(b, STREAM_CAPTURE, KIND_DICTIONARY);

    if (b->origin)
        return true;
    if (!s || s->encoding != ENCODING_BYTES || s->raw == 0 || s->raw % 24 != 0)
        return err_set(e, ERR_STORE, "stream capture is missing or damaged");
    b->origin = block_stream_load(b, s, e);
    b->origins = s->raw / 24;
    b->memory += s->raw;
    return b->origin != NULL;
}

/* ---- lanes ---- */

/* What a lane's codes must stay below; loads the dictionary first. */
bool block_dictionary_load(struct block *b, enum width w, uint32_t *size,
                           struct err *e)
{
    bool good = w == WIDTH_ADDR ? load_addrs(b, e) : load_opts(b, e);

    *size = w == WIDTH_ADDR ? b->addrs : b->opts_n;
    if (good && w == WIDTH_OPTS)
        intern_opts(b);
    return good;
}

bool block_addresses(struct block *b, const struct addr **out, uint32_t *n,
                     struct err *e)
{
    if (!load_addrs(b, e))
        return false;
    *out = b->addr;
    *n = b->addrs;
    return true;
}

static bool load_coded(struct block *b, uint32_t f, struct err *e)
{
    const struct block_stream *s = block_stream_find(b, (uint8_t)f, KIND_CODES);
    uint32_t size;

    b->lane[f].none = !s;
    if (!s)
        return true;
    if (!block_dictionary_load(b, schema_fields[f].width, &size, e))
        return false;
    if (size == 0)
        return block_stream_damaged(s, e);
    if (!load_numbers(b, s, &b->lane[f], size - 1, e))
        return false;
    /* rows without a code are looked up as well, by the base */
    return !b->lane[f].present || (uint64_t)b->lane[f].base < size ||
           block_stream_damaged(s, e);
}

static bool load_plain(struct block *b, uint32_t f, struct err *e)
{
    const struct block_stream *s =
        block_stream_find(b, (uint8_t)f, KIND_VALUES);

    b->lane[f].none = !s;
    return !s || load_numbers(b, s, &b->lane[f],
                              block_field_max[schema_fields[f].width], e);
}

/* Time is kept in ns, 8 bytes each with a base of 0. */
static bool load_time(struct block *b, struct err *e)
{
    const struct block_stream *s =
        block_stream_find(b, FIELD_TIME, KIND_VALUES);
    struct lane_out *l = &b->lane[FIELD_TIME];

    if (!s || block_stream_find(b, FIELD_TIME, KIND_PRESENCE))
        return err_set(e, ERR_STORE, "stream time is missing");
    if (s->encoding == ENCODING_BITS)
        return dense_time_load(b, s, l, e);
    if (!load_numbers(b, s, l, UINT64_MAX, e))
        return false;
    if (l->none || l->present) /* by the shapes of a dense block */
        return err_set(e, ERR_STORE, "stream time is incomplete");
    uint8_t *wide = block_room(b, b->head.rows, 8);
    for (uint32_t i = 0; i < b->head.rows; i++) {
        uint64_t t = lane_value(l, i) * b->head.unit;
        memcpy(wide + (size_t)i * 8, &t, 8);
    }
    free(l->value);
    l->value = wide;
    l->base = 0;
    l->width = 8;
    return true;
}

static bool load_hidden(struct block *b, uint32_t lane, struct err *e)
{
    bool capture = lane == LANE_CAPTURE;
    uint8_t id = capture ? STREAM_CAPTURE : STREAM_POSITION;
    const struct block_stream *s =
        block_stream_find(b, id, capture ? KIND_CODES : KIND_VALUES);

    if (!s || block_stream_find(b, id, KIND_PRESENCE))
        return err_set(e, ERR_STORE, "stream %s is missing",
                       block_stream_name(id));
    if (capture && !load_origins(b, e))
        return false;
    return load_numbers(b, s, &b->lane[lane],
                        capture ? b->origins - 1 : UINT64_MAX, e);
}

static bool load_lane(struct block *b, uint32_t lane, struct err *e)
{
    if (lane >= FIELD_COUNT)
        return load_hidden(b, lane, e);
    if (b->dense && dense_place[lane] != PLACE_LISTED)
        return dense_lane_load(b, lane, e);
    switch (schema_fields[lane].width) {
    case WIDTH_TIME: return load_time(b, e);
    case WIDTH_ADDR:
    case WIDTH_OPTS: return load_coded(b, lane, e);
    default: return load_plain(b, lane, e);
    }
}

bool block_lane_load(struct block *b, uint32_t lane, struct err *e)
{
    struct lane_out *l = &b->lane[lane];

    if (l->ready)
        return true;
    if (b->dense && !dense_shapes_load(b, e))
        return false;
    if (b->dense && b->dense->pick && lane < FIELD_COUNT &&
        !(b->dense->pick->some >> lane & 1)) {
        l->none = l->ready = true;
        return true;
    }
    if (load_lane(b, lane, e)) {
        l->ready = true;
        return true;
    }
    free(l->value);
    free(l->present);
    *l = (struct lane_out){0};
    return false;
}
