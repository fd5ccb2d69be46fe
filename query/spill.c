/* spill.c - the temporary file and its blocks. A block is the number of the
 * block after it and bytes of the stream; rows cross from block to block. A
 * value is a byte that says how long it is, and its bytes. */
#include "query/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum {
    HEAD = sizeof(uint32_t),
    BLOCK_LEAST = 4096,
    BLOCK_MOST = 65536,
    BLOCKS_LEAST = 1024, /* that the budget should hold */
    VALUE_MOST = 24,     /* bytes of a value, or of a set's member */
    ABSENT = 255
};

void spill_open(struct spill *s, struct run *r)
{
    size_t block = r->budget->limit / BLOCKS_LEAST / BLOCK_LEAST * BLOCK_LEAST;

    if (block < BLOCK_LEAST)
        block = BLOCK_LEAST;
    if (block > BLOCK_MOST)
        block = BLOCK_MOST;
    *s = (struct spill){.run = r, .fd = -1, .block = block};
}

void spill_close(struct spill *s)
{
    if (s->run && s->fd >= 0)
        (void)close(s->fd);
    free(s->free);
    *s = (struct spill){.fd = -1};
}

size_t spill_buffer(const struct spill *s)
{
    return s->block + VALUE_MOST;
}

/* ---- the file ---- */

static const char *directory(const struct spill *s)
{
    return s->run->tmp ? s->run->tmp : "/tmp";
}

static bool fail(struct spill *s, const char *what)
{
    int number = errno;

    if (s->run->e->code != ERR_NONE)
        return false;
    err_set(s->run->e, ERR_SYSTEM, "cannot %s temporary rows in %s: %s", what,
            directory(s), strerrordesc_np(number));
    err_hint(s->run->e, "give --mem, or --tmp DIR with more room");
    return false;
}

/* For file systems that have no files without a name. */
static int make_named(const char *dir)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/trawl-XXXXXX", dir);

    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

static bool make_file(struct spill *s)
{
    const char *dir = directory(s);

    if (s->fd >= 0)
        return true;
    s->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (s->fd < 0)
        s->fd = make_named(dir);
    return s->fd >= 0 || fail(s, "make a file for");
}

static off_t place(const struct spill *s, uint32_t block)
{
    return (off_t)block * (off_t)s->block;
}

static bool write_block(struct spill *s, uint32_t block, const uint8_t *buf,
                        size_t len)
{
    off_t to = place(s, block);

    while (len > 0) {
        ssize_t n = pwrite(s->fd, buf, len, to);
        if (n < 0 && errno == EINTR && run_check(s->run))
            continue;
        if (n <= 0)
            return fail(s, "write");
        buf += n;
        to += n;
        len -= (size_t)n;
        s->written += (size_t)n;
    }
    return true;
}

static bool read_block(struct spill *s, uint32_t block, uint8_t *buf,
                       size_t len)
{
    off_t from = place(s, block);

    while (len > 0) {
        ssize_t n = pread(s->fd, buf, len, from);
        if (n < 0 && errno == EINTR && run_check(s->run))
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return fail(s, "read");
        buf += n;
        from += n;
        len -= (size_t)n;
    }
    return true;
}

static uint32_t take_block(struct spill *s)
{
    return s->frees ? s->free[--s->frees] : s->made++;
}

static void give_block(struct spill *s, uint32_t block)
{
    s->free = memory_grow(s->free, s->frees, sizeof *s->free);
    s->free[s->frees++] = block;
}

/* ---- buffers ---- */

static void open_buffer(struct spill *s, struct spill_stream *t)
{
    t->buf = memory_alloc(spill_buffer(s));
    budget_force(s->run->budget, spill_buffer(s));
}

static void close_buffer(struct spill *s, struct spill_stream *t)
{
    if (t->buf)
        budget_give(s->run->budget, spill_buffer(s));
    free(t->buf);
    t->buf = NULL;
}

static size_t payload(const struct spill *s)
{
    return s->block - HEAD;
}

