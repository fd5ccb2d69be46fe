/* stage_disjoint.c - `disjoint SETCOL [by KEY, …]`: have the rows of each group
 * shared out a block of addresses? */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/memory.h"
#include "query/disjoint.h"
#include "query/emit.h"
#include "query/grouped.h"
#include "query/lists.h"
#include "query/order.h"
#include "query/pairs.h"

struct bound {
    struct grouped by;
    const struct expr *set;
};

struct division {
    uint32_t rows;
    int64_t items, overlap;
    bool v4; /* else there is no claim */
    uint8_t prefix;
    double expected, coverage, bits;
    uint32_t block, verdict; /* text */
};

struct state {
    struct keytab groups, items;
    struct pairs pairs; /* an item of a group */
    struct lists sizes; /* of the rows of each group */
    struct vec distinct, lowest, highest;
    struct division *found; /* of each group */
    size_t charged;
    struct emit emit;
};

enum {
    ROWS,
    ITEMS,
    OVERLAP,
    EXPECTED,
    BLOCK,
    COVERAGE,
    BITS,
    VERDICT,
    OWN_COLUMNS
};

static const struct column_def own[OWN_COLUMNS] = {
    [ROWS] = {"rows",     {.type = TYPE_INT}   },
    [ITEMS] = {"items",    {.type = TYPE_INT}   },
    [OVERLAP] = {"overlap",  {.type = TYPE_INT}   },
    [EXPECTED] = {"expected", {.type = TYPE_REAL}  },
    [BLOCK] = {"block",    {.type = TYPE_STRING}},
    [COVERAGE] = {"coverage", {.type = TYPE_REAL}  },
    [BITS] = {"bits",     {.type = TYPE_REAL}  },
    [VERDICT] = {"verdict",  {.type = TYPE_STRING}},
};

/* ---- binding ---- */

static bool is_addresses(const struct vtype *t)
{
    return t->type == TYPE_SET && t->members == 1 && t->member[0] == TYPE_ADDR;
}

static bool refuse_column(struct stage_bind *b, const struct ast *n,
                          const struct vtype *type, struct err *e)
{
    struct buf have = {0};
    char text[64];

    for (uint32_t i = 0; i < b->in->n; i++) {
        const struct column_def *c = &b->in->col[i];
        if (is_addresses(&c->type))
            buf_printf(&have, "%s%s",
                       have.len ? ", " : "; you have: ", c->name);
    }
    err_query(e, n->at, "`%s` is %s, `disjoint` needs a set of addr%.*s",
              stage_text(b, n->at), value_type_text(type, text), (int)have.len,
              have.len ? (const char *)have.data : "");
    if (have.len == 0)
        err_hint(e, "make one, as in stats targets = set(dst) by src");
    buf_free(&have);
    return false;
}

static bool bind_set(struct stage_bind *b, const struct ast *n, struct stage *s,
                     struct err *e)
{
    struct bound *bound = s->bound;
    struct vtype type;

    bound->set = stage_value(b, s, n, e);
    if (!bound->set)
        return false;
    type = expr_type(bound->set);
    return is_addresses(&type) || refuse_column(b, n, &type, e);
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct bound *bound = arena_new(a, struct bound);
    struct columns *c = arena_new(a, struct columns);

    c->col = arena_array(a, struct column_def,
                         stage_list_length(n->by) + OWN_COLUMNS);
    s->bound = bound;
    s->out = c;
    s->holds = true;
    if (!bind_set(b, n->args, s, e) ||
        !grouped_bind(b, n->by, s, c, &bound->by, e))
        return false;
    for (int i = 0; i < OWN_COLUMNS; i++) {
        if (!stage_add_column(b, c, own[i].name, own[i].type, n->at, e))
            return false;
    }
    return true;
}

/* ---- rows in ---- */

static bool over(struct stage_run *r)
{
    const struct state *s = r->state;
    char rows[32], items[32];

    return run_over(r->run, "disjoint", "%s rows of %s addresses",
                    run_number(rows, s->sizes.value.n),
                    run_number(items, s->pairs.n));
}

/* Addresses on their way into the tables. */
struct chunk {
    uint32_t n;
    struct addr addr[BATCH_ROWS];
    uint32_t group[BATCH_ROWS];
};

static bool flush(struct stage_run *r, struct chunk *c)
{
    struct state *s = r->state;
    struct column column = {.a = c->addr};
    struct sel rows = {.n = c->n};
    uint32_t item[BATCH_ROWS];

    for (uint32_t i = 0; i < c->n; i++)
        rows.row[i] = (uint16_t)i;
    if (!run_check(r->run) ||
        !keytab_rows(&s->items, &column, &rows, item, r->run) ||
        !pairs_add(&s->pairs, c->group, item, c->n, s->distinct.i, r->run))
        return false;
    c->n = 0;
    return true;
}

