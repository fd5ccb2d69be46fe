/* similar_lists.c - which pairs of rows are tried: those in a list of rows that
 * offer an item, or, where that is long, an item more. */
#include <stdlib.h>

#include "query/similar_parts.h"

/* A row of a list; `at` is the place after the last item of the key. */
struct entry {
    uint32_t row, at;
};

/* An item that divides a list, and how many entries it leaves. */
struct part {
    uint32_t item, n;
};

struct lists {
    struct similar_finder *f;
    const struct similar_data *d;
    struct entry *entry; /* a stack of lists */
    uint32_t entries, entry_cap;
    struct part *part; /* a stack of their divisions */
    uint32_t parts, part_cap;
    uint32_t *count; /* of items; zero between uses */
    uint32_t *rows;  /* room for those of a list */
    uint32_t key[SIMILAR_DEPTH], keys;
    double weight; /* of the key */
};

/* ---- pairs of a short list ---- */

/* Do two rows share, before the places that they have in the list, an item
 * that is not of its key? Then another list has them too. */
static bool shares_before(const struct lists *l, struct entry a, struct entry b)
{
    const struct similar_data *d = l->d;
    uint32_t i = d->first[a.row], j = d->first[b.row], keys = 0;

    while (i < a.at && j < b.at) {
        uint32_t left = d->item[i], right = d->item[j];
        if (left == right && (keys == l->keys || l->key[keys++] != left))
            return true;
        i += left <= right;
        j += right <= left;
    }
    return false;
}

static bool try_all(struct lists *l, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = i + 1; j < n; j++) {
            struct entry a = l->entry[from + i], b = l->entry[from + j];
            if (!shares_before(l, a, b) &&
                !similar_pairs_try(l->f, a.row, b.row))
                return false;
        }
    }
    return true;
}

/* ---- long lists ---- */

/* At most what the list makes as a group whose core is the key: with the
 * reference that would cost least. Each row holds all of the key, so the
 * highest s is the best. */
static double most_bits(struct lists *l, uint32_t from, uint32_t n)
{
    struct similar_scorer *s = l->f->scorer;
    double sum = 0, least = 0;
    uint32_t degree = UINT32_MAX;

    similar_scorer_core(s, l->key, l->keys);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = l->entry[from + i].row;
        double bits = similar_tail(similar_scorer_expect(s, row), l->weight);
        if (i == 0 || bits < least)
            least = bits;
        sum += bits;
        if (similar_degree(l->d, row) < degree)
            degree = similar_degree(l->d, row);
    }
    return sum - least - similar_charge(l->d, n, degree, l->keys);
}

static bool is_crowd(struct lists *l, uint32_t n, double most)
{
    struct similar_scorer *s = l->f->scorer;

    if (most <= 0)
        return false;
    similar_scorer_core(s, l->key, l->keys);
    return similar_scorer_all(s, l->rows, n) > 0;
}

static bool link_star(struct lists *l, uint32_t hub, uint32_t n, bool crowd)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = l->rows[i];
        if (crowd)
            l->f->crowded[row] = true;
        if (row == hub)
            continue;
        if (crowd ? !similar_pairs_add(l->f, hub, row, l->weight)
                  : !similar_pairs_try(l->f, hub, row))
            return false;
    }
    return true;
}

/* Tries a long list as a star; *crowd: it is one. */
static bool try_star(struct lists *l, uint32_t from, uint32_t n, bool *crowd)
{
    double most;

    *crowd = false;
    if (!similar_spend(&l->f->work, 4 * (uint64_t)n))
        return false;
    most = most_bits(l, from, n);
    if (most <= 0 && l->weight < l->d->theta)
        return true;
    for (uint32_t i = 0; i < n; i++) {
        l->rows[i] = l->entry[from + i].row;
        if (!similar_spend(&l->f->work,
                           3 * (uint64_t)similar_degree(l->d, l->rows[i])))
            return false;
    }
    similar_scorer_pick(l->f->scorer, l->rows, n);
    uint32_t hub = l->f->scorer->reference;
    *crowd = is_crowd(l, n, most);
    if (!*crowd && l->weight < l->d->theta)
        return true;
    return link_star(l, hub, n, *crowd);
}

/* ---- division ---- */

static double rest_of(const struct similar_data *d, uint32_t row, uint32_t at)
{
    double rest = d->rest[row];

    for (uint32_t p = at; p < d->last[row]; p++)
        rest += d->w[d->item[p]];
    return rest;
}

/* Where the items of an entry end that can still bring it over theta. */
static uint32_t reach_of(const struct lists *l, struct entry e)
{
    const struct similar_data *d = l->d;
    double left = l->weight + rest_of(d, e.row, e.at);
    uint32_t p = e.at;

    while (p < d->last[e.row] && left > d->theta)
        left -= d->w[d->item[p++]];
    return p;
}

static bool add_part(struct lists *l, uint32_t item)
{
    void *list = l->part;

    if (!vec_grow(&list, &l->part_cap, l->parts + 1, sizeof *l->part,
                  l->f->run->budget)) {
        l->f->over = true;
        return false;
    }
    l->part = list;
    l->part[l->parts++] = (struct part){item, 0};
    return true;
}

/* Counts the items that the entries offer after their places. */
static bool count_parts(struct lists *l, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct entry e = l->entry[from + i];
        uint32_t end = l->f->crowded[e.row] ? e.at : reach_of(l, e);
        for (uint32_t p = e.at; p < end; p++) {
            uint32_t item = l->d->item[p];
            if (l->count[item]++ == 0 && !add_part(l, item))
                return false;
        }
        if (!similar_spend(&l->f->work, 1 + 2 * (uint64_t)(end - e.at)))
            return false;
    }
    return true;
}

