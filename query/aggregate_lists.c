/* aggregate_lists.c - pct, pace, jitter, pattern: what needs all values of a
 * group at once. */
#include <inttypes.h>
#include <math.h>

#include "query/aggregate_kinds.h"
#include "query/node.h"
#include "query/pattern.h"

static void open_list(struct aggregate_state *s, const enum type *type)
{
    s->lists = (struct lists){.lone = s->lone};
    s->lists.value.lane = schema_types[type[0]].lane;
}

static bool reserve_nothing(struct aggregate_state *s)
{
    (void)s;
    return true;
}

static bool room_for_list(struct aggregate_state *s,
                          const struct aggregate_rows *in)
{
    return lists_room(&s->lists, in->rows->n, s->run);
}

static uint32_t type_of_list(const struct aggregate_call *c, struct vtype *out)
{
    out[0] = c->in;
    return 1;
}

static bool next_of_list(const struct aggregate_state *s, size_t *at,
                         uint32_t *group, struct value *out)
{
    const struct lists *l = &s->lists;

    if (*at >= l->value.n)
        return false;
    *group = l->lone ? 0 : l->group[*at];
    *out = vec_value(&l->value, (uint32_t)(*at)++);
    return true;
}

static size_t list_later(const struct aggregate_state *s)
{
    return lists_deal_bytes(&s->lists, s->groups);
}

static bool update_list(struct aggregate_state *s,
                        const struct aggregate_rows *in)
{
    return lists_add(&s->lists, &s->column[0], in->rows, in->group, s->run);
}

static bool sort_group(struct aggregate_state *s, uint32_t g)
{
    uint32_t n;
    union lists_values v = lists_of(&s->lists, g, &n);

    return s->lists.value.lane == LANE_REAL ? lists_sort_real(v.r, n, s->run)
                                            : lists_sort_int(v.i, n, s->run);
}

static bool finish_list(struct aggregate_state *s)
{
    return lists_deal(&s->lists, s->groups, s->run);
}

static bool finish_sorted(struct aggregate_state *s)
{
    if (!finish_list(s))
        return false;
    for (uint32_t g = 0; g < s->groups; g++) {
        if (!sort_group(s, g))
            return false;
    }
    return true;
}

/* What all of them have in common. */
#define KEEPS_LISTS                                                            \
    .values = open_list, .reserve = reserve_nothing, .room = room_for_list,    \
    .update = update_list, .list_types = type_of_list,                         \
    .list_next = next_of_list, .list_room = room_for_list,                     \
    .list_add = update_list, .later = list_later

/* ---- pct ---- */

/* A percentage is kept in millionths, so that a rank is a whole division. */
enum { MILLION = 1000000 };

static bool read_percent(struct aggregate_call *c, const struct expr *x,
                         struct err *e)
{
    double p = x->type.type == TYPE_REAL ? x->value.r : (double)x->value.i;
    bool number = x->type.type == TYPE_REAL || x->type.type == TYPE_INT;

    if (x->kind != NODE_CONST || !number || !(p >= 0 && p <= 100)) {
        err_query(e, x->at, "`pct` needs a constant from 0 to 100 here");
        err_hint(e, "pct(E, 50) is the median, pct(E, 99) what 99 of 100 do "
                    "not exceed");
        return false;
    }
    c->percent = llround(p * MILLION);
    return true;
}

static bool type_pct(struct aggregate_call *c, const struct ast *call,
                     struct err *e)
{
    enum type t = c->in.type;

    c->type = c->in;
    c->args = 1; /* the other is no column */
    if (t != TYPE_INT && t != TYPE_REAL && t != TYPE_DURATION && t != TYPE_TIME)
        return aggregate_refuse(c, call, "numbers, durations or times", e);
    return read_percent(c, c->arg[1], e);
}

/* Nearest rank: the smallest value that `percent` of the values do not
 * exceed. */
static uint32_t rank_of(int64_t percent, uint32_t n)
{
    uint64_t whole = 100 * (uint64_t)MILLION;
    uint64_t rank = ((uint64_t)percent * n + whole - 1) / whole;

    return rank == 0 ? 0 : (uint32_t)rank - 1;
}

static void result_pct(struct aggregate_state *s, const uint32_t *id,
                       uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t count;
        union lists_values v = lists_of(&s->lists, id[k], &count);
        if (count == 0)
            vec_mark_absent(out, k);
        else if (out->lane == LANE_REAL)
            out->r[k] = v.r[rank_of(s->call->percent, count)];
        else
            out->i[k] = v.i[rank_of(s->call->percent, count)];
    }
}

const struct aggregate_ops aggregate_pct = {KEEPS_LISTS, .type = type_pct,
                                            .finish = finish_sorted,
                                            .result = result_pct};

/* ---- pace, jitter ---- */

static bool type_pace(struct aggregate_call *c, const struct ast *call,
                      struct err *e)
{
    c->type = (struct vtype){.type = TYPE_DURATION};
    return c->in.type == TYPE_TIME || aggregate_refuse(c, call, "times", e);
}

/* n sorted times become the n - 1 gaps between them, sorted. A gap over 64 bits
 * is an error. */
static bool make_gaps(struct aggregate_state *s, int64_t *v, uint32_t n)
{
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (!aggregate_fits(s, (__int128)v[i + 1] - v[i]))
            return false;
        v[i] = v[i + 1] - v[i];
    }
    return lists_sort_int(v, n - 1, s->run);
}

static int64_t lower_median(const int64_t *v, uint32_t n)
{
    return v[(n - 1) / 2];
}

