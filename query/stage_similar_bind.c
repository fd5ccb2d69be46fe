/* stage_similar_bind.c - the set column, what names a row, and the limits of
 * `similar`. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "query/similar_sweep.h"
#include "query/stage_similar.h"

enum { MASS_LEAST = 256, REWIRED_MOST = 10000, BITS_LEAST = 3 };
#define PLAIN_ALIKE 0.6

/* ---- the set column ---- */

static const char *what_is(const struct vtype *t)
{
    static const char *const text[] = {
        [TYPE_BOOL] = "true or false", [TYPE_INT] = "a number",
        [TYPE_REAL] = "a number",      [TYPE_ADDR] = "an address",
        [TYPE_NET] = "a network",      [TYPE_MAC] = "a hardware address",
        [TYPE_TIME] = "a time",        [TYPE_DURATION] = "a length of time",
        [TYPE_STRING] = "text",        [TYPE_FLAGS] = "flags",
    };

    return t->type == TYPE_SET ? "a set" : text[t->type];
}

static bool refuse_column(struct stage_bind *b, const struct ast *n,
                          const struct vtype *type, struct err *e)
{
    struct buf have = {0};
    char text[64];

    for (uint32_t i = 0; i < b->in->n; i++) {
        const struct column_def *c = &b->in->col[i];
        if (c->type.type == TYPE_SET)
            buf_printf(&have, "%s %s (%s)",
                       have.len ? "," : "; you have:", c->name,
                       value_type_text(&c->type, text));
    }
    err_query(e, n->at, "`%s` is %s, `similar` needs a set column%.*s",
              stage_text(b, n->at), what_is(type), (int)have.len,
              have.len ? (const char *)have.data : "");
    if (have.len == 0)
        err_hint(e, "make one, as in stats targets = set(dst) by src");
    buf_free(&have);
    return false;
}

static bool bind_set(struct stage_bind *b, const struct ast *n, struct stage *s,
                     struct err *e)
{
    struct similar_bound *bound = s->bound;

    bound->set = stage_value(b, s, n, e);
    if (!bound->set)
        return false;
    bound->type = expr_type(bound->set);
    if (bound->type.type != TYPE_SET)
        return refuse_column(b, n, &bound->type, e);
    bound->sweeps =
        bound->type.members == 1 && bound->type.member[0] == TYPE_ADDR;
    return true;
}

/* ---- columns ---- */

struct binding {
    struct stage_bind *b;
    const struct ast_stage *n;
    struct stage *s;
    struct similar_bound *bound;
    struct columns *out;
    bool *used; /* columns of the rows that come in */
    struct err *e;
};

static bool add_out(struct binding *g, enum stage_similar_kind kind,
                    const char *name, struct vtype type, struct span at)
{
    if (!stage_add_column(g->b, g->out, name, type, at, g->e))
        return false;
    g->bound->column[g->out->n - 1] =
        (struct stage_similar_column){kind, g->bound->n - 1};
    return true;
}

static bool add_key(struct binding *g, enum stage_similar_kind kind,
                    const char *name, struct vtype type, struct span at)
{
    if (!add_out(g, kind, name, type, at))
        return false;
    g->out->col[g->out->n - 1].key = true;
    return true;
}

static void hold(struct binding *g, const struct expr *x)
{
    g->bound->held_type[g->bound->n] = expr_type(x);
    g->bound->held[g->bound->n++] = x;
}

static const struct expr *column(struct binding *g, uint32_t i)
{
    struct ast name = {
        .kind = AST_NAME, .at = g->n->at, .text = g->b->in->col[i].name};

    return stage_value(g->b, g->s, &name, g->e);
}

static void use_name(struct binding *g, const char *name)
{
    for (uint32_t i = 0; i < g->b->in->n; i++) {
        if (strcmp(g->b->in->col[i].name, name) == 0)
            g->used[i] = true;
    }
}

/* The keys after `by` are held, and shown further down. */
static bool hold_keys(struct binding *g)
{
    for (const struct ast *k = g->n->by; k; k = k->next) {
        struct stage_named item = stage_name(g->b, k);
        const struct expr *x;
        if (g->bound->keys == KEYTAB_KEYS_MAX)
            return err_query(g->e, k->at, "more than %d keys", KEYTAB_KEYS_MAX);
        x = stage_value(g->b, g->s, item.value, g->e);
        if (!x)
            return false;
        hold(g, x);
        g->bound->keys++;
        if (item.value->kind == AST_NAME)
            use_name(g, item.value->text);
    }
    return true;
}

