/* burst.c - each key holds the times of the rows in its window, and its values
 * in the order in which they were last seen. A sweep whenever all that is held
 * has doubled frees what no window reaches any more. */
#include "query/burst.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/order.h"

#define NONE UINT32_MAX

enum { SWEEP_LEAST = 8192 };

enum { TIMES = 7 };

/* Times of one key's rows; the size of a cache line. */
struct burst_times {
    int64_t time[TIMES];
    uint32_t next;
};

/* A value of one key. */
struct burst_value {
    int64_t last;
    uint32_t older, newer; /* while inside the window */
    uint32_t next;         /* among the members of the burst */
    bool inside, member;
};

struct burst_key {
    uint32_t head, tail; /* times in the window, oldest first */
    uint8_t head_at;     /* the oldest's place in head */
    uint8_t tail_n;      /* filled in tail */
    int64_t head_time, tail_time;
    uint32_t oldest, newest; /* values in it, by when they were last seen */
    uint64_t rows, values;   /* in the window */
    /* The burst that may still grow, when active. */
    bool active;
    uint32_t member, members;
    int64_t first, last, n, peak;
    int64_t since; /* rows after the last that completed a window */
};

void burst_open(struct burst *b, const struct burst_terms *t, struct run *r)
{
    *b = (struct burst){
        .terms = t, .run = r, .times_free = NONE, .sweep_at = SWEEP_LEAST};
    enum type type[1 + SET_TUPLE_MAX] = {TYPE_INT};

    for (uint32_t i = 0; i < t->values; i++)
        type[1 + i] = t->value[i];
    keytab_open(&b->keys, t->key, t->keys);
    keytab_open(&b->values, type, 1 + t->values);
    keytab_open(&b->found, t->key, t->keys);
}

static void close_windows(struct burst *b)
{
    struct budget *budget = b->run->budget;

    keytab_close(&b->keys, budget);
    keytab_close(&b->values, budget);
    budget_give(budget,
                b->key_cap * sizeof *b->key + b->value_cap * sizeof *b->value);
    free(b->key);
    free(b->value);
}

void burst_close(struct burst *b)
{
    struct budget *budget = b->run->budget;

    close_windows(b);
    keytab_close(&b->found, budget);
    budget_give(budget, b->times_cap * sizeof *b->times +
                            b->row_cap * sizeof *b->row + b->sets_charged);
    free(b->times);
    free(b->row);
    arena_free(&b->sets);
}

/* ---- rooms for what is new ---- */

static bool room_for_keys(struct burst *b)
{
    void *p = b->key;
    bool ok =
        vec_grow(&p, &b->key_cap, b->keys.n, sizeof *b->key, b->run->budget);

    b->key = p;
    for (; ok && b->key_n < b->keys.n; b->key_n++)
        b->key[b->key_n] = (struct burst_key){.head = NONE,
                                              .tail = NONE,
                                              .oldest = NONE,
                                              .newest = NONE,
                                              .member = NONE};
    return ok;
}

static bool room_for_values(struct burst *b)
{
    void *p = b->value;
    bool ok = vec_grow(&p, &b->value_cap, b->values.n, sizeof *b->value,
                       b->run->budget);

    b->value = p;
    if (ok && b->value_n < b->values.n) {
        memset(b->value + b->value_n, 0,
               (b->values.n - b->value_n) * sizeof *b->value);
        b->value_n = b->values.n;
    }
    return ok;
}

/* Room for the times of so many rows. */
static bool room_for_times(struct burst *b, uint32_t rows)
{
    void *p = b->times;
    bool ok = rows < NONE - b->times_n &&
              vec_grow(&p, &b->times_cap, b->times_n + rows, sizeof *b->times,
                       b->run->budget);

    b->times = p;
    return ok;
}

/* ---- windows ---- */

static bool is_out(const struct burst *b, int64_t then, int64_t now)
{
    return (uint64_t)now - (uint64_t)then > (uint64_t)b->terms->within;
}

static void free_head(struct burst *b, struct burst_key *k)
{
    uint32_t at = k->head;

    k->head = at == k->tail ? NONE : b->times[at].next;
    k->head_at = 0;
    b->times[at].next = b->times_free;
    b->times_free = at;
    b->times_used--;
}

