/* index_run.c - address runs as bytes: making them, walking them, finding. */
#include "store/index_run.h"

#include <string.h>

#include "base/hash.h"

/* How the slots of an address lie there: the low bits of the list's head. */
enum { LIST_ONE, LIST_STEPS, LIST_BITMAP, LIST_KINDS_BITS = 2 };

enum { SUM_AT = 32, BLOCK_LEN = 16, ENTRY_LEN = 24 };

static const uint8_t magic[8] = "TRAWLRUN";

typedef unsigned __int128 wide;

static wide wide_of(struct addr a)
{
    return (wide)a.hi << 64 | a.lo;
}

/* ---- making ---- */

static void put_varint(struct buf *b, wide v)
{
    for (; v >= 128; v >>= 7)
        buf_u8(b, (uint8_t)(v | 128));
    buf_u8(b, (uint8_t)v);
}

static void end_group(struct index_run_maker *m)
{
    if (m->in_group == 0)
        return;
    buf_u64(&m->directory, m->first.hi);
    buf_u64(&m->directory, m->first.lo);
    buf_u32(&m->directory, (uint32_t)m->group_at);
    buf_u32(&m->directory, (uint32_t)hash_bytes(m->body.data + m->group_at,
                                                m->body.len - m->group_at, 0));
    m->group_at = m->body.len;
    m->in_group = 0;
    m->groups++;
}

/* m->list := the steps from slot to slot. */
static bool make_steps(struct index_run_maker *m, const uint32_t *slots,
                       uint32_t n)
{
    m->list.len = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (slots[i] >= INDEX_RUN_BLOCKS || (i > 0 && slots[i] <= slots[i - 1]))
            return false;
        put_varint(&m->list, i > 0 ? slots[i] - slots[i - 1] : slots[i]);
    }
    return n > 0;
}

static void make_bitmap(struct index_run_maker *m, const uint32_t *slots,
                        uint32_t n)
{
    m->list.len = 0;
    buf_fill(&m->list, 0, slots[n - 1] / 8 + 1);
    for (uint32_t i = 0; i < n; i++)
        m->list.data[slots[i] / 8] |= (uint8_t)(1u << (slots[i] % 8));
}

static void put_list(struct index_run_maker *m, const uint32_t *slots,
                     uint32_t n)
{
    bool bitmap = slots[n - 1] / 8 + 1 < m->list.len;

    if (n == 1) {
        put_varint(&m->body, slots[0] << LIST_KINDS_BITS | LIST_ONE);
        return;
    }
    if (bitmap)
        make_bitmap(m, slots, n);
    put_varint(&m->body, m->list.len << LIST_KINDS_BITS |
                             (bitmap ? LIST_BITMAP : LIST_STEPS));
    buf_put(&m->body, m->list.data, m->list.len);
}

bool index_run_add(struct index_run_maker *m, struct addr a,
                   const uint32_t *slots, uint32_t n)
{
    bool any = m->groups > 0 || m->in_group > 0;

    if ((any && addr_cmp(a, m->last) <= 0) || !make_steps(m, slots, n) ||
        m->body.len > UINT32_MAX / 2)
        return false;
    if (m->in_group == INDEX_RUN_GROUP)
        end_group(m);
    if (m->in_group == 0)
        m->first = m->last = a;
    put_varint(&m->body, wide_of(a) - wide_of(m->last));
    put_list(m, slots, n);
    m->last = a;
    m->in_group++;
    return true;
}

void index_run_drop(struct index_run_maker *m)
{
    buf_free(&m->directory);
    buf_free(&m->body);
    buf_free(&m->list);
    *m = (struct index_run_maker){0};
}

/* Of what lies before the groups, with 0 where the checksum itself is. */
static uint64_t head_sum(const uint8_t *data, size_t len)
{
    return hash_bytes(data, SUM_AT, 0) ^
           hash_bytes(data + INDEX_RUN_HEAD, len - INDEX_RUN_HEAD, 1);
}

void index_run_finish(struct index_run_maker *m,
                      const struct index_run_block *table, uint32_t blocks,
                      struct buf *out)
{
    size_t from = out->len;

