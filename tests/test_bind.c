/* test_bind.c - what is refused, where the error points, what it says. */
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"
#include "tests/batches.h"
#include "tests/test.h"

/* Version 14 of the formatter cannot align rows as long as these. */
/* clang-format off */
static const struct refused {
    const char *text;
    uint32_t from, to;
    const char *error, *hint;
} refused[] = {
    {"tll < 5", 0, 3, "there is no field, column or `let` named `tll`", "did you mean `ttl`?"},
    {"synn", 0, 4, "there is no field, column or `let` named `synn`", "did you mean `syn`?"},
    {"ttl", 0, 3, "`ttl` is an int, and no condition", "compare it with something: = != < <= > >= in"},
    {"src", 0, 3, "`src` is an addr, and no condition", "compare it with something: = != < <= > >= in"},
    {"80", 0, 2, "this is an int, and no condition", "write what it is compared with, as in `dst port 80`, `len = 80`"},
    {"10.0.0.1", 0, 8, "this is an addr, and no condition", "write `host`, `src` or `dst` before it"},
    {"10.0.0.0/8", 0, 10, "this is a net, and no condition", "write `net`, `src net` or `dst net` before it"},
    {"\"edge1\"", 0, 7, "this is a string, and no condition", "compare it with something: = != < <= > >= in"},
    {"5m", 0, 2, "this is a duration, and no condition", "compare it with something: = != < <= > >= in"},
    {"flags = SQ", 8, 10, "`SQ` are no flag letters", "the letters are S F R P A U E C N"},
    {"flags SA/S", 0, 10, "`SA` has letters that `S` has not, so this can never match", "flags S/SA: of the flags S and A, exactly S"},
    {"src = 80", 6, 8, "`src` is an addr, and cannot be compared with an int", "an addr is written as in 192.0.2.1"},
    {"ttl = 10.0.0.1", 6, 14, "`ttl` is an int, and cannot be compared with an addr", "an int is written as in 80 or 0x50"},
    {"ttl = \"a\"", 6, 9, "`ttl` is an int, and cannot be compared with a string", "an int is written as in 80 or 0x50"},
    {"sensor = 5", 9, 10, "`sensor` is a string, and cannot be compared with an int", "a string is written as in \"edge1\""},
    {"flags = 2", 8, 9, "`flags` is flags, and cannot be compared with an int", "flags is written as in SF, or with a mask, as in `flags S/SA`"},
    {"flags & 2 != 0", 0, 9, "`&` takes numbers, not flags and an int", "compare flags with letters, as in `flags S/SA`, or use tcp[tcpflags]"},
    {"time > 5", 7, 8, "`time` is a time, and cannot be compared with an int", "a time is written as in 2026-08-15T10:00"},
    {"time - 5 > 0s", 0, 8, "`-` takes numbers, not a time and an int", "a length of time needs a unit, as in 10s or 2h"},
    {"time + time = time", 0, 11, "`+` takes numbers, not a time and a time", "a length of time needs a unit, as in 10s or 2h"},
    {"src + 1 = dst", 0, 7, "`+` takes numbers, not an addr and an int", ""},
    {"-src = dst", 0, 4, "`-` takes a number, not an addr", ""},
    {"-flags = SF", 0, 6, "`-` takes a number, not flags", ""},
    {"ttl in 5", 7, 8, "`in` needs a set, and this is an int", "write a list, as in (80, 443), or `=`"},
    {"ttl in src", 7, 10, "`in` needs a set, and this is an addr", "write a list, as in (80, 443), or `=`"},
    {"ttl in (80, 10.0.0.1)", 12, 20, "this is an addr in a set of int", ""},
    {"src in (80)", 0, 11, "an addr cannot be in a set of int", ""},
    {"ttl in (80, dport)", 12, 17, "a set holds constants, and this is an int of each row", "compare with `=` and `or` instead"},
    {"ttl in (1.5, 2)", 8, 11, "a set cannot hold numbers with a fraction", ""},
    {"src in {SF}", 8, 10, "there is no field, column or `let` named `SF`", "did you mean `df`?"},
    {"src in infra", 7, 12, "there is no field, column or `let` named `infra`", ""},
    {"inbound", 0, 7, "`inbound` needs the home networks, and none are declared", "write in site.trawl: home = {192.0.2.0/24, 2001:db8::/32};"},
    {"dir = \"inbound\"", 0, 3, "`inbound` needs the home networks, and none are declared", "write in site.trawl: home = {192.0.2.0/24, 2001:db8::/32};"},
    {"udp[8:4] = 0", 0, 8, "udp[8:4] is payload, and only headers are kept (bytes 0-7 of UDP)", ""},
    {"tcp[16:2] = 0", 0, 9, "tcp[16:2] is the checksum, which is not kept", "whether it was right is in the field `bad`"},
    {"udp[6:2] = 0", 0, 8, "udp[6:2] is the checksum, which is not kept", "whether it was right is in the field `bad`"},
    {"ip[10:2] = 0", 0, 8, "ip[10:2] is the checksum, which is not kept", "whether it was right is in the field `bad`"},
    {"ip[20] = 0", 0, 6, "ip[20] is an option, and only headers are kept (bytes 0-19 of IPv4)", ""},
    {"ip6[40] = 0", 0, 7, "ip6[40] is an extension header, and only headers are kept (bytes 0-39 of IPv6)", ""},
    {"tcp[20] = 2", 0, 7, "tcp[20] is an option or payload, and only headers are kept (bytes 0-19 of TCP)", ""},
    {"icmp[8] = 1", 0, 7, "icmp[8] is payload, and only headers are kept (bytes 0-7 of ICMP)", ""},
    {"icmp[2:2] = 0", 0, 9, "icmp[2:2] is the checksum, which is not kept", "whether it was right is in the field `bad`"},
    {"sctp[4:4] = 0", 0, 9, "sctp[4:4] is not kept", ""},
    {"tcp[(tcp[12] >> 4) * 4 - 1] = 0", 4, 26, "a computed offset leads to options or payload, and only headers are kept", "options are the fields mss wscale tsval tsecr optsig"},
    {"tcp[-1] = 0", 4, 6, "this is no offset of a byte", ""},
    {"tcp[ttl] = 0", 4, 7, "a computed offset leads to options or payload, and only headers are kept", "options are the fields mss wscale tsval tsecr optsig"},
    {"host www.example.org", 5, 20, "`www.example.org` is no address, and names are not looked up", "write its address, or the name of a set, as in `let servers = {192.0.2.1, 192.0.2.2};`"},
    {"host edge", 5, 9, "`edge` is no address, and names are not looked up", "write its address, or the name of a set, as in `let servers = {192.0.2.1, 192.0.2.2};`"},
    {"net edge", 4, 8, "`edge` is no address, and names are not looked up", "write its address, or the name of a set, as in `let servers = {192.0.2.1, 192.0.2.2};`"},
    {"port 70000", 5, 10, "port 70000 is out of range: 0 to 65535", ""},
    {"port htpp", 5, 9, "there is no service named `htpp`", "did you mean `http`?"},
    {"portrange 10-htpp", 13, 17, "there is no service named `htpp`", "did you mean `http`?"},
    {"proto tpc", 6, 9, "there is no protocol named `tpc`", "did you mean `tcp`?"},
    {"proto 300", 6, 9, "protocol 300 is out of range: 0 to 255", ""},
    {"less $n", 5, 7, "`$n` was not given", "give it with --set n=VALUE"},
    {"port $p", 5, 7, "`$p` was not given", "give it with --set p=VALUE"},
    {"during weekend", 0, 14, "there is no calendar `weekend` in site.trawl",
     "add: calendar weekend = sat..sun;"},
    {"asn(src) = 5", 0, 8, "`asn` cannot be used here", ""},
    {"label(ttl) = \"de\"", 6, 9, "`ttl` is an int, and `label` takes addr", "label(ADDR): name of an address in the site's labels, by the longest prefix"},
    {"size(ttl) = 3", 5, 8, "`ttl` is an int, and `size` takes set", "size(SET): how many members a set has"},
    {"size(src) = 3", 5, 8, "`src` is an addr, and `size` takes set", "size(SET): how many members a set has"},
    {"abs(src) = 3", 4, 7, "`src` is an addr, and `abs` takes int or real or duration", "abs(NUMBER): the number without its sign"},
    {"hod(ttl) = 3", 4, 7, "`ttl` is an int, and `hod` takes time", "hod(TIME): the local hour of the day, 0 to 23"},
    {"hod() = 3", 0, 5, "`hod` takes 1 argument, not 0", "hod(TIME): the local hour of the day, 0 to 23"},
    {"hod(time, time) = 3", 0, 15, "`hod` takes 1 argument, not 2", "hod(TIME): the local hour of the day, 0 to 23"},
    {"bin(5) = 2026-08-15", 4, 5, "this is an int, and `bin` takes duration", "bin([TIME,] LENGTH): start of the bucket of that length, from local midnight"},
    {"bin(0s) = time", 4, 6, "`bin` needs a length of time above zero", ""},
    {"cidr(src, 24) = 10.0.0.0/24", 0, 13, "`cidr` takes 3 arguments, not 2", "cidr(ADDR, BITS4, BITS6): the network that holds the address, for IPv4 and for IPv6"},
    {"cidr(src, 40, 64) = 10.0.0.0/24", 10, 12, "a prefix has 0 to 32 bits", ""},
    {"cidr(src, 24, 64) = 10.0.0.0/16", 20, 31, "this network has 16 bits, and those compared with it have 24", ""},
    {"cidr(src, ttl, 64) = 10.0.0.0/24", 10, 13, "`cidr` needs a constant here", "cidr(ADDR, BITS4, BITS6)"},
    {"src < 10.0.0.0/8", 0, 16, "`<` does not order networks", "use = or in"},
    {"count() = 3", 0, 5, "`count` is an aggregate, and stands in `stats` only", ""},
    {"foo(ttl) = 3", 0, 3, "there is no function named `foo`", ""},
    {"abss(ttl) = 3", 0, 4, "there is no function named `abss`", "did you mean `abs`?"},
    {"1 / 0 = 3", 0, 5, "this has no value: it divides by zero", ""},
    {"9223372036854775807 + 1 = 3", 0, 23, "the result of `+` does not fit in 64 bits", ""},
    {"ttl & 1.5 = 1", 0, 9, "`&` takes whole numbers", "make one with round()"},
    {"this.ttl = 3", 0, 8, "`this` stands only in the filter of `if seen` and `unless seen`", ""},
    {"has(tll)", 4, 7, "there is no field, column or `let` named `tll`", "did you mean `ttl`?"},
    {"not ttl", 4, 7, "`ttl` is an int, and no condition", "compare it with something: = != < <= > >= in"},
    {"ttl and syn", 0, 3, "`ttl` is an int, and no condition", "compare it with something: = != < <= > >= in"},
    {"port 80 or syn or 443", 18, 21, "a bare value is no condition", "write what it is, as in `port 80`, `host 10.0.0.1`"},
    {"src host 10.0.0.1 or edge", 21, 25, "`edge` is no address, and names are not looked up", "write its address, or the name of a set, as in `let servers = {192.0.2.1, 192.0.2.2};`"},
    {"hour", 0, 4, "`hour` is a time, and no condition", "compare it with something: = != < <= > >= in"},
    {"df = 1", 5, 6, "`df` is a bool, and cannot be compared with an int", "a bool is written as in true or false"},
    {"smac = 5", 7, 8, "`smac` is a mac, and cannot be compared with an int", "a mac is written as in 00:11:22:aa:bb:cc"},
    {"ttl = true", 6, 10, "`ttl` is an int, and cannot be compared with a bool", "an int is written as in 80 or 0x50"},
    {"{80, 443} = 3", 0, 13, "a set of int and an int cannot be compared", "`in` asks for a member, size() for how many"},
    {"ttl in {80, 443} * {22}", 7, 23, "`*` is no operation on sets", "sets have + (union), & (intersection), - (difference)"},
    {"ttl in {80} + {10.0.0.1}", 7, 24, "a set of int and a set of addr do not go together", ""},
    {"src = ttl", 6, 9, "`src` is an addr, and cannot be compared with an int", "an addr is written as in 192.0.2.1"},
    {"tcp = 6", 6, 7, "`tcp` is a bool, and cannot be compared with an int", "a bool is written as in true or false"},
    {"mask = 3", 0, 4, "there is no field, column or `let` named `mask`", "write the prefix length: net 192.168.0.0/16"},
    {"src proto 6", 0, 11, "`proto` has no source or destination", ""},
    {"arp", 0, 3, "`arp` is no word of this language", "write `ethertype = 0x0806`"},
};
/* clang-format on */

