/* test_schema.c - the tables of fields, flags and TCP options. */
#include "tests/test.h"

#include <string.h>

#include "store/schema.h"

static void every_field_is_found_by_its_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        assert_int_equal(schema_find(schema_fields[i].name), i);
        assert_true(strlen(schema_fields[i].help) > 3);
        assert_true(schema_fields[i].type < TYPE_COUNT);
    }
    assert_int_equal(schema_find("nosuch"), FIELD_COUNT);
    assert_int_equal(schema_find(""), FIELD_COUNT);
}

static void widths_agree_with_lanes(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        enum lane lane = schema_types[schema_fields[i].type].lane;
        assert_int_equal(lane == LANE_ADDR,
                         schema_fields[i].width == WIDTH_ADDR);
        assert_true(lane == LANE_ADDR || lane == LANE_INT);
    }
}

static void every_flag_set_survives_text(void **state)
{
    char text[10];
    uint16_t back;

    (void)state;
    for (uint16_t f = 0; f < 512; f++) {
        schema_flags_text(text, f);
        assert_true(schema_flags_parse(text, strlen(text), &back));
        assert_int_equal(back, f);
    }
    schema_flags_text(text, 511);
    assert_string_equal(text, "SFRPAUECN");
}

static void flags_take_other_letters_of_tcpdump(void **state)
{
    uint16_t f;

    (void)state;
    assert_true(schema_flags_parse("SW.", 3, &f));
    assert_int_equal(f, FLAG_SYN | FLAG_CWR | FLAG_ACK);
    assert_false(schema_flags_parse("SX", 2, &f));
    assert_false(schema_flags_parse("s", 1, &f));
    assert_false(schema_flags_parse("S\0", 2, &f));
}

static void options_print_in_their_order(void **state)
{
    struct opts o = {
        .n = 8, .kind = {2, 1, 3, 4, 8, 5, 0, 254}
    };
    char text[OPTS_TEXT_MAX];

    (void)state;
    size_t len = schema_opts_text(text, &o);
    assert_string_equal(text, "mss,nop,ws,sok,ts,sack,eol,254");
    assert_int_equal(len, strlen(text));
    o.n = 0;
    assert_int_equal(schema_opts_text(text, &o), 0);
    assert_string_equal(text, "");
}

static void longest_options_fit(void **state)
{
    struct opts o = {.n = OPTS_MAX};
    char text[OPTS_TEXT_MAX];

    (void)state;
    memset(o.kind, 5, sizeof o.kind);
    assert_int_equal(schema_opts_text(text, &o), OPTS_TEXT_MAX - 1);
    memset(o.kind, 255, sizeof o.kind);
    assert_int_equal(schema_opts_text(text, &o), OPTS_MAX * 4 - 1);
    o.n = 255; /* never made by us, still harmless */
    assert_int_equal(schema_opts_text(text, &o), OPTS_MAX * 4 - 1);
}

static void bad_bits_are_distinct(void **state)
{
    uint32_t seen = 0;

    (void)state;
    for (uint32_t i = 0; i < schema_bad_count; i++) {
        assert_int_equal(seen & schema_bad[i].bit, 0);
        seen |= schema_bad[i].bit;
    }
    assert_int_equal(schema_bad_count, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_found_by_its_name),
        cmocka_unit_test(widths_agree_with_lanes),
        cmocka_unit_test(every_flag_set_survives_text),
        cmocka_unit_test(flags_take_other_letters_of_tcpdump),
        cmocka_unit_test(options_print_in_their_order),
        cmocka_unit_test(longest_options_fit),
        cmocka_unit_test(bad_bits_are_distinct),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
