/* cursor.h - reading bytes that someone else wrote, never past their end.
 * Integers are little-endian; the bytes are borrowed. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reading past the end yields 0 and sets `bad`, so that a decoder checks once
 * at its end. */
struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

const uint8_t *cursor_take(struct cursor *c, size_t len); /* NULL: too short */
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);

#endif
