/* parser.y - the shape of the language. Builds a tree, decides nothing else.
 * There are no precedence declarations and no conflicts: a rule a level. */
%require "3.8"
%define api.pure full
%define api.prefix {ql_}
%define api.token.prefix {TOK_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *ps}

%code requires {
#include "grammar/tree.h"
}

%code {
#include <string.h>

#include "grammar/chain.h"
#include "grammar/check.h"
#include "grammar/report.h"
#include "grammar/words.h"

#define YYMAXDEPTH 4000
#define YYLLOC_DEFAULT(Cur, Rhs, N)                                     \
    do {                                                                \
        (Cur).from = (N) ? YYRHSLOC(Rhs, 1).from : YYRHSLOC(Rhs, 0).to; \
        (Cur).to = (N) ? YYRHSLOC(Rhs, N).to : YYRHSLOC(Rhs, 0).to;     \
    } while (0)
#undef yylex
#define yylex words_next

#define APPEND(list, first, x)      \
    do {                            \
        (list) = (first);           \
        TREE_APPEND(&(list), (x));  \
    } while (0)
#define BEGIN_LIST(list, x) ((list).first = (list).last = (x))

static void ql_error(const struct span *at, struct parse *ps, const char *message);
}

%union {
    const char *text;
    enum ast_op op;
    bool flag;
    enum ast_direction direction;
    enum ast_primitive_kind kind;
    enum ast_relation relation;
    struct ast *node;
    struct tree_list list;
    struct ast_stage *stage;
    struct tree_stages stages;
    struct ast_range *range;
    struct ast_query *query;
    struct ast_item *item;
    struct tree_items items;
    struct ast_param *param;
    struct tree_params params;
    struct ast_calendar_span *span;
    struct tree_spans spans;
    struct { struct ast *min, *max; } bounds;
    struct { struct tree_list headers; struct tree_params params; } header;
}

%token YYEOF 0 "the end"
/* reserved everywhere */
%token AND "`and`" OR "`or`" NOT "`not`" IN "`in`" BY "`by`" LET "`let`" HUNT "`hunt`" BEGIN "`begin`" END "`end`"
/* where a query begins */
%token LAST "`last`" ON "`on`" FROM "`from`" TO "`to`" ALL "`all`"
/* where a statement or the body of a `let` begins; names too */
%token <text> HOME "`home`" ZONE "`zone`" CALENDAR "`calendar`" LABEL "`label`" FILE "`file`"
/* after a stage's pipe: the rows of stages.def */
%token WHERE "`where`" STATS "`stats`" DISTINCT "`distinct`" ADD "`add`" SHOW "`show`" SORT "`sort`" HEAD "`head`" TOP "`top`"
%token IF "`if`" UNLESS "`unless`" BURST "`burst`" ATTEMPTS "`attempts`" FLOWS "`flows`" DEDUP "`dedup`" SIMILAR "`similar`"
%token DISJOINT "`disjoint`" INVARIANTS "`invariants`" CLOCK "`clock`" FILL "`fill`" CHART "`chart`" SET "`set`" WRITE "`write`"
/* where something complete stands before, or behind the word they belong to */
%token SEEN "`seen`" BEFORE "`before`" AFTER "`after`" NEAR "`near`" WITHIN "`within`" SAME "`same`" REVERSE "`reverse`" FLOW "`flow`" PAIR "`pair`"
%token DESC "`desc`" AS "`as`" MIN "`min`" BITS "`bits`" PLAIN "`plain`" REWIRED "`rewired`" HOLIDAYS "`holidays`" PARAMETER "`param`"
/* words of the filter; names too */
%token <text> SRC "`src`" DST "`dst`" HOST "`host`" NETWORK "`net`" PORT "`port`" PORTRANGE "`portrange`" PROTO "`proto`" LESS "`less`" GREATER "`greater`"
%token <text> IP "`ip`" IP6 "`ip6`" TCP "`tcp`" UDP "`udp`" ICMP "`icmp`" ICMP6 "`icmp6`" SCTP "`sctp`" FLAGS "`flags`" DURING "`during`"
%token <text> NAME "a name" HUNT_NAME "the name of a hunt" LETTERS "flag letters"
%token <node> PARAM "a $parameter" STRING "a string" NUM "a number" REAL "a decimal number" LENGTH "a length of time"
%token <node> TIME "a point in time" HOUR "a time of day" ADDR "an address" NET "a network" NETNUM "a network number" MAC "a hardware address"
%token <node> MASK "flag letters with a mask"
%token PIPE "`|`" BITOR "a bit-or" LE "`<=`" GE "`>=`" NE "`!=`" SHL "`<<`" SHR "`>>`" DOTS "`..`"
%token <text> WORD "a word" /* the scanner's, before its meaning is known */
%token ';' "`;`" ',' "`,`" '(' "`(`" ')' "`)`" '[' "`[`" ']' "`]`" '{' "`{`" '}' "`}`" '=' "`=`" ':' "`:`"
%token '+' "`+`" '-' "`-`" '*' "`*`" '/' "`/`" '%' "`%`" '&' "`&`" '^' "`^`" '<' "`<`" '>' "`>`"

