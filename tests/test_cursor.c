/* test_cursor.c - reading what may be cut anywhere. */
#include "tests/test.h"

#include "base/buf.h"
#include "base/cursor.h"

static struct cursor over(const struct buf *b, size_t len)
{
    return (struct cursor){.at = b->data, .end = b->data + len};
}

static void reading_past_the_end_is_bad_and_zero(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_fill(&b, 0xff, 7);
    struct cursor c = over(&b, 7);
    assert_int_equal(cursor_u16(&c), 0xffff);
    assert_false(c.bad);
    assert_int_equal(cursor_u64(&c), 0);
    assert_true(c.bad);
    assert_int_equal(cursor_u8(&c), 0);
    assert_null(cursor_take(&c, 1));
    assert_true(c.bad);
    buf_free(&b);
}

static void every_cut_is_noticed(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_u8(&b, 1);
    buf_u16(&b, 2);
    buf_u32(&b, 3);
    buf_u64(&b, 4);
    buf_put(&b, "tail", 4);
    for (size_t len = 0; len <= b.len; len++) {
        struct cursor c = over(&b, len);
        cursor_u8(&c);
        cursor_u16(&c);
        cursor_u32(&c);
        uint64_t v = cursor_u64(&c);
        assert_true(v == 0 || v == 4);
        const uint8_t *tail = cursor_take(&c, 4);
        assert_int_equal(c.bad, len < b.len);
        assert_true(c.bad == (tail == NULL));
        assert_true(c.at == c.end);
    }
    buf_free(&b);
}

static void an_enormous_length_is_too_short(void **state)
{
    static const uint8_t byte;
    struct cursor c = {.at = &byte, .end = &byte + 1};

    (void)state;
    assert_null(cursor_take(&c, SIZE_MAX));
    assert_true(c.bad);
    c = (struct cursor){0};
    assert_int_equal(cursor_u8(&c), 0);
    assert_true(c.bad);
}

static void taking_nothing_is_never_bad(void **state)
{
    static const uint8_t byte = 9;
    struct cursor c = {.at = &byte, .end = &byte + 1};

    (void)state;
    assert_ptr_equal(cursor_take(&c, 0), &byte);
    assert_int_equal(cursor_u8(&c), 9);
    assert_non_null(cursor_take(&c, 0));
    assert_false(c.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_past_the_end_is_bad_and_zero),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(an_enormous_length_is_too_short),
        cmocka_unit_test(taking_nothing_is_never_bad),
    };

    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
