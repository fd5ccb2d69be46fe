/* words.c - what a word means from where it stands: one table of words, and
 * the little that must be remembered of the tokens before. */
#include "grammar/words.h"

#include <string.h>

#include "grammar/tree.h"

#include "grammar/parser.h"

#include "grammar/parse.h"

/* Stands for the last token of a range, after which no name is complete. */
enum { TOK_RANGED = -1 };

/* Where a word has its meaning; it is a name elsewhere. */
enum place {
    ANYWHERE,
    RANGE,     /* where a query begins */
    LET_BODY,  /* after `let NAME =` */
    STATEMENT, /* where a statement begins */
    OPTION,    /* where something complete stands before */
    SEEN,      /* after `if`, `unless` */
    MATCH,     /* after `on` */
    MATCHED,   /* after `same`, `reverse` */
    HEADER,    /* in the header of a hunt */
    CALENDAR,  /* in a calendar */
    FILTER     /* a name too, as far as the grammar allows one */
};

static const struct word {
    const char *text;
    int token;
    enum place place;
} words[] = {
    {"and",       TOK_AND,       ANYWHERE },
    {"or",        TOK_OR,        ANYWHERE },
    {"not",       TOK_NOT,       ANYWHERE },
    {"in",        TOK_IN,        ANYWHERE },
    {"by",        TOK_BY,        ANYWHERE },
    {"let",       TOK_LET,       ANYWHERE },
    {"hunt",      TOK_HUNT,      ANYWHERE },
    {"begin",     TOK_BEGIN,     ANYWHERE },
    {"end",       TOK_END,       ANYWHERE },
    {"last",      TOK_LAST,      RANGE    },
    {"on",        TOK_ON,        RANGE    },
    {"from",      TOK_FROM,      RANGE    },
    {"to",        TOK_TO,        RANGE    },
    {"all",       TOK_ALL,       RANGE    },
    {"file",      TOK_FILE,      LET_BODY },
    {"home",      TOK_HOME,      STATEMENT},
    {"zone",      TOK_ZONE,      STATEMENT},
    {"calendar",  TOK_CALENDAR,  STATEMENT},
    {"label",     TOK_LABEL,     STATEMENT},
    {"desc",      TOK_DESC,      OPTION   },
    {"as",        TOK_AS,        OPTION   },
    {"within",    TOK_WITHIN,    OPTION   },
    {"before",    TOK_BEFORE,    OPTION   },
    {"after",     TOK_AFTER,     OPTION   },
    {"near",      TOK_NEAR,      OPTION   },
    {"on",        TOK_ON,        OPTION   },
    {"min",       TOK_MIN,       OPTION   },
    {"bits",      TOK_BITS,      OPTION   },
    {"plain",     TOK_PLAIN,     OPTION   },
    {"rewired",   TOK_REWIRED,   OPTION   },
    {"seen",      TOK_SEEN,      SEEN     },
    {"same",      TOK_SAME,      MATCH    },
    {"reverse",   TOK_REVERSE,   MATCH    },
    {"flow",      TOK_FLOW,      MATCHED  },
    {"pair",      TOK_PAIR,      MATCHED  },
    {"param",     TOK_PARAMETER, HEADER   },
    {"holidays",  TOK_HOLIDAYS,  CALENDAR },
    {"src",       TOK_SRC,       FILTER   },
    {"dst",       TOK_DST,       FILTER   },
    {"host",      TOK_HOST,      FILTER   },
    {"net",       TOK_NETWORK,   FILTER   },
    {"port",      TOK_PORT,      FILTER   },
    {"portrange", TOK_PORTRANGE, FILTER   },
    {"proto",     TOK_PROTO,     FILTER   },
    {"less",      TOK_LESS,      FILTER   },
    {"greater",   TOK_GREATER,   FILTER   },
    {"ip",        TOK_IP,        FILTER   },
    {"ip6",       TOK_IP6,       FILTER   },
    {"tcp",       TOK_TCP,       FILTER   },
    {"udp",       TOK_UDP,       FILTER   },
    {"icmp",      TOK_ICMP,      FILTER   },
    {"icmp6",     TOK_ICMP6,     FILTER   },
    {"sctp",      TOK_SCTP,      FILTER   },
    {"flags",     TOK_FLAGS,     FILTER   },
    {"during",    TOK_DURING,    FILTER   },
};

const struct parse_stage_word parse_stages[] = {
#define STAGE(id, name, usage, help) {name, usage, help},
#include "grammar/stages.def"
#undef STAGE
};
const uint32_t parse_stage_count = sizeof parse_stages / sizeof *parse_stages;

