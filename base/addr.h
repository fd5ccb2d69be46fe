/* addr.h - one address type for IPv4 and IPv6. IPv4 a.b.c.d is held as
 * ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that one code path serves both. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The 128 bits as two numbers: comparing hi, then lo, is the byte order. */
struct addr {
    uint64_t hi, lo;
};

struct addr_range {
    struct addr lo, hi; /* lo <= hi, both included */
};

enum { ADDR_TEXT_MAX = 64 }; /* longest text with a prefix length, and NUL */

static inline struct addr addr_from_v4(uint32_t v4)
{
    return (struct addr){0, 0xffff00000000u | v4};
}

static inline bool addr_is_v4(struct addr a)
{
    return a.hi == 0 && a.lo >> 32 == 0xffff;
}

static inline int addr_cmp(struct addr a, struct addr b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static inline bool addr_eq(struct addr a, struct addr b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

struct addr addr_from_bytes(const uint8_t bytes[16]); /* network order */
void addr_to_bytes(struct addr a, uint8_t bytes[16]);

/* The next (previous) address; false at the end of the space. */
bool addr_next(struct addr *a);
bool addr_prev(struct addr *a);

/* "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1". False: no address. */
bool addr_parse(const char *text, size_t len, struct addr *out);

/* "10.0.0.0/8", "10/8", "192.168", "2001:db8::/32", or a lone address. A
 * short IPv4 form without a length has 8 bits a part, as in tcpdump. Host
 * bits are cleared. `bits` is the prefix length of 128 (IPv4: 96 + its own).
 * False: no network. */
bool addr_parse_net(const char *text, size_t len, struct addr *base,
                    uint8_t *bits);

/* All addresses whose first `bits` (of 128) equal those of `base`. */
struct addr_range addr_net_range(struct addr base, uint8_t bits);

/* RFC 5952 text; IPv4 without ::ffff:. Returns the length. */
size_t addr_format(char out[ADDR_TEXT_MAX], struct addr a);

#endif
