/* trace_line.c - one packet as tcpdump prints it: two ends, then words that
 * name a field and its value, in the order in which tcpdump of either age
 * writes them. */
#include <string.h>

#include "ingest/trace.h"

struct words {
    const char *at, *end;
    uint32_t inside; /* parentheses, which hold what is of IP */
    bool brackets;   /* [ ] or < >: options */
};

struct word {
    const char *text;
    size_t len;
};

struct line {
    struct record *r;
    const struct trace_names *names;
    struct words w;
    bool modern;   /* "IP" stands in front: tcpdump 4 */
    bool tcp_ack;  /* old style: an acknowledgement was printed */
    bool bad_opts; /* options that tcpdump did not understand */
    bool cut;      /* options that the capture has not */
};

static bool is(struct word w, const char *text)
{
    return w.len == strlen(text) && memcmp(w.text, text, w.len) == 0;
}

static bool starts(const char *at, const char *end, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(end - at) >= n && memcmp(at, text, n) == 0;
}

static void note_bracket(struct words *w, char c)
{
    if (c == '(')
        w->inside++;
    else if (c == ')')
        w->inside -= w->inside > 0;
    else if (c == '[' || c == '<')
        w->brackets = true;
    else if (c == ']' || c == '>')
        w->brackets = false;
}

/* The next run of bytes without blanks, commas and brackets. Length 0: none
 * left. */
static struct word next(struct words *w)
{
    static const char between[] = " \t,()[]<>;";

    while (w->at < w->end && memchr(between, *w->at, sizeof between - 1))
        note_bracket(w, *w->at++);
    struct word x = {w->at, 0};

    while (w->at < w->end && !memchr(between, *w->at, sizeof between - 1))
        w->at++;
    x.len = (size_t)(w->at - x.text);
    return x;
}

static struct word peek(const struct words *w)
{
    struct words copy = *w;

    return next(&copy);
}

