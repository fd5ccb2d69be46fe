/* test_seen.c - `if seen` and `unless seen` against a loop over all pairs of
 * packets, on random packets of two sensors with equal times, clock steps and
 * gaps; with little memory, so that there are many chunks. */
#include <stdlib.h>
#include <string.h>

#include "tests/packets.h"
#include "tests/random.h"
#include "tests/test.h"

#include "query/query.h"

enum { PACKETS = 1400, FORMS = 300, MINUTE = 60 };
#define SECOND INT64_C(1000000000)
#define START  INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

static const char site[] = "home = {10.0.0.0/8};\n";

/* ---- packets ---- */

static void draw_ends(struct record *r, uint64_t *seed)
{
    struct addr home =
        addr_from_v4(0x0a000001 + (uint32_t)random_below(seed, 3));
    struct addr away =
        addr_from_v4(0xc0000201 + (uint32_t)random_below(seed, 3));
    bool in = random_below(seed, 2);

    RECORD_SET(r, IPVER, 4);
    RECORD_SET(r, SRC, in ? away : home);
    RECORD_SET(r, DST, in ? home : away);
    if (random_below(seed, 8) == 0) {
        RECORD_SET(r, PROTO, 1);
        return;
    }
    RECORD_SET(r, PROTO, 6);
    RECORD_SET(r, SPORT, (uint16_t)random_below(seed, 2));
    RECORD_SET(r, DPORT, (uint16_t)random_below(seed, 2));
    RECORD_SET(r, FLAGS, (uint16_t)(1 << random_below(seed, 5)));
    RECORD_SET(r, WIN, (uint16_t)random_below(seed, 4));
}

static void draw(struct packet_line *p, uint32_t i, uint64_t *seed,
                 int64_t *now)
{
    struct record *r = &p->record;
    bool off = i > PACKETS / 3 && i < PACKETS / 2;
    uint32_t phase = i / (PACKETS / 3);

    /* Two captures at a time, so that positions alone order nothing. */
    *p = (struct packet_line){.capture =
                                  2 * phase + (uint32_t)random_below(seed, 2)};
    snprintf(p->sensor, sizeof p->sensor, "s%u",
             off ? 0 : (unsigned)random_below(seed, 2));
    *now += (int64_t)random_below(seed, 3) * SECOND / 2;
    if (random_below(seed, 40) == 0)
        *now -= 3 * SECOND;
    if (i == PACKETS / 3 * 2)
        *now += 4 * MINUTE * SECOND;
    RECORD_SET(r, TIME, *now);
    RECORD_SET(r, SEQ, i);
    RECORD_SET(r, LEN, 60);
    RECORD_SET(r, BAD, 0);
    RECORD_SET(r, TTL, (uint8_t)random_below(seed, 6));
    if (random_below(seed, 30))
        draw_ends(r, seed);
}

/* ---- the store, as a query shows it ---- */

/* A packet, or a row: what the loop compares. */
struct row {
    int64_t time, sensor, seq, ttl, sport, dport, proto, flags, win;
    struct addr src, dst;
    bool no_addr, no_port, no_proto, covered;
};

struct seen_rows {
    struct row *row;
    uint32_t n, cap;
    bool has_covered;
    uint64_t uncovered;
};

static int64_t number(struct batch *b, uint32_t field, uint32_t row,
                      bool *absent)
{
    const struct column *c = batch_column(b, field);

    if (column_absent(c, row)) {
        *absent = true;
        return 0;
    }
    return c->i[row];
}

static void add_row(struct seen_rows *out, struct batch *b, uint32_t k)
{
    bool absent = false;

    if (out->n == out->cap) {
        out->cap = out->cap ? 2 * out->cap : 1024;
        out->row = realloc(out->row, out->cap * sizeof *out->row);
    }
    struct row *r = &out->row[out->n++];
    *r = (struct row){.time = number(b, FIELD_TIME, k, &absent),
                      .sensor = number(b, FIELD_SENSOR, k, &absent),
                      .seq = number(b, FIELD_SEQ, k, &absent),
                      .ttl = number(b, FIELD_TTL, k, &absent),
                      .covered = true};
    r->sport = number(b, FIELD_SPORT, k, &r->no_port);
    r->dport = number(b, FIELD_DPORT, k, &r->no_port);
    r->proto = number(b, FIELD_PROTO, k, &r->no_proto);
    r->flags = number(b, FIELD_FLAGS, k, &absent);
    r->win = number(b, FIELD_WIN, k, &absent);
    const struct column *src = batch_column(b, FIELD_SRC);
    const struct column *dst = batch_column(b, FIELD_DST);
    r->no_addr = column_absent(src, k);
    if (!r->no_addr) {
        r->src = src->a[k];
        r->dst = dst->a[k];
    }
    if (out->has_covered)
        r->covered = number(b, FIELD_COUNT, k, &absent);
}

