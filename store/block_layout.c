/* block_layout.c - the header page between its struct and its bytes. */
#include <string.h>

#include "store/block.h"
#include "store/codec.h"

static const uint8_t magic[8] = {'T', 'R', 'A', 'W', 'L', 'B', 'L', 'K'};

enum { FIELDS_AT = 108, SUM_AT = 120 };

/* Bytes of a number in the zone summary, by enum width; 0: none is kept. */
static const uint8_t zone_bytes[] = {
    [WIDTH_U8] = 1,   [WIDTH_U16] = 2,  [WIDTH_U32] = 4,  [WIDTH_MAC] = 8,
    [WIDTH_TIME] = 8, [WIDTH_ADDR] = 0, [WIDTH_OPTS] = 0, [WIDTH_SENSOR] = 0};

const char *block_stream_name(uint8_t id)
{
    static const char *const hidden[] = {"addresses", "capture", "position",
                                         "shape", "flow"};

    if (id < FIELD_COUNT)
        return schema_fields[id].name;
    if (id >= STREAM_ADDRS && id < STREAM_END)
        return hidden[id - STREAM_ADDRS];
    return "unknown";
}

int block_row_cmp(const struct block_row *a, const struct block_row *b)
{
    if (a->record.TIME != b->record.TIME)
        return a->record.TIME < b->record.TIME ? -1 : 1;
    if (a->capture.hi != b->capture.hi)
        return a->capture.hi < b->capture.hi ? -1 : 1;
    if (a->capture.lo != b->capture.lo)
        return a->capture.lo < b->capture.lo ? -1 : 1;
    if (a->capture_id != b->capture_id)
        return a->capture_id < b->capture_id ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

static void put_number(struct buf *out, uint64_t v, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        buf_u8(out, (uint8_t)(v >> (8 * i)));
}

static uint64_t take_number(struct cursor *c, uint32_t bytes)
{
    const uint8_t *p = cursor_take(c, bytes);
    uint64_t v = 0;

    for (uint32_t i = bytes; p && i > 0; i--)
        v = v << 8 | p[i - 1];
    return v;
}

static void put_addr(struct buf *out, struct addr a)
{
    uint8_t bytes[16];

    addr_to_bytes(a, bytes);
    buf_put(out, bytes, sizeof bytes);
}

static struct addr take_addr(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 16);

    return p ? addr_from_bytes(p) : (struct addr){0, 0};
}

void block_zone_write(const struct zone *z, struct buf *out)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        const struct zone_field *s = &z->field[f];
        enum width w = schema_fields[f].width;
        buf_u8(out, (uint8_t)(s->any | s->absent << 1));
        if (w == WIDTH_ADDR) {
            put_addr(out, s->addr.lo);
            put_addr(out, s->addr.hi);
            continue;
        }
        put_number(out, (uint64_t)s->range.lo, zone_bytes[w]);
        put_number(out, (uint64_t)s->range.hi, zone_bytes[w]);
        put_number(out, s->some, zone_bytes[w]);
        put_number(out, s->every, zone_bytes[w]);
    }
}

static size_t zone_len(uint32_t fields)
{
    size_t len = 0;

    for (uint32_t f = 0; f < fields && f < FIELD_COUNT; f++) {
        enum width w = schema_fields[f].width;
        len += 1u + (w == WIDTH_ADDR ? 32u : 4u * zone_bytes[w]);
    }
    return len;
}

bool block_zone_read(struct cursor *c, uint32_t fields, struct zone *z)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        struct zone_field *s = &z->field[f];
        enum width w = schema_fields[f].width;
        *s = (struct zone_field){.absent = true};
        if (f >= fields)
            continue;
        uint8_t flags = cursor_u8(c);
        s->any = flags & 1;
        s->absent = flags >> 1 & 1;
        if (w == WIDTH_ADDR) {
            s->addr.lo = take_addr(c);
            s->addr.hi = take_addr(c);
            continue;
        }
        s->range.lo = (int64_t)take_number(c, zone_bytes[w]);
        s->range.hi = (int64_t)take_number(c, zone_bytes[w]);
        s->some = take_number(c, zone_bytes[w]);
        s->every = take_number(c, zone_bytes[w]);
    }
    return !c->bad;
}

static void put_entry(struct buf *out, const struct block_stream *s)
{
    buf_u8(out, s->id);
    buf_u8(out, s->kind);
    buf_u8(out, s->encoding);
    buf_u8(out, (uint8_t)(s->codec | s->width << 3));
    buf_u32(out, s->raw);
    buf_u32(out, s->stored);
    buf_u32(out, s->offset);
    buf_u64(out, s->sum);
}

static void take_entry(struct cursor *c, struct block_stream *s)
{
    s->id = cursor_u8(c);
    s->kind = cursor_u8(c);
    s->encoding = cursor_u8(c);
    uint8_t how = cursor_u8(c);
    s->codec = how & 7;
    s->width = how >> 3;
    s->raw = cursor_u32(c);
    s->stored = cursor_u32(c);
    s->offset = cursor_u32(c);
    s->sum = cursor_u64(c);
}

