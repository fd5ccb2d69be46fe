/* strtab.h - interned text: equal strings have equal ids, so that text columns
 * are integers. Ids count from 0 in order of first appearance and say nothing
 * about order: compare with strtab_cmp. A table belongs to one query. */
#ifndef BASE_STRTAB_H
#define BASE_STRTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct strtab {
    struct arena arena;
    struct strtab_entry {
        const char *s; /* NUL-terminated; may hold NULs before */
        uint32_t len;
    } * entry;
    uint32_t n, cap;
    uint32_t *slot; /* open addressing over ids + 1 */
    uint32_t slots;
};

uint32_t strtab_intern(struct strtab *t, const char *s, size_t len);
const char *strtab_text(const struct strtab *t, uint32_t id, size_t *len);
int strtab_cmp(const struct strtab *t, uint32_t a, uint32_t b); /* bytes */
void strtab_free(struct strtab *t);

#endif