static bool on_begin(void *ctx, uint32_t index, const struct columns *c)
{
    struct seen_rows *out = ctx;

    (void)index;
    out->has_covered = c->n > FIELD_COUNT;
    return true;
}

static bool on_rows(void *ctx, struct batch *b, const struct columns *c)
{
    (void)c;
    for (uint32_t k = 0; k < b->sel.n; k++)
        add_row(ctx, b, b->sel.row[k]);
    return true;
}

static void on_end(void *ctx, uint32_t index, const struct query_counts *n)
{
    struct seen_rows *out = ctx;

    (void)index;
    out->uncovered = n->uncovered;
}

static void ask(struct query_session *q, const char *text,
                struct seen_rows *out)
{
    const struct query_sink sink = {
        .ctx = out, .begin = on_begin, .rows = on_rows, .end = on_end};
    struct err e = {.code = ERR_NONE};

    *out = (struct seen_rows){0};
    if (!query_run(q, text, strlen(text), &sink, &e)) {
        err_print(stderr, &e, text, NULL);
        fail_msg("%s", text);
    }
}

/* ---- the forms ---- */

static bool is_home(struct addr a)
{
    return a.lo >> 24 == UINT64_C(0xffff0a);
}

static bool outbound(const struct row *x)
{
    return !x->no_addr && is_home(x->src);
}

static bool inbound(const struct row *x)
{
    return !x->no_addr && is_home(x->dst);
}

static bool tcp(const struct row *x)
{
    return !x->no_proto && x->proto == 6;
}

static bool any(const struct row *o, const struct row *r)
{
    (void)o, (void)r;
    return true;
}

static bool out_syn(const struct row *o, const struct row *r)
{
    (void)r;
    return outbound(o) && tcp(o) && o->flags == FLAG_SYN;
}

static bool same_ttl(const struct row *o, const struct row *r)
{
    return o->ttl == r->ttl;
}

static bool far_ttl(const struct row *o, const struct row *r)
{
    return tcp(o) && o->flags != FLAG_RST && llabs(o->ttl - r->ttl) >= 3;
}

static bool answered(const struct row *o, const struct row *r)
{
    return inbound(o) && o->ttl + 1 == r->ttl && !r->no_addr &&
           addr_cmp(o->src, r->dst) == 0;
}

static bool either(const struct row *o, const struct row *r)
{
    return o->ttl < r->ttl || (tcp(o) && tcp(r) && o->win == r->win);
}

static bool of_row(const struct row *o, const struct row *r)
{
    return r->ttl > 2 && tcp(o) && o->flags == FLAG_RST;
}

static bool same_dir(const struct row *o, const struct row *r)
{
    return !o->no_addr && !r->no_addr && outbound(o) == outbound(r);
}

static const struct filter {
    const char *text;
    bool (*is)(const struct row *o, const struct row *r);
} filters[] = {
    {"ttl >= 0",                                          any     },
    {"outbound and syn",                                  out_syn },
    {"ttl = this.ttl",                                    same_ttl},
    {"tcp and not rst and abs(ttl - this.ttl) >= 3",      far_ttl },
    {"inbound and ttl + 1 = this.ttl and src = this.dst", answered},
    {"ttl < this.ttl or win = this.win",                  either  },
    {"this.ttl > 2 and tcp and rst",                      of_row  },
    {"dir = this.dir",                                    same_dir},
};

static bool same_src(const struct row *o, const struct row *r)
{
    return !o->no_addr && !r->no_addr && addr_cmp(o->src, r->src) == 0;
}

static bool same_dst(const struct row *o, const struct row *r)
{
    return !o->no_addr && !r->no_addr && addr_cmp(o->dst, r->dst) == 0;
}

static bool same_pair(const struct row *o, const struct row *r)
{
    return same_src(o, r) && same_dst(o, r);
}

static bool same_flow(const struct row *o, const struct row *r)
{
    return same_pair(o, r) && o->proto == r->proto && o->sport == r->sport &&
           o->dport == r->dport && o->no_port == r->no_port;
}

static struct row turned(const struct row *r)
{
    struct row t = *r;

    t.src = r->dst;
    t.dst = r->src;
    t.sport = r->dport;
    t.dport = r->sport;
    return t;
}

static bool reverse_pair(const struct row *o, const struct row *r)
{
    struct row t = turned(r);

    return same_pair(o, &t);
}

static bool reverse_flow(const struct row *o, const struct row *r)
{
    struct row t = turned(r);

    return same_flow(o, &t);
}

static bool same_port(const struct row *o, const struct row *r)
{
    return !o->no_port && !r->no_port && o->dport == r->dport && same_src(o, r);
}

