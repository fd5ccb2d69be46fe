/* stage_invariants.c - `invariants`: what is constant or tied by arithmetic in
 * the packets, the least likely first. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "query/emit.h"
#include "query/invariants.h"

struct state {
    struct invariants *ties;
    size_t charged;
    struct invariants_row *row;
    uint32_t *kind, *fields, *value; /* text of each row */
    struct emit emit;
};

enum { KIND, FIELDS, VALUE, SUPPORT, TOTAL, BITS, OWN_COLUMNS };

static const struct column_def own[OWN_COLUMNS] = {
    [KIND] = {"kind",    {.type = TYPE_STRING}},
    [FIELDS] = {"fields",  {.type = TYPE_STRING}},
    [VALUE] = {"value",   {.type = TYPE_STRING}},
    [SUPPORT] = {"support", {.type = TYPE_INT}   },
    [TOTAL] = {"total",   {.type = TYPE_INT}   },
    [BITS] = {"bits",    {.type = TYPE_REAL}  },
};

/* Their operands, in the same order. */
static const enum field_id fields[] = {
    FIELD_SEQ, FIELD_ACKNO, FIELD_IPID,  FIELD_SPORT, FIELD_DPORT, FIELD_WIN,
    FIELD_URG, FIELD_FLAGS, FIELD_TSVAL, FIELD_SRC,   FIELD_DST,   FIELD_TIME};
static const enum invariants_operand operand[] = {
    INVARIANTS_SEQ,   INVARIANTS_ACKNO, INVARIANTS_IPID, INVARIANTS_SPORT,
    INVARIANTS_DPORT, INVARIANTS_WIN,   INVARIANTS_URG,  INVARIANTS_FLAGS,
    INVARIANTS_TSVAL, INVARIANTS_SRC,   INVARIANTS_DST};

enum { NUMBERS = 9, FIELDS_READ = 11 };

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct columns *c = arena_new(b->scope->arena, struct columns);

    c->col = arena_array(b->scope->arena, struct column_def, OWN_COLUMNS);
    s->out = c;
    s->holds = s->ordered = true;
    for (int i = 0; i < OWN_COLUMNS; i++) {
        if (!stage_add_column(b, c, own[i].name, own[i].type, n->at, e))
            return false;
    }
    return stage_packets(b, s, fields, e);
}

/* ---- packets in ---- */

static uint64_t hash_addr(uint64_t h, const struct column *c, uint32_t row)
{
    if (column_absent(c, row))
        return hash_mix(h, 1);
    return hash_mix(hash_mix(h, c->a[row].hi), c->a[row].lo);
}

static void take_addr(const struct column *c, uint32_t row,
                      enum invariants_operand to, struct invariants_packet *p)
{
    if (column_absent(c, row) || !addr_is_v4(c->a[row]))
        return;
    p->value[to] = (uint32_t)c->a[row].lo;
    p->has |= UINT64_C(1) << to;
}

static void take(const struct column *const *c, uint32_t row,
                 struct invariants_packet *p)
{
    p->has = 0;
    for (int i = 0; i < NUMBERS; i++) {
        bool none = column_absent(c[i], row);
        p->value[operand[i]] = none ? 0 : (uint32_t)c[i]->i[row];
        p->has |= none ? 0 : UINT64_C(1) << operand[i];
    }
    take_addr(c[NUMBERS], row, INVARIANTS_SRC, p);
    take_addr(c[NUMBERS + 1], row, INVARIANTS_DST, p);
    /* Numbers of IPv6 fragments have 32 bits, and their own rules. */
    if (!(p->has >> INVARIANTS_SRC & 1))
        p->has &= ~(UINT64_C(1) << INVARIANTS_IPID);
    p->src = hash_addr(hash_secret(), c[NUMBERS], row);
    p->flow = hash_addr(p->src, c[NUMBERS + 1], row);
    p->flow = hash_mix(p->flow, (uint64_t)p->value[INVARIANTS_SPORT] << 32 |
                                    p->value[INVARIANTS_DPORT]);
    invariants_derive(p);
}

static bool over(struct stage_run *r)
{
    return run_over(r->run, "invariants", "its tables");
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;
    const struct column *c[FIELDS_READ];
    struct invariants_packet p;

    if (!s->ties)
        return over(r);
    for (int i = 0; i < FIELDS_READ; i++)
        c[i] = batch_column(b, fields[i]);
    if (r->run->e->code != ERR_NONE)
        return false;
    for (uint32_t k = 0; k < b->sel.n; k++) {
        take(c, b->sel.row[k], &p);
        invariants_add(s->ties, &p);
    }
    return run_check(r->run);
}

/* ---- rows out ---- */

static void put_own(const struct state *s, uint32_t id, uint32_t i,
                    struct vec *out, uint32_t k)
{
    const struct invariants_row *row = &s->row[id];

    switch (i) {
    case KIND: out->i[k] = s->kind[id]; break;
    case FIELDS: out->i[k] = s->fields[id]; break;
    case VALUE: out->i[k] = s->value[id]; break;
    case SUPPORT: out->i[k] = row->support; break;
    case TOTAL: out->i[k] = row->total; break;
    default: out->r[k] = row->bits; break;
    }
    if (i == VALUE && row->relation->kind == INVARIANTS_EQUAL)
        vec_mark_absent(out, k);
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        put_own(r->state, id[k], i, out, k);
}

static size_t row_bytes(void)
{
    size_t texts =
        3 * sizeof(uint32_t) + 2 * (64 + sizeof(struct strtab_entry));

    return INVARIANTS_ROWS_MAX * (sizeof(struct invariants_row) + texts);
}

static void begin(struct stage_run *r)
{
    struct state *s = memory_zeroed(1, sizeof *s);
    size_t bytes = invariants_bytes() + row_bytes();

    r->state = s;
    emit_open(&s->emit, r, fill);
    if (!budget_take(r->run->budget, bytes))
        return;
    s->charged = bytes;
    s->ties = invariants_open();
    s->row = memory_zeroed(INVARIANTS_ROWS_MAX, sizeof *s->row);
    s->kind = memory_zeroed(INVARIANTS_ROWS_MAX, sizeof *s->kind);
    s->fields = memory_zeroed(INVARIANTS_ROWS_MAX, sizeof *s->fields);
    s->value = memory_zeroed(INVARIANTS_ROWS_MAX, sizeof *s->value);
}

static uint32_t keep_text(struct stage_run *r, const char *text)
{
    return strtab_intern(r->run->text, text, strlen(text));
}

static void finish(struct stage_run *r)
{
    struct state *s = r->state;
    uint32_t id[INVARIANTS_ROWS_MAX], n;
    char text[64];

    if (!s->ties) {
        over(r);
        return;
    }
    n = invariants_rows(s->ties, s->row);
    for (uint32_t i = 0; i < n; i++) {
        id[i] = i;
        s->kind[i] = keep_text(r, invariants_kinds[s->row[i].relation->kind]);
        invariants_fields_text(s->row[i].relation, text);
        s->fields[i] = keep_text(r, text);
        invariants_value_text(&s->row[i], text);
        s->value[i] = keep_text(r, text);
    }
    (void)emit_rows(&s->emit, id, n);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    invariants_close(s->ties);
    budget_give(r->run->budget, s->charged);
    free(s->row);
    free(s->kind);
    free(s->fields);
    free(s->value);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_invariants = {.name = "invariants",
                                            .bind = bind,
                                            .open = begin,
                                            .push = push,
                                            .finish = finish,
                                            .close = end};
