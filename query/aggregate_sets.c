/* aggregate_sets.c - distinct, set, union. Values are numbered once for all
 * groups; a group's are (group, number) pairs of eight bytes. */
#include "query/aggregate_kinds.h"

static void open_values(struct aggregate_state *s, const enum type *type)
{
    keytab_open(&s->values, type, s->call->args);
}

static bool reserve_counts(struct aggregate_state *s)
{
    return vec_extend(&s->count, s->groups, s->run->budget);
}

static bool is_whole(const struct aggregate_state *s, uint32_t row)
{
    for (uint32_t i = 0; i < s->values.keys; i++) {
        if (column_absent(&s->column[i], row))
            return false;
    }
    return true;
}

/* Rows with a value in each argument, and their groups. */
static void keep_whole(const struct aggregate_state *s,
                       const struct aggregate_rows *in, struct sel *rows,
                       uint32_t *group)
{
    rows->n = 0;
    for (uint32_t k = 0; k < in->rows->n; k++) {
        if (!is_whole(s, in->rows->row[k]))
            continue;
        group[rows->n] = in->group[k];
        rows->row[rows->n++] = in->rows->row[k];
    }
}

static bool add_pairs(struct aggregate_state *s, const uint32_t *group,
                      const uint32_t *value, uint32_t n)
{
    if (!s->lone)
        return pairs_add(&s->pairs, group, value, n, s->count.i, s->run);
    s->count.i[0] = s->values.n;
    return true;
}

static bool room_for_values(struct aggregate_state *s,
                            const struct aggregate_rows *in)
{
    return keytab_reserve(&s->values, s->column, in->rows, s->run) &&
           (s->lone || pairs_reserve(&s->pairs, in->rows->n, s->run));
}

static uint32_t types_of_values(const struct aggregate_call *c,
                                struct vtype *out)
{
    for (uint32_t i = 0; i < c->args; i++)
        out[i] = expr_type(c->arg[i]);
    return c->args;
}

/* Of a lone group all values are its list. */
static bool next_value(const struct aggregate_state *s, size_t *at,
                       uint32_t *group, struct value *out)
{
    uint32_t value = (uint32_t)*at;

    *group = 0;
    if (s->lone ? (*at)++ >= s->values.n
                : !pairs_next(&s->pairs, at, group, &value))
        return false;
    for (uint32_t i = 0; i < s->values.keys; i++)
        out[i] = vec_value(&s->values.key[i], value);
    return true;
}

static bool update_values(struct aggregate_state *s,
                          const struct aggregate_rows *in)
{
    uint32_t group[BATCH_ROWS], value[BATCH_ROWS];
    struct sel rows;

    keep_whole(s, in, &rows, group);
    return keytab_rows(&s->values, s->column, &rows, value, s->run) &&
           add_pairs(s, group, value, rows.n);
}

static bool type_distinct(struct aggregate_call *c, const struct ast *call,
                          struct err *e)
{
    (void)call;
    (void)e;
    c->type = (struct vtype){.type = TYPE_INT};
    return true;
}

static void result_count(struct aggregate_state *s, const uint32_t *id,
                         uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++)
        out->i[k] = s->count.i[id[k]];
}

const struct aggregate_ops aggregate_distinct = {.weighs = true,
                                                 .type = type_distinct,
                                                 .values = open_values,
                                                 .reserve = reserve_counts,
                                                 .update = update_values,
                                                 .result = result_count,
                                                 .room = room_for_values,
                                                 .list_types = types_of_values,
                                                 .list_next = next_value,
                                                 .list_room = room_for_values,
                                                 .list_add = update_values};

/* ---- set ---- */

static bool type_set(struct aggregate_call *c, const struct ast *call,
                     struct err *e)
{
    const struct ast *n = call->arg;

    c->type = (struct vtype){.type = TYPE_SET};
    for (uint32_t i = 0; i < c->args; i++, n = n->next) {
        struct vtype type = expr_type(c->arg[i]);
        if (type.type == TYPE_SET) {
            err_query(e, n->at, "`set` takes values, and this is a set");
            err_hint(e, "`union` joins sets");
            return false;
        }
        if (value_add_member(&c->type, &type))
            continue;
        err_query(e, n->at, "nets of another length in the same set");
        err_hint(e, "give both the same numbers of bits, or use two sets");
        return false;
    }
    return true;
}

static bool finish_set(struct aggregate_state *s)
{
    if (s->lone)
        return true;
    s->list =
        pairs_list(&s->pairs, s->count.i, s->groups, &s->list_bytes, s->run);
    return s->list != NULL;
}

static size_t list_later(const struct aggregate_state *s)
{
    return s->lone ? 0 : pairs_list_bytes(&s->pairs, s->groups);
}

