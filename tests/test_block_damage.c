/* test_block_damage.c - blocks that are changed, cut or made to harm. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/samples.h"

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
    samples_seed(4);
    struct sample s = samples_make(&(struct sample_look){3, 1, 0, 3}, 500);
    for (uint32_t i = 0; i < 400; i++) {
        size_t at = i < 100 ? (size_t)samples_below(BLOCK_HEADER)
                            : (size_t)samples_below(s.bytes.len);
        uint8_t bit = (uint8_t)(1 << samples_below(8));
        s.bytes.data[at] ^= bit;
        struct block *b = block_open(s.bytes.data, s.bytes.len, NULL, &e);
        assert_false(b && read_all(b, &e));
        assert_int_equal(e.code, ERR_STORE);
        block_close(b);
        s.bytes.data[at] ^= bit;
    }
    samples_free(&s);
}

static void a_cut_block_is_refused(void **state)
{
    struct err e = {0};
    struct block_head h;

    (void)state;
    samples_seed(5);
    struct sample s = samples_make(&(struct sample_look){3, 1, 0, 3}, 50);
    for (size_t len = 0; len < s.bytes.len; len += 1 + len / 16)
        assert_false(block_head_read(s.bytes.data, len, &h, &e));
    assert_true(block_head_read(s.bytes.data, s.bytes.len, &h, &e));
    samples_free(&s);
}

/* Without checksums to stop them, changed bytes reach the decoders: whatever
 * they yield, nothing is read out of bounds and no number leaves its field. */
static void hostile_bytes_do_no_harm(void **state)
{
    struct err e = {0};

    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        samples_seed(20000 + i / 100);
        struct sample s =
            samples_make(&(struct sample_look){i % 4, i / 4 % 3, i % 4, 3}, 40);
        samples_seed(30000 + i);
        for (uint64_t k = samples_below(12) + 1; k > 0; k--) {
            size_t at = samples_below(2)
                            ? (size_t)(BLOCK_DIRECTORY + samples_below(600))
                            : (size_t)samples_below(s.bytes.len);
            s.bytes.data[at] = (uint8_t)samples_draw();
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
        samples_free(&s);
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
    samples_free(s);
}

static void flows_in_more_than_one_pair_are_refused(void **state)
{
    static uint8_t chain[400], distance[400];

    (void)state;
    samples_seed(9);
    struct sample s = samples_traffic(400, 0, true);
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
    samples_seed(10);
    struct sample s = samples_traffic(400, 0, true);
    replace_stream(&s, STREAM_SHAPE, KIND_SHAPED, 1 << FIELD_SRC, NULL, 0);
    replace_stream(&s, FIELD_TIME, KIND_VALUES, 5, NULL, 0);
    refuse(&s, FIELD_TIME);
}

/* Rows without a code have the base in its place. */
static void a_base_that_is_no_code_is_refused(void **state)
{
    (void)state;
    samples_seed(11);
    struct sample_look look = {1, 0, 0, 1};
    struct sample s = samples_make(&look, 400);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(a_cut_block_is_refused),
        cmocka_unit_test(hostile_bytes_do_no_harm),
        cmocka_unit_test(flows_in_more_than_one_pair_are_refused),
        cmocka_unit_test(time_that_shapes_deny_is_refused),
        cmocka_unit_test(a_base_that_is_no_code_is_refused),
    };
    samples_begin();
    int failed = cmocka_run_group_tests_name("block damage", tests, NULL, NULL);
    samples_end();
    return failed;
}
