/* test_coded.c - what is asked of shapes and flows and counted by them comes
 * out as over rows: over random filters, aggregates and keys a query equals the
 * same with its filter behind a stage that hides the codes. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "query/coded.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

enum { PACKETS = 9000, CASES = 400 };

static uint64_t seed = 20261124;
static char *dir;

static uint32_t dice(uint64_t sides)
{
    return (uint32_t)random_below(&seed, sides);
}

#define PICK(list) ((list)[dice(sizeof(list) / sizeof((list)[0]))])

/* ---- the packets: few flows, keys that are 0, and keys that are absent ----
 */

static void draw_ports(struct record *r)
{
    static const uint8_t flags[] = {2, 18, 16, 24, 17, 4, 0};

    if (dice(12) == 0) /* a later fragment of the same flow */
        return;
    RECORD_SET(r, SPORT, (uint16_t)dice(5));
    if (r->SPORT != 3 || dice(2))
        RECORD_SET(r, DPORT, (uint16_t)(dice(4) ? 440 + dice(5) : 0));
    if (r->PROTO != 6)
        return;
    RECORD_SET(r, FLAGS, PICK(flags));
    RECORD_SET(r, SEQ, dice(1000));
    RECORD_SET(r, DOFF, 20);
}

static struct addr draw_addr(void)
{
    if (dice(15) == 0)
        return (struct addr){0, dice(2)};
    return addr_from_v4(0x0a000000u + dice(10));
}

static struct packet_line draw(int64_t *now, uint32_t block)
{
    static const uint8_t protos[] = {6, 6, 6, 17, 1, 0};
    struct packet_line p = {.capture = block};
    struct record *r = &p.record;

    snprintf(p.sensor, sizeof p.sensor, "s%u", (unsigned)block);
    *now += dice(1000) * 1000000;
    RECORD_SET(r, TIME, *now);
    RECORD_SET(r, LEN, dice(3) ? 60 : 60 + dice(1000));
    RECORD_SET(r, BAD, 0);
    if (dice(20) == 0)
        return p;
    RECORD_SET(r, IPVER, 4);
    RECORD_SET(r, SRC, draw_addr());
    RECORD_SET(r, DST, draw_addr());
    RECORD_SET(r, TTL, (uint8_t)(60 + dice(4)));
    /* in one block every packet with a port has one above 0 */
    RECORD_SET(r, PROTO, block == 1 ? 17 : PICK(protos));
    if (block == 1) {
        RECORD_SET(r, SPORT, 7);
        RECORD_SET(r, DPORT, (uint16_t)(1 + dice(500)));
    } else if (r->PROTO == 1) {
        RECORD_SET(r, ICMP_TYPE, dice(2) ? 8 : 0);
    } else {
        draw_ports(r);
    }
    return p;
}

/* Is every block laid out by shapes and flows? */
static void assert_dense(void)
{
    struct err e = {0};
    struct strtab text = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/db", dir);
    struct store *s = store_open(path, &e);
    struct store_reader *r = store_reader_open(s, &text, true, &e);

    assert_non_null(r);
    assert_true(store_reader_blocks(r) >= 3);
    for (uint32_t i = 0; i < store_reader_blocks(r); i++) {
        struct store_block *b = store_block_open(r, i, &e);
        uint64_t fields = 0;
        assert_non_null(b);
        assert_true(store_block_coded(
            b, BATCH_FLOW, UINT64_C(1) << FIELD_SENSOR, &fields, &e));
        assert_int_equal(fields, UINT64_C(1) << FIELD_SENSOR);
        store_block_close(b);
    }
    store_reader_close(r);
    store_close(s);
    strtab_free(&text);
}

static int make(void **state)
{
    static struct packet_line packet[PACKETS];
    int64_t now = INT64_C(1788220800000000000);

    (void)state;
    for (uint32_t i = 0; i < PACKETS; i++)
        packet[i] = draw(&now, i / (PACKETS / 3));
    dir = packets_store(packet, PACKETS, NULL);
    assert_dense();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    packets_remove(dir);
    return 0;
}

/* ---- random queries ---- */

