/* stage_similar_search.c - the rows of `similar` put in order and cut at the
 * `by` values; one search each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "query/order.h"
#include "query/similar_parts.h"
#include "query/stage_similar.h"

enum { SWEEP_BIT = UINT32_C(1) << 31, WORK_SHARE = 100000000 };

/* ---- items and rows in the order of their values ---- */

/* value[rank] becomes the number of each tuple, in order; rank[number] its
 * place, from `from` on. */
static bool rank_values(struct stage_run *r, const struct keytab *t,
                        uint32_t *value, uint32_t *rank, uint32_t from)
{
    for (uint32_t i = 0; i < t->n; i++)
        value[i] = i;
    if (!keytab_sort(t, value, t->n, r->run))
        return false;
    for (uint32_t i = 0; i < t->n; i++)
        rank[value[i]] = from + i;
    return true;
}

static bool rank_items(struct stage_run *r)
{
    struct similar_state *s = r->state;
    struct similar_memory own = {.run = r->run};
    uint32_t n = s->items.n, all = n + s->sweeps.n;
    uint32_t *rank = similar_array(&own, all, sizeof *rank);
    bool ok;

    s->value = similar_array(s->memory, all, sizeof *s->value);
    s->hosts = n;
    ok = rank && s->value && rank_values(r, &s->items, s->value, rank, 0) &&
         rank_values(r, &s->sweeps, s->value + n, rank + n, n);
    for (uint32_t i = 0; ok && i < s->items_n; i++) {
        uint32_t id = s->item[i];
        s->item[i] = rank[id & SWEEP_BIT ? n + (id & ~SWEEP_BIT) : id];
    }
    similar_release(&own);
    return ok;
}

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

/* Moves the items to where their rows are in order. */
static bool move_items(struct stage_run *r)
{
    struct similar_state *s = r->state;
    uint32_t *from = similar_array(s->memory, s->n + 1, sizeof *from);
    uint32_t *item = similar_array(s->memory, s->items_n, sizeof *item);
    uint32_t n = 0;

    if (!from || !item)
        return false;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t row = s->order[i], had = s->from[row + 1] - s->from[row];
        memcpy(item + n, s->item + s->from[row], had * sizeof *item);
        qsort(item + n, had, sizeof *item, by_number);
        n += had;
        from[i + 1] = n;
    }
    free(s->from);
    free(s->item);
    budget_give(r->run->budget,
                s->from_cap * sizeof *s->from + s->item_cap * sizeof *s->item);
    s->from_cap = s->item_cap = 0;
    s->from = from;
    s->item = item;
    return true;
}

static bool order_all(struct stage_run *r)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct order_key key[KEYTAB_KEYS_MAX + SET_TUPLE_MAX];
    uint32_t keys = bound->keys + bound->names;

    for (uint32_t k = 0; k < keys; k++)
        key[k] = (struct order_key){.value = &s->held[k],
                                    .type = bound->held_type[k].type};
    s->order = similar_array(s->memory, s->n, sizeof *s->order);
    if (!s->order)
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        s->order[i] = i;
    return order_list(key, keys, s->order, s->n, r->run) && rank_items(r) &&
           move_items(r);
}

/* ---- `by` values ---- */

static bool same_keys(const struct stage_run *r, uint32_t a, uint32_t b)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;

    for (uint32_t k = 0; k < bound->keys; k++) {
        const struct vec *v = &s->held[k];
        if (value_cmp_absent(bound->held_type[k].type,
                             vec_value(v, s->order[a]),
                             vec_value(v, s->order[b]), r->run->text) != 0)
            return false;
    }
    return true;
}

static uint32_t end_of(const struct stage_run *r, uint32_t from)
{
    const struct similar_state *s = r->state;
    uint32_t end = from + 1;

    while (end < s->n && same_keys(r, from, end))
        end++;
    return end;
}

static uint32_t count_values(const struct stage_run *r)
{
    const struct similar_state *s = r->state;
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n; i = end_of(r, i))
        n++;
    return n;
}

/* ---- searches ---- */

static bool show(struct stage_run *r, const struct similar_group *g,
                 uint32_t from)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    void *list = s->shown;

    if (g->bits < bound->least || g->size < bound->min) {
        s->weak += g->bits < bound->least;
        s->small += g->bits >= bound->least;
        return true;
    }
    if (!vec_grow(&list, &s->show_cap, s->shows + 1, sizeof *s->shown,
                  r->run->budget))
        return false;
    s->shown = list;
    s->shown[s->shows++] =
        (struct similar_shown){.group = *g, .from = from, .bits = g->bits};
    return true;
}

/* Each search may do its share of the work. */
static struct similar_terms terms_of(const struct stage_run *r, uint32_t from,
                                     uint32_t end)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    struct similar_terms t = bound->terms;
    double share = (double)(s->from[end] - s->from[from]) / s->items_n;

    t.searches = log2(s->searches);
    t.work = (uint64_t)((double)SIMILAR_WORK * share) + WORK_SHARE;
    return t;
}

