/* test_err.c - error values, and exactly how they are shown. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void check_shown(const struct err *e, const char *query,
                        const char *file, const char *want)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    err_print(out, e, query, file);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, want);
    free(text);
}

/* An error over the part of the query that `part` is, with a hint or none. */
static struct err error_at(const char *query, const char *part,
                           const char *hint)
{
    const char *at = strstr(query, part);
    struct err e;

    assert_non_null(at);
    struct span span = {.from = (uint32_t)(at - query)};
    span.to = span.from + (uint32_t)strlen(part);
    assert_false(err_query(&e, span, "no such thing: `%s`", part));
    if (hint)
        err_hint(&e, "%s", hint);
    return e;
}

static void marks_the_whole_span(void **state)
{
    const char *query = "last 1d inbound and syn or rst";
    struct err e = error_at(query, "or", "write the parentheses");

    (void)state;
    check_shown(&e, query, NULL,
                "1:25: no such thing: `or`\n"
                "  last 1d inbound and syn or rst\n"
                "                          ^^ write the parentheses\n");
    check_shown(&e, query, "hunt.q",
                "hunt.q:1:25: no such thing: `or`\n"
                "  last 1d inbound and syn or rst\n"
                "                          ^^ write the parentheses\n");
    e = error_at(query, "inbound", NULL);
    check_shown(&e, query, NULL,
                "1:9: no such thing: `inbound`\n"
                "  last 1d inbound and syn or rst\n"
                "          ^^^^^^^\n");
}

static void shows_only_the_line_that_is_wrong(void **state)
{
    const char *query = "all\n| stats n = cnt()\n| sort n";
    struct err e = error_at(query, "cnt", "did you mean `count`?");

    (void)state;
    check_shown(&e, query, NULL,
                "2:13: no such thing: `cnt`\n"
                "  | stats n = cnt()\n"
                "              ^^^ did you mean `count`?\n");
}

static void cuts_a_span_at_the_end_of_its_line(void **state)
{
    const char *query = "all (tcp\n and udp)";
    struct err e = error_at(query, "(tcp\n and", NULL);

    (void)state;
    err_query(&e, e.at, "never closed");
    check_shown(&e, query, NULL, "1:5: never closed\n  all (tcp\n      ^^^^\n");
}

static void a_point_gets_one_caret(void **state)
{
    const char *query = "all |";
    struct err e;

    (void)state;
    err_query(&e, (struct span){5, 5}, "a stage is missing");
    check_shown(&e, query, NULL,
                "1:6: a stage is missing\n  all |\n       ^\n");
    err_query(&e, (struct span){50, 90}, "far");
    check_shown(&e, query, NULL, "1:6: far\n  all |\n       ^\n");
    err_query(&e, (struct span){4, 2}, "backwards");
    check_shown(&e, query, NULL, "1:5: backwards\n  all |\n      ^\n");
    err_query(&e, (struct span){3, 4}, "newline");
    check_shown(&e, "all\n\nx", NULL, "1:4: newline\n  all\n     ^\n");
    err_query(&e, (struct span){4, 4}, "empty line");
    check_shown(&e, "all\n\nx", NULL, "2:1: empty line\n  \n  ^\n");
    err_query(&e, (struct span){0, 0}, "empty");
    check_shown(&e, "", NULL, "1:1: empty\n  \n  ^\n");
}

static void keeps_tabs(void **state)
{
    const char *query = "\tall\tand  foo";
    struct err e = error_at(query, "foo", NULL);

    (void)state;
    check_shown(&e, query, NULL,
                "1:11: no such thing: `foo`\n"
                "  \tall\tand  foo\n"
                "  \t   \t     ^^^\n");
}

static void cuts_a_line_that_fills_the_screen(void **state)
{
    char query[3001], want[2000];
    struct err e;

    (void)state;
    memset(query, 'x', 3000);
    query[3000] = '\0';
    memcpy(query + 1500, "foo", 3);
    err_query(&e, (struct span){1500, 1503}, "no");
    int n = snprintf(want, sizeof want,
                     "1:1501: no\n  ... %.300s%.300s ...\n  %304s^^^\n", query,
                     query + 1500, "");
    assert_in_range(n, 900, sizeof want - 1);
    check_shown(&e, query, NULL, want);
    err_query(&e, (struct span){0, 3000}, "no");
    n = snprintf(want, sizeof want, "1:1: no\n  %.300s ...\n  ", query);
    memset(want + n, '^', 300);
    memcpy(want + n + 300, "\n", 2);
    check_shown(&e, query, NULL, want);
}

