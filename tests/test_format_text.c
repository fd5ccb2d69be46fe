/* test_format_text.c - packets as lines like those of tcpdump. */
#include "tests/test.h"

#include <stdlib.h>

#include "cli/format.h"

enum { ROWS = 3 };

static struct strtab text;
static struct columns columns;
static struct batch batch;
static const struct tz utc = {.name = "UTC"};

static int tear_down(void **state)
{
    (void)state;
    strtab_free(&text);
    return 0;
}

/* Packets: columns are fields; those not set are absent. */
struct packets {
    int64_t value[FIELD_COUNT][ROWS];
    struct addr addr[FIELD_COUNT][ROWS];
    uint64_t absent[FIELD_COUNT];
    struct column col[FIELD_COUNT];
    struct column_def def[FIELD_COUNT];
    bool loaded[FIELD_COUNT];
};

static void put(struct packets *p, uint32_t row, enum field_id f, int64_t v)
{
    p->value[f][row] = v;
    p->absent[f] &= ~(UINT64_C(1) << row);
}

static void put_addr(struct packets *p, uint32_t row, enum field_id f,
                     uint32_t v)
{
    p->addr[f][row] = addr_from_v4(v);
    p->absent[f] &= ~(UINT64_C(1) << row);
}

static struct packets *new_packets(void)
{
    struct packets *p = calloc(1, sizeof *p);

    assert_non_null(p);
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        p->absent[f] = UINT64_MAX;
        p->col[f].absent = &p->absent[f];
        if (schema_types[schema_fields[f].type].lane == LANE_ADDR)
            p->col[f].a = p->addr[f];
        else
            p->col[f].i = p->value[f];
        p->def[f] =
            (struct column_def){.name = schema_fields[f].name,
                                .type = {.type = schema_fields[f].type}};
        p->loaded[f] = true;
    }
    return p;
}

static void put_syn(struct packets *p, uint32_t row, uint32_t src)
{
    put(p, row, FIELD_TIME, 1788220826947306000 + row * 1000000);
    put_addr(p, row, FIELD_SRC, src);
    put_addr(p, row, FIELD_DST, 0x0a000002);
    put(p, row, FIELD_IPVER, 4);
    put(p, row, FIELD_PROTO, 6);
    put(p, row, FIELD_SPORT, 1234);
    put(p, row, FIELD_DPORT, 80);
    put(p, row, FIELD_FLAGS, FLAG_SYN);
    put(p, row, FIELD_SEQ, 4294967295);
    put(p, row, FIELD_WIN, 8192);
    put(p, row, FIELD_MSS, 1460);
    put(p, row, FIELD_OPTSIG, strtab_intern(&text, "mss,nop,254", 11));
    put(p, row, FIELD_PAYLEN, 0);
}

static void text_prints_packets_grouped_by_source(void **state)
{
    struct packets *p = new_packets();
    char *out = NULL;
    size_t len = 0;
    struct format f;
    struct err e = {0};

    (void)state;
    put_syn(p, 0, 0x01020304);
    put_syn(p, 1, 0x05060708);
    put_syn(p, 2, 0x01020304);
    columns =
        (struct columns){.n = FIELD_COUNT, .col = p->def, .packets = true};
    batch = (struct batch){
        .rows = ROWS, .cols = FIELD_COUNT, .col = p->col, .loaded = p->loaded};
    batch_select_all(&batch);
    const struct format_options o = {
        .out = open_memstream(&out, &len), .tz = &utc, .text = &text};
    format_open(&f, format_find("text"), &o);
    format_begin(&f, 0, &columns);
    assert_true(format_rows(&f, &batch));
    format_end(&f);
    assert_true(format_close(&f, &e));
    fclose(o.out);
    assert_string_equal(
        out, "2026-09-01 00:00:26.947306 IP 1.2.3.4.1234 > 10.0.0.2.80: Flags "
             "[S], seq 4294967295, win 8192, options [mss 1460,nop,254], "
             "length 0\n"
             "2026-09-01 00:00:26.949306 IP 1.2.3.4.1234 > 10.0.0.2.80: Flags "
             "[S], seq 4294967295, win 8192, options [mss 1460,nop,254], "
             "length 0\n"
             "\n"
             "2026-09-01 00:00:26.948306 IP 5.6.7.8.1234 > 10.0.0.2.80: Flags "
             "[S], seq 4294967295, win 8192, options [mss 1460,nop,254], "
             "length 0\n");
    free(out);
    free(p);
}

static void text_ends_where_its_memory_ends(void **state)
{
    struct packets *p = new_packets();
    struct format f;
    struct err e = {0};
    char *out = NULL;
    size_t len = 0;
    bool more = true;

    (void)state;
    put_syn(p, 0, 0x01020304);
    columns =
        (struct columns){.n = FIELD_COUNT, .col = p->def, .packets = true};
    batch = (struct batch){
        .rows = 1, .cols = FIELD_COUNT, .col = p->col, .loaded = p->loaded};
    batch_select_all(&batch);
    const struct format_options o = {.out = open_memstream(&out, &len),
                                     .mem = 100000,
                                     .tz = &utc,
                                     .text = &text};
    format_open(&f, format_find("text"), &o);
    format_begin(&f, 0, &columns);
    for (int i = 0; i < 10000 && more; i++)
        more = format_rows(&f, &batch);
    assert_false(more);
    format_end(&f);
    assert_false(format_close(&f, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    fclose(o.out);
    free(out);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_prints_packets_grouped_by_source),
        cmocka_unit_test(text_ends_where_its_memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
