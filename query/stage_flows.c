/* stage_flows.c - `flows [GAP]`: one row a conversation, with the direction of
 * its first packet. What is silent both ways for longer than GAP is over. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/emit.h"
#include "query/live.h"
#include "query/packet_key.h"

/* What the packets of a conversation have in common, either way round; the
 * identifier is there in echoes only. */
enum { PROTO, SPORT, DPORT };
static const struct packet_key_fields key = {
    .addr = {FIELD_SRC,             FIELD_DST},
    .value = { [PROTO] = FIELD_PROTO,
             [SPORT] = FIELD_SPORT,
             [DPORT] = FIELD_DPORT,
             FIELD_ICMP_ID},
};

static const enum field_id counted[] = {FIELD_LEN, FIELD_FLAGS, FIELD_TIME};

/* id, name, type */
#define ADDRESSES(COLUMN)                                                      \
    COLUMN(SRC, "src", ADDR)                                                   \
    COLUMN(DST, "dst", ADDR)

/* id, name, type, value in struct flow `f`, where it is absent */
#define COLUMNS(COLUMN)                                                        \
    COLUMN(SPORT, "sport", INT, f->key.value[SPORT],                           \
           !packet_key_has(&f->key, SPORT))                                    \
    COLUMN(DPORT, "dport", INT, f->key.value[DPORT],                           \
           !packet_key_has(&f->key, DPORT))                                    \
    COLUMN(PROTO, "proto", INT, f->key.value[PROTO],                           \
           !packet_key_has(&f->key, PROTO))                                    \
    COLUMN(FIRST, "first", TIME, f->first, false)                              \
    COLUMN(LAST, "last", TIME, f->last, false)                                 \
    COLUMN(PACKETS, "packets", INT, f->way[0].packets, false)                  \
    COLUMN(RPACKETS, "rpackets", INT, f->way[1].packets, false)                \
    COLUMN(BYTES, "bytes", INT, f->way[0].bytes, false)                        \
    COLUMN(RBYTES, "rbytes", INT, f->way[1].bytes, false)                      \
    COLUMN(FLAGS, "flags", FLAGS, f->way[0].flags, !f->way[0].has_flags)       \
    COLUMN(RFLAGS, "rflags", FLAGS, f->way[1].flags, !f->way[1].has_flags)     \
    COLUMN(ANSWERED, "answered", BOOL, f->way[1].packets > 0, false)

enum {
#define COLUMN(id, ...) OUT_##id,
    ADDRESSES(COLUMN) COLUMNS(COLUMN)
#undef COLUMN
        OUT_COUNT
};

static const struct column_def columns[] = {
#define COLUMN(id, word, kind, ...)                                            \
    {.name = word, .type = {.type = TYPE_##kind}},
    ADDRESSES(COLUMN) COLUMNS(COLUMN)
#undef COLUMN
};

struct way {
    int64_t packets, bytes, flags;
    bool has_flags;
};

struct flow {
    struct packet_key key; /* of the first packet, as it came */
    bool turned;           /* its key was turned round to be looked up */
    int64_t first, last;
    struct way way[2]; /* as the first packet, and against it */
};

struct bound {
    int64_t gap;
};

struct state {
    struct live live;
    struct flow *flow;
    uint32_t cap;
    struct emit emit;
};

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct arena *a = b->scope->arena;
    struct bound *bound = arena_new(a, struct bound);
    struct columns *c = arena_new(a, struct columns);

    c->n = OUT_COUNT;
    c->col = arena_array(a, struct column_def, OUT_COUNT);
    memcpy(c->col, columns, sizeof columns);
    bound->gap = 5 * TIMESTAMP_MINUTE;
    s->bound = bound;
    s->out = c;
    s->ordered = s->waits = true;
    return stage_packets(b, s, key.addr, e) &&
           stage_packets(b, s, key.value, e) &&
           stage_packets(b, s, counted, e) &&
           (!n->length || stage_length(b, n->length, &bound->gap, e));
}

/* ---- rows out ---- */

static int64_t value_of(const struct flow *f, uint32_t column, bool *absent)
{
    switch (column) {
#define COLUMN(id, name, type, value, is_absent)                               \
    case OUT_##id: *absent = is_absent; return value;
        COLUMNS(COLUMN)
#undef COLUMN
    default: *absent = true; return 0;
    }
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    struct state *s = r->state;
    bool absent;

    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++) {
        const struct flow *f = &s->flow[id[k]];
        if (i == OUT_SRC || i == OUT_DST) {
            out->a[k] = f->key.addr[i == OUT_DST];
            continue;
        }
        out->i[k] = value_of(f, i, &absent);
        if (absent)
            vec_mark_absent(out, k);
    }
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    r->state = s;
    live_open(&s->live, sizeof(struct packet_key), r->run->budget);
    s->live.gap[0] = bound->gap;
    s->live.any_order = r->stage->any_order;
    emit_open(&s->emit, r, fill);
}

