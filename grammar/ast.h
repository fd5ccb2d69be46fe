/* ast.h - what a text of the language says, before any name is looked up. All
 * nodes live in the arena that parse_text was given; lists hang on `next`. The
 * grammar knows shapes: no names of fields, functions or calendars. */
#ifndef GRAMMAR_AST_H
#define GRAMMAR_AST_H

#include "base/addr.h"
#include "base/err.h"
#include "base/timestamp.h"

enum ast_kind {
    AST_NUM,      /* number */
    AST_REAL,     /* real */
    AST_LENGTH,   /* number: ns; a duration */
    AST_TIME,     /* time */
    AST_ADDR,     /* addr */
    AST_NET,      /* addr, bits (of 128) */
    AST_MAC,      /* number: 48 bits */
    AST_STRING,   /* text, without its quotes */
    AST_PARAM,    /* text: the name after `$` */
    AST_LETTERS,  /* text: flag letters after `flags`, `flags =`, `flags !=` */
    AST_NAME,     /* text, dots included */
    AST_CALL,     /* text(arg, ...) */
    AST_NEGATE,   /* -arg */
    AST_ARITH,    /* arg op arg */
    AST_COMPARE,  /* arg op arg */
    AST_IN,       /* arg in arg; the second may be an AST_LIST */
    AST_NOT_IN,   /* arg not in arg */
    AST_LIST,     /* (arg, arg, ...) after `in`, or a tuple before it */
    AST_SET,      /* {arg, ...} */
    AST_AND,      /* arg, arg, ...: two or more */
    AST_OR,       /* arg, arg, ... */
    AST_NOT,      /* not arg */
    AST_ACCESSOR, /* text[arg : number]; text is ip ip6 tcp ...; number 1 2 4 */
    AST_PRIMITIVE, /* tcpdump's: see struct ast_primitive */
    AST_FLAGS,     /* flags S/SA: text "S", mask "SA"; flags SF: mask NULL */
    AST_DURING,    /* during text */
    AST_ASSIGN     /* text = arg; `name_at` is the name's place */
};

enum ast_op {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_SHL,
    OP_SHR,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE
};

/* `[protocol] [src|dst] kind value`, or `less N`, `greater N`. Its values hang
 * on the node's `arg`: NUM ADDR NET NAME STRING PARAM; two for a portrange. A
 * value that the text gives bare (`port 80 or 443`, `src 10.0.0.1`) becomes a
 * primitive of its own with the qualifiers that it takes over. */
enum ast_primitive_kind {
    PRIM_HOST,
    PRIM_NET,
    PRIM_PORT,
    PRIM_PORTRANGE,
    PRIM_PROTO,
    PRIM_LESS,
    PRIM_GREATER
};

enum ast_direction { DIR_ANY, DIR_SRC, DIR_DST };

/* On an AST_NAME or AST_PARAM of a chain `taken` means: a primitive stands
 * directly before it, and these are its qualifiers. The word takes them only
 * if it is no condition itself: `port 80 or syn`, `port 80 or http`. A
 * primitive that is `taken` behind such a word is right only if the word took
 * them too. */
struct ast_primitive {
    enum ast_primitive_kind kind;
    enum ast_direction direction;
    const char *protocol; /* "tcp" of `tcp port 80`, or NULL */
    bool taken;           /* not written here: taken over */
};

/* How much of a point in time was written. */
enum ast_precision {
    TIME_DAY,
    TIME_HOUR,
    TIME_MINUTE,
    TIME_SECOND /* with or without a fraction */
};

/* T: a date or date and time, a word (now today ...), or $param, and a step. */
struct ast_time {
    const char *word;  /* "today", or NULL */
    const char *param; /* name after `$`, or NULL */
    struct civil civil;
    enum ast_precision precision;
    bool has_offset;
    int32_t offset; /* seconds east, when has_offset */
    int64_t step;   /* number of units, signed; 0 none */
    char step_unit; /* n u i s m h d w; n ns, u us, i ms, m minutes */
};

enum { AST_DEPTH_MAX = 1000 }; /* no tree of nodes is deeper */

/* What an expression is made of. */
enum {
    MARK_ACCESSOR = 1, /* an accessor takes part */
    MARK_OTHER = 2,    /* so does what is neither accessor nor constant */
    MARK_LOOSE = 4     /* `%` or `^` beside another operator, no brackets */
};

