/* trace_frame.c - a record as the bytes of a frame: number and value of every
 * field that is there. */
#include <string.h>

#include "base/cursor.h"
#include "ingest/trace.h"

/* Where a field lies in a record. */
static const uint16_t places[FIELD_COUNT] = {
#define FIELD(id, name, type, width, help)                                     \
    [FIELD_##id] = (uint16_t)offsetof(struct record, id),
#include "store/fields.def"
#undef FIELD
};

static const uint8_t sizes[] = {[WIDTH_U8] = 1,
                                [WIDTH_U16] = 2,
                                [WIDTH_U32] = 4,
                                [WIDTH_MAC] = 8,
                                [WIDTH_ADDR] = 16};

/* What a frame does not say: the capture gives it. */
static const uint64_t outside =
    UINT64_C(1) << FIELD_TIME | UINT64_C(1) << FIELD_LEN |
    UINT64_C(1) << FIELD_CAPLEN | UINT64_C(1) << FIELD_SENSOR;

static uint64_t number(const struct record *r, uint32_t f)
{
    const uint8_t *at = (const uint8_t *)r + places[f];
    uint64_t v = 0;

    for (uint32_t i = 0; i < sizes[schema_fields[f].width]; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

static uint8_t *put(uint8_t *out, const struct record *r, uint32_t f)
{
    const void *at = (const uint8_t *)r + places[f];

    *out++ = (uint8_t)f;
    if (schema_fields[f].width == WIDTH_OPTS) {
        const struct opts *o = at;

        *out++ = o->n;
        memcpy(out, o->kind, o->n);
        return out + o->n;
    }
    if (schema_fields[f].width == WIDTH_ADDR) {
        struct addr a;

        memcpy(&a, at, sizeof a);
        addr_to_bytes(a, out);
        return out + 16;
    }
    uint64_t v = number(r, f);
    for (uint32_t i = 0; i < sizes[schema_fields[f].width]; i++, v >>= 8)
        *out++ = (uint8_t)v;
    return out;
}

size_t trace_frame(const struct record *r, uint8_t out[TRACE_FRAME_MAX])
{
    uint64_t left = r->present & ~outside;
    uint8_t *at = out;

    if (!r->BAD)
        left &= ~(UINT64_C(1) << FIELD_BAD);
    for (; left; left &= left - 1)
        at = put(at, r, (uint32_t)__builtin_ctzll(left));
    return (size_t)(at - out);
}

static void take_opts(struct cursor *c, struct opts *o)
{
    uint8_t n = cursor_u8(c);
    const uint8_t *kinds = n <= OPTS_MAX ? cursor_take(c, n) : NULL;

    c->bad |= !kinds;
    if (c->bad)
        return;
    o->n = n;
    memcpy(o->kind, kinds, n);
}

static void take(struct cursor *c, struct record *r, uint32_t f)
{
    enum width width = schema_fields[f].width;
    void *at = (uint8_t *)r + places[f];

    if (width == WIDTH_OPTS) {
        take_opts(c, at);
        return;
    }
    const uint8_t *bytes = cursor_take(c, sizes[width]);
    if (!bytes)
        return;
    if (width == WIDTH_ADDR) {
        struct addr a = addr_from_bytes(bytes);

        memcpy(at, &a, sizeof a);
        return;
    }
    memcpy(at, bytes, sizes[width]);
}

bool trace_unframe(const uint8_t *bytes, size_t len, struct record *r)
{
    struct cursor c = {bytes, bytes + len, false};

    while (c.at < c.end && !c.bad) {
        uint32_t f = cursor_u8(&c);

        if (f >= FIELD_COUNT || outside >> f & 1)
            return false;
        take(&c, r, f);
        if (!c.bad)
            r->present |= UINT64_C(1) << f;
    }
    return !c.bad;
}
