/* stage_window.c - the keys slide() and gap() as stages: each adds a column
 * whose name is the call as it is written. */
#include "query/stage_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/func.h"
#include "query/grouped.h"

struct bound {
    const struct expr *time;
    const struct tz *tz;
    int64_t length, step; /* gap: length alone */
    uint32_t steps;       /* slide: buckets that a row is in */
    struct grouped by;    /* gap: the other keys */
};

/* ---- the added column ---- */

struct adder {
    struct batch batch;
    struct batch *in;
    int64_t value[BATCH_ROWS];
    uint64_t absent[BATCH_WORDS];
};

static void load(struct batch *b, uint32_t i)
{
    struct adder *a = b->source;

    b->col[i] = i + 1 < b->cols
                    ? *batch_column(a->in, i)
                    : (struct column){.i = a->value, .absent = a->absent};
    b->loaded[i] = true;
}

static void adder_open(struct adder *a, struct stage_run *r)
{
    uint32_t n = r->stage->out->n;

    a->batch =
        (struct batch){.cols = n, .load = load, .source = a, .e = r->run->e};
    a->batch.col = memory_zeroed(n, sizeof *a->batch.col);
    a->batch.loaded = memory_zeroed(n, sizeof *a->batch.loaded);
}

static void adder_close(struct adder *a)
{
    free(a->batch.col);
    free(a->batch.loaded);
}

static bool adder_push(struct adder *a, struct stage_run *r, struct batch *in,
                       const struct sel *rows)
{
    a->in = in;
    a->batch.rows = in->rows;
    a->batch.weight = in->weight;
    a->batch.sel = *rows;
    for (uint32_t i = 0; i < a->batch.cols; i++)
        a->batch.loaded[i] = false;
    r->rows_out += rows->n;
    return stage_push(r->next, &a->batch);
}

static void mark_absent(uint64_t *absent, uint32_t row)
{
    absent[row / 64] |= UINT64_C(1) << (row % 64);
}

/* ---- slide ---- */

struct slide {
    struct adder adder;
    struct tz_bucket now;                  /* the newest bucket of a row */
    int64_t start[STAGE_WINDOW_STEPS_MAX]; /* it and those before it */
};

static void slide_open(struct stage_run *r)
{
    struct slide *s = memory_zeroed(1, sizeof *s);

    adder_open(&s->adder, r);
    r->state = s;
}

static void slide_close(struct stage_run *r)
{
    struct slide *s = r->state;

    adder_close(&s->adder);
    free(s);
}

static void slide_to(struct slide *s, const struct bound *b, int64_t t)
{
    if (t >= s->now.from && t < s->now.to)
        return;
    s->now = tz_bin_at(b->tz, t, b->step);
    s->start[0] = s->now.from;
    for (uint32_t k = 1; k < b->steps; k++) {
        int64_t before = s->start[k - 1];
        s->start[k] =
            before == INT64_MIN ? before : tz_bin(b->tz, before - 1, b->step);
    }
}

/* One turn for each bucket that a row is in, the newest first. So the rows of a
 * group stay in their order: a row is in an older group no earlier than the
 * row before it. */
static bool slide_push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct slide *s = r->state;
    struct column time = expr_value(bound->time, b, &b->sel, &r->run->eval);
    struct sel rows = b->sel;

    memset(s->adder.absent, 0, sizeof s->adder.absent);
    for (uint32_t k = 0; k < bound->steps; k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t row = rows.row[i];
            bool none = column_absent(&time, row);
            if (none && k > 0)
                continue;
            if (none)
                mark_absent(s->adder.absent, row);
            else
                slide_to(s, bound, time.i[row]);
            s->adder.value[row] = s->start[k];
            rows.row[n++] = (uint16_t)row;
        }
        rows.n = n;
        if (r->run->e->code != ERR_NONE || !adder_push(&s->adder, r, b, &rows))
            return false;
    }
    return true;
}

/* ---- gap ---- */

struct gap {
    struct adder adder;
    struct keytab keys; /* the values of the other keys */
    struct vec last, start;
};

static void gap_open(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct gap *s = memory_zeroed(1, sizeof *s);

    adder_open(&s->adder, r);
    keytab_open(&s->keys, bound->by.type, bound->by.keys);
    s->last.lane = s->start.lane = LANE_INT;
    r->state = s;
}

static void gap_close(struct stage_run *r)
{
    struct gap *s = r->state;

    keytab_close(&s->keys, r->run->budget);
    vec_free(&s->last, r->run->budget);
    vec_free(&s->start, r->run->budget);
    adder_close(&s->adder);
    free(s);
}

static bool gap_over(struct stage_run *r)
{
    const struct gap *s = r->state;
    char number[32];

    return run_over(r->run, "gap", "%s groups of the other keys",
                    run_number(number, s->keys.n));
}

