/* report.c - what a syntax error says: the first row of `cases` that knows the
 * mistake speaks, the last ones know every mistake. */
#include "grammar/report.h"

#include <string.h>

#include "base/suggest.h"
#include "grammar/words.h"

#include "grammar/parser.h"

#include "grammar/parse.h"

static int token(const struct report *r, int back)
{
    return r->ps->recent[back].token;
}

static const char *text(const struct report *r, int back)
{
    return parse_text_at(r->ps, r->ps->recent[back].at);
}

/* Says it at the token that is `back` tokens before the last. */
static bool say(const struct report *r, int back, const char *what,
                const char *hint)
{
    struct span at = r->ps->recent[back].at;

    parse_fail(r->ps, at, "%s", what);
    if (hint)
        parse_advise(r->ps, at, "%s", hint);
    return true;
}

static bool unclosed(const struct report *r)
{
    struct span at;

    if (!words_unclosed(r->ps, &at))
        return false;
    parse_fail(r->ps, at, "this bracket is never closed");
    return true;
}

static bool is_comparison(int t)
{
    return t == '=' || t == '<' || t == '>' || t == TOK_NE || t == TOK_LE ||
           t == TOK_GE;
}

static bool is_arithmetic(int t)
{
    return t == '+' || t == '-' || t == '*' || t == '/' || t == '%' ||
           t == '&' || t == '^' || t == TOK_SHL || t == TOK_SHR ||
           t == TOK_BITOR;
}

static bool wants(const struct report *r, const char *what)
{
    for (uint32_t i = 0; i < r->wanted_count; i++) {
        if (strcmp(r->wanted[i], what) == 0)
            return true;
    }
    return false;
}

/* A stage's name that none has, with arguments: `stat n = count()`. */
static bool no_stage(const struct report *r)
{
    struct parse_token callee = r->ps->callee;
    bool called = callee.token == TOK_NAME && token(r, 1) == TOK_NAME &&
                  r->ps->recent[1].at.from == callee.at.from &&
                  token(r, 0) != TOK_YYEOF;

    if (!called)
        return false;
    struct suggest near = {.wrong = parse_text_at(r->ps, callee.at)};
    for (uint32_t i = 0; i < parse_stage_count; i++)
        suggest_try(&near, parse_stages[i].name);
    parse_fail(r->ps, callee.at, "`%s` is no stage", near.wrong);
    if (token(r, 0) == TOK_AND || token(r, 0) == TOK_OR ||
        is_comparison(token(r, 0)))
        parse_advise(r->ps, callee.at, "for bits write (a | b)");
    else if (near.best)
        parse_advise(r->ps, callee.at, "did you mean `%s`?", near.best);
    else
        parse_advise(r->ps, callee.at, "a `let` is called without arguments");
    return true;
}

static bool no_unit(const struct report *r)
{
    int before = token(r, 1);

    if (token(r, 0) != TOK_NUM || (before != TOK_LAST && before != TOK_WITHIN))
        return false;
    const char *n = text(r, 0), *word = text(r, 1);
    parse_fail(r->ps, r->at,
               "a length of time needs a unit: `%s %s` -> %s %s%s "
               "(ns us ms s m h d w)",
               word, n, word, n, before == TOK_LAST ? "d" : "s");
    return true;
}

static bool no_time(const struct report *r)
{
    static const char *const points[] = {"now",       "today",    "yesterday",
                                         "thisweek",  "lastweek", "thismonth",
                                         "lastmonth", NULL};

    if (!wants(r, "a point in time") || r->wanted_count != 1)
        return false;
    struct suggest near = {.wrong = text(r, 0)};
    for (size_t i = 0; points[i]; i++)
        suggest_try(&near, points[i]);
    bool end = token(r, 0) == TOK_YYEOF;
    parse_fail(r->ps, r->at, "%s%s%s is no point in time", end ? "" : "`",
               end ? "the end" : near.wrong, end ? "" : "`");
    if (near.best)
        parse_advise(r->ps, r->at, "did you mean `%s`?", near.best);
    else
        parse_advise(r->ps, r->at,
                     "2026-08-15, 2026-08-15T10:00, now, today, yesterday, "
                     "thisweek, lastweek, thismonth, lastmonth, $param");
    return true;
}

