/* test_live.c - attempts, flows and dedup, against ones that look at all pairs
 * of packets, over stores that cut the same packets into blocks in other
 * ways. A packet's number is its tsval. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

enum { PACKETS = 700, SENSORS = 3 };

/* 2026-09-30T23:58:00Z: a month ends two minutes later. */
#define START INT64_C(1790812680000000000)

struct talk {
    struct packet_line p[PACKETS];
    const struct packet_line *order[PACKETS]; /* in packet order */
    char *dir;
    FILE *want;
    char *text;
    size_t size;
};

/* ---- packets ---- */

static void draw_tcp(struct record *r, uint64_t *seed)
{
    RECORD_SET(r, PROTO, 6);
    if (random_below(seed, 20) == 0) {
        RECORD_SET(r, FRAGOFF, 8);
        return;
    }
    RECORD_SET(r, SPORT, (uint16_t)(1000 + random_below(seed, 2)));
    if (random_below(seed, 20) == 0)
        return;
    RECORD_SET(r, DPORT, (uint16_t)(1000 + random_below(seed, 2)));
    RECORD_SET(r, FLAGS, (uint16_t)random_below(seed, 32));
    if (random_below(seed, 20))
        RECORD_SET(r, SEQ, (uint32_t)random_below(seed, 2));
}

static void draw_other(struct record *r, uint64_t *seed)
{
    if (random_below(seed, 3)) {
        RECORD_SET(r, PROTO, 17);
        RECORD_SET(r, SPORT, 53);
        RECORD_SET(r, DPORT, (uint16_t)(53 + random_below(seed, 2)));
        return;
    }
    RECORD_SET(r, PROTO, 1);
    RECORD_SET(r, ICMP_TYPE, (uint8_t)(8 * random_below(seed, 2)));
    RECORD_SET(r, ICMP_CODE, 0);
    RECORD_SET(r, ICMP_ID, (uint16_t)random_below(seed, 2));
    RECORD_SET(r, ICMP_SEQ, (uint16_t)random_below(seed, 2));
}

static int64_t draw_step(uint64_t *seed)
{
    static const int64_t ms[] = {0, 0, 0, 1, 500, 2000, 7000, 10000, 61000};
    uint64_t most = random_below(seed, 8) ? 6 : sizeof ms / sizeof ms[0];

    return ms[random_below(seed, most)] * 1000000;
}

static void draw_packet(struct record *r, uint64_t *seed, int64_t now)
{
    uint32_t host = 0x0a000000u + (uint32_t)random_below(seed, 3);
    uint32_t peer = 0x0a000000u + (uint32_t)random_below(seed, 3);

    RECORD_SET(r, TIME, now);
    RECORD_SET(r, LEN, (uint32_t)(60 + random_below(seed, 2)));
    RECORD_SET(r, BAD, 0);
    if (random_below(seed, 30) == 0)
        return;
    RECORD_SET(r, SRC, addr_from_v4(host));
    RECORD_SET(r, DST, addr_from_v4(peer));
    RECORD_SET(r, IPVER, 4);
    RECORD_SET(r, IPID, (uint32_t)random_below(seed, 2));
    if (random_below(seed, 2))
        draw_tcp(r, seed);
    else
        draw_other(r, seed);
}

/* Every other packet is one of the last few, as another sensor or again. */
static void draw(struct talk *t, uint64_t seed, uint32_t captures)
{
    int64_t now = START;

    for (uint32_t i = 0; i < PACKETS; i++) {
        struct packet_line *p = &t->p[i];
        uint32_t back = 1 + (uint32_t)random_below(&seed, 4);
        *p = (struct packet_line){.capture = i * captures / PACKETS};
        snprintf(p->sensor, sizeof p->sensor, "s%u",
                 (unsigned)random_below(&seed, SENSORS));
        now += draw_step(&seed);
        if (i >= back && random_below(&seed, 2))
            p->record = t->p[i - back].record;
        else
            draw_packet(&p->record, &seed, now);
        RECORD_SET(&p->record, TIME, now);
        RECORD_SET(&p->record, TSVAL, i);
    }
}

