/* seen_bind.c - the filter of `seen` taken apart: what is asked of the other
 * packet alone, of the row alone, what must be equal, and what is left. */
#include <string.h>

#include "query/bind.h"
#include "query/seen.h"

struct binding {
    struct stage_bind *b;
    const struct ast_stage *n;
    struct stage *s;
    struct seen *seen;
    struct err *e;
};

static uint32_t find_column(const struct columns *c, const char *name)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (strcmp(c->col[i].name, name) == 0)
            return i;
    }
    return SEEN_NONE;
}

/* ---- columns ---- */

static struct column_def this_column(struct arena *a, struct column_def def)
{
    size_t size = strlen(def.name) + sizeof "this.";
    char *name = arena_alloc(a, size);

    snprintf(name, size, "this.%s", def.name);
    def.name = name;
    return def;
}

/* The fields of the other packet, then those of the row as this.x; `dir` of a
 * packet is computed, and so has a place behind them. */
static const struct columns *both_columns(struct binding *g)
{
    static const struct column_def dir = {.name = "dir",
                                          .type = {.type = TYPE_STRING}};
    struct arena *a = g->b->scope->arena;
    const struct columns *in = g->b->in, *packets = g->b->packets;
    struct columns *c = arena_new(a, struct columns);

    *c = (struct columns){.packets = true, .row = in};
    c->col = arena_array(a, struct column_def, FIELD_COUNT + in->n + 1);
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        c->col[c->n++] = packets->col[i];
    for (uint32_t i = 0; i < in->n; i++)
        c->col[c->n++] = this_column(a, in->col[i]);
    if (in->packets)
        c->col[c->n++] = this_column(a, dir);
    return c;
}

/* `covered` stands behind the columns that came in, or is there already. */
static bool add_covered(struct binding *g)
{
    const struct columns *in = g->b->in;
    struct seen *seen = g->seen;

    g->s->out = in;
    seen->covered = SEEN_NONE;
    if (!seen->negated && !seen->keep_unknown)
        return true;
    seen->covered = find_column(in, "covered");
    if (seen->covered != SEEN_NONE &&
        in->col[seen->covered].type.type == TYPE_BOOL) {
        seen->covered_in = true;
        stage_reads(g->b, g->s,
                    expr_column(g->b->scope->arena, in, seen->covered));
        return true;
    }
    struct columns *c = stage_widen(g->b, in, 1);
    seen->covered = in->n;
    g->s->out = c;
    return stage_add_column(g->b, c, "covered",
                            (struct vtype){.type = TYPE_BOOL}, g->n->at, g->e);
}

/* ---- keys ---- */

static bool add_key(struct binding *g, const struct expr *other,
                    const struct expr *row, bool absent, struct span at)
{
    struct seen *seen = g->seen;

    if (seen->keys == KEYTAB_KEYS_MAX)
        return err_query(g->e, at, "more than %d things that must be equal",
                         KEYTAB_KEYS_MAX);
    stage_asks(g->b, g->s, other);
    stage_reads(g->b, g->s, row);
    seen->key[seen->keys++] = (struct seen_key){
        .other = other,
        .row = row,
        .type = expr_type(other).type,
        .absent = absent,
    };
    return true;
}

/* The parts of `on` that no one has to name. */
static const struct fixed {
    enum field_id other, same, reverse;
    bool flow, absent;
} fixed[] = {
    {FIELD_SRC,   FIELD_SRC,   FIELD_DST,   false, false},
    {FIELD_DST,   FIELD_DST,   FIELD_SRC,   false, false},
    {FIELD_PROTO, FIELD_PROTO, FIELD_PROTO, true,  false},
    {FIELD_SPORT, FIELD_SPORT, FIELD_DPORT, true,  true },
    {FIELD_DPORT, FIELD_DPORT, FIELD_SPORT, true,  true },
};

static bool add_fixed(struct binding *g, const struct fixed *f)
{
    static const char *const words[] = {
        [ON_SAME_FLOW] = "on same flow",
        [ON_SAME_PAIR] = "on same pair",
        [ON_REVERSE_FLOW] = "on reverse flow",
        [ON_REVERSE_PAIR] = "on reverse pair",
    };
    enum ast_match m = g->n->match;
    bool reverse = m == ON_REVERSE_FLOW || m == ON_REVERSE_PAIR;
    const struct field *field = &schema_fields[reverse ? f->reverse : f->same];
    struct arena *a = g->b->scope->arena;
    uint32_t i = find_column(g->b->in, field->name);

    if (i == SEEN_NONE || g->b->in->col[i].type.type != field->type)
        return err_query(g->e, g->n->match_at,
                         "`%s` needs the column `%s`, which these rows do not "
                         "have",
                         words[m], field->name);
    return add_key(g, expr_column(a, g->b->packets, f->other),
                   expr_column(a, g->b->in, i), f->absent, g->n->match_at);
}

