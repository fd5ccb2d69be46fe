/* packet_build_tcp.c - TCP (RFC 9293) with its options. Of these the kinds are
 * kept, and the values of some; the first one of unknown length takes what the
 * others leave. */
#include <string.h>

#include "cli/packet.h"

enum { OPT_SACK = 5, SACK_SHORTEST = 10, UNKNOWN_SHORTEST = 2 };

struct option {
    const char *name;
    uint8_t kind, len; /* len 0: unknown */
    enum field_id value[2];
    uint8_t bytes; /* of a value */
};

static const struct option known[] = {
    {"eol",  0, 1,  {FIELD_COUNT, FIELD_COUNT},  0},
    {"nop",  1, 1,  {FIELD_COUNT, FIELD_COUNT},  0},
    {"mss",  2, 4,  {FIELD_MSS, FIELD_COUNT},    2},
    {"ws",   3, 3,  {FIELD_WSCALE, FIELD_COUNT}, 1},
    {"sok",  4, 2,  {FIELD_COUNT, FIELD_COUNT},  0},
    {"sack", 5, 0,  {FIELD_COUNT, FIELD_COUNT},  0},
    {"ts",   8, 10, {FIELD_TSVAL, FIELD_TSECR},  4},
};

/* The option at *s, which moves behind it. */
static struct option next_option(const char **s, const char *end)
{
    const char *comma = memchr(*s, ',', (size_t)(end - *s));
    size_t len = (size_t)((comma ? comma : end) - *s);
    struct option o = {
        .value = {FIELD_COUNT, FIELD_COUNT}
    };
    unsigned kind = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == len && memcmp(known[i].name, *s, len) == 0)
            o = known[i];
    for (size_t i = 0; !o.name && i < len; i++)
        kind = kind * 10 + ((unsigned)(*s)[i] - '0');
    if (!o.name)
        o.kind = (uint8_t)kind;
    *s = comma ? comma + 1 : end;
    return o;
}

static uint32_t shortest(const struct option *o)
{
    if (o->len)
        return o->len;
    return o->kind == OPT_SACK ? SACK_SHORTEST : UNKNOWN_SHORTEST;
}

static void put_option(struct packet_parts *b, const struct option *o,
                       uint32_t len)
{
    packet_raw(b, o->kind, 1);
    if (o->len == 1)
        return;
    packet_raw(b, len, 1);
    for (int i = 0; i < 2 && o->value[i] != FIELD_COUNT; i++)
        packet_field(b, o->value[i], o->bytes);
    for (uint32_t i = 2; !o->len && i < len; i++)
        packet_raw(b, 0, 1);
}

/* Bytes that the options leave of `room`. */
static uint32_t spare(const struct packet_fields *p, uint32_t room)
{
    const char *s = p->optsig, *end = s + p->optsig_len;
    uint32_t taken = 0;

    while (s < end) {
        struct option o = next_option(&s, end);

        taken += shortest(&o);
    }
    return taken < room ? room - taken : 0;
}

static void put_options(struct packet_parts *b, uint32_t room)
{
    const char *s = b->p->optsig, *end = s + b->p->optsig_len;
    uint32_t left = spare(b->p, room);
    size_t most = b->out->len + room;
    bool ended = false;

    while (s < end && !b->cut && b->out->len < most) {
        struct option o = next_option(&s, end);
        uint32_t len = shortest(&o);

        if (!o.len) {
            len += left;
            left = 0;
        }
        put_option(b, &o, len);
        ended = o.kind == 0;
    }
    while (ended && !b->cut && b->out->len < most)
        packet_raw(b, 0, 1);
    if (b->out->len > most)
        b->out->len = most;
}

/* The list of kinds was cut: what was read of values, then the cut again. */
static void put_values(struct packet_parts *b, uint32_t room)
{
    size_t most = b->out->len + room;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].bytes && packet_has(b, known[i].value[0]))
            put_option(b, &known[i], known[i].len);
    if (b->out->len > most)
        b->out->len = most;
}

void packet_tcp(struct packet_parts *b)
{
    int64_t doff = b->p->n[FIELD_DOFF];
    int64_t resv = packet_has(b, FIELD_RESV) ? b->p->n[FIELD_RESV] : 0;

    packet_field(b, FIELD_SPORT, 2);
    packet_field(b, FIELD_DPORT, 2);
    packet_field(b, FIELD_SEQ, 4);
    packet_field(b, FIELD_ACKNO, 4);
    b->cut = b->cut || !packet_has(b, FIELD_DOFF);
    packet_raw(b,
               (uint64_t)doff / 4 << 4 | (uint64_t)(resv & 14) |
                   (uint64_t)(b->p->n[FIELD_FLAGS] >> 8 & 1),
               1);
    b->cut = b->cut || !packet_has(b, FIELD_FLAGS);
    packet_raw(b, (uint64_t)b->p->n[FIELD_FLAGS] & 0xff, 1);
    packet_field(b, FIELD_WIN, 2);
    packet_raw(b, 0, 2);
    packet_field(b, FIELD_URG, 2);
    if (doff <= 20)
        return;
    if (packet_has(b, FIELD_OPTSIG))
        put_options(b, (uint32_t)doff - 20);
    else
        put_values(b, (uint32_t)doff - 20);
}
