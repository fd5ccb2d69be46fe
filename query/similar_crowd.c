/* similar_crowd.c - crowds, found before anything else: hundreds of rows or
 * more with nearly the same items, whose pairs and lists would be too many.
 * Rows are compared by the items of lowest hash (Broder, On the resemblance and
 * containment of documents, 1997): alike rows often have the same. */
#include <stdlib.h>

#include "base/hash.h"
#include "query/similar_parts.h"

enum { TABLES = 6, SLOTS_MOST = 1 << 22 };

struct marked {
    uint64_t mark;
    uint32_t row;
};

struct crowds {
    struct similar_finder *f;
    const struct similar_data *d;
    uint64_t *mark; /* of each row in this table; 0: none */
    uint32_t *slot, slots;
    struct marked *list;
    uint32_t *rows;
    bool *listed; /* is a row in `rows`? */
};

static uint32_t lowest_item(const struct similar_data *d, uint32_t row,
                            uint64_t seed)
{
    uint64_t least = UINT64_MAX;
    uint32_t item = 0;

    for (uint32_t p = d->first[row]; p < d->last[row]; p++) {
        uint64_t h = hash_mix(seed, d->item[p]);
        if (h > least)
            continue;
        least = h;
        item = d->item[p];
    }
    return item;
}

/* Two items of lowest hash, in one number that is not 0. */
static uint64_t mark_of(const struct similar_data *d, uint32_t row,
                        uint64_t table)
{
    uint64_t a = lowest_item(d, row, hash_mix(table, 1));
    uint64_t b = lowest_item(d, row, hash_mix(table, 2));

    return (a << 32 | b) + 1;
}

static uint32_t *slot_of(const struct crowds *c, uint64_t mark)
{
    return &c->slot[hash_mix(0, mark) & (c->slots - 1)];
}

static void mark_rows(struct crowds *c, uint64_t table)
{
    const struct similar_data *d = c->d;

    for (uint32_t i = 0; i < c->slots; i++)
        c->slot[i] = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        bool free = !c->f->crowded[i] && d->last[i] - d->first[i] > 1;
        c->mark[i] = free ? mark_of(d, i, table) : 0;
        if (free)
            ++*slot_of(c, c->mark[i]);
    }
}

static int by_mark(const void *x, const void *y)
{
    const struct marked *a = x, *b = y;

    if (a->mark != b->mark)
        return a->mark < b->mark ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Those rows whose mark may have a long list. */
static uint32_t list_marked(struct crowds *c)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->d->n; i++) {
        if (c->mark[i] && *slot_of(c, c->mark[i]) > SIMILAR_SHORT)
            c->list[n++] = (struct marked){c->mark[i], i};
    }
    qsort(c->list, n, sizeof *c->list, by_mark);
    return n;
}

static uint64_t steps_of(const struct crowds *c, uint32_t n)
{
    uint64_t steps = 0;

    for (uint32_t i = 0; i < n; i++)
        steps += 4 * (uint64_t)similar_degree(c->d, c->rows[i]);
    return steps;
}

/* All free rows that hold an item of the core. */
static uint32_t list_holders(struct crowds *c)
{
    const struct similar_scorer *s = c->f->scorer;
    const struct similar_data *d = c->d;
    uint32_t n = 0;

    for (uint32_t k = 0; k < s->cores; k++) {
        uint32_t t = s->core[k];
        for (uint32_t p = d->rows_from[t]; p < d->rows_from[t + 1]; p++) {
            uint32_t row = d->rows[p];
            if (c->listed[row] || c->f->crowded[row])
                continue;
            c->listed[row] = true;
            c->rows[n++] = row;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        c->listed[c->rows[i]] = false;
    return n;
}

static bool link_crowd(struct crowds *c)
{
    struct similar_scorer *s = c->f->scorer;

    c->f->crowded[s->reference] = true;
    for (uint32_t i = 0; i < s->best; i++) {
        const struct similar_candidate *k = &s->candidate[i];
        c->f->crowded[k->row] = true;
        if (!similar_pairs_add(c->f, s->reference, k->row,
                               (double)k->tail / SIMILAR_GRAIN))
            return false;
    }
    return true;
}

/* Those that no crowd has by now. */
static uint32_t list_free(struct crowds *c, const struct marked *list,
                          uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (!c->f->crowded[list[i].row])
            c->rows[kept++] = list[i].row;
    }
    return kept;
}

static bool try_crowd(struct crowds *c, const struct marked *list, uint32_t n)
{
    struct similar_finder *f = c->f;

    n = list_free(c, list, n);
    if (n <= SIMILAR_SHORT || !similar_spend(&f->work, steps_of(c, n)) ||
        !similar_scorer_pick(f->scorer, c->rows, n))
        return true;
    similar_scorer_cut(f->scorer, c->rows, n, f->terms->alike);
    if (f->scorer->bits <= 0)
        return true;
    n = list_holders(c);
    similar_spend(&f->work, steps_of(c, n));
    similar_scorer_cut(f->scorer, c->rows, n, f->terms->alike);
    return link_crowd(c);
}

static bool search_table(struct crowds *c, uint64_t table)
{
    struct similar_finder *f = c->f;
    uint32_t n, i = 0, end;

    if (!similar_work_part(&f->work))
        return run_check(f->run);
    mark_rows(c, table);
    n = list_marked(c);
    if (!run_check(f->run))
        return false;
    for (; i < n; i = end) {
        for (end = i; end < n && c->list[end].mark == c->list[i].mark; end++)
            ;
        if (end - i > SIMILAR_SHORT && !try_crowd(c, c->list + i, end - i))
            return false;
    }
    return run_check(f->run);
}

bool similar_crowds(struct similar_finder *f)
{
    const struct similar_data *d = f->d;
    struct crowds c = {.f = f, .d = d, .slots = 1024};
    bool ok = true;

    if (d->n <= SIMILAR_SHORT)
        return true;
    while (c.slots < d->n && c.slots < SLOTS_MOST)
        c.slots *= 2;
    c.mark = similar_array(f->memory, d->n, sizeof *c.mark);
    c.slot = similar_array(f->memory, c.slots, sizeof *c.slot);
    c.list = similar_array(f->memory, d->n, sizeof *c.list);
    c.rows = similar_array(f->memory, d->n, sizeof *c.rows);
    c.listed = similar_array(f->memory, d->n, sizeof *c.listed);
    f->over = !c.mark || !c.slot || !c.list || !c.rows || !c.listed;
    for (uint64_t table = 0; ok && !f->over && table < TABLES; table++)
        ok = search_table(&c, table);
    return ok && !f->over;
}
