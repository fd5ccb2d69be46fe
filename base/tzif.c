/* tzif.c - reads TZif, RFC 8536 section 3. Integers are big-endian. */
#include "base/tzif.h"

#include <string.h>

#include "base/cursor.h"
#include "base/timestamp.h"

enum {
    CHANGES_MAX = 4096,  /* in a file; those of tzdata have some 250 */
    RULE_CHANGES = 1400, /* two a year until 2262, and more */
    TYPES_MAX = 256,
    TYPE_BYTES = 6,
    RESERVED = 15
};

struct header {
    uint8_t version;
    uint32_t isut, isstd, leaps, times, types, chars;
};

static uint32_t big_u32(struct cursor *c)
{
    return __builtin_bswap32(cursor_u32(c));
}

static int64_t big_time(struct cursor *c, bool wide)
{
    return wide ? (int64_t)__builtin_bswap64(cursor_u64(c))
                : (int32_t)big_u32(c);
}

static bool read_header(struct cursor *c, struct header *h)
{
    const uint8_t *magic = cursor_take(c, 4);

    if (!magic || memcmp(magic, "TZif", 4) != 0)
        return false;
    h->version = cursor_u8(c);
    (void)cursor_take(c, RESERVED);
    h->isut = big_u32(c);
    h->isstd = big_u32(c);
    h->leaps = big_u32(c);
    h->times = big_u32(c);
    h->types = big_u32(c);
    h->chars = big_u32(c);
    return !c->bad && (h->version == 0 || h->version >= '2');
}

static bool header_ok(const struct header *h)
{
    return h->types > 0 && h->types <= TYPES_MAX && h->chars > 0 &&
           h->times <= CHANGES_MAX && (h->isut == 0 || h->isut == h->types) &&
           (h->isstd == 0 || h->isstd == h->types);
}

/* Where version 1 ends and the data that counts begin. */
static bool skip_first(struct cursor *c, const struct header *h)
{
    uint64_t size = (uint64_t)h->times * 5 + (uint64_t)h->types * TYPE_BYTES +
                    h->chars + (uint64_t)h->leaps * 8 + h->isstd + h->isut;

    return cursor_take(c, size) != NULL;
}

struct body {
    const struct header *h;
    struct cursor times, index, types;
};

static bool read_body(struct cursor *c, const struct header *h, bool wide,
                      struct body *b)
{
    size_t time = wide ? 8 : 4;

    b->h = h;
    b->times = *c;
    (void)cursor_take(c, h->times * time);
    b->index = *c;
    (void)cursor_take(c, h->times);
    b->types = *c;
    (void)cursor_take(c, (size_t)h->types * TYPE_BYTES);
    (void)cursor_take(c, (size_t)h->chars + h->isstd + h->isut);
    return !c->bad;
}

/* ---- changes ---- */

static int32_t offset_of(const struct body *b, uint8_t type)
{
    struct cursor c = b->types;

    if (type >= b->h->types)
        return INT32_MAX;
    (void)cursor_take(&c, (size_t)type * TYPE_BYTES);
    return (int32_t)big_u32(&c);
}

static bool offset_ok(int32_t offset)
{
    return offset > -TZIF_OFFSET_MAX && offset < TZIF_OFFSET_MAX;
}

bool tzif_add(struct tzif_changes *c, int64_t at, int32_t offset)
{
    int32_t before = c->n ? c->change[c->n - 1].offset : c->first;

    if (at > INT64_MAX / TIMESTAMP_SECOND)
        return true;
    if (at < INT64_MIN / TIMESTAMP_SECOND) {
        c->first = offset;
        return true;
    }
    at *= TIMESTAMP_SECOND;
    if (c->n && c->change[c->n - 1].at > at)
        return false;
    /* Two changes at one time are the last of them. */
    if (c->n && c->change[c->n - 1].at == at) {
        c->n--;
        before = c->n ? c->change[c->n - 1].offset : c->first;
    }
    if (offset == before)
        return true;
    if (c->n == c->room)
        return false;
    c->change[c->n++] = (struct tz_change){at, offset};
    return true;
}

static bool add_changes(struct tzif_changes *out, const struct body *b,
                        bool wide, int64_t *last)
{
    struct cursor times = b->times, index = b->index;

    out->first = offset_of(b, 0);
    if (!offset_ok(out->first))
        return false;
    for (uint32_t i = 0; i < b->h->times; i++) {
        int64_t at = big_time(&times, wide);
        int32_t offset = offset_of(b, cursor_u8(&index));
        if ((i > 0 && at <= *last) || !offset_ok(offset) ||
            !tzif_add(out, at, offset))
            return false;
        *last = at;
    }
    return true;
}

/* The footer: a TZ string between two line feeds; empty: nothing is known. */
static bool add_footer(struct tzif_changes *out, struct cursor c, int64_t last)
{
    size_t left = (size_t)(c.end - c.at);
    const uint8_t *end;

    if (left < 2 || c.at[0] != '\n')
        return false;
    end = memchr(c.at + 1, '\n', left - 1);
    if (!end)
        return false;
    size_t len = (size_t)(end - c.at) - 1;
    return len == 0 || tzif_add_rule(out, (const char *)c.at + 1, len, last);
}

static bool fail(struct err *e)
{
    err_set(e, ERR_USAGE, "its file is damaged, or no time zone");
    err_hint(e, "an offset as +02:00 needs no file");
    return false;
}

bool tzif_read(struct tz *z, struct arena *a, const uint8_t *bytes, size_t len,
               struct err *e)
{
    struct cursor c = {.at = bytes, .end = bytes + len};
    struct header h;
    struct body b;
    int64_t last = INT64_MIN;

    if (!read_header(&c, &h))
        return fail(e);
    bool wide = h.version != 0;
    if (wide && (!skip_first(&c, &h) || !read_header(&c, &h)))
        return fail(e);
    if (h.leaps)
        return err_set(e, ERR_USAGE,
                       "its file counts leap seconds, and times here do not");
    if (!header_ok(&h) || !read_body(&c, &h, wide, &b))
        return fail(e);
    struct tzif_changes out = {.room = h.times + RULE_CHANGES};
    out.change = arena_array(a, struct tz_change, out.room);
    if (!add_changes(&out, &b, wide, &last) ||
        (wide && !add_footer(&out, c, last)))
        return fail(e);
    z->offset = out.first;
    z->changes = out.n;
    z->change = out.change;
    return true;
}
