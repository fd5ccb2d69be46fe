/* test_block.c - every field of every row comes back from a block, its zone
 * summary tells the truth, and damage is noticed. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/block.h"

static uint64_t random_state;

static uint64_t draw(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = random_state;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

static uint64_t below(uint64_t n)
{
    return draw() % n;
}

/* How rows look: how often a field is there, how wild its values are. */
struct look {
    uint32_t presence; /* 0: never, 1: random, 2: always, 3: changes a field */
    uint32_t wild;     /* 0: few values, 1: any, 2: extremes */
    uint32_t times;    /* 0: in order, 1: equal, 2: any, 3: whole us */
    uint32_t captures;
};

static uint64_t number(const struct look *k, uint64_t max)
{
    if (k->wild == 0)
        return below(5) & max;
    if (k->wild == 1)
        return draw() & max;
    return below(2) ? max : 0;
}

static struct addr address(const struct look *k)
{
    if (k->wild == 0)
        return addr_from_v4((uint32_t)(0x0a000000 + below(300)));
    if (k->wild == 2)
        return below(2) ? (struct addr){UINT64_MAX, UINT64_MAX}
                        : (struct addr){0, 0};
    return below(2) ? addr_from_v4((uint32_t)draw())
                    : (struct addr){draw(), draw()};
}

static struct opts options(const struct look *k)
{
    struct opts o = {0};

    o.n = (uint8_t)(k->wild == 2 ? OPTS_MAX : below(k->wild ? 41 : 3));
    for (uint32_t i = 0; i < o.n; i++)
        o.kind[i] = (uint8_t)(k->wild == 1 ? draw() : below(9));
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

static void fill(struct record *r, const struct look *k, uint64_t mask)
{
#define FIELD(id, name, type, width, help)                                     \
    if (mask >> FIELD_##id & 1)                                                \
        RECORD_SET(r, id, DRAW_##width);
#include "store/fields.def"
#undef FIELD
    r->present &= ~(UINT64_C(1) << FIELD_SENSOR);
    r->present |= UINT64_C(1) << FIELD_TIME;
}

static int64_t time_of(const struct look *k, uint32_t i)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1};

    switch (k->times) {
    case 0: return 1788220826947306123 + (int64_t)i * 1234567;
    case 1: return 1788220826947306000;
    case 2: return k->wild == 2 ? ends[below(4)] : (int64_t)draw();
    default: return (1788220826947306 + (int64_t)(i * below(3))) * 1000;
    }
}

static uint64_t presence_mask(const struct look *k, uint64_t fixed)
{
    switch (k->presence) {
    case 0: return 0;
    case 1: return draw();
    case 2: return UINT64_MAX;
    default: return fixed & (draw() | draw() | draw());
    }
}

static int by_order(const void *a, const void *b)
{
    return block_row_cmp(*(const struct block_row *const *)a,
                         *(const struct block_row *const *)b);
}

/* A block of random rows, and the rows in their order. */
struct sample {
    uint32_t n;
    struct block_row *rows;
    const struct block_row **order;
    struct buf bytes;
};

static struct block_encoder *encoder;

static struct sample sample_make(const struct look *k, uint32_t n)
{
    struct sample s = {.n = n,
                       .rows = calloc(n, sizeof *s.rows),
                       .order = calloc(n, sizeof *s.order)};
    struct block_head head = {.sequence = 77, .replaces = 5, .sensor = "edge1"};
    uint64_t fixed = draw();

