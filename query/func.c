/* func.c - kernels of the functions, and their table. */
#include "query/func.h"

#include <math.h>
#include <string.h>

#include "query/func_lookup.h"
#include "query/node.h"
#include "query/query.h"
#include "query/span.h"

static void fail_overflow(struct func_frame *f)
{
    if (f->ev->e->code == ERR_NONE)
        err_query(f->ev->e, f->call->at,
                  "the result of `%s` does not fit in 64 bits",
                  f->call->func->name);
}

static bool is_absent(const struct func_frame *f, uint32_t row)
{
    return f->absent[row / 64] >> (row % 64) & 1;
}

static void set_absent(struct func_frame *f, uint32_t row)
{
    f->absent[row / 64] |= UINT64_C(1) << (row % 64);
}

static int64_t int_arg(const struct func_frame *f, int i, uint32_t row)
{
    return f->arg[i].column.i[row & f->arg[i].mask];
}

static void eval_abs_real(struct func_frame *f)
{
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        f->out.r[row] = fabs(f->arg[0].column.r[row & f->arg[0].mask]);
    }
}

static void eval_abs(struct func_frame *f)
{
    if (node_lane(f->call) == LANE_REAL) {
        eval_abs_real(f);
        return;
    }
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        int64_t v = int_arg(f, 0, row);
        if (v == INT64_MIN && !is_absent(f, row))
            fail_overflow(f);
        f->out.i[row] = v < 0 ? (int64_t)(0 - (uint64_t)v) : v;
    }
}

static void bounds_abs(const struct expr *call, const struct func_bounds *arg,
                       struct func_bounds *out)
{
    struct range r = arg[0].range;

    (void)call;
    if (r.lo == INT64_MIN)
        return;
    int64_t lo = r.lo < 0 ? -r.lo : r.lo, hi = r.hi < 0 ? -r.hi : r.hi;
    int64_t least = lo < hi ? lo : hi;
    func_bounds_range(out, r.lo < 0 && r.hi > 0 ? 0 : least, lo > hi ? lo : hi);
}

/* Starts of buckets of time. Neighbouring rows mostly share one. */
static void bucket_rows(struct func_frame *f,
                        struct tz_bucket (*at)(const struct expr *call,
                                               int64_t t))
{
    struct tz_bucket b = {0, 0};

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        int64_t t = int_arg(f, 0, row);
        if (is_absent(f, row))
            continue;
        if (t < b.from || t >= b.to)
            b = at(f->call, t);
        f->out.i[row] = b.from;
    }
}

/* They never fall as time grows. */
#define FLOOR(name, unit)                                                      \
    static struct tz_bucket name##_at(const struct expr *call, int64_t t)      \
    {                                                                          \
        return tz_unit_at(call->tz, t, unit);                                  \
    }                                                                          \
    static void eval_##name(struct func_frame *f)                              \
    {                                                                          \
        bucket_rows(f, name##_at);                                             \
    }                                                                          \
    static void bounds_##name(const struct expr *call,                         \
                              const struct func_bounds *arg,                   \
                              struct func_bounds *out)                         \
    {                                                                          \
        func_bounds_range(out, tz_floor(call->tz, arg[0].range.lo, unit),      \
                          tz_floor(call->tz, arg[0].range.hi, unit));          \
    }

FLOOR(minute, TZ_MINUTE)
FLOOR(hour, TZ_HOUR)
FLOOR(day, TZ_DAY)
FLOOR(week, TZ_WEEK)
FLOOR(month, TZ_MONTH)

static struct tz_bucket bin_at(const struct expr *call, int64_t t)
{
    return tz_bin_at(call->tz, t, call->arg[1]->value.i);
}

static void eval_bin(struct func_frame *f)
{
    bucket_rows(f, bin_at);
}

static void bounds_bin(const struct expr *call, const struct func_bounds *arg,
                       struct func_bounds *out)
{
    int64_t width = call->arg[1]->value.i;

    func_bounds_range(out, tz_bin(call->tz, arg[0].range.lo, width),
                      tz_bin(call->tz, arg[0].range.hi, width));
}

/* Local time of the rows; the offset is looked up where it may change. */
static void local_rows(struct func_frame *f, int64_t (*of)(int64_t local))
{
    struct tz_bucket steady = {0, 0};
    int64_t east = 0, local;

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        int64_t t = int_arg(f, 0, row);
        if (is_absent(f, row))
            continue;
        if (t < steady.from || t >= steady.to) {
            steady = tz_steady(f->call->tz, t);
            east = tz_offset(f->call->tz, t) * TIMESTAMP_SECOND;
        }
        f->out.i[row] = of(__builtin_add_overflow(t, east, &local) ? t : local);
    }
}

static int64_t hour_of_day(int64_t local)
{
    int64_t of_day = local % TIMESTAMP_DAY;

    return (of_day + (of_day < 0 ? TIMESTAMP_DAY : 0)) / TIMESTAMP_HOUR;
}

static int64_t day_of_week(int64_t local)
{
    return timestamp_weekday(local);
}

static void eval_hod(struct func_frame *f)
{
    local_rows(f, hour_of_day);
}

static void bounds_hod(const struct expr *call, const struct func_bounds *arg,
                       struct func_bounds *out)
{
    (void)call, (void)arg;
    func_bounds_range(out, 0, 23);
}