static bool no_relation(const struct report *r)
{
    int stage = r->ps->callee.token;

    if ((stage != TOK_IF && stage != TOK_UNLESS) ||
        (token(r, 0) != TOK_ON && token(r, 0) != TOK_WITHIN))
        return false;
    return say(r, 0,
               "say first when the other packet was seen: before, after or "
               "near",
               NULL);
}

static bool pipe_as_bits(const struct report *r)
{
    if (token(r, 1) != TOK_PIPE || token(r, 0) != TOK_NUM)
        return false;
    return say(r, 0, "a `|` outside of brackets begins a stage",
               "for bits write (a | b)");
}

static bool stray_list(const struct report *r)
{
    const struct parse *ps = r->ps;

    if (token(r, 0) != ',' || ps->opened == 0 || wants(r, "`)`") ||
        ps->open[ps->opened - 1].token != '(')
        return false;
    return say(r, 0,
               "a list in parentheses stands only after in, host, net, port "
               "and proto",
               "a set is {a, b}");
}

static bool service_name(const struct report *r)
{
    if (token(r, 0) != '-' || token(r, 1) != TOK_NAME ||
        token(r, 2) != TOK_PORT)
        return false;
    return say(r, 0, "a service name with a hyphen is quoted",
               "port \"ftp-data\"");
}

/* Words of tcpdump's that the language refuses, as pcap-filter(7) has them. */
static const struct refused {
    const char *word, *instead;
} refused[] = {
    {"ether",     "smac = 00:11:22:aa:bb:cc, dmac = ..., ethertype = 0x0806" },
    {"gateway",   "dmac = the gateway's hardware address and not host its IP"},
    {"mask",      "write the prefix length: net 192.168.0.0/16"              },
    {"vlan",      "vlan = 5, or has(vlan)"                                   },
    {"broadcast", "dst = 255.255.255.255 or dmac = ff:ff:ff:ff:ff:ff"        },
    {"multicast", "dst in {224.0.0.0/4, ff00::/8}"                           },
};

const char *parse_instead(const char *word)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (strcmp(refused[i].word, word) == 0)
            return refused[i].instead;
    }
    return NULL;
}

/* `ether host ...`, `net 10.0.0.0 mask 255.0.0.0`, `ip broadcast`. */
static bool refused_word(const struct report *r)
{
    for (int back = 0; back < 2; back++) {
        if (token(r, back) != TOK_NAME)
            continue;
        const char *word = text(r, back), *instead = parse_instead(word);
        if (!instead || (back == 1 && token(r, 0) == TOK_YYEOF))
            continue;
        int place = token(r, 0) == '[' ? 0 : back;
        struct span at = r->ps->recent[place].at;
        parse_fail(r->ps, at, "tcpdump's `%s` is not understood here", word);
        parse_advise(r->ps, at, "%s", instead);
        return true;
    }
    return false;
}

static bool direction_list(const struct report *r)
{
    if (token(r, 0) != '(' ||
        (token(r, 1) != TOK_SRC && token(r, 1) != TOK_DST))
        return false;
    return say(r, 0, "a list stands only after in, host, net, port and proto",
               token(r, 1) == TOK_SRC ? "src host (a, b)" : "dst host (a, b)");
}

static bool length_alone(const struct report *r)
{
    if (token(r, 0) != TOK_LENGTH || token(r, 1) != TOK_DEDUP)
        return false;
    return say(r, 0, "`dedup` takes its length of time after `within`",
               "dedup within 2ms");
}

static bool is_word(const struct report *r, int back, const char *word)
{
    return token(r, back) == TOK_NAME && strcmp(text(r, back), word) == 0;
}

