/* feeds.c - made-up captures in and out of a store. */
#include "tests/feeds.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

#define MONTH (INT64_C(31) * 86400 * 1000000000)

int64_t feeds_time(const struct feed_made *f, uint32_t i)
{
    return f->start + (int64_t)i * f->step +
           (int64_t)(f->months ? i % f->months : 0) * MONTH;
}

static struct record make_record(const struct feed_made *f, uint32_t i)
{
    struct record r;

    memset(&r, 0, sizeof r);
    RECORD_SET(&r, TIME, feeds_time(f, i));
    RECORD_SET(&r, IPID, f->seed);
    RECORD_SET(&r, SEQ, i);
    RECORD_SET(&r, SRC, addr_from_v4(0x0a000000 + i % 251));
    RECORD_SET(&r, LEN, 60 + i % 7);
    if (i % 3 == 0)
        RECORD_SET(&r, DPORT, (uint16_t)i);
    return r;
}

static struct digest digest_after(const struct feed_made *f, uint64_t n)
{
    struct digest d = {f->seed, 1};

    if (n > 1)
        d.lo = n;
    return d;
}

/* What the store has of it, or a new capture. */
static struct store_capture find(struct store_writer *w,
                                 const struct feed_made *f)
{
    struct store_capture known[4];
    uint32_t n = store_writer_known(w, digest_after(f, 1), known, 4);

    assert_true(n <= 1);
    if (n == 1)
        return known[0];
    memset(&known[0], 0, sizeof known[0]);
    known[0].first = digest_after(f, 1);
    snprintf(known[0].sensor, sizeof known[0].sensor, "%s", f->sensor);
    snprintf(known[0].name, sizeof known[0].name, "%s-%u.pcap", f->sensor,
             f->seed);
    return known[0];
}

static bool feed_all(struct store_writer *w, const struct feed_made *f,
                     struct store_capture *c, struct err *e)
{
    bool added;

    if (!store_writer_begin(w, c, e))
        return false;
    for (uint32_t i = (uint32_t)c->packets; i < f->packets; i++) {
        struct record r = make_record(f, i);
        if (!store_writer_add(w, c, &r, i, f->odd, &added, e))
            return false;
        c->packets = i + 1;
        c->digest = digest_after(f, i + 1);
        if (f->every && (i + 1) % f->every == 0 && !store_writer_commit(w, e))
            return false;
    }
    return store_writer_end(w, c, e) && store_writer_commit(w, e);
}

bool feeds_write(struct store_writer *w, const struct feed_made *f,
                 struct err *e)
{
    struct store_capture c = find(w, f);

    return feed_all(w, f, &c, e);
}

bool feeds_ingest(struct store *s, const struct feed_made *f, struct err *e)
{
    struct store_writer *w = store_writer_open(s, 0, NULL, NULL, e);

    if (!w)
        return false;
    bool good = feeds_write(w, f, e);
    store_writer_close(w);
    return good;
}

/* ---- out ---- */

static struct column column(struct store_block *b, enum field_id f,
                            uint32_t from, uint32_t n)
{
    struct column c;
    struct err e = {0};

    if (!store_block_column(b, f, from, n, &c, &e))
        fail_msg("%s", e.text);
    return c;
}

static void read_batch(struct store_block *b, uint32_t from, uint32_t n,
                       struct feeds_seen *seen)
{
    struct column seed = column(b, FIELD_IPID, from, n);
    struct column seq = column(b, FIELD_SEQ, from, n);
    struct column src = column(b, FIELD_SRC, from, n);
    struct column port = column(b, FIELD_DPORT, from, n);
    struct store_order order;
    struct err e = {0};

    for (uint32_t i = 0; i < n; i++) {
        int64_t s = seed.i[i], p = seq.i[i];
        assert_true(s >= 0 && s < FEEDS_SEEDS && p < FEEDS_PACKETS);
        seen->times[s][p]++;
        assert_true(
            addr_eq(src.a[i], addr_from_v4(0x0a000000 + (uint32_t)p % 251)));
        assert_int_equal(column_absent(&port, i), p % 3 != 0);
        if (p % 3 == 0)
            assert_int_equal(port.i[i], p & 0xffff);
        assert_true(store_block_order(b, from + i, &order, &e));
        assert_int_equal(order.position, p);
        assert_int_equal(order.capture.hi, s);
    }
}

static void read_block(struct store_reader *r, uint32_t i,
                       struct feeds_seen *seen)
{
    uint32_t rows = store_reader_block(r, i).zone->rows;
    struct err e = {0};
    struct store_block *b = store_block_open(r, i, &e);
    int64_t last = INT64_MIN;

    if (!b)
        fail_msg("%s", e.text);
    for (uint32_t at = 0, n; at < rows; at += n) {
        n = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
        struct column time = column(b, FIELD_TIME, at, n);
        for (uint32_t k = 0; k < n; k++) {
            assert_true(time.i[k] >= last);
            last = time.i[k];
        }
        read_batch(b, at, n, seen);
    }
    seen->rows += rows;
    store_block_close(b);
}

void feeds_read(struct store_reader *r, struct feeds_seen *seen)
{
    memset(seen, 0, sizeof *seen);
    seen->blocks = store_reader_blocks(r);
    for (uint32_t i = 0; i < seen->blocks; i++)
        read_block(r, i, seen);
}

void feeds_expect(const struct feeds_seen *seen, const struct feed_made *f,
                  uint32_t n)
{
    for (uint32_t i = 0; i < FEEDS_PACKETS; i++)
        if (seen->times[f->seed][i] != (i < n))
            fail_msg("packet %u of seed %u is there %u times", i, f->seed,
                     seen->times[f->seed][i]);
}
