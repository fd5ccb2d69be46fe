/* packet_line.c - lines after tcpdump's print-ip.c, print-tcp.c, print-udp.c
 * and print-icmp.c; sequence numbers are absolute, as with its -S. */
#include "cli/packet_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/timestamp.h"

enum {
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_ICMP6 = 58,
    PROTO_SCTP = 132
};

/* One packet while it is printed. */
struct packet {
    struct buf *out;
    const struct packet_line *at;
    const struct render *r;
    struct batch *b;
    uint32_t row;
};

void packet_line_columns(struct packet_line *p, const struct columns *c)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        p->at[f] = UINT32_MAX;
    for (uint32_t i = 0; i < c->n; i++) {
        enum field_id f = schema_find(c->col[i].name);
        if (f != FIELD_COUNT)
            p->at[f] = i;
    }
}

static const struct column *column_of(const struct packet *p, enum field_id f)
{
    if (p->at->at[f] == UINT32_MAX)
        return NULL;
    const struct column *c = batch_column(p->b, p->at->at[f]);
    return column_absent(c, p->row) ? NULL : c;
}

static bool number(const struct packet *p, enum field_id f, int64_t *out)
{
    const struct column *c = column_of(p, f);

    *out = c ? c->i[p->row] : 0;
    return c != NULL;
}

static bool address(const struct packet *p, enum field_id f, struct addr *out)
{
    const struct column *c = column_of(p, f);

    if (c)
        *out = c->a[p->row];
    return c != NULL;
}

static void put_time(const struct packet *p)
{
    char text[TIMESTAMP_TEXT_MAX];
    int64_t t;

    if (!number(p, FIELD_TIME, &t))
        return;
    if (p->r->epoch) {
        buf_put(p->out, text, timestamp_format_epoch(text, t));
        buf_u8(p->out, ' ');
        return;
    }
    timestamp_format(text, t, tz_offset(p->r->tz, t));
    size_t digits = strcspn(text, ".");
    digits += 1 + strspn(text + digits + 1, "0123456789");
    text[strcspn(text, "T")] = ' ';
    buf_put(p->out, text, digits);
    buf_u8(p->out, ' ');
}

static void put_end(const struct packet *p, enum field_id addr,
                    enum field_id port)
{
    char text[ADDR_TEXT_MAX];
    struct addr a;
    int64_t n;

    if (!address(p, addr, &a))
        return;
    buf_put(p->out, text, addr_format(text, a));
    if (number(p, port, &n))
        buf_printf(p->out, ".%" PRId64, n);
}

static void put_field(const struct packet *p, const char *name, enum field_id f)
{
    int64_t n;

    if (number(p, f, &n))
        buf_printf(p->out, ", %s %" PRId64, name, n);
}

/* In tcpdump's order and letters. */
static void put_flags(const struct packet *p, int64_t flags)
{
    static const char letters[] = "FSRP.UEWe";
    size_t from = p->out->len;

    for (unsigned i = 0; i < 9; i++)
        if (flags >> i & 1)
            buf_u8(p->out, (uint8_t)letters[i]);
    if (p->out->len == from)
        render_text(p->out, "none");
}

static void put_seq(const struct packet *p, int64_t flags, int64_t paylen)
{
    int64_t seq;

    if (!(paylen > 0 || (flags & (FLAG_SYN | FLAG_FIN | FLAG_RST))) ||
        !number(p, FIELD_SEQ, &seq))
        return;
    buf_printf(p->out, ", seq %" PRId64, seq);
    if (paylen > 0)
        buf_printf(p->out, ":%" PRIu32, (uint32_t)(seq + paylen));
}

