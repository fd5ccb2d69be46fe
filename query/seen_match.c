/* seen_match.c - a chunk of rows by key and time, and the packets of the store
 * read past it: each packet marks the rows that lie in its reach. */
#include "query/seen.h"

#include <stdlib.h>

#include "base/memory.h"
#include "query/order.h"

/* ---- times ---- */

static int64_t later(int64_t t, int64_t by)
{
    return __builtin_add_overflow(t, by, &t) ? INT64_MAX : t;
}

static int64_t earlier(int64_t t, int64_t by)
{
    return __builtin_sub_overflow(t, by, &t) ? INT64_MIN : t;
}

/* ---- the index of a side ---- */

static bool has_place(const struct seen_state *s, uint32_t side, uint32_t row)
{
    return s->group[row] != SEEN_NONE && !vec_absent(&s->time[side], row);
}

/* How many rows each group has, as the place after its first row. */
static uint32_t count_rows(const struct seen_state *s, uint32_t side,
                           struct seen_index *x)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < s->held.n; i++) {
        if (has_place(s, side, i))
            x->start[s->group[i]]++;
    }
    for (uint32_t g = 0; g <= x->groups; g++) {
        uint32_t n = x->start[g];
        x->start[g] = sum;
        sum += n;
    }
    return sum;
}

static void put_row(const struct seen_state *s, uint32_t side,
                    struct seen_index *x, uint32_t row)
{
    uint32_t place;

    if (!has_place(s, side, row))
        return;
    place = x->start[s->group[row]]++;
    x->row[place] = row;
    x->when[place] = s->time[side].i[row];
}

/* In the order of times; then each start has moved to its group's end. */
static bool put_rows(const struct seen_state *s, uint32_t side,
                     struct seen_index *x)
{
    struct run *r = s->stage->run;
    const struct order_key key = {.value = &s->time[side], .type = TYPE_TIME};
    uint32_t n = s->held.n, *id = NULL;

    if (!s->sorted[side]) {
        id = order_rows(&key, 1, n, r);
        if (!id)
            return false;
    }
    for (uint32_t i = 0; i < n; i++)
        put_row(s, side, x, id ? id[i] : i);
    order_free(id, id ? n : 0, r);
    for (uint32_t g = x->groups; g > 0; g--)
        x->start[g] = x->start[g - 1];
    x->start[0] = 0;
    return true;
}

static void free_index(struct seen_state *s, struct seen_index *x)
{
    budget_give(s->stage->run->budget, x->bytes);
    free(x->start);
    free(x->row);
    free(x->when);
    free(x->next);
    *x = (struct seen_index){0};
}

static bool make_index(struct seen_state *s, uint32_t side)
{
    struct seen_index *x = &s->index[side];
    size_t n = s->held.n, groups = s->keys.n;
    size_t bytes = (groups + n + 2) * sizeof *x->start +
                   n * (sizeof *x->row + sizeof *x->when);

    *x = (struct seen_index){.before = s->seen->side[side].before,
                             .groups = (uint32_t)groups};
    if (!budget_take(s->stage->run->budget, bytes))
        return false;
    x->bytes = bytes;
    x->start = memory_zeroed(groups + 1, sizeof *x->start);
    x->row = memory_zeroed(n + 1, sizeof *x->row);
    x->when = memory_zeroed(n + 1, sizeof *x->when);
    x->next = memory_zeroed(n + 1, sizeof *x->next);
    uint32_t rows = count_rows(s, side, x);
    for (uint32_t i = 0; i <= rows; i++)
        x->next[i] = i;
    return put_rows(s, side, x);
}

/* ---- one packet ---- */

