/* literal.c - numbers, times, addresses and strings of the text as nodes. */
#include "grammar/literal.h"

#include <string.h>

#include "grammar/tree.h"

enum { YEAR_MIN = 1678, YEAR_MAX = 2262, REAL_DIGITS_MAX = 15 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* How many digits of that base begin s; false: more than 63 bits. */
static bool read_digits(const char *s, size_t len, int base, int64_t *out,
                        size_t *used)
{
    int64_t v = 0;
    size_t i = 0;

    for (; i < len && digit_value(s[i]) < base; i++) {
        if (__builtin_mul_overflow(v, base, &v) ||
            __builtin_add_overflow(v, digit_value(s[i]), &v))
            return false;
    }
    *out = v;
    *used = i;
    return true;
}

static struct ast *with_number(struct parse *ps, enum ast_kind kind,
                               struct span at, int64_t number)
{
    struct ast *x = tree_leaf(ps, kind, at);

    x->number = number;
    return x;
}

struct ast *literal_number(struct parse *ps, struct parse_piece p)
{
    bool hex = p.len > 2 && (p.s[1] == 'x' || p.s[1] == 'X');
    size_t skip = hex ? 2 : 0, used;
    int64_t v;

    if (!read_digits(p.s + skip, p.len - skip, hex ? 16 : 10, &v, &used)) {
        parse_fail(ps, p.at, "this number does not fit in 64 bits");
        return NULL;
    }
    return with_number(ps, AST_NUM, p.at, v);
}

/* Up to 15 digits the whole and the power of ten are exact, and so is their
 * quotient to the last bit; no locale takes part. */
struct ast *literal_real(struct parse *ps, struct parse_piece p)
{
    size_t dot = (size_t)((const char *)memchr(p.s, '.', p.len) - p.s);
    double whole = 0, scale = 1;
    size_t digits = 0;

    for (size_t i = 0; i < p.len; i++) {
        if (i == dot)
            continue;
        whole = whole * 10 + digit_value(p.s[i]);
        digits += digits > 0 || p.s[i] != '0';
        if (i > dot)
            scale *= 10;
    }
    if (digits > REAL_DIGITS_MAX || p.len - dot > REAL_DIGITS_MAX) {
        parse_fail(ps, p.at, "a decimal number has at most %d digits",
                   REAL_DIGITS_MAX);
        return NULL;
    }
    struct ast *x = tree_leaf(ps, AST_REAL, p.at);
    x->real = whole / scale;
    return x;
}

static const struct unit {
    char text[3];
    char code;
    int64_t ns;
} units[] = {
    {"ns", 'n', 1               },
    {"us", 'u', 1000            },
    {"ms", 'i', 1000000         },
    {"s",  's', TIMESTAMP_SECOND},
    {"m",  'm', TIMESTAMP_MINUTE},
    {"h",  'h', TIMESTAMP_HOUR  },
    {"d",  'd', TIMESTAMP_DAY   },
    {"w",  'w', TIMESTAMP_WEEK  },
};

/* "7d": the number, and its unit; the number of units fits as nanoseconds. */
static const struct unit *read_length(struct parse *ps, struct parse_piece p,
                                      int64_t *n)
{
    size_t used = 0;
    int64_t ns;
    bool fits = read_digits(p.s, p.len, 10, n, &used);

    while (is_digit(p.s[used]))
        used++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const struct unit *u = &units[i];
        if (strlen(u->text) != p.len - used ||
            memcmp(u->text, p.s + used, p.len - used) != 0)
            continue;
        if (fits && !__builtin_mul_overflow(*n, u->ns, &ns))
            return u;
    }
    parse_fail(ps, p.at, "this length of time is longer than 292 years");
    return NULL;
}

struct ast *literal_length(struct parse *ps, struct parse_piece p)
{
    int64_t n = 0;
    const struct unit *u = read_length(ps, p, &n);

    return u ? with_number(ps, AST_LENGTH, p.at, n * u->ns) : NULL;
}

/* A cursor over the text of a point in time. */
struct reader {
    const char *s;
    size_t len;
};

static bool skip(struct reader *r, char c)
{
    if (r->len == 0 || *r->s != c)
        return false;
    r->s++;
    r->len--;
    return true;
}

static int32_t take(struct reader *r, size_t digits)
{
    int64_t v = 0;
    size_t used = 0, n = digits < r->len ? digits : r->len;

    read_digits(r->s, n, 10, &v, &used);
    r->s += used;
    r->len -= used;
    return (int32_t)v;
}

