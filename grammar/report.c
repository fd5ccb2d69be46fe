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
    struct parse ahead = *r->ps;

    if (!words_unclosed(&ahead, &at))
        return false;
    parse_fail(r->ps, at, "this bracket is never closed");
    return true;
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
    if (near.best)
        parse_advise(r->ps, callee.at, "did you mean `%s`?", near.best);
    else
        parse_advise(r->ps, callee.at, "a `let` is called without arguments");
    return true;
}

static bool no_unit(const struct report *r)
{
    const char *n = text(r, 0);

    if (token(r, 0) != TOK_NUM ||
        (token(r, 1) != TOK_LAST && token(r, 1) != TOK_WITHIN))
        return false;
    const char *word = text(r, 1), *unit = token(r, 1) == TOK_LAST ? "d" : "s";
    return parse_fail(r->ps, r->at,
                      "a length of time needs a unit: `%s %s` -> %s %s%s "
                      "(ns us ms s m h d w)",
                      word, n, word, n, unit) ||
           true;
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

    if (token(r, 0) != ',' || ps->opened == 0 ||
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

static bool network_as_host(const struct report *r)
{
    if (token(r, 0) != TOK_NET || token(r, 1) != TOK_HOST)
        return false;
    return say(r, 0, "`host` takes an address, and this is a network",
               "write net instead of host");
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
    parse_fail(r->ps, at, "the text ends too early");
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
    unclosed,       no_stage,   no_unit,      no_relation,  pipe_as_bits,
    direction_list, stray_list, service_name, refused_word, network_as_host,
    length_alone,   too_early,  reserved,     misfit,
};

void report_syntax(const struct report *r)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i](r))
            return;
    }
}
