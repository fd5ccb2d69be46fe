/* dense_time.c - times as steps: how many bits a step has, and these bits. */
#include <endian.h>
#include <string.h>

#include "store/dense.h"

static uint32_t bits_of(uint64_t v)
{
    return v ? 64 - (uint32_t)__builtin_clzll(v) : 0;
}

/* Bits that have not made up a word yet; they are written from the lowest. */
struct bits {
    uint64_t word;
    uint32_t n;
    uint8_t *at;
};

static void put_word(struct bits *b)
{
    uint64_t le = htole64(b->word);

    memcpy(b->at, &le, 8);
    b->at += 8;
}

static inline void put_bits(struct bits *b, uint64_t v, uint32_t n)
{
    b->word |= v << b->n;
    if (b->n + n >= 64) {
        put_word(b);
        b->word = b->n ? v >> (64 - b->n) : 0;
        b->n -= 64;
    }
    b->n += n;
}

size_t dense_time_pack(const int64_t *time, uint32_t n, uint8_t *sizes,
                       uint8_t *mantissa)
{
    struct bits b = {.at = mantissa};

    sizes[0] = 0;
    for (uint32_t i = 1; i < n; i++) {
        uint64_t step = (uint64_t)time[i] - (uint64_t)time[i - 1];
        uint32_t size = bits_of(step);
        sizes[i] = (uint8_t)size;
        if (size > 1)
            put_bits(&b, step ^ UINT64_C(1) << (size - 1), size - 1);
    }
    put_word(&b);
    return (size_t)(b.at - mantissa) - 8 + (b.n + 7) / 8;
}

static inline uint64_t get_bits(const uint8_t *in, uint64_t at, uint32_t n)
{
    uint64_t word;

    memcpy(&word, in + at / 8, 8);
    word = le64toh(word) >> (at % 8);
    if (n > 64 - at % 8)
        word |= (uint64_t)in[at / 8 + 8] << (64 - at % 8);
    return word & ((UINT64_C(1) << n) - 1);
}

bool dense_time_unpack(const uint8_t *sizes, uint32_t n,
                       const uint8_t *mantissa, size_t len, int64_t *time)
{
    uint64_t now = (uint64_t)time[0], at = 0, most = (uint64_t)len * 8;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = sizes[i];
        if (size > 1) {
            if (size > 64 || most - at < size - 1)
                return false;
            now += get_bits(mantissa, at, size - 1);
            at += size - 1;
        }
        now += size ? UINT64_C(1) << (size - 1) : 0;
        time[i] = (int64_t)now;
    }
    return true;
}
