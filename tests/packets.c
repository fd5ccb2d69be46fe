/* packets.c - the notation of tests for packets. */
#include "tests/packets.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "tests/folder.h"

static const size_t offsets[FIELD_COUNT] = {
#define FIELD(id, name, type, width, help) offsetof(struct record, id),
#include "store/fields.def"
#undef FIELD
};

_Noreturn static void fail(const char *what, const char *line)
{
    fprintf(stderr, "packets: %s: %s\n", what, line);
    exit(1);
}

void packets_must(bool ok, const struct err *e, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: ", what);
    err_print(stderr, e, "", NULL);
    exit(1);
}

/* ---- values ---- */

static int64_t number(const char *text)
{
    char *end;
    int64_t v = (int64_t)strtoll(text, &end, 0);

    if (end == text || *end)
        fail("no number", text);
    return v;
}

static struct opts options(const char *text)
{
    struct opts o = {0};

    for (; *text && o.n < OPTS_MAX; text += strcspn(text, ",")) {
        text += *text == ',';
        o.kind[o.n++] = (uint8_t)strtoul(text, NULL, 10);
    }
    return o;
}

static void put_number(struct record *r, enum field_id f, int64_t v)
{
    uint8_t *at = (uint8_t *)r + offsets[f];

    switch (schema_fields[f].width) {
    case WIDTH_U8: *at = (uint8_t)v; break;
    case WIDTH_U16: memcpy(at, &(uint16_t){(uint16_t)v}, 2); break;
    case WIDTH_U32: memcpy(at, &(uint32_t){(uint32_t)v}, 4); break;
    case WIDTH_MAC:
    case WIDTH_TIME: memcpy(at, &v, 8); break;
    case WIDTH_ADDR:
    case WIDTH_OPTS:
    case WIDTH_SENSOR: fail("no number goes into", schema_fields[f].name);
    }
    r->present |= UINT64_C(1) << f;
}

static void put_text(struct record *r, enum field_id f, const char *text)
{
    struct addr a;
    uint16_t flags;

    if (strcmp(text, "-") == 0)
        return;
    switch (schema_fields[f].width) {
    case WIDTH_ADDR:
        if (!addr_parse(text, strlen(text), &a))
            fail("no address", text);
        memcpy((uint8_t *)r + offsets[f], &a, sizeof a);
        r->present |= UINT64_C(1) << f;
        break;
    case WIDTH_OPTS: RECORD_SET(r, OPTSIG, options(text)); break;
    default:
        if (schema_fields[f].type != TYPE_FLAGS)
            put_number(r, f, number(text));
        else if (schema_flags_parse(text, strcmp(text, "0") ? strlen(text) : 0,
                                    &flags))
            put_number(r, f, flags);
        else
            fail("no flags", text);
    }
}

static int64_t point(const char *text, int64_t before)
{
    struct civil c = {0};
    char fraction[10] = "000000000";
    int got, n = 0;
    int64_t t;

    if (text[0] == '+')
        return before + (int64_t)(strtod(text + 1, NULL) * 1e9 + 0.5);
    got = sscanf(text, "%d-%d-%dT%d:%d:%d%n", &c.year, &c.month, &c.day,
                 &c.hour, &c.minute, &c.second, &n);
    if (got != 6 && got != 3)
        fail("no time", text);
    if (got == 6 && text[n] == '.')
        memcpy(fraction, text + n + 1, strlen(text + n + 1) % 10);
    c.ns = (int32_t)strtol(fraction, NULL, 10);
    if (!timestamp_from_civil(&c, &t))
        fail("no such time", text);
    return t;
}

static int64_t protocol(const char *text)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {
        {"icmp",  1 },
        {"tcp",   6 },
        {"udp",   17},
        {"icmp6", 58}
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, text) == 0)
            return known[i].number;
    }
    return number(text);
}

/* ---- lines ---- */

static void defaults(struct record *r)
{
    RECORD_SET(r, LEN, 60);
    RECORD_SET(r, CAPLEN, 60);
    RECORD_SET(r, BAD, 0);
    if (!RECORD_HAS(r, SRC))
        return;
    RECORD_SET(r, IPVER, addr_is_v4(r->SRC) ? 4 : 6);
    RECORD_SET(r, TTL, 64);
    RECORD_SET(r, IPLEN, 40);
}

static void put_field(struct record *r, char *text)
{
    char *value = strchr(text, '=');

    if (!value)
        fail("no field=value", text);
    *value++ = '\0';
    enum field_id f = schema_find(text);
    if (f == FIELD_COUNT)
        fail("no field", text);
    r->present &= ~(UINT64_C(1) << f);
    put_text(r, f, value);
}

