/* test_query.c - whole queries over random packets of several sensors whose
 * blocks overlap, against loops over the same packets. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

enum { PACKETS = 6000, SENSORS = 3, HOSTS = 12, PORTS = 6 };

static struct packet_line packet[PACKETS];
static uint32_t order[PACKETS]; /* packet order */
static char *dir;
static const int64_t start = INT64_C(1788220800000000000);

/* ---- the packets ---- */

static struct packet_line draw(uint64_t *seed, int64_t *now)
{
    struct packet_line p = {.capture = (uint32_t)random_below(seed, 2)};
    struct record *r = &p.record;

    snprintf(p.sensor, sizeof p.sensor, "s%u",
             (unsigned)random_below(seed, SENSORS));
    /* Equal times are common, steps back happen. */
    *now += (int64_t)random_below(seed, 3) * 500000000;
    if (random_below(seed, 40) == 0)
        *now -= 3000000000;
    RECORD_SET(r, TIME, *now);
    RECORD_SET(r, LEN, (uint32_t)(40 + random_below(seed, 1460)));
    RECORD_SET(r, BAD, 0);
    if (random_below(seed, 20) == 0)
        return p;
    RECORD_SET(r, IPVER, 4);
    RECORD_SET(r, SRC,
               addr_from_v4(0x0a000000u + (uint32_t)random_below(seed, HOSTS)));
    RECORD_SET(r, DST,
               addr_from_v4(0xc0000200u + (uint32_t)random_below(seed, HOSTS)));
    RECORD_SET(r, PROTO, 6);
    RECORD_SET(r, SPORT, (uint16_t)(1000 + random_below(seed, PORTS)));
    if (random_below(seed, 10))
        RECORD_SET(r, DPORT, (uint16_t)random_below(seed, PORTS));
    RECORD_SET(r, FLAGS, (uint16_t)random_below(seed, 64));
    RECORD_SET(r, SEQ, (uint32_t)random_next(seed));
    return p;
}

/* Which of two packets of one store comes first; the digest of a capture is
 * made of its name by the same rule as in packets.c. */
static struct digest digest_of(const struct packet_line *p)
{
    char name[160];
    struct digest d = {0};

    snprintf(name, sizeof name, "%s-%u.pcap", p->sensor, p->capture);
    hash_chain(&d, name, strlen(name), NULL, 0);
    return d;
}

static int in_packet_order(const void *x, const void *y)
{
    const uint32_t *i = x, *j = y;
    const struct packet_line *a = &packet[*i], *b = &packet[*j];
    struct digest d = digest_of(a), f = digest_of(b);
    int sensor = strcmp(a->sensor, b->sensor);

    if (a->record.TIME != b->record.TIME)
        return a->record.TIME < b->record.TIME ? -1 : 1;
    if (sensor)
        return sensor;
    if (d.hi != f.hi || d.lo != f.lo)
        return d.hi < f.hi || (d.hi == f.hi && d.lo < f.lo) ? -1 : 1;
    return *i < *j ? -1 : *i > *j;
}

static int make(void **state)
{
    uint64_t seed = 42;
    int64_t now = start;

    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++) {
        packet[i] = draw(&seed, &now);
        order[i] = i;
    }
    dir = packets_store(packet, PACKETS, NULL);
    qsort(order, PACKETS, sizeof order[0], in_packet_order);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    packets_remove(dir);
    return 0;
}

/* ---- helpers ---- */

static void check(const char *query, const struct buf *want)
{
    struct query_settings o = {.now = QUERY_NOW_LATEST};
    struct rows got;

    rows_of(dir, query, &o, NULL, &got);
    assert_string_equal(got.error, "");
    if (strcmp(got.csv, (const char *)want->data) != 0)
        fail_msg("%s\n--- wanted\n%.3000s--- got\n%.3000s", query,
                 (const char *)want->data, got.csv);
    rows_free(&got);
}

static void end_text(struct buf *b)
{
    buf_u8(b, 0);
}

static uint32_t host(struct addr a)
{
    return (uint32_t)a.lo & 0xff;
}

/* Values of one group. */
struct tally {
    uint64_t n, len, hosts[HOSTS], ports, some;
    int64_t low, high, first_sport, last_sport;
    uint64_t tuples[HOSTS]; /* bit: dport */
};

