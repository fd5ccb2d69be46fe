/* test_expr.c - what expressions keep of two known packets, and what they are
 * told before they run. */
#include <string.h>

#include "base/timestamp.h"
#include "tests/batches.h"
#include "tests/test.h"

static uint32_t kept_by(struct batches *b, const char *text)
{
    const struct expr *x = batches_filter(b, text);

    if (!x)
        fail_msg("%s: %s", text, b->e.text);
    return batches_keep(b, x)->n;
}

/* Row 0: a TCP SYN; row 1: the same without flags and ports (cut). */
static struct batches *two_packets(void)
{
    struct batches *b = batches_new();
    static const struct {
        enum field_id field;
        int64_t value;
    } values[] = {
        {FIELD_PROTO,   6         },
        {FIELD_IPVER,   4         },
        {FIELD_SPORT,   40000     },
        {FIELD_DPORT,   80        },
        {FIELD_FLAGS,   2         },
        {FIELD_SEQ,     UINT32_MAX},
        {FIELD_TTL,     64        },
        {FIELD_LEN,     60        },
        {FIELD_FRAGOFF, 0         },
        {FIELD_DF,      1         },
        {FIELD_DOFF,    40        },
        {FIELD_IPHL,    20        },
        {FIELD_IPLEN,   46        },
        {FIELD_RESV,    0         },
        {FIELD_ACKNO,   0         },
        {FIELD_WIN,     80        },
        {FIELD_IPID,    54321     },
    };

    for (int f = 0; f < FIELD_COUNT; f++)
        for (uint32_t r = 0; r < 2; r++)
            batches_set_absent(b, f, r);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (uint32_t r = 0; r < 2; r++) {
            b->value[values[i].field][r] = values[i].value;
            b->absent[values[i].field][0] &= ~(UINT64_C(1) << r);
        }
    for (uint32_t r = 0; r < 2; r++) {
        b->value[FIELD_SENSOR][r] = b->sensor;
        b->addr[FIELD_SRC][r] = addr_from_v4(0x0a000001);
        b->addr[FIELD_DST][r] = addr_from_v4(0xcb007101);
        b->absent[FIELD_SRC][0] = b->absent[FIELD_DST][0] = 0;
        b->absent[FIELD_TIME][0] = b->absent[FIELD_SENSOR][0] = 0;
        b->value[FIELD_TIME][r] = INT64_C(1788220800) * TIMESTAMP_SECOND;
    }
    batches_set_absent(b, FIELD_FLAGS, 1);
    batches_set_absent(b, FIELD_SPORT, 1);
    batches_set_absent(b, FIELD_DPORT, 1);
    batches_finish(b, 2);
    return b;
}

static void absent_values_make_comparisons_false(void **state)
{
    struct batches *b = two_packets();

    (void)state;
    assert_int_equal(kept_by(b, "dport = 80"), 1);
    assert_int_equal(kept_by(b, "dport != 81"), 1);
    assert_int_equal(kept_by(b, "dport not in (81, 82)"), 1);
    assert_int_equal(kept_by(b, "not (dport = 80)"), 1);
    assert_int_equal(kept_by(b, "not (dport = 81)"), 2);
    assert_int_equal(kept_by(b, "has(dport)"), 1);
    assert_int_equal(kept_by(b, "dport + 1 > 0"), 1);
    assert_int_equal(kept_by(b, "tcp[13] = 2"), 1);
    assert_int_equal(kept_by(b, "ttl / (ttl - 64) = 0"), 0);
    assert_int_equal(kept_by(b, "not (ttl / (ttl - 64) = 0)"), 2);
    batches_free(b);
}

static void counts_modulo_32_bits_where_it_must(void **state)
{
    struct batches *b = two_packets();

    (void)state;
    assert_int_equal(kept_by(b, "seq + 1 = ackno"), 2);
    assert_int_equal(kept_by(b, "ackno - 1 = seq"), 2);
    assert_int_equal(kept_by(b, "ip[8] - 65 = 0xffffffff"), 2);
    assert_int_equal(kept_by(b, "ttl - 65 = -1"), 2);
    assert_int_equal(kept_by(b, "ip[8] << 26 = 0"), 2);
    assert_int_equal(kept_by(b, "ip[8] = 0x100000040"), 2);
    assert_int_equal(kept_by(b, "ip[8] > (0 - 1) / 2"), 0);
    batches_free(b);
}

static void accessors_are_put_together_from_fields(void **state)
{
    struct batches *b = two_packets();

    (void)state;
    assert_int_equal(kept_by(b, "ip[0] = 0x45"), 2);
    assert_int_equal(kept_by(b, "ip[0:2] = 0x4500"), 0); /* tos is absent */
    assert_int_equal(kept_by(b, "ip[6:2] = 0x4000"), 0); /* mf is absent */
    assert_int_equal(kept_by(b, "ip[12:4] = 0x0a000001"), 2);
    assert_int_equal(kept_by(b, "ip[17:2] = 0x0071"), 2);
    assert_int_equal(kept_by(b, "tcp[0:4] = 0x9c400050"), 1);
    assert_int_equal(kept_by(b, "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn"),
                     1);
    assert_int_equal(kept_by(b, "tcp[12] >> 4 = 10"), 1);
    assert_int_equal(kept_by(b, "udp[2:2] = 80"), 0);
    assert_int_equal(kept_by(b, "win = dport"), 1);
    batches_free(b);
}