%type <items> statements body
%type <item> statement last_statement let letbody site hunt step title
%type <query> query
%type <stages> stages
%type <stage> stage simopts on
%type <range> range
%type <spans> spans
%type <span> span days hours
%type <header> headers
%type <list> headvals settings
%type <node> header headval setting literal
%type <param> param
%type <bounds> bounds
%type <text> new_name header_key type name function header_of
%type <node> length count real atleast within gap groups
%type <list> keys aggs assigns columns sortkeys names
%type <node> column_name key agg assign column sortkey
%type <flag> seenword
%type <relation> when
%type <node> expr test comparison choice tuple bitor bitxor bitand shift sum product sign atom setlit call accessor
%type <list> ands ors exprs
%type <op> relop
%type <node> primitive typed directed value
%type <list> values commas ors_of_values
%type <direction> dir
%type <kind> kind
%start input

%%

/* ---- statements ---- */

input: statements last_statement    { TREE_APPEND(&$1, $2); ps->items = $1.first; }
    ;
statements: %empty                  { $$ = (struct tree_items){0}; }
    | statements ';'                { $$ = $1; }
    | statements statement ';'      { APPEND($$, $1, $2); }
    | statements hunt               { APPEND($$, $1, $2); }
    ;
last_statement: %empty              { $$ = NULL; }
    | statement
    ;
statement: let
    | query                         { $$ = tree_item(ps, ITEM_QUERY, @$); $$->query = *$1; }
    | site
    ;

let: LET new_name '=' letbody       { $$ = $4; $$->at = @$; $$->name = $2; $$->name_at = @2; }
    ;
new_name: NAME                      { $$ = $1; check_let_name(ps, @1, $1); }
    ;
letbody: query {
        bool piece = $1->range.kind == RANGE_NONE && !$1->filter;
        $$ = tree_item(ps, piece ? ITEM_LET_PIECE : ITEM_LET_QUERY, @$);
        $$->query = *$1;
    }
    | FILE STRING                   { $$ = tree_item(ps, ITEM_LET_FILE, @$); $$->text = $2->text; }
    ;

query: range                        { $$ = tree_query(ps, @$, $1, NULL, NULL); }
    | range expr                    { $$ = tree_query(ps, @$, $1, $2, NULL); }
    | range stages                  { $$ = tree_query(ps, @$, $1, NULL, $2.first); }
    | range expr stages             { $$ = tree_query(ps, @$, $1, $2, $3.first); }
    | expr                          { $$ = tree_query(ps, @$, NULL, $1, NULL); }
    | expr stages                   { $$ = tree_query(ps, @$, NULL, $1, $2.first); }
    | stages                        { $$ = tree_query(ps, @$, NULL, NULL, $1.first); }
    ;
stages: PIPE stage                  { BEGIN_LIST($$, $2); $2->whole = @2; }
    | stages PIPE stage             { APPEND($$, $1, $3); $3->whole = @3; }
    ;