static void tally_add(struct tally *t, const struct record *r)
{
    if (t->n++ == 0)
        t->low = t->high = r->TIME;
    t->len += r->LEN;
    t->low = r->TIME < t->low ? r->TIME : t->low;
    t->high = r->TIME > t->high ? r->TIME : t->high;
    if (RECORD_HAS(r, DST))
        t->hosts[host(r->DST)]++;
    if (RECORD_HAS(r, DPORT) && RECORD_HAS(r, DST))
        t->tuples[host(r->DST)] |= UINT64_C(1) << r->DPORT;
    if (RECORD_HAS(r, DPORT))
        t->ports |= UINT64_C(1) << r->DPORT;
    t->some += RECORD_HAS(r, DPORT) && r->DPORT < 3;
    if (RECORD_HAS(r, SPORT)) {
        t->last_sport = r->SPORT;
        if (t->first_sport == 0)
            t->first_sport = r->SPORT;
    }
}

static uint32_t hosts_of(const struct tally *t)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < HOSTS; i++)
        n += t->hosts[i] > 0;
    return n;
}

static uint32_t tuples_of(const struct tally *t)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < HOSTS; i++)
        n += (uint32_t)__builtin_popcountll(t->tuples[i]);
    return n;
}

/* By source; the last one is of packets without. */
static void tally_sources(struct tally t[HOSTS + 1])
{
    memset(t, 0, (HOSTS + 1) * sizeof t[0]);
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &packet[order[i]].record;
        tally_add(&t[RECORD_HAS(r, SRC) ? host(r->SRC) : HOSTS], r);
    }
}

static void put_source(struct buf *b, uint32_t i)
{
    if (i < HOSTS)
        buf_printf(b, "10.0.0.%u", i);
    else
        buf_printf(b, "-");
}

/* ---- tests ---- */

static void put_packet(struct buf *b, const struct packet_line *p)
{
    const struct record *r = &p->record;
    char time[TIMESTAMP_TEXT_MAX];

    timestamp_format(time, r->TIME, 0);
    buf_printf(b, "%s,%s,", time, p->sensor);
    put_source(b, RECORD_HAS(r, SRC) ? host(r->SRC) : HOSTS);
    if (RECORD_HAS(r, SPORT))
        buf_printf(b, ",%u,%u\n", r->SPORT, r->LEN);
    else
        buf_printf(b, ",-,%u\n", r->LEN);
}

static void merges_overlapping_blocks_in_packet_order(void **state)
{
    struct buf want = {0};

    (void)state;
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < PACKETS; i++)
        put_packet(&want, &packet[order[i]]);
    end_text(&want);
    check("| show time, sensor, src, sport, len", &want);
    buf_free(&want);
}

static void merges_what_passes_a_filter(void **state)
{
    struct buf want = {0};

    (void)state;
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &packet[order[i]].record;
        if (RECORD_HAS(r, DPORT) && r->DPORT == 2 && r->LEN > 1000)
            put_packet(&want, &packet[order[i]]);
    }
    end_text(&want);
    check("dport = 2 | where len > 1000 | show time, sensor, src, sport, len",
          &want);
    buf_free(&want);
}

static void stops_after_the_head(void **state)
{
    struct buf want = {0};

    (void)state;
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < 1500; i++)
        put_packet(&want, &packet[order[i]]);
    end_text(&want);
    check("| head 1500 | show time, sensor, src, sport, len", &want);
    buf_free(&want);
}

static void aggregates_by_source(void **state)
{
    struct tally t[HOSTS + 1];
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,count(),few,len,d,pairs,span\n");
    for (uint32_t i = 0; i <= HOSTS; i++) {
        char span[TIMESTAMP_TEXT_MAX];
        if (t[i].n == 0)
            continue;
        put_source(&want, i);
        timestamp_format_seconds(span, t[i].high - t[i].low);
        buf_printf(&want, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,%u,%s\n",
                   t[i].n, t[i].some, t[i].len, hosts_of(&t[i]),
                   tuples_of(&t[i]), span);
    }
    end_text(&want);
    check("| stats count(), few = count(dport < 3), len = sum(len), "
          "d = distinct(dst), pairs = distinct(dst, dport), "
          "span = span(time) by src",
          &want);
    buf_free(&want);
}

static void finds_first_and_last_in_packet_order(void **state)
{
    struct tally t[HOSTS + 1];
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,f,l\n");
    for (uint32_t i = 0; i < HOSTS; i++) {
        put_source(&want, i);
        buf_printf(&want, ",%" PRId64 ",%" PRId64 "\n", t[i].first_sport,
                   t[i].last_sport);
    }
    end_text(&want);
    check("has(src) | stats f = first(sport), l = last(sport) by src", &want);
    buf_free(&want);
}

