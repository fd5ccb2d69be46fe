/* similar_search.c - one search: pairs, groups, and again without the crowds
 * that were found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/similar_parts.h"

enum { REPEATS = 3, LARGE_ROWS = 100, LARGE_BITS = 7 };

struct similar {
    struct run *run;
    uint32_t *count; /* of each item; zero between searches */
    struct similar_memory own, kept, round;
};

struct similar *similar_open(uint32_t items, struct run *r)
{
    struct similar *s = memory_zeroed(1, sizeof *s);

    s->run = s->own.run = s->kept.run = s->round.run = r;
    s->count = similar_array(&s->own, items, sizeof *s->count);
    if (s->count)
        return s;
    similar_close(s);
    return NULL;
}

void similar_close(struct similar *s)
{
    if (!s)
        return;
    similar_release(&s->own);
    similar_release(&s->kept);
    similar_release(&s->round);
    free(s);
}

/* ---- what was found ---- */

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

static const uint32_t *keep(struct similar_memory *kept, const uint32_t *list,
                            uint32_t n, const uint32_t *name)
{
    uint32_t *out = similar_array(kept, n, sizeof *out);

    for (uint32_t i = 0; out && i < n; i++)
        out[i] = name[list[i]];
    return out;
}

static void set_jaccards(const struct similar_finder *f, const uint32_t *member,
                         struct similar_group *g)
{
    uint32_t reference = f->scorer->reference;

    g->low = INFINITY;
    for (uint32_t i = 0; i < g->size; i++) {
        if (member[i] == reference)
            continue;
        double x = similar_jaccard(f->d, member[i], reference);
        g->mean += x;
        g->low = x < g->low ? x : g->low;
    }
    g->mean /= g->size - 1;
}

static bool make_room(struct similar_memory *kept, struct similar_found *out)
{
    struct similar_group *list;
    uint32_t cap = out->cap ? 2 * out->cap : 16;

    if (out->n < out->cap)
        return true;
    list = similar_array(kept, cap, sizeof *list);
    if (!list)
        return false;
    if (out->n > 0)
        memcpy(list, out->group, out->n * sizeof *list);
    out->group = list;
    out->cap = cap;
    return true;
}

bool similar_found_add(const struct similar_finder *f,
                       struct similar_memory *kept, const uint32_t *member,
                       uint32_t size, struct similar_found *out)
{
    const struct similar_scorer *s = f->scorer;
    const struct similar_data *d = f->d;
    struct similar_group g = {.bits = s->bits, .rows = d->n, .size = size};
    uint32_t *row = similar_array(kept, size, sizeof *row);
    uint32_t *holders = similar_array(kept, s->cores, sizeof *holders);

    if (!row || !holders || !make_room(kept, out))
        return false;
    for (uint32_t i = 0; i < size; i++)
        row[i] = d->row[member[i]];
    qsort(row, size, sizeof *row, by_number);
    for (uint32_t i = 0; i < s->cores; i++)
        holders[i] = similar_df(d, s->core[i]);
    g.reference = d->row[s->reference];
    g.member = row;
    g.cores = s->cores;
    g.core = keep(kept, s->core, s->cores, d->name);
    g.holders = holders;
    set_jaccards(f, member, &g);
    out->group[out->n++] = g;
    return g.core != NULL;
}

/* ---- a round ---- */

static bool find_pairs(struct similar_finder *f)
{
    if (f->terms->plain)
        return similar_plain_pairs(f);
    return similar_crowds(f) && similar_lists(f);
}

static bool find_groups(struct similar *s, struct similar_finder *f,
                        struct similar_found *out)
{
    uint64_t limit = f->work.limit;

    out->cut += f->work.cut;
    similar_pairs_sort(&f->pairs);
    similar_work_open(&f->work, limit, s->run);
    if (!(f->terms->plain ? similar_plain_groups(f, &s->kept, out)
                          : similar_groups(f, &s->kept, out)))
        return false;
    out->cut += f->work.cut;
    return true;
}

static bool search_data(struct similar *s, const struct similar_data *d,
                        const struct similar_terms *t,
                        struct similar_found *out)
{
    struct similar_scorer scorer;
    struct similar_finder f = {.d = d,
                               .terms = t,
                               .run = s->run,
                               .memory = &s->round,
                               .scorer = &scorer};
    bool ok;

    similar_work_open(&f.work, t->work ? t->work : SIMILAR_WORK, s->run);
    f.crowded = similar_array(&s->round, d->n, sizeof *f.crowded);
    ok = f.crowded && similar_scorer_open(&scorer, d, &s->round) &&
         find_pairs(&f) && find_groups(s, &f, out);
    budget_give(s->run->budget, f.pairs.cap * sizeof *f.pairs.pair);
    free(f.pairs.pair);
    return ok;
}

/* Takes the rows of crowds out, and of what was found leaves the crowds. */
static bool take_crowds(struct similar_found *found, uint32_t from, bool *out)
{
    uint32_t kept = from;

    for (uint32_t i = from; i < found->n; i++) {
        const struct similar_group *g = &found->group[i];
        if (g->bits < LARGE_BITS || g->size <= LARGE_ROWS ||
            100 * (uint64_t)g->size <= g->rows)
            continue;
        for (uint32_t k = 0; k < g->size; k++)
            out[g->member[k]] = true;
        found->group[kept++] = *g;
    }
    if (kept == from)
        return false;
    found->n = kept;
    return true;
}

static bool search_round(struct similar *s, const struct similar_rows *rows,
                         const struct similar_terms *t, const bool *out,
                         uint32_t repeat, struct similar_found *found)
{
    struct similar_data d = {.charge = t->searches};
    bool ok;

    if (repeat > 0)
        d.charge += repeat + 1;
    ok = similar_data_make(&d, rows, out, s->count, &s->round);
    if (ok && d.n >= 2)
        ok = search_data(s, &d, t, found);
    similar_release(&s->round);
    return ok;
}

bool similar_search(struct similar *s, const struct similar_rows *rows,
                    const struct similar_terms *t, struct similar_found *found)
{
    struct similar_memory own = {.run = s->run};
    bool *out = similar_array(&own, rows->n, sizeof *out);
    bool ok = out != NULL;

    if (found->n == 0 && found->cap == 0)
        found->highest = -INFINITY;
    for (uint32_t repeat = 0; ok && repeat <= REPEATS; repeat++) {
        uint32_t from = found->n;
        ok = search_round(s, rows, t, out, repeat, found);
        if (!ok || t->plain || repeat == REPEATS ||
            !take_crowds(found, from, out))
            break;
    }
    similar_release(&own);
    return ok;
}
