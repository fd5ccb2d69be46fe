/* bind_accessor.c - tcpdump's header accessors, put together again from the
 * fields that were read from those bytes. */
#include <string.h>

#include "query/bind.h"

/* Bits of a field that lie in one byte: (value >> right & mask) << left. For
 * addresses `word` is the 32 bits that are meant. */
struct part {
    enum field_id field;
    uint8_t right;
    uint8_t mask;
    uint8_t left;
    uint8_t word;
};

/* Bytes first to last of a header; a field of several bytes is one row, its
 * lowest byte last. */
struct bytes {
    uint8_t first, last;
    struct part part;
};

struct header {
    const char *name;
    const char *upper; /* in messages */
    int64_t protocol;  /* condition: a test of FIELD_PROTO, or IP's version */
    int64_t kept;      /* bytes 0 to kept - 1 are the header */
    const char *rest;  /* what lies behind them */
    int64_t sum;       /* where the checksum is, or -1 */
    const struct bytes *bytes;
    uint32_t n;
};

#define BYTE(byte, field, right, mask, left)                                   \
    {                                                                          \
        (byte), (byte),                                                        \
        {                                                                      \
            FIELD_##field, right, mask, left, 0                                \
        }                                                                      \
    }
#define WHOLE(first, last, field)                                              \
    {                                                                          \
        first, last,                                                           \
        {                                                                      \
            FIELD_##field, 0, 0xff, 0, 0                                       \
        }                                                                      \
    }
#define WORD(first, field, word)                                               \
    {                                                                          \
        (first), (first) + 3,                                                  \
        {                                                                      \
            FIELD_##field, 0, 0xff, 0, (word)                                  \
        }                                                                      \
    }

/* RFC 791 3.1 */
static const struct bytes ip_bytes[] = {
    BYTE(0, IPVER, 0, 0x0f, 4),
    BYTE(0, IPHL, 2, 0x0f, 0),
    WHOLE(1, 1, TOS),
    WHOLE(2, 3, IPLEN),
    WHOLE(4, 5, IPID),
    BYTE(6, RESV, 0, 0x01, 7),
    BYTE(6, DF, 0, 0x01, 6),
    BYTE(6, MF, 0, 0x01, 5),
    BYTE(6, FRAGOFF, 11, 0x1f, 0),
    BYTE(7, FRAGOFF, 3, 0xff, 0),
    WHOLE(8, 8, TTL),
    WHOLE(9, 9, PROTO),
    WORD(12, SRC, 3),
    WORD(16, DST, 3),
};

/* RFC 8200 3; the payload length is iplen - 40 */
static const struct bytes ip6_bytes[] = {
    BYTE(0, IPVER, 0, 0x0f, 4),
    BYTE(0, TOS, 4, 0x0f, 0),
    BYTE(1, TOS, 0, 0x0f, 4),
    BYTE(1, FLOWLABEL, 16, 0x0f, 0),
    BYTE(2, FLOWLABEL, 8, 0xff, 0),
    BYTE(3, FLOWLABEL, 0, 0xff, 0),
    WHOLE(4, 5, IPLEN),
    WHOLE(6, 6, PROTO),
    WHOLE(7, 7, TTL),
    WORD(8, SRC, 0),
    WORD(12, SRC, 1),
    WORD(16, SRC, 2),
    WORD(20, SRC, 3),
    WORD(24, DST, 0),
    WORD(28, DST, 1),
    WORD(32, DST, 2),
    WORD(36, DST, 3),
};

/* RFC 9293 3.1; the low bit of byte 12 is NS, RFC 3540 */
static const struct bytes tcp_bytes[] = {
    WHOLE(0, 1, SPORT),
    WHOLE(2, 3, DPORT),
    WHOLE(4, 7, SEQ),
    WHOLE(8, 11, ACKNO),
    BYTE(12, DOFF, 2, 0x0f, 4),
    BYTE(12, RESV, 0, 0x0e, 0),
    BYTE(12, FLAGS, 8, 0x01, 0),
    WHOLE(13, 13, FLAGS),
    WHOLE(14, 15, WIN),
    WHOLE(18, 19, URG),
};

/* RFC 768 */
static const struct bytes udp_bytes[] = {
    WHOLE(0, 1, SPORT),
    WHOLE(2, 3, DPORT),
    WHOLE(4, 5, UDPLEN),
};

