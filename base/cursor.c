/* cursor.c - bounds-checked reading. */
#include "base/cursor.h"

const uint8_t *cursor_take(struct cursor *c, size_t len)
{
    const uint8_t *p = c->at;

    if (len > (size_t)(c->end - c->at)) {
        c->bad = true;
        c->at = c->end;
        return NULL;
    }
    c->at += len;
    return p;
}

static uint64_t take_le(struct cursor *c, size_t bytes)
{
    const uint8_t *p = cursor_take(c, bytes);
    uint64_t v = 0;

    for (size_t i = bytes; p && i > 0; i--)
        v = v << 8 | p[i - 1];
    return v;
}

uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)take_le(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)take_le(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)take_le(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
    return take_le(c, 8);
}
