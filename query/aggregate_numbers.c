/* aggregate_numbers.c - count, sum, avg, min, max, first, last, span. */
#include <string.h>

#include "query/aggregate_kinds.h"

bool aggregate_refuse(const struct aggregate_call *c, const struct ast *call,
                      const char *what, struct err *e)
{
    char text[64];
    const char *type = value_type_text(&c->in, text);

    return err_query(e, call->arg->at, "`%s` is %s %s, and `%s` takes %s",
                     c->of, strchr("aeiou", type[0]) ? "an" : "a", type,
                     c->kind->name, what);
}

static bool takes(const struct aggregate_call *c, const struct ast *call,
                  bool ok, const char *what, struct err *e)
{
    return ok || aggregate_refuse(c, call, what, e);
}

bool aggregate_reserve(struct aggregate_state *s, uint32_t groups)
{
    if (groups <= s->groups)
        return true;
    s->groups = groups;
    return s->call->kind->ops->reserve(s);
}

static bool reserve_counts(struct aggregate_state *s)
{
    return vec_extend(&s->count, s->groups, s->run->budget);
}

static void count_results(struct aggregate_state *s, const uint32_t *id,
                          uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++)
        out->i[k] = s->count.i[id[k]];
}

/* ---- count ---- */

static bool type_count(struct aggregate_call *c, const struct ast *call,
                       struct err *e)
{
    (void)call;
    (void)e;
    c->type = (struct vtype){.type = TYPE_INT};
    return true;
}

/* group[] goes with all rows, and only some are counted: walks both. */
static void count_some(int64_t *count, const struct aggregate_rows *in,
                       const struct sel *some)
{
    uint32_t k = 0;

    for (uint32_t j = 0; j < some->n; j++) {
        while (in->rows->row[k] != some->row[j])
            k++;
        count[in->group[k]] += aggregate_row_weight(in, some->row[j]);
    }
}

static bool update_count(struct aggregate_state *s,
                         const struct aggregate_rows *in)
{
    int64_t *count = s->count.i;

    if (s->call->args) {
        count_some(count, in, &s->some);
    } else if (in->batch->weight) {
        for (uint32_t k = 0; k < in->rows->n; k++)
            count[in->group[k]] += in->batch->weight[in->rows->row[k]];
    } else if (s->lone) {
        count[0] += in->rows->n;
    } else {
        for (uint32_t k = 0; k < in->rows->n; k++)
            count[in->group[k]]++;
    }
    return true;
}

const struct aggregate_ops aggregate_count = {.condition = true,
                                              .weighs = true,
                                              .type = type_count,
                                              .reserve = reserve_counts,
                                              .update = update_count,
                                              .result = count_results,
                                              .parts = AGGREGATE_COUNT};

/* ---- sum, avg ---- */

static bool is_number(const struct vtype *t)
{
    return t->type == TYPE_INT || t->type == TYPE_REAL ||
           t->type == TYPE_DURATION;
}

static bool type_sum(struct aggregate_call *c, const struct ast *call,
                     struct err *e)
{
    c->type = (struct vtype){.type = c->in.type};
    /* Sums of reals depend on the order that they are added in. */
    c->ordered = c->in.type == TYPE_REAL;
    return takes(c, call, is_number(&c->in), "numbers or durations", e);
}

static bool type_avg(struct aggregate_call *c, const struct ast *call,
                     struct err *e)
{
    if (!type_sum(c, call, e))
        return false;
    if (c->type.type == TYPE_INT)
        c->type.type = TYPE_REAL;
    return true;
}

static bool reserve_sums(struct aggregate_state *s)
{
    struct budget *b = s->run->budget;
    uint32_t before = s->count.n;
    void *sum = s->sum;

    if (!reserve_counts(s))
        return false;
    if (s->call->in.type == TYPE_REAL)
        return vec_extend(&s->rsum, s->groups, b);
    bool ok = vec_grow(&sum, &s->sums, s->groups, sizeof *s->sum, b);
    s->sum = sum;
    if (ok)
        memset(s->sum + before, 0, (s->groups - before) * sizeof *s->sum);
    return ok;
}

