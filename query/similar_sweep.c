/* similar_sweep.c - counts hosts by network, then by host part. */
#include "query/similar_sweep.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 32, FEW = 4, HOME_SMALL = 64 };

/* How hosts are counted, from how many on a part is dense, and from how many
 * on it goes too, once one is. */
struct counting {
    struct addr (*part)(struct addr host);
    uint32_t dense[2], few[2]; /* of IPv6, of IPv4 */
};

static struct addr net_of(struct addr host)
{
    if (addr_is_v4(host))
        host.lo &= ~UINT64_C(0xff);
    else
        host.lo = 0;
    return host;
}

static struct addr part_of(struct addr host)
{
    if (addr_is_v4(host))
        return addr_from_v4((uint32_t)(host.lo & 0xff));
    return (struct addr){0, host.lo};
}

/* Host parts of IPv6 may look like an octet, so the family counts too. */
struct part {
    struct addr at;
    bool v4;
};

static struct part part_in(const struct counting *c, struct addr host)
{
    return (struct part){c->part(host), addr_is_v4(host)};
}

static int compare(struct part a, struct part b)
{
    return a.v4 != b.v4 ? (int)a.v4 - (int)b.v4 : addr_cmp(a.at, b.at);
}

static int by_net(const void *x, const void *y)
{
    const struct addr *a = x, *b = y;

    return addr_cmp(*a, *b);
}

static int by_part(const void *x, const void *y)
{
    const struct addr *a = x, *b = y;
    struct part l = {part_of(*a), addr_is_v4(*a)};
    struct part r = {part_of(*b), addr_is_v4(*b)};

    return compare(l, r);
}

/* host[0..n), sorted by part: how many from `from` on are of its part. */
static uint32_t run_of(const struct counting *c, const struct addr *host,
                       uint32_t n, uint32_t from)
{
    struct part first = part_in(c, host[from]);
    uint32_t end = from + 1;

    while (end < n && compare(part_in(c, host[end]), first) == 0)
        end++;
    return end - from;
}

static bool has_dense(const struct counting *c, const struct addr *host,
                      uint32_t n)
{
    uint32_t run;

    for (uint32_t i = 0; i < n; i += run) {
        run = run_of(c, host, n, i);
        if (run >= c->dense[addr_is_v4(host[i])])
            return true;
    }
    return false;
}

/* Takes out the parts that are not few; returns how many they are. */
static uint32_t take(const struct counting *c, struct addr *host, uint32_t *n,
                     struct addr *first)
{
    uint32_t kept = 0, parts = 0, run;

    for (uint32_t i = 0; i < *n; i += run) {
        run = run_of(c, host, *n, i);
        if (run < c->few[addr_is_v4(host[i])]) {
            memmove(host + kept, host + i, run * sizeof *host);
            kept += run;
        } else if (parts++ == 0) {
            *first = c->part(host[i]);
        }
    }
    *n = kept;
    return parts;
}

uint32_t similar_sweep_octets(uint32_t networks)
{
    if (networks == 0 || networks >= HOME_SMALL)
        return MANY;
    return networks / 2 > 2 ? networks / 2 : 2;
}

/* Takes the dense parts out, as one sweep. */
static struct similar_sweep sweep(const struct counting *c, struct addr *host,
                                  uint32_t *n, enum similar_sweep_kind one)
{
    struct addr first = {0, 0};

    if (take(c, host, n, &first) == 1)
        return (struct similar_sweep){one, first};
    return (struct similar_sweep){
        one + 1, {0, 0}
    };
}

uint32_t similar_sweep_take(struct addr *host, uint32_t *n, uint32_t octets,
                            struct addr *room,
                            struct similar_sweep out[SIMILAR_SWEEPS_MAX])
{
    const struct counting nets = {
        net_of, {MANY, MANY},
         {FEW,  FEW }
    };
    const struct counting parts = {
        part_of, {MANY, octets                     },
         {FEW,  octets < FEW ? octets : FEW}
    };
    uint32_t sweeps = 0;

    if (*n >= MANY && has_dense(&nets, host, *n))
        out[sweeps++] = sweep(&nets, host, n, SIMILAR_SWEEP_NET);
    if (*n < (octets < MANY ? octets : MANY))
        return sweeps;
    memcpy(room, host, *n * sizeof *host);
    qsort(room, *n, sizeof *room, by_part);
    if (!has_dense(&parts, room, *n))
        return sweeps;
    out[sweeps++] = sweep(&parts, room, n, SIMILAR_SWEEP_HOST);
    memcpy(host, room, *n * sizeof *host);
    qsort(host, *n, sizeof *host, by_net);
    return sweeps;
}