/* ---- range ---- */

range: ALL                          { $$ = tree_range(ps, RANGE_ALL, @$, NULL, NULL); }
    | LAST length                   { $$ = tree_range(ps, RANGE_LAST, @$, $2, NULL); }
    | ON TIME                       { $$ = tree_range(ps, RANGE_ON, @$, $2, NULL); check_day(ps, $2); }
    | FROM TIME                     { $$ = tree_range(ps, RANGE_FROM, @$, $2, NULL); }
    | FROM TIME TO TIME             { $$ = tree_range(ps, RANGE_FROM_TO, @$, $2, $4); }
    | TO TIME                       { $$ = tree_range(ps, RANGE_TO, @$, NULL, $2); }
    ;
length: LENGTH | PARAM ;
count: NUM | PARAM ;

/* ---- site file ---- */

site: HOME '=' bitor                { $$ = tree_item(ps, ITEM_HOME, @$); $$->value = $3; }
    | HOME FROM TIME '=' bitor      { $$ = tree_item(ps, ITEM_HOME, @$); $$->point = $3; $$->value = $5; }
    | ZONE STRING                   { $$ = tree_item(ps, ITEM_ZONE, @$); $$->text = $2->text; }
    | LABEL STRING                  { $$ = tree_item(ps, ITEM_LABEL, @$); $$->text = $2->text; }
    | CALENDAR NAME '=' spans {
        check_new_name(ps, @2, $2);
        $$ = tree_item(ps, ITEM_CALENDAR, @$);
        $$->name = $2;
        $$->name_at = @2;
        $$->spans = $4.first;
    }
    | HUNT HUNT_NAME ':' settings {
        $$ = tree_item(ps, ITEM_OVERRIDE, @$);
        $$->name = $2;
        $$->name_at = @2;
        $$->value = $4.first;
    }
    ;
spans: span                         { BEGIN_LIST($$, $1); }
    | spans '+' span                { APPEND($$, $1, $3); }
    ;
span: NAME                          { $$ = tree_span(ps, SPAN_NAME, @$); $$->text = $1; }
    | days
    | hours
    | hours ON NAME {
        $$ = $1;
        $$->at = @$;
        $$->has_days = true;
        $$->day_from = $$->day_to = check_weekday(ps, @3, $3);
    }
    | hours ON days {
        $$ = $1;
        $$->at = @$;
        $$->has_days = true;
        $$->day_from = $3->day_from;
        $$->day_to = $3->day_to;
    }
    | HOLIDAYS STRING               { $$ = tree_span(ps, SPAN_HOLIDAYS, @$); $$->text = $2->text; }
    ;
days: NAME DOTS NAME {
        $$ = tree_span(ps, SPAN_DAYS, @$);
        $$->day_from = check_weekday(ps, @1, $1);
        $$->day_to = check_weekday(ps, @3, $3);
    }
    ;
hours: HOUR DOTS HOUR {
        $$ = tree_span(ps, SPAN_HOURS, @$);
        $$->minute_from = (int32_t)$1->number;
        $$->minute_to = (int32_t)$3->number;
    }
    ;
settings: setting                   { BEGIN_LIST($$, $1); }
    | settings ',' setting          { APPEND($$, $1, $3); }
    ;
setting: NAME '=' literal           { $$ = tree_named(ps, AST_ASSIGN, @$, $1, @1, $3); }
    ;

/* ---- hunts ---- */

hunt: HUNT HUNT_NAME title headers BEGIN body END {
        $$ = $3;
        $$->at = @$;
        $$->name = $2;
        $$->name_at = @2;
        $$->headers = $4.headers.first;
        $$->params = $4.params.first;
        $$->body = $6.first;
    }
    ;
title: STRING                       { $$ = tree_item(ps, ITEM_HUNT, @$); $$->text = $1->text; }
    ;
headers: %empty                     { memset(&$$, 0, sizeof $$); }
    | headers header                { $$ = $1; TREE_APPEND(&$$.headers, $2); }
    | headers param                 { $$ = $1; TREE_APPEND(&$$.params, $2); }
    ;