/* Values of those that are kept stand behind their kinds. */
static void put_option(const struct packet *p, const char *kind, size_t len)
{
    static const struct {
        const char *kind, *shown;
        enum field_id value;
    } known[] = {
        {"mss", "mss",    FIELD_MSS   },
        {"ws",  "wscale", FIELD_WSCALE},
        {"sok", "sackOK", FIELD_COUNT },
        {"ts",  "TS val", FIELD_TSVAL },
    };
    int64_t n;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].kind) != len ||
            memcmp(known[i].kind, kind, len) != 0)
            continue;
        render_text(p->out, known[i].shown);
        if (known[i].value != FIELD_COUNT && number(p, known[i].value, &n))
            buf_printf(p->out, " %" PRId64, n);
        if (known[i].value == FIELD_TSVAL && number(p, FIELD_TSECR, &n))
            buf_printf(p->out, " ecr %" PRId64, n);
        return;
    }
    render_outside(p->out, kind, len);
}

static void put_options(const struct packet *p)
{
    const struct column *c = column_of(p, FIELD_OPTSIG);
    size_t len = 0;
    const char *s =
        c ? strtab_text(p->r->text, (uint32_t)c->i[p->row], &len) : "";

    if (len == 0)
        return;
    render_text(p->out, ", options [");
    for (const char *end = s + len; s < end;) {
        const char *comma = memchr(s, ',', (size_t)(end - s));
        size_t n = (size_t)((comma ? comma : end) - s);
        put_option(p, s, n);
        if (comma)
            buf_u8(p->out, ',');
        s += n + 1;
    }
    buf_u8(p->out, ']');
}

static void put_tcp(const struct packet *p)
{
    int64_t flags, paylen;
    bool has = number(p, FIELD_FLAGS, &flags);

    number(p, FIELD_PAYLEN, &paylen);
    if (!has) {
        render_text(p->out, "tcp");
        return;
    }
    render_text(p->out, "Flags [");
    put_flags(p, flags);
    buf_u8(p->out, ']');
    put_seq(p, flags, paylen);
    if (flags & FLAG_ACK)
        put_field(p, "ack", FIELD_ACKNO);
    put_field(p, "win", FIELD_WIN);
    if (flags & FLAG_URG)
        put_field(p, "urg", FIELD_URG);
    put_options(p);
    put_field(p, "length", FIELD_PAYLEN);
}

static void put_udp(const struct packet *p)
{
    int64_t port;

    render_text(p->out, number(p, FIELD_SPORT, &port) ? "UDP" : "udp");
    put_field(p, "length", FIELD_PAYLEN);
}

/* What an error of type 3 says, by its code. */
static void put_unreachable(const struct packet *p, int64_t code)
{
    int64_t proto, port;
    char text[ADDR_TEXT_MAX];
    struct addr dst;

    if (!address(p, FIELD_INNER_DST, &dst)) {
        buf_printf(p->out, "unreachable, code %" PRId64, code);
        return;
    }
    addr_format(text, dst);
    number(p, FIELD_INNER_PROTO, &proto);
    if (code == 3 && number(p, FIELD_INNER_DPORT, &port))
        buf_printf(p->out, "%s %s port %" PRId64 " unreachable", text,
                   proto == PROTO_TCP   ? "tcp"
                   : proto == PROTO_UDP ? "udp"
                                        : "protocol",
                   port);
    else if (code == 2)
        buf_printf(p->out, "%s protocol %" PRId64 " unreachable", text, proto);
    else if (code == 0 || code == 1)
        buf_printf(p->out, "%s %s unreachable", code ? "host" : "net", text);
    else
        buf_printf(p->out, "%s unreachable, code %" PRId64, text, code);
}

static void put_icmp_kind(const struct packet *p, int64_t type, int64_t code)
{
    if (type == 3)
        put_unreachable(p, code);
    else if (type == 8 || type == 0)
        buf_printf(p->out, "echo %s", type ? "request" : "reply");
    else if (type == 11)
        buf_printf(p->out, "time exceeded %s",
                   code ? "reassembly" : "in-transit");
    else
        buf_printf(p->out, "type %" PRId64 ", code %" PRId64, type, code);
}

