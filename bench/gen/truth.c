/* truth.c - see truth.h. */
#include "bench/gen/truth.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"
#include "bench/gen/place.h"
#include "bench/gen/table.h"

enum { TALLY_LEAST = 7, SLOW_DAYS = 10, SLOW_BUSIEST = 2 };

/* The questions whose rows wait for the end; the tally is by the hour. */
enum question { SPORT7, SIGACK, SYNFIN, TTL1, NETBIOS, QUESTIONS };

struct truth {
    FILE *out;
    int64_t hour, day; /* ns; of the last packet; -1 before the first */
    uint64_t day_packets;
    struct table hourly;   /* source and destination, inbound, this hour */
    struct table daily;    /* source, inbound, this day */
    struct table sources;  /* source: days (count), busiest day (most) */
    struct table speakers; /* addresses of home that sent something */
    struct table asked[QUESTIONS];
};

/* What the questions need of one packet. */
struct view {
    struct addr src, dst;
    bool inbound, df, window_kept;
    uint8_t proto, ttl;
    uint8_t flags;         /* of TCP, else 0 */
    uint16_t sport, dport; /* 0 where there is no TCP or UDP header */
    uint16_t window;
    uint32_t ack;
};

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static struct addr get_v6(const uint8_t *at)
{
    return (struct addr){(uint64_t)get32(at) << 32 | get32(at + 4),
                         (uint64_t)get32(at + 8) << 32 | get32(at + 12)};
}

static bool at_home(struct addr a)
{
    if (addr_is_v4(a))
        return place_is_home((uint32_t)a.lo);
    return a.hi >> 16 == PLACE_HOME_V6;
}

/* Fields that the snap length cut stay 0; only the window can be. */
static void read_ports(struct view *v, const uint8_t *at, size_t kept)
{
    if (v->proto != FRAME_TCP && v->proto != FRAME_UDP)
        return;
    v->sport = get16(at);
    v->dport = get16(at + 2);
    if (v->proto == FRAME_UDP)
        return;
    v->ack = get32(at + 8);
    v->flags = at[13];
    v->window_kept = kept >= 16;
    if (v->window_kept)
        v->window = get16(at + 14);
}

/* Relies on what frame.c writes: no VLAN tag, no IP options, no extension
 * header, and at least 14 bytes of layer 4. */
static struct view look(const struct frame *f)
{
    const uint8_t *ip = f->bytes + 14;
    struct view v = {0};

    if (ip[0] >> 4 == 6) {
        v.src = get_v6(ip + 8);
        v.dst = get_v6(ip + 24);
        v.proto = ip[6];
        v.ttl = ip[7];
        read_ports(&v, ip + 40, f->kept - 54u);
    } else {
        v.src = addr_from_v4(get32(ip + 12));
        v.dst = addr_from_v4(get32(ip + 16));
        v.proto = ip[9];
        v.ttl = ip[8];
        v.df = ip[6] & 0x40;
        if ((get16(ip + 6) & 0x1fff) == 0)
            read_ports(&v, ip + 20, f->kept - 34u);
    }
    v.inbound = !at_home(v.src) && at_home(v.dst);
    return v;
}

static bool asks_sport7(const struct view *v)
{
    return v->inbound && v->sport == 7;
}

static bool asks_sigack(const struct view *v)
{
    return v->inbound && v->flags & FRAME_RST &&
           (v->ack == 674719802 || v->ack == 674711610);
}

static bool asks_synfin(const struct view *v)
{
    return v->flags & FRAME_SYN && v->flags & FRAME_FIN;
}

static bool asks_ttl1(const struct view *v)
{
    return v->inbound && v->proto == FRAME_UDP && v->ttl <= 1 &&
           v->dport >= 33434 && v->dport <= 33600;
}

static bool asks_netbios(const struct view *v)
{
    return v->inbound && v->flags & FRAME_SYN && !(v->flags & FRAME_ACK) &&
           v->dport == 139 && v->df && v->window_kept && v->window == 8192;
}