static bool finish_gaps(struct aggregate_state *s)
{
    if (!finish_sorted(s))
        return false;
    for (uint32_t g = 0; g < s->groups; g++) {
        uint32_t n;
        union lists_values v = lists_of(&s->lists, g, &n);
        if (n > 1 && !make_gaps(s, v.i, n))
            return false;
    }
    return true;
}

static bool finish_jitter(struct aggregate_state *s)
{
    if (!finish_gaps(s))
        return false;
    for (uint32_t g = 0; g < s->groups; g++) {
        uint32_t n;
        int64_t *gap = lists_of(&s->lists, g, &n).i;
        int64_t pace = n > 1 ? lower_median(gap, n - 1) : 0;
        for (uint32_t i = 0; i + 1 < n; i++)
            gap[i] = gap[i] > pace ? gap[i] - pace : pace - gap[i];
        if (n > 1 && !lists_sort_int(gap, n - 1, s->run))
            return false;
    }
    return true;
}

static void result_gaps(struct aggregate_state *s, const uint32_t *id,
                        uint32_t n, struct vec *out)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t count;
        union lists_values v = lists_of(&s->lists, id[k], &count);
        if (count < 2)
            vec_mark_absent(out, k);
        else
            out->i[k] = lower_median(v.i, count - 1);
    }
}

const struct aggregate_ops aggregate_pace = {KEEPS_LISTS, .type = type_pace,
                                             .finish = finish_gaps,
                                             .result = result_gaps};
const struct aggregate_ops aggregate_jitter = {KEEPS_LISTS, .type = type_pace,
                                               .finish = finish_jitter,
                                               .result = result_gaps};

/* ---- pattern ---- */

static bool type_pattern_of(struct aggregate_call *c, const struct ast *call,
                            enum type type, struct err *e)
{
    c->type = (struct vtype){.type = type};
    c->ordered = true;
    return c->in.type == TYPE_INT || aggregate_refuse(c, call, "counts", e);
}

static bool type_pattern(struct aggregate_call *c, const struct ast *call,
                         struct err *e)
{
    return type_pattern_of(c, call, TYPE_STRING, e);
}

static bool type_pattern_real(struct aggregate_call *c, const struct ast *call,
                              struct err *e)
{
    return type_pattern_of(c, call, TYPE_REAL, e);
}

/* Text lives as long as the query; what is new is charged while the stage
 * works. */
static int64_t keep_text(struct aggregate_state *s, const char *text,
                         size_t len)
{
    uint32_t before = s->run->text->n;
    int64_t id = strtab_intern(s->run->text, text, len);
    size_t bytes = len + 1 + sizeof(struct strtab_entry);

    if (s->run->text->n == before)
        return id;
    if (budget_take(s->run->budget, bytes))
        s->list_bytes += bytes;
    else
        run_over(s->run, "stats", "the text of %s", s->call->text);
    return id;
}

/* "1-2 fits 11 of 12, 3.4 bits" */
static int64_t pattern_text(struct aggregate_state *s, const struct pattern *p)
{
    char text[PATTERN_UNIT_MAX * 24 + 64];
    size_t len = 0;

    for (uint32_t i = 0; i < p->length; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%" PRId64,
                                i ? "-" : "", p->unit[i]);
    len +=
        (size_t)snprintf(text + len, sizeof text - len,
                         " fits %u of %u, %.1f bits", p->fits, p->n, p->bits);
    return keep_text(s, text, len);
}

typedef void pattern_put(struct aggregate_state *s, const struct pattern *p,
                         struct vec *out, uint32_t k);

static void put_text(struct aggregate_state *s, const struct pattern *p,
                     struct vec *out, uint32_t k)
{
    out->i[k] = pattern_text(s, p);
}

static void put_fit(struct aggregate_state *s, const struct pattern *p,
                    struct vec *out, uint32_t k)
{
    (void)s;
    out->r[k] = (double)p->fits / p->n;
}

static void put_bits(struct aggregate_state *s, const struct pattern *p,
                     struct vec *out, uint32_t k)
{
    (void)s;
    out->r[k] = p->bits;
}

static void put_patterns(struct aggregate_state *s, const uint32_t *id,
                         uint32_t n, struct vec *out, pattern_put *put)
{
    for (uint32_t k = 0; k < n; k++) {
        struct pattern p;
        uint32_t count;
        union lists_values v = lists_of(&s->lists, id[k], &count);
        if (!pattern_find(v.i, count, s->run, &p))
            return;
        if (p.length == 0)
            vec_mark_absent(out, k);
        else
            put(s, &p, out, k);
    }
}

static void result_pattern(struct aggregate_state *s, const uint32_t *id,
                           uint32_t n, struct vec *out)
{
    put_patterns(s, id, n, out, put_text);
}

static void result_fit(struct aggregate_state *s, const uint32_t *id,
                       uint32_t n, struct vec *out)
{
    put_patterns(s, id, n, out, put_fit);
}

static void result_bits(struct aggregate_state *s, const uint32_t *id,
                        uint32_t n, struct vec *out)
{
    put_patterns(s, id, n, out, put_bits);
}

const struct aggregate_ops aggregate_pattern = {
    KEEPS_LISTS, .type = type_pattern, .finish = finish_list,
    .result = result_pattern};
const struct aggregate_ops aggregate_patternfit = {
    KEEPS_LISTS, .type = type_pattern_real, .finish = finish_list,
    .result = result_fit};
const struct aggregate_ops aggregate_patternbits = {
    KEEPS_LISTS, .type = type_pattern_real, .finish = finish_list,
    .result = result_bits};