    for (uint32_t i = 0; i < n; i++) {
        struct block_row *r = &s.rows[i];
        r->record.TIME = time_of(k, i);
        fill(&r->record, k, presence_mask(k, fixed));
        r->capture_id = 1 + below(k->captures);
        r->capture = (struct digest){r->capture_id % 3, r->capture_id / 2};
        r->position = k->wild == 2 ? UINT64_MAX - i : i;
        s.order[i] = r;
    }
    qsort(s.order, n, sizeof *s.order, by_order);
    block_encode(encoder, s.order, n, &head, &s.bytes);
    return s;
}

static void sample_free(struct sample *s)
{
    free(s->rows);
    free(s->order);
    buf_free(&s->bytes);
}

/* What the column should hold for a row, as a number. */
static int64_t number_of(const struct record *r, enum field_id f)
{
#define AS_U8(v)     (int64_t)(v)
#define AS_U16(v)    (int64_t)(v)
#define AS_U32(v)    (int64_t)(v)
#define AS_MAC(v)    (int64_t)(v)
#define AS_TIME(v)   (v)
#define AS_ADDR(v)   0
#define AS_OPTS(v)   0
#define AS_SENSOR(v) 0
    switch (f) {
#define FIELD(id, name, type, width, help)                                     \
    case FIELD_##id:                                                           \
        return AS_##width(r->id);
#include "store/fields.def"
#undef FIELD
    default: return 0;
    }
}

static struct addr addr_of(const struct record *r, enum field_id f)
{
    return f == FIELD_SRC         ? r->SRC
           : f == FIELD_DST       ? r->DST
           : f == FIELD_INNER_SRC ? r->INNER_SRC
                                  : r->INNER_DST;
}

static void assert_value(const struct column *c, uint32_t i, enum field_id f,
                         const struct record *r, const struct strtab *t)
{
    char text[OPTS_TEXT_MAX];

    if (schema_fields[f].width == WIDTH_ADDR) {
        assert_true(addr_eq(c->a[i], addr_of(r, f)));
    } else if (f == FIELD_OPTSIG) {
        schema_opts_text(text, &r->OPTSIG);
        assert_string_equal(strtab_text(t, (uint32_t)c->i[i], NULL), text);
    } else if (f == FIELD_SENSOR) {
        assert_string_equal(strtab_text(t, (uint32_t)c->i[i], NULL), "edge1");
    } else if (c->i[i] != number_of(r, f)) {
        fail_msg("%s: %lld, not %lld", schema_fields[f].name,
                 (long long)c->i[i], (long long)number_of(r, f));
    }
}

static void assert_field(struct block *b, const struct sample *s,
                         enum field_id f, const struct strtab *t)
{
    struct err e = {0};
    struct column c;

    for (uint32_t from = 0, n; from < s->n; from += n) {
        n = (uint32_t)below(BATCH_ROWS) + 1;
        n = n < s->n - from ? n : s->n - from;
        if (!block_column(b, f, from, n, &c, &e))
            fail_msg("%s: %s", schema_fields[f].name, e.text);
        for (uint32_t i = 0; i < n; i++) {
            const struct record *r = &s->order[from + i]->record;
            bool has = f == FIELD_SENSOR || (r->present >> f & 1);
            assert_int_equal(has, !column_absent(&c, i));
            if (has)
                assert_value(&c, i, f, r, t);
        }
    }
}

static void assert_zone_numbers(const struct zone_field *z,
                                const struct sample *s, enum field_id f)
{
    int64_t lo = INT64_MAX, hi = INT64_MIN;
    uint64_t some = 0, every = UINT64_MAX;

    for (uint32_t i = 0; i < s->n; i++) {
        const struct record *r = &s->order[i]->record;
        int64_t v = number_of(r, f);
        if (!(r->present >> f & 1))
            continue;
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
        some |= (uint64_t)v;
        every &= (uint64_t)v;
    }
    assert_true(z->range.lo == lo && z->range.hi == hi);
    assert_true(z->some == some && z->every == every);
}

static void assert_zone_addrs(const struct zone_field *z,
                              const struct sample *s, enum field_id f)
{
    struct addr lo = {UINT64_MAX, UINT64_MAX}, hi = {0, 0};

    for (uint32_t i = 0; i < s->n; i++) {
        const struct record *r = &s->order[i]->record;
        if (!(r->present >> f & 1))
            continue;
        lo = addr_cmp(addr_of(r, f), lo) < 0 ? addr_of(r, f) : lo;
        hi = addr_cmp(addr_of(r, f), hi) > 0 ? addr_of(r, f) : hi;
    }
    assert_true(addr_eq(z->addr.lo, lo) && addr_eq(z->addr.hi, hi));
}

static void assert_zone(const struct zone *z, const struct sample *s)
{
    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        uint32_t has = 0;
        for (uint32_t i = 0; i < s->n; i++)
            has += f == FIELD_SENSOR || (s->order[i]->record.present >> f & 1);
        assert_int_equal(z->field[f].any, has > 0);
        assert_int_equal(z->field[f].absent, has < s->n);
        if (has == 0 || f == FIELD_OPTSIG || f == FIELD_SENSOR)
            continue;
        if (schema_fields[f].width == WIDTH_ADDR)
            assert_zone_addrs(&z->field[f], s, (enum field_id)f);
        else
            assert_zone_numbers(&z->field[f], s, (enum field_id)f);
    }
}

