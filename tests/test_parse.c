/* test_parse.c - the trees of texts, and what wrong texts are told. Trees are
 * compared as text: (operator operand ...), values as they were understood. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "grammar/parse.h"

static const char *const op_names[] = {
    "+",  "-",  "*", "/",  "%", "&",  "|", "^",
    "<<", ">>", "=", "!=", "<", "<=", ">", ">="};
static const char *const primitive_names[] = {
    "host", "net", "port", "portrange", "proto", "less", "greater"};

static void put_list(struct buf *b, const struct ast *x);

static void put_addr(struct buf *b, struct addr a)
{
    char text[ADDR_TEXT_MAX];

    addr_format(text, a);
    buf_printf(b, "%s", text);
}

static void put_time(struct buf *b, const struct ast_time *t)
{
    const struct civil *c = &t->civil;

    if (t->word)
        buf_printf(b, "%s", t->word);
    else if (t->param)
        buf_printf(b, "$%s", t->param);
    else
        buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%09d/%d", c->year,
                   c->month, c->day, c->hour, c->minute, c->second, c->ns,
                   (int)t->precision);
    if (t->has_offset)
        buf_printf(b, "Z%+d", t->offset);
    if (t->step != 0)
        buf_printf(b, "%+" PRId64 "%c", t->step, t->step_unit);
}

static void put_qualifiers(struct buf *b, const struct ast_primitive *p)
{
    static const char *const directions[] = {"", "src ", "dst "};

    buf_printf(b, "%s%s%s%s%s", p->taken ? "~" : "",
               p->protocol ? p->protocol : "", p->protocol ? " " : "",
               directions[p->direction], primitive_names[p->kind]);
}

/* (HEAD, then the operands). */
static void put_over(struct buf *b, const char *head, const struct ast *x)
{
    buf_printf(b, "(%s", head);
    if (x->arg)
        buf_printf(b, " ");
    put_list(b, x->arg);
    buf_printf(b, ")");
}

static void put_leaf(struct buf *b, const struct ast *x)
{
    switch (x->kind) {
    case AST_NUM: buf_printf(b, "%" PRId64, x->number); break;
    case AST_REAL: buf_printf(b, "%g", x->real); break;
    case AST_LENGTH: buf_printf(b, "%" PRId64 "ns", x->number); break;
    case AST_MAC: buf_printf(b, "mac%012" PRIx64, (uint64_t)x->number); break;
    case AST_TIME: put_time(b, &x->time); break;
    case AST_ADDR: put_addr(b, x->addr); break;
    case AST_NET:
        put_addr(b, x->addr);
        buf_printf(b, "/%u", x->bits);
        break;
    case AST_STRING: buf_printf(b, "\"%s\"", x->text); break;
    case AST_PARAM: buf_printf(b, "$%s", x->text); break;
    case AST_LETTERS: buf_printf(b, "'%s'", x->text); break;
    case AST_DURING: buf_printf(b, "(during %s)", x->text); break;
    case AST_FLAGS:
        buf_printf(b, "(flags %s%s%s)", x->text, x->mask ? "/" : "",
                   x->mask ? x->mask : "");
        break;
    default: buf_printf(b, "%s", x->text); break;
    }
    if ((x->kind == AST_NAME || x->kind == AST_PARAM) && x->primitive.taken) {
        buf_printf(b, "[");
        put_qualifiers(b, &x->primitive);
        buf_printf(b, "]");
    }
}

static void put_primitive(struct buf *b, const struct ast *x)
{
    buf_printf(b, "(");
    put_qualifiers(b, &x->primitive);
    buf_printf(b, " ");
    put_list(b, x->arg);
    buf_printf(b, ")");
}

static void put_accessor(struct buf *b, const struct ast *x)
{
    buf_printf(b, "%s[", x->text);
    put_list(b, x->arg);
    buf_printf(b, ":%" PRId64 "]", x->number);
}

static void put_assign(struct buf *b, const struct ast *x)
{
    buf_printf(b, "%s:=", x->text);
    put_list(b, x->arg);
}

