/* test_manual.c - man pages and words for shells, from the tables. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/manual.h"
#include "cli/wordlist.h"
#include "store/schema.h"

/* A stream into memory and what it came to. */
struct page {
    FILE *out;
    char *text;
    size_t len;
};

static struct page *page_open(void)
{
    static struct page p;

    p.out = open_memstream(&p.text, &p.len);
    assert_non_null(p.out);
    return &p;
}

static const char *page_text(struct page *p)
{
    assert_int_equal(fclose(p->out), 0);
    return p->text;
}

static void assert_text(const char *in, bool marks, const char *want)
{
    struct page *p = page_open();

    manual_put_text(p->out, in, marks);
    assert_string_equal(page_text(p), want);
    free(p->text);
}

static void escapes_what_troff_takes_for_its_own(void **state)
{
    (void)state;
    assert_text("a\\b --x '^~'\"", false,
                "a\\eb \\-\\-x \\(aq\\(ha\\(ti\\(aq\\(dq");
    assert_text(".TH x\n.SH y\na.b", false, "\\&.TH x\n\\&.SH y\na.b");
    assert_text("'TEXT'", false, "\\(aqTEXT\\(aq");
    assert_text("see `on`", false, "see \\(gaon\\(ga");
}

static void sets_what_is_marked_in_bold(void **state)
{
    (void)state;
    assert_text("see `a-b` too", true, "see \\fBa\\-b\\fR too");
    assert_text("an `open end", true, "an \\fBopen end\\fR");
}

static char *print(const char *name)
{
    struct err e = {0};
    struct page *p = page_open();

    assert_true(manual_print(p->out, name, &e));
    page_text(p);
    return p->text;
}

static void prints_every_row_of_a_table(void **state)
{
    char *text = print("fields");

    (void)state;
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        char row[80];
        snprintf(row, sizeof row, "\n\\fB%s\\fR (%s)\n", schema_fields[i].name,
                 schema_types[schema_fields[i].type].name);
        assert_non_null(strstr(text, row));
    }
    free(text);
}

static void prints_every_command_with_its_options(void **state)
{
    char *text = print("commands");

    (void)state;
    for (uint32_t i = 0; i < command_count; i++) {
        char head[40];
        snprintf(head, sizeof head, ".SS \"trawl %s", command_table[i]->name);
        assert_non_null(strstr(text, head));
    }
    assert_non_null(strstr(text, "\\fB\\-f\\fR, \\fB\\-\\-format\\fR "));
    free(text);
}

static void prints_prose_as_it_is(void **state)
{
    char *text = print("ranges");

    (void)state;
    assert_ptr_equal(strstr(text, ".EX\n"), text);
    assert_non_null(strstr(text, "\n.EE\n"));
    free(text);
}

static void refuses_a_name_that_is_no_topic(void **state)
{
    struct err e = {0};
    struct page *p = page_open();

    (void)state;
    assert_false(manual_print(p->out, "feilds", &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(page_text(p), "");
    free(p->text);
}

/* Cuts a row at its tabs; false: not four columns. */
static bool cut(char *row, char *column[4])
{
    for (int i = 0; i < 4; i++) {
        if (!row)
            return false;
        column[i] = strsep(&row, "\t");
    }
    return row == NULL;
}

static bool is_one_of(const char *word, const char *const *list)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

static void lists_words_in_four_columns(void **state)
{
    static const char *const kinds[] = {"option", "command", "value", "topic",
                                        NULL};
    static const char *const after[] = {"none",  "file", "dir", "topic",
                                        "value", "text", NULL};
    struct page *p = page_open();
    uint32_t n = 0;

    (void)state;
    wordlist_print(p->out);
    page_text(p);
    for (char *rest = p->text; *rest; n++) {
        char *row = strsep(&rest, "\n"), *column[4];
        assert_true(cut(row, column));
        assert_true(is_one_of(column[0], kinds));
        assert_true(is_one_of(column[2], after));
        assert_true(column[1][0] != '\0');
    }
    assert_true(n > FIELD_COUNT + command_count);
    free(p->text);
}

static void lists_values_that_are_known(void **state)
{
    struct page *p = page_open();
    const char *text;

    (void)state;
    wordlist_print(p->out);
    text = page_text(p);
    assert_non_null(strstr(text, "\nvalue\tquery --format ndjson\tnone\t\n"));
    assert_non_null(strstr(text, "\nvalue\tquery --now clock\tnone\t\n"));
    assert_null(strstr(text, "--now TIME\t"));
    assert_non_null(strstr(text, "\noption\tquery -F\tfile\t"));
    assert_non_null(strstr(text, "\ncommand\tingest\tfile\t"));
    assert_non_null(strstr(text, "\ntopic\thelp inner.ttl\tnone\t"));
    free(p->text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_troff_takes_for_its_own),
        cmocka_unit_test(sets_what_is_marked_in_bold),
        cmocka_unit_test(prints_every_row_of_a_table),
        cmocka_unit_test(prints_every_command_with_its_options),
        cmocka_unit_test(prints_prose_as_it_is),
        cmocka_unit_test(refuses_a_name_that_is_no_topic),
        cmocka_unit_test(lists_words_in_four_columns),
        cmocka_unit_test(lists_values_that_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
