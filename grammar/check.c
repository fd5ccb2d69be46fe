/* check.c - what the shape of a rule does not say. */
#include "grammar/check.h"

#include <string.h>

#include "base/suggest.h"
#include "grammar/words.h"

void check_new_name(struct parse *ps, struct span at, const char *name)
{
    if (strchr(name, '.'))
        parse_fail(ps, at, "a new name has no dots");
}

void check_let_name(struct parse *ps, struct span at, const char *name)
{
    check_new_name(ps, at, name);
    if (words_is_stage(name))
        parse_fail(ps, at, "`%s` is a stage: give the `let` another name",
                   name);
}

/* A closed list of words; ends with NULL. */
struct closed {
    const char *what; /* "day" */
    const char *all;  /* for people */
    const char *words[16];
};

/* The place of the word, or 0 and an error. */
static int32_t find(struct parse *ps, const struct closed *list, struct span at,
                    const char *word)
{
    struct suggest near = {.wrong = word};

    for (int32_t i = 0; list->words[i]; i++) {
        if (strcmp(list->words[i], word) == 0)
            return i;
        suggest_try(&near, list->words[i]);
    }
    parse_fail(ps, at, "`%s` is no %s", word, list->what);
    if (near.best)
        parse_advise(ps, at, "did you mean `%s`? (%s)", near.best, list->all);
    else
        parse_advise(ps, at, "%s", list->all);
    return 0;
}

int32_t check_weekday(struct parse *ps, struct span at, const char *word)
{
    static const struct closed list = {
        "day",
        "mon tue wed thu fri sat sun",
        {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL},
    };

    return find(ps, &list, at, word);
}

void check_header(struct parse *ps, struct span at, const char *word)
{
    static const struct closed list = {
        "header of a hunt",
        "lang version status tags ref falsepos read schedule param",
        {"lang", "version", "status", "tags", "ref", "falsepos", "read",
          "schedule", NULL},
    };

    find(ps, &list, at, word);
}

void check_type(struct parse *ps, struct span at, const char *word)
{
    static const struct closed list = {
        "type of a parameter",
        "bool int real addr net mac time duration string flags set",
        {"bool", "int", "real", "addr", "net", "mac", "time", "duration",
          "string", "flags", "set", NULL},
    };

    find(ps, &list, at, word);
}

void check_format(struct parse *ps, struct span at, const char *word)
{
    static const struct closed list = {
        "format",
        "pcap csv json ndjson html svg",
        {"pcap", "csv", "json", "ndjson", "html", "svg", NULL},
    };

    find(ps, &list, at, word);
}

void check_day(struct parse *ps, const struct ast *time)
{
    if (!time->time.word || strcmp(time->time.word, "now") != 0)
        return;
    parse_fail(ps, time->at, "`now` is a moment, and `on` takes a day");
    parse_advise(ps, time->at, "on today, last 1h, from now-2h");
}

void check_once(struct parse *ps, struct span at, const void *given)
{
    if (given)
        parse_fail(ps, at, "`%s` is given twice", parse_text_at(ps, at));
}

void check_mixed(struct parse *ps, struct span at)
{
    parse_fail(ps, at, "`and` and `or` are mixed");
    parse_advise(ps, at,
                 "write the parentheses you mean: tcpdump gives both the same "
                 "precedence, SQL does not");
}