static void check_refused(struct batches *b, const struct refused *r)
{
    const struct expr *x = batches_filter(b, r->text);

    if (x)
        fail_msg("%s was not refused", r->text);
    if (strcmp(b->e.text, r->error) != 0 || strcmp(b->e.hint, r->hint) != 0 ||
        b->e.at.from != r->from || b->e.at.to != r->to)
        fail_msg("%s: %u-%u: %s (%s)", r->text, b->e.at.from, b->e.at.to,
                 b->e.text, b->e.hint);
}

static void names_the_bad_token_and_what_to_write(void **state)
{
    struct batches *b = batches_new();

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        check_refused(b, &refused[i]);
    assert_true(sizeof refused / sizeof refused[0] >= 40);
    batches_free(b);
}

static void binds_what_the_language_allows(void **state)
{
    static const char *const texts[] = {
        "ttl / 0 = 3",
        "ttl = 1.5",
        "port 80 or http",
        "port (80, 443)",
        "port \"ftp-data\"",
        "sensor < \"b\"",
        "day = 2026-08-15",
        "df",
        "not df",
        "df = true",
        "true",
        "smac = 00:11:22:33:44:55",
        "ttl in {80, 443} + {22}",
        "win = dport",
        "src = inner.src",
        "src = 10.0.0.0/8",
        "src in 10.0.0.0/8",
        "src not in (10.0.0.0/8, 192.0.2.1)",
        "cidr(src, 24, 64) = cidr(dst, 24, 64)",
        "proto = tcp",
        "sport = http",
        "flags = SF or rst",
        "flags in {SF, SR}",
        "flags & SA = S",
        "(ttl < 5) = true",
        "hod(time) in (0, 1, 2)",
        "time >= 2026-08-15T10:00",
        "size({80, 443}) = 2",
        "{80} <= {80, 443}",
        "round(ttl / 2.5) = 3",
        "bin(time, 10m) = hour",
        "-ttl = -64",
        "icmperr",
        "ip6 and tcp src portrange 1-1023",
    };
    struct batches *b = batches_new();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!batches_filter(b, texts[i]))
            fail_msg("%s: %s", texts[i], b->e.text);
    batches_free(b);
}