void block_head_write(const struct block_head *h, uint8_t page[BLOCK_HEADER])
{
    struct buf out = {0};

    buf_put(&out, magic, sizeof magic);
    buf_u32(&out, BLOCK_VERSION);
    buf_u32(&out, h->rows);
    buf_u64(&out, h->sequence);
    buf_u64(&out, h->replaces);
    buf_u64(&out, h->bytes);
    buf_put(&out, h->sensor, BLOCK_SENSOR);
    buf_u32(&out, h->unit);
    buf_u16(&out, FIELD_COUNT);
    buf_u16(&out, (uint16_t)h->streams);
    buf_fill(&out, 0, BLOCK_ZONES - out.len);
    block_zone_write(&h->zone, &out);
    buf_fill(&out, 0, BLOCK_DIRECTORY - out.len);
    for (uint32_t i = 0; i < h->streams; i++)
        put_entry(&out, &h->stream[i]);
    buf_fill(&out, 0, BLOCK_HEADER - out.len);
    uint64_t sum = hash_bytes(out.data, BLOCK_HEADER, 0);
    memcpy(page, out.data, BLOCK_HEADER);
    for (uint32_t i = 0; i < 8; i++)
        page[SUM_AT + i] = (uint8_t)(sum >> (8 * i));
    buf_free(&out);
}

bool block_head_verify(const uint8_t *data, size_t len)
{
    static const uint8_t none[8];
    uint8_t page[BLOCK_HEADER];
    struct cursor sum = {data + SUM_AT, data + SUM_AT + 8, false};

    if (len < BLOCK_HEADER)
        return false;
    memcpy(page, data, BLOCK_HEADER);
    memcpy(page + SUM_AT, none, 8);
    return cursor_u64(&sum) == hash_bytes(page, BLOCK_HEADER, 0);
}

static bool stream_sane(const struct block_stream *s, size_t len)
{
    return s->offset >= BLOCK_HEADER && s->offset <= len &&
           s->stored <= len - s->offset && s->codec < CODEC_COUNT &&
           s->raw <= BLOCK_RAW_MAX;
}

static bool front_known(struct cursor *c, size_t len, uint32_t *version,
                        struct err *e)
{
    if (len < BLOCK_ZONES || memcmp(c->at, magic, sizeof magic) != 0)
        return err_set(e, ERR_STORE, "is no block");
    c->at += sizeof magic;
    *version = cursor_u32(c);
    return *version > 0 && *version <= BLOCK_VERSION
               ? true
               : err_set(e, ERR_STORE,
                         "has layout version %u, this build reads up to %d",
                         *version, BLOCK_VERSION);
}

bool block_front_parse(const uint8_t *front, size_t len, size_t block_len,
                       struct block_head *h, struct err *e)
{
    struct cursor c = {front, front + len, false};

    if (!front_known(&c, len, &h->version, e))
        return false;
    h->rows = cursor_u32(&c);
    h->sequence = cursor_u64(&c);
    h->replaces = cursor_u64(&c);
    h->bytes = cursor_u64(&c);
    memcpy(h->sensor, c.at, BLOCK_SENSOR);
    c.at += BLOCK_SENSOR;
    h->unit = cursor_u32(&c);
    uint32_t fields = cursor_u16(&c);
    h->streams = cursor_u16(&c);
    h->zone.rows = h->rows;
    c.at = front + BLOCK_ZONES;
    if (h->rows == 0 || h->rows > BLOCK_ROWS || h->bytes != block_len ||
        h->sensor[BLOCK_SENSOR - 1] != 0 || fields > FIELD_COUNT ||
        h->streams > BLOCK_STREAMS || !block_zone_read(&c, fields, &h->zone))
        return err_set(e, ERR_STORE, "has a damaged header");
    return true;
}

size_t block_front_len(const uint8_t *data, size_t len)
{
    struct cursor c = {data + FIELDS_AT, data + len, false};

    return len < BLOCK_HEADER ? 0 : BLOCK_ZONES + zone_len(cursor_u16(&c));
}

bool block_head_parse(const uint8_t *data, size_t len, struct block_head *h,
                      struct err *e)
{
    struct cursor c = {data + BLOCK_DIRECTORY, data + BLOCK_HEADER, false};

    if (len < BLOCK_HEADER)
        return err_set(e, ERR_STORE, "is no block");
    if (!block_front_parse(data, BLOCK_DIRECTORY, len, h, e))
        return false;
    for (uint32_t i = 0; i < h->streams; i++) {
        take_entry(&c, &h->stream[i]);
        if (!stream_sane(&h->stream[i], len))
            return err_set(e, ERR_STORE, "stream %s has a damaged entry",
                           block_stream_name(h->stream[i].id));
    }
    return true;
}

bool block_head_read(const uint8_t *data, size_t len, struct block_head *h,
                     struct err *e)
{
    if (!block_head_verify(data, len))
        return err_set(e, ERR_STORE, "has a damaged header");
    return block_head_parse(data, len, h, e);
}