/* TIME SRC DST PROTO [SPORT DPORT [FLAGS]] [field=value …] */
static void parse_line(char *line, struct record *r, int64_t *now)
{
    static const enum field_id places[] = {
        FIELD_TIME,  FIELD_SRC,   FIELD_DST,  FIELD_PROTO,
        FIELD_SPORT, FIELD_DPORT, FIELD_FLAGS};
    char *save = NULL;
    uint32_t at = 0;

    for (char *w = strtok_r(line, " \t", &save); w;
         w = strtok_r(NULL, " \t", &save)) {
        bool named = strchr(w, '=') != NULL;
        if (named && at < 100) {
            defaults(r);
            at = 100;
        }
        if (named)
            put_field(r, w);
        else if (at >= sizeof places / sizeof places[0])
            fail("one word too many", w);
        else if (at == 0)
            put_number(r, FIELD_TIME, *now = point(w, *now));
        else if (places[at] == FIELD_PROTO && strcmp(w, "-") != 0)
            put_number(r, FIELD_PROTO, protocol(w));
        else
            put_text(r, places[at], w);
        at++;
    }
    if (at < 100)
        defaults(r);
}

struct packet_line *packets_parse(struct arena *a, const char *text,
                                  uint32_t *n)
{
    struct packet_line *list = NULL, now = {.sensor = "edge1"};
    char *copy = arena_strndup(a, text, strlen(text)), *save = NULL;
    uint32_t cap = 0;
    int64_t time = 0;

    *n = 0;
    for (char *line = strtok_r(copy, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (sscanf(line, "sensor %63s", now.sensor) == 1)
            continue;
        if (strcmp(line, "capture") == 0) {
            now.capture++;
            continue;
        }
        if (*n == cap) {
            struct packet_line *more =
                arena_array(a, struct packet_line, cap = cap * 2 + 16);
            if (*n)
                memcpy(more, list, *n * sizeof *list);
            list = more;
        }
        list[*n] = now;
        parse_line(line, &list[(*n)++].record, &time);
    }
    return list;
}

/* ---- stores ---- */

static bool same_capture(const struct packet_line *a,
                         const struct packet_line *b)
{
    return a->capture == b->capture && strcmp(a->sensor, b->sensor) == 0;
}

static bool is_first(const struct packet_line *p, uint32_t i)
{
    /* From the nearest back: a long capture is found at once. */
    for (uint32_t k = i; k > 0; k--) {
        if (same_capture(&p[k - 1], &p[i]))
            return false;
    }
    return true;
}

/* All packets of the capture that packet `first` begins. */
static void add_capture(struct store_writer *w, const struct packet_line *p,
                        uint32_t n, uint32_t first)
{
    struct store_capture c = {.state = CAPTURE_WHOLE};
    struct err e = {.code = ERR_NONE};
    uint64_t position = 0;
    bool added;

    snprintf(c.sensor, sizeof c.sensor, "%s", p[first].sensor);
    snprintf(c.name, sizeof c.name, "%s-%u.pcap", c.sensor, p[first].capture);
    hash_chain(&c.first, c.name, strlen(c.name), NULL, 0);
    packets_must(store_writer_begin(w, &c, &e), &e, "begin");
    c.digest = c.first;
    for (uint32_t i = first; i < n; i++) {
        if (!same_capture(&p[i], &p[first]))
            continue;
        c.packets++;
        packets_must(store_writer_add(w, &c, &p[i].record, position++, false,
                                      &added, &e),
                     &e, "add");
    }
    packets_must(store_writer_end(w, &c, &e), &e, "end");
    packets_must(store_writer_commit(w, &e), &e, "commit");
}

static void write_site(const char *dir, const char *site)
{
    char path[600];
    FILE *f;

    snprintf(path, sizeof path, "%s/site.trawl", dir);
    f = site ? fopen(path, "w") : NULL;
    if (f) {
        (void)fputs(site, f);
        (void)fclose(f);
    }
}

char *packets_store(const struct packet_line *p, uint32_t n, const char *site)
{
    struct store_options o = {.macs = true};
    struct err e = {.code = ERR_NONE};
    char *dir = folder_make(), path[512];

    snprintf(path, sizeof path, "%s/db", dir);
    packets_must(store_create(path, &o, &e), &e, "create");
    write_site(path, site);
    struct store *s = store_open(path, &e);
    packets_must(s != NULL, &e, "open");
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, &e);
    packets_must(w != NULL, &e, "write");
    for (uint32_t i = 0; i < n; i++) {
        if (is_first(p, i))
            add_capture(w, p, n, i);
    }
    store_writer_close(w);
    store_close(s);
    return dir;
}

void packets_remove(char *dir)
{
    folder_remove(dir);
}
