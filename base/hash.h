/* hash.h - XXH3: checksums, running digests, and keyed hashes for tables that
 * captures fill (an attacker must not choose who collides). */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t hi, lo;
};

uint64_t hash_bytes(const void *data, size_t len, uint64_t key);

/* d := XXH3-128 of (d, head, body): a digest over a sequence of records. */
void hash_chain(struct digest *d, const void *head, size_t head_len,
                const void *body, size_t body_len);

/* A secret drawn once from the system, the same for the whole process. */
uint64_t hash_secret(void);

/* Mixes one 64-bit word into a running hash; for keys of a few words. */
static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
    __uint128_t m = (__uint128_t)(h ^ v ^ 0x9e3779b97f4a7c15u) *
                    (0xd6e8feb86659fd93u ^ (h << 1));

    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
