/* aggregate_save.c - the state of a group as a row of values, and what a stage
 * needs to go on with it later. */
#include "query/aggregate_kinds.h"

static const struct vtype an_int = {.type = TYPE_INT};
static const struct vtype a_real = {.type = TYPE_REAL};

bool aggregate_can_save(const struct aggregate_call *c)
{
    return c->kind->ops->parts != 0 || c->kind->ops->list_next;
}

size_t aggregate_bytes(const struct aggregate_state *s)
{
    return vec_bytes(&s->count) + vec_bytes(&s->value) + vec_bytes(&s->value2) +
           vec_bytes(&s->rsum) + s->sums * sizeof *s->sum + s->list_bytes +
           lists_bytes(&s->lists) + keytab_bytes(&s->values) +
           s->pairs.slots * sizeof *s->pairs.slot;
}

size_t aggregate_later(const struct aggregate_state *s)
{
    const struct aggregate_ops *ops = s->call->kind->ops;

    return ops->later ? ops->later(s) : 0;
}

/* ---- types ---- */

/* Of a condition it is enough whether it is true: there, or absent. */
uint32_t aggregate_row_types(const struct aggregate_call *c, struct vtype *out)
{
    for (uint32_t i = 0; i < c->args; i++)
        out[i] = c->kind->ops->condition ? an_int : expr_type(c->arg[i]);
    return c->args;
}

uint32_t aggregate_part_types(const struct aggregate_call *c, struct vtype *out)
{
    uint32_t parts = c->kind->ops->parts, n = 0;

    if (parts & AGGREGATE_COUNT)
        out[n++] = an_int;
    if (parts & AGGREGATE_VALUE)
        out[n++] = c->in;
    if (parts & AGGREGATE_VALUE2)
        out[n++] = c->in;
    if (parts & AGGREGATE_SUM) {
        out[n++] = c->in.type == TYPE_REAL ? a_real : an_int;
        out[n++] = an_int;
    }
    return n;
}

uint32_t aggregate_list_types(const struct aggregate_call *c, struct vtype *out)
{
    const struct aggregate_ops *ops = c->kind->ops;

    return ops->list_types ? ops->list_types(c, out) : 0;
}

/* ---- rows ---- */

/* A column that has a value where the condition is true. */
static struct column truth(const struct expr *x, struct batch *b, struct run *r)
{
    static const int64_t nothing[BATCH_ROWS];
    uint64_t *absent = arena_array(r->eval.tmp, uint64_t, BATCH_WORDS);
    struct sel some = b->sel;

    expr_filter(x, b, &some, &r->eval);
    for (uint32_t i = 0; i < BATCH_WORDS; i++)
        absent[i] = ~UINT64_C(0);
    for (uint32_t k = 0; k < some.n; k++)
        absent[some.row[k] / 64] &= ~(UINT64_C(1) << (some.row[k] % 64));
    return (struct column){.i = nothing, .absent = absent};
}

void aggregate_row_columns(const struct aggregate_call *c, struct batch *b,
                           struct run *r, struct column *out)
{
    for (uint32_t i = 0; i < c->args; i++)
        out[i] = c->kind->ops->condition
                     ? truth(c->arg[i], b, r)
                     : expr_value(c->arg[i], b, &b->sel, &r->eval);
}

static void keep_present(struct sel *out, const struct sel *rows,
                         const struct column *c)
{
    out->n = 0;
    for (uint32_t k = 0; k < rows->n; k++) {
        if (!column_absent(c, rows->row[k]))
            out->row[out->n++] = rows->row[k];
    }
}

bool aggregate_prepare_columns(struct aggregate_state *s,
                               const struct aggregate_rows *in,
                               const struct column *c, bool list)
{
    const struct aggregate_ops *ops = s->call->kind->ops;
    struct vtype type[SET_TUPLE_MAX];
    uint32_t n = list ? ops->list_types(s->call, type) : s->call->args;

    if (!aggregate_reserve(s, in->groups))
        return false;
    for (uint32_t i = 0; i < n; i++)
        s->column[i] = c[i];
    if (ops->condition && n > 0)
        keep_present(&s->some, in->rows, &c[0]);
    if (list)
        return ops->list_room(s, in);
    return !ops->room || ops->room(s, in);
}

bool aggregate_add_list(struct aggregate_state *s,
                        const struct aggregate_rows *in)
{
    return s->call->kind->ops->list_add(s, in);
}

bool aggregate_list_next(const struct aggregate_state *s, size_t *at,
                         uint32_t *group, struct value *out)
{
    return s->call->kind->ops->list_next(s, at, group, out);
}

/* ---- groups ---- */

static void save_sum(const struct aggregate_state *s, uint32_t group,
                     struct value *out)
{
    out[0] = out[1] = (struct value){.absent = false};
    if (s->call->in.type == TYPE_REAL) {
        out[0].cell.r = s->rsum.r[group];
        return;
    }
    out[0].cell.i = (int64_t)((unsigned __int128)s->sum[group] >> 64);
    out[1].cell.i = (int64_t)(uint64_t)s->sum[group];
}

static void load_sum(struct aggregate_state *s, uint32_t group,
                     const struct value *in)
{
    if (s->call->in.type == TYPE_REAL)
        s->rsum.r[group] = in[0].cell.r;
    else
        s->sum[group] = (__int128)((unsigned __int128)in[0].cell.i << 64 |
                                   (uint64_t)in[1].cell.i);
}

void aggregate_save(const struct aggregate_state *s, uint32_t group,
                    struct value *out)
{
    uint32_t parts = s->call->kind->ops->parts;

    if (parts & AGGREGATE_COUNT)
        *out++ = vec_value(&s->count, group);
    if (parts & AGGREGATE_VALUE)
        *out++ = vec_value(&s->value, group);
    if (parts & AGGREGATE_VALUE2)
        *out++ = vec_value(&s->value2, group);
    if (parts & AGGREGATE_SUM)
        save_sum(s, group, out);
}

void aggregate_load(struct aggregate_state *s, uint32_t group,
                    const struct value *in)
{
    uint32_t parts = s->call->kind->ops->parts;

    if (parts & AGGREGATE_COUNT)
        vec_put(&s->count, group, (in++)->cell);
    if (parts & AGGREGATE_VALUE)
        vec_put(&s->value, group, (in++)->cell);
    if (parts & AGGREGATE_VALUE2)
        vec_put(&s->value2, group, (in++)->cell);
    if (parts & AGGREGATE_SUM)
        load_sum(s, group, in);
}
