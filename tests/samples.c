/* samples.c - blocks of rows drawn from a seed. */
#include "tests/samples.h"

#include <stdlib.h>

static struct block_encoder *encoder;
static uint64_t state;

void samples_begin(void)
{
    encoder = block_encoder_new();
}

void samples_end(void)
{
    block_encoder_free(encoder);
}

void samples_seed(uint64_t seed)
{
    state = seed;
}

uint64_t samples_draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = state;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

uint64_t samples_below(uint64_t n)
{
    return samples_draw() % n;
}

static uint64_t number(const struct sample_look *k, uint64_t max)
{
    if (k->wild == 0)
        return samples_below(5) & max;
    if (k->wild == 1)
        return samples_draw() & max;
    return samples_below(2) ? max : 0;
}

static struct addr address(const struct sample_look *k)
{
    if (k->wild == 0)
        return addr_from_v4((uint32_t)(0x0a000000 + samples_below(300)));
    if (k->wild == 2)
        return samples_below(2) ? (struct addr){UINT64_MAX, UINT64_MAX}
                                : (struct addr){0, 0};
    return samples_below(2) ? addr_from_v4((uint32_t)samples_draw())
                            : (struct addr){samples_draw(), samples_draw()};
}

static struct opts options(const struct sample_look *k)
{
    struct opts o = {0};

    o.n = (uint8_t)(k->wild == 2 ? OPTS_MAX : samples_below(k->wild ? 41 : 3));
    for (uint32_t i = 0; i < o.n; i++)
        o.kind[i] = (uint8_t)(k->wild == 1 ? samples_draw() : samples_below(9));
    return o;
}

/* The value of one field of a record, set and read by its width. */
#define MAC_MAX   ((UINT64_C(1) << 48) - 1)
#define DRAW_U8   (uint8_t) number(k, UINT8_MAX)
#define DRAW_U16  (uint16_t) number(k, UINT16_MAX)
#define DRAW_U32  (uint32_t) number(k, UINT32_MAX)
#define DRAW_MAC  number(k, MAC_MAX)
#define DRAW_TIME r->TIME
#define DRAW_ADDR address(k)
#define DRAW_OPTS options(k)
#define DRAW_SENSOR                                                            \
    (struct schema_nothing)                                                    \
    {                                                                          \
    }

static void fill(struct record *r, const struct sample_look *k, uint64_t mask)
{
#define FIELD(id, name, type, width, help)                                     \
    if (mask >> FIELD_##id & 1)                                                \
        RECORD_SET(r, id, DRAW_##width);
#include "store/fields.def"
#undef FIELD
    r->present &= ~(UINT64_C(1) << FIELD_SENSOR);
    r->present |= UINT64_C(1) << FIELD_TIME;
}

static int64_t time_of(const struct sample_look *k, uint32_t i)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1};

    switch (k->times) {
    case 0: return 1788220826947306123 + (int64_t)i * 1234567;
    case 1: return 1788220826947306000;
    case 2:
        return k->wild == 2 ? ends[samples_below(4)] : (int64_t)samples_draw();
    default: return (1788220826947306 + (int64_t)(i * samples_below(3))) * 1000;
    }
}

static uint64_t presence_mask(const struct sample_look *k, uint64_t fixed)
{
    switch (k->presence) {
    case 0: return 0;
    case 1: return samples_draw();
    case 2: return UINT64_MAX;
    default: return fixed & (samples_draw() | samples_draw() | samples_draw());
    }
}

static int by_order(const void *a, const void *b)
{
    return block_row_cmp(*(const struct block_row *const *)a,
                         *(const struct block_row *const *)b);
}

struct sample samples_make(const struct sample_look *k, uint32_t n)
{
    struct sample s = {.n = n,
                       .rows = calloc(n, sizeof *s.rows),
                       .order = calloc(n, sizeof *s.order)};
    struct block_head head = {.sequence = 77, .replaces = 5, .sensor = "edge1"};
    uint64_t fixed = samples_draw();