static bool same_sensor(const struct row *o, const struct row *r)
{
    return o->sensor == r->sensor && same_dst(o, r);
}

static const struct on {
    const char *text;
    bool (*is)(const struct row *o, const struct row *r);
    bool own;
} ons[] = {
    {"",                    any,          false},
    {"on same src",         same_src,     false},
    {"on same src, dport",  same_port,    false},
    {"on same sensor, dst", same_sensor,  true },
    {"on same flow",        same_flow,    false},
    {"on same pair",        same_pair,    false},
    {"on reverse flow",     reverse_flow, false},
    {"on reverse pair",     reverse_pair, false},
};

static const struct length {
    const char *text;
    int64_t ns;
} lengths[] = {
    {"",             INT64_MAX   },
    {"within 1ns",   1           },
    {"within 500ms", SECOND / 2  },
    {"within 3s",    3 * SECOND  },
    {"within 40s",   40 * SECOND },
    {"within 5m",    300 * SECOND},
};

static const struct from {
    const char *text;
    bool (*is)(const struct row *r);
} froms[] = {
    {"ttl > 0",         NULL   },
    {"inbound",         inbound},
    {"ttl > 0 and tcp", tcp    },
};

enum relation { BEFORE, AFTER, NEAR };
static const char *const relations[] = {"before", "after", "near"};

struct form {
    const struct filter *filter;
    const struct on *on;
    const struct length *length;
    const struct from *from;
    enum relation relation;
    bool negated, keep;
};

/* ---- the answer, by looking at every pair ---- */

struct world {
    const struct row *row; /* all packets, in packet order */
    uint32_t n;
    const struct store_cover *cover;
    uint32_t covers;
    struct query_session *session;
};

static bool starts(const struct form *f, const struct row *r)
{
    bool plain = f->from->is == NULL || f->from->is == tcp;

    return (!plain || r->ttl > 0) && (!f->from->is || f->from->is(r));
}

static bool in_time(const struct form *f, int64_t dt, bool earlier)
{
    if (earlier ? f->relation == AFTER : f->relation == BEFORE)
        return false;
    return llabs(dt) <= f->length->ns;
}

static bool matches(const struct world *w, const struct form *f, uint32_t i)
{
    const struct row *r = &w->row[i];

    for (uint32_t k = 0; k < w->n; k++) {
        const struct row *o = &w->row[k];
        if (k != i && in_time(f, r->time - o->time, k < i) && f->on->is(o, r) &&
            f->filter->is(o, r))
            return true;
    }
    return false;
}

static const char *sensor_of(const struct world *w, const struct row *r)
{
    return strtab_text(query_session_text(w->session), (uint32_t)r->sensor,
                       NULL);
}

/* Was the sensor of stretch k off at some moment of [from, to] before its next
 * stretch? */
static bool is_off(const struct world *w, uint32_t k, int64_t from, int64_t to)
{
    const struct store_cover *c = &w->cover[k];

    return k + 1 < w->covers && strcmp(c->sensor, c[1].sensor) == 0 &&
           from < c[1].from && to > c->to;
}

static bool covered_side(const struct world *w, const struct form *f,
                         const struct row *r, bool before)
{
    bool open = f->length->ns == INT64_MAX;
    int64_t from =
        before ? (open ? INT64_MIN : r->time - f->length->ns) : r->time;
    int64_t to =
        before ? r->time : (open ? INT64_MAX : r->time + f->length->ns);
    const char *sensor = sensor_of(w, r);
    int64_t first = INT64_MAX, last = INT64_MIN;

    for (uint32_t k = 0; k < w->covers; k++) {
        bool own = strcmp(w->cover[k].sensor, sensor) == 0;
        if (own && w->cover[k].from < first)
            first = w->cover[k].from;
        if (own && w->cover[k].to > last)
            last = w->cover[k].to;
        if ((own || !f->on->own) && is_off(w, k, from, to))
            return false;
    }
    return open || (from >= first && to <= last);
}

static bool covered(const struct world *w, const struct form *f,
                    const struct row *r)
{
    return (f->relation == AFTER || covered_side(w, f, r, true)) &&
           (f->relation == BEFORE || covered_side(w, f, r, false));
}

struct tally {
    uint64_t rows, uncovered, forms_with_gaps;
};

