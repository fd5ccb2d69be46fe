/* render.c - one renderer a type and style, in one table. */
#include "cli/render.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

void render_text(struct buf *out, const char *s)
{
    buf_put(out, s, strlen(s));
}

void render_int(struct buf *out, int64_t v)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t n = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    if (v < 0)
        *--at = '-';
    buf_put(out, at, (size_t)(digits + sizeof digits - at));
}

size_t render_width(const uint8_t *s, size_t len)
{
    size_t width = 0;

    for (size_t i = 0; i < len; i++)
        width += (s[i] & 0xc0) != 0x80;
    return width;
}

/* Printable ASCII without `"` and `\` needs no escapes in any format. */
static bool is_plain(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < 0x20 || s[i] == 0x7f || s[i] == '"' || s[i] == '\\')
            return false;
    return true;
}

static void through_file(struct buf *out, const char *s, size_t len,
                         void (*print)(FILE *, const char *, size_t))
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    if (!f)
        err_no_memory();
    print(f, s, len);
    if (fclose(f) != 0)
        err_no_memory();
    buf_put(out, text, n);
    free(text);
}

void render_outside(struct buf *out, const char *s, size_t len)
{
    if (is_plain(s, len))
        buf_put(out, s, len);
    else
        through_file(out, s, len, text_print);
}

void render_json_string(struct buf *out, const char *s, size_t len)
{
    if (!is_plain(s, len)) {
        through_file(out, s, len, text_print_json);
        return;
    }
    buf_u8(out, '"');
    buf_put(out, s, len);
    buf_u8(out, '"');
}

static void quote(struct buf *out, const struct render *r)
{
    if (r->style == RENDER_JSON)
        buf_u8(out, '"');
}

static void show_int(struct buf *out, const struct render *r,
                     const struct vtype *t, union cell c)
{
    (void)r;
    (void)t;
    render_int(out, c.i);
}

static void show_bool(struct buf *out, const struct render *r,
                      const struct vtype *t, union cell c)
{
    (void)r;
    (void)t;
    render_text(out, c.i ? "true" : "false");
}

/* The fewest digits that read back as the same number. */
static void show_real(struct buf *out, const struct render *r,
                      const struct vtype *t, union cell c)
{
    char text[40];

    (void)t;
    if (r->style == RENDER_JSON && !isfinite(c.r)) {
        render_text(out, "null"); /* RFC 8259 6: no infinity, no NaN */
        return;
    }
    snprintf(text, sizeof text, "%.15g", c.r);
    if (strtod(text, NULL) != c.r)
        snprintf(text, sizeof text, "%.17g", c.r);
    render_text(out, text);
}

static void show_real_short(struct buf *out, const struct render *r,
                            const struct vtype *t, union cell c)
{
    char text[40];

    (void)r;
    (void)t;
    snprintf(text, sizeof text, "%.6g", c.r);
    render_text(out, text);
}

static void put_addr(struct buf *out, struct addr a)
{
    char text[ADDR_TEXT_MAX];

    buf_put(out, text, addr_format(text, a));
}

static void show_addr(struct buf *out, const struct render *r,
                      const struct vtype *t, union cell c)
{
    (void)t;
    quote(out, r);
    put_addr(out, c.a);
    quote(out, r);
}

static void show_net(struct buf *out, const struct render *r,
                     const struct vtype *t, union cell c)
{
    quote(out, r);
    put_addr(out, c.a);
    buf_u8(out, '/');
    render_int(out, addr_is_v4(c.a) ? t->bits4 : t->bits6);
    quote(out, r);
}

static void show_mac(struct buf *out, const struct render *r,
                     const struct vtype *t, union cell c)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t mac = (uint64_t)c.i;
    char text[18];

    (void)t;
    for (size_t i = 0; i < 6; i++) {
        uint8_t byte = (uint8_t)(mac >> (40 - 8 * i));
        text[3 * i] = hex[byte >> 4];
        text[3 * i + 1] = hex[byte & 15];
        text[3 * i + 2] = ':';
    }
    quote(out, r);
    buf_put(out, text, 17);
    quote(out, r);
}

static void show_time(struct buf *out, const struct render *r,
                      const struct vtype *t, union cell c)
{
    char text[TIMESTAMP_TEXT_MAX];
    size_t len;

    if (t->date && !r->epoch)
        len = timestamp_format_date(text, c.i, tz_offset(r->tz, c.i));
    else if (r->epoch)
        len = timestamp_format_epoch(text, c.i);
    else
        len = timestamp_format(text, c.i, tz_offset(r->tz, c.i));
    quote(out, r);
    buf_put(out, text, len);
    quote(out, r);
}