static bool update_sum(struct aggregate_state *s,
                       const struct aggregate_rows *in)
{
    const struct column *c = &s->column[0];

    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t row = in->rows->row[k], g = in->group[k];
        if (column_absent(c, row))
            continue;
        int64_t weight = aggregate_row_weight(in, row);
        s->count.i[g] += weight;
        if (s->call->in.type == TYPE_REAL)
            s->rsum.r[g] += c->r[row];
        else
            s->sum[g] += (__int128)c->i[row] * weight;
    }
    return true;
}

bool aggregate_fits(struct aggregate_state *s, __int128 sum)
{
    if (sum >= INT64_MIN && sum <= INT64_MAX)
        return true;
    if (s->run->e->code == ERR_NONE) {
        err_query(s->run->e, s->call->at, "%s does not fit in 64 bits",
                  s->call->text);
        err_hint(s->run->e, "take the sum of a part, or of 1.0 * the value");
    }
    return false;
}

static void result_sum(struct aggregate_state *s, const uint32_t *id,
                       uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++) {
        if (s->count.i[id[k]] == 0)
            vec_mark_absent(out, k);
        else if (s->call->in.type == TYPE_REAL)
            out->r[k] = s->rsum.r[id[k]];
        else if (aggregate_fits(s, s->sum[id[k]]))
            out->i[k] = (int64_t)s->sum[id[k]];
    }
}

static void result_avg(struct aggregate_state *s, const uint32_t *id,
                       uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++) {
        int64_t count = s->count.i[id[k]];
        if (count == 0)
            vec_mark_absent(out, k);
        else if (s->call->in.type == TYPE_REAL)
            out->r[k] = s->rsum.r[id[k]] / (double)count;
        else if (s->call->in.type == TYPE_DURATION)
            out->i[k] = (int64_t)(s->sum[id[k]] / count);
        else
            out->r[k] = (double)s->sum[id[k]] / (double)count;
    }
}

const struct aggregate_ops aggregate_sum = {.weighs = true,
                                            .type = type_sum,
                                            .reserve = reserve_sums,
                                            .update = update_sum,
                                            .result = result_sum,
                                            .parts = AGGREGATE_COUNT |
                                                     AGGREGATE_SUM};
const struct aggregate_ops aggregate_avg = {.weighs = true,
                                            .type = type_avg,
                                            .reserve = reserve_sums,
                                            .update = update_sum,
                                            .result = result_avg,
                                            .parts = AGGREGATE_COUNT |
                                                     AGGREGATE_SUM};

/* ---- min, max, first, last: one of the values ---- */

static bool type_value(struct aggregate_call *c, const struct ast *call,
                       struct err *e)
{
    c->type = c->in;
    return takes(c, call, c->in.type != TYPE_SET, "no sets", e);
}

static bool type_ordered_value(struct aggregate_call *c, const struct ast *call,
                               struct err *e)
{
    c->ordered = true;
    return type_value(c, call, e);
}

static bool reserve_values(struct aggregate_state *s)
{
    return reserve_counts(s) &&
           vec_extend(&s->value, s->groups, s->run->budget);
}

typedef bool better(const struct aggregate_state *s, union cell now,
                    union cell x);

static bool is_less(const struct aggregate_state *s, union cell now,
                    union cell x)
{
    return value_cmp(s->call->in.type, x, now, s->run->text) < 0;
}

static bool is_more(const struct aggregate_state *s, union cell now,
                    union cell x)
{
    return value_cmp(s->call->in.type, x, now, s->run->text) > 0;
}

static bool is_never(const struct aggregate_state *s, union cell now,
                     union cell x)
{
    (void)s;
    (void)now;
    (void)x;
    return false;
}

static bool is_always(const struct aggregate_state *s, union cell now,
                      union cell x)
{
    (void)s;
    (void)now;
    (void)x;
    return true;
}

static bool keep_better(struct aggregate_state *s,
                        const struct aggregate_rows *in, better *is)
{
    const struct column *c = &s->column[0];
    enum lane lane = s->value.lane;

    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t g = in->group[k];
        struct value x = value_at(c, lane, in->rows->row[k]);
        if (x.absent)
            continue;
        if (s->count.i[g]++ == 0 || is(s, vec_cell(&s->value, g), x.cell))
            vec_put(&s->value, g, x.cell);
    }
    return true;
}