/* The numbers of the group's values, in the order of the values. */
static const uint32_t *sorted(struct aggregate_state *s, uint32_t group,
                              uint32_t *n)
{
    uint32_t *list;

    if (s->lone) {
        *n = s->values.n;
        list = arena_alloc_raw(s->run->eval.tmp, (*n + 1) * sizeof *list);
        for (uint32_t i = 0; i < *n; i++)
            list[i] = i;
    } else {
        *n = s->list[group + 1] - s->list[group];
        list = s->list + s->groups + 1 + s->list[group];
    }
    if (keytab_sort(&s->values, list, *n, s->run))
        return list;
    run_over(s->run, s->call->text, "a set of %u values", *n);
    return NULL;
}

static uint32_t set_size(const struct aggregate_state *s, uint32_t group)
{
    return s->lone ? s->values.n : s->list[group + 1] - s->list[group];
}

static const struct set *make_set(struct aggregate_state *s, uint32_t group)
{
    struct arena *a = s->run->eval.tmp;
    struct set *set = arena_new(a, struct set);
    uint32_t members = s->values.keys, n = set_size(s, group);
    size_t bytes = ((size_t)n * members + 1) * sizeof(union cell);

    set->type = s->call->type;
    if (!expr_take(&s->run->eval, bytes + (s->lone ? n * sizeof n : 0),
                   s->call->text))
        return set;
    const uint32_t *list = sorted(s, group, &n);
    if (!list)
        return set;
    union cell *cell = arena_alloc_raw(a, bytes);

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t m = 0; m < members; m++)
            cell[i * members + m] = vec_cell(&s->values.key[m], list[i]);
    }
    *set = (struct set){.type = s->call->type, .n = n, .member = cell};
    return set;
}

static void result_set(struct aggregate_state *s, const uint32_t *id,
                       uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++)
        out->set[k] = make_set(s, id[k]);
}

const struct aggregate_ops aggregate_set = {.weighs = true,
                                            .type = type_set,
                                            .values = open_values,
                                            .reserve = reserve_counts,
                                            .update = update_values,
                                            .finish = finish_set,
                                            .result = result_set,
                                            .room = room_for_values,
                                            .list_types = types_of_values,
                                            .list_next = next_value,
                                            .list_room = room_for_values,
                                            .list_add = update_values,
                                            .later = list_later};

/* ---- union ---- */

static bool type_union(struct aggregate_call *c, const struct ast *call,
                       struct err *e)
{
    c->type = c->in;
    if (c->in.type == TYPE_SET)
        return true;
    aggregate_refuse(c, call, "a set column", e);
    err_hint(e, "`set` makes a set of values");
    return false;
}

static void open_members(struct aggregate_state *s, const enum type *type)
{
    (void)type;
    keytab_open(&s->values, s->call->in.member, s->call->in.members);
}

/* As many as there would be if all were new. */
static bool room_for_members(struct aggregate_state *s,
                             const struct aggregate_rows *in)
{
    uint64_t n = 0;

    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t row = in->rows->row[k];
        if (!column_absent(&s->column[0], row))
            n += s->column[0].set[row]->n;
    }
    return n < UINT32_MAX && keytab_room(&s->values, (uint32_t)n, s->run) &&
           (s->lone || pairs_reserve(&s->pairs, n, s->run));
}

static uint32_t types_of_members(const struct aggregate_call *c,
                                 struct vtype *out)
{
    for (uint32_t i = 0; i < c->in.members; i++)
        out[i] = (struct vtype){.type = c->in.member[i],
                                .date = c->in.date,
                                .bits4 = c->in.bits4,
                                .bits6 = c->in.bits6};
    return c->in.members;
}

static bool add_member(struct aggregate_state *s, uint32_t group,
                       const union cell *member)
{
    struct value tuple[SET_TUPLE_MAX];
    uint32_t value;

    for (uint32_t m = 0; m < s->values.keys; m++)
        tuple[m] = (struct value){.cell = member[m]};
    return keytab_tuple(&s->values, tuple, &value, s->run) &&
           add_pairs(s, &group, &value, 1);
}

static bool update_union(struct aggregate_state *s,
                         const struct aggregate_rows *in)
{
    for (uint32_t k = 0; k < in->rows->n; k++) {
        uint32_t row = in->rows->row[k];
        if (column_absent(&s->column[0], row))
            continue;
        const struct set *set = s->column[0].set[row];
        for (uint32_t i = 0; i < set->n; i++) {
            if (!add_member(s, in->group[k],
                            &set->member[(size_t)i * s->values.keys]))
                return false;
        }
    }
    return true;
}

const struct aggregate_ops aggregate_union = {.type = type_union,
                                              .values = open_members,
                                              .reserve = reserve_counts,
                                              .update = update_union,
                                              .finish = finish_set,
                                              .result = result_set,
                                              .room = room_for_members,
                                              .list_types = types_of_members,
                                              .list_next = next_value,
                                              .list_room = room_for_values,
                                              .list_add = update_values,
                                              .later = list_later};