static bool take_fraction(struct reader *r, struct civil *c)
{
    size_t n = 0;

    while (n < r->len && is_digit(r->s[n]))
        n++;
    if (n > 9)
        return false;
    c->ns = take(r, n);
    for (; n < 9; n++)
        c->ns *= 10;
    return true;
}

/* "T10", "T10:00", "T10:00:05.25". */
static bool take_clock(struct reader *r, struct ast_time *t)
{
    if (!skip(r, 'T'))
        return true;
    t->civil.hour = take(r, 2);
    t->precision = TIME_HOUR;
    if (!skip(r, ':'))
        return true;
    t->civil.minute = take(r, 2);
    t->precision = TIME_MINUTE;
    if (!skip(r, ':'))
        return true;
    t->civil.second = take(r, 2);
    t->precision = TIME_SECOND;
    return !skip(r, '.') || take_fraction(r, &t->civil);
}

/* "Z", "-04:00"; a sign that begins a step is left. */
static bool take_offset(struct reader *r, struct ast_time *t)
{
    bool west = r->len > 0 && *r->s == '-';

    if (t->precision == TIME_DAY)
        return true;
    if (skip(r, 'Z')) {
        t->has_offset = true;
        return true;
    }
    if (r->len < 6 || r->s[3] != ':')
        return true;
    skip(r, *r->s);
    int32_t hours = take(r, 2);
    skip(r, ':');
    int32_t minutes = take(r, 2);
    t->has_offset = true;
    t->offset = (hours * 60 + minutes) * (west ? -60 : 60);
    return hours <= 15 && minutes < 60;
}

static bool take_date(struct parse *ps, struct parse_piece p, struct reader *r,
                      struct ast_time *t)
{
    struct civil *c = &t->civil;

    c->year = take(r, 4);
    skip(r, '-');
    c->month = take(r, 2);
    skip(r, '-');
    c->day = take(r, 2);
    if (!take_clock(r, t))
        return parse_fail(ps, p.at,
                          "a fraction of a second has at most 9 digits");
    if (!take_offset(r, t))
        return parse_fail(ps, p.at, "no such offset from UTC");
    if (!timestamp_valid(c) || c->second > 59)
        return parse_fail(ps, p.at, "no such date or time");
    if (c->year <= YEAR_MIN - 1 || c->year >= YEAR_MAX)
        return parse_fail(ps, p.at, "years go from %d to %d", YEAR_MIN,
                          YEAR_MAX - 1);
    return true;
}

static bool take_step(struct parse *ps, struct parse_piece p, struct reader *r,
                      struct ast_time *t)
{
    if (r->len == 0)
        return true;
    bool back = *r->s == '-';
    skip(r, *r->s);
    const struct unit *u =
        read_length(ps, (struct parse_piece){r->s, r->len, p.at}, &t->step);
    if (!u)
        return false;
    t->step_unit = u->code;
    if (back)
        t->step = -t->step;
    return true;
}

static const char *take_word(struct parse *ps, struct reader *r)
{
    size_t n = 0;

    while (n < r->len && r->s[n] != '+' && r->s[n] != '-')
        n++;
    const char *word = arena_strndup(ps->arena, r->s, n);
    r->s += n;
    r->len -= n;
    return word;
}

struct ast *literal_time(struct parse *ps, struct parse_piece p)
{
    struct ast *x = tree_leaf(ps, AST_TIME, p.at);
    struct reader r = {p.s, p.len};

    if (skip(&r, '$'))
        x->time.param = take_word(ps, &r);
    else if (!is_digit(*r.s))
        x->time.word = take_word(ps, &r);
    else if (!take_date(ps, p, &r, &x->time))
        return NULL;
    return take_step(ps, p, &r, &x->time) ? x : NULL;
}

struct ast *literal_addr(struct parse *ps, struct parse_piece p)
{
    struct ast *x = tree_leaf(ps, AST_ADDR, p.at);

    if (addr_parse(p.s, p.len, &x->addr))
        return x;
    parse_fail(ps, p.at, "no such address");
    return NULL;
}

struct ast *literal_net(struct parse *ps, struct parse_piece p)
{
    struct ast *x = tree_leaf(ps, AST_NET, p.at);

    if (addr_parse_net(p.s, p.len, &x->addr, &x->bits))
        return x;
    parse_fail(ps, p.at, "no such network");
    return NULL;
}

struct ast *literal_mac(struct parse *ps, struct parse_piece p)
{
    int64_t v = 0;

    for (size_t i = 0; i < p.len; i++) {
        if (p.s[i] != ':')
            v = v << 4 | digit_value(p.s[i]);
    }
    return with_number(ps, AST_MAC, p.at, v);
}