static bool hold_name(struct binding *g, uint32_t i)
{
    struct vtype type = g->b->in->col[i].type;
    const struct expr *x;

    if (type.type == TYPE_SET || g->bound->names == SET_TUPLE_MAX ||
        !value_add_member(&g->bound->member, &type))
        return true;
    x = column(g, i);
    if (!x)
        return false;
    g->used[i] = true;
    g->bound->names++;
    hold(g, x);
    return true;
}

/* A row is named by its keys other than those after `by`; where they are not
 * known, or there are no others, by its first column. */
static bool hold_names(struct binding *g)
{
    const struct columns *in = g->b->in;

    g->bound->member = (struct vtype){.type = TYPE_SET};
    for (uint32_t i = 0; i < in->n; i++) {
        if (in->col[i].key && !g->used[i] && !hold_name(g, i))
            return false;
    }
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < in->n && g->bound->names == 0; i++) {
            if ((pass == 1 || !g->used[i]) && !hold_name(g, i))
                return false;
        }
    }
    if (g->bound->names > 0)
        return true;
    err_query(g->e, g->n->at, "nothing names these rows but their sets");
    err_hint(g->e, "keep a column that does, as in stats targets = set(dst) "
                   "by src");
    return false;
}

static bool add_time(struct binding *g, const char *name,
                     enum stage_similar_kind kind)
{
    const struct columns *in = g->b->in;

    for (uint32_t i = 0; i < in->n; i++) {
        if (strcmp(in->col[i].name, name) != 0 ||
            in->col[i].type.type != TYPE_TIME || g->used[i])
            continue;
        const struct expr *x = column(g, i);
        if (!x)
            return false;
        g->used[i] = true;
        hold(g, x);
        return add_out(g, kind, name, in->col[i].type, g->n->at);
    }
    return true;
}

static bool add_own(struct binding *g)
{
    const struct vtype number = {.type = TYPE_INT}, real = {.type = TYPE_REAL};
    struct span at = g->n->at;

    return add_out(g, SIMILAR_GROUP, "group", number, at) &&
           add_key(g, SIMILAR_MEMBERS, "members", g->bound->member, at) &&
           add_out(g, SIMILAR_SIZE, "size", number, at) &&
           add_out(g, SIMILAR_BITS, "bits", real, at) &&
           add_out(g, SIMILAR_CORE, "core", g->bound->type, at) &&
           add_out(g, SIMILAR_ALL, "all", g->bound->type, at) &&
           add_out(g, SIMILAR_MEAN, "mean", real, at) &&
           add_out(g, SIMILAR_LOW, "low", real, at) &&
           add_time(g, "first", SIMILAR_FIRST) &&
           add_time(g, "last", SIMILAR_LAST);
}

static bool add_keys(struct binding *g)
{
    uint32_t i = 0;

    for (const struct ast *k = g->n->by; k; k = k->next, i++) {
        struct stage_named item = stage_name(g->b, k);
        if (!add_key(g, SIMILAR_KEY, item.name, g->bound->held_type[i],
                     item.at))
            return false;
        g->bound->column[g->out->n - 1].held = i;
    }
    return true;
}

static bool is_number(enum type t)
{
    return t == TYPE_INT || t == TYPE_REAL || t == TYPE_TIME ||
           t == TYPE_DURATION;
}

static const char *share_name(const struct binding *g, const char *name)
{
    size_t size = strlen(name) + sizeof "_share";
    char *out = arena_alloc(g->b->scope->arena, size);

    snprintf(out, size, "%s_share", name);
    return out;
}

static bool add_rest(struct binding *g)
{
    const struct columns *in = g->b->in;

    for (uint32_t i = 0; i < in->n; i++) {
        const struct column_def *c = &in->col[i];
        bool number = is_number(c->type.type);
        if (g->used[i])
            continue;
        const struct expr *x = column(g, i);
        if (!x)
            return false;
        hold(g, x);
        if (!add_out(g, number ? SIMILAR_MEDIAN : SIMILAR_COMMON, c->name,
                     c->type, g->n->at) ||
            (!number && !add_out(g, SIMILAR_SHARE, share_name(g, c->name),
                                 (struct vtype){.type = TYPE_REAL}, g->n->at)))
            return false;
    }
    return true;
}

static bool add_words(struct binding *g)
{
    const struct vtype text = {.type = TYPE_STRING};
    struct span at = g->n->at;

    return add_out(g, SIMILAR_SEEN, "core_seen", text, at) &&
           add_out(g, SIMILAR_MISSES, "misses", text, at) &&
           add_out(g, SIMILAR_CHANCE, "chance", text, at);
}

enum { OWN_COLUMNS = 16 };