static struct key key_sport7(const struct view *v)
{
    return (struct key){v->src, v->proto, v->dst};
}

static struct key key_pair(const struct view *v)
{
    return (struct key){v->src, 0, v->dst};
}

static struct key key_src(const struct view *v)
{
    return (struct key){.one = v->src};
}

static struct key key_reverse(const struct view *v)
{
    return (struct key){v->dst, 0, v->src};
}

static struct key key_netbios(const struct view *v)
{
    return (struct key){v->src, v->ttl, v->dst};
}

static void text(char out[INET6_ADDRSTRLEN], struct addr a)
{
    uint8_t bytes[16];

    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(a.hi >> (56 - 8 * i));
        bytes[8 + i] = (uint8_t)(a.lo >> (56 - 8 * i));
    }
    if (addr_is_v4(a))
        inet_ntop(AF_INET, bytes + 12, out, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, bytes, out, INET6_ADDRSTRLEN);
}

/* Entries that share the first address and the number, together. */
struct group {
    struct key key;
    char one[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];
    uint64_t packets, distinct;
};

static void row_sport7(struct truth *t, const struct group *g)
{
    fprintf(t->out, "sport7\t%s\t%u\t%llu\t%llu\n", g->one,
            (unsigned)g->key.number, (unsigned long long)g->packets,
            (unsigned long long)g->distinct);
}

static void row_sigack(struct truth *t, const struct group *g)
{
    fprintf(t->out, "sigack\t%s\t%llu\t%llu\n", g->one,
            (unsigned long long)g->packets, (unsigned long long)g->distinct);
}

static void row_synfin(struct truth *t, const struct group *g)
{
    fprintf(t->out, "synfin\t%s\t%llu\n", g->one,
            (unsigned long long)g->packets);
}

static void row_ttl1(struct truth *t, const struct group *g)
{
    fprintf(t->out, "ttl1\t%s\t%s\t%llu\n", g->one, g->other,
            (unsigned long long)g->packets);
}

static void row_netbios(struct truth *t, const struct group *g)
{
    if (table_has(&t->speakers, &(struct key){.one = g->key.other}))
        return;
    fprintf(t->out, "netbios\t%s\t%s\t%llu\t%u\n", g->one, g->other,
            (unsigned long long)g->packets, (unsigned)g->key.number);
}

static void row_tally(struct truth *t, const struct group *g)
{
    if (g->distinct >= TALLY_LEAST)
        fprintf(t->out, "tally\t%lld\t%s\t%llu\n",
                (long long)(t->hour / TIMESTAMP_SECOND), g->one,
                (unsigned long long)g->distinct);
}

typedef void (*row_fn)(struct truth *t, const struct group *g);

/* Fields of the rows: see README.md. */
static const struct {
    bool (*asks)(const struct view *v);
    struct key (*key)(const struct view *v);
    bool merged; /* other addresses are counted, not told apart */
    row_fn row;
} askers[QUESTIONS] = {
    [SPORT7] = {asks_sport7,  key_sport7,  true,  row_sport7 },
    [SIGACK] = {asks_sigack,  key_pair,    true,  row_sigack },
    [SYNFIN] = {asks_synfin,  key_src,     true,  row_synfin },
    [TTL1] = {asks_ttl1,    key_reverse, false, row_ttl1   },
    [NETBIOS] = {asks_netbios, key_netbios, false, row_netbios},
};

static bool joins(const struct group *g, const struct key *key, bool merged)
{
    return merged && g->distinct > 0 && addr_eq(g->key.one, key->one) &&
           g->key.number == key->number;
}

static void rows(struct truth *t, const struct table *from, bool merged,
                 row_fn row)
{
    struct entry *list = table_sorted(from);
    struct group g = {0};

    for (size_t i = 0; i < from->n; i++) {
        if (!joins(&g, &list[i].key, merged)) {
            if (g.distinct > 0)
                row(t, &g);
            g = (struct group){.key = list[i].key};
            text(g.one, g.key.one);
            text(g.other, g.key.other);
        }
        g.packets += list[i].count;
        g.distinct++;
    }
    if (g.distinct > 0)
        row(t, &g);
    free(list);
}