/* Digits, or 0x and hexadecimal ones, up to `most`; *used of the word. */
static bool number(struct word w, uint64_t most, uint64_t *out, size_t *used)
{
    bool hex = w.len > 2 && w.text[0] == '0' && w.text[1] == 'x';
    size_t i = hex ? 2 : 0;
    uint64_t v = 0;

    *used = i;
    for (; i < w.len; *used = ++i) {
        char c = w.text[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
                         : hex && c >= 'a' && c <= 'f'
                             ? (unsigned)(c - 'a') + 10
                             : 16;
        if (digit == 16)
            break;
        v = v * (hex ? 16 : 10) + digit;
        if (v > most)
            return false;
    }
    *out = v;
    return *used > (hex ? 2 : 0);
}

/* A whole number that ends with the word, or before its colon. */
static bool value(struct word w, uint64_t most, uint64_t *out)
{
    size_t used;

    if (w.len && w.text[w.len - 1] == ':')
        w.len--;
    return number(w, most, out, &used) && used == w.len;
}

/* ---- the two ends ---- */

static const struct trace_name *named(const struct trace_name *names,
                                      uint32_t n, struct word w)
{
    for (uint32_t i = 0; i < n; i++)
        if (is(w, names[i].text))
            return &names[i];
    return NULL;
}

static bool host(const struct line *l, struct word w, struct addr *out)
{
    const struct trace_name *x = named(l->names->host, l->names->hosts, w);

    if (x)
        *out = x->host;
    return x || addr_parse(w.text, w.len, out);
}

static bool port(const struct line *l, struct word w, uint64_t *out)
{
    const struct trace_name *x = named(l->names->port, l->names->ports, w);

    if (x)
        *out = x->port;
    return x || value(w, 65535, out);
}

/* "10.0.0.1", "10.0.0.1.80", "hook.ftp". */
static bool endpoint(const struct line *l, struct word w, struct addr *a,
                     uint64_t *number, bool *has)
{
    const char *dot = memrchr(w.text, '.', w.len);

    *has = false;
    if (host(l, w, a))
        return true;
    if (!dot)
        return false;
    struct word left = {w.text, (size_t)(dot - w.text)};
    struct word right = {dot + 1, w.len - left.len - 1};

    *has = true;
    return host(l, left, a) && port(l, right, number);
}

static bool ends(struct line *l, struct word from, struct word to)
{
    struct record *r = l->r;
    struct addr src, dst;
    uint64_t sport, dport;
    bool sports, dports;

    if (to.len && to.text[to.len - 1] == ':')
        to.len--;
    if (!endpoint(l, from, &src, &sport, &sports) ||
        !endpoint(l, to, &dst, &dport, &dports))
        return false;
    RECORD_SET(r, SRC, src);
    RECORD_SET(r, DST, dst);
    RECORD_SET(r, IPVER, addr_is_v4(src) ? 4 : 6);
    if (sports)
        RECORD_SET(r, SPORT, (uint16_t)sport);
    if (dports)
        RECORD_SET(r, DPORT, (uint16_t)dport);
    return true;
}

/* ---- words with a value ---- */

#define SETTER(name, id, type)                                                 \
    static void name(struct record *r, uint64_t v)                             \
    {                                                                          \
        RECORD_SET(r, id, (type)v);                                            \
    }
SETTER(set_ttl, TTL, uint8_t)
SETTER(set_tos, TOS, uint8_t)
SETTER(set_ipid, IPID, uint32_t)
SETTER(set_iplen, IPLEN, uint32_t)
SETTER(set_fragoff, FRAGOFF, uint32_t)
SETTER(set_flowlabel, FLOWLABEL, uint32_t)
SETTER(set_ack, ACKNO, uint32_t)
SETTER(set_win, WIN, uint16_t)
SETTER(set_urg, URG, uint16_t)
SETTER(set_mss, MSS, uint16_t)
SETTER(set_wscale, WSCALE, uint8_t)
SETTER(set_tsval, TSVAL, uint32_t)
SETTER(set_tsecr, TSECR, uint32_t)
SETTER(set_paylen, PAYLEN, uint32_t)
SETTER(set_icmp_id, ICMP_ID, uint16_t)
SETTER(set_icmp_seq, ICMP_SEQ, uint16_t)
#undef SETTER

enum where { IP, TCP = 6, UDP = 17, ICMP = 1, ICMP6 = 58, OPTION = 256 };

static const struct key {
    const char *word;
    enum where where;
    uint64_t most;
    void (*set)(struct record *r, uint64_t v);
} keys[] = {
    {"ttl",       IP,     255,        set_ttl      },
    {"hlim",      IP,     255,        set_ttl      },
    {"tos",       IP,     255,        set_tos      },
    {"class",     IP,     255,        set_tos      },
    {"id",        IP,     65535,      set_ipid     },
    {"len",       IP,     65535,      set_iplen    },
    {"length",    IP,     65535,      set_iplen    },
    {"offset",    IP,     65535,      set_fragoff  },
    {"flowlabel", IP,     0xfffff,    set_flowlabel},
    {"ack",       TCP,    UINT32_MAX, set_ack      },
    {"win",       TCP,    65535,      set_win      },
    {"urg",       TCP,    65535,      set_urg      },
    {"length",    TCP,    UINT32_MAX, set_paylen   },
    {"mss",       OPTION, 65535,      set_mss      },
    {"wscale",    OPTION, 255,        set_wscale   },
    {"val",       OPTION, UINT32_MAX, set_tsval    },
    {"ecr",       OPTION, UINT32_MAX, set_tsecr    },
    {"timestamp", OPTION, UINT32_MAX, set_tsval    },
    {"udp",       UDP,    UINT32_MAX, set_paylen   },
    {"length",    UDP,    UINT32_MAX, set_paylen   },
    {"id",        ICMP,   65535,      set_icmp_id  },
    {"seq",       ICMP,   65535,      set_icmp_seq },
    {"id",        ICMP6,  65535,      set_icmp_id  },
    {"seq",       ICMP6,  65535,      set_icmp_seq },
};

/* Of words that stand anywhere outside of parentheses too: [tos 0x10], [ttl 1]
 */
static bool of_ip(const struct line *l, struct word w)
{
    return l->w.inside || (l->w.brackets && (is(w, "ttl") || is(w, "tos")));
}

static enum where place(const struct line *l, struct word w)
{
    if (of_ip(l, w))
        return IP;
    if (l->w.brackets)
        return OPTION;
    return RECORD_HAS(l->r, PROTO) ? (enum where)l->r->PROTO : IP;
}

static const struct key *find_key(const struct line *l, struct word w)
{
    enum where where = place(l, w);

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].where == where && is(w, keys[i].word))
            return &keys[i];
    return NULL;
}

