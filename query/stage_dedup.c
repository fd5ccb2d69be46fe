/* stage_dedup.c - `dedup [within D]`: the views that several sensors had of a
 * packet as one row. A sensor's view goes to the oldest row that still waits
 * and lacks that sensor, so that its own packets are never merged. Rows of
 * equal packets are filled from the oldest on: those that a sensor is in are
 * the first of them, and where it was last tells where it comes next. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/emit.h"
#include "query/live.h"
#include "query/packet_key.h"
#include "query/places.h"

#define NONE LIVE_NONE

/* What the views of a packet have in common. */
static const struct packet_key_fields key = {
    .addr = {FIELD_SRC,     FIELD_DST     },
    .value = { FIELD_PROTO, FIELD_SPORT, FIELD_DPORT, FIELD_IPID, FIELD_SEQ,
             FIELD_LEN, FIELD_FRAGOFF, FIELD_ICMP_TYPE, FIELD_ICMP_CODE,
             FIELD_ICMP_ID, FIELD_ICMP_SEQ},
};

static const enum field_id others[] = {FIELD_SENSOR, FIELD_TIME};

struct bound {
    int64_t within;
};

/* A sensor that is in a row. */
struct view {
    int64_t sensor;
    uint32_t next;
};

struct merged {
    uint64_t number; /* of all rows so far: a place is used again */
    uint32_t views, n;
    uint32_t next; /* row of an equal packet */
};

/* The row that a sensor came into last, of equal packets. */
struct latest {
    uint64_t number;
    uint32_t id;
};

struct state {
    struct live rows, sensors; /* by packet; by packet and sensor */
    struct places held;
    struct merged *merged;
    struct latest *latest;
    struct view *view;
    uint32_t merged_cap, latest_cap, views, view_cap, view_free;
    uint64_t number;
    struct emit emit;
};

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    static const struct vtype names = {
        .type = TYPE_SET, .members = 1, .member = {TYPE_STRING}};
    struct bound *bound = arena_new(b->scope->arena, struct bound);
    struct columns *c = stage_widen(b, b->in, 1);

    bound->within = 2 * TIMESTAMP_SECOND;
    s->bound = bound;
    s->out = c;
    s->passes = s->ordered = s->waits = true;
    return stage_packets(b, s, key.addr, e) &&
           stage_packets(b, s, key.value, e) &&
           stage_packets(b, s, others, e) &&
           (!n->length || stage_length(b, n->length, &bound->within, e)) &&
           stage_add_column(b, c, "sensors", names, n->at, e);
}

/* ---- rows out ---- */

static int by_text(const struct strtab *text, union cell a, union cell b)
{
    return value_cmp(TYPE_STRING, a, b, text);
}

