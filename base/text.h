/* text.h - text from outside made safe to show. Nothing from a capture or a
 * file name reaches a terminal, a csv or a page but through here. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Control bytes, DEL, escapes, characters that turn the direction of writing,
 * and bytes that are no UTF-8 become \xHH. */
void text_print(FILE *out, const char *s, size_t len);
/* How many columns text_print fills, at one a character. */
size_t text_width(const char *s, size_t len);
/* A JSON string with its quotes (RFC 8259 7); the same characters escaped. */
void text_print_json(FILE *out, const char *s, size_t len);
/* "12k", "3.4M" and the like for people; bytes: KiB, MiB, GiB. */
size_t text_count(char out[24], uint64_t n);
size_t text_bytes(char out[24], uint64_t n);
/* "256M", "1GiB", "1g", "65536": bytes. False: no size. */
bool text_parse_size(const char *s, uint64_t *out);

#endif
