/* prefix.c - a capture that ends before one in the store does: no digest was
 * kept of that length, so that the rows themselves are compared. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ingest/pipeline.h"

/* Rows without their order: what they are is added up, which neither clocks
 * that step back nor the blocks they ended in change. */
struct bag {
    uint64_t rows;
    struct digest sum;
};

/* The rows in odd times apart: an ingest may have skipped them. */
struct bags {
    struct bag even, odd;
};

struct prefix {
    struct pipeline *u;
    const struct store_capture *c;
    uint64_t n;       /* packets of the feed */
    int64_t from, to; /* their times */
    struct bags feed, store;
    struct strtab text;
    struct buf row;
};

static void bag_add(struct bag *b, const struct buf *row)
{
    struct digest d = {0};

    hash_chain(&d, NULL, 0, row->data, row->len);
    b->rows++;
    b->sum.hi += d.hi;
    b->sum.lo += d.lo;
}

static bool bag_same(const struct bag *a, const struct bag *b)
{
    return a->rows == b->rows && a->sum.hi == b->sum.hi &&
           a->sum.lo == b->sum.lo;
}

static void put_value(struct buf *row, enum field_id f, uint64_t v)
{
    buf_u8(row, (uint8_t)f);
    buf_u64(row, v);
}

static void put_addr(struct buf *row, enum field_id f, struct addr a)
{
    put_value(row, f, a.hi);
    buf_u64(row, a.lo);
}

static void put_text(struct buf *row, enum field_id f, const char *s,
                     size_t len)
{
    put_value(row, f, len);
    buf_put(row, s, len);
}

/* Each puts nothing where the record has no value. */
static void put_int_of(struct buf *row, const struct record *r, enum field_id f,
                       uint64_t v)
{
    if (r->present >> f & 1)
        put_value(row, f, v);
}

static void put_addr_of(struct buf *row, const struct record *r,
                        enum field_id f, struct addr a)
{
    if (r->present >> f & 1)
        put_addr(row, f, a);
}

static void put_opts_of(struct buf *row, const struct record *r,
                        enum field_id f, const struct opts *o)
{
    char text[OPTS_TEXT_MAX];

    if (r->present >> f & 1)
        put_text(row, f, text, schema_opts_text(text, o));
}

#define PUT_U8(id)     put_int_of(row, r, FIELD_##id, r->id)
#define PUT_U16(id)    put_int_of(row, r, FIELD_##id, r->id)
#define PUT_U32(id)    put_int_of(row, r, FIELD_##id, r->id)
#define PUT_MAC(id)    put_int_of(row, r, FIELD_##id, r->id)
#define PUT_TIME(id)   put_int_of(row, r, FIELD_##id, (uint64_t)r->id)
#define PUT_ADDR(id)   put_addr_of(row, r, FIELD_##id, r->id)
#define PUT_OPTS(id)   put_opts_of(row, r, FIELD_##id, &r->id)
#define PUT_SENSOR(id) (void)0

static void put_record(struct buf *row, const struct record *r)
{
#define FIELD(id, name, type, width, help) PUT_##width(id);
#include "store/fields.def"
#undef FIELD
}

static void put_cell(struct prefix *x, enum field_id f, const struct column *c,
                     uint32_t i)
{
    enum lane lane = schema_types[schema_fields[f].type].lane;

    if (column_absent(c, i))
        return;
    if (lane == LANE_ADDR) {
        put_addr(&x->row, f, c->a[i]);
    } else if (schema_fields[f].width == WIDTH_OPTS) {
        size_t len;
        const char *s = strtab_text(&x->text, (uint32_t)c->i[i], &len);

        put_text(&x->row, f, s, len);
    } else {
        put_value(&x->row, f, (uint64_t)c->i[i]);
    }
}

static void start_row(struct prefix *x, uint64_t position)
{
    x->row.len = 0;
    buf_u64(&x->row, position);
}

