/* test_parse_cases.c - the texts of grammar_cases.txt: `@N title` is accepted,
 * `!N LINE:COLUMN title` is refused with its first error there. */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"

#define CASES "tests/grammar_cases.txt"

/* Where a byte of the text is, "LINE:COLUMN". */
static void place(const char *text, uint32_t at, char out[32])
{
    unsigned line = 1, column = 1;

    for (uint32_t i = 0; i < at; i++) {
        column++;
        if (text[i] == '\n') {
            line++;
            column = 1;
        }
    }
    snprintf(out, 32, "%u:%u", line, column);
}

/* True if the parse of `text` is as the title line says. */
static bool as_expected(const char *title, const char *text, size_t len)
{
    struct arena arena = {0};
    struct err e;
    char want[32] = "", got[32] = "";

    if (title[0] == '!')
        sscanf(title, "!%*s %31s", want);
    parse_text(&arena, text, len, &e);
    if (e.code != ERR_NONE)
        place(text, e.at.from, got);
    arena_free(&arena);
    if (strcmp(want, got) == 0 && (e.code == ERR_NONE || e.text[0] != '\0')) {
        if (getenv("SHOW_ERRORS") && e.code != ERR_NONE)
            err_print(stdout, &e, text, NULL);
        return true;
    }
    print_error("%s\n", title);
    if (e.code != ERR_NONE)
        err_print(stderr, &e, text, NULL);
    else
        print_error("  accepted\n");
    return false;
}

static char *read_cases(void)
{
    FILE *f = fopen(CASES, "r");

    if (!f)
        fail_msg("%s: %s (run in the root of the tree)", CASES,
                 strerror(errno));
    size_t size = 1 << 20;
    char *all = calloc(1, size);
    assert_non_null(all);
    size_t n = fread(all, 1, size - 1, f);
    fclose(f);
    assert_true(n > 0 && n < size - 1);
    return all;
}

static bool is_title(const char *line)
{
    return *line == '@' || *line == '!';
}

static void parses_and_refuses_every_case(void **state)
{
    (void)state;
    char *all = read_cases();
    unsigned accepted = 0, refused = 0, wrong = 0;

    for (char *line = all; *line;) {
        char *text = strchr(line, '\n');
        assert_true(is_title(line) && text);
        *text++ = '\0';
        char *end = text;
        while (*end && !is_title(end))
            end = strchrnul(end, '\n') + 1;
        char first = *end;
        *end = '\0';
        wrong += !as_expected(line, text, (size_t)(end - text));
        accepted += line[0] == '@';
        refused += line[0] == '!';
        *end = first;
        line = end;
    }
    print_message("%u accepted, %u refused, %u wrong\n", accepted, refused,
                  wrong);
    free(all);
    assert_int_equal(wrong, 0);
    assert_true(accepted > 100 && refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_and_refuses_every_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