static void find_order(struct talk *t)
{
    struct rows out;
    char *save = NULL;
    uint32_t n = 0;

    rows_of(t->dir, "all | show tsval", &(struct query_settings){0}, NULL,
            &out);
    assert_string_equal(out.error, "");
    for (char *line = strtok_r(out.csv, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (line[0] != 't')
            t->order[n++] = &t->p[strtoul(line, NULL, 10)];
    }
    assert_int_equal(n, PACKETS);
    rows_free(&out);
}

static struct talk *talk_open(uint64_t seed, uint32_t captures)
{
    struct talk *t = calloc(1, sizeof *t);

    assert_non_null(t);
    draw(t, seed, captures);
    t->dir = packets_store(t->p, PACKETS, NULL);
    find_order(t);
    t->want = open_memstream(&t->text, &t->size);
    return t;
}

static void talk_close(struct talk *t)
{
    packets_remove(t->dir);
    free(t->text);
    free(t);
}

/* What was written to t->want is what the query answers. */
static void expect(struct talk *t, const char *query)
{
    struct rows out;

    (void)fclose(t->want);
    rows_of(t->dir, query, &(struct query_settings){0}, NULL, &out);
    assert_string_equal(out.error, "");
    assert_string_equal(out.csv, t->text);
    rows_free(&out);
    free(t->text);
    t->want = open_memstream(&t->text, &t->size);
}

static const char *time_text(int64_t t, char out[TIMESTAMP_TEXT_MAX])
{
    timestamp_format(out, t, 0);
    return out;
}

/* ---- what packets have in common ---- */

static bool same_addr(const struct record *a, const struct record *b)
{
    return RECORD_HAS(a, SRC) && RECORD_HAS(b, SRC) &&
           addr_eq(a->SRC, b->SRC) && addr_eq(a->DST, b->DST);
}

#define SAME(a, b, field)                                                      \
    (RECORD_HAS(a, field) == RECORD_HAS(b, field) &&                           \
     (!RECORD_HAS(a, field) || (a)->field == (b)->field))

static bool same_tuple(const struct record *a, const struct record *b)
{
    return same_addr(a, b) && SAME(a, b, PROTO) && SAME(a, b, SPORT) &&
           SAME(a, b, DPORT) && SAME(a, b, ICMP_ID);
}

static bool same_icmp(const struct record *a, const struct record *b)
{
    return SAME(a, b, ICMP_TYPE) && SAME(a, b, ICMP_CODE);
}

static bool is_reverse(const struct record *a, const struct record *b)
{
    struct record r = *b;

    if (!RECORD_HAS(b, SRC))
        return false;
    r.present &= ~(UINT64_C(1) << FIELD_SPORT | UINT64_C(1) << FIELD_DPORT);
    RECORD_SET(&r, SRC, b->DST);
    RECORD_SET(&r, DST, b->SRC);
    if (RECORD_HAS(b, SPORT))
        RECORD_SET(&r, DPORT, b->SPORT);
    if (RECORD_HAS(b, DPORT))
        RECORD_SET(&r, SPORT, b->DPORT);
    return same_tuple(a, &r);
}

/* ---- attempts ---- */

static bool has_retries(const struct record *r)
{
    bool ports = RECORD_HAS(r, SPORT) && RECORD_HAS(r, DPORT);

    if (!RECORD_HAS(r, SRC) || (RECORD_HAS(r, FRAGOFF) && r->FRAGOFF > 0))
        return false;
    if (r->PROTO == 6)
        return ports && RECORD_HAS(r, SEQ);
    return r->PROTO == 17 ? ports : true;
}

static void slow_attempts(struct talk *t, int64_t gap, bool sorted)
{
    int64_t tries[PACKETS] = {0}, last[PACKETS];
    uint32_t row[PACKETS];

    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &t->order[i]->record;
        int64_t silence =
            gap ? gap : (r->PROTO == 6 ? 120 : 10) * INT64_C(1000000000);
        row[i] = i;
        for (uint32_t k = 0; k < i && has_retries(r); k++) {
            const struct record *s = &t->order[k]->record;
            if (has_retries(s) && same_tuple(r, s) && same_icmp(r, s) &&
                SAME(r, s, SEQ))
                row[i] = r->TIME - s->TIME <= silence ? row[k] : i;
        }
        tries[row[i]]++;
        last[row[i]] = r->TIME;
    }
    (void)fputs("tsval,tries,last\n", t->want);
    for (uint32_t n = 0; n < PACKETS; n++) {
        char text[TIMESTAMP_TEXT_MAX];
        uint32_t i = n;
        for (uint32_t k = 0; sorted && k < PACKETS; k++)
            i = t->order[k]->record.TSVAL == n ? k : i;
        if (tries[i])
            (void)fprintf(t->want, "%u,%lld,%s\n", t->order[i]->record.TSVAL,
                          (long long)tries[i], time_text(last[i], text));
    }
}

