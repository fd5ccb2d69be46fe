/* checksum.c - the internet checksum over headers and whole segments. */
#include "ingest/layer.h"

uint64_t layer_sum(const uint8_t *p, uint32_t n)
{
    uint64_t sum = 0;
    uint32_t word;

    for (; n >= 4; p += 4, n -= 4) {
        memcpy(&word, p, 4);
        sum += word;
    }
    if (n) {
        word = 0;
        memcpy(&word, p, n);
        sum += word;
    }
    return sum;
}

uint16_t layer_fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

uint64_t layer_pseudo(const struct layer_segment *s, uint32_t len)
{
    uint8_t tail[8] = {(uint8_t)(len >> 24),
                       (uint8_t)(len >> 16),
                       (uint8_t)(len >> 8),
                       (uint8_t)len,
                       0,
                       0,
                       0,
                       s->proto};

    return s->pseudo + layer_sum(tail, sizeof tail);
}

bool layer_sum_ok(const struct layer_segment *s, uint32_t len, uint32_t at)
{
    uint64_t pseudo = layer_pseudo(s, len);
    uint16_t stored;

    if (layer_fold(pseudo + layer_sum(s->body.at, len)) == 0xffff)
        return true;
    memcpy(&stored, s->body.at + at, sizeof stored);
    return stored == layer_fold(pseudo) ||
           stored == layer_fold(layer_pseudo(s, 0));
}
