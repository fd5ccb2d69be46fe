/* stores.c - stores made for one test. */
#include "tests/stores.h"

#include "tests/folder.h"
#include "tests/test.h"

struct store *stores_fresh(char **folder)
{
    struct store_options o = {0};
    struct err e = {0};

    *folder = folder_make();
    if (!store_create(*folder, &o, &e))
        fail_msg("%s", e.text);
    struct store *s = store_open(*folder, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

void stores_finish(struct store *s, char *folder)
{
    store_close(s);
    folder_remove(folder);
}

void stores_ingest(struct store *s, const struct feed_made *f)
{
    struct err e = {0};

    if (!feeds_ingest(s, f, &e))
        fail_msg("%s", e.text);
}

struct store_reader *stores_reader(struct store *s, struct strtab *t, bool odd)
{
    struct err e = {0};
    struct store_reader *r = store_reader_open(s, t, odd, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

void stores_read(struct store *s, bool odd, struct feeds_seen *seen)
{
    struct strtab t = {0};
    struct store_reader *r = stores_reader(s, &t, odd);

    feeds_read(r, seen);
    store_reader_close(r);
    strtab_free(&t);
}

static void print_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

void stores_assert_sound(struct store *s, uint64_t rows)
{
    uint64_t blocks, n;
    uint32_t damage = 0;
    struct err e = {0};

    if (!store_check(s, print_damage, &damage, &blocks, &n, &e))
        fail_msg("%s", e.text);
    assert_int_equal(damage, 0);
    assert_int_equal(n, rows);
}