static bool add_pair_or_flow(struct binding *g)
{
    enum ast_match m = g->n->match;
    bool flow = m == ON_SAME_FLOW || m == ON_REVERSE_FLOW;

    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if ((flow || !fixed[i].flow) && !add_fixed(g, &fixed[i]))
            return false;
    }
    return true;
}

static bool not_a_field(struct binding *g, const struct ast *n)
{
    struct suggest near = {.wrong = n->text};

    err_query(g->e, n->at, "`%s` is no field of packets", n->text);
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        suggest_try(&near, schema_fields[i].name);
    if (near.best)
        err_hint(g->e, "did you mean `%s`?", near.best);
    else
        err_hint(g->e, "`on same` takes fields that the row and the other "
                       "packet both have");
    return false;
}

/* `on same K`: a field of the other and a column of the row. */
static bool add_name(struct binding *g, const struct ast *n)
{
    const struct expr *other, *row;
    uint32_t i = find_column(g->b->in, n->text);
    bool dir = strcmp(n->text, "dir") == 0;

    if (!dir && schema_find(n->text) == FIELD_COUNT)
        return not_a_field(g, n);
    if (i == SEEN_NONE && !(dir && g->b->in->packets))
        return err_query(g->e, n->at,
                         "`on same %s` needs the column `%s`, which these "
                         "rows do not have",
                         n->text, n->text);
    g->b->scope->columns = g->seen->both;
    other = expr_bind_value(g->b->scope, n, g->e);
    g->b->scope->columns = g->b->in;
    row = other ? expr_bind_value(g->b->scope, n, g->e) : NULL;
    if (!row)
        return false;
    if (expr_type(row).type != expr_type(other).type)
        return err_query(g->e, n->at,
                         "`%s` of these rows is not what packets have as `%s`",
                         n->text, n->text);
    g->seen->own = g->seen->own || strcmp(n->text, "sensor") == 0;
    return add_key(g, other, row, false, n->at);
}

static bool add_on(struct binding *g)
{
    if (g->n->match == ON_ANYWHERE)
        return true;
    if (g->n->match != ON_SAME_KEYS)
        return add_pair_or_flow(g);
    for (const struct ast *n = g->n->args; n; n = n->next) {
        if (!add_name(g, n))
            return false;
    }
    return true;
}

/* ---- the filter ---- */

enum { OTHER = 1, THIS = 2 };

static int reads(const struct expr *x)
{
    int who = 0;

    if (x->kind == NODE_COLUMN)
        who = x->column < FIELD_COUNT ? OTHER : THIS;
    for (uint32_t i = 0; i < x->args; i++)
        who |= reads(x->arg[i]);
    return who;
}

/* this.x as a column of the row in hand. */
static const struct expr *row_column(struct binding *g, const struct expr *x)
{
    uint32_t i = x->column - FIELD_COUNT;

    if (i == g->b->in->n)
        return expr_dir(g->b->scope, x->at, g->e);
    return expr_column(g->b->scope->arena, g->b->in, i);
}

/* An expression over this.x as one over the row in hand. */
static const struct expr *over_row(struct binding *g, const struct expr *x)
{
    if (x->kind == NODE_COLUMN)
        return row_column(g, x);
    struct expr *copy = node_make(g->b->scope->arena, x->kind, x->at, x->args);
    const struct expr **arg = copy->arg;
    *copy = *x;
    copy->arg = arg;
    for (uint32_t i = 0; i < x->args; i++) {
        if (!(arg[i] = over_row(g, x->arg[i])))
            return NULL;
    }
    return copy;
}

/* Values that a table can hold by what they are. */
static bool is_hashed(const struct expr *x)
{
    return node_lane(x) == LANE_INT || node_lane(x) == LANE_ADDR;
}

static bool is_key(const struct expr *x)
{
    return x->kind == NODE_COMPARE && x->op == OP_EQ && is_hashed(x->arg[0]) &&
           is_hashed(x->arg[1]) &&
           (reads(x->arg[0]) | reads(x->arg[1])) == (OTHER | THIS) &&
           reads(x->arg[0]) != (OTHER | THIS) &&
           reads(x->arg[1]) != (OTHER | THIS);
}

static bool add_equality(struct binding *g, const struct expr *x)
{
    bool left = reads(x->arg[0]) == OTHER;
    const struct expr *row = over_row(g, x->arg[left ? 1 : 0]);

    return row && add_key(g, x->arg[left ? 0 : 1], row, false, x->at);
}

