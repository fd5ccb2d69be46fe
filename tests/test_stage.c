/* test_stage.c - the table of stages, names and texts while binding. */
#include <string.h>

#include "grammar/parse.h"
#include "query/stage.h"
#include "tests/test.h"

static void a_stage_is_built_or_known_to_the_grammar(void **state)
{
    uint32_t built = 0;

    (void)state;
    for (uint32_t i = 0; i < parse_stage_count; i++) {
        const struct stage_kind *k = stage_find(parse_stages[i].name);
        assert_int_equal(k != NULL, query_stage_built(parse_stages[i].name));
        if (!k)
            continue;
        assert_non_null(k->bind);
        assert_non_null(k->push);
        built++;
    }
    assert_true(built >= 9);
    assert_null(stage_find("nonsense"));
}

static void texts_lose_blanks_and_comments(void **state)
{
    static const char source[] = "  sum( len,\n\t# why\n  win )  ";
    struct arena a = {0};
    struct scope scope = {.arena = &a};
    struct stage_bind b = {
        .scope = &scope, .source = source, .source_len = sizeof source - 1};

    (void)state;
    assert_string_equal(stage_text(&b, (struct span){0, sizeof source}),
                        "sum( len, win )");
    assert_string_equal(stage_text(&b, (struct span){2, 5}), "sum");
    assert_string_equal(stage_text(&b, (struct span){900, 1000}), "");
    arena_free(&a);
}

static void counts_are_numbers_or_parameters(void **state)
{
    struct arena a = {0};
    struct err e = {.code = ERR_NONE};
    struct ast seven = {.kind = AST_NUM, .number = 7};
    struct ast minus = {.kind = AST_NUM, .number = -7};
    struct ast text = {.kind = AST_STRING, .text = "7"};
    struct ast name = {.kind = AST_PARAM, .text = "n"};
    struct scope_param p = {.name = "n", .value = &seven};
    struct scope scope = {.arena = &a, .params = &p};
    struct stage_bind b = {.scope = &scope};
    int64_t n = 0;

    (void)state;
    assert_true(stage_count(&b, &name, &n, &e));
    assert_int_equal(n, 7);
    assert_true(p.used);
    p.value = &minus;
    assert_false(stage_count(&b, &name, &n, &e));
    p.value = &text;
    assert_false(stage_count(&b, &name, &n, &e));
    name.text = "m";
    assert_false(stage_count(&b, &name, &n, &e));
    assert_string_equal(e.text, "`$m` was not given");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stage_is_built_or_known_to_the_grammar),
        cmocka_unit_test(texts_lose_blanks_and_comments),
        cmocka_unit_test(counts_are_numbers_or_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
