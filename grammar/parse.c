/* parse.c - drives the generated scanner and parser. */
#include "grammar/parse.h"

#include <stdarg.h>
#include <stdio.h>

#include "grammar/parse_int.h"
#include "grammar/tree.h"
#include "grammar/words.h"

#include "grammar/parser.h"

#include "grammar/lexer.h"

bool parse_fail(struct parse *ps, struct span at, const char *fmt, ...)
{
    char message[sizeof ps->e->text];
    va_list ap;

    if (ps->quiet || ps->e->code != ERR_NONE)
        return false;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    return err_query(ps->e, at, "%s", message);
}

void parse_advise(struct parse *ps, struct span at, const char *fmt, ...)
{
    char message[sizeof ps->e->hint];
    bool first = ps->e->code == ERR_QUERY && ps->e->at.from == at.from &&
                 ps->e->at.to == at.to && ps->e->hint[0] == '\0';
    va_list ap;

    if (ps->quiet || !first)
        return;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    err_hint(ps->e, "%s", message);
}

const char *parse_text_at(struct parse *ps, struct span at)
{
    return arena_strndup(ps->arena, ps->text + at.from, at.to - at.from);
}

static bool begin(struct parse *ps)
{
    yyscan_t scanner;

    *ps->e = (struct err){0};
    ps->start = START_STATEMENT;
    if (ps->len > PARSE_BYTES_MAX)
        return err_set(ps->e, ERR_LIMIT, "the text is longer than %d MiB",
                       PARSE_BYTES_MAX >> 20);
    if (ql_lex_init_extra(ps, &scanner) != 0)
        err_no_memory();
    ps->scanner = scanner;
    ql__scan_bytes(ps->text, (int)ps->len, scanner);
    return true;
}

struct ast_item *parse_text(struct arena *a, const char *text, size_t len,
                            struct err *e)
{
    struct parse ps = {.arena = a, .e = e, .text = text, .len = len};

    if (!begin(&ps))
        return NULL;
    int status = ql_parse(&ps);
    ql_lex_destroy(ps.scanner);
    return status == 0 && e->code == ERR_NONE ? ps.items : NULL;
}

static bool asks_for_more(int token)
{
    switch (token) {
    case TOK_PIPE:
    case TOK_BITOR:
    case TOK_AND:
    case TOK_OR:
    case TOK_NOT:
    case TOK_IN:
    case TOK_BY:
    case ',': return true;
    default: return false;
    }
}

/* A hunt is open from its name to its `end`; an override is none. */
static bool hunt_open(bool open, int before, int token)
{
    if (token == TOK_HUNT)
        return true;
    if (token == TOK_END || (token == ':' && before == TOK_HUNT_NAME))
        return false;
    return open;
}

bool parse_complete(const char *text, size_t len)
{
    struct arena arena = {0};
    struct err e;
    struct parse ps = {.arena = &arena, .e = &e, .text = text, .len = len};
    union QL_STYPE value;
    struct span at;
    bool hunt = false;
    int token = 0, before = 0;

    if (!begin(&ps))
        return true;
    ps.quiet = true;
    for (int t; (t = words_next(&value, &at, &ps)) != TOK_YYEOF;) {
        before = token;
        token = t;
        hunt = hunt_open(hunt, before, token);
    }
    ql_lex_destroy(ps.scanner);
    arena_free(&arena);
    return !(ps.opened > 0 || ps.open_string || hunt || asks_for_more(token));
}
