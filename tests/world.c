/* world.c - the packets, and rows read by the names of their columns. */
#include "tests/world.h"

#include <stdlib.h>
#include <string.h>

#include "tests/random.h"
#include "tests/test.h"

#define START  INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */
#define SECOND WORLD_SECOND
enum { PACKETS = WORLD_PACKETS, MINUTE = 60 };

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

/* ---- rows ---- */

/* A query's rows on their way. */
struct taking {
    struct world_rows *out;
    const struct columns *columns;
    uint32_t cap;
};

static const struct column *column_of(const struct taking *t, struct batch *b,
                                      const char *name)
{
    for (uint32_t i = 0; i < t->columns->n; i++) {
        if (strcmp(t->columns->col[i].name, name) == 0)
            return batch_column(b, i);
    }
    return NULL;
}

static bool take(const struct taking *t, struct batch *b, uint32_t row,
                 const char *name, int64_t *out)
{
    const struct column *c = column_of(t, b, name);

    if (!c || column_absent(c, row))
        return false;
    *out = c->i[row];
    return true;
}

static bool take_addr(const struct taking *t, struct batch *b, uint32_t row,
                      const char *name, struct addr *out)
{
    const struct column *c = column_of(t, b, name);

    if (!c || column_absent(c, row))
        return false;
    *out = c->a[row];
    return true;
}

static void fill_row(const struct taking *t, struct batch *b, uint32_t k,
                     struct world_row *r)
{
    int64_t covered = 1;

    *r = (struct world_row){0};
    (void)take(t, b, k, "time", &r->time);
    (void)take(t, b, k, "first", &r->first);
    (void)take(t, b, k, "last", &r->last);
    (void)take(t, b, k, "sensor", &r->sensor);
    (void)take(t, b, k, "seq", &r->seq);
    (void)take(t, b, k, "ttl", &r->ttl);
    (void)take(t, b, k, "flags", &r->flags);
    (void)take(t, b, k, "win", &r->win);
    (void)take(t, b, k, "covered", &covered);
    r->covered = covered;
    r->no_port = !take(t, b, k, "sport", &r->sport) ||
                 !take(t, b, k, "dport", &r->dport);
    r->no_proto = !take(t, b, k, "proto", &r->proto);
    r->no_addr = !take_addr(t, b, k, "src", &r->src) ||
                 !take_addr(t, b, k, "dst", &r->dst);
}

static bool on_begin(void *ctx, uint32_t index, const struct columns *c)
{
    struct taking *t = ctx;

    (void)index;
    t->columns = c;
    return true;
}

static bool on_rows(void *ctx, struct batch *b, const struct columns *c)
{
    struct taking *t = ctx;
    struct world_rows *out = t->out;

    (void)c;
    if (out->n + b->sel.n > t->cap) {
        t->cap = 2 * t->cap + BATCH_ROWS;
        out->row = realloc(out->row, t->cap * sizeof *out->row);
        assert_non_null(out->row);
    }
    for (uint32_t k = 0; k < b->sel.n; k++)
        fill_row(t, b, b->sel.row[k], &out->row[out->n++]);
    return true;
}

static void on_end(void *ctx, uint32_t index, const struct query_counts *n)
{
    const struct taking *t = ctx;

    (void)index;
    t->out->uncovered = n->uncovered;
}

void world_ask(const struct world *w, const char *text,
               const struct query_settings *o, struct world_rows *out)
{
    struct taking t = {.out = out};
    const struct query_sink sink = {
        .ctx = &t, .begin = on_begin, .rows = on_rows, .end = on_end};
    struct err e = {.code = ERR_NONE};

    *out = (struct world_rows){0};
    if (!query_session_set(w->session, o, &e) ||
        !query_run(w->session, text, strlen(text), &sink, &e)) {
        err_print(stderr, &e, text, NULL);
        fail_msg("%s", text);
    }
}

static bool is_home(struct addr a)
{
    return a.lo >> 24 == UINT64_C(0xffff0a);
}

bool world_outbound(const struct world_row *x)
{
    return !x->no_addr && is_home(x->src);
}

bool world_inbound(const struct world_row *x)
{
    return !x->no_addr && is_home(x->dst);
}

/* ---- the store ---- */

struct made {
    struct world world;
    char *dir;
    struct store *store;
    struct store_reader *reader;
    struct strtab text;
    struct arena arena;
    struct world_rows all;
};

int world_make(void **state)
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
    world_ask(&m.world, "all", &o, &m.all);
    m.world.row = m.all.row;
    m.world.n = m.all.n;
    *state = &m.world;
    return 0;
}

int world_unmake(void **state)
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