/* `inbound, last 2d`, `if seen last 7d`, `last 1d on 2026-08-15`. */
static bool late_range(const struct report *r)
{
    bool length = token(r, 0) == TOK_LENGTH && is_word(r, 1, "last");
    bool time = token(r, 0) == TOK_TIME &&
                (is_word(r, 1, "on") || is_word(r, 1, "from"));

    if (!length && !time)
        return false;
    return say(r, 0, "a range stands only where a query begins",
               "one range a query; a query inside of another is given a name "
               "first: let x = last 7d ... ;");
}

static bool compared_column(const struct report *r)
{
    int stage = r->ps->callee.token;
    bool columns = stage == TOK_SHOW || stage == TOK_SORT || stage == TOK_TOP;

    if (!columns || !is_comparison(token(r, 0)) || r->ps->opened > 0)
        return false;
    return say(r, 0, "a comparison stands in parentheses here",
               stage == TOK_SHOW ? "(a = b), or name = a = b" : "(a = b)");
}

static bool comparison_chain(const struct report *r)
{
    bool again = is_comparison(token(r, 0)) || token(r, 0) == TOK_NOT ||
                 token(r, 0) == TOK_IN;

    if (!again || !is_comparison(token(r, 2)))
        return false;
    return say(r, 0, "comparisons do not chain", "a = b and b = c");
}

static bool no_aggregate(const struct report *r)
{
    int t = token(r, 0);

    if (r->ps->callee.token != TOK_STATS || token(r, 1) != TOK_NAME ||
        !wants(r, "`(`") || (t != TOK_BY && t != ',' && t != TOK_YYEOF))
        return false;
    return say(r, 0, "an aggregate is a call, and a name is none",
               "count(), or n = count()");
}

static bool nameless_key(const struct report *r)
{
    if (!is_arithmetic(token(r, 0)) || !wants(r, "`=`") || !wants(r, "`(`"))
        return false;
    return say(r, 0, "a key that is computed is given a name",
               "by tenth = ttl / 10");
}

static bool flag_letters(const struct report *r)
{
    if (token(r, 0) == TOK_MASK)
        return say(r, 0, "a mask stands without `=`", "flags S/SA");
    if (token(r, 0) != TOK_NAME || token(r, 1) != TOK_FLAGS)
        return false;
    return say(r, 0, "no flag letters", "S F R P A U E C N, W for C, . for A");
}

static bool empty_set(const struct report *r)
{
    if (token(r, 0) != '}' || token(r, 1) != '{')
        return false;
    return say(r, 0, "a set is not empty", NULL);
}

static bool span_in_set(const struct report *r)
{
    const struct parse *ps = r->ps;

    if (token(r, 0) != TOK_DOTS || ps->opened == 0)
        return false;
    return say(r, 0, "a set holds values, not spans of them",
               "a >= 1 and a <= 1023, or portrange 1-1023");
}

static bool ascending(const struct report *r)
{
    if (r->ps->callee.token != TOK_SORT || token(r, 0) != TOK_NAME)
        return false;
    return say(r, 0, "after a key of `sort` stands `desc` or nothing",
               "without it the smallest comes first");
}

static bool site_word(const struct report *r)
{
    int t = token(r, 0);

    if (!r->ps->body ||
        (t != TOK_HOME && t != TOK_ZONE && t != TOK_CALENDAR && t != TOK_LABEL))
        return false;
    return say(r, 0, "this belongs into the site file, not into a hunt", NULL);
}

/* Is the last token the first of its line? */
static bool begins_line(const struct report *r)
{
    const char *s = r->ps->text;
    uint32_t i = r->ps->recent[0].at.from;

    while (i > 0 && (s[i - 1] == ' ' || s[i - 1] == '\t'))
        i--;
    return i > 0 && s[i - 1] == '\n';
}

static bool no_semicolon(const struct report *r)
{
    static const char *const first[] = {"let",   "hunt",     "home", "zone",
                                        "label", "calendar", NULL};

    for (size_t i = 0; first[i]; i++) {
        if (begins_line(r) && strcmp(text(r, 0), first[i]) == 0 &&
            token(r, 1) != ';')
            return say(r, 0, "the statement before is not ended",
                       "statements end with `;`");
    }
    return false;
}