/* RFC 792, RFC 4443 2.1; 4 to 7 of echoes */
static const struct bytes icmp_bytes[] = {
    WHOLE(0, 0, ICMP_TYPE),
    WHOLE(1, 1, ICMP_CODE),
    WHOLE(4, 5, ICMP_ID),
    WHOLE(6, 7, ICMP_SEQ),
};

/* RFC 9260 3.1 */
static const struct bytes sctp_bytes[] = {
    WHOLE(0, 1, SPORT),
    WHOLE(2, 3, DPORT),
};

#define BYTES(x) x, sizeof(x) / sizeof((x)[0])

static const struct header headers[] = {
    {"ip",    "IPv4",   4,   20, "an option",            10, BYTES(ip_bytes)  },
    {"ip6",   "IPv6",   6,   40, "an extension header",  -1, BYTES(ip6_bytes) },
    {"tcp",   "TCP",    6,   20, "an option or payload", 16, BYTES(tcp_bytes) },
    {"udp",   "UDP",    17,  8,  "payload",              6,  BYTES(udp_bytes) },
    {"icmp",  "ICMP",   1,   8,  "payload",              2,  BYTES(icmp_bytes)},
    {"icmp6", "ICMPv6", 58,  8,  "payload",              2,  BYTES(icmp_bytes)},
    {"sctp",  "SCTP",   132, 12, "payload",              8,  BYTES(sctp_bytes)},
};

static const struct header *find_header(const char *name)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (strcmp(headers[i].name, name) == 0)
            return &headers[i];
    return NULL;
}

/* As BPF does: 32 bits without sign. */
static struct expr *op32(struct bind *b, enum ast_op op, struct expr *l,
                         uint32_t k)
{
    struct vtype type = {.type = TYPE_INT};
    struct expr *x = node_call(b->a, func_operator(op, MODE_U32), type, l,
                               node_int(b->a, TYPE_INT, k, l->at));

    x->accessor = true;
    return x;
}

/* The field as a whole number, an address by one of its words. */
static struct expr *field_number(struct bind *b, const struct part *p,
                                 const char *what, struct span at)
{
    struct expr *x = bind_field(b, p->field, what, at);
    struct vtype type = {.type = TYPE_INT};

    if (!x)
        return NULL;
    if (sets_is_addr(x->type.type))
        x = node_call(b->a, &func_word, type, x,
                      node_int(b->a, TYPE_INT, p->word, x->at));
    x->type = type;
    x->modulo = false;
    x->accessor = true;
    return x;
}

/* A run of bits: (value >> right & mask) << left. */
struct piece {
    const struct bytes *bytes;
    uint32_t right, left;
    uint64_t mask;
    bool whole; /* nothing but zeros is above the mask */
};

static struct expr *piece_value(struct bind *b, const struct header *h,
                                const struct piece *p, struct span at)
{
    const struct part *part = &p->bytes->part;
    struct expr *x = field_number(b, part, h->name, at);

    if (x && part->field == FIELD_IPLEN && h->protocol == 6)
        x = op32(b, OP_SUB, x, 40);
    if (x && p->right > 0)
        x = op32(b, OP_SHR, x, p->right);
    if (x && !p->whole)
        x = op32(b, OP_AND, x, (uint32_t)p->mask);
    if (x && p->left > 0)
        x = op32(b, OP_SHL, x, p->left);
    return x;
}

static int64_t field_bytes(enum field_id id)
{
    switch (schema_fields[id].width) {
    case WIDTH_U8: return 1;
    case WIDTH_U16: return 2;
    default: return 4;
    }
}

/* The part of a row that lies in bytes [at, at + size). */
static bool piece_of(const struct bytes *row, int64_t at, int64_t size,
                     struct piece *out)
{
    int64_t first = row->first > at ? row->first : at;
    int64_t last = row->last < at + size - 1 ? row->last : at + size - 1;
    int64_t bytes = last - first + 1;

    if (bytes <= 0)
        return false;
    out->bytes = row;
    out->right = (uint32_t)(row->last - last) * 8 + row->part.right;
    out->left = (uint32_t)(at + size - 1 - last) * 8 + row->part.left;
    out->mask = row->first == row->last ? row->part.mask
                                        : (UINT64_C(1) << bytes * 8) - 1;
    out->whole = out->mask == (UINT64_C(1) << bytes * 8) - 1 &&
                 bytes == field_bytes(row->part.field);
    return true;
}

