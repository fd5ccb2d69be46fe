/* bpf_diff.c - filters answered twice, packet by packet: by libpcap's own BPF
 * without its optimiser, and by the query's expressions.
 *
 *   bpf_diff FILTERS RANDOM CAPTURE...
 *
 * reads the filters of the file, adds RANDOM ones from a fixed seed, and ends
 * with 1 where an answer differs in a way that the file does not name. */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/decode.h"
#include "tests/batches.h"
#include "tests/random.h"

enum { FILTERS_MAX = 2000, LINKS_MAX = 8, REPORTS_MAX = 20 };

/* Kinds of packets that may differ, in the order in which they are tried. */
enum kind { TAGGED, PPP, EXT, SIX, ARP, CUT, ECHO, MALFORMED, KINDS };

static const char *const kind_names[KINDS] = {
    "tagged", "ppp", "ext", "six", "arp", "cut", "echo", "malformed"};

struct link {
    int type;
    struct bpf_program program[FILTERS_MAX];
};

struct run {
    char *filter[FILTERS_MAX];
    uint32_t n;
    bool allowed[KINDS];
    uint64_t differ[KINDS], wrong, packets, matches;
    struct link *link[LINKS_MAX];
    uint32_t links;
    struct batches *b;
    bool verdict[FILTERS_MAX][BATCH_ROWS];
    bool kinds[KINDS][BATCH_ROWS];
    uint32_t rows;
    const char *file;
    uint64_t first; /* number of the batch's first packet in its file */
};

static void fail(const char *what, const char *text)
{
    fprintf(stderr, "bpf_diff: %s: %s\n", what, text);
    exit(2);
}

/* ---- filters ---- */

static void add_filter(struct run *r, const char *text)
{
    if (r->n == FILTERS_MAX || !(r->filter[r->n++] = strdup(text)))
        fail("too many filters", text);
}

static void allow(struct run *r, const char *line)
{
    for (int k = 0; k < KINDS; k++) {
        size_t len = strlen(kind_names[k]);
        if (strncmp(line, kind_names[k], len) == 0 && line[len] == ':') {
            r->allowed[k] = true;
            return;
        }
    }
    fail("no such kind", line);
}

static void read_filters(struct run *r, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[1024];

    if (!f)
        fail("cannot read", path);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '!')
            allow(r, line + 2);
        else if (line[0] != '#' && line[0] != '\0')
            add_filter(r, line);
    }
    fclose(f);
}

static uint64_t seed = 42;

static int dice(int n)
{
    return (int)random_below(&seed, (uint64_t)n);
}

#define PICK(list) ((list)[dice((int)(sizeof(list) / sizeof((list)[0])))])

static size_t put(char *out, size_t at, const char *a, const char *b)
{
    return at + (size_t)snprintf(out + at, 2000 - at, "%s%s", a, b);
}

static size_t random_accessor(char *out, size_t at)
{
    static const char *const what[] = {
        "tcp[13]",  "tcp[0:2]",  "tcp[2:2]",  "tcp[4:4]", "tcp[8:4]",
        "tcp[12]",  "tcp[14:2]", "tcp[18:2]", "ip[0]",    "ip[1]",
        "ip[2:2]",  "ip[4:2]",   "ip[6]",     "ip[6:2]",  "ip[8]",
        "ip[9]",    "ip[12:4]",  "ip[16:4]",  "ip[13:2]", "ip[19]",
        "udp[0:2]", "udp[2:2]",  "udp[4:2]",  "icmp[0]",  "icmp[1]",
        "icmp6[0]", "ip6[6]",    "ip6[7]",    "ip6[4:2]", "ip6[8:2]",
        "tcp[1:2]", "ip6[36:4]", "ip[7:2]",   "tcp[5:2]", "udp[1:4]"};
    static const char *const ops[] = {"&", "|", "+", "-", ">>", "<<", "*"};
    static const char *const relations[] = {"=", "!=", "<", "<=", ">", ">="};
    static const int values[] = {0,  1,   2,   4,    6,    16,   17,    18,
                                 64, 128, 255, 1024, 0x45, 8192, 0x4000};

    at = put(out, at, "(", PICK(what));
    if (dice(2))
        at += (size_t)snprintf(out + at, 2000 - at, " %s %d", PICK(ops),
                               dice(2) ? dice(16) : dice(256) % 31);
    at = put(out, at, ")", "");
    return at + (size_t)snprintf(out + at, 2000 - at, " %s %d", PICK(relations),
                                 PICK(values));
}