/* Puts `name` in scope for the filters that follow. */
static struct scope_let *add_let(struct batches *b, struct arena *a,
                                 const char *name, enum scope_let_kind kind,
                                 const char *body)
{
    struct scope_let *let = arena_new(a, struct scope_let);
    struct ast_item *item = parse_text(a, body, strlen(body), &b->e);

    assert_non_null(item);
    *let = (struct scope_let){.name = name,
                              .kind = kind,
                              .body = item->query.filter,
                              .next = b->scope.lets};
    b->scope.lets = let;
    return let;
}

static void lets_stand_for_filters_and_sets(void **state)
{
    struct batches *b = batches_new();
    struct arena a = {0};

    (void)state;
    add_let(b, &a, "web", LET_FILTER, "port 80 or 443");
    add_let(b, &a, "infra", LET_SET, "{10.0.0.1, 10.1.0.0/16}");
    assert_non_null(batches_filter(b, "web and not src in infra"));
    add_let(b, &a, "mail", LET_SET, "{25, 587}");
    assert_non_null(batches_filter(b, "host infra"));
    assert_non_null(batches_filter(b, "tcp dst port (mail, 465)"));
    assert_null(batches_filter(b, "port infra"));
    assert_string_equal(b->e.text, "`infra` is a set of addr, and a set of "
                                   "int is needed here");
    assert_non_null(batches_filter(b, "dst in infra - {10.0.0.1}"));
    assert_non_null(batches_filter(b, "dst in (infra, 192.0.2.1)"));
    assert_null(batches_filter(b, "infra"));
    assert_string_equal(b->e.text,
                        "`infra` is a set of addr, and no condition");
    assert_null(batches_filter(b, "dport in infra"));
    assert_string_equal(b->e.text, "an int cannot be in a set of addr");
    assert_null(batches_filter(b, "src in web"));
    assert_string_equal(b->e.text, "`in` needs a set, and this is a bool");
    assert_null(batches_filter(b, "src in infa"));
    assert_string_equal(b->e.hint, "did you mean `infra`?");
    arena_free(&a);
    batches_free(b);
}