/* ---- flows ---- */

struct way {
    int64_t packets, bytes, flags;
    bool has_flags;
};

static void put_flags(FILE *f, const struct way *w)
{
    char text[10] = "-";

    if (w->has_flags)
        schema_flags_text(text, (uint16_t)w->flags);
    (void)fprintf(f, ",%s", text);
}

static void put_flow(struct talk *t, const struct record *r,
                     const struct way way[2], int64_t last)
{
    char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], from[TIMESTAMP_TEXT_MAX],
        to[TIMESTAMP_TEXT_MAX], sport[8] = "-", dport[8] = "-";

    addr_format(a, r->SRC);
    addr_format(b, r->DST);
    if (RECORD_HAS(r, SPORT))
        snprintf(sport, sizeof sport, "%u", r->SPORT);
    if (RECORD_HAS(r, DPORT))
        snprintf(dport, sizeof dport, "%u", r->DPORT);
    (void)fprintf(t->want, "%s,%s,%s,%s,%u,%s,%s,%lld,%lld,%lld,%lld", a, b,
                  sport, dport, r->PROTO, time_text(r->TIME, from),
                  time_text(last, to), (long long)way[0].packets,
                  (long long)way[1].packets, (long long)way[0].bytes,
                  (long long)way[1].bytes);
    put_flags(t->want, &way[0]);
    put_flags(t->want, &way[1]);
    (void)fprintf(t->want, ",%s\n", way[1].packets ? "true" : "false");
}

static void slow_flows(struct talk *t, int64_t gap)
{
    static struct way way[PACKETS][2];
    int64_t last[PACKETS];
    uint32_t row[PACKETS];

    memset(way, 0, sizeof way);
    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct record *r = &t->order[i]->record;
        row[i] = i;
        for (uint32_t k = 0; k < i; k++) {
            const struct record *s = &t->order[k]->record;
            if (same_tuple(r, s) || is_reverse(r, s))
                row[i] = r->TIME - s->TIME <= gap ? row[k] : i;
        }
        const struct record *first = &t->order[row[i]]->record;
        struct way *w = &way[row[i]][!same_tuple(r, first)];
        w->packets++;
        w->bytes += r->LEN;
        w->has_flags = w->has_flags || RECORD_HAS(r, FLAGS);
        w->flags |= RECORD_HAS(r, FLAGS) ? r->FLAGS : 0;
        last[row[i]] = r->TIME;
    }
    (void)fputs("src,dst,sport,dport,proto,first,last,packets,rpackets,bytes,"
                "rbytes,flags,rflags,answered\n",
                t->want);
    for (uint32_t i = 0; i < PACKETS; i++) {
        if (RECORD_HAS(&t->order[i]->record, SRC) && row[i] == i)
            put_flow(t, &t->order[i]->record, way[i], last[i]);
    }
}

/* ---- dedup ---- */

static bool same_packet(const struct record *a, const struct record *b)
{
    return same_tuple(a, b) && same_icmp(a, b) && SAME(a, b, IPID) &&
           SAME(a, b, SEQ) && SAME(a, b, LEN) && SAME(a, b, FRAGOFF) &&
           SAME(a, b, ICMP_SEQ);
}