static void assert_rows(struct block *b, const struct sample *s)
{
    struct block_row *back = calloc(s->n, sizeof *back);
    struct err e = {0};

    if (!block_unpack(b, back, &e))
        fail_msg("%s", e.text);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct block_row *want = s->order[i], *got = &back[i];
        assert_int_equal(block_row_cmp(want, got), 0);
        assert_true(want->record.present == got->record.present);
        for (uint32_t f = 0; f < FIELD_COUNT; f++)
            if (want->record.present >> f & 1)
                assert_true(number_of(&want->record, (enum field_id)f) ==
                            number_of(&got->record, (enum field_id)f));
        if (RECORD_HAS(&want->record, INNER_DST))
            assert_true(addr_eq(want->record.INNER_DST, got->record.INNER_DST));
        if (RECORD_HAS(&want->record, OPTSIG))
            assert_memory_equal(&want->record.OPTSIG, &got->record.OPTSIG,
                                1 + (size_t)want->record.OPTSIG.n);
    }
    free(back);
}

/* Everything comes back; frees the sample. */
static void verify(struct sample *s)
{
    struct strtab t = {0};
    struct err e = {0};
    struct block *b = block_open(s->bytes.data, s->bytes.len, &t, &e);

    if (!b)
        fail_msg("%s", e.text);
    const struct block_head *h = block_head_of(b);
    assert_int_equal(h->rows, s->n);
    assert_int_equal(h->sequence, 77);
    assert_int_equal(h->replaces, 5);
    assert_string_equal(h->sensor, "edge1");
    assert_zone(&h->zone, s);
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        assert_field(b, s, (enum field_id)f, &t);
    assert_rows(b, s);
    block_close(b);
    strtab_free(&t);
    sample_free(s);
}

static void round_trip(const struct look *k, uint32_t n)
{
    struct sample s = sample_make(k, n);

    verify(&s);
}

static void every_field_comes_back_from_random_rows(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 192; i++) {
        random_state = 1000 + i;
        struct look k = {i % 4, i / 4 % 3, i / 12 % 4, i % 5 ? 3 : 400};
        round_trip(&k, 1 + (uint32_t)below(i % 8 ? 300 : 3000));
    }
}

static void one_row_comes_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 48; i++) {
        random_state = 5000 + i;
        round_trip(&(struct look){i % 4, i / 4 % 3, i / 12, 1}, 1);
    }
}

