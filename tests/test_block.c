/* test_block.c - every field of every row comes back from a block, and its zone
 * summary tells the truth. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/samples.h"

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
        n = (uint32_t)samples_below(BATCH_ROWS) + 1;
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
    samples_free(s);
}

static void round_trip(const struct sample_look *k, uint32_t n)
{
    struct sample s = samples_make(k, n);

    verify(&s);
}

static void every_field_comes_back_from_random_rows(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 192; i++) {
        samples_seed(1000 + i);
        struct sample_look k = {i % 4, i / 4 % 3, i / 12 % 4, i % 5 ? 3 : 400};
        round_trip(&k, 1 + (uint32_t)samples_below(i % 8 ? 300 : 3000));
    }
}

static void one_row_comes_back(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 48; i++) {
        samples_seed(5000 + i);
        round_trip(&(struct sample_look){i % 4, i / 4 % 3, i / 12, 1}, 1);
    }
}

static void a_full_block_comes_back(void **state)
{
    (void)state;
    samples_seed(9);
    round_trip(&(struct sample_look){3, 1, 2, 70000}, BLOCK_ROWS);
    round_trip(&(struct sample_look){2, 1, 0, 2}, BLOCK_ROWS);
    round_trip(&(struct sample_look){3, 0, 3, 1}, BLOCK_ROWS);
}

/* ---- rows like traffic ---- */

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
        samples_seed(700 + i / 2);
        bool dense = i % 2 == 0;
        struct sample s = samples_traffic(8000, garbage[i / 2], dense);
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

static void assert_codes_of(struct block *b, const struct sample *s,
                            enum batch_code by, enum field_id f,
                            const struct strtab *t)
{
    struct err e = {0};
    const uint16_t *code;
    struct column c;
    uint32_t n;

    assert_true(block_codes(b, by, &code, &n, &e));
    for (uint32_t from = 0; from < n; from += BATCH_ROWS) {
        uint32_t left = n - from < BATCH_ROWS ? n - from : BATCH_ROWS;
        if (!block_code_column(b, &(struct batch_span){by, from, left}, f, &c,
                               &e))
            fail_msg("%s: %s", schema_fields[f].name, e.text);
        for (uint32_t i = 0; i < s->n; i++) {
            const struct record *r = &s->order[i]->record;
            bool has = f == FIELD_SENSOR || (r->present >> f & 1);
            assert_true(code[i] < n);
            if (code[i] < from || code[i] - from >= left)
                continue;
            assert_int_equal(has, !column_absent(&c, code[i] - from));
            if (has)
                assert_value(&c, code[i] - from, f, r, t);
        }
    }
}

static uint64_t assert_codes(struct block *b, const struct sample *s,
                             enum batch_code by, const struct strtab *t)
{
    struct err e = {0};
    uint64_t fields;

    assert_true(
        block_coded(b, by, UINT64_MAX >> (64 - FIELD_COUNT), &fields, &e));
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (fields >> f & 1)
            assert_codes_of(b, s, by, (enum field_id)f, t);
    return fields;
}

static void codes_tell_what_their_rows_hold(void **state)
{
    static const uint32_t garbage[] = {0, 300, 60};
    struct err e = {0};
    struct strtab t = {0};

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        samples_seed(40 + i);
        struct sample s = samples_traffic(6000, garbage[i], true);
        struct block *b = block_open(s.bytes.data, s.bytes.len, &t, &e);
        assert_non_null(b);
        uint64_t shaped = assert_codes(b, &s, BATCH_SHAPE, &t);
        uint64_t flowed = assert_codes(b, &s, BATCH_FLOW, &t);
        assert_true(shaped >> FIELD_FLAGS & 1);
        assert_true(flowed >> FIELD_PROTO & 1);
        block_close(b);
        samples_free(&s);
    }
    strtab_free(&t);
}