static void end_hour(struct truth *t)
{
    rows(t, &t->hourly, true, row_tally);
    table_clear(&t->hourly);
}

static void end_day(struct truth *t)
{
    time_t day = t->day / TIMESTAMP_SECOND;
    struct tm tm;
    char date[16];

    for (size_t i = 0; i < t->daily.room; i++) {
        const struct entry *today = &t->daily.slots[i];

        if (today->count == 0)
            continue;
        struct entry *source = table_at(&t->sources, &today->key);
        source->count++;
        if (today->count > source->most)
            source->most = today->count;
    }
    table_clear(&t->daily);
    gmtime_r(&day, &tm);
    strftime(date, sizeof date, "%Y-%m-%d", &tm);
    fprintf(t->out, "daily\t%s\t%llu\n", date,
            (unsigned long long)t->day_packets);
    t->day_packets = 0;
}

static void slow_rows(struct truth *t)
{
    struct entry *list = table_sorted(&t->sources);
    char src[INET6_ADDRSTRLEN];

    for (size_t i = 0; i < t->sources.n; i++) {
        if (list[i].count < SLOW_DAYS || list[i].most > SLOW_BUSIEST)
            continue;
        text(src, list[i].key.one);
        fprintf(t->out, "lowslow\t%s\t%u\t%u\n", src, list[i].count,
                list[i].most);
    }
    free(list);
}

static void turn_clock(struct truth *t, int64_t time)
{
    int64_t hour = time - time % TIMESTAMP_HOUR;
    int64_t day = time - time % TIMESTAMP_DAY;

    if (hour != t->hour && t->hour >= 0)
        end_hour(t);
    if (day != t->day && t->day >= 0)
        end_day(t);
    t->hour = hour;
    t->day = day;
}

void truth_packet(struct truth *t, const struct frame *frame)
{
    struct view v = look(frame);

    turn_clock(t, frame->time);
    t->day_packets++;
    if (v.inbound)
        table_at(&t->daily, &(struct key){.one = v.src})->count++;
    else if (at_home(v.src))
        table_at(&t->speakers, &(struct key){.one = v.src})->count = 1;
    if (v.inbound && !(v.proto == FRAME_TCP && v.sport == 80)) {
        struct key pair = key_pair(&v);

        table_at(&t->hourly, &pair)->count++;
    }
    for (int q = 0; q < QUESTIONS; q++) {
        if (askers[q].asks(&v)) {
            struct key key = askers[q].key(&v);

            table_at(&t->asked[q], &key)->count++;
        }
    }
}

struct truth *truth_open(const char *dir, struct err *e)
{
    struct truth *t = calloc(1, sizeof *t);
    char path[4096];

    snprintf(path, sizeof path, "%s/truth.tsv", dir);
    if (t)
        t->out = fopen(path, "w");
    if (!t || !t->out) {
        err_set(e, ERR_SYSTEM, "cannot write %s: %m", path);
        free(t);
        return NULL;
    }
    t->hour = t->day = -1;
    return t;
}

bool truth_close(struct truth *t, struct err *e)
{
    if (t->hour >= 0) {
        end_hour(t);
        end_day(t);
    }
    slow_rows(t);
    for (int q = 0; q < QUESTIONS; q++) {
        rows(t, &t->asked[q], askers[q].merged, askers[q].row);
        table_free(&t->asked[q]);
    }
    table_free(&t->hourly);
    table_free(&t->daily);
    table_free(&t->sources);
    table_free(&t->speakers);
    bool bad = ferror(t->out);
    bad |= fclose(t->out) != 0;
    free(t);
    return !bad || err_set(e, ERR_SYSTEM, "cannot write truth.tsv: %m");
}