static const struct set *sensors_of(struct stage_run *r, uint32_t id)
{
    const struct state *s = r->state;
    const struct merged *m = &s->merged[id];
    struct expr_eval *ev = &r->run->eval;
    struct set *set = arena_new(ev->tmp, struct set);
    uint32_t n = 0;

    set->type = r->stage->out->col[s->held.cols].type;
    if (!expr_take(ev, m->n * sizeof(union cell), "dedup"))
        return set;
    union cell *cell = arena_alloc(ev->tmp, m->n * sizeof *cell);
    for (uint32_t v = m->views; v != NONE; v = s->view[v].next) {
        union cell x = {.i = s->view[v].sensor};
        uint32_t at = n++;
        for (; at > 0 && by_text(r->run->text, x, cell[at - 1]) < 0; at--)
            cell[at] = cell[at - 1];
        cell[at] = x;
    }
    set->n = n;
    set->member = cell;
    return set;
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    struct state *s = r->state;

    if (i < s->held.cols) {
        places_gather(&s->held, i, id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        out->set[k] = sensors_of(r, id[k]);
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    r->state = s;
    live_open(&s->rows, sizeof(struct packet_key), r->run->budget);
    live_open(&s->sensors, sizeof(struct packet_key), r->run->budget);
    s->rows.gap[0] = s->sensors.gap[0] = bound->within;
    s->rows.any_order = r->stage->any_order;
    s->sensors.any_order = true;
    s->view_free = NONE;
    places_open(&s->held, r, r->stage->in->n);
    emit_open(&s->emit, r, fill);
}

static void free_views(struct state *s, const uint32_t *id, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        for (uint32_t v = s->merged[id[k]].views; v != NONE;) {
            uint32_t next = s->view[v].next;
            s->view[v].next = s->view_free;
            s->view_free = v;
            v = next;
        }
    }
}

static bool put_out(struct stage_run *r)
{
    struct state *s = r->state;
    uint32_t id[BATCH_ROWS], n;

    while ((n = live_take(&s->sensors, id, BATCH_ROWS)) > 0)
        live_free(&s->sensors, id, n);
    while ((n = live_take(&s->rows, id, BATCH_ROWS)) > 0) {
        bool more = emit_rows(&s->emit, id, n);
        free_views(s, id, n);
        live_free(&s->rows, id, n);
        if (!more)
            return false;
    }
    return r->run->e->code == ERR_NONE;
}

/* ---- rows in ---- */

static bool over(struct stage_run *r)
{
    struct state *s = r->state;
    char rows[32];

    return run_over(r->run, "dedup", "%s packets that another sensor may see",
                    run_number(rows, s->rows.used));
}

static bool add_view(struct state *s, uint32_t id, int64_t sensor)
{
    struct merged *m = &s->merged[id];
    uint32_t v = s->view_free;
    void *p = s->view;

    if (v != NONE) {
        s->view_free = s->view[v].next;
    } else {
        if (s->views == NONE - 1 || !vec_grow(&p, &s->view_cap, s->views + 1,
                                              sizeof *s->view, s->rows.budget))
            return false;
        s->view = p;
        v = s->views++;
    }
    s->view[v] = (struct view){.sensor = sensor, .next = m->views};
    m->views = v;
    m->n++;
    return true;
}

static bool start_row(struct state *s, uint32_t id)
{
    void *p = s->merged;

    if (id == NONE || !vec_grow(&p, &s->merged_cap, s->rows.n,
                                sizeof *s->merged, s->rows.budget))
        return false;
    s->merged = p;
    s->merged[id] =
        (struct merged){.number = s->number++, .views = NONE, .next = NONE};
    return true;
}

/* The row in which the sensor came last, if that still waits. */
static uint32_t last_row(const struct state *s, uint32_t at)
{
    if (at == NONE)
        return NONE;
    const struct latest *l = &s->latest[at];
    return s->rows.entry[l->id].open && s->merged[l->id].number == l->number
               ? l->id
               : NONE;
}

static bool note_sensor(struct state *s, const struct packet_key *k,
                        uint64_t hash, uint32_t at, uint32_t id)
{
    int64_t now = s->rows.entry[id].last;
    void *p = s->latest;

    if (at == NONE)
        at = live_begin(&s->sensors, k, hash, 0, now);
    else
        live_touch(&s->sensors, at, now);
    if (at == NONE || !vec_grow(&p, &s->latest_cap, s->sensors.n,
                                sizeof *s->latest, s->rows.budget))
        return false;
    s->latest = p;
    s->latest[at] = (struct latest){s->merged[id].number, id};
    return true;
}

struct place {
    uint32_t id;
    bool begun; /* by this packet */
};

/* The row of a packet, with the sensor in it. False: over the budget. */
static bool find(struct state *s, struct packet_key *k, int64_t sensor,
                 int64_t now, struct place *out)
{
    k->who = sensor + 1;
    uint64_t by_sensor = live_hash(&s->sensors, k);
    uint32_t at = live_find(&s->sensors, k, by_sensor);
    uint32_t before = last_row(s, at);
    struct packet_key all = *k;

    all.who = 0;
    uint64_t hash = live_hash(&s->rows, &all);
    out->id = before == NONE ? live_find(&s->rows, &all, hash)
                             : s->merged[before].next;
    out->begun = out->id == NONE;
    if (out->begun) {
        out->id = live_begin(&s->rows, &all, hash, 0, now);
        if (!start_row(s, out->id))
            return false;
    }
    if (out->begun && before != NONE) {
        live_follow(&s->rows, out->id, before);
        s->merged[before].next = out->id;
    }
    return add_view(s, out->id, sensor) &&
           note_sensor(s, k, by_sensor, at, out->id);
}

static bool add_row(struct state *s, struct packet_key *k, int64_t sensor,
                    int64_t now, struct place *out)
{
    live_expire(&s->rows, now);
    live_expire(&s->sensors, now);
    if ((k->present & 3) == 3)
        return find(s, k, sensor, now, out);
    *out = (struct place){live_alone(&s->rows, now), true};
    return start_row(s, out->id) && add_view(s, out->id, sensor);
}

static bool add_rows(struct stage_run *r, struct batch *b)
{
    struct state *s = r->state;
    const struct column *time = batch_column(b, FIELD_TIME);
    const struct column *sensor = batch_column(b, FIELD_SENSOR);
    struct packet_key_columns c;
    uint32_t id[BATCH_ROWS], n = 0;
    uint16_t row[BATCH_ROWS];

    packet_key_columns(&key, b, &c);
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t at = b->sel.row[k];
        struct packet_key x;
        struct place place;
        packet_key_row(&c, at, &x);
        if (!add_row(s, &x, sensor->i[at], time->i[at], &place))
            return false;
        if (!place.begun)
            continue;
        id[n] = place.id;
        row[n++] = (uint16_t)at;
    }
    return places_put(&s->held, b, row, id, n);
}

static bool push(struct stage_run *r, struct batch *b)
{
    if (!add_rows(r, b))
        return over(r);
    return r->run->e->code == ERR_NONE && put_out(r);
}

static void finish(struct stage_run *r)
{
    struct state *s = r->state;

    live_expire_all(&s->rows);
    (void)put_out(r);
}

static void end(struct stage_run *r)
{
    struct state *s = r->state;

    budget_give(r->run->budget, s->merged_cap * sizeof *s->merged +
                                    s->latest_cap * sizeof *s->latest +
                                    s->view_cap * sizeof *s->view);
    free(s->merged);
    free(s->latest);
    free(s->view);
    live_close(&s->rows);
    live_close(&s->sensors);
    places_close(&s->held);
    emit_close(&s->emit);
    free(s);
}

const struct stage_kind stage_dedup = {.name = "dedup",
                                       .bind = bind,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