struct ast {
    enum ast_kind kind;
    bool bracketed; /* stood in ( ) of its own */
    bool desc;      /* a key of sort: descending */
    uint8_t marks;
    uint16_t depth; /* of the tree below, itself included */
    struct span at;
    struct span name_at; /* CALL: the function's name; ASSIGN: the new name */
    const char *text;
    const char *mask; /* AST_FLAGS */
    enum ast_op op;
    int64_t number;
    double real;
    struct addr addr;
    uint8_t bits;
    struct ast_time time;
    struct ast_primitive primitive;
    struct ast *arg;  /* first operand, argument or member */
    struct ast *next; /* next sibling */
};

enum ast_range_kind {
    RANGE_NONE,
    RANGE_ALL,
    RANGE_LAST,   /* a: LENGTH or PARAM */
    RANGE_ON,     /* a: TIME */
    RANGE_FROM,   /* a */
    RANGE_TO,     /* b */
    RANGE_FROM_TO /* a, b */
};

struct ast_range {
    enum ast_range_kind kind;
    struct span at;
    struct ast *a, *b;
};

enum ast_relation { SEEN_BEFORE, SEEN_AFTER, SEEN_NEAR };
enum ast_match {
    ON_ANYWHERE,
    ON_SAME_KEYS, /* args: the columns */
    ON_SAME_FLOW,
    ON_SAME_PAIR,
    ON_REVERSE_FLOW,
    ON_REVERSE_PAIR
};

/* One stage. The members that a stage does not use are zero. */
struct ast_stage {
    const char *name; /* "stats", or the name of a piece that is called */
    bool call;        /* a bare name: a piece */
    struct span at;   /* the stage's word */
    struct span whole;
    struct ast *args;   /* aggregates, columns, keys of distinct, sort keys,
                           chart's names, the set column, `on same` columns */
    struct ast *by;     /* keys after `by`; the expression of top */
    struct ast *filter; /* where; the condition of seen */
    struct ast *count;  /* head N, top N, burst >= N, similar >= X */
    struct ast *length; /* within D, attempts GAP, flows GAP */
    bool negated;       /* unless */
    enum ast_relation relation;
    enum ast_match match;
    struct span match_at;
    struct ast *min, *bits, *rewired; /* similar */
    bool plain;
    const char *file, *format; /* write */
    struct span file_at, format_at;
    struct ast_stage *next;
};

struct ast_query {
    struct span at;
    struct ast_range range;
    struct ast *filter; /* NULL: every packet */
    struct ast_stage *stages;
};

/* Calendar: sum of spans. */
enum ast_span_kind { SPAN_NAME, SPAN_DAYS, SPAN_HOURS, SPAN_HOLIDAYS };

struct ast_calendar_span {
    enum ast_span_kind kind;
    struct span at;
    const char *text;         /* NAME: calendar or day; HOLIDAYS: file */
    int32_t day_from, day_to; /* 0 Monday; DAYS, and HOURS with `on` */
    bool has_days;
    int32_t minute_from, minute_to; /* HOURS: minutes of the day, to 1440 */
    struct ast_calendar_span *next;
};

enum ast_item_kind {
    ITEM_QUERY,
    ITEM_LET_QUERY, /* let name = query, filter, or set: binding decides */
    ITEM_LET_PIECE, /* let name = | stages (query.stages) */
    ITEM_LET_FILE,  /* let name = file "text" */
    ITEM_HOME,      /* home [from point] = value */
    ITEM_ZONE,      /* zone "text" */
    ITEM_CALENDAR,
    ITEM_LABEL,    /* label "text" */
    ITEM_OVERRIDE, /* hunt name : settings */
    ITEM_HUNT
};

struct ast_param {
    const char *name, *type, *help;
    struct span at, type_at;
    struct ast *value, *min, *max;
    struct ast_param *next;
};

struct ast_item {
    enum ast_item_kind kind;
    struct span at, name_at;
    const char *name; /* let, calendar, hunt */
    const char *text; /* file, zone, label, title of a hunt */
    struct ast_query query;
    struct ast *value; /* home; settings of an override: ASSIGN nodes */
    struct ast *point; /* home from */
    struct ast_calendar_span *spans;
    struct ast *headers;      /* hunt: NAME nodes, values on arg */
    struct ast_param *params; /* hunt */
    struct ast_item *body;    /* hunt: lets and queries */
    struct ast_item *next;
};

#endif