    end_group(m);
    buf_reserve(out, INDEX_RUN_HEAD + (size_t)blocks * BLOCK_LEN +
                         m->directory.len + m->body.len);
    buf_put(out, magic, sizeof magic);
    buf_u32(out, INDEX_RUN_VERSION);
    buf_u32(out, blocks);
    buf_u32(out, m->groups);
    buf_u32(out, 0);
    buf_u64(out, m->body.len);
    buf_u64(out, 0);
    for (uint32_t i = 0; i < blocks; i++) {
        buf_u64(out, table[i].id);
        buf_u64(out, table[i].sum);
    }
    buf_put(out, m->directory.data, m->directory.len);
    uint64_t sum = head_sum(out->data + from, out->len - from);
    for (uint32_t i = 0; i < 8; i++)
        out->data[from + SUM_AT + i] = (uint8_t)(sum >> (8 * i));
    buf_put(out, m->body.data, m->body.len);
    index_run_drop(m);
}

/* ---- opening ---- */

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static uint64_t get_u64(const uint8_t *p)
{
    return get_u32(p) | (uint64_t)get_u32(p + 4) << 32;
}

bool index_run_open(struct index_run *r, const uint8_t *data, size_t len)
{
    if (len < INDEX_RUN_HEAD || memcmp(data, magic, sizeof magic) != 0 ||
        get_u32(data + 8) != INDEX_RUN_VERSION)
        return false;
    r->blocks = get_u32(data + 12);
    r->groups = get_u32(data + 16);
    if (r->blocks > INDEX_RUN_BLOCKS)
        return false;
    uint64_t body = INDEX_RUN_HEAD + (uint64_t)r->blocks * BLOCK_LEN +
                    (uint64_t)r->groups * ENTRY_LEN;
    if (body > len || get_u64(data + 24) != len - body ||
        get_u64(data + SUM_AT) != head_sum(data, (size_t)body))
        return false;
    r->table = data + INDEX_RUN_HEAD;
    r->directory = r->table + (size_t)r->blocks * BLOCK_LEN;
    r->body = data + body;
    r->body_len = len - (size_t)body;
    return true;
}

struct index_run_block index_run_block(const struct index_run *r, uint32_t slot)
{
    const uint8_t *p = r->table + (size_t)slot * BLOCK_LEN;

    return (struct index_run_block){get_u64(p), get_u64(p + 8)};
}

/* ---- walking ---- */

static struct addr first_of(const struct index_run *r, uint32_t group)
{
    const uint8_t *p = r->directory + (size_t)group * ENTRY_LEN;

    return (struct addr){get_u64(p), get_u64(p + 8)};
}

static uint32_t offset_of(const struct index_run *r, uint32_t group)
{
    return get_u32(r->directory + (size_t)group * ENTRY_LEN + 16);
}

/* Points the walk before the first address of its next group. */
static bool enter_group(struct index_run_walk *w)
{
    const struct index_run *r = w->run;
    size_t from = offset_of(r, w->group);
    size_t to =
        w->group + 1 < r->groups ? offset_of(r, w->group + 1) : r->body_len;
    const uint8_t *entry = r->directory + (size_t)w->group * ENTRY_LEN;

    w->bad = from >= to || to > r->body_len ||
             (uint32_t)hash_bytes(r->body + from, to - from, 0) !=
                 get_u32(entry + 20);
    if (w->bad)
        return false;
    w->at = r->body + from;
    w->end = r->body + to;
    w->addr = first_of(r, w->group++);
    return true;
}

static inline bool get_varint(const uint8_t **at, const uint8_t *end,
                              uint64_t *out)
{
    const uint8_t *p = *at;
    uint64_t v = 0;

    for (uint32_t shift = 0; p < end && shift < 63; shift += 7) {
        uint8_t byte = *p++;
        v |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *at = p;
            *out = v;
            return true;
        }
    }
    return false;
}

static bool get_wide(const uint8_t **at, const uint8_t *end, wide *out)
{
    uint64_t small;
    const uint8_t *p = *at;

    if (get_varint(at, end, &small)) {
        *out = small;
        return true;
    }
    *out = 0;
    for (uint32_t shift = 0; p < end && shift < 128; shift += 7) {
        *out |= (wide)(*p & 127) << shift;
        if (*p++ < 128) {
            *at = p;
            return true;
        }
    }
    return false;
}