static void eval_dow(struct func_frame *f)
{
    local_rows(f, day_of_week);
}

static void bounds_dow(const struct expr *call, const struct func_bounds *arg,
                       struct func_bounds *out)
{
    (void)call, (void)arg;
    func_bounds_range(out, 0, 6);
}

static struct addr net_of(const struct expr *call, struct addr a)
{
    uint8_t bits =
        addr_is_v4(a) ? (uint8_t)(96 + call->type.bits4) : call->type.bits6;

    return addr_net_range(a, bits).lo;
}

static void eval_cidr(struct func_frame *f)
{
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        if (!is_absent(f, row))
            f->out.a[row] =
                net_of(f->call, f->arg[0].column.a[row & f->arg[0].mask]);
    }
}

/* Within one family a network never falls as its address grows. */
static void bounds_cidr(const struct expr *call, const struct func_bounds *arg,
                        struct func_bounds *out)
{
    struct addr_range r = arg[0].addr;

    if (!addr_is_v4(r.lo) || !addr_is_v4(r.hi))
        return;
    out->known = true;
    out->addr = (struct addr_range){net_of(call, r.lo), net_of(call, r.hi)};
}

static void eval_round(struct func_frame *f)
{
    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        double r = f->arg[0].column.r[row & f->arg[0].mask];
        if (is_absent(f, row))
            continue;
        if (r > -0x1p63 && r < 0x1p63)
            f->out.i[row] = llround(r);
        else
            set_absent(f, row);
    }
}

static void eval_size(struct func_frame *f)
{
    const struct expr *arg = f->call->arg[0];

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        if (arg->kind == NODE_SET)
            f->out.i[row] = sets_size(arg->set);
        else if (!is_absent(f, row))
            f->out.i[row] = f->arg[0].column.set[row]->n;
    }
}

static void bounds_size(const struct expr *call, const struct func_bounds *arg,
                        struct func_bounds *out)
{
    (void)call, (void)arg;
    func_bounds_range(out, 0, INT64_MAX);
}

static const struct {
    void (*eval)(struct func_frame *f);
    struct tz_bucket (*at)(const struct expr *call, int64_t t);
} bucket_funcs[] = {
    {eval_minute, minute_at},
    {eval_hour,   hour_at  },
    {eval_day,    day_at   },
    {eval_week,   week_at  },
    {eval_month,  month_at },
    {eval_bin,    bin_at   },
};
enum { BUCKET_FUNCS = sizeof bucket_funcs / sizeof *bucket_funcs };

static uint32_t bucket_func(const struct func *f)
{
    uint32_t i = 0;

    while (i < BUCKET_FUNCS && bucket_funcs[i].eval != f->eval)
        i++;
    return i;
}

bool func_has_buckets(const struct func *f)
{
    return bucket_func(f) < BUCKET_FUNCS;
}

struct tz_bucket func_bucket(const struct expr *call, int64_t t)
{
    return bucket_funcs[bucket_func(call->func)].at(call, t);
}

#define BIT(id)  (1u << TYPE_##id)
#define NUMBERS  BIT(INT) | BIT(REAL) | BIT(DURATION)
#define TIMES    BIT(TIME)
#define LENGTHS  BIT(DURATION)
#define ADDRS    BIT(ADDR)
#define INTS     BIT(INT)
#define REALS    BIT(REAL) | BIT(INT)
#define SETS     BIT(SET)
#define ANYTHING UINT32_MAX

#define UNPACK(...) __VA_ARGS__

#define ROW(id, usage_, help_, result_, accepts_, ...)                         \
    {                                                                          \
        .name = #id, .usage = (usage_), .help = (help_), .built = true,        \
        .result = (result_), .accepts = {UNPACK accepts_}, __VA_ARGS__         \
    }

const struct func func_table[] = {
#define FUNC(id, usage_, help_, min, max, time, constant_, accepts_, result_,  \
             eval_, bounds_)                                                   \
    ROW(id, usage_, help_, result_, accepts_, .min_args = (min),               \
        .max_args = (max), .time_default = (time), .constant = (constant_),    \
        .eval = (eval_), .bounds = (bounds_)),
#define PREPARED(id, usage_, help_, args, accepts_, result_)                   \
    ROW(id, usage_, help_, result_, accepts_, .min_args = (args),              \
        .max_args = (args), .eval = func_eval_##id,                            \
        .prepare = func_prepare_##id),
#define KEY(id, usage, help) {.name = #id, usage, help, .key = true},
#include "query/functions.def"
#undef FUNC
#undef PREPARED
#undef KEY
};
const uint32_t func_count = sizeof func_table / sizeof func_table[0];

const struct query_word query_functions[] = {
#define FUNC(id, usage, help, min, max, time, constant, accepts, result, eval, \
             bounds)                                                           \
    {#id, usage, help},
#define PREPARED(id, usage, help, args, accepts, result) {#id, usage, help},
#define KEY(id, usage, help)                             {#id, usage, help},
#include "query/functions.def"
#undef FUNC
#undef PREPARED
#undef KEY
};
const uint32_t query_function_count =
    sizeof query_functions / sizeof query_functions[0];

const struct func *func_find(const char *name)
{
    for (uint32_t i = 0; i < func_count; i++)
        if (strcmp(func_table[i].name, name) == 0)
            return &func_table[i];
    return NULL;
}
