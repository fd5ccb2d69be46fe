/* test_complete.c - which names are offered where. */
#include "tests/test.h"

#include <string.h>

#include "cli/complete.h"

struct wanted {
    const char *name;
    bool found;
};

static void look(void *ctx, const char *name)
{
    struct wanted *w = ctx;

    if (strcmp(name, w->name) == 0)
        w->found = true;
}

static bool offers(const char *text, const char *name)
{
    struct wanted w = {name, false};

    complete_offer(text, strlen(text), NULL, look, &w);
    return w.found;
}

static void finds_the_word_at_the_end(void **state)
{
    (void)state;
    assert_int_equal(complete_word("last 7d inb", 11), 3);
    assert_int_equal(complete_word("x | stats by icmp.ty", 20), 7);
    assert_int_equal(complete_word("x | ", 4), 0);
    assert_int_equal(complete_word("", 0), 0);
}

static void offers_only_stages_after_a_bar(void **state)
{
    (void)state;
    assert_true(offers("all syn | ", "stats"));
    assert_true(offers("all syn | st", "stats"));
    assert_false(offers("all syn | ", "dport"));
    assert_false(offers("all syn ", "stats"));
}

static void offers_aggregates_in_stats(void **state)
{
    (void)state;
    assert_true(offers("all | stats n = ", "distinct"));
    assert_true(offers("all | stats count() by d", "dport"));
    assert_false(offers("all | sort ", "distinct"));
    assert_false(offers("all ", "union"));
}

static void offers_words_and_fields_in_filters(void **state)
{
    (void)state;
    assert_true(offers("all ", "dport"));
    assert_true(offers("all | where ", "dport"));
    assert_true(offers("all ", "cidr"));
    assert_false(offers("all | sort ", "portrange"));
}

static void a_bar_in_brackets_is_no_stage(void **state)
{
    (void)state;
    assert_true(offers("all (tcp[13] | ", "dport"));
    assert_false(offers("all (tcp[13] | ", "stats"));
    assert_true(offers("all | where (flags | ", "dport"));
}

static void a_semicolon_begins_again(void **state)
{
    (void)state;
    assert_true(offers("all | stats count(); a", "dport"));
    assert_false(offers("all | stats count(); a", "union"));
}

static void offers_nothing_in_strings_and_comments(void **state)
{
    (void)state;
    assert_false(offers("all sensor = \"", "dport"));
    assert_false(offers("all # why ", "dport"));
    assert_true(offers("all # why |\n ", "dport"));
    assert_true(offers("all sensor = \"a|b\" and ", "dport"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_word_at_the_end),
        cmocka_unit_test(offers_only_stages_after_a_bar),
        cmocka_unit_test(offers_aggregates_in_stats),
        cmocka_unit_test(offers_words_and_fields_in_filters),
        cmocka_unit_test(a_bar_in_brackets_is_no_stage),
        cmocka_unit_test(a_semicolon_begins_again),
        cmocka_unit_test(offers_nothing_in_strings_and_comments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