/* Takes out the times that have left the window, one at least. */
static void drop_times(struct burst *b, struct burst_key *k, int64_t now)
{
    while (k->head != NONE) {
        const struct burst_times *x = &b->times[k->head];
        uint8_t end = k->head == k->tail ? k->tail_n : TIMES;
        for (; k->head_at < end; k->head_at++, k->rows--) {
            k->head_time = x->time[k->head_at];
            if (!is_out(b, k->head_time, now))
                return;
        }
        free_head(b, k);
    }
}

static void unlink_value(struct burst *b, struct burst_key *k, uint32_t i)
{
    struct burst_value *v = &b->value[i];

    if (v->older == NONE)
        k->oldest = v->newer;
    else
        b->value[v->older].newer = v->newer;
    if (v->newer == NONE)
        k->newest = v->older;
    else
        b->value[v->newer].older = v->older;
    v->inside = false;
    k->values--;
}

static void link_value(struct burst *b, struct burst_key *k, uint32_t i)
{
    struct burst_value *v = &b->value[i];

    v->older = k->newest;
    v->newer = NONE;
    if (k->newest == NONE)
        k->oldest = i;
    else
        b->value[k->newest].newer = i;
    k->newest = i;
    v->inside = true;
    k->values++;
}

/* No value was last seen before the first time in the window. */
static void drop_old(struct burst *b, struct burst_key *k, int64_t now)
{
    if (k->head == NONE || !is_out(b, k->head_time, now))
        return;
    drop_times(b, k, now);
    while (k->oldest != NONE && is_out(b, b->value[k->oldest].last, now))
        unlink_value(b, k, k->oldest);
}

static void begin_times(struct burst *b, struct burst_key *k)
{
    uint32_t at = b->times_free;

    if (at == NONE)
        at = b->times_n++;
    else
        b->times_free = b->times[at].next;
    b->times_used++;
    if (k->head != NONE)
        b->times[k->tail].next = at;
    else
        k->head = at;
    k->tail = at;
    k->tail_n = 0;
}

static void add_time(struct burst *b, struct burst_key *k, int64_t now)
{
    bool first = k->head == NONE;

    if (first || k->tail_n == TIMES)
        begin_times(b, k);
    if (first)
        k->head_time = now;
    b->times[k->tail].time[k->tail_n++] = now;
    k->tail_time = now;
    k->rows++;
}

static void add_value(struct burst *b, struct burst_key *k, uint32_t i,
                      int64_t now)
{
    b->value[i].last = now;
    if (k->newest == i)
        return;
    if (b->value[i].inside)
        unlink_value(b, k, i);
    link_value(b, k, i);
}

/* ---- bursts ---- */

static int by_addr(const void *x, const void *y)
{
    const union cell *a = x, *b = y;

    return addr_cmp(a->a, b->a);
}

static int by_int(const void *x, const void *y)
{
    const union cell *a = x, *b = y;

    return (a->i > b->i) - (a->i < b->i);
}

/* The order of single values that compare as they lie; NULL: of others. */
static int (*plain_order(const struct burst_terms *t))(const void *,
                                                       const void *)
{
    enum lane lane = schema_types[t->value[0]].lane;

    if (t->values > 1 || t->value[0] == TYPE_STRING)
        return NULL;
    return lane == LANE_ADDR ? by_addr : lane == LANE_INT ? by_int : NULL;
}

static bool sort_members(struct burst *b, uint32_t *id, uint32_t n)
{
    struct order_key key[SET_TUPLE_MAX];

    for (uint32_t m = 0; m < b->terms->values; m++)
        key[m] = (struct order_key){.value = &b->values.key[1 + m],
                                    .type = b->terms->value[m]};
    return order_list(key, b->terms->values, id, n, b->run);
}

/* `id` has room for the numbers of the members. */
static bool list_cells(struct burst *b, const struct burst_key *k, uint32_t *id,
                       union cell *cell)
{
    uint32_t n = 0, members = b->terms->values;
    int (*order)(const void *, const void *) = plain_order(b->terms);

    for (uint32_t i = k->member; i != NONE; i = b->value[i].next)
        id[n++] = i;
    if (!order && !sort_members(b, id, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t m = 0; m < members; m++)
            cell[i * members + m] = vec_cell(&b->values.key[1 + m], id[i]);
    }
    if (order)
        qsort(cell, n, sizeof *cell, order);
    return true;
}

