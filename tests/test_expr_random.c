/* test_expr_random.c - over random filters and packets, the two readings of an
 * expression agree with each other, and the one over rows with a plain
 * evaluator written here. */
#include <stdarg.h>
#include <string.h>

#include "base/timestamp.h"
#include "tests/batches.h"
#include "tests/random.h"
#include "tests/test.h"

static uint64_t seed = 20260831;

static uint64_t dice(uint64_t sides)
{
    return random_below(&seed, sides);
}

/* ---- random texts ---- */

struct writer {
    char text[16384];
    size_t len;
};

static void put(struct writer *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(w->text + w->len, sizeof w->text - w->len, fmt, args);
    va_end(args);
    assert_true(n >= 0 && w->len + (size_t)n < sizeof w->text);
    w->len += (size_t)n;
}

#define PICK(list) ((list)[dice(sizeof(list) / sizeof((list)[0]))])

static const char *const ints[] = {
    "sport", "dport",     "proto", "ttl",       "tos",    "ipid",
    "len",   "iplen",     "ipver", "fragoff",   "win",    "urg",
    "doff",  "mss",       "bad",   "icmp.type", "paylen", "caplen",
    "seq",   "ackno",     "tsval", "icmp.code", "iphl",   "inner.ttl",
    "vlan",  "flowlabel",
};
static const char *const addrs[] = {"src", "dst", "inner.src", "inner.dst"};
static const char *const bools[] = {"df", "mf"};
static const char *const nets[] = {"10.0.0.0/30", "10.0.0.8/29", "0.0.0.0/0",
                                   "2001:db8::/126", "10.0.0.5/32"};
static const char *const hosts[] = {"10.0.0.1", "10.0.0.7", "2001:db8::2"};
static const char *const relations[] = {"=", "!=", "<", "<=", ">", ">="};
static const char *const masks[] = {"S/SA", "SA/SA", "SF", "R", "F/FSRA"};
static const char *const words[] = {
    "syn",     "synack",   "rst",      "fin",    "tcp", "udp",
    "icmp",    "icmp6",    "icmperr",  "ip",     "ip6", "sctp",
    "inbound", "outbound", "internal", "transit"};
static const char *const accessors[] = {
    "tcp[13]",   "tcp[12]",  "tcp[0:2]",  "tcp[4:4]", "ip[0]",     "ip[6:2]",
    "ip[8]",     "ip[9]",    "ip[16:4]",  "ip[19]",   "ip6[0:4]",  "ip6[7]",
    "ip6[24:4]", "udp[4:2]", "udp[2:2]",  "icmp[0]",  "icmp6[0]",  "icmp[4:2]",
    "ip6[4:2]",  "tcp[2:4]", "sctp[0:2]", "ip[5]",    "tcp[12:2]", "ip[1:2]",
};

static void write_accessor(struct writer *w, int depth)
{
    switch (depth > 0 ? dice(6) : 0) {
    case 1:
        put(w, "(");
        write_accessor(w, depth - 1);
        put(w, " %s %d)", dice(2) ? "&" : "|", (int)dice(256));
        return;
    case 2:
        put(w, "(");
        write_accessor(w, depth - 1);
        put(w, " %s %d)", dice(2) ? ">>" : "<<", (int)dice(9));
        return;
    case 3:
        put(w, "(");
        write_accessor(w, depth - 1);
        put(w, dice(2) ? " + " : " - ");
        write_accessor(w, depth - 1);
        put(w, ")");
        return;
    default: put(w, "%s", PICK(accessors));
    }
}

static void write_int(struct writer *w, int depth)
{
    static const char *const ops[] = {"+", "-", "*", "/", "%",
                                      "&", "|", "^", ">>"};

    switch (depth > 0 ? dice(8) : dice(2)) {
    case 0:
    case 1:
    case 2: put(w, "%s", PICK(ints)); return;
    case 3: put(w, "%d", (int)dice(40)); return;
    case 4:
        put(w, "abs(");
        write_int(w, depth - 1);
        put(w, ")");
        return;
    default:
        put(w, "(");
        write_int(w, depth - 1);
        put(w, " %s ", PICK(ops));
        write_int(w, depth - 1);
        put(w, ")");
    }
}