header: header_key headvals         { $$ = tree_over(ps, AST_NAME, @1, $2.first); $$->text = $1; }
    ;
header_key: NAME                    { $$ = $1; check_header(ps, @1, $1); }
    ;
headvals: headval                   { BEGIN_LIST($$, $1); }
    | headvals ',' headval          { APPEND($$, $1, $3); }
    ;
headval: NUM
    | STRING
    | NAME                          { $$ = tree_word(ps, AST_NAME, @1, $1); }
    ;
param: PARAMETER NAME ':' type '=' literal bounds STRING {
        check_new_name(ps, @2, $2);
        $$ = arena_new(ps->arena, struct ast_param);
        $$->name = $2;
        $$->at = @2;
        $$->type = $4;
        $$->type_at = @4;
        $$->value = $6;
        $$->min = $7.min;
        $$->max = $7.max;
        $$->help = $8->text;
    }
    ;
type: NAME                          { $$ = $1; check_type(ps, @1, $1); }
    ;
bounds: %empty                      { $$.min = $$.max = NULL; }
    | IN literal DOTS literal       { $$.min = $2; $$.max = $4; }
    ;
literal: NUM
    | '-' NUM                       { $$ = $2; $$->at = @$; $$->number = -$2->number; }
    | REAL
    | '-' REAL                      { $$ = $2; $$->at = @$; $$->real = -$2->real; }
    | LENGTH
    | TIME
    | ADDR
    | NET
    | STRING
    | NAME                          { $$ = tree_word(ps, AST_NAME, @1, $1); }
    | setlit
    ;
body: step                          { BEGIN_LIST($$, $1); }
    | body ';' step                 { APPEND($$, $1, $3); }
    ;
step: %empty                        { $$ = NULL; }
    | let
    | query                         { $$ = tree_item(ps, ITEM_QUERY, @$); $$->query = *$1; }
    ;

/* ---- stages ---- */

