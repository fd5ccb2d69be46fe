/* test_options.c - command lines read by tables. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

struct values {
    bool flag, other;
    const char *text;
    uint32_t count, choice;
    uint64_t size;
    int64_t length;
    struct options_list list;
};

static const char *const choices[] = {"red", "green", NULL};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
    {"flag",   'f', OPTIONS_FLAG,   AT(flag),   NULL,  "help", NULL   },
    {"other",  'o', OPTIONS_FLAG,   AT(other),  NULL,  "help", NULL   },
    {"text",   't', OPTIONS_TEXT,   AT(text),   "T",   "help", NULL   },
    {"count",  0,   OPTIONS_COUNT,  AT(count),  "N",   "help", NULL   },
    {"choice", 'c', OPTIONS_CHOICE, AT(choice), "C",   "help", choices},
    {"size",   0,   OPTIONS_SIZE,   AT(size),   "S",   "help", NULL   },
    {"length", 0,   OPTIONS_LENGTH, AT(length), "D",   "help", NULL   },
    {"list",   'l', OPTIONS_LIST,   AT(list),   "A=B", "help", NULL   },
};

enum { ROWS = sizeof rows / sizeof *rows, WORDS_MAX = 16 };

static struct values v;
static struct options_words words;
static struct err e;

/* Splits a line at spaces and parses it; the words last until the next. */
static bool parse(const char *line, bool stop_at_word)
{
    static char copy[256];
    static char *word[WORDS_MAX];
    char *save = NULL;
    const struct options_table table = {rows, ROWS, &v};

    snprintf(copy, sizeof copy, "%s", line);
    words = (struct options_words){word, 0};
    v = (struct values){0};
    e = (struct err){0};
    for (char *s = strtok_r(copy, " ", &save); s && words.n < WORDS_MAX;
         s = strtok_r(NULL, " ", &save))
        word[words.n++] = s;
    return options_parse(&table, 1, &words, stop_at_word, &e);
}

static void assert_refused(const char *line, const char *text, const char *hint)
{
    assert_false(parse(line, false));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, text);
    assert_string_equal(e.hint, hint);
}

static void reads_every_type(void **state)
{
    (void)state;
    assert_true(parse("--flag --text abc --count=7 -c green --size 2K "
                      "--length 90s --list a=1 -lb=2",
                      false));
    assert_true(v.flag);
    assert_false(v.other);
    assert_string_equal(v.text, "abc");
    assert_int_equal(v.count, 7);
    assert_int_equal(v.choice, 2);
    assert_int_equal(v.size, 2048);
    assert_int_equal(v.length, 90000000000);
    assert_int_equal(v.list.n, 2);
    assert_string_equal(v.list.item[0], "a=1");
    assert_string_equal(v.list.item[1], "b=2");
    assert_int_equal(words.n, 0);
}

static void keeps_the_words_in_their_order(void **state)
{
    (void)state;
    assert_true(parse("one -f two --text x three -", false));
    assert_int_equal(words.n, 4);
    assert_string_equal(words.word[0], "one");
    assert_string_equal(words.word[1], "two");
    assert_string_equal(words.word[2], "three");
    assert_string_equal(words.word[3], "-");
    assert_true(v.flag);
}

static void joins_short_flags(void **state)
{
    (void)state;
    assert_true(parse("-fot=x", false));
    assert_true(v.flag && v.other);
    assert_string_equal(v.text, "=x");
}

static void takes_no_option_after_two_dashes(void **state)
{
    (void)state;
    assert_true(parse("-f -- --text -o", false));
    assert_int_equal(words.n, 2);
    assert_string_equal(words.word[0], "--text");
    assert_false(v.other);
}

static void stops_at_the_first_word_when_asked(void **state)
{
    (void)state;
    assert_true(parse("-f --text x command -o --nonsense", true));
    assert_int_equal(words.n, 3);
    assert_string_equal(words.word[0], "command");
    assert_string_equal(words.word[2], "--nonsense");
    assert_false(v.other);
}

static void keeps_an_equals_sign_in_a_value(void **state)
{
    (void)state;
    assert_true(parse("--list=a=b=c", false));
    assert_string_equal(v.list.item[0], "a=b=c");
}

static void suggests_for_unknown_names(void **state)
{
    (void)state;
    assert_refused("--lenght 3s", "there is no option `--lenght`",
                   "did you mean `--length`?");
    assert_refused("--zzzzzzz", "there is no option `--zzzzzzz`", "");
    assert_refused("-fz", "there is no option `-z`",
                   "`--help` lists the options; a word that begins with a "
                   "dash comes after `--`");
}

static void refuses_values_of_another_type(void **state)
{
    (void)state;
    assert_refused("--flag=1", "`--flag` takes no value, not `1`", "");
    assert_refused("--text", "`--text` needs a value: --text T", "");
    assert_refused("--text=", "the value of `--text` is empty", "");
    assert_refused("--count 0",
                   "`--count` takes a whole number from 1, not "
                   "`0`",
                   "");
    assert_refused("--count -1",
                   "`--count` takes a whole number from 1, not `-1`", "");
    assert_refused("--count 99999999999",
                   "`--count` takes a whole number from 1, not `99999999999`",
                   "");
    assert_refused("-c blue", "`--choice` takes one of red, green, not `blue`",
                   "");
    assert_refused("--size 5x", "`--size` takes a size as 512M or 2G, not `5x`",
                   "");
    assert_refused("--length 30",
                   "`--length` takes a length of time as 30s or 5m, not `30`",
                   "");
}

static void refuses_a_list_that_is_too_long(void **state)
{
    struct options_words many = {calloc(100, sizeof(char *)), 100};
    const struct options_table table = {rows, ROWS, &v};
    char word[] = "-lx";

    (void)state;
    for (uint32_t i = 0; i < many.n; i++)
        many.word[i] = word;
    v = (struct values){0};
    assert_false(options_parse(&table, 1, &many, false, &e));
    assert_string_equal(e.text, "`--list` is given more than 64 times");
    free(many.word);
}

static void reads_lengths_of_time(void **state)
{
    int64_t ns = 0;

    (void)state;
    assert_true(options_parse_length("250ms", &ns));
    assert_int_equal(ns, 250000000);
    assert_true(options_parse_length("2w", &ns));
    assert_int_equal(ns, INT64_C(1209600000000000));
    assert_false(options_parse_length("", &ns));
    assert_false(options_parse_length("s", &ns));
    assert_false(options_parse_length("1.5h", &ns));
    assert_false(options_parse_length("99999999999w", &ns));
    assert_false(options_parse_length("99999999999999999999s", &ns));
}

static void prints_one_line_an_option(void **state)
{
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    (void)state;
    options_print_help(out, rows + 2, 2);
    fclose(out);
    assert_string_equal(text, "  -t, --text T               help\n"
                              "      --count N              help\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(keeps_the_words_in_their_order),
        cmocka_unit_test(joins_short_flags),
        cmocka_unit_test(takes_no_option_after_two_dashes),
        cmocka_unit_test(stops_at_the_first_word_when_asked),
        cmocka_unit_test(keeps_an_equals_sign_in_a_value),
        cmocka_unit_test(suggests_for_unknown_names),
        cmocka_unit_test(refuses_values_of_another_type),
        cmocka_unit_test(refuses_a_list_that_is_too_long),
        cmocka_unit_test(reads_lengths_of_time),
        cmocka_unit_test(prints_one_line_an_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
