/* test_lookup.c - labels against the longest prefix found by hand, and queries
 * that look addresses up. */
#include "query/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "tests/folder.h"
#include "tests/mmdb.h"
#include "tests/packets.h"
#include "tests/random.h"
#include "tests/rows.h"
#include "tests/test.h"

static void write_file(const char *folder, const char *name, const void *data,
                       size_t len)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* A lookup with one label file. */
struct rig {
    char *folder;
    struct strtab text;
    struct ast_item item;
    struct site site;
    struct lookup lookup;
    struct err e;
};

static void rig_open(struct rig *g, const char *labels)
{
    *g = (struct rig){.folder = folder_make()};
    g->item = (struct ast_item){.kind = ITEM_LABEL, .text = "names.txt"};
    g->site.items = &g->item;
    g->lookup = (struct lookup){
        .text = &g->text, .site = &g->site, .folder = g->folder};
    write_file(g->folder, "names.txt", labels, strlen(labels));
}

static void rig_close(struct rig *g)
{
    lookup_close(&g->lookup);
    strtab_free(&g->text);
    folder_remove(g->folder);
}

enum { NETS = 150 };

static void the_longest_prefix_wins(void **state)
{
    struct addr base[NETS];
    uint8_t bits[NETS];
    struct buf out = {0};
    uint64_t seed = 4;
    struct rig g;

    (void)state;
    for (uint32_t i = 0; i < NETS; i++) {
        char text[ADDR_TEXT_MAX];
        bits[i] = (uint8_t)(96 + random_below(&seed, 33));
        base[i] =
            addr_net_range(
                addr_from_v4(0xfffff000u | (uint32_t)random_below(&seed, 4096)),
                bits[i])
                .lo;
        addr_format(text, base[i]);
        buf_printf(&out, "%s/%d \t name %u # comment\n", text, bits[i] - 96, i);
    }
    buf_u8(&out, 0);
    rig_open(&g, (const char *)out.data);
    const struct lookup_labels *l =
        lookup_labels(&g.lookup, (struct span){0, 0}, &g.e);
    assert_non_null(l);
    for (int t = 0; t < 4096 + 100; t++) {
        struct addr a =
            addr_from_v4(t < 4096 ? 0xfffff000u + (uint32_t)t
                                  : (uint32_t)random_below(&seed, UINT32_MAX));
        int best = -1;
        uint32_t name;
        for (int i = 0; i < NETS; i++) {
            struct addr_range r = addr_net_range(base[i], bits[i]);
            if (addr_cmp(a, r.lo) >= 0 && addr_cmp(a, r.hi) <= 0 &&
                (best < 0 || bits[i] >= bits[best]))
                best = i;
        }
        assert_int_equal(lookup_label(l, a, &name), best >= 0);
        char want[32];
        size_t len;
        snprintf(want, sizeof want, "name %d", best);
        if (best >= 0)
            assert_string_equal(strtab_text(&g.text, name, &len), want);
    }
    rig_close(&g);
    buf_free(&out);
}

static void all_addresses_may_have_one_name(void **state)
{
    const struct addr last = {UINT64_MAX, UINT64_MAX}, first = {0, 0};
    struct rig g;
    uint32_t name;

    (void)state;
    rig_open(&g, "::/0 all\nffff::/16 end\n::/128 begin\n");
    const struct lookup_labels *l =
        lookup_labels(&g.lookup, (struct span){0, 0}, &g.e);
    assert_non_null(l);
    assert_int_equal(l->n, 3);
    assert_true(lookup_label(l, last, &name));
    assert_string_equal(strtab_text(&g.text, name, &(size_t){0}), "end");
    assert_true(lookup_label(l, first, &name));
    assert_string_equal(strtab_text(&g.text, name, &(size_t){0}), "begin");
    assert_true(lookup_label(l, addr_from_v4(1), &name));
    assert_string_equal(strtab_text(&g.text, name, &(size_t){0}), "all");
    rig_close(&g);
}

static void an_empty_file_names_nothing(void **state)
{
    struct rig g;
    uint32_t name;

    (void)state;
    rig_open(&g, "# nothing yet\n");
    const struct lookup_labels *l =
        lookup_labels(&g.lookup, (struct span){0, 0}, &g.e);
    assert_non_null(l);
    assert_false(lookup_label(l, addr_from_v4(1), &name));
    rig_close(&g);
}

