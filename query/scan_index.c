/* scan_index.c - the parts of a filter that ask for addresses, and what the
 * store's index says of them. */
#include "query/scan_index.h"

#include <string.h>

/* More ranges than this take longer to look up than blocks to read. */
enum { RANGES_MAX = 100000 };

struct looking {
    struct store_reader *r;
    struct arena *tmp;
    size_t words; /* of a set of blocks */
};

/* The addresses that x asks an address field of packets for; NULL: it asks for
 * none, or for more. */
static const struct rangeset *asked(const struct expr *x)
{
    if (x->kind != NODE_IN || !x->in->addr || !x->in->ready ||
        x->in->ranges.n > RANGES_MAX)
        return NULL;
    const struct expr *of = x->arg[0];
    while (of->kind == NODE_GUARD)
        of = of->arg[0];
    return of->kind == NODE_COLUMN && of->packets ? &x->in->ranges : NULL;
}

/* Does every row that passes x hold an address that x names? */
static bool asks(const struct expr *x)
{
    bool and = x->kind == NODE_AND;

    if (!and&&x->kind != NODE_OR)
        return asked(x) != NULL;
    for (uint32_t i = 0; i < x->args; i++)
        if (asks(x->arg[i]) == and)
            return and;
    return !and;
}

static void look_up(const struct looking *l, const struct rangeset *s,
                    uint64_t *bits)
{
    struct err ignored = {0}; /* the blocks then stay */

    if (!store_reader_address_blocks(l->r, s->addr, s->n, bits, &ignored))
        return;
}

static void narrow(const struct looking *l, const struct expr *x,
                   uint64_t *bits);

static uint64_t *copy(const struct looking *l, const uint64_t *bits)
{
    uint64_t *out = arena_array(l->tmp, uint64_t, l->words);

    memcpy(out, bits, l->words * sizeof *out);
    return out;
}

/* The addresses of all branches that are one question. */
static struct rangeset direct_ranges(const struct looking *l,
                                     const struct expr *x)
{
    struct addr_range *range;
    size_t n = 0;

    for (uint32_t i = 0; i < x->args; i++)
        n += asked(x->arg[i]) ? asked(x->arg[i])->n : 0;
    range = arena_array(l->tmp, struct addr_range, n + 1);
    n = 0;
    for (uint32_t i = 0; i < x->args; i++) {
        const struct rangeset *s = asked(x->arg[i]);
        if (s && s->n)
            memcpy(range + n, s->addr, s->n * sizeof *range);
        n += s ? s->n : 0;
    }
    return rangeset_make_addr(l->tmp, range, (uint32_t)n);
}

/* Branches that are one question each are asked in one go: most are the same
 * addresses as source or as destination. */
static void narrow_or(const struct looking *l, const struct expr *x,
                      uint64_t *bits)
{
    struct rangeset direct = direct_ranges(l, x);
    uint64_t *some = copy(l, bits);

    look_up(l, &direct, some);
    for (uint32_t i = 0; i < x->args; i++) {
        if (asked(x->arg[i]))
            continue;
        uint64_t *branch = copy(l, bits);
        narrow(l, x->arg[i], branch);
        for (size_t k = 0; k < l->words; k++)
            some[k] |= branch[k];
    }
    memcpy(bits, some, l->words * sizeof *bits);
}

/* Every part of an AND must hold, some branch of an OR. */
static void narrow(const struct looking *l, const struct expr *x,
                   uint64_t *bits)
{
    if (!asks(x))
        return;
    if (x->kind == NODE_OR) {
        narrow_or(l, x, bits);
    } else if (x->kind == NODE_AND) {
        for (uint32_t i = 0; i < x->args; i++)
            narrow(l, x->arg[i], bits);
    } else {
        look_up(l, asked(x), bits);
    }
}

static uint64_t count(const uint64_t *bits, size_t words)
{
    uint64_t n = 0;

    for (size_t i = 0; i < words; i++)
        n += (uint64_t)__builtin_popcountll(bits[i]);
    return n;
}

void scan_index(struct store_reader *r, const struct expr *x, uint64_t *bits,
                void (*skipped)(void *ctx, struct span part, uint64_t blocks),
                void *ctx)
{
    struct arena tmp = {0};
    struct looking l = {r, &tmp, (store_reader_blocks(r) + 63) / 64};
    uint32_t parts = x->kind == NODE_AND ? x->args : 1;

    for (uint32_t i = 0; i < parts; i++) {
        const struct expr *part = x->kind == NODE_AND ? x->arg[i] : x;
        uint64_t before = count(bits, l.words);
        if (before == 0 || !asks(part))
            continue;
        narrow(&l, part, bits);
        uint64_t gone = before - count(bits, l.words);
        if (gone > 0 && skipped)
            skipped(ctx, part->at, gone);
    }
    arena_free(&tmp);
}
