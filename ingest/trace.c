/* trace.c - lines, dates and names of a trace; and what the numbers of TCP
 * count from. */
#include "ingest/trace.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/timestamp.h"

enum {
    BUFFER = 65536,
    NS = 1000000000,
    FLOW_SLOTS = 2 * TRACE_FLOWS_MAX,
    RELATIVE_MAX = 1 << 20 /* larger numbers are not relative ones */
};

#define DAY (INT64_C(86400) * NS)

/* A connection: the first numbers of either direction, as tcpdump keeps them.
 */
struct flow {
    struct addr src, dst;
    uint16_t sport, dport;
    bool used, has_seq, has_ack;
    uint32_t seq, ack; /* of src, and of dst */
};

struct trace {
    ssize_t (*feed)(void *ctx, char *out, size_t len);
    void *ctx;
    char buffer[BUFFER];
    size_t at, have;
    uint64_t offset; /* of buffer[at] */
    uint32_t lines;  /* begun */
    uint32_t number; /* of `line` */
    bool ended;
    char line[TRACE_LINE_MAX];
    size_t len;
    bool too_long;
    int64_t day;    /* 00:00 of the trace's day in its zone, as if UTC */
    int64_t zone;   /* ns east of UTC */
    int64_t within; /* time of day of the last packet */
    int64_t time;   /* of the last packet */
    struct trace_names names;
    struct flow *flow; /* FLOW_SLOTS of them, when first needed */
    uint32_t flows;
    uint8_t frame[TRACE_FRAME_MAX];
};

/* ---- lines ---- */

/* The next byte, or -1. */
static int peek(struct trace *t)
{
    if (t->at == t->have && !t->ended) {
        ssize_t n = t->feed(t->ctx, t->buffer, sizeof t->buffer);

        t->ended = n <= 0;
        t->at = 0;
        t->have = n > 0 ? (size_t)n : 0;
    }
    return t->at < t->have ? (unsigned char)t->buffer[t->at] : -1;
}

/* Appends up to the end of the line, which is passed over. */
static void take_line(struct trace *t)
{
    int c;

    t->lines++;
    while ((c = peek(t)) >= 0) {
        t->at++;
        t->offset++;
        if (c == '\n')
            break;
        if (t->len < sizeof t->line)
            t->line[t->len++] = (char)(c == '\r' ? ' ' : c);
        else
            t->too_long = true;
    }
}

/* A line with those behind it that begin with a blank: tcpdump -v breaks
 * them. False: there is none left. */
static bool next_line(struct trace *t)
{
    t->len = 0;
    t->too_long = false;
    if (peek(t) < 0)
        return false;
    take_line(t);
    t->number = t->lines;
    while (peek(t) == ' ' || peek(t) == '\t')
        take_line(t);
    return true;
}

/* ---- dates and times ---- */