static void write_list(struct writer *w, const char *const *of, uint64_t n)
{
    uint64_t members = 1 + dice(4);

    put(w, "(");
    for (uint64_t i = 0; i < members; i++) {
        put(w, i ? ", " : "");
        if (of)
            put(w, "%s", of[dice(n)]);
        else
            put(w, "%d", (int)dice(30));
    }
    put(w, ")");
}

/* What the plain evaluator below knows too. */
static void write_plain_leaf(struct writer *w)
{
    switch (dice(9)) {
    case 0: put(w, "%sport %d", dice(2) ? "" : "src ", (int)dice(20)); return;
    case 1: put(w, "%s", PICK(bools)); return;
    case 2: put(w, "flags %s", PICK(masks)); return;
    case 3:
        write_int(w, 1);
        put(w, dice(2) ? " in " : " not in ");
        write_list(w, NULL, 0);
        return;
    case 4: put(w, "%s host %s", dice(2) ? "src" : "dst", PICK(hosts)); return;
    default:
        write_int(w, 2);
        put(w, " %s ", PICK(relations));
        if (dice(2))
            put(w, "%d", (int)dice(40));
        else
            write_int(w, 1);
    }
}

static void write_time(struct writer *w)
{
    static const char *const units[] = {"minute", "hour",  "day",
                                        "week",   "month", "bin(7m)"};

    switch (dice(4)) {
    case 0: put(w, "hod(time) %s %d", PICK(relations), (int)dice(24)); return;
    case 1: put(w, "dow(time) %s %d", PICK(relations), (int)dice(7)); return;
    case 2:
        put(w, "%s %s 2026-09-01T%02d:%02d", PICK(units), PICK(relations),
            (int)dice(3), (int)dice(60));
        return;
    default:
        put(w, "time - 2026-09-01T00:00 %s %dm", PICK(relations),
            (int)dice(90));
    }
}

static void write_text(struct writer *w)
{
    static const char *const texts[] = {"\"edge1\"", "\"edge2\"", "\"mss\"",
                                        "\"ts\""};
    const char *field = dice(3) ? "sensor" : "optsig";

    if (dice(2))
        put(w, "%s %s %s", field, PICK(relations), PICK(texts));
    else {
        put(w, "%s %s ", field, dice(2) ? "in" : "not in");
        write_list(w, texts, 4);
    }
}

static void write_leaf(struct writer *w)
{
    switch (dice(16)) {
    case 0: put(w, "%s", PICK(words)); return;
    case 1:
    case 2:
        write_accessor(w, 2);
        put(w, " %s %d", PICK(relations), (int)dice(dice(2) ? 8 : 300));
        return;
    case 3: put(w, "has(%s)", dice(2) ? PICK(ints) : PICK(addrs)); return;
    case 4:
        put(w, "%s%s in ", PICK(addrs), dice(2) ? "" : " not");
        write_list(w, nets, 5);
        return;
    case 5: put(w, "%s net %s", dice(2) ? "src" : "dst", PICK(nets)); return;
    case 6:
        put(w, "%s %s %s", PICK(addrs), PICK(relations), PICK(hosts));
        return;
    case 7:
        put(w, "%s %s %s", PICK(addrs), PICK(relations), PICK(addrs));
        return;
    case 8: put(w, "flags %s SA", dice(2) ? "=" : "!="); return;
    case 9: write_time(w); return;
    case 10: write_text(w); return;
    case 11: put(w, "dir %s \"inbound\"", dice(2) ? "=" : "!="); return;
    case 12:
        put(w, "cidr(%s, 30, 126) = 10.0.0.%d/30", PICK(addrs),
            (int)dice(3) * 4);
        return;
    case 13:
        put(w, "flags & %s = %s", dice(2) ? "SA" : "F", dice(2) ? "S" : "F");
        return;
    default: write_plain_leaf(w);
    }
}

