/* stage_attempts.c - `attempts [GAP]`: a packet and its retries as one row. A
 * retry is the same packet again before there was silence for GAP. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/emit.h"
#include "query/live.h"
#include "query/packet_key.h"
#include "query/places.h"

enum { TCP, OTHER }; /* classes of entries */
enum { PROTO_TCP = 6, PROTO_UDP = 17, PROTO_SCTP = 132 };

/* What retries have in common, for bind and in the order of `key`. */
enum { PROTO, SPORT, DPORT, SEQ, FRAGOFF };
static const struct packet_key_fields key = {
    .addr = {FIELD_SRC,     FIELD_DST,         FIELD_INNER_SRC, FIELD_INNER_DST},
    .value = { [PROTO] = FIELD_PROTO,
             [SPORT] = FIELD_SPORT,
             [DPORT] = FIELD_DPORT,
             [SEQ] = FIELD_SEQ,
             [FRAGOFF] = FIELD_FRAGOFF,
             FIELD_ICMP_TYPE, FIELD_ICMP_CODE,
             FIELD_ICMP_ID, FIELD_INNER_PROTO,
             FIELD_INNER_SPORT, FIELD_INNER_DPORT},
};

struct bound {
    int64_t gap[LIVE_CLASSES];
};

struct attempt {
    int64_t tries, last;
};

struct state {
    struct live live;
    struct places held;
    struct attempt *attempt;
    uint32_t cap;
    struct emit emit;
};

/* ---- binding ---- */

static bool bind_gap(struct stage_bind *b, const struct ast_stage *n,
                     struct bound *bound, struct err *e)
{
    bound->gap[TCP] = 120 * TIMESTAMP_SECOND;
    bound->gap[OTHER] = 10 * TIMESTAMP_SECOND;
    if (!n->length)
        return true;
    if (!stage_length(b, n->length, &bound->gap[TCP], e))
        return false;
    bound->gap[OTHER] = bound->gap[TCP];
    return true;
}

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    static const struct vtype count = {.type = TYPE_INT},
                              time = {.type = TYPE_TIME};
    struct bound *bound = arena_new(b->scope->arena, struct bound);
    struct columns *c = stage_widen(b, b->in, 2);

    s->bound = bound;
    s->out = c;
    s->passes = s->ordered = s->waits = true;
    return stage_packets(b, s, key.addr, e) &&
           stage_packets(b, s, key.value, e) && bind_gap(b, n, bound, e) &&
           stage_add_column(b, c, "tries", count, n->at, e) &&
           stage_add_column(b, c, "last", time, n->at, e);
}

/* ---- running ---- */

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    struct state *s = r->state;
    bool tries = i == s->held.cols;

    if (i < s->held.cols) {
        places_gather(&s->held, i, id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        out->i[k] = tries ? s->attempt[id[k]].tries : s->attempt[id[k]].last;
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    r->state = s;
    live_open(&s->live, sizeof(struct packet_key), r->run->budget);
    memcpy(s->live.gap, bound->gap, sizeof s->live.gap);
    s->live.any_order = r->stage->any_order;
    places_open(&s->held, r, r->stage->in->n);
    emit_open(&s->emit, r, fill);
}

static bool over(struct stage_run *r)
{
    struct state *s = r->state;
    char rows[32];

    return run_over(r->run, "attempts",
                    "%s attempts that may go on, or wait "
                    "for an earlier one",
                    run_number(rows, s->live.used));
}

/* Can it be told what a retry of it would be? Not where the headers were cut,
 * and not of later fragments. */
static bool has_retries(const struct packet_key *k)
{
    int64_t proto = k->value[PROTO];
    bool ports = packet_key_has(k, SPORT) && packet_key_has(k, DPORT);

    if (!packet_key_has(k, PROTO) || (k->present & 3) != 3 ||
        k->value[FRAGOFF] > 0)
        return false;
    if (proto == PROTO_TCP)
        return ports && packet_key_has(k, SEQ);
    return ports || (proto != PROTO_UDP && proto != PROTO_SCTP);
}

/* The attempt that the packet begins, or LIVE_NONE: it is one more try, or
 * (with *ok false) over the budget. */
static uint32_t take(struct state *s, const struct packet_key *k, int64_t now,
                     bool *ok)
{
    uint64_t hash;
    uint32_t id;

    if (!has_retries(k)) {
        id = live_alone(&s->live, now);
        *ok = id != LIVE_NONE;
        return id;
    }
    hash = live_hash(&s->live, k);
    id = live_find(&s->live, k, hash);
    if (id != LIVE_NONE) {
        live_touch(&s->live, id, now);
        s->attempt[id].tries++;
        s->attempt[id].last = now;
        return LIVE_NONE;
    }
    id = live_begin(&s->live, k, hash,
                    k->value[PROTO] == PROTO_TCP ? TCP : OTHER, now);
    *ok = id != LIVE_NONE;
    return id;
}

static bool room(struct state *s, struct budget *b)
{
    void *p = s->attempt;
    bool ok = vec_grow(&p, &s->cap, s->live.n, sizeof *s->attempt, b);

    s->attempt = p;
    return ok;
}

static bool add_rows(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;
    const struct column *time = batch_column(b, FIELD_TIME);
    struct packet_key_columns c;
    uint32_t place[BATCH_ROWS], n = 0;
    uint16_t row[BATCH_ROWS];
    bool ok = true;

    packet_key_columns(&key, b, &c);
    for (uint32_t k = 0; ok && k < b->sel.n; k++) {
        struct packet_key x;
        int64_t now = time->i[b->sel.row[k]];
        packet_key_row(&c, b->sel.row[k], &x);
        live_expire(&s->live, now);
        uint32_t id = take(s, &x, now, &ok);
        ok = ok && room(s, r->run->budget);
        if (!ok || id == LIVE_NONE)
            continue;
        s->attempt[id] = (struct attempt){.tries = 1, .last = now};
        place[n] = id;
        row[n++] = b->sel.row[k];
    }
    return ok && places_put(&s->held, b, row, place, n);
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;

    if (!add_rows(r, b))
        return over(r);
    return r->run->e->code == ERR_NONE && emit_live(&s->emit, &s->live);
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

    budget_give(r->run->budget, s->cap * sizeof *s->attempt);
    free(s->attempt);
    live_close(&s->live);
    places_close(&s->held);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_attempts = {.name = "attempts",
                                          .bind = bind,
                                          .open = begin,
                                          .push = push,
                                          .finish = finish,
                                          .close = end};