static void overflow_is_an_error_of_selected_rows(void **state)
{
    struct batches *b = two_packets();
    const struct expr *x = batches_filter(b, "ipid * 9223372036854775807 > 0");

    (void)state;
    assert_non_null(x);
    batches_keep(b, x);
    assert_int_equal(b->e.code, ERR_QUERY);
    assert_non_null(strstr(b->e.text, "does not fit in 64 bits"));
    assert_int_equal(b->e.at.from, 0);
    assert_int_equal(b->e.at.to, 26);
    assert_int_equal(kept_by(b, "ttl > 64 and ipid * 9223372036854775807 > 0"),
                     0);
    assert_int_equal(b->e.code, ERR_NONE);
    batches_free(b);
}

static void warns_of_filters_that_never_match(void **state)
{
    struct batches *b = two_packets();

    (void)state;
    assert_int_equal(kept_by(b, "tcp and ttl > 255"), 0);
    assert_int_equal(b->warnings, 1);
    assert_int_equal(b->warned.from, 8);
    assert_int_equal(b->warned.to, 17);
    kept_by(b, "tcp and ttl > 254");
    assert_int_equal(b->warnings, 0);
    kept_by(b, "tcp[13] & 0x100 != 0");
    assert_int_equal(b->warnings, 1);
    kept_by(b, "udp[2:2] > 65535");
    assert_int_equal(b->warnings, 1);
    kept_by(b, "ttl < 5 and syn and ttl > 10");
    assert_int_equal(b->warnings, 1);
    kept_by(b, "src 10.0.0.1 and src 10.0.0.2");
    assert_int_equal(b->warnings, 1);
    kept_by(b, "src 10.0.0.1 or src 10.0.0.2");
    assert_int_equal(b->warnings, 0);
    kept_by(b, "1 = 2");
    assert_int_equal(b->warnings, 1);
    batches_free(b);
}

static void flag_bits_prune_blocks(void **state)
{
    struct batches *b = two_packets();
    const struct expr *x;

    (void)state;
    x = batches_filter(b, "rst");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_NEVER);
    x = batches_filter(b, "tcp[13] & 4 != 0");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_NEVER);
    x = batches_filter(b, "flags SF");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_NEVER);
    x = batches_filter(b, "syn");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_MAYBE);
    x = batches_filter(b, "not rst");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_ALWAYS);
    x = batches_filter(b, "sensor = \"edge2\"");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_NEVER);
    x = batches_filter(b, "sensor in (\"edge1\", \"edge2\")");
    assert_int_equal(expr_prune(x, &b->zone, b->sensor), TRI_ALWAYS);
    batches_free(b);
}

static void home_is_taken_at_the_time_of_the_packet(void **state)
{
    struct batches *b = two_packets();
    int64_t t = b->value[FIELD_TIME][0];

    (void)state;
    batches_add_home(b, INT64_MIN, "203.0.113.0/24");
    assert_int_equal(kept_by(b, "inbound"), 2);
    assert_int_equal(kept_by(b, "dir = \"inbound\""), 2);
    assert_int_equal(kept_by(b, "outbound or internal or transit"), 0);
    batches_add_home(b, t, "10.0.0.0/8");
    assert_int_equal(kept_by(b, "inbound"), 0);
    assert_int_equal(kept_by(b, "outbound"), 2);
    assert_int_equal(kept_by(b, "dir in (\"inbound\", \"transit\")"), 0);
    assert_int_equal(kept_by(b, "dir != \"inbound\""), 2);
    b->value[FIELD_TIME][1] = t - 1;
    batches_finish(b, 2);
    assert_int_equal(kept_by(b, "inbound"), 1);
    batches_free(b);
}

static void needs_name_the_columns_that_are_read(void **state)
{
    struct batches *b = batches_new();
    uint64_t need[1] = {0};

    (void)state;
    expr_needs(batches_filter(b, "syn and ttl < 5"), need, 1);
    assert_true(need[0] ==
                (UINT64_C(1) << FIELD_FLAGS | UINT64_C(1) << FIELD_TTL));
    batches_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_values_make_comparisons_false),
        cmocka_unit_test(counts_modulo_32_bits_where_it_must),
        cmocka_unit_test(accessors_are_put_together_from_fields),
        cmocka_unit_test(overflow_is_an_error_of_selected_rows),
        cmocka_unit_test(warns_of_filters_that_never_match),
        cmocka_unit_test(flag_bits_prune_blocks),
        cmocka_unit_test(home_is_taken_at_the_time_of_the_packet),
        cmocka_unit_test(needs_name_the_columns_that_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