/* `n` digits at *at, which moves on. */
static bool digits(const char **at, const char *end, int n, int32_t *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (*at == end || **at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool sign(const char **at, const char *end, char c)
{
    bool is = *at < end && **at == c;

    *at += is;
    return is;
}

/* "1998-09-04" */
static bool take_date(const char **at, const char *end, int64_t *day)
{
    const char *p = *at;
    struct civil c = {0};

    if (!digits(&p, end, 4, &c.year) || !sign(&p, end, '-') ||
        !digits(&p, end, 2, &c.month) || !sign(&p, end, '-') ||
        !digits(&p, end, 2, &c.day) || !timestamp_from_civil(&c, day))
        return false;
    *at = p;
    return true;
}

/* "12:29:30.012086": ns from midnight. */
static bool take_clock(const char **at, const char *end, int64_t *out)
{
    const char *p = *at;
    int32_t h, m, s;
    int64_t ns = 0, unit = NS / 10;

    if (!digits(&p, end, 2, &h) || !sign(&p, end, ':') ||
        !digits(&p, end, 2, &m) || !sign(&p, end, ':') ||
        !digits(&p, end, 2, &s) || h > 23 || m > 59 || s > 59)
        return false;
    if (sign(&p, end, '.'))
        for (; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
            ns += unit * (*p - '0');
    *out = (h * INT64_C(3600) + m * INT64_C(60) + s) * NS + ns;
    *at = p;
    return true;
}

static void blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
}

/* A clock that goes back by more than half a day has passed midnight. */
static bool take_time(struct trace *t, const char **at, const char *end)
{
    int64_t day, within;
    bool dated = take_date(at, end, &day);

    blanks(at, end);
    if (!take_clock(at, end, &within))
        return false;
    if (dated)
        t->day = day;
    else if (t->within - within > DAY / 2)
        t->day += DAY;
    t->within = within;
    t->time = t->day + within - t->zone;
    blanks(at, end);
    return true;
}

/* "+02:00" or nothing. */
static bool take_zone(const char *at, const char *end, int64_t *zone)
{
    int32_t h, m;
    bool east, west;

    *zone = 0;
    if (at == end)
        return true;
    east = sign(&at, end, '+');
    west = !east && sign(&at, end, '-');
    if (!(east || west) || !digits(&at, end, 2, &h) || !sign(&at, end, ':') ||
        !digits(&at, end, 2, &m) || h > 18 || m > 59 || at != end)
        return false;
    *zone = (h * INT64_C(3600) + m * INT64_C(60)) * NS * (east ? 1 : -1);
    return true;
}

/* ---- names ---- */

static size_t word(const char **at, const char *end, const char **text)
{
    blanks(at, end);
    *text = *at;
    while (*at < end && **at != ' ' && **at != '\t')
        ++*at;
    return (size_t)(*at - *text);
}

static struct trace_name *add_name(struct trace_name **names, uint32_t *n,
                                   const char *text, size_t len)
{
    struct trace_name *x;

    if (len == 0 || len >= sizeof x->text || *n == TRACE_NAMES_MAX)
        return NULL;
    *names = memory_grow(*names, *n, sizeof *x);
    x = &(*names)[(*n)++];
    *x = (struct trace_name){.port = 0};
    memcpy(x->text, text, len);
    return x;
}

static bool parse_port(const char *text, size_t len, uint16_t *out)
{
    uint32_t v = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || v > 65535)
            return false;
        v = v * 10 + (uint32_t)(text[i] - '0');
    }
    *out = (uint16_t)v;
    return len && v <= 65535;
}

/* "host hook 192.0.2.1", "port irc 6667", "date 1998-09-05". False: the line
 * is none of these. */
static bool direct(struct trace *t, const char *at, const char *end)
{
    const char *what, *name, *value;
    size_t n = word(&at, end, &what), len = word(&at, end, &name);
    struct trace_name *x;

    if (n != 4)
        return false;
    if (memcmp(what, "date", 4) == 0)
        return take_date(&name, name + len, &t->day) && (t->within = 0, true);
    n = word(&at, end, &value);
    if (memcmp(what, "host", 4) == 0) {
        struct addr a;

        x = addr_parse(value, n, &a)
                ? add_name(&t->names.host, &t->names.hosts, name, len)
                : NULL;
        return x && (x->host = a, true);
    }
    uint16_t port;
    if (memcmp(what, "port", 4) != 0 || !parse_port(value, n, &port))
        return false;
    x = add_name(&t->names.port, &t->names.ports, name, len);
    return x && (x->port = port, true);
}

/* ---- numbers of TCP ---- */

static bool reversed(const struct record *r)
{
    int order = addr_cmp(r->SRC, r->DST);

    return order ? order > 0 : r->SPORT > r->DPORT;
}

static bool same(const struct flow *f, const struct record *r, bool back)
{
    return addr_eq(f->src, back ? r->DST : r->SRC) &&
           addr_eq(f->dst, back ? r->SRC : r->DST) &&
           f->sport == (back ? r->DPORT : r->SPORT) &&
           f->dport == (back ? r->SPORT : r->DPORT);
}

/* The connection, or where it would be; NULL: too many. */
static struct flow *find_flow(struct trace *t, const struct record *r)
{
    bool back = reversed(r);
    struct {
        struct addr src, dst;
        uint16_t port[2];
        uint32_t nothing;
    } key = {
        back ? r->DST : r->SRC,
        back ? r->SRC : r->DST,
        {back ? r->DPORT : r->SPORT, back ? r->SPORT : r->DPORT},
        0
    };
    uint64_t slot = hash_bytes(&key, sizeof key, hash_secret());

    if (!t->flow)
        t->flow = memory_zeroed(FLOW_SLOTS, sizeof *t->flow);
    for (;; slot++) {
        struct flow *f = &t->flow[slot % FLOW_SLOTS];

        if (f->used && same(f, r, back))
            return f;
        if (f->used)
            continue;
        if (t->flows == TRACE_FLOWS_MAX)
            return NULL;
        *f = (struct flow){key.src,     key.dst, key.port[0],
                           key.port[1], false,   false,
                           false,       0,       0};
        return f;
    }
}