static void errors_in_a_let_point_at_its_name(void **state)
{
    struct batches *b = batches_new();
    struct arena a = {0};

    (void)state;
    add_let(b, &a, "broken", LET_FILTER, "a_very_long_name_indeed = 5");
    assert_null(batches_filter(b, "tcp and broken"));
    assert_string_equal(b->e.text,
                        "in `broken`: there is no field, column or `let` named "
                        "`a_very_long_name_indeed`");
    assert_int_equal(b->e.at.from, 8);
    assert_int_equal(b->e.at.to, 14);
    add_let(b, &a, "loop", LET_FILTER, "tcp and loop");
    assert_null(batches_filter(b, "loop"));
    assert_string_equal(
        b->e.text,
        "in `loop`: there is no field, column or `let` named `loop`");
    arena_free(&a);
    batches_free(b);
}

static void lets_that_multiply_come_to_an_end(void **state)
{
    static char names[40][16];
    struct batches *b = batches_new();
    struct arena a = {0};
    char body[64];

    (void)state;
    add_let(b, &a, "x0", LET_FILTER, "ttl = 5");
    for (int i = 1; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "x%d", i);
        snprintf(body, sizeof body, "x%d and x%d", i - 1, i - 1);
        add_let(b, &a, names[i], LET_FILTER, body);
    }
    assert_null(batches_filter(b, "x39"));
    assert_non_null(strstr(b->e.text, "this expression is too large"));
    arena_free(&a);
    batches_free(b);
}

