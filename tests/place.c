/* place.c - a folder with a store and captures to be read into it. */
#include "tests/place.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/folder.h"
#include "tests/test.h"

uint32_t place_jobs;

int place_make(void **state)
{
    static const struct store_options plain = {0};
    struct place *p = calloc(1, sizeof *p);
    char store[600];

    assert_non_null(p);
    p->dir = folder_make();
    assert_non_null(p->dir);
    snprintf(store, sizeof store, "%s/store", p->dir);
    if (!store_create(store, &plain, &p->e))
        fail_msg("%s", p->e.text);
    p->o.now = INT64_C(1000000000) * (PLACE_SEC + 86400 * 30);
    p->o.jobs = place_jobs;
    *state = p;
    return 0;
}

int place_remove(void **state)
{
    struct place *p = *state;

    folder_remove(p->dir);
    for (int i = 0; i < 8; i++)
        free(p->path[i]);
    free(p);
    return 0;
}

const char *place_name(struct place *p, const char *file)
{
    char **out = &p->path[p->n++ % 8];

    free(*out);
    assert_true(asprintf(out, "%s/%s", p->dir, file) > 0);
    return *out;
}

struct store *place_store(struct place *p)
{
    struct store *s = store_open(place_name(p, "store"), &p->e);

    if (!s)
        fail_msg("%s", p->e.text);
    return s;
}

bool place_run(struct place *p, const char *path)
{
    struct store *s = place_store(p);

    p->e = (struct err){0};
    bool ok = ingest_run(s, &p->o, &path, 1, &p->r, &p->e);

    store_close(s);
    return ok;
}

void place_ingest(struct place *p, const char *path)
{
    uint64_t skipped = 0;

    if (!place_run(p, path))
        fail_msg("%s", p->e.text);
    for (uint32_t i = 0; i < p->r.skips; i++)
        skipped += p->r.skip[i].packets;
    assert_int_equal(p->r.packets_read, p->r.packets_kept + skipped);
}

void place_ingest_stdin(struct place *p, const char *path)
{
    int saved = dup(STDIN_FILENO), fd = open(path, O_RDONLY);

    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDIN_FILENO);
    close(fd);
    place_ingest(p, "-");
    dup2(saved, STDIN_FILENO);
    close(saved);
}

uint64_t place_skipped(const struct ingest_report *r, const char *reason)
{
    for (uint32_t i = 0; i < r->skips; i++)
        if (strcmp(r->skip[i].reason, reason) == 0)
            return r->skip[i].packets;
    return 0;
}

void place_assert_outcome(const struct place *p, enum ingest_outcome o,
                          uint64_t files, uint64_t kept)
{
    for (enum ingest_outcome i = 0; i < INGEST_OUTCOMES; i++)
        assert_int_equal(p->r.files[i], i == o ? files : 0);
    assert_int_equal(p->r.packets_kept, kept);
}

uint64_t place_rows(struct place *p, uint64_t *captures)
{
    struct store *s = place_store(p);
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &p->e);
    uint8_t *seen = calloc(1, 1 << 20);
    uint64_t n = 0;

    assert_non_null(r);
    assert_non_null(seen);
    for (uint32_t i = 0; i < store_reader_blocks(r); i++) {
        struct store_block *b = store_block_open(r, i, &p->e);
        uint32_t count = store_reader_block(r, i).zone->rows;

        assert_non_null(b);
        for (uint32_t k = 0; k < count; k++) {
            struct store_order at;
            assert_true(store_block_order(b, k, &at, &p->e));
            uint32_t slot =
                (uint32_t)(at.capture.lo + at.position) & ((1 << 20) - 1);
            assert_int_equal(seen[slot]++, 0);
        }
        n += count;
        store_block_close(b);
    }
    if (captures)
        *captures = store_reader_captures(r);
    store_reader_close(r);
    strtab_free(&text);
    store_close(s);
    free(seen);
    return n;
}

struct store_capture place_capture(struct place *p, uint32_t i)
{
    struct store *s = place_store(p);
    struct strtab text = {0};
    struct store_reader *r = store_reader_open(s, &text, true, &p->e);

    assert_non_null(r);
    assert_true(i < store_reader_captures(r));
    struct store_capture c = *store_reader_capture(r, i);

    store_reader_close(r);
    strtab_free(&text);
    store_close(s);
    return c;
}

struct pcapfile place_traffic(uint32_t sec, uint32_t packets)
{
    struct pcapfile f = {.big = false};

    pcapfile_header(&f, 96, 1);
    for (uint32_t i = 0; i < packets; i++)
        pcapfile_tcp(&f, sec, i);
    return f;
}

const char *place_save(struct place *p, const char *file, uint32_t packets,
                       enum pcapfile_filter filter)
{
    struct pcapfile f = place_traffic(PLACE_SEC, packets);
    const char *path = place_name(p, file);

    pcapfile_save(&f, path, f.bytes.len, filter);
    buf_free(&f.bytes);
    return path;
}