struct ast *literal_string(struct parse *ps, struct parse_piece p)
{
    return tree_word(ps, AST_STRING, p.at,
                     arena_strndup(ps->arena, p.s + 1, p.len - 2));
}

struct ast *literal_param(struct parse *ps, struct parse_piece p)
{
    return tree_word(ps, AST_PARAM, p.at,
                     arena_strndup(ps->arena, p.s + 1, p.len - 1));
}

struct ast *literal_mask(struct parse *ps, struct parse_piece p)
{
    const char *slash = memchr(p.s, '/', p.len);
    size_t letters = (size_t)(slash - p.s);
    struct ast *x = tree_leaf(ps, AST_FLAGS, p.at);

    x->text = arena_strndup(ps->arena, p.s, letters);
    x->mask = arena_strndup(ps->arena, slash + 1, p.len - letters - 1);
    return x;
}

struct ast *literal_hour(struct parse *ps, struct parse_piece p)
{
    struct reader r = {p.s, p.len};
    int32_t hour = take(&r, 2);

    skip(&r, ':');
    int32_t minute = take(&r, 2);
    if (minute < 60 && hour * 60 + minute <= 24 * 60)
        return with_number(ps, AST_NUM, p.at, hour * 60 + minute);
    parse_fail(ps, p.at, "no such time of day");
    return NULL;
}

static const struct constant {
    const char *word;
    uint8_t value;
} constants[] = {
    {"tcpflags",                         13  },
    {"tcp-fin",                          0x01},
    {"tcp-syn",                          0x02},
    {"tcp-rst",                          0x04},
    {"tcp-push",                         0x08},
    {"tcp-ack",                          0x10},
    {"tcp-urg",                          0x20},
    {"tcp-ece",                          0x40},
    {"tcp-cwr",                          0x80},
    {"icmptype",                         0   },
    {"icmpcode",                         1   },
    {"icmp-echoreply",                   0   },
    {"icmp-unreach",                     3   },
    {"icmp-sourcequench",                4   },
    {"icmp-redirect",                    5   },
    {"icmp-echo",                        8   },
    {"icmp-routeradvert",                9   },
    {"icmp-routersolicit",               10  },
    {"icmp-timxceed",                    11  },
    {"icmp-paramprob",                   12  },
    {"icmp-tstamp",                      13  },
    {"icmp-tstampreply",                 14  },
    {"icmp-ireq",                        15  },
    {"icmp-ireqreply",                   16  },
    {"icmp-maskreq",                     17  },
    {"icmp-maskreply",                   18  },
    {"icmp6type",                        0   },
    {"icmp6code",                        1   },
    {"icmp6-destinationrunreach",        1   },
    {"icmp6-destinationunreach",         1   },
    {"icmp6-packettoobig",               2   },
    {"icmp6-timeexceeded",               3   },
    {"icmp6-parameterproblem",           4   },
    {"icmp6-echo",                       128 },
    {"icmp6-echoreply",                  129 },
    {"icmp6-multicastlistenerquery",     130 },
    {"icmp6-multicastlistenerreportv1",  131 },
    {"icmp6-multicastlistenerdone",      132 },
    {"icmp6-routersolicit",              133 },
    {"icmp6-routeradvert",               134 },
    {"icmp6-neighborsolicit",            135 },
    {"icmp6-neighboradvert",             136 },
    {"icmp6-redirect",                   137 },
    {"icmp6-routerrenum",                138 },
    {"icmp6-nodeinformationquery",       139 },
    {"icmp6-nodeinformationresponse",    140 },
    {"icmp6-ineighbordiscoverysolicit",  141 },
    {"icmp6-ineighbordiscoveryadvert",   142 },
    {"icmp6-multicastlistenerreportv2",  143 },
    {"icmp6-homeagentdiscoveryrequest",  144 },
    {"icmp6-homeagentdiscoveryreply",    145 },
    {"icmp6-mobileprefixsolicit",        146 },
    {"icmp6-mobileprefixadvert",         147 },
    {"icmp6-certpathsolicit",            148 },
    {"icmp6-certpathadvert",             149 },
    {"icmp6-multicastrouteradvert",      151 },
    {"icmp6-multicastroutersolicit",     152 },
    {"icmp6-multicastroutertermination", 153 },
};

struct ast *literal_constant(struct parse *ps, struct parse_piece p)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        const struct constant *c = &constants[i];
        if (strlen(c->word) == p.len && memcmp(c->word, p.s, p.len) == 0)
            return with_number(ps, AST_NUM, p.at, c->value);
    }
    return NULL;
}
