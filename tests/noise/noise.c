/* noise.c - noise PACKETS MONTHS: a capture on standard output whose packets
 * share nothing: random addresses, ports, numbers, TCP options and MAC
 * addresses, IPv4 and IPv6 in turn, at random times of so many months. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHERNET = 14, TCP = 60, FRAME = ETHERNET + 40 + TCP };

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(uint8_t *p, size_t n)
{
    while (n-- > 0)
        *p++ = (uint8_t)(next() >> 32);
}

static void u32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

/* Time stamps, maximum segment size and window scale, then random kinds. */
static void options(uint8_t *p)
{
    static const uint8_t known[] = {2, 4, 0, 0, 3, 3, 7, 8, 10};

    memcpy(p, known, sizeof known);
    p[6] = (uint8_t)next();
    for (int i = 17; i < 40; i++)
        p[i] = 1;
    p[17 + next() % 22] = 4;
    p[39] = 0;
}

static uint32_t frame(uint8_t *p, int six)
{
    uint32_t ip = six ? 40 : 20, len = ETHERNET + ip + TCP;

    fill(p, len);
    p[12] = six ? 0x86 : 0x08;
    p[13] = six ? 0xdd : 0x00;
    if (six) {
        p[14] = 0x60 | (p[14] & 15);
        p[18] = 0, p[19] = TCP, p[20] = 6;
    } else {
        p[14] = 0x45;
        p[16] = 0, p[17] = 20 + TCP;
        p[20] &= 0x40, p[21] = 0, p[23] = 6;
    }
    p[ETHERNET + ip + 12] = 0xf0;
    options(p + ETHERNET + ip + 20);
    return len;
}

int main(int argc, char **argv)
{
    unsigned long n = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long months = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    uint32_t head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};

    if (n == 0 || months == 0) {
        fprintf(stderr, "usage: noise PACKETS MONTHS\n");
        return 2;
    }
    fwrite(head, sizeof head, 1, stdout);
    for (unsigned long i = 0; i < n; i++) {
        uint8_t p[16 + FRAME];
        uint32_t len = frame(p + 16, (int)(i & 1));
        u32(p, (uint32_t)(1577836800u + next() % (months * 2629800)));
        u32(p + 4, (uint32_t)(next() % 1000000));
        u32(p + 8, len);
        u32(p + 12, len);
        fwrite(p, 16 + len, 1, stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