/* Holds what came out against what must come out, row for row. */
static void check_form(const struct world *w, const struct form *f,
                       const struct seen_rows *got, struct tally *t)
{
    uint32_t at = 0;
    uint64_t bad = 0;

    for (uint32_t i = 0; i < w->n; i++) {
        const struct row *r = &w->row[i];
        if (!starts(f, r))
            continue;
        bool match = matches(w, f, i), known = match || covered(w, f, r);
        bool stays = f->negated ? !match : match || (f->keep && !known);
        bad += !known;
        if (!stays)
            continue;
        assert_true(at < got->n);
        assert_int_equal(got->row[at].seq, r->seq);
        if (f->negated || f->keep)
            assert_int_equal(got->row[at].covered, known);
        at++;
    }
    assert_int_equal(at, got->n);
    assert_int_equal(got->uncovered, bad);
    t->rows += at;
    t->uncovered += bad;
}

#define PICK(list, seed)                                                       \
    (&(list)[random_below(seed, sizeof(list) / sizeof(list)[0])])

static struct form pick(uint64_t *seed)
{
    return (struct form){.filter = PICK(filters, seed),
                         .on = PICK(ons, seed),
                         .length = PICK(lengths, seed),
                         .from = PICK(froms, seed),
                         .relation = (enum relation)random_below(seed, 3),
                         .negated = random_below(seed, 2)};
}

static void try_form(const struct world *w, struct form *f,
                     struct query_settings *o, struct tally *t)
{
    struct err e = {.code = ERR_NONE};
    struct seen_rows got;
    char text[400];

    snprintf(text, sizeof text, "all %s | %s seen %s %s %s %s", f->from->text,
             f->negated ? "unless" : "if", f->filter->text,
             relations[f->relation], f->length->text, f->on->text);
    f->keep = o->keep_unknown;
    assert_true(query_session_set(w->session, o, &e));
    ask(w->session, text, &got);
    check_form(w, f, &got, t);
    free(got.row);
}

/* ---- tests ---- */

struct made {
    char *dir;
    struct store *store;
    struct store_reader *reader;
    struct strtab text;
    struct arena arena;
    struct seen_rows all;
    struct world world;
};

static int make(void **state)
{
    static struct made m;
    static struct packet_line packet[PACKETS];
    struct query_settings o = {.odd = true};
    struct err e = {.code = ERR_NONE};
    uint64_t seed = 5;
    int64_t now = START;
    char path[600];

    for (uint32_t i = 0; i < PACKETS; i++)
        draw(&packet[i], i, &seed, &now);
    m.dir = packets_store(packet, PACKETS, site);
    snprintf(path, sizeof path, "%s/db", m.dir);
    m.store = store_open(path, &e);
    packets_must(m.store != NULL, &e, "open");
    m.reader = store_reader_open(m.store, &m.text, true, &e);
    packets_must(m.reader != NULL, &e, "read");
    m.world.cover = store_reader_coverage(m.reader, &m.arena, &m.world.covers);
    m.world.session = query_session_open(m.store, &o, &e);
    packets_must(m.world.session != NULL, &e, "session");
    ask(m.world.session, "all", &m.all);
    m.world.row = m.all.row;
    m.world.n = m.all.n;
    *state = &m;
    return 0;
}

static int unmake(void **state)
{
    struct made *m = *state;

    free(m->all.row);
    query_session_close(m->world.session);
    store_reader_close(m->reader);
    store_close(m->store);
    strtab_free(&m->text);
    arena_free(&m->arena);
    packets_remove(m->dir);
    return 0;
}

static void the_packets_have_gaps_and_equal_times(void **state)
{
    const struct made *m = *state;
    uint32_t equal = 0;

    assert_int_equal(m->world.n, PACKETS);
    assert_true(m->world.covers >= 4);
    for (uint32_t i = 1; i < m->world.n; i++)
        equal += m->world.row[i].time == m->world.row[i - 1].time;
    assert_true(equal > PACKETS / 4);
}

static void every_form_agrees_with_all_pairs(void **state)
{
    const struct made *m = *state;
    struct query_settings o = {.odd = true};
    struct tally t = {0};
    uint64_t seed = 11;

    for (uint32_t i = 0; i < FORMS; i++) {
        struct form f = pick(&seed);
        o.keep_unknown = random_below(&seed, 3) == 0;
        try_form(&m->world, &f, &o, &t);
    }
    assert_true(t.rows > 1000 && t.uncovered > 1000);
}

/* Chunks as small as batches; the first and last packet of each key answer
 * where they can. */
static void little_memory_changes_nothing(void **state)
{
    const struct made *m = *state;
    struct query_settings o = {.odd = true, .mem = 2u << 20};
    struct tally t = {0};
    uint64_t seed = 12;

    for (uint32_t i = 0; i < FORMS; i++) {
        struct form f = pick(&seed);
        try_form(&m->world, &f, &o, &t);
    }
    assert_true(t.rows > 1000 && t.uncovered > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_packets_have_gaps_and_equal_times),
        cmocka_unit_test(every_form_agrees_with_all_pairs),
        cmocka_unit_test(little_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, make, unmake);
}