static bool bind_columns(struct binding *g)
{
    struct arena *a = g->b->scope->arena;
    uint32_t n = 2 * g->b->in->n + stage_list_length(g->n->by) + OWN_COLUMNS;

    g->used = arena_array(a, bool, g->b->in->n + 1);
    g->out = arena_new(a, struct columns);
    g->out->col = arena_array(a, struct column_def, n);
    g->bound->column = arena_array(a, struct stage_similar_column, n);
    g->bound->held =
        (const struct expr **)arena_alloc(a, n * sizeof(const struct expr *));
    g->bound->held_type = arena_array(a, struct vtype, n);
    g->s->out = g->out;
    if (g->n->args->kind == AST_NAME)
        use_name(g, g->n->args->text);
    return hold_keys(g) && hold_names(g) && add_own(g) && add_keys(g) &&
           add_rest(g) && add_words(g);
}

/* ---- limits ---- */

static const struct ast *literal(struct stage_bind *b, const struct ast *n)
{
    return n->kind == AST_PARAM ? scope_find_param(b->scope, n->text) : n;
}

static bool bind_alike(struct stage_bind *b, const struct ast_stage *n,
                       struct similar_bound *bound, struct err *e)
{
    const struct ast *value = n->count ? literal(b, n->count) : NULL;
    int64_t number;

    bound->terms.plain = n->plain;
    bound->terms.alike = n->plain ? PLAIN_ALIKE : 0;
    if (!n->count)
        return true;
    if (value && value->kind == AST_REAL)
        bound->terms.alike = value->real;
    else if (stage_count(b, n->count, &number, e))
        bound->terms.alike = (double)number;
    else
        return false;
    if (bound->terms.alike > 0 && bound->terms.alike <= 1)
        return true;
    return err_query(e, n->count->at,
                     "the least weighted Jaccard is above 0 and at most 1");
}

static bool bind_number(struct stage_bind *b, const struct ast *n,
                        uint32_t most, uint32_t *out, struct err *e)
{
    int64_t number;

    if (!n)
        return true;
    if (!stage_count(b, n, &number, e))
        return false;
    if (number > most)
        return err_query(e, n->at, "at most %u here", most);
    *out = (uint32_t)number;
    return true;
}

static bool bind_limits(struct stage_bind *b, const struct ast_stage *n,
                        struct similar_bound *bound, struct err *e)
{
    uint32_t bits = BITS_LEAST;

    bound->min = 2;
    if (!bind_alike(b, n, bound, e) ||
        !bind_number(b, n->min, UINT32_MAX - 1, &bound->min, e) ||
        !bind_number(b, n->bits, UINT16_MAX, &bits, e) ||
        !bind_number(b, n->rewired, REWIRED_MOST, &bound->rewired, e))
        return false;
    bound->least = n->plain && !n->bits ? -(double)INFINITY : (double)bits;
    bound->seed = hash_bytes(b->source, b->source_len, 0);
    if (!n->plain || !n->rewired)
        return true;
    err_query(e, n->rewired->at,
              "`rewired` counts groups by their bits, and "
              "`plain` does not go by those");
    err_hint(e, "leave out one of the two");
    return false;
}

/* The IPv4 addresses of home, and how many /24s they are in. */
static uint64_t home_size(const struct rangeset *home, uint32_t *networks)
{
    uint64_t size = 0, last = UINT64_MAX;

    *networks = 0;
    for (uint32_t i = 0; i < home->n; i++) {
        struct addr lo = home->addr[i].lo, hi = home->addr[i].hi;
        if (!addr_is_v4(lo) || !addr_is_v4(hi))
            continue;
        size += hi.lo - lo.lo + 1;
        *networks +=
            (uint32_t)((hi.lo >> 8) - (lo.lo >> 8)) + (lo.lo >> 8 != last);
        last = hi.lo >> 8;
    }
    return size;
}

/* Of a home that has changed the largest counts. */
static void bind_home(const struct site *site, struct similar_bound *bound)
{
    uint64_t most = 0, size;
    uint32_t networks, of = 0;

    for (uint32_t i = 0; i < site->homes; i++) {
        size = home_size(&site->home[i].nets, &networks);
        if (size <= most)
            continue;
        most = size;
        of = networks;
    }
    bound->most = most / 100 > MASS_LEAST ? (uint32_t)(most / 100) : MASS_LEAST;
    bound->octets = similar_sweep_octets(of);
}

bool stage_similar_bind(struct stage_bind *b, const struct ast_stage *n,
                        struct stage *s, struct err *e)
{
    struct similar_bound *bound =
        arena_new(b->scope->arena, struct similar_bound);
    struct binding g = {.b = b, .n = n, .s = s, .bound = bound, .e = e};

    s->bound = bound;
    s->holds = true;
    if (!bind_set(b, n->args, s, e) || !bind_columns(&g) ||
        !bind_limits(b, n, bound, e))
        return false;
    bind_home(b->scope->site, bound);
    return true;
}