static const int stage_tokens[] = {
#define STAGE(id, name, usage, help) TOK_##id,
#include "grammar/stages.def"
#undef STAGE
};

const char *const parse_words[] = {
    "and",      "or",        "not",       "in",    "by",        "let",
    "hunt",     "begin",     "end",       "last",  "on",        "from",
    "to",       "all",       "now",       "today", "yesterday", "thisweek",
    "lastweek", "thismonth", "lastmonth", "src",   "dst",       "host",
    "net",      "port",      "portrange", "proto", "less",      "greater",
    "ip",       "ip6",       "tcp",       "udp",   "icmp",      "icmp6",
    "sctp",     "flags",     "during",    NULL,
};

static int stage_token(const char *text)
{
    for (uint32_t i = 0; i < parse_stage_count; i++) {
        if (strcmp(parse_stages[i].name, text) == 0)
            return stage_tokens[i];
    }
    return TOK_NAME;
}

bool words_is_stage(const char *word)
{
    return stage_token(word) != TOK_NAME;
}

bool words_is_reserved(int token)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].token == token)
            return words[i].place == ANYWHERE;
    }
    return false;
}

bool words_is_operand(int token)
{
    switch (token) {
    case TOK_NAME:
    case TOK_PARAM:
    case TOK_STRING:
    case TOK_NUM:
    case TOK_REAL:
    case TOK_LENGTH:
    case TOK_TIME:
    case TOK_HOUR:
    case TOK_ADDR:
    case TOK_NET:
    case TOK_NETNUM:
    case TOK_MAC:
    case TOK_LETTERS:
    case TOK_MASK: return true;
    default: break;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].token == token)
            return words[i].place == FILTER;
    }
    return false;
}

bool words_completes(int token)
{
    switch (token) {
    case TOK_BEFORE:
    case TOK_AFTER:
    case TOK_NEAR:
    case TOK_PLAIN:
    case TOK_DEDUP:
    case ')':
    case ']':
    case '}': return true;
    default: return words_is_operand(token);
    }
}

static bool range_begins(const struct parse *ps, int token)
{
    return ps->start != START_NOTHING ||
           (token == TOK_TO && ps->range == AFTER_FROM) ||
           (token == TOK_FROM && ps->prev == TOK_HOME);
}

static bool has_meaning(const struct parse *ps, const struct word *w)
{
    int prev = ps->prev;

    switch (w->place) {
    case ANYWHERE: return true;
    case RANGE: return range_begins(ps, w->token);
    case LET_BODY: return ps->start == START_LET_BODY;
    case STATEMENT: return ps->start == START_STATEMENT;
    case OPTION: return words_completes(prev) && !ps->header;
    case SEEN: return prev == TOK_IF || prev == TOK_UNLESS;
    case MATCH: return prev == TOK_ON;
    case MATCHED: return prev == TOK_SAME || prev == TOK_REVERSE;
    case HEADER: return ps->header;
    case CALENDAR: return ps->calendar;
    default: return !ps->header;
    }
}

static int meaning(const struct parse *ps, const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].text, text) == 0 && has_meaning(ps, &words[i]))
            return words[i].token;
    }
    return ps->prev == TOK_PIPE ? stage_token(text) : TOK_NAME;
}

enum words_shape words_shape(const struct parse *ps)
{
    bool equality = ps->prev == '=' || ps->prev == TOK_NE;

    if (ps->prev == TOK_HUNT)
        return SHAPE_HUNT_NAME;
    if (ps->range == BEFORE_POINT)
        return SHAPE_POINT;
    if (ps->prev == TOK_FLAGS || (equality && ps->before == TOK_FLAGS))
        return SHAPE_LETTERS;
    if (ps->net != NET_NO)
        return SHAPE_NETWORK;
    return ps->calendar ? SHAPE_HOURS : SHAPE_PLAIN;
}

static enum parse_range range_after(const struct parse *ps, int token)
{
    if (ps->range == BEFORE_POINT)
        return ps->prev == TOK_FROM ? AFTER_FROM : IN_NO_RANGE;
    if (ps->range == BEFORE_LENGTH)
        return IN_NO_RANGE;
    if (token == TOK_LAST)
        return BEFORE_LENGTH;
    bool on_range = token == TOK_ON && ps->start != START_NOTHING;
    return token == TOK_FROM || token == TOK_TO || on_range ? BEFORE_POINT
                                                            : IN_NO_RANGE;
}