static void a_full_block_comes_back(void **state)
{
    (void)state;
    random_state = 9;
    round_trip(&(struct look){3, 1, 2, 70000}, BLOCK_ROWS);
    round_trip(&(struct look){2, 1, 0, 2}, BLOCK_ROWS);
    round_trip(&(struct look){3, 0, 3, 1}, BLOCK_ROWS);
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
    uint32_t flow = (uint32_t)below(40), way = (uint32_t)below(2);
    uint32_t payload = below(3) ? 0 : (uint32_t)below(1460), a = flow * 2;

    RECORD_SET(r, SRC, host(a + way));
    RECORD_SET(r, DST, host(a + 1 - way));
    RECORD_SET(r, PROTO, 6);
    RECORD_SET(r, SPORT, way ? 443 : (uint16_t)(40000 + flow));
    RECORD_SET(r, DPORT, way ? (uint16_t)(40000 + flow) : 443);
    RECORD_SET(r, TTL, (uint8_t)(below(50) ? 64 : below(256)));
    RECORD_SET(r, IPHL, 20);
    RECORD_SET(r, DOFF, 32);
    RECORD_SET(r, IPID, below(9) ? i & 0xffff : 0);
    RECORD_SET(r, IPLEN, 52 + payload);
    RECORD_SET(r, LEN, 66 + payload);
    RECORD_SET(r, CAPLEN, 66 + payload < 96 ? 66 + payload : 96);
    RECORD_SET(r, PAYLEN, payload);
    RECORD_SET(r, FLAGS, (uint16_t)(below(20) ? FLAG_ACK : FLAG_SYN));
    RECORD_SET(r, SEQ, sent[flow][way]);
    RECORD_SET(r, ACKNO, sent[flow][1 - way] - (uint32_t)below(2) * 1460);
    RECORD_SET(r, WIN, (uint16_t)(below(5) ? 502 : below(65536)));
    RECORD_SET(r, TSVAL, i * 3 + flow * 1000000);
    RECORD_SET(r, TSECR, i * 3);
    sent[flow][way] += below(30) ? payload : (uint32_t)draw();
}

/* Rows of connections, and every `garbage`-th one of anything (0: none). */
static struct sample traffic_make(uint32_t n, uint32_t garbage, bool dense)
{
    static const struct look wild = {1, 1, 0, 1};
    struct sample s = {.n = n,
                       .rows = calloc(n, sizeof *s.rows),
                       .order = calloc(n, sizeof *s.order)};
    struct block_head head = {.sequence = 77, .replaces = 5, .sensor = "edge1"};
    uint32_t sent[40][2] = {{0}};