/* ---- rows in ---- */

static bool over(struct stage_run *r)
{
    struct state *s = r->state;
    char rows[32];

    return run_over(r->run, "flows",
                    "%s conversations that may go on, or wait "
                    "for an earlier one",
                    run_number(rows, s->live.used));
}

static void swap_bits(uint64_t *bits, uint32_t i, uint32_t k)
{
    uint64_t differ = (*bits >> i ^ *bits >> k) & 1;

    *bits ^= differ << i | differ << k;
}

/* One key for both directions. True: it was turned round. */
static bool turn(struct packet_key *k)
{
    int cmp = addr_cmp(k->addr[0], k->addr[1]);
    struct addr a = k->addr[0];
    int64_t port = k->value[SPORT];

    if (cmp < 0 || (cmp == 0 && port <= k->value[DPORT]))
        return false;
    k->addr[0] = k->addr[1];
    k->addr[1] = a;
    k->value[SPORT] = k->value[DPORT];
    k->value[DPORT] = port;
    swap_bits(&k->present, PACKET_KEY_ADDRS + SPORT, PACKET_KEY_ADDRS + DPORT);
    return true;
}

/* The conversation of a packet, which it may begin. NULL: over the budget. */
static struct flow *find(struct state *s, const struct packet_key *k,
                         int64_t now, bool *turned)
{
    struct packet_key x = *k;
    void *p = s->flow;

    *turned = turn(&x);
    uint64_t hash = live_hash(&s->live, &x);
    uint32_t id = live_find(&s->live, &x, hash);
    if (id != LIVE_NONE) {
        live_touch(&s->live, id, now);
        return &s->flow[id];
    }
    id = live_begin(&s->live, &x, hash, 0, now);
    if (id == LIVE_NONE ||
        !vec_grow(&p, &s->cap, s->live.n, sizeof *s->flow, s->live.budget))
        return NULL;
    s->flow = p;
    s->flow[id] = (struct flow){.key = *k, .turned = *turned, .first = now};
    return &s->flow[id];
}

static void count(struct flow *f, bool turned, const struct column *len,
                  const struct column *flags, uint32_t row)
{
    struct way *way = &f->way[turned != f->turned];

    way->packets++;
    if (!column_absent(len, row))
        way->bytes += len->i[row];
    if (column_absent(flags, row))
        return;
    way->flags |= flags->i[row];
    way->has_flags = true;
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;
    const struct column *time = batch_column(b, FIELD_TIME);
    const struct column *len = batch_column(b, FIELD_LEN);
    const struct column *flags = batch_column(b, FIELD_FLAGS);
    struct packet_key_columns c;
    struct packet_key x;
    bool turned;

    packet_key_columns(&key, b, &c);
    if (r->run->e->code != ERR_NONE)
        return false;
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t row = b->sel.row[k];
        packet_key_row(&c, row, &x);
        live_expire(&s->live, time->i[row]);
        if ((x.present & 3) != 3)
            continue;
        struct flow *f = find(s, &x, time->i[row], &turned);
        if (!f)
            return over(r);
        f->last = time->i[row];
        count(f, turned, len, flags, row);
    }
    return emit_live(&s->emit, &s->live);
}

static void finish(struct stage_run *r)
{
    struct state *s = r->state;

    live_expire_all(&s->live);
    (void)emit_live(&s->emit, &s->live);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    budget_give(r->run->budget, s->cap * sizeof *s->flow);
    free(s->flow);
    live_close(&s->live);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_flows = {.name = "flows",
                                       .bind = bind,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