static enum parse_net net_after(const struct parse *ps, int token)
{
    if (token == TOK_NETWORK)
        return NET_VALUE;
    if (ps->net == NET_VALUE && token == '(')
        return NET_LIST;
    return ps->net == NET_LIST && token != ')' ? NET_LIST : NET_NO;
}

static enum parse_start start_after(const struct parse *ps, int token)
{
    if (token == ';' || token == TOK_END)
        return START_STATEMENT;
    if (token == TOK_BEGIN)
        return START_QUERY;
    return ps->let == LET_EQUALS && token == '=' ? START_LET_BODY
                                                 : START_NOTHING;
}

static enum parse_let let_after(const struct parse *ps, int token)
{
    if (token == TOK_LET)
        return LET_NAME;
    return ps->let == LET_NAME ? LET_EQUALS : LET_NO;
}

static void remember(struct parse *ps, int token, struct span at)
{
    for (int i = PARSE_RECENT - 1; i > 0; i--)
        ps->recent[i] = ps->recent[i - 1];
    ps->recent[0] = (struct parse_token){token, at};
    if (ps->prev == TOK_PIPE)
        ps->callee = ps->recent[0];
    if (token == ';')
        ps->callee = (struct parse_token){0};
}

static void update(struct parse *ps, int token, struct span at)
{
    bool ranged = ps->range == BEFORE_POINT || ps->range == BEFORE_LENGTH ||
                  token == TOK_ALL;

    remember(ps, token, at);
    ps->range = range_after(ps, token);
    ps->net = net_after(ps, token);
    ps->start = start_after(ps, token);
    ps->let = let_after(ps, token);
    if (token == TOK_HUNT)
        ps->header = true;
    if (token == TOK_CALENDAR)
        ps->calendar = true;
    if (token == TOK_BEGIN || token == ';')
        ps->header = ps->calendar = false;
    if (token == TOK_BEGIN || token == TOK_END)
        ps->body = token == TOK_BEGIN;
    ps->before = ps->prev;
    ps->prev = ranged ? TOK_RANGED : token;
}

static int partner(int token)
{
    switch (token) {
    case ')': return '(';
    case ']': return '[';
    case '}': return '{';
    default: return 0;
    }
}

static bool bracket(struct parse *ps, int token, struct span at)
{
    if (token == '(' || token == '[' || token == '{') {
        if (ps->opened == PARSE_BRACKETS_MAX)
            return parse_fail(ps, at, "brackets are nested deeper than %d",
                              PARSE_BRACKETS_MAX);
        ps->open[ps->opened++] = (struct parse_token){token, at};
        ps->squares += token == '[';
    } else if (partner(token)) {
        int open = ps->opened ? ps->open[ps->opened - 1].token : 0;
        if (open == partner(token))
            ps->opened--;
        else
            ps->astray = true;
        ps->squares -= open == '[' && token == ']';
    }
    return true;
}

int words_next(union QL_STYPE *value, struct span *at, struct parse *ps)
{
    if (ps->e->code != ERR_NONE && !ps->quiet)
        return TOK_QL_error;
    int token = words_scan(value, at, ps->scanner);
    if (token == TOK_WORD)
        token = meaning(ps, value->text);
    if (token == '|')
        token = ps->opened ? TOK_BITOR : TOK_PIPE;
    if (!bracket(ps, token, *at))
        return TOK_QL_error;
    if ((token == '-' || token == '+') && ps->prev == TOK_RANGED) {
        parse_fail(ps, *at, "no filter begins with a sign");
        parse_advise(ps, *at, "a step is glued to its time: today-7d");
        return TOK_QL_error;
    }
    update(ps, token, *at);
    return token;
}

/* Brackets do not reach over these. */
static bool is_border(int token)
{
    return token == TOK_YYEOF || token == ';' || token == TOK_QL_error ||
           token == TOK_LET || token == TOK_HUNT || token == TOK_BEGIN ||
           token == TOK_END;
}

bool words_unclosed(struct parse *ps, struct span *open)
{
    const struct parse before = *ps;
    uint32_t depth = ps->opened;
    int token = ps->recent[0].token;
    union QL_STYPE value;
    struct span at;

    if (depth == 0)
        return false;
    *open = ps->open[depth - 1].at;
    ps->quiet = true;
    while (ps->opened >= depth && !ps->astray && !is_border(token))
        token = words_next(&value, &at, ps);
    bool unclosed = ps->opened >= depth;
    *ps = before;
    return unclosed;
}
