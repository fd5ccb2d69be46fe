/* test_render.c - sets too large to be waited for. */
#include "cli/render.h"

#include "tests/test.h"

enum { MEMBERS = 20000 };

static void a_large_set_ends_when_stopped(void **state)
{
    static union cell member[MEMBERS];
    const struct vtype type = {
        .type = TYPE_SET, .members = 1, .member = {TYPE_INT}};
    const struct set set = {type, MEMBERS, member};
    volatile sig_atomic_t stop = 0;
    struct render r = {.style = RENDER_PLAIN, .stop = &stop};
    struct buf out = {0};

    (void)state;
    for (int i = 0; i < MEMBERS; i++)
        member[i].i = 7;
    render_for(&r, &type)(&out, &r, &type, (union cell){.set = &set});
    assert_int_equal(out.len, 3 * MEMBERS);
    out.len = 0;
    stop = 1;
    render_for(&r, &type)(&out, &r, &type, (union cell){.set = &set});
    assert_int_equal(out.len, 2);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_set_ends_when_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
