/* batches.c - batches of packets in memory, for tests. */
#include "tests/batches.h"

#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"

static void keep_warning(void *ctx, struct span at, const char *text)
{
    struct batches *b = ctx;

    b->warnings++;
    b->warned = at;
    snprintf(b->warning, sizeof b->warning, "%s", text);
}

static void make_columns(struct batches *b)
{
    static struct column_def defs[FIELD_COUNT + 1];

    for (int i = 0; i < FIELD_COUNT; i++)
        defs[i] = (struct column_def){.name = schema_fields[i].name,
                                      .type.type = schema_fields[i].type};
    defs[FIELD_COUNT] =
        (struct column_def){.name = "dir", .type.type = TYPE_STRING};
    b->columns =
        (struct columns){.n = FIELD_COUNT + 1, .col = defs, .packets = true};
}

struct batches *batches_new(void)
{
    struct batches *b = calloc(1, sizeof *b);

    if (!b)
        abort();
    make_columns(b);
    b->tz = (struct tz){.name = "UTC"};
    b->sensor = strtab_intern(&b->text, "edge1", 5);
    b->scope = (struct scope){.arena = &b->arena,
                              .text = &b->text,
                              .site = &b->site,
                              .tz = &b->tz,
                              .now = INT64_C(1788220800) * TIMESTAMP_SECOND,
                              .columns = &b->columns,
                              .warn = keep_warning,
                              .warn_ctx = b};
    return b;
}

void batches_free(struct batches *b)
{
    for (uint32_t i = 0; i < b->site.homes; i++)
        free(b->site.home[i].nets.addr);
    free(b->site.home);
    arena_free(&b->arena);
    arena_free(&b->tmp);
    strtab_free(&b->text);
    free(b);
}

void batches_add_home(struct batches *b, int64_t from, const char *net)
{
    struct site_home *home =
        realloc(b->site.home, (b->site.homes + 1) * sizeof *home);
    struct addr_range *range = malloc(sizeof *range);
    struct addr base;
    uint8_t bits;

    if (!home || !range || !addr_parse_net(net, strlen(net), &base, &bits))
        abort();
    *range = addr_net_range(base, bits);
    home[b->site.homes++] = (struct site_home){
        from, {.n = 1, .addr = range}
    };
    b->site.home = home;
}

static void widen(struct zone_field *z, int64_t v)
{
    if (!z->any) {
        z->range = (struct range){v, v};
        z->some = z->every = (uint64_t)v;
        return;
    }
    z->range.lo = v < z->range.lo ? v : z->range.lo;
    z->range.hi = v > z->range.hi ? v : z->range.hi;
    z->some |= (uint64_t)v;
    z->every &= (uint64_t)v;
}

static void widen_addr(struct zone_field *z, struct addr v)
{
    if (!z->any)
        z->addr = (struct addr_range){v, v};
    if (addr_cmp(v, z->addr.lo) < 0)
        z->addr.lo = v;
    if (addr_cmp(v, z->addr.hi) > 0)
        z->addr.hi = v;
}

static void zone_field(struct batches *b, int f, uint32_t rows)
{
    struct zone_field *z = &b->zone.field[f];

    memset(z, 0, sizeof *z);
    for (uint32_t r = 0; r < rows; r++) {
        if (column_absent(&b->col[f], r)) {
            z->absent = true;
            continue;
        }
        if (schema_fields[f].type == TYPE_ADDR)
            widen_addr(z, b->addr[f][r]);
        else if (f != FIELD_SENSOR && f != FIELD_OPTSIG)
            widen(z, b->value[f][r]);
        z->any = true;
    }
}

void batches_finish(struct batches *b, uint32_t rows)
{
    b->zone.rows = rows;
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (schema_fields[f].type == TYPE_ADDR)
            b->col[f] = (struct column){.a = b->addr[f]};
        else
            b->col[f] = (struct column){.i = b->value[f]};
        b->col[f].absent = b->absent[f];
        b->loaded[f] = true;
        zone_field(b, f, rows);
    }
    b->batch = (struct batch){.rows = rows,
                              .cols = FIELD_COUNT,
                              .col = b->col,
                              .loaded = b->loaded,
                              .e = &b->e};
    batch_select_all(&b->batch);
}

const struct ast *batches_parse(struct batches *b, const char *text)
{
    struct ast_item *item;

    b->e = (struct err){0};
    b->warnings = 0;
    arena_reset(&b->arena);
    item = parse_text(&b->arena, text, strlen(text), &b->e);
    if (!item)
        return NULL;
    if (!item->query.filter)
        abort();
    return item->query.filter;
}

const struct expr *batches_filter(struct batches *b, const char *text)
{
    const struct ast *n = batches_parse(b, text);
    const struct expr *x = n ? expr_bind_condition(&b->scope, n, &b->e) : NULL;

    return x && expr_resolve(x, &b->scope, &b->e) ? x : NULL;
}

const struct sel *batches_keep(struct batches *b, const struct expr *x)
{
    struct expr_eval ev = {.tmp = &b->tmp, .text = &b->text, .e = &b->e};

    arena_reset(&b->tmp);
    batch_select_all(&b->batch);
    expr_filter(x, &b->batch, &b->batch.sel, &ev);
    return &b->batch.sel;
}
