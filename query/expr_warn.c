/* expr_warn.c - what the fields' widths rule out, and what every value of the
 * flags rules out: masks that exclude each other. */
#include "query/expr_warn.h"

#include "query/node.h"

/* All that the fields' widths allow: what can be said before any block. */
static struct zone *widest_zone(struct arena *a)
{
    static const uint64_t most[] = {
        [WIDTH_U8] = UINT8_MAX,
        [WIDTH_U16] = UINT16_MAX,
        [WIDTH_U32] = UINT32_MAX,
        [WIDTH_MAC] = (UINT64_C(1) << 48) - 1,
    };
    struct zone *z = arena_new(a, struct zone);

    for (int i = 0; i < FIELD_COUNT; i++) {
        struct zone_field *f = &z->field[i];
        enum width w = schema_fields[i].width;
        f->any = f->absent = true;
        if (w == WIDTH_ADDR) {
            f->addr = (struct addr_range){
                {0,          0         },
                {UINT64_MAX, UINT64_MAX}
            };
            continue;
        }
        f->range = (struct range){INT64_MIN, INT64_MAX};
        f->some = UINT64_MAX;
        if (w > WIDTH_MAC)
            continue;
        f->some = schema_fields[i].type == TYPE_BOOL ? 1 : most[w];
        f->range = (struct range){0, (int64_t)f->some};
    }
    return z;
}

enum { FLAG_VALUES = 512, NO_FLAGS = FLAG_VALUES, FLAG_ROWS };

/* Does x read the flags and nothing else, and can it be read already? */
static bool reads_flags_only(const struct expr *x)
{
    if (x->kind == NODE_COLUMN)
        return x->packets && x->column == FIELD_FLAGS;
    if (x->kind == NODE_SET || x->kind == NODE_MEMBER ||
        (x->kind == NODE_IN && !x->in->ready))
        return false;
    for (uint32_t i = 0; i < x->args; i++) {
        if (!reads_flags_only(x->arg[i]))
            return false;
    }
    return true;
}

/* A batch of every value that the flags can have, and of none. */
static void make_flags(struct arena *a, struct batch *b, struct err *e)
{
    struct column *col = arena_array(a, struct column, FIELD_COUNT);
    bool *loaded = arena_array(a, bool, FIELD_COUNT);
    int64_t *value = arena_array(a, int64_t, FLAG_ROWS);
    uint64_t *absent = arena_array(a, uint64_t, BATCH_WORDS);

    for (int i = 0; i < FLAG_VALUES; i++)
        value[i] = i;
    absent[NO_FLAGS / 64] |= UINT64_C(1) << (NO_FLAGS % 64);
    col[FIELD_FLAGS] = (struct column){.i = value, .absent = absent};
    loaded[FIELD_FLAGS] = true;
    *b = (struct batch){.rows = FLAG_ROWS,
                        .cols = FIELD_COUNT,
                        .col = col,
                        .loaded = loaded,
                        .e = e};
    batch_select_all(b);
}

/* The parts of an AND that are about flags, together: *part is where they
 * stand. */
static bool flags_rule_out(struct scope *s, const struct expr *x,
                           struct span *part)
{
    struct err ignored = {.code = ERR_NONE};
    struct arena tmp = {0};
    struct expr_eval ev = {.tmp = &tmp, .text = s->text, .e = &ignored};
    struct batch b;
    uint32_t parts = 0;

    make_flags(&tmp, &b, &ignored);
    for (uint32_t i = 0; i < x->args; i++) {
        const struct expr *arg = x->arg[i];
        if (!reads_flags_only(arg))
            continue;
        expr_filter(arg, &b, &b.sel, &ev);
        if (parts++ == 0)
            *part = arg->at;
        part->from = arg->at.from < part->from ? arg->at.from : part->from;
        part->to = arg->at.to > part->to ? arg->at.to : part->to;
    }
    bool none = b.sel.n == 0 && ignored.code == ERR_NONE;
    arena_free(&tmp);
    return parts > 0 && none;
}

void expr_warn_never(struct scope *s, const struct expr *x)
{
    struct span part;

    if (!s->warn)
        return;
    if (expr_prune_reason(x, widest_zone(s->arena), UINT32_MAX, &part) ||
        (x->kind == NODE_AND && flags_rule_out(s, x, &part)))
        s->warn(s->warn_ctx, part,
                "this can never be true, and so nothing can match");
}
