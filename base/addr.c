/* addr.c - addresses and networks as text, and their arithmetic. */
#include "base/addr.h"

#include <string.h>

struct addr addr_from_bytes(const uint8_t bytes[16])
{
    struct addr a = {0, 0};

    for (int i = 0; i < 8; i++) {
        a.hi = a.hi << 8 | bytes[i];
        a.lo = a.lo << 8 | bytes[i + 8];
    }
    return a;
}

void addr_to_bytes(struct addr a, uint8_t bytes[16])
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(a.hi >> (56 - 8 * i));
        bytes[i + 8] = (uint8_t)(a.lo >> (56 - 8 * i));
    }
}

bool addr_next(struct addr *a)
{
    if (a->hi == UINT64_MAX && a->lo == UINT64_MAX)
        return false;
    a->lo++;
    a->hi += a->lo == 0;
    return true;
}

bool addr_prev(struct addr *a)
{
    if (a->hi == 0 && a->lo == 0)
        return false;
    a->hi -= a->lo == 0;
    a->lo--;
    return true;
}

/* A decimal number without needless zeros; the text behind it is left. */
static bool parse_decimal(const char **at, const char *end, unsigned max,
                          unsigned *out)
{
    const char *s = *at;
    unsigned n = 0;

    if (s == end || *s < '0' || *s > '9')
        return false;
    if (*s == '0' && s + 1 < end && s[1] >= '0' && s[1] <= '9')
        return false;
    for (; s < end && *s >= '0' && *s <= '9'; s++) {
        n = n * 10 + (unsigned)(*s - '0');
        if (n > max)
            return false;
    }
    *at = s;
    *out = n;
    return true;
}

/* One to four parts, the missing ones taken as 0. Returns how many parts there
 * are when they fill the text, 0 when it is no address. */
