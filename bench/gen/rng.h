/* rng.h - xoshiro256** 1.0 (Blackman and Vigna, 2018) and draws from it. The
 * caller owns the state; one thread. Never two draws in one expression or
 * argument list: C leaves their order open, and the bytes must not. */
#ifndef GEN_RNG_H
#define GEN_RNG_H

#include <math.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* splitmix64 (Steele, Lea, Flood, 2014): a hash of one word. */
static inline uint64_t rng_mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline void rng_seed(struct rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = seed = rng_mix(seed);
}

static inline uint64_t rng_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t drawn = rng_rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rng_rotate(s[3], 45);
    return drawn;
}

static inline uint32_t rng_word(struct rng *r)
{
    return (uint32_t)rng_next(r);
}

static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)(((__uint128_t)rng_next(r) * n) >> 64);
}

/* from, from + 1, .. from + n - 1 */
static inline uint16_t rng_from(struct rng *r, uint32_t from, uint32_t n)
{
    return (uint16_t)(from + rng_below(r, n));
}

/* [0, 1) */
static inline double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

static inline double rng_exponential(struct rng *r, double mean)
{
    return -mean * log1p(-rng_unit(r));
}

static inline double rng_pareto(struct rng *r, double least, double shape)
{
    return least / pow(1 - rng_unit(r), 1 / shape);
}

/* A waiting time in ns; the mean is in seconds. */
static inline int64_t rng_wait(struct rng *r, double mean)
{
    return (int64_t)(1e9 * rng_exponential(r, mean));
}

/* One element of an array. */
#define RNG_PICK(r, list) ((list)[rng_below(r, sizeof(list) / sizeof *(list))])

#endif
