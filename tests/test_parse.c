/* test_parse.c - the trees of texts, when a text is complete, and the stages
 * there are. */
#include "tests/test.h"

#include <string.h>

#include "grammar/parse.h"
#include "tests/trees.h"

static void binds_operators_like_libpcap(void **state)
{
    (void)state;
    trees_expect("a - b * c << d & e ^ 3 = 7",
                 "(= (^ (& (<< (- a (* b c)) d) e) 3) 7)");
    trees_expect("(a | b) ^ c & d = 1", "(= (^ (| a b) (& c d)) 1)");
    trees_expect("a - b - c = -d % 2", "(= (- (- a b) c) (% (neg d) 2))");
}

static void joins_conditions(void **state)
{
    (void)state;
    trees_expect("not a and not b = c and d", "(and (not a) (not (= b c)) d)");
    trees_expect("a or (b and c) or d", "(or a (and b c) d)");
    trees_expect("(a and b) and c", "(and (and a b) c)");
    trees_expect("a && !(b || c)", "(and a (not (or b c)))");
    trees_expect("not not a", "(not (not a))");
}

static void reads_sets_and_lists(void **state)
{
    (void)state;
    trees_expect("a in (1, 2) and a not\n# why\nin {3}",
                 "(and (in a (list 1 2)) (not-in a (set 3)))");
    trees_expect("a in (b)", "(in a (list b))");
    trees_expect("a in b", "(in a b)");
    trees_expect("a in (b) + c", "(in a (+ b c))");
    trees_expect("a in {10.0.0.1, 10.1.0.0/16, 2001:db8::/32}",
                 "(in a (set 10.0.0.1 10.1.0.0/112 2001:db8::/32))");
}

static void reads_primitives(void **state)
{
    (void)state;
    trees_expect("tcp src port http", "(tcp src port http)");
    trees_expect("dst 10.0.0.1 and src infra",
                 "(and (dst host 10.0.0.1) (src host infra))");
    trees_expect("src 10.0.0.0/8", "(src net 10.0.0.0/104)");
    trees_expect("net (10/8, 192.168, ::/0)",
                 "(net 10.0.0.0/104 192.168.0.0/112 ::/0)");
    trees_expect("port (80 or \"ftp-data\" or $p)",
                 "(port 80 \"ftp-data\" $p)");
    trees_expect("ip proto (tcp, 17) and portrange 1 - 1023",
                 "(and (ip proto tcp 17) (portrange 1 1023))");
    trees_expect("less 100 or greater $n", "(or (less 100) (greater $n))");
    trees_expect("host ::ffff:1.2.3.4", "(host 1.2.3.4)");
}

static void bare_values_take_the_qualifiers_before(void **state)
{
    (void)state;
    trees_expect("port 80 or 443 or 8080",
                 "(or (port 80) (~port 443) (~port 8080))");
    trees_expect("not tcp src port 80 and not 443",
                 "(and (not (tcp src port 80)) (not (~tcp src port 443)))");
    trees_expect("src 10.0.0.1 or 10.0.0.2 or 10.0.0.0/8",
                 "(or (src host 10.0.0.1) (~src host 10.0.0.2) "
                 "(~src net 10.0.0.0/104))");
    trees_expect("net 10 or 172 or 192.168",
                 "(or (net 10.0.0.0/104) (~net 172.0.0.0/104) "
                 "(~net 192.168.0.0/112))");
    trees_expect("proto 6 or 17", "(or (proto 6) (~proto 17))");
    trees_expect("portrange 1-5 or 7", "(or (portrange 1 5) (~portrange 7 7))");
}

static void names_after_a_primitive_stay_names(void **state)
{
    (void)state;
    trees_expect("port 80 or syn", "(or (port 80) syn[~port])");
    trees_expect("dst host a or b or 10.0.0.1",
                 "(or (dst host a) b[~dst host] (~dst host 10.0.0.1))");
    trees_expect("port 80 or $p", "(or (port 80) $p[~port])");
}