static void put_hosts(struct buf *b, const struct tally *t)
{
    const char *sep = "";

    buf_printf(b, "\"{");
    for (uint32_t i = 0; i < HOSTS; i++) {
        if (t->hosts[i])
            buf_printf(b, "%s192.0.2.%u", sep, i);
        if (t->hosts[i])
            sep = ", ";
    }
    buf_printf(b, "}\"");
}

static void makes_sets_and_joins_them(void **state)
{
    struct tally t[HOSTS + 1], all = {0};
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,t\n");
    for (uint32_t i = 0; i < HOSTS; i++) {
        put_source(&want, i);
        buf_printf(&want, ",");
        put_hosts(&want, &t[i]);
        buf_printf(&want, "\n");
        for (uint32_t h = 0; h < HOSTS; h++)
            all.hosts[h] += t[i].hosts[h];
    }
    end_text(&want);
    check("has(src) | stats t = set(dst) by src", &want);
    buf_free(&want);
    buf_printf(&want, "u\n");
    put_hosts(&want, &all);
    buf_printf(&want, "\n");
    end_text(&want);
    check("has(src) | stats t = set(dst) by src | stats u = union(t)", &want);
    buf_free(&want);
}

struct flow {
    uint32_t src, dst, n;
};

static int most_first(const void *x, const void *y)
{
    const struct flow *a = x, *b = y;

    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    if (a->src != b->src)
        return a->src < b->src ? -1 : 1;
    return a->dst < b->dst ? -1 : a->dst > b->dst;
}

static void ranks_pairs(void **state)
{
    static struct flow flow[HOSTS * HOSTS];
    struct buf want = {0};

    (void)state;
    for (uint32_t i = 0; i < HOSTS * HOSTS; i++)
        flow[i] = (struct flow){i / HOSTS, i % HOSTS, 0};
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &packet[i].record;
        if (RECORD_HAS(r, SRC))
            flow[host(r->SRC) * HOSTS + host(r->DST)].n++;
    }
    qsort(flow, HOSTS * HOSTS, sizeof flow[0], most_first);
    buf_printf(&want, "src,dst,n\n");
    for (uint32_t i = 0; i < 20; i++)
        buf_printf(&want, "10.0.0.%u,192.0.2.%u,%u\n", flow[i].src, flow[i].dst,
                   flow[i].n);
    end_text(&want);
    check("has(src) | stats n = count() by src, dst | top 20 by n", &want);
    check("has(src) | stats n = count() by src, dst | sort n desc | head 20",
          &want);
    buf_free(&want);
}

static int by_length(const void *x, const void *y)
{
    const uint32_t *i = x, *j = y;
    const struct record *a = &packet[*i].record, *b = &packet[*j].record;

    if (a->LEN != b->LEN)
        return a->LEN > b->LEN ? -1 : 1;
    return in_packet_order(x, y);
}

static void sorts_packets_with_ties_in_packet_order(void **state)
{
    static uint32_t sorted[PACKETS];
    struct buf want = {0};

    (void)state;
    memcpy(sorted, order, sizeof sorted);
    qsort(sorted, PACKETS, sizeof sorted[0], by_length);
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < PACKETS; i++)
        put_packet(&want, &packet[sorted[i]]);
    end_text(&want);
    check("| sort len desc | show time, sensor, src, sport, len", &want);
    buf_free(&want);
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < 700; i++)
        put_packet(&want, &packet[sorted[i]]);
    end_text(&want);
    check("| top 700 by len | show time, sensor, src, sport, len", &want);
    buf_free(&want);
}

static void fills_sets_by_queries_first(void **state)
{
    struct buf want = {0};
    uint64_t n = 0;
    bool wanted[HOSTS] = {false};

    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &packet[i].record;
        if (RECORD_HAS(r, DPORT) && r->DPORT == 1 && r->LEN > 1400)
            wanted[host(r->SRC)] = true;
    }
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &packet[i].record;
        n += RECORD_HAS(r, SRC) && wanted[host(r->SRC)];
    }
    buf_printf(&want, "count()\n%" PRIu64 "\n", n);
    end_text(&want);
    check("let loud = dport = 1 and len > 1400 | set src; "
          "src in loud | stats count()",
          &want);
    buf_free(&want);
}

