/* shape.c - every page of the trees, each node of it, and where they point. */
#include "store/shape.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/memory.h"
#include "store/kv.h"

enum {
    HEADER = 16,
    NODE = 8,
    RECORD = 48,                  /* of a tree: struct MDB_db */
    DBS = 24,                     /* the two trees in a meta page */
    LAST_PAGE = DBS + 2 * RECORD, /* and behind them its mm_last_pg */
    KEY_MAX = 511,
    DEPTH_MAX = 32,
    TREE_NUMBERS = 8,  /* MDB_INTEGERKEY; the free pages' tree has it */
    TREE_FLAGS = 0x7e, /* all that say what keys and values are */
    PAGE_BRANCH = 1,
    PAGE_LEAF = 2,
    PAGE_OVERFLOW = 4,
    PAGE_META = 8,
    NODE_BIG = 1, /* the value lies on pages of its own */
    NODE_TREE = 2 /* the value is the record of a named tree */
};

#define MAGIC   UINT32_C(0xbeefc0de)
#define NO_PAGE UINT64_MAX

struct walk {
    int fd;
    bool write; /* what only a writer reads is looked at too */
    uint64_t pages;
    uint8_t *seen; /* a bit a page */
    uint64_t rows; /* of the named trees */
    /* of the tree in hand */
    bool numbers;    /* its keys are numbers of this machine */
    bool at_least;   /* the next key may be `last` itself */
    uint32_t last_n; /* bytes of it */
    uint8_t last[KEY_MAX];
};

struct tree {
    uint16_t flags, depth;
    uint64_t entries, root;
};

struct page {
    uint8_t data[KV_PAGE];
    uint32_t n; /* nodes */
};

static uint16_t u16_at(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof v);
    return le16toh(v);
}

static uint32_t u32_at(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return le32toh(v);
}

static uint64_t u64_at(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

/* Reads the first `len` bytes of a page that nothing else led to yet. */
static bool read_page(struct walk *w, uint64_t number, uint8_t *data,
                      size_t len)
{
    if (number < 2 || number >= w->pages ||
        w->seen[number / 8] >> (number % 8) & 1)
        return false;
    w->seen[number / 8] |= (uint8_t)(1u << (number % 8));
    return pread(w->fd, data, len, (off_t)(number * KV_PAGE)) == (ssize_t)len &&
           u64_at(data) == number;
}

/* LMDB reads a value without a look at the header of its first page, and here
 * too none of the many pages of values is touched for a reader. */
static bool overflow_good(struct walk *w, uint64_t number, uint64_t size)
{
    uint64_t need = (HEADER + size + KV_PAGE - 1) / KV_PAGE;
    uint8_t head[HEADER];

    if (number < 2 || number >= w->pages || need > w->pages - number)
        return false;
    if (!w->write)
        return true;
    if (!read_page(w, number, head, sizeof head))
        return false;
    uint64_t pages = u32_at(head + 12);
    return u16_at(head + 10) == PAGE_OVERFLOW && pages >= need &&
           pages <= w->pages - number;
}

static struct tree tree_at(const uint8_t *record)
{
    return (struct tree){u16_at(record + 4), u16_at(record + 6),
                         u64_at(record + 32), u64_at(record + 40)};
}

/* ---- keys ascend: a search that goes astray finds nothing ---- */

static int key_cmp(const struct walk *w, const uint8_t *key, uint32_t n)
{
    if (w->numbers) {
        uint64_t a = u64_at(key), b = u64_at(w->last);
        return a < b ? -1 : a > b;
    }
    int order = memcmp(key, w->last, n < w->last_n ? n : w->last_n);
    return order ? order : (n > w->last_n) - (n < w->last_n);
}

/* Takes the next key of the tree. That of a branch's node (`at_least`) may be
 * the first of its leaves. */
static bool key_good(struct walk *w, const uint8_t *node, bool at_least)
{
    const uint8_t *key = node + NODE;
    uint32_t n = u16_at(node + 6);

    if (n > KEY_MAX || (w->numbers && n != sizeof(uint64_t)))
        return false;
    int order = w->last_n ? key_cmp(w, key, n) : 1;
    if (order < 0 || (order == 0 && !w->at_least))
        return false;
    memcpy(w->last, key, n);
    w->last_n = n;
    w->at_least = at_least;
    return true;
}

static bool tree_good(struct walk *w, const struct tree *t, bool names);

/* In the middle of the tree of names. */
static bool named_good(struct walk *w, const uint8_t *record)
{
    struct tree t = tree_at(record);
    struct walk names = *w;

    w->rows += t.entries;
    bool good = (t.flags & TREE_FLAGS) == 0 && tree_good(w, &t, false);
    w->numbers = names.numbers;
    w->at_least = names.at_least;
    w->last_n = names.last_n;
    memcpy(w->last, names.last, sizeof w->last);
    return good;
}

static bool leaf_node_good(struct walk *w, const struct page *p, uint32_t off,
                           bool names)
{
    const uint8_t *node = p->data + off;
    uint32_t flags = u16_at(node + 4), key = u16_at(node + 6);
    uint64_t size = u16_at(node) | (uint64_t)u16_at(node + 2) << 16;
    uint64_t here = flags & NODE_BIG ? 8 : size;
    const uint8_t *value = node + NODE + key;

    if (key > KEY_MAX || off + NODE + key + here > KV_PAGE ||
        !key_good(w, node, false))
        return false;
    if (flags == NODE_BIG)
        return overflow_good(w, u64_at(value), size);
    if (flags == NODE_TREE && names && size == RECORD) {
        return named_good(w, value);
    }
    return flags == 0;
}

/* The page that a branch leads to, or NO_PAGE. Its first key is no key. */
static uint64_t child_of(struct walk *w, const struct page *p, uint32_t i)
{
    uint32_t off = u16_at(p->data + HEADER + (size_t)2 * i);
    const uint8_t *node = p->data + off;

    if (off + NODE + (uint32_t)u16_at(node + 6) > KV_PAGE ||
        (i > 0 && !key_good(w, node, true)))
        return NO_PAGE;
    return u16_at(node) | (uint64_t)u16_at(node + 2) << 16 |
           (uint64_t)u16_at(node + 4) << 32;
}

static bool load(struct walk *w, uint64_t number, bool leaf, struct page *p)
{
    if (!read_page(w, number, p->data, KV_PAGE))
        return false;
    uint32_t lower = u16_at(p->data + 12), upper = u16_at(p->data + 14);
    if (u16_at(p->data + 10) != (leaf ? PAGE_LEAF : PAGE_BRANCH) ||
        lower < HEADER || lower % 2 || upper < lower || upper > KV_PAGE)
        return false;
    p->n = (lower - HEADER) / 2;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t off = u16_at(p->data + HEADER + (size_t)2 * i);
        if (off < upper || off + NODE > KV_PAGE || off % 2)
            return false;
    }
    return p->n >= (leaf ? 1 : 2);
}