static size_t random_leaf(char *out, size_t at)
{
    static const char *const dirs[] = {"", "", "src ", "dst "};
    static const char *const protos[] = {"", "", "tcp ", "udp "};
    static const char *const nets[] = {
        "10.0.0.0/8",  "192.168.0.0/16", "172.16.0.0/12", "192.168.1.0/24",
        "224.0.0.0/4", "fe80::/10",      "ff02::/16"};
    static const char *const ports[] = {"53", "80", "443", "123", "137",
                                        "25", "22", "139", "445", "1900"};
    static const char *const words[] = {"tcp",   "udp", "icmp",
                                        "icmp6", "ip",  "ip6"};

    switch (dice(7)) {
    case 0: return put(out, at, PICK(words), "");
    case 1:
        at = put(out, at, PICK(dirs), "net ");
        return put(out, at, PICK(nets), "");
    case 2:
        at = put(out, at, PICK(protos), PICK(dirs));
        at = put(out, at, "port ", PICK(ports));
        return at;
    case 3:
        return at + (size_t)snprintf(out + at, 2000 - at, "%s %d",
                                     dice(2) ? "less" : "greater",
                                     60 + dice(1000));
    case 4:
        at = put(out, at, PICK(protos), PICK(dirs));
        return at + (size_t)snprintf(out + at, 2000 - at, "portrange %d-%d",
                                     dice(1000), 1000 + dice(50000));
    default: return random_accessor(out, at);
    }
}

static size_t random_filter(char *out, size_t at, int depth)
{
    switch (depth > 0 ? dice(5) : 0) {
    case 0: return random_leaf(out, at);
    case 1:
        at = put(out, at, "not (", "");
        at = random_filter(out, at, depth - 1);
        return put(out, at, ")", "");
    default:
        at = put(out, at, "(", "");
        at = random_filter(out, at, depth - 1);
        at = put(out, at, dice(2) ? ") and (" : ") or (", "");
        at = random_filter(out, at, depth - 1);
        return put(out, at, ")", "");
    }
}

static void add_random(struct run *r, int n)
{
    char text[2000];

    for (int i = 0; i < n; i++) {
        random_filter(text, 0, 2);
        add_filter(r, text);
    }
}

/* ---- packets ---- */

static struct link *link_for(struct run *r, int type)
{
    for (uint32_t i = 0; i < r->links; i++)
        if (r->link[i]->type == type)
            return r->link[i];
    struct link *l = calloc(1, sizeof *l);
    pcap_t *p = pcap_open_dead(type, 262144);
    if (!l || !p || r->links == LINKS_MAX)
        fail("too many link types", "");
    l->type = type;
    for (uint32_t i = 0; i < r->n; i++)
        if (pcap_compile(p, &l->program[i], r->filter[i], 0,
                         PCAP_NETMASK_UNKNOWN) != 0)
            fail(r->filter[i], pcap_geterr(p));
    pcap_close(p);
    return r->link[r->links++] = l;
}