/* "1:10(9)", "1:10", "1" of TCP. */
static void sequence(struct line *l, struct word w)
{
    uint64_t seq, to, n;
    size_t used;
    struct record *r = l->r;

    if (!number(w, UINT32_MAX, &seq, &used))
        return;
    RECORD_SET(r, SEQ, (uint32_t)seq);
    w.text += used;
    w.len -= used;
    if (w.len < 2 || w.text[0] != ':')
        return;
    w.text++;
    w.len--;
    struct word length = peek(&l->w);
    if (!l->modern && number(w, UINT32_MAX, &to, &used) && used == w.len &&
        l->w.at < l->w.end && *l->w.at == '(' && value(length, UINT32_MAX, &n))
        RECORD_SET(r, PAYLEN, (uint32_t)n);
}

/* Kinds of TCP options by the words of either age. */
static const struct {
    const char *word;
    uint8_t kind;
} options[] = {
    {"eol",       0},
    {"nop",       1},
    {"mss",       2},
    {"wscale",    3},
    {"sackOK",    4},
    {"sack",      5},
    {"timestamp", 8},
    {"TS",        8},
};

static void option(struct line *l, struct word w)
{
    struct opts *o = &l->r->OPTSIG;

    if (is(w, "bad"))
        l->bad_opts = true;
    if (w.text[0] == '|')
        l->cut = true;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (is(w, options[i].word) && o->n < OPTS_MAX)
            o->kind[o->n++] = options[i].kind;
}

static void echo_of_timestamp(struct line *l, struct word w)
{
    uint64_t v;

    if (is(w, "timestamp") && value(peek(&l->w), UINT32_MAX, &v)) {
        next(&l->w);
        set_tsecr(l->r, v);
    }
}

/* "proto TCP (6)" */
static void proto_word(struct line *l)
{
    uint64_t v;

    next(&l->w);
    if (value(peek(&l->w), 255, &v))
        RECORD_SET(l->r, PROTO, (uint8_t)v);
}

/* A word without a value. */
static void flag_word(struct line *l, struct word w)
{
    if (is(w, "DF"))
        RECORD_SET(l->r, DF, 1);
    else if (l->w.inside && is(w, "proto"))
        proto_word(l);
    else if (l->w.inside && is(w, "+"))
        RECORD_SET(l->r, MF, 1);
    else if (l->w.inside && is(w, "flags"))
        RECORD_SET(l->r, DF, 0), RECORD_SET(l->r, MF, 0);
}

static void one_word(struct line *l, struct word w)
{
    bool tcp = RECORD_HAS(l->r, PROTO) && l->r->PROTO == TCP;
    const struct key *k = find_key(l, w);
    uint64_t v;

    if (tcp && l->w.brackets && !of_ip(l, w))
        option(l, w);
    if (k && value(peek(&l->w), k->most, &v)) {
        next(&l->w);
        k->set(l->r, v);
        l->tcp_ack |= k->set == set_ack;
        echo_of_timestamp(l, w);
    } else if (tcp && is(w, "seq")) {
        sequence(l, next(&l->w));
    } else {
        flag_word(l, w);
    }
}