/* Numbers the tuples of the other keys. */
static bool gap_ids(struct stage_run *r, struct batch *b,
                    const struct sel *rows, uint32_t *id)
{
    const struct bound *bound = r->stage->bound;
    struct gap *s = r->state;

    return (grouped_rows(&bound->by, &s->keys, b, rows, id, r->run) &&
            vec_extend(&s->last, s->keys.n, r->run->budget) &&
            vec_extend(&s->start, s->keys.n, r->run->budget)) ||
           gap_over(r);
}

static int64_t gap_step(struct gap *s, uint32_t id, bool new, int64_t t,
                        int64_t length)
{
    int64_t silence;

    if (new || __builtin_sub_overflow(t, s->last.i[id], &silence) ||
        silence > length)
        s->start.i[id] = t;
    s->last.i[id] = t;
    return s->start.i[id];
}

static bool fail_order(struct stage_run *r)
{
    if (r->run->e->code == ERR_NONE) {
        err_query(r->run->e, r->stage->at,
                  "`gap` needs rows in the order of time, and these are not");
        err_hint(r->run->e, "put `sort` by the time before it");
    }
    return false;
}

static bool gap_rows(struct stage_run *r, const struct column *time,
                     const struct sel *rows, const uint32_t *id, uint32_t known)
{
    const struct bound *bound = r->stage->bound;
    struct gap *s = r->state;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        int64_t t = time->i[row];
        bool new = id[i] >= known;
        known = new ? id[i] + 1 : known;
        if (!new &&t < s->last.i[id[i]])
            return fail_order(r);
        s->adder.value[row] = gap_step(s, id[i], new, t, bound->length);
    }
    return true;
}

/* Rows without a time are a group of their own, with an absent key. */
static bool gap_push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct gap *s = r->state;
    struct column time = expr_value(bound->time, b, &b->sel, &r->run->eval);
    struct sel timed = {.n = 0};
    uint32_t id[BATCH_ROWS], known = s->last.n;

    memset(s->adder.absent, 0, sizeof s->adder.absent);
    for (uint32_t i = 0; i < b->sel.n; i++) {
        if (column_absent(&time, b->sel.row[i]))
            mark_absent(s->adder.absent, b->sel.row[i]);
        else
            timed.row[timed.n++] = b->sel.row[i];
    }
    return gap_ids(r, b, &timed, id) && gap_rows(r, &time, &timed, id, known) &&
           adder_push(&s->adder, r, b, &b->sel);
}

/* ---- binding ---- */

static const struct stage_kind slide_kind = {.name = "slide",
                                             .open = slide_open,
                                             .push = slide_push,
                                             .close = slide_close};
static const struct stage_kind gap_kind = {
    .name = "gap", .open = gap_open, .push = gap_push, .close = gap_close};

static const struct stage_kind *const kinds[] = {&slide_kind, &gap_kind};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool is_column(const struct stage_bind *b, const char *name)
{
    for (uint32_t i = 0; i < b->in->n; i++) {
        if (strcmp(b->in->col[i].name, name) == 0)
            return true;
    }
    return false;
}

static const struct ast *keys_of(const struct ast_stage *n)
{
    return strcmp(n->name, "distinct") == 0 ? n->args : n->by;
}

static const struct ast *call_of(const struct ast *key)
{
    const struct ast *call = key->kind == AST_ASSIGN ? key->arg : key;

    return call->kind == AST_CALL ? call : NULL;
}

const struct stage_kind *stage_window_find(const struct stage_bind *b,
                                           const struct ast_stage *n,
                                           const struct ast **call)
{
    if (strcmp(n->name, "stats") != 0 && strcmp(n->name, "distinct") != 0)
        return NULL;
    for (int i = 0; i < KINDS; i++) {
        for (const struct ast *key = keys_of(n); key; key = key->next) {
            *call = call_of(key);
            if (*call && strcmp((*call)->text, kinds[i]->name) == 0 &&
                !is_column(b, stage_text(b, (*call)->at)))
                return kinds[i];
        }
    }
    return NULL;
}

static struct ast *copy_node(struct arena *a, const struct ast *n)
{
    struct ast *copy = arena_new(a, struct ast);

    *copy = *n;
    return copy;
}

const struct ast_stage *stage_window_named(const struct stage_bind *b,
                                           const struct ast_stage *n,
                                           const struct ast *call)
{
    struct arena *a = b->scope->arena;
    struct ast_stage *out = arena_new(a, struct ast_stage);
    struct ast *keys = NULL, **tail = &keys;

    *out = *n;
    for (const struct ast *key = keys_of(n); key; key = key->next) {
        struct ast *copy = copy_node(a, key);
        struct ast *node = copy;
        bool here = call && call_of(key) == call;
        if (here && key->kind == AST_ASSIGN)
            node = copy->arg = copy_node(a, call);
        if (here) {
            node->kind = AST_NAME;
            node->text = stage_text(b, call->at);
            node->arg = NULL;
        }
        *tail = copy;
        tail = &copy->next;
    }
    if (keys_of(n) == n->args)
        out->args = keys;
    else
        out->by = keys;
    return out;
}