    for (uint32_t i = 0; i < n; i++) {
        struct block_row *r = &s.rows[i];
        RECORD_SET(&r->record, TIME, 1788220826947306123 + (int64_t)i / 3 * 77);
        if (garbage && i % garbage == 0)
            fill(&r->record, &wild, draw() & ~(UINT64_C(1) << FIELD_TIME));
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

static bool has_stream(const struct block_head *h, uint8_t id)
{
    for (uint32_t i = 0; i < h->streams; i++)
        if (h->stream[i].id == id)
            return true;
    return false;
}

static void traffic_comes_back_from_both_encodings(void **state)
{
    static const uint32_t garbage[] = {0, 1, 2, 50, 400};
    size_t bytes[2];

    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        random_state = 700 + i / 2;
        bool dense = i % 2 == 0;
        struct sample s = traffic_make(8000, garbage[i / 2], dense);
        struct block_head h;
        struct err e = {0};
        assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
        /* rows that share nothing stay plain */
        assert_int_equal(has_stream(&h, STREAM_SHAPE),
                         dense && i / 2 != 1 && i / 2 != 2);
        bytes[i % 2] = s.bytes.len;
        verify(&s);
        if (i == 1)
            assert_true(bytes[0] < bytes[1]);
    }
}

/* Version 1 had no dense blocks, and is otherwise the same. */
static void a_block_of_version_1_is_read(void **state)
{
    (void)state;
    random_state = 8;
    for (uint8_t version = 0; version < 4; version++) {
        struct sample s = traffic_make(3000, 50, false);
        struct block_head h;
        struct err e = {0};
        uint8_t *page = s.bytes.data;
        uint64_t sum;
        page[8] = version;
        memset(page + 120, 0, 8);
        sum = hash_bytes(page, BLOCK_HEADER, 0);
        for (uint32_t i = 0; i < 8; i++)
            page[120 + i] = (uint8_t)(sum >> (8 * i));
        bool known = version == 1 || version == 2;
        assert_int_equal(block_head_read(page, s.bytes.len, &h, &e), known);
        if (known)
            verify(&s);
        else
            sample_free(&s);
    }
}

static void microseconds_are_noticed(void **state)
{
    struct err e = {0};

    (void)state;
    random_state = 3;
    for (uint32_t times = 0; times < 4; times += 3) {
        struct sample s = sample_make(&(struct look){3, 0, times, 1}, 2000);
        struct block_head h;
        assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
        assert_int_equal(h.unit, times == 3 ? 1000 : 1);
        sample_free(&s);
    }
}

/* Reads everything; true: without an error. */
static bool read_all(struct block *b, struct err *e)
{
    uint32_t rows = block_head_of(b)->rows;
    struct block_row *back = calloc(rows, sizeof *back);
    bool good = block_unpack(b, back, e);

    free(back);
    return good;
}

static void a_changed_byte_is_noticed(void **state)
{
    struct err e = {0};

    (void)state;
    random_state = 4;
    struct sample s = sample_make(&(struct look){3, 1, 0, 3}, 500);
    for (uint32_t i = 0; i < 400; i++) {
        size_t at =
            i < 100 ? (size_t)below(BLOCK_HEADER) : (size_t)below(s.bytes.len);
        uint8_t bit = (uint8_t)(1 << below(8));
        s.bytes.data[at] ^= bit;
        struct block *b = block_open(s.bytes.data, s.bytes.len, NULL, &e);
        assert_false(b && read_all(b, &e));
        assert_int_equal(e.code, ERR_STORE);
        block_close(b);
        s.bytes.data[at] ^= bit;
    }
    sample_free(&s);
}

static void a_cut_block_is_refused(void **state)
{
    struct err e = {0};
    struct block_head h;

    (void)state;
    random_state = 5;
    struct sample s = sample_make(&(struct look){3, 1, 0, 3}, 50);
    for (size_t len = 0; len < s.bytes.len; len += 1 + len / 16)
        assert_false(block_head_read(s.bytes.data, len, &h, &e));
    assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
    sample_free(&s);
}

/* Without checksums to stop them, changed bytes reach the decoders: whatever
 * they yield, nothing is read out of bounds and no number leaves its field. */
static void hostile_bytes_do_no_harm(void **state)
{
    struct err e = {0};

    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        random_state = 20000 + i / 100;
        struct sample s =
            sample_make(&(struct look){i % 4, i / 4 % 3, i % 4, 3}, 40);
        random_state = 30000 + i;
        for (uint64_t k = below(12) + 1; k > 0; k--) {
            size_t at = below(2) ? (size_t)(BLOCK_DIRECTORY + below(600))
                                 : (size_t)below(s.bytes.len);
            s.bytes.data[at] = (uint8_t)draw();
        }
        struct strtab t = {0};
        struct block *b =
            block_open_unchecked(s.bytes.data, s.bytes.len, &t, &e);
        struct column c;
        for (uint32_t f = 0; b && f < FIELD_COUNT; f++) {
            if (block_column(b, (enum field_id)f, 0, 1, &c, &e) &&
                schema_fields[f].width == WIDTH_U8 && !column_absent(&c, 0))
                assert_true(c.i[0] >= 0 && c.i[0] <= UINT8_MAX);
        }
        if (b)
            (void)read_all(b, &e);
        block_close(b);
        strtab_free(&t);
        sample_free(&s);
    }
}

/* Puts numbers of 1 byte, or one constant, in place of a stream's. */
static void replace_stream(struct sample *s, uint8_t id, enum stream_kind kind,
                           uint64_t first, const uint8_t *v, uint32_t n)
{
    struct block_head h;
    struct err e = {0};
    uint32_t i = 0;

    assert_true(block_head_read(s->bytes.data, s->bytes.len, &h, &e));
    while (i < h.streams && (h.stream[i].id != id || h.stream[i].kind != kind))
        i++;
    assert_true(i < h.streams);
    h.stream[i].encoding = n ? ENCODING_PLAIN : ENCODING_CONSTANT;
    h.stream[i].codec = 0; /* raw */
    h.stream[i].width = 1;
    h.stream[i].raw = h.stream[i].stored = 8 + n;
    h.stream[i].offset = (uint32_t)s->bytes.len;
    buf_u64(&s->bytes, first);
    buf_put(&s->bytes, v, n);
    h.bytes = s->bytes.len;
    block_head_write(&h, s->bytes.data);
}