static void put_icmp6_kind(const struct packet *p, int64_t type, int64_t code)
{
    /* RFC 4443 2.1, RFC 4861 4 */
    static const struct {
        int64_t type;
        const char *name;
    } names[] = {
        {1,   "destination unreachable" },
        {2,   "packet too big"          },
        {3,   "time exceeded in-transit"},
        {128, "echo request"            },
        {129, "echo reply"              },
        {133, "router solicitation"     },
        {134, "router advertisement"    },
        {135, "neighbor solicitation"   },
        {136, "neighbor advertisement"  },
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type) {
            render_text(p->out, names[i].name);
            return;
        }
    buf_printf(p->out, "type %" PRId64 ", code %" PRId64, type, code);
}

static void put_icmp_rest(const struct packet *p)
{
    int64_t type, code;

    if (!number(p, FIELD_ICMP_TYPE, &type))
        return;
    number(p, FIELD_ICMP_CODE, &code);
    buf_u8(p->out, ' ');
    put_icmp_kind(p, type, code);
    put_field(p, "id", FIELD_ICMP_ID);
    put_field(p, "seq", FIELD_ICMP_SEQ);
}

/* tcpdump counts the ICMP header of 8 bytes in, payload or not. */
static void put_icmp_length(const struct packet *p)
{
    int64_t paylen;

    if (number(p, FIELD_PAYLEN, &paylen))
        buf_printf(p->out, ", length %" PRId64, paylen + 8);
}

static void put_icmp(const struct packet *p)
{
    render_text(p->out, "ICMP");
    put_icmp_rest(p);
    put_icmp_length(p);
}

static void put_icmp6(const struct packet *p)
{
    int64_t type, code;

    render_text(p->out, "ICMP6");
    if (number(p, FIELD_ICMP_TYPE, &type)) {
        number(p, FIELD_ICMP_CODE, &code);
        render_text(p->out, ", ");
        put_icmp6_kind(p, type, code);
    }
    put_field(p, "id", FIELD_ICMP_ID);
    put_field(p, "seq", FIELD_ICMP_SEQ);
    put_icmp_length(p);
}

static void put_sctp(const struct packet *p)
{
    render_text(p->out, "sctp");
}

static void put_transport(const struct packet *p)
{
    static const struct {
        int64_t proto;
        void (*put)(const struct packet *);
    } known[] = {
        {PROTO_TCP,   put_tcp  },
        {PROTO_UDP,   put_udp  },
        {PROTO_ICMP,  put_icmp },
        {PROTO_ICMP6, put_icmp6},
        {PROTO_SCTP,  put_sctp },
    };
    int64_t proto, offset;

    if (!number(p, FIELD_PROTO, &proto))
        return;
    number(p, FIELD_FRAGOFF, &offset);
    for (size_t i = 0; offset == 0 && i < sizeof known / sizeof *known; i++)
        if (known[i].proto == proto) {
            known[i].put(p);
            return;
        }
    buf_printf(p->out, "ip-proto-%" PRId64, proto);
    if (offset == 0)
        put_field(p, "length", FIELD_PAYLEN);
}

static void put_frame(const struct packet *p)
{
    int64_t type;

    if (!number(p, FIELD_ETHERTYPE, &type))
        render_text(p->out, "no IP");
    else if (type == 0x0806)
        render_text(p->out, "ARP");
    else
        buf_printf(p->out, "ethertype 0x%04" PRIx64, (uint64_t)type);
    put_field(p, "length", FIELD_LEN);
}

void packet_line_put(struct buf *out, const struct packet_line *at,
                     const struct render *r, struct batch *b, uint32_t row,
                     struct addr *src)
{
    const struct packet p = {out, at, r, b, row};
    int64_t version;

    put_time(&p);
    if (address(&p, FIELD_SRC, src)) {
        number(&p, FIELD_IPVER, &version);
        render_text(out, version == 6 ? "IP6 " : "IP ");
        put_end(&p, FIELD_SRC, FIELD_SPORT);
        render_text(out, " > ");
        put_end(&p, FIELD_DST, FIELD_DPORT);
        render_text(out, ": ");
        put_transport(&p);
    } else {
        put_frame(&p);
    }
    buf_u8(out, '\n');
}