static bool add_set(struct stage_run *r, const struct set *set, uint32_t group,
                    struct chunk *c)
{
    struct state *s = r->state;
    struct addr *lo = &s->lowest.a[group], *hi = &s->highest.a[group];

    if (addr_cmp(set->member[0].a, *lo) < 0)
        *lo = set->member[0].a;
    if (addr_cmp(set->member[set->n - 1].a, *hi) > 0)
        *hi = set->member[set->n - 1].a;
    for (uint32_t i = 0; i < set->n; i++) {
        if (c->n == BATCH_ROWS && !flush(r, c))
            return false;
        c->addr[c->n] = set->member[i].a;
        c->group[c->n++] = group;
    }
    return true;
}

/* Rows without an address share nothing out. */
static void keep_rows(const struct column *set, struct sel *rows)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < rows->n; k++) {
        uint16_t row = rows->row[k];
        if (!column_absent(set, row) && set->set[row]->n > 0)
            rows->row[n++] = row;
    }
    rows->n = n;
}

static bool add_sizes(struct stage_run *r, const struct column *set,
                      const struct sel *rows, const uint32_t *group)
{
    struct state *s = r->state;
    int64_t size[BATCH_ROWS];
    struct column sizes = {.i = size};

    for (uint32_t k = 0; k < rows->n; k++)
        size[rows->row[k]] = set->set[rows->row[k]]->n;
    return lists_add(&s->sizes, &sizes, rows, group, r->run);
}

static bool make_room(struct stage_run *r)
{
    struct state *s = r->state;
    struct budget *b = r->run->budget;
    uint32_t from = s->lowest.n;

    if (!vec_extend(&s->distinct, s->groups.n, b) ||
        !vec_extend(&s->highest, s->groups.n, b) ||
        !vec_extend(&s->lowest, s->groups.n, b))
        return false;
    for (uint32_t g = from; g < s->groups.n; g++)
        s->lowest.a[g] = (struct addr){UINT64_MAX, UINT64_MAX};
    return true;
}

static bool find_groups(struct stage_run *r, struct batch *b,
                        const struct sel *rows, uint32_t *group)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct column key[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < bound->by.keys; k++)
        key[k] = expr_value(bound->by.key[k], b, &b->sel, &r->run->eval);
    if (r->run->e->code != ERR_NONE)
        return false;
    if (bound->by.keys == 0) {
        s->groups.n = 1;
        for (uint32_t k = 0; k < rows->n; k++)
            group[k] = 0;
    } else if (!keytab_rows(&s->groups, key, rows, group, r->run)) {
        return false;
    }
    return make_room(r);
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    uint32_t group[BATCH_ROWS];
    struct sel rows = b->sel;
    struct chunk chunk = {.n = 0};
    struct column set = expr_value(bound->set, b, &b->sel, &r->run->eval);

    if (r->run->e->code != ERR_NONE)
        return false;
    keep_rows(&set, &rows);
    if (rows.n == 0)
        return true;
    if (!find_groups(r, b, &rows, group) || !add_sizes(r, &set, &rows, group))
        return over(r);
    for (uint32_t k = 0; k < rows.n; k++) {
        if (!add_set(r, set.set[rows.row[k]], group[k], &chunk))
            return over(r);
    }
    return flush(r, &chunk) || over(r);
}

/* ---- what they come to ---- */

static uint32_t keep_text(struct stage_run *r, const char *text, int len)
{
    struct state *s = r->state;
    uint32_t before = r->run->text->n;
    uint32_t id = strtab_intern(r->run->text, text, (size_t)len);
    size_t bytes = (size_t)len + 1 + sizeof(struct strtab_entry);

    if (r->run->text->n == before)
        return id;
    if (budget_take(r->run->budget, bytes))
        s->charged += bytes;
    else
        over(r);
    return id;
}

/* The length of the longest prefix that two IPv4 addresses share. */
static uint8_t shared_bits(struct addr a, struct addr b)
{
    uint32_t differ = (uint32_t)(a.lo ^ b.lo);

    return differ ? (uint8_t)__builtin_clz(differ) : 32;
}

static uint32_t block_text(struct stage_run *r, struct addr lowest,
                           uint8_t prefix)
{
    uint32_t v4 = (uint32_t)lowest.lo;
    char text[ADDR_TEXT_MAX + 8], base[ADDR_TEXT_MAX];

    v4 = prefix ? v4 & UINT32_MAX << (32 - prefix) : 0;
    addr_format(base, addr_from_v4(v4));
    int len = snprintf(text, sizeof text, "%s/%u", base, prefix);
    return keep_text(r, text, len);
}

