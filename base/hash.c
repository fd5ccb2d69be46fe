/* hash.c - XXH3 behind our names. */
#include "base/hash.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_bytes(const void *data, size_t len, uint64_t key)
{
    return XXH3_64bits_withSeed(data, len, key);
}

/* The digest before goes in as 16 bytes, lo then hi, little-endian. */
static void digest_bytes(const struct digest *d, uint8_t out[16])
{
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(d->lo >> (8 * i));
        out[i + 8] = (uint8_t)(d->hi >> (8 * i));
    }
}

static XXH128_hash_t hash_parts(const uint8_t first[16], const void *head,
                                size_t head_len, const void *body,
                                size_t body_len)
{
    XXH3_state_t state;

    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, first, 16);
    XXH3_128bits_update(&state, head, head_len);
    XXH3_128bits_update(&state, body, body_len);
    return XXH3_128bits_digest(&state);
}

void hash_chain(struct digest *d, const void *head, size_t head_len,
                const void *body, size_t body_len)
{
    uint8_t all[512];
    XXH128_hash_t h;

    digest_bytes(d, all);
    /* Short records, the common case, are hashed in one piece. */
    if (head_len <= 64 && body_len <= sizeof all - 16 - 64) {
        if (head_len > 0)
            memcpy(all + 16, head, head_len);
        if (body_len > 0)
            memcpy(all + 16 + head_len, body, body_len);
        h = XXH3_128bits(all, 16 + head_len + body_len);
    } else {
        h = hash_parts(all, head, head_len, body, body_len);
    }
    *d = (struct digest){.hi = h.high64, .lo = h.low64};
}

static uint64_t draw_secret(void)
{
    uint64_t v = 0;
    struct timespec now;

    if (getentropy(&v, sizeof v) == 0 && v != 0)
        return v;
    clock_gettime(CLOCK_REALTIME, &now);
    v = (uint64_t)(uintptr_t)&now ^ (uint64_t)getpid() << 32;
    return hash_mix(v, (uint64_t)now.tv_nsec) | 1;
}

uint64_t hash_secret(void)
{
    static _Atomic uint64_t secret; /* 0 until drawn */
    uint64_t none = 0;

    if (secret == 0)
        atomic_compare_exchange_strong(&secret, &none, draw_secret());
    return secret;
}