static void put_node(struct buf *b, const struct ast *x)
{
    switch (x->kind) {
    case AST_CALL: put_over(b, x->text, x); break;
    case AST_NEGATE: put_over(b, "neg", x); break;
    case AST_ARITH:
    case AST_COMPARE: put_over(b, op_names[x->op], x); break;
    case AST_IN: put_over(b, "in", x); break;
    case AST_NOT_IN: put_over(b, "not-in", x); break;
    case AST_LIST: put_over(b, "list", x); break;
    case AST_SET: put_over(b, "set", x); break;
    case AST_AND: put_over(b, "and", x); break;
    case AST_OR: put_over(b, "or", x); break;
    case AST_NOT: put_over(b, "not", x); break;
    case AST_ACCESSOR: put_accessor(b, x); break;
    case AST_PRIMITIVE: put_primitive(b, x); break;
    case AST_ASSIGN: put_assign(b, x); break;
    case AST_NAME:
        if (x->arg)
            put_over(b, x->text, x);
        else
            put_leaf(b, x);
        break;
    default: put_leaf(b, x); break;
    }
    if (x->desc)
        buf_printf(b, "-desc");
}

static void put_list(struct buf *b, const struct ast *x)
{
    for (; x; x = x->next) {
        put_node(b, x);
        if (x->next)
            buf_printf(b, " ");
    }
}

static void put_part(struct buf *b, const char *label, const struct ast *x)
{
    if (!x)
        return;
    buf_printf(b, " %s:", label);
    put_list(b, x);
}

static void put_stage(struct buf *b, const struct ast_stage *s)
{
    static const char *const relations[] = {"before", "after", "near"};
    static const char *const matches[] = {"anywhere",     "same keys",
                                          "same flow",    "same pair",
                                          "reverse flow", "reverse pair"};

    buf_printf(b, "| %s%s", s->call ? "call " : "", s->name);
    put_part(b, "args", s->args);
    put_part(b, "by", s->by);
    put_part(b, "filter", s->filter);
    if (strcmp(s->name, "if") == 0 || s->negated)
        buf_printf(b, " %s %s%s", relations[s->relation], matches[s->match],
                   s->negated ? " negated" : "");
    put_part(b, "count", s->count);
    put_part(b, "length", s->length);
    put_part(b, "min", s->min);
    put_part(b, "bits", s->bits);
    put_part(b, "rewired", s->rewired);
    if (s->plain)
        buf_printf(b, " plain");
    if (s->file)
        buf_printf(b, " file:%s", s->file);
    if (s->format)
        buf_printf(b, " format:%s", s->format);
}

static void put_query(struct buf *b, const struct ast_query *q)
{
    static const char *const ranges[] = {"",     "all", "last",   "on",
                                         "from", "to",  "from-to"};
    const char *join = "";

    if (q->range.kind != RANGE_NONE) {
        buf_printf(b, "{%s", ranges[q->range.kind]);
        put_part(b, "a", q->range.a);
        put_part(b, "b", q->range.b);
        buf_printf(b, "}");
        join = " ";
    }
    if (q->filter) {
        buf_printf(b, "%s", join);
        put_list(b, q->filter);
        join = " ";
    }
    for (const struct ast_stage *s = q->stages; s; s = s->next) {
        buf_printf(b, "%s", join);
        put_stage(b, s);
        join = " ";
    }
}

static void put_spans(struct buf *b, const struct ast_calendar_span *s)
{
    for (; s; s = s->next) {
        buf_printf(b, " %d", (int)s->kind);
        if (s->text)
            buf_printf(b, ":%s", s->text);
        if (s->kind == SPAN_HOURS)
            buf_printf(b, ":%d-%d", s->minute_from, s->minute_to);
        if (s->kind == SPAN_DAYS || s->has_days)
            buf_printf(b, ":days%d-%d", s->day_from, s->day_to);
    }
}

static void put_items(struct buf *b, const struct ast_item *item);

static void put_item(struct buf *b, const struct ast_item *item)
{
    static const char *const kinds[] = {
        "",     "let ",      "piece ", "file ",     "home",
        "zone", "calendar ", "label",  "override ", "hunt "};

    buf_printf(b, "%s%s", kinds[item->kind], item->name ? item->name : "");
    if (item->text)
        buf_printf(b, " \"%s\"", item->text);
    put_part(b, "from", item->point);
    put_part(b, "value", item->value);
    put_spans(b, item->spans);
    put_part(b, "headers", item->headers);
    for (const struct ast_param *p = item->params; p; p = p->next) {
        buf_printf(b, " param %s:%s", p->name, p->type);
        put_part(b, "value", p->value);
        put_part(b, "min", p->min);
        put_part(b, "max", p->max);
        buf_printf(b, " \"%s\"", p->help);
    }
    if (item->kind == ITEM_LET_QUERY || item->kind == ITEM_LET_PIECE)
        buf_printf(b, " = ");
    put_query(b, &item->query);
    if (item->body) {
        buf_printf(b, " begin ");
        put_items(b, item->body);
        buf_printf(b, " end");
    }
}