static int by_item(const void *x, const void *y)
{
    const struct part *a = x, *b = y;

    return (a->item > b->item) - (a->item < b->item);
}

static bool room_for(struct lists *l, uint32_t n)
{
    void *list = l->entry;

    if (n > UINT32_MAX - l->entries ||
        !vec_grow(&list, &l->entry_cap, l->entries + n, sizeof *l->entry,
                  l->f->run->budget)) {
        l->f->over = true;
        return false;
    }
    l->entry = list;
    return true;
}

/* Keeps the parts of two or more; count becomes where each goes, from 1. */
static bool place_parts(struct lists *l, uint32_t from, uint32_t *total)
{
    uint32_t kept = from;

    qsort(l->part + from, l->parts - from, sizeof *l->part, by_item);
    *total = 0;
    for (uint32_t i = from; i < l->parts; i++) {
        uint32_t item = l->part[i].item, n = l->count[item];
        l->count[item] = 0;
        if (n < 2)
            continue;
        l->count[item] = l->entries + *total + 1;
        *total += n;
        l->part[kept++] = (struct part){item, n};
    }
    l->parts = kept;
    return room_for(l, *total);
}

static void deal_parts(struct lists *l, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct entry e = l->entry[from + i];
        uint32_t end = l->f->crowded[e.row] ? e.at : reach_of(l, e);
        for (uint32_t p = e.at; p < end; p++) {
            uint32_t *place = &l->count[l->d->item[p]];
            if (*place)
                l->entry[(*place)++ - 1] = (struct entry){e.row, p + 1};
        }
    }
}

static void clear_counts(struct lists *l, uint32_t from)
{
    for (uint32_t i = from; i < l->parts; i++)
        l->count[l->part[i].item] = 0;
}

/* Drops the rows of crowds from a list. */
static uint32_t keep_free(struct lists *l, uint32_t from, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (!l->f->crowded[l->entry[from + i].row])
            l->entry[from + kept++] = l->entry[from + i];
    }
    return kept;
}

static bool search_list(struct lists *l, uint32_t from, uint32_t n);

static bool divide(struct lists *l, uint32_t from, uint32_t n)
{
    uint32_t first = l->parts, total = 0, at = l->entries;
    double weight = l->weight;
    bool ok = count_parts(l, from, n) && place_parts(l, first, &total);

    if (ok)
        deal_parts(l, from, n);
    clear_counts(l, first);
    l->entries += total;
    for (uint32_t i = first; ok && i < l->parts; i++) {
        struct part part = l->part[i];
        l->key[l->keys++] = part.item;
        l->weight = weight + l->d->w[part.item];
        ok = search_list(l, at, part.n);
        l->keys--;
        at += part.n;
    }
    l->weight = weight;
    l->entries -= total;
    l->parts = first;
    return ok;
}

/* False: this part of the search is over. */
static bool search_list(struct lists *l, uint32_t from, uint32_t n)
{
    bool crowd;

    n = keep_free(l, from, n);
    if (n <= SIMILAR_SHORT)
        return try_all(l, from, n);
    if (!try_star(l, from, n, &crowd))
        return false;
    return crowd || l->keys == SIMILAR_DEPTH || divide(l, from, n);
}

/* ---- roots ---- */

static uint32_t place_in(const struct similar_data *d, uint32_t row,
                         uint32_t item)
{
    uint32_t p = d->first[row];

    while (p < d->last[row] && d->item[p] < item)
        p++;
    return p < d->last[row] && d->item[p] == item ? p : UINT32_MAX;
}

/* The rows that offer an item and can reach theta with what follows it. */
static bool list_rows(struct lists *l, uint32_t item)
{
    const struct similar_data *d = l->d;

    l->entries = 0;
    if (!room_for(l, similar_df(d, item)))
        return false;
    for (uint32_t k = d->rows_from[item]; k < d->rows_from[item + 1]; k++) {
        uint32_t row = d->rows[k], p = place_in(d, row, item);
        if (p != UINT32_MAX && !l->f->crowded[row] &&
            rest_of(d, row, p) > d->theta)
            l->entry[l->entries++] = (struct entry){row, p + 1};
    }
    return similar_spend(&l->f->work, 4 * (uint64_t)similar_df(d, item));
}

static bool search_item(struct lists *l, uint32_t item)
{
    struct similar_finder *f = l->f;

    if (!similar_work_part(&f->work))
        return false;
    l->keys = 1;
    l->key[0] = item;
    l->weight = l->d->w[item];
    if (list_rows(l, item))
        (void)search_list(l, 0, l->entries);
    return !f->over && f->run->e->code == ERR_NONE;
}

bool similar_lists(struct similar_finder *f)
{
    const struct similar_data *d = f->d;
    struct lists l = {.f = f, .d = d};
    bool ok = true;

    l.count = similar_array(f->memory, d->items, sizeof *l.count);
    l.rows = similar_array(f->memory, d->n, sizeof *l.rows);
    f->over = !l.count || !l.rows;
    for (uint32_t t = 0; ok && !f->over && t < d->items; t++) {
        if (similar_df(d, t) >= 2)
            ok = search_item(&l, t);
    }
    budget_give(f->run->budget,
                l.entry_cap * sizeof *l.entry + l.part_cap * sizeof *l.part);
    free(l.entry);
    free(l.part);
    return !f->over && f->run->e->code == ERR_NONE;
}