/* ---- protocols ---- */

static bool flags(struct line *l, struct word w)
{
    uint16_t bits = 0;

    if (!l->modern && is(w, "."))
        w.len = 0;
    if (l->modern && is(w, "none"))
        w.len = 0;
    if (w.len && !schema_flags_parse(w.text, w.len, &bits))
        return false;
    RECORD_SET(l->r, FLAGS, bits);
    RECORD_SET(l->r, PROTO, TCP);
    l->r->OPTSIG.n = 0;
    return true;
}

static void icmp(struct line *l, enum where proto, uint8_t type, int code)
{
    RECORD_SET(l->r, PROTO, (uint8_t)proto);
    RECORD_SET(l->r, ICMP_TYPE, type);
    if (code >= 0)
        RECORD_SET(l->r, ICMP_CODE, (uint8_t)code);
}

static const struct {
    const char *text;
    uint8_t type;
    int8_t code; /* below 0: not said */
    uint8_t type6;
} messages[] = {
    {"echo request",                8,  0,  128},
    {"echo reply",                  0,  0,  129},
    {"time exceeded in-transit",    11, 0,  3  },
    {"time exceeded-#",             11, -1, 0  },
    {"ip reassembly time exceeded", 11, 1,  0  },
    {"source quench",               4,  0,  0  },
    {"redirect",                    5,  -1, 0  },
};

/* "host hook unreachable", "hook udp port 53 unreachable": what was sent. */
static bool unreachable(struct line *l)
{
    struct record *r = l->r;
    struct word a = next(&l->w), b = next(&l->w);
    struct addr to;
    uint64_t v;
    bool udp = is(b, "udp"), tcp = is(b, "tcp");

    if (host(l, a, &to) && (udp || tcp)) {
        if (!is(next(&l->w), "port") || !port(l, next(&l->w), &v))
            return false;
        icmp(l, ICMP, 3, 3);
        RECORD_SET(r, INNER_PROTO, udp ? UDP : TCP);
        RECORD_SET(r, INNER_DPORT, (uint16_t)v);
    } else if ((is(a, "host") || is(a, "net")) && host(l, b, &to)) {
        icmp(l, ICMP, 3, is(a, "host"));
    } else {
        return false;
    }
    RECORD_SET(r, INNER_DST, to);
    return is(next(&l->w), "unreachable");
}

static bool message(struct line *l, bool six)
{
    while (l->w.at < l->w.end && *l->w.at == ' ')
        l->w.at++;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        uint8_t type = six ? messages[i].type6 : messages[i].type;

        if (!starts(l->w.at, l->w.end, messages[i].text) ||
            (six && !messages[i].type6))
            continue;
        icmp(l, six ? ICMP6 : ICMP, type, messages[i].code);
        l->w.at += strlen(messages[i].text);
        return true;
    }
    return !six && unreachable(l);
}

/* A later fragment; or: tcpdump names TCP's flags before all else, and other
 * protocols with ports by name; what it makes of a payload of UDP comes
 * without any. */
static bool unnamed(struct line *l, struct word w)
{
    static const char *const others[] = {"sctp",  "SCTP",  "dccp", "DCCP",
                                         "|sctp", "|dccp", "tcp"};
    struct record *r = l->r;
    uint64_t v;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is(w, others[i]))
            return false;
    if (w.len > 9 && starts(w.text, l->w.end, "ip-proto-") &&
        value((struct word){w.text + 9, w.len - 9}, 255, &v)) {
        RECORD_SET(r, PROTO, (uint8_t)v);
        return true;
    }
    if (!RECORD_HAS(r, SPORT) || !RECORD_HAS(r, DPORT))
        return false;
    l->cut = *w.text == '|';
    RECORD_SET(r, PROTO, is(w, "|tcp") ? TCP : UDP);
    return true;
}