static void put_items(struct buf *b, const struct ast_item *item)
{
    for (; item; item = item->next) {
        put_item(b, item);
        if (item->next)
            buf_printf(b, "; ");
    }
}

static void expect_tree(const char *text, const char *tree)
{
    struct arena arena = {0};
    struct buf b = {0};
    struct err e;

    struct ast_item *items = parse_text(&arena, text, strlen(text), &e);
    if (e.code != ERR_NONE)
        fail_msg("%s: %s", text, e.text);
    put_items(&b, items);
    buf_u8(&b, 0);
    assert_string_equal((const char *)b.data, tree);
    buf_free(&b);
    arena_free(&arena);
}

/* `marked` is the text with the place of the error between ``. */
static void expect_error(const char *marked, const char *what, const char *hint)
{
    const char *from = strchr(marked, '`'), *to = strrchr(marked, '`');
    char text[512];
    struct arena arena = {0};
    struct err e;

    assert_true(from && to > from);
    snprintf(text, sizeof text, "%.*s%.*s%s", (int)(from - marked), marked,
             (int)(to - from - 1), from + 1, to + 1);
    assert_null(parse_text(&arena, text, strlen(text), &e));
    assert_int_equal(e.code, ERR_QUERY);
    assert_string_equal(e.text, what);
    assert_string_equal(e.hint, hint);
    assert_int_equal(e.at.from, from - marked);
    assert_int_equal(e.at.to, to - marked - 1);
    arena_free(&arena);
}

static void binds_operators_like_libpcap(void **state)
{
    (void)state;
    expect_tree("a - b * c << d & e ^ 3 = 7",
                "(= (^ (& (<< (- a (* b c)) d) e) 3) 7)");
    expect_tree("(a | b) ^ c & d = 1", "(= (^ (| a b) (& c d)) 1)");
    expect_tree("a - b - c = -d % 2", "(= (- (- a b) c) (% (neg d) 2))");
}

static void joins_conditions(void **state)
{
    (void)state;
    expect_tree("not a and not b = c and d", "(and (not a) (not (= b c)) d)");
    expect_tree("a or (b and c) or d", "(or a (and b c) d)");
    expect_tree("(a and b) and c", "(and (and a b) c)");
    expect_tree("a && !(b || c)", "(and a (not (or b c)))");
    expect_tree("not not a", "(not (not a))");
}

static void reads_sets_and_lists(void **state)
{
    (void)state;
    expect_tree("a in (1, 2) and a not\n# why\nin {3}",
                "(and (in a (list 1 2)) (not-in a (set 3)))");
    expect_tree("a in (b)", "(in a (list b))");
    expect_tree("a in b", "(in a b)");
    expect_tree("a in (b) + c", "(in a (+ b c))");
    expect_tree("a in {10.0.0.1, 10.1.0.0/16, 2001:db8::/32}",
                "(in a (set 10.0.0.1 10.1.0.0/112 2001:db8::/32))");
}

static void reads_primitives(void **state)
{
    (void)state;
    expect_tree("tcp src port http", "(tcp src port http)");
    expect_tree("dst 10.0.0.1 and src infra",
                "(and (dst host 10.0.0.1) (src host infra))");
    expect_tree("src 10.0.0.0/8", "(src net 10.0.0.0/104)");
    expect_tree("net (10/8, 192.168, ::/0)",
                "(net 10.0.0.0/104 192.168.0.0/112 ::/0)");
    expect_tree("port (80 or \"ftp-data\" or $p)", "(port 80 \"ftp-data\" $p)");
    expect_tree("ip proto (tcp, 17) and portrange 1 - 1023",
                "(and (ip proto tcp 17) (portrange 1 1023))");
    expect_tree("less 100 or greater $n", "(or (less 100) (greater $n))");
    expect_tree("host ::ffff:1.2.3.4", "(host 1.2.3.4)");
}