static void show_seconds(struct buf *out, const struct render *r,
                         const struct vtype *t, union cell c)
{
    char text[TIMESTAMP_TEXT_MAX];

    (void)r;
    (void)t;
    buf_put(out, text, timestamp_format_seconds(text, c.i));
}

static void show_length(struct buf *out, const struct render *r,
                        const struct vtype *t, union cell c)
{
    char text[TIMESTAMP_TEXT_MAX];

    (void)r;
    (void)t;
    buf_put(out, text, timestamp_format_length(text, c.i));
}

static void show_string(struct buf *out, const struct render *r,
                        const struct vtype *t, union cell c)
{
    size_t len;
    const char *s = strtab_text(r->text, (uint32_t)c.i, &len);

    (void)t;
    if (r->style == RENDER_JSON)
        render_json_string(out, s, len);
    else
        render_outside(out, s, len);
}

static void show_flags(struct buf *out, const struct render *r,
                       const struct vtype *t, union cell c)
{
    char text[10];

    (void)t;
    schema_flags_text(text, (uint16_t)c.i);
    quote(out, r);
    render_text(out, text);
    quote(out, r);
}

/* Members that would not stand for themselves in a query get quotes. */
static bool needs_quotes(enum type type, union cell c)
{
    return type == TYPE_STRING || (type == TYPE_FLAGS && c.i == 0);
}

static void show_member(struct buf *out, const struct render *r,
                        const struct vtype *set, uint32_t m, union cell c)
{
    struct vtype t = {.type = set->member[m],
                      .date = set->date,
                      .bits4 = set->bits4,
                      .bits6 = set->bits6};
    bool quotes = r->style != RENDER_JSON && needs_quotes(t.type, c);

    if (quotes)
        buf_u8(out, '"');
    render_for(r, &t)(out, r, &t, c);
    if (quotes)
        buf_u8(out, '"');
}

static bool is_endpoint(const struct vtype *t)
{
    return t->members == 2 && t->member[0] == TYPE_ADDR &&
           t->member[1] == TYPE_INT;
}

/* 198.51.100.10:53, [2001:db8::1]:53 (RFC 5952 6) */
static void show_endpoint(struct buf *out, const union cell *c)
{
    bool v4 = addr_is_v4(c[0].a);

    if (!v4)
        buf_u8(out, '[');
    put_addr(out, c[0].a);
    render_text(out, v4 ? ":" : "]:");
    render_int(out, c[1].i);
}

static void show_list(struct buf *out, const struct render *r,
                      const struct vtype *t, const union cell *c)
{
    bool json = r->style == RENDER_JSON;

    render_text(out, json ? "[" : "(");
    for (uint32_t m = 0; m < t->members; m++) {
        if (m)
            render_text(out, json ? "," : ", ");
        show_member(out, r, t, m, c[m]);
    }
    render_text(out, json ? "]" : ")");
}

static void show_tuple(struct buf *out, const struct render *r,
                       const struct vtype *t, const union cell *c)
{
    if (t->members == 1)
        show_member(out, r, t, 0, c[0]);
    else if (is_endpoint(t) && r->style != RENDER_JSON)
        show_endpoint(out, c);
    else
        show_list(out, r, t, c);
}

enum { CHECK_EVERY = 1 << 12 };

static void show_set(struct buf *out, const struct render *r,
                     const struct vtype *t, union cell c)
{
    bool json = r->style == RENDER_JSON;
    const struct set *s = c.set;

    (void)t; /* the set's own type knows its members */
    render_text(out, json ? "[" : "{");
    for (uint32_t i = 0; i < s->n; i++) {
        if (i % CHECK_EVERY == 0 && r->stop && *r->stop)
            break;
        if (i)
            render_text(out, json ? "," : ", ");
        show_tuple(out, r, &s->type, s->member + (size_t)i * s->type.members);
    }
    render_text(out, json ? "]" : "}");
}

static const struct {
    render_fn exact, table;
} renderers[TYPE_COUNT] = {
    [TYPE_BOOL] = {show_bool,    show_bool      },
    [TYPE_INT] = {show_int,     show_int       },
    [TYPE_REAL] = {show_real,    show_real_short},
    [TYPE_ADDR] = {show_addr,    show_addr      },
    [TYPE_NET] = {show_net,     show_net       },
    [TYPE_MAC] = {show_mac,     show_mac       },
    [TYPE_TIME] = {show_time,    show_time      },
    [TYPE_DURATION] = {show_seconds, show_length    },
    [TYPE_STRING] = {show_string,  show_string    },
    [TYPE_FLAGS] = {show_flags,   show_flags     },
    [TYPE_SET] = {show_set,     show_set       },
};

render_fn render_for(const struct render *r, const struct vtype *t)
{
    return r->style == RENDER_TABLE ? renderers[t->type].table
                                    : renderers[t->type].exact;
}
