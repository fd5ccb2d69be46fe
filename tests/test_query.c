/* test_query.c - whole queries over random packets of several sensors whose
 * blocks overlap, against loops over the same packets. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/drawn.h"
#include "tests/rows.h"
#include "tests/test.h"

static struct packet_line packet[DRAWN_PACKETS];
static uint32_t order[DRAWN_PACKETS]; /* packet order */
static char *dir;

/* ---- the packets ---- */

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
    (void)state;
    drawn_packets(packet);
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++)
        order[i] = i;
    dir = packets_store(packet, DRAWN_PACKETS, NULL);
    qsort(order, DRAWN_PACKETS, sizeof order[0], in_packet_order);
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
    uint64_t n, len, hosts[DRAWN_HOSTS], ports, some;
    int64_t low, high, first_sport, last_sport;
    uint64_t tuples[DRAWN_HOSTS]; /* bit: dport */
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

    for (uint32_t i = 0; i < DRAWN_HOSTS; i++)
        n += t->hosts[i] > 0;
    return n;
}

static uint32_t tuples_of(const struct tally *t)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < DRAWN_HOSTS; i++)
        n += (uint32_t)__builtin_popcountll(t->tuples[i]);
    return n;
}

/* By source; the last one is of packets without. */
static void tally_sources(struct tally t[DRAWN_HOSTS + 1])
{
    memset(t, 0, (DRAWN_HOSTS + 1) * sizeof t[0]);
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++) {
        const struct record *r = &packet[order[i]].record;
        tally_add(&t[RECORD_HAS(r, SRC) ? host(r->SRC) : DRAWN_HOSTS], r);
    }
}

static void put_source(struct buf *b, uint32_t i)
{
    if (i < DRAWN_HOSTS)
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
    put_source(b, RECORD_HAS(r, SRC) ? host(r->SRC) : DRAWN_HOSTS);
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
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++)
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
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++) {
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
    struct tally t[DRAWN_HOSTS + 1];
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,count(),few,len,d,pairs,span\n");
    for (uint32_t i = 0; i <= DRAWN_HOSTS; i++) {
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
    struct tally t[DRAWN_HOSTS + 1];
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,f,l\n");
    for (uint32_t i = 0; i < DRAWN_HOSTS; i++) {
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
    for (uint32_t i = 0; i < DRAWN_HOSTS; i++) {
        if (t->hosts[i])
            buf_printf(b, "%s192.0.2.%u", sep, i);
        if (t->hosts[i])
            sep = ", ";
    }
    buf_printf(b, "}\"");
}

static void makes_sets_and_joins_them(void **state)
{
    struct tally t[DRAWN_HOSTS + 1], all = {0};
    struct buf want = {0};

    (void)state;
    tally_sources(t);
    buf_printf(&want, "src,t\n");
    for (uint32_t i = 0; i < DRAWN_HOSTS; i++) {
        put_source(&want, i);
        buf_printf(&want, ",");
        put_hosts(&want, &t[i]);
        buf_printf(&want, "\n");
        for (uint32_t h = 0; h < DRAWN_HOSTS; h++)
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
    static struct flow flow[DRAWN_HOSTS * DRAWN_HOSTS];
    struct buf want = {0};

    (void)state;
    for (uint32_t i = 0; i < DRAWN_HOSTS * DRAWN_HOSTS; i++)
        flow[i] = (struct flow){i / DRAWN_HOSTS, i % DRAWN_HOSTS, 0};
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++) {
        const struct record *r = &packet[i].record;
        if (RECORD_HAS(r, SRC))
            flow[host(r->SRC) * DRAWN_HOSTS + host(r->DST)].n++;
    }
    qsort(flow, DRAWN_HOSTS * DRAWN_HOSTS, sizeof flow[0], most_first);
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
    static uint32_t sorted[DRAWN_PACKETS];
    struct buf want = {0};

    (void)state;
    memcpy(sorted, order, sizeof sorted);
    qsort(sorted, DRAWN_PACKETS, sizeof sorted[0], by_length);
    buf_printf(&want, "time,sensor,src,sport,len\n");
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++)
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
    bool wanted[DRAWN_HOSTS] = {false};

    (void)state;
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++) {
        const struct record *r = &packet[i].record;
        if (RECORD_HAS(r, DPORT) && r->DPORT == 1 && r->LEN > 1400)
            wanted[host(r->SRC)] = true;
    }
    for (uint32_t i = 0; i < DRAWN_PACKETS; i++) {
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
        RECORD_SET(&p[i].record, TIME, DRAWN_START);
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
        cmocka_unit_test(tells_no_data_from_no_match),
        cmocka_unit_test(equal_times_in_several_blocks_go_by_position),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
