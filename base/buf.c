/* buf.c - the growing run of bytes. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->len >= more)
        return;
    if (more > SIZE_MAX / 2 - b->len)
        err_no_memory();
    size_t cap = b->cap < 64 ? 64 : b->cap * 2;
    if (cap < b->len + more)
        cap = b->len + more;
    uint8_t *data = memory_resize(b->data, cap);
    b->data = data;
    b->cap = cap;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    buf_reserve(b, len);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

void buf_fill(struct buf *b, uint8_t byte, size_t len)
{
    if (len == 0)
        return;
    buf_reserve(b, len);
    memset(b->data + b->len, byte, len);
    b->len += len;
}

static void put_le(struct buf *b, uint64_t v, size_t bytes)
{
    buf_reserve(b, bytes);
    for (size_t i = 0; i < bytes; i++)
        b->data[b->len++] = (uint8_t)(v >> (8 * i));
}

void buf_u8(struct buf *b, uint8_t v)
{
    put_le(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
    put_le(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
    put_le(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
    put_le(b, v, 8);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n <= 0)
        return;
    buf_reserve(b, (size_t)n + 1);
    va_start(ap, fmt);
    vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