stage: WHERE expr                   { $$ = tree_stage(ps, @1); $$->filter = $2; }
    | STATS aggs groups             { $$ = tree_stage(ps, @1); $$->args = $2.first; $$->by = $3; }
    | STATS BY keys                 { $$ = tree_stage(ps, @1); $$->by = $3.first; }
    | DISTINCT keys                 { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | ADD assigns                   { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | SHOW columns                  { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | SORT sortkeys                 { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | HEAD count                    { $$ = tree_stage(ps, @1); $$->count = $2; }
    | TOP count BY bitor            { $$ = tree_stage(ps, @1); $$->count = $2; $$->by = $4; }
    | seenword SEEN expr when within on {
        $$ = $6;
        $$->at = @1;
        $$->name = parse_text_at(ps, @1);
        $$->negated = $1;
        $$->filter = $3;
        $$->relation = $4;
        $$->length = $5;
    }
    | BURST call GE count WITHIN length BY keys {
        $$ = tree_stage(ps, @1);
        $$->args = $2;
        $$->count = $4;
        $$->length = $6;
        $$->by = $8.first;
    }
    | ATTEMPTS gap                  { $$ = tree_stage(ps, @1); $$->length = $2; }
    | FLOWS gap                     { $$ = tree_stage(ps, @1); $$->length = $2; }
    | DEDUP within                  { $$ = tree_stage(ps, @1); $$->length = $2; }
    | SIMILAR column_name atleast simopts groups {
        $$ = $4;
        $$->at = @1;
        $$->name = parse_text_at(ps, @1);
        $$->args = $2;
        $$->count = $3;
        $$->by = $5;
    }
    | DISJOINT column_name groups   { $$ = tree_stage(ps, @1); $$->args = $2; $$->by = $3; }
    | INVARIANTS                    { $$ = tree_stage(ps, @1); }
    | CLOCK groups                  { $$ = tree_stage(ps, @1); $$->by = $2; }
    | FILL                          { $$ = tree_stage(ps, @1); }
    | CHART names                   { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | SET names                     { $$ = tree_stage(ps, @1); $$->args = $2.first; }
    | WRITE STRING                  { $$ = tree_stage(ps, @1); $$->file = $2->text; $$->file_at = @2; }
    | WRITE STRING AS NAME {
        check_format(ps, @4, $4);
        $$ = tree_stage(ps, @1);
        $$->file = $2->text;
        $$->file_at = @2;
        $$->format = $4;
        $$->format_at = @4;
    }
    | NAME                          { $$ = tree_stage(ps, @1); $$->call = true; }
    ;

aggs: agg                           { BEGIN_LIST($$, $1); }
    | aggs ',' agg                  { APPEND($$, $1, $3); }
    ;
agg: call
    | name '=' call {
        check_new_name(ps, @1, $1);
        $$ = tree_named(ps, AST_ASSIGN, @$, $1, @1, $3);
    }
    ;
assigns: assign                     { BEGIN_LIST($$, $1); }
    | assigns ',' assign            { APPEND($$, $1, $3); }
    ;
assign: name '=' expr {
        check_new_name(ps, @1, $1);
        $$ = tree_named(ps, AST_ASSIGN, @$, $1, @1, $3);
    }
    ;
columns: column                     { BEGIN_LIST($$, $1); }
    | columns ',' column            { APPEND($$, $1, $3); }
    ;
column: bitor
    | assign
    ;
sortkeys: sortkey                   { BEGIN_LIST($$, $1); }
    | sortkeys ',' sortkey          { APPEND($$, $1, $3); }
    ;
sortkey: bitor
    | bitor DESC                    { $$ = $1; $$->desc = true; }
    ;
keys: key                           { BEGIN_LIST($$, $1); }
    | keys ',' key                  { APPEND($$, $1, $3); }
    ;
key: column_name
    | call
    | assign
    ;
column_name: name                   { $$ = tree_word(ps, AST_NAME, @1, $1); }
    ;
groups: %empty                      { $$ = NULL; }
    | BY keys                       { $$ = $2.first; }
    ;
names: column_name                  { BEGIN_LIST($$, $1); }
    | names ',' column_name         { APPEND($$, $1, $3); }
    ;
simopts: %empty                     { $$ = tree_stage(ps, @$); }
    | simopts MIN count             { $$ = $1; check_once(ps, @2, $$->min); $$->min = $3; }
    | simopts BITS count            { $$ = $1; check_once(ps, @2, $$->bits); $$->bits = $3; }
    | simopts REWIRED count         { $$ = $1; check_once(ps, @2, $$->rewired); $$->rewired = $3; }
    | simopts PLAIN                 { $$ = $1; check_once(ps, @2, $$->plain ? $$ : NULL); $$->plain = true; }
    ;
seenword: IF                        { $$ = false; }
    | UNLESS                        { $$ = true; }
    ;
when: BEFORE                        { $$ = SEEN_BEFORE; }
    | AFTER                         { $$ = SEEN_AFTER; }
    | NEAR                          { $$ = SEEN_NEAR; }
    ;
within: %empty                      { $$ = NULL; }
    | WITHIN length                 { $$ = $2; }
    ;
on: %empty                          { $$ = tree_stage(ps, @$); }
    | ON SAME names                 { $$ = tree_match(ps, @$, ON_SAME_KEYS); $$->args = $3.first; }
    | ON SAME FLOW                  { $$ = tree_match(ps, @$, ON_SAME_FLOW); }
    | ON SAME PAIR                  { $$ = tree_match(ps, @$, ON_SAME_PAIR); }
    | ON REVERSE FLOW               { $$ = tree_match(ps, @$, ON_REVERSE_FLOW); }
    | ON REVERSE PAIR               { $$ = tree_match(ps, @$, ON_REVERSE_PAIR); }
    ;
gap: %empty                         { $$ = NULL; }
    | length
    ;
atleast: %empty                     { $$ = NULL; }
    | GE real                       { $$ = $2; }
    ;
real: REAL | NUM | PARAM ;

/* ---- expressions: one layer for filters, numbers and sets ---- */

expr: test
    | ands                          { $$ = tree_over(ps, AST_AND, @$, chain_end(ps, &$1)); }
    | ors                           { $$ = tree_over(ps, AST_OR, @$, chain_end(ps, &$1)); }
    ;
ands: test AND test                 { $$ = chain_begin(ps, $1, $3); }
    | ands AND test                 { $$ = $1; chain_add(ps, &$$, $3); }
    | ors AND { check_mixed(ps, @2); } test { $$ = $1; }
    ;
ors: test OR test                   { $$ = chain_begin(ps, $1, $3); }
    | ors OR test                   { $$ = $1; chain_add(ps, &$$, $3); }
    | ands OR { check_mixed(ps, @2); } test { $$ = $1; }
    ;
test: NOT test                      { $$ = tree_over(ps, AST_NOT, @$, $2); }
    | comparison
    | primitive
    ;
comparison: bitor                   { $$ = tree_settle(ps, $1, NULL); }
    | bitor relop bitor             { $$ = tree_compare(ps, @$, $2, $1, $3); }
    | bitor IN choice               { $$ = tree_in(ps, AST_IN, @$, $1, $3); }
    | bitor NOT IN choice           { $$ = tree_in(ps, AST_NOT_IN, @$, $1, $4); }
    | tuple IN bitor                { $$ = tree_in(ps, AST_IN, @$, $1, $3); }
    | tuple NOT IN bitor            { $$ = tree_in(ps, AST_NOT_IN, @$, $1, $4); }
    ;
relop: '='                          { $$ = OP_EQ; }
    | NE                            { $$ = OP_NE; }
    | '<'                           { $$ = OP_LT; }
    | LE                            { $$ = OP_LE; }
    | '>'                           { $$ = OP_GT; }
    | GE                            { $$ = OP_GE; }
    ;
choice: bitor
    | tuple
    ;
tuple: '(' expr ',' exprs ')' {
        $2->next = $4.first;
        $$ = tree_over(ps, AST_LIST, @$, $2);
    }
    ;
exprs: expr                         { BEGIN_LIST($$, $1); }
    | exprs ',' expr                { APPEND($$, $1, $3); }
    ;
bitor: bitxor
    | bitor BITOR bitxor            { $$ = tree_arith(ps, @$, OP_OR, $1, $3); }
    ;
bitxor: bitand
    | bitxor '^' bitand             { $$ = tree_arith(ps, @$, OP_XOR, $1, $3); }
    ;
bitand: shift
    | bitand '&' shift              { $$ = tree_arith(ps, @$, OP_AND, $1, $3); }
    ;
shift: sum
    | shift SHL sum                 { $$ = tree_arith(ps, @$, OP_SHL, $1, $3); }
    | shift SHR sum                 { $$ = tree_arith(ps, @$, OP_SHR, $1, $3); }
    ;
sum: product
    | sum '+' product               { $$ = tree_arith(ps, @$, OP_ADD, $1, $3); }
    | sum '-' product               { $$ = tree_arith(ps, @$, OP_SUB, $1, $3); }
    ;
product: sign
    | product '*' sign              { $$ = tree_arith(ps, @$, OP_MUL, $1, $3); }
    | product '/' sign              { $$ = tree_arith(ps, @$, OP_DIV, $1, $3); }
    | product '%' sign              { $$ = tree_arith(ps, @$, OP_MOD, $1, $3); }
    ;
sign: atom
    | '-' sign                      { $$ = tree_over(ps, AST_NEGATE, @$, $2); $$->marks = $2->marks; }
    ;
atom: column_name
    | call
    | accessor
    | setlit
    | '(' expr ')'                  { $$ = $2; $$->bracketed = true; }
    | NUM | REAL | LENGTH | TIME | ADDR | NET | MAC | STRING | PARAM
    | LETTERS                       { $$ = tree_word(ps, AST_LETTERS, @1, $1); }
    ;
setlit: '{' exprs '}'                 { $$ = tree_over(ps, AST_SET, @$, $2.first); }
    ;
call: function '(' ')'              { $$ = tree_named(ps, AST_CALL, @$, $1, @1, NULL); }
    | function '(' exprs ')'        { $$ = tree_named(ps, AST_CALL, @$, $1, @1, $3.first); }
    ;
function: NAME | LABEL ;
accessor: header_of '[' bitor ']'   { $$ = tree_accessor(ps, @$, $1, $3, NULL); }
    | header_of '[' bitor ':' NUM ']'   { $$ = tree_accessor(ps, @$, $1, $3, $5); }
    ;
header_of: IP | IP6 | TCP | UDP | ICMP | ICMP6 | SCTP ;
name: NAME | header_of | SRC | DST | HOST | NETWORK | PORT | PORTRANGE | PROTO | LESS | GREATER | FLAGS | DURING
    | ZONE | CALENDAR | LABEL | FILE
    ;

/* ---- tcpdump's primitives ---- */

primitive: typed
    | header_of typed               { $$ = $2; $$->at = @$; $$->primitive.protocol = $1; }
    | directed
    | header_of directed            { $$ = $2; $$->at = @$; $$->primitive.protocol = $1; }
    | LESS count                    { $$ = chain_primitive(ps, @$, PRIM_LESS, $2); }
    | GREATER count                 { $$ = chain_primitive(ps, @$, PRIM_GREATER, $2); }
    | FLAGS LETTERS                 { $$ = tree_word(ps, AST_FLAGS, @$, $2); }
    | FLAGS MASK                    { $$ = $2; $$->at = @$; }
    | DURING NAME                   { $$ = tree_word(ps, AST_DURING, @$, $2); }
    ;
directed: dir typed                 { $$ = $2; $$->at = @$; $$->primitive.direction = $1; }
    | dir value                     { $$ = chain_place(ps, @$, $2); $$->primitive.direction = $1; }
    ;
dir: SRC                            { $$ = DIR_SRC; }
    | DST                           { $$ = DIR_DST; }
    ;
typed: kind values                  { $$ = chain_primitive(ps, @$, $1, $2.first); }
    | PORTRANGE value '-' value     { $2->next = $4; $$ = chain_primitive(ps, @$, PRIM_PORTRANGE, $2); }
    ;
kind: HOST                          { $$ = PRIM_HOST; }
    | NETWORK                       { $$ = PRIM_NET; }
    | PORT                          { $$ = PRIM_PORT; }
    | PROTO                         { $$ = PRIM_PROTO; }
    ;
values: value                       { BEGIN_LIST($$, $1); }
    | '(' value ')'                 { BEGIN_LIST($$, $2); }
    | '(' commas ')'                { $$ = $2; }
    | '(' ors_of_values ')'         { $$ = $2; }
    ;
commas: value ',' value             { BEGIN_LIST($$, $1); TREE_APPEND(&$$, $3); }
    | commas ',' value              { APPEND($$, $1, $3); }
    ;
ors_of_values: value OR value       { BEGIN_LIST($$, $1); TREE_APPEND(&$$, $3); }
    | ors_of_values OR value        { APPEND($$, $1, $3); }
    ;
value: ADDR | NET | NETNUM | NUM | STRING | PARAM
    | NAME                          { $$ = tree_word(ps, AST_NAME, @1, $1); }
    | header_of                     { $$ = tree_word(ps, AST_NAME, @1, $1); }
    ;

%%

/* Called for every syntax error: says what was found and what would fit. */
static int yyreport_syntax_error(const yypcontext_t *context, struct parse *ps)
{
    yysymbol_kind_t wanted[REPORT_WANTED_MAX];
    struct report r = {.ps = ps, .at = *yypcontext_location(context)};
    int n = yypcontext_expected_tokens(context, wanted, REPORT_WANTED_MAX);

    for (int i = 0; i < n; i++)
        r.wanted[r.wanted_count++] = yysymbol_name(wanted[i]);
    report_syntax(&r);
    return 0;
}

/* Bison itself calls this only when its stack is exhausted. */
static void ql_error(const struct span *at, struct parse *ps, const char *message)
{
    (void)message;
    parse_fail(ps, *at, "this is nested too deeply");
}