static const struct set *make_set(struct burst *b, const struct burst_key *k)
{
    size_t list = ((size_t)k->members + 1) * sizeof(uint32_t);
    size_t cells = (size_t)k->members * b->terms->values * sizeof(union cell);
    size_t kept = cells + sizeof(struct set);

    if (!budget_take(b->run->budget, list + kept))
        return NULL;
    b->sets_charged += kept;
    struct set *set = arena_new(&b->sets, struct set);
    union cell *cell = arena_alloc_raw(&b->sets, cells);
    uint32_t *id = memory_alloc(list);
    bool ok = list_cells(b, k, id, cell);
    free(id);
    budget_give(b->run->budget, list);
    *set = (struct set){
        .type = b->terms->members, .n = k->members, .member = cell};
    return ok ? set : NULL;
}

static bool found_key(struct burst *b, uint32_t key, uint32_t *out)
{
    struct value tuple[KEYTAB_KEYS_MAX];

    for (uint32_t i = 0; i < b->terms->keys; i++)
        tuple[i] = vec_value(&b->keys.key[i], key);
    return keytab_tuple(&b->found, tuple, out, b->run);
}

/* The burst will not grow any more: it becomes a row. */
static bool end_burst(struct burst *b, uint32_t key)
{
    struct burst_key *k = &b->key[key];
    void *p = b->row;
    bool ok = b->rows < NONE && vec_grow(&p, &b->row_cap, b->rows + 1,
                                         sizeof *b->row, b->run->budget);
    struct burst_row row = {
        .peak = k->peak, .first = k->first, .last = k->last, .n = k->n};

    b->row = p;
    if (!ok || !found_key(b, key, &row.key))
        return false;
    if (b->terms->values && !(row.members = make_set(b, k)))
        return false;
    b->row[b->rows++] = row;
    for (uint32_t i = k->member; i != NONE; i = b->value[i].next)
        b->value[i].member = false;
    k->member = NONE;
    k->members = 0;
    k->active = false;
    return true;
}

/* The `n` values that were seen last are members. */
static void add_members(struct burst *b, struct burst_key *k, int64_t n)
{
    for (uint32_t i = k->newest; i != NONE && n > 0; n--) {
        struct burst_value *v = &b->value[i];
        if (!v->member) {
            v->member = true;
            v->next = k->member;
            k->member = i;
            k->members++;
        }
        i = v->older;
    }
}

/* A row of `now` has completed a window that holds `amount`. */
static bool complete(struct burst *b, uint32_t key, int64_t now,
                     uint64_t amount)
{
    struct burst_key *k = &b->key[key];

    if (k->active && is_out(b, k->last, now) && !end_burst(b, key))
        return false;
    if (k->active) {
        k->n += k->since;
        add_members(b, k, k->since);
    } else {
        k->active = true;
        k->first = k->head_time;
        k->n = (int64_t)k->rows;
        k->peak = 0;
        add_members(b, k, INT64_MAX);
    }
    k->since = 0;
    k->last = now;
    if ((int64_t)amount > k->peak)
        k->peak = (int64_t)amount;
    return true;
}

static bool stepped_back(const struct burst *b)
{
    err_query(b->run->e, b->terms->at,
              "the rows of a key do not come in the order of `time`");
    err_hint(b->run->e, "put `sort time` before it");
    return false;
}

static bool add_row(struct burst *b, uint32_t key, uint32_t value, int64_t now)
{
    struct burst_key *k = &b->key[key];
    uint64_t amount;

    if (k->head != NONE && k->tail_time > now)
        return stepped_back(b);
    drop_old(b, k, now);
    add_time(b, k, now);
    if (b->terms->values)
        add_value(b, k, value, now);
    k->since++;
    amount = b->terms->values ? k->values : k->rows;
    return amount < (uint64_t)b->terms->least || complete(b, key, now, amount);
}

/* ---- sweeping ---- */

static size_t held(const struct burst *b)
{
    return (size_t)b->keys.n + b->values.n + b->times_used;
}

static bool end_if_over(struct burst *b, uint32_t key, int64_t now)
{
    struct burst_key *k = &b->key[key];

    drop_old(b, k, now);
    return !k->active || !is_out(b, k->last, now) || end_burst(b, key);
}

/* The value's number in `to`, new there or not. */
static bool move_value(struct burst *to, const struct burst *from, uint32_t key,
                       uint32_t i, uint32_t *out)
{
    struct value tuple[1 + SET_TUPLE_MAX] = {{.cell.i = key}};

    for (uint32_t m = 1; m < from->values.keys; m++)
        tuple[m] = vec_value(&from->values.key[m], i);
    return keytab_tuple(&to->values, tuple, out, to->run) &&
           room_for_values(to);
}