static void brackets_and_other_conditions_hand_nothing_on(void **state)
{
    (void)state;
    trees_expect("(port 80) or syn", "(or (port 80) syn)");
    trees_expect("port 80 or (syn)", "(or (port 80) syn)");
    trees_expect("port 80 or tcp or (443)", "(or (port 80) tcp[~port] 443)");
    trees_expect("a = 1 or b", "(or (= a 1) b)");
    trees_expect("less 80 or b", "(or (less 80) b)");
    trees_expect_error("host a or `80`", "`80` is no value for `host`",
                       "it takes over `host` from the condition before");
}

static void reads_accessors_and_constants(void **state)
{
    (void)state;
    trees_expect("tcp[tcpflags] & (tcp-syn|tcp-ack) != 0",
                 "(!= (& tcp[13:1] (| 2 16)) 0)");
    trees_expect("ip[2:2] - 4 * tcp[12] = 0",
                 "(= (- ip[2:2] (* 4 tcp[12:1])) 0)");
    trees_expect("icmp[icmptype] = icmp-echo and tcpflags",
                 "(and (= icmp[0:1] 8) tcpflags)");
    trees_expect("tcp-foo = high-low", "(= (- tcp foo) (- high low))");
    trees_expect("ttl % 4 + 1 = 2", "(= (+ (% ttl 4) 1) 2)");
    trees_expect("(tcp[0] % 4) + 1 = 2", "(= (+ (% tcp[0:1] 4) 1) 2)");
    trees_expect("tcp[0] % 4 = 1", "(= (% tcp[0:1] 4) 1)");
    trees_expect_error("`tcp[0] % 4 + 1` = 2",
                       "`%` or `^` beside another operator needs parentheses",
                       "tcpdump reads all to their right as one operand");
    trees_expect_error("(tcp[0] = `1 | 2 ^ 3`)",
                       "`%` or `^` beside another operator needs parentheses",
                       "tcpdump reads all to their right as one operand");
}

static void reads_flags(void **state)
{
    (void)state;
    trees_expect("flags S/SA or flags F. or flags = SF or flags != W",
                 "(or (flags S/SA) (flags F.) (= flags 'SF') (!= flags 'W'))");
    trees_expect("flags = this.flags and rflags = SF",
                 "(and (= flags this.flags) (= rflags SF))");
    trees_expect_error("flags `SX`", "no flag letters",
                       "S F R P A U E C N, W for C, . for A");
    trees_expect_error("flags = `S/SA`", "a mask stands without `=`",
                       "flags S/SA");
}

static void reads_literals(void **state)
{
    (void)state;
    trees_expect("a = 0xff and b = 0.75 and c = 90m and d = 007",
                 "(and (= a 255) (= b 0.75) (= c 5400000000000ns) (= d 7))");
    trees_expect("m = 00:11:22:aa:bb:cc and s = \"a # b\"",
                 "(and (= m mac001122aabbcc) (= s \"a # b\"))");
    trees_expect("t = 2026-08-15T10:00:05.25-04:00",
                 "(= t 2026-08-15T10:00:05.250000000/3Z-14400)");
    trees_expect("t = 2026-08-15 + 1d",
                 "(= t (+ 2026-08-15T00:00:00.000000000/0 86400000000000ns))");
}

static void reads_ranges(void **state)
{
    (void)state;
    trees_expect("last 7d a", "{last a:604800000000000ns} a");
    trees_expect("last $d", "{last a:$d}");
    trees_expect("all", "{all}");
    trees_expect("on lastmonth-1w", "{on a:lastmonth-1w}");
    trees_expect("from $day-2ms to 2026-08-15T10Z+3m b",
                 "{from-to a:$day-2i b:2026-08-15T10:00:00.000000000/1Z+0+3m} "
                 "b");
    trees_expect("to thisweek | head 3", "{to b:thisweek} | head count:3");
    trees_expect("from yesterday top > 3", "{from a:yesterday} (> top 3)");
    trees_expect_error("on `now`", "`now` is a moment, and `on` takes a day",
                       "on today, last 1h, from now-2h");
    trees_expect_error("on `yesteday`", "`yesteday` is no point in time",
                       "did you mean `yesterday`?");
}

