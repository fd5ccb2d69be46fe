/* test_buf.c - writing bytes. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "tests/random.h"

static struct cursor over(const struct buf *b, size_t len)
{
    return (struct cursor){.at = b->data, .end = b->data + len};
}

static void writes_little_endian(void **state)
{
    static const uint8_t want[] = {1,   3,   2,   7,    6,   5,   4,
                                   0xf, 0xe, 0xd, 0xc,  0xb, 0xa, 9,
                                   8,   'x', 'y', 0xaa, 0xaa};
    struct buf b = {0};

    (void)state;
    buf_u8(&b, 1);
    buf_u16(&b, 0x0203);
    buf_u32(&b, 0x04050607);
    buf_u64(&b, 0x08090a0b0c0d0e0f);
    buf_put(&b, "xy", 2);
    buf_put(&b, NULL, 0);
    buf_fill(&b, 0xaa, 2);
    buf_fill(&b, 0xbb, 0);
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.data, want, sizeof want);
    buf_free(&b);
    assert_null(b.data);
    assert_int_equal(b.len + b.cap, 0);
}

static void grows_without_losing_anything(void **state)
{
    struct buf b = {0};
    uint64_t seed = 1;

    (void)state;
    for (uint32_t i = 0; i < 100000; i++) {
        if (random_below(&seed, 1000) == 0)
            buf_reserve(&b, random_below(&seed, 10000));
        buf_u32(&b, i);
    }
    struct cursor c = over(&b, b.len);
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(cursor_u32(&c), i);
    assert_true(!c.bad && c.at == c.end);
    buf_free(&b);
}

static void prints_text_of_any_length(void **state)
{
    struct buf b = {0};
    char word[5000];

    (void)state;
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    buf_printf(&b, "%d-", 42);
    buf_printf(&b, "%s", word);
    buf_printf(&b, "%s", "");
    assert_int_equal(b.len, 3 + strlen(word));
    assert_memory_equal(b.data, "42-www", 6);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_little_endian),
        cmocka_unit_test(grows_without_losing_anything),
        cmocka_unit_test(prints_text_of_any_length),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
