/* mmdb.c - MaxMind DB File Format Specification 2.0. Integers are big-endian.
 */
#include "query/mmdb.h"

#include <string.h>

enum {
    KIND_EXTENDED,
    KIND_POINTER,
    KIND_TEXT,
    KIND_DOUBLE,
    KIND_BYTES,
    KIND_U16,
    KIND_U32,
    KIND_MAP,
    KIND_I32,
    KIND_U64,
    KIND_U128,
    KIND_ARRAY,
    KIND_BOOL = 14,
    KIND_FLOAT
};

enum { SEPARATOR = 16, METADATA_MAX = 128 * 1024, STEPS_MAX = 65536 };

static const char marker[] = "\xab\xcd\xefMaxMind.com";

/* ---- values ---- */

/* One value's head; `at` is where its content begins. */
struct head {
    int kind;
    uint32_t size; /* bytes, or members of a map or array */
    size_t at;
};

/* Values of the section [from, to) of data; pointers count from `from`. */
struct section {
    const uint8_t *data;
    size_t from, to;
};

static bool read_int(const struct section *s, size_t *at, uint32_t bytes,
                     uint32_t *out)
{
    if (bytes > 4 || *at > s->to || s->to - *at < bytes)
        return false;
    *out = 0;
    for (uint32_t i = 0; i < bytes; i++)
        *out = *out << 8 | s->data[(*at)++];
    return true;
}

/* Sizes from 29 on follow in 1 to 3 bytes. */
static bool read_size(const struct section *s, struct head *h)
{
    static const uint32_t base[] = {29, 285, 65821};
    uint32_t more, n = h->size;

    if (n < 29)
        return true;
    if (!read_int(s, &h->at, n - 28, &more))
        return false;
    h->size = base[n - 29] + more;
    return true;
}

static bool read_pointer(const struct section *s, struct head *h)
{
    static const uint32_t base[] = {0, 2048, 526336, 0};
    uint32_t bytes = (h->size >> 3) + 1, low, high = h->size & 7;

    if (!read_int(s, &h->at, bytes, &low))
        return false;
    h->size = bytes == 4 ? low : base[bytes - 1] + (high << (8 * bytes) | low);
    return true;
}

static bool read_head(const struct section *s, size_t at, struct head *h)
{
    uint32_t control, kind;

    *h = (struct head){.at = at};
    if (!read_int(s, &h->at, 1, &control))
        return false;
    h->kind = (int)(control >> 5);
    h->size = control & 31;
    if (h->kind == KIND_POINTER)
        return read_pointer(s, h);
    if (h->kind == KIND_EXTENDED) {
        if (!read_int(s, &h->at, 1, &kind))
            return false;
        h->kind = (int)kind + 7;
    }
    return read_size(s, h);
}

/* The same, where a pointer stands what it points to; one leads to no other. */
static bool read_value(const struct section *s, size_t at, struct head *h)
{
    if (!read_head(s, at, h))
        return false;
    if (h->kind != KIND_POINTER)
        return true;
    return h->size < s->to - s->from && read_head(s, s->from + h->size, h) &&
           h->kind != KIND_POINTER;
}

/* Where the value after the one at `at` begins. */
static bool skip(const struct section *s, size_t *at)
{
    uint64_t left = 1;
    struct head h;

    for (int step = 0; left > 0; step++, left--) {
        if (step == STEPS_MAX || !read_head(s, *at, &h))
            return false;
        *at = h.at;
        if (h.kind == KIND_MAP)
            left += 2 * (uint64_t)h.size;
        else if (h.kind == KIND_ARRAY)
            left += h.size;
        else if (h.kind != KIND_POINTER && h.kind != KIND_BOOL)
            *at += h.size;
        if (*at > s->to)
            return false;
    }
    return true;
}

static bool is_key(const struct section *s, size_t at, const char *key)
{
    struct head h;

    return read_value(s, at, &h) && h.kind == KIND_TEXT &&
           h.size == strlen(key) && h.size <= s->to - h.at &&
           memcmp(s->data + h.at, key, h.size) == 0;
}

/* *at goes from a map to the value of its key. */
static bool enter(const struct section *s, size_t *at, const char *key)
{
    struct head h;

    if (!read_value(s, *at, &h) || h.kind != KIND_MAP)
        return false;
    *at = h.at;
    for (uint32_t i = 0; i < h.size && i < STEPS_MAX; i++) {
        bool found = is_key(s, *at, key);
        if (!skip(s, at))
            return false;
        if (found)
            return true;
        if (!skip(s, at))
            return false;
    }
    return false;
}