static void bare_values_take_the_qualifiers_before(void **state)
{
    (void)state;
    expect_tree("port 80 or 443 or 8080",
                "(or (port 80) (~port 443) (~port 8080))");
    expect_tree("not tcp src port 80 and not 443",
                "(and (not (tcp src port 80)) (not (~tcp src port 443)))");
    expect_tree("src 10.0.0.1 or 10.0.0.2 or 10.0.0.0/8",
                "(or (src host 10.0.0.1) (~src host 10.0.0.2) "
                "(~src net 10.0.0.0/104))");
    expect_tree("net 10 or 172 or 192.168",
                "(or (net 10.0.0.0/104) (~net 172.0.0.0/104) "
                "(~net 192.168.0.0/112))");
    expect_tree("proto 6 or 17", "(or (proto 6) (~proto 17))");
    expect_tree("portrange 1-5 or 7", "(or (portrange 1 5) (~portrange 7 7))");
}

static void names_after_a_primitive_stay_names(void **state)
{
    (void)state;
    expect_tree("port 80 or syn", "(or (port 80) syn[~port])");
    expect_tree("dst host a or b or 10.0.0.1",
                "(or (dst host a) b[~dst host] (~dst host 10.0.0.1))");
    expect_tree("port 80 or $p", "(or (port 80) $p[~port])");
}

static void brackets_and_other_conditions_hand_nothing_on(void **state)
{
    (void)state;
    expect_tree("(port 80) or syn", "(or (port 80) syn)");
    expect_tree("port 80 or (syn)", "(or (port 80) syn)");
    expect_tree("port 80 or tcp or (443)", "(or (port 80) tcp[~port] 443)");
    expect_tree("a = 1 or b", "(or (= a 1) b)");
    expect_tree("less 80 or b", "(or (less 80) b)");
    expect_error("host a or `80`", "`80` is no value for `host`",
                 "it takes over `host` from the condition before");
}

static void reads_accessors_and_constants(void **state)
{
    (void)state;
    expect_tree("tcp[tcpflags] & (tcp-syn|tcp-ack) != 0",
                "(!= (& tcp[13:1] (| 2 16)) 0)");
    expect_tree("ip[2:2] - 4 * tcp[12] = 0",
                "(= (- ip[2:2] (* 4 tcp[12:1])) 0)");
    expect_tree("icmp[icmptype] = icmp-echo and tcpflags",
                "(and (= icmp[0:1] 8) tcpflags)");
    expect_tree("tcp-foo = high-low", "(= (- tcp foo) (- high low))");
    expect_tree("ttl % 4 + 1 = 2", "(= (+ (% ttl 4) 1) 2)");
    expect_tree("(tcp[0] % 4) + 1 = 2", "(= (+ (% tcp[0:1] 4) 1) 2)");
    expect_tree("tcp[0] % 4 = 1", "(= (% tcp[0:1] 4) 1)");
    expect_error("`tcp[0] % 4 + 1` = 2",
                 "`%` or `^` beside another operator needs parentheses",
                 "tcpdump reads all to their right as one operand");
    expect_error("(tcp[0] = `1 | 2 ^ 3`)",
                 "`%` or `^` beside another operator needs parentheses",
                 "tcpdump reads all to their right as one operand");
}

static void reads_flags(void **state)
{
    (void)state;
    expect_tree("flags S/SA or flags F. or flags = SF or flags != W",
                "(or (flags S/SA) (flags F.) (= flags 'SF') (!= flags 'W'))");
    expect_tree("flags = this.flags and rflags = SF",
                "(and (= flags this.flags) (= rflags SF))");
    expect_error("flags `SX`", "no flag letters",
                 "S F R P A U E C N, W for C, . for A");
    expect_error("flags = `S/SA`", "a mask stands without `=`", "flags S/SA");
}

static void reads_literals(void **state)
{
    (void)state;
    expect_tree("a = 0xff and b = 0.75 and c = 90m and d = 007",
                "(and (= a 255) (= b 0.75) (= c 5400000000000ns) (= d 7))");
    expect_tree("m = 00:11:22:aa:bb:cc and s = \"a # b\"",
                "(and (= m mac001122aabbcc) (= s \"a # b\"))");
    expect_tree("t = 2026-08-15T10:00:05.25-04:00",
                "(= t 2026-08-15T10:00:05.250000000/3Z-14400)");
    expect_tree("t = 2026-08-15 + 1d",
                "(= t (+ 2026-08-15T00:00:00.000000000/0 86400000000000ns))");
}

