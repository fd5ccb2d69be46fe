/* test_format.c - every format and type to the byte. */
#include "tests/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/format.h"

enum { ROWS = 3, COLS_MAX = 16 };

/* A result of three rows with one column a type; in the last row everything is
 * absent. */
static const char hostile[] = "a,\"b\"\x1b[31m\n=1+1\xff";
static const char *const names[COLS_MAX] = {
    "b", "n", "r", "a", "net", "mac", "time", "date", "d", "s", "flags",
};
static struct strtab text;
static struct vtype types[COLS_MAX];
static const enum type kinds[] = {
    TYPE_BOOL, TYPE_INT,  TYPE_REAL,     TYPE_ADDR,   TYPE_NET,  TYPE_MAC,
    TYPE_TIME, TYPE_TIME, TYPE_DURATION, TYPE_STRING, TYPE_FLAGS};

enum { NET = 4, DATE = 7, TYPES = 11 };

static const struct addr v4 = {0, 0xffff0a000001u}; /* 10.0.0.1 */
static const struct addr v6 = {0x20010db800000000u, 1};

/* Texts are ids in `text`. */
static const int64_t ints[TYPES][ROWS] = {
    {1,                   0,                   0},
    {-42,                 INT64_MIN,           0},
    {0,                   0,                   0},
    {0,                   0,                   0},
    {0,                   0,                   0},
    {0x0242ac110002,      0,                   0},
    {1788220826947306000, 1788220826947306001, 0},
    {1788220800000000000, 1788220800000000000, 0},
    {3720000000000,       1500,                0},
    {0,                   1,                   0},
    {FLAG_SYN | FLAG_ACK, 0,                   0},
};
static const double reals[ROWS] = {0.1, 1e300};
static const struct addr addrs[ROWS] = {
    {0,                   0xffff0a000001u},
    {0x20010db800000000u, 1              }
};
static const uint64_t last_absent[1] = {4};

static struct column_def defs[COLS_MAX];
static struct columns columns;
static struct column cols[COLS_MAX];
static bool loaded[COLS_MAX];
static struct batch batch;
static const struct tz utc = {.name = "UTC"};
static const struct tz berlin = {.offset = 7200, .name = "+02:00"};