static struct expr *join(struct bind *b, struct expr *x, struct expr *y)
{
    if (!x)
        return y;
    struct expr * or = node_call(b->a, func_operator(OP_OR, MODE_U32),
                                 (struct vtype){.type = TYPE_INT}, x, y);
    or->accessor = true;
    return or ;
}

static void *fail_bytes(struct bind *b, const struct ast *n,
                        const struct header *h, int64_t at)
{
    char text[64];

    if (n->number > 1)
        snprintf(text, sizeof text, "%s[%lld:%lld]", h->name, (long long)at,
                 (long long)n->number);
    else
        snprintf(text, sizeof text, "%s[%lld]", h->name, (long long)at);
    if (at + n->number > h->kept)
        return bind_fail(b, n->at,
                         "%s is %s, and only headers are kept (bytes 0-%lld of "
                         "%s)",
                         text, h->rest, (long long)h->kept - 1, h->upper);
    if (h->sum >= 0 && at + n->number > h->sum && at < h->sum + 4) {
        bind_fail(b, n->at, "%s is the checksum, which is not kept", text);
        err_hint(b->e, "whether it was right is in the field `bad`");
        return NULL;
    }
    return bind_fail(b, n->at, "%s is not kept", text);
}

static bool covered(const struct header *h, int64_t byte)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (h->bytes[i].first <= byte && byte <= h->bytes[i].last)
            return true;
    return false;
}

static bool is_ip(const struct header *h)
{
    return strncmp(h->name, "ip", 2) == 0;
}

/* Fields that no other protocol has: they are absent without theirs. */
static bool is_own(enum field_id id)
{
    switch (id) {
    case FIELD_FLAGS:
    case FIELD_SEQ:
    case FIELD_ACKNO:
    case FIELD_WIN:
    case FIELD_URG:
    case FIELD_DOFF:
    case FIELD_UDPLEN:
    case FIELD_IPHL:
    case FIELD_FLOWLABEL: return true;
    default: return false;
    }
}

/* Ports and times to live are fields of several protocols. */
static struct expr *guard(struct bind *b, const struct header *h,
                          struct expr *x)
{
    struct expr *field =
        bind_field(b, is_ip(h) ? FIELD_IPVER : FIELD_PROTO, h->name, x->at);
    struct expr *guarded = node_make(b->a, NODE_GUARD, x->at, 2);

    if (!field)
        return NULL;
    guarded->arg[0] = x;
    guarded->arg[1] =
        node_between(b->a, field, h->protocol, h->protocol, x->at);
    guarded->type = x->type;
    guarded->accessor = true;
    return guarded;
}

/* The bytes [at, at + size) of the header. */
static struct expr *assemble(struct bind *b, const struct header *h, int64_t at,
                             const struct ast *n)
{
    struct expr *x = NULL;
    bool own = false;
    struct piece p;

    for (uint32_t i = 0; i < h->n; i++) {
        if (!piece_of(&h->bytes[i], at, n->number, &p))
            continue;
        struct expr *value = piece_value(b, h, &p, n->at);
        if (!value)
            return NULL;
        x = join(b, x, value);
        own = own || is_own(p.bytes->part.field);
    }
    if (!x)
        return NULL;
    x->at = bind_place(b, n->at);
    return own ? x : guard(b, h, x);
}

static bool offset_of(struct bind *b, const struct ast *n, int64_t *out)
{
    struct expr *x = bind_value(b, n->arg);

    if (!x)
        return false;
    if (x->kind != NODE_CONST) {
        bind_fail(b, n->arg->at,
                  "a computed offset leads to options or payload, and only "
                  "headers are kept");
        err_hint(b->e, "options are the fields mss wscale tsval tsecr optsig");
        return false;
    }
    if (x->type.type != TYPE_INT || x->value.i < 0 || x->value.i > UINT16_MAX) {
        bind_fail(b, n->arg->at, "this is no offset of a byte");
        return false;
    }
    *out = x->value.i;
    return true;
}

struct expr *bind_accessor(struct bind *b, const struct ast *n)
{
    const struct header *h = find_header(n->text);
    int64_t at;

    if (!h)
        return bind_fail(b, n->at, "the bytes of `%s` are not kept", n->text);
    if (!offset_of(b, n, &at))
        return NULL;
    for (int64_t i = 0; i < n->number; i++)
        if (!covered(h, at + i))
            return fail_bytes(b, n, h, at);
    return assemble(b, h, at, n);
}