static void refuses_wrong_literals(void **state)
{
    (void)state;
    expect_error("a = `9223372036854775808`",
                 "this number does not fit in 64 bits", "");
    expect_error("last `99999w`",
                 "this length of time is longer than 292 years", "");
    expect_error("on `2026-02-29`", "no such date or time", "");
    expect_error("on `1500-01-01`", "years go from 1678 to 2261", "");
    expect_error("a = `2026-08-15T10:00:00.1234567891`",
                 "a fraction of a second has at most 9 digits", "");
    expect_error("a = `2026-08-15T10:00+99:00`", "no such offset from UTC", "");
    expect_error("host `10.0.0.256`", "no such address", "");
    expect_error("net `10/33`", "no such network", "");
    expect_error("a = `1.2345678901234567`",
                 "a decimal number has at most 15 digits", "");
    expect_error("last `1h30m`", "neither a number nor a length of time",
                 "a length of time is a whole number and one unit (ns us ms s "
                 "m h d w): 90m");
    expect_error("sensor = `\"abc`", "this string is never closed", "");
}

static void reads_ranges(void **state)
{
    (void)state;
    expect_tree("last 7d a", "{last a:604800000000000ns} a");
    expect_tree("last $d", "{last a:$d}");
    expect_tree("all", "{all}");
    expect_tree("on lastmonth-1w", "{on a:lastmonth-1w}");
    expect_tree("from $day-2ms to 2026-08-15T10Z+3m b",
                "{from-to a:$day-2i b:2026-08-15T10:00:00.000000000/1Z+0+3m} "
                "b");
    expect_tree("to thisweek | head 3", "{to b:thisweek} | head count:3");
    expect_tree("from yesterday top > 3", "{from a:yesterday} (> top 3)");
    expect_error("on `now`", "`now` is a moment, and `on` takes a day",
                 "on today, last 1h, from now-2h");
    expect_error("on `yesteday`", "`yesteday` is no point in time",
                 "did you mean `yesterday`?");
}

static void words_are_names_where_they_have_no_meaning(void **state)
{
    (void)state;
    expect_tree("all last = 1 and to > from and home = zone",
                "{all} (and (= last 1) (> to from) (= home zone))");
    expect_tree("all | stats min = min(desc), where = count() by set | sort "
                "desc desc, by_ desc | similar near min 3 plain",
                "{all} | stats args:min:=(min desc) where:=(count) by:set | "
                "sort args:desc-desc by_-desc | similar args:near min:3 "
                "plain");
    expect_tree("if = seen and within = bits",
                "(and (= if seen) (= within bits))");
    expect_tree("all | if seen before = 3 before on same same, flow",
                "{all} | if args:same flow filter:(= before 3) before same "
                "keys");
    expect_tree("port = host and src in net and flags = flags",
                "(and (= port host) (in src net) (= flags flags))");
    expect_tree("let file = file; label(src) = \"x\"",
                "let file = file; (= (label src) \"x\")");
}

static void reads_stages(void **state)
{
    (void)state;
    expect_tree("| burst distinct(src) >= 5 within 2s by dst, k = dport",
                "| burst args:(distinct src) by:dst k:=dport count:5 "
                "length:2000000000ns");
    expect_tree("| unless seen a and b after within 1h on reverse flow",
                "| unless filter:(and a b) after reverse flow negated "
                "length:3600000000000ns");
    expect_tree("| if seen a near", "| if filter:a near anywhere");
    expect_tree("| similar t >= 0.8 rewired 20 bits 10 by wk",
                "| similar args:t by:wk count:0.8 bits:10 rewired:20");
    expect_tree("| show a, b = c = d, (e = f) | top 5 by -n",
                "| show args:a b:=(= c d) (= e f) | top by:(neg n) count:5");
    expect_tree("| sort tcp[0:2] desc, 5", "| sort args:tcp[0:2]-desc 5");
    expect_tree("| write \"a.csv\" as csv | f | flows $gap | dedup",
                "| write file:a.csv format:csv | call f | flows length:$gap | "
                "dedup");
    expect_tree("| stats by a | distinct b | chart c, d | set e | clock",
                "| stats by:a | distinct args:b | chart args:c d | set args:e "
                "| clock");
}

