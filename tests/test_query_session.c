/* test_query_session.c - several texts in one session. */
#include <string.h>

#include "query/query.h"
#include "tests/drawn.h"
#include "tests/test.h"

static char *dir;

static int make(void **state)
{
    (void)state;
    dir = drawn_store();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    packets_remove(dir);
    return 0;
}

static bool count_rows(void *ctx, struct batch *b, const struct columns *c)
{
    uint64_t *n = ctx;

    (void)c;
    *n += b->sel.n;
    return true;
}

struct session {
    struct store *store;
    struct query_session *query;
    struct query_settings settings;
    struct query_sink sink;
    uint64_t rows;
    struct err e;
};

static void session_open(struct session *s)
{
    char path[256];

    *s = (struct session){.settings = {.now = QUERY_NOW_LATEST}};
    s->sink = (struct query_sink){.ctx = &s->rows, .rows = count_rows};
    snprintf(path, sizeof path, "%s/db", dir);
    s->store = store_open(path, &s->e);
    assert_non_null(s->store);
    s->query = query_session_open(s->store, &s->settings, &s->e);
    assert_non_null(s->query);
}

static void session_close(struct session *s)
{
    query_session_close(s->query);
    store_close(s->store);
}

static bool run(struct session *s, const char *text)
{
    s->rows = 0;
    s->e = (struct err){.code = ERR_NONE};
    return query_run(s->query, text, strlen(text), &s->sink, &s->e);
}

static void lets_stay_in_the_session(void **state)
{
    struct session s;
    uint64_t few;

    (void)state;
    session_open(&s);
    assert_true(run(&s, "let some = {10.0.0.1};"));
    assert_true(
        run(&s, "let f = src in some; let loud = len > 1000 | set src"));
    assert_true(run(&s, "f"));
    few = s.rows;
    assert_true(few > 0);
    /* A new meaning is not that of what was written before it. */
    assert_true(run(&s, "let some = some + {10.0.0.2}; src in some"));
    assert_true(s.rows > few);
    assert_true(run(&s, "f"));
    assert_int_equal(s.rows, few);
    for (int i = 0; i < 2; i++) {
        assert_true(run(&s, "src in loud | stats by src"));
        assert_int_equal(s.rows, DRAWN_HOSTS);
    }
    session_close(&s);
}

static void a_text_that_fails_leaves_no_lets(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    assert_false(run(&s, "let f = tcp; all | nonsense"));
    assert_false(run(&s, "all f"));
    assert_string_equal(s.e.text,
                        "there is no field, column or `let` named `f`");
    session_close(&s);
}

static void errors_in_an_earlier_text_stand_at_its_name(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    assert_true(
        run(&s, "let f = | stats n = count() by src | where dport = 3"));
    assert_false(run(&s, "all | f"));
    assert_string_equal(s.e.text, "in `f`: `dport` is a field of packets, and "
                                  "these rows have no such column");
    assert_int_equal(s.e.at.from, 6);
    assert_int_equal(s.e.at.to, 7);
    assert_true(run(&s, "let g = dport = 3"));
    assert_false(run(&s, "all | stats n = count() by src | where g"));
    assert_int_equal(s.e.at.from, 39);
    assert_int_equal(s.e.at.to, 40);
    session_close(&s);
}

static bool take_none(void *ctx, struct batch *b, const struct columns *c)
{
    (void)count_rows(ctx, b, c);
    return false;
}

static void a_closed_pipe_is_no_error(void **state)
{
    struct session s;

    (void)state;
    session_open(&s);
    s.sink.rows = take_none;
    assert_true(run(&s, "all"));
    assert_in_range(s.rows, 1, BATCH_ROWS);
    assert_true(run(&s, "all | sort len | show len"));
    assert_int_equal(s.rows, BATCH_ROWS);
    session_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_stay_in_the_session),
        cmocka_unit_test(a_text_that_fails_leaves_no_lets),
        cmocka_unit_test(errors_in_an_earlier_text_stand_at_its_name),
        cmocka_unit_test(a_closed_pipe_is_no_error),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