static void words_are_names_where_they_have_no_meaning(void **state)
{
    (void)state;
    trees_expect("all last = 1 and to > from and home = zone",
                 "{all} (and (= last 1) (> to from) (= home zone))");
    trees_expect("all | stats min = min(desc), where = count() by set | sort "
                 "desc desc, by_ desc | similar near min 3 plain",
                 "{all} | stats args:min:=(min desc) where:=(count) by:set | "
                 "sort args:desc-desc by_-desc | similar args:near min:3 "
                 "plain");
    trees_expect("if = seen and within = bits",
                 "(and (= if seen) (= within bits))");
    trees_expect("all | if seen before = 3 before on same same, flow",
                 "{all} | if args:same flow filter:(= before 3) before same "
                 "keys");
    trees_expect("port = host and src in net and flags = flags",
                 "(and (= port host) (in src net) (= flags flags))");
    trees_expect("let file = file; label(src) = \"x\"",
                 "let file = file; (= (label src) \"x\")");
}

static void reads_stages(void **state)
{
    (void)state;
    trees_expect("| burst distinct(src) >= 5 within 2s by dst, k = dport",
                 "| burst args:(distinct src) by:dst k:=dport count:5 "
                 "length:2000000000ns");
    trees_expect("| unless seen a and b after within 1h on reverse flow",
                 "| unless filter:(and a b) after reverse flow negated "
                 "length:3600000000000ns");
    trees_expect("| if seen a near", "| if filter:a near anywhere");
    trees_expect("| similar t >= 0.8 rewired 20 bits 10 by wk",
                 "| similar args:t by:wk count:0.8 bits:10 rewired:20");
    trees_expect("| show a, b = c = d, (e = f) | top 5 by -n",
                 "| show args:a b:=(= c d) (= e f) | top by:(neg n) count:5");
    trees_expect("| sort tcp[0:2] desc, 5", "| sort args:tcp[0:2]-desc 5");
    trees_expect("| write \"a.csv\" as csv | f | flows $gap | dedup",
                 "| write file:a.csv format:csv | call f | flows length:$gap | "
                 "dedup");
    trees_expect("| stats by a | distinct b | chart c, d | set e | clock",
                 "| stats by:a | distinct args:b | chart args:c d | set args:e "
                 "| clock");
}

static void reads_statements(void **state)
{
    (void)state;
    trees_expect("let a = {1}; let b = | head 3; let c = file \"x\"; a",
                 "let a = (set 1); piece b = | head count:3; file c \"x\"; a");
    trees_expect("home from 2026-03-01 = {::1} + x; zone \"UTC\"",
                 "home from:2026-03-01T00:00:00.000000000/0 value:(+ (set ::1) "
                 "x); zone \"UTC\"");
    trees_expect("calendar c = sat..sun + 18:00..24:00 on mon..fri + "
                 "0:00..1:30 on wed + other + holidays \"h\"",
                 "calendar c 1:days5-6 2:1080-1440:days0-4 2:0-90:days2-2 "
                 "0:other 3:h");
    trees_expect("hunt reset-scan:tally=12, look = 2h",
                 "override reset-scan value:tally:=12 look:=7200000000000ns");
    trees_expect(";; # nothing\n;", "");
}

static void reads_hunts(void **state)
{
    (void)state;
    trees_expect("hunt a-1 \"T\" lang 1 tags \"x\", y\n"
                 "param off : int = -4 in -12..14 \"hours\"\n"
                 "begin let t = {1}; all a end hunt b \"U\" begin all end all",
                 "hunt a-1 \"T\" headers:(lang 1) (tags \"x\" y) param off:int "
                 "value:-4 min:-12 max:14 \"hours\" begin let t = (set 1); "
                 "{all} a end; hunt b \"U\" begin {all} end; {all}");
    trees_expect_error("hunt a \"T\" begin all``",
                       "the text ends inside of a hunt",
                       "a hunt ends with `end`");
    trees_expect_error("hunt a \"T\" `verson` 3 begin all end",
                       "`verson` is no header of a hunt",
                       "did you mean `version`? (lang version status tags ref "
                       "falsepos read schedule param)");
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
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(words_are_names_where_they_have_no_meaning),
        cmocka_unit_test(reads_stages),
        cmocka_unit_test(reads_statements),
        cmocka_unit_test(reads_hunts),
        cmocka_unit_test(knows_complete_texts),
        cmocka_unit_test(lists_every_stage_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
