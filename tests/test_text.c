/* test_text.c - nothing dangerous comes out, whatever goes in. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/random.h"

typedef void print_fn(FILE *out, const char *s, size_t len);

/* The caller frees it. */
static char *printed(print_fn *print, const char *s, size_t len)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    print(out, s, len);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), size);
    return text;
}

static void check(print_fn *print, const char *s, size_t len, const char *want)
{
    char *text = printed(print, s, len);

    assert_string_equal(text, want);
    free(text);
}

#define TEXT(print, literal, want)                                             \
    check(print, literal, sizeof(literal) - 1, want)

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    TEXT(text_print, "", "");
    TEXT(text_print, "a b~\\\"", "a b~\\\"");
    TEXT(text_print, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f",
         "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f");
    TEXT(text_print, "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

static void controls_are_escaped(void **state)
{
    (void)state;
    TEXT(text_print, "a\x1b[2Jb", "a\\x1b[2Jb");
    TEXT(text_print, "\0\t\n\r\x7f", "\\x00\\x09\\x0a\\x0d\\x7f");
    TEXT(text_print, "\xc2\x9b", "\\xc2\\x9b");
    TEXT(text_print, "\xc2\xa0", "\xc2\xa0");
    TEXT(text_print, "a\xe2\x80\xae.b", "a\\xe2\\x80\\xae.b");
    TEXT(text_print, "\xe2\x81\xa6", "\\xe2\\x81\\xa6");
}

static void what_is_no_utf8_is_escaped(void **state)
{
    (void)state;
    TEXT(text_print, "\x80", "\\x80");
    TEXT(text_print, "\xff\xfe", "\\xff\\xfe");
    TEXT(text_print, "\xc3", "\\xc3");
    TEXT(text_print, "\xc3(", "\\xc3(");
    TEXT(text_print, "\xc0\xaf", "\\xc0\\xaf");
    TEXT(text_print, "\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    TEXT(text_print, "\xed\xa0\x80", "\\xed\\xa0\\x80");
    TEXT(text_print, "\xf0\x80\x80\x80", "\\xf0\\x80\\x80\\x80");
    TEXT(text_print, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    TEXT(text_print, "\xe2\x82", "\\xe2\\x82");
}

static void json_strings_are_rfc_8259(void **state)
{
    (void)state;
    TEXT(text_print_json, "", "\"\"");
    TEXT(text_print_json, "a\"b\\c/", "\"a\\\"b\\\\c/\"");
    TEXT(text_print_json, "\n\r\t", "\"\\n\\r\\t\"");
    TEXT(text_print_json, "\0\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\\u007f\"");
    TEXT(text_print_json, "\xc3\xa9", "\"\xc3\xa9\"");
    TEXT(text_print_json, "\xc2\x9b", "\"\\u009b\"");
    TEXT(text_print_json, "\xe2\x80\xae", "\"\\u202e\"");
    TEXT(text_print_json, "x\xff", "\"x\\\\xff\"");
}

static void nothing_dangerous_comes_out(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char s[40];
        size_t len = random_below(&seed, sizeof s);
        for (size_t j = 0; j < len; j++)
            s[j] = (char)(random_next(&seed) >> 40 |
                          (random_below(&seed, 2) ? 0x80 : 0));
        char *text = printed(text_print, s, len);
        char *json = printed(text_print_json, s, len);
        for (const char *p = text; *p; p++)
            assert_true((uint8_t)*p >= 0x20 && *p != 0x7f);
        for (const char *p = json; *p; p++)
            assert_true((uint8_t)*p >= 0x20 && *p != 0x7f);
        /* What is safe once is left alone. */
        check(text_print, text, strlen(text), text);
        free(text);
        free(json);
    }
}

static void width_counts_what_is_shown(void **state)
{
    uint64_t seed = 2;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char s[20];
        size_t len = random_below(&seed, sizeof s), columns = 0;
        for (size_t j = 0; j < len; j++)
            s[j] = "ab\xc3\xa9\xe2\x82\xac\x1b\xff"[random_below(&seed, 9)];
        char *text = printed(text_print, s, len);
        for (const char *p = text; *p; p++)
            columns += ((uint8_t)*p & 0xc0) != 0x80;
        assert_int_equal(text_width(s, len), columns);
        free(text);
    }
}

static void numbers_are_short_for_people(void **state)
{
    static const struct {
        uint64_t n;
        const char *count, *bytes;
    } of[] = {
        {0,          "0",    "0 B"    },
        {999,        "999",  "999 B"  },
        {1000,       "1.0k", "1000 B" },
        {1023,       "1.0k", "1023 B" },
        {1024,       "1.0k", "1.0 KiB"},
        {12345,      "12k",  "12 KiB" },
        {9949,       "9.9k", "9.7 KiB"},
        {9950,       "10k",  "9.7 KiB"},
        {999499,     "999k", "976 KiB"},
        {999500,     "1.0M", "976 KiB"},
        {3412345,    "3.4M", "3.3 MiB"},
        {1048575,    "1.0M", "1.0 MiB"},
        {UINT64_MAX, "18E",  "16 EiB" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char out[24];
        assert_int_equal(text_count(out, of[i].n), strlen(of[i].count));
        assert_string_equal(out, of[i].count);
        assert_int_equal(text_bytes(out, of[i].n), strlen(of[i].bytes));
        assert_string_equal(out, of[i].bytes);
    }
}

static void parses_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t n;
    } of[] = {
        {"0",                    0                  },
        {"65536",                65536              },
        {"512B",                 512                },
        {"256M",                 UINT64_C(256) << 20},
        {"1GiB",                 UINT64_C(1) << 30  },
        {"1g",                   UINT64_C(1) << 30  },
        {"3kb",                  3072               },
        {"2TB",                  UINT64_C(2) << 40  },
        {"15E",                  UINT64_C(15) << 60 },
        {"18446744073709551615", UINT64_MAX         },
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        uint64_t n;
        assert_true(text_parse_size(of[i].text, &n));
        assert_true(n == of[i].n);
    }
}

static void refuses_what_is_no_size(void **state)
{
    static const char *const of[] = {
        "",    "M",    "-1",   "+1",  " 1",  "1 ",  "1.5G",
        "1x",  "1Mi",  "1iB",  "1BB", "1MM", "16E", "18446744073709551616",
        "1e9", "0x10", "1Gib0"};

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        uint64_t n;
        if (text_parse_size(of[i], &n))
            fail_msg("`%s` is taken", of[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(what_is_no_utf8_is_escaped),
        cmocka_unit_test(json_strings_are_rfc_8259),
        cmocka_unit_test(nothing_dangerous_comes_out),
        cmocka_unit_test(width_counts_what_is_shown),
        cmocka_unit_test(numbers_are_short_for_people),
        cmocka_unit_test(parses_sizes),
        cmocka_unit_test(refuses_what_is_no_size),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
