/* test_seen_rows.c - `seen` over rows that are no packets any more, against a
 * loop: what stands at their very time does not count. */
#include <stdlib.h>

#include "tests/test.h"
#include "tests/world.h"

#define SECOND WORLD_SECOND

static bool is_pair(const struct world_row *o, const struct world_row *r)
{
    return !o->no_addr && !r->no_addr && addr_cmp(o->src, r->dst) == 0 &&
           addr_cmp(o->dst, r->src) == 0;
}

static bool is_ttl(const struct world_row *o, const struct world_row *r)
{
    (void)r;
    return o->ttl >= 3;
}

enum relation { BEFORE, AFTER, NEAR };
static const char *const relations[] = {"before", "after", "near"};

/* [first, last] of the row: before the one, after the other. */
static bool matches(const struct world *w, const struct world_row *r,
                    enum relation rel, int64_t within)
{
    for (uint32_t k = 0; k < w->n; k++) {
        const struct world_row *o = &w->row[k];
        bool before = o->time < r->first && r->first - o->time <= within;
        bool after = o->time > r->last && o->time - r->last <= within;
        if (((before && rel != AFTER) || (after && rel != BEFORE)) &&
            is_pair(o, r) && is_ttl(o, r))
            return true;
    }
    return false;
}

static void check(const struct world *w, const char *rows, enum relation rel,
                  int64_t within, size_t mem)
{
    const struct query_settings o = {.odd = true, .mem = mem};
    struct world_rows in, out;
    char text[300], length[40] = "";
    uint32_t at = 0;

    if (within != INT64_MAX)
        snprintf(length, sizeof length, "within %dms", (int)(within / 1000000));
    snprintf(text, sizeof text, "%s | if seen ttl >= 3 %s %s on reverse pair",
             rows, relations[rel], length);
    world_ask(w, rows, &o, &in);
    world_ask(w, text, &o, &out);
    for (uint32_t i = 0; i < in.n; i++) {
        struct world_row *r = &in.row[i];
        if (r->time)
            r->first = r->last = r->time;
        if (!matches(w, r, rel, within))
            continue;
        assert_true(at < out.n);
        assert_int_equal(out.row[at].seq, r->seq);
        assert_true(addr_cmp(out.row[at].src, r->src) == 0);
        at++;
    }
    assert_int_equal(at, out.n);
    free(in.row);
    free(out.row);
}

static void try_all(const struct world *w, const char *rows)
{
    static const int64_t lengths[] = {SECOND / 2, 3 * SECOND, 40 * SECOND,
                                      INT64_MAX};

    for (uint32_t i = 0; i < 4; i++) {
        for (int rel = BEFORE; rel <= NEAR; rel++) {
            check(w, rows, (enum relation)rel, lengths[i], 0);
            check(w, rows, (enum relation)rel, lengths[i], 3u << 20);
        }
    }
}

static void groups_look_from_their_first_and_last(void **state)
{
    try_all(*state,
            "from 2026-09-01T00:03:00 to 2026-09-01T00:06:00 ip | stats "
            "first = min(time), last = max(time) by src, dst");
}

static void sorted_rows_come_out_of_time(void **state)
{
    try_all(*state, "all ip | sort ttl, seq desc | show time, src, dst, seq");
}

static void groups_by_time_have_no_place(void **state)
{
    try_all(*state, "all | stats seq = min(seq) by time, src, dst");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_look_from_their_first_and_last),
        cmocka_unit_test(sorted_rows_come_out_of_time),
        cmocka_unit_test(groups_by_time_have_no_place),
    };

    return cmocka_run_group_tests(tests, world_make, world_unmake);
}