/* Numbers of one group; `bits` is not yet charged. */
static bool divide(struct stage_run *r, uint32_t g)
{
    struct state *s = r->state;
    struct division *d = &s->found[g];
    struct addr lo = s->lowest.a[g], hi = s->highest.a[g];
    int64_t *size = lists_of(&s->sizes, g, &d->rows).i;

    if (!lists_sort_int(size, d->rows, r->run))
        return false;
    for (uint32_t i = 0; i < d->rows; i++)
        d->overlap += size[i];
    d->items = s->distinct.i[g];
    d->overlap -= d->items;
    d->v4 = addr_is_v4(lo) && addr_is_v4(hi);
    if (!d->v4)
        return run_check(r->run);
    d->prefix = shared_bits(lo, hi);
    double m = ldexp(1, 32 - d->prefix);
    d->block = block_text(r, lo, d->prefix);
    d->coverage = (double)d->items / m;
    d->expected = disjoint_expected(size, d->rows, m);
    if ((double)d->overlap < d->expected)
        d->bits = disjoint_bits(size, d->rows, d->overlap, m);
    return run_check(r->run);
}

/* Needs d->bits charged. */
static void judge(struct stage_run *r, struct division *d, double tried)
{
    char text[96];
    int len;

    if (!d->v4)
        len = snprintf(text, sizeof text, "no claim about IPv6");
    else if (d->rows < 2)
        len = snprintf(text, sizeof text, "one row");
    else if ((double)d->overlap >= d->expected && d->overlap > 0)
        len = snprintf(text, sizeof text, "not shared out");
    else if (d->bits < -log2(DISJOINT_ALPHA) ||
             !disjoint_enough(d->items, d->rows, ldexp(1, 32 - d->prefix),
                              tried))
        len = snprintf(text, sizeof text, "consistent with, not evidence");
    else
        len = snprintf(text, sizeof text,
                       "evidence: by chance once in 2^%.0f such queries",
                       floor(d->bits));
    d->verdict = keep_text(r, text, len);
}

static bool divide_all(struct stage_run *r)
{
    struct state *s = r->state;
    size_t bytes = s->groups.n * sizeof *s->found;
    double tried = 0;

    if (!lists_deal(&s->sizes, s->groups.n, r->run) ||
        !budget_take(r->run->budget, bytes))
        return false;
    s->charged += bytes;
    s->found = memory_zeroed(s->groups.n + 1, sizeof *s->found);
    for (uint32_t g = 0; g < s->groups.n; g++) {
        if (!divide(r, g))
            return false;
        tried += s->found[g].v4 && s->found[g].rows > 1;
    }
    for (uint32_t g = 0; g < s->groups.n; g++) {
        struct division *d = &s->found[g];
        d->bits = tried > 0 ? fmax(0, d->bits - log2(tried)) : 0;
        judge(r, d, tried);
    }
    return r->run->e->code == ERR_NONE;
}

/* ---- rows out ---- */

static void put_own(struct vec *out, uint32_t k, const struct division *d,
                    int what)
{
    switch (what) {
    case ROWS: out->i[k] = d->rows; return;
    case ITEMS: out->i[k] = d->items; return;
    case OVERLAP: out->i[k] = d->overlap; return;
    case VERDICT: out->i[k] = d->verdict; return;
    default: break;
    }
    if (!d->v4) {
        vec_mark_absent(out, k);
        return;
    }
    switch (what) {
    case EXPECTED: out->r[k] = d->expected; break;
    case BLOCK: out->i[k] = d->block; break;
    case COVERAGE: out->r[k] = d->coverage; break;
    default: out->r[k] = d->bits; break;
    }
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    if (i < bound->by.keys) {
        vec_gather(&s->groups.key[i], id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        put_own(out, k, &s->found[id[k]], (int)(i - bound->by.keys));
}

static void begin(struct stage_run *r)
{
    static const enum type address[] = {TYPE_ADDR};
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    keytab_open(&s->groups, bound->by.type, bound->by.keys);
    keytab_open(&s->items, address, 1);
    s->sizes.lone = bound->by.keys == 0;
    s->sizes.value.lane = LANE_INT;
    s->distinct.lane = LANE_INT;
    s->lowest.lane = s->highest.lane = LANE_ADDR;
    r->state = s;
    emit_open(&s->emit, r, fill);
}

static void finish(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    uint32_t *id = NULL;

    if (divide_all(r))
        id = grouped_order(&bound->by, &s->groups, r->run);
    if (id)
        emit_rows(&s->emit, id, s->groups.n);
    else
        over(r);
    order_free(id, s->groups.n, r->run);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;
    struct budget *b = r->run->budget;

    keytab_close(&s->groups, b);
    keytab_close(&s->items, b);
    pairs_close(&s->pairs, b);
    lists_close(&s->sizes, r->run);
    vec_free(&s->distinct, b);
    vec_free(&s->lowest, b);
    vec_free(&s->highest, b);
    budget_give(b, s->charged);
    free(s->found);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_disjoint = {.name = "disjoint",
                                          .bind = bind,
                                          .open = begin,
                                          .push = push,
                                          .finish = finish,
                                          .close = end};