static void write_filter(struct writer *w, int depth,
                         void (*leaf)(struct writer *))
{
    switch (depth > 0 ? dice(5) : 0) {
    case 0: leaf(w); return;
    case 1:
        put(w, "not (");
        write_filter(w, depth - 1, leaf);
        put(w, ")");
        return;
    default:
        put(w, "(");
        write_filter(w, depth - 1, leaf);
        put(w, dice(2) ? ") and (" : ") or (");
        write_filter(w, depth - 1, leaf);
        put(w, ")");
    }
}

/* ---- random packets ---- */

static int64_t field_base(int f)
{
    switch (f) {
    case FIELD_TIME:
        return (INT64_C(1788220800) + (int64_t)dice(4000)) * TIMESTAMP_SECOND;
    case FIELD_IPVER: return dice(2) ? 4 : 6;
    case FIELD_PROTO: {
        static const int64_t protos[] = {1, 6, 17, 58, 132};
        return PICK(protos);
    }
    case FIELD_DF:
    case FIELD_MF: return 0;
    case FIELD_FLAGS: return (int64_t)dice(32);
    default: return (int64_t)dice(24);
    }
}

static uint64_t field_spread(int f)
{
    uint64_t spread = dice(2) ? 1 : 1 + dice(8);

    if (f == FIELD_DF || f == FIELD_MF)
        return 1 + dice(2);
    if (f == FIELD_TIME)
        return spread * 100 * (uint64_t)TIMESTAMP_SECOND;
    if (f == FIELD_IPVER)
        return 1;
    return spread;
}

static struct addr random_addr(uint64_t base)
{
    if (dice(8) == 0)
        return (struct addr){UINT64_C(0x20010db8) << 32, base};
    return addr_from_v4(0x0a000000u + (uint32_t)base);
}

static void random_field(struct batches *b, int f, uint32_t rows)
{
    static const char *const texts[] = {"mss", "ts", "nop"};
    int64_t base = field_base(f);
    uint64_t spread = field_spread(f), holes = dice(3) ? 0 : 1 + dice(3);

    memset(b->absent[f], 0, sizeof b->absent[f]);
    for (uint32_t r = 0; r < rows; r++) {
        b->value[f][r] = base + (int64_t)dice(spread);
        b->addr[f][r] = random_addr((uint64_t)base % 16 + dice(spread));
        if (f == FIELD_SENSOR)
            b->value[f][r] = b->sensor;
        if (f == FIELD_OPTSIG) {
            const char *t = PICK(texts);
            b->value[f][r] = strtab_intern(&b->text, t, strlen(t));
        }
        if (holes && f != FIELD_TIME && f != FIELD_SENSOR && dice(holes) == 0)
            batches_set_absent(b, f, r);
    }
}

static void random_packets(struct batches *b)
{
    uint32_t rows = 1 + (uint32_t)dice(12);

    for (int f = 0; f < FIELD_COUNT; f++)
        random_field(b, f, rows);
    batches_finish(b, rows);
}

/* ---- the property ---- */

