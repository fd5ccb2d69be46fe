/* complete.c - finds the stage that a text ends in, and what it takes. */
#include "cli/complete.h"

#include <ctype.h>
#include <string.h>

#include "grammar/parse.h"

enum {
    OFFER_STAGES = 1,
    OFFER_FIELDS = 2,
    OFFER_FUNCTIONS = 4,
    OFFER_AGGREGATES = 8,
    OFFER_WORDS = 16,
    OFFER_LETS = 32
};

enum { OFFER_ANY = OFFER_FIELDS | OFFER_FUNCTIONS | OFFER_LETS };

/* What stages take that others do not; the filter has no name. */
static const struct {
    const char *stage;
    unsigned offer;
} places[] = {
    {"",       OFFER_ANY | OFFER_WORDS     },
    {"where",  OFFER_ANY | OFFER_WORDS     },
    {"if",     OFFER_ANY | OFFER_WORDS     },
    {"unless", OFFER_ANY | OFFER_WORDS     },
    {"stats",  OFFER_ANY | OFFER_AGGREGATES},
    {"burst",  OFFER_ANY | OFFER_AGGREGATES},
};

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

size_t complete_word(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && is_name_char(text[len - 1 - n]))
        n++;
    return n;
}

/* The start of the stage, or of the filter, that text[0..len) ends in. */
struct place {
    size_t from;
    int depth;
    char quote; /* the text ends inside a string */
    bool comment;
    bool piped; /* a `|` stands before `from` */
};

static void step(struct place *p, char c, size_t at)
{
    if (p->comment || p->quote) {
        p->comment = p->comment && c != '\n';
        if (c == p->quote || c == '\n')
            p->quote = 0;
        return;
    }
    p->comment = c == '#';
    if (c == '"')
        p->quote = c;
    if (strchr("([{", c))
        p->depth++;
    else if (strchr(")]}", c))
        p->depth -= p->depth > 0;
    else if ((c == '|' && p->depth == 0) || c == ';') {
        p->piped = c == '|';
        p->depth = 0;
        p->from = at + 1;
    }
}

static struct place find_place(const char *text, size_t len)
{
    struct place p = {0};

    for (size_t i = 0; i < len; i++)
        if (text[i])
            step(&p, text[i], i);
    return p;
}

static unsigned offers_of(const char *text, size_t len)
{
    struct place p = find_place(text, len);
    char stage[16] = "";
    size_t n = 0;

    if (p.quote || p.comment)
        return 0;
    while (p.from < len && isspace((unsigned char)text[p.from]))
        p.from++;
    while (p.from + n < len && is_name_char(text[p.from + n]))
        n++;
    if (p.piped && n == 0)
        return OFFER_STAGES;
    if (p.piped)
        snprintf(stage, sizeof stage, "%.*s", (int)n, text + p.from);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].stage, stage) == 0)
            return places[i].offer;
    return OFFER_ANY;
}

static void offer_words(const struct query_word *w, uint32_t n,
                        void (*offer)(void *, const char *), void *ctx)
{
    for (uint32_t i = 0; i < n; i++)
        offer(ctx, w[i].name);
}

void complete_offer(const char *text, size_t len, const struct query_session *q,
                    void (*offer)(void *ctx, const char *name), void *ctx)
{
    unsigned what = offers_of(text, len - complete_word(text, len));

    for (uint32_t i = 0; what & OFFER_STAGES && i < parse_stage_count; i++) {
        if (query_stage_built(parse_stages[i].name))
            offer(ctx, parse_stages[i].name);
    }
    if (what & OFFER_AGGREGATES)
        offer_words(query_aggregates, query_aggregate_count, offer, ctx);
    if (what & OFFER_FUNCTIONS)
        offer_words(query_functions, query_function_count, offer, ctx);
    for (uint32_t i = 0; what & OFFER_FIELDS && i < FIELD_COUNT; i++)
        offer(ctx, schema_fields[i].name);
    for (uint32_t i = 0; what & OFFER_WORDS && parse_words[i]; i++)
        offer(ctx, parse_words[i]);
    if (q && what & (OFFER_LETS | OFFER_STAGES))
        query_session_names(q, offer, ctx);
}
