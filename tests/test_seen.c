/* test_seen.c - `if seen` and `unless seen` against a loop over all pairs of
 * packets; with little memory, so that there are many chunks. */
#include <stdlib.h>
#include <string.h>

#include "tests/random.h"
#include "tests/test.h"
#include "tests/world.h"

enum { FORMS = 300 };
#define SECOND WORLD_SECOND

/* ---- the forms ---- */

static bool tcp(const struct world_row *x)
{
    return !x->no_proto && x->proto == 6;
}

static bool any(const struct world_row *o, const struct world_row *r)
{
    (void)o, (void)r;
    return true;
}

static bool out_syn(const struct world_row *o, const struct world_row *r)
{
    (void)r;
    return world_outbound(o) && tcp(o) && o->flags == FLAG_SYN;
}

static bool same_ttl(const struct world_row *o, const struct world_row *r)
{
    return o->ttl == r->ttl;
}

static bool far_ttl(const struct world_row *o, const struct world_row *r)
{
    return tcp(o) && o->flags != FLAG_RST && llabs(o->ttl - r->ttl) >= 3;
}

static bool answered(const struct world_row *o, const struct world_row *r)
{
    return world_inbound(o) && o->ttl + 1 == r->ttl && !r->no_addr &&
           addr_cmp(o->src, r->dst) == 0;
}

static bool either(const struct world_row *o, const struct world_row *r)
{
    return o->ttl < r->ttl || (tcp(o) && tcp(r) && o->win == r->win);
}

static bool of_row(const struct world_row *o, const struct world_row *r)
{
    return r->ttl > 2 && tcp(o) && o->flags == FLAG_RST;
}

static bool same_dir(const struct world_row *o, const struct world_row *r)
{
    return !o->no_addr && !r->no_addr && world_outbound(o) == world_outbound(r);
}

static const struct filter {
    const char *text;
    bool (*is)(const struct world_row *o, const struct world_row *r);
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

static bool same_src(const struct world_row *o, const struct world_row *r)
{
    return !o->no_addr && !r->no_addr && addr_cmp(o->src, r->src) == 0;
}

static bool same_dst(const struct world_row *o, const struct world_row *r)
{
    return !o->no_addr && !r->no_addr && addr_cmp(o->dst, r->dst) == 0;
}

static bool same_pair(const struct world_row *o, const struct world_row *r)
{
    return same_src(o, r) && same_dst(o, r);
}

static bool same_flow(const struct world_row *o, const struct world_row *r)
{
    return same_pair(o, r) && o->proto == r->proto && o->sport == r->sport &&
           o->dport == r->dport && o->no_port == r->no_port;
}

static struct world_row turned(const struct world_row *r)
{
    struct world_row t = *r;

    t.src = r->dst;
    t.dst = r->src;
    t.sport = r->dport;
    t.dport = r->sport;
    return t;
}

static bool reverse_pair(const struct world_row *o, const struct world_row *r)
{
    struct world_row t = turned(r);

    return same_pair(o, &t);
}

static bool reverse_flow(const struct world_row *o, const struct world_row *r)
{
    struct world_row t = turned(r);

    return same_flow(o, &t);
}

static bool same_port(const struct world_row *o, const struct world_row *r)
{
    return !o->no_port && !r->no_port && o->dport == r->dport && same_src(o, r);
}

static bool same_sensor(const struct world_row *o, const struct world_row *r)
{
    return o->sensor == r->sensor && same_dst(o, r);
}

static const struct on {
    const char *text;
    bool (*is)(const struct world_row *o, const struct world_row *r);
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
    bool (*is)(const struct world_row *r);
} froms[] = {
    {"ttl > 0",         NULL         },
    {"inbound",         world_inbound},
    {"ttl > 0 and tcp", tcp          },
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

/* ---- the answer, by looking at every pair ---- */

static bool starts(const struct form *f, const struct world_row *r)
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
    const struct world_row *r = &w->row[i];

    for (uint32_t k = 0; k < w->n; k++) {
        const struct world_row *o = &w->row[k];
        if (k != i && in_time(f, r->time - o->time, k < i) && f->on->is(o, r) &&
            f->filter->is(o, r))
            return true;
    }
    return false;
}

static const char *sensor_of(const struct world *w, const struct world_row *r)
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
                         const struct world_row *r, bool before)
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
                    const struct world_row *r)
{
    return (f->relation == AFTER || covered_side(w, f, r, true)) &&
           (f->relation == BEFORE || covered_side(w, f, r, false));
}

struct tally {
    uint64_t rows, uncovered, forms_with_gaps;
};

/* Holds what came out against what must come out, row for row. */
static void check_form(const struct world *w, const struct form *f,
                       const struct world_rows *got, struct tally *t)
{
    uint32_t at = 0;
    uint64_t bad = 0;

    for (uint32_t i = 0; i < w->n; i++) {
        const struct world_row *r = &w->row[i];
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
    struct world_rows got;
    char text[400];

    snprintf(text, sizeof text, "all %s | %s seen %s %s %s %s", f->from->text,
             f->negated ? "unless" : "if", f->filter->text,
             relations[f->relation], f->length->text, f->on->text);
    f->keep = o->keep_unknown;
    world_ask(w, text, o, &got);
    check_form(w, f, &got, t);
    free(got.row);
}

/* ---- tests ---- */

static void the_packets_have_gaps_and_equal_times(void **state)
{
    const struct world *w = *state;
    uint32_t equal = 0;

    assert_int_equal(w->n, WORLD_PACKETS);
    assert_true(w->covers >= 4);
    for (uint32_t i = 1; i < w->n; i++)
        equal += w->row[i].time == w->row[i - 1].time;
    assert_true(equal > WORLD_PACKETS / 4);
}

static void every_form_agrees_with_all_pairs(void **state)
{
    const struct world *w = *state;
    struct query_settings o = {.odd = true};
    struct tally t = {0};
    uint64_t seed = 11;

    for (uint32_t i = 0; i < FORMS; i++) {
        struct form f = pick(&seed);
        o.keep_unknown = random_below(&seed, 3) == 0;
        try_form(w, &f, &o, &t);
    }
    assert_true(t.rows > 1000 && t.uncovered > 1000);
}

/* Chunks as small as batches; the first and last packet of each key answer
 * where they can. */
static void little_memory_changes_nothing(void **state)
{
    const struct world *w = *state;
    struct query_settings o = {.odd = true, .mem = 2u << 20};
    struct tally t = {0};
    uint64_t seed = 12;

    for (uint32_t i = 0; i < FORMS; i++) {
        struct form f = pick(&seed);
        try_form(w, &f, &o, &t);
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

    return cmocka_run_group_tests(tests, world_make, world_unmake);
}