static bool protocol(struct line *l)
{
    struct word w = next(&l->w);

    if (is(w, l->modern ? "UDP" : "udp")) {
        RECORD_SET(l->r, PROTO, UDP);
        one_word(l, w);
        return true;
    }
    if (is(w, l->modern ? "ICMP" : "icmp:"))
        return message(l, false);
    if (is(w, l->modern ? "ICMP6" : "icmp6:"))
        return message(l, true);
    if (is(w, "Flags")) {
        l->modern = true;
        return flags(l, next(&l->w));
    }
    if (l->modern || !w.len || !flags(l, w))
        return w.len && unnamed(l, w);
    w = peek(&l->w);
    if (w.len && w.text[0] >= '0' && w.text[0] <= '9')
        sequence(l, next(&l->w));
    return true;
}

/* Old tcpdump names neither ACK nor URG, but prints their numbers; and DF and
 * tos only where they are not 0. */
static void imply(struct line *l)
{
    struct record *r = l->r;

    if (!l->modern && !RECORD_HAS(r, DF) && r->IPVER == 4)
        RECORD_SET(r, DF, 0);
    if (!l->modern && !RECORD_HAS(r, TOS))
        RECORD_SET(r, TOS, 0);
    if (r->PROTO != TCP)
        return;
    if (!l->modern && l->tcp_ack && RECORD_HAS(r, FLAGS))
        r->FLAGS |= FLAG_ACK;
    if (!l->modern && RECORD_HAS(r, URG) && RECORD_HAS(r, FLAGS))
        r->FLAGS |= FLAG_URG;
    if (l->bad_opts)
        r->BAD |= BAD_TCP_OPTIONS;
    else if (!l->cut)
        r->present |= UINT64_C(1) << FIELD_OPTSIG;
}

/* Up to the destination. */
static bool head(struct line *l)
{
    struct word w = next(&l->w);

    l->r->present = 0;
    RECORD_SET(l->r, BAD, 0);
    l->modern = is(w, "IP") || is(w, "IP6");
    if (l->modern)
        w = next(&l->w);
    for (; l->w.inside && w.len; w = next(&l->w))
        one_word(l, w);
    return w.len && ends(l, w, next(&l->w));
}

/* The packet that an error of ICMP quotes: tcpdump -v prints it behind. */
static void quoted(const struct line *l, const char *from)
{
    struct record in, *r = l->r;
    struct line inner = {
        .r = &in, .names = l->names, .w = {from, l->w.end, 0, false}
    };

    if (!head(&inner))
        return;
    RECORD_SET(r, INNER_SRC, in.SRC);
    RECORD_SET(r, INNER_DST, in.DST);
    if (RECORD_HAS(&in, PROTO))
        RECORD_SET(r, INNER_PROTO, in.PROTO);
    if (RECORD_HAS(&in, TTL))
        RECORD_SET(r, INNER_TTL, in.TTL);
    if (RECORD_HAS(&in, SPORT))
        RECORD_SET(r, INNER_SPORT, in.SPORT);
    if (RECORD_HAS(&in, DPORT))
        RECORD_SET(r, INNER_DPORT, in.DPORT);
}

bool trace_line(const struct trace_names *names, const char *text, size_t len,
                struct record *r)
{
    struct line l = {
        .r = r, .names = names, .w = {text, text + len, 0, false}
    };
    struct word w;

    if (!head(&l))
        return false;
    r->present &= ~(UINT64_C(1) << FIELD_PROTO);
    if (!protocol(&l))
        return false;
    for (w = next(&l.w); w.len && !is(w, "IP"); w = next(&l.w))
        one_word(&l, w);
    if (w.len && r->PROTO == ICMP)
        quoted(&l, w.text);
    imply(&l);
    return true;
}