static bool add_part(struct binding *g, const struct expr *x)
{
    struct arena *a = g->b->scope->arena;
    struct seen *seen = g->seen;
    int who = reads(x);

    if (is_key(x) && seen->keys < KEYTAB_KEYS_MAX)
        return add_equality(g, x);
    if (who == (OTHER | THIS)) {
        seen->residual = expr_and(a, seen->residual, x);
        return true;
    }
    if (who != THIS) {
        seen->others = expr_and(a, seen->others, x);
        return true;
    }
    if (!(x = over_row(g, x)))
        return false;
    seen->row = expr_and(a, seen->row, x);
    return true;
}

/* The columns of the row that the residual reads. */
static bool add_these(struct binding *g)
{
    struct seen *seen = g->seen;
    struct arena *a = g->b->scope->arena;
    uint32_t n = seen->both->n, words = (n + 63) / 64;
    uint64_t *need = arena_array(a, uint64_t, words);

    expr_needs(seen->residual, need, words);
    seen->this = arena_array(a, struct seen_this, n - FIELD_COUNT);
    for (uint32_t i = FIELD_COUNT; i < n; i++) {
        if (!(need[i / 64] >> (i % 64) & 1))
            continue;
        struct expr at = {.kind = NODE_COLUMN, .at = g->n->at, .column = i};
        const struct expr *value = row_column(g, &at);
        if (!value)
            return false;
        stage_reads(g->b, g->s, value);
        seen->this[seen->these++] = (struct seen_this){i, value};
    }
    return true;
}

static bool add_filter(struct binding *g)
{
    struct seen *seen = g->seen;
    const struct expr *x;

    g->b->scope->columns = seen->both;
    x = expr_bind_condition(g->b->scope, g->n->filter, g->e);
    if (!x)
        return false;
    uint32_t parts = x->kind == NODE_AND ? x->args : 1;
    for (uint32_t i = 0; i < parts; i++) {
        if (!add_part(g, x->kind == NODE_AND ? x->arg[i] : x))
            return false;
    }
    if (seen->others)
        stage_asks(g->b, g->s, seen->others);
    if (seen->row)
        stage_reads(g->b, g->s, seen->row);
    if (!seen->residual)
        return true;
    stage_asks(g->b, g->s, seen->residual);
    return add_these(g);
}

/* ---- times ---- */

static uint32_t find_time(const struct columns *c, const char *name)
{
    uint32_t i = find_column(c, name);

    return i != SEEN_NONE && c->col[i].type.type == TYPE_TIME &&
                   !c->col[i].type.date
               ? i
               : SEEN_NONE;
}

static bool add_side(struct binding *g, bool before)
{
    const char *instead = before ? "first" : "last";
    uint32_t i = find_time(g->b->in, "time");
    struct seen *seen = g->seen;

    if (i == SEEN_NONE)
        i = find_time(g->b->in, instead);
    if (i == SEEN_NONE) {
        err_query(g->e, g->n->at,
                  "these rows have neither the column `time` nor `%s`",
                  instead);
        err_hint(g->e, "write %s = %s(time) in the stage before", instead,
                 before ? "min" : "max");
        return false;
    }
    const struct expr *x = expr_column(g->b->scope->arena, g->b->in, i);
    stage_reads(g->b, g->s, x);
    seen->side[seen->sides++] = (struct seen_side){before, x};
    return true;
}

static bool add_times(struct binding *g)
{
    struct seen *seen = g->seen;
    enum ast_relation r = g->n->relation;

    seen->within = INT64_MAX;
    if (g->n->length) {
        seen->bounded = true;
        if (!stage_length(g->b, g->n->length, &seen->within, g->e))
            return false;
    }
    return (r == SEEN_AFTER || add_side(g, true)) &&
           (r == SEEN_BEFORE || add_side(g, false));
}

/* Coverage of a row that a sensor saw begins with that sensor. */
static void find_sensor(struct binding *g)
{
    uint32_t i = find_column(g->b->in, "sensor");

    g->seen->sensor = SEEN_NONE;
    if (i == SEEN_NONE || g->b->in->col[i].type.type != TYPE_STRING)
        return;
    g->seen->sensor = i;
    stage_reads(g->b, g->s, expr_column(g->b->scope->arena, g->b->in, i));
}

bool seen_bind(struct stage_bind *b, const struct ast_stage *n, struct stage *s,
               struct err *e)
{
    struct seen *seen = arena_new(b->scope->arena, struct seen);
    struct binding g = {b, n, s, seen, e};

    seen->negated = n->negated;
    seen->keep_unknown = b->keep_unknown;
    seen->packets = b->packets;
    seen->both = both_columns(&g);
    seen->text = stage_text(b, n->whole);
    s->bound = seen;
    s->passes = s->waits = true;
    find_sensor(&g);
    return add_times(&g) && add_on(&g) && add_filter(&g) && add_covered(&g);
}