    for (uint32_t i = 0; i < n; i++) {
        struct block_row *r = &s.rows[i];
        r->record.TIME = time_of(k, i);
        fill(&r->record, k, presence_mask(k, fixed));
        r->capture_id = 1 + samples_below(k->captures);
        r->capture = (struct digest){r->capture_id % 3, r->capture_id / 2};
        r->position = k->wild == 2 ? UINT64_MAX - i : i;
        s.order[i] = r;
    }
    qsort(s.order, n, sizeof *s.order, by_order);
    block_encode(encoder, s.order, n, &head, &s.bytes);
    return s;
}

void samples_free(struct sample *s)
{
    free(s->rows);
    free(s->order);
    buf_free(&s->bytes);
}

/* ---- rows like traffic ---- */

static struct addr host(uint32_t n)
{
    return n % 7 ? addr_from_v4(0x0a000000 + n)
                 : (struct addr){0x20010db800000000u + n, n};
}

/* A segment of one of a few connections, either way. */
static void segment(struct record *r, uint32_t i, uint32_t sent[][2])
{
    uint32_t flow = (uint32_t)samples_below(40),
             way = (uint32_t)samples_below(2);
    uint32_t payload = samples_below(3) ? 0 : (uint32_t)samples_below(1460),
             a = flow / 3 * 2; /* hosts with several connections */

    RECORD_SET(r, SRC, host(a + way));
    RECORD_SET(r, DST, host(a + 1 - way));
    RECORD_SET(r, PROTO, 6);
    RECORD_SET(r, SPORT, way ? 443 : (uint16_t)(40000 + flow));
    RECORD_SET(r, DPORT, way ? (uint16_t)(40000 + flow) : 443);
    RECORD_SET(r, TTL, (uint8_t)(samples_below(50) ? 64 : samples_below(256)));
    RECORD_SET(r, IPHL, 20);
    RECORD_SET(r, DOFF, 32);
    RECORD_SET(r, IPID, samples_below(9) ? i & 0xffff : 0);
    RECORD_SET(r, IPLEN, 52 + payload);
    RECORD_SET(r, LEN, 66 + payload);
    RECORD_SET(r, CAPLEN, 66 + payload < 96 ? 66 + payload : 96);
    RECORD_SET(r, PAYLEN, payload);
    RECORD_SET(r, FLAGS, (uint16_t)(samples_below(20) ? FLAG_ACK : FLAG_SYN));
    RECORD_SET(r, SEQ, sent[flow][way]);
    RECORD_SET(r, ACKNO,
               sent[flow][1 - way] - (uint32_t)samples_below(2) * 1460);
    RECORD_SET(r, WIN,
               (uint16_t)(samples_below(5) ? 502 : samples_below(65536)));
    RECORD_SET(r, TSVAL, i * 3 + flow * 1000000);
    RECORD_SET(r, TSECR, i * 3);
    sent[flow][way] += samples_below(30) ? payload : (uint32_t)samples_draw();
}

struct sample samples_traffic(uint32_t n, uint32_t garbage, bool dense)
{
    static const struct sample_look wild = {1, 1, 0, 1};
    struct sample s = {.n = n,
                       .rows = calloc(n, sizeof *s.rows),
                       .order = calloc(n, sizeof *s.order)};
    struct block_head head = {.sequence = 77, .replaces = 5, .sensor = "edge1"};
    uint32_t sent[40][2] = {{0}};

    for (uint32_t i = 0; i < n; i++) {
        struct block_row *r = &s.rows[i];
        RECORD_SET(&r->record, TIME, 1788220826947306123 + (int64_t)i / 3 * 77);
        if (garbage && i % garbage == 0)
            fill(&r->record, &wild,
                 samples_draw() & ~(UINT64_C(1) << FIELD_TIME));
        else
            segment(&r->record, i, sent);
        r->capture_id = 1;
        r->position = i;
        s.order[i] = r;
    }
    if (dense)
        block_encode(encoder, s.order, n, &head, &s.bytes);
    else
        block_encode_plain(encoder, s.order, n, &head, &s.bytes);
    return s;
}