static void long_chains_stay_small(void **state)
{
    enum { PORTS = 10000, ROOM = PORTS * 20 };
    struct batches *b = batches_new();
    char *text = malloc(ROOM);
    size_t len = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < PORTS; i++)
        len += (size_t)snprintf(text + len, ROOM - len, "%sport %d",
                                i ? " or " : "", 2 * i);
    assert_non_null(batches_filter(b, text));
    assert_true(b->arena.bytes < (size_t)128 << 20);
    free(text);
    batches_free(b);
}

static void sets_made_by_queries_are_filled_later(void **state)
{
    struct batches *b = batches_new();
    union cell seen[] = {{.i = 22}, {.i = 80}};
    struct vtype type = {.type = TYPE_SET, .members = 1, .member = {TYPE_INT}};
    struct set set = {type, 2, seen};
    struct scope_slot slot = {.name = "seen", .type = type};
    struct scope_let let = {.name = "seen", .kind = LET_SET, .slot = &slot};
    const struct ast *n;
    const struct expr *x;

    (void)state;
    b->value[FIELD_DPORT][0] = 80;
    b->value[FIELD_DPORT][1] = 81;
    batches_finish(b, 2);
    b->scope.lets = &let;
    n = batches_parse(b, "dport not in seen - {22}");
    x = expr_bind_condition(&b->scope, n, &b->e);
    assert_non_null(x);
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_MAYBE);
    assert_false(expr_resolve(x, &b->scope, &b->e));
    b->e = (struct err){0};
    slot.set = &set;
    assert_true(expr_resolve(x, &b->scope, &b->e));
    assert_int_equal(batches_keep(b, x)->n, 1);
    assert_int_equal(b->batch.sel.row[0], 1);
    batches_free(b);
}