/* The field is refused; frees the sample. */
static void refuse(struct sample *s, enum field_id f)
{
    struct strtab t = {0};
    struct err e = {0};
    struct column c;
    struct block *b = block_open_unchecked(s->bytes.data, s->bytes.len, &t, &e);

    assert_non_null(b);
    assert_false(block_column(b, f, 0, 1, &c, &e));
    assert_int_equal(e.code, ERR_STORE);
    block_close(b);
    strtab_free(&t);
    sample_free(s);
}

static void flows_in_more_than_one_pair_are_refused(void **state)
{
    static uint8_t chain[400], distance[400];

    (void)state;
    random_state = 9;
    struct sample s = traffic_make(400, 0, true);
    memset(chain + 1, 1, sizeof chain - 1);
    replace_stream(&s, STREAM_FLOW, KIND_CODES, 0, distance, 400);
    replace_stream(&s, STREAM_FLOW, KIND_BACK, 0, chain, 400);
    replace_stream(&s, FIELD_SPORT, KIND_FLOWED, 7, NULL, 0);
    replace_stream(&s, FIELD_DPORT, KIND_FLOWED, 7, NULL, 0);
    refuse(&s, FIELD_SPORT);
}

static void time_that_shapes_deny_is_refused(void **state)
{
    (void)state;
    random_state = 10;
    struct sample s = traffic_make(400, 0, true);
    replace_stream(&s, STREAM_SHAPE, KIND_SHAPED, 1 << FIELD_SRC, NULL, 0);
    replace_stream(&s, FIELD_TIME, KIND_VALUES, 5, NULL, 0);
    refuse(&s, FIELD_TIME);
}

/* Rows without a code have the base in its place. */
static void a_base_that_is_no_code_is_refused(void **state)
{
    (void)state;
    random_state = 11;
    struct look look = {1, 0, 0, 1};
    struct sample s = sample_make(&look, 400);
    struct err e = {0};
    struct block_head h;
    assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
    for (uint32_t i = 0; i < h.streams; i++)
        if (h.stream[i].id == FIELD_INNER_SRC &&
            h.stream[i].kind == KIND_PRESENCE) {
            h.stream[i].codec = 0; /* raw, and no row has one */
            h.stream[i].stored = h.stream[i].raw;
            h.stream[i].offset = (uint32_t)s.bytes.len;
            buf_fill(&s.bytes, 0, h.stream[i].raw);
        }
    h.bytes = s.bytes.len;
    block_head_write(&h, s.bytes.data);
    replace_stream(&s, FIELD_INNER_SRC, KIND_CODES, UINT64_C(1) << 40, NULL, 0);
    refuse(&s, FIELD_INNER_SRC);
}

static void memory_is_counted(void **state)
{
    struct err e = {0};
    struct column c;

    (void)state;
    random_state = 6;
    struct sample s = sample_make(&(struct look){2, 1, 0, 3}, 5000);
    struct block *b = block_open(s.bytes.data, s.bytes.len, NULL, &e);
    size_t before = block_memory(b);
    assert_true(block_column(b, FIELD_SEQ, 0, 1, &c, &e));
    assert_true(block_memory(b) >= before + 5000 * sizeof(uint32_t));
    block_close(b);
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back_from_random_rows),
        cmocka_unit_test(one_row_comes_back),
        cmocka_unit_test(a_full_block_comes_back),
        cmocka_unit_test(traffic_comes_back_from_both_encodings),
        cmocka_unit_test(a_block_of_version_1_is_read),
        cmocka_unit_test(microseconds_are_noticed),
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(a_cut_block_is_refused),
        cmocka_unit_test(hostile_bytes_do_no_harm),
        cmocka_unit_test(flows_in_more_than_one_pair_are_refused),
        cmocka_unit_test(time_that_shapes_deny_is_refused),
        cmocka_unit_test(a_base_that_is_no_code_is_refused),
        cmocka_unit_test(memory_is_counted),
    };
    encoder = block_encoder_new();
    int failed = cmocka_run_group_tests_name("block", tests, NULL, NULL);
    block_encoder_free(encoder);
    return failed;
}