static const char *const shaped[] = {
    "syn",       "flags S/SA", "rst",           "tcp[13] & 7 != 0",
    "ipver = 4", "not ip",     "icmp.type = 8", "tcp[13] < 18",
};
static const char *const flowed[] = {
    "dst port 443",
    "port 0",
    "dport < 442",
    "sport != 1",
    "dport in (0, 441, 444)",
    "src host 10.0.0.3",
    "host 10.0.0.1",
    "dst net 10.0.0.0/29",
    "src = ::",
    "src != dst",
    "proto in (0, 17)",
    "dport - sport > 440",
    "not dst port 0",
    "sensor = \"s1\"",
};
static const char *const by_row[] = {
    "len > 400",
    "ttl < 62",
    "seq < 500",
    "tcp[4:4] > 300",
    "time >= 2026-09-01T00:20:00",
};
static const char *const calls[] = {
    "count()",    "distinct(dst)",
    "sum(dport)", "avg(sport)",
    "min(src)",   "max(dport)",
    "count(syn)", "count(dst port 443)",
    "set(dport)", "distinct(proto, dport)",
    "max(len)",   "sum(ttl)",
    "min(flags)",
};
static const char *const keys[] = {
    "src",          "dst",   "dport",        "proto",
    "flags",        "ipver", "src, dport",   "sensor",
    "flags, ipver", "ttl",   "dport, flags", "sport, dport, proto, src",
};

static void write_condition(struct buf *b, int depth)
{
    if (depth > 0 && dice(5) < 3) {
        const char *word = dice(2) ? " and " : " or ";
        uint32_t parts = 2 + dice(3);
        buf_printf(b, dice(4) ? "(" : "not (");
        for (uint32_t i = 0; i < parts; i++) {
            buf_printf(b, "%s", i ? word : "");
            write_condition(b, depth - 1);
        }
        buf_printf(b, ")");
        return;
    }
    switch (dice(9)) {
    case 0: buf_printf(b, "%s", PICK(by_row)); return;
    case 1:
    case 2:
    case 3: buf_printf(b, "%s", PICK(shaped)); return;
    default: buf_printf(b, "%s", PICK(flowed));
    }
}

static void write_stages(struct buf *b)
{
    if (dice(6) == 0) {
        buf_printf(b, " | show time, src, dport, seq, flags, sensor");
        return;
    }
    buf_printf(b, " | stats a = %s", PICK(calls));
    if (dice(2))
        buf_printf(b, ", b = %s", PICK(calls));
    if (dice(4))
        buf_printf(b, " by %s", PICK(keys));
}

static void one_case(const char *range, const char *condition,
                     const char *stages)
{
    static const struct query_settings none;
    struct rows got, want;
    struct buf b = {0};

    buf_printf(&b, "%s %s%s", range, condition, stages);
    buf_put(&b, "", 1);
    rows_of(dir, (const char *)b.data, &none, NULL, &got);
    b.len = 0;
    buf_printf(&b, "%s | add zz = 1 | where %s%s", range, condition, stages);
    buf_put(&b, "", 1);
    rows_of(dir, (const char *)b.data, &none, NULL, &want);
    if (want.error[0] || strcmp(got.error, want.error) != 0 ||
        strcmp(got.csv, want.csv) != 0)
        fail_msg("%s %s%s: %s %s\n%s\nnot\n%s", range, condition, stages,
                 got.error, want.error, got.csv, want.csv);
    rows_free(&got);
    rows_free(&want);
    buf_free(&b);
}

static void codes_answer_what_rows_would(void **state)
{
    static const char *const ranges[] = {
        "all", "all", "from 2026-09-01T00:10:00 to 2026-09-01T01:00:07"};

    (void)state;
    for (uint32_t i = 0; i < CASES; i++) {
        struct buf condition = {0}, stages = {0};
        write_condition(&condition, 2);
        write_stages(&stages);
        buf_put(&condition, "", 1);
        buf_put(&stages, "", 1);
        one_case(PICK(ranges), (const char *)condition.data,
                 (const char *)stages.data);
        buf_free(&condition);
        buf_free(&stages);
    }
}

/* Codes ask every flow, rows only those that the parts before let pass. */
static void what_no_row_asks_does_not_fail(void **state)
{
    (void)state;
    one_case("all",
             "(syn and icmp.type = 8 and dport * 9000000000000000000 > 1)",
             " | stats n = count()");
    one_case("all", "(dport = 0 and dport * 9000000000000000000 > 1)",
             " | stats n = count() by src");
}

static void more_questions_than_fit_are_left_to_rows(void **state)
{
    (void)state;
    one_case("all",
             "((syn and dst port 443) or (rst and src port 1) or (tcp[13] < 3 "
             "and port 442) or (ipver = 4 and dst port 441) or (icmp.type = 8 "
             "and src host 10.0.0.1))",
             " | stats n = count() by dst");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_answer_what_rows_would),
        cmocka_unit_test(what_no_row_asks_does_not_fail),
        cmocka_unit_test(more_questions_than_fit_are_left_to_rows),
    };

    return cmocka_run_group_tests_name("coded", tests, make, drop);
}