static void add_packet(struct prefix *x, const struct feed *f,
                       const struct capture_packet *p)
{
    struct record r = {0};
    bool odd = p->time < x->u->odd_from || p->time > x->u->odd_to;

    if (!decode_packet(&x->u->decode, p, &r))
        return;
    start_row(x, f->n - 1);
    put_record(&x->row, &r);
    bag_add(odd ? &x->feed.odd : &x->feed.even, &x->row);
    if (p->time < x->from)
        x->from = p->time;
    if (p->time > x->to)
        x->to = p->time;
}

static bool read_feed(struct prefix *x, struct feed *f, struct err *e)
{
    struct capture_packet p;

    if (!feed_rewind(f, e))
        return false;
    while (feed_next(f, &p)) {
        add_packet(x, f, &p);
        if (!pipeline_tick(x->u, f, false, e))
            return false;
    }
    x->n = f->n;
    return true;
}

/* One batch of rows: the columns, then those rows that are of the capture. */
static bool add_rows(struct prefix *x, struct store_block *b, uint32_t from,
                     uint32_t n, bool odd, struct err *e)
{
    struct column col[FIELD_COUNT];

    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        if (f != FIELD_SENSOR &&
            !store_block_column(b, (enum field_id)f, from, n, &col[f], e))
            return false;
    for (uint32_t i = 0; i < n; i++) {
        struct store_order at;

        if (!store_block_order(b, from + i, &at, e))
            return false;
        if (at.position >= x->n || at.capture.hi != x->c->first.hi ||
            at.capture.lo != x->c->first.lo)
            continue;
        start_row(x, at.position);
        for (uint32_t f = 0; f < FIELD_COUNT; f++)
            if (f != FIELD_SENSOR)
                put_cell(x, (enum field_id)f, &col[f], i);
        bag_add(odd ? &x->store.odd : &x->store.even, &x->row);
    }
    return true;
}

static bool read_block(struct prefix *x, struct store_reader *r, uint32_t i,
                       struct err *e)
{
    struct store_block_info info = store_reader_block(r, i);
    struct range time = info.zone->field[FIELD_TIME].range;
    const char *sensor = strtab_text(&x->text, info.sensor, &(size_t){0});

    if (time.hi < x->from || time.lo > x->to ||
        strcmp(sensor, x->c->sensor) != 0)
        return true;
    struct store_block *b = store_block_open(r, i, e);
    bool ok = b;

    for (uint32_t at = 0; ok && at < info.zone->rows; at += BATCH_ROWS) {
        uint32_t left = info.zone->rows - at;

        ok = add_rows(x, b, at, left < BATCH_ROWS ? left : BATCH_ROWS,
                      info.month == 0, e) &&
             pipeline_tick(x->u, NULL, true, e);
    }
    if (b)
        store_block_close(b);
    return ok;
}

static bool read_store(struct prefix *x, struct err *e)
{
    struct store_reader *r = store_reader_open(x->u->store, &x->text, true, e);
    bool ok = r;

    for (uint32_t i = 0; ok && i < store_reader_blocks(r); i++)
        ok = read_block(x, r, i, e);
    if (r)
        store_reader_close(r);
    return ok;
}

bool pipeline_is_prefix(struct pipeline *u, struct feed *f,
                        const struct store_capture *c, bool *is, struct err *e)
{
    struct prefix x = {.u = u, .c = c, .from = INT64_MAX, .to = INT64_MIN};
    bool ok = read_feed(&x, f, e) && read_store(&x, e);

    uint64_t compared = x.store.even.rows + x.store.odd.rows;
    bool nothing = x.feed.even.rows + x.feed.odd.rows == 0;

    /* Of frames that are never stored there is nothing to compare, and nothing
     * to store twice. */
    *is = ok && (compared > 0 || nothing) &&
          bag_same(&x.feed.even, &x.store.even) &&
          (x.store.odd.rows == 0 || bag_same(&x.feed.odd, &x.store.odd));
    strtab_free(&x.text);
    buf_free(&x.row);
    return ok;
}