static void prune_agrees_with_filter(void **state)
{
    enum { TRIALS = 100000 };
    struct batches *b = batches_new();
    long never = 0, always = 0, failed = 0;

    (void)state;
    batches_add_home(b, INT64_MIN, "10.0.0.0/29");
    batches_add_home(b, INT64_C(1788222000) * TIMESTAMP_SECOND, "10.0.0.0/28");
    for (long t = 0; t < TRIALS; t++) {
        struct writer w = {.len = 0};
        if (t % 4 == 0)
            random_packets(b);
        write_filter(&w, 2, write_leaf);
        const struct expr *x = batches_filter(b, w.text);
        if (!x) {
            if (!strstr(b->e.text, "divides by zero"))
                fail_msg("%s: %s", w.text, b->e.text);
            failed++;
            continue;
        }
        enum tri verdict = expr_prune(x, &b->zone, b->sensor);
        const struct sel *kept = batches_keep(b, x);
        if (b->e.code != ERR_NONE)
            fail_msg("%s: %s", w.text, b->e.text);
        if ((verdict == TRI_NEVER && kept->n > 0) ||
            (verdict == TRI_ALWAYS && kept->n != b->batch.rows))
            fail_msg("%s: verdict %d, kept %u of %u", w.text, (int)verdict,
                     kept->n, b->batch.rows);
        struct span part = {0, 0};
        bool reason = expr_prune_reason(x, &b->zone, b->sensor, &part);
        assert_int_equal(reason, verdict == TRI_NEVER);
        assert_true(!reason || (part.from < part.to && part.to <= w.len));
        never += verdict == TRI_NEVER;
        always += verdict == TRI_ALWAYS;
    }
    print_message("never %ld, always %ld, not bound %ld of %d\n", never, always,
                  failed, (int)TRIALS);
    assert_true(never > TRIALS / 10);
    assert_true(always > TRIALS / 20);
    assert_true(failed < TRIALS / 20);
    batches_free(b);
}

/* ---- the plain evaluator: one row, straight from the tree ---- */

struct result {
    bool absent;
    bool modulo; /* counts modulo 2^32 */
    int64_t v;
};

struct row {
    const struct batches *b;
    uint32_t r;
    bool failed; /* a result left 64 bits */
};

static bool holds(struct row *r, const struct ast *n);

static struct result field_result(const struct row *r, enum field_id f)
{
    bool modulo = f == FIELD_SEQ || f == FIELD_ACKNO || f == FIELD_TSVAL;

    return (struct result){column_absent(&r->b->col[f], r->r), modulo,
                           r->b->value[f][r->r]};
}

static struct result plain_arith(struct row *row, const struct ast *n,
                                 struct result l, struct result r)
{
    struct result out = {l.absent || r.absent, false, 0};
    __int128 a = l.v, b = r.v, v = 0;

    if (out.absent)
        return out;
    switch (n->op) {
    case OP_ADD: v = a + b; break;
    case OP_SUB: v = a - b; break;
    case OP_MUL: v = a * b; break;
    case OP_DIV:
        out.absent = b == 0;
        v = b ? a / b : 0;
        break;
    case OP_MOD:
        out.absent = b == 0;
        v = b ? a % b : 0;
        break;
    case OP_AND: v = l.v & r.v; break;
    case OP_OR: v = l.v | r.v; break;
    case OP_XOR: v = l.v ^ r.v; break;
    default: v = b < 0 || b > 63 ? (a < 0 ? -1 : 0) : l.v >> b;
    }
    if ((n->op == OP_ADD || n->op == OP_SUB) && (l.modulo || r.modulo)) {
        out.modulo = true;
        v = ((v % (INT64_C(1) << 32)) + (INT64_C(1) << 32)) %
            (INT64_C(1) << 32);
    }
    row->failed = row->failed || v > INT64_MAX || v < INT64_MIN;
    out.v = (int64_t)v;
    return out;
}

static struct result plain_value(struct row *row, const struct ast *n)
{
    if (n->kind == AST_NUM)
        return (struct result){.v = n->number};
    if (n->kind == AST_NAME)
        return field_result(row, schema_find(n->text));
    struct result l = plain_value(row, n->arg);
    if (n->kind == AST_CALL) { /* abs */
        l.v = l.v < 0 ? -l.v : l.v;
        l.modulo = false;
        return l;
    }
    assert_int_equal(n->kind, AST_ARITH);
    struct result r = plain_value(row, n->arg->next);
    return plain_arith(row, n, l, r);
}

static bool plain_relation(enum ast_op op, int64_t l, int64_t r)
{
    switch (op) {
    case OP_EQ: return l == r;
    case OP_NE: return l != r;
    case OP_LT: return l < r;
    case OP_LE: return l <= r;
    case OP_GT: return l > r;
    default: return l >= r;
    }
}