/* Depth is at most DEPTH_MAX. */
static bool page_good(struct walk *w, uint64_t number, uint32_t depth,
                      bool names, uint64_t *entries)
{
    struct page *p = memory_alloc(sizeof *p);

    bool good = load(w, number, depth == 1, p);
    for (uint32_t i = 0; good && i < p->n; i++) {
        uint32_t off = u16_at(p->data + HEADER + (size_t)2 * i);
        if (depth == 1)
            good = leaf_node_good(w, p, off, names);
        else
            good = page_good(w, child_of(w, p, i), depth - 1, names, entries);
    }
    *entries += good && depth == 1 ? p->n : 0;
    free(p);
    return good;
}

static bool tree_good(struct walk *w, const struct tree *t, bool names)
{
    uint64_t entries = 0;

    w->last_n = 0;
    w->at_least = false;
    w->numbers = (t->flags & TREE_FLAGS) == TREE_NUMBERS;
    if (t->root == NO_PAGE)
        return t->entries == 0 && t->depth == 0;
    return t->depth >= 1 && t->depth <= DEPTH_MAX &&
           page_good(w, t->root, t->depth, names, &entries) &&
           entries == t->entries;
}

/* ---- the root ---- */

static bool pages_good(struct walk *w, const uint8_t *meta)
{
    struct tree unused = tree_at(meta + 24);
    struct tree main = tree_at(meta + DBS + RECORD);

    w->seen = memory_zeroed(w->pages / 8 + 1, 1);
    bool good = (!w->write || ((unused.flags & TREE_FLAGS) == TREE_NUMBERS &&
                               tree_good(w, &unused, false))) &&
                (main.flags & TREE_FLAGS) == 0 && tree_good(w, &main, true);
    free(w->seen);
    return good;
}

enum { META = HEADER + 24 + 2 * RECORD + 16 };

static uint64_t meta_txn(const uint8_t *page)
{
    return u64_at(page + META - 8);
}

static bool read_meta(int fd, uint64_t number, uint8_t page[META])
{
    return pread(fd, page, META, (off_t)(number * KV_PAGE)) == META;
}

static enum shape check_as(struct walk *w, uint64_t txn)
{
    uint8_t page[META];
    const uint8_t *meta = page + HEADER;
    struct stat st;
    uint64_t number = txn % 2;

    if (!read_meta(w->fd, number, page) || fstat(w->fd, &st) != 0)
        return SHAPE_BAD;
    if (meta_txn(page) > txn)
        return SHAPE_PASSED;
    w->pages = u64_at(meta + META - HEADER - 16) + 1;
    bool good = meta_txn(page) == txn && u64_at(page) == number &&
                u16_at(page + 10) == PAGE_META && u32_at(meta) == MAGIC &&
                u32_at(meta + 24) == KV_PAGE && w->pages >= 2 &&
                w->pages <= (uint64_t)st.st_size / KV_PAGE;
    return good && pages_good(w, meta) ? SHAPE_GOOD : SHAPE_BAD;
}

enum shape shape_check(int fd, uint64_t txn, bool write)
{
    struct walk w = {.fd = fd, .write = write};

    return check_as(&w, txn);
}

bool shape_empty(const char *path)
{
    uint8_t a[META], b[META];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct walk w = {.fd = fd};
    bool empty = fd >= 0 && read_meta(fd, 0, a) && read_meta(fd, 1, b);

    if (empty) {
        uint64_t last = meta_txn(a) > meta_txn(b) ? meta_txn(a) : meta_txn(b);
        empty = check_as(&w, last) == SHAPE_GOOD && w.rows == 0;
    }
    if (fd >= 0)
        close(fd);
    return empty;
}