static bool search_value(struct stage_run *r, uint32_t from, uint32_t end)
{
    struct similar_state *s = r->state;
    struct similar_rows rows = {end - from, s->from + from, s->item};
    struct similar_terms t = terms_of(r, from, end);
    uint32_t had = s->found.n;

    if (!similar_search(s->search, &rows, &t, &s->found))
        return false;
    for (uint32_t i = had; i < s->found.n; i++) {
        if (!show(r, &s->found.group[i], from))
            return false;
    }
    return true;
}

/* Rows come to base 0, with items that may be swapped. */
static bool search_rewired(struct stage_run *r, uint32_t from, uint32_t end,
                           uint64_t seed)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    struct similar_memory own = {.run = r->run};
    struct similar_terms t = terms_of(r, from, end);
    struct similar_found found = {0};
    uint32_t n = s->from[end] - s->from[from];
    uint32_t *item = similar_array(&own, n, sizeof *item);
    uint32_t *start = similar_array(&own, end - from + 1, sizeof *start);
    struct similar_rows rows = {end - from, start, item};
    struct similar *search = similar_open(s->items.n + s->sweeps.n, r->run);
    bool ok = item && start && search;

    for (uint32_t i = 0; ok && i <= end - from; i++)
        start[i] = s->from[from + i] - s->from[from];
    if (ok)
        memcpy(item, s->item + s->from[from], n * sizeof *item);
    ok = ok && similar_rewire(&rows, item, seed, r->run) &&
         similar_search(search, &rows, &t, &found);
    for (uint32_t i = 0; ok && i < found.n; i++)
        s->chance_groups += found.group[i].bits >= bound->least;
    if (ok && found.highest > s->chance_most)
        s->chance_most = found.highest;
    similar_close(search);
    similar_release(&own);
    return ok;
}

static bool search_all(struct stage_run *r)
{
    const struct similar_bound *bound = r->stage->bound;
    struct similar_state *s = r->state;
    uint32_t end;

    for (uint32_t i = 0; i < s->n; i = end) {
        end = end_of(r, i);
        if (!run_check(r->run) || !search_value(r, i, end))
            return false;
        for (uint32_t k = 0; k < bound->rewired; k++) {
            uint64_t seed = hash_mix(hash_mix(bound->seed, i), k);
            if (!search_rewired(r, i, end, seed))
                return false;
        }
    }
    return true;
}

static int by_bits(const void *x, const void *y)
{
    const struct similar_shown *a = x, *b = y;

    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    uint32_t l = a->from + a->group.member[0];
    uint32_t r = b->from + b->group.member[0];
    return (l > r) - (l < r);
}

bool stage_similar_search(struct stage_run *r)
{
    struct similar_state *s = r->state;

    s->chance_most = -INFINITY;
    if (s->n == 0)
        return true;
    if (!order_all(r))
        return false;
    s->searches = count_values(r);
    s->search = similar_open(s->items.n + s->sweeps.n, r->run);
    if (!s->search || !search_all(r))
        return false;
    s->cut = s->found.cut;
    if (s->shows > 0)
        qsort(s->shown, s->shows, sizeof *s->shown, by_bits);
    return true;
}

/* ---- footers ---- */

static void foot_left_out(struct stage_run *r)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    char n[32], most[32];

    if (s->mass > 0)
        run_foot(r->run,
                 "similar: left out %s %s of more than %s items: mass scanners",
                 run_number(n, s->mass), s->mass == 1 ? "row" : "rows",
                 run_number(most, bound->most));
    if (s->weak > 0)
        run_foot(r->run, "similar: %s %s of fewer than %g bits not shown",
                 run_number(n, s->weak), s->weak == 1 ? "group" : "groups",
                 bound->least);
    if (s->small > 0)
        run_foot(r->run, "similar: %s %s of fewer than %u members not shown",
                 run_number(n, s->small), s->small == 1 ? "group" : "groups",
                 bound->min);
    if (s->cut > 0)
        run_foot(r->run,
                 "similar: the search was cut short in %s %s: groups may be "
                 "missing, those shown are right",
                 run_number(n, s->cut), s->cut == 1 ? "place" : "places");
}

void stage_similar_foot(struct stage_run *r)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    char n[32], highest[64];

    foot_left_out(r);
    if (bound->rewired == 0 || s->n == 0)
        return;
    snprintf(highest, sizeof highest,
             isfinite(s->chance_most) ? "the highest %.1f" : "nothing tried",
             s->chance_most);
    run_foot(r->run, "similar: rewired %u %s: %s %s of %g bits or more, %s",
             bound->rewired, bound->rewired == 1 ? "time" : "times",
             run_number(n, s->chance_groups),
             s->chance_groups == 1 ? "group" : "groups", bound->least, highest);
}