static void stays_in_step_with_what_it_escapes(void **state)
{
    const char *query = "\x1b\xff\xc3\xa9 foo";
    struct err e = error_at(query, "foo", NULL);

    (void)state;
    check_shown(&e, query, NULL,
                "1:6: no such thing: `foo`\n"
                "  \\x1b\\xff\xc3\xa9 foo\n"
                "            ^^^\n");
    e = error_at(query, "\x1b\xff\xc3\xa9", NULL);
    check_shown(&e, query, "a\nb",
                "a\\x0ab:1:1: no such thing: `\\x1b\\xff\xc3\xa9`\n"
                "  \\x1b\\xff\xc3\xa9 foo\n"
                "  ^^^^^^^^^\n");
}

static void other_classes_are_one_line_and_a_hint(void **state)
{
    struct err e;

    (void)state;
    assert_false(err_set(&e, ERR_STORE, "store %s is busy", "x\x1b[2J"));
    check_shown(&e, NULL, NULL, "trawl: store x\\x1b[2J is busy\n");
    check_shown(&e, "all", "f", "trawl: store x\\x1b[2J is busy\n");
    err_hint(&e, "wait");
    check_shown(&e, NULL, NULL, "trawl: store x\\x1b[2J is busy\nhint: wait\n");
    err_query(&e, (struct span){0, 1}, "bad");
    check_shown(&e, NULL, NULL, "trawl: bad\n");
}

static void context_goes_in_front(void **state)
{
    struct err e;

    (void)state;
    err_set(&e, ERR_SYSTEM, "permission denied");
    assert_false(err_context(&e, "%s/data.mdb", "store"));
    assert_false(err_context(&e, "info"));
    assert_string_equal(e.text, "info: store/data.mdb: permission denied");
    assert_int_equal(e.code, ERR_SYSTEM);
}

static void long_texts_are_cut(void **state)
{
    char word[1000];
    struct err e;

    (void)state;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    err_set(&e, ERR_USAGE, "%s", word);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    err_context(&e, "short");
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_memory_equal(e.text, "short: xxx", 10);
    err_context(&e, "%s", word);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    err_hint(&e, "%s", word);
    assert_int_equal(strlen(e.hint), sizeof e.hint - 1);
}

static void setting_forgets_what_was(void **state)
{
    struct err e;

    (void)state;
    err_query(&e, (struct span){3, 4}, "first");
    err_hint(&e, "hint");
    err_set(&e, ERR_LIMIT, "second");
    assert_string_equal(e.hint, "");
    assert_int_equal(e.at.from + e.at.to, 0);
}

static void exit_statuses_are_those_promised(void **state)
{
    static const struct {
        enum err_code code;
        int status;
    } of[] = {
        {ERR_NONE,    0  },
        {ERR_USAGE,   2  },
        {ERR_QUERY,   2  },
        {ERR_NODATA,  3  },
        {ERR_INPUT,   4  },
        {ERR_STORE,   5  },
        {ERR_SYSTEM,  5  },
        {ERR_LIMIT,   6  },
        {ERR_STOPPED, 130}
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct err e = {.code = of[i].code};
        assert_int_equal(err_exit_status(&e), of[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_the_whole_span),
        cmocka_unit_test(shows_only_the_line_that_is_wrong),
        cmocka_unit_test(cuts_a_span_at_the_end_of_its_line),
        cmocka_unit_test(a_point_gets_one_caret),
        cmocka_unit_test(keeps_tabs),
        cmocka_unit_test(cuts_a_line_that_fills_the_screen),
        cmocka_unit_test(stays_in_step_with_what_it_escapes),
        cmocka_unit_test(other_classes_are_one_line_and_a_hint),
        cmocka_unit_test(context_goes_in_front),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(setting_forgets_what_was),
        cmocka_unit_test(exit_statuses_are_those_promised),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