static void assert_picked(struct block *b, const struct sample *s,
                          enum field_id f, const uint64_t *rows,
                          const struct strtab *t)
{
    struct err e = {0};
    struct column c;

    for (uint32_t from = 0; from < s->n; from += BATCH_ROWS) {
        uint32_t n = s->n - from < BATCH_ROWS ? s->n - from : BATCH_ROWS;
        if (!block_column(b, f, from, n, &c, &e))
            fail_msg("%s: %s", schema_fields[f].name, e.text);
        for (uint32_t i = 0; i < n; i++) {
            const struct record *r = &s->order[from + i]->record;
            bool has = f == FIELD_SENSOR || (r->present >> f & 1);
            if (!(rows[(from + i) / 64] >> ((from + i) % 64) & 1))
                continue;
            assert_int_equal(has, !column_absent(&c, i));
            if (has)
                assert_value(&c, i, f, r, t);
        }
    }
}

static void picked_rows_are_as_among_all(void **state)
{
    static const uint32_t garbage[] = {0, 300, 60};
    struct strtab t = {0};

    (void)state;
    for (uint32_t i = 0; i < 90; i++) {
        samples_seed(90 + i / 10);
        struct sample s = samples_traffic(5000, garbage[i / 10 % 3], true);
        uint64_t rows[5000 / 64 + 1] = {0};
        struct err e = {0};
        struct block *b = block_open(s.bytes.data, s.bytes.len, &t, &e);
        assert_non_null(b);
        samples_seed(900 + i);
        for (uint64_t k = samples_below(30) + 1; k > 0; k--) {
            uint64_t row = samples_below(s.n);
            rows[row / 64] |= UINT64_C(1) << (row % 64);
        }
        /* some fields are made before */
        for (uint64_t k = samples_below(4); k > 0; k--)
            assert_picked(b, &s, (enum field_id)samples_below(FIELD_COUNT),
                          rows, &t);
        assert_true(block_pick(b, rows, &e));
        for (uint32_t k = 0; k < FIELD_COUNT; k++)
            assert_picked(b, &s, (enum field_id)((k * 31 + i) % FIELD_COUNT),
                          rows, &t);
        block_close(b);
        samples_free(&s);
    }
    strtab_free(&t);
}

/* Version 1 had no dense blocks, and is otherwise the same. */
static void a_block_of_version_1_is_read(void **state)
{
    (void)state;
    samples_seed(8);
    for (uint8_t version = 0; version < 4; version++) {
        struct sample s = samples_traffic(3000, 50, false);
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
            samples_free(&s);
    }
}

static void microseconds_are_noticed(void **state)
{
    struct err e = {0};

    (void)state;
    samples_seed(3);
    for (uint32_t times = 0; times < 4; times += 3) {
        struct sample s =
            samples_make(&(struct sample_look){3, 0, times, 1}, 2000);
        struct block_head h;
        assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
        assert_int_equal(h.unit, times == 3 ? 1000 : 1);
        samples_free(&s);
    }
}

static void memory_is_counted(void **state)
{
    struct err e = {0};
    struct column c;

    (void)state;
    samples_seed(6);
    struct sample s = samples_make(&(struct sample_look){2, 1, 0, 3}, 5000);
    struct block *b = block_open(s.bytes.data, s.bytes.len, NULL, &e);
    size_t before = block_memory(b);
    assert_true(block_column(b, FIELD_SEQ, 0, 1, &c, &e));
    assert_true(block_memory(b) >= before + 5000 * sizeof(uint32_t));
    block_close(b);
    samples_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back_from_random_rows),
        cmocka_unit_test(one_row_comes_back),
        cmocka_unit_test(a_full_block_comes_back),
        cmocka_unit_test(traffic_comes_back_from_both_encodings),
        cmocka_unit_test(codes_tell_what_their_rows_hold),
        cmocka_unit_test(picked_rows_are_as_among_all),
        cmocka_unit_test(a_block_of_version_1_is_read),
        cmocka_unit_test(microseconds_are_noticed),
        cmocka_unit_test(memory_is_counted),
    };
    samples_begin();
    int failed = cmocka_run_group_tests_name("block", tests, NULL, NULL);
    samples_end();
    return failed;
}