static void reads_statements(void **state)
{
    (void)state;
    expect_tree("let a = {1}; let b = | head 3; let c = file \"x\"; a",
                "let a = (set 1); piece b = | head count:3; file c \"x\"; a");
    expect_tree("home from 2026-03-01 = {::1} + x; zone \"UTC\"",
                "home from:2026-03-01T00:00:00.000000000/0 value:(+ (set ::1) "
                "x); zone \"UTC\"");
    expect_tree("calendar c = sat..sun + 18:00..24:00 on mon..fri + "
                "0:00..1:30 on wed + other + holidays \"h\"",
                "calendar c 1:days5-6 2:1080-1440:days0-4 2:0-90:days2-2 "
                "0:other 3:h");
    expect_tree("hunt reset-scan:tally=12, look = 2h",
                "override reset-scan value:tally:=12 look:=7200000000000ns");
    expect_tree(";; # nothing\n;", "");
}

static void reads_hunts(void **state)
{
    (void)state;
    expect_tree("hunt a-1 \"T\" lang 1 tags \"x\", y\n"
                "param off : int = -4 in -12..14 \"hours\"\n"
                "begin let t = {1}; all a end hunt b \"U\" begin all end all",
                "hunt a-1 \"T\" headers:(lang 1) (tags \"x\" y) param off:int "
                "value:-4 min:-12 max:14 \"hours\" begin let t = (set 1); "
                "{all} a end; hunt b \"U\" begin {all} end; {all}");
    expect_error("hunt a \"T\" begin all``", "the text ends inside of a hunt",
                 "a hunt ends with `end`");
    expect_error("hunt a \"T\" `verson` 3 begin all end",
                 "`verson` is no header of a hunt",
                 "did you mean `version`? (lang version status tags ref "
                 "falsepos read schedule param)");
}

static void says_what_to_write_for_tcpdumps_other_words(void **state)
{
    (void)state;
    expect_error("`src` or dst port 53", "a bare `src` is no condition",
                 "write `port 53`: without `src` or `dst` it means either");
    expect_error("tcp and `dst` and syn", "a bare `dst` is no condition",
                 "compare it: `dst = 10.0.0.1`, `dst in {...}`");
    expect_error("net 10.0.0.0 `mask` 255.0.0.0",
                 "tcpdump's `mask` is not understood here",
                 "write the prefix length: net 192.168.0.0/16");
    expect_error("`vlan` 5", "tcpdump's `vlan` is not understood here",
                 "vlan = 5, or has(vlan)");
    expect_error("`ether` host 00:11:22:33:44:55",
                 "tcpdump's `ether` is not understood here",
                 "smac = 00:11:22:aa:bb:cc, dmac = ..., ethertype = 0x0806");
    expect_error("ip `broadcast`",
                 "tcpdump's `broadcast` is not understood here",
                 "dst = 255.255.255.255 or dmac = ff:ff:ff:ff:ff:ff");
    expect_error("proto `\\`tcp", "names are written without a backslash", "");
    assert_non_null(parse_instead("multicast"));
    assert_non_null(parse_instead("gateway"));
    assert_null(parse_instead("inbound"));
}

static void says_what_is_wrong_where(void **state)
{
    (void)state;
    expect_error("last 1d inbound and syn `or` rst", "`and` and `or` are mixed",
                 "write the parentheses you mean: tcpdump gives both the same "
                 "precedence, SQL does not");
    expect_error("last `7` inbound",
                 "a length of time needs a unit: `last 7` -> last 7d (ns us "
                 "ms s m h d w)",
                 "");
    expect_error("all | `stat` n = count()", "`stat` is no stage",
                 "did you mean `stats`?");
    expect_error("syn `rst`",
                 "two conditions without `and` or `or` between them", "");
    expect_error("all | head 5 `sort` n", "a stage begins with `|`", "");
    expect_error("all `(`a = 1 | head 5", "this bracket is never closed", "");
    expect_error("all | write \"x\" as `cvs`", "`cvs` is no format",
                 "did you mean `csv`? (pcap csv json ndjson html svg)");
    expect_error("all\n`let` a = 1", "the statement before is not ended",
                 "statements end with `;`");
}

