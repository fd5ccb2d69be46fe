/* parse_int.h - the state of one parse, shared by the scanner, the parser and
 * what builds the tree; nobody else's. */
#ifndef GRAMMAR_PARSE_INT_H
#define GRAMMAR_PARSE_INT_H

#include "base/arena.h"
#include "base/err.h"
#include "grammar/ast.h"

/* Flex writes these names, bison prefixes them. */
#define YYSTYPE QL_STYPE
#define YYLTYPE QL_LTYPE

enum {
    PARSE_BRACKETS_MAX = 64,
    PARSE_RECENT = 4,
    PARSE_BYTES_MAX = 16 * 1024 * 1024
};

/* A piece of the text that is parsed, not terminated. */
struct parse_piece {
    const char *s;
    size_t len;
    struct span at;
};

struct parse_token {
    int token;
    struct span at;
};

/* What may begin at the next token. */
enum parse_start {
    START_NOTHING,
    START_QUERY,    /* after `begin` */
    START_LET_BODY, /* after `let NAME =` */
    START_STATEMENT /* at the start, after `;` and `end` */
};

/* How far a range is read. */
enum parse_range {
    IN_NO_RANGE,
    BEFORE_POINT,
    BEFORE_LENGTH,
    AFTER_FROM /* `to` may follow */
};

enum parse_net { NET_NO, NET_VALUE, NET_LIST };  /* after `net`; in its list */
enum parse_let { LET_NO, LET_NAME, LET_EQUALS }; /* what comes next */

struct parse {
    struct arena *arena;
    struct err *e;
    const char *text;
    size_t len;
    uint32_t pos; /* bytes scanned so far */
    void *scanner;
    struct ast_item *items; /* the result */

    bool quiet;       /* looking ahead after an error: report nothing more */
    bool open_string; /* the text ended inside of a string */

    struct parse_token recent[PARSE_RECENT]; /* newest first */
    int prev, before; /* the last two tokens, as context */
    enum parse_start start;
    enum parse_range range;
    enum parse_net net;
    enum parse_let let;
    bool header, body, calendar; /* inside a hunt's header, its body */
    struct parse_token callee;   /* the word after the last pipe */

    struct parse_token open[PARSE_BRACKETS_MAX]; /* brackets not yet closed */
    uint32_t opened;
    uint32_t squares; /* of them `[` */
    bool astray;      /* closed by a bracket of another kind */
};

/* Keeps the first error; the scanner then ends the parse. Returns false. */
bool parse_fail(struct parse *ps, struct span at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* The hint of the error that was just set; nothing if it was not the first. */
void parse_advise(struct parse *ps, struct span at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The text under a span, as a string of the arena. */
const char *parse_text_at(struct parse *ps, struct span at);

#endif
