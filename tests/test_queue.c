/* test_queue.c - pointers between threads. */
#include "tests/test.h"

#include <stdlib.h>

#include "base/queue.h"

enum { ITEMS = 20000, SENDERS = 3 };

static void comes_out_in_the_order_it_went_in(void **state)
{
    struct queue q;
    int v[5];

    (void)state;
    queue_init(&q, 3);
    for (int round = 0; round < 4; round++) {
        assert_true(queue_put(&q, &v[0]));
        assert_true(queue_try_put(&q, &v[1]));
        assert_ptr_equal(queue_take(&q), &v[0]);
        assert_ptr_equal(queue_try_take(&q), &v[1]);
        assert_null(queue_try_take(&q));
    }
    queue_free(&q);
}

static void holds_no_more_than_it_was_made_for(void **state)
{
    struct queue q;
    int v[3];

    (void)state;
    queue_init(&q, 2);
    assert_true(queue_try_put(&q, &v[0]));
    assert_true(queue_try_put(&q, &v[1]));
    assert_false(queue_try_put(&q, &v[2]));
    assert_ptr_equal(queue_take(&q), &v[0]);
    assert_true(queue_try_put(&q, &v[2]));
    assert_false(queue_try_put(&q, &v[0]));
    queue_free(&q);
}

static void closed_it_gives_what_it_has_and_takes_nothing(void **state)
{
    struct queue q;
    int v[2];

    (void)state;
    queue_init(&q, 2);
    assert_true(queue_put(&q, &v[0]));
    queue_close(&q);
    assert_false(queue_put(&q, &v[1]));
    assert_false(queue_try_put(&q, &v[1]));
    assert_ptr_equal(queue_take(&q), &v[0]);
    assert_null(queue_take(&q));
    assert_null(queue_take(&q));
    queue_free(&q);
}

/* ---- between threads: nothing is asserted but in the main one ---- */

struct sender {
    pthread_t thread;
    struct queue *q;
    uint32_t *item, sent;
};

static void *send(void *arg)
{
    struct sender *s = arg;

    while (s->sent < ITEMS && queue_put(s->q, &s->item[s->sent]))
        s->sent++;
    return NULL;
}

static struct sender start(struct queue *q, uint32_t *item)
{
    return (struct sender){.q = q, .item = item};
}

/* Through the narrowest queue; each sender's items keep their order. */
static void loses_and_doubles_nothing_between_threads(void **state)
{
    struct queue q;
    struct sender s[SENDERS];
    uint32_t *item = calloc((size_t)SENDERS * ITEMS, sizeof *item);
    uint32_t next[SENDERS] = {0};

    (void)state;
    assert_non_null(item);
    queue_init(&q, 1);
    for (uint32_t i = 0; i < SENDERS; i++) {
        s[i] = start(&q, item + (size_t)i * ITEMS);
        assert_int_equal(pthread_create(&s[i].thread, NULL, send, &s[i]), 0);
    }
    for (uint32_t n = 0; n < SENDERS * ITEMS; n++) {
        size_t at = (size_t)((uint32_t *)queue_take(&q) - item);
        assert_int_equal(at % ITEMS, next[at / ITEMS]++);
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        assert_int_equal(pthread_join(s[i].thread, NULL), 0);
        assert_int_equal(s[i].sent, ITEMS);
        assert_int_equal(next[i], ITEMS);
    }
    assert_null(queue_try_take(&q));
    queue_free(&q);
    free(item);
}

static void closing_frees_who_waits_for_room(void **state)
{
    struct queue q;
    uint32_t *item = calloc(ITEMS, sizeof *item), taken = 0;
    struct sender s = start(&q, item);

    (void)state;
    assert_non_null(item);
    queue_init(&q, 4);
    assert_int_equal(pthread_create(&s.thread, NULL, send, &s), 0);
    for (; taken < 10; taken++)
        assert_ptr_equal(queue_take(&q), &item[taken]);
    queue_close(&q);
    assert_int_equal(pthread_join(s.thread, NULL), 0);
    for (; queue_take(&q); taken++)
        continue;
    assert_int_equal(taken, s.sent);
    assert_in_range(s.sent, 10, 14);
    queue_free(&q);
    free(item);
}

static void *receive(void *arg)
{
    struct queue *q = arg;

    return queue_take(q);
}

static void closing_frees_who_waits_for_an_item(void **state)
{
    struct queue q;
    pthread_t thread[2];
    void *got = &q;

    (void)state;
    queue_init(&q, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, receive, &q), 0);
    queue_close(&q);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(thread[i], &got), 0);
        assert_null(got);
    }
    queue_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_in_the_order_it_went_in),
        cmocka_unit_test(holds_no_more_than_it_was_made_for),
        cmocka_unit_test(closed_it_gives_what_it_has_and_takes_nothing),
        cmocka_unit_test(loses_and_doubles_nothing_between_threads),
        cmocka_unit_test(closing_frees_who_waits_for_room),
        cmocka_unit_test(closing_frees_who_waits_for_an_item),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