static void parameters_stand_for_their_values(void **state)
{
    struct batches *b = batches_new();
    struct ast five = {.kind = AST_NUM, .number = 5};
    struct scope_param p = {.name = "n", .value = &five};

    (void)state;
    b->value[FIELD_TTL][0] = 5;
    batches_finish(b, 2);
    b->scope.params = &p;
    assert_int_equal(batches_keep(b, batches_filter(b, "ttl = $n"))->n, 1);
    assert_true(p.used);
    assert_int_equal(batches_keep(b, batches_filter(b, "port $n"))->n, 0);
    assert_null(batches_filter(b, "src = $n"));
    assert_int_equal(b->e.at.from, 6);
    assert_null(batches_filter(b, "ttl = $m"));
    assert_string_equal(b->e.hint, "give it with --set m=VALUE");
    batches_free(b);
}

/* Rows of a stage: hosts an int, targets a set, share a real. */
static void columns_of_a_stage_are_what_it_made(void **state)
{
    struct batches *b = batches_new();
    struct vtype number = {.type = TYPE_INT}, real = {.type = TYPE_REAL};
    struct vtype set = {.type = TYPE_SET, .members = 1, .member = {TYPE_ADDR}};
    struct column_def defs[] = {
        {.name = "hosts",   .type = number},
        {.name = "targets", .type = set   },
        {.name = "share",   .type = real  },
    };
    struct columns columns = {.n = 3, .col = defs};

    (void)state;
    b->scope.columns = &columns;
    assert_non_null(batches_filter(b, "size(targets) = hosts"));
    assert_non_null(batches_filter(b, "10.0.0.1 in targets and share > 0.5"));
    assert_non_null(batches_filter(b, "targets <= {10.0.0.0/24}"));
    assert_null(batches_filter(b, "syn"));
    assert_string_equal(b->e.text, "`syn` needs the column `flags`, which "
                                   "these rows do not have");
    assert_null(batches_filter(b, "ttl = 5"));
    assert_string_equal(b->e.hint, "you have: hosts targets share");
    assert_null(batches_filter(b, "host = 5"));
    assert_string_equal(b->e.hint, "did you mean `hosts`?");
    assert_null(batches_filter(b, "share in (1, 2)"));
    batches_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_bad_token_and_what_to_write),
        cmocka_unit_test(binds_what_the_language_allows),
        cmocka_unit_test(lets_stand_for_filters_and_sets),
        cmocka_unit_test(errors_in_a_let_point_at_its_name),
        cmocka_unit_test(lets_that_multiply_come_to_an_end),
        cmocka_unit_test(long_chains_stay_small),
        cmocka_unit_test(sets_made_by_queries_are_filled_later),
        cmocka_unit_test(parameters_stand_for_their_values),
        cmocka_unit_test(columns_of_a_stage_are_what_it_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