static uint32_t first_from(const struct seen_index *x, uint32_t group,
                           int64_t t)
{
    uint32_t lo = x->start[group], hi = x->start[group + 1];

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (x->when[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void seen_mark(struct seen_state *s, struct seen_index *x, uint32_t place)
{
    uint32_t row = x->row[place];

    x->next[place] = place + 1;
    s->matched[row / 64] |= UINT64_C(1) << (row % 64);
    s->counts.matches++;
}

/* A packet that may match rows. */
struct other {
    struct batch *batch;
    uint16_t row;
    int64_t time;
    uint64_t place;
    bool placed; /* `place` was asked for */
};

/* At one time packet order decides; of rows that are no packets nobody knows
 * where in it they stand. */
static bool in_order(struct seen_state *s, const struct seen_index *x,
                     uint32_t place, struct other *o)
{
    struct sel one;

    if (!s->placed)
        return false;
    if (!o->placed) {
        one.n = 1;
        one.row[0] = o->row;
        o->batch->places(o->batch, &one, &o->place);
        o->placed = true;
    }
    int order = seen_order_cmp(&s->order, o->place,
                               (uint64_t)s->place.i[x->row[place]]);
    return x->before ? order < 0 : order > 0;
}

static bool match(struct seen_state *s, struct seen_index *x, uint32_t group,
                  struct other *o)
{
    int64_t within = s->seen->within, t = o->time;
    int64_t from = x->before ? t : earlier(t, within);
    int64_t to = x->before ? later(t, within) : t;
    uint32_t end = x->start[group + 1];
    uint32_t i = seen_next(x, x->start[group]);

    if (i < end && x->when[i] < from)
        i = seen_next(x, first_from(x, group, from));
    for (; i < end && x->when[i] <= to; i = seen_next(x, i + 1)) {
        if (x->when[i] == t && !in_order(s, x, i, o))
            continue;
        if (!s->seen->residual)
            seen_mark(s, x, i);
        else if (!seen_pairs_add(s, x, i, o->row))
            return false;
    }
    return true;
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct seen_state *s = r->state;
    struct sel rows = b->sel;
    uint32_t id[BATCH_ROWS];

    if (!seen_keys_find(s, &s->others, b, &rows, id))
        return false;
    s->pairs.others = b;
    for (uint32_t k = 0; k < rows.n; k++) {
        if (id[k] == SEEN_NONE)
            continue;
        struct other o = {.batch = b,
                          .row = rows.row[k],
                          .time = batch_column(b, FIELD_TIME)->i[rows.row[k]]};
        for (uint32_t i = 0; i < s->seen->sides; i++) {
            if (!match(s, &s->index[i], id[k], &o))
                return false;
        }
    }
    return seen_pairs_ask(s) && s->run.e->code == ERR_NONE;
}

static const struct stage_kind matching = {.name = "seen", .push = push};

/* ---- which packets ---- */

/* What all windows lie in. */
static struct time_range reach(const struct seen_state *s)
{
    struct time_range r = {INT64_MAX, INT64_MIN};
    int64_t within = s->seen->within;

    for (uint32_t i = 0; i < s->seen->sides; i++) {
        bool before = s->seen->side[i].before;
        if (s->low[i] > s->high[i])
            continue;
        int64_t from = before ? earlier(s->low[i], within) : s->low[i];
        int64_t to = before ? s->high[i] : later(s->high[i], within);
        r.from = from < r.from ? from : r.from;
        r.to = to > r.to ? to : r.to;
    }
    r.to = later(r.to, 1);
    return r;
}

/* More keys than FEW are not worth a look at each; more values than these are
 * not asked for. */
enum { FEW_KEYS = 1 << 16, FEW_ADDRESSES = 256, FEW_NUMBERS = 4096 };

/* The values that the rows have of key k, as a question for the other packet;
 * NULL: too many. */
static const struct expr *asks_for(struct seen_state *s, uint32_t k)
{
    const struct seen_key *key = &s->seen->key[k];
    const struct vec *v = &s->keys.key[k];
    uint32_t n = s->keys.n;
    struct rangeset set;

    if (key->absent || key->other->kind != NODE_COLUMN)
        return NULL;
    if (v->lane == LANE_ADDR) {
        struct addr_range *r = arena_array(&s->arena, struct addr_range, n);
        for (uint32_t i = 0; i < n; i++)
            r[i] = (struct addr_range){v->a[i], v->a[i]};
        set = rangeset_make_addr(&s->arena, r, n);
    } else {
        struct range *r = arena_array(&s->arena, struct range, n);
        for (uint32_t i = 0; i < n; i++)
            r[i] = (struct range){v->i[i], v->i[i]};
        set = rangeset_make(&s->arena, r, n);
    }
    if (set.n > (v->lane == LANE_ADDR ? FEW_ADDRESSES : FEW_NUMBERS))
        return NULL;
    s->counts.indexed += v->lane == LANE_ADDR;
    return node_in_ranges(&s->arena, key->other, set, (struct span){0, 0});
}

/* The filter, and the values of keys where rows have few: then summaries and
 * the address index rule blocks out. */
static const struct expr *narrowed(struct seen_state *s)
{
    const struct expr *x = s->seen->others;

    if (s->keys.n > FEW_KEYS)
        return x;
    for (uint32_t k = 0; k < s->seen->keys; k++) {
        const struct expr *in = asks_for(s, k);
        if (in)
            x = expr_and(&s->arena, x, in);
    }
    return x;
}

/* Is there a row whose time lies in [from, to]? */
static bool any_row(const struct vec *time, int64_t from, int64_t to)
{
    uint32_t lo = 0, hi = time->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (time->i[mid] < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < time->n && time->i[lo] <= to;
}

static bool in_reach(const struct seen_state *s, const struct zone *z)
{
    struct range t = z->field[FIELD_TIME].range;
    int64_t within = s->seen->within;

    for (uint32_t i = 0; i < s->seen->sides; i++) {
        bool before = s->seen->side[i].before;
        if (!s->sorted[i] ||
            any_row(&s->time[i], before ? t.lo : earlier(t.lo, within),
                    before ? later(t.hi, within) : t.hi))
            return true;
    }
    return false;
}

/* Takes out blocks in which no row's window lies. */
static void drop_blocks(const struct seen_state *s, struct scan *scan)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < scan->n; i++) {
        if (!in_reach(s, store_reader_block(scan->reader, scan->block[i]).zone))
            continue;
        scan->block[n] = scan->block[i];
        scan->part[n++] = scan->part[i];
    }
    scan->n = n;
}

bool seen_scan(struct seen_state *s, struct time_range range, bool chunk,
               const struct stage_kind *kind)
{
    struct plan plan = {.range = range, .packets = s->seen->packets};
    struct stage stage = {.kind = kind};
    struct stage_run first = {.stage = &stage, .run = &s->run, .state = s};
    struct scan_counts n = {0};
    struct scan scan;

    arena_reset(&s->arena);
    plan.filter = chunk ? narrowed(s) : s->seen->others;
    store_reader_verify(s->run.reader, range.from, range.to);
    scan_plan(&scan, s->run.reader, &plan, NULL, &s->arena);
    if (chunk)
        drop_blocks(s, &scan);
    bool ok = scan_run(&scan, &s->run, &first, &n);
    s->counts.scans++;
    s->counts.blocks += n.blocks;
    s->counts.packets += n.packets;
    return ok;
}

static bool scan_chunk(struct seen_state *s)
{
    for (uint32_t i = 0; i < s->seen->sides; i++) {
        if (!make_index(s, i))
            return false;
    }
    seen_keys_use(&s->others, &s->keys, false);
    return seen_scan(s, reach(s), true, &matching);
}

bool seen_match(struct seen_state *s)
{
    bool ok = s->keys.n == 0 || scan_chunk(s);

    for (uint32_t i = 0; i < s->seen->sides; i++)
        free_index(s, &s->index[i]);
    return ok;
}
