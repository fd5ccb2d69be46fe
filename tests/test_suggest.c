/* test_suggest.c - which name is meant by a wrong one. */
#include "tests/test.h"

#include <string.h>

#include "base/suggest.h"

static const char *const names[] = {"src",   "sort",     "stats", "count",
                                    "dport", "distinct", "by",    "top",
                                    "sport", "where",    "n",     "ip"};

static const char *meant(const char *wrong)
{
    struct suggest s = {.wrong = wrong};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        suggest_try(&s, names[i]);
    return s.best;
}

static void finds_the_nearest(void **state)
{
    static const char *const of[][2] = {
        {"srt",     "src"     },
        {"cuont",   "count"   },
        {"cnt",     "count"   },
        {"dprot",   "dport"   },
        {"sprot",   "sport"   },
        {"distnct", "distinct"},
        {"STATS",   "stats"   },
        {"Wehre",   "where"   },
        {"statss",  "stats"   },
        {"distict", "distinct"},
        {"src",     "src"     },
        {"tpo",     "top"     }
    };

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_string_equal(meant(of[i][0]), of[i][1]);
}

static void says_nothing_when_nothing_is_near(void **state)
{
    static const char *const of[] = {"zzz", "x", "q", "", "frobnicate"};

    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_null(meant(of[i]));
}

static void the_first_of_equals_wins(void **state)
{
    struct suggest s = {.wrong = "xport"};

    (void)state;
    suggest_try(&s, "dport");
    suggest_try(&s, "sport");
    assert_string_equal(s.best, "dport");
    assert_int_equal(s.cost, 1);
    suggest_try(&s, "xport");
    assert_string_equal(s.best, "xport");
    assert_int_equal(s.cost, 0);
}

static void long_words_are_left_alone(void **state)
{
    char word[200];
    struct suggest s = {.wrong = word};

    (void)state;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    suggest_try(&s, word);
    assert_null(s.best);
    word[40] = '\0';
    suggest_try(&s, word);
    assert_ptr_equal(s.best, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_nearest),
        cmocka_unit_test(says_nothing_when_nothing_is_near),
        cmocka_unit_test(the_first_of_equals_wins),
        cmocka_unit_test(long_words_are_left_alone),
    };

    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