/* Writes one block; what is in the buffer behind it comes to the front. */
static bool flush(struct spill *s, struct spill_stream *t)
{
    size_t n = t->len < payload(s) ? t->len : payload(s);
    uint32_t block = t->next;

    if (!run_check(s->run) || !make_file(s))
        return false;
    t->next = take_block(s);
    memcpy(t->buf, &t->next, HEAD);
    if (!write_block(s, block, t->buf, HEAD + n))
        return false;
    memmove(t->buf + HEAD, t->buf + HEAD + n, t->len - n);
    t->len -= n;
    t->bytes += n;
    return true;
}

static bool begin_writing(struct spill *s, struct spill_stream *t)
{
    open_buffer(s, t);
    t->first = t->next = take_block(s);
    t->len = 0;
    return true;
}

bool spill_seal(struct spill *s, struct spill_stream *t)
{
    bool ok = true;

    if (!t->buf)
        return true;
    while (ok && t->len > 0)
        ok = flush(s, t);
    give_block(s, t->next);
    t->next = t->first;
    close_buffer(s, t);
    return ok;
}

/* The bytes that are left come to lie before those of the next block, whose
 * head then is no longer needed. */
static bool refill(struct spill *s, struct spill_stream *t)
{
    size_t left = t->len - t->at, n = payload(s);
    uint8_t rest[VALUE_MOST];
    uint32_t block = t->next;

    if (t->bytes < n)
        n = (size_t)t->bytes;
    memcpy(rest, t->buf + t->at, left);
    if (!run_check(s->run) ||
        !read_block(s, block, t->buf + VALUE_MOST - HEAD, HEAD + n))
        return false;
    memcpy(&t->next, t->buf + VALUE_MOST - HEAD, HEAD);
    memcpy(t->buf + VALUE_MOST - left, rest, left);
    t->at = VALUE_MOST - left;
    t->len = VALUE_MOST + n;
    t->bytes -= n;
    give_block(s, block);
    return true;
}

/* There are n bytes, n < VALUE_MOST, or all that are left, in the buffer. */
static bool need(struct spill *s, struct spill_stream *t, size_t n)
{
    if (t->len - t->at >= n || t->bytes == 0)
        return true;
    if (!t->buf) {
        open_buffer(s, t);
        t->at = t->len = VALUE_MOST;
    }
    return refill(s, t);
}

void spill_drop(struct spill *s, struct spill_stream *t)
{
    close_buffer(s, t);
    *t = (struct spill_stream){0};
}

/* ---- values ---- */

static uint8_t *put_int(uint8_t *to, int64_t i)
{
    uint64_t x = (uint64_t)i << 1 ^ (uint64_t)(i >> 63);
    uint8_t n = (uint8_t)(x ? (71 - __builtin_clzll(x)) / 8 : 0);

    to[0] = n;
    memcpy(to + 1, &x, sizeof x);
    return to + 1 + n;
}

static uint8_t *put_real(uint8_t *to, double r)
{
    to[0] = sizeof r;
    memcpy(to + 1, &r, sizeof r);
    return to + 1 + sizeof r;
}

static uint8_t *put_addr(uint8_t *to, struct addr a)
{
    to[0] = addr_is_v4(a) ? sizeof(uint32_t) : sizeof a;
    memcpy(to + 1, &a.lo, sizeof a.lo);
    memcpy(to + 1 + sizeof a.lo, &a.hi, sizeof a.hi);
    return to + 1 + to[0];
}

static uint8_t *put_cell(uint8_t *to, enum lane lane, union cell c)
{
    switch (lane) {
    case LANE_INT: return put_int(to, c.i);
    case LANE_REAL: return put_real(to, c.r);
    case LANE_ADDR: return put_addr(to, c.a);
    case LANE_SET: break;
    }
    return to;
}

/* Bytes from `to` on belong to the stream. */
static bool advance(struct spill *s, struct spill_stream *t, const uint8_t *to)
{
    t->len = (size_t)(to - t->buf) - HEAD;
    return t->len < payload(s) || flush(s, t);
}

static uint8_t *end_of(const struct spill_stream *t)
{
    return t->buf + HEAD + t->len;
}

