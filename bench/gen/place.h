/* place.h - which addresses are ours and which the world outside may have.
 * Home is 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737). A host a.b.c.d with
 * IPv6 has 2001:db8:1::a.b.c.d at home, outside 2001:db8:e00:a.b::a.b.c.d
 * (RFC 3849). IPv4 addresses here are numbers. */
#ifndef GEN_PLACE_H
#define GEN_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_NET_A   0xc6336400u     /* 198.51.100.0/24 */
#define PLACE_NET_B   0xcb007100u     /* 203.0.113.0/24 */
#define PLACE_HOME_V6 0x20010db80001u /* 2001:db8:1::/48 */
#define PLACE_V6      0x20010db8u     /* 2001:db8::/32 */
#define PLACE_HOME_JSON                                                        \
    "\"198.51.100.0/24\",\"203.0.113.0/24\",\"2001:db8:1::/48\""

static inline bool place_is_home(uint32_t ip)
{
    uint32_t net = ip & 0xffffff00;

    return net == PLACE_NET_A || net == PLACE_NET_B;
}

/* A public address for a hash: busy /8s more often, never home, loopback,
 * link-local or private. */
uint32_t place_public(uint64_t hash);

/* The 16 bytes of the IPv6 address that goes with ip. */
void place_put_v6(uint8_t bytes[16], uint32_t ip);

#endif