static void slow_dedup(struct talk *t, int64_t within)
{
    uint32_t seen[PACKETS] = {0}; /* bit: sensor */

    for (uint32_t i = 0; i < PACKETS; i++) {
        const struct packet_line *p = t->order[i];
        uint32_t bit = 1u << (p->sensor[1] - '0'), row = i;
        for (uint32_t k = 0; k < i && row == i; k++) {
            const struct record *s = &t->order[k]->record;
            if (seen[k] && !(seen[k] & bit) && same_packet(&p->record, s) &&
                p->record.TIME - s->TIME <= within)
                row = k;
        }
        seen[row] |= bit;
    }
    (void)fputs("tsval,sensors\n", t->want);
    for (uint32_t i = 0; i < PACKETS; i++) {
        bool first = true;
        if (!seen[i])
            continue;
        (void)fprintf(t->want, "%u,\"{", t->order[i]->record.TSVAL);
        for (uint32_t s = 0; s < SENSORS; s++) {
            if (!(seen[i] >> s & 1))
                continue;
            (void)fprintf(t->want, "%s\"\"s%u\"\"", first ? "" : ", ", s);
            first = false;
        }
        (void)fputs("}\"\n", t->want);
    }
}

/* ---- tests ---- */

static void for_stores(void (*f)(struct talk *t))
{
    static const uint32_t captures[] = {1, 2, 5, 30, 1};

    for (uint32_t i = 0; i < sizeof captures / sizeof captures[0]; i++) {
        struct talk *t = talk_open(i + 1, captures[i]);
        f(t);
        (void)fclose(t->want);
        talk_close(t);
    }
}

static void check_attempts(struct talk *t)
{
    slow_attempts(t, 0, false);
    expect(t, "all | attempts | show tsval, tries, last");
    slow_attempts(t, 2000000000, false);
    expect(t, "all | attempts 2s | show tsval, tries, last");
    slow_attempts(t, 0, true);
    expect(t, "all | attempts | stats by tsval, tries, last");
}

static void check_flows(struct talk *t)
{
    slow_flows(t, INT64_C(300000000000));
    expect(t, "all | flows");
    slow_flows(t, 2000000000);
    expect(t, "all | flows 2s");
}

static void check_dedup(struct talk *t)
{
    slow_dedup(t, 2000000000);
    expect(t, "all | dedup | show tsval, sensors");
    slow_dedup(t, 1000000);
    expect(t, "all | dedup within 1ms | show tsval, sensors");
    slow_dedup(t, INT64_C(3600000000000));
    expect(t, "all | dedup within 1h | show tsval, sensors");
}

static void attempts_are_those_of_all_pairs(void **state)
{
    (void)state;
    for_stores(check_attempts);
}

static void flows_are_those_of_all_pairs(void **state)
{
    (void)state;
    for_stores(check_flows);
}

static void views_are_merged_as_by_all_pairs(void **state)
{
    (void)state;
    for_stores(check_dedup);
}

/* Over the budget the error names the stage; with enough the answer is there.
 */
static void check_memory(struct talk *t, const char *query, const char *names)
{
    uint32_t failed = 0;
    bool ok = false;

    for (size_t mem = 20000; !ok; mem += mem / 16) {
        struct query_settings o = {.mem = mem};
        struct rows out;
        rows_of(t->dir, query, &o, NULL, &out);
        ok = out.error[0] == '\0';
        failed += strstr(out.error, names) != NULL;
        rows_free(&out);
    }
    assert_true(failed > 0);
}

static void short_memory_is_an_error_that_names_the_stage(void **state)
{
    struct talk *t = talk_open(9, 3);

    (void)state;
    check_memory(t, "all | attempts 1w", "`attempts`: ");
    check_memory(t, "all | flows 1w", "`flows`: ");
    check_memory(t, "all | dedup within 1w", "`dedup`: ");
    (void)fclose(t->want);
    talk_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_are_those_of_all_pairs),
        cmocka_unit_test(flows_are_those_of_all_pairs),
        cmocka_unit_test(views_are_merged_as_by_all_pairs),
        cmocka_unit_test(short_memory_is_an_error_that_names_the_stage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