static bool plain_compare(struct row *row, const struct ast *n)
{
    struct result l = plain_value(row, n->arg);
    struct result r = plain_value(row, n->arg->next);

    return !l.absent && !r.absent && plain_relation(n->op, l.v, r.v);
}

static bool plain_in(struct row *row, const struct ast *n)
{
    struct result l = plain_value(row, n->arg);
    bool found = false;
    const struct ast *list = n->arg->next;

    for (const struct ast *m = list->arg; m; m = m->next)
        found = found || m->number == l.v;
    return !l.absent && found == (n->kind == AST_IN);
}

static bool plain_primitive(struct row *row, const struct ast *n)
{
    enum ast_direction d = n->primitive.direction;

    if (n->primitive.kind == PRIM_HOST) {
        enum field_id f = d == DIR_SRC ? FIELD_SRC : FIELD_DST;
        return !column_absent(&row->b->col[f], row->r) &&
               addr_eq(row->b->addr[f][row->r], n->arg->addr);
    }
    struct result s = field_result(row, FIELD_SPORT);
    struct result t = field_result(row, FIELD_DPORT);
    return (!s.absent && s.v == n->arg->number) ||
           (d == DIR_ANY && !t.absent && t.v == n->arg->number);
}

static bool plain_flags(struct row *row, const struct ast *n)
{
    struct result f = field_result(row, FIELD_FLAGS);
    uint16_t want, mask;

    assert_true(schema_flags_parse(n->text, strlen(n->text), &want));
    mask = want;
    if (n->mask)
        assert_true(schema_flags_parse(n->mask, strlen(n->mask), &mask));
    return !f.absent && (f.v & mask) == want;
}

static bool plain_chain(struct row *row, const struct ast *n)
{
    bool and = n->kind == AST_AND;

    for (const struct ast *arg = n->arg; arg; arg = arg->next)
        if (holds(row, arg) != and)
            return !and;
    return and;
}

static bool holds(struct row *row, const struct ast *n)
{
    struct result r;

    switch (n->kind) {
    case AST_AND:
    case AST_OR: return plain_chain(row, n);
    case AST_NOT: return !holds(row, n->arg);
    case AST_COMPARE: return plain_compare(row, n);
    case AST_IN:
    case AST_NOT_IN: return plain_in(row, n);
    case AST_PRIMITIVE: return plain_primitive(row, n);
    case AST_FLAGS: return plain_flags(row, n);
    default: r = plain_value(row, n); return !r.absent && r.v == 1;
    }
}

static void filter_agrees_with_plain_rows(void **state)
{
    enum { TRIALS = 30000 };
    struct batches *b = batches_new();
    long some = 0, compared = 0;

    (void)state;
    for (long t = 0; t < TRIALS; t++) {
        struct writer w = {.len = 0};
        if (t % 4 == 0)
            random_packets(b);
        write_filter(&w, 2, write_plain_leaf);
        const struct expr *x = batches_filter(b, w.text);
        if (!x)
            continue;
        const struct ast *n = batches_parse(b, w.text);
        x = expr_bind_condition(&b->scope, n, &b->e);
        assert_non_null(x);
        const struct sel *kept = batches_keep(b, x);
        uint32_t k = 0;
        for (uint32_t r = 0; r < b->batch.rows; r++) {
            struct row row = {b, r, false};
            bool want = holds(&row, n), got = k < kept->n && kept->row[k] == r;
            if (want != got && !row.failed)
                fail_msg("%s: row %u is %d", w.text, r, got);
            k += got;
        }
        compared++;
        some += kept->n > 0 && kept->n < b->batch.rows;
    }
    assert_true(compared > TRIALS * 9 / 10);
    assert_true(some > TRIALS / 10);
    batches_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_agrees_with_plain_rows),
        cmocka_unit_test(prune_agrees_with_filter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