static bool put_set(struct spill *s, struct spill_stream *t,
                    const struct set *set)
{
    uint32_t members = set->type.members;

    if (!advance(s, t, put_int(end_of(t), set->n)))
        return false;
    for (size_t i = 0; i < (size_t)set->n * members; i++) {
        enum lane lane = schema_types[set->type.member[i % members]].lane;
        if (!advance(s, t, put_cell(end_of(t), lane, set->member[i])))
            return false;
    }
    return true;
}

static bool put_value(struct spill *s, struct spill_stream *t, enum type type,
                      const struct value *v)
{
    enum lane lane = schema_types[type].lane;
    uint8_t *to = end_of(t);

    if (v->absent) {
        *to = ABSENT;
        return advance(s, t, to + 1);
    }
    if (lane == LANE_SET)
        return put_set(s, t, v->cell.set);
    return advance(s, t, put_cell(to, lane, v->cell));
}

bool spill_put(struct spill *s, struct spill_stream *t, uint8_t mark,
               const struct spill_layout *l, const struct value *row)
{
    if (!t->buf && !begin_writing(s, t))
        return false;
    *end_of(t) = mark;
    if (!advance(s, t, end_of(t) + 1))
        return false;
    for (uint32_t i = 0; i < l->cols; i++) {
        if (!put_value(s, t, l->type[i].type, &row[i]))
            return false;
    }
    t->rows++;
    return true;
}

int spill_peek(struct spill *s, struct spill_stream *t)
{
    if (s->run->e->code != ERR_NONE || !need(s, t, 1))
        return -1;
    if (t->at < t->len)
        return t->buf[t->at];
    spill_drop(s, t);
    return -1;
}

static int64_t get_int(const uint8_t *from, uint8_t n)
{
    uint64_t x = 0;

    memcpy(&x, from, n);
    return (int64_t)(x >> 1 ^ (~(x & 1) + 1));
}

static struct addr get_addr(const uint8_t *from, uint8_t n)
{
    struct addr a = {0, UINT64_C(0xffff) << 32};

    memcpy(&a.lo, from, n < sizeof a.lo ? n : sizeof a.lo);
    if (n > sizeof a.lo)
        memcpy(&a.hi, from + sizeof a.lo, sizeof a.hi);
    return a;
}

/* One value that is no set; VALUE_MOST bytes hold it. */
static bool get_cell(struct spill *s, struct spill_stream *t, enum lane lane,
                     struct value *out)
{
    if (!need(s, t, VALUE_MOST - 1))
        return false;
    const uint8_t *from = t->buf + t->at;
    uint8_t n = from[0];

    out->absent = n == ABSENT;
    if (out->absent)
        n = 0;
    else if (lane == LANE_INT)
        out->cell.i = get_int(from + 1, n);
    else if (lane == LANE_ADDR)
        out->cell.a = get_addr(from + 1, n);
    else
        memcpy(&out->cell.r, from + 1, sizeof out->cell.r);
    t->at += 1 + (size_t)n;
    return true;
}

static bool get_set(struct spill *s, struct spill_stream *t,
                    const struct vtype *type, struct value *out,
                    struct arena *a)
{
    struct value n, member;

    if (!get_cell(s, t, LANE_INT, &n))
        return false;
    out->absent = n.absent;
    if (n.absent)
        return true;
    size_t cells = (size_t)n.cell.i * type->members;
    union cell *cell = arena_alloc_raw(a, (cells + 1) * sizeof *cell);
    struct set *set = arena_new(a, struct set);
    for (size_t i = 0; i < cells; i++) {
        enum lane lane = schema_types[type->member[i % type->members]].lane;
        if (!get_cell(s, t, lane, &member))
            return false;
        cell[i] = member.cell;
    }
    *set = (struct set){.type = *type, .n = (uint32_t)n.cell.i, .member = cell};
    out->cell.set = set;
    return true;
}

bool spill_get(struct spill *s, struct spill_stream *t,
               const struct spill_layout *l, struct value *row,
               struct arena *sets)
{
    t->at++;
    for (uint32_t i = 0; i < l->cols; i++) {
        enum lane lane = schema_types[l->type[i].type].lane;
        bool ok = lane == LANE_SET ? get_set(s, t, &l->type[i], &row[i], sets)
                                   : get_cell(s, t, lane, &row[i]);
        if (!ok)
            return false;
    }
    return true;
}
