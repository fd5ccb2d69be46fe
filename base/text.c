/* text.c - escaping, and numbers for people. */
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* How long a character is that begins with this byte, 0 if none does. */
static size_t utf8_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* RFC 3629 4: the length of the character at s, 0 where there is none. */
static size_t utf8_decode(const uint8_t *s, size_t len, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = utf8_length(s[0]);

    if (n == 0 || n > len)
        return 0;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code = c;
    return n;
}

/* Controls, and what makes a terminal show text in another order. */
static bool is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

struct step {
    size_t bytes;
    uint32_t code;
    bool whole, safe; /* a character; one that may be shown as it is */
};

static struct step step_at(const char *s, size_t len)
{
    struct step st = {1, 0, false, false};
    size_t n = utf8_decode((const uint8_t *)s, len, &st.code);

    if (n > 0)
        st = (struct step){n, st.code, true, !is_unsafe(st.code)};
    return st;
}

/* The length of the longest beginning that may be shown as it is. */
static size_t safe_prefix(const char *s, size_t len)
{
    size_t at = 0;

    while (at < len) {
        struct step st = step_at(s + at, len - at);
        if (!st.safe)
            break;
        at += st.bytes;
    }
    return at;
}

void text_print(FILE *out, const char *s, size_t len)
{
    while (len > 0) {
        size_t n = safe_prefix(s, len);
        fwrite(s, 1, n, out);
        s += n;
        len -= n;
        if (len == 0)
            return;
        n = step_at(s, len).bytes;
        for (size_t i = 0; i < n; i++)
            fprintf(out, "\\x%02x", (uint8_t)s[i]);
        s += n;
        len -= n;
    }
}

size_t text_width(const char *s, size_t len)
{
    size_t width = 0;

    for (size_t at = 0; at < len;) {
        struct step st = step_at(s + at, len - at);
        width += st.safe ? 1 : 4 * st.bytes;
        at += st.bytes;
    }
    return width;
}

static void print_json_char(FILE *out, const char *s, struct step st)
{
    static const char from[] = "\"\\\n\t\r";
    static const char to[] = "\"\\ntr";
    const char *known = st.code ? strchr(from, (int)st.code) : NULL;

    if (!st.whole)
        fprintf(out, "\\\\x%02x", (uint8_t)*s);
    else if (st.code < 0x80 && known)
        fprintf(out, "\\%c", to[known - from]);
    else if (!st.safe)
        fprintf(out, "\\u%04" PRIx32, st.code);
    else
        fwrite(s, 1, st.bytes, out);
}

void text_print_json(FILE *out, const char *s, size_t len)
{
    fputc('"', out);
    for (size_t at = 0; at < len;) {
        struct step st = step_at(s + at, len - at);
        print_json_char(out, s + at, st);
        at += st.bytes;
    }
    fputc('"', out);
}

/* n in the largest unit that leaves it at 1 or more: one decimal below 10,
 * none above. */
static size_t scaled(char out[24], uint64_t n, double step,
                     const char *const *units)
{
    double v = (double)n;

    if (v < step)
        return (size_t)snprintf(out, 24, "%" PRIu64 "%s", n, *units);
    while (v >= step - 0.5) { /* what would round to a whole step is one */
        v /= step;
        units++;
    }
    return (size_t)snprintf(out, 24, v < 9.95 ? "%.1f%s" : "%.0f%s", v, *units);
}

size_t text_count(char out[24], uint64_t n)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};

    return scaled(out, n, 1000, units);
}

size_t text_bytes(char out[24], uint64_t n)
{
    static const char *const units[] = {" B",   " KiB", " MiB", " GiB",
                                        " TiB", " PiB", " EiB"};

    return scaled(out, n, 1024, units);
}

static bool parse_number(const char **at, uint64_t *out)
{
    const char *s = *at;
    uint64_t n = 0;

    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(n, 10u, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n))
            return false;
    if (s == *at)
        return false;
    *at = s;
    *out = n;
    return true;
}

bool text_parse_size(const char *s, uint64_t *out)
{
    static const char units[] = "kmgtpe";
    uint64_t n;

    if (!parse_number(&s, &n))
        return false;
    const char *unit = *s ? strchr(units, *s | 0x20) : NULL;
    if (unit) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);
        if (n > UINT64_MAX >> shift)
            return false;
        n <<= shift;
        s++;
        if (*s == 'i' && (s[1] | 0x20) == 'b')
            s++;
    }
    if ((*s | 0x20) == 'b')
        s++;
    if (*s)
        return false;
    *out = n;
    return true;
}