static void says_which_key_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 300000};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats set(seq) by src, dst, seq", &o, NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`stats`: 293 KiB are not enough: "));
    assert_non_null(strstr(got.error, "groups by src, dst, seq"));
    rows_free(&got);
}

static void says_which_let_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 300000};
    struct rows got;

    (void)state;
    rows_of(dir, "let many = all | set seq; seq in many | stats count()", &o,
            NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "let many: `set`: "));
    rows_free(&got);
    o.mem = 450000;
    rows_of(dir, "let many = all | set seq; seq in many | stats count()", &o,
            NULL, &got);
    assert_int_equal(got.status, 0);
    rows_free(&got);
    rows_of(dir,
            "let many = all | set seq; seq in many - {1} - {2} - {3} - {4} | "
            "stats count()",
            &o, NULL, &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`many`: "));
    rows_free(&got);
}

static void says_which_union_needs_more_memory(void **state)
{
    struct query_settings o = {.mem = 550000};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats s = set(seq) by src | stats u = union(s)", &o, NULL,
            &got);
    assert_int_equal(got.status, 6);
    assert_non_null(strstr(got.error, "`union(s)`: "));
    rows_free(&got);
}

static void ends_when_it_is_stopped(void **state)
{
    volatile sig_atomic_t stop = 1;
    struct query_settings o = {.stop = &stop};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats count()", &o, NULL, &got);
    assert_int_equal(got.status, 130);
    rows_free(&got);
}

static void ends_when_its_time_is_over(void **state)
{
    struct query_settings o = {.limit_time = 1};
    struct rows got;

    (void)state;
    rows_of(dir, "| stats count()", &o, NULL, &got);
    assert_int_equal(got.status, 6);
    rows_free(&got);
}

static void tells_no_data_from_no_match(void **state)
{
    struct query_settings o = {.now = QUERY_NOW_LATEST};
    struct rows got;

    (void)state;
    rows_of(dir, "on 2020-01-01 | stats count()", &o, NULL, &got);
    assert_true(got.counts.no_data);
    rows_free(&got);
    rows_of(dir, "all dport = 60000 | stats count()", &o, NULL, &got);
    assert_false(got.counts.no_data);
    rows_free(&got);
}

/* More packets of one capture and one time than a block holds. */
static void equal_times_in_several_blocks_go_by_position(void **state)
{
    enum { MANY = 150000 };
    struct packet_line *p = calloc(MANY, sizeof *p);
    struct query_settings o = {.now = QUERY_NOW_LATEST};
    struct buf want = {0};
    struct rows got;

    (void)state;
    assert_non_null(p);
    buf_printf(&want, "seq\n");
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(p[i].sensor, sizeof p[i].sensor, "s");
        RECORD_SET(&p[i].record, TIME, start);
        RECORD_SET(&p[i].record, SEQ, i);
        buf_printf(&want, "%u\n", i);
    }
    end_text(&want);
    char *other = packets_store(p, MANY, NULL);
    rows_of(other, "| show seq", &o, NULL, &got);
    assert_int_equal(got.counts.blocks, 3);
    assert_true(strcmp(got.csv, (const char *)want.data) == 0);
    rows_free(&got);
    packets_remove(other);
    buf_free(&want);
    free(p);
}

static void profiles_name_every_stage(void **state)
{
    struct query_settings o = {.profile = true};
    struct rows got;

    (void)state;
    rows_of(dir, "| where len > 50 | stats n = count() by src | sort n", &o,
            NULL, &got);
    assert_string_equal(got.error, "");
    assert_non_null(strstr(got.explain, "  scan     "));
    assert_non_null(strstr(got.explain, "  stats    "));
    assert_non_null(strstr(got.explain, "13 rows in, 13 out"));
    assert_non_null(strstr(got.explain, "  memory   "));
    assert_in_range(got.counts.memory_peak, 1000, 10000000);
    assert_int_equal(got.counts.rows, HOSTS + 1);
    assert_int_equal(got.counts.packets, PACKETS);
    assert_true(got.counts.bytes > 0);
    rows_free(&got);
}

/* ---- sessions ---- */

static bool count_rows(void *ctx, struct batch *b, const struct columns *c)
{
    uint64_t *n = ctx;

    (void)c;
    *n += b->sel.n;
    return true;
}

struct session {
    struct store *store;
    struct query_session *query;
    struct query_settings settings;
    struct query_sink sink;
    uint64_t rows;
    struct err e;
};