static bool move_values(struct burst *to, const struct burst *from,
                        uint32_t key, const struct burst_key *k)
{
    uint32_t i, at;

    for (i = k->oldest; i != NONE; i = from->value[i].newer) {
        if (!move_value(to, from, key, i, &at))
            return false;
        to->value[at].last = from->value[i].last;
        link_value(to, &to->key[key], at);
    }
    for (i = k->member; i != NONE; i = from->value[i].next) {
        if (!move_value(to, from, key, i, &at))
            return false;
        to->value[at].member = true;
        to->value[at].next = to->key[key].member;
        to->key[key].member = at;
    }
    return true;
}

static bool move_key(struct burst *to, const struct burst *from, uint32_t key)
{
    const struct burst_key *k = &from->key[key];
    struct value tuple[KEYTAB_KEYS_MAX];
    uint32_t at;

    if (k->head == NONE && !k->active)
        return true;
    for (uint32_t i = 0; i < from->terms->keys; i++)
        tuple[i] = vec_value(&from->keys.key[i], key);
    if (!keytab_tuple(&to->keys, tuple, &at, to->run) || !room_for_keys(to))
        return false;
    to->key[at] = *k;
    to->key[at].oldest = to->key[at].newest = NONE;
    to->key[at].member = NONE;
    to->key[at].values = 0;
    return move_values(to, from, at, k);
}

enum { CHECK_EVERY = 1 << 12 };

static bool sweep(struct burst *b, int64_t now)
{
    struct burst to;
    bool ok = true;

    burst_open(&to, b->terms, b->run);
    for (uint32_t i = 0; ok && i < b->keys.n; i++) {
        ok = end_if_over(b, i, now) && move_key(&to, b, i) &&
             (i % CHECK_EVERY != 0 || run_check(b->run));
    }
    close_windows(ok ? b : &to);
    keytab_close(&to.found, b->run->budget);
    if (!ok)
        return false;
    b->keys = to.keys;
    b->key = to.key;
    b->key_n = to.key_n;
    b->key_cap = to.key_cap;
    b->values = to.values;
    b->value = to.value;
    b->value_n = to.value_n;
    b->value_cap = to.value_cap;
    b->sweep_at = 4 * held(b) + SWEEP_LEAST;
    return true;
}

/* ---- rows in ---- */

static bool find_values(struct burst *b, const struct burst_in *in,
                        const uint32_t *key, uint32_t *value)
{
    struct column c[1 + SET_TUPLE_MAX];
    int64_t number[BATCH_ROWS];

    for (uint32_t k = 0; k < in->rows->n; k++)
        number[in->rows->row[k]] = key[k];
    c[0] = (struct column){.i = number};
    for (uint32_t i = 0; i < b->terms->values; i++)
        c[1 + i] = in->value[i];
    return keytab_rows(&b->values, c, in->rows, value, b->run) &&
           room_for_values(b);
}

enum { AHEAD = 8 };

/* The rows of a batch meet keys all over the table. */
static void fetch_ahead(const struct burst *b, uint32_t key, uint32_t value)
{
    __builtin_prefetch(&b->key[key]);
    __builtin_prefetch((const char *)&b->key[key] + 64);
    if (b->terms->values)
        __builtin_prefetch(&b->value[value]);
}

bool burst_add(struct burst *b, const struct burst_in *in)
{
    uint32_t key[BATCH_ROWS], value[BATCH_ROWS] = {0};
    const struct sel *rows = in->rows;

    if (rows->n == 0)
        return true;
    if (b->terms->sweeps && held(b) > b->sweep_at &&
        !sweep(b, in->time->i[rows->row[0]]))
        return false;
    if (!keytab_rows(&b->keys, in->key, rows, key, b->run) ||
        !room_for_keys(b) || !room_for_times(b, rows->n))
        return false;
    if (b->terms->values && !find_values(b, in, key, value))
        return false;
    for (uint32_t k = 0; k < rows->n; k++) {
        uint32_t ahead = k + AHEAD < rows->n ? k + AHEAD : k;
        fetch_ahead(b, key[ahead], value[ahead]);
        if (!add_row(b, key[k], value[k], in->time->i[rows->row[k]]))
            return false;
    }
    return true;
}

bool burst_finish(struct burst *b)
{
    for (uint32_t i = 0; i < b->keys.n; i++) {
        if (b->key[i].active && !end_burst(b, i))
            return false;
        if (i % CHECK_EVERY == 0 && !run_check(b->run))
            return false;
    }
    return true;
}