static bool take_entry(struct index_run_walk *w)
{
    wide step;

    if (!get_wide(&w->at, w->end, &step) ||
        !get_varint(&w->at, w->end, &w->head))
        return false;
    uint64_t lo = w->addr.lo + (uint64_t)step;
    w->addr.hi += (uint64_t)(step >> 64) + (lo < w->addr.lo);
    w->addr.lo = lo;
    w->list = w->at;
    if ((w->head & 3) == LIST_ONE)
        return true;
    uint64_t len = w->head >> LIST_KINDS_BITS;
    if (len > (size_t)(w->end - w->at))
        return false;
    w->at += len;
    return true;
}

void index_run_walk(struct index_run_walk *w, const struct index_run *r)
{
    *w = (struct index_run_walk){.run = r};
}

bool index_run_next(struct index_run_walk *w)
{
    if (w->bad || (w->at == w->end && w->group == w->run->groups))
        return false;
    if (w->at == w->end && !enter_group(w))
        return false;
    w->bad = !take_entry(w);
    return !w->bad;
}

static uint32_t steps(const struct index_run_walk *w, uint32_t *out)
{
    const uint8_t *at = w->list, *end = at + (w->head >> LIST_KINDS_BITS);
    uint64_t slot = 0, step;
    uint32_t n = 0;

    while (at < end) {
        if (!get_varint(&at, end, &step) || (n > 0 && step == 0) ||
            step >= w->run->blocks || (slot += step) >= w->run->blocks)
            return 0;
        out[n++] = (uint32_t)slot;
    }
    return n;
}

static uint32_t bitmap(const struct index_run_walk *w, uint32_t *out)
{
    uint64_t len = w->head >> LIST_KINDS_BITS;
    uint32_t n = 0;

    for (uint32_t i = 0; i < len; i++) {
        for (uint32_t bits = w->list[i]; bits; bits &= bits - 1) {
            uint32_t slot = i * 8 + (uint32_t)__builtin_ctz(bits);
            if (slot >= w->run->blocks)
                return 0;
            out[n++] = slot;
        }
    }
    return n;
}

uint32_t index_run_slots(const struct index_run_walk *w, uint32_t *out)
{
    switch (w->head & 3) {
    case LIST_STEPS: return steps(w, out);
    case LIST_BITMAP: return bitmap(w, out);
    default: break;
    }
    uint64_t slot = w->head >> LIST_KINDS_BITS;
    if ((w->head & 3) != LIST_ONE || slot >= w->run->blocks)
        return 0;
    out[0] = (uint32_t)slot;
    return 1;
}

/* ---- finding ---- */

/* The last group that begins at or below `a`; the first one where none does. */
static uint32_t group_of(const struct index_run *r, struct addr a)
{
    uint32_t lo = 0, hi = r->groups;

    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (addr_cmp(first_of(r, mid), a) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static bool take_slots(const struct index_run_walk *w, struct index_run_hits *h)
{
    uint32_t n = index_run_slots(w, h->slots);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t block = h->number[h->slots[i]];
        uint64_t bit = UINT64_C(1) << (block % 64);
        if (block == INDEX_RUN_NONE || !(h->want[block / 64] & bit) ||
            h->found[block / 64] & bit)
            continue;
        h->found[block / 64] |= bit;
        h->left--;
    }
    return n > 0;
}

static bool find_range(const struct index_run *r,
                       const struct addr_range *range, struct index_run_hits *h)
{
    struct index_run_walk w;

    index_run_walk(&w, r);
    w.group = group_of(r, range->lo);
    while (h->left > 0 && index_run_next(&w)) {
        if (addr_cmp(w.addr, range->lo) < 0)
            continue;
        if (addr_cmp(w.addr, range->hi) > 0)
            return true;
        if (!take_slots(&w, h))
            return false;
    }
    return !w.bad;
}

bool index_run_find(const struct index_run *r, const struct addr_range *range,
                    uint32_t n, struct index_run_hits *h)
{
    if (r->groups == 0)
        return true;
    for (uint32_t i = 0; i < n && h->left > 0; i++)
        if (!find_range(r, &range[i], h))
            return false;
    return true;
}
