/* check.c - everything the store says of itself, held against its rows. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/fronts.h"
#include "store/index.h"
#include "store/reader.h"

/* What the rows of a month say of one capture. */
struct seen {
    uint64_t kept, next;
    int64_t first, last;
};

struct checking {
    struct store_reader r;
    void (*found)(void *ctx, const struct store_damage *d);
    void *ctx;
    uint64_t *blocks, *rows;
    struct strtab text;
    /* of the month in hand */
    uint32_t month; /* place in r.month */
    bool damage;    /* its rows cannot all be counted */
    uint64_t *gone; /* ids of blocks that others replace */
    uint32_t gones;
    struct seen *seen; /* one a capture */
    uint64_t *kept;    /* rows of each capture over all months */
    bool damage_any;
};

static void report(struct checking *c, uint64_t block, const char *what)
{
    struct store_damage d;
    char month[ENVS_NAME];
    int stream = 0;

    envs_name(month, c->r.month[c->month].month);
    if (strncmp(what, "stream ", 7) == 0)
        stream = (int)(7 + strcspn(what + 7, " "));
    if (block)
        snprintf(d.where, sizeof d.where, "%s block %llu%s%.*s", month,
                 (unsigned long long)block, stream ? " " : "", stream, what);
    else
        snprintf(d.where, sizeof d.where, "%s", month);
    what += stream ? stream + (what[stream] == ' ') : 0;
    snprintf(d.what, sizeof d.what, "%.*s", (int)sizeof d.what - 1, what);
    c->damage = c->damage_any = true;
    c->found(c->ctx, &d);
}

static void report_ledger(struct checking *c, const char *name,
                          const char *what)
{
    char text[160];

    snprintf(text, sizeof text, "ledger of %.100s: %s", name, what);
    report(c, 0, text);
}

/* ---- one block ---- */

static bool numbers_agree(const struct zone_field *z,
                          const struct zone_field *s)
{
    return z->range.lo == s->range.lo && z->range.hi == s->range.hi &&
           z->some == s->some && z->every == s->every;
}

static void sum_number(struct zone_field *s, int64_t v, bool first)
{
    if (first)
        *s = (struct zone_field){
            .any = true, .absent = s->absent, .range = {v, v},
                    .every = ~0ull
        };
    s->range.lo = v < s->range.lo ? v : s->range.lo;
    s->range.hi = v > s->range.hi ? v : s->range.hi;
    s->some |= (uint64_t)v;
    s->every &= (uint64_t)v;
}

static void sum_addr(struct zone_field *s, struct addr v, bool first)
{
    if (first)
        *s = (struct zone_field){
            .any = true, .absent = s->absent, .addr = {v, v}
        };
    if (addr_cmp(v, s->addr.lo) < 0)
        s->addr.lo = v;
    if (addr_cmp(v, s->addr.hi) > 0)
        s->addr.hi = v;
}

static void sum_batch(struct zone_field *s, enum field_id f,
                      const struct column *col, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (column_absent(col, i))
            s->absent = true;
        else if (schema_fields[f].width == WIDTH_ADDR)
            sum_addr(s, col->a[i], !s->any);
        else
            sum_number(s, col->i[i], !s->any);
    }
}

static bool zone_agrees(const struct zone_field *z, const struct zone_field *s,
                        enum field_id f)
{
    if (z->any != s->any || z->absent != s->absent)
        return false;
    if (!z->any || f == FIELD_OPTSIG || f == FIELD_SENSOR)
        return true;
    if (schema_fields[f].width == WIDTH_ADDR)
        return addr_eq(z->addr.lo, s->addr.lo) &&
               addr_eq(z->addr.hi, s->addr.hi);
    return numbers_agree(z, s);
}

static void check_field(struct checking *c, uint64_t id, struct block *b,
                        enum field_id f)
{
    const struct block_head *h = block_head_of(b);
    struct zone_field sum = {0};
    struct column col;
    char text[160];

    for (uint32_t at = 0, n; at < h->rows; at += n) {
        struct err e = {0};
        n = h->rows - at < BATCH_ROWS ? h->rows - at : BATCH_ROWS;
        if (!block_column(b, f, at, n, &col, &e)) {
            report(c, id, e.text);
            return;
        }
        sum_batch(&sum, f, &col, n);
    }
    if (zone_agrees(&h->zone.field[f], &sum, f))
        return;
    snprintf(text, sizeof text, "stream %s disagrees with the header's summary",
             schema_fields[f].name);
    report(c, id, text);
}