static void session_open(struct session *s)
{
    char path[256];

    *s = (struct session){.settings = {.now = QUERY_NOW_LATEST}};
    s->sink = (struct query_sink){.ctx = &s->rows, .rows = count_rows};
    snprintf(path, sizeof path, "%s/db", dir);
    s->store = store_open(path, &s->e);
    assert_non_null(s->store);
    s->query = query_session_open(s->store, &s->settings, &s->e);
    assert_non_null(s->query);
}

static void session_close(struct session *s)
{
    query_session_close(s->query);
    store_close(s->store);
}

static bool run(struct session *s, const char *text)
{
    s->rows = 0;
    s->e = (struct err){.code = ERR_NONE};
    return query_run(s->query, text, strlen(text), &s->sink, &s->e);
}

static void lets_stay_in_the_session(void **state)
{
    struct session s;
    uint64_t few;

    (void)state;
    session_open(&s);
    assert_true(run(&s, "let some = {10.0.0.1};"));
    assert_true(
        run(&s, "let f = src in some; let loud = len > 1000 | set src"));
    assert_true(run(&s, "f"));
    few = s.rows;
    assert_true(few > 0);
    /* A new meaning is not that of what was written before it. */
    assert_true(run(&s, "let some = some + {10.0.0.2}; src in some"));
    assert_true(s.rows > few);
    assert_true(run(&s, "f"));
    assert_int_equal(s.rows, few);
    for (int i = 0; i < 2; i++) {
        assert_true(run(&s, "src in loud | stats by src"));
        assert_int_equal(s.rows, HOSTS);
    }
    session_close(&s);
}

static void a_text_that_fails_leaves_no_lets(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    assert_false(run(&s, "let f = tcp; all | nonsense"));
    assert_false(run(&s, "all f"));
    assert_string_equal(s.e.text,
                        "there is no field, column or `let` named `f`");
    session_close(&s);
}

static void errors_in_an_earlier_text_stand_at_its_name(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    assert_true(
        run(&s, "let f = | stats n = count() by src | where dport = 3"));
    assert_false(run(&s, "all | f"));
    assert_string_equal(s.e.text, "in `f`: `dport` is a field of packets, and "
                                  "these rows have no such column");
    assert_int_equal(s.e.at.from, 6);
    assert_int_equal(s.e.at.to, 7);
    assert_true(run(&s, "let g = dport = 3"));
    assert_false(run(&s, "all | stats n = count() by src | where g"));
    assert_int_equal(s.e.at.from, 39);
    assert_int_equal(s.e.at.to, 40);
    session_close(&s);
}

static bool take_none(void *ctx, struct batch *b, const struct columns *c)
{
    (void)count_rows(ctx, b, c);
    return false;
}

static void a_closed_pipe_is_no_error(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    s.sink.rows = take_none;
    assert_true(run(&s, "all"));
    assert_in_range(s.rows, 1, BATCH_ROWS);
    assert_true(run(&s, "all | sort len | show len"));
    assert_int_equal(s.rows, BATCH_ROWS);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_overlapping_blocks_in_packet_order),
        cmocka_unit_test(merges_what_passes_a_filter),
        cmocka_unit_test(stops_after_the_head),
        cmocka_unit_test(aggregates_by_source),
        cmocka_unit_test(finds_first_and_last_in_packet_order),
        cmocka_unit_test(makes_sets_and_joins_them),
        cmocka_unit_test(ranks_pairs),
        cmocka_unit_test(sorts_packets_with_ties_in_packet_order),
        cmocka_unit_test(fills_sets_by_queries_first),
        cmocka_unit_test(says_which_key_needs_more_memory),
        cmocka_unit_test(says_which_let_needs_more_memory),
        cmocka_unit_test(says_which_union_needs_more_memory),
        cmocka_unit_test(ends_when_it_is_stopped),
        cmocka_unit_test(ends_when_its_time_is_over),
        cmocka_unit_test(tells_no_data_from_no_match),
        cmocka_unit_test(equal_times_in_several_blocks_go_by_position),
        cmocka_unit_test(profiles_name_every_stage),
        cmocka_unit_test(lets_stay_in_the_session),
        cmocka_unit_test(a_text_that_fails_leaves_no_lets),
        cmocka_unit_test(errors_in_an_earlier_text_stand_at_its_name),
        cmocka_unit_test(a_closed_pipe_is_no_error),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