static int set_up(void **state)
{
    (void)state;
    strtab_intern(&text, "edge1", 5);
    strtab_intern(&text, hostile, sizeof hostile - 1);
    for (uint32_t i = 0; i < TYPES; i++) {
        enum lane lane = schema_types[kinds[i]].lane;
        types[i].type = kinds[i];
        types[i].date = i == DATE;
        types[i].bits4 = i == NET ? 24 : 0;
        types[i].bits6 = i == NET ? 64 : 0;
        defs[i] = (struct column_def){.name = names[i], .type = types[i]};
        cols[i] = (struct column){.absent = last_absent};
        if (lane == LANE_REAL)
            cols[i].r = reals;
        else if (lane == LANE_ADDR)
            cols[i].a = addrs;
        else
            cols[i].i = ints[i];
        loaded[i] = true;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strtab_free(&text);
    return 0;
}

/* Runs `queries` times the same rows through a format; free the result. */
static char *format(const char *name, uint32_t from, uint32_t n,
                    struct format_options o, uint32_t queries)
{
    char *out = NULL;
    size_t len = 0;
    struct format f;
    struct err e = {0};

    columns = (struct columns){.n = n, .col = defs + from};
    batch = (struct batch){
        .rows = ROWS, .cols = n, .col = cols + from, .loaded = loaded};
    batch_select_all(&batch);
    o.out = open_memstream(&out, &len);
    o.tz = o.tz ? o.tz : &utc;
    o.text = &text;
    format_open(&f, format_find(name), &o);
    for (uint32_t i = 0; i < queries; i++) {
        format_begin(&f, i, &columns);
        assert_true(format_rows(&f, &batch));
        format_end(&f);
    }
    assert_true(format_close(&f, &e));
    fclose(o.out);
    return out;
}

static void assert_format(const char *name, uint32_t from, uint32_t n,
                          struct format_options o, const char *expected)
{
    char *got = format(name, from, n, o, 1);

    assert_string_equal(got, expected);
    free(got);
}

static const struct format_options plain = {0};

static void csv_prints_every_type(void **state)
{
    (void)state;
    assert_format(
        "csv", 0, TYPES, plain,
        "b,n,r,a,net,mac,time,date,d,s,flags\n"
        "true,-42,0.1,10.0.0.1,10.0.0.1/24,02:42:ac:11:00:02,"
        "2026-09-01T00:00:26.947306Z,2026-09-01,3720.000000,edge1,SA\n"
        "false,-9223372036854775808,1e+300,2001:db8::1,2001:db8::1/64,"
        "00:00:00:00:00:00,2026-09-01T00:00:26.947306001Z,2026-09-01,"
        "0.000001500,\"a,\"\"b\"\"\\x1b[31m\\x0a=1+1\\xff\",\n"
        ",,,,,,,,,,\n");
}

static void tsv_prints_without_quotes(void **state)
{
    (void)state;
    assert_format("tsv", 8, 3, plain,
                  "d\ts\tflags\n"
                  "3720.000000\tedge1\tSA\n"
                  "0.000001500\ta,\"b\"\\x1b[31m\\x0a=1+1\\xff\t\n"
                  "\t\t\n");
}

static void json_prints_every_type(void **state)
{
    (void)state;
    assert_format(
        "json", 0, TYPES, plain,
        "[\n"
        "{\"b\":true,\"n\":-42,\"r\":0.1,\"a\":\"10.0.0.1\","
        "\"net\":\"10.0.0.1/24\",\"mac\":\"02:42:ac:11:00:02\","
        "\"time\":\"2026-09-01T00:00:26.947306Z\",\"date\":\"2026-09-01\","
        "\"d\":3720.000000,\"s\":\"edge1\",\"flags\":\"SA\"},\n"
        "{\"b\":false,\"n\":-9223372036854775808,\"r\":1e+300,"
        "\"a\":\"2001:db8::1\",\"net\":\"2001:db8::1/64\","
        "\"mac\":\"00:00:00:00:00:00\","
        "\"time\":\"2026-09-01T00:00:26.947306001Z\",\"date\":\"2026-09-01\","
        "\"d\":0.000001500,"
        "\"s\":\"a,\\\"b\\\"\\u001b[31m\\n=1+1\\\\xff\",\"flags\":\"\"},\n"
        "{\"b\":null,\"n\":null,\"r\":null,\"a\":null,\"net\":null,"
        "\"mac\":null,\"time\":null,\"date\":null,\"d\":null,\"s\":null,"
        "\"flags\":null}\n"
        "]\n");
}

static void ndjson_prints_a_line_a_row(void **state)
{
    (void)state;
    assert_format("ndjson", 0, 2, plain,
                  "{\"b\":true,\"n\":-42}\n"
                  "{\"b\":false,\"n\":-9223372036854775808}\n"
                  "{\"b\":null,\"n\":null}\n");
}

static void table_aligns_and_shows_absence(void **state)
{
    (void)state;
    assert_format("table", 7, 4, plain,
                  "date              d  s                          flags\n"
                  "2026-09-01    1h02m  edge1                      SA\n"
                  "2026-09-01  1.500us  a,\"b\"\\x1b[31m\\x0a=1+1\\xff  \n"
                  "-                 -  -                          -\n");
}

static void epoch_is_a_number_in_csv_and_a_string_in_json(void **state)
{
    const struct format_options o = {.epoch = true};

    (void)state;
    assert_format("csv", 6, 2, o,
                  "time,date\n"
                  "1788220826.947306,1788220800.000000\n"
                  "1788220826.947306001,1788220800.000000\n"
                  ",\n");
    assert_format("ndjson", 6, 1, o,
                  "{\"time\":\"1788220826.947306\"}\n"
                  "{\"time\":\"1788220826.947306001\"}\n"
                  "{\"time\":null}\n");
}

static void times_stand_in_the_zone_of_the_query(void **state)
{
    const struct format_options o = {.tz = &berlin, .no_header = true};

    (void)state;
    assert_format("csv", 6, 2, o,
                  "2026-09-01T02:00:26.947306+02:00,2026-09-01\n"
                  "2026-09-01T02:00:26.947306001+02:00,2026-09-01\n"
                  ",\n");
}

static void several_queries_stand_apart(void **state)
{
    char *csv = format("csv", 1, 1, plain, 2);
    char *json = format("json", 1, 1, plain, 2);

    (void)state;
    assert_string_equal(csv, "n\n-42\n-9223372036854775808\n\n\n"
                             "n\n-42\n-9223372036854775808\n\n");
    assert_string_equal(json, "[\n{\"n\":-42},\n{\"n\":-9223372036854775808},"
                              "\n{\"n\":null}\n]\n"
                              "[\n{\"n\":-42},\n{\"n\":-9223372036854775808},"
                              "\n{\"n\":null}\n]\n");
    free(csv);
    free(json);
}

/* One column with one row. */
static void assert_value(const char *name, struct format_options o,
                         struct vtype type, struct column col,
                         const char *expected)
{
    struct column_def def = {.name = "x", .type = type};
    bool yes = true;
    char *out = NULL;
    size_t len = 0;
    struct format f;
    struct err e = {0};

    columns = (struct columns){.n = 1, .col = &def};
    batch = (struct batch){.rows = 1, .cols = 1, .col = &col, .loaded = &yes};
    batch_select_all(&batch);
    o.out = open_memstream(&out, &len);
    o.no_header = true;
    o.tz = &utc;
    o.text = &text;
    format_open(&f, format_find(name), &o);
    format_begin(&f, 0, &columns);
    assert_true(format_rows(&f, &batch));
    format_end(&f);
    assert_true(format_close(&f, &e));
    fclose(o.out);
    assert_string_equal(out, expected);
    free(out);
}

static void assert_set(const struct set *s, const char *csv, const char *table,
                       const char *json)
{
    const struct column col = {.set = &s};

    assert_value("csv", plain, s->type, col, csv);
    assert_value("table", plain, s->type, col, table);
    assert_value("ndjson", plain, s->type, col, json);
}

static struct set make_set(uint8_t members, enum type first, enum type second,
                           uint32_t n, const union cell *cells)
{
    struct set s = {.n = n, .member = cells};

    s.type.type = TYPE_SET;
    s.type.members = members;
    s.type.member[0] = first;
    s.type.member[1] = second;
    return s;
}

static void sets_paste_back_into_a_query(void **state)
{
    const union cell ports[] = {{.i = 80}, {.i = 443}};
    const union cell sensors[] = {{.i = 0}};
    const union cell flags[] = {{.i = 0}, {.i = FLAG_SYN}};
    const struct set of_int = make_set(1, TYPE_INT, TYPE_INT, 2, ports);
    const struct set of_text = make_set(1, TYPE_STRING, TYPE_INT, 1, sensors);
    const struct set of_flags = make_set(1, TYPE_FLAGS, TYPE_INT, 2, flags);
    const struct set empty = make_set(1, TYPE_ADDR, TYPE_INT, 0, NULL);

    (void)state;
    assert_set(&of_int, "\"{80, 443}\"\n", "{80, 443}\n", "{\"x\":[80,443]}\n");
    assert_set(&of_text, "\"{\"\"edge1\"\"}\"\n", "{\"edge1\"}\n",
               "{\"x\":[\"edge1\"]}\n");
    assert_set(&of_flags, "\"{\"\"\"\", S}\"\n", "{\"\", S}\n",
               "{\"x\":[\"\",\"S\"]}\n");
    assert_set(&empty, "{}\n", "{}\n", "{\"x\":[]}\n");
}

static void tuples_of_address_and_port_are_endpoints(void **state)
{
    const union cell ends[] = {{.a = v4}, {.i = 53}, {.a = v6}, {.i = 443}};
    const union cell pairs[] = {{.a = v4}, {.a = v6}};
    const struct set endpoints = make_set(2, TYPE_ADDR, TYPE_INT, 2, ends);
    const struct set others = make_set(2, TYPE_ADDR, TYPE_ADDR, 1, pairs);

    (void)state;
    assert_set(&endpoints, "\"{10.0.0.1:53, [2001:db8::1]:443}\"\n",
               "{10.0.0.1:53, [2001:db8::1]:443}\n",
               "{\"x\":[[\"10.0.0.1\",53],[\"2001:db8::1\",443]]}\n");
    assert_set(&others, "\"{(10.0.0.1, 2001:db8::1)}\"\n",
               "{(10.0.0.1, 2001:db8::1)}\n",
               "{\"x\":[[\"10.0.0.1\",\"2001:db8::1\"]]}\n");
}

static void an_empty_text_is_not_absent_in_csv(void **state)
{
    const int64_t id = strtab_intern(&text, "", 0);
    const struct column col = {.i = &id};

    (void)state;
    assert_value("csv", plain, (struct vtype){.type = TYPE_STRING}, col,
                 "\"\"\n");
}

static void formulas_are_guarded_only_when_asked(void **state)
{
    const struct format_options safe = {.csv_safe = true};
    const struct vtype type = {.type = TYPE_STRING};
    const int64_t id = strtab_intern(&text, "=cmd", 4);
    const struct column col = {.i = &id};
    const int64_t minus = -5;
    const struct column number = {.i = &minus};

    (void)state;
    assert_value("csv", plain, type, col, "=cmd\n");
    assert_value("csv", safe, type, col, "'=cmd\n");
    assert_value("csv", safe, (struct vtype){.type = TYPE_INT}, number, "-5\n");
}

static void numbers_without_an_end_are_null_in_json(void **state)
{
    const double inf = 1e308 * 10;
    const struct column col = {.r = &inf};

    (void)state;
    assert_value("ndjson", plain, (struct vtype){.type = TYPE_REAL}, col,
                 "{\"x\":null}\n");
}

static void counts_rows_below_a_table(void **state)
{
    char note[64] = "";
    FILE *notes = fmemopen(note, sizeof note, "w");
    const struct format_options o = {.notes = notes};
    char *got = format("table", 1, 1, o, 1);

    (void)state;
    fclose(notes);
    free(got);
    assert_string_equal(note, "(3 rows)\n");
}

/* More rows than are held back to find the widths: the rest is not wider. */
static void long_tables_keep_the_widths_of_their_beginning(void **state)
{
    static int64_t value[BATCH_ROWS];
    const struct column_def def[] = {
        {.name = "x", .type = {.type = TYPE_INT}},
        {.name = "y", .type = {.type = TYPE_INT}}
    };
    struct column_def copy[2];
    struct column col[2] = {{.i = value}, {.i = value}};
    bool yes[2] = {true, true};
    char *out = NULL;
    size_t len = 0;
    struct format f;
    struct err e = {0};

    (void)state;
    memcpy(copy, def, sizeof copy);
    columns = (struct columns){.n = 2, .col = copy};
    batch = (struct batch){
        .rows = BATCH_ROWS, .cols = 2, .col = col, .loaded = yes};
    batch_select_all(&batch);
    value[3] = 999;
    value[BATCH_ROWS - 1] = 12345;
    const struct format_options o = {
        .out = open_memstream(&out, &len), .tz = &utc, .text = &text};
    format_open(&f, format_find("table"), &o);
    format_begin(&f, 0, &columns);
    assert_true(format_rows(&f, &batch));
    format_end(&f);
    assert_true(format_close(&f, &e));
    fclose(o.out);
    assert_int_equal(memcmp(out, "  x    y\n  0    0\n", 18), 0);
    assert_string_equal(out + len - 13, "12345  12345\n");
    free(out);
}

static void a_closed_pipe_ends_without_an_error(void **state)
{
    int end[2];
    struct format f;
    struct err e = {0};
    bool more = true;

    (void)state;
    assert_int_equal(pipe(end), 0);
    close(end[0]);
    columns = (struct columns){.n = TYPES, .col = defs};
    batch = (struct batch){
        .rows = ROWS, .cols = TYPES, .col = cols, .loaded = loaded};
    batch_select_all(&batch);
    const struct format_options o = {
        .out = fdopen(end[1], "w"), .tz = &utc, .text = &text};
    format_open(&f, format_find("csv"), &o);
    format_begin(&f, 0, &columns);
    for (int i = 0; i < 100 && more; i++)
        more = format_rows(&f, &batch);
    assert_false(more);
    format_end(&f);
    assert_true(format_close(&f, &e));
    fclose(o.out);
}

static void a_full_disk_is_an_error(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    struct format f;
    struct err e = {0};

    (void)state;
    if (!full)
        skip();
    columns = (struct columns){.n = 1, .col = defs};
    batch = (struct batch){.rows = 1, .cols = 1, .col = cols, .loaded = loaded};
    batch_select_all(&batch);
    const struct format_options o = {.out = full, .tz = &utc, .text = &text};
    format_open(&f, format_find("csv"), &o);
    format_begin(&f, 0, &columns);
    assert_false(format_rows(&f, &batch));
    format_end(&f);
    assert_false(format_close(&f, &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    fclose(full);
}

/* What `name` writes of a query that fails, after its first rows or before. */
static void assert_broken(const char *name, bool rows, const char *expected)
{
    char *out = NULL;
    size_t len = 0;
    struct format f;
    struct err e = {0};

    columns = (struct columns){.n = 1, .col = defs};
    batch = (struct batch){.rows = 1, .cols = 1, .col = cols, .loaded = loaded};
    batch_select_all(&batch);
    const struct format_options o = {.out = open_memstream(&out, &len),
                                     .notes = stderr,
                                     .tz = &utc,
                                     .text = &text};
    format_open(&f, format_find(name), &o);
    format_begin(&f, 0, &columns);
    if (rows)
        assert_true(format_rows(&f, &batch));
    assert_true(format_close(&f, &e));
    fclose(o.out);
    assert_string_equal(out, expected);
    free(out);
}

static void what_came_before_a_failure_is_shown(void **state)
{
    (void)state;
    assert_broken("table", true, "b\ntrue\n");
    assert_broken("csv", true, "b\ntrue\n");
    assert_broken("json", true, "[\n{\"b\":true}\n]\n");
}

static void a_failure_before_the_first_row_shows_nothing(void **state)
{
    (void)state;
    assert_broken("table", false, "");
    assert_broken("csv", false, "");
    assert_broken("json", false, "");
}

static void text_without_packets_is_a_table(void **state)
{
    (void)state;
    assert_format("text", 1, 1, plain,
                  "                   n\n"
                  "                 -42\n"
                  "-9223372036854775808\n"
                  "                   -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_prints_every_type),
        cmocka_unit_test(tsv_prints_without_quotes),
        cmocka_unit_test(json_prints_every_type),
        cmocka_unit_test(ndjson_prints_a_line_a_row),
        cmocka_unit_test(table_aligns_and_shows_absence),
        cmocka_unit_test(epoch_is_a_number_in_csv_and_a_string_in_json),
        cmocka_unit_test(times_stand_in_the_zone_of_the_query),
        cmocka_unit_test(several_queries_stand_apart),
        cmocka_unit_test(sets_paste_back_into_a_query),
        cmocka_unit_test(tuples_of_address_and_port_are_endpoints),
        cmocka_unit_test(an_empty_text_is_not_absent_in_csv),
        cmocka_unit_test(formulas_are_guarded_only_when_asked),
        cmocka_unit_test(numbers_without_an_end_are_null_in_json),
        cmocka_unit_test(counts_rows_below_a_table),
        cmocka_unit_test(long_tables_keep_the_widths_of_their_beginning),
        cmocka_unit_test(a_closed_pipe_ends_without_an_error),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(what_came_before_a_failure_is_shown),
        cmocka_unit_test(a_failure_before_the_first_row_shows_nothing),
        cmocka_unit_test(text_without_packets_is_a_table),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