static void put_record(struct run *r, const struct record *p)
{
    struct batches *b = r->b;
    uint32_t row = r->rows;

#define PUT_U8(id)     b->value[FIELD_##id][row] = p->id
#define PUT_U16(id)    b->value[FIELD_##id][row] = p->id
#define PUT_U32(id)    b->value[FIELD_##id][row] = p->id
#define PUT_MAC(id)    b->value[FIELD_##id][row] = (int64_t)p->id
#define PUT_TIME(id)   b->value[FIELD_##id][row] = p->id
#define PUT_ADDR(id)   b->addr[FIELD_##id][row] = p->id
#define PUT_OPTS(id)   b->value[FIELD_##id][row] = 0
#define PUT_SENSOR(id) b->value[FIELD_##id][row] = b->sensor
#define FIELD(id, name, type, width, help)                                     \
    if (p->present >> FIELD_##id & 1)                                          \
        PUT_##width(id);                                                       \
    else if (FIELD_##id != FIELD_SENSOR)                                       \
        batches_set_absent(b, FIELD_##id, row);
#include "store/fields.def"
#undef FIELD
}

static uint32_t raw_type(const struct capture_packet *p)
{
    uint32_t at = p->linktype == DLT_EN10MB      ? 12
                  : p->linktype == DLT_LINUX_SLL ? 14
                                                 : UINT32_MAX;

    if (at == UINT32_MAX || p->caplen < at + 2)
        return 0; /* the link has none */
    return (uint32_t)p->bytes[at] << 8 | p->bytes[at + 1];
}

/* Does the transport header end before the bytes do? */
static bool is_cut(const struct record *p)
{
    bool later = RECORD_HAS(p, FRAGOFF) && p->FRAGOFF > 0;

    if (!RECORD_HAS(p, PROTO) || later)
        return !RECORD_HAS(p, PROTO);
    switch (p->PROTO) {
    case 6: return !RECORD_HAS(p, URG);
    case 17: return !RECORD_HAS(p, UDPLEN);
    case 1:
    case 58: return !RECORD_HAS(p, ICMP_CODE);
    case 132: return !RECORD_HAS(p, DPORT);
    default: return false;
    }
}

static bool has_headers(const struct capture_packet *p, const struct record *r)
{
    uint32_t at = p->linktype == DLT_EN10MB ? 14 : 0;

    return RECORD_HAS(r, IPVER) && r->IPVER == 6 && p->caplen > at + 6 &&
           RECORD_HAS(r, PROTO) && p->bytes[at + 6] != r->PROTO;
}

static void put_kinds(struct run *r, const struct capture_packet *p,
                      const struct record *rec)
{
    uint32_t type = raw_type(p), row = r->rows;
    bool six = RECORD_HAS(rec, IPVER) && rec->IPVER == 6;
    bool icmp = RECORD_HAS(rec, ICMP_TYPE);

    r->kinds[TAGGED][row] =
        RECORD_HAS(rec, IPVER) && type && type != 0x0800 && type != 0x86dd;
    r->kinds[PPP][row] = p->linktype == DLT_PPP;
    r->kinds[EXT][row] = has_headers(p, rec);
    r->kinds[SIX][row] = six;
    r->kinds[ARP][row] = type == 0x0806 || type == 0x8035;
    r->kinds[CUT][row] = is_cut(rec);
    r->kinds[ECHO][row] = icmp && !RECORD_HAS(rec, ICMP_ID);
    r->kinds[MALFORMED][row] =
        (rec->BAD & BAD_IP_HEADER) ||
        (type && RECORD_HAS(rec, IPVER) && (type == 0x86dd) != six);
}

/* ---- the comparison ---- */

/* May this filter treat such packets differently? */
static bool concerns(const char *filter, enum kind k)
{
    static const char *const accessors[] = {"tcp[", "udp[", "icmp[", "sctp["};
    static const char *const places[] = {"host", "net", "src ", "dst "};
    bool six = false, place = false;

    for (int i = 0; i < 4; i++) {
        six = six || strstr(filter, accessors[i]);
        place = place || strstr(filter, places[i]);
    }
    switch (k) {
    case SIX: return six;
    case ARP: return place;
    case ECHO: return strstr(filter, "icmp[4") || strstr(filter, "icmp[6");
    default: return true;
    }
}

static void differ(struct run *r, uint32_t f, uint32_t row, bool ours)
{
    for (int k = 0; k < KINDS; k++) {
        if (r->allowed[k] && r->kinds[k][row] &&
            concerns(r->filter[f], (enum kind)k)) {
            r->differ[k]++;
            return;
        }
    }
    if (r->wrong++ < REPORTS_MAX)
        printf("%s: packet %llu: `%s` is %s for trawl, %s for BPF\n", r->file,
               (unsigned long long)(r->first + row), r->filter[f],
               ours ? "true" : "false", ours ? "false" : "true");
}

static void compare_filter(struct run *r, uint32_t f)
{
    const struct expr *x = batches_filter(r->b, r->filter[f]);
    bool kept[BATCH_ROWS] = {false};

    if (!x)
        fail(r->filter[f], r->b->e.text);
    enum tri verdict = expr_prune(x, &r->b->zone, r->b->sensor);
    const struct sel *sel = batches_keep(r->b, x);
    if (r->b->e.code != ERR_NONE)
        fail(r->filter[f], r->b->e.text);
    if ((verdict == TRI_NEVER && sel->n > 0) ||
        (verdict == TRI_ALWAYS && sel->n < r->rows))
        fail("pruning is wrong", r->filter[f]);
    for (uint32_t i = 0; i < sel->n; i++)
        kept[sel->row[i]] = true;
    for (uint32_t row = 0; row < r->rows; row++)
        if (kept[row] != r->verdict[f][row])
            differ(r, f, row, kept[row]);
    r->matches += sel->n;
}

static void compare_batch(struct run *r)
{
    if (r->rows == 0)
        return;
    batches_finish(r->b, r->rows);
    for (uint32_t f = 0; f < r->n; f++)
        compare_filter(r, f);
    r->packets += r->rows;
    r->first += r->rows;
    r->rows = 0;
    memset(r->b->absent, 0, sizeof r->b->absent);
}

static void add_packet(struct run *r, const struct capture_packet *p)
{
    static const struct decode_options options;
    struct record rec;
    struct pcap_pkthdr h = {.caplen = p->caplen, .len = p->len};

    if (!decode_packet(&options, p, &rec))
        return;
    struct link *l = link_for(r, p->linktype);
    put_record(r, &rec);
    put_kinds(r, p, &rec);
    for (uint32_t f = 0; f < r->n; f++)
        r->verdict[f][r->rows] =
            pcap_offline_filter(&l->program[f], &h, p->bytes) != 0;
    if (++r->rows == BATCH_ROWS)
        compare_batch(r);
}

static void read_capture(struct run *r, const char *path)
{
    enum capture_kind kind;
    struct capture_packet p;
    struct err e = {0};
    struct capture *c = capture_open(path, &kind, &e);

    if (!c)
        return; /* of another format */
    r->file = path;
    r->first = 1;
    while (capture_next(c, &p))
        if (decode_knows(p.linktype) && p.caplen <= p.len)
            add_packet(r, &p);
    compare_batch(r);
    capture_close(c);
}

static int report(const struct run *r)
{
    printf("%u filters, %llu packets, %llu matches, %llu differences that are "
           "not documented\n",
           r->n, (unsigned long long)r->packets, (unsigned long long)r->matches,
           (unsigned long long)r->wrong);
    for (int k = 0; k < KINDS; k++)
        if (r->differ[k])
            printf("  %s: %llu answers differ as documented\n", kind_names[k],
                   (unsigned long long)r->differ[k]);
    return r->wrong > 0 || r->packets == 0 || r->matches == 0;
}

int main(int argc, char **argv)
{
    struct run *r = calloc(1, sizeof *r);

    if (!r || argc < 4)
        fail("usage", "bpf_diff FILTERS RANDOM CAPTURE...");
    read_filters(r, argv[1]);
    add_random(r, (int)strtol(argv[2], NULL, 10));
    r->b = batches_new();
    for (int i = 3; i < argc; i++)
        read_capture(r, argv[i]);
    return report(r);
}