/* `scr 10.0.0.1`: a name that is nearly a qualifier, before a value. */
static bool no_qualifier(const struct report *r)
{
    static const char *const words[] = {"src",   "dst",  "host", "net",
                                        "proto", "port", NULL};
    int t = token(r, 0);

    if (token(r, 1) != TOK_NAME || t == TOK_NAME || !words_is_operand(t))
        return false;
    struct suggest near = {.wrong = text(r, 1)};
    for (size_t i = 0; words[i]; i++)
        suggest_try(&near, words[i]);
    if (!near.best || near.cost > 1)
        return false;
    say(r, 1, "two conditions without `and` or `or` between them", NULL);
    parse_advise(r->ps, r->ps->recent[1].at, "did you mean `%s`?", near.best);
    return true;
}

/* `head 5 sort n`, `syn rst`. */
static bool no_join(const struct report *r)
{
    int t = token(r, 0), stage = r->ps->callee.token;
    const struct parse *ps = r->ps;
    bool filter = stage == 0 || stage == TOK_WHERE || stage == TOK_IF ||
                  stage == TOK_UNLESS;
    bool begins = t == TOK_NOT || t == '(' || words_is_operand(t);

    if (t == TOK_NAME && words_is_stage(text(r, 0)) && token(r, 1) != TOK_PIPE)
        return say(r, 0, "a stage begins with `|`", NULL);
    if (ps->header || ps->calendar || !filter || !begins ||
        !words_completes(token(r, 1)))
        return false;
    return no_qualifier(r) ||
           say(r, 0, "two conditions without `and` or `or` between them", NULL);
}

/* Joins what would fit: "a, b or c". */
static const char *wanted(const struct report *r, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < r->wanted_count && len < size; i++) {
        const char *join = i == 0                     ? ""
                           : i + 1 == r->wanted_count ? " or "
                                                      : ", ";
        int n = snprintf(out + len, size - len, "%s%s", join, r->wanted[i]);
        len += n > 0 ? (size_t)n : 0;
    }
    return out;
}

static void advise_wanted(const struct report *r, struct span at)
{
    char list[200];

    if (r->wanted_count > 0)
        parse_advise(r->ps, at, "expected %s", wanted(r, list, sizeof list));
}

static bool too_early(const struct report *r)
{
    if (token(r, 0) != TOK_YYEOF)
        return false;
    uint32_t end = r->ps->recent[1].at.to;
    struct span at = {end, end};
    if (r->ps->body || r->ps->header)
        parse_fail(r->ps, at, "the text ends inside of a hunt");
    else
        parse_fail(r->ps, at, "the text ends too early");
    if (r->ps->body)
        parse_advise(r->ps, at, "a hunt ends with `end`");
    advise_wanted(r, at);
    return true;
}

static bool reserved(const struct report *r)
{
    char first = text(r, 0)[0];

    if (!words_is_reserved(token(r, 0)) || first < 'a' || first > 'z')
        return false;
    parse_fail(r->ps, r->at, "`%s` is a reserved word and does not fit here",
               text(r, 0));
    advise_wanted(r, r->at);
    return true;
}

static bool misfit(const struct report *r)
{
    parse_fail(r->ps, r->at, "`%s` does not fit here", text(r, 0));
    advise_wanted(r, r->at);
    return true;
}

static bool (*const cases[])(const struct report *r) = {
    unclosed,        no_stage,         no_unit,        no_time,
    no_relation,     pipe_as_bits,     direction_list, stray_list,
    service_name,    refused_word,     length_alone,   late_range,
    compared_column, comparison_chain, no_aggregate,   nameless_key,
    flag_letters,    empty_set,        span_in_set,    ascending,
    site_word,       no_semicolon,     too_early,      reserved,
    no_join,         misfit,
};

void report_syntax(const struct report *r)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i](r))
            return;
    }
}