static void a_wrong_line_is_named(void **state)
{
    static const char *const wrong[][2] = {
        {"10.0.0.1 a\n\nb 10.0.0.1\n",
         "names.txt:3: `b 10.0.0.1` is no address or network and name"},
        {"10.0.0.1\n",
         "names.txt:1: `10.0.0.1` is no address or network and name"  },
    };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct rig g;
        rig_open(&g, wrong[i][0]);
        assert_null(lookup_labels(&g.lookup, (struct span){0, 0}, &g.e));
        assert_string_equal(g.e.text, wrong[i][1]);
        rig_close(&g);
    }
}

/* ---- queries ---- */

static const char packets[] =
    "2026-09-01T00:00:00 203.0.113.9 192.0.2.1 tcp 4000 80 S\n"
    "+1 203.0.113.9 192.0.2.2 tcp 4000 80 S\n"
    "+1 198.51.100.1 192.0.2.1 tcp 4000 80 S\n"
    "+1 2001:db8::1 2001:db8::2 tcp 4000 80 S\n"
    "+1 - - - ethertype=2054\n";

static char *make_store(const char *site)
{
    struct arena a = {0};
    uint32_t n;
    struct packet_line *p = packets_parse(&a, packets, &n);
    char *dir = packets_store(p, n, site);

    arena_free(&a);
    return dir;
}

static void check_rows(const char *dir, const char *text, const char *csv,
                       const char *note)
{
    struct query_settings o = {.now = QUERY_NOW_LATEST};
    const char *none[] = {NULL};
    struct rows r;

    rows_of(dir, text, &o, none, &r);
    assert_string_equal(r.error, "");
    assert_string_equal(r.csv, csv);
    if (note && !strstr(r.notes, note))
        fail_msg("no note \"%s\" in:\n%s", note, r.notes);
    rows_free(&r);
}

static void queries_read_the_sites_labels(void **state)
{
    static const char names[] = "203.0.113.0/24 guests\n203.0.113.9 hook\n";
    char *dir = make_store("label \"names.txt\";\n"), path[256];

    (void)state;
    snprintf(path, sizeof path, "%s/db", dir);
    write_file(path, "names.txt", names, sizeof names - 1);
    check_rows(dir, "all | stats n = count() by who = label(src)",
               "who,n\nhook,2\n-,3\n", NULL);
    check_rows(dir, "all label(src) = \"hook\" | stats n = count()", "n\n2\n",
               NULL);
    check_rows(dir, "all | stats count() by x = label(203.0.113.1) | show x",
               "x\nguests\n", NULL);
    packets_remove(dir);
}

static void without_labels_label_is_an_error(void **state)
{
    struct query_settings o = {.now = QUERY_NOW_LATEST};
    const char *none[] = {NULL};
    char *dir = make_store(NULL);
    struct rows r;

    (void)state;
    rows_of(dir, "all label(src) = \"x\"", &o, none, &r);
    assert_string_equal(r.error,
                        "1:5: no labels are declared\n"
                        "  all label(src) = \"x\"\n"
                        "      ^^^^^^^^^^ write label \"names.txt\"; in "
                        "site.trawl: an address or network and a name a "
                        "line\n");
    rows_free(&r);
    packets_remove(dir);
}

static void queries_read_databases(void **state)
{
    static const struct mmdb_net net[] = {
        {.base = {0, UINT64_C(0xffffcb007100)},
         .bits = 96 + 24,
         .asn = 64500,
         .country = "NL"},
        {.base = {0, UINT64_C(0xffffc6336400)},
         .bits = 96 + 24,
         .asn = 64501,
         .country = "DE"},
        {.base = {UINT64_C(0x20010db8) << 32, 0},                       .bits = 32,                       .asn = 64502},
    };
    char *dir = make_store(NULL), path[256];
    struct buf out = {0};

    (void)state;
    check_rows(dir, "all | stats n = count() by a = asn(src)", "a,n\n-,5\n",
               "`asn` is absent: there is no asn.mmdb");
    mmdb_write(&out, net, 3, 28, 6);
    snprintf(path, sizeof path, "%s/db", dir);
    write_file(path, "asn.mmdb", out.data, out.len);
    write_file(path, "country.mmdb", out.data, out.len);
    check_rows(dir, "all | stats n = count() by a = asn(src)",
               "a,n\n64500,2\n64501,1\n64502,1\n-,1\n", NULL);
    check_rows(dir, "all | stats n = count() by c = cc(src)",
               "c,n\nDE,1\nNL,2\n-,2\n", NULL);
    check_rows(dir, "all cc(src) = \"NL\" | stats n = count()", "n\n2\n", NULL);
    buf_free(&out);
    packets_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(all_addresses_may_have_one_name),
        cmocka_unit_test(an_empty_file_names_nothing),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(queries_read_the_sites_labels),
        cmocka_unit_test(without_labels_label_is_an_error),
        cmocka_unit_test(queries_read_databases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