/* What tcpdump counts from on: a new connection's first numbers. */
static void note_first(struct trace *t, struct flow *f, const struct record *r)
{
    bool back = reversed(r);
    bool has_seq = RECORD_HAS(r, SEQ), has_ack = RECORD_HAS(r, ACKNO);

    t->flows += !f->used;
    f->used = true;
    f->has_seq = back ? has_ack : has_seq;
    f->has_ack = back ? has_seq : has_ack;
    f->seq = back ? r->ACKNO - 1 : r->SEQ;
    f->ack = back ? r->SEQ : r->ACKNO - 1;
}

static bool small(const struct record *r)
{
    return (!RECORD_HAS(r, SEQ) || r->SEQ < RELATIVE_MAX) &&
           (!RECORD_HAS(r, ACKNO) || r->ACKNO < RELATIVE_MAX);
}

/* Without -S, tcpdump prints the numbers of a connection that it has met as
 * distances from the first. Small numbers there are taken as such; where the
 * first ones are not known they are absent. */
static void absolute(struct trace *t, struct record *r)
{
    struct flow *f;
    bool back = reversed(r);

    if (r->PROTO != 6 || !RECORD_HAS(r, SPORT) || !RECORD_HAS(r, DPORT))
        return;
    f = find_flow(t, r);
    if (f && (!f->used || r->FLAGS & FLAG_SYN))
        note_first(t, f, r);
    else if (small(r) && (!f || !f->has_seq || !f->has_ack))
        r->present &= ~(UINT64_C(1) << FIELD_SEQ | UINT64_C(1) << FIELD_ACKNO);
    else if (small(r)) {
        r->SEQ += back ? f->ack : f->seq;
        r->ACKNO += back ? f->seq : f->ack;
    }
}

/* ---- the reader ---- */

/* "# trace 1998-09-04 +02:00" */
static bool first_line(struct trace *t, struct err *e)
{
    const char *at = t->line + strlen(TRACE_MAGIC), *end;

    if (!next_line(t))
        return err_set(e, ERR_INPUT, "cannot be read");
    end = t->line + t->len;
    while (end > at && end[-1] == ' ')
        end--;
    blanks(&at, end);
    if (take_date(&at, end, &t->day)) {
        blanks(&at, end);
        if (take_zone(at, end, &t->zone))
            return true;
    }
    err_set(e, ERR_INPUT, "a trace begins with its date");
    err_hint(e,
             "first line: " TRACE_MAGIC
             "1998-09-04, or with an offset " TRACE_MAGIC "1998-09-04 -04:00");
    return false;
}

struct trace *trace_open(ssize_t (*feed)(void *ctx, char *out, size_t len),
                         void *ctx, struct err *e)
{
    struct trace *t = memory_zeroed(1, sizeof *t);

    t->feed = feed;
    t->ctx = ctx;
    if (first_line(t, e)) {
        t->time = t->day - t->zone;
        return t;
    }
    trace_close(t);
    return NULL;
}

void trace_close(struct trace *t)
{
    if (!t)
        return;
    free(t->names.host);
    free(t->names.port);
    free(t->flow);
    free(t);
}

/* One packet of the line; false: not understood. */
static bool fields(struct trace *t, struct capture_packet *out)
{
    const char *at = t->line, *end = t->line + t->len;
    struct record r;

    if (t->too_long || !take_time(t, &at, end) ||
        !trace_line(&t->names, at, (size_t)(end - at), &r))
        return false;
    absolute(t, &r);
    out->caplen = (uint32_t)trace_frame(&r, t->frame);
    return true;
}

static bool says_nothing(const struct trace *t)
{
    const char *at = t->line, *end = t->line + t->len;

    blanks(&at, end);
    return at == end || *at == '#';
}

bool trace_next(struct trace *t, struct capture_packet *out)
{
    do {
        if (!next_line(t))
            return false;
    } while (says_nothing(t) || direct(t, t->line, t->line + t->len));
    *out = (struct capture_packet){.linktype = TRACE_FIELDS};
    out->bytes = t->frame;
    if (fields(t, out)) {
        out->len = out->caplen;
    } else {
        out->linktype = TRACE_STRANGE;
        out->len = t->number;
    }
    out->time = t->time;
    return true;
}

uint64_t trace_offset(const struct trace *t)
{
    return t->offset;
}