static bool fail_call(const struct ast *call, struct err *e)
{
    const struct func *f = func_find(call->text);

    err_query(e, call->at, "`%s` is written %s", f->name, f->usage);
    err_hint(e, "lengths of time above zero, as in 1h, 10m");
    return false;
}

/* A length of time above zero. */
static bool bind_length(struct stage_bind *b, const struct ast *call,
                        const struct ast *n, int64_t *out, struct err *e)
{
    const struct ast *value = n;

    if (n && n->kind == AST_PARAM)
        value = scope_find_param(b->scope, n->text);
    if (!n || !value || value->kind != AST_LENGTH || value->number <= 0)
        return fail_call(call, e);
    *out = value->number;
    return true;
}

static bool bind_slide(struct stage_bind *b, const struct ast *call,
                       const struct ast *arg, struct bound *bound,
                       struct err *e)
{
    if (!bind_length(b, call, arg, &bound->length, e) ||
        !bind_length(b, call, arg->next, &bound->step, e))
        return false;
    int64_t steps = bound->length / bound->step;
    if (bound->length % bound->step || steps < 1) {
        err_query(e, call->at,
                  "the length of `slide` is a multiple of its step");
        err_hint(e, "as in slide(1h, 10m)");
        return false;
    }
    if (steps > STAGE_WINDOW_STEPS_MAX) {
        err_query(e, call->at, "a row would be in %lld buckets of `slide`",
                  (long long)steps);
        err_hint(e,
                 "at most %d: a longer step, or `burst` for windows that "
                 "begin anywhere",
                 STAGE_WINDOW_STEPS_MAX);
        return false;
    }
    bound->steps = (uint32_t)steps;
    return true;
}

/* The keys beside it, of which none is another gap. */
static bool bind_others(struct stage_bind *b, const struct ast_stage *n,
                        const struct ast *call, struct stage *s, struct err *e)
{
    struct bound *bound = s->bound;

    for (const struct ast *key = keys_of(n); key; key = key->next) {
        const struct ast *other = call_of(key);
        if (other == call)
            continue;
        if (other && strcmp(other->text, call->text) == 0)
            return err_query(e, other->at, "there is one `gap` already");
        if (bound->by.keys == KEYTAB_KEYS_MAX)
            return err_query(e, key->at, "more than %d keys", KEYTAB_KEYS_MAX);
        const struct expr *x = stage_value(b, s, stage_name(b, key).value, e);
        if (!x)
            return false;
        bound->by.type[bound->by.keys] = expr_type(x).type;
        bound->by.key[bound->by.keys++] = x;
    }
    return true;
}

/* The time may be given before the lengths, as with bin(). */
static const struct expr *bind_time(struct stage_bind *b, struct stage *s,
                                    const struct ast *call,
                                    const struct ast **lengths, struct err *e)
{
    struct ast name = {.kind = AST_NAME, .at = call->at, .text = "time"};
    const struct ast *arg = call->arg;
    bool given = arg && arg->kind != AST_LENGTH && arg->kind != AST_PARAM;
    const struct expr *x;

    *lengths = given ? arg->next : arg;
    if (given) {
        struct ast *copy = copy_node(b->scope->arena, arg);
        copy->next = NULL;
        x = stage_value(b, s, copy, e);
    } else {
        x = stage_value(b, s, copy_node(b->scope->arena, &name), e);
    }
    if (x && expr_type(x).type != TYPE_TIME) {
        err_query(e, given ? arg->at : call->at, "`%s` needs a time here",
                  call->text);
        return NULL;
    }
    return x;
}

static bool add_column(struct stage_bind *b, const struct ast *call,
                       struct stage *s, struct err *e)
{
    struct columns *c = stage_widen(b, s->in, 1);

    s->out = c;
    s->passes = true;
    return stage_add_column(b, c, stage_text(b, call->at),
                            (struct vtype){.type = TYPE_TIME}, call->at, e);
}

bool stage_window_bind(struct stage_bind *b, const struct ast_stage *n,
                       const struct ast *call, struct stage *s, struct err *e)
{
    struct bound *bound = arena_new(b->scope->arena, struct bound);
    bool slide = s->kind == &slide_kind;
    const struct ast *lengths;

    s->bound = bound;
    s->ordered = !slide;
    bound->tz = b->scope->tz;
    bound->time = bind_time(b, s, call, &lengths, e);
    if (!bound->time)
        return false;
    bool ok = slide ? bind_slide(b, call, lengths, bound, e)
                    : bind_length(b, call, lengths, &bound->length, e) &&
                          bind_others(b, n, call, s, e);
    uint32_t most = slide ? 2 : 1;
    if (ok && stage_list_length(lengths) != most)
        return fail_call(call, e);
    return ok && add_column(b, call, s, e);
}