/* The common case without a call a row. */
static bool keep_int(struct aggregate_state *s, const struct aggregate_rows *in,
                     int64_t sign)
{
    const struct column *c = &s->column[0];
    int64_t *value = s->value.i, *count = s->count.i;

    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t g = in->group[k], row = in->rows->row[k];
        if (column_absent(c, row))
            continue;
        int64_t x = c->i[row];
        if (count[g]++ == 0 || (sign < 0 ? x < value[g] : x > value[g]))
            value[g] = x;
    }
    return true;
}

static bool is_plain_int(const struct aggregate_state *s)
{
    return s->value.lane == LANE_INT && s->call->in.type != TYPE_STRING;
}

static bool update_min(struct aggregate_state *s,
                       const struct aggregate_rows *in)
{
    return is_plain_int(s) ? keep_int(s, in, -1) : keep_better(s, in, is_less);
}

static bool update_max(struct aggregate_state *s,
                       const struct aggregate_rows *in)
{
    return is_plain_int(s) ? keep_int(s, in, 1) : keep_better(s, in, is_more);
}

static bool update_first(struct aggregate_state *s,
                         const struct aggregate_rows *in)
{
    return keep_better(s, in, is_never);
}

static bool update_last(struct aggregate_state *s,
                        const struct aggregate_rows *in)
{
    return keep_better(s, in, is_always);
}

static void result_value(struct aggregate_state *s, const uint32_t *id,
                         uint32_t n, struct vec *out)
{
    vec_gather(&s->value, id, n, out);
    for (uint32_t k = 0; k < n; k++) {
        if (s->count.i[id[k]] == 0)
            vec_mark_absent(out, k);
    }
}

const struct aggregate_ops aggregate_min = {.weighs = true,
                                            .type = type_value,
                                            .reserve = reserve_values,
                                            .update = update_min,
                                            .result = result_value,
                                            .parts = AGGREGATE_COUNT |
                                                     AGGREGATE_VALUE};
const struct aggregate_ops aggregate_max = {.weighs = true,
                                            .type = type_value,
                                            .reserve = reserve_values,
                                            .update = update_max,
                                            .result = result_value,
                                            .parts = AGGREGATE_COUNT |
                                                     AGGREGATE_VALUE};
const struct aggregate_ops aggregate_first = {.type = type_ordered_value,
                                              .reserve = reserve_values,
                                              .update = update_first,
                                              .result = result_value,
                                              .parts = AGGREGATE_COUNT |
                                                       AGGREGATE_VALUE};
const struct aggregate_ops aggregate_last = {.type = type_ordered_value,
                                             .reserve = reserve_values,
                                             .update = update_last,
                                             .result = result_value,
                                             .parts = AGGREGATE_COUNT |
                                                      AGGREGATE_VALUE};

/* ---- span ---- */

static bool type_span(struct aggregate_call *c, const struct ast *call,
                      struct err *e)
{
    c->type = (struct vtype){.type = TYPE_DURATION};
    return takes(c, call, c->in.type == TYPE_TIME, "times", e);
}

static bool reserve_span(struct aggregate_state *s)
{
    return reserve_values(s) &&
           vec_extend(&s->value2, s->groups, s->run->budget);
}

static bool update_span(struct aggregate_state *s,
                        const struct aggregate_rows *in)
{
    const struct column *c = &s->column[0];

    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t g = in->group[k], row = in->rows->row[k];
        if (column_absent(c, row))
            continue;
        int64_t t = c->i[row];
        bool fresh = s->count.i[g]++ == 0;
        if (fresh || t < s->value.i[g])
            s->value.i[g] = t;
        if (fresh || t > s->value2.i[g])
            s->value2.i[g] = t;
    }
    return true;
}

static void result_span(struct aggregate_state *s, const uint32_t *id,
                        uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t g = id[k];
        if (s->count.i[g] == 0)
            vec_mark_absent(out, k);
        else if (aggregate_fits(s, (__int128)s->value2.i[g] - s->value.i[g]))
            out->i[k] = s->value2.i[g] - s->value.i[g];
    }
}

const struct aggregate_ops aggregate_span = {
    .type = type_span,
    .reserve = reserve_span,
    .update = update_span,
    .result = result_span,
    .parts = AGGREGATE_COUNT | AGGREGATE_VALUE | AGGREGATE_VALUE2};
