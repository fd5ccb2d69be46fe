/* place.c - see place.h. */
#include "bench/gen/place.h"

/* First bytes that carry much of the traffic on the real network. */
static const uint8_t busy[] = {
    5,   23,  31,  34,  35,  37,  45,  46,  52,  54,  61,  77,  80,  85,
    89,  91,  93,  94,  103, 104, 109, 112, 113, 114, 115, 116, 117, 118,
    119, 121, 122, 123, 125, 138, 139, 142, 144, 146, 149, 151, 154, 157,
    159, 162, 164, 167, 172, 173, 176, 178, 179, 180, 181, 182, 183, 185,
    186, 187, 188, 189, 190, 191, 193, 194, 195, 200, 201, 202, 206, 209,
    210, 211, 212, 213, 216, 217, 218, 219, 220, 221, 222};

static uint32_t first_byte(uint64_t hash)
{
    uint64_t pick = hash >> 3;
    uint32_t byte = (uint32_t)(1 + pick % 222);

    if (hash & 7)
        byte = busy[pick % sizeof busy];
    return byte == 10 || byte == 127 ? 45 : byte;
}

uint32_t place_public(uint64_t hash)
{
    uint32_t byte = first_byte(hash), rest = (uint32_t)(hash >> 20);
    uint32_t ip = byte << 24 | (rest & 0xffffff);

    if (byte == 172) /* 172.64.0.0/10, clear of the private 172.16.0.0/12 */
        ip = 0xac400000u | (rest & 0x3fffff);
    if (place_is_home(ip) || ip >> 16 == 0xc0a8 || ip >> 16 == 0xa9fe)
        ip ^= 0x00550000;
    return ip;
}

static void put_word(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}

void place_put_v6(uint8_t bytes[16], uint32_t ip)
{
    uint32_t net = place_is_home(ip) ? (uint32_t)PLACE_HOME_V6 << 16
                                     : 0x0e000000 | ip >> 16;

    put_word(bytes, PLACE_V6);
    put_word(bytes + 4, net);
    put_word(bytes + 8, 0);
    put_word(bytes + 12, ip);
}