static unsigned parse_v4(const char *s, const char *end, uint32_t *out)
{
    uint32_t v4 = 0;
    unsigned parts = 0, n;

    for (;;) {
        if (parts == 4 || !parse_decimal(&s, end, 255, &n))
            return 0;
        v4 |= (uint32_t)n << (24 - 8 * parts);
        parts++;
        if (s == end)
            break;
        if (*s++ != '.')
            return 0;
    }
    *out = v4;
    return parts;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 4291 2.2: what has been read of an IPv6 address. */
struct v6_text {
    const char *at, *end;
    uint16_t group[8];
    int n;    /* groups read */
    int skip; /* groups before "::", -1 while there is none */
};

static bool read_group(struct v6_text *t)
{
    const char *s = t->at;
    unsigned v = 0;

    if (t->n == 8)
        return false;
    while (s < t->end && s - t->at < 4 && hex_digit(*s) >= 0)
        v = v << 4 | (unsigned)hex_digit(*s++);
    if (s == t->at)
        return false;
    t->group[t->n++] = (uint16_t)v;
    t->at = s;
    return true;
}

static bool read_dotted_tail(struct v6_text *t)
{
    uint32_t v4;

    if (t->n > 6 || parse_v4(t->at, t->end, &v4) != 4)
        return false;
    t->group[t->n++] = (uint16_t)(v4 >> 16);
    t->group[t->n++] = (uint16_t)v4;
    t->at = t->end;
    return true;
}

static bool next_is_dotted(const struct v6_text *t)
{
    size_t left = (size_t)(t->end - t->at);

    return memchr(t->at, '.', left) && !memchr(t->at, ':', left);
}

static bool read_double_colon(struct v6_text *t)
{
    if (t->end - t->at < 2 || t->at[0] != ':' || t->at[1] != ':')
        return false;
    if (t->skip >= 0 || t->n == 8)
        return false;
    t->skip = t->n;
    t->at += 2;
    return true;
}

static bool read_v6(struct v6_text *t)
{
    read_double_colon(t);
    while (t->at < t->end) {
        if (!(next_is_dotted(t) ? read_dotted_tail(t) : read_group(t)))
            return false;
        if (t->at == t->end)
            break;
        if (read_double_colon(t))
            continue;
        if (*t->at++ != ':' || t->at == t->end)
            return false;
    }
    return t->skip >= 0 ? t->n < 8 : t->n == 8;
}

static bool parse_v6(const char *s, const char *end, struct addr *out)
{
    struct v6_text t = {.at = s, .end = end, .skip = -1};
    uint16_t g[8] = {0};

    if (!read_v6(&t))
        return false;
    int before = t.skip >= 0 ? t.skip : 8;
    for (int i = 0; i < t.n; i++)
        g[i < before ? i : i + 8 - t.n] = t.group[i];
    *out = (struct addr){0, 0};
    for (int i = 0; i < 4; i++) {
        out->hi = out->hi << 16 | g[i];
        out->lo = out->lo << 16 | g[i + 4];
    }
    return true;
}

bool addr_parse(const char *text, size_t len, struct addr *out)
{
    uint32_t v4;

    if (len == 0)
        return false;
    if (memchr(text, ':', len))
        return parse_v6(text, text + len, out);
    if (parse_v4(text, text + len, &v4) != 4)
        return false;
    *out = addr_from_v4(v4);
    return true;
}

struct addr_range addr_net_range(struct addr base, uint8_t bits)
{
    uint64_t hi = bits == 0    ? 0
                  : bits >= 64 ? UINT64_MAX
                               : UINT64_MAX << (64 - bits);
    uint64_t lo = bits <= 64    ? 0
                  : bits >= 128 ? UINT64_MAX
                                : UINT64_MAX << (128 - bits);

    return (struct addr_range){
        {base.hi & hi,  base.lo & lo },
        {base.hi | ~hi, base.lo | ~lo}
    };
}

/* The address before a prefix length, and the length it has without one. */
static bool parse_net_base(const char *text, const char *end, struct addr *base,
                           unsigned *bits)
{
    uint32_t v4 = 0;
    size_t len = (size_t)(end - text);

    *bits = 128;
    if (len == 0 || memchr(text, ':', len))
        return addr_parse(text, len, base);
    unsigned parts = parse_v4(text, end, &v4);
    *base = addr_from_v4(v4);
    *bits = 96 + 8 * parts;
    return parts > 0;
}

bool addr_parse_net(const char *text, size_t len, struct addr *base,
                    uint8_t *bits)
{
    const char *end = text + len;
    const char *slash = len ? memchr(text, '/', len) : NULL;
    unsigned n, given;
    struct addr a;

    if (!parse_net_base(text, slash ? slash : end, &a, &n))
        return false;
    if (slash) {
        const char *at = slash + 1;
        bool v4 = !memchr(text, ':', (size_t)(slash - text));
        if (!parse_decimal(&at, end, v4 ? 32 : 128, &given) || at != end)
            return false;
        n = v4 ? 96 + given : given;
    }
    *base = addr_net_range(a, (uint8_t)n).lo;
    *bits = (uint8_t)n;
    return true;
}

static char *put_decimal(char *at, unsigned byte)
{
    if (byte >= 100)
        *at++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *at++ = (char)('0' + byte / 10 % 10);
    *at++ = (char)('0' + byte % 10);
    return at;
}

static char *put_v4(char *at, uint32_t v4)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        at = put_decimal(at, v4 >> shift & 0xff);
        *at++ = '.';
    }
    return at - 1;
}

static char *put_group(char *at, unsigned v)
{
    int shift = v > 0xfff ? 12 : v > 0xff ? 8 : v > 0xf ? 4 : 0;

    for (; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[v >> shift & 0xf];
    return at;
}

/* RFC 5952 4.2: the first of the longest runs of two or more zero groups. */
static int longest_zeros(const unsigned g[8], int *len)
{
    int best = -1;

    *len = 1;
    for (int i = 0, run = 0; i < 8; i++) {
        run = g[i] == 0 ? run + 1 : 0;
        if (run > *len) {
            *len = run;
            best = i - run + 1;
        }
    }
    return best;
}

static char *put_v6(char *at, struct addr a)
{
    unsigned g[8];
    int len;

    for (int i = 0; i < 4; i++) {
        g[i] = a.hi >> (48 - 16 * i) & 0xffff;
        g[i + 4] = a.lo >> (48 - 16 * i) & 0xffff;
    }
    int zeros = longest_zeros(g, &len);
    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            *at++ = ':';
            i += len - 1;
            if (i == 7)
                *at++ = ':';
            continue;
        }
        if (i > 0)
            *at++ = ':';
        /* RFC 5952 5: ::/96 holds an IPv4 address by definition. */
        if (i == 6 && zeros == 0 && len == 6)
            return put_v4(at, (uint32_t)a.lo);
        at = put_group(at, g[i]);
    }
    return at;
}

size_t addr_format(char out[ADDR_TEXT_MAX], struct addr a)
{
    char *end = addr_is_v4(a) ? put_v4(out, (uint32_t)a.lo) : put_v6(out, a);

    *end = '\0';
    return (size_t)(end - out);
}