static bool find_path(const struct section *s, size_t at,
                      const char *const *path, struct head *h)
{
    for (; *path; path++) {
        if (!enter(s, &at, *path))
            return false;
    }
    return read_value(s, at, h) && h->at <= s->to;
}

static bool number_at(const struct section *s, size_t at,
                      const char *const *path, uint32_t *out)
{
    struct head h;

    return find_path(s, at, path, &h) &&
           (h.kind == KIND_U16 || h.kind == KIND_U32) &&
           read_int(s, &h.at, h.size, out);
}

static struct section values_of(const struct mmdb *m)
{
    return (struct section){m->data, m->values, m->len};
}

bool mmdb_number(const struct mmdb *m, size_t place, const char *const *path,
                 uint32_t *out)
{
    struct section s = values_of(m);

    return number_at(&s, place, path, out);
}

bool mmdb_text(const struct mmdb *m, size_t place, const char *const *path,
               const char **out, size_t *len)
{
    struct section s = values_of(m);
    struct head h;

    if (!find_path(&s, place, path, &h) || h.kind != KIND_TEXT ||
        h.size > s.to - h.at)
        return false;
    *out = (const char *)m->data + h.at;
    *len = h.size;
    return true;
}

/* ---- the tree ---- */

static uint32_t record(const struct mmdb *m, uint32_t node, size_t side)
{
    const uint8_t *p = m->data + (size_t)node * m->record_bits / 4;

    switch (m->record_bits) {
    case 24: p += 3 * side; return (uint32_t)p[0] << 16 | p[1] << 8 | p[2];
    case 28:
        if (side)
            return (uint32_t)(p[3] & 15) << 24 | p[4] << 16 | p[5] << 8 | p[6];
        return (uint32_t)(p[3] >> 4) << 24 | p[0] << 16 | p[1] << 8 | p[2];
    default:
        p += 4 * side;
        return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    }
}

/* Bit i of an address, from the highest; IPv4 stands behind 96 zero bits. */
static int bit_of(struct addr a, bool v4, int i)
{
    uint64_t half = i < 64 ? a.hi : a.lo;

    if (v4 && i < 96)
        return 0;
    return (int)(half >> (63 - i % 64) & 1);
}

bool mmdb_find(const struct mmdb *m, struct addr a, size_t *place)
{
    bool v4 = addr_is_v4(a);
    uint32_t node = 0;

    if (!v4 && m->version == 4)
        return false;
    for (int i = m->version == 4 ? 96 : 0; i < 128 && node < m->nodes; i++)
        node = record(m, node, (size_t)bit_of(a, v4, i));
    if (node <= m->nodes || node - m->nodes < SEPARATOR)
        return false;
    *place = m->values + (node - m->nodes - SEPARATOR);
    return *place < m->len;
}

/* ---- opening ---- */

/* Where the metadata begin: behind the last marker. */
static size_t find_metadata(const uint8_t *data, size_t len)
{
    const size_t size = sizeof marker - 1;
    size_t least = len > METADATA_MAX ? len - METADATA_MAX : 0;

    for (size_t at = len < size ? 0 : len - size + 1; at-- > least;) {
        if (memcmp(data + at, marker, size) == 0)
            return at + size;
    }
    return 0;
}

static bool read_metadata(struct mmdb *m, const struct section *s)
{
    static const char *const nodes[] = {"node_count", NULL},
                             *const bits[] = {"record_size", NULL},
                             *const version[] = {"ip_version", NULL};

    return number_at(s, s->from, nodes, &m->nodes) &&
           number_at(s, s->from, bits, &m->record_bits) &&
           number_at(s, s->from, version, &m->version);
}

bool mmdb_open(struct mmdb *m, const uint8_t *data, size_t len)
{
    size_t from = find_metadata(data, len);
    struct section s = {data, from, len};

    *m = (struct mmdb){.data = data};
    if (from == 0 || !read_metadata(m, &s))
        return false;
    m->len = from - (sizeof marker - 1);
    m->values = (size_t)m->nodes * m->record_bits / 4 + SEPARATOR;
    return (m->record_bits == 24 || m->record_bits == 28 ||
            m->record_bits == 32) &&
           (m->version == 4 || m->version == 6) && m->nodes > 0 &&
           m->values <= m->len;
}