static int by_id(const void *key, const void *capture)
{
    uint64_t x = *(const uint64_t *)key;
    uint64_t y = ((const struct store_capture *)capture)->id;

    return x < y ? -1 : x > y;
}

static const struct store_capture *find_capture(const struct checking *c,
                                                uint64_t id)
{
    return bsearch(&id, c->r.capture, c->r.captures, sizeof *c->r.capture,
                   by_id);
}

static void see_row(struct checking *c, const struct store_capture *capture,
                    const struct block_row *row)
{
    struct seen *s = &c->seen[capture - c->r.capture];
    int64_t t = row->record.TIME;

    if (s->kept == 0 || t < s->first)
        s->first = t;
    if (s->kept == 0 || t > s->last)
        s->last = t;
    if (row->position >= s->next)
        s->next = row->position + 1;
    s->kept++;
}

static bool same_digest(struct digest a, struct digest b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

/* Order of the rows, and whose they are. */
static void check_rows(struct checking *c, uint64_t id, struct block *b)
{
    uint32_t n = block_head_of(b)->rows;
    struct block_row *rows = memory_zeroed(n, sizeof *rows);
    struct err e = {0};

    if (!block_unpack(b, rows, &e))
        report(c, id, e.text);
    for (uint32_t i = 0; i < n && e.code == ERR_NONE; i++) {
        const struct store_capture *capture =
            find_capture(c, rows[i].capture_id);
        if (!capture || !same_digest(capture->first, rows[i].capture))
            err_set(&e, ERR_STORE, "row %u is of no known capture", i);
        else if (i > 0 && block_row_cmp(&rows[i - 1], &rows[i]) >= 0)
            err_set(&e, ERR_STORE, "row %u is out of order or twice there", i);
        else
            see_row(c, capture, &rows[i]);
        if (e.code)
            report(c, id, e.text);
    }
    free(rows);
}

static void check_block(struct checking *c, uint64_t id, struct block *b)
{
    bool before = c->damage;

    *c->blocks += 1;
    *c->rows += block_head_of(b)->rows;
    c->damage = false;
    for (uint32_t f = 0; f < FIELD_COUNT; f++)
        check_field(c, id, b, (enum field_id)f);
    if (!c->damage)
        check_rows(c, id, b);
    c->damage |= before;
}

static bool is_gone(const struct checking *c, uint64_t id)
{
    for (uint32_t i = 0; i < c->gones; i++)
        if (c->gone[i] == id)
            return true;
    return false;
}

static bool visit_block(void *ctx, uint64_t id, struct kv_bytes v,
                        struct err *e)
{
    struct checking *c = ctx;
    struct err bad = {0};
    struct block *b = block_open(v.data, v.len, &c->text, &bad);

    (void)e;
    if (!b)
        report(c, id, bad.text);
    else if (block_head_of(b)->sequence <= c->r.sequence && !is_gone(c, id))
        check_block(c, id, b);
    block_close(b);
    return true;
}

static bool visit_head(void *ctx, uint64_t id, struct kv_bytes v, struct err *e)
{
    struct checking *c = ctx;
    struct block_head h;
    struct err bad = {0};

    (void)id;
    (void)e;
    if (!block_head_read(v.data, v.len, &h, &bad) || h.replaces == 0 ||
        h.sequence > c->r.sequence)
        return true;
    c->gone = memory_resize(c->gone, (c->gones + 1) * sizeof *c->gone);
    c->gone[c->gones++] = h.replaces;
    return true;
}

/* ---- the ledger ---- */

static bool visit_row(void *ctx, const struct month_row *row, struct err *e)
{
    struct checking *c = ctx;
    const struct store_capture *capture = find_capture(c, row->capture);
    bool now = row->sequence <= c->r.sequence;
    const struct month_count *n = now ? &row->now : &row->before;

    (void)e;
    if (!now && !row->has_before)
        return true;
    if (!capture) {
        report_ledger(c, row->name, "the catalogue does not know it");
        return true;
    }
    struct seen *s = &c->seen[capture - c->r.capture];
    c->kept[capture - c->r.capture] += n->kept;
    if (c->damage)
        return true;
    if (s->kept != n->kept || s->next > n->next)
        report_ledger(c, row->name, "counts other rows than there are");
    else if (s->kept && (s->first != n->first_time || s->last != n->last_time))
        report_ledger(c, row->name, "has other times than the rows");
    s->kept = 0; /* accounted for */
    return true;
}

static void check_unclaimed(struct checking *c)
{
    for (uint32_t i = 0; i < c->r.captures; i++)
        if (c->seen[i].kept && !c->damage)
            report_ledger(c, c->r.capture[i].name, "has no row here");
}

static void report_run(void *ctx, uint64_t run, uint64_t block)
{
    char text[160];

    if (block)
        snprintf(text, sizeof text,
                 "address run %llu has other addresses than block %llu",
                 (unsigned long long)run, (unsigned long long)block);
    else
        snprintf(text, sizeof text, "address run %llu is damaged",
                 (unsigned long long)run);
    report(ctx, 0, text);
}

static void report_front(void *ctx, uint64_t block)
{
    char text[160];

    if (block)
        snprintf(text, sizeof text,
                 "the list of fronts disagrees with block %llu",
                 (unsigned long long)block);
    else
        snprintf(text, sizeof text, "the list of fronts is damaged");
    report(ctx, 0, text);
}

/* A table that cannot be read through. */
static void report_table(struct checking *c, const char *table,
                         const struct err *e)
{
    char text[400];

    snprintf(text, sizeof text, "%s: %s", table, e->text);
    report(c, 0, text);
}

static bool check_month(struct checking *c, struct err *e)
{
    struct kv_txn *t = reader_txn(&c->r, c->month, e);
    struct err bad = {0};

    if (!t)
        return false;
    c->damage = false;
    c->gones = 0;
    memset(c->seen, 0, (c->r.captures + 1) * sizeof *c->seen);
    if (!month_blocks_each(t, visit_head, c, &bad) ||
        !month_blocks_each(t, visit_block, c, &bad))
        report_table(c, "blocks", &bad);
    if (!month_rows_each(t, visit_row, c, &bad))
        report_table(c, "ledger", &bad);
    check_unclaimed(c);
    return index_check(t, report_run, c, e) &&
           fronts_check(t, report_front, c, e);
}

/* A month that cannot be opened: "2026-09: why". */
static void report_month(void *ctx, const struct store_left_out *left)
{
    struct checking *c = ctx;
    struct store_damage d = {.where = "store"};
    const char *colon = strstr(left->what, ": ");

    if (colon)
        snprintf(d.where, sizeof d.where, "%.*s", (int)(colon - left->what),
                 left->what);
    snprintf(d.what, sizeof d.what, "%.*s", (int)sizeof d.what - 1,
             colon ? colon + 2 : left->what);
    c->damage_any = true;
    c->found(c->ctx, &d);
}

static void check_catalogue(struct checking *c)
{
    struct store_damage d;

    for (uint32_t i = 0; i < c->r.captures; i++) {
        const struct store_capture *capture = &c->r.capture[i];
        if (c->kept[i] == capture->kept)
            continue;
        snprintf(d.where, sizeof d.where, "catalogue");
        snprintf(d.what, sizeof d.what,
                 "%.60s has %llu packets by the catalogue, %llu by the months",
                 capture->name, (unsigned long long)capture->kept,
                 (unsigned long long)c->kept[i]);
        c->found(c->ctx, &d);
    }
}

bool store_check(struct store *s,
                 void (*found)(void *ctx, const struct store_damage *d),
                 void *ctx, uint64_t *blocks, uint64_t *rows, struct err *e)
{
    struct checking *c = memory_zeroed(1, sizeof *c);

    *blocks = *rows = 0;
    *c = (struct checking){
        .r = {.s = s, .left = report_month, .left_ctx = c},
        .found = found,
        .ctx = ctx,
        .blocks = blocks,
        .rows = rows
    };
    bool good = reader_snapshot(&c->r, true, e);
    c->seen = memory_zeroed((size_t)c->r.captures + 1, sizeof *c->seen);
    c->kept = memory_zeroed((size_t)c->r.captures + 1, sizeof *c->kept);
    for (c->month = 0; good && c->month < c->r.months; c->month++)
        good = check_month(c, e);
    if (good && !c->damage_any)
        check_catalogue(c);
    if (good)
        e->code = ERR_NONE;
    reader_snapshot_drop(&c->r);
    strtab_free(&c->text);
    free(c->seen);
    free(c->kept);
    free(c->gone);
    free(c);
    return good;
}
