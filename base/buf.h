/* buf.h - a growing run of bytes, owned by whoever declared it; {0} is empty.
 * Out of memory ends the process. Integers are written little-endian. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

struct buf {
    uint8_t *data;
    size_t len, cap;
};

void buf_reserve(struct buf *b, size_t more); /* room for `more` bytes */
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_fill(struct buf *b, uint8_t byte, size_t len);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_free(struct buf *b);

#endif