/* Only the first of two errors is told. */
static void reports_the_first_error_only(void **state)
{
    (void)state;
    expect_error("a and b `or` c )", "`and` and `or` are mixed",
                 "write the parentheses you mean: tcpdump gives both the same "
                 "precedence, SQL does not");
    expect_error("let `a.b` = 10.0.0.999", "a new name has no dots", "");
}

static void refuses_nul_bytes(void **state)
{
    static const char *const texts[] = {"a = \0", "# \0x", "\"\0ab\""};
    static const uint32_t at[] = {4, 2, 0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct err e;
        assert_null(parse_text(&arena, texts[i], 5, &e));
        assert_int_equal(e.code, ERR_QUERY);
        assert_int_equal(e.at.from, at[i]);
        arena_free(&arena);
    }
}

/* `open` n times, then `tail`. */
static void parse_repeated(const char *open, size_t n, const char *tail,
                           struct err *e)
{
    struct arena arena = {0};
    struct buf b = {0};

    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s", open);
    buf_printf(&b, "%s", tail);
    parse_text(&arena, (const char *)b.data, b.len, e);
    buf_free(&b);
    arena_free(&arena);
}

static void bounds_nesting(void **state)
{
    static const char *const opens[] = {"not ", "- ", "a + ", "a - ", "("};
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        parse_repeated(opens[i], 100000, "a", &e);
        assert_int_equal(e.code, ERR_QUERY);
        assert_non_null(strstr(e.text, "nested"));
    }
    parse_repeated("not ", 900, "a", &e);
    assert_int_equal(e.code, ERR_NONE);
    parse_repeated("a and ", 100000, "a", &e);
    assert_int_equal(e.code, ERR_NONE);
}

static void knows_complete_texts(void **state)
{
    static const char *const complete[] = {
        "",
        "last 1d",
        "all | head 3",
        "# (",
        "a ) b",
        "hunt a \"b\" begin all end",
        "hunt a : b = 1",
        "\"(\"",
        "all | stat n",
        "\"abc\n",
        "let x = {1};",
    };
    static const char *const open[] = {
        "all (",
        "all |",
        "a in {1,",
        "hunt a \"b\"",
        "hunt a \"b\" begin all;",
        "s = \"abc",
        "a and",
        "a or\n# b\n",
        "all | stats a = b(",
        "| sort a,",
        "dst not",
    };

    (void)state;
    for (size_t i = 0; i < sizeof complete / sizeof *complete; i++)
        if (!parse_complete(complete[i], strlen(complete[i])))
            fail_msg("not complete: %s", complete[i]);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (parse_complete(open[i], strlen(open[i])))
            fail_msg("complete: %s", open[i]);
}

static void lists_every_stage_once(void **state)
{
    (void)state;
    assert_true(parse_stage_count > 20);
    for (uint32_t i = 0; i < parse_stage_count; i++) {
        const struct parse_stage_word *s = &parse_stages[i];
        size_t len = strlen(s->name);
        assert_true(strncmp(s->usage, s->name, len) == 0);
        assert_true(s->help[0] != '\0');
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(s->name, parse_stages[j].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binds_operators_like_libpcap),
        cmocka_unit_test(joins_conditions),
        cmocka_unit_test(reads_sets_and_lists),
        cmocka_unit_test(reads_primitives),
        cmocka_unit_test(bare_values_take_the_qualifiers_before),
        cmocka_unit_test(names_after_a_primitive_stay_names),
        cmocka_unit_test(brackets_and_other_conditions_hand_nothing_on),
        cmocka_unit_test(reads_accessors_and_constants),
        cmocka_unit_test(reads_flags),
        cmocka_unit_test(reads_literals),
        cmocka_unit_test(refuses_wrong_literals),
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(words_are_names_where_they_have_no_meaning),
        cmocka_unit_test(reads_stages),
        cmocka_unit_test(reads_statements),
        cmocka_unit_test(reads_hunts),
        cmocka_unit_test(says_what_to_write_for_tcpdumps_other_words),
        cmocka_unit_test(says_what_is_wrong_where),
        cmocka_unit_test(reports_the_first_error_only),
        cmocka_unit_test(refuses_nul_bytes),
        cmocka_unit_test(bounds_nesting),
        cmocka_unit_test(knows_complete_texts),
        cmocka_unit_test(lists_every_stage_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
