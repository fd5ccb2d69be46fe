/* mmdb.c - a tree of bits in memory, and its encoding. */
#include "tests/mmdb.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

enum { NODES_MAX = 65536, NOTHING = -1 };

struct tree {
    int32_t side[NODES_MAX][2]; /* a node, NOTHING, or -2 - a network */
    uint32_t nodes;
};

static int bit_of(struct addr a, int i)
{
    return (int)((i < 64 ? a.hi : a.lo) >> (63 - i % 64) & 1);
}

static int32_t new_node(struct tree *t, int32_t below)
{
    assert_true(t->nodes < NODES_MAX);
    t->side[t->nodes][0] = t->side[t->nodes][1] = below;
    return (int32_t)t->nodes++;
}

static void insert(struct tree *t, const struct mmdb_net *net, int32_t value,
                   uint32_t version)
{
    struct addr base = net->base;
    int32_t node = 0;

    if (addr_is_v4(base))
        base.lo &= UINT32_MAX;
    for (int i = version == 4 ? 96 : 0; i < net->bits; i++) {
        int32_t *next = &t->side[node][bit_of(base, i)];
        if (i + 1 == net->bits)
            *next = value;
        else if (*next < 0)
            *next = new_node(t, *next);
        node = *next;
    }
}

static void put_text(struct buf *out, const char *text)
{
    buf_u8(out, (uint8_t)(2 << 5 | strlen(text)));
    buf_put(out, text, strlen(text));
}

static void put_number(struct buf *out, uint32_t n)
{
    buf_u8(out, 6 << 5 | 4);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_u8(out, (uint8_t)(n >> shift));
}

/* A map, with members before it that a reader must step over. */
static void put_value(struct buf *out, const struct mmdb_net *net)
{
    buf_u8(out,
           (uint8_t)(7 << 5 | (1 + (net->asn > 0) + (net->country[0] > 0))));
    put_text(out, "more");
    buf_u8(out, 2); /* an array of two */
    buf_u8(out, 11 - 7);
    put_text(out, "x");
    buf_u8(out, 1); /* true */
    buf_u8(out, 14 - 7);
    if (net->country[0]) {
        put_text(out, "country");
        buf_u8(out, 7 << 5 | 1);
        put_text(out, "iso_code");
        put_text(out, net->country);
    }
    if (net->asn) {
        put_text(out, "autonomous_system_number");
        put_number(out, net->asn);
    }
}

static void put_record(struct buf *out, const uint32_t v[2], uint32_t bits)
{
    uint8_t b[8] = {(uint8_t)(v[0] >> 16), (uint8_t)(v[0] >> 8), (uint8_t)v[0],
                    (uint8_t)(v[1] >> 16), (uint8_t)(v[1] >> 8), (uint8_t)v[1]};

    if (bits == 28) {
        memmove(b + 4, b + 3, 3);
        b[3] = (uint8_t)(v[0] >> 24 << 4 | v[1] >> 24);
    } else if (bits == 32) {
        for (int i = 0; i < 8; i++)
            b[i] = (uint8_t)(v[i / 4] >> (24 - 8 * (i % 4)));
    }
    buf_put(out, b, bits / 4);
}

static void put_tree(struct buf *out, const struct tree *t,
                     const uint32_t *place, uint32_t bits)
{
    for (uint32_t i = 0; i < t->nodes; i++) {
        uint32_t v[2];
        for (int k = 0; k < 2; k++) {
            int32_t side = t->side[i][k];
            v[k] = side == NOTHING ? t->nodes
                   : side < 0      ? t->nodes + 16 + place[-2 - side]
                                   : (uint32_t)side;
        }
        put_record(out, v, bits);
    }
}

static void put_metadata(struct buf *out, uint32_t nodes, uint32_t bits,
                         uint32_t version)
{
    buf_put(out, "\xab\xcd\xefMaxMind.com", 14);
    buf_u8(out, 7 << 5 | 3);
    put_text(out, "node_count");
    put_number(out, nodes);
    put_text(out, "record_size");
    put_number(out, bits);
    put_text(out, "ip_version");
    put_number(out, version);
}

void mmdb_write(struct buf *out, const struct mmdb_net *net, uint32_t n,
                uint32_t record_bits, uint32_t version)
{
    static const uint8_t separator[16];
    struct tree *t = calloc(1, sizeof *t);
    struct buf values = {0};
    uint32_t place[MMDB_NETS_MAX];

    assert_true(t && n <= MMDB_NETS_MAX);
    new_node(t, NOTHING);
    for (uint8_t bits = 1; bits <= 128 && bits > 0; bits++) {
        for (uint32_t i = 0; i < n; i++) {
            if (net[i].bits == bits)
                insert(t, &net[i], -2 - (int32_t)i, version);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        place[i] = (uint32_t)values.len;
        put_value(&values, &net[i]);
    }
    put_tree(out, t, place, record_bits);
    buf_put(out, separator, sizeof separator);
    buf_put(out, values.data, values.len);
    put_metadata(out, t->nodes, record_bits, version);
    buf_free(&values);
    free(t);
}